package survey

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Base names the template that an overlay extends, in an exact version.
type Base struct {
	ID      string `json:"id"`
	Version string `json:"version"`
	SHA256  string `json:"sha256,omitempty"`
}

// Ref names the base, e.g. "man-datensilo@1.0.0".
func (b *Base) Ref() string { return b.ID + "@" + b.Version }

// Overlay is what a city changes in the template it extends.
type Overlay struct {
	Hide       []string                 `json:"hide,omitempty"`
	Relabel    map[string]Relabel       `json:"relabel,omitempty"`
	Require    []string                 `json:"require,omitempty"`
	Default    map[string]any           `json:"default,omitempty"`
	Visibility map[string]catalog.Level `json:"raise_visibility,omitempty"`
	AddOptions map[string][]Option      `json:"add_options,omitempty"`
}

// Relabel is another wording of a question.
type Relabel struct {
	Label catalog.Text `json:"label,omitempty"`
	Help  catalog.Text `json:"help,omitempty"`
}

// Bases finds a complete template by id and exact version, nil where there is
// none.
type Bases func(id, version string) *Template

// BuiltIn knows the reference template of the program only.
func BuiltIn(id, version string) *Template {
	if t := Default(); t.ID == id && t.Version == version {
		return t
	}
	return nil
}

// MaxTemplate bounds a template's document, in bytes.
const MaxTemplate = 4 << 20

// Read reads a template that came from outside: a complete one, or an overlay
// together with its base. It is refused with every reason it gives, and the
// error is a *catalog.Error.
func Read(data []byte, bases Bases) (*Template, error) {
	if len(data) > MaxTemplate {
		return nil, refuse("template_large", "Die Vorlage ist größer als 4 MB.", "The template is larger than 4 MB.")
	}
	t, err := decode(data)
	if err != nil {
		return nil, err
	}
	if faults := t.shape(); len(faults) > 0 {
		return nil, faults.refusal()
	}
	if t.Extends == nil {
		if t.Overlay != nil {
			return nil, faults{{code: "schema:extends", de: "„overlay“ steht in einer Vorlage, die keine andere erweitert", en: "“overlay” stands in a template that extends no other"}}.refusal()
		}
		return t, t.prepare()
	}
	base := bases(t.Extends.ID, t.Extends.Version)
	if base == nil {
		return nil, faults{{code: "base_unknown:" + t.Extends.Ref(), de: "die Vorlage " + t.Extends.Ref() + ", auf der sie aufbaut, ist hier nicht bekannt", en: "the template " + t.Extends.Ref() + " it extends is not known here"}}.refusal()
	}
	if t.Extends.SHA256 != "" && base.sum != "" && t.Extends.SHA256 != base.sum {
		return nil, faults{{code: "base_changed:" + t.Extends.Ref(), de: "die Vorlage " + t.Extends.Ref() + ", auf der sie aufbaut, hat hier einen anderen Inhalt", en: "the template " + t.Extends.Ref() + " it extends has another content here"}}.refusal()
	}
	return t.over(base)
}

// fault is one reason against a template.
type fault struct{ code, de, en string }

type faults []fault

func (f *faults) add(code, de, en string) { *f = append(*f, fault{code, de, en}) }

// maxFaults bounds how many reasons are told.
const maxFaults = 50

func (f faults) refusal() error {
	var out []catalog.Finding
	for _, x := range f[:min(len(f), maxFaults)] {
		_, field, _ := strings.Cut(x.code, ":")
		out = append(out, catalog.Finding{
			Severity: catalog.SeverityError, Code: x.code, Field: field,
			Message: catalog.DE("Die Vorlage wird nicht angenommen: "+x.de+".", "The template is refused: "+x.en+"."),
			Remedy:  catalog.DE("Die Vorlage berichtigen und noch einmal einreichen.", "Mend the template and try again."),
		})
	}
	return &catalog.Error{Kind: catalog.KindInvalid, Message: out[0].Message.In("de"), Findings: out}
}

