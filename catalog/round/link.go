package round

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Access is what a link lets its holder do at this moment.
type Access struct {
	Round    *catalog.Round
	Office   *catalog.RoundOffice
	Link     *catalog.RoundLink
	Template *survey.Template
	City     vocab.City
	// By names who acts: the link, or the account that is signed in meanwhile.
	By string
}

// Delegated reports whether the link was passed on for some of the questions.
func (a *Access) Delegated() bool { return a.Link.Parent != "" }

// May reports whether the link reaches a section of a holding; holding is ""
// for the office's own section.
func (a *Access) May(holding, section string) bool {
	if a.Link.Holding != "" && holding != a.Link.Holding {
		return false
	}
	return len(a.Link.Sections) == 0 || slices.Contains(a.Link.Sections, section)
}

// Writable reports whether answers are still taken. What is typed while a round
// is being closed is taken for another day.
func (a *Access) Writable(now time.Time) bool {
	return a.Round.State == catalog.RoundOpen || now.Before(a.Round.Closed.Add(grace))
}

// Overdue reports that the deadline is over.
func (a *Access) Overdue(now time.Time) bool {
	return !a.Round.Deadline.IsZero() && now.After(a.Round.Deadline)
}

func valid(l *catalog.RoundLink, now time.Time) bool {
	return l.Revoked.IsZero() && now.Before(l.Expires)
}

// newToken makes the secret of a link: 256 random bits.
func newToken() string {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// tokenLength is what a token has in letters; anything else is not looked up.
var tokenLength = base64.RawURLEncoding.EncodedLen(32)

// access finds what a token opens. Unknown, expired and revoked ones look alike,
// and a delegated link ends with the one it came from.
func (s *Service) access(tx catalog.Tx, by catalog.Actor, token string, now time.Time) (*Access, error) {
	if len(token) != tokenLength {
		return nil, absent()
	}
	l, err := tx.RoundLink(catalog.HashToken(token))
	if err != nil {
		return nil, err
	}
	if !valid(l, now) {
		return nil, absent()
	}
	if l.Parent != "" {
		all, err := tx.RoundLinks(l.Office)
		if err != nil {
			return nil, err
		}
		i := slices.IndexFunc(all, func(p *catalog.RoundLink) bool { return p.ID == l.Parent })
		if i < 0 || !valid(all[i], now) {
			return nil, absent()
		}
	}
	a := &Access{Link: l, By: "link:" + l.ID}
	if !by.IsAnonymous() {
		a.By = who(by)
	}
	if a.Office, err = tx.RoundOffice(l.Office); err != nil {
		return nil, err
	}
	if a.Round, err = tx.Round(a.Office.Round); err != nil {
		return nil, err
	}
	if a.City, err = cityOf(a.Round.City); err != nil {
		return nil, err
	}
	a.Template, err = s.template(tx, a.Round.ID)
	return a, err
}

// touchEvery bounds how often the last use of a link is written down.
const touchEvery = time.Hour

// Open finds what a token opens and notes the visit.
func (s *Service) Open(ctx context.Context, by catalog.Actor, token string) (*Access, error) {
	return s.read(ctx, by, token, func(catalog.Tx, *Access) error { return nil })
}

// read runs fn as the holder of a token on one snapshot, and notes the visit.
func (s *Service) read(ctx context.Context, by catalog.Actor, token string, fn func(catalog.Tx, *Access) error) (*Access, error) {
	var a *Access
	now := time.Now()
	look := func(tx catalog.Tx) error {
		var err error
		if a, err = s.access(tx, by, token, now); err != nil {
			return err
		}
		return fn(tx, a)
	}
	err := s.view(ctx, look)
	if err != nil || now.Sub(a.Link.Used) < touchEvery && !a.Office.Opened.IsZero() {
		return a, err
	}
	if err := s.touch(ctx, by, token, now); err != nil {
		return nil, err
	}
	return a, s.view(ctx, look)
}

// touch notes that a link was opened, and its office for the first time.
func (s *Service) touch(ctx context.Context, by catalog.Actor, token string, now time.Time) error {
	return s.together(ctx, func(tx catalog.WriteTx) error {
		a, err := s.access(tx, by, token, now)
		if err != nil {
			return err
		}
		a.Link.Used = tx.Now()
		if err := tx.PutRoundLink(a.Link); err != nil {
			return err
		}
		if !a.Office.Opened.IsZero() {
			return nil
		}
		a.Office.Opened = tx.Now()
		to := a.Office.State
		if to == catalog.OfficeInvited || to == catalog.OfficeListed {
			to = catalog.OfficeOpened
		}
		return moveOffice(tx, a.Office, to, RoleRespondent, a.By, "")
	})
}

// write runs fn as the holder of a token, in one transaction with the check.
func (s *Service) write(ctx context.Context, by catalog.Actor, token string, fn func(catalog.WriteTx, *Access) error) (*Access, error) {
	var a *Access
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		var err error
		if a, err = s.access(tx, by, token, tx.Now()); err != nil {
			return err
		}
		if !a.Writable(tx.Now()) {
			return closed()
		}
		return fn(tx, a)
	})
	return a, err
}

