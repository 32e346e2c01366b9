package round

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// Item is a holding in the inbox.
type Item struct {
	Holding *catalog.RoundHolding
	Office  *catalog.RoundOffice
	// Publishability, Priority and Quadrant are what the assessment says.
	Publishability, Quadrant string
	Priority                 int
	// Privacy and Archive say which special checks are still open.
	Privacy, Archive bool
	Notes            int
}

// entryOf reads a holding's entry. One that was removed from the catalogue
// meanwhile is empty; it cannot be approved, and its office may submit it again.
func entryOf(tx catalog.Tx, h *catalog.RoundHolding) (*catalog.Entry, error) {
	e, err := tx.Entry(h.Entry)
	if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
		return &catalog.Entry{Fields: catalog.Fields{}}, nil
	}
	return e, err
}

// Queues of special checks.
const (
	QueuePrivacy = "privacy"
	QueueArchive = "archive"
)

// Inbox lists what waits for review, the longest first; queue narrows it to a
// special check.
func (s *Service) Inbox(ctx context.Context, by catalog.Actor, idOrName, queue string) (*catalog.Round, []Item, error) {
	var r *catalog.Round
	var out []Item
	err := s.view(ctx, func(tx catalog.Tx) error {
		var err error
		if r, err = officerIn(tx, by, idOrName); err != nil {
			return err
		}
		list, err := tx.RoundHoldings(r.ID, "")
		if err != nil {
			return err
		}
		t, err := s.template(tx, r.ID)
		if err != nil {
			return err
		}
		city, err := cityOf(r.City)
		if err != nil {
			return err
		}
		reuse, err := holding.ReuseIn(tx)
		if err != nil {
			return err
		}
		offices := map[string]*catalog.RoundOffice{}
		notes := map[string]int{}
		for _, h := range list {
			if holding.Status(h.State) != holding.StatusSubmitted {
				continue
			}
			if offices[h.Office] == nil {
				if offices[h.Office], err = tx.RoundOffice(h.Office); err != nil {
					return err
				}
				all, err := tx.RoundNotes(h.Office)
				if err != nil {
					return err
				}
				for _, n := range all {
					notes[n.Holding]++
				}
			}
			e, err := entryOf(tx, h)
			if err != nil {
				return err
			}
			a, answers := catalog.Fields(e.Fields.Map("assessment")), catalog.Fields(e.Fields.Map("answers"))
			priority := 0
			if a.String("publishability") != "" {
				priority = t.AssessReused(answers, reuse.Elsewhere(city.Code, answers.String("B_muster"))).Priority
			}
			it := Item{
				Holding: h, Office: offices[h.Office], Publishability: a.String("publishability"), Quadrant: a.String("quadrant"), Priority: priority, Notes: notes[h.ID],
				Privacy: answers.String("E_dpo") == "pend", Archive: answers.String("F_archive") == "off",
			}
			if queue == "" || queue == QueuePrivacy && it.Privacy || queue == QueueArchive && it.Archive {
				out = append(out, it)
			}
		}
		slices.SortStableFunc(out, func(a, b Item) int { return a.Holding.Submitted.Compare(b.Holding.Submitted) })
		return nil
	})
	return r, out, err
}

// Reply is one answer in a review.
type Reply struct {
	Question *survey.Question
	Value    any
	Text     catalog.Text
	Notes    []*catalog.RoundNote
	// Traces tell by what a person could be known, where the answer is public.
	Traces []survey.Trace
}

// Part is a section of a review.
type Part struct {
	Section *survey.Section
	Replies []Reply
}

// Review is a holding as the data officer sees it.
type Review struct {
	reuse bool // another city publishes the same model dataset

	Round    *catalog.Round
	Office   *catalog.RoundOffice
	Holding  *catalog.RoundHolding
	Entry    *catalog.Entry // nil before the first submission
	Template *survey.Template
	Parts    []Part
	// Withheld counts answers the reader may not see.
	Withheld   int
	Assessment *survey.Assessment
	Scores     []Scored
	Best       *survey.Change
	// Licences are those that can be chosen where the office named none.
	Licences []survey.Option
	Notes    []*catalog.RoundNote
	Events   []*catalog.RoundEvent
	// MayApprove is false where the reader took part in the answers.
	MayApprove bool
	Preview    *Preview
	// Dataset is what was made of the holding; nil for none that the reader may see.
	Dataset *catalog.Entry
	// Missing are the answers that the dataset would show too.
	Missing []Missing
	// Alike are holdings of offices and cities that may be the same kind.
	Alike []Alike
	// Describable reports that the description may go out although the data stay.
	Describable bool
}

