package round

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// Point is a holding with its scores.
type Point struct {
	ID, LocalID, Title, Office string
	Status                     holding.Status
	*survey.Assessment
	Answers catalog.Fields
	// RoundHolding is its id in the round, "" when it was imported.
	RoundHolding string
	// Published says that its data are public.
	Published bool

	reuse bool // another city publishes the same model dataset
}

// Block is a reason that keeps holdings from being published.
type Block struct {
	Reason string
	// Hard reasons make a holding not publishable, others conditional.
	Hard   bool
	Points []Point
}

// Insight is what a city learns from its survey.
type Insight struct {
	Round    *catalog.Round
	Template *survey.Template
	// Whole reports that all holdings of the city are in it, not only the round's.
	Whole bool
	// Points are all assessed holdings, by priority.
	Points []Point
	// Next are the first twenty that can be published and are not yet.
	Next []Point
	// Blocks are the reasons, most frequent first.
	Blocks     []Block
	Quadrants  map[string]int
	Published  int
	Incomplete int
	HVD        []Point

	reuse holding.Reuse
}

// maxNext is how many are proposed to be published next.
const maxNext = 20

// Insight evaluates the holdings of a round, or with whole all of its city.
func (s *Service) Insight(ctx context.Context, by catalog.Actor, idOrName string, whole bool) (*Insight, error) {
	in := &Insight{Whole: whole, Quadrants: map[string]int{}}
	err := s.view(ctx, func(tx catalog.Tx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		in.Round = r
		if in.Template, err = s.template(tx, r.ID); err != nil {
			return err
		}
		if in.reuse, err = holding.ReuseIn(tx); err != nil {
			return err
		}
		list, err := tx.RoundHoldings(r.ID, "")
		if err != nil {
			return err
		}
		mine := map[string]string{}
		for _, h := range list {
			if h.Entry != "" {
				mine[h.Entry] = h.ID
			}
		}
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, Source: holding.Source(r.City), States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if id, ok := mine[e.ID]; ok || whole {
				in.add(e, id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	in.finish()
	return in, nil
}

func (in *Insight) add(e *catalog.Entry, id string) {
	answers, _ := in.Template.Migrate(catalog.Fields(e.Fields.Map("answers")), "")
	if e.Fields.Map("assessment") == nil {
		in.Incomplete++
		return
	}
	reuse := in.reuse.Elsewhere(e.Fields.String("city"), answers.String("B_muster"))
	in.Points = append(in.Points, Point{
		ID: e.ID, LocalID: e.Fields.String("local_id"), Title: e.Fields.String("title"), Office: e.Fields.String("office"), Status: holding.Status(e.Fields.String("status")),
		Assessment: in.Template.AssessReused(answers, reuse), Answers: answers, RoundHolding: id, Published: holding.Published(e), reuse: reuse,
	})
}

func (in *Insight) finish() {
	slices.SortStableFunc(in.Points, func(a, b Point) int {
		return cmp.Or(cmp.Compare(b.Priority, a.Priority), cmp.Compare(b.Suitability, a.Suitability), strings.Compare(a.Title, b.Title))
	})
	hard := map[string]bool{}
	for _, r := range in.Template.Gate.NotPublishable {
		hard[r.Reason] = true
	}
	blocks := map[string]*Block{}
	for _, p := range in.Points {
		if p.Publishability != survey.NotPublishable {
			in.Quadrants[p.Quadrant]++
		}
		if p.HVD {
			in.HVD = append(in.HVD, p)
		}
		switch {
		case p.Published:
			in.Published++
		case p.Publishability == survey.Publishable && len(in.Next) < maxNext:
			in.Next = append(in.Next, p)
		}
		for _, reason := range p.Reasons {
			if blocks[reason] == nil {
				blocks[reason] = &Block{Reason: reason, Hard: hard[reason]}
			}
			blocks[reason].Points = append(blocks[reason].Points, p)
		}
	}
	for _, b := range blocks {
		in.Blocks = append(in.Blocks, *b)
	}
	slices.SortFunc(in.Blocks, func(a, b Block) int {
		return cmp.Or(cmp.Compare(len(b.Points), len(a.Points)), strings.Compare(a.Reason, b.Reason))
	})
}

// Best is the answer that would change most about a holding.
func (in *Insight) Best(p Point) *survey.Change { return in.Template.BestChange(p.Answers, p.reuse) }

// Scores puts the lines of a holding's scores into words.
func (in *Insight) Scores(p Point) []Scored {
	var out []Scored
	for _, l := range in.Template.Lines(p.Answers) {
		out = append(out, Scored{Line: l, Label: in.Template.Question(l.Question).Label, Text: in.Template.Explain(l, p.Answers)})
	}
	return out
}
