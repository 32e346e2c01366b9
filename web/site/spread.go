package site

import (
	"fmt"

	"trio.example/catalog/round"
	"trio.example/catalog/survey"
)

// spread counts holdings along one question, by what may become public of them.
type spread struct {
	ID, Title string
	Rows      []spreadRow
}

type spreadRow struct {
	Label  string
	Counts []int // by classes
	Bars   []spreadBar
}

// spreadBar is a piece of a bar, in percent of the longest one.
type spreadBar struct {
	X, Width int
	Class    string
}

// classes are what may become of a holding, best first.
var classes = []string{survey.Publishable, survey.Conditional, survey.NotPublishable}

// efforts are the bands of the effort of a connection, each up to its number.
var efforts = []int{19, 39, 69, 100}

// spreads counts the holdings by effort and by personal data.
func (r *request) spreads(in *round.Insight) []spread {
	byEffort := newSpread("effort", r.t.Get("insight.effort"))
	from := 0
	for _, to := range efforts {
		byEffort.add(fmt.Sprintf("%d–%d", from, to), in.Points, func(p round.Point) bool { return p.Effort >= from && p.Effort <= to })
		from = to + 1
	}
	out := []spread{byEffort.drawn()}
	q := in.Template.Question("E_personal")
	if q == nil {
		return out
	}
	byPerson := newSpread("personal", r.t.Get("insight.personal"))
	for _, o := range in.Template.OptionLists[q.Options] {
		byPerson.add(o.Label.In(r.lang), in.Points, func(p round.Point) bool { return p.Answers.String("E_personal") == o.Code })
	}
	byPerson.add(r.t.Get("ask.empty"), in.Points, func(p round.Point) bool { return p.Answers.String("E_personal") == "" })
	return append(out, byPerson.drawn())
}

func newSpread(id, title string) *spread { return &spread{ID: id, Title: title} }

// add counts the holdings that belong to a row.
func (s *spread) add(label string, points []round.Point, belongs func(round.Point) bool) {
	row := spreadRow{Label: label, Counts: make([]int, len(classes))}
	for _, p := range points {
		for i, c := range classes {
			if p.Publishability == c && belongs(p) {
				row.Counts[i]++
			}
		}
	}
	s.Rows = append(s.Rows, row)
}

// drawn makes the bars.
func (s *spread) drawn() spread {
	longest := 0
	for _, row := range s.Rows {
		longest = max(longest, sum(row.Counts))
	}
	for i := range s.Rows {
		done := 0
		for j, n := range s.Rows[i].Counts {
			x := percent(float64(done), float64(longest))
			done += n
			if width := percent(float64(done), float64(longest)) - x; width > 0 {
				s.Rows[i].Bars = append(s.Rows[i].Bars, spreadBar{X: x, Width: width, Class: classes[j]})
			}
		}
	}
	return *s
}

func sum(list []int) (n int) {
	for _, x := range list {
		n += x
	}
	return n
}
