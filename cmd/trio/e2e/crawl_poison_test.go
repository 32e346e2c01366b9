package e2e

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// TestCrawl_nothingStoredRuns puts mark-up, script and template expressions into
// every text that somebody can store, and reads every page as a browser does: as
// administrator, as the office that answers, as everybody.
func TestCrawl_nothingStoredRuns(t *testing.T) {
	for name, poison := range map[string]string{
		"elements":   `</title></textarea></script><svg/onload=hit()>`,
		"attributes": `" onfocus=hit() x='"><img src=x onerror=hit()>`,
		"addresses":  ` [x](javascript:hit()) <javascript:hit()> {{7*7}}${7*7}`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newCrawled(t, poison)
			for _, id := range []string{stem + "privatname", "gezeigt-im-haus"} {
				w.must("sysadmin", "package_patch", obj{
					"id": id, "url": "javascript:hit()", "title": poison, "notes": poison, "extras": []any{obj{"key": "contact_url", "value": "javascript:hit()"}, obj{"key": "documentation", "value": `["javascript:hit()"]`}, obj{"key": "spatial", "value": poison}, obj{"key": poison[:9], "value": poison}},
					"resources": []any{obj{"url": "javascript:hit()", "name": poison, "format": poison, "license": "javascript:hit()"}, obj{"url": "data:text/html,<script>hit()</script>", "mimetype": "text/html" + poison}, obj{"url": "vbscript:hit()", "cache_url": "javascript:hit()"}},
				})
			}
			w.must("sysadmin", "user_patch", obj{"id": "quarzperson", "fullname": poison, "image_url": "javascript:hit()"})
			w.must("sysadmin", "organization_patch", obj{"id": "hausamt", "title": poison, "description": poison, "image_url": "javascript:hit()"})
			w.must("sysadmin", "group_patch", obj{"id": "thema-haus", "title": poison, "description": poison})
			w.settle()
			shown, n := 0, 0
			for path, page := range w.insidePages() {
				n++
				if w.wholesome(t, path, page) {
					shown++
				}
				// The same words in the other language, and for everybody.
				w.wholesome(t, "/en"+path, w.request(w.root, http.MethodGet, "/en"+strings.TrimSuffix(path, "/"), nil))
				w.wholesome(t, path, w.request(w.readers[0], http.MethodGet, path, nil))
			}
			for _, route := range w.routes(http.MethodGet) {
				if strings.Contains(route, ":token") {
					for path := range w.fillRoute(strings.Replace(route, ":token", w.office.link, 1)) {
						w.wholesome(t, path, w.request(w.office, http.MethodGet, path, nil))
					}
				}
			}
			for _, path := range []string{"/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/changes", "/changes.atom", "/feeds/dataset.atom", "/feeds/organization/hausamt.atom", "/sitemap.xml", "/dataset/gezeigt-im-haus.rdf", "/dataset/gezeigt-im-haus.jsonld", "/survey/compare.csv", "/survey/compare.json", "/quality.csv"} {
				w.wholesome(t, path, w.request(w.root, http.MethodGet, path, nil))
			}
			if shown < 20 {
				t.Errorf("only %d of %d pages show what was stored", shown, n)
			}
			t.Logf("%d of %d pages show it", shown, n)
		})
	}
}

// wholesome reads an answer the way its type says, and reports whether it shows
// something that was stored.
func (w *crawled) wholesome(t *testing.T, path string, r reply) bool {
	t.Helper()
	if r.status >= http.StatusInternalServerError {
		t.Errorf("%s: %d", path, r.status)
	}
	if r.status < http.StatusMultipleChoices && r.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%s may be sniffed", path)
	}
	typ := r.header.Get("Content-Type")
	switch {
	case strings.HasPrefix(typ, "text/html"):
		w.harmless(t, path, r)
	case strings.Contains(typ, "json") && r.text != "" && !json.Valid([]byte(r.text)):
		t.Errorf("%s is no JSON", path)
	case strings.Contains(typ, "xml") && !strings.Contains(typ, "officedocument"):
		for dec := xml.NewDecoder(strings.NewReader(r.text)); ; {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Errorf("%s: %v", path, err)
				break
			}
		}
	case strings.HasPrefix(typ, "text/csv"):
		for _, line := range strings.FieldsFunc(r.text, func(c rune) bool { return c == '\n' || c == ';' || c == ',' }) {
			if line = strings.Trim(line, "\"\r"); line != "" && strings.ContainsRune("=+@\t", rune(line[0])) {
				t.Errorf("%s has a formula: %.60q", path, line)
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		if strings.Contains(strings.ToLower(r.header.Get(name)), "hit()") && name != "Location" {
			t.Errorf("%s: %s: %q", path, name, r.header.Get(name))
		}
	}
	return strings.Contains(strings.ToLower(r.text), stem) && strings.Contains(r.text, "hit()")
}
