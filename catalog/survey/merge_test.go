package survey_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// questionIn finds a question in a template's document.
func questionIn(t *testing.T, m map[string]any, id string) map[string]any {
	t.Helper()
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

// without takes a question out of a document, and out of all that names it.
func without(m map[string]any, id string) {
	for _, s := range m["sections"].([]any) {
		sec := s.(map[string]any)
		sec["questions"] = slices.DeleteFunc(sec["questions"].([]any), func(q any) bool { return q.(map[string]any)["id"] == id })
	}
}

// core is the reference template after a release.
func core(t *testing.T, change func(m map[string]any)) *survey.Template {
	t.Helper()
	next, err := survey.Read(edit(t, string(survey.Document()), func(m map[string]any) {
		m["version"] = "2.0.0"
		change(m)
	}), survey.BuiltIn)
	if err != nil {
		t.Fatal(err)
	}
	return next
}

// kept merges with choices, and demands a draft that is valid on its new base.
func kept(t *testing.T, over []byte, next *survey.Template, settle map[string]string) (*survey.Merge, *survey.Template) {
	t.Helper()
	m, err := survey.Update(over, survey.Default(), next, settle)
	if err != nil {
		t.Fatal(err)
	}
	draft, err := survey.Read(m.Draft, func(string, string) *survey.Template { return next })
	if err != nil {
		t.Fatalf("with %v the draft is not valid: %v", settle, err)
	}
	return m, draft
}

func conflictOf(m *survey.Merge, key string) *survey.MergeItem {
	for i := range m.Conflicts {
		if m.Conflicts[i].Key == key {
			return &m.Conflicts[i]
		}
	}
	return nil
}

func hasAuto(m *survey.Merge, id, what string) bool {
	return slices.ContainsFunc(m.Automatic, func(x survey.MergeItem) bool { return x.ID == id && strings.Contains(x.What, what) })
}

// fullOverlay touches every kind of thing an overlay can touch.
const fullOverlay = `{
 "format": "trio.survey.template/1", "id": "nue-silos", "version": "1.2.0", "status": "draft", "language": "de",
 "title": {"de": "Nürnberger Abfrage"}, "unit": "holding", "publisher": {"city": "nue", "name": "Stadt Nürnberg"},
 "extends": {"id": "man-datensilo", "version": "1.0.0"},
 "overlay": {
  "hide": ["F_archive", "B_posacc", "C_vendor", "F_process"], "require": ["B_muster", "F_issues"],
  "default": {"E_licence": "dlby", "B_theme": ["envi", "tran"], "C_storage": ["nuegi"], "B_records": 10, "C_operator": "own"},
  "relabel": {"A_org1": {"label": {"de": "Geschäftsbereich", "en": "Division"}, "help": {"de": "Unser Hilfetext"}}, "B_title": {"label": {"de": "Titel", "en": "Name of it"}}, "B_spatialtext": {"label": {"de": "Stadtgebiet"}}},
  "raise_visibility": {"C_system": "internal", "F_complete": "internal", "G_demand": "internal"},
  "add_options": {"storage": [{"code": "nuegi", "label": {"de": "Geodatenportal Nürnberg"}, "broader": "gis"}], "volume": [{"code": "xxl", "label": {"de": "über 1 TB"}, "broader": "xl"}], "demand": [{"code": "ver", "label": {"de": "Vereine"}, "broader": "bue"}]}
 },
 "option_lists": {"stand": [{"code": "neu", "label": {"de": "neu"}}, {"code": "alt", "label": {"de": "alt"}}]},
 "sections": [
  {"id": "nue:N", "after": "G", "title": {"de": "Nürnberg"}, "questions": [
   {"id": "nue:N_stand", "code": "nStand", "type": "single", "options": "stand", "visibility": "internal", "required": {"q": "F_issues", "op": "answered"}, "label": {"de": "Stand?"}},
   {"id": "nue:N_verein", "code": "nVerein", "type": "text", "visibility": "internal", "required": false, "label": {"de": "Welcher Verein?"}, "visible_if": {"q": "G_demand", "op": "in", "value": ["ver"]}},
   {"id": "nue:N_bahn", "code": "nBahn", "type": "single", "options": "effort", "visibility": "internal", "required": false, "label": {"de": "Bahn?"}, "visible_if": {"q": "B_volume", "op": "in", "value": ["l"]}},
   {"id": "nue:N_turnus", "code": "nTurnus", "type": "text", "visibility": "internal", "required": false, "label": {"de": "Warum?"}, "visible_if": {"q": "F_process", "op": "answered"}}]},
  {"id": "C", "title": {"de": "egal"}, "questions": [
   {"id": "nue:C_raum", "code": "nRaum", "type": "text", "visibility": "internal", "required": false, "label": {"de": "Raum?"}}]}
 ]
}`

// releases are changes of the core, one of each kind, with what a merge has to
// say: keys of conflicts, or an id with a piece of what happens by itself.
var releases = []struct {
	name      string
	change    func(t *testing.T, m map[string]any)
	conflicts []string
	auto      [][2]string
}{
	{name: "a question added", change: func(_ *testing.T, m map[string]any) {
		sec := at(m, "sections", 2).(map[string]any)
		sec["questions"] = append(sec["questions"].([]any), map[string]any{"id": "C_backup", "code": "NSTAND", "type": "boolean", "visibility": "internal", "label": map[string]any{"de": "Gesichert?"}, "required": false})
	}, conflicts: []string{"code:nue:N_stand"}, auto: [][2]string{{"C_backup", "new question"}}},
	{name: "questions removed that the overlay touches", change: func(_ *testing.T, m map[string]any) {
		without(m, "F_issues")
		without(m, "F_process")
		without(m, "C_operator")
	}, conflicts: []string{"question:F_issues", "question:F_process", "question:C_operator", "needed:nue:N_stand", "condition:nue:N_turnus"}},
	{name: "a question removed that it does not touch", change: func(_ *testing.T, m map[string]any) { without(m, "G_when") }, auto: [][2]string{{"G_when", "removed"}}},
	{name: "a question renamed", change: func(t *testing.T, m map[string]any) {
		q := questionIn(t, m, "F_issues")
		q["id"], q["code"] = "F_defects", "fDefekte"
		m["changelog"] = []any{map[string]any{"version": "2.0.0", "changes": []any{map[string]any{"kind": "renamed", "id": "F_defects", "from": "F_issues"}}}}
	}, auto: [][2]string{{"F_defects", "renamed from F_issues"}}},
	{name: "options reordered", change: func(_ *testing.T, m map[string]any) {
		slices.Reverse(at(m, "option_lists", "storage").([]any))
	}, auto: [][2]string{{"storage", "another order"}}},
	{name: "an option renamed", change: func(_ *testing.T, m map[string]any) { set(m, "Sammlung", "option_lists", "storage", 0, "label", "de") }, auto: [][2]string{{"storage:db", "new wording"}}},
	{name: "an option added like ours", change: func(_ *testing.T, m map[string]any) {
		m["option_lists"].(map[string]any)["storage"] = append(at(m, "option_lists", "storage").([]any), map[string]any{"code": "geopo", "label": map[string]any{"de": "Geodatenportal"}})
	}, conflicts: []string{"option:storage:nuegi"}},
	{name: "an option added with our code", change: func(_ *testing.T, m map[string]any) {
		m["option_lists"].(map[string]any)["storage"] = append(at(m, "option_lists", "storage").([]any), map[string]any{"code": "nuegi", "label": map[string]any{"de": "Neue Gitter"}})
	}, conflicts: []string{"option:storage:nuegi"}},
	{name: "options retired that it names", change: func(_ *testing.T, m map[string]any) {
		set(m, true, "option_lists", "storage", 1, "retired")
		set(m, true, "option_lists", "licence", 0, "retired")
		set(m, true, "option_lists", "theme", 12, "retired")
		set(m, true, "option_lists", "volume", 2, "retired")
	}, conflicts: []string{"option:storage:nuegi", "default:E_licence", "default:B_theme", "condition:nue:N_bahn"}},
	{name: "a list removed", change: func(t *testing.T, m map[string]any) {
		delete(m["option_lists"].(map[string]any), "demand")
		q := questionIn(t, m, "G_demand")
		q["type"] = "multiline"
		delete(q, "options")
	}, conflicts: []string{"list:demand"}, auto: [][2]string{{"G_demand", "retyped"}}},
	{name: "a list of an own question removed", change: func(t *testing.T, m map[string]any) {
		delete(m["option_lists"].(map[string]any), "effort")
		q := questionIn(t, m, "G_effort")
		q["type"] = "text"
		delete(q, "options")
	}, auto: [][2]string{{"nue:N_bahn", "option list effort"}}},
	{name: "a list named like ours", change: func(_ *testing.T, m map[string]any) {
		m["option_lists"].(map[string]any)["stand"] = []any{map[string]any{"code": "auf", "label": map[string]any{"de": "auf"}}}
	}, conflicts: []string{"list:stand"}},
	{name: "a type changed that has a preset and a wording", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "B_records")["type"] = "date"
		questionIn(t, m, "B_spatialtext")["type"] = "list"
	}, conflicts: []string{"default:B_records", "label:B_spatialtext"}},
	{name: "a condition changed", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "C_version")["visible_if"] = map[string]any{"q": "C_vendor", "op": "answered"}
	}, conflicts: []string{"hide:C_vendor"}, auto: [][2]string{{"C_version", "other conditions"}}},
	{name: "a text in German only", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "A_org1")["label"].(map[string]any)["de"] = "Dezernat"
		questionIn(t, m, "B_title")["label"].(map[string]any)["de"] = "Kurzer Titel"
	}, conflicts: []string{"label:A_org1"}, auto: [][2]string{{"B_title", "new wording"}}},
	{name: "a text in English only", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "B_spatialtext")["label"].(map[string]any)["en"] = "Region"
		questionIn(t, m, "A_org1")["help"] = map[string]any{"de": "z. B. Baureferat, Referat für Klima- und Umweltschutz", "en": "Such as public works"}
	}, auto: [][2]string{{"B_spatialtext", "new wording"}, {"A_org1", "new help"}}},
	{name: "help changed by both", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "A_org1")["help"].(map[string]any)["de"] = "Ihr Hilfetext"
	}, conflicts: []string{"help:A_org1"}},
	{name: "hidden questions grow important", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "F_archive")["core"] = true
		questionIn(t, m, "B_posacc")["level"] = "core"
		questionIn(t, m, "C_vendor")["required"] = "soft"
		questionIn(t, m, "F_process")["system"] = true
	}, conflicts: []string{"hide:F_archive", "hide:B_posacc", "hide:C_vendor"}, auto: [][2]string{{"F_process", "kept by the system"}}},
	{name: "visibility moved", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "C_system")["visibility"] = "restricted"
		questionIn(t, m, "F_complete")["visibility"] = "public"
		questionIn(t, m, "B_volume")["visibility"] = "internal"
	}, auto: [][2]string{{"C_system", "stricter"}, {"F_complete", "our stricter"}, {"B_volume", "stricter"}}},
	{name: "a section gone", change: func(_ *testing.T, m map[string]any) {
		sections := m["sections"].([]any)
		to := sections[1].(map[string]any)
		for _, i := range []int{2, 6} {
			to["questions"] = append(to["questions"].([]any), sections[i].(map[string]any)["questions"].([]any)...)
		}
		m["sections"] = slices.Delete(slices.Delete(sections, 6, 7), 2, 3)
	}, conflicts: []string{"section:C", "after:nue:N"}, auto: [][2]string{{"C_system", "stands in section B"}, {"C", "section goes"}}},
	{name: "sections and questions in another order", change: func(_ *testing.T, m map[string]any) {
		sections := m["sections"].([]any)
		sections[3], sections[4] = sections[4], sections[3]
		slices.Reverse(sections[5].(map[string]any)["questions"].([]any))
	}, auto: [][2]string{{"sections", "another order"}, {"F", "another order"}}},
	{name: "limits, fields and codes", change: func(t *testing.T, m map[string]any) {
		questionIn(t, m, "B_title")["max_length"] = 20
		delete(questionIn(t, m, "B_desc"), "max_length")
		questionIn(t, m, "B_kind")["code"] = "bArtNeu"
		delete(questionIn(t, m, "B_from"), "map")
		set(m, "CC-BY", "option_lists", "licence", 2, "uri")
	}, auto: [][2]string{{"B_title", "limits"}, {"B_desc", "wider"}, {"B_kind", "LimeSurvey"}, {"B_from", "another field"}, {"licence:ccby", "another value"}}},
}

