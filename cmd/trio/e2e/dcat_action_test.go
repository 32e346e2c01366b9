package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// TestDCATActions_writeWhatTheFeedWrites: the actions of ckanext-dcat give the
// feed's pages as texts, and refuse as it does.
func TestDCATActions_writeWhatTheFeedWrites(t *testing.T) {
	for format, path := range map[string]string{"": "/catalog.xml", "ttl": "/catalog.ttl", "jsonld": "/catalog.jsonld", "nt": "/catalog.nt"} {
		_, _, feed := portal.get(t, path)
		for _, name := range []string{"dcat_catalog_show", "dcat_catalog_search"} {
			if got := action[string](t, portal, name, url.Values{"format": {format}}); got != feed {
				t.Errorf("%s %q is not %s: %s", name, format, path, firstDifference(feed, got))
			}
		}
	}
	if got := action[string](t, portal, "dcat_catalog_show", url.Values{"q": {"baumkataster"}, "format": {"ttl"}, "page": {"1"}}); strings.Count(got, "a dcat:Dataset") >= strings.Count(action[string](t, portal, "dcat_catalog_show", url.Values{"format": {"ttl"}}), "a dcat:Dataset") || !strings.Contains(got, "Baumkataster") {
		t.Error("a search does not narrow the catalogue")
	}
	list := action[[]map[string]any](t, portal, "dcat_datasets_list", url.Values{"q": {"baumkataster"}})
	if len(list) == 0 || !strings.Contains(list[0]["title"].(string), "Baum") || len(list[0]["distribution"].([]any)) == 0 {
		t.Errorf("datasets: %v", list)
	}
	var name string
	for _, n := range action[[]string](t, portal, "package_list", nil) {
		if strings.HasPrefix(n, "baumkataster") {
			name = n
		}
	}
	_, _, feed := portal.get(t, "/dataset/"+name+".ttl")
	if status, body := portal.post(t, "dcat_dataset_show", map[string]any{"id": name, "format": "ttl"}, nil); status != http.StatusOK || !strings.Contains(body, "Baumkataster") || !strings.Contains(feed, "Baumkataster") {
		t.Errorf("dataset: %d %.300s", status, body)
	}
	for _, c := range []struct {
		path   string
		status int
		has    string
	}{
		{"dcat_catalog_show?page=0", http.StatusConflict, "Page param must be a positive number starting in 1"},
		{"dcat_catalog_show?page=x", http.StatusConflict, "Page param"},
		{"dcat_catalog_show?format=pdf", http.StatusConflict, "not known"},
		{"dcat_catalog_show?modified_since=gestern", http.StatusConflict, "modified_since"},
		{"dcat_datasets_list?modified_since=gestern", http.StatusConflict, "ISO-8601"},
		{"dcat_dataset_show?id=" + name, http.StatusBadRequest, ""},
	} {
		if status, _, body := portal.get(t, "/api/3/action/"+c.path); status != c.status || !strings.Contains(body, c.has) {
			t.Errorf("%s: %d %.300s", c.path, status, body)
		}
	}
	if status, body := portal.post(t, "dcat_dataset_show", map[string]any{"id": "gibt-es-nicht"}, nil); status != http.StatusNotFound {
		t.Errorf("missing dataset: %d %.200s", status, body)
	}
}
