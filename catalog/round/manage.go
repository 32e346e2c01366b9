package round

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gosimple/slug"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Plan is what a round is opened with.
type Plan struct {
	City, Title string
	Deadline    time.Time
	Contact     string
	// Template is the document of a template, Ref the reference of one that is
	// kept here; without both it is the reference one.
	Template []byte
	Ref      string
	// Remind lets offices be reminded by themselves, before and after the deadline.
	Remind bool
}

// Create opens a round. The city's organization is made when it is missing,
// which only a system administrator may do.
func (s *Service) Create(ctx context.Context, by catalog.Actor, p Plan) (*catalog.Round, error) {
	city, err := cityOf(p.City)
	if err != nil {
		return nil, err
	}
	p.Title = strings.Join(strings.Fields(p.Title), " ")
	if n := utf8.RuneCountInString(p.Title); n < 3 || n > 200 {
		return nil, refuse(catalog.KindInvalid, "title", "Die Runde braucht einen Titel mit 3 bis 200 Zeichen.", "The round needs a title of 3 to 200 characters.")
	}
	if p.Contact != "" && !survey.Mailbox(p.Contact) {
		return nil, refuse(catalog.KindInvalid, "contact", "Das Postfach für Rückfragen ist keine E-Mail-Adresse.", "The mailbox for questions is no e-mail address.")
	}
	r := &catalog.Round{ID: catalog.NewID(), City: city.Name, Title: p.Title, Deadline: p.Deadline, Contact: p.Contact, Remind: p.Remind, State: catalog.RoundOpen, Creator: by.UserID}
	err = s.update(ctx, by, func(tx catalog.WriteTx) error { return s.begin(tx, by, city, r, p) })
	if err != nil {
		return nil, err
	}
	return r, nil
}

// begin stores a new round inside a transaction.
func (s *Service) begin(tx catalog.WriteTx, by catalog.Actor, city vocab.City, r *catalog.Round, p Plan) error {
	if err := s.cityFor(tx, by, city, r); err != nil {
		return err
	}
	r.Created = tx.Now()
	t, doc, err := roundTemplate(tx, by, p)
	if err != nil {
		return err
	}
	if t.Extends != nil && t.Publisher.City != city.Code {
		return refuse(catalog.KindInvalid, "template_city", "Diese Vorlage ist für eine andere Stadt angepasst. Bitte die der eigenen Stadt oder die Kernvorlage wählen.", "This template is made for another city. Choose your own city's or the core template.")
	}
	r.Template = t.Ref()
	if r.Name, err = freeName(tx, city, r.Title); err != nil {
		return err
	}
	if err := tx.PutRound(r, doc); err != nil {
		return err
	}
	return event(tx, catalog.RoundEvent{Round: r.ID, What: "round", To: r.State, Role: RoleOfficer, By: who(by)})
}

// cityFor finds the city's organization and checks that the actor runs it.
func (s *Service) cityFor(tx catalog.WriteTx, by catalog.Actor, city vocab.City, r *catalog.Round) error {
	org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), city.Name)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		if !by.Sysadmin {
			return denied()
		}
		org, err = s.desk.CityOrgIn(tx, by, city)
	}
	if err != nil {
		return err
	}
	if !by.IsOfficerOf(org.ID) {
		return denied()
	}
	r.Org = org.ID
	return nil
}

// freeName derives the address of a round from its title.
func freeName(tx catalog.Tx, city vocab.City, title string) (string, error) {
	base := slug.MakeLang(title, "de")
	if len(base) > 60 {
		base = strings.Trim(base[:60], "-")
	}
	base = strings.Trim(city.Name+"-"+base, "-")
	for n := 1; n < 1000; n++ {
		name := base
		if n > 1 {
			name = fmt.Sprintf("%s-%d", base, n)
		}
		_, err := tx.Round(name)
		if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
			return name, nil
		}
		if err != nil {
			return "", err
		}
	}
	return catalog.NewID(), nil
}

// who names an actor in answers and log.
func who(by catalog.Actor) string { return "user:" + by.UserID }

