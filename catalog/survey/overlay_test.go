package survey_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// reference is where the reference files lie in the developers' own folders.
const reference = "../../../shared/survey/examples"

// overlayDoc is a city's overlay that does one of everything.
const overlayDoc = `{
 "format": "trio.survey.template/1", "id": "aug-silos", "version": "1.0.0", "status": "draft", "language": "de",
 "title": {"de": "Augsburger Abfrage"}, "unit": "holding", "publisher": {"city": "aug", "name": "Stadt Augsburg"},
 "extends": {"id": "man-datensilo", "version": "1.0.0"},
 "overlay": {
  "hide": ["F_archive", "B_posacc"], "require": ["B_muster"], "default": {"E_licence": "dlby", "B_theme": ["envi"]},
  "relabel": {"A_org1": {"label": {"de": "Referat der Stadt"}}},
  "raise_visibility": {"C_system": "internal"},
  "add_options": {"storage": [{"code": "auggi", "label": {"de": "Geoportal Augsburg"}, "broader": "gis"}]}
 },
 "sections": [
  {"id": "aug:N", "after": "G", "title": {"de": "Augsburger Fragen"}, "questions": [
   {"id": "aug:N_bezirk", "code": "aBezirk", "type": "single", "options": "jnu", "visibility": "internal", "required": false, "label": {"de": "Nach Bezirken?"},
    "visible_if": {"q": "F_issues", "op": "answered"}}]},
  {"id": "B", "title": {"de": "egal"}, "questions": [
   {"id": "aug:B_plan", "code": "aPlan", "type": "text", "visibility": "internal", "required": "soft", "label": {"de": "Planwerk"}}]}
 ]
}`

