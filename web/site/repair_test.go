package site_test

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog"
)

// TestRepair_setsWhatWasChosenAndUndoesIt: the preview changes nothing, only what
// stays chosen is set, and undoing brings the values of before back.
func TestRepair_setsWhatWasChosenAndUndoesIt(t *testing.T) {
	t.Parallel()
	d, e := withHistory(t)
	for i := range 3 {
		x := &catalog.Entry{Type: catalog.TypeDataset, Name: fmt.Sprintf("viele-%d", i), Owner: e.Owner, Access: catalog.AccessPublic, Fields: catalog.Fields{"title": fmt.Sprintf("Viele %d", i)}}
		if _, err := d.reg.Create(t.Context(), d.actors["editor"], x); err != nil {
			t.Fatal(err)
		}
	}
	foreign := &catalog.Entry{Type: catalog.TypeDataset, Name: "fremd", Access: catalog.AccessPrivate, Fields: catalog.Fields{"title": "Fremder Titel"}}
	if _, err := d.reg.Create(t.Context(), d.actors["root"], foreign); err != nil {
		t.Fatal(err)
	}
	licences := func() (out string) {
		t.Helper()
		for _, name := range []string{"viele-0", "viele-1", "viele-2", "fremd"} {
			x, err := d.reg.Get(t.Context(), d.actors["root"], "package", name)
			if err != nil {
				t.Fatal(err)
			}
			out += x.Fields.String("license_id") + ","
		}
		return out
	}
	send := func(who string, form url.Values) (int, string) {
		t.Helper()
		rec := d.do(who, http.MethodPost, "/repair", form)
		return rec.Code, rec.Body.String()
	}
	form := url.Values{"field": {"license_id"}, "value": {"dl-zero-de/2.0"}, "which": {"empty"}, "do": {"look"}}
	code, preview := send("root", form)
	if code != http.StatusOK || !strings.Contains(preview, "Viele 2") || licences() != ",,,," {
		t.Fatalf("preview: %d, %s", code, licences())
	}
	ids := regexp.MustCompile(`name="only" value="([^"]+)" aria-label="Viele (\d)`).FindAllStringSubmatch(preview, -1)
	if len(ids) != 3 {
		t.Fatalf("%d datasets in the preview", len(ids))
	}
	form.Set("do", "apply")
	if code, _ := send("root", form); code != http.StatusUnprocessableEntity || licences() != ",,,," {
		t.Errorf("nothing chosen: %d %s", code, licences())
	}
	for _, m := range ids {
		if m[2] != "1" {
			form.Add("only", m[1])
		}
	}
	if code, body := send("root", form); code != http.StatusSeeOther || strings.Count(licences(), "dl-") != 2 || strings.HasPrefix(licences(), ",") {
		t.Fatalf("%d %s %s", code, licences(), body)
	}
	job := regexp.MustCompile(`name="undo" value="([^"]+)"`).FindStringSubmatch(d.get("root", "/repair"))
	if job == nil {
		t.Fatal("the repair is not listed")
	}
	if code, _ := send("stranger", url.Values{"undo": {job[1]}}); code < 400 || strings.Count(licences(), "dl-") != 2 {
		t.Errorf("undone by a stranger: %d", code)
	}
	if code, _ := send("root", url.Values{"undo": {job[1]}}); code != http.StatusSeeOther || licences() != ",,,," {
		t.Errorf("undo: %d %s", code, licences())
	}
	for _, bad := range []url.Values{{"field": {"license_id"}, "do": {"look"}}, {"field": {"license_id"}, "value": {"gibt-es-nicht"}, "do": {"look"}}} {
		if code, _ := send("root", bad); code != http.StatusUnprocessableEntity {
			t.Errorf("%v: %d", bad, code)
		}
	}
	for _, who := range []string{"", "member", "stranger"} {
		if page := d.do(who, http.MethodGet, "/repair?field=license_id", nil).Body.String(); strings.Contains(page, "Fremder") || strings.Contains(page, `name="value"`) && who != "stranger" {
			t.Errorf("%q sees the form", who)
		}
	}
	_, page := send("stranger", url.Values{"field": {"license_id"}, "value": {"dl-zero-de/2.0"}, "which": {"all"}, "do": {"look"}})
	if strings.Contains(page, "Viele 1") || strings.Contains(page, "Fremder") {
		t.Error("a stranger previews what others edit")
	}
}
