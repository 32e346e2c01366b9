package survey

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Merge is what moving an overlay to a newer version of its base comes to. It is
// a draft until the city's editor accepts it.
type Merge struct {
	Base      string      `json:"base"`
	Theirs    string      `json:"theirs"`
	Ours      string      `json:"ours"`
	Automatic []MergeItem `json:"automatic"`
	Conflicts []MergeItem `json:"conflicts"`
	Answers   struct {
		Lost     int      `json:"lost"`
		Migrated []string `json:"migrated"`
	} `json:"answers"`
	RunningRound string `json:"running_round"`
	// Draft is the overlay on the new base with all proposals followed.
	Draft json.RawMessage `json:"draft,omitempty"`
}

// MergeItem is one line of a merge: What happens by itself, or Why there is a
// conflict with what is proposed.
type MergeItem struct {
	ID       string `json:"id"`
	What     string `json:"what,omitempty"`
	Why      string `json:"why,omitempty"`
	Proposal string `json:"proposal,omitempty"`
	// Text and Answer say the same for people; Ours and Theirs stand side by side.
	Text   catalog.Text `json:"text"`
	Answer catalog.Text `json:"answer,omitempty"`
	Ours   string       `json:"ours,omitempty"`
	Theirs string       `json:"theirs,omitempty"`
}

// Update works a newer version of the base into an overlay: three-way, from the
// old base, the new base and the overlay. doc is the overlay's document.
func Update(doc []byte, old, now *Template) (*Merge, error) {
	over, err := decode(doc)
	if err != nil {
		return nil, err
	}
	if f := over.shape(); len(f) > 0 {
		return nil, f.refusal()
	}
	if over.Extends == nil {
		return nil, refuse("no_overlay", "Die Vorlage erweitert keine andere; es gibt nichts zusammenzuführen.", "The template extends no other; there is nothing to merge.")
	}
	if over.Extends.ID != old.ID || over.Extends.Version != old.Version || now.ID != old.ID || CompareVersions(now.Version, old.Version) <= 0 {
		return nil, refuse("merge_versions", fmt.Sprintf("Zusammengeführt wird von %s nach %s; die Überlagerung baut auf %s auf.", old.Ref(), now.Ref(), over.Extends.Ref()),
			fmt.Sprintf("A merge goes from %s to %s; the overlay extends %s.", old.Ref(), now.Ref(), over.Extends.Ref()))
	}
	if over.Overlay == nil {
		over.Overlay = &Overlay{}
	}
	m := &merger{old: old, now: now, over: over, renames: now.Renames(old.Version), taken: map[string]bool{}}
	m.out.Base, m.out.Theirs, m.out.Ours = old.ID+" "+old.Version, now.ID+" "+now.Version, over.ID+" "+over.Version
	m.out.Automatic, m.out.Conflicts, m.out.Answers.Migrated = []MergeItem{}, []MergeItem{}, []string{}
	m.out.RunningRound = "stays on " + old.Version
	m.run()
	over.Extends = &Base{ID: now.ID, Version: now.Version}
	over.Version, over.Status = grown(over.Version), "draft"
	if m.out.Draft, err = json.Marshal(over); err != nil {
		return nil, fmt.Errorf("draft of a merge: %w", err)
	}
	return &m.out, nil
}

// grown is the next minor version.
func grown(version string) string {
	p := strings.Split(version, ".")
	return fmt.Sprintf("%d.%d.0", number(p, 0), number(p, 1)+1)
}

type merger struct {
	old, now, over *Template
	renames        map[string]string
	// taken are changes of the core that a conflict tells about already.
	taken map[string]bool
	out   Merge
}

func (m *merger) auto(id, what, de string) {
	m.out.Automatic = append(m.out.Automatic, MergeItem{ID: id, What: what, Text: catalog.DE(de, what)})
}

func (m *merger) conflict(c MergeItem, whyDE, proposalDE string) {
	c.Text, c.Answer = catalog.DE(whyDE, c.Why), catalog.DE(proposalDE, c.Proposal)
	m.out.Conflicts = append(m.out.Conflicts, c)
}

// current is what a question of the old base is called now, "" when it is gone.
func (m *merger) current(id string) string {
	if to := m.renames[id]; to != "" {
		return to
	}
	if m.now.byID[id] == nil {
		return ""
	}
	return id
}

func (m *merger) run() {
	diff := Diff(m.old, m.now)
	m.hidden()
	m.required()
	m.relabelled(diff)
	m.visibility()
	m.presets()
	m.options()
	m.own()
	for _, d := range diff {
		if d.Kind == "renamed" {
			m.out.Answers.Migrated = append(m.out.Answers.Migrated, d.From+" → "+d.ID)
		}
		if m.taken[d.Kind+" "+d.ID] {
			continue
		}
		m.auto(d.ID, d.What, d.Text.In("de"))
	}
}

