package survey

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// own looks after the overlay's own questions: lists and codes the core took,
// sections that are gone, conditions that name what is not asked any more.
func (m *merger) own() {
	m.ownLists()
	m.ownVocabularies()
	for i := range m.over.Sections {
		m.ownSection(&m.over.Sections[i])
	}
	codes := map[string]bool{}
	for _, q := range m.now.order {
		codes[strings.ToLower(q.Code)] = true
	}
	for i := range m.over.Sections {
		sec := &m.over.Sections[i]
		var kept []Question
		for _, q := range sec.Questions {
			if m.conditions(&q) {
				m.ownQuestion(&q, codes)
				kept = append(kept, q)
			}
		}
		sec.Questions = kept
	}
	m.over.Sections = slices.DeleteFunc(m.over.Sections, func(s Section) bool { return len(s.Questions) == 0 })
}

// ownLists gives an own list another name where the core took its name.
func (m *merger) ownLists() {
	for _, name := range slices.Sorted(maps.Keys(m.over.OptionLists)) {
		theirs := m.now.OptionLists[name]
		if theirs == nil {
			continue
		}
		ways := []Way{way("ours", "keep our list under another name", "unsere Liste unter anderem Namen behalten")}
		fits := !slices.ContainsFunc(m.over.OptionLists[name], func(o Option) bool { return m.now.Option(name, o.Code) == nil })
		if fits {
			ways = append(ways, way("theirs", "ask with the core's list", "mit der Liste der Kernvorlage fragen"))
		}
		list := m.over.OptionLists[name]
		delete(m.over.OptionLists, name)
		if m.conflict("list", MergeItem{ID: name, Why: "the core now has an option list of the same name", Ours: labelsOf(list), Theirs: labelsOf(theirs)}, "die Kernvorlage hat jetzt eine Auswahlliste mit demselben Namen", ways...) == "theirs" {
			continue
		}
		free := m.freeList(name)
		m.over.OptionLists[free] = list
		m.eachOwn(func(q *Question) {
			if q.Options == name {
				q.Options = free
			}
		})
	}
}

func labelsOf(list []Option) string {
	out := make([]string, len(list))
	for i, o := range list {
		out[i] = o.Label.In("de")
	}
	return strings.Join(out, ", ")
}

func (m *merger) eachOwn(do func(*Question)) {
	for i := range m.over.Sections {
		for j := range m.over.Sections[i].Questions {
			do(&m.over.Sections[i].Questions[j])
		}
	}
}

func (m *merger) freeList(name string) string {
	city := m.over.Publisher.City
	for n := 1; ; n++ {
		suffix := "_" + city
		if n > 1 {
			suffix += fmt.Sprint(n)
		}
		try := name[:min(len(name), 32-len(suffix))] + suffix
		if m.now.OptionLists[try] == nil && m.over.OptionLists[try] == nil {
			return try
		}
	}
}

// ownVocabularies tells of vocabularies the core has under the same name: its own
// hold then.
func (m *merger) ownVocabularies() {
	var ours, theirs map[string]json.RawMessage
	if json.Unmarshal(m.over.Vocabularies, &ours) != nil || json.Unmarshal(m.now.Vocabularies, &theirs) != nil {
		return
	}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		if theirs[name] != nil && !same(ours[name], theirs[name]) {
			m.conflict("vocabulary", MergeItem{ID: name, Why: "the core has a vocabulary of the same name", Ours: clipped(string(ours[name])), Theirs: clipped(string(theirs[name]))}, "die Kernvorlage hat ein Vokabular mit demselben Namen",
				way("theirs", "the core's holds", "das der Kernvorlage gilt"))
		}
	}
}

// ownSection finds another place for a section whose place is gone.
func (m *merger) ownSection(sec *Section) {
	own := func(id string) bool {
		return slices.ContainsFunc(m.over.Sections, func(s Section) bool { return s.ID == id && strings.Contains(id, ":") })
	}
	if !strings.Contains(sec.ID, ":") && m.now.Section(sec.ID) == nil {
		title := sec.Title
		if was := m.old.Section(sec.ID); was != nil {
			title = was.Title
		}
		at := m.over.Publisher.City + ":" + sec.ID
		ways := []Way{way("own", "keep them in a section of our own", "in einem eigenen Abschnitt behalten")}
		for _, s := range m.now.Sections {
			ways = append(ways, way("in:"+s.ID, "put them into section "+s.ID+" "+s.Title.In("en"), "in Abschnitt "+s.ID+" „"+s.Title.In("de")+"“ stellen"))
		}
		chosen := m.conflict("section", MergeItem{ID: sec.ID, Why: "own questions stand in a section that the core removed", Ours: title.In("de")}, "eigene Fragen stehen in einem Abschnitt, den die Kernvorlage nicht mehr hat", ways...)
		if to, moved := strings.CutPrefix(chosen, "in:"); moved {
			sec.ID = to
		} else {
			sec.ID, sec.Title = at, title
		}
		sec.After = ""
		return
	}
	if sec.After == "" || m.now.Section(sec.After) != nil || own(sec.After) {
		return
	}
	ways := []Way{way("end", "put it at the end", "an das Ende stellen")}
	for _, s := range m.now.Sections {
		ways = append(ways, way("after:"+s.ID, "put it behind section "+s.ID+" "+s.Title.In("en"), "hinter Abschnitt "+s.ID+" „"+s.Title.In("de")+"“ stellen"))
	}
	chosen := m.conflict("after", MergeItem{ID: sec.ID, Why: "stands behind section " + sec.After + ", which the core removed", Ours: sec.Title.In("de")}, "steht hinter Abschnitt "+sec.After+", den die Kernvorlage nicht mehr hat", ways...)
	sec.After, _ = strings.CutPrefix(chosen, "after:")
	if chosen == "end" {
		sec.After = ""
	}
}

