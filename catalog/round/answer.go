package round

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// Edit is one answer as somebody entered it.
type Edit struct {
	Question string
	// Value is a text, a list of texts, or nil for none.
	Value   any
	Unknown bool
	// Base is the revision that was on the screen, 0 for none.
	Base int64
}

// Conflict is an answer that somebody else changed meanwhile. Nothing of it was
// saved; both values are there to choose from.
type Conflict struct {
	Question string
	Mine     Edit
	Theirs   *catalog.RoundAnswer
	Author   string // label of the other link
}

// Saved says what became of the edits.
type Saved struct {
	// Revs are the newest revisions of the questions that were edited.
	Revs      map[string]int64
	Written   int
	Conflicts []Conflict
	At        time.Time
	// After is the section as it is now, without remarks.
	After *Step
}

// encode brings a value into its stored form; what is empty is null.
func encode(v any) (json.RawMessage, error) {
	switch x := v.(type) {
	case string:
		x = strings.TrimSpace(strings.ReplaceAll(x, "\r\n", "\n"))
		if len(x) > maxAnswer {
			return nil, refuse(catalog.KindTooLarge, "answer_long", "Eine Angabe ist länger als 32.000 Zeichen; es wurde nichts gespeichert. Bitte kürzen.", "An answer is longer than 32,000 characters; nothing was saved. Please shorten it.")
		}
		if x == "" {
			return json.RawMessage("null"), nil
		}
		v = x
	case []string:
		if len(x) > maxChoices {
			return nil, refuse(catalog.KindTooLarge, "choices", "Eine Angabe hat zu viele Werte; es wurde nichts gespeichert.", "An answer has too many values; nothing was saved.")
		}
		var kept []string
		size := 0
		for _, s := range x {
			if s = strings.TrimSpace(s); s != "" {
				kept = append(kept, s)
				size += len(s)
			}
		}
		if size > maxAnswer {
			return nil, refuse(catalog.KindTooLarge, "answer_long", "Eine Angabe ist länger als 32.000 Zeichen; es wurde nichts gespeichert. Bitte kürzen.", "An answer is longer than 32,000 characters; nothing was saved. Please shorten it.")
		}
		if len(kept) == 0 {
			return json.RawMessage("null"), nil
		}
		v = kept
	case nil:
	default:
		return nil, fmt.Errorf("answer of type %T", v)
	}
	return json.Marshal(v)
}

// Decode gives a stored value back: a text, a list of texts or nil.
func Decode(raw json.RawMessage) any {
	var s string
	if json.Unmarshal(raw, &s) == nil && s != "" {
		return s
	}
	var list []string
	if json.Unmarshal(raw, &list) == nil && len(list) > 0 {
		return list
	}
	return nil
}

// Answers are the newest revisions by question.
type Answers map[string]*catalog.RoundAnswer

func load(tx catalog.Tx, office, holding string) (Answers, error) {
	list, err := tx.RoundAnswers(office, holding)
	if err != nil {
		return nil, err
	}
	out := make(Answers, len(list))
	for _, a := range list {
		out[a.Question] = a
	}
	return out, nil
}

// both joins what the office answered once with what it answered for a holding.
func both(tx catalog.Tx, office, holding string) (Answers, error) {
	out, err := load(tx, office, "")
	if err != nil || holding == "" {
		return out, err
	}
	own, err := load(tx, office, holding)
	for q, a := range own {
		out[q] = a
	}
	return out, err
}

// form evaluates the answers as they stand.
func form(t *survey.Template, city string, answers Answers) *survey.Form {
	raw := make(map[string]any, len(answers))
	for id, a := range answers {
		if v := Decode(a.Value); v != nil {
			raw[id] = v
		}
	}
	return t.Form(survey.Input{Raw: raw, City: city, Submitted: true})
}

// Save stores edits of one section; section is the office's own where holding is
// "". An answer that somebody else changed since it was on the screen is not
// overwritten: it comes back as a conflict, and everything else is saved.
func (s *Service) Save(ctx context.Context, by catalog.Actor, token, holdingID, section string, edits []Edit) (*Saved, error) {
	if len(edits) > maxEdits {
		return nil, tooMany()
	}
	out := &Saved{}
	var answers Answers
	err := s.together(ctx, func(tx catalog.WriteTx) error {
		a, err := s.access(tx, by, token, tx.Now())
		if err != nil {
			return err
		}
		if !a.Writable(tx.Now()) {
			return closed()
		}
		h, err := a.target(tx, holdingID, section)
		if err != nil {
			return err
		}
		current, err := load(tx, a.Office.ID, holdingID)
		if err != nil {
			return err
		}
		answers = current
		if holdingID != "" {
			if answers, err = load(tx, a.Office.ID, ""); err != nil {
				return err
			}
		}
		sec := a.Template.Section(section)
		*out = Saved{Revs: map[string]int64{}, At: tx.Now(), After: &Step{Access: a, Holding: h, Section: sec, Editable: true}}
		for _, e := range edits {
			q := a.Template.Question(e.Question)
			if q == nil || q.System || a.Template.SectionOf(q.ID) != sec {
				return absent()
			}
			if q.Type != "multi" {
				e.Value = single(e.Value)
			}
			if err := s.saveOne(tx, a, holdingID, current, e, out); err != nil {
				return err
			}
		}
		maps.Copy(answers, current)
		if out.Written == 0 {
			return nil
		}
		return s.changed(tx, a, h, current)
	})
	if err != nil {
		return nil, err
	}
	out.After.list(holdingID, answers, nil)
	return out, nil
}

