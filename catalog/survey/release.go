package survey

import (
	"cmp"
	"encoding/json"
	"maps"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// Release is an entry of a template's change log.
type Release struct {
	Version string  `json:"version"`
	Date    string  `json:"date,omitempty"`
	Changes []Moved `json:"changes"`
}

// Moved is one change that a release names.
type Moved struct {
	Kind string `json:"kind"`
	ID   string `json:"id"`
	From string `json:"from,omitempty"`
}

var changeKinds = []string{"added", "removed", "renamed", "retyped", "relabelled", "options_added", "options_removed", "score_changed", "visibility_raised"}

// Releases reads the change log.
func (t *Template) Releases() []Release {
	var out []Release
	if len(t.Changelog) == 0 || json.Unmarshal(t.Changelog, &out) != nil {
		return nil
	}
	return out
}

// CompareVersions orders versions by number.
func CompareVersions(a, b string) int {
	x, y := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(x), len(y)) {
		if c := cmp.Compare(number(x, i), number(y, i)); c != 0 {
			return c
		}
	}
	return 0
}

func number(parts []string, i int) int {
	if i >= len(parts) {
		return 0
	}
	n, err := strconv.Atoi(parts[i])
	if err != nil {
		return 0
	}
	return n
}

// Renames maps ids of questions that were renamed after a version to what they
// are called now.
func (t *Template) Renames(since string) map[string]string {
	out := map[string]string{}
	list := t.Releases()
	slices.SortStableFunc(list, func(a, b Release) int { return CompareVersions(a.Version, b.Version) })
	for _, r := range list {
		if CompareVersions(r.Version, since) <= 0 {
			continue
		}
		for _, c := range r.Changes {
			if c.Kind != "renamed" || c.From == "" {
				continue
			}
			for old, now := range out {
				if now == c.From {
					out[old] = c.ID
				}
			}
			out[c.From] = c.ID
		}
	}
	for old, now := range out {
		if t.byID[now] == nil || t.byID[old] != nil {
			delete(out, old)
		}
	}
	return out
}

// Difference is one thing that two versions of a template do not have alike.
type Difference struct {
	// Kind is that of a change log, or what else there is to change: order and place
	// of questions, conditions, limits, mappings, rules and so on.
	Kind string `json:"kind"`
	// ID is a question, list:code for an option, a section or a list.
	ID   string `json:"id"`
	From string `json:"from,omitempty"`
	// Level is what the version must grow by: patch, minor or major.
	Level string       `json:"level"`
	What  string       `json:"what"`
	Text  catalog.Text `json:"text"`
}

// The sizes of a change, as versions count them.
const (
	Patch = "patch"
	Minor = "minor"
	Major = "major"
)

var levels = []string{Patch, Minor, Major}

// Diff lists what changed from one version of a template to a newer one.
func Diff(old, now *Template) []Difference {
	out := []Difference{}
	add := func(kind, id, from, level, what, de string) {
		out = append(out, Difference{Kind: kind, ID: id, From: from, Level: level, What: what, Text: catalog.DE(de, what)})
	}
	renames := now.Renames(old.Version)
	back := map[string]string{}
	for from, to := range renames {
		back[to] = from
	}
	for _, q := range now.order {
		was := old.byID[q.ID]
		if was == nil {
			if from := back[q.ID]; from != "" && old.byID[from] != nil {
				was = old.byID[from]
				add("renamed", q.ID, from, Minor, "renamed from "+from+", stored answers move along", "umbenannt aus "+from+", gespeicherte Antworten ziehen mit")
			} else {
				level, what, de := Minor, "new question appears", "neue Frage kommt hinzu"
				if q.Required.Hard || q.Required.Soft {
					level, what, de = Major, "new question appears and must be answered", "neue Frage kommt hinzu und ist Pflicht"
				}
				add("added", q.ID, "", level, what, de)
				continue
			}
		}
		diffQuestion(was, q, add)
		if a, b := old.SectionOf(was.ID), now.SectionOf(q.ID); a.ID != b.ID {
			add("moved", q.ID, "", Patch, "stands in section "+b.ID+" now", "steht jetzt in Abschnitt "+b.ID)
		}
	}
	for _, q := range old.order {
		if now.byID[q.ID] == nil && renames[q.ID] == "" {
			add("removed", q.ID, "", Major, "removed: not asked any more, stored answers stay and are shown", "entfällt: wird nicht mehr gefragt, gespeicherte Antworten bleiben sichtbar")
		}
	}
	diffOptions(old, now, add)
	diffSections(old, now, renames, add)
	diffWhole(old, now, add)
	if !alike(old.Gate, now.Gate) {
		add("rules", "publishability", "", Major, "the rules of publishability changed: holdings are judged anew", "die Regeln der Veröffentlichbarkeit haben sich geändert: Bestände werden neu beurteilt")
	}
	if !alike(old.Scores, now.Scores) {
		add("score_changed", "scores", "", Minor, "scores changed: all holdings are rescored", "die Bewertung hat sich geändert: alle Bestände werden neu bewertet")
	}
	return out
}

