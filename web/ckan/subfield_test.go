package ckan_test

import (
	"fmt"
	"testing"

	"trio.example/catalog"
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
