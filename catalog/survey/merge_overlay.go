package survey

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
)

// run goes through everything an overlay can say. Options come before what may
// name one.
func (m *merger) run() {
	diff := Diff(m.old, m.now)
	m.hidden()
	m.required()
	m.relabelled(diff)
	m.visibility()
	m.options()
	m.presets()
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
	m.conflict("question", MergeItem{ID: id, Why: "changed by the overlay, removed by the core", Ours: m.old.byID[id].Label.In("de")},
		"von der Überlagerung geändert, aus der Kernvorlage entfernt", way("drop", "drop it from the overlay", "aus der Überlagerung streichen"))
}

// inherited walks over what an overlay says of questions, by the id that each had and
// the one it has now; those that are gone are told.
func inherited[T any](m *merger, said map[string]T) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		for _, id := range slices.Sorted(maps.Keys(said)) {
			to := m.current(id)
			if to == "" {
				m.gone(id)
			} else if !yield(id, to) {
				return
			}
		}
	}
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
		case q.System:
			m.auto(to, "kept by the system now, hiding it is not needed any more", "wird jetzt vom System geführt und muss nicht mehr ausgeblendet werden")
			m.taken["system "+to] = true
			continue
		default:
			if m.stillHidden(id, to) {
				kept = append(kept, to)
			}
			continue
		}
		m.taken["comparable "+to], m.taken["required "+to], m.taken["short_form "+to] = true, true, true
		m.conflict("hide", MergeItem{ID: to, Why: why, Ours: q.Label.In("de")}, de, way("show", "show it", "anzeigen"))
	}
	m.over.Overlay.Hide = kept
}

// stillHidden decides about a hidden question that others now hang on: while it
// is hidden they never appear.
func (m *merger) stillHidden(id, to string) bool {
	var waiting []string
	for _, q := range m.now.order {
		was := m.old.byID[q.ID]
		if q.VisibleIf.names(to) && (was == nil || !was.VisibleIf.names(id)) {
			waiting = append(waiting, q.ID)
		}
	}
	if waiting == nil {
		return true
	}
	list := strings.Join(waiting, ", ")
	return m.conflict("hide", MergeItem{ID: to, Why: "hidden by the overlay, now decides whether " + list + " is asked", Ours: m.now.byID[to].Label.In("de")}, "von der Überlagerung ausgeblendet, davon hängt jetzt ab, ob "+list+" gefragt wird",
		way("show", "show it", "anzeigen"), way("hide", "keep it hidden; "+list+" will not be asked", "ausgeblendet lassen; "+list+" wird dann nicht gefragt")) == "hide"
}

func (m *merger) required() {
	var kept []string
	for _, id := range m.over.Overlay.Require {
		switch to := m.current(id); {
		case to == "":
			m.gone(id)
		case m.now.byID[to].System:
			m.taken["system "+to] = true
			m.auto(to, "kept by the system now, nobody has to answer it any more", "wird jetzt vom System geführt und ist keine Pflicht mehr")
		case m.now.byID[to].Required.Hard || m.now.byID[to].Required.Soft: // the core asks for it itself now
		default:
			kept = append(kept, to)
		}
	}
	m.over.Overlay.Require = kept
}

// wording merges one text of a question three-way, language by language: what only
// one side changed is taken from it. clash names the languages both changed.
func wording(was, ours, theirs catalog.Text) (kept catalog.Text, clash []string) {
	kept = catalog.Text{}
	for _, lang := range slices.Sorted(maps.Keys(ours)) {
		switch {
		case ours[lang] == was[lang], ours[lang] == theirs[lang]: // not of our making
		case theirs[lang] == was[lang]:
			kept[lang] = ours[lang]
		default:
			kept[lang] = ours[lang]
			clash = append(clash, lang)
		}
	}
	return kept, clash
}

// said shows a text in the languages that matter.
func said(t catalog.Text, languages []string) string {
	if slices.Equal(languages, []string{"de"}) {
		return t["de"]
	}
	var out []string
	for _, lang := range languages {
		out = append(out, lang+": "+t[lang])
	}
	return strings.Join(out, " · ")
}