// Overview is a round with how far its offices are.
type Overview struct {
	*catalog.Round
	// Counts are the offices by state, Holdings the holdings by state.
	Counts, Holdings map[string]int
	Offices          int
	// Publishable counts the submitted holdings that may become open data as their
	// answers are; Status counts them.
	Publishable int
}

// Answered counts the offices that are done from their side.
func (o *Overview) Answered() int {
	return o.Counts[catalog.OfficeSubmitted] + o.Counts[catalog.OfficeApproved] + o.Counts[catalog.OfficeNone]
}

// Rate is the share of offices that answered, in per cent.
func (o *Overview) Rate() int {
	if o.Offices == 0 {
		return 0
	}
	return (200*o.Answered() + o.Offices) / (2 * o.Offices)
}

// List gives the rounds the actor runs, newest first.
func (s *Service) List(ctx context.Context, by catalog.Actor) ([]*Overview, error) {
	out := []*Overview{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		all, err := tx.Rounds()
		if err != nil {
			return err
		}
		for _, r := range all {
			if !by.IsOfficerOf(r.Org) {
				continue
			}
			offices, err := tx.RoundOffices(r.ID)
			if err != nil {
				return err
			}
			o, err := overview(tx, r, offices)
			if err != nil {
				return err
			}
			out = append(out, o)
		}
		return nil
	})
	return out, err
}

// Cities lists the cities whose survey the actor runs.
func (s *Service) Cities(ctx context.Context, by catalog.Actor) ([]vocab.City, error) {
	var out []vocab.City
	err := s.view(ctx, func(tx catalog.Tx) error {
		for _, c := range vocab.Cities() {
			org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), c.Name)
			switch {
			case err == nil && by.IsOfficerOf(org.ID), err != nil && by.Sysadmin && catalog.KindOf(err) == catalog.KindNotFound:
				out = append(out, c)
			case err != nil && catalog.KindOf(err) != catalog.KindNotFound:
				return err
			}
		}
		return nil
	})
	return out, err
}

func overview(tx catalog.Tx, r *catalog.Round, offices []*catalog.RoundOffice) (*Overview, error) {
	o := &Overview{Round: r, Counts: map[string]int{}, Holdings: map[string]int{}, Offices: len(offices)}
	for _, x := range offices {
		o.Counts[x.State]++
	}
	list, err := tx.RoundHoldings(r.ID, "")
	if err != nil {
		return nil, err
	}
	for _, h := range list {
		o.Holdings[h.State]++
	}
	return o, nil
}

// Line is an office in the list of a round.
type Line struct {
	*catalog.RoundOffice
	// Depth is how far below its department it stands.
	Depth int
	// Holdings counts what it describes, Waiting what waits for review.
	Holdings, Waiting int
	// Linked reports a link that is valid now; Late that the deadline is over
	// and the office has not answered.
	Linked, Late bool
	// Unreachable reports that neither the list nor the office's answers name an
	// e-mail address to ask at.
	Unreachable bool
}

// Status gives a round with the lines of its offices, in order of the hierarchy.
func (s *Service) Status(ctx context.Context, by catalog.Actor, idOrName string) (*Overview, []Line, error) {
	var o *Overview
	var lines []Line
	err := s.view(ctx, func(tx catalog.Tx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		offices, err := tx.RoundOffices(r.ID)
		if err != nil {
			return err
		}
		if o, err = overview(tx, r, offices); err != nil {
			return err
		}
		t, err := s.template(tx, r.ID)
		if err != nil {
			return err
		}
		list, err := tx.RoundHoldings(r.ID, "")
		if err != nil {
			return err
		}
		if o.Publishable, err = publishable(tx, list); err != nil {
			return err
		}
		lines, err = linesOf(tx, r, t, offices, list)
		return err
	})
	return o, lines, err
}

// publishable counts the holdings that may become open data as they were submitted.
func publishable(tx catalog.Tx, list []*catalog.RoundHolding) (int, error) {
	n := 0
	for _, h := range list {
		if h.Entry == "" {
			continue
		}
		e, err := entryOf(tx, h)
		if err != nil {
			return 0, err
		}
		if e != nil && catalog.Fields(e.Fields.Map("assessment")).String("publishability") == survey.Publishable {
			n++
		}
	}
	return n, nil
}

