package site_test

import (
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"trio.example/catalog/survey"
)

const muc = "/survey/template/muc-silos@1.0.0"

// TestTemplatePages_walk makes a city's questionnaire by the pages alone, and
// opens a round with it.
func TestTemplatePages_walk(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	if at := d.post("officer", "/survey/template", "base", "man-datensilo@1.0.0", "city", "muc", "id", "muc-silos"); at != muc+"?done=saved" {
		t.Fatalf("it leads to %s", at)
	}
	d.post("officer", muc+"/question/F_archive", "hide", "1")
	d.post("officer", muc+"/question/C_system", "label_de", "Programm der Stadt", "visibility", "internal", "require", "1")
	d.post("officer", muc+"/question/E_licence", "default", "dlby")
	d.post("officer", muc+"/question/C_storage", "do", "option", "list", "storage", "code", "mucgi", "label", "Geoportal München", "broader", "gis")
	d.post("officer", muc+"/do/add", "label", "Nach Bezirken?", "name", "bezirk", "code", "mBezirk", "type", "boolean", "visibility", "internal")
	d.post("officer", muc+"/question/muc:N_bezirk", "id", "muc:N_bezirk", "label_de", "Nach Bezirken?", "type", "single", "options", "jnu", "visibility", "partner", "visible_if", "B_spatial = adr", "required", "soft")
	if page := d.get("officer", muc+"/question/muc:N_bezirk"); !strings.Contains(page, `value="B_spatial = adr"`) || strings.Contains(page, `name="compared"`) || strings.Contains(page, "option-up") {
		t.Error("an own question is edited badly")
	}
	page := d.get("officer", muc)
	for _, want := range []string{"Programm der Stadt", "Geoportal München", "Nach Bezirken?", "muc:N_bezirk", "ausgeblendet", "103 Fragen"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if page := d.get("officer", muc+"/question/E_licence"); !strings.Contains(page, `value="dlby"`) {
		t.Error("the preset is not shown")
	}
	// What may not be is said, and nothing changes.
	if page := d.refused("officer", muc+"/question/E_personal", http.StatusUnprocessableEntity, "hide", "1"); !strings.Contains(page, "gehört zum Kern") {
		t.Error("hiding a core question: no reason")
	}
	if page := d.refused("officer", muc+"/do/add", http.StatusUnprocessableEntity, "label", "x", "name", "zwei", "code", "bTitel", "type", "text", "visibility", "internal"); !strings.Contains(page, "bTitel") {
		t.Error("a code twice: no reason")
	}
	if page := d.refused("officer", muc+"/do/doc", http.StatusUnprocessableEntity, "doc", `{"mein": "Text"}`); !strings.Contains(page, `{"mein": "Text"}`) {
		t.Error("the text of the editor is lost")
	}
	d.post("officer", muc+"/question/C_storage", "drop", "mucgi", "list", "storage")
	if strings.Contains(d.get("officer", muc), "Geoportal München") {
		t.Error("the option is still there")
	}
	// A draft is for its city; a released one is for everybody and stays.
	for _, actor := range []string{"", "stranger", "member"} {
		if rec := d.do(actor, http.MethodGet, muc, nil); rec.Code == http.StatusOK {
			t.Errorf("a draft is shown to %q", actor)
		}
		if rec := d.do(actor, http.MethodGet, "/survey-template/muc-silos@1.0.0.json", nil); rec.Code != http.StatusNotFound {
			t.Errorf("a draft's document is given to %q", actor)
		}
		if rec := d.do(actor, http.MethodPost, muc+"/do/release", values(nil)); rec.Code != http.StatusNotFound && rec.Code != http.StatusSeeOther {
			t.Errorf("release by %q: %d", actor, rec.Code)
		}
	}
	d.post("officer", muc+"/do/release")
	d.refused("officer", muc+"/question/C_system", http.StatusNotFound, "label_de", "anders")
	d.refused("officer", muc+"/do/discard", http.StatusConflict)
	rec := d.do("", http.MethodGet, "/survey-template/muc-silos@1.0.0.json", nil)
	var doc map[string]any
	if err := json.Unmarshal(rec.Body.Bytes(), &doc); err != nil || doc["status"] != "published" {
		t.Errorf("document: %d %v", rec.Code, err)
	}
	for _, format := range []string{"xlsx", "lss"} {
		if rec := d.do("", http.MethodGet, "/survey-template/muc-silos@1.0.0."+format, nil); rec.Code != http.StatusOK || rec.Body.Len() < 5_000 {
			t.Errorf("%s: %d, %d bytes", format, rec.Code, rec.Body.Len())
		}
	}
	at := d.post("officer", "/survey", "city", "muenchen", "title", "Mit eigenem Bogen", "template", "muc-silos@1.0.0")
	if page := d.get("officer", strings.Split(at, "?")[0]); !strings.Contains(page, "muc-silos@1.0.0") {
		t.Error("the round does not tell its questionnaire")
	}
	// The same document again changes nothing; another content is refused.
	if at := d.post("officer", "/survey/template", "doc", rec.Body.String()); !strings.HasSuffix(at, "done=unchanged") {
		t.Errorf("the same again: %s", at)
	}
	other := strings.Replace(rec.Body.String(), "Programm der Stadt", "Anderes", 1)
	if page := d.refused("officer", "/survey/template", http.StatusConflict, "doc", other); !strings.Contains(page, "mit anderem Inhalt") {
		t.Error("another content under a released version: no reason")
	}
	d.post("officer", muc+"/do/next", "version", "1.1.0")
	d.post("officer", "/survey/template/muc-silos@1.1.0/do/discard")
}

func TestTemplatePages_refuseForeignFiles(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, content := range map[string]string{"leer.json": "", "fremd.json": `{"a":1}`, "kaputt.json": "{", "bild.png": "\x89PNG\r\n"} {
		rec := d.uploadAs("officer", "/survey/template", "file", name, content)
		if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(rec.Body.String()), "Vorlage") {
			t.Errorf("%s: %d %s", name, rec.Code, said(rec.Body.String()))
		}
	}
	nue := `{"format":"trio.survey.template/1","id":"nue-x","version":"1.0.0","status":"draft","language":"de","title":{"de":"N"},"unit":"holding","publisher":{"city":"nue","name":"Stadt Nürnberg"},"extends":{"id":"man-datensilo","version":"1.0.0"},"sections":[]}`
	if rec := d.uploadAs("officer", "/survey/template", "file", "nue.json", nue); rec.Code == http.StatusSeeOther {
		t.Error("a city takes another city's draft")
	}
}

