package round

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gosimple/slug"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// AddHolding begins a holding with its title and a local id that the office may
// change.
func (s *Service) AddHolding(ctx context.Context, by catalog.Actor, token, title string) (*catalog.RoundHolding, error) {
	var h *catalog.RoundHolding
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		if a.Delegated() {
			return absent()
		}
		title = strings.Join(strings.Fields(title), " ")
		if n := utf8.RuneCountInString(title); n < 3 || n > 200 {
			return refuse(catalog.KindInvalid, "title", "Bitte einen Titel mit 3 bis 200 Zeichen eingeben, zum Beispiel „Baumkataster“.", "Enter a title of 3 to 200 characters, such as “Tree register”.")
		}
		list, err := tx.RoundHoldings(a.Round.ID, "")
		if err != nil {
			return err
		}
		taken, seq := map[string]bool{}, 0
		for _, x := range list {
			taken[strings.ToLower(x.LocalID)] = true
			if x.Office == a.Office.ID {
				seq = max(seq, x.Seq)
			}
		}
		if seq >= MaxHoldings {
			return tooMany()
		}
		seq++
		h = &catalog.RoundHolding{ID: catalog.NewID(), Round: a.Round.ID, Office: a.Office.ID, Seq: seq, Title: title, State: string(holding.StatusDraft), Changed: tx.Now()}
		if h.LocalID, err = freeID(tx, a, seq, taken); err != nil {
			return err
		}
		if err := tx.PutRoundHolding(h); err != nil {
			return err
		}
		for q, v := range map[string]string{"B_title": title, "B_localid": h.LocalID} {
			value, err := encode(v)
			if err != nil {
				return err
			}
			if err := tx.AddRoundAnswer(&catalog.RoundAnswer{Office: a.Office.ID, Holding: h.ID, Question: q, Rev: 1, Value: value, At: tx.Now(), By: a.By}); err != nil {
				return err
			}
		}
		preset := catalog.Fields{}
		for _, sec := range Steps(a.Template) {
			presets(a.Template, sec, preset)
		}
		if err := enter(tx, a.Office.ID, h.ID, preset, a.Template, func(q *survey.Question) bool { return q.ID != "B_title" && q.ID != "B_localid" }); err != nil {
			return err
		}
		if err := event(tx, catalog.RoundEvent{Round: a.Round.ID, Office: a.Office.ID, Holding: h.ID, What: "holding", To: h.State, Role: RoleRespondent, By: a.By}); err != nil {
			return err
		}
		if a.Office.State == catalog.OfficeNone {
			a.Office.State, a.Office.Reason = catalog.OfficeOpened, ""
		}
		a.Office.Changed = tx.Now()
		return settle(tx, a.Office, RoleRespondent, a.By)
	})
	return h, err
}

// freeID makes a local id that neither the round nor the catalogue knows.
func freeID(tx catalog.Tx, a *Access, seq int, taken map[string]bool) (string, error) {
	base := slug.MakeLang(a.Office.Name, "de")
	if len(base) > 40 {
		base = strings.Trim(base[:40], "-")
	}
	if base == "" {
		base = "bestand"
	}
	for n := seq; n < seq+10_000; n++ {
		id := fmt.Sprintf("%s-%02d", base, n)
		if taken[id] {
			continue
		}
		_, err := tx.EntryByOrigin(holding.Source(a.City.Name), id)
		if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
			return id, nil
		}
		if err != nil {
			return "", err
		}
	}
	return base + "-" + catalog.NewID()[:8], nil
}

// RemoveHolding takes a holding back that was never submitted; its answers go.
func (s *Service) RemoveHolding(ctx context.Context, by catalog.Actor, token, id string) error {
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		if a.Delegated() {
			return absent()
		}
		h, err := holdingIn(tx, a, id)
		if err != nil {
			return err
		}
		if h.Entry != "" || !editable(h) {
			return submitted()
		}
		if err := tx.DeleteRoundHolding(h.ID); err != nil {
			return err
		}
		if err := event(tx, catalog.RoundEvent{Round: a.Round.ID, Office: a.Office.ID, Holding: h.ID, What: "holding", From: h.State, To: "removed", Role: RoleRespondent, By: a.By}); err != nil {
			return err
		}
		a.Office.Changed = tx.Now()
		return settle(tx, a.Office, RoleRespondent, a.By)
	})
	return err
}

