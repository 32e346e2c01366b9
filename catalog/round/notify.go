package round

import (
	"context"
	"slices"
	"time"

	"trio.example/catalog"
)

// Letters that go out because something happened: somebody asked an office back,
// or a deadline comes near. What was asked stays out of them.

// quiet is how long an office is not written to again about questions: several
// are asked one after the other.
const quiet = time.Hour

// tell writes to an office that it was asked something, where the portal sends
// mail and knows the address.
func (s *Service) tell(tx catalog.WriteTx, by catalog.Actor, r *catalog.Round, o *catalog.RoundOffice) error {
	if s.letters == nil || o.Email == "" || r.State != catalog.RoundOpen || tx.Now().Sub(o.Told) < quiet {
		return nil
	}
	links, err := tx.RoundLinks(o.ID)
	if err != nil || len(links) >= maxLinks {
		return err // the question stands on the office's page in any case
	}
	inv, err := s.invite(tx, by, r, o, len(links), nil)
	if err != nil {
		return err
	}
	if err := s.letter(tx, r, "surveyquestion", inv); err != nil {
		return err
	}
	o.Told = tx.Now()
	if err := tx.PutRoundOffice(o); err != nil {
		return err
	}
	return event(tx, catalog.RoundEvent{Round: r.ID, Office: o.ID, What: "question", To: "sent", Role: RoleOfficer, By: who(by)})
}

// telling is update for what an office is told of.
func (s *Service) telling(ctx context.Context, by catalog.Actor, fn func(catalog.WriteTx) error) error {
	err := s.update(ctx, by, fn)
	if err == nil && s.letters != nil {
		s.letters.Wake()
	}
	return err
}

// Automatic reminders go out in the morning, a week before the deadline and on
// the day after it. The deadline is the last moment of its day.
const (
	weekBefore = -7*24*time.Hour - 15*time.Hour
	dayAfter   = 9 * time.Hour
	// missed is how long after its moment a reminder is still sent, by a program
	// that did not run then.
	missed = 72 * time.Hour
	// spared are offices that somebody reminded shortly before.
	spared = 24 * time.Hour
)

// SetReminding says whether a round's offices are reminded by themselves.
func (s *Service) SetReminding(ctx context.Context, by catalog.Actor, idOrName string, on bool) error {
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil || r.Remind == on {
			return err
		}
		r.Remind = on
		if err := rewrite(tx, r); err != nil {
			return err
		}
		to := "off"
		if on {
			to = "on"
		}
		return event(tx, catalog.RoundEvent{Round: r.ID, What: "reminding", To: to, Role: RoleOfficer, By: who(by)})
	})
}

// rewrite stores what changed in a round; its template stays.
func rewrite(tx catalog.WriteTx, r *catalog.Round) error {
	doc, err := tx.RoundTemplate(r.ID)
	if err != nil {
		return err
	}
	return tx.PutRound(r, doc)
}

// moment is when a round's offices are to be reminded by themselves, zero when
// that is not now.
func moment(r *catalog.Round, now time.Time) time.Time {
	if !r.Remind || r.State != catalog.RoundOpen || r.Deadline.IsZero() {
		return time.Time{}
	}
	for _, d := range []time.Duration{weekBefore, dayAfter} {
		at := r.Deadline.Add(d)
		if late := now.Sub(at); late >= 0 && late < missed && !at.Before(r.Created) && !slices.ContainsFunc(r.RemindedFor, at.Equal) {
			return at
		}
	}
	return time.Time{}
}

// RemindDue reminds the offices of all rounds whose moment has come, and returns
// how many letters were laid into the outbox. Each moment comes once.
func (s *Service) RemindDue(ctx context.Context, by catalog.Actor, now time.Time) (int, error) {
	if s.letters == nil {
		return 0, nil
	}
	var due []string
	err := s.view(ctx, func(tx catalog.Tx) error {
		rounds, err := tx.Rounds()
		for _, r := range rounds {
			if !moment(r, now).IsZero() {
				due = append(due, r.ID)
			}
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	letters := 0
	for _, id := range due {
		var out Posted
		err := s.update(ctx, by, func(tx catalog.WriteTx) error {
			r, err := tx.Round(id)
			if err != nil {
				return err
			}
			at := moment(r, now)
			if at.IsZero() {
				return nil
			}
			r.RemindedFor = append(r.RemindedFor, at)
			if err := rewrite(tx, r); err != nil {
				return err
			}
			out, err = s.postIn(tx, by, id, "surveyreminder", func(_ catalog.Tx, o *catalog.RoundOffice) (bool, error) {
				return Open(o) && now.Sub(o.Reminded) > spared, nil
			}, func(tx catalog.WriteTx, o *catalog.RoundOffice) error { return remind(tx, o, by) })
			return err
		})
		if err != nil {
			return letters, err
		}
		letters += out.Letters
	}
	if letters > 0 {
		s.letters.Wake()
	}
	return letters, nil
}