// Scored is a line of a score in words.
type Scored struct {
	survey.Line
	Label, Text catalog.Text
}

// Review shows a holding of a round with everything the reader may see of it.
func (s *Service) Review(ctx context.Context, by catalog.Actor, idOrName, holdingID string) (*Review, error) {
	var out *Review
	err := s.view(ctx, func(tx catalog.Tx) error {
		r, h, o, err := reviewed(tx, by, idOrName, holdingID)
		if err != nil {
			return err
		}
		out, err = s.review(tx, by, r, o, h)
		return err
	})
	return out, err
}

// reviewed finds a holding for somebody who runs its round, with round and office.
func reviewed(tx catalog.Tx, by catalog.Actor, idOrName, holdingID string) (r *catalog.Round, h *catalog.RoundHolding, o *catalog.RoundOffice, err error) {
	if r, err = officerIn(tx, by, idOrName); err != nil {
		return nil, nil, nil, err
	}
	if h, err = tx.RoundHolding(holdingID); err != nil {
		return nil, nil, nil, err
	}
	if h.Round != r.ID {
		return nil, nil, nil, absent()
	}
	o, err = officeIn(tx, r, h.Office)
	return r, h, o, err
}

// undecided is reviewed for a holding that waits for approval.
func undecided(tx catalog.Tx, by catalog.Actor, idOrName, holdingID string) (r *catalog.Round, h *catalog.RoundHolding, o *catalog.RoundOffice, err error) {
	if r, h, o, err = reviewed(tx, by, idOrName, holdingID); err == nil && holding.Status(h.State) != holding.StatusSubmitted {
		err = decided()
	}
	return r, h, o, err
}

func (s *Service) review(tx catalog.Tx, by catalog.Actor, r *catalog.Round, o *catalog.RoundOffice, h *catalog.RoundHolding) (*Review, error) {
	t, err := s.template(tx, r.ID)
	if err != nil {
		return nil, err
	}
	city, err := cityOf(r.City)
	if err != nil {
		return nil, err
	}
	v := &Review{Round: r, Office: o, Holding: h, Template: t}
	var f *survey.Form
	answers, err := both(tx, o.ID, h.ID)
	if err != nil {
		return nil, err
	}
	f = form(t, city.Code, answers)
	shown := f.Result.Answers
	v.Assessment = f.Result.Assessment
	if h.Entry != "" && !editable(h) {
		// What is reviewed is what was submitted.
		if v.Entry, err = entryOf(tx, h); err != nil {
			return nil, err
		}
		if v.Entry.ID != "" {
			shown = catalog.Fields(v.Entry.Fields.Map("answers"))
			reuse, err := holding.ReuseIn(tx)
			if err != nil {
				return nil, err
			}
			v.reuse = reuse.Elsewhere(city.Code, shown.String("B_muster"))
			v.Assessment = t.AssessReused(shown, v.reuse)
		}
	}
	if h.Entry != "" {
		if v.Dataset, err = datasetOf(tx, by, h.Entry); err != nil {
			return nil, err
		}
	}
	level, ok := catalog.LevelOf(by, &catalog.Entry{Type: catalog.TypeHolding, Owner: r.Org, State: catalog.StateActive, Access: catalog.AccessPartner})
	if !ok {
		return nil, absent()
	}
	if v.Notes, err = tx.RoundNotes(o.ID); err != nil {
		return nil, err
	}
	v.Notes = slices.DeleteFunc(v.Notes, func(n *catalog.RoundNote) bool { return n.Holding != h.ID && n.Holding != "" })
	v.parts(shown, level)
	if v.Missing, err = missing(tx, t, f, shown, h); err != nil {
		return nil, err
	}
	v.Describable = shown.String("E_metapub") == "ja"
	if v.Assessment != nil {
		v.explain(t, shown)
	}
	events, err := tx.RoundEvents(r.ID, o.ID, 500)
	if err != nil {
		return nil, err
	}
	for _, e := range events {
		if e.Holding == h.ID {
			v.Events = append(v.Events, e)
		}
	}
	if v.MayApprove, err = independent(tx, h, by); err != nil {
		return nil, err
	}
	if v.Alike, err = alike(tx, by, h.Entry, shown); err != nil {
		return nil, err
	}
	v.Preview = s.preview(tx, t, city, o.Name, r.Org, shown)
	return v, nil
}