// Declare notes that an office has nothing to describe (Fehlanzeige), or takes
// that back.
func (s *Service) Declare(ctx context.Context, by catalog.Actor, token string, none bool, reason string) error {
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		if a.Delegated() {
			return absent()
		}
		list, err := tx.RoundHoldings(a.Round.ID, a.Office.ID)
		if err != nil {
			return err
		}
		if none && len(list) > 0 {
			return refuse(catalog.KindConflict, "has_holdings", "Für Ihre Dienststelle sind schon Datenbestände eingetragen. Entfernen Sie diese zuerst, oder reichen Sie sie ein.", "Your office has holdings already. Remove them first, or submit them.")
		}
		if reason = strings.TrimSpace(reason); utf8.RuneCountInString(reason) > maxText {
			return tooLong()
		}
		a.Office.Reason, a.Office.Changed = "", tx.Now()
		to := catalog.OfficeDraft
		if none {
			a.Office.Reason, to = reason, catalog.OfficeNone
		}
		return moveOffice(tx, a.Office, to, RoleRespondent, a.By, "")
	})
	return err
}

func tooLong() error {
	return refuse(catalog.KindInvalid, "text_long", "Der Text ist länger als 4.000 Zeichen.", "The text is longer than 4,000 characters.")
}

// Submit hands a complete holding in: it is judged once more and becomes a
// holding of the catalogue, in the same transaction.
func (s *Service) Submit(ctx context.Context, by catalog.Actor, token, id string) error {
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		if a.Delegated() {
			return absent()
		}
		if a.Round.State != catalog.RoundOpen {
			return closed()
		}
		h, err := holdingIn(tx, a, id)
		if err != nil {
			return err
		}
		if !editable(h) {
			return submitted()
		}
		answers, err := both(tx, a.Office.ID, h.ID)
		if err != nil {
			return err
		}
		f := form(a.Template, a.City.Code, answers)
		if !f.Complete() {
			return catalog.Invalid(errorsOf(f.Result)...)
		}
		if err := distinct(tx, a, h, f.Result); err != nil {
			return err
		}
		reuse, err := holding.ReuseIn(tx)
		if err != nil {
			return err
		}
		f.Result.Assessment = a.Template.AssessReused(f.Result.Answers, reuse.Elsewhere(a.City.Code, f.Result.Answers.String("B_muster")))
		e, err := s.desk.With(a.Template).SubmitIn(tx, acting(by), a.City, holding.Incoming{Ref: h.ID, Updated: tx.Now(), Result: f.Result})
		if err != nil {
			return err
		}
		h.Entry, h.SubmittedBy, h.Submitted, h.Comment = e.ID, a.By, tx.Now(), ""
		comment := ""
		to := holding.Status(e.Fields.String("status"))
		if to != holding.StatusSubmitted {
			comment = "unchanged"
		}
		if err := moveHolding(tx, h, to, RoleRespondent, a.By, comment); err != nil {
			return err
		}
		a.Office.Changed = tx.Now()
		return settle(tx, a.Office, RoleRespondent, a.By)
	})
	return err
}

// Confirm submits holdings that say what is still right, each as if it were submitted
// by itself. What cannot be submitted is left and told; the others are submitted all
// the same.
func (s *Service) Confirm(ctx context.Context, by catalog.Actor, token string, ids []string) error {
	if len(ids) == 0 {
		return refuse(catalog.KindInvalid, "holdings", "Bitte mindestens einen Datenbestand auswählen.", "Choose at least one holding.")
	}
	if len(ids) > MaxHoldings {
		return tooMany()
	}
	var first error
	for _, id := range ids {
		if err := s.Submit(ctx, by, token, id); err != nil {
			first = cmp.Or(first, err)
		}
	}
	return first
}

