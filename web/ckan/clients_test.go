package ckan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// asked sends what a client sends, byte for byte, and reads the answer.
func (p *portal) asked(method, path, contentType string, body io.Reader, role string) answer {
	p.t.Helper()
	req, err := http.NewRequest(method, p.URL+path, body)
	must(p.t, err)
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	if role != "" { // ckanapi and ckanr send both
		req.Header.Set("Authorization", p.tokens[role])
		req.Header.Set("X-CKAN-API-Key", p.tokens[role])
	}
	res, err := http.DefaultClient.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(p.t, err)
	a := answer{status: res.StatusCode, text: string(text)}
	_ = json.Unmarshal(text, &a)
	return a
}

// at walks into a decoded answer: "results.0.name".
func at(text json.RawMessage, path string) string {
	var v any
	if json.Unmarshal(text, &v) != nil {
		return "no JSON"
	}
	for _, key := range strings.Split(path, ".") {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			var i int
			if _, err := fmt.Sscan(key, &i); err != nil || i >= len(x) {
				return "nothing"
			}
			v = x[i]
		}
	}
	return fmt.Sprint(v)
}

// TestClients_callsAreAnswered holds the calls that clients of CKAN make, in the
// form in which they make them.
func TestClients_callsAreAnswered(t *testing.T) {
	p := open(t)
	p.ok("sysadmin", "group_create", map[string]any{"name": "umwelt", "title": "Umwelt"})
	p.ok("sysadmin", "group_create", map[string]any{"name": "verkehr", "title": "Verkehr"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "wasser", "title": "Wasser", "owner_org": "amt", "groups": []any{map[string]any{"name": "umwelt"}},
		"tags": []any{map[string]any{"name": "luft"}}, "resources": []any{map[string]any{"url": "http://x.example/a.csv", "name": "tabelle"}}})
	p.ok("sysadmin", "package_create", map[string]any{"name": "radweg", "title": "Radweg", "owner_org": "anderes", "groups": []any{map[string]any{"name": "verkehr"}}})
	for _, c := range []struct{ client, path, at, want string }{
		{"QGIS CKAN-Browser", "/api/3/action/group_list?all_fields=true", "1.name", "verkehr"},
		{"QGIS CKAN-Browser", "/api/3/action/package_search?q=&fq=(groups:umwelt+OR+groups:verkehr)&sort=name%20asc&rows=50&start=0", "results.0.name", "radweg"},
		{"QGIS CKAN-Browser", "/api/3/action/package_search?q=Wasser&fq=(groups:umwelt+OR+groups:verkehr)&sort=name%20asc&rows=50", "count", "1"},
		{"QGIS CKAN-Browser", "/api/3/action/package_search?q=&fq=(groups:umwelt)&sort=name%20asc&rows=50&start=0", "count", "1"},
		{"ckanr", "/api/3/action/package_search?q=%2A%3A%2A&fq=num_tags%3A%5B1%20TO%20%2A%5D&facet=false", "count", "1"},
		{"ckanr", "/api/3/action/package_search?q=*:*&sort=score%20asc&rows=2&facet=true&facet.limit=5&facet.field=%5B%22tags%22%5D", "facets.tags.luft", "1"},
		{"ckanr", "/api/3/action/organization_list?sort=name%20asc&all_fields=True&limit=31", "0.name", "amt"},
		{"ckanr", "/api/3/action/organization_list?sort=name%20&all_fields=False&limit=31&organizations=amt", "0", "amt"},
		{"ckanext-harvest", "/api/3/action/package_search?rows=100&start=0&sort=id+asc&fq=organization%3Aamt+OR+organization%3Aanderes", "count", "2"},
		{"ckanext-harvest", "/api/3/action/package_search?rows=100&start=100&sort=id+asc&fq=-organization%3Aamt", "count", "1"},
		{"ckanext-harvest", "/api/3/action/package_search?rows=100&start=0&sort=id+asc&fq=metadata_modified%3A%5B2020-01-01T00%3A00%3A00Z+TO+%2A%5D", "count", "2"},
		{"ckanext-harvest", "/api/3/action/organization_show?id=amt", "name", "amt"},
		{"frictionless", "/api/3/action/package_show?id=wasser", "resources.0.format", "CSV"},
		{"frictionless", "/api/3/action/package_search?q=organization%3Aamt&rows=10&start=0", "results.0.name", "wasser"},
		{"frictionless", "/api/3/action/group_package_show?id=umwelt&limit=10", "0.name", "wasser"},
		{"PortalJS", "/api/3/action/package_search?fq=organization:(amt%20OR%20anderes)%2Bgroups:(umwelt)%2Btags:(luft)&facet.field=%5B%22organization%22%2C%22groups%22%2C%22res_format%22%5D&rows=10", "facets.res_format.CSV", "1"},
		{"PortalJS", "/api/3/action/current_package_list_with_resources?limit=1&offset=1", "0.name", "wasser"},
		{"PortalJS", "/api/3/action/package_activity_list?id=wasser", "0.activity_type", "new package"},
		{"PortalJS", "/api/3/action/organization_list?all_fields=true&limit=10&offset=1", "0.name", "anderes"},
		{"udata", "/api/3/action/package_list", "1", "wasser"},
		{"piveau", "/api/3/action/package_search?rows=500&start=0", "count", "2"},
		{"Magda", "/api/3/action/package_search?start=0&rows=50&sort=metadata_created+asc", "results.0.name", "wasser"},
		{"Magda", "/api/3/action/organization_list?all_fields=true&include_users=true&limit=100&offset=100", "0", "nothing"},
		{"MCP", "/api/3/action/package_search?q=Wasser+AND+luft&fq=metadata_modified:%5BNOW-7DAYS+TO+NOW%5D", "count", "1"},
		{"OpenRefine", "/api/action/package_show?id=wasser", "name", "wasser"},
	} {
		a := p.asked(http.MethodGet, c.path, "application/json", nil, "")
		if got := at(a.Result, c.at); a.status != http.StatusOK || got != c.want {
			t.Errorf("%s %s: %d, %s is %s, want %s\n%.300s", c.client, c.path, a.status, c.at, got, c.want, a.text)
		}
	}
	// ckanr posts an empty body as JSON, and everything else as multipart form.
	if a := p.asked(http.MethodPost, "/api/3/action/package_list", "application/json", nil, "editor"); a.status != http.StatusOK {
		t.Errorf("empty body: %d %s", a.status, a.text)
	}
	var form bytes.Buffer
	w := multipart.NewWriter(&form)
	for k, v := range map[string]string{"package_id": "wasser", "url": "update", "format": "csv", "last_modified": "2026-01-31 12:00:00"} {
		must(t, w.WriteField(k, v))
	}
	part, err := w.CreateFormFile("upload", "messung.csv")
	must(t, err)
	_, err = part.Write([]byte("a,b\n1,2\n"))
	must(t, err)
	must(t, w.Close())
	a := p.asked(http.MethodPost, "/api/3/action/resource_create", w.FormDataContentType(), &form, "editor")
	if got := at(a.Result, "url_type"); a.status != http.StatusOK || got != "upload" {
		t.Errorf("ckanr uploads: %d %s", a.status, a.text)
	}
	// curl -d sends JSON as a form.
	if a := p.asked(http.MethodPost, "/api/3/action/package_show", "application/x-www-form-urlencoded", strings.NewReader(`{"id": "wasser"}`), ""); a.status != http.StatusOK {
		t.Errorf("curl -d: %d %s", a.status, a.text)
	}
	if a := p.asked(http.MethodPost, "/api/3/action/tag_search", "application/x-www-form-urlencoded", strings.NewReader(url.Values{"query": {"luft"}, "offset": {"0"}, "limit": {"31"}}.Encode()), ""); at(a.Result, "count") != "1" {
		t.Errorf("tag_search by form: %d %s", a.status, a.text)
	}
}