type addFunc func(kind, id, from, level, what, de string)

// diffSections compares titles and order of sections, and the order of the
// questions that stayed in one.
func diffSections(old, now *Template, renames map[string]string, add addFunc) {
	var were, are []string
	for _, s := range old.Sections {
		if now.Section(s.ID) == nil {
			add("section_removed", s.ID, "", Patch, "section goes", "Abschnitt entfällt")
			continue
		}
		were = append(were, s.ID)
	}
	for i := range now.Sections {
		s := &now.Sections[i]
		was := old.Section(s.ID)
		if was == nil {
			add("section_added", s.ID, "", Patch, "new section", "neuer Abschnitt")
			continue
		}
		are = append(are, s.ID)
		if !alike(was.Title, s.Title) || !alike(was.Help, s.Help) {
			add("relabelled", s.ID, "", Patch, "new wording", "neuer Wortlaut")
		}
		var before, after []string
		for _, q := range was.Questions {
			id := q.ID
			if to := renames[id]; to != "" {
				id = to
			}
			if slices.ContainsFunc(s.Questions, func(x Question) bool { return x.ID == id }) {
				before = append(before, id)
			}
		}
		for _, q := range s.Questions {
			if slices.Contains(before, q.ID) {
				after = append(after, q.ID)
			}
		}
		if !slices.Equal(before, after) {
			add("order", s.ID, "", Patch, "questions in another order", "Fragen in anderer Reihenfolge")
		}
	}
	if !slices.Equal(were, are) {
		add("order", "sections", "", Patch, "sections in another order", "Abschnitte in anderer Reihenfolge")
	}
}

// diffWhole compares what belongs to no question.
func diffWhole(old, now *Template, add addFunc) {
	if !alike(old.Title, now.Title) || !alike(old.Description, now.Description) {
		add("relabelled", now.ID, "", Patch, "new title or description", "neuer Titel oder neue Beschreibung")
	}
	for _, x := range []struct {
		kind, what, de string
		same           bool
	}{
		{"vocabularies", "vocabularies changed", "Vokabulare haben sich geändert", same(old.Vocabularies, now.Vocabularies)},
		{"workflow", "the workflow changed", "der Ablauf hat sich geändert", same(old.Workflow, now.Workflow)},
		{"import", "files are read by other spellings", "Dateien werden mit anderen Schreibweisen gelesen", alike(old.Import, now.Import)},
	} {
		if !x.same {
			add(x.kind, x.kind, "", Minor, x.what, x.de)
		}
	}
}

