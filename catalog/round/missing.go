package round

import (
	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// Missing is an answer that the dataset would show and nobody has given, and who
// can give it.
type Missing struct {
	Question *survey.Question
	// Who is for whom the section was passed on, "" for the office itself.
	Who string
}

// missing lists what a holding's dataset lacks: public answers with a place in it.
func missing(tx catalog.Tx, t *survey.Template, f *survey.Form, shown catalog.Fields, h *catalog.RoundHolding) ([]Missing, error) {
	links, err := tx.RoundLinks(h.Office)
	if err != nil {
		return nil, err
	}
	who := map[string]string{}
	for _, l := range links {
		if l.Parent == "" || !l.Revoked.IsZero() || l.Holding != "" && l.Holding != h.ID {
			continue
		}
		for _, section := range l.Sections {
			who[section] = l.Label
		}
	}
	var out []Missing
	for _, q := range t.Questions() {
		if q.Visibility != catalog.LevelPublic || len(q.Map) == 0 || !f.Applies(q) || shown[q.ID] != nil {
			continue
		}
		out = append(out, Missing{Question: q, Who: who[t.SectionOf(q.ID).ID]})
	}
	return out, nil
}