// over works an overlay into its base.
func (t *Template) over(base *Template) (*Template, error) {
	text, err := json.Marshal(base)
	if err != nil {
		return nil, fmt.Errorf("copy template: %w", err)
	}
	out, err := decode(text)
	if err != nil {
		return nil, err
	}
	if err := out.prepare(); err != nil {
		return nil, err
	}
	var f faults
	if f = t.forbidden(); len(f) > 0 {
		return nil, f.refusal()
	}
	if t.Overlay != nil {
		t.Overlay.apply(out, &f)
	}
	t.lists(out, &f)
	t.sections(out, &f)
	if len(f) > 0 {
		return nil, f.refusal()
	}
	out.ID, out.Version, out.Status, out.Language, out.Title = t.ID, t.Version, t.Status, t.Language, t.Title
	out.Description, out.Publisher, out.Licence = t.Description, t.Publisher, t.Licence
	// Both change logs stay: answers move along with the base as well.
	out.Extends, out.Overlay, out.Resolved, out.sum = t.Extends, t.Overlay, true, t.sum
	if len(t.Changelog) > 0 {
		if out.Changelog, err = json.Marshal(append(base.Releases(), t.Releases()...)); err != nil {
			return nil, fmt.Errorf("copy change log: %w", err)
		}
	}
	// What a person stores is read again as the program will read it.
	if text, err = json.Marshal(out); err != nil {
		return nil, fmt.Errorf("copy template: %w", err)
	}
	sum := out.sum
	if out, err = Parse(text); err != nil {
		return nil, err
	}
	out.sum = sum
	if err := out.defaults(t.Overlay); err != nil {
		return nil, err
	}
	return out, nil
}

// forbidden lists what only a core template may say.
func (t *Template) forbidden() faults {
	var f faults
	for _, x := range []struct {
		name    string
		present bool
	}{
		{"scores", t.Scores.Suitability.given() || t.Scores.Effort.given() || t.Scores.Priority.given() || len(t.Scores.Confidence.Label)+len(t.Scores.Confidence.Formula) > 0},
		{"publishability", t.Gate.Otherwise != "" || len(t.Gate.NotPublishable)+len(t.Gate.Conditional) > 0},
		{"workflow", len(t.Workflow) > 0 && string(t.Workflow) != "null"},
	} {
		if x.present {
			f.add("overlay_may_not_set:"+x.name, "Regeln, Bewertung und Ablauf („"+x.name+"“) legt nur die Kernvorlage fest", "rules, scores and workflow (“"+x.name+"”) belong to the core template")
		}
	}
	return f
}

func (s *Score) given() bool { return len(s.Label)+len(s.Items)+len(s.Quadrants)+len(s.Formula) > 0 }

// apply changes the inherited questions.
func (o *Overlay) apply(out *Template, f *faults) {
	known := func(id string) *Question {
		q := out.Question(id)
		if q == nil {
			f.add("unknown_question:"+id, "die Frage "+id+" gibt es in der Kernvorlage nicht", "there is no question "+id+" in the core template")
		}
		return q
	}
	hidden := map[string]bool{}
	for _, id := range o.Hide {
		q := known(id)
		switch {
		case q == nil:
		case q.Core || q.Short() || q.Required.Hard || q.Required.Soft || q.System:
			f.add("cannot_hide_core:"+id, "die Frage „"+q.Label.In("de")+"“ ("+id+") gehört zum Kern und darf nicht ausgeblendet werden", "the question “"+q.Label.In("en")+"” ("+id+") belongs to the core and cannot be hidden")
		default:
			q.Hidden, hidden[id] = true, true
		}
	}
	for _, id := range o.Require {
		q := known(id)
		switch {
		case q == nil:
		case hidden[id]:
			f.add("hidden_and_required:"+id, "die Frage "+id+" ist zugleich ausgeblendet und Pflicht", "the question "+id+" is hidden and required at once")
		case q.System:
			f.add("cannot_require:"+id, "die Frage "+id+" führt das System", "the question "+id+" is kept by the system")
		case !q.Required.Hard:
			q.Required = Requirement{Soft: true}
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.Relabel)) {
		if q := known(id); q != nil {
			q.Label, q.Help = worded(q.Label, o.Relabel[id].Label), worded(q.Help, o.Relabel[id].Help)
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.Visibility)) {
		q := known(id)
		switch level := o.Visibility[id]; {
		case q == nil:
		case !level.Covers(q.Visibility):
			f.add("visibility_lowered:"+id, "die Sichtbarkeit von "+id+" darf nur strenger werden („"+string(q.Visibility)+"“ gilt, „"+string(level)+"“ ist weiter)", "the visibility of "+id+" may only become stricter")
		default:
			q.Visibility = level
		}
	}
	for _, id := range slices.Sorted(maps.Keys(o.Default)) {
		if q := known(id); q != nil {
			q.Default = o.Default[id]
		}
	}
	for _, list := range slices.Sorted(maps.Keys(o.AddOptions)) {
		o.addOptions(out, list, f)
	}
}

