package round

import (
	"encoding/json"
	"fmt"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// byPrevious marks answers that were filled in from what was known before.
const byPrevious = "previous"

// past are the city's holdings of earlier rounds and imports, by office.
type past struct {
	template *survey.Template
	entries  map[string][]*catalog.Entry
}

func (s *Service) past(tx catalog.Tx, r *catalog.Round) (*past, error) {
	t, err := s.template(tx, r.ID)
	if err != nil {
		return nil, err
	}
	p := &past{template: t, entries: map[string][]*catalog.Entry{}}
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, Source: holding.Source(r.City), States: []catalog.State{catalog.StateActive}}) {
		if err != nil {
			return nil, err
		}
		office := fold(e.Fields.String("office"))
		p.entries[office] = append(p.entries[office], e)
	}
	return p, nil
}

// prefill enters what is known of an office before it answers: its name, and
// what it described last time. Contacts of persons are not carried over.
func (s *Service) prefill(tx catalog.WriteTx, r *catalog.Round, o *catalog.RoundOffice, p *past) error {
	known := p.entries[fold(o.Name)]
	office := catalog.Fields{}
	if n := len(known); n > 0 {
		office, _ = p.template.Migrate(catalog.Fields(known[n-1].Fields.Map("answers")).Clone(), "")
	}
	presets(p.template, p.template.OfficeSection(), office)
	city, err := cityOf(r.City)
	if err != nil {
		return err
	}
	office.Set("A_city", city.Code)
	office.Set("A_org2", o.Name)
	if o.Department != "" {
		office.Set("A_org1", o.Department)
	}
	if o.Email != "" {
		office.Set("A_mail", o.Email)
	}
	carry := func(q *survey.Question) bool {
		return !q.System && (!q.OfOccasion() || q.ID == "A_mail" && o.Email != "")
	}
	first := p.template.OfficeSection()
	if err := enter(tx, o.ID, "", office, p.template, func(q *survey.Question) bool { return carry(q) && p.template.SectionOf(q.ID) == first }); err != nil {
		return err
	}
	for i, e := range known {
		if i >= MaxHoldings {
			break
		}
		if _, err := carried(tx, r, o, p.template, e, i+1); err != nil {
			return err
		}
	}
	return nil
}

// carried puts a holding that is known already on an office's list, with its
// answers filled in.
func carried(tx catalog.WriteTx, r *catalog.Round, o *catalog.RoundOffice, t *survey.Template, e *catalog.Entry, seq int) (*catalog.RoundHolding, error) {
	answers, todos := t.Migrate(catalog.Fields(e.Fields.Map("answers")), "")
	h := &catalog.RoundHolding{
		ID: catalog.NewID(), Round: r.ID, Office: o.ID, Seq: seq, Title: answers.String("B_title"), LocalID: answers.String("B_localid"),
		State: string(holding.StatusDraft), Previous: e.ID,
	}
	if err := tx.PutRoundHolding(h); err != nil {
		return nil, err
	}
	first := t.OfficeSection()
	take := func(q *survey.Question) bool { return !q.System && !q.OfOccasion() && t.SectionOf(q.ID) != first }
	if err := enter(tx, o.ID, h.ID, answers, t, take); err != nil {
		return nil, err
	}
	return h, left(tx, o, h, t, todos)
}

// left notes answers of last time that fit no question any more: a person
// decides, nothing is lost. Contacts of persons are not among them.
func left(tx catalog.WriteTx, o *catalog.RoundOffice, h *catalog.RoundHolding, t *survey.Template, todos []survey.Todo) error {
	for _, x := range todos {
		q := t.Question(x.Question)
		if q != nil && (q.Personal || q.System) {
			continue
		}
		name, question := x.Question, ""
		if q != nil {
			name, question = q.Label.In("de"), q.ID
		}
		text := fmt.Sprintf("Aus der letzten Abfrage: Die Antwort auf „%s“ passt zu keiner Frage mehr und wurde hier aufgehoben: %s", name, plain(x.Value))
		if r := []rune(text); len(r) > maxText {
			text = string(r[:maxText])
		}
		if err := addNote(tx, &catalog.RoundNote{Office: o.ID, Holding: h.ID, Question: question, Text: text, By: "system", Role: RoleSystem}); err != nil {
			return err
		}
	}
	return nil
}

func plain(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	out := make([]string, len(list))
	for i, x := range list {
		out[i] = fmt.Sprint(x)
	}
	return joined(out)
}

// presets adds what the template enters for questions of a section that have no
// answer yet.
func presets(t *survey.Template, sec *survey.Section, answers catalog.Fields) {
	for i := range sec.Questions {
		q := &sec.Questions[i]
		if _, there := answers[q.ID]; there {
			continue
		}
		switch v := t.Preset(q).(type) {
		case string:
			answers.Set(q.ID, v)
		case []string:
			answers.Set(q.ID, v)
		}
	}
}

// enter writes known answers as first revisions.
func enter(tx catalog.WriteTx, office, holdingID string, answers catalog.Fields, t *survey.Template, take func(*survey.Question) bool) error {
	for _, name := range answers.Names() {
		q := t.Question(name)
		if q == nil || !take(q) {
			continue
		}
		var value json.RawMessage
		var err error
		if list := answers.Strings(name); len(list) > 0 && (q.Type == "multi" || q.Type == "list") {
			if q.Type == "list" {
				value, err = encode(joined(list))
			} else {
				value, err = encode(list)
			}
		} else {
			value, err = encode(answers.String(name))
		}
		if err != nil {
			return err
		}
		if slices.Equal(value, []byte("null")) {
			continue
		}
		if err := tx.AddRoundAnswer(&catalog.RoundAnswer{Office: office, Holding: holdingID, Question: name, Rev: 1, Value: value, At: tx.Now(), By: byPrevious}); err != nil {
			return err
		}
	}
	return nil
}

// joined writes a free list the way it is typed.
func joined(list []string) string {
	out := ""
	for i, s := range list {
		if i > 0 {
			out += "; "
		}
		out += s
	}
	return out
}

// Previous reports whether an answer was filled in and not looked at yet.
func Previous(a *catalog.RoundAnswer) bool { return a != nil && a.By == byPrevious }
