package site_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// editPages are the templates that the tests of this file show.
var editPages = []string{"edit", "repair", "upload"}

func (d *desk) defs() *schema.Set {
	d.t.Helper()
	defs, err := schema.Default()
	if err != nil {
		d.t.Fatal(err)
	}
	return defs
}

// formOf reads what a browser would send of the form on a page.
func formOf(t *testing.T, page string) url.Values {
	t.Helper()
	doc, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	out := url.Values{}
	var walk func(n *html.Node, in bool, name string)
	walk = func(n *html.Node, in bool, name string) {
		at := map[string]string{}
		for _, a := range n.Attr {
			at[a.Key] = a.Val
		}
		_, checked := at["checked"]
		_, selected := at["selected"]
		switch n.Data {
		case "form":
			in = at["method"] == "post" && strings.Contains(at["action"], "/dataset/")
		case "input":
			if in && at["name"] != "" && (at["type"] != "checkbox" || checked) {
				out.Add(at["name"], at["value"])
			}
		case "select":
			name = at["name"]
		case "option":
			if in && (selected || !out.Has(name)) {
				out.Set(name, at["value"])
			}
		case "textarea":
			if in {
				text := ""
				if n.FirstChild != nil {
					text = n.FirstChild.Data
				}
				out.Set(at["name"], strings.ReplaceAll(text, "\n", "\r\n"))
			}
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in, name)
		}
	}
	walk(doc, false, "")
	return out
}

// TestEdit_changesWhatWasChanged: saving the form as it came changes nothing; what
// others did meanwhile stays, and where both changed one value nobody loses theirs
// unasked.
func TestEdit_changesWhatWasChanged(t *testing.T) {
	t.Parallel()
	d, e := withHistory(t)
	change := func(fn func(e *catalog.Entry)) {
		t.Helper()
		if _, _, err := d.reg.Change(t.Context(), d.actors["editor"], "package", e.ID, 0, func(e *catalog.Entry) error { fn(e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	now := func() *catalog.Entry {
		t.Helper()
		x, err := d.reg.Get(t.Context(), d.actors["root"], "package", e.ID)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	change(func(e *catalog.Entry) {
		e.Fields.Set("tags", []string{"Bäume, alte", "Stadtgrün"})
		e.Fields.Set("theme", []string{"http://publications.europa.eu/resource/authority/data-theme/ENVI"})
		e.Fields.Set("issued", "2024-05")
		e.Fields.Set("notes", "Zwei\n\nAbsätze <b>")
		e.Parts = []catalog.Part{{Fields: catalog.Fields{"url": "https://x.example/a.csv", "name": "A", "size": int64(12)}}, {Fields: catalog.Fields{"url": "https://x.example/b.csv", "name": "B"}}}
	})
	send := func(form url.Values, do string) (int, string) {
		t.Helper()
		form.Set("do", do)
		rec := d.do("editor", http.MethodPost, "/dataset/edit/baumliste", form)
		return rec.Code, rec.Body.String()
	}
	rev := now().Rev
	old := formOf(t, d.get("editor", "/dataset/edit/baumliste"))
	if code, body := send(old, "save"); code != http.StatusSeeOther || now().Rev != rev {
		t.Fatalf("an unchanged form: %d, revision %d after %d: %s", code, now().Rev, rev, body)
	}
	form := formOf(t, d.get("editor", "/dataset/edit/baumliste"))
	form.Set("f-title", "  Bäume der Stadt ")
	form.Set("p-1-name", "B neu")
	form.Set("drop-0", "yes")
	form.Set("p-new-url", "https://x.example/c.csv")
	if code, _ := send(form, "check"); code != http.StatusOK || now().Rev != rev {
		t.Errorf("a check: %d, revision %d", code, now().Rev)
	}
	if code, body := send(form, "save"); code != http.StatusSeeOther {
		t.Fatalf("%d %s", code, body)
	}
	x := now()
	if x.Fields.String("title") != "Bäume der Stadt" || len(x.Parts) != 2 || x.Parts[0].Fields.String("name") != "B neu" || x.Parts[1].Fields.String("url") != "https://x.example/c.csv" || x.Fields.String("notes") != "Zwei\n\nAbsätze <b>" {
		t.Errorf("saved: %+v %+v", x.Fields, x.Parts)
	}
	// The old form, once more: another field joins, the same one is asked about.
	old.Set("f-issued", "2025")
	if code, _ := send(old, "save"); code != http.StatusSeeOther || now().Fields.String("issued") != "2025" || now().Fields.String("title") != "Bäume der Stadt" {
		t.Errorf("another field: %d %v", code, now().Fields)
	}
	old.Set("f-title", "Mein Titel")
	code, body := send(old, "save")
	if code != http.StatusUnprocessableEntity || now().Fields.String("title") != "Bäume der Stadt" || !strings.Contains(body, "Bäume der Stadt“") || !strings.Contains(body, `value="Mein Titel"`) {
		t.Errorf("the same field: %d %q", code, now().Fields.String("title"))
	}
	if code, _ := send(formOf(t, body), "save"); code != http.StatusSeeOther || now().Fields.String("title") != "Mein Titel" {
		t.Errorf("the same field again: %d %q", code, now().Fields.String("title"))
	}
	for field, bad := range map[string]string{"f-title": " ", "f-version": strings.Repeat("x", 5000), "p-0-size": "viel"} {
		form := formOf(t, d.get("editor", "/dataset/edit/baumliste"))
		form.Set(field, bad)
		rev := now().Rev
		if code, body := send(form, "save"); code != http.StatusUnprocessableEntity || now().Rev != rev || !strings.Contains(body, `id="`+field+`-fault"`) {
			t.Errorf("%s: %d", field, code)
		}
	}
}

// TestEdit_isForThoseWhoMayEdit: others see neither form nor check, and what they
// send changes nothing.
func TestEdit_isForThoseWhoMayEdit(t *testing.T) {
	t.Parallel()
	d, e := withHistory(t)
	form := formOf(t, d.get("editor", "/dataset/edit/baumliste"))
	form.Set("f-title", "Übernommen")
	form.Set("owner_org", "andere")
	form.Set("f-creator_user_id", "x")
	form.Set("f-converted", "x")
	for _, who := range []string{"", "member", "stranger"} {
		for _, method := range []string{http.MethodGet, http.MethodPost} {
			rec := d.do(who, method, "/dataset/edit/baumliste", form)
			if rec.Code < 300 || who != "" && rec.Code < 400 || strings.Contains(rec.Body.String(), "h-check") {
				t.Errorf("%q %s: %d", who, method, rec.Code)
			}
		}
		if strings.Contains(d.do(who, http.MethodGet, "/dataset/new", nil).Body.String(), `name="owner"`) {
			t.Errorf("%q may make datasets", who)
		}
	}
	if x, err := d.reg.Get(t.Context(), d.actors["root"], "package", e.ID); err != nil || x.Rev != e.Rev {
		t.Errorf("changed by others: %v", err)
	}
	if page := d.get("root", "/en/dataset/new"); !strings.Contains(page, `name="owner"`) || !strings.Contains(page, "stays a draft") {
		t.Error("no form for a new dataset")
	}
}
