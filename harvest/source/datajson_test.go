package source_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestDataJSON_addresses: one without a host lies on the server of the document,
// and what is no address is told.
func TestDataJSON_addresses(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"dataset": [{"identifier": "a", "title": "A", "landingPage": "/seite/a", "distribution": [{"downloadURL": "../dateien/a.csv"}, {"accessURL": {"@id": "https://example.org/b"}}, {"accessURL": "beim Amt erfragen"}, {"accessURL": "javascript:alert(1)"}]}]}`)
	}))
	defer srv.Close()
	r := read(t, "datajson", srv.URL+"/a/b/data.json", nil)
	if r.err != nil || len(r.records) != 1 || len(r.records[0].Parts) != 4 {
		t.Fatalf("%+v", r)
	}
	rec := r.records[0]
	if got := rec.Fields.String("url"); got != srv.URL+"/seite/a" {
		t.Errorf("landing page %q", got)
	}
	for i, want := range []string{srv.URL + "/a/dateien/a.csv", "https://example.org/b", "", ""} {
		if got := rec.Parts[i].Fields.String("url"); got != want {
			t.Errorf("%d: %q, want %q", i, got, want)
		}
	}
	told := 0
	for _, f := range rec.Findings {
		if f.Code == "bad_url" {
			told++
		}
	}
	if told != 2 {
		t.Errorf("%+v", rec.Findings)
	}
}

// TestCKAN_addresses: the same for a portal.
func TestCKAN_addresses(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(w, `{"success": true, "result": {"count": 1, "results": [{"id": "a", "name": "a", "title": "A", "resources": [{"url": "/dataset/a/x.csv"}, {"url": "https://example.org/b"}]}]}}`)
	}))
	defer srv.Close()
	r := read(t, "ckan", srv.URL, nil)
	if r.err != nil || len(r.records) != 1 || len(r.records[0].Parts) != 2 || r.records[0].Parts[0].Fields.String("url") != srv.URL+"/dataset/a/x.csv" || r.records[0].Parts[1].Fields.String("url") != "https://example.org/b" {
		t.Errorf("%v %+v", r.err, r.records)
	}
}
