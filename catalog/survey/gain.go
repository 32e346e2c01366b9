package survey

import (
	"maps"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Change is a single answer that would change a holding's priority, or open it.
type Change struct {
	Question *Question
	// From and To are the texts of the answers.
	From, To catalog.Text
	// Priority is what the change would make of it, Gain the difference.
	Priority, Gain int
	// Opens reports that the holding could be published after it.
	Opens bool
}

// Assess judges complete answers in normal form.
func (t *Template) Assess(answers catalog.Fields) *Assessment {
	return t.assess(answers, t.shown(answers), false)
}

// AssessReused is Assess where it is known whether another city publishes the
// same model dataset.
func (t *Template) AssessReused(answers catalog.Fields, reuse bool) *Assessment {
	return t.assess(answers, t.shown(answers), reuse)
}

// BestChange finds the one answer that would change most: first what would let
// the holding be published, then what would raise its priority most. Only
// answers that scores or rules look at are tried; reuse says whether another city
// publishes the same model dataset. It is nil when none helps.
func (t *Template) BestChange(answers catalog.Fields, reuse bool) *Change {
	now := t.AssessReused(answers, reuse)
	var best *Change
	for _, q := range t.order {
		if q.System {
			continue
		}
		for _, x := range t.others(q, answers) {
			try := catalog.Fields{}
			maps.Copy(try, answers)
			try.Set(q.ID, x.value)
			visible := t.shown(try)
			if !visible[q.ID] {
				continue
			}
			// What is not asked any more does not count.
			maps.DeleteFunc(try, func(id string, _ any) bool { return t.byID[id] != nil && !visible[id] })
			// Of another model dataset nobody knows who publishes it.
			a := t.assess(try, visible, reuse && q.ID != qModel)
			c := &Change{Question: q, Priority: a.Priority, Gain: a.Priority - now.Priority, Opens: a.Publishability == Publishable && now.Publishability != Publishable}
			if !c.Opens && c.Gain <= 0 || best != nil && (best.Opens && !c.Opens || best.Opens == c.Opens && best.Gain >= c.Gain) {
				continue
			}
			c.From, c.To = t.Say(q, answers), x.text
			best = c
		}
	}
	return best
}

// another is an answer that could be given instead.
type another struct {
	value any
	text  catalog.Text
}

// others are the answers to a question that could change something: each option,
// any answer where only that counts, a public text without its address.
func (t *Template) others(q *Question, answers catalog.Fields) []another {
	var out []another
	if t.matters(q.ID) {
		for _, o := range t.alternatives(q) {
			x := another{value: o, text: t.Say(q, catalog.Fields{q.ID: o})}
			switch {
			case q.Type == "multi" && len(known([]string{o})) > 0:
				// “none” and “unknown” do not stand beside a real option.
				x.value = slices.Concat(known(answers.Strings(q.ID)), []string{o})
			case q.Type == "multi":
				x.value = []string{o}
			}
			out = append(out, x)
		}
		if q.Options == "" || q.Type == "vocab" {
			if _, there := answers[q.ID]; !there && t.countsAnswered(q.ID) {
				out = append(out, another{value: "…", text: catalog.DE("eine Angabe", "an answer")})
			}
		}
	}
	if q.mayName() && mailInText.MatchString(strings.Join(answers.Strings(q.ID), "\n")) {
		without := mailInText.ReplaceAllString(strings.Join(answers.Strings(q.ID), "\n"), "…")
		out = append(out, another{value: without, text: catalog.DE("ohne E-Mail-Adresse", "without an e-mail address")})
	}
	return out
}

// countsAnswered reports whether a score only asks that there is an answer.
func (t *Template) countsAnswered(id string) bool {
	return slices.ContainsFunc(t.Scores.Suitability.Items, func(it Item) bool { return it.Q == id && it.Answered != "" })
}

func known(codes []string) []string {
	return slices.DeleteFunc(slices.Clone(codes), func(c string) bool { return c == "unb" || c == "none" || c == "kein" || c == "paper" })
}

// matters reports whether a score or a rule looks at a question.
func (t *Template) matters(id string) bool {
	for _, s := range []*Score{&t.Scores.Suitability, &t.Scores.Effort} {
		if slices.ContainsFunc(s.Items, func(it Item) bool { return it.Q == id }) {
			return true
		}
	}
	return t.decides(id)
}

// decides reports whether a rule of publishing looks at a question.
func (t *Template) decides(id string) bool {
	return slices.ContainsFunc(slices.Concat(t.Gate.NotPublishable, t.Gate.Conditional), func(r Rule) bool { return r.If.names(id) })
}

func (c *Condition) names(id string) bool {
	if c == nil {
		return false
	}
	return c.Q == id || c.Not.names(id) || slices.ContainsFunc(slices.Concat(c.All, c.Any), func(s *Condition) bool { return s.names(id) })
}

func (t *Template) alternatives(q *Question) []string {
	var out []string
	for _, o := range t.OptionLists[q.Options] {
		if !o.Retired {
			out = append(out, o.Code)
		}
	}
	return out
}

// Say puts an answer into words.
func (t *Template) Say(q *Question, answers catalog.Fields) catalog.Text {
	var de, en []string
	for _, s := range answers.Strings(q.ID) {
		if o := t.Option(q.Options, s); o != nil {
			de, en = append(de, o.Label.In("de")), append(en, o.Label.In("en"))
		} else {
			de, en = append(de, s), append(en, s)
		}
	}
	if de == nil {
		switch s := answers.String(q.ID); s {
		case "true":
			de, en = []string{"ja"}, []string{"yes"}
		case "false":
			de, en = []string{"nein"}, []string{"no"}
		case "":
			de, en = []string{"keine Angabe"}, []string{"no answer"}
		default:
			de, en = []string{s}, []string{s}
		}
	}
	return catalog.DE(strings.Join(de, ", "), strings.Join(en, ", "))
}
