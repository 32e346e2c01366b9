package ckan_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"trio.example/catalog/schema"
)

const cityTypes = `
dataset_type: geodaten
dataset_fields:
- field_name: massstab
  label: Maßstab
  validators: int_validator
- field_name: lagebezug
  label: {de: Lagebezug, en: Reference system}
  required: true
  choices:
  - {value: utm32, label: UTM 32}
  - {value: gk4, label: Gauß-Krüger 4}
- {field_name: ebenen, label: Ebenen, preset: multiple_text}
- {field_name: erfasst, label: Erfasst am, preset: date}
- {field_name: ansprechstelle, label: Ansprechstelle, validators: ignore_missing email_validator}
- {field_name: genauigkeit, label: Genauigkeit, default: grob}
resource_fields:
- {field_name: layer, label: Layer, required: true}
`

func TestCityType_isCheckedStoredShownAndFound(t *testing.T) {
	t.Parallel()
	p := openWith(t, func(s *schema.Set) {
		must(t, s.Extend(fstest.MapFS{"geo.yaml": {Data: []byte(cityTypes)}, "amt.yaml": {Data: []byte("organization_type: organization\nfields:\n- {field_name: kuerzel, label: Kürzel, required: true}\n")}}))
	})
	full := func() map[string]any {
		return map[string]any{
			"name": "karte", "type": "geodaten", "owner_org": "amt", "massstab": "5000", "lagebezug": "utm32", "ebenen": []string{"Wege", "Wald"}, "erfasst": "2024-03",
			"resources": []any{map[string]any{"url": "https://a.example/wms", "layer": "wege"}},
		}
	}
	for field, bad := range map[string]any{
		"massstab": "groß", "lagebezug": "mond", "erfasst": "gestern", "ansprechstelle": "keine Adresse", "resources": []any{map[string]any{"url": "https://a.example/wms"}},
	} {
		args := full()
		args[field] = bad
		a := p.call("editor", "package_create", args)
		if a.status != http.StatusConflict || a.Error[field] == nil {
			t.Errorf("%s %v: %d %s", field, bad, a.status, a.text)
		}
	}
	missing := full()
	delete(missing, "lagebezug")
	if a := p.call("editor", "package_create", missing); a.status != http.StatusConflict || fmt.Sprint(a.Error["lagebezug"]) != "[Missing value]" {
		t.Errorf("missing: %d %s", a.status, a.text)
	}
	d := p.ok("editor", "package_create", full())
	if d["massstab"] != float64(5000) || fmt.Sprint(d["ebenen"]) != "[Wege Wald]" || d["genauigkeit"] != "grob" || d["ansprechstelle"] != nil || d["type"] != "geodaten" {
		t.Errorf("stored: %v", d)
	}
	if r := d["resources"].([]any)[0].(map[string]any); r["layer"] != "wege" {
		t.Errorf("resource: %v", r)
	}
	// What package_show gives, package_update takes back.
	shown := p.ok("editor", "package_show", map[string]any{"id": "karte"})
	again := p.ok("editor", "package_update", shown)
	if fmt.Sprint(again["ebenen"], again["massstab"]) != fmt.Sprint(shown["ebenen"], shown["massstab"]) {
		t.Errorf("a round trip changed %v", again)
	}
	if a := p.call("editor", "package_patch", map[string]any{"id": "karte", "lagebezug": ""}); a.status != http.StatusConflict {
		t.Errorf("a patch emptied a required field: %d", a.status)
	}
	for _, q := range []string{"lagebezug:utm32", "massstab:5000", "ebenen:Wald"} {
		if n := p.ok("", "package_search", map[string]any{"fq": q})["count"]; n != float64(1) {
			t.Errorf("%s finds %v", q, n)
		}
	}
	// Other types have neither the fields nor the rules.
	if d := p.ok("editor", "package_create", map[string]any{"name": "anders", "owner_org": "amt"}); d["lagebezug"] != nil || strings.Contains(fmt.Sprint(d), "massstab") {
		t.Errorf("a dataset of another type: %v", d)
	}
	if a := p.call("sysadmin", "organization_create", map[string]any{"name": "ohne"}); a.status != http.StatusConflict || a.Error["kuerzel"] == nil {
		t.Errorf("organization: %d %s", a.status, a.text)
	}
	if o := p.ok("sysadmin", "organization_create", map[string]any{"name": "mit", "kuerzel": "M"}); o["kuerzel"] != "M" {
		t.Errorf("organization: %v", o)
	}
	if a := p.call("", "scheming_dataset_schema_list", map[string]any{}); string(a.Result) != `["dataset","geodaten"]` {
		t.Errorf("list: %s", a.text)
	}
	if s := p.ok("", "scheming_dataset_schema_show", map[string]any{"type": "geodaten"}); len(s["dataset_fields"].([]any)) != 6 || s["dataset_type"] != "geodaten" || s["about"] != nil {
		t.Errorf("show: %v", s)
	}
}

func TestScheming_describesTheShippedTypes(t *testing.T) {
	t.Parallel()
	p := open(t)
	s := p.ok("", "scheming_dataset_schema_show", map[string]any{"type": "dataset"})
	names := map[string]map[string]any{}
	for _, f := range s["dataset_fields"].([]any) {
		m := f.(map[string]any)
		names[m["field_name"].(string)] = m
	}
	if names["title"] == nil || names["theme"] == nil || len(names["theme"]["choices"].([]any)) < 10 || names["upload"] != nil || names["converted"] != nil {
		t.Errorf("fields: %v", names)
	}
	if p.ok("", "scheming_group_schema_show", map[string]any{"type": "group"})["fields"] == nil {
		t.Error("a group has no fields")
	}
	for _, name := range []string{"scheming_dataset_schema_show", "scheming_organization_schema_show"} {
		if a := p.call("", name, map[string]any{"type": "gibt-es-nicht"}); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", name, a.status)
		}
		if a := p.call("", name, map[string]any{}); a.status != http.StatusConflict {
			t.Errorf("%s without type: %d", name, a.status)
		}
	}
}
