package e2e

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type found struct {
	Count   int
	Results []struct {
		ID, Name, Title string
		Notes           string
		Organization    struct{ Name string }
		Extras          []struct{ Key, Value string }
		Resources       []struct{ ID, URL string }
	}
}

func TestDemo_publishesExactlyWhatIsApproved(t *testing.T) {
	t.Parallel()
	want, total := published(t)
	res := action[found](t, portal, "package_search", url.Values{"rows": {"1000"}})
	if res.Count != total || len(res.Results) != total {
		t.Errorf("search counts %d and lists %d datasets, want %d", res.Count, len(res.Results), total)
	}
	got := map[string]map[string]bool{"muenchen": {}, "augsburg": {}, "nuernberg": {}}
	for _, r := range res.Results {
		city, _, _ := strings.Cut(r.Organization.Name, "-")
		got[city][r.Title] = true
		if len(r.Resources) != 1 || r.Resources[0].URL == "" {
			t.Errorf("%s has resources %v", r.Name, r.Resources)
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("published titles differ:\n%s", d)
	}
	names := action[[]string](t, portal, "package_list", nil)
	if len(names) != total || !slices.IsSorted(names) {
		t.Errorf("package_list has %d names, sorted %t", len(names), slices.IsSorted(names))
	}
	all := action[[]json.RawMessage](t, portal, "current_package_list_with_resources", url.Values{"limit": {"1000"}})
	if len(all) != total {
		t.Errorf("current_package_list_with_resources has %d", len(all))
	}
	for _, title := range slices.Sorted(maps.Keys(want["nuernberg"])) {
		if _, _, body := portal.get(t, "/dataset?q="+url.QueryEscape(title)); !strings.Contains(body, title) {
			t.Errorf("the search page does not show %q", title)
		}
	}
}

func TestDemo_germanSearchFindsCompounds(t *testing.T) {
	t.Parallel()
	for query, title := range map[string]string{"Bäume": "Baumkataster", "baum": "Baumkataster", "Baeume": "Baumkataster", "kataster": "Baumkataster"} {
		res := action[found](t, portal, "package_search", url.Values{"q": {query}})
		if !slices.ContainsFunc(res.Results, func(r struct {
			ID, Name, Title string
			Notes           string
			Organization    struct{ Name string }
			Extras          []struct{ Key, Value string }
			Resources       []struct{ ID, URL string }
		}) bool {
			return r.Title == title
		}) {
			t.Errorf("q=%s does not find %s among %d hits", query, title, res.Count)
		}
	}
}

func TestDemo_readingActionsAnswer(t *testing.T) {
	t.Parallel()
	res := action[found](t, portal, "package_search", url.Values{"rows": {"1"}})
	if len(res.Results) != 1 {
		t.Fatal("nothing found")
	}
	d := res.Results[0]
	shown := action[map[string]any](t, portal, "package_show", url.Values{"id": {d.Name}})
	if shown["id"] != d.ID || shown["title"] != d.Title {
		t.Errorf("package_show: %v", shown)
	}
	if r := action[map[string]any](t, portal, "resource_show", url.Values{"id": {d.Resources[0].ID}}); r["package_id"] != d.ID {
		t.Errorf("resource_show: %v", r)
	}
	if orgs := action[[]string](t, portal, "organization_list", nil); !slices.Contains(orgs, "muenchen") {
		t.Errorf("organization_list: %v", orgs)
	}
	if org := action[map[string]any](t, portal, "organization_show", url.Values{"id": {d.Organization.Name}}); org["package_count"].(float64) < 1 {
		t.Errorf("organization_show: %v", org)
	}
	if g := action[[]string](t, portal, "group_list", nil); len(g) == 0 {
		t.Error("no groups")
	}
	if tags := action[[]string](t, portal, "tag_list", nil); len(tags) == 0 {
		t.Error("no tags")
	}
	if l := action[[]map[string]any](t, portal, "license_list", nil); len(l) < 15 {
		t.Errorf("%d licences", len(l))
	}
	if s := action[map[string]any](t, portal, "status_show", nil); !strings.HasPrefix(s["ckan_version"].(string), "2.12") {
		t.Errorf("status_show: %v", s)
	}
	if a := action[[]map[string]any](t, portal, "package_autocomplete", url.Values{"q": {d.Title[:4]}}); len(a) == 0 {
		t.Error("package_autocomplete finds nothing")
	}
}

func TestCreatedDataset_isFoundByTheNextSearch(t *testing.T) {
	t.Parallel()
	name := "e2e-sofort-gefunden"
	status, body := portal.post(t, "package_create", map[string]any{"name": name, "title": "Krähenzählung", "owner_org": "augsburg", "private": true}, nil)
	if status != http.StatusOK {
		t.Fatalf("create: %d %s", status, body)
	}
	var res found
	if status, body := portal.post(t, "package_search", map[string]any{"q": "Krähenzählungen", "include_private": true}, &res); status != http.StatusOK || res.Count != 1 {
		t.Errorf("found %d: %s", res.Count, body)
	}
	if anon := action[found](t, portal, "package_search", url.Values{"q": {"Krähenzählung"}, "include_private": {"true"}}); anon.Count != 0 {
		t.Errorf("anonymous finds the private dataset")
	}
	if status, _, body := portal.get(t, "/api/3/action/package_show?id="+name); status != http.StatusForbidden || strings.Contains(body, "Kr") {
		t.Errorf("package_show of a private dataset: %d %s", status, body)
	}
	if status, body := portal.post(t, "dataset_purge", map[string]any{"id": name}, nil); status != http.StatusOK {
		t.Errorf("purge: %d %s", status, body)
	}
}

func TestImport_givesTheExpectedOutcomesAndTwiceChangesNothing(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	type report struct {
		Counts, Publishability map[string]int
		Stored                 struct{ New, Changed, Unchanged, Older int }
	}
	for round := range 2 {
		for _, f := range files {
			out, errOut, code := trio(t, "survey", "import", filepath.Join(samples, f.name), "--city", f.city, "--data", data, "--json")
			if code != 0 {
				t.Fatalf("import %s: exit %d: %s", f.name, code, errOut)
			}
			var r report
			if err := json.Unmarshal([]byte(out), &r); err != nil {
				t.Fatal(err)
			}
			want := expected(t, f.name)
			if d := cmp.Diff(want.Counts, r.Counts); d != "" {
				t.Errorf("%s: counts differ:\n%s", f.name, d)
			}
			if d := cmp.Diff(want.Publishability, r.Publishability); d != "" {
				t.Errorf("%s: publishability differs:\n%s", f.name, d)
			}
			if stored := want.Counts["valid"] + want.Counts["incomplete"]; r.Stored.New+r.Stored.Changed+r.Stored.Unchanged+r.Stored.Older != stored {
				t.Errorf("%s: %+v, want %d in all", f.name, r.Stored, stored)
			}
			if round == 1 && (r.Stored.New != 0 || r.Stored.Changed != 0) {
				t.Errorf("%s again: %+v", f.name, r.Stored)
			}
		}
	}
	if out, errOut, code := trio(t, "check", "--data", data); code != 0 {
		t.Errorf("check: exit %d\n%s%s", code, out, errOut)
	}
}
