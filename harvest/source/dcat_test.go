package source_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
)

// TestDCAT_pages walks over feeds that do not count: what moved while it was read
// is incomplete, and a last page is the last.
func TestDCAT_pages(t *testing.T) {
	t.Parallel()
	const page = `@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .`
	for name, c := range map[string]struct {
		pages    [][]int // datasets by page
		last     int     // as the feed says, 0 for not
		endless  bool
		want     int
		complete bool
		fails    string
	}{
		"plain":         {[][]int{{1, 2}, {3, 4}, {5}}, 3, false, 5, true, ""},
		"without last":  {[][]int{{1, 2}, {3, 4}, {5}}, 0, false, 5, true, ""},
		"moved":         {[][]int{{1, 2}, {2, 4}, {5}}, 3, false, 4, false, ""},
		"beyond last":   {[][]int{{1, 2}, {3, 4}, {5}}, 2, true, 4, false, "letzte Seite"},
		"one page":      {[][]int{{1, 1, 2}}, 1, false, 2, true, ""},
		"nothing fresh": {[][]int{{1, 2}, {1, 2}, {3}}, 0, false, 2, false, "nichts Neues"},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			n, _ := strconv.Atoi(r.URL.Query().Get("page"))
			n = max(1, n)
			at := func(n int) string { return fmt.Sprintf("<http://%s/catalog.ttl?page=%d>", r.Host, n) }
			text := page + at(n) + " a hydra:PartialCollectionView "
			if c.last > 0 {
				text += "; hydra:last " + at(c.last)
			}
			if n < len(c.pages) || c.endless {
				text += "; hydra:next " + at(n+1)
			}
			text += " ."
			for _, i := range c.pages[min(n, len(c.pages))-1] {
				text += fmt.Sprintf(` <https://x.example.org/%d> a dcat:Dataset ; dct:title "Titel %d" .`, i, i)
			}
			w.Header().Set("Content-Type", "text/turtle")
			fmt.Fprint(w, text)
		}))
		r := read(t, "dcat", srv.URL+"/catalog.ttl", nil)
		srv.Close()
		if (r.err == nil) != (c.fails == "") || r.err != nil && !strings.Contains(r.err.Error(), c.fails) || len(r.records) != c.want || r.complete != c.complete {
			t.Errorf("%s: %d records, complete %v, %v", name, len(r.records), r.complete, r.err)
		}
	}
}
