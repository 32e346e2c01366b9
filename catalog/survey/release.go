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
	// Kind is that of a change log, or options_retired, required, condition,
	// help, comparable, rules or scores.
	Kind string `json:"kind"`
	// ID is a question, or list:code for an option.
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
	}
	for _, q := range old.order {
		if now.byID[q.ID] == nil && renames[q.ID] == "" {
			add("removed", q.ID, "", Major, "removed: not asked any more, stored answers stay and are shown", "entfällt: wird nicht mehr gefragt, gespeicherte Antworten bleiben sichtbar")
		}
	}
	diffOptions(old, now, add)
	if !alike(old.Gate, now.Gate) {
		add("rules", "publishability", "", Major, "the rules of publishability changed: holdings are judged anew", "die Regeln der Veröffentlichbarkeit haben sich geändert: Bestände werden neu beurteilt")
	}
	if !alike(old.Scores, now.Scores) {
		add("score_changed", "scores", "", Minor, "scores changed: all holdings are rescored", "die Bewertung hat sich geändert: alle Bestände werden neu bewertet")
	}
	return out
}

type addFunc func(kind, id, from, level, what, de string)

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

func diffOptions(old, now *Template, add addFunc) {
	for _, list := range slices.Sorted(maps.Keys(now.OptionLists)) {
		if old.OptionLists[list] == nil {
			continue
		}
		for _, o := range now.OptionLists[list] {
			key := list + ":" + o.Code
			was := old.Option(list, o.Code)
			switch {
			case was == nil:
				add("options_added", key, "", Minor, "new option is offered", "neue Auswahl wird angeboten")
			case o.Retired && !was.Retired:
				add("options_retired", key, "", Minor, "retired option: not offered any more, stored answers stay and are shown", "Auswahl wird nicht mehr angeboten, gespeicherte Antworten bleiben und werden angezeigt")
			case !reflect.DeepEqual(o.Label, was.Label):
				add("relabelled", key, "", Patch, "new wording", "neuer Wortlaut")
			}
		}
		for _, o := range old.OptionLists[list] {
			if now.Option(list, o.Code) == nil {
				add("options_removed", list+":"+o.Code, "", Major, "option removed: stored answers stay and become a to-do", "Auswahl entfällt: gespeicherte Antworten bleiben und werden zur Aufgabe")
			}
		}
	}
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
