package holding

import (
	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Reuse says which model datasets are published, and by which cities.
type Reuse map[string]map[string]bool

// ModelKey makes spellings of a model dataset comparable: its address where it
// is known, else the folded text; "" for none.
func ModelKey(s string) string {
	if m, ok := vocab.Model(s); ok {
		return m.URI
	}
	return survey.Fold(s)
}

// ReuseIn looks through the holdings of all cities.
func ReuseIn(tx catalog.Tx) (Reuse, error) {
	out := Reuse{}
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, States: []catalog.State{catalog.StateActive}}) {
		if err != nil {
			return nil, err
		}
		if !Published(e) {
			continue
		}
		if key := ModelKey(catalog.Fields(e.Fields.Map("answers")).String("B_muster")); key != "" {
			if out[key] == nil {
				out[key] = map[string]bool{}
			}
			out[key][e.Fields.String("city")] = true
		}
	}
	return out, nil
}

// Published reports whether the data of a holding are published, not only its
// description. What was published stays so while new answers wait for approval.
func Published(e *catalog.Entry) bool {
	return e.Fields.String("published") == "data" || e.Fields.String("published") == "" && Status(e.Fields.String("status")) == StatusPublished
}

// Elsewhere reports whether a city other than the one named publishes the model
// dataset.
func (r Reuse) Elsewhere(city, model string) bool {
	for c := range r[ModelKey(model)] {
		if c != city {
			return true
		}
	}
	return false
}