// TestUpdate_everyChangeIsToldAndEveryWayLeadsOn: each kind of change of the core
// is either done by itself and said, or stands as a conflict; and whichever way a
// conflict is settled, the draft is valid.
func TestUpdate_everyChangeIsToldAndEveryWayLeadsOn(t *testing.T) {
	t.Parallel()
	for _, c := range releases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			next := core(t, func(m map[string]any) { c.change(t, m) })
			m, _ := kept(t, []byte(fullOverlay), next, nil)
			var got []string
			for _, x := range m.Conflicts {
				got = append(got, x.Key)
				if x.Chosen != x.Ways[0].Value || x.Text["de"] == "" || x.Text["en"] == "" {
					t.Errorf("%s is told badly: %+v", x.Key, x)
				}
				if x.Ours == "" && x.Theirs == "" {
					t.Errorf("%s shows no side", x.Key)
				}
				for _, w := range x.Ways {
					other, _ := kept(t, []byte(fullOverlay), next, map[string]string{x.Key: w.Value})
					if o := conflictOf(other, x.Key); o == nil || o.Chosen != w.Value {
						t.Errorf("%s=%s is not followed", x.Key, w.Value)
					}
				}
			}
			want := slices.Sorted(slices.Values(c.conflicts))
			if slices.Sort(got); !slices.Equal(got, want) {
				t.Errorf("conflicts %v, want %v", got, want)
			}
			for _, a := range c.auto {
				if !hasAuto(m, a[0], a[1]) {
					t.Errorf("it does not tell that %s: %s; it tells %+v", a[0], a[1], m.Automatic)
				}
			}
			if len(m.Automatic)+len(m.Conflicts) == 0 {
				t.Error("the change is not told at all")
			}
		})
	}
}