// reachable reports whether an office can be asked: by the address of the list, or
// by one it gave as its contact's.
func reachable(tx catalog.Tx, t *survey.Template, o *catalog.RoundOffice) (bool, error) {
	if o.Email != "" {
		return true, nil
	}
	answers, err := load(tx, o.ID, "")
	if err != nil {
		return false, err
	}
	for _, q := range t.Questions() {
		if a := answers[q.ID]; q.Personal && q.Type == "email" && a != nil {
			if s, ok := Decode(a.Value).(string); ok && survey.Mailbox(s) {
				return true, nil
			}
		}
	}
	return false, nil
}

func linesOf(tx catalog.Tx, r *catalog.Round, t *survey.Template, offices []*catalog.RoundOffice, list []*catalog.RoundHolding) ([]Line, error) {
	count, waiting := map[string]int{}, map[string]int{}
	for _, h := range list {
		count[h.Office]++
		if h.State == "subm" {
			waiting[h.Office]++
		}
	}
	now := time.Now()
	lines := make([]Line, 0, len(offices))
	for _, x := range ordered(offices) {
		links, err := tx.RoundLinks(x.office.ID)
		if err != nil {
			return nil, err
		}
		known, err := reachable(tx, t, x.office)
		if err != nil {
			return nil, err
		}
		lines = append(lines, Line{
			Unreachable: !known,
			RoundOffice: x.office, Depth: x.depth, Holdings: count[x.office.ID], Waiting: waiting[x.office.ID],
			Linked: slices.ContainsFunc(links, func(l *catalog.RoundLink) bool { return l.Parent == "" && valid(l, now) }),
			Late:   late(r, x.office, now),
		})
	}
	return lines, nil
}

func late(r *catalog.Round, o *catalog.RoundOffice, now time.Time) bool {
	switch o.State {
	case catalog.OfficeSubmitted, catalog.OfficeApproved, catalog.OfficeNone, catalog.OfficeListed:
		return false
	}
	return !r.Deadline.IsZero() && now.After(r.Deadline)
}

// SetState closes a round or opens it again.
func (s *Service) SetState(ctx context.Context, by catalog.Actor, idOrName, state string) error {
	if state != catalog.RoundOpen && state != catalog.RoundClosed {
		return refuse(catalog.KindInvalid, "state", "Eine Runde ist offen oder geschlossen.", "A round is open or closed.")
	}
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil || r.State == state {
			return err
		}
		from := r.State
		r.State, r.Closed = state, time.Time{}
		if state == catalog.RoundClosed {
			r.Closed = tx.Now()
		}
		if err := rewrite(tx, r); err != nil {
			return err
		}
		return event(tx, catalog.RoundEvent{Round: r.ID, What: "round", From: from, To: state, Role: RoleOfficer, By: who(by)})
	})
}

// SetDeadline moves the deadline; the zero time takes it away.
func (s *Service) SetDeadline(ctx context.Context, by catalog.Actor, idOrName string, deadline time.Time) error {
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil || r.Deadline.Equal(deadline) {
			return err
		}
		r.Deadline = deadline
		if err := rewrite(tx, r); err != nil {
			return err
		}
		return event(tx, catalog.RoundEvent{Round: r.ID, What: "deadline", To: deadline.Format(time.DateOnly), Role: RoleOfficer, By: who(by)})
	})
}

// EndOfDay is the last moment of a day in German local time; “” gives none.
func EndOfDay(day string) (time.Time, error) {
	if day == "" {
		return time.Time{}, nil
	}
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return time.Time{}, fmt.Errorf("time zone: %w", err)
	}
	for _, layout := range []string{time.DateOnly, "02.01.2006", "2.1.2006"} {
		if d, err := time.ParseInLocation(layout, strings.TrimSpace(day), zone); err == nil {
			return time.Date(d.Year(), d.Month(), d.Day(), 23, 59, 59, 0, zone).UTC(), nil
		}
	}
	return time.Time{}, refuse(catalog.KindInvalid, "deadline", "Die Frist ist kein Datum wie 2026-12-15 oder 15.12.2026.", "The deadline is no date like 2026-12-15.")
}