// gone notes an entry of the overlay whose question the core removed.
func (m *merger) gone(id string) {
	if m.taken["gone "+id] {
		return
	}
	m.taken["gone "+id], m.taken["removed "+id] = true, true
	m.conflict(MergeItem{ID: id, Why: "changed by the overlay, removed by the core", Proposal: "drop it from the overlay"},
		"von der Überlagerung geändert, aus der Kernvorlage entfernt", "aus der Überlagerung streichen")
}

func (m *merger) hidden() {
	var kept []string
	for _, id := range m.over.Overlay.Hide {
		to := m.current(id)
		if to == "" {
			m.gone(id)
			continue
		}
		q := m.now.byID[to]
		why, de := "", ""
		switch {
		case q.Core:
			why, de = "hidden by the overlay, now comparable (core: true)", "von der Überlagerung ausgeblendet, jetzt vergleichbar (core: true)"
		case q.Short():
			why, de = "hidden by the overlay, now part of the short form", "von der Überlagerung ausgeblendet, jetzt Teil der Kurzform"
		case q.Required.Hard || q.Required.Soft:
			why, de = "hidden by the overlay, now needed", "von der Überlagerung ausgeblendet, jetzt Pflicht"
		default:
			kept = append(kept, to)
			continue
		}
		m.taken["comparable "+to], m.taken["required "+to] = true, true
		m.conflict(MergeItem{ID: to, Why: why, Proposal: "show it"}, de, "anzeigen")
	}
	m.over.Overlay.Hide = kept
}

func (m *merger) required() {
	var kept []string
	for _, id := range m.over.Overlay.Require {
		switch to := m.current(id); {
		case to == "":
			m.gone(id)
		case m.now.byID[to].Required.Hard || m.now.byID[to].Required.Soft: // the core asks for it itself now
		default:
			kept = append(kept, to)
		}
	}
	m.over.Overlay.Require = kept
}

func (m *merger) relabelled(diff []Difference) {
	out := map[string]Relabel{}
	for _, id := range slices.Sorted(maps.Keys(m.over.Overlay.Relabel)) {
		to := m.current(id)
		if to == "" {
			m.gone(id)
			continue
		}
		ours := m.over.Overlay.Relabel[id]
		out[to] = ours
		retyped := slices.ContainsFunc(diff, func(d Difference) bool { return d.ID == to && d.Kind == "retyped" })
		label := len(ours.Label) > 0 && !alike(m.old.byID[id].Label, m.now.byID[to].Label)
		help := len(ours.Help) > 0 && !alike(m.old.byID[id].Help, m.now.byID[to].Help)
		switch {
		case retyped:
			m.taken["retyped "+to] = true
			m.conflict(MergeItem{ID: to, Why: "relabelled by the overlay, its meaning changed in the core", Proposal: "take their wording, show ours beside it", Ours: ours.Label.In("de"), Theirs: m.now.byID[to].Label.In("de")},
				"von der Überlagerung umformuliert, in der Kernvorlage mit anderer Bedeutung", "ihren Wortlaut übernehmen, unseren daneben zeigen")
			delete(out, to)
		case label:
			m.conflict(MergeItem{ID: to, Why: "relabelled by both", Proposal: "keep our wording, show theirs beside it", Ours: ours.Label.In("de"), Theirs: m.now.byID[to].Label.In("de")},
				"von beiden umformuliert", "unseren Wortlaut behalten, ihren daneben zeigen")
		case help:
			m.conflict(MergeItem{ID: to, Why: "help changed by both", Proposal: "keep our help, show theirs beside it", Ours: ours.Help.In("de"), Theirs: m.now.byID[to].Help.In("de")},
				"Hilfetext von beiden geändert", "unseren Hilfetext behalten, ihren daneben zeigen")
		}
		if retyped || label {
			m.taken["relabelled "+to] = true
		}
		if help {
			m.taken["help "+to] = true
		}
	}
	m.over.Overlay.Relabel = out
}

func (m *merger) visibility() {
	out := map[string]catalog.Level{}
	for _, id := range slices.Sorted(maps.Keys(m.over.Overlay.Visibility)) {
		to := m.current(id)
		if to == "" {
			m.gone(id)
			continue
		}
		ours := m.over.Overlay.Visibility[id]
		if q := m.now.byID[to]; ours != q.Visibility && q.Visibility.Covers(ours) {
			m.taken["visibility_raised "+to] = true
			m.auto(to, "the core is stricter now, its visibility holds", "die Kernvorlage ist jetzt strenger, ihre Sichtbarkeit gilt")
			continue
		}
		out[to] = ours
	}
	m.over.Overlay.Visibility = out
}

