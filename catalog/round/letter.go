package round

import (
	"context"
	"fmt"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
)

// Letters takes letters inside a transaction and sends them afterwards; package
// mail's outbox is one.
type Letters interface {
	Put(tx catalog.WriteTx, d mail.Draft) error
	Wake()
	// Way says how letters leave; false when they only wait.
	Way() (string, bool)
}

// UseLetters lets links go out by mail. site is the portal's address.
func (s *Service) UseLetters(l Letters, site string) { s.letters, s.site = l, site }

// LettersWait reports that letters are written and do not leave, because no mail
// server is set up.
func (s *Service) LettersWait() bool {
	if s.letters == nil {
		return false
	}
	_, leaves := s.letters.Way()
	return !leaves
}

// MaxLetters bounds how many letters of a round are listed.
const MaxLetters = 200

// Sent lists the letters to the offices of a round, the newest first, without what
// only their readers may see.
func (s *Service) Sent(ctx context.Context, by catalog.Actor, idOrName string) (list []*catalog.Mail, err error) {
	err = s.view(ctx, func(tx catalog.Tx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		list, err = tx.Mails(catalog.MailFilter{Round: r.ID, Limit: MaxLetters})
		for _, m := range list {
			m.Body, m.Shown = "", ""
		}
		return err
	})
	return list, err
}

// LinkTo is the address of a link by its token.
func (s *Service) LinkTo(token string) string { return s.site + "/s/" + token }

// SendsLetters reports whether links can go out by mail.
func (s *Service) SendsLetters() bool { return s.letters != nil }

// Posted counts letters.
type Posted struct {
	Letters int `json:"letters"`
	// Lacking counts the offices without an address.
	Lacking int `json:"lacking"`
}

// InviteByMail makes links as Invite does, for the offices that have an address,
// and lays a letter for each into the outbox. The links are not shown.
func (s *Service) InviteByMail(ctx context.Context, by catalog.Actor, idOrName string, officeIDs []string) (Posted, error) {
	return s.post(ctx, by, idOrName, "survey", func(tx catalog.Tx, o *catalog.RoundOffice) (bool, error) {
		if len(officeIDs) > 0 {
			return slices.Contains(officeIDs, o.ID), nil
		}
		linked, err := hasLink(tx, o)
		return !linked, err
	}, nil)
}

// RemindByMail writes to the offices that were invited and have not answered,
// each with a new link beside the one it has, and notes the reminder. An office
// without an address is left out: nothing is noted that did not happen.
func (s *Service) RemindByMail(ctx context.Context, by catalog.Actor, idOrName string, officeIDs []string) (Posted, error) {
	return s.post(ctx, by, idOrName, "surveyreminder", func(_ catalog.Tx, o *catalog.RoundOffice) (bool, error) {
		return Open(o) && (len(officeIDs) == 0 || slices.Contains(officeIDs, o.ID)), nil
	}, func(tx catalog.WriteTx, o *catalog.RoundOffice) error {
		return remind(tx, o, by)
	})
}

func hasLink(tx catalog.Tx, o *catalog.RoundOffice) (bool, error) {
	links, err := tx.RoundLinks(o.ID)
	return slices.ContainsFunc(links, func(l *catalog.RoundLink) bool { return l.Parent == "" && valid(l, time.Now()) }), err
}

// post writes to the offices that pick takes.
func (s *Service) post(ctx context.Context, by catalog.Actor, idOrName, kind string, pick func(catalog.Tx, *catalog.RoundOffice) (bool, error), then func(catalog.WriteTx, *catalog.RoundOffice) error) (out Posted, err error) {
	err = s.update(ctx, by, func(tx catalog.WriteTx) error {
		out, err = s.postIn(tx, by, idOrName, kind, pick, then)
		return err
	})
	if err == nil {
		s.letters.Wake()
	}
	return out, err
}

// postIn is post inside a transaction.
func (s *Service) postIn(tx catalog.WriteTx, by catalog.Actor, idOrName, kind string, pick func(catalog.Tx, *catalog.RoundOffice) (bool, error), then func(catalog.WriteTx, *catalog.RoundOffice) error) (out Posted, err error) {
	r, past, offices, err := s.opened(tx, by, idOrName)
	if err != nil {
		return out, err
	}
	if s.letters == nil {
		return out, refuse(catalog.KindConflict, "no_mail", "Dieses Portal verschickt keine E-Mails. Bitte die Links kopieren.", "This portal sends no mail. Copy the links.")
	}
	for _, o := range offices {
		take, err := pick(tx, o)
		if err != nil {
			return out, err
		}
		if !take {
			continue
		}
		if o.Email == "" {
			out.Lacking++
			continue
		}
		links, err := tx.RoundLinks(o.ID)
		if err != nil {
			return out, err
		}
		inv, err := s.invite(tx, by, r, o, len(links), past)
		if err != nil {
			return out, err
		}
		if err := s.letter(tx, r, kind, inv); err != nil {
			return out, err
		}
		if then != nil {
			if err := then(tx, o); err != nil {
				return out, err
			}
		}
		out.Letters++
	}
	return out, nil
}

// letter lays one letter into the outbox.
func (s *Service) letter(tx catalog.WriteTx, r *catalog.Round, kind string, inv Invitation) error {
	city, err := cityOf(r.City)
	if err != nil {
		return err
	}
	lang, day, path := "de", "02.01.2006", "/s/"
	if inv.Office.Lang == "en" {
		lang, day, path = "en", "2 January 2006", "/en/s/"
	}
	until := ""
	if !r.Deadline.IsZero() {
		zone, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			return fmt.Errorf("time zone: %w", err)
		}
		until = r.Deadline.In(zone).Format(day)
	}
	return s.letters.Put(tx, mail.Draft{
		Kind: kind, Lang: lang, Round: r.ID, To: inv.Office.Email, Expires: inv.Link.Expires,
		Values: mail.Values{Name: inv.Office.Name, Organization: city.Label.In(lang), What: r.Title, Until: until, By: r.Contact, Link: s.site + path + inv.Token},
	})
}
