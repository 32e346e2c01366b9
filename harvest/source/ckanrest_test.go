package source_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// packageSearch is what CKAN 2.12 answers, shortened.
const packageSearch = `{"help": "", "success": true, "result": {"count": 2, "facets": {}, "sort": "id asc", "search_facets": {}, "results": [
{"author": "Amt A", "creator_user_id": "u", "id": "6cbaec0d", "isopen": true, "license_id": "cc-by", "license_title": "Creative Commons Attribution", "license_url": "http://www.opendefinition.org/licenses/cc-by",
 "metadata_created": "2026-11-28T19:44:06.242423", "metadata_modified": "2026-11-28T19:44:06.247450", "name": "baeume", "num_resources": 1, "num_tags": 0,
 "organization": {"id": "o", "name": "umweltamt", "title": "Umweltamt", "state": "active"}, "owner_org": "o", "private": false, "state": "active", "title": "Bäume", "type": "dataset",
 "eigenes": ["a", "b"], "version": {"a": 1}, "extras": [{"key": "qualified_attribution", "value": "[{\"role\": \"https://example.org/rolle\", \"agent\": [{\"uri\": \"https://example.org/wer\"}]}]"}, {"key": "frei", "value": "Text"},
  {"key": "contributorID", "value": "[\"http://dcat-ap.de/def/contributors/stadtAugsburg\", \"http://dcat-ap.de/def/contributors/landeshauptstadtMuenchen\"]"}],
 "groups": [], "tags": [], "relationships_as_subject": [], "relationships_as_object": [],
 "resources": [{"access_services": "[{\"uri\": \"https://example.org/dienst\", \"title\": \"Dienst\", \"endpoint_url\": [\"https://example.org/wms\"]}]", "cache_last_updated": null, "cache_url": null,
  "created": "2026-11-28T19:44:06.243773", "eigenes": "Zusatz", "zahl": 12, "upload": {"sum": "00", "name": "x"}, "format": "CSV", "hash": "", "id": "0ec4330a", "last_modified": null, "metadata_modified": "2026-11-28T19:44:06.234557", "mimetype": null,
  "mimetype_inner": null, "name": "Tabelle", "package_id": "6cbaec0d", "position": 0, "resource_type": "file", "size": "2.68 MB", "state": "active", "url": "https://example.org/b.csv", "url_type": null}]},
{"id": "7", "name": "alt", "title": "Alte Antwort", "extras": {"sektor": "öffentlich", "leer": ""}, "groups": ["envi"], "tags": ["baum"], "resources": []}
]}}`

// TestCKAN_nothingIsDroppedInSilence: what no field is for stays beside the fields,
// nested values come as such, and what fits nowhere is told.
func TestCKAN_nothingIsDroppedInSilence(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(packageSearch)) }))
	t.Cleanup(srv.Close)
	r := read(t, "ckan", srv.URL, nil)
	if r.err != nil || !r.complete || len(r.records) != 2 {
		t.Fatalf("%v, complete %v, %d records", r.err, r.complete, len(r.records))
	}
	rec := r.records[0]
	extras := map[string]string{}
	for _, x := range rec.Fields.Maps("extras") {
		extras[x["key"].(string)] = x["value"].(string)
	}
	if len(extras) != 2 || extras["frei"] != "Text" || extras["eigenes"] != `["a","b"]` {
		t.Errorf("extras: %v", extras)
	}
	if l := rec.Fields.Maps("qualified_attribution"); len(l) != 1 || l[0]["role"] != "https://example.org/rolle" {
		t.Errorf("attribution: %v", rec.Fields["qualified_attribution"])
	}
	part := rec.Parts[0].Fields
	if l := part.Maps("access_services"); len(l) != 1 || l[0]["title"] != "Dienst" {
		t.Errorf("services: %v", part["access_services"])
	}
	if m := part.Map("extras"); len(m) != 3 || m["eigenes"] != "Zusatz" || m["zahl"] != int64(12) || m["resource_type"] != "file" {
		t.Errorf("beside the fields of the distribution: %v", m)
	}
	told := ""
	for _, f := range rec.Findings {
		told += f.Code + " " + f.Field + ";"
	}
	for _, want := range []string{"unfit:size resources.0.size;", "unfit:contributor_id contributor_id;", "unfit:version version;"} {
		if !strings.Contains(told, want) {
			t.Errorf("%s is not told: %s", want, told)
		}
	}
	old := r.records[1].Fields
	if l := old.Maps("extras"); len(l) != 1 || l[0]["value"] != "öffentlich" || len(old.Strings("theme")) != 1 {
		t.Errorf("old answer: %v", old)
	}
}

// TestCKAN_boundsWhatIsBesideTheFields: a portal cannot fill an entry without end.
func TestCKAN_boundsWhatIsBesideTheFields(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&b, `, "k%d": 1`, i)
	}
	answer := `{"success": true, "result": {"count": 1, "results": [{"id": "1", "title": "T"` + b.String() + `, "resources": [{"url": "https://example.org/a"` + b.String() + `}]}]}}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
	t.Cleanup(srv.Close)
	r := read(t, "ckan", srv.URL, nil)
	if r.err != nil || len(r.records) != 1 {
		t.Fatalf("%v, %d records", r.err, len(r.records))
	}
	rec := r.records[0]
	if n, m := len(rec.Fields.Maps("extras")), len(rec.Parts[0].Fields.Map("extras")); n != 1000 || m != 1000 {
		t.Errorf("%d and %d values", n, m)
	}
	n := 0
	for _, f := range rec.Findings {
		if f.Code == "overfull" {
			n++
		}
	}
	if n != 2 {
		t.Errorf("told %d times", n)
	}
}