func (m *merger) presets() {
	out := map[string]any{}
	for _, id := range slices.Sorted(maps.Keys(m.over.Overlay.Default)) {
		to := m.current(id)
		if to == "" {
			m.gone(id)
			continue
		}
		preset, q := m.over.Overlay.Default[id], m.now.byID[to]
		v := m.now.normalise(q, rawDefault(preset))
		code, _ := v.v.(string)
		// A preset may name an option the overlay adds itself.
		own := slices.ContainsFunc(m.over.Overlay.AddOptions[q.Options], func(o Option) bool { return o.Code == preset })
		switch o := m.now.Option(q.Options, code); {
		case o != nil && o.Retired:
			m.conflict(MergeItem{ID: to, Why: "the default is an option that the core retired", Proposal: "drop the default", Ours: o.Label.In("de")}, "die Vorgabe ist eine Auswahl, die die Kernvorlage zurückgezogen hat", "Vorgabe streichen")
		case (v.v == nil || v.invalid) && !own:
			m.conflict(MergeItem{ID: to, Why: "the default is no valid answer any more", Proposal: "drop the default", Ours: fmt.Sprint(preset)}, "die Vorgabe ist keine gültige Antwort mehr", "Vorgabe streichen")
		default:
			out[to] = preset
		}
	}
	m.over.Overlay.Default = out
}

// options looks for added options that the core has meanwhile itself.
func (m *merger) options() {
	out := map[string][]Option{}
	for _, list := range slices.Sorted(maps.Keys(m.over.Overlay.AddOptions)) {
		if m.now.OptionLists[list] == nil {
			m.conflict(MergeItem{ID: list, Why: "options added to a list that the core removed", Proposal: "drop them from the overlay"}, "Auswahlen zu einer Liste, die die Kernvorlage nicht mehr hat", "aus der Überlagerung streichen")
			continue
		}
		for _, o := range m.over.Overlay.AddOptions[list] {
			if kept, ok := m.option(list, o); ok {
				out[list] = append(out[list], kept)
			}
		}
	}
	m.over.Overlay.AddOptions = out
}

func (m *merger) option(list string, o Option) (Option, bool) {
	key := list + ":" + o.Code
	if same := m.now.Option(list, o.Code); same != nil {
		m.taken["options_added "+key] = true
		m.conflict(MergeItem{ID: key, Why: "the core now has an option of the same code", Proposal: "drop ours, stored answers count as the core's", Ours: o.Label.In("de"), Theirs: same.Label.In("de")},
			"die Kernvorlage hat jetzt eine Auswahl mit demselben Kürzel", "unsere streichen, gespeicherte Antworten zählen als die der Kernvorlage")
		return o, false
	}
	for _, x := range m.now.OptionLists[list] {
		if m.old.Option(list, x.Code) == nil && !x.Retired && similar(o.Label, x.Label) {
			m.taken["options_added "+list+":"+x.Code] = true
			m.conflict(MergeItem{ID: key, Why: "the core now has a similar option " + x.Code, Proposal: "keep " + o.Code + " with broader " + x.Code, Ours: o.Label.In("de"), Theirs: x.Label.In("de")},
				"die Kernvorlage hat jetzt eine ähnliche Auswahl "+x.Code, o.Code+" behalten, mit Oberbegriff "+x.Code)
			o.Broader = x.Code
			return o, true
		}
	}
	wide := m.now.Option(list, o.Broader)
	if wide != nil && !wide.Retired {
		return o, true
	}
	why, de := "its broader option "+o.Broader+" was retired", "ihr Oberbegriff "+o.Broader+" wurde zurückgezogen"
	if wide == nil {
		why, de = "its broader option "+o.Broader+" was removed", "ihr Oberbegriff "+o.Broader+" wurde entfernt"
	}
	m.taken["options_retired "+list+":"+o.Broader] = true
	// The one it is nearest to by name, else what the retired one counted as.
	to := ""
	for _, x := range m.now.OptionLists[list] {
		if !x.Retired && similar(o.Label, x.Label) {
			to = x.Code
		}
	}
	if to == "" && wide != nil && wide.Broader != "" {
		to = wide.Broader
	}
	proposal, proposalDE := "choose another broader option; until then it counts as "+o.Broader, "einen anderen Oberbegriff wählen; bis dahin zählt sie als "+o.Broader
	if to != "" {
		proposal, proposalDE = "keep "+o.Code+" with broader "+to, o.Code+" behalten, mit Oberbegriff "+to
		o.Broader = to
	}
	m.conflict(MergeItem{ID: key, Why: why, Proposal: proposal, Ours: o.Label.In("de")}, de, proposalDE)
	return o, to != "" || wide != nil
}

