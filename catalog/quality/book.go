package quality

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

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

	// round counts the times that something was measured, which makes reports stale.
	round   atomic.Int64
	adding  chan struct{} // one adds up at a time, and has what was added up
	reports map[reportKey]keptReport
}

// New makes a book; site is the portal's address without final slash.
func New(store catalog.Store, mapper *dcat.Mapper, site string) *Book {
	return &Book{store: store, mapper: mapper, site: site, adding: make(chan struct{}, 1), reports: map[reportKey]keptReport{}}
}

// follower names the state of the measurements; another way to measure gets
// another name and begins anew.
//
// Fragments hold the portal's address; with another address all is done anew.
func (b *Book) follower() string { return "quality-9 " + b.site }

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

// CountPublished counts the datasets of a filter that go to harvesters. All of them
// are counted by the pieces alone, where these are known to be up to date.
func (b *Book) CountPublished(tx catalog.Tx, f catalog.EntryFilter) (int, error) {
	last, err := tx.LastPublicChange()
	if err != nil {
		return 0, err
	}
	at, err := tx.Follower(b.follower())
	if err != nil {
		return 0, err
	}
	if at >= last.Seq && reflect.DeepEqual(f, publicDatasets) {
		return tx.CountAllFragments()
	}
	return tx.CountFragments(f)
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

// Write puts all published datasets into documents, from the pieces that were
// kept: the way to write a whole catalogue fast. It returns their number.
func (b *Book) Write(ctx context.Context, docs ...rdfio.Writer) (n int, err error) {
	if err := b.CatchUp(ctx); err != nil {
		return 0, err
	}
	err = b.store.View(ctx, func(tx catalog.Tx) error {
		n, err = WritePieces(ctx, tx, docs...)
		return err
	})
	return n, err
}

// WritePieces is Write within a snapshot, as far as the book goes in it.
func WritePieces(ctx context.Context, tx catalog.Tx, docs ...rdfio.Writer) (n int, err error) {
	once, held := dcat.Once{}, error(nil)
	holds := func(iri string) bool {
		e, err := dcat.Find(tx, iri)
		if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
			held = err
		}
		return err == nil && e.Type == catalog.TypeDataset && e.Fields.String("dataset_type") == "" && catalog.CanSee(catalog.Anonymous, e)
	}
	for piece, err := range tx.Fragments(publicDatasets) {
		if err == nil {
			err = errors.Join(once.Write(piece, holds, docs...), held)
		}
		if err != nil {
			return n, err
		}
		n++
	}
	return n, ctx.Err()
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
	b.round.Add(1)
	_, err := b.store.Update(ctx, writer, func(tx catalog.WriteTx) error {
		if err := tx.DropFollowers("quality-", b.follower()); err != nil {
			return err
		}
		return tx.SetFollower(b.follower(), seq)
	})
	return err
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
