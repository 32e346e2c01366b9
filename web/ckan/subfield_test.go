package ckan_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
)

// TestDCATKeys_bothForms: what ckanext-dcat and ckanext-dcatde write as extras
// (legacy) or at top level with repeating parts (scheming) ends in the same
// fields.
func TestDCATKeys_bothForms(t *testing.T) {
	t.Parallel()
	p := open(t)
	legacy := p.ok("editor", "package_create", map[string]any{"name": "alt", "owner_org": "amt", "extras": []any{
		map[string]any{"key": "publisher_name", "value": "Verlag"}, map[string]any{"key": "contact_name", "value": "Stelle"}, map[string]any{"key": "contact_email", "value": "s@example.org"},
		map[string]any{"key": "temporal_start", "value": "2020"}, map[string]any{"key": "temporal_end", "value": "2021"}, map[string]any{"key": "spatial_uri", "value": "http://publications.europa.eu/resource/authority/place/DEU_AGB"},
		map[string]any{"key": "language", "value": `["http://publications.europa.eu/resource/authority/language/DEU"]`}, map[string]any{"key": "frequency", "value": "DAILY"},
		map[string]any{"key": "contributorID", "value": `["http://dcat-ap.de/def/contributors/stadtAugsburg"]`},
	}})
	scheming := map[string]any{
		"owner_org": "amt", "publisher": []any{map[string]any{"name": "Verlag"}}, "contact": []any{map[string]any{}, map[string]any{"name": "Stelle", "email": "s@example.org"}},
		"temporal_coverage": `[{"start": "2020", "end": "2021"}]`, "spatial_coverage": []any{map[string]any{"uri": "http://publications.europa.eu/resource/authority/place/DEU_AGB"}},
		"language": []any{"http://publications.europa.eu/resource/authority/language/DEU"}, "frequency": "DAILY", "contributorID": []any{"http://dcat-ap.de/def/contributors/stadtAugsburg"},
	}
	scheming["name"] = "neu"
	modern := p.ok("editor", "package_create", scheming)
	pairs := func(v any) map[string]any { // which come in the order they were sent
		out := map[string]any{}
		for _, x := range v.([]any) {
			x := x.(map[string]any)
			out[fmt.Sprint(x["key"])] = x["value"]
		}
		return out
	}
	if a, b := fmt.Sprint(pairs(legacy["extras"])), fmt.Sprint(pairs(modern["extras"])); a != b || a == "map[]" {
		t.Errorf("legacy form\n%s\nscheming form\n%s", a, b)
	}
	for _, bad := range []any{"kein JSON", "{}", []any{"text"}, []any{map[string]any{"name": map[string]any{"x": 1}}}, nil, 7} {
		scheming["publisher"] = bad
		scheming["name"] = fmt.Sprintf("kaputt-%d", len(fmt.Sprint(bad)))
		if a := p.call("editor", "package_create", scheming); a.status >= 500 {
			t.Errorf("%v: %d %s", bad, a.status, a.text)
		}
	}
}

// TestDCATKeys_commas: older extensions list languages with commas; the answer has
// them as they were sent.
func TestDCATKeys_commas(t *testing.T) {
	t.Parallel()
	p := open(t)
	const said = "de, en,ca"
	d := p.ok("editor", "package_create", map[string]any{"name": "alt", "owner_org": "amt", "notes": "Text", "extras": []any{map[string]any{"key": "language", "value": said}}})
	if got := fmt.Sprint(d["extras"]); got != "[map[key:language value:"+said+"]]" {
		t.Errorf("extras %s", got)
	}
	must(t, p.store.View(t.Context(), func(tx catalog.Tx) error {
		e, err := tx.EntryByName("package", "alt")
		if err == nil && fmt.Sprint(e.Fields.Strings("language")) != "[de en ca]" {
			t.Errorf("languages %q", e.Fields.Strings("language"))
		}
		return err
	}))
}

