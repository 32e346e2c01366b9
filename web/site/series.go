package site

import (
	"trio.example/catalog"
	"trio.example/catalog/dcat"
)

// membersShown is how many datasets of a series stand unfolded.
const membersShown = 20

// series links a dataset with its series, and a series with its datasets.
func (r *request) series(e *catalog.Entry, v *datasetView) error {
	v.IsSeries = e.Fields.String("dataset_type") == dcat.TypeSeries
	refs := e.Fields.Strings("in_series")
	if len(refs) == 0 && !v.IsSeries {
		return nil
	}
	ties, err := r.backend.Series(r.ctx, e)
	if err != nil {
		return err
	}
	for _, ref := range refs {
		if s := ties.Of[ref]; s != nil {
			v.Series = append(v.Series, link{r.title(s), r.local("/dataset/" + s.Name)})
		} else if url := safeURL(ref); url != "" { // it lies in another catalogue
			v.Series = append(v.Series, link{cut(ref, maxDetail), url})
		}
	}
	for _, m := range ties.Members {
		v.Members = append(v.Members, link{r.title(m), r.local("/dataset/" + m.Name)})
	}
	v.Members, v.MoreMembers = split(v.Members, membersShown)
	v.AllMembers = ties.All
	return nil
}