// edit changes a template's document.
func edit(t *testing.T, doc string, change func(map[string]any)) []byte {
	t.Helper()
	var m map[string]any
	if err := json.Unmarshal([]byte(doc), &m); err != nil {
		t.Fatal(err)
	}
	change(m)
	out, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func at(m map[string]any, path ...any) any {
	var v any = m
	for _, p := range path {
		switch k := p.(type) {
		case string:
			v = v.(map[string]any)[k]
		case int:
			v = v.([]any)[k]
		}
	}
	return v
}

func set(m map[string]any, v any, path ...any) {
	last := len(path) - 1
	in := at(m, path[:last]...)
	switch k := path[last].(type) {
	case string:
		in.(map[string]any)[k] = v
	case int:
		in.([]any)[k] = v
	}
}

func overlay(t *testing.T) *survey.Template {
	t.Helper()
	o, err := survey.Read([]byte(overlayDoc), survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	return o
}

func TestRead_worksAnOverlayIntoItsBase(t *testing.T) {
	t.Parallel()
	o := overlay(t)
	if o.Ref() != "aug-silos@1.0.0" || o.Extends.Ref() != "man-datensilo@1.0.0" {
		t.Errorf("it is called %s on %s", o.Ref(), o.Extends.Ref())
	}
	if q := o.Question("A_org1"); q.Label.In("de") != "Referat der Stadt" || q.Label.In("en") != "Department" {
		t.Errorf("wording: %v", q.Label)
	}
	if q := o.Question("C_system"); q.Visibility != catalog.LevelInternal {
		t.Errorf("visibility: %s", q.Visibility)
	}
	var ids []string
	for _, s := range o.Sections {
		ids = append(ids, s.ID)
	}
	if got := strings.Join(ids, " "); got != "A B C D E F G aug:N H I" {
		t.Errorf("sections: %s", got)
	}
	if sec := o.SectionOf("aug:B_plan"); sec == nil || sec.ID != "B" {
		t.Errorf("own question of a core section: %v", sec)
	}
	if !cmp.Equal(o.Preset(o.Question("B_theme")), []string{"envi"}) || o.Preset(o.Question("E_licence")) != "dlby" || o.Preset(o.Question("B_title")) != nil {
		t.Error("presets differ")
	}
	// What a round keeps is read again as it is.
	text, err := json.Marshal(o)
	if err != nil {
		t.Fatal(err)
	}
	again, err := survey.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	if len(again.Questions()) != len(o.Questions()) || !again.Question("F_archive").Hidden {
		t.Error("a stored overlay is read differently")
	}
	if survey.Default().Question("F_archive").Hidden || len(survey.Default().OptionLists["storage"]) != len(o.OptionLists["storage"])-1 {
		t.Error("the base changed")
	}
}

func record(o *survey.Template, raw map[string]any) survey.Result {
	full := map[string]any{
		"A_org1": "Umweltreferat", "A_org2": "Umweltamt", "A_mail": "x@stadt.example", "B_localid": "u-1", "B_title": "Baumkataster", "B_desc": "Alle Bäume der Stadt.", "B_theme": []string{"envi"}, "B_freq": "mon", "B_muster": "Baumkataster", "aug:B_plan": "keines",
		"C_system": "GIS", "C_storage": []string{"auggi"}, "C_format": []string{"gjson"}, "D_iface": []string{"wfs"}, "D_form": "pull", "E_personal": "kein", "E_secrecy": []string{"kein"}, "E_third": "kein", "E_licence": "dl0", "G_will": "ja", "A_funcmail": "daten@stadt.example",
	}
	for k, v := range raw {
		full[k] = v
	}
	return o.Evaluate(survey.Input{Raw: full, City: "aug", Submitted: true})
}

func TestEvaluate_countsAnAddedOptionAsItsBroaderOne(t *testing.T) {
	t.Parallel()
	o := overlay(t)
	own, core, worse := record(o, nil), record(o, map[string]any{"C_storage": []string{"gis"}}), record(o, map[string]any{"C_storage": []string{"paper"}})
	if own.Outcome != survey.OutcomeValid {
		t.Fatalf("reasons: %v", own.Reasons)
	}
	if own.Assessment.Effort != core.Assessment.Effort || own.Assessment.Effort >= worse.Assessment.Effort {
		t.Errorf("effort %d, as the core's option %d, on paper %d", own.Assessment.Effort, core.Assessment.Effort, worse.Assessment.Effort)
	}
	if r := record(o, map[string]any{"B_muster": ""}); !slices.Contains(r.Reasons, "missing:B_muster") {
		t.Errorf("a question the overlay requires: %v", r.Reasons)
	}
	r := record(o, map[string]any{"F_archive": "ja", "aug:N_bezirk": "ja"})
	if !slices.Contains(r.Warnings, "hidden_answer:F_archive") || !slices.Contains(r.Warnings, "hidden_answer:aug:N_bezirk") {
		t.Errorf("answers to hidden questions: %v", r.Warnings)
	}
	if r := record(o, map[string]any{"F_issues": "Lücken", "aug:N_bezirk": "ja"}); r.Answers.String("aug:N_bezirk") != "ja" {
		t.Errorf("own question: %v", r.Warnings)
	}
}

func TestRead_refusesWithTheReason(t *testing.T) {
	t.Parallel()
	option := func(code, broader string) map[string]any {
		o := map[string]any{"code": code, "label": map[string]any{"de": "x"}}
		if broader != "" {
			o["broader"] = broader
		}
		return o
	}
	for _, c := range []struct {
		want   string
		change func(m map[string]any)
	}{
		{"cannot_hide_core:G_will", func(m map[string]any) { set(m, []any{"G_will"}, "overlay", "hide") }},
		{"cannot_hide_core:A_funcmail", func(m map[string]any) { set(m, []any{"A_funcmail"}, "overlay", "hide") }},
		{"visibility_lowered:C_version", func(m map[string]any) { set(m, "partner", "overlay", "raise_visibility", "C_version") }},
		{"broader_unknown:format:abc", func(m map[string]any) { set(m, []any{option("abc", "nope")}, "overlay", "add_options", "format") }},
		{"schema:broader", func(m map[string]any) { set(m, []any{option("abc", "")}, "overlay", "add_options", "format") }},
		{"option_exists:format:csv", func(m map[string]any) { set(m, []any{option("csv", "xml")}, "overlay", "add_options", "format") }},
		{"unknown_option_list:nix", func(m map[string]any) { set(m, []any{option("abc", "csv")}, "overlay", "add_options", "nix") }},
		{"schema:code", func(m map[string]any) { set(m, []any{option("zulang", "csv")}, "overlay", "add_options", "format") }},
		{"own_question_needs_prefix:N_bezirk", func(m map[string]any) { set(m, "N_bezirk", "sections", 0, "questions", 0, "id") }},
		{"own_question_needs_prefix:muc:N_bezirk", func(m map[string]any) { set(m, "muc:N_bezirk", "sections", 0, "questions", 0, "id") }},
		{"own_section_needs_prefix:N", func(m map[string]any) { set(m, "N", "sections", 0, "id") }},
		{"unknown_section:Q", func(m map[string]any) { set(m, "Q", "sections", 0, "after") }},
		{"base_unknown:man-datensilo@1.0.1", func(m map[string]any) { set(m, "1.0.1", "extends", "version") }},
		{"base_unknown:other-core@1.0.0", func(m map[string]any) { set(m, "other-core", "extends", "id") }},
		{"base_changed:man-datensilo@1.0.0", func(m map[string]any) { set(m, strings.Repeat("0", 64), "extends", "sha256") }},
		{"overlay_may_not_set:scores", func(m map[string]any) {
			m["scores"] = map[string]any{"effort": map[string]any{"label": map[string]any{"de": "x"}, "formula": "0"}}
		}},
		{"overlay_may_not_set:publishability", func(m map[string]any) {
			m["publishability"] = map[string]any{"not_publishable": []any{}, "conditional": []any{}, "otherwise": "publishable"}
		}},
		{"unknown_question:X_weg", func(m map[string]any) {
			set(m, map[string]any{"label": map[string]any{"de": "x"}}, "overlay", "relabel", "X_weg")
		}},
		{"unknown_question:X_weg", func(m map[string]any) { set(m, "public", "overlay", "raise_visibility", "X_weg") }},
		{"unknown_question:X_weg", func(m map[string]any) { set(m, "ja", "overlay", "default", "X_weg") }},
		{"code_exists:gBereit", func(m map[string]any) { set(m, "gBereit", "sections", 0, "questions", 0, "code") }},
		{"question_exists:aug:N_bezirk", func(m map[string]any) { set(m, "aug:N_bezirk", "sections", 1, "questions", 0, "id") }},
		{"hidden_and_required:F_archive", func(m map[string]any) { set(m, []any{"F_archive"}, "overlay", "require") }},
		{"default_invalid:E_licence", func(m map[string]any) { set(m, "gibtsnicht", "overlay", "default", "E_licence") }},
		{"option_list_exists:jnu", func(m map[string]any) { m["option_lists"] = map[string]any{"jnu": []any{option("ja", "")}} }},
		{"schema:visibility", func(m map[string]any) { set(m, "geheim", "sections", 0, "questions", 0, "visibility") }},
		{"schema:visibility", func(m map[string]any) { set(m, true, "sections", 0, "questions", 0, "personal_data") }},
		{"schema:type", func(m map[string]any) { set(m, "zahl", "sections", 0, "questions", 0, "type") }},
		{"schema:required", func(m map[string]any) { delete(at(m, "sections", 0, "questions", 0).(map[string]any), "required") }},
		{"schema:required", func(m map[string]any) { set(m, "immer", "sections", 0, "questions", 0, "required") }},
		{"schema:options", func(m map[string]any) { delete(at(m, "sections", 0, "questions", 0).(map[string]any), "options") }},
		{"schema:label", func(m map[string]any) { delete(at(m, "sections", 0, "questions", 0).(map[string]any), "label") }},
		{"schema:version", func(m map[string]any) { m["version"] = "1.0" }},
		{"schema:id", func(m map[string]any) { m["id"] = "Groß" }},
		{"schema:color", func(m map[string]any) { m["color"] = "red" }},
		{"schema:resolved", func(m map[string]any) { m["resolved"] = true }},
		{"schema:hidden", func(m map[string]any) { set(m, true, "sections", 0, "questions", 0, "hidden") }},
	} {
		_, err := survey.Read(edit(t, overlayDoc, c.change), survey.BuiltIn)
		if codes := codesOf(t, err); !slices.Contains(codes, c.want) {
			t.Errorf("want %s, got %v", c.want, codes)
		}
	}
}

func codesOf(t *testing.T, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	var c *catalog.Error
	if !errors.As(err, &c) {
		t.Fatalf("no refusal for people: %v", err)
	}
	var out []string
	for _, f := range c.Findings {
		out = append(out, f.Code)
		if f.Message.In("de") == "" || f.Message.In("en") == "" {
			t.Errorf("%s has no sentence", f.Code)
		}
	}
	return out
}

func TestRead_refusesWhatIsNoTemplate(t *testing.T) {
	t.Parallel()
	for name, doc := range map[string]string{
		"empty": "", "null": "null", "list": "[]", "other": `{"format":"x"}`, "cut": overlayDoc[:200], "twice": overlayDoc + overlayDoc,
		"deep":  `{"format":"trio.survey.template/1","sections":` + strings.Repeat("[", 20_000),
		"large": `{"title":{"de":"` + strings.Repeat("x", survey.MaxTemplate) + `"}}`,
	} {
		if _, err := survey.Read([]byte(doc), survey.BuiltIn); len(codesOf(t, err)) == 0 {
			t.Errorf("%s: not refused", name)
		}
	}
}

func TestRead_theReferenceOverlays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile(filepath.Join(reference, "expected-invalid.json"))
	if err != nil {
		t.Skip("the reference files are not beside this working copy; the project's own overlays are tested")
	}
	var want []struct{ File, Reason string }
	if err := json.Unmarshal(text, &want); err != nil {
		t.Fatal(err)
	}
	for _, w := range want {
		_, err := survey.Read(file(t, w.File), survey.BuiltIn)
		if got := codesOf(t, err); !cmp.Equal(got, []string{w.Reason}) {
			t.Errorf("%s: want %s, got %v", w.File, w.Reason, got)
		}
	}
	if _, err := survey.Read(file(t, "overlay-nue.json"), survey.BuiltIn); err != nil {
		t.Error(err)
	}
}

func file(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(reference, name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func TestUpdate_mergesAsTheReferenceSays(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(reference); err != nil {
		t.Skip("the reference files are not beside this working copy; the project's own merges are tested")
	}
	next, err := survey.Read(file(t, "template-man-1.1.0.json"), survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	m, err := survey.Update(file(t, "overlay-nue.json"), survey.Default(), next, nil)
	if err != nil {
		t.Fatal(err)
	}
	var want, got map[string]any
	if err := json.Unmarshal(file(t, "expected-merge.json"), &want); err != nil {
		t.Fatal(err)
	}
	text, _ := json.Marshal(m)
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	delete(want, "theirs")
	delete(want, "ours")
	for _, key := range []string{"automatic", "conflicts"} {
		for _, x := range got[key].([]any) {
			item := x.(map[string]any)
			for _, k := range []string{"text", "answer", "ours", "theirs", "key", "ways", "chosen"} {
				delete(item, k)
			}
		}
	}
	for key := range want {
		sorted := func(v any) any {
			if list, ok := v.([]any); ok {
				slices.SortFunc(list, func(a, b any) int {
					return strings.Compare(a.(map[string]any)["id"].(string), b.(map[string]any)["id"].(string))
				})
			}
			return v
		}
		if d := cmp.Diff(sorted(want[key]), sorted(got[key])); d != "" {
			t.Errorf("%s differs:\n%s", key, d)
		}
	}
	bases := func(id, version string) *survey.Template {
		if version == next.Version {
			return next
		}
		return nil
	}
	if _, err := survey.Read(m.Draft, bases); err != nil {
		t.Errorf("the draft is not valid on its new base: %v", err)
	}
}

// nextCore is the reference template after a release that changes one of everything.
func nextCore(t *testing.T) *survey.Template {
	t.Helper()
	doc := edit(t, string(survey.Document()), func(m map[string]any) {
		m["version"] = "2.0.0"
		question := func(id string) map[string]any {
			for _, s := range m["sections"].([]any) {
				for _, q := range s.(map[string]any)["questions"].([]any) {
					if q.(map[string]any)["id"] == id {
						return q.(map[string]any)
					}
				}
			}
			t.Fatalf("no question %s", id)
			return nil
		}
		q := question("F_issues")
		q["id"], q["code"] = "F_defects", "aBezirk"
		question("B_posacc")["level"] = "core"
		question("A_org1")["help"] = map[string]any{"de": "neu"}
		question("C_system")["visibility"] = "restricted"
		question("G_when")["type"] = "integer"
		for _, o := range m["option_lists"].(map[string]any)["storage"].([]any) {
			if o.(map[string]any)["code"] == "gis" {
				o.(map[string]any)["retired"] = true
			}
		}
		for _, o := range m["option_lists"].(map[string]any)["licence"].([]any) {
			if o.(map[string]any)["code"] == "dlby" {
				o.(map[string]any)["retired"] = true
			}
		}
		m["changelog"] = []any{map[string]any{"version": "2.0.0", "changes": []any{map[string]any{"kind": "renamed", "id": "F_defects", "from": "F_issues"}}}}
	})
	next, err := survey.Read(doc, survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// TestMigrate_losesNoAnswer brings answers to a newer version: what was renamed
// moves along, what was retired stays, what fits nowhere is named with its value.
func TestMigrate_losesNoAnswer(t *testing.T) {
	t.Parallel()
	given := catalog.Fields{
		"B_title": "Bäume", "F_issues": "Lücken im Norden", "C_storage": []any{"gis", "db"}, "E_licence": "dlby", "G_when": "2027-03", "B_records": int64(12),
		"aug:N_bezirk": "ja",
	}
	now, todos := nextCore(t).Migrate(given.Clone(), "1.0.0")
	want := catalog.Fields{"B_title": "Bäume", "F_defects": "Lücken im Norden", "C_storage": []any{"gis", "db"}, "E_licence": "dlby", "B_records": int64(12)}
	if d := cmp.Diff(want, now); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff([]survey.Todo{{Question: "G_when", Value: "2027-03", Why: "answer_invalid"}, {Question: "aug:N_bezirk", Value: "ja", Why: "question_removed"}}, todos); d != "" {
		t.Error(d)
	}
	// Without a change nothing moves, and answers of the overlay fit the overlay.
	if now, todos := overlay(t).Migrate(given.Clone(), "1.0.0"); cmp.Diff(given, now) != "" || len(todos) != 0 {
		t.Errorf("into the overlay: %v %v", now, todos)
	}
}

// TestMigrate_theReferenceRelease moves the answers of the reference's next version.
func TestMigrate_theReferenceRelease(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(reference); err != nil {
		t.Skip("the reference files are not beside this working copy; the project's own release is tested")
	}
	next, err := survey.Read(file(t, "template-man-1.1.0.json"), survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	given := catalog.Fields{"A_org1": "Baureferat", "F_issues": "Lücken", "G_demand": []any{"int", "rat"}, "C_storage": []any{"gis"}, "F_archive": "ja"}
	now, todos := next.Migrate(given, "1.0.0")
	want := catalog.Fields{"A_org1": "Baureferat", "F_defects": "Lücken", "G_demand": []any{"int", "rat"}, "C_storage": []any{"gis"}, "F_archive": "ja"}
	if d := cmp.Diff(want, now); d != "" || len(todos) != 0 {
		t.Errorf("%s %v", d, todos)
	}
}

func TestUpdate_showsEveryConflict(t *testing.T) {
	t.Parallel()
	next := nextCore(t)
	m, err := survey.Update([]byte(overlayDoc), survey.Default(), next, nil)
	if err != nil {
		t.Fatal(err)
	}
	conflicts := map[string]string{}
	for _, c := range m.Conflicts {
		conflicts[c.ID] = c.Why
	}
	for id, why := range map[string]string{
		"B_posacc": "short form", "storage:auggi": "retired", "E_licence": "retired", "aug:N_bezirk": "aBezirk",
	} {
		if !strings.Contains(conflicts[id], why) {
			t.Errorf("conflict of %s: %q, want %q", id, conflicts[id], why)
		}
	}
	if strings.Contains(string(m.Draft), "F_issues") || !strings.Contains(string(m.Draft), "F_defects") {
		t.Error("the condition of an own question did not move along with the rename")
	}
	if !slices.Equal(m.Answers.Migrated, []string{"F_issues → F_defects"}) || m.Answers.Lost != 0 {
		t.Errorf("answers: %+v", m.Answers)
	}
	answers, todos := next.Migrate(catalog.Fields{"F_issues": "Lücken", "G_when": "2026-05", "C_storage": []any{"gis"}, "Z_alt": "x", "B_title": "Titel"}, "1.0.0")
	if answers.String("F_defects") != "Lücken" || answers.String("B_title") != "Titel" || !slices.Equal(answers.Strings("C_storage"), []string{"gis"}) {
		t.Errorf("migrated: %v", answers)
	}
	if len(todos) != 2 || todos[0].Question != "G_when" || todos[1].Question != "Z_alt" {
		t.Errorf("to do: %+v", todos)
	}
	if _, err := survey.Update([]byte(overlayDoc), next, survey.Default(), nil); err == nil {
		t.Error("a merge backwards is not refused")
	}
}

func TestCheckRelease_asksForTheRightVersion(t *testing.T) {
	t.Parallel()
	next := nextCore(t)
	if err := survey.CheckRelease(survey.Default(), next); err != nil {
		t.Error(err)
	}
	minor := edit(t, string(survey.Document()), func(m map[string]any) {
		m["version"] = "1.0.1"
		at(m, "option_lists", "jnu", 0).(map[string]any)["retired"] = true
	})
	next, err := survey.Read(minor, survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	if got := codesOf(t, survey.CheckRelease(survey.Default(), next)); !slices.Equal(got, []string{"version_too_small:minor"}) {
		t.Errorf("got %v", got)
	}
}

func TestComparable_overlaysAlways(t *testing.T) {
	t.Parallel()
	if got := survey.Comparable(survey.Default(), overlay(t)); len(got) != 0 {
		t.Errorf("findings: %v", got)
	}
	foreign := bytes.Replace(survey.Document(), []byte(`"id": "G_will"`), []byte(`"id": "G_want"`), 1)
	foreign = bytes.ReplaceAll(foreign, []byte(`"q": "G_will"`), []byte(`"q": "G_want"`))
	other, err := survey.Read(foreign, survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, f := range survey.Comparable(survey.Default(), other) {
		codes = append(codes, f.Code)
	}
	if !slices.Equal(codes, []string{"fixed_missing:G_want", "fixed_missing:G_will"}) {
		t.Errorf("got %v", codes)
	}
}
