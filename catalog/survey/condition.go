package survey

import (
	"errors"
	"fmt"
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
		return slices.ContainsFunc(answers.Strings(c.Q), func(s string) bool { return slices.Contains(c.Value, s) })
	}
}

// shown returns which questions apply to the answers. An answer to a question
// that does not apply counts as absent, which may hide further questions, so
// the conditions are evaluated until nothing changes.
func (t *Template) shown(given catalog.Fields) map[string]bool {
	visible := map[string]bool{}
	for _, q := range t.order {
		visible[q.ID] = true
	}
	for range len(t.order) + 1 {
		answers := catalog.Fields{}
		for id, v := range given {
			if visible[id] {
				answers[id] = v
			}
		}
		changed := false
		for _, q := range t.order {
			if now := q.VisibleIf.holds(answers); now != visible[q.ID] {
				visible[q.ID], changed = now, true
			}
		}
		if !changed {
			break
		}
	}
	return visible
}

// needed reports whether a shown question must be answered.
func (q *Question) needed(answers catalog.Fields) bool {
	return q.Required.Hard || q.Required.Soft || (q.Required.If != nil && q.Required.If.holds(answers))
}