func worded(old, other catalog.Text) catalog.Text {
	if len(other) == 0 {
		return old
	}
	out := catalog.Text{}
	maps.Copy(out, old)
	maps.Copy(out, other)
	return out
}

func (o *Overlay) addOptions(out *Template, list string, f *faults) {
	if out.OptionLists[list] == nil {
		f.add("unknown_option_list:"+list, "die Auswahlliste "+list+" gibt es in der Kernvorlage nicht", "there is no option list "+list+" in the core template")
		return
	}
	core := slices.Clone(out.OptionLists[list])
	has := func(options []Option, code string) bool {
		return slices.ContainsFunc(options, func(x Option) bool { return x.Code == code })
	}
	for _, x := range o.AddOptions[list] {
		key := list + ":" + x.Code
		switch {
		case has(out.OptionLists[list], x.Code):
			f.add("option_exists:"+key, "die Auswahl "+key+" gibt es schon", "the option "+key+" exists already")
		case !has(core, x.Broader):
			f.add("broader_unknown:"+key, "die Auswahl "+key+" nennt als Oberbegriff „"+clipped(x.Broader)+"“, den es in der Kernvorlage nicht gibt", "the option "+key+" names “"+clipped(x.Broader)+"” as broader, which the core template does not have")
		default:
			out.OptionLists[list] = append(out.OptionLists[list], x)
		}
	}
}

func clipped(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:60]) + "…"
	}
	return s
}

// lists adds the option lists of own questions.
func (t *Template) lists(out *Template, f *faults) {
	for _, name := range slices.Sorted(maps.Keys(t.OptionLists)) {
		if out.OptionLists[name] != nil {
			f.add("option_list_exists:"+name, "die Auswahlliste "+name+" gehört zur Kernvorlage; weitere Auswahlen stehen unter add_options", "the option list "+name+" belongs to the core template; further options go into add_options")
			continue
		}
		if out.OptionLists == nil {
			out.OptionLists = map[string][]Option{}
		}
		out.OptionLists[name] = t.OptionLists[name]
	}
	if len(t.Vocabularies) > 0 && string(t.Vocabularies) != "null" {
		var own, all map[string]json.RawMessage
		if json.Unmarshal(t.Vocabularies, &own) != nil || len(out.Vocabularies) > 0 && json.Unmarshal(out.Vocabularies, &all) != nil {
			f.add("schema:vocabularies", "„vocabularies“ ist kein Objekt", "“vocabularies” is no object")
			return
		}
		if all == nil {
			all = map[string]json.RawMessage{}
		}
		for name, v := range own {
			if all[name] == nil {
				all[name] = v
			}
		}
		if text, err := json.Marshal(all); err == nil { // raw messages that were read before
			out.Vocabularies = text
		}
	}
}

// sections adds own sections, and own questions to sections of the core.
func (t *Template) sections(out *Template, f *faults) {
	prefix := t.Publisher.City + ":"
	ids, codes := map[string]bool{}, map[string]bool{}
	for _, q := range out.order {
		ids[q.ID], codes[strings.ToLower(q.Code)] = true, true
	}
	for _, sec := range t.Sections {
		for _, q := range sec.Questions {
			switch {
			case prefix == ":" || !strings.HasPrefix(q.ID, prefix):
				f.add("own_question_needs_prefix:"+q.ID, "eigene Fragen tragen das Kürzel der Stadt vor der Kennung; „"+q.ID+"“ tut das nicht", "own questions carry the city's prefix; “"+q.ID+"” does not")
			case ids[q.ID]:
				f.add("question_exists:"+q.ID, "die Frage "+q.ID+" steht zweimal in der Vorlage", "the question "+q.ID+" stands twice in the template")
			}
			if codes[strings.ToLower(q.Code)] {
				f.add("code_exists:"+q.Code, "das Kürzel "+q.Code+" gehört schon zu einer anderen Frage", "the code "+q.Code+" belongs to another question already")
			}
			if q.Core {
				f.add("own_question_not_comparable:"+q.ID, "eigene Fragen einer Stadt werden nicht zwischen den Städten verglichen („core“)", "own questions of a city are not compared between cities (“core”)")
			}
			ids[q.ID], codes[strings.ToLower(q.Code)] = true, true
		}
		t.place(out, sec, prefix, f)
	}
}