// datasetOf is the dataset that was made of a holding, nil for none that the reader
// may see.
func datasetOf(tx catalog.Tx, by catalog.Actor, holdingID string) (*catalog.Entry, error) {
	h, err := tx.Entry(holdingID)
	if err == nil && h.Fields.String("dataset") != "" {
		var ds *catalog.Entry
		if ds, err = tx.Entry(h.Fields.String("dataset")); err == nil && ds.State == catalog.StateActive && catalog.CanSee(by, ds) {
			return ds, nil
		}
	}
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return nil, err
	}
	return nil, nil
}

// explain puts the lines of an assessment into words, with the answer that would
// change it most.
func (v *Review) explain(t *survey.Template, shown catalog.Fields) {
	for _, l := range t.Lines(shown) {
		v.Scores = append(v.Scores, Scored{Line: l, Label: t.Question(l.Question).Label, Text: t.Explain(l, shown)})
	}
	v.Best = t.BestChange(shown, v.reuse)
	v.Licences = holding.Licences(t)
}

func (v *Review) parts(shown catalog.Fields, level catalog.Level) {
	for i := range v.Template.Sections {
		sec := &v.Template.Sections[i]
		p := Part{Section: sec}
		for j := range sec.Questions {
			q := &sec.Questions[j]
			value, ok := shown[q.ID]
			if !ok {
				continue
			}
			if !level.Covers(q.Visibility) {
				v.Withheld++
				continue
			}
			rep := Reply{Question: q, Value: value, Text: v.Template.Say(q, shown), Traces: v.Template.Traces(q, value, shown.String("A_name"))}
			for _, n := range v.Notes {
				if n.Question == q.ID {
					rep.Notes = append(rep.Notes, n)
				}
			}
			p.Replies = append(p.Replies, rep)
		}
		if len(p.Replies) > 0 {
			v.Parts = append(v.Parts, p)
		}
	}
}

// independent reports whether somebody may approve: not who submitted the
// holding or entered one of its answers.
func independent(tx catalog.Tx, h *catalog.RoundHolding, by catalog.Actor) (bool, error) {
	me := who(by)
	if h.SubmittedBy == me {
		return false, nil
	}
	for _, scope := range []string{"", h.ID} {
		list, err := tx.RoundAnswers(h.Office, scope)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(list, func(a *catalog.RoundAnswer) bool { return a.By == me }) {
			return false, nil
		}
	}
	return true, nil
}

// Approve approves a submitted holding; what may be published is. rev is the
// revision that was reviewed. Who took part in the answers cannot approve them.
func (s *Service) Approve(ctx context.Context, by catalog.Actor, idOrName, holdingID string, rev int64, comment string) ([]catalog.Finding, error) {
	return s.Decide(ctx, by, idOrName, holdingID, rev, comment, holding.Decision{})
}

// Decide is Approve with what the person decided beyond it: reasons that are
// settled, or that the description alone goes out. Both stand in the log.
func (s *Service) Decide(ctx context.Context, by catalog.Actor, idOrName, holdingID string, rev int64, comment string, how holding.Decision) ([]catalog.Finding, error) {
	var findings []catalog.Finding
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, h, o, err := undecided(tx, by, idOrName, holdingID)
		if err != nil {
			return err
		}
		ok, err := independent(tx, h, by)
		if err != nil {
			return err
		}
		if !ok {
			return fourEyes()
		}
		city, err := cityOf(r.City)
		if err != nil {
			return err
		}
		t, err := s.template(tx, r.ID)
		if err != nil {
			return err
		}
		to, found, err := s.desk.With(t).ApproveIn(tx, elevated(by), city, h.Entry, rev, how)
		if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
			return removed()
		}
		if err != nil {
			return err
		}
		findings = found
		comment := logged(comment, how)
		if utf8.RuneCountInString(comment) > maxText {
			return tooLong()
		}
		if err := moveHolding(tx, h, to, RoleOfficer, who(by), comment); err != nil {
			return err
		}
		return settle(tx, o, RoleOfficer, who(by))
	})
	return findings, err
}

