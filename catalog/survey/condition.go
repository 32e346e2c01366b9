package survey

import (
	"errors"
	"fmt"
	"iter"
	"maps"
	"slices"

	"trio.example/catalog"
)

// Condition is a small tree over answers: a test of one question, combined by
// all, any and not.
type Condition struct {
	All   []*Condition `json:"all,omitempty"`
	Any   []*Condition `json:"any,omitempty"`
	Not   *Condition   `json:"not,omitempty"`
	Q     string       `json:"q,omitempty"`
	Op    string       `json:"op,omitempty"`
	Value []string     `json:"value,omitempty"`
}

// maxConditionDepth bounds a template's conditions; people write two or three levels.
const maxConditionDepth = 20

func (c *Condition) check(t *Template, depth int) error {
	if c == nil {
		return nil
	}
	if depth > maxConditionDepth {
		return errors.New("conditions are nested too deep")
	}
	forms := 0
	for _, present := range []bool{c.All != nil, c.Any != nil, c.Not != nil, c.Q != ""} {
		if present {
			forms++
		}
	}
	if forms != 1 {
		return errors.New("a condition is exactly one of all, any, not or a test")
	}
	if c.Q != "" {
		if t.byID[c.Q] == nil {
			return fmt.Errorf("a condition names the unknown question %q", c.Q)
		}
		if !slices.Contains([]string{"in", "answered", "empty"}, c.Op) || (c.Op == "in" && len(c.Value) == 0) {
			return fmt.Errorf("the test of %q is incomplete", c.Q)
		}
	}
	for _, sub := range slices.Concat(c.All, c.Any, []*Condition{c.Not}) {
		if err := sub.check(t, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// holds evaluates the condition. An absent condition holds. For a multiple
// choice “in” means: any chosen option.
func (c *Condition) holds(answers catalog.Fields) bool {
	switch {
	case c == nil:
		return true
	case c.All != nil:
		for _, sub := range c.All {
			if !sub.holds(answers) {
				return false
			}
		}
		return true
	case c.Any != nil:
		return slices.ContainsFunc(c.Any, func(sub *Condition) bool { return sub.holds(answers) })
	case c.Not != nil:
		return !c.Not.holds(answers)
	}
	_, answered := answers[c.Q]
	switch c.Op {
	case "answered":
		return answered
	case "empty":
		return !answered
	default:
		for s := range chosen(answers, c.Q) {
			if slices.Contains(c.Value, s) {
				return true
			}
		}
		return false
	}
}

// chosen goes through the texts of one answer.
func chosen(answers catalog.Fields, question string) iter.Seq[string] {
	return func(yield func(string) bool) {
		switch v := answers[question].(type) {
		case string:
			yield(v)
		case []any:
			for _, x := range v {
				if s, ok := x.(string); ok && !yield(s) {
					return
				}
			}
		}
	}
}

// shown returns which questions apply to the answers. An answer to a question
// that does not apply counts as absent, which may hide further questions, so
// the conditions are evaluated until nothing changes.
func (t *Template) shown(given catalog.Fields) map[string]bool {
	visible := make(map[string]bool, len(t.order))
	for _, q := range t.order {
		visible[q.ID] = !q.Hidden
	}
	answers := maps.Clone(given)
	maps.DeleteFunc(answers, func(id string, _ any) bool { return t.byID[id] != nil && t.byID[id].Hidden })
	for range len(t.order) + 1 {
		var changed []*Question
		for _, q := range t.order {
			if q.VisibleIf != nil && !q.Hidden && q.VisibleIf.holds(answers) != visible[q.ID] {
				changed = append(changed, q)
			}
		}
		if changed == nil {
			break
		}
		for _, q := range changed {
			now := !visible[q.ID]
			visible[q.ID] = now
			if v, ok := given[q.ID]; ok && now {
				answers[q.ID] = v
			} else {
				delete(answers, q.ID)
			}
		}
	}
	return visible
}

// needed reports whether a shown question must be answered.
func (q *Question) needed(answers catalog.Fields) bool {
	return q.Required.Hard || q.Required.Soft || (q.Required.If != nil && q.Required.If.holds(answers))
}
