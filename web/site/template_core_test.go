package site_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"trio.example/catalog/survey"
)

const kern = "/survey/template/muc-kern@"

// ownCore is a complete questionnaire that München keeps.
func ownCore(status, version string) string {
	doc := strings.NewReplacer(`"id": "man-datensilo"`, `"id": "muc-kern"`, `"status": "published"`, `"status": "`+status+`"`, `"city": "aug"`, `"city": "muc"`).Replace(string(survey.Document()))
	return strings.Replace(doc, `"version": "1.0.0"`, `"version": "`+version+`"`, 1)
}

// TestTemplatePages_prepareACore makes a new version of a complete questionnaire
// by the pages alone: wording, kinds, conditions, order, options and sections; the
// change log is written by itself.
func TestTemplatePages_prepareACore(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.post("officer", "/survey/template", "doc", ownCore("published", "1.0.0"))
	if at := d.post("officer", kern+"1.0.0/do/next", "version", "1.0.1"); at != kern+"1.0.1?done=saved" {
		t.Fatalf("it leads to %s", at)
	}
	edit := kern + "1.0.1"
	ask := func(id string, more ...string) []string {
		return append([]string{"id", id, "label_de", "Bekannte Mängel", "label_en", "Known defects", "type", "multiline", "visibility", "internal", "section", "F"}, more...)
	}
	if at := d.post("officer", edit+"/question/F_issues", ask("F_defects", "visible_if", "F_accuracy = 3, 4 oder nicht F_complete beantwortet", "short", "1")...); !strings.Contains(at, "#q-F_defects") {
		t.Errorf("a renamed question leads to %s", at)
	}
	page := d.refused("officer", edit+"/question/F_defects", http.StatusUnprocessableEntity, ask("F_defects", "visible_if", "F_accuracy = ")...)
	if !strings.Contains(page, "Bedingung ist nicht lesbar") || !strings.Contains(page, `value="F_accuracy = "`) {
		t.Error("a condition that cannot be read: no reason, or the text is gone")
	}
	d.refused("officer", edit+"/question/F_defects", http.StatusUnprocessableEntity, ask("F_defects", "visible_if", "X_weg = ja")...)
	d.refused("officer", edit+"/question/F_defects", http.StatusUnprocessableEntity, ask("F_complete")...)
	page = d.refused("officer", edit+"/question/F_defects", http.StatusUnprocessableEntity, ask("F_defects", "min_length", "9", "max_length", "5")...)
	if !strings.Contains(page, "untere Grenze liegt über der oberen") || !strings.Contains(page, `name="max_length" value="5"`) {
		t.Error("limits in the wrong order: no reason, or what was typed is gone")
	}
	for name, bad := range map[string]string{"max_items": "viele", "pattern": "(", "min": "x", "max_length": "-1"} {
		d.refused("officer", edit+"/question/F_defects", http.StatusUnprocessableEntity, ask("F_defects", name, bad)...)
	}
	d.post("officer", edit+"/question/F_defects", ask("F_defects", "visible_if", "F_accuracy = 3, 4 oder nicht F_complete beantwortet", "short", "1", "max_length", "500", "pattern", "^[^&]*$")...)
	if doc := d.do("officer", http.MethodGet, "/survey-template/muc-kern@1.0.1.json", nil).Body.String(); !strings.Contains(doc, `"max_length": 500`) || !strings.Contains(doc, `"pattern": "^[^\u0026]*$"`) {
		t.Error("limits are not kept")
	}
	d.post("officer", edit+"/question/F_defects", ask("F_defects", "visible_if", "F_accuracy = 3, 4 oder nicht F_complete beantwortet", "short", "1", "max_length", "", "pattern", "")...)
	d.post("officer", edit+"/do/add", "label", "Wird der Bestand gesichert?", "name", "backup", "code", "cSicherung", "type", "single", "options", "jnu", "section", "C", "visibility", "internal")
	d.post("officer", edit+"/question/C_backup", "do", "up")
	d.post("officer", edit+"/question/C_storage", "do", "option", "list", "storage", "code", "geopo", "label_de", "Geodatenportal")
	d.post("officer", edit+"/question/C_storage", "do", "option", "list", "storage", "code", "xls", "label_de", "Excel", "label_en", "Excel", "retired", "1")
	d.post("officer", edit+"/question/C_storage", "do", "option-up", "list", "storage", "code", "geopo")
	d.post("officer", edit+"/do/section", "id", "F", "title_de", "Güte", "title_en", "Quality")
	d.post("officer", edit+"/do/section", "id", "F", "go", "up")
	page = d.get("officer", edit)
	for _, want := range []string{"neue Frage kommt hinzu", "umbenannt aus F_issues", "nicht mehr angeboten", "in anderer Reihenfolge", "Stufe: Ergänzung (zweite Zahl)", "verlangen eine neue Fassung", "Richtigkeit“ = ausreichend / mangelhaft"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page of the draft lacks %q", want)
		}
	}
	d.refused("officer", edit+"/do/release", http.StatusUnprocessableEntity) // grown too little
	doc := d.do("officer", http.MethodGet, "/survey-template/muc-kern@1.0.1.json", nil).Body.String()
	if at := d.post("officer", edit+"/do/doc", "doc", strings.Replace(doc, `"version": "1.0.1"`, `"version": "1.1.0"`, 2)); at != kern+"1.1.0?done=saved" {
		t.Fatalf("the version leads to %s", at)
	}
	d.post("officer", kern+"1.1.0/do/release")
	released, err := survey.Read(d.do("", http.MethodGet, "/survey-template/muc-kern@1.1.0.json", nil).Body.Bytes(), survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	if got := released.Renames("1.0.0")["F_issues"]; got != "F_defects" {
		t.Errorf("stored answers of F_issues go to %q", got)
	}
	if q := released.Question("F_defects"); q.MaxLength != 0 || q.Pattern != "" {
		t.Errorf("limits %v", q.Limits())
	}
	kinds := map[string]string{}
	for _, r := range released.Releases() {
		for _, c := range r.Changes {
			kinds[c.ID] += c.Kind
		}
	}
	if kinds["C_backup"] != "added" || kinds["F_defects"] != "renamed" || kinds["storage:geopo"] != "options_added" || kinds["storage:xls"] != "options_removed" || kinds["F"] != "relabelled" {
		text, _ := json.Marshal(released.Releases())
		t.Errorf("the change log is %s", text)
	}
	if at := d.do("officer", http.MethodGet, kern+"1.1.0/question/C_backup", nil); at.Code != http.StatusNotFound {
		t.Error("a released version can be edited")
	}
}

// TestTemplatePages_previewShowsWhatApplies: the preview is the form itself, and
// follows the answers that are tried, without scripts and without keeping any.
func TestTemplatePages_previewShowsWhatApplies(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	const at = "/survey/template/man-datensilo@1.0.0/preview?section=G"
	if page := d.get("officer", at); strings.Contains(page, "Warum nicht?") || !strings.Contains(page, "Erwarteter Nutzen") {
		t.Error("the preview shows what does not apply, or lacks what does")
	}
	if page := d.get("officer", at+"&a.G_will=nein&a.G_demand=rat&a.G_demand=pre"); !strings.Contains(page, "Warum nicht?") || strings.Count(page, " checked") != 3 {
		t.Error("the preview does not follow the answers")
	}
	if rec := d.do("", http.MethodGet, at, nil); rec.Code == http.StatusOK {
		t.Error("the preview is shown to everybody")
	}
}
