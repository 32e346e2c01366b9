package quality

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// Book keeps the measurements of all public datasets up to date.
type Book struct {
	store  catalog.Store
	mapper *dcat.Mapper
	site   string
	mu     sync.Mutex // one measures at a time
}

// New makes a book; site is the portal's address without final slash.
func New(store catalog.Store, mapper *dcat.Mapper, site string) *Book {
	return &Book{store: store, mapper: mapper, site: site}
}

// follower names the state of the measurements; another way to measure gets
// another name and begins anew.
//
// Fragments hold the portal's address; with another address all is done anew.
func (b *Book) follower() string { return "quality-4 " + b.site }

// perBatch is how many datasets one transaction stores.
const perBatch = 500

var writer = func() catalog.Actor {
	a := catalog.System("quality")
	a.Bulk = true
	return a
}()

// PublicDatasets selects what is measured.
var publicDatasets = catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic}

// CatchUp measures what changed since the last time. When nothing did it costs
// two small reads.
func (b *Book) CatchUp(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for {
		var at, last int64
		var changes []catalog.Change
		err := b.store.View(ctx, func(tx catalog.Tx) error {
			c, err := tx.LastPublicChange()
			if err != nil {
				return err
			}
			last = c.Seq
			if at, err = tx.Follower(b.follower()); err != nil || at == 0 {
				return err
			}
			changes, err = tx.PublicChanges(at, perBatch)
			return err
		})
		switch {
		case err != nil:
			return err
		case at >= last:
			return nil
		case at == 0:
			if err := b.all(ctx, last); err != nil {
				return err
			}
		default:
			if err := b.changed(ctx, changes); err != nil {
				return err
			}
		}
	}
}

// HeldBack returns the public datasets that do not go to harvesters, by id.
func (b *Book) HeldBack(ctx context.Context) (map[string]bool, error) {
	if err := b.CatchUp(ctx); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	err := b.store.View(ctx, func(tx catalog.Tx) error {
		ids, err := tx.HeldBack()
		for _, id := range ids {
			out[id] = true
		}
		return err
	})
	return out, err
}

// WriteTurtle writes all published datasets as one Turtle document from the
// pieces that were kept: the way to write a whole catalogue fast. It returns the
// number of datasets.
func (b *Book) WriteTurtle(ctx context.Context, out io.Writer) (n int, err error) {
	if err := b.CatchUp(ctx); err != nil {
		return 0, err
	}
	w, err := rdfio.NewWriter(out, rdfio.Turtle)
	if err != nil {
		return 0, err
	}
	err = b.store.View(ctx, func(tx catalog.Tx) error {
		once, orgs := dcat.Once{}, dcat.Public(tx)
		for f, err := range tx.Fragments(publicDatasets) {
			if err != nil {
				return err
			}
			n++
			if once.Fresh(f.Marks) {
				if err := rdfio.Copy(w, f.Turtle); err != nil {
					return err
				}
				continue
			}
			e, err := tx.Entry(f.Entry)
			if err != nil {
				return err
			}
			node, _ := b.mapper.Publish(e, orgs, dcat.Profile3)
			if node == nil {
				continue
			}
			once.Link(node)
			if err := w.Write(node); err != nil {
				return err
			}
		}
		return ctx.Err()
	})
	return n, errors.Join(err, w.Close())
}

// Again forgets how far the measurements go, so that CatchUp measures all.
func (b *Book) Again(ctx context.Context) error {
	_, err := b.store.Update(ctx, writer, func(tx catalog.WriteTx) error { return tx.SetFollower(b.follower(), 0) })
	return err
}

// all measures every dataset, a batch at a time in order of creation.
func (b *Book) all(ctx context.Context, seq int64) error {
	f := publicDatasets
	f.Limit = perBatch
	for {
		var ids []string
		if err := b.store.View(ctx, func(tx catalog.Tx) error {
			for e, err := range tx.Entries(f) {
				if err != nil {
					return err
				}
				ids = append(ids, e.ID)
				f.After = catalog.Place{Created: e.Created, ID: e.ID}
			}
			return nil
		}); err != nil {
			return err
		}
		if err := b.measure(ctx, ids); err != nil {
			return err
		}
		if len(ids) < perBatch {
			return b.reach(ctx, seq)
		}
	}
}