func closed() error {
	return refuse(catalog.KindConflict, "round_closed", "Die Abfrage ist beendet; Ihre Eingabe wurde nicht gespeichert. Bitte wenden Sie sich an die Datenbeauftragte oder den Datenbeauftragten.",
		"The survey is closed; what you entered was not saved. Please ask the data officer.")
}

// Invitation is a link with its token, which is shown this once.
type Invitation struct {
	Office *catalog.RoundOffice
	Link   *catalog.RoundLink
	Token  string
}

// afterDeadline is how long links are valid behind the deadline, withoutDeadline
// how long where there is none.
const (
	afterDeadline   = 60 * 24 * time.Hour
	withoutDeadline = 180 * 24 * time.Hour
)

func expiry(r *catalog.Round, now time.Time) time.Time {
	if !r.Deadline.IsZero() && r.Deadline.After(now) {
		return r.Deadline.Add(afterDeadline)
	}
	return now.Add(withoutDeadline)
}

// Invite makes links: for the named offices, or without names for all that have
// no valid one. What the offices answered last time is filled in.
func (s *Service) Invite(ctx context.Context, by catalog.Actor, idOrName string, officeIDs []string) ([]Invitation, error) {
	var out []Invitation
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		out = nil
		r, past, offices, err := s.opened(tx, by, idOrName)
		if err != nil {
			return err
		}
		for _, o := range offices {
			if len(officeIDs) > 0 && !slices.Contains(officeIDs, o.ID) {
				continue
			}
			links, err := tx.RoundLinks(o.ID)
			if err != nil {
				return err
			}
			if len(officeIDs) == 0 && slices.ContainsFunc(links, func(l *catalog.RoundLink) bool { return l.Parent == "" && valid(l, tx.Now()) }) {
				continue
			}
			inv, err := s.invite(tx, by, r, o, len(links), past)
			if err != nil {
				return err
			}
			out = append(out, inv)
		}
		if len(officeIDs) > 0 && len(out) == 0 {
			return absent()
		}
		return nil
	})
	return out, err
}

// opened finds a round that runs, with its offices and what they answered before.
func (s *Service) opened(tx catalog.Tx, by catalog.Actor, idOrName string) (*catalog.Round, *past, []*catalog.RoundOffice, error) {
	r, err := officerIn(tx, by, idOrName)
	if err != nil {
		return nil, nil, nil, err
	}
	if r.State != catalog.RoundOpen {
		return nil, nil, nil, refuse(catalog.KindConflict, "round_closed", "Die Runde ist geschlossen. Bitte zuerst wieder öffnen.", "The round is closed. Open it again first.")
	}
	offices, err := tx.RoundOffices(r.ID)
	if err != nil {
		return nil, nil, nil, err
	}
	past, err := s.past(tx, r)
	return r, past, offices, err
}

func (s *Service) invite(tx catalog.WriteTx, by catalog.Actor, r *catalog.Round, o *catalog.RoundOffice, links int, past *past) (Invitation, error) {
	if links >= maxLinks {
		return Invitation{}, tooMany()
	}
	token := newToken()
	l := &catalog.RoundLink{ID: catalog.NewID(), Hash: catalog.HashToken(token), Office: o.ID, Issuer: by.UserID, Created: tx.Now(), Expires: expiry(r, tx.Now())}
	if err := tx.PutRoundLink(l); err != nil {
		return Invitation{}, err
	}
	if o.State == catalog.OfficeListed {
		if err := s.prefill(tx, r, o, past); err != nil {
			return Invitation{}, err
		}
		if err := moveOffice(tx, o, catalog.OfficeInvited, RoleOfficer, who(by), ""); err != nil {
			return Invitation{}, err
		}
	}
	err := event(tx, catalog.RoundEvent{Round: r.ID, Office: o.ID, What: "link", To: "created", Role: RoleOfficer, By: who(by)})
	return Invitation{Office: o, Link: l, Token: token}, err
}