// single takes the one text of a question that is no multiple choice.
func single(v any) any {
	if list, ok := v.([]string); ok {
		if len(list) == 0 {
			return nil
		}
		return list[0]
	}
	return v
}

// target finds what a step writes to and whether the link and the state of
// things let it.
func (a *Access) target(tx catalog.Tx, holdingID, section string) (*catalog.RoundHolding, error) {
	if a.Template.Section(section) == nil || !a.May(holdingID, section) || (section == a.Template.OfficeSection().ID) != (holdingID == "") {
		return nil, absent()
	}
	if holdingID == "" {
		return nil, nil
	}
	h, err := holdingIn(tx, a, holdingID)
	if err != nil {
		return nil, err
	}
	if !editable(h) {
		return nil, submitted()
	}
	return h, nil
}

func editable(h *catalog.RoundHolding) bool {
	return holding.Status(h.State) == holding.StatusDraft || holding.Status(h.State) == holding.StatusReturned
}

func submitted() error {
	return refuse(catalog.KindConflict, "submitted", "Dieser Datenbestand ist schon eingereicht; Ihre Eingabe wurde nicht gespeichert. Wählen Sie in der Übersicht „Noch einmal bearbeiten“.",
		"This holding is submitted already; what you entered was not saved. Choose “Edit again” in the overview.")
}

func (s *Service) saveOne(tx catalog.WriteTx, a *Access, holdingID string, current Answers, e Edit, out *Saved) error {
	value, err := encode(e.Value)
	if err != nil {
		return err
	}
	now := current[e.Question]
	var rev int64
	same := string(value) == "null" && !e.Unknown
	if now != nil {
		rev = now.Rev
		same = bytes.Equal(value, now.Value) && e.Unknown == now.Unknown
	}
	out.Revs[e.Question] = rev
	if same {
		return nil
	}
	if e.Base != rev {
		untouched, err := unchangedSince(tx, a.Office.ID, holdingID, e, value)
		if err != nil {
			return err
		}
		if untouched { // only the other one changed it
			return nil
		}
		if now == nil {
			now = &catalog.RoundAnswer{Question: e.Question, Value: json.RawMessage("null")}
		}
		out.Conflicts = append(out.Conflicts, Conflict{Question: e.Question, Mine: e, Theirs: now, Author: authorOf(tx, a.Office.ID, now.By)})
		return nil
	}
	next := &catalog.RoundAnswer{Office: a.Office.ID, Holding: holdingID, Question: e.Question, Rev: rev + 1, Value: value, Unknown: e.Unknown, At: tx.Now(), By: a.By}
	if err := tx.AddRoundAnswer(next); err != nil {
		return err
	}
	current[e.Question] = next
	out.Revs[e.Question] = next.Rev
	out.Written++
	return nil
}

// unchangedSince reports whether an edit holds what its base held: then its
// author left the answer alone.
func unchangedSince(tx catalog.Tx, office, holdingID string, e Edit, value json.RawMessage) (bool, error) {
	if e.Base <= 0 {
		return string(value) == "null" && !e.Unknown, nil
	}
	base, err := tx.RoundAnswer(office, holdingID, e.Question, e.Base)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return bytes.Equal(base.Value, value) && base.Unknown == e.Unknown, nil
}

// authorOf gives the label of the link an answer came by; accounts and the main
// link have none here.
func authorOf(tx catalog.Tx, office, by string) string {
	id, ok := strings.CutPrefix(by, "link:")
	if !ok {
		return ""
	}
	links, err := tx.RoundLinks(office)
	if err != nil {
		return ""
	}
	for _, l := range links {
		if l.ID == id {
			return l.Label
		}
	}
	return ""
}

// changed brings the holding's head and the office's state up to date behind new
// answers.
func (s *Service) changed(tx catalog.WriteTx, a *Access, h *catalog.RoundHolding, own Answers) error {
	if h != nil {
		h.Title, h.LocalID, h.Changed = text(own["B_title"]), text(own["B_localid"]), tx.Now()
		if err := tx.PutRoundHolding(h); err != nil {
			return err
		}
	}
	a.Office.Changed = tx.Now()
	if a.Office.State == catalog.OfficeDraft || a.Office.State == catalog.OfficeReturned {
		// One more answer to a holding that is being edited moves nothing.
		return tx.PutRoundOffice(a.Office)
	}
	return settle(tx, a.Office, RoleRespondent, a.By)
}

func text(a *catalog.RoundAnswer) string {
	if a == nil {
		return ""
	}
	s, _ := Decode(a.Value).(string)
	return s
}
