package survey

import (
	"slices"
	"strings"

	"trio.example/catalog"
)

// Outcome is what became of a record.
type Outcome string

// The outcomes of SURVEY §4.
const (
	OutcomeValid      Outcome = "valid"
	OutcomeIncomplete Outcome = "incomplete"
	OutcomeRejected   Outcome = "rejected"
	OutcomeSuperseded Outcome = "superseded"
)

// Input is one record as it was read.
type Input struct {
	// Raw gives the answers by question id: string, []string, int64, float64,
	// bool or nil.
	Raw map[string]any
	// Unknown lists keys that are no question of the template.
	Unknown []string
	// City is the template's code of the city the file comes from.
	City string
	// Submitted is false for a response that was never sent off.
	Submitted bool
	// Broken is the reason why the record itself could not be read, e.g.
	// "column_mismatch"; such a record is rejected whatever it holds.
	Broken string
	// Reuse: another city already publishes the same model dataset.
	Reuse bool
}

// Result is an evaluated record.
type Result struct {
	LocalID, Title string
	Outcome        Outcome
	// Reasons say why the outcome is not valid, Warnings what was odd besides.
	Reasons, Warnings []string
	// Answers are the shown, valid answers in normal form.
	Answers catalog.Fields
	// Assessment is set for valid records only.
	Assessment *Assessment
	Findings   []catalog.Finding
}

// questions of the core template that the rules of SURVEY §4 name.
const (
	qCity    = "A_city"
	qLocalID = "B_localid"
	qTitle   = "B_title"
	qPerson  = "A_name"
	qPublic  = "G_puburl"
	qHVD     = "E_hvd"
	qModel   = "B_muster"
	qReg     = "H_isreg"
)

// Evaluate applies the template to a record.
func (t *Template) Evaluate(in Input) Result {
	return t.evaluation(in).result()
}

func (t *Template) evaluation(in Input) *evaluation {
	ev := &evaluation{t: t, in: in, given: make(catalog.Fields, len(in.Raw)), values: make(map[string]value, len(in.Raw))}
	ev.read()
	return ev
}

func (ev *evaluation) result() Result {
	t, in := ev.t, ev.in
	r := Result{Reasons: []string{}, Warnings: []string{}, Answers: catalog.Fields{}}
	if in.Broken != "" {
		r.Outcome, r.Reasons = OutcomeRejected, []string{in.Broken}
		r.Findings = []catalog.Finding{brokenFinding(in.Broken)}
		r.LocalID, r.Title = ev.given.String(qLocalID), ev.given.String(qTitle)
		return r
	}
	ev.judge(&r)
	r.LocalID, r.Title = r.Answers.String(qLocalID), r.Answers.String(qTitle)
	if r.Outcome == OutcomeValid {
		r.Assessment = t.assess(r.Answers, ev.visible, in.Reuse)
	}
	return r
}

// Supersede marks a record as replaced by a newer one with the same id.
func (r *Result) Supersede() {
	r.Outcome, r.Reasons, r.Warnings = OutcomeSuperseded, []string{"newer_record_with_same_id"}, []string{}
	r.Assessment = nil
	r.Findings = []catalog.Finding{note(catalog.SeverityInfo, "newer_record_with_same_id", nil, "")}
}

type evaluation struct {
	t       *Template
	in      Input
	values  map[string]value
	given   catalog.Fields // valid answers, hidden ones included
	visible map[string]bool
}

// read normalises every answer and finds out which questions apply.
func (ev *evaluation) read() {
	for _, q := range ev.t.order {
		raw, ok := ev.in.Raw[q.ID]
		if q.ID == qCity {
			raw, ok = ev.city(raw)
		}
		if !ok {
			continue
		}
		v := ev.t.normalise(q, raw)
		if !v.given {
			if v.html || v.controls {
				ev.values[q.ID] = v // nothing else was there; the report says so
			}
			continue
		}
		if q.System {
			v.v, v.invalid = nil, false // status is changed by people with the role only
		}
		if q.ID == qCity && ev.in.City != "" && v.v != ev.in.City {
			v.v, v.invalid = nil, true // the record belongs to another city
		}
		ev.values[q.ID] = v
		if v.v != nil {
			ev.given.Set(q.ID, v.v)
			if b, isBool := v.v.(bool); isBool {
				ev.given[q.ID] = b
			}
		}
	}
	ev.visible = ev.t.shown(ev.given)
}

// city fills the city in from the upload where the record does not name one.
func (ev *evaluation) city(raw any) (any, bool) {
	if s, isText := raw.(string); raw == nil || (isText && ev.t.Blank(s)) {
		return ev.in.City, ev.in.City != ""
	}
	return raw, true
}

// Blank reports whether a text is no answer: empty, or a word that says so.
func (t *Template) Blank(s string) bool {
	var v value
	s = strings.ToLower(clean(s, &v))
	return s == "" || t.blanks[s]
}

// judge decides the outcome, question by question in the template's order.
func (ev *evaluation) judge(r *Result) {
	rejected := []string{}
	warn := func(sev catalog.Severity, code string, q *Question) {
		key := code
		if q != nil {
			key += ":" + q.ID
		}
		r.Warnings = append(r.Warnings, key)
		r.Findings = append(r.Findings, note(sev, code, q, ""))
	}
	reason := func(code string, q *Question) {
		key := code
		if q != nil {
			key += ":" + q.ID
		}
		if q != nil && q.Required.Hard {
			rejected = append(rejected, key)
		} else {
			r.Reasons = append(r.Reasons, key)
		}
		r.Findings = append(r.Findings, note(catalog.SeverityError, code, q, ""))
	}
	if !ev.in.Submitted {
		reason("not_submitted", nil)
	}
	shown := make(catalog.Fields, len(ev.given))
	for id, v := range ev.given {
		if ev.visible[id] {
			shown[id] = v
		}
	}
	for _, q := range ev.t.order {
		v := ev.values[q.ID]
		switch {
		case q.System:
			if v.given || v.html || v.controls {
				warn(catalog.SeverityInfo, "system_field_ignored", q)
			}
			continue
		case !ev.visible[q.ID]:
			if v.given {
				warn(catalog.SeverityInfo, "hidden_answer", q)
			}
			continue
		}
		needed := q.needed(shown)
		switch {
		case v.invalid && needed && v.v == nil:
			reason("invalid", q)
		case v.invalid:
			warn(catalog.SeverityWarning, "invalid", q)
		case needed && v.v == nil:
			reason("missing", q)
		}
		if v.html {
			warn(catalog.SeverityInfo, "html_removed", q)
		}
		if v.controls {
			warn(catalog.SeverityInfo, "control_chars", q)
		}
		if v.fuzzy {
			warn(catalog.SeverityWarning, "fuzzy", q)
		}
	}
	unknown := slices.Sorted(slices.Values(ev.in.Unknown))
	for _, id := range slices.Compact(unknown) {
		r.Warnings = append(r.Warnings, "unknown_question:"+id)
		r.Findings = append(r.Findings, note(catalog.SeverityWarning, "unknown_question", nil, id))
	}
	r.Answers = shown
	r.Findings = append(r.Findings, ev.t.traceFindings(shown)...)
	switch {
	case len(rejected) > 0:
		r.Outcome, r.Reasons = OutcomeRejected, rejected
	case len(r.Reasons) > 0:
		r.Outcome = OutcomeIncomplete
	default:
		r.Outcome = OutcomeValid
	}
}
