package round

import (
	"slices"

	"trio.example/catalog/survey"
)

// Shown are the sections of a template that people answer, the office's own first.
func Shown(t *survey.Template) []*survey.Section {
	return slices.Concat([]*survey.Section{t.OfficeSection()}, Steps(t))
}

// PreviewStep is a section as it would be asked with some answers; without a section
// that is asked it is the first. It belongs to no round, and nothing is kept.
func PreviewStep(t *survey.Template, section string, answers map[string]any) *Step {
	list := Shown(t)
	st := &Step{Access: &Access{Template: t}, Section: list[0], Editable: true, Form: t.Form(survey.Input{Raw: answers, Submitted: true})}
	for _, sec := range list {
		if sec.ID == section {
			st.Section = sec
		}
	}
	for i := range st.Section.Questions {
		q := &st.Section.Questions[i]
		if !st.Form.Applies(q) {
			continue
		}
		st.Asks = append(st.Asks, Ask{Question: q, Value: answers[q.ID], Needed: st.Form.Needed(q), Invalid: st.Form.Invalid(q), Missing: st.Form.Needed(q) && !st.Form.Answered(q)})
	}
	return st
}
