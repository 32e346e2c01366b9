package ckan_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/fstest"

	"trio.example/catalog/schema"
)

// subfieldTypes is built as the subfields.yaml that comes with ckanext-scheming.
const subfieldTypes = `
scheming_version: 2
dataset_type: zitiert
about: Zitate
dataset_fields:
- {field_name: title, label: Title, preset: title}
- {field_name: name, label: URL, preset: dataset_slug}
- field_name: citation
  label: Citation
  repeating_label: Citation
  form_blanks: 2
  repeating_subfields:
  - {field_name: originator, label: Originator, preset: multiple_text, form_blanks: 3, required: true}
  - {field_name: publication_date, label: Publication Date, preset: date}
  - {field_name: pages, label: Pages, validators: ignore_missing int_validator}
  - {field_name: kind, label: Kind, default: book, choices: [{value: book, label: Book}, {value: map, label: Map}]}
- field_name: contact_address
  label: Contact Address
  repeating_once: true
  repeating_subfields:
  - {field_name: address, label: Address, required: true}
  - {field_name: city, label: City}
resource_fields:
- {field_name: url, label: URL, preset: resource_url_upload}
- field_name: schedule
  label: Schedule
  repeating_subfields:
  - {field_name: impact, label: Impact, required: true, choices: [{value: A, label: All}, {value: P, label: Partial}]}
  - {field_name: note, label: Note}
`

func openSubfields(t *testing.T) *portal {
	t.Helper()
	return openWith(t, func(s *schema.Set) {
		must(t, s.Extend(fstest.MapFS{"zitat.yaml": {Data: []byte(subfieldTypes)}}))
	})
}

func cited(name string) map[string]any {
	return map[string]any{
		"name": name, "type": "zitiert", "owner_org": "amt",
		"citation": []any{
			map[string]any{"originator": []any{"Stadtarchiv", "Vermessung"}, "publication_date": "2020-05", "pages": "12", "unbekannt": "weg"},
			map[string]any{"originator": []any{"Umweltamt"}, "kind": "map"},
		},
		"contact_address": []any{map[string]any{"address": "Rathausplatz", "city": "Augsburg"}},
		"resources":       []any{map[string]any{"url": "https://a.example/x.csv", "schedule": []any{map[string]any{"impact": "A", "note": "Jahresfassung"}}}},
	}
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	must(t, err)
	return string(b)
}

func TestRepeating_isStoredShownAndFound(t *testing.T) {
	t.Parallel()
	p := openSubfields(t)
	p.ok("editor", "package_create", cited("karte"))
	d := p.ok("", "package_show", map[string]any{"id": "karte"})
	const want = `[{"kind":"book","originator":["Stadtarchiv","Vermessung"],"pages":12,"publication_date":"2020-05"},{"kind":"map","originator":["Umweltamt"]}]`
	if got := jsonOf(t, d["citation"]); got != want {
		t.Errorf("citation %s", got)
	}
	r := d["resources"].([]any)[0].(map[string]any)
	if got := jsonOf(t, r["schedule"]); got != `[{"impact":"A","note":"Jahresfassung"}]` {
		t.Errorf("schedule %s", got)
	}
	if strings.Contains(jsonOf(t, d["extras"]), "citation") {
		t.Errorf("extras %v", d["extras"])
	}
	again := p.ok("editor", "package_update", d)
	if jsonOf(t, again["citation"]) != want || again["metadata_modified"] != d["metadata_modified"] {
		t.Errorf("a round trip changed %v", again)
	}
	for _, q := range []map[string]any{{"q": "Vermessung"}, {"q": "Jahresfassung"}, {"fq": "citation__kind:map"}, {"fq": "citation__pages:12"}} {
		if n := p.ok("", "package_search", q)["count"]; n != float64(1) {
			t.Errorf("%v finds %v", q, n)
		}
	}
	if r := p.ok("editor", "resource_patch", map[string]any{"id": r["id"], "schedule": []any{map[string]any{"impact": "P"}}}); jsonOf(t, r["schedule"]) != `[{"impact":"P"}]` {
		t.Errorf("patched resource: %v", r)
	}
	if d := p.ok("editor", "package_patch", map[string]any{"id": "karte", "citation": []any{}}); jsonOf(t, d["citation"]) != "[]" || len(d["contact_address"].([]any)) != 1 {
		t.Errorf("patched: %v", d)
	}
	// Types without these fields have none.
	if d := p.ok("editor", "package_create", map[string]any{"name": "anders", "owner_org": "amt"}); strings.Contains(fmt.Sprint(d), "citation") {
		t.Errorf("a dataset of another type: %v", d)
	}
	s := p.ok("", "scheming_dataset_schema_show", map[string]any{"type": "zitiert"})
	if f := s["dataset_fields"].([]any)[2].(map[string]any); len(f["repeating_subfields"].([]any)) != 4 || s["about"] != "Zitate" {
		t.Errorf("schema: %v", s)
	}
}