// similar reports whether two labels may mean the same: equal after folding, one
// holding all words of the other, or a slip apart.
func similar(a, b catalog.Text) bool {
	for _, lang := range []string{"de", "en"} {
		x, y := fold(a[lang]), fold(b[lang])
		if x == "" || y == "" {
			continue
		}
		if x == y || within(x, y) || within(y, x) {
			return true
		}
		if n := min(len([]rune(x)), len([]rune(y))); n >= minLetters && n < maxFuzzy && distance([]rune(x), []rune(y)) <= maxDistance {
			return true
		}
	}
	return false
}

// within reports whether all words of one text stand in another; a single short
// word says too little.
func within(few, many string) bool {
	words := strings.Fields(few)
	have := strings.Fields(many)
	long := false
	for _, w := range words {
		if !slices.Contains(have, w) {
			return false
		}
		long = long || len([]rune(w)) >= minLetters
	}
	return long
}

// own looks after the overlay's own questions: codes the core took, conditions
// that name renamed or removed questions, sections that are gone.
func (m *merger) own() {
	for i := range m.over.Sections {
		sec := &m.over.Sections[i]
		if sec.After != "" && m.now.Section(sec.After) == nil && !slices.ContainsFunc(m.over.Sections, func(s Section) bool { return s.ID == sec.After }) {
			m.conflict(MergeItem{ID: sec.ID, Why: "stands behind section " + sec.After + ", which the core removed", Proposal: "put it at the end"}, "steht hinter Abschnitt "+sec.After+", den die Kernvorlage nicht mehr hat", "an das Ende stellen")
			sec.After = ""
		}
		for j := range sec.Questions {
			q := &sec.Questions[j]
			if x := m.now.byCode[q.Code]; x != nil {
				m.conflict(MergeItem{ID: q.ID, Why: "its code " + q.Code + " now belongs to the core's " + x.ID, Proposal: "give ours another code"}, "ihr Kürzel "+q.Code+" gehört jetzt zur Kernfrage "+x.ID, "unserer ein anderes Kürzel geben")
				q.Code = m.freeCode(q.Code)
			}
			q.VisibleIf = m.condition(q, q.VisibleIf)
			if q.Required.If != nil {
				q.Required.If = m.condition(q, q.Required.If)
			}
		}
	}
}

func (m *merger) freeCode(code string) string {
	for n := 2; n < 1000; n++ {
		suffix := fmt.Sprint(n)
		try := code[:min(len(code), 20-len(suffix))] + suffix
		if m.now.byCode[try] == nil {
			return try
		}
	}
	return code
}

func (m *merger) condition(q *Question, c *Condition) *Condition {
	missing := ""
	var walk func(c *Condition)
	walk = func(c *Condition) {
		if c == nil {
			return
		}
		if c.Q != "" && m.old.byID[c.Q] != nil {
			if to := m.current(c.Q); to != "" {
				c.Q = to
			} else {
				missing = c.Q
			}
		}
		walk(c.Not)
		for _, sub := range slices.Concat(c.All, c.Any) {
			walk(sub)
		}
	}
	walk(c)
	if missing == "" {
		return c
	}
	m.conflict(MergeItem{ID: q.ID, Why: "its condition names " + missing + ", which the core removed", Proposal: "ask it always"}, "ihre Bedingung nennt "+missing+", das die Kernvorlage nicht mehr hat", "immer fragen")
	return nil
}

// Todo is a stored answer that has no place in a newer version of a template. It
// stays, and a person decides.
type Todo struct {
	Question string `json:"question"`
	Value    any    `json:"value"`
	// Why is question_removed or answer_invalid.
	Why string `json:"why"`
}

// Migrate brings answers given in another version of a template into this one.
// What fits nowhere is returned beside them: nothing is lost.
func (t *Template) Migrate(answers catalog.Fields, version string) (catalog.Fields, []Todo) {
	out, todos := catalog.Fields{}, []Todo{}
	renames := t.Renames(version)
	for _, id := range answers.Names() {
		v := answers[id]
		to := id
		if r := renames[id]; r != "" {
			to = r
		}
		q := t.byID[to]
		if q == nil {
			todos = append(todos, Todo{id, v, "question_removed"})
			continue
		}
		if n := t.normalise(q, storedAnswer(v)); n.v == nil || n.invalid || n.fuzzy {
			todos = append(todos, Todo{to, v, "answer_invalid"})
			continue
		}
		out[to] = v
	}
	return out, todos
}

// storedAnswer turns an answer in normal form back into one that is read.
func storedAnswer(v any) any {
	if list, ok := v.([]any); ok {
		out := make([]string, 0, len(list))
		for _, x := range list {
			out = append(out, fmt.Sprint(x))
		}
		return out
	}
	return v
}