func (t *Template) place(out *Template, sec Section, prefix string, f *faults) {
	if known := out.Section(sec.ID); known != nil {
		known.Questions = append(known.Questions, sec.Questions...)
		return
	}
	if prefix == ":" || !strings.HasPrefix(sec.ID, prefix) {
		f.add("own_section_needs_prefix:"+sec.ID, "eigene Abschnitte tragen das Kürzel der Stadt vor der Kennung; „"+sec.ID+"“ tut das nicht", "own sections carry the city's prefix; “"+sec.ID+"” does not")
		return
	}
	at := len(out.Sections)
	if sec.After != "" {
		i := slices.IndexFunc(out.Sections, func(x Section) bool { return x.ID == sec.After })
		if i < 0 {
			f.add("unknown_section:"+sec.After, "der Abschnitt "+sec.After+", hinter dem "+sec.ID+" stehen soll, fehlt", "the section "+sec.After+" behind which "+sec.ID+" should stand is missing")
			return
		}
		at = i + 1
	}
	out.Sections = slices.Insert(out.Sections, at, sec)
}

// defaults checks the presets: each must be an answer to its question.
func (t *Template) defaults(o *Overlay) error {
	if o == nil {
		return nil
	}
	var f faults
	for _, id := range slices.Sorted(maps.Keys(o.Default)) {
		q := t.Question(id)
		if v := t.normalise(q, rawDefault(q.Default)); v.v == nil || v.invalid || v.fuzzy {
			f.add("default_invalid:"+id, "die Vorgabe für "+id+" ist keine gültige Antwort", "the default of "+id+" is no valid answer")
		}
	}
	if len(f) > 0 {
		return f.refusal()
	}
	return nil
}

// rawDefault brings a preset into a form that answers have when they are read.
func rawDefault(v any) any {
	list, ok := v.([]any)
	if !ok {
		return v
	}
	out := []string{}
	for _, x := range list {
		s, ok := x.(string)
		if !ok {
			return struct{}{}
		}
		out = append(out, s)
	}
	return out
}

// Preset is what an overlay enters for a question: a text or a list of texts,
// nil without one.
func (t *Template) Preset(q *Question) any {
	if q.Default == nil || q.Hidden || q.System {
		return nil
	}
	switch v := t.normalise(q, rawDefault(q.Default)).v.(type) {
	case []any:
		var out []string
		for _, x := range v {
			out = append(out, fmt.Sprint(x))
		}
		return out
	case nil:
		return nil
	case bool:
		if v {
			return "ja"
		}
		return "nein"
	default:
		return fmt.Sprint(v)
	}
}

// countBroader lets every option that names a broader one count like it: in
// scores, rules and conditions. So a city's own options stay comparable.
func (t *Template) countBroader() {
	broader := func(question string) map[string]string {
		q := t.byID[question]
		if q == nil || q.Type != "single" && q.Type != "multi" {
			return nil
		}
		out := map[string]string{}
		for _, o := range t.OptionLists[q.Options] {
			if o.Broader != "" {
				out[o.Code] = o.Broader
			}
		}
		return out
	}
	var widen func(c *Condition)
	widen = func(c *Condition) {
		if c == nil {
			return
		}
		for code, wide := range broader(c.Q) {
			if slices.Contains(c.Value, wide) && !slices.Contains(c.Value, code) {
				c.Value = append(c.Value, code)
			}
		}
		widen(c.Not)
		for _, sub := range slices.Concat(c.All, c.Any) {
			widen(sub)
		}
	}
	for _, q := range t.order {
		widen(q.VisibleIf)
		widen(q.Required.If)
	}
	for _, r := range slices.Concat(t.Gate.NotPublishable, t.Gate.Conditional) {
		widen(r.If)
	}
	for _, s := range []*Score{&t.Scores.Suitability, &t.Scores.Effort} {
		for i := range s.Items {
			it := &s.Items[i]
			widen(it.OnlyIf)
			for code, wide := range broader(it.Q) {
				for _, table := range []map[string]points{it.values, it.points} {
					if v, ok := table[wide]; ok {
						if _, own := table[code]; !own {
							table[code] = v
						}
					}
				}
			}
		}
	}
}

// Broadest gives the core option that an option counts as: itself, or the one it
// names as broader.
func (t *Template) Broadest(q *Question, code string) string {
	for range 8 {
		o := t.Option(q.Options, code)
		if o == nil || o.Broader == "" {
			return code
		}
		code = o.Broader
	}
	return code
}