func diffQuestion(was, q *Question, add addFunc) {
	if was.Type != q.Type || was.Options != q.Options {
		add("retyped", q.ID, "", Major, "retyped from "+was.Type+" to "+q.Type+", answers that do not fit become a to-do", "Art der Antwort geändert, unpassende Antworten werden zur Aufgabe")
	}
	if !reflect.DeepEqual(was.Label, q.Label) {
		add("relabelled", q.ID, "", Patch, "new wording", "neuer Wortlaut")
	}
	if !reflect.DeepEqual(was.Help, q.Help) {
		add("help", q.ID, "", Patch, "new help", "neuer Hilfetext")
	}
	switch {
	case was.Visibility == q.Visibility:
	case q.Visibility.Covers(was.Visibility):
		add("visibility_raised", q.ID, "", Minor, "visibility is stricter now: "+string(q.Visibility), "Sichtbarkeit ist jetzt strenger: "+string(q.Visibility))
	default:
		add("visibility_lowered", q.ID, "", Major, "visibility is wider now: "+string(q.Visibility), "Sichtbarkeit ist jetzt weiter: "+string(q.Visibility))
	}
	if q.Core && !was.Core {
		add("comparable", q.ID, "", Minor, "compared between the cities from now on", "wird ab jetzt zwischen den Städten verglichen")
	}
	if was.Core && !q.Core {
		add("comparable", q.ID, "", Major, "not compared between the cities any more", "wird nicht mehr zwischen den Städten verglichen")
	}
	if was.Short() != q.Short() {
		what, de := "part of the short form now", "gehört jetzt zur Kurzform"
		if was.Short() {
			what, de = "not part of the short form any more", "gehört nicht mehr zur Kurzform"
		}
		add("short_form", q.ID, "", Minor, what, de)
	}
	if was.System != q.System {
		what, de := "kept by the system now", "wird jetzt vom System geführt"
		if was.System {
			what, de = "answered by people now", "wird jetzt von Menschen beantwortet"
		}
		add("system", q.ID, "", Major, what, de)
	}
	if !alike(was.limits(), q.limits()) {
		level, what, de := Major, "stricter or other limits, answers that do not fit become a to-do", "strengere oder andere Grenzen, unpassende Antworten werden zur Aufgabe"
		if q.looser(was) {
			level, what, de = Minor, "wider limits", "weitere Grenzen"
		}
		add("limits", q.ID, "", level, what, de)
	}
	if !alike(was.Map, q.Map) {
		add("mapping", q.ID, "", Minor, "its answer goes to another field of the catalogue", "die Antwort füllt ein anderes Feld des Katalogs")
	}
	if was.Code != q.Code && was.ID == q.ID {
		add("code", q.ID, "", Minor, "another LimeSurvey code: "+q.Code, "anderes LimeSurvey-Kürzel: "+q.Code)
	}
	if was.Personal != q.Personal {
		add("personal", q.ID, "", Minor, "counts as a contact of a person, or does not any more", "gilt jetzt als Kontakt einer Person oder nicht mehr")
	}
	if !alike(was.Required, q.Required) {
		level := Major
		if !q.Required.Hard && !q.Required.Soft && q.Required.If == nil {
			level = Minor
		}
		add("required", q.ID, "", level, "needed under other conditions", "unter anderen Bedingungen Pflicht")
	}
	if !alike(was.VisibleIf, q.VisibleIf) {
		add("condition", q.ID, "", Minor, "shown under other conditions", "erscheint unter anderen Bedingungen")
	}
}

// limits are what an answer must keep to besides its kind.
func (q *Question) limits() []any {
	return []any{q.MinLength, q.MaxLength, q.MaxItems, q.Min, q.Max, q.Pattern, q.ItemPat}
}

// looser reports whether every answer that fitted before fits still.
func (q *Question) looser(was *Question) bool {
	most := func(now, was int) bool { return now == 0 || was != 0 && now >= was }
	least := func(now, was *float64, sign float64) bool { return now == nil || was != nil && *now*sign <= *was*sign }
	pattern := func(now, was string) bool { return now == "" || now == was }
	return q.MinLength <= was.MinLength && most(q.MaxLength, was.MaxLength) && most(q.MaxItems, was.MaxItems) && least(q.Min, was.Min, 1) && least(q.Max, was.Max, -1) && pattern(q.Pattern, was.Pattern) && pattern(q.ItemPat, was.ItemPat)
}

func diffOptions(old, now *Template, add addFunc) {
	for _, list := range slices.Sorted(maps.Keys(now.OptionLists)) {
		if old.OptionLists[list] == nil {
			continue
		}
		var before, after []string
		for _, o := range now.OptionLists[list] {
			key := list + ":" + o.Code
			was := old.Option(list, o.Code)
			switch {
			case was == nil:
				add("options_added", key, "", Minor, "new option is offered", "neue Auswahl wird angeboten")
			case o.Retired && !was.Retired:
				add("options_retired", key, "", Minor, "retired option: not offered any more, stored answers stay and are shown", "Auswahl wird nicht mehr angeboten, gespeicherte Antworten bleiben und werden angezeigt")
			case was.Retired && !o.Retired:
				add("options_added", key, "", Minor, "option is offered again", "Auswahl wird wieder angeboten")
			case !reflect.DeepEqual(o.Label, was.Label):
				add("relabelled", key, "", Patch, "new wording", "neuer Wortlaut")
			}
			if was != nil && (o.URI != was.URI || o.CKAN != was.CKAN || o.Broader != was.Broader) {
				add("option_mapping", key, "", Minor, "stands for another value of the catalogue", "steht für einen anderen Wert des Katalogs")
			}
			if was != nil {
				after = append(after, o.Code)
			}
		}
		for _, o := range old.OptionLists[list] {
			if now.Option(list, o.Code) == nil {
				add("options_removed", list+":"+o.Code, "", Major, "option removed: stored answers stay and become a to-do", "Auswahl entfällt: gespeicherte Antworten bleiben und werden zur Aufgabe")
			} else {
				before = append(before, o.Code)
			}
		}
		if !slices.Equal(before, after) {
			add("order", list, "", Patch, "options in another order", "Auswahlen in anderer Reihenfolge")
		}
	}
}