// spoken gives a text of an overlay the German the format asks for.
func spoken(t, core catalog.Text) catalog.Text {
	if len(t) == 0 {
		return nil
	}
	if t["de"] == "" {
		t["de"] = core["de"]
	}
	return t
}

func (m *merger) relabelled(diff []Difference) {
	out := map[string]Relabel{}
	for id, to := range inherited(m, m.over.Overlay.Relabel) {
		ours, was, now := m.over.Overlay.Relabel[id], m.old.byID[id], m.now.byID[to]
		label, labelClash := wording(was.Label, ours.Label, now.Label)
		help, helpClash := wording(was.Help, ours.Help, now.Help)
		if slices.ContainsFunc(diff, func(d Difference) bool { return d.ID == to && d.Kind == "retyped" }) && len(label)+len(help) > 0 {
			m.taken["retyped "+to], m.taken["relabelled "+to], m.taken["help "+to] = true, true, true
			c := MergeItem{ID: to, Why: "relabelled by the overlay, its meaning changed in the core", Ours: said(ours.Label, slices.Sorted(maps.Keys(label))), Theirs: now.Label.In("de")}
			if len(label) == 0 {
				c.Ours, c.Theirs = said(ours.Help, slices.Sorted(maps.Keys(help))), now.Help.In("de")
			}
			if m.conflict("label", c, "von der Überlagerung umformuliert, in der Kernvorlage mit anderer Bedeutung",
				way("theirs", "take their wording, show ours beside it", "ihren Wortlaut übernehmen, unseren daneben zeigen"), way("ours", "keep our wording", "unseren Wortlaut behalten")) == "theirs" {
				continue
			}
			labelClash, helpClash = nil, nil
		}
		if labelClash != nil {
			m.taken["relabelled "+to] = true
			m.bothSaid("label", to, labelClash, label, ours.Label, now.Label)
		}
		if helpClash != nil {
			m.taken["help "+to] = true
			m.bothSaid("help", to, helpClash, help, ours.Help, now.Help)
		}
		if r := (Relabel{Label: spoken(label, now.Label), Help: spoken(help, now.Help)}); len(r.Label)+len(r.Help) > 0 {
			out[to] = r
		}
	}
	m.over.Overlay.Relabel = out
}

// bothSaid lets one side win where both changed a text in the same language.
func (m *merger) bothSaid(about, to string, clash []string, kept, ours, theirs catalog.Text) {
	c := MergeItem{ID: to, Why: "relabelled by both", Ours: said(ours, clash), Theirs: said(theirs, clash)}
	de, keep, take := "von beiden umformuliert", way("ours", "keep our wording, show theirs beside it", "unseren Wortlaut behalten, ihren daneben zeigen"), way("theirs", "take their wording", "ihren Wortlaut übernehmen")
	if about == "help" {
		c.Why, de = "help changed by both", "Hilfetext von beiden geändert"
		keep, take = way("ours", "keep our help, show theirs beside it", "unseren Hilfetext behalten, ihren daneben zeigen"), way("theirs", "take their help", "ihren Hilfetext übernehmen")
	}
	if m.conflict(about, c, de, keep, take) == "theirs" {
		for _, lang := range clash {
			delete(kept, lang)
		}
	}
}

func (m *merger) visibility() {
	out := map[string]catalog.Level{}
	for id, to := range inherited(m, m.over.Overlay.Visibility) {
		ours, q := m.over.Overlay.Visibility[id], m.now.byID[to]
		switch was := m.old.byID[id].Visibility; {
		case ours != q.Visibility && q.Visibility.Covers(ours):
			m.taken["visibility_raised "+to] = true
			m.auto(to, "the core is stricter now, its visibility holds", "die Kernvorlage ist jetzt strenger, ihre Sichtbarkeit gilt")
			continue
		case q.Visibility != was && was.Covers(q.Visibility):
			m.taken["visibility_lowered "+to] = true
			m.auto(to, "the core is wider now, our stricter visibility stays", "die Kernvorlage ist jetzt weiter, unsere strengere Sichtbarkeit bleibt")
		}
		out[to] = ours
	}
	m.over.Overlay.Visibility = out
}

