package source_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestHub reads a hub by its feed, by its search where it has no feed, and by the
// older search; a record has the same identifier each way.
func TestHub(t *testing.T) {
	t.Parallel()
	const feed, search, old = "/api/feed/dcat-us/1.1.json", "/api/search/v1/collections/dataset/items", "/api/v3/datasets"
	item := func(id string) string {
		return fmt.Sprintf(`{"type":"Feature","id":"%s","properties":{"id":"%s","title":"Titel %s","access":"public","created":1611934478000,"tags":["Baum"],"url":"https://gis.example.org/arcgis/rest/services/B/FeatureServer/0","structuredLicense":{"url":"https://creativecommons.org/licenses/by/4.0/"},"extent":{"type":"envelope","coordinates":[[10.7,48.2],[11,48.5]]}}}`, id, id, id)
	}
	for name, c := range map[string]struct {
		answers  map[string]string
		path     string
		want     string
		complete bool
		fails    string
	}{
		"feed": {map[string]string{feed: `{"dataset":[{"identifier":"https://www.arcgis.com/home/item.html?id=abc&sublayer=0","title":"T"},{"identifier":"https://www.arcgis.com/home/item.html?id=def","title":"U"}]}`}, "", "abc_0 def", true, ""},
		"search": {map[string]string{search: `{"type":"FeatureCollection","numberMatched":2,"features":[` + item("abc_0") + `],"links":[{"rel":"next","href":"` + search + `2"}]}`,
			search + "2": `{"type":"FeatureCollection","numberMatched":2,"features":[` + item("def") + `],"links":[]}`}, "", "abc_0 def", true, ""},
		"older search":      {map[string]string{old: `{"data":[{"id":"abc_0","attributes":{"name":"T"}}],"meta":{"stats":{"totalCount":1}}}`}, "", "abc_0", true, ""},
		"counts more":       {map[string]string{search: `{"numberMatched":5,"features":[` + item("a") + `]}`}, "", "a", false, ""},
		"one item":          {map[string]string{"/x.json": item("a")}, "/x.json", "a", true, ""},
		"hidden":            {map[string]string{search: `{"features":[{"id":"a","properties":{"access":"org","title":"T"}},` + item("b") + `]}`}, "", "b", true, ""},
		"no identifier":     {map[string]string{search: `{"features":[{"properties":{"title":"T"}},` + item("b") + `]}`}, "", "!urn:title:T b", false, ""},
		"a circle":          {map[string]string{search: `{"features":[` + item("a") + `],"links":[{"rel":"next","href":"` + search + `"}]}`}, "", "", false, "im Kreis"},
		"next page inside":  {map[string]string{search: `{"features":[` + item("a") + `],"links":[{"rel":"next","href":"http://127.0.0.2/x"}]}`}, "", "", false, "anderen Rechner"},
		"no hub":            {map[string]string{}, "", "", false, "404"},
		"no list":           {map[string]string{feed: `{"error":"x"}`}, "", "", false, "kein Katalog"},
		"a feed that fails": {map[string]string{feed: `{`}, "", "", false, "kein gültiges JSON"},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			text, ok := c.answers[r.URL.Path]
			if !ok {
				w.WriteHeader(http.StatusNotFound)
				return
			}
			fmt.Fprint(w, text)
		}))
		r := read(t, "arcgishub", srv.URL+c.path, nil)
		srv.Close()
		if c.fails != "" {
			if r.err == nil || !strings.Contains(r.err.Error(), c.fails) {
				t.Errorf("%s: %v, want a reason with %q", name, r.err, c.fails)
			}
			continue
		}
		var got []string
		for _, rec := range r.records {
			if rec.Failed() {
				got = append(got, "!"+rec.GUID)
				continue
			}
			got = append(got, rec.GUID)
		}
		if strings.Join(got, " ") != c.want || r.complete != c.complete || r.err != nil {
			t.Errorf("%s: %v complete %v %v", name, got, r.complete, r.err)
		}
		if name == "search" {
			f := r.records[0].Fields
			if f.String("license_id") != "cc-by-4.0" || f.String("spatial") == "" || !strings.HasPrefix(f.String("issued"), "2021-01-29") || len(r.records[0].Parts) != 1 || r.records[0].Parts[0].Fields.String("format") != "REST" {
				t.Errorf("%v %v", f, r.records[0].Parts)
			}
		}
	}
}