// TestDCATKeys_severalOfAKind: all objects of a list are kept and shown again, go to
// harvesters, and give way to what is edited later.
func TestDCATKeys_severalOfAKind(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	sent := m{
		"contact":            []any{m{"name": "Eins", "email": "eins@example.org"}, m{"name": "Zwei", "url": "https://example.org/zwei", "uri": "https://example.org/kontakt/2"}},
		"creator":            []any{m{"name": "Amt A"}, m{"name": "Amt B", "identifier": "B-7", "uri": "https://example.org/b"}},
		"temporal_coverage":  []any{m{"start": "2019", "end": "2020"}, m{"start": "2022-01-01"}},
		"spatial_coverage":   []any{m{"text": "Nord"}, m{"uri": "https://example.org/ort", "text": "Süd", "geom": `{"type":"Point","coordinates":[11,48]}`, "centroid": `{"type":"Point","coordinates":[11,48]}`}},
		"qualified_relation": []any{m{"relation": "https://example.org/anderes", "role": "http://www.iana.org/assignments/relation/related"}},
	}
	args := m{"name": "viele", "owner_org": "amt", "notes": "Text", "resources": []any{m{"url": "https://example.org/x.csv", "license": "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"}}}
	maps.Copy(args, sent)
	d := p.ok("editor", "package_create", args)
	lists := func(d m) m {
		out := m{}
		for key := range sent {
			out[key] = d[key]
		}
		return out
	}
	if got := lists(d); !reflect.DeepEqual(got, sent) {
		t.Errorf("shown\n%v\nsent\n%v", got, sent)
	}
	// Sent back as it was shown, it stays as it is.
	if again := p.ok("editor", "package_update", d); again["metadata_modified"] != d["metadata_modified"] || !reflect.DeepEqual(lists(again), sent) {
		t.Errorf("sent back it is\n%v", lists(again))
	}
	first := func(d m, key string) string {
		list, _ := d[key].([]any)
		if len(list) == 0 {
			return ""
		}
		return fmt.Sprint(list[0].(m)["name"], " of ", len(list))
	}
	// A list that is changed counts more than the extras that tell of the former one.
	d = p.ok("editor", "package_patch", m{"id": "viele", "contact": []any{m{"name": "Neu", "email": "neu@example.org"}, m{"name": "Zwei", "email": "zwei@example.org"}}})
	if got := first(d, "contact"); got != "Neu of 2" || !strings.Contains(fmt.Sprint(d["extras"]), "neu@example.org") || strings.Contains(fmt.Sprint(d["extras"]), "eins@example.org") {
		t.Errorf("the list patched: %s, extras %v", got, d["extras"])
	}
	// A field that is changed counts more than the list that tells of the former one.
	if d = p.ok("editor", "package_patch", m{"id": "viele", "author": "Amt C"}); first(d, "creator") != "Amt C of 2" || d["author"] != "Amt C" {
		t.Errorf("the field patched: %v", d["creator"])
	}
	if d = p.ok("editor", "package_patch", m{"id": "viele", "contact": []any{m{"name": "Allein", "email": "allein@example.org"}}}); d["contact"] != nil || !strings.Contains(fmt.Sprint(d["extras"]), "Allein") || strings.Contains(fmt.Sprint(d["extras"]), "neu@") {
		t.Errorf("one left: %v %v", d["contact"], d["extras"])
	}
	if d = p.ok("editor", "package_patch", m{"id": "viele", "qualified_relation": []any{}}); d["qualified_relation"] != nil {
		t.Errorf("relations taken away: %v", d["qualified_relation"])
	}
	if a := p.call("editor", "package_patch", m{"id": "viele", "contact": slices.Repeat([]any{m{"name": "x"}}, 101)}); a.status != 409 {
		t.Errorf("101 contacts: %d %s", a.status, a.text)
	}
	must(t, p.store.View(t.Context(), func(tx catalog.Tx) error {
		e, err := tx.EntryByName("package", "viele")
		if err != nil {
			return err
		}
		defs, err := schema.Default()
		must(t, err)
		n := dcat.NewMapper(defs, "https://portal.example.org").Dataset(e, func(string) *catalog.Entry { return nil }, dcat.Profile3)
		dcat.Mend(n, dcat.Profile3)
		for predicate, count := range map[string]int{"dct:creator": 2, "dct:temporal": 2, "dct:spatial": 2, "dcat:contactPoint": 1} {
			if got := len(n.Get(predicate)); got != count {
				t.Errorf("harvesters get %d of %s, want %d", got, predicate, count)
			}
		}
		return nil
	}))
}