// TestTemplatePages_askNothingInside: an address in the own network is not asked,
// and the page says so.
func TestTemplatePages_askNothingInside(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	var asked atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked.Store(true) }))
	defer srv.Close()
	for _, address := range []string{srv.URL + "/x.json", "http://169.254.169.254/latest", "file:///etc/passwd"} {
		page := d.refused("officer", "/survey/template", http.StatusUnprocessableEntity, "url", address)
		if !strings.Contains(page, "privaten Netz") && !strings.Contains(page, "keine Adresse") {
			t.Errorf("%s: %s", address, said(page))
		}
	}
	if asked.Load() {
		t.Error("a server inside was asked")
	}
}

// nextCore is the reference questionnaire with another wording, released as 1.1.0.
func nextCore() string {
	doc := strings.Replace(string(survey.Document()), `"version": "1.0.0"`, `"version": "1.1.0"`, 1)
	return strings.Replace(doc, "Referat / Geschäftsbereich", "Dezernat", 1)
}

// TestTemplatePages_settleConflicts: each conflict of a merge is shown with both
// sides and goes on as it is chosen, without scripts.
func TestTemplatePages_settleConflicts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.post("officer", "/survey/template", "base", "man-datensilo@1.0.0", "city", "muc", "id", "muc-silos")
	d.post("officer", muc+"/question/A_org1", "label_de", "Referat der Stadt")
	d.post("officer", muc+"/do/release")
	if at := d.post("officer", "/survey/template", "doc", nextCore()); !strings.Contains(at, "man-datensilo@1.1.0") {
		t.Fatalf("the new core leads to %s", at)
	}
	page := d.get("officer", muc+"/merge?to=1.1.0")
	for _, want := range []string{"Referat der Stadt", "Dezernat", "way:label:A_org1", "von beiden umformuliert", "Vorschlag"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of the merge lacks %q", want)
		}
	}
	if page := d.refused("officer", muc+"/do/merge", http.StatusUnprocessableEntity, "to", "1.1.0", "way:label:A_org1", "nichts"); !strings.Contains(page, "gibt es die Wahl") {
		t.Errorf("a choice there is not: %s", said(page))
	}
	at := d.post("officer", muc+"/do/merge", "to", "1.1.0", "way:label:A_org1", "theirs")
	if at != "/survey/template/muc-silos@1.1.0?done=merged" {
		t.Fatalf("it leads to %s", at)
	}
	page = d.get("officer", "/survey/template/muc-silos@1.1.0")
	if strings.Contains(page, "Referat der Stadt") || !strings.Contains(page, "Dezernat") || !strings.Contains(page, "man-datensilo@1.1.0") {
		t.Error("the draft does not follow the choice")
	}
	// What somebody did to the draft meanwhile is not lost to a second merge.
	d.post("officer", "/survey/template/muc-silos@1.1.0/question/A_org2", "label_de", "Unser Amt")
	if page := d.refused("officer", muc+"/do/merge", http.StatusConflict, "to", "1.1.0", "way:label:A_org1", "ours"); !strings.Contains(page, `value="ours" checked`) {
		t.Error("the choice is not kept")
	}
	if page := d.get("officer", "/survey/template/muc-silos@1.1.0"); !strings.Contains(page, "Unser Amt") {
		t.Error("a second merge wrote over the draft")
	}
}
