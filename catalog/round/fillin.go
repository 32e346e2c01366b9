package round

import (
	"bytes"
	"context"
	"fmt"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// Filled is a line of a form that was filled offline: what could be read of it.
type Filled struct {
	Ref     string
	Answers catalog.Fields
}

// FilledIn says what became of a form.
type FilledIn struct {
	Answers, New, Rejected int
	Findings               []catalog.Finding
}

// Sheet gives what the holder of a link has entered, a line for each holding, to
// be filled in further offline.
func (s *Service) Sheet(ctx context.Context, by catalog.Actor, token string) (*Access, []map[string]any, error) {
	var rows []map[string]any
	a, err := s.read(ctx, by, token, func(tx catalog.Tx, a *Access) error {
		rows = nil
		if a.Delegated() {
			return absent()
		}
		list, err := tx.RoundHoldings(a.Round.ID, a.Office.ID)
		if err != nil {
			return err
		}
		for _, h := range list {
			answers, err := both(tx, a.Office.ID, h.ID)
			if err != nil {
				return err
			}
			rows = append(rows, sheetRow(answers))
		}
		if rows == nil {
			answers, err := load(tx, a.Office.ID, "")
			if err != nil {
				return err
			}
			rows = append(rows, sheetRow(answers))
		}
		return nil
	})
	return a, rows, err
}

func sheetRow(answers Answers) map[string]any {
	row := map[string]any{}
	for id, a := range answers {
		if v := Decode(a.Value); v != nil {
			row[id] = v
		}
	}
	return row
}

// FillIn takes the lines of a form that was filled offline. A line is known by
// its identifier, else it is a new holding. Empty cells leave what is there;
// what was submitted stays as it is.
func (s *Service) FillIn(ctx context.Context, by catalog.Actor, token string, lines []Filled) (*FilledIn, error) {
	out := &FilledIn{}
	_, err := s.write(ctx, by, token, func(tx catalog.WriteTx, a *Access) error {
		*out = FilledIn{}
		if a.Delegated() {
			return absent()
		}
		if len(lines) > MaxHoldings {
			return tooMany()
		}
		for i, line := range lines {
			if err := s.fillLine(tx, a, line, i == 0, out); err != nil {
				return err
			}
		}
		if out.Answers == 0 {
			return nil
		}
		if err := event(tx, catalog.RoundEvent{Round: a.Round.ID, Office: a.Office.ID, What: "form", To: "uploaded", Role: RoleRespondent, By: a.By}); err != nil {
			return err
		}
		a.Office.Changed = tx.Now()
		return settle(tx, a.Office, RoleRespondent, a.By)
	})
	return out, err
}

func (s *Service) fillLine(tx catalog.WriteTx, a *Access, line Filled, first bool, out *FilledIn) error {
	reject := func(code, de, en string) error {
		out.Rejected++
		out.Findings = append(out.Findings, catalog.Finding{Severity: catalog.SeverityError, Code: code, Row: line.Ref, Message: catalog.DE(de, en)})
		return nil
	}
	office := a.Template.OfficeSection()
	if first {
		if err := s.fill(tx, a, "", office, line.Answers, out); err != nil {
			return err
		}
	}
	title := line.Answers.String("B_title")
	if title == "" {
		return reject("missing:B_title", "Die Zeile hat keinen Titel und wurde nicht übernommen.", "The line has no title and was not taken over.")
	}
	list, err := tx.RoundHoldings(a.Round.ID, "")
	if err != nil {
		return err
	}
	id := line.Answers.String("B_localid")
	var h *catalog.RoundHolding
	taken, seq, mine := map[string]bool{}, 0, 0
	for _, x := range list {
		taken[strings.ToLower(x.LocalID)] = true
		if x.Office != a.Office.ID {
			if id != "" && strings.EqualFold(x.LocalID, id) {
				return reject("taken:B_localid", "Die Kennung „"+id+"“ gehört zu einer anderen Dienststelle.", "The identifier “"+id+"” belongs to another office.")
			}
			continue
		}
		seq, mine = max(seq, x.Seq), mine+1
		// A line without an identifier is known by its title.
		if id != "" && strings.EqualFold(x.LocalID, id) || id == "" && fold(x.Title) == fold(title) {
			h = x
		}
	}
	switch {
	case h != nil && !editable(h):
		return reject("submitted", "„"+title+"“ ist schon eingereicht und wurde nicht geändert.", "“"+title+"” is submitted already and was not changed.")
	case h == nil && (mine >= MaxHoldings || seq >= 2*MaxHoldings):
		return tooMany()
	case h == nil:
		h = &catalog.RoundHolding{ID: catalog.NewID(), Round: a.Round.ID, Office: a.Office.ID, Seq: seq + 1, Title: title, LocalID: id, State: string(holding.StatusDraft), Changed: tx.Now()}
		if id == "" {
			if h.LocalID, err = freeID(tx, a, h.Seq, taken); err != nil {
				return err
			}
			line.Answers["B_localid"] = h.LocalID
		}
		if err := tx.PutRoundHolding(h); err != nil {
			return err
		}
		if err := event(tx, catalog.RoundEvent{Round: a.Round.ID, Office: a.Office.ID, Holding: h.ID, What: "holding", To: h.State, Role: RoleRespondent, By: a.By}); err != nil {
			return err
		}
		if a.Office.State == catalog.OfficeNone {
			a.Office.State, a.Office.Reason = catalog.OfficeOpened, ""
		}
		out.New++
	}
	before := out.Answers
	for i := range a.Template.Sections {
		sec := &a.Template.Sections[i]
		if sec == office {
			continue
		}
		if err := s.fill(tx, a, h.ID, sec, line.Answers, out); err != nil {
			return err
		}
	}
	if out.Answers > before {
		own, err := load(tx, a.Office.ID, h.ID)
		if err != nil {
			return err
		}
		h.Title, h.LocalID, h.Changed = text(own["B_title"]), text(own["B_localid"]), tx.Now()
		return tx.PutRoundHolding(h)
	}
	return nil
}

// fill enters the answers of one section where they say something new.
func (s *Service) fill(tx catalog.WriteTx, a *Access, holdingID string, sec *survey.Section, answers catalog.Fields, out *FilledIn) error {
	have, err := load(tx, a.Office.ID, holdingID)
	if err != nil {
		return err
	}
	now := form(a.Template, a.City.Code, have)
	for i := range sec.Questions {
		q := &sec.Questions[i]
		v, ok := answers[q.ID]
		if !ok || q.System || q.Hidden {
			continue
		}
		var value any = fmt.Sprint(v)
		if list := answers.Strings(q.ID); len(list) > 0 && q.Type == "multi" {
			value = list
		} else if len(list) > 0 {
			value = joined(list)
		}
		if b, isBool := v.(bool); isBool {
			value = map[bool]string{true: "ja", false: "nein"}[b]
		}
		raw, err := encode(value)
		if err != nil {
			return err
		}
		old := have[q.ID]
		if old != nil && (bytes.Equal(old.Value, raw) || equal(now.Value(q), v)) {
			continue // says the same in other words at most
		}
		rev := int64(0)
		if old != nil {
			rev = old.Rev
		}
		if err := tx.AddRoundAnswer(&catalog.RoundAnswer{Office: a.Office.ID, Holding: holdingID, Question: q.ID, Rev: rev + 1, Value: raw, At: tx.Now(), By: a.By}); err != nil {
			return err
		}
		out.Answers++
	}
	return nil
}

func equal(a, b any) bool { return a != nil && fmt.Sprint(a) == fmt.Sprint(b) }
