package round

import (
	"context"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Example is a holding of another city whose answers may be taken over.
type Example struct {
	ID, Title, Office string
	City              vocab.City
	// Count is how many answers there are to take.
	Count int
}

// maxExamples bounds how many are proposed.
const maxExamples = 5

// own are answers that are each city's own: they are never taken over.
var own = []string{"B_localid", "B_title", "B_from", "B_to", "B_records", "B_lastupd", "B_related", "D_agreed", "G_pub", "G_puburl", "G_when", "G_prio", "H_rlk", "E_dpo"}

// Examples finds holdings of other cities that are like one: by model dataset,
// else by title. They were approved there, and only answers of the circles
// public and partner are among them.
func (s *Service) Examples(ctx context.Context, by catalog.Actor, token, holdingID string) ([]Example, error) {
	var out []Example
	_, err := s.read(ctx, by, token, func(tx catalog.Tx, a *Access) error {
		if _, err := holdingIn(tx, a, holdingID); err != nil {
			return err
		}
		answers, err := load(tx, a.Office.ID, holdingID)
		if err != nil {
			return err
		}
		model, title := holding.ModelKey(text(answers["B_muster"])), fold(text(answers["B_title"]))
		list, err := s.examples(tx, a)
		if err != nil {
			return err
		}
		for _, p := range list {
			theirs := holding.ModelKey(p.answers.String("B_muster"))
			if (model == "" || theirs != model) && (title == "" || !sameTitle(title, fold(p.Title))) {
				continue
			}
			city, err := cityOf(p.City)
			if err != nil {
				continue
			}
			if n := len(s.takeable(a, p)); n > 0 {
				out = append(out, Example{ID: p.ID, Title: p.Title, Office: p.Office, City: city, Count: n})
			}
		}
		slices.SortStableFunc(out, func(x, y Example) int { return strings.Compare(x.City.Code+x.Title, y.City.Code+y.Title) })
		out = out[:min(len(out), maxExamples)]
		return nil
	})
	return out, err
}

// sameTitle reports whether one title is the other, or holds all of its words.
func sameTitle(a, b string) bool {
	if a == b {
		return true
	}
	x, y := strings.Fields(a), strings.Fields(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if len(x) == 0 {
		return false
	}
	for _, w := range x {
		if !slices.Contains(y, w) {
			return false
		}
	}
	return len([]rune(strings.Join(x, ""))) >= 5
}

// examples are approved holdings of other cities, as partners see them.
func (s *Service) examples(tx catalog.Tx, a *Access) ([]Peer, error) {
	list, err := s.peers(tx, catalog.Actor{UserID: "partner", Partner: true})
	return slices.DeleteFunc(list, func(p Peer) bool {
		return p.City == a.City.Code || p.Status != holding.StatusApproved && p.Status != holding.StatusPublished
	}), err
}

// takeable are the answers of an example that fit the round's questions.
func (s *Service) takeable(a *Access, p Peer) catalog.Fields {
	answers, _ := a.Template.Migrate(p.answers, "")
	out := catalog.Fields{}
	for id, v := range answers {
		q := a.Template.Question(id)
		sec := a.Template.SectionOf(id)
		if q == nil || q.System || q.Hidden || q.Personal || sec == a.Template.OfficeSection() || kept(sec) || slices.Contains(own, id) || strings.Contains(id, ":") {
			continue
		}
		out[id] = v
	}
	return out
}

// TakeOver enters the answers of an example where there are none yet; each is
// marked as filled in, to be looked at. It returns how many.
func (s *Service) TakeOver(ctx context.Context, by catalog.Actor, token, holdingID, example string) (int, error) {
	n := 0
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		n = 0
		h, err := holdingIn(tx, a, holdingID)
		if err != nil {
			return err
		}
		if !editable(h) {
			return submitted()
		}
		list, err := s.examples(tx, a)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(list, func(p Peer) bool { return p.ID == example })
		if i < 0 {
			return absent()
		}
		have, err := load(tx, a.Office.ID, h.ID)
		if err != nil {
			return err
		}
		answers := s.takeable(a, list[i])
		for id := range have {
			delete(answers, id)
		}
		n = len(answers)
		may := func(q *survey.Question) bool { return a.May(h.ID, a.Template.SectionOf(q.ID).ID) }
		if err := enter(tx, a.Office.ID, h.ID, answers, a.Template, may); err != nil {
			return err
		}
		if err := event(tx, catalog.RoundEvent{Round: a.Round.ID, Office: a.Office.ID, Holding: h.ID, What: "example", To: "taken", Role: RoleRespondent, By: a.By}); err != nil {
			return err
		}
		all, err := load(tx, a.Office.ID, h.ID)
		if err != nil {
			return err
		}
		return s.changed(tx, a, h, all)
	})
	return n, err
}
