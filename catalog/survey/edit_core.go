package survey

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Asked is what the editor of a complete template decides about one question.
type Asked struct {
	ID          string // another one than before renames it
	Section     string
	Label, Help catalog.Text
	Type        string
	Options     string
	Short       bool
	Compared    bool
	Visibility  catalog.Level
	// Required is "", soft, hard or if; RequiredIf is the condition then.
	Required, RequiredIf string
	VisibleIf            string
	// Limits are those of the answer as they were typed, by LimitNames; one that is
	// not there stays as it is.
	Limits map[string]string
}

// Ask sets a question of a complete template.
func (t *Template) Ask(id string, a Asked) error {
	q := t.find(id)
	if q == nil {
		return refuse("unknown_question:"+id, "Diese Frage gibt es nicht.", "There is no such question.")
	}
	visible, err := ParseCondition(a.VisibleIf)
	if err != nil {
		return err
	}
	required := Requirement{Soft: a.Required == "soft", Hard: a.Required == "hard", given: true}
	if a.Required == "if" {
		if required.If, err = ParseCondition(a.RequiredIf); err != nil {
			return err
		}
	}
	if err := q.limit(a.Limits); err != nil {
		return err
	}
	q.Label, q.Help, q.Type, q.Options, q.Visibility, q.Core, q.VisibleIf, q.Required = retold(q.Label, a.Label), retold(q.Help, a.Help), a.Type, a.Options, a.Visibility, a.Compared, visible, required
	if q.Type != "single" && q.Type != "multi" && q.Type != "vocab" {
		q.Options = ""
	}
	q.Level = "detail"
	if a.Short {
		q.Level = "core"
	}
	if a.Section != "" {
		if err := t.put(id, a.Section); err != nil {
			return err
		}
	}
	if to := strings.TrimSpace(a.ID); to != "" && to != id {
		return t.rename(id, to)
	}
	return nil
}

