package quality

import (
	"context"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
)

// Report is the state of a scope, with what it was before.
type Report struct {
	*Summary
	Scope *catalog.Entry // nil for the whole catalogue
	Days  []catalog.QualityDay
	// Orgs are the organizations right below: cities, or a city's offices.
	Orgs []OrgReport
	// Sources are those of harvests that everybody may know.
	Sources []SourceReport
	// Works are the steps that would earn most, best first.
	Works []Work
	// Datasets, worst first, only for an organization.
	Datasets []DatasetReport
}

// OrgReport is one line of the table of organizations.
type OrgReport struct {
	Org *catalog.Entry
	*Summary
}

// SourceReport is one line of the table of sources; Points is the average of their
// datasets.
type SourceReport struct {
	Source *catalog.HarvestSource
	catalog.SourceAssessment
}

// publicSources lists the sources of a scope's datasets that everybody may know.
func publicSources(tx catalog.Tx, owners []string) (out []SourceReport, err error) {
	list, err := tx.AssessedBySource(owners)
	for _, a := range list {
		_, id, _ := strings.Cut(a.Origin, ":")
		src, err := tx.HarvestSource(id)
		if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
			continue // it is gone, its datasets stayed
		}
		if err != nil {
			return nil, err
		}
		if src.ID == id && catalog.CanSeeSource(tx, catalog.Anonymous, src) {
			out = append(out, SourceReport{src, a})
		}
	}
	return out, err
}

// Work is a step that would earn points: the same remedy for several datasets.
type Work struct {
	Metric *Metric
	// Datasets that lack it, and the points of the whole scope they would earn.
	Datasets int
	Gain     float64
}

// DatasetReport is one line of the work list.
type DatasetReport struct {
	Entry  *catalog.Entry
	Points int
	Result *Result
}

// Report adds up a scope: the whole catalogue for "", else an organization (id
// or name) with those below it.
func (b *Book) Report(ctx context.Context, org string, datasets bool) (*Report, error) {
	if err := b.CatchUp(ctx); err != nil {
		return nil, err
	}
	r := &Report{Summary: NewSummary()}
	err := b.store.View(ctx, func(tx catalog.Tx) error {
		var err error
		scope, level := "", []*catalog.Entry(nil)
		var owners []string
		if org != "" {
			if r.Scope, err = catalog.Find(tx, catalog.TypeOrganization.Namespace(), org); err != nil {
				return err
			}
			if r.Scope.Type != catalog.TypeOrganization || !catalog.CanSee(catalog.Anonymous, r.Scope) {
				return catalog.Errorf(catalog.KindNotFound, "not found")
			}
			scope = r.Scope.ID
			if owners, err = Below(tx, scope); err != nil {
				return err
			}
		}
		heads := map[string]int{} // owner → line of the table
		for o, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeOrganization}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if catalog.CanSee(catalog.Anonymous, o) && (o.Owner == scope || scope == "" && o.Owner == "") {
				level = append(level, o)
			}
		}
		for _, o := range level {
			under, err := Below(tx, o.ID)
			if err != nil {
				return err
			}
			for _, id := range under {
				heads[id] = len(r.Orgs)
			}
			r.Orgs = append(r.Orgs, OrgReport{Org: o, Summary: NewSummary()})
		}
		lacking := make([]int, len(metrics))
		for a, err := range tx.Assessments(owners) {
			if err != nil {
				return err
			}
			res, err := decode(a.Detail)
			if err != nil {
				return err
			}
			r.Add(res)
			if i, ok := heads[a.Owner]; ok {
				r.Orgs[i].Add(res)
			}
			for _, i := range res.Gains() {
				lacking[i]++
			}
			if datasets {
				e, err := tx.Entry(a.Entry)
				if err != nil {
					return err
				}
				r.Datasets = append(r.Datasets, DatasetReport{Entry: e, Points: a.Points, Result: res})
			}
		}
		r.Orgs = slices.DeleteFunc(r.Orgs, func(o OrgReport) bool { return o.Datasets == 0 })
		for i := range metrics {
			if lacking[i] > 0 {
				r.Works = append(r.Works, Work{&metrics[i], lacking[i], float64(metrics[i].Points) * (1 - r.Met[i].Part())})
			}
		}
		if r.Sources, err = publicSources(tx, owners); err != nil {
			return err
		}
		r.Days, err = tx.QualityDays(scope, 366)
		return err
	})
	slices.SortStableFunc(r.Works, func(a, b Work) int {
		switch {
		case a.Gain > b.Gain:
			return -1
		case a.Gain < b.Gain:
			return 1
		}
		return 0
	})
	slices.SortStableFunc(r.Datasets, func(a, b DatasetReport) int { return a.Points - b.Points })
	return r, err
}

// Keep writes today's state of the whole and of each organization into the
// history; a second time on the same day replaces it.
func (b *Book) Keep(ctx context.Context, now time.Time) error {
	if err := b.CatchUp(ctx); err != nil {
		return err
	}
	sums := map[string]*Summary{"": NewSummary()}
	err := b.store.View(ctx, func(tx catalog.Tx) error {
		above := map[string][]string{}
		for a, err := range tx.Assessments(nil) {
			if err != nil {
				return err
			}
			res, err := decode(a.Detail)
			if err != nil {
				return err
			}
			if above[a.Owner] == nil {
				above[a.Owner] = chain(tx, a.Owner)
			}
			for _, scope := range above[a.Owner] {
				if sums[scope] == nil {
					sums[scope] = NewSummary()
				}
				sums[scope].Add(res)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	day := now.Format(time.DateOnly)
	_, err = b.store.Update(ctx, writer, func(tx catalog.WriteTx) error {
		for scope, s := range sums {
			if err := tx.PutQualityDay(catalog.QualityDay{Day: day, Scope: scope, Points: s.Points(), Datasets: s.Datasets, Held: s.Held}); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}

// chain lists the whole and the organizations above and with an owner.
func chain(tx catalog.Tx, owner string) []string {
	const maxDepth = 16
	out := []string{""}
	for range maxDepth {
		if owner == "" || slices.Contains(out, owner) {
			break
		}
		out = append(out, owner)
		e, err := tx.Entry(owner)
		if err != nil {
			break
		}
		owner = e.Owner
	}
	return out
}
