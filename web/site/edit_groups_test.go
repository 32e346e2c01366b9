package site_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/web/session"
	"trio.example/web/site"
	"trio.example/web/site/internal/fake"
)

const citedType = `
dataset_type: zitiert
dataset_fields:
- field_name: citation
  label: Zitat
  form_blanks: 2
  repeating_subfields:
  - {field_name: originator, label: Urheber, preset: multiple_text}
  - {field_name: pages, label: Seiten, validators: int_validator}
- field_name: address
  label: Anschrift
  repeating_once: true
  repeating_subfields: [{field_name: street, label: Straße}]
resource_fields:
- field_name: schedule
  label: Turnus
  repeating_subfields: [{field_name: note, label: Notiz}]
`

// extended serves the site with a city's own type, and returns the editor's city.
func (d *desk) extended(typ string) (city string) {
	d.t.Helper()
	defs := d.defs()
	if err := defs.Extend(fstest.MapFS{"typ.yaml": {Data: []byte(typ)}}); err != nil {
		d.t.Fatal(err)
	}
	d.reg = catalog.NewRegistry(d.store, defs)
	r := gin.New()
	r.Use(func(c *gin.Context) {
		c.Request = c.Request.WithContext(session.WithActor(c.Request.Context(), d.actors[c.GetHeader("X-Test-Actor")]))
	})
	if _, err := site.Register(r, site.Config{SiteURL: base, Registry: d.reg, Schema: defs, LoginPath: "/user/login"}, fake.New()); err != nil {
		d.t.Fatal(err)
	}
	d.h = r
	for id := range d.actors["editor"].Roles {
		city = id
	}
	return city
}

// TestEdit_repeatingFields: groups are edited without JavaScript; an empty one is
// none, and a form that comes back as it was changes nothing.
func TestEdit_repeatingFields(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	city := d.extended(citedType)
	e := &catalog.Entry{Type: catalog.TypeDataset, Name: "karte", Owner: city, Access: catalog.AccessPublic, Fields: catalog.Fields{"title": "Karte", "citation": []any{map[string]any{"originator": []any{"A", "B"}, "pages": int64(3)}}},
		Parts: []catalog.Part{{Fields: catalog.Fields{"url": "https://x.example/a.csv"}}}}
	if _, err := d.reg.Create(t.Context(), d.actors["editor"], e); err != nil {
		t.Fatal(err)
	}
	state := func() (rev int64, said string) {
		t.Helper()
		x, err := d.reg.Get(t.Context(), d.actors["root"], "package", e.ID)
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal([]any{x.Fields["citation"], x.Fields["address"], x.Parts[0].Fields["schedule"]})
		if err != nil {
			t.Fatal(err)
		}
		return x.Rev, string(b)
	}
	load := func() url.Values { return formOf(t, d.get("editor", "/dataset/edit/karte")) }
	save := func(form url.Values, status int) string {
		t.Helper()
		form.Set("do", "save")
		rec := d.do("editor", http.MethodPost, "/dataset/edit/karte", form)
		if rec.Code != status {
			t.Fatalf("%d %s", rec.Code, rec.Body.String())
		}
		return rec.Body.String()
	}
	rev, _ := state()
	form := load()
	if !form.Has("f-citation.1.pages") || form.Has("f-citation.2.pages") || !form.Has("f-address.0.street") || form.Has("f-address.1.street") || !form.Has("p-0-schedule.0.note") || !form.Has("p-new-schedule.0.note") {
		t.Errorf("inputs: %v", form)
	}
	save(form, http.StatusSeeOther)
	if now, _ := state(); now != rev {
		t.Errorf("an unchanged form made revision %d of %d", now, rev)
	}
	form = load()
	form.Set("f-citation.1.originator", "C")
	form.Set("f-address.0.street", " Platz 1 ")
	form.Set("p-0-schedule.0.note", "jährlich")
	save(form, http.StatusSeeOther)
	if _, said := state(); said != `[[{"originator":["A","B"],"pages":3},{"originator":["C"]}],[{"street":"Platz 1"}],[{"note":"jährlich"}]]` {
		t.Errorf("saved %s", said)
	}
	form = load()
	form.Set("f-citation.1.pages", "viele")
	if page := save(form, http.StatusUnprocessableEntity); !strings.Contains(page, `id="f-citation.1.pages-fault"`) || !strings.Contains(page, `value="viele"`) {
		t.Error("a fault in a group is not shown at its input")
	}
	form = load()
	form.Set("f-citation.0.originator", "")
	form.Set("f-citation.0.pages", "")
	form.Set("f-address.0.street", "")
	save(form, http.StatusSeeOther)
	if _, said := state(); said != `[[{"originator":["C"]}],null,[{"note":"jährlich"}]]` {
		t.Errorf("emptied %s", said)
	}
}