// ownQuestion frees a code the core took, and keeps a list the core gave up.
func (m *merger) ownQuestion(q *Question, codes map[string]bool) {
	if codes[strings.ToLower(q.Code)] {
		theirs := ""
		for _, x := range m.now.order {
			if strings.EqualFold(x.Code, q.Code) {
				theirs = x.ID
			}
		}
		was := q.Code
		q.Code = freeCode(q.Code, codes)
		m.conflict("code", MergeItem{ID: q.ID, Why: "its code " + was + " now belongs to the core's " + theirs, Ours: q.Label.In("de"), Theirs: theirs}, "ihr Kürzel "+was+" gehört jetzt zur Kernfrage "+theirs,
			way("free", "give ours another code", "unserer ein anderes Kürzel geben"))
	}
	codes[strings.ToLower(q.Code)] = true
	if list := m.old.OptionLists[q.Options]; list != nil && m.now.OptionLists[q.Options] == nil && m.over.OptionLists[q.Options] == nil {
		if m.over.OptionLists == nil {
			m.over.OptionLists = map[string][]Option{}
		}
		m.over.OptionLists[q.Options] = list
		m.auto(q.ID, "the core gave up its option list "+q.Options+", it stays as a list of our own", "die Kernvorlage hat die Auswahlliste "+q.Options+" aufgegeben, sie bleibt als eigene Liste")
	}
}

func freeCode(code string, taken map[string]bool) string {
	for n := 2; ; n++ {
		suffix := fmt.Sprint(n)
		try := code[:min(len(code), 20-len(suffix))] + suffix
		if !taken[strings.ToLower(try)] {
			return try
		}
	}
}

// conditions moves the conditions of an own question along; false means that the
// question goes.
func (m *merger) conditions(q *Question) bool {
	if q.Required.If != nil {
		if m.lacks(q.Required.If) != "" {
			why, de := m.lacking(q.Required.If)
			m.conflict("needed", MergeItem{ID: q.ID, Why: "it is needed under a condition that " + why, Ours: q.Label.In("de")}, "sie ist Pflicht unter einer Bedingung, die "+de, way("optional", "need it no more", "nicht mehr zur Pflicht machen"))
			q.Required.If = nil
		} else {
			m.follow(q.Required.If)
		}
	}
	if q.VisibleIf == nil {
		return true
	}
	if m.lacks(q.VisibleIf) == "" {
		m.follow(q.VisibleIf)
		return true
	}
	why, de := m.lacking(q.VisibleIf)
	ways := []Way{way("always", "ask it always", "immer fragen"), way("drop", "drop the question; stored answers stay and become a to-do", "Frage streichen; gespeicherte Antworten bleiben und werden zur Aufgabe")}
	if strings.Contains(m.lacks(q.VisibleIf), ":") {
		ways = append(ways, way("keep", "leave the condition: it holds for stored answers", "Bedingung lassen: sie gilt für gespeicherte Antworten"))
	}
	chosen := m.conflict("condition", MergeItem{ID: q.ID, Why: "its condition " + why, Ours: q.Label.In("de")}, "ihre Bedingung "+de, ways...)
	if chosen == "keep" {
		m.follow(q.VisibleIf)
		return true
	}
	q.VisibleIf = nil
	return chosen != "drop"
}

// lacks names what a condition asks for and nobody can answer any more: a
// question, or question:option; "" for nothing.
func (m *merger) lacks(c *Condition) string {
	if c == nil {
		return ""
	}
	if was := m.old.byID[c.Q]; was != nil {
		to := m.current(c.Q)
		if to == "" {
			return c.Q
		}
		if q := m.now.byID[to]; c.Op == "in" && !slices.ContainsFunc(c.Value, func(code string) bool { return m.answerable(q, code) }) && slices.ContainsFunc(c.Value, func(code string) bool { return m.wasAnswerable(was, code) }) {
			return to + ":" + strings.Join(c.Value, ",")
		}
	}
	for _, sub := range slices.Concat(c.All, c.Any, []*Condition{c.Not}) {
		if x := m.lacks(sub); x != "" {
			return x
		}
	}
	return ""
}

// lacking puts it into words.
func (m *merger) lacking(c *Condition) (en, de string) {
	x := m.lacks(c)
	if q, codes, ok := strings.Cut(x, ":"); ok {
		return "waits for the answer " + codes + " of " + q + ", which the core does not offer any more", "wartet auf die Antwort " + codes + " zu " + q + ", die die Kernvorlage nicht mehr anbietet"
	}
	return "names " + x + ", which the core removed", "nennt " + x + ", das die Kernvorlage nicht mehr hat"
}

func (m *merger) answerable(q *Question, code string) bool {
	own := slices.ContainsFunc(m.over.Overlay.AddOptions[q.Options], func(o Option) bool { return o.Code == code })
	return own || answers(m.now, q, code)
}

func (m *merger) wasAnswerable(q *Question, code string) bool { return answers(m.old, q, code) }

// answers reports whether a question can be answered so.
func answers(t *Template, q *Question, code string) bool {
	switch q.Type {
	case "single", "multi":
		o := t.Option(q.Options, code)
		return o != nil && !o.Retired
	case "text", "multiline", "list", "vocab", "email", "url":
		return true
	}
	return false // conditions look at texts
}

// follow lets a condition name questions as they are called now.
func (m *merger) follow(c *Condition) {
	if c == nil {
		return
	}
	if c.Q != "" && m.old.byID[c.Q] != nil {
		c.Q = m.current(c.Q)
	}
	for _, sub := range slices.Concat(c.All, c.Any, []*Condition{c.Not}) {
		m.follow(sub)
	}
}