// TestUpdate_settlesAsChosen looks at what single choices make of the draft.
func TestUpdate_settlesAsChosen(t *testing.T) {
	t.Parallel()
	next := core(t, func(m map[string]any) {
		questionIn(t, m, "A_org1")["label"] = map[string]any{"de": "Dezernat", "en": "Department"}
		questionIn(t, m, "B_title")["label"] = map[string]any{"de": "Kurzer Titel", "en": "Title"}
		set(m, true, "option_lists", "licence", 0, "retired")
		set(m, true, "option_lists", "theme", 12, "retired")
		set(m, true, "option_lists", "storage", 1, "retired")
		m["option_lists"].(map[string]any)["stand"] = []any{map[string]any{"code": "neu", "label": map[string]any{"de": "neu"}}, map[string]any{"code": "alt", "label": map[string]any{"de": "alt"}}}
	})
	_, proposed := kept(t, []byte(fullOverlay), next, nil)
	if l := proposed.Question("A_org1").Label; l["de"] != "Geschäftsbereich" || l["en"] != "Division" {
		t.Errorf("by the proposal the wording is %v", l)
	}
	// Only the English is ours, only the German is theirs: both stay.
	if l := proposed.Question("B_title").Label; l["de"] != "Kurzer Titel" || l["en"] != "Name of it" {
		t.Errorf("languages are merged to %v", l)
	}
	if _, there := proposed.Overlay.Default["E_licence"]; there || len(proposed.Overlay.Default["B_theme"].([]any)) != 1 {
		t.Errorf("presets: %v", proposed.Overlay.Default)
	}
	if proposed.Overlay.Default["C_storage"] == nil {
		t.Error("the preset of an own option is lost")
	}
	_, chosen := kept(t, []byte(fullOverlay), next, map[string]string{"label:A_org1": "theirs", "default:E_licence": "set:cc0", "option:storage:nuegi": "broader:share", "list:stand": "theirs", "default:B_theme": "drop"})
	if l := chosen.Question("A_org1").Label; l["de"] != "Dezernat" || l["en"] != "Division" {
		t.Errorf("their wording was chosen, it is %v", l)
	}
	if chosen.Overlay.Default["E_licence"] != "cc0" || chosen.Overlay.Default["B_theme"] != nil {
		t.Errorf("presets: %v", chosen.Overlay.Default)
	}
	if o := chosen.Option("storage", "nuegi"); o == nil || o.Broader != "share" {
		t.Errorf("broader: %+v", o)
	}
	if q := chosen.Question("nue:N_stand"); q.Options != "stand" || proposed.Question("nue:N_stand").Options == "stand" {
		t.Errorf("lists: %q, proposed %q", q.Options, proposed.Question("nue:N_stand").Options)
	}
	for key, value := range map[string]string{"label:A_org1": "deren", "label:A_org9": "ours"} {
		_, err := survey.Update([]byte(fullOverlay), survey.Default(), next, map[string]string{key: value})
		if got := codesOf(t, err); !slices.Equal(got, []string{"choice_unknown:" + key}) {
			t.Errorf("%s=%s: %v", key, value, got)
		}
	}
}

