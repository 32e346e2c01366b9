package round

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// SentBack says where a holding went that its office has to complete.
type SentBack struct {
	Round  *catalog.Round
	Office *catalog.RoundOffice
	// Invitation is a link to pass on, nil where a letter takes it there.
	Invitation *Invitation
}

// awaited finds the round in which an office has a holding to complete; asked says
// that it was told to.
func awaited(tx catalog.Tx, city vocab.City, id string) (round string, asked bool, err error) {
	r, h, err := findHolding(tx, city, id, true, func(h *catalog.RoundHolding) bool { return h.Previous == id && h.Entry == "" })
	if h == nil {
		return "", false, err
	}
	return r.Name, holding.Status(h.State) == holding.StatusReturned, nil
}

// SendBack gives an incomplete holding that came by a file to its office, with a
// list of what lacks: in the city's running round, else in one that is opened for
// such questions. The office gets a letter where there is an address.
func (s *Service) SendBack(ctx context.Context, by catalog.Actor, id, comment string) (*SentBack, error) {
	var out *SentBack
	err := s.telling(ctx, by, func(tx catalog.WriteTx) error {
		out = &SentBack{}
		e, t, city, err := s.single(tx, by, id)
		if err != nil {
			return err
		}
		_, asked, err := awaited(tx, city, id)
		if err != nil {
			return err
		}
		if in, _, err := inRound(tx, city, id); err != nil || in != "" || asked {
			return cmp.Or(err, refuse(catalog.KindConflict, "in_round", "Dieser Datenbestand liegt schon bei seiner Dienststelle. Bitte die Seite neu laden.", "Its office has this holding already. Reload the page."))
		}
		if status := holding.Status(e.Fields.String("status")); status != holding.StatusDraft && status != holding.StatusReturned {
			return decided()
		}
		if out.Round, err = s.running(tx, by, city, t); err != nil {
			return err
		}
		return s.sendBack(tx, by, out, e, strings.TrimSpace(comment))
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// running is the city's newest open round, or one that is opened now.
func (s *Service) running(tx catalog.WriteTx, by catalog.Actor, city vocab.City, t *survey.Template) (*catalog.Round, error) {
	rounds, err := tx.Rounds()
	if err != nil {
		return nil, err
	}
	for _, r := range rounds {
		if r.City == city.Name && r.State == catalog.RoundOpen && by.IsOfficerOf(r.Org) {
			return r, nil
		}
	}
	r := &catalog.Round{ID: catalog.NewID(), City: city.Name, Title: fmt.Sprintf("Nachträge %d", tx.Now().Year()), State: catalog.RoundOpen, Creator: by.UserID}
	return r, s.begin(tx, by, city, r, Plan{Ref: t.Ref()})
}

func (s *Service) sendBack(tx catalog.WriteTx, by catalog.Actor, out *SentBack, e *catalog.Entry, comment string) error {
	r := out.Round
	past, err := s.past(tx, r)
	if err != nil {
		return err
	}
	offices, err := tx.RoundOffices(r.ID)
	if err != nil {
		return err
	}
	name, answers := e.Fields.String("office"), catalog.Fields(e.Fields.Map("answers"))
	i := slices.IndexFunc(offices, func(o *catalog.RoundOffice) bool { return fold(o.Name) == fold(name) })
	if i < 0 {
		parent := answers.String("A_org1")
		offices = append(offices, &catalog.RoundOffice{ID: catalog.NewID(), Round: r.ID, Name: name, Parent: parent, Department: parent, Email: answers.String("A_mail"), State: catalog.OfficeListed})
		i = len(offices) - 1
		if err := tx.PutRoundOffice(offices[i]); err != nil {
			return err
		}
	}
	o := offices[i]
	out.Office = o
	fresh := o.State == catalog.OfficeListed
	if fresh { // what is known of the office is filled in with its first link, this holding too
		inv, err := s.invite(tx, by, r, o, 0, past)
		if err != nil {
			return err
		}
		if out.Invitation = &inv; s.letters != nil && o.Email != "" {
			out.Invitation = nil
			if err := s.letter(tx, r, "survey", inv); err != nil {
				return err
			}
		}
	}
	h, err := s.listed(tx, r, o, past.template, e)
	if err != nil {
		return err
	}
	if err := addNote(tx, &catalog.RoundNote{Office: o.ID, Holding: h.ID, Text: lackingNote(past.template, answers, comment), By: who(by), Role: RoleOfficer}); err != nil {
		return err
	}
	if err := moveHolding(tx, h, holding.StatusReturned, RoleOfficer, who(by), comment); err != nil {
		return err
	}
	if err := settle(tx, o, RoleOfficer, who(by)); err != nil || fresh {
		return err
	}
	return s.tell(tx, by, r, o)
}

// listed is the holding on the office's list, which it joins where it is missing.
func (s *Service) listed(tx catalog.WriteTx, r *catalog.Round, o *catalog.RoundOffice, t *survey.Template, e *catalog.Entry) (*catalog.RoundHolding, error) {
	list, err := tx.RoundHoldings(r.ID, o.ID)
	if err != nil {
		return nil, err
	}
	seq := 0
	for _, h := range list {
		if h.Previous == e.ID {
			return h, nil
		}
		seq = max(seq, h.Seq)
	}
	if seq >= MaxHoldings {
		return nil, tooMany()
	}
	return carried(tx, r, o, t, e, seq+1)
}

// lackingNote asks the office for what lacks.
func lackingNote(t *survey.Template, answers catalog.Fields, comment string) string {
	out := "Bitte ergänzen Sie diesen Datenbestand und reichen Sie ihn ein."
	var names []string
	for _, q := range t.Form(survey.Input{Raw: raw(answers), Submitted: true}).Lacking(t) {
		names = append(names, "„"+q.Label.In("de")+"“")
	}
	if len(names) > 0 {
		out += " Es fehlt: " + strings.Join(names, ", ") + "."
	}
	if comment != "" {
		out += " " + comment
	}
	if r := []rune(out); len(r) > maxText {
		out = string(r[:maxText])
	}
	return out
}