// TestLanguage_inFrontOfTheAPI is what clients send whose base address was copied
// from a page of CKAN.
func TestLanguage_inFrontOfTheAPI(t *testing.T) {
	t.Parallel()
	p := open(t)
	for path, status := range map[string]int{
		"/de/api/3/action/organization_show?id=amt": 200, "/en/api/action/organization_show?id=amt": 200, "/de/api/util/tag/autocomplete?incomplete=a": 200, "/de/api/3": 200,
		"/de/api/3/action/organization_show?id=x": 404, "/xx/api/3/action/status_show": 404, "/de/de/api/3/action/status_show": 404, "/de%2Fapi/3/action/status_show": 404,
	} {
		if a := p.asked(http.MethodGet, path, "", nil, ""); a.status != status {
			t.Errorf("%s: %d %s", path, a.status, a.text)
		}
	}
	if a := p.asked(http.MethodPost, "/de/api/3/action/package_create", "application/json", strings.NewReader(`{"name":"eins","owner_org":"amt"}`), "editor"); a.status != 200 {
		t.Errorf("%d %s", a.status, a.text)
	}
	if a := p.asked(http.MethodPost, "/de/api/3/action/package_create", "application/json", strings.NewReader(`{"name":"zwei","owner_org":"amt"}`), ""); a.status != 403 {
		t.Errorf("%d %s", a.status, a.text)
	}
}