func tooMany() error {
	return refuse(catalog.KindLimited, "too_many", "Hier ist die größte erlaubte Anzahl erreicht.", "The largest number allowed is reached.")
}

// Revoke ends a link at once, and what was delegated from it.
func (s *Service) Revoke(ctx context.Context, by catalog.Actor, idOrName, officeID, linkID string) error {
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		o, err := officeIn(tx, r, officeID)
		if err != nil {
			return err
		}
		return revoke(tx, o, linkID, RoleOfficer, who(by), func(*catalog.RoundLink) bool { return true })
	})
}

func revoke(tx catalog.WriteTx, o *catalog.RoundOffice, linkID, role, by string, may func(*catalog.RoundLink) bool) error {
	links, err := tx.RoundLinks(o.ID)
	if err != nil {
		return err
	}
	for _, l := range links {
		if l.ID != linkID || !may(l) {
			continue
		}
		if !l.Revoked.IsZero() {
			return nil
		}
		l.Revoked = tx.Now()
		if err := tx.PutRoundLink(l); err != nil {
			return err
		}
		return event(tx, catalog.RoundEvent{Round: o.Round, Office: o.ID, What: "link", From: "created", To: "revoked", Role: role, By: by})
	}
	return absent()
}

// Delegation says what a link is passed on for.
type Delegation struct {
	Label    string
	Holding  string // "" for all
	Sections []string
}

// Delegate makes a further link that reaches single sections only. It can answer
// and ask, not submit and not delegate, and ends with the link it came from.
func (s *Service) Delegate(ctx context.Context, by catalog.Actor, token string, d Delegation) (string, error) {
	secret := newToken()
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		if a.Delegated() {
			return absent()
		}
		d.Label = strings.Join(strings.Fields(d.Label), " ")
		if n := utf8.RuneCountInString(d.Label); n < 2 || n > 80 {
			return refuse(catalog.KindInvalid, "label", "Bitte angeben, an wen der Abschnitt geht (2 bis 80 Zeichen), am besten eine Rolle wie „IT“.", "Say for whom the section is (2 to 80 characters), best a role like “IT”.")
		}
		if len(d.Sections) == 0 {
			return refuse(catalog.KindInvalid, "sections", "Bitte mindestens einen Abschnitt auswählen.", "Choose at least one section.")
		}
		for _, id := range d.Sections {
			if a.Template.Section(id) == nil {
				return absent()
			}
		}
		if d.Holding != "" {
			if _, err := holdingIn(tx, a, d.Holding); err != nil {
				return err
			}
		}
		links, err := tx.RoundLinks(a.Office.ID)
		if err != nil {
			return err
		}
		if len(links) >= maxLinks {
			return tooMany()
		}
		slices.Sort(d.Sections)
		l := &catalog.RoundLink{
			ID: catalog.NewID(), Hash: catalog.HashToken(secret), Office: a.Office.ID, Label: d.Label, Holding: d.Holding, Sections: slices.Compact(d.Sections),
			Parent: a.Link.ID, Created: tx.Now(), Expires: a.Link.Expires,
		}
		if err := tx.PutRoundLink(l); err != nil {
			return err
		}
		return event(tx, catalog.RoundEvent{Round: a.Round.ID, Office: a.Office.ID, Holding: d.Holding, What: "link", To: "delegated", Role: RoleRespondent, By: a.By})
	})
	if err != nil {
		return "", err
	}
	return secret, nil
}

// Recall ends a link that was delegated from this one.
func (s *Service) Recall(ctx context.Context, by catalog.Actor, token, linkID string) error {
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		return revoke(tx, a.Office, linkID, RoleRespondent, a.By, func(l *catalog.RoundLink) bool { return l.Parent == a.Link.ID })
	})
	return err
}

// holdingIn finds a holding of the office that the link reaches.
func holdingIn(tx catalog.Tx, a *Access, id string) (*catalog.RoundHolding, error) {
	h, err := tx.RoundHolding(id)
	if err != nil {
		return nil, err
	}
	if h.Office != a.Office.ID || a.Link.Holding != "" && a.Link.Holding != h.ID {
		return nil, absent()
	}
	return h, nil
}
