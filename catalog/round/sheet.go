package round

import (
	"context"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// Task is how far a section is.
type Task struct {
	Section *survey.Section
	// Asked counts the questions of the short form that apply, Answered those of
	// them with an answer or a “do not know”.
	Asked, Answered int
	// Lacking counts needed answers that are missing, Invalid those not readable.
	Lacking, Invalid int
}

// Done reports that nothing of the section keeps the holding from being submitted.
func (t Task) Done() bool { return t.Lacking == 0 && t.Invalid == 0 }

// HoldingTasks is a holding with its sections.
type HoldingTasks struct {
	Holding *catalog.RoundHolding
	Tasks   []Task
	// Complete reports that it can be submitted.
	Complete bool
	Editable bool
	Lacking  int
	// Notes counts the remarks about it.
	Notes int
}

// Desk is what the holder of a link has to do.
type Desk struct {
	*Access
	// Office is how far the office's own section is, nil when the link does not
	// reach it.
	OfficeTask *Task
	Holdings   []HoldingTasks
	// Delegated are the links that were passed on from this one.
	Delegated []*catalog.RoundLink
	Notes     []*catalog.RoundNote
	Open      bool // answers are still taken
	Late      bool
}

// Tasks lists what is to be done.
func (s *Service) Tasks(ctx context.Context, by catalog.Actor, token string) (*Desk, error) {
	var d *Desk
	_, err := s.read(ctx, by, token, func(tx catalog.Tx, a *Access) error {
		now := time.Now()
		d = &Desk{Access: a, Open: a.Writable(now), Late: a.Overdue(now)}
		own, err := load(tx, a.Office.ID, "")
		if err != nil {
			return err
		}
		first := a.Template.OfficeSection()
		if a.May("", first.ID) {
			t := task(first, form(a.Template, a.City.Code, own), own)
			d.OfficeTask = &t
		}
		list, err := tx.RoundHoldings(a.Round.ID, a.Office.ID)
		if err != nil {
			return err
		}
		if d.Notes, err = a.notes(tx); err != nil {
			return err
		}
		for _, h := range list {
			if a.Link.Holding != "" && a.Link.Holding != h.ID {
				continue
			}
			ht, err := holdingTasks(tx, a, h, own)
			if err != nil {
				return err
			}
			for _, n := range d.Notes {
				if n.Holding == h.ID {
					ht.Notes++
				}
			}
			d.Holdings = append(d.Holdings, ht)
		}
		links, err := tx.RoundLinks(a.Office.ID)
		for _, l := range links {
			if l.Parent == a.Link.ID {
				d.Delegated = append(d.Delegated, l)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// notes lists the remarks that the link reaches: all of the office, for a
// delegated link those about its questions and its own.
func (a *Access) notes(tx catalog.Tx) ([]*catalog.RoundNote, error) {
	list, err := tx.RoundNotes(a.Office.ID)
	if err != nil || !a.Delegated() {
		return list, err
	}
	return slices.DeleteFunc(list, func(n *catalog.RoundNote) bool {
		sec := a.Template.SectionOf(n.Question)
		return n.By != "link:"+a.Link.ID && (sec == nil || !a.May(n.Holding, sec.ID))
	}), nil
}

func holdingTasks(tx catalog.Tx, a *Access, h *catalog.RoundHolding, own Answers) (HoldingTasks, error) {
	mine, err := load(tx, a.Office.ID, h.ID)
	if err != nil {
		return HoldingTasks{}, err
	}
	all := make(Answers, len(own)+len(mine))
	for q, x := range own {
		all[q] = x
	}
	for q, x := range mine {
		all[q] = x
	}
	f := form(a.Template, a.City.Code, all)
	out := HoldingTasks{Holding: h, Complete: f.Complete(), Editable: editable(h), Lacking: len(f.Lacking(a.Template))}
	for _, sec := range Steps(a.Template) {
		if a.May(h.ID, sec.ID) {
			out.Tasks = append(out.Tasks, task(sec, f, all))
		}
	}
	return out, nil
}

// Steps are the sections an office goes through for each holding: all but its
// own and what the system keeps.
func Steps(t *survey.Template) []*survey.Section {
	var out []*survey.Section
	for i := range t.Sections {
		sec := &t.Sections[i]
		if i == 0 || kept(sec) {
			continue
		}
		out = append(out, sec)
	}
	return out
}

// kept reports a section that the system keeps itself: the one with the status.
func kept(sec *survey.Section) bool {
	for i := range sec.Questions {
		if sec.Questions[i].System {
			return true
		}
	}
	return false
}

func task(sec *survey.Section, f *survey.Form, answers Answers) Task {
	t := Task{Section: sec}
	for i := range sec.Questions {
		q := &sec.Questions[i]
		if !f.Applies(q) {
			continue
		}
		a := answers[q.ID]
		given := f.Answered(q) || a != nil && a.Unknown
		if q.Short() {
			t.Asked++
			if given {
				t.Answered++
			}
		}
		if f.Needed(q) && !f.Answered(q) {
			t.Lacking++
		}
		if f.Invalid(q) {
			t.Invalid++
		}
	}
	return t
}

// Ask is one question on a step.
type Ask struct {
	Question *survey.Question
	Answer   *catalog.RoundAnswer // nil without one
	Value    any                  // as it was entered
	Needed   bool
	Invalid  bool
	Missing  bool
	Notes    []*catalog.RoundNote
}

// Step is one section of a holding, or the office's own, with the questions that
// apply.
type Step struct {
	*Access
	Holding *catalog.RoundHolding // nil for the office's own section
	Section *survey.Section
	Asks    []Ask
	Form    *survey.Form
	// Editable reports whether answers are taken at this moment.
	Editable bool
	Previous bool // some answers were filled in from last time
}

// Step shows a section.
func (s *Service) Step(ctx context.Context, by catalog.Actor, token, holdingID, section string) (*Step, error) {
	var st *Step
	_, err := s.read(ctx, by, token, func(tx catalog.Tx, a *Access) error {
		st = &Step{Access: a, Section: a.Template.Section(section), Editable: a.Writable(time.Now())}
		if st.Section == nil || kept(st.Section) || !a.May(holdingID, section) || (section == a.Template.OfficeSection().ID) != (holdingID == "") {
			return absent()
		}
		if holdingID != "" {
			var err error
			if st.Holding, err = holdingIn(tx, a, holdingID); err != nil {
				return err
			}
			st.Editable = st.Editable && editable(st.Holding)
		}
		return st.fill(tx, holdingID)
	})
	if err != nil {
		return nil, err
	}
	return st, nil
}

// fill lists the questions that apply, with their answers.
func (st *Step) fill(tx catalog.Tx, holdingID string) error {
	answers, err := both(tx, st.Office.ID, holdingID)
	if err != nil {
		return err
	}
	notes, err := st.notes(tx)
	if err != nil {
		return err
	}
	st.list(holdingID, answers, notes)
	return nil
}

func (st *Step) list(holdingID string, answers Answers, notes []*catalog.RoundNote) {
	st.Form = form(st.Template, st.City.Code, answers)
	for i := range st.Section.Questions {
		q := &st.Section.Questions[i]
		if !st.Form.Applies(q) {
			continue
		}
		ask := Ask{Question: q, Answer: answers[q.ID], Needed: st.Form.Needed(q), Invalid: st.Form.Invalid(q)}
		ask.Missing = ask.Needed && !st.Form.Answered(q)
		if ask.Answer != nil {
			ask.Value = Decode(ask.Answer.Value)
			st.Previous = st.Previous || Previous(ask.Answer)
		}
		for _, n := range notes {
			if n.Question == q.ID && n.Holding == holdingID {
				ask.Notes = append(ask.Notes, n)
			}
		}
		st.Asks = append(st.Asks, ask)
	}
}
