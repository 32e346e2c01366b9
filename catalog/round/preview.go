package round

import (
	"context"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Preview is how a holding would look in the catalogue.
type Preview struct {
	Entry *catalog.Entry
	// Public reports an address that lets it be published.
	Public bool
	// Publisher and Office are named on the page.
	Publisher, Office string
	// Findings are what the check against DCAT-AP.de says.
	Findings []catalog.Finding
}

func (s *Service) preview(tx catalog.Tx, t *survey.Template, city vocab.City, office, org string, answers catalog.Fields) *Preview {
	p := &Preview{Publisher: city.Label.In("de"), Office: office}
	p.Entry, p.Public = s.desk.With(t).Preview(city, answers, time.Now().UTC())
	p.Entry.Owner = org
	_, p.Findings = s.desk.Mapper().Publish(p.Entry, func(id string) *catalog.Entry {
		e, err := tx.Entry(id)
		if err != nil {
			return nil
		}
		return e
	}, dcat.Profile3)
	return p
}

// Check is a holding before it is submitted.
type Check struct {
	*Access
	Holding *catalog.RoundHolding
	// Lacking are the questions whose answer is needed or cannot be read, with
	// the section they stand in.
	Lacking  []Gap
	Complete bool
	Editable bool
	Preview  *Preview
	// Class is the publishability the answers come to, "" while incomplete.
	Assessment *survey.Assessment
	Notes      []*catalog.RoundNote
	// Traced are the public answers that seem to point to a person.
	Traced []Traced
}

// Traced is a public answer with what in it points to a person.
type Traced struct {
	Question *survey.Question
	Section  *survey.Section
	Traces   []survey.Trace
}

// Gap is a question that keeps a holding from being submitted.
type Gap struct {
	Question *survey.Question
	Section  *survey.Section
	Invalid  bool
}

// Check shows what is missing and how the entry would look.
func (s *Service) Check(ctx context.Context, by catalog.Actor, token, id string) (*Check, error) {
	var c *Check
	_, err := s.read(ctx, by, token, func(tx catalog.Tx, a *Access) error {
		if a.Delegated() {
			return absent()
		}
		c = &Check{Access: a}
		var err error
		if c.Holding, err = holdingIn(tx, a, id); err != nil {
			return err
		}
		answers, err := both(tx, a.Office.ID, id)
		if err != nil {
			return err
		}
		f := form(a.Template, a.City.Code, answers)
		for _, q := range f.Lacking(a.Template) {
			c.Lacking = append(c.Lacking, Gap{Question: q, Section: a.Template.SectionOf(q.ID), Invalid: f.Invalid(q)})
		}
		for _, q := range a.Template.Questions() {
			if list := f.Traces(a.Template, q); len(list) > 0 {
				c.Traced = append(c.Traced, Traced{Question: q, Section: a.Template.SectionOf(q.ID), Traces: list})
			}
		}
		c.Complete, c.Editable, c.Assessment = f.Complete(), editable(c.Holding) && a.Round.State == catalog.RoundOpen, f.Result.Assessment
		c.Preview = s.preview(tx, a.Template, a.City, a.Office.Name, a.Round.Org, f.Result.Answers)
		notes, err := tx.RoundNotes(a.Office.ID)
		for _, n := range notes {
			if n.Holding == id {
				c.Notes = append(c.Notes, n)
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}