// logged is what the log keeps of a decision.
func logged(comment string, how holding.Decision) string {
	comment = strings.TrimSpace(comment)
	if len(how.Resolved) > 0 {
		comment = strings.TrimSpace(comment + " [resolved: " + strings.Join(how.Resolved, ", ") + "]")
	}
	if how.Licence != "" {
		comment = strings.TrimSpace(comment + " [licence: " + how.Licence + "]")
	}
	if how.Description {
		comment = strings.TrimSpace(comment + " [description only]")
	}
	return comment
}

func fourEyes() error {
	return refuse(catalog.KindInvalid, "four_eyes", "Vier-Augen-Prinzip: Wer die Angaben eingetragen oder eingereicht hat, kann sie nicht selbst freigeben.", "Four eyes: who entered or submitted the answers cannot approve them.")
}

func notPublished() error {
	return refuse(catalog.KindConflict, "not_published", "Dieser Datenbestand ist nicht veröffentlicht. Bitte die Seite neu laden.", "This holding is not published. Reload the page.")
}

func removed() error {
	return refuse(catalog.KindConflict, "removed", "Dieser Datenbestand wurde aus dem Verzeichnis entfernt. Die Dienststelle kann ihn mit „Noch einmal bearbeiten“ neu einreichen.", "This holding was removed from the registry. Its office can submit it anew after “Edit again”.")
}

func decided() error {
	return refuse(catalog.KindConflict, "decided", "Dieser Datenbestand wartet nicht mehr auf Freigabe. Bitte die Liste neu laden.", "This holding does not wait for approval any more. Reload the list.")
}

// TakeDown takes a published holding out of the public; it needs a reason. The
// office may edit it again and submit it anew.
func (s *Service) TakeDown(ctx context.Context, by catalog.Actor, idOrName, holdingID, comment string) error {
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		_, h, o, err := reviewed(tx, by, idOrName, holdingID)
		if err != nil {
			return err
		}
		if holding.Status(h.State) != holding.StatusPublished {
			return notPublished()
		}
		if err := addNote(tx, &catalog.RoundNote{Office: o.ID, Holding: h.ID, Text: comment, By: who(by), Role: RoleOfficer}); err != nil {
			return err
		}
		if err := s.desk.TakeDownIn(tx, elevated(by), h.Entry); err != nil {
			return err
		}
		return moveHolding(tx, h, holding.StatusWithdrawn, RoleOfficer, who(by), strings.TrimSpace(comment))
	})
}

// Return gives a submitted holding back with a comment, which it needs.
func (s *Service) Return(ctx context.Context, by catalog.Actor, idOrName, holdingID, comment string) error {
	return s.telling(ctx, by, func(tx catalog.WriteTx) error {
		r, h, o, err := undecided(tx, by, idOrName, holdingID)
		if err != nil {
			return err
		}
		if err := addNote(tx, &catalog.RoundNote{Office: o.ID, Holding: h.ID, Text: comment, By: who(by), Role: RoleOfficer}); err != nil {
			return err
		}
		if err := s.desk.ReturnIn(tx, elevated(by), h.Entry); err != nil && catalog.KindOf(err) != catalog.KindNotFound {
			return err
		}
		h.Comment = strings.TrimSpace(comment)
		if err := moveHolding(tx, h, holding.StatusReturned, RoleOfficer, who(by), h.Comment); err != nil {
			return err
		}
		if err := settle(tx, o, RoleOfficer, who(by)); err != nil {
			return err
		}
		return s.tell(tx, by, r, o)
	})
}

// Ask puts a question of the data officer to an office, about one answer or a
// whole holding.
func (s *Service) Ask(ctx context.Context, by catalog.Actor, idOrName, holdingID, question, remark string) error {
	return s.telling(ctx, by, func(tx catalog.WriteTx) error {
		r, h, o, err := reviewed(tx, by, idOrName, holdingID)
		if err != nil {
			return err
		}
		t, err := s.template(tx, r.ID)
		if err != nil {
			return err
		}
		if question != "" && t.Question(question) == nil {
			return absent()
		}
		if err := addNote(tx, &catalog.RoundNote{Office: o.ID, Holding: h.ID, Question: question, Text: remark, By: who(by), Role: RoleOfficer}); err != nil {
			return err
		}
		return s.tell(tx, by, r, o)
	})
}