// TestRepeating_isChecked: faults come as one object for each group.
func TestRepeating_isChecked(t *testing.T) {
	t.Parallel()
	p := openSubfields(t)
	group := func(kv ...any) any {
		m := map[string]any{}
		for i := 0; i < len(kv); i += 2 {
			m[kv[i].(string)] = kv[i+1]
		}
		return []any{map[string]any{"originator": []any{"gut"}}, m}
	}
	for _, c := range []struct {
		field  string
		value  any
		status int
		want   string
	}{
		{"citation", group("kind", "map"), http.StatusConflict, `[{},{"originator":["Missing value"]}]`},
		{"citation", group("publication_date", "gestern"), http.StatusConflict, `[{},{"originator":["Missing value"],"publication_date":["Date format incorrect"]}]`},
		{"citation", group("originator", "x", "pages", "viele"), http.StatusConflict, `[{},{"pages":["Invalid integer"]}]`},
		{"citation", group("originator", "x", "kind", "lied"), http.StatusConflict, `[{},{"kind":["unexpected choice \"lied\""]}]`},
		{"contact_address", []any{map[string]any{"city": "Augsburg"}}, http.StatusConflict, `[{"address":["Missing value"]}]`},
		{"contact_address", []any{map[string]any{"address": strings.Repeat("x", 20_001)}}, http.StatusConflict, `[{"address":["Must be a maximum of 20000 characters long"]}]`},
		{"resources", []any{map[string]any{"url": "https://a.example", "schedule": []any{map[string]any{"note": "n"}}}}, http.StatusConflict, `[{"schedule":[{"impact":["Missing value"]}]}]`},
		{"citation", map[string]any{"originator": "x"}, http.StatusBadRequest, "null"},
		{"citation", "kein JSON", http.StatusBadRequest, "null"},
		{"citation", []any{"Text"}, http.StatusBadRequest, "null"},
	} {
		args := cited("falsch")
		args[c.field] = c.value
		a := p.call("editor", "package_create", args)
		if got := jsonOf(t, a.Error[c.field]); a.status != c.status || got != c.want {
			t.Errorf("%s %v: %d %s", c.field, c.value, a.status, a.text)
		}
	}
	d := p.ok("editor", "package_create", cited("gut"))
	if a := p.call("editor", "resource_create", map[string]any{"package_id": d["id"], "url": "https://a.example/y", "schedule": []any{map[string]any{"impact": "X"}}}); a.status != http.StatusConflict || jsonOf(t, a.Error["schedule"]) != `[{"impact":["unexpected choice \"X\""]}]` {
		t.Errorf("resource_create: %d %s", a.status, a.text)
	}
	many := cited("viele")
	list := make([]any, 501)
	for i := range list {
		list[i] = map[string]any{"originator": "x"}
	}
	many["citation"] = list
	if a := p.call("editor", "package_create", many); a.status != http.StatusConflict || a.Error["citation"] == nil {
		t.Errorf("too many: %d %.200s", a.status, a.text)
	}
}

// TestRepeating_asAFormSendsIt: ckanext-scheming's form has one input for each
// subfield, and groups in which nothing was typed.
func TestRepeating_asAFormSendsIt(t *testing.T) {
	t.Parallel()
	p := openSubfields(t)
	d := p.ok("editor", "package_create", map[string]any{
		"name": "form", "type": "zitiert", "owner_org": "amt", "contact_address": `[{"address": "Platz"}]`,
		"citation-10-originator": "Zweiter", "citation-2-originator": "Erster", "citation-2-pages": "3", "citation-11-originator": "", "citation-11-kind": "",
	})
	if got := jsonOf(t, d["citation"]); got != `[{"kind":"book","originator":["Erster"],"pages":3},{"kind":"book","originator":["Zweiter"]}]` {
		t.Errorf("citation %s", got)
	}
	if got := jsonOf(t, d["contact_address"]); got != `[{"address":"Platz"}]` {
		t.Errorf("address %s", got)
	}
}
