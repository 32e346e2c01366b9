package survey

import (
	"slices"

	"trio.example/catalog"
)

// Form is a record while it is being filled in: what applies, what is needed,
// and what the record would come to.
type Form struct {
	Result  Result
	visible map[string]bool
	values  map[string]value
	shown   catalog.Fields
}

// Form evaluates a record for the people who fill it in.
func (t *Template) Form(in Input) *Form {
	ev := t.evaluation(in)
	f := &Form{visible: ev.visible, values: ev.values}
	f.Result = ev.result()
	f.shown = f.Result.Answers
	return f
}

// Applies reports whether a question is to be shown.
func (f *Form) Applies(q *Question) bool { return f.visible[q.ID] && !q.System }

// Needed reports whether a question has to be answered before the record can be
// submitted.
func (f *Form) Needed(q *Question) bool { return f.Applies(q) && q.needed(f.shown) }

// Answered reports whether there is a valid answer.
func (f *Form) Answered(q *Question) bool { return f.values[q.ID].v != nil }

// Invalid reports whether something was entered that cannot be read.
func (f *Form) Invalid(q *Question) bool { return f.values[q.ID].invalid }

// Value is the answer in its normal form, nil without a valid one.
func (f *Form) Value(q *Question) any { return f.values[q.ID].v }

// Complete reports whether the record could be submitted.
func (f *Form) Complete() bool { return f.Result.Outcome == OutcomeValid }

// Lacking lists the questions that keep the record from being submitted.
func (f *Form) Lacking(t *Template) []*Question {
	var out []*Question
	for _, q := range t.order {
		if f.Needed(q) && !f.Answered(q) {
			out = append(out, q)
		}
	}
	return out
}

// OfficeSection is the section whose questions an office answers once for all
// of its holdings.
func (t *Template) OfficeSection() *Section { return &t.Sections[0] }

// Section finds a section by id, nil when there is none.
func (t *Template) Section(id string) *Section {
	for i := range t.Sections {
		if t.Sections[i].ID == id {
			return &t.Sections[i]
		}
	}
	return nil
}

// SectionOf finds the section a question stands in.
func (t *Template) SectionOf(question string) *Section {
	for i := range t.Sections {
		if slices.ContainsFunc(t.Sections[i].Questions, func(q Question) bool { return q.ID == question }) {
			return &t.Sections[i]
		}
	}
	return nil
}

// Document is the reference template as the program holds it.
func Document() []byte { return slices.Clone(builtin) }

// Short reports whether the question belongs to the short form.
func (q *Question) Short() bool { return q.Level == "core" }

// UnknownCode is the option that means “unknown”, "" when the question has none.
func (t *Template) UnknownCode(q *Question) string {
	const unknown = "unb"
	if q.Options == "" || t.Option(q.Options, unknown) == nil {
		return ""
	}
	return unknown
}

// Mailbox reports whether a text is an e-mail address.
func Mailbox(s string) bool { return validEmail(s) }