// presets looks whether each preset is an answer still, an own option included.
func (m *merger) presets() {
	out := map[string]any{}
	for id, to := range inherited(m, m.over.Overlay.Default) {
		if v := m.preset(to, m.over.Overlay.Default[id]); v != nil {
			out[to] = v
		}
	}
	m.over.Overlay.Default = out
}

func (m *merger) preset(to string, preset any) any {
	q := m.now.byID[to]
	if q.Type != "single" && q.Type != "multi" {
		if v := m.now.normalise(q, rawDefault(preset)); v.v != nil && !v.invalid && !v.fuzzy {
			return preset
		}
		m.conflict("default", MergeItem{ID: to, Why: "the default is no valid answer any more", Ours: fmt.Sprint(preset)}, "die Vorgabe ist keine gültige Antwort mehr", way("drop", "drop the default", "Vorgabe streichen"))
		return nil
	}
	items, isList := preset.([]any)
	if !isList {
		items = []any{preset}
	}
	own := m.over.Overlay.AddOptions[q.Options]
	var kept []any
	why, de, label := "", "", ""
	for _, x := range items {
		text := fmt.Sprint(x)
		if slices.ContainsFunc(own, func(o Option) bool { return o.Code == text }) {
			kept = append(kept, x)
			continue
		}
		v := m.now.normalise(q, text)
		code, _ := v.v.(string)
		if list, ok := v.v.([]any); ok && len(list) == 1 {
			code, _ = list[0].(string)
		}
		switch o := m.now.Option(q.Options, code); {
		case o == nil || v.invalid || v.fuzzy:
			why, de, label = "the default is no valid answer any more", "die Vorgabe ist keine gültige Antwort mehr", text
		case o.Retired:
			why, de, label = "the default is an option that the core retired", "die Vorgabe ist eine Auswahl, die die Kernvorlage zurückgezogen hat", o.Label.In("de")
		default:
			kept = append(kept, x)
		}
	}
	if q.Type == "single" && len(kept) > 1 {
		why, de, kept, label = "the default names several options where one is chosen now", "die Vorgabe nennt mehrere Auswahlen, wo jetzt eine gewählt wird", nil, fmt.Sprint(preset)
	}
	if why == "" {
		return preset
	}
	ways := []Way{}
	if len(kept) > 0 {
		ways = append(ways, way("rest", "keep the rest of the default", "den Rest der Vorgabe behalten"))
	}
	ways = append(ways, way("drop", "drop the default", "Vorgabe streichen"))
	for _, o := range m.offered(q.Options) {
		ways = append(ways, way("set:"+o.Code, "set "+o.Label.In("en"), "„"+o.Label.In("de")+"“ vorgeben"))
	}
	switch chosen := m.conflict("default", MergeItem{ID: to, Why: why, Ours: label}, de, ways...); chosen {
	case "rest":
		return kept
	case "drop":
		return nil
	default:
		code := strings.TrimPrefix(chosen, "set:")
		if q.Type == "multi" {
			return []any{code}
		}
		return code
	}
}

// offered are the options of the core that can be chosen.
func (m *merger) offered(list string) []Option {
	return slices.DeleteFunc(slices.Clone(m.now.OptionLists[list]), func(o Option) bool { return o.Retired })
}

