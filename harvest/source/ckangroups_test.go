package source_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
)

// TestCKAN_takesGroupsOfDCAT: portals with ckanext-dcat's schema for ckanext-scheming
// say who, where and when in lists of objects; all of them are taken.
func TestCKAN_takesGroupsOfDCAT(t *testing.T) {
	t.Parallel()
	const answer = `{"success": true, "result": {"count": 2, "results": [
{"id": "1", "name": "viele", "title": "T", "contact": [{"name": "Eins", "email": "eins@example.org"}, {"name": "Zwei", "url": "https://example.org/zwei"}], "publisher": "[{\"name\": \"Verlag\", \"uri\": \"https://example.org/verlag\"}]",
 "creator": [{"name": "Amt", "identifier": "A-1"}], "temporal_coverage": [{"start": "2019", "end": "2020"}, {"start": "2022"}], "spatial_coverage": [{"text": "Nord"}, {"text": "Süd"}],
 "qualified_relation": [{"relation": "https://example.org/anderes", "role": "https://example.org/rolle"}], "resources": []},
{"id": "2", "name": "kaputt", "title": "T", "contact": ["Text", 7, {}], "publisher": "[kein JSON", "temporal_coverage": {"start": "2019"}, "resources": []}]}}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
	t.Cleanup(srv.Close)
	r := read(t, "ckan", srv.URL, nil)
	if r.err != nil || len(r.records) != 2 {
		t.Fatalf("%v, %d records", r.err, len(r.records))
	}
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	m, f := dcat.NewMapper(defs, ""), r.records[0].Fields
	for field, want := range map[string]string{"contact_name": "Eins", "contact_email": "eins@example.org", "publisher_name": "Verlag", "publisher_uri": "https://example.org/verlag", "author": "Amt", "temporal_start": "2019", "spatial_text": "Nord"} {
		if got := f.String(field); got != want {
			t.Errorf("%s is %q, want %q", field, got, want)
		}
	}
	if len(f.Maps("extras")) > 0 {
		t.Errorf("extras %v", f["extras"])
	}
	for i := range dcat.Groups {
		want := map[string]int{"contact": 2, "creator": 1, "temporal_coverage": 2, "spatial_coverage": 2, "qualified_relation": 1}[dcat.Groups[i].Key]
		if got := m.ShowGroup(&dcat.Groups[i], f); len(got) != want {
			t.Errorf("%s: %v, want %d", dcat.Groups[i].Key, got, want)
		}
	}
	if got := len(r.records[1].Fields.Maps("extras")); got != 3 {
		t.Errorf("what is no list of objects: %v", r.records[1].Fields["extras"])
	}
}
