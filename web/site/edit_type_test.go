package site_test

import (
	"net/http"
	"strings"
	"testing"

	"trio.example/catalog"
)

const ruledType = `
dataset_type: dataset
dataset_fields:
- {field_name: title, label: Titel, preset: title}
- {field_name: aktenplan, label: Aktenplan, required: true}
- {field_name: lage, label: Lage, choices: [{value: innen, label: Innenstadt}, {value: aussen, label: Umland}]}
- {field_name: stand, label: Stand, default: neu, choices: [{value: neu, label: Neu}, {value: alt, label: Alt}]}
- {field_name: netze, label: Netze, preset: multiple_checkbox, choices: [{value: gas, label: Gas}, {value: strom, label: Strom}]}
- field_name: kontakt
  label: Kontakt
  repeating_subfields: [{field_name: amt, label: Amt, required: true}, {field_name: mail, label: Post, validators: email_validator}]
resource_fields:
- {field_name: ebene, label: Ebene, required: true}
`

// TestEdit_appliesTheRulesOfAType: what the API demands by a city's definition the
// form demands too, at the field and inside groups and distributions.
func TestEdit_appliesTheRulesOfAType(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	city := d.extended(ruledType)
	e := &catalog.Entry{Type: catalog.TypeDataset, Name: "karte", Owner: city, Access: catalog.AccessPublic, Fields: catalog.Fields{"title": "Karte", "aktenplan": "1", "lage": "früher"},
		Parts: []catalog.Part{{Fields: catalog.Fields{"url": "https://x.example/a.csv", "ebene": "A"}}}}
	if _, err := d.reg.Create(t.Context(), d.actors["editor"], e); err != nil {
		t.Fatal(err)
	}
	page := d.get("editor", "/dataset/edit/karte")
	for _, want := range []string{`<option value="innen">Innenstadt</option>`, `<option value="früher" selected>`, `type="checkbox" name="f-netze" value="gas"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the form lacks %s", want)
		}
	}
	try := func(change map[string]string, at ...string) {
		t.Helper()
		form := formOf(t, d.get("editor", "/dataset/edit/karte"))
		for name, v := range change {
			form.Set(name, v)
		}
		form.Set("do", "save")
		rec := d.do("editor", http.MethodPost, "/dataset/edit/karte", form)
		if want := map[bool]int{true: http.StatusUnprocessableEntity, false: http.StatusSeeOther}[len(at) > 0]; rec.Code != want {
			t.Fatalf("%v: %d %s", change, rec.Code, rec.Body.String())
		}
		for _, id := range at {
			if !strings.Contains(rec.Body.String(), `id="`+id+`-fault"`) {
				t.Errorf("%v: nothing is said at %s", change, id)
			}
		}
		if len(at) == 0 {
			return
		}
		if now, err := d.reg.Get(t.Context(), d.actors["root"], "package", e.ID); err != nil || now.Rev != e.Rev {
			t.Errorf("%v: saved, %v", change, err)
		}
	}
	try(map[string]string{"f-aktenplan": ""}, "f-aktenplan", "f-lage")
	try(map[string]string{"f-lage": "innen", "f-kontakt.0.mail": "kein", "p-0-ebene": ""}, "f-kontakt.0.amt", "f-kontakt.0.mail", "p-0-ebene")
	try(map[string]string{"f-lage": "innen", "f-netze": "wasser"}, "f-netze")
	try(map[string]string{"f-lage": "innen", "f-netze": "gas", "f-kontakt.0.amt": "Amt A", "f-kontakt.0.mail": "a@stadt.example"})
	if now, err := d.reg.Get(t.Context(), d.actors["root"], "package", e.ID); err != nil || now.Fields.String("stand") != "neu" || now.Fields.String("lage") != "innen" || len(now.Fields.Strings("netze")) != 1 {
		t.Errorf("%v %v", now.Fields, err)
	}
	form := formOf(t, d.get("root", "/dataset/new"))
	form.Set("f-title", "Neu")
	form.Set("owner", city)
	form.Set("do", "save")
	rec := d.do("root", http.MethodPost, "/dataset/new", form)
	if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), `id="f-aktenplan-fault"`) {
		t.Errorf("new: %d", rec.Code)
	}
	form.Set("f-aktenplan", "2")
	if rec := d.do("root", http.MethodPost, "/dataset/new", form); rec.Code != http.StatusSeeOther {
		t.Errorf("new: %d %s", rec.Code, rec.Body.String())
	}
}
