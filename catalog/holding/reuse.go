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
		models, err := published(tx, e)
		if err != nil {
			return nil, err
		}
		for _, m := range models {
			key := ModelKey(m)
			if key == "" {
				continue
			}
			if out[key] == nil {
				out[key] = map[string]bool{}
			}
			out[key][e.Fields.String("city")] = true
		}
	}
	return out, nil
}

// published names the model datasets under which a holding is published: while
// newer answers wait for approval, those of its dataset.
func published(tx catalog.Tx, h *catalog.Entry) ([]string, error) {
	if Status(h.Fields.String("status")) == StatusPublished {
		return []string{catalog.Fields(h.Fields.Map("answers")).String("B_muster")}, nil
	}
	ds, err := tx.Entry(h.Fields.String("dataset"))
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return ds.Fields.Strings("references"), nil
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