// Remind notes that offices were reminded: the named ones, or without names all
// that were invited and have not answered. It returns them.
func (s *Service) Remind(ctx context.Context, by catalog.Actor, idOrName string, officeIDs []string) ([]*catalog.RoundOffice, error) {
	var out []*catalog.RoundOffice
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		out = nil
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		offices, err := tx.RoundOffices(r.ID)
		if err != nil {
			return err
		}
		for _, o := range offices {
			if len(officeIDs) > 0 && !slices.Contains(officeIDs, o.ID) || !Open(o) {
				continue
			}
			if err := remind(tx, o, by); err != nil {
				return err
			}
			out = append(out, o)
		}
		return nil
	})
	return out, err
}

// remind notes that an office was reminded.
func remind(tx catalog.WriteTx, o *catalog.RoundOffice, by catalog.Actor) error {
	o.Reminded, o.Reminders = tx.Now(), o.Reminders+1
	if err := tx.PutRoundOffice(o); err != nil {
		return err
	}
	return event(tx, catalog.RoundEvent{Round: o.Round, Office: o.ID, What: "reminder", To: "sent", Role: RoleOfficer, By: who(by)})
}

// Open reports that an office was invited and has not answered.
func Open(o *catalog.RoundOffice) bool {
	switch o.State {
	case catalog.OfficeInvited, catalog.OfficeOpened, catalog.OfficeDraft, catalog.OfficeReturned:
		return true
	}
	return false
}

// Detail is an office with all that happened.
type Detail struct {
	Round    *catalog.Round
	Office   *catalog.RoundOffice
	Links    []*catalog.RoundLink
	Holdings []*catalog.RoundHolding
	Notes    []*catalog.RoundNote
	Events   []*catalog.RoundEvent
	Template *survey.Template
}

// Office shows one office of a round.
func (s *Service) Office(ctx context.Context, by catalog.Actor, idOrName, officeID string) (*Detail, error) {
	d := &Detail{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		var err error
		if d.Round, err = officerIn(tx, by, idOrName); err != nil {
			return err
		}
		if d.Office, err = officeIn(tx, d.Round, officeID); err != nil {
			return err
		}
		if d.Template, err = s.template(tx, d.Round.ID); err != nil {
			return err
		}
		if d.Links, err = tx.RoundLinks(officeID); err != nil {
			return err
		}
		if d.Holdings, err = tx.RoundHoldings(d.Round.ID, officeID); err != nil {
			return err
		}
		if d.Notes, err = tx.RoundNotes(officeID); err != nil {
			return err
		}
		d.Events, err = tx.RoundEvents(d.Round.ID, officeID, 200)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Log lists what happened in a round, the newest first.
func (s *Service) Log(ctx context.Context, by catalog.Actor, idOrName string) ([]*catalog.RoundEvent, error) {
	var out []*catalog.RoundEvent
	err := s.view(ctx, func(tx catalog.Tx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		out, err = tx.RoundEvents(r.ID, "", maxLog)
		return err
	})
	return out, err
}

// maxLog bounds how much of a log is shown.
const maxLog = 100

// EraseContacts removes an office's contacts of persons for good: in its rounds,
// in its holdings with all their revisions, in letters, reports and raw files.
func (s *Service) EraseContacts(ctx context.Context, by catalog.Actor, idOrName, officeID string) (int, error) {
	var whom Whom
	if err := s.view(ctx, func(tx catalog.Tx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		o, err := officeIn(tx, r, officeID)
		if err != nil {
			return err
		}
		whom = Whom{City: r.City, Office: o.Name}
		return nil
	}); err != nil {
		return 0, err
	}
	out, err := s.Forget(ctx, by, whom)
	if err != nil {
		return 0, err
	}
	return out.Answers, nil
}