// options looks for added options that the core has meanwhile itself.
func (m *merger) options() {
	out := map[string][]Option{}
	for _, list := range slices.Sorted(maps.Keys(m.over.Overlay.AddOptions)) {
		if m.now.OptionLists[list] == nil {
			m.conflict("list", MergeItem{ID: list, Why: "options added to a list that the core removed", Ours: labelsOf(m.over.Overlay.AddOptions[list])}, "Auswahlen zu einer Liste, die die Kernvorlage nicht mehr hat", way("drop", "drop them from the overlay", "aus der Überlagerung streichen"))
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
		m.conflict("option", MergeItem{ID: key, Why: "the core now has an option of the same code", Ours: o.Label.In("de"), Theirs: same.Label.In("de")},
			"die Kernvorlage hat jetzt eine Auswahl mit demselben Kürzel", way("theirs", "drop ours, stored answers count as the core's", "unsere streichen, gespeicherte Antworten zählen als die der Kernvorlage"))
		return o, false
	}
	wide := m.now.Option(list, o.Broader)
	for _, x := range m.now.OptionLists[list] {
		if m.old.Option(list, x.Code) == nil && !x.Retired && similar(o.Label, x.Label) {
			m.taken["options_added "+list+":"+x.Code] = true
			ways := []Way{way("broader:"+x.Code, "keep "+o.Code+" with broader "+x.Code, o.Code+" behalten, mit Oberbegriff "+x.Code)}
			if wide != nil && !wide.Retired && wide.Code != x.Code {
				ways = append(ways, way("broader:"+wide.Code, "keep "+o.Code+" with broader "+wide.Code+", as it is", o.Code+" behalten, weiter mit Oberbegriff "+wide.Code))
			}
			o.Broader = strings.TrimPrefix(m.conflict("option", MergeItem{ID: key, Why: "the core now has a similar option " + x.Code, Ours: o.Label.In("de"), Theirs: x.Label.In("de")}, "die Kernvorlage hat jetzt eine ähnliche Auswahl "+x.Code, ways...), "broader:")
			return o, true
		}
	}
	if wide != nil && !wide.Retired {
		return o, true
	}
	return m.broader(list, key, o, wide)
}

// broader finds another option to count as for one whose broader one went.
func (m *merger) broader(list, key string, o Option, wide *Option) (Option, bool) {
	why, de, theirs := "its broader option "+o.Broader+" was retired", "ihr Oberbegriff "+o.Broader+" wurde zurückgezogen", ""
	if wide == nil {
		why, de = "its broader option "+o.Broader+" was removed", "ihr Oberbegriff "+o.Broader+" wurde entfernt"
	} else {
		theirs = wide.Label.In("de")
	}
	m.taken["options_retired "+list+":"+o.Broader], m.taken["options_removed "+list+":"+o.Broader] = true, true
	// The one it is nearest to by name, else what the retired one counted as.
	to := ""
	for _, x := range m.offered(list) {
		if similar(o.Label, x.Label) {
			to = x.Code
		}
	}
	if to == "" && wide != nil && wide.Broader != "" {
		to = wide.Broader
	}
	var ways []Way
	if to != "" {
		ways = append(ways, way("broader:"+to, "keep "+o.Code+" with broader "+to, o.Code+" behalten, mit Oberbegriff "+to))
	}
	if wide != nil {
		ways = append(ways, way("keep", "choose another broader option; until then it counts as "+o.Broader, "einen anderen Oberbegriff wählen; bis dahin zählt sie als "+o.Broader))
	} else if to == "" {
		ways = append(ways, way("drop", "drop it; stored answers stay and become a to-do", "streichen; gespeicherte Antworten bleiben und werden zur Aufgabe"))
	}
	for _, x := range m.offered(list) {
		if x.Code != to {
			ways = append(ways, way("broader:"+x.Code, "broader "+x.Code+" ("+x.Label.In("en")+")", "Oberbegriff "+x.Code+" ("+x.Label.In("de")+")"))
		}
	}
	switch chosen := m.conflict("option", MergeItem{ID: key, Why: why, Ours: o.Label.In("de"), Theirs: theirs}, de, ways...); chosen {
	case "keep":
		return o, true
	case "drop":
		return o, false
	default:
		o.Broader = strings.TrimPrefix(chosen, "broader:")
		return o, true
	}
}