// same compares parts that are kept as they were written.
func same(a, b json.RawMessage) bool {
	read := func(text json.RawMessage) (v any) {
		_ = json.Unmarshal(text, &v) // an absent part is nil
		return v
	}
	return alike(read(a), read(b))
}

// alike compares what two parts say, whatever was worked out of them.
func alike(a, b any) bool {
	x, errA := json.Marshal(a)
	y, errB := json.Marshal(b)
	return errA == nil && errB == nil && string(x) == string(y)
}

// Needed is the size of a list of differences: what the version must grow by.
func Needed(list []Difference) string {
	at := 0
	for _, d := range list {
		at = max(at, slices.Index(levels, d.Level))
	}
	return levels[at]
}

// CheckRelease reports whether a version may follow another one: it must be
// newer, by as much as what changed asks for. Options are retired, not removed.
func CheckRelease(old, now *Template) error {
	list := Diff(old, now)
	var f faults
	x, y := strings.Split(old.Version, "."), strings.Split(now.Version, ".")
	grown := ""
	switch {
	case number(y, 0) > number(x, 0):
		grown = Major
	case number(y, 0) == number(x, 0) && number(y, 1) > number(x, 1):
		grown = Minor
	case number(y, 0) == number(x, 0) && number(y, 1) == number(x, 1) && number(y, 2) > number(x, 2):
		grown = Patch
	default:
		f.add("version_not_newer:"+now.Version, "die Fassung "+now.Version+" ist nicht neuer als "+old.Version, "version "+now.Version+" is not newer than "+old.Version)
	}
	if need := Needed(list); grown != "" && slices.Index(levels, grown) < slices.Index(levels, need) {
		f.add("version_too_small:"+need, "die Änderungen verlangen eine neue Fassung der Stufe „"+need+"“", "the changes ask for a new version of level “"+need+"”")
	}
	for _, d := range list {
		if d.Kind == "options_removed" {
			f.add("option_removed:"+d.ID, "die Auswahl "+d.ID+" wurde gelöscht; Auswahlen werden zurückgezogen („retired“), nicht gelöscht", "the option "+d.ID+" was deleted; options are retired, not deleted")
		}
	}
	if len(f) > 0 {
		return f.refusal()
	}
	return nil
}

// Comparable lists what keeps two templates from being compared on the fixed
// questions; without findings every fixed question means the same in both.
func Comparable(a, b *Template) []catalog.Finding {
	out := []catalog.Finding{}
	add := func(code string, q *Question, de, en string) {
		out = append(out, catalog.Finding{Severity: catalog.SeverityError, Code: code + ":" + q.ID, Field: q.ID,
			Message: catalog.DE("„"+q.Label.In("de")+"“: "+de, "“"+q.Label.In("en")+"”: "+en)})
	}
	for _, pair := range [][2]*Template{{a, b}, {b, a}} {
		for _, q := range pair[0].order {
			if !q.Core {
				continue
			}
			other := pair[1].byID[q.ID]
			switch {
			case other == nil:
				add("fixed_missing", q, "fehlt in "+pair[1].Ref()+".", "is missing in "+pair[1].Ref()+".")
			case other.Hidden:
				add("fixed_hidden", q, "ist in "+pair[1].Ref()+" ausgeblendet.", "is hidden in "+pair[1].Ref()+".")
			case other.Type != q.Type:
				add("fixed_retyped", q, "hat in "+pair[1].Ref()+" eine andere Art der Antwort.", "has another kind of answer in "+pair[1].Ref()+".")
			case q.Type == "single" || q.Type == "multi":
				for _, o := range pair[1].OptionLists[other.Options] {
					if code := pair[1].Broadest(other, o.Code); pair[0].Option(q.Options, pair[0].Broadest(q, code)) == nil && !o.Retired {
						add("fixed_option", q, "die Auswahl „"+o.Label.In("de")+"“ hat in "+pair[0].Ref()+" keine Entsprechung.", "the option “"+o.Label.In("en")+"” has no counterpart in "+pair[0].Ref()+".")
					}
				}
			}
		}
	}
	slices.SortStableFunc(out, func(x, y catalog.Finding) int { return strings.Compare(x.Code, y.Code) })
	return slices.CompactFunc(out, func(x, y catalog.Finding) bool {
		return x.Code == y.Code && x.Message.In("de") == y.Message.In("de")
	})
}
