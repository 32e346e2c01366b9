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

// TestDCAT_relativeAddresses: what a feed writes without its host is resolved to
// the address it was fetched from.
func TestDCAT_relativeAddresses(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"/a/k.ttl":    `@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . <../ds/1> a dcat:Dataset ; dct:title "Eins"@de ; dcat:distribution <#d> . <#d> a dcat:Distribution ; dcat:accessURL </dateien/1.csv> .`,
		"/a/k.rdf":    `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dcat="http://www.w3.org/ns/dcat#" xmlns:dct="http://purl.org/dc/terms/"><dcat:Dataset rdf:about="../ds/1"><dct:title xml:lang="de">Eins</dct:title><dcat:distribution><dcat:Distribution rdf:about="#d"><dcat:accessURL rdf:resource="/dateien/1.csv"/></dcat:Distribution></dcat:distribution></dcat:Dataset></rdf:RDF>`,
		"/a/k.jsonld": `{"@context": {"dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/"}, "@id": "../ds/1", "@type": "dcat:Dataset", "dct:title": {"@value": "Eins", "@language": "de"}, "dcat:distribution": {"@id": "#d", "@type": "dcat:Distribution", "dcat:accessURL": {"@id": "/dateien/1.csv"}}}`,
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, text) }))
		r := read(t, "dcat", srv.URL+name, nil)
		srv.Close()
		if r.err != nil || len(r.records) != 1 {
			t.Errorf("%s: %v %v", name, r.records, r.err)
			continue
		}
		rec := r.records[0]
		if rec.GUID != srv.URL+"/ds/1" || len(rec.Parts) != 1 || rec.Parts[0].Fields.String("url") != srv.URL+"/dateien/1.csv" {
			t.Errorf("%s: %s %v", name, rec.GUID, rec.Parts)
		}
	}
}