// changed measures what a part of the log names. A changed organization stands
// as publisher in the datasets of those below it.
func (b *Book) changed(ctx context.Context, changes []catalog.Change) error {
	ids := map[string]bool{}
	err := b.store.View(ctx, func(tx catalog.Tx) error {
		for _, c := range changes {
			switch c.Type {
			case catalog.TypeDataset:
				ids[c.ID] = true
			case catalog.TypeOrganization:
				if c.Op == catalog.OpCreate {
					continue
				}
				owners, err := Below(tx, c.ID)
				if err != nil {
					return err
				}
				f := publicDatasets
				f.Owners = owners
				list, err := tx.EntryIDs(f)
				if err != nil {
					return err
				}
				for _, id := range list {
					ids[id] = true
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	list := make([]string, 0, len(ids))
	for id := range ids {
		list = append(list, id)
	}
	slices.Sort(list)
	seq := changes[len(changes)-1].Seq
	for batch := range slices.Chunk(list, perBatch) {
		if err := b.measure(ctx, batch); err != nil {
			return err
		}
	}
	return b.reach(ctx, seq)
}

// reach notes how far the log is done.
func (b *Book) reach(ctx context.Context, seq int64) error {
	_, err := b.store.Update(ctx, writer, func(tx catalog.WriteTx) error {
		if err := tx.DropFollowers("quality-", b.follower()); err != nil {
			return err
		}
		return tx.SetFollower(b.follower(), seq)
	})
	return err
}

// maxRounds ends measure should datasets change as fast as they are measured; the
// change log leads to them again.
const maxRounds = 16

// measure reads, measures and stores datasets, and then those that depend on
// them: another one with the same address gets its place in the feed, or loses
// it; the datasets of a series say what it is called.
func (b *Book) measure(ctx context.Context, ids []string) error {
	told := map[string]bool{}
	for _, id := range ids {
		told[id] = true
	}
	for range maxRounds {
		misplaced, members, err := b.pass(ctx, ids)
		if err != nil {
			return err
		}
		ids = misplaced
		for _, id := range members {
			if !told[id] { // two series may name each other
				told[id] = true
				ids = append(ids, id)
			}
		}
		if len(ids) == 0 {
			return nil
		}
	}
	return nil
}

// pass measures some datasets and returns which ones, of these or others, are in
// the feed now that should not be or the other way round, and which name one of
// them as their series.
func (b *Book) pass(ctx context.Context, ids []string) (misplaced, members []string, err error) {
	var found []catalog.Assessment
	var gone []string
	links, addresses := map[string]bool{}, map[string]bool{}
	err = b.store.View(ctx, func(tx catalog.Tx) error {
		orgs := dcat.Public(tx)
		for _, id := range ids {
			was, err := tx.AddressOf(id)
			if err != nil {
				return err
			}
			addresses[was] = true
			e, err := tx.Entry(id)
			if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
				return err
			}
			if err != nil || e.Type != catalog.TypeDataset || !catalog.CanSee(catalog.Anonymous, e) {
				gone = append(gone, id)
				continue
			}
			var linkErr error
			r := Measure(b.mapper, e, orgs, func(address string) bool {
				own, reached, err := b.reached(tx, e, address)
				if err != nil {
					linkErr = err
				}
				if !own {
					links[address] = true
				}
				return reached
			})
			if linkErr != nil {
				return linkErr
			}
			a := catalog.Assessment{Entry: id, Owner: e.Owner, Series: e.Fields.Strings("in_series")}
			if r.published != nil {
				a.IRI = r.published.IRI
				addresses[a.IRI] = true
				if err := b.yield(tx, e, r); err != nil {
					return err
				}
			}
			detail, err := json.Marshal(r)
			if err != nil {
				return err
			}
			a.Held, a.Points, a.Detail = r.Held, r.Points(), detail
			if r.published != nil {
				a.Marks = dcat.Marks(r.published)
				dcat.Once{}.Link(r.published)
				if a.Turtle, err = rdfio.Fragment(r.published); err != nil {
					return err
				}
			}
			found = append(found, a)
		}
		for address := range links { // keep those that are new
			if _, err := tx.Link(address); err == nil {
				delete(links, address)
			} else if catalog.KindOf(err) != catalog.KindNotFound {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, nil, err
	}
	delete(addresses, "")
	_, err = b.store.Update(ctx, writer, func(tx catalog.WriteTx) error {
		misplaced = nil // a transaction may run twice
		for _, a := range found {
			if err := tx.PutAssessment(a); err != nil {
				return err
			}
		}
		for _, id := range gone {
			if err := tx.DeleteAssessment(id); err != nil {
				return err
			}
		}
		for address := range links {
			if err := tx.PutLink(&catalog.Link{URL: address, History: []byte("[]")}); err != nil {
				return err
			}
		}
		for iri := range addresses {
			others, err := tx.Misplaced(iri)
			if err != nil {
				return err
			}
			misplaced = append(misplaced, others...)
		}
		members, err = tx.SeriesMembers(slices.AppendSeq(slices.Clone(ids), maps.Keys(addresses)))
		return err
	})
	return misplaced, members, err
}

// HeldAddress is why a dataset is held back whose address an older one has.
const HeldAddress = "held_back:address"

// yield holds a dataset back when an older one has its address: harvesters know a
// dataset by it, and would take the two for one that contradicts itself.
func (b *Book) yield(tx catalog.Tx, e *catalog.Entry, r *Result) error {
	older, err := tx.OlderAt(r.published.IRI, e.ID)
	if err != nil || !older {
		return err
	}
	r.Held, r.published = true, nil
	r.Lacks = append(r.Lacks, HeldAddress)
	return nil
}

// reached says whether an address answered. Files uploaded here are there.
func (b *Book) reached(tx catalog.Tx, e *catalog.Entry, address string) (own, reached bool, err error) {
	for i := range e.Parts {
		if e.Parts[i].FileURL(b.site, e.ID) == address {
			return true, true, nil
		}
	}
	l, err := tx.Link(address)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			err = nil
		}
		return false, false, err
	}
	return false, l.Reached, nil
}

// Below lists the ids of an organization and those under it.
func Below(tx catalog.Tx, org string) ([]string, error) {
	const maxDepth, maxOrgs = 16, 30_000 // SQLite takes 32,766 values
	out := []string{org}
	level := out
	for range maxDepth {
		if len(level) == 0 || len(out) > maxOrgs {
			break
		}
		ids, err := tx.EntryIDs(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeOrganization}, Owners: level})
		if err != nil {
			return nil, err
		}
		level = slices.DeleteFunc(ids, func(id string) bool { return slices.Contains(out, id) })
		out = append(out, level...)
	}
	return out, nil
}

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
			var res Result
			if err := json.Unmarshal(a.Detail, &res); err != nil {
				return err
			}
			r.Add(&res)
			if i, ok := heads[a.Owner]; ok {
				r.Orgs[i].Add(&res)
			}
			for _, i := range res.Gains() {
				lacking[i]++
			}
			if datasets {
				e, err := tx.Entry(a.Entry)
				if err != nil {
					return err
				}
				r.Datasets = append(r.Datasets, DatasetReport{Entry: e, Points: a.Points, Result: &res})
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
			var res Result
			if err := json.Unmarshal(a.Detail, &res); err != nil {
				return err
			}
			if above[a.Owner] == nil {
				above[a.Owner] = chain(tx, a.Owner)
			}
			for _, scope := range above[a.Owner] {
				if sums[scope] == nil {
					sums[scope] = NewSummary()
				}
				sums[scope].Add(&res)
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