// acting is who the log of the catalogue names for what an office does: the
// account that is signed in, else the program.
func acting(by catalog.Actor) catalog.Actor {
	if by.IsAnonymous() {
		return catalog.System("survey")
	}
	return elevated(by)
}

func errorsOf(r survey.Result) []catalog.Finding {
	var out []catalog.Finding
	for _, f := range r.Findings {
		if f.Severity == catalog.SeverityError {
			out = append(out, f)
		}
	}
	return out
}

// distinct refuses a local id that another holding has: it would overwrite that.
func distinct(tx catalog.Tx, a *Access, h *catalog.RoundHolding, r survey.Result) error {
	clash := func() error {
		f := catalog.Finding{Severity: catalog.SeverityError, Code: "taken:B_localid", Field: "B_localid",
			Message: catalog.DE("Diese Kennung gehört schon zu einem anderen Datenbestand der Stadt.", "This identifier belongs to another holding of the city already."),
			Remedy:  catalog.DE("Bitte eine andere Kennung eintragen.", "Enter another identifier.")}
		return catalog.Invalid(f)
	}
	list, err := tx.RoundHoldings(a.Round.ID, "")
	if err != nil {
		return err
	}
	for _, x := range list {
		if x.ID != h.ID && x.LocalID == r.LocalID {
			return clash()
		}
	}
	e, err := tx.EntryByOrigin(holding.Source(a.City.Name), r.LocalID)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return nil
	}
	if err != nil {
		return err
	}
	if e.ID != h.Entry && e.ID != h.Previous && fold(e.Fields.String("office")) != fold(a.Office.Name) {
		return clash()
	}
	return nil
}

// Withdraw takes a submitted holding back to be edited; what was approved
// already stays until new answers are.
func (s *Service) Withdraw(ctx context.Context, by catalog.Actor, token, id string) error {
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		if a.Delegated() {
			return absent()
		}
		if a.Round.State != catalog.RoundOpen {
			return closed()
		}
		h, err := holdingIn(tx, a, id)
		if err != nil || editable(h) {
			return err
		}
		if h.Entry != "" {
			if err := s.desk.WithdrawIn(tx, acting(by), h.Entry); err != nil && catalog.KindOf(err) != catalog.KindNotFound {
				return err
			}
		}
		if err := moveHolding(tx, h, holding.StatusDraft, RoleRespondent, a.By, ""); err != nil {
			return err
		}
		a.Office.Changed = tx.Now()
		return settle(tx, a.Office, RoleRespondent, a.By)
	})
	return err
}

// Remark adds a note or question of the office, about an answer or a holding.
func (s *Service) Remark(ctx context.Context, by catalog.Actor, token, holdingID, question, remark string) error {
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		if question != "" {
			sec := a.Template.SectionOf(question)
			if sec == nil || !a.May(holdingID, sec.ID) {
				return absent()
			}
		}
		if holdingID != "" {
			if _, err := holdingIn(tx, a, holdingID); err != nil {
				return err
			}
		}
		return addNote(tx, &catalog.RoundNote{Office: a.Office.ID, Holding: holdingID, Question: question, Text: remark, By: a.By, Role: RoleRespondent})
	})
	return err
}

func addNote(tx catalog.WriteTx, n *catalog.RoundNote) error {
	n.Text = strings.TrimSpace(n.Text)
	switch length := utf8.RuneCountInString(n.Text); {
	case length == 0:
		return refuse(catalog.KindInvalid, "text_missing", "Bitte einen Text eingeben.", "Enter a text.")
	case length > maxText:
		return tooLong()
	}
	list, err := tx.RoundNotes(n.Office)
	if err != nil {
		return err
	}
	if len(list) >= maxNotes {
		return tooMany()
	}
	n.ID, n.At = catalog.NewID(), tx.Now()
	return tx.AddRoundNote(n)
}
