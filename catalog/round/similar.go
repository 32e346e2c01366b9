package round

import (
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/vocab"
)

// Alike is another holding that may be of the same kind. A person decides.
type Alike struct {
	Title, Office, City string
	Status              holding.Status
	// Model says that both name the same model dataset; else the titles agree.
	Model bool
	// Own is its id where the reader runs its city's survey, Dataset the name of what
	// was published of it; "" for none.
	Own, Dataset string
}

// maxAlike bounds how many are proposed.
const maxAlike = 10

// alike looks for holdings of the same kind in all cities of the cooperation:
// by model dataset, then by title. Only what partners may know of them is said.
func alike(tx catalog.Tx, by catalog.Actor, self string, answers catalog.Fields) ([]Alike, error) {
	model, title := fold(answers.String("B_muster")), fold(answers.String("B_title"))
	if model == "" && title == "" {
		return nil, nil
	}
	names := map[string]string{}
	for _, c := range vocab.Cities() {
		names[c.Code] = c.Short.In("de")
	}
	var out []Alike
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, States: []catalog.State{catalog.StateActive}}) {
		if err != nil {
			return nil, err
		}
		if e.ID == self || !catalog.CanSee(by, e) {
			continue
		}
		theirs := catalog.Fields(e.Fields.Map("answers"))
		same := model != "" && fold(theirs.String("B_muster")) == model
		if !same && (title == "" || fold(e.Fields.String("title")) != title) {
			continue
		}
		a := Alike{Title: e.Fields.String("title"), Office: e.Fields.String("office"), City: names[e.Fields.String("city")], Status: holding.Status(e.Fields.String("status")), Model: same}
		if by.IsOfficerOf(e.Owner) {
			a.Own = e.ID
		}
		if ds, err := tx.Entry(e.Fields.String("dataset")); err == nil && ds.State == catalog.StateActive && ds.Access == catalog.AccessPublic {
			a.Dataset = ds.Name
		}
		out = append(out, a)
	}
	slices.SortStableFunc(out, func(a, b Alike) int {
		if a.Model != b.Model {
			if a.Model {
				return -1
			}
			return 1
		}
		return strings.Compare(a.City+a.Office, b.City+b.Office)
	})
	return out[:min(len(out), maxAlike)], nil
}