// TestDiff_sizesOfChanges: an order is wording, a stricter limit breaks answers.
func TestDiff_sizesOfChanges(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(m map[string]any){
		survey.Patch: func(m map[string]any) { slices.Reverse(at(m, "option_lists", "storage").([]any)) },
		survey.Minor: func(m map[string]any) { questionIn(t, m, "B_title")["max_length"] = 5000 },
		survey.Major: func(m map[string]any) { questionIn(t, m, "B_title")["max_length"] = 5 },
	} {
		if diff := survey.Diff(survey.Default(), core(t, change)); len(diff) != 1 || survey.Needed(diff) != want {
			text, _ := json.Marshal(diff)
			t.Errorf("%s: %s", want, text)
		}
	}
}

// TestMigrate_changesTheFormWithTheKind: an answer that fits another kind of
// question is kept in the form of that kind.
func TestMigrate_changesTheFormWithTheKind(t *testing.T) {
	t.Parallel()
	next := core(t, func(m map[string]any) {
		questionIn(t, m, "C_operator")["type"] = "multi"
		questionIn(t, m, "B_records")["type"] = "text"
		questionIn(t, m, "C_attrs")["type"] = "multiline"
	})
	now, todos := next.Migrate(catalog.Fields{"C_operator": "own", "B_records": int64(12), "C_attrs": []any{"Art"}}, "1.0.0")
	want := catalog.Fields{"C_operator": []any{"own"}, "B_records": "12", "C_attrs": "Art"}
	if d := cmp.Diff(want, now); d != "" || len(todos) != 0 {
		t.Errorf("%s %v", d, todos)
	}
}