// retold takes the languages that are edited and leaves the others.
func retold(old, now catalog.Text) catalog.Text {
	out := catalog.Text{}
	for lang, s := range old {
		out[lang] = s
	}
	for lang, s := range now {
		if s = strings.TrimSpace(s); s != "" {
			out[lang] = s
		} else {
			delete(out, lang)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// find looks a question up in a document that is being edited and not indexed.
func (t *Template) find(id string) *Question {
	for i := range t.Sections {
		for j := range t.Sections[i].Questions {
			if t.Sections[i].Questions[j].ID == id {
				return &t.Sections[i].Questions[j]
			}
		}
	}
	return nil
}

func (t *Template) where(id string) (sec, at int) {
	for i := range t.Sections {
		if j := slices.IndexFunc(t.Sections[i].Questions, func(q Question) bool { return q.ID == id }); j >= 0 {
			return i, j
		}
	}
	return -1, -1
}

// put moves a question to the end of another section.
func (t *Template) put(id, section string) error {
	from, at := t.where(id)
	to := slices.IndexFunc(t.Sections, func(s Section) bool { return s.ID == section })
	if from < 0 || to < 0 {
		return refuse("unknown_section:"+section, "Diesen Abschnitt gibt es nicht.", "There is no such section.")
	}
	if from == to {
		return nil
	}
	q := t.Sections[from].Questions[at]
	t.Sections[from].Questions = slices.Delete(t.Sections[from].Questions, at, at+1)
	t.Sections[to].Questions = append(t.Sections[to].Questions, q)
	return nil
}

// Move shifts a question among those of its section.
func (t *Template) Move(id string, by int) {
	if sec, at := t.where(id); sec >= 0 {
		shift(t.Sections[sec].Questions, at, by)
	}
}

// MoveOption shifts an option of a list.
func (t *Template) MoveOption(list, code string, by int) {
	options := t.OptionLists[list]
	shift(options, slices.IndexFunc(options, func(o Option) bool { return o.Code == code }), by)
}

// MoveSection shifts a section.
func (t *Template) MoveSection(id string, by int) {
	shift(t.Sections, slices.IndexFunc(t.Sections, func(s Section) bool { return s.ID == id }), by)
}

func shift[T any](list []T, at, by int) {
	if to := at + by; at >= 0 && to >= 0 && to < len(list) {
		list[at], list[to] = list[to], list[at]
	}
}

// rename gives a question another id: conditions, rules and scores follow, and
// the change log tells stored answers where they belong.
func (t *Template) rename(from, to string) error {
	if t.find(to) != nil {
		return refuse("question_exists:"+to, "Die Kennung "+clipped(to)+" ist schon vergeben.", "The id "+clipped(to)+" is taken already.")
	}
	t.find(from).ID = to
	var follow func(c *Condition)
	follow = func(c *Condition) {
		if c == nil {
			return
		}
		if c.Q == from {
			c.Q = to
		}
		for _, sub := range slices.Concat(c.All, c.Any, []*Condition{c.Not}) {
			follow(sub)
		}
	}
	for i := range t.Sections {
		for j := range t.Sections[i].Questions {
			follow(t.Sections[i].Questions[j].VisibleIf)
			follow(t.Sections[i].Questions[j].Required.If)
		}
	}
	for _, r := range slices.Concat(t.Gate.NotPublishable, t.Gate.Conditional) {
		follow(r.If)
	}
	for _, s := range []*Score{&t.Scores.Suitability, &t.Scores.Effort} {
		for i := range s.Items {
			if s.Items[i].Q == from {
				s.Items[i].Q = to
			}
			follow(s.Items[i].OnlyIf)
		}
	}
	return t.log(Moved{Kind: "renamed", ID: to, From: from})
}

// log adds a change to the entry of the version that is being made.
func (t *Template) log(c Moved) error {
	list := t.Releases()
	i := slices.IndexFunc(list, func(r Release) bool { return r.Version == t.Version })
	if i < 0 {
		list = append(list, Release{Version: t.Version})
		i = len(list) - 1
	}
	if c.Kind == "renamed" {
		// Twice renamed before the release is renamed once.
		for k := range list[i].Changes {
			if x := &list[i].Changes[k]; x.Kind == "renamed" && x.ID == c.From {
				c.From = x.From
				list[i].Changes = slices.Delete(list[i].Changes, k, k+1)
				break
			}
		}
	}
	if !slices.Contains(list[i].Changes, c) && c.From != c.ID {
		list[i].Changes = append(list[i].Changes, c)
	}
	text, err := json.Marshal(list)
	if err != nil {
		return fmt.Errorf("write change log: %w", err)
	}
	t.Changelog = text
	return nil
}

// Logged writes into a document's change log what changed from the version
// before, as far as the format has words for it.
func Logged(doc []byte, old *Template) ([]byte, error) {
	return Edit(doc, func(t *Template) error {
		now := *t
		if err := now.prepare(); err != nil {
			return err
		}
		for _, d := range Diff(old, &now) {
			kind := d.Kind
			if kind == "options_retired" {
				kind = "options_removed" // what the format calls it
			}
			if !slices.Contains(changeKinds, kind) {
				continue
			}
			if err := t.log(Moved{Kind: kind, ID: d.ID, From: d.From}); err != nil {
				return err
			}
		}
		return nil
	})
}

// NewQuestion adds a question at the end of a section of a complete template.
func (t *Template) NewQuestion(section string, q Question) error {
	i := slices.IndexFunc(t.Sections, func(s Section) bool { return s.ID == section })
	if i < 0 {
		return refuse("unknown_section:"+section, "Diesen Abschnitt gibt es nicht.", "There is no such section.")
	}
	q.Required.given = true
	t.Sections[i].Questions = append(t.Sections[i].Questions, q)
	return nil
}

// SetSection names a section, which is made at the end where it is missing.
func (t *Template) SetSection(id string, title, help catalog.Text) {
	i := slices.IndexFunc(t.Sections, func(s Section) bool { return s.ID == id })
	if i < 0 {
		t.Sections = append(t.Sections, Section{ID: id, Questions: []Question{}})
		i = len(t.Sections) - 1
	}
	t.Sections[i].Title, t.Sections[i].Help = retold(t.Sections[i].Title, title), retold(t.Sections[i].Help, help)
}

// SetOption adds an option to a list of a complete template, which is made where
// it is missing, or changes the one of that code.
func (t *Template) SetOption(list string, o Option) {
	if t.OptionLists == nil {
		t.OptionLists = map[string][]Option{}
	}
	i := slices.IndexFunc(t.OptionLists[list], func(x Option) bool { return x.Code == o.Code })
	if i < 0 {
		t.OptionLists[list] = append(t.OptionLists[list], o)
		return
	}
	x := &t.OptionLists[list][i]
	x.Label, x.Retired = retold(x.Label, o.Label), o.Retired
}
