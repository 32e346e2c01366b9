package quality

import (
	"context"
	"slices"
	"sort"
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
	// Datasets, worst first, as many as were asked for.
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

// DatasetReport is one line of the work list. Entry has id, name and title only: a
// list may be as long as the catalogue.
type DatasetReport struct {
	Entry  *catalog.Entry
	Points int
	Result *Result
}

// Report adds up a scope: the whole catalogue for "", else an organization (id
// or name) with those below it. most is how many of its datasets are listed, -1 for
// all of them. Everybody may ask, and adding up takes as long as the catalogue is
// large: one report is made at a time, and serves until something is measured anew.
// Its readers share it.
func (b *Book) Report(ctx context.Context, org string, most int) (*Report, error) {
	if err := b.CatchUp(ctx); err != nil {
		return nil, err
	}
	scope, owners, sum, err := b.scope(ctx, org)
	if err != nil {
		return nil, err
	}
	r, err := b.summed(ctx, scope, owners, most, sum)
	if err != nil {
		return nil, err
	}
	out := *r
	out.Scope = scope
	err = b.store.View(ctx, func(tx catalog.Tx) error {
		var err error
		// Who may know of a source stands in no log.
		if out.Sources, err = publicSources(tx, owners); err != nil {
			return err
		}
		out.Days, err = tx.QualityDays(idOf(scope), 366)
		return err
	})
	return &out, err
}

func idOf(scope *catalog.Entry) string {
	if scope == nil {
		return ""
	}
	return scope.ID
}

// scope finds an organization with those below it; state is the newest number of the
// public log.
func (b *Book) scope(ctx context.Context, org string) (scope *catalog.Entry, owners []string, state int64, err error) {
	err = b.store.View(ctx, func(tx catalog.Tx) error {
		last, err := tx.LastPublicChange()
		if state = last.Seq; err != nil || org == "" {
			return err
		}
		if scope, err = catalog.Find(tx, catalog.TypeOrganization.Namespace(), org); err != nil {
			return err
		}
		if scope.Type != catalog.TypeOrganization || !catalog.CanSee(catalog.Anonymous, scope) {
			return catalog.Errorf(catalog.KindNotFound, "not found")
		}
		owners, err = Below(tx, scope.ID)
		return err
	})
	return scope, owners, state, err
}

// keptReports bounds the reports that are kept; one that lists all datasets is not.
const keptReports = 200

// reportKey tells reports apart, and whether one still holds.
type reportKey struct {
	scope string
	most  int
}

type keptReport struct {
	state, round int64
	report       *Report
}

// summed gives a report that was made before, or makes it.
func (b *Book) summed(ctx context.Context, scope *catalog.Entry, owners []string, most int, state int64) (*Report, error) {
	select {
	case b.adding <- struct{}{}:
		defer func() { <-b.adding }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	key, round := reportKey{idOf(scope), most}, b.round.Load()
	if k, ok := b.reports[key]; ok && k.state == state && k.round == round {
		return k.report, nil
	}
	r, err := b.add(ctx, idOf(scope), owners, most)
	if err != nil || most < 0 {
		return r, err
	}
	if len(b.reports) >= keptReports {
		clear(b.reports)
	}
	b.reports[key] = keptReport{state, round, r}
	return r, nil
}

// add adds a scope up.
func (b *Book) add(ctx context.Context, scope string, owners []string, most int) (*Report, error) {
	r := &Report{Summary: NewSummary()}
	err := b.store.View(ctx, func(tx catalog.Tx) error {
		var level []*catalog.Entry
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
			r.list(DatasetReport{Entry: &catalog.Entry{ID: a.Entry}, Points: a.Points, Result: res}, most)
		}
		slices.SortStableFunc(r.Datasets, byPoints)
		for i := range r.Datasets {
			e, err := tx.Entry(r.Datasets[i].Entry.ID)
			if err != nil {
				return err
			}
			r.Datasets[i].Entry = &catalog.Entry{ID: e.ID, Name: e.Name, Type: e.Type, Fields: catalog.Fields{"title": e.Fields.String("title")}}
		}
		r.Orgs = slices.DeleteFunc(r.Orgs, func(o OrgReport) bool { return o.Datasets == 0 })
		for i := range metrics {
			if lacking[i] > 0 {
				r.Works = append(r.Works, Work{&metrics[i], lacking[i], float64(metrics[i].Points) * (1 - r.Met[i].Part())})
			}
		}
		return nil
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
	return r, err
}

func byPoints(a, b DatasetReport) int { return a.Points - b.Points }

// list puts a dataset into the list, if it is among the worst that are asked for.
func (r *Report) list(d DatasetReport, most int) {
	if most < 0 {
		r.Datasets = append(r.Datasets, d)
		return
	}
	// Among equals those that came first stay.
	i := sort.Search(len(r.Datasets), func(i int) bool { return r.Datasets[i].Points > d.Points })
	if i >= most {
		return
	}
	if len(r.Datasets) == most {
		r.Datasets = r.Datasets[:most-1]
	}
	r.Datasets = slices.Insert(r.Datasets, i, d)
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
