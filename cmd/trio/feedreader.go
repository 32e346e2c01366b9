package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/quality"
	"trio.example/catalog/vocab"
	"trio.example/search"
	"trio.example/web/ckan/solrq"
	"trio.example/web/feed"
)

// feedReader reads for the feed, with the eyes of anonymous.
type feedReader struct {
	*reader
	mu       sync.Mutex
	totals   map[string]int // by filter, of the public change number totalsAt
	totalsAt int64
}

var _ feed.Source = (*feedReader)(nil)

// Version implements feed.Source.
func (r *feedReader) Version(ctx context.Context) (seq int64, at time.Time, err error) {
	err = r.core.store.View(ctx, func(tx catalog.Tx) error {
		c, err := tx.LastPublicChange()
		seq, at = c.Seq, c.At
		return err
	})
	return seq, at, err
}

// Page implements feed.Source.
func (r *feedReader) Page(ctx context.Context, q feed.Query) (*feed.Page, error) {
	f := publicDatasets
	f.ModifiedSince = q.ModifiedSince
	var wanted map[string]bool
	if q.Q != "" || q.FQ != "" {
		var err error
		if wanted, err = r.matching(ctx, q); err != nil {
			return nil, err
		}
	}
	// What is held back is known before the total is told.
	if err := r.book.CatchUp(ctx); err != nil {
		return nil, err
	}
	p := &feed.Page{}
	err := r.core.store.View(ctx, func(tx catalog.Tx) error {
		p.Known = dcat.Public(tx)
		last, err := tx.LastPublicChange()
		if err != nil {
			return err
		}
		p.Modified = last.At
		if q.Organization == "" {
			p.Parts, err = cityOrgs(tx)
		} else if p.Organization, err = publicOrg(tx, q.Organization); err == nil {
			f.Owners, err = quality.Below(tx, p.Organization.ID)
		}
		if err != nil {
			return err
		}
		if wanted == nil {
			err = r.plainPage(tx, f, q, p)
		} else {
			err = matchedPage(tx, f, q, wanted, p)
		}
		for _, e := range p.Entries {
			ahead(p.Known, e)
		}
		return err
	})
	return p, err
}

// ahead looks up what an entry needs while the snapshot is open.
func ahead(known dcat.Lookup, e *catalog.Entry) {
	known(e.Owner)
	for _, ref := range e.Fields.Strings("in_series") {
		known(ref)
	}
}

// plainPage lets the database count and cut. What is held back takes no place.
func (r *feedReader) plainPage(tx catalog.Tx, f catalog.EntryFilter, q feed.Query, p *feed.Page) (err error) {
	if p.Total, err = r.total(tx, f); err != nil {
		return err
	}
	if f.After = q.After; f.After.Created.IsZero() {
		f.Offset = q.Offset
	}
	f.Limit = q.Limit + 1
	return takePage(tx, f, q, p)
}

// total counts what a filter publishes; it is the same until something public
// changes.
func (r *feedReader) total(tx catalog.Tx, f catalog.EntryFilter) (int, error) {
	last, err := tx.LastPublicChange()
	if err != nil {
		return 0, err
	}
	key := fmt.Sprint(f.Owners, f.ModifiedSince)
	r.mu.Lock()
	n, known := r.totals[key]
	if r.totals == nil || r.totalsAt != last.Seq || len(r.totals) > 1000 {
		r.totals, r.totalsAt, known = map[string]int{}, last.Seq, false
	}
	r.mu.Unlock()
	if known {
		return n, nil
	}
	if n, err = r.book.CountPublished(tx, f); err != nil {
		return 0, err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.totalsAt == last.Seq {
		r.totals[key] = n
	}
	return n, nil
}

// takePage reads the datasets of a filter, with one more to know whether there is.
func takePage(tx catalog.Tx, f catalog.EntryFilter, q feed.Query, p *feed.Page) error {
	n := 0
	for piece, err := range tx.Fragments(f) {
		if err != nil {
			return err
		}
		if n == q.Limit {
			p.More = true
			break
		}
		n++
		p.Last = catalog.Place{Created: piece.Created, ID: piece.Entry}
		if !q.Entries {
			piece.Turtle = bytes.Clone(piece.Turtle)
			p.Pieces = append(p.Pieces, piece)
			continue
		}
		e, err := tx.Entry(piece.Entry)
		if err != nil {
			return err
		}
		p.Entries = append(p.Entries, e)
	}
	return nil
}

// matchedPage cuts the page out of what a query found.
func matchedPage(tx catalog.Tx, f catalog.EntryFilter, q feed.Query, wanted map[string]bool, p *feed.Page) error {
	ids, err := tx.EntryIDs(f)
	if err != nil {
		return err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return !wanted[id] })
	p.Total = len(ids)
	from := min(q.Offset, len(ids))
	if q.After.ID != "" {
		f.After = q.After
		rest, err := tx.EntryIDs(f)
		if err != nil {
			return err
		}
		n := 0
		for _, id := range rest {
			if wanted[id] {
				n++
			}
		}
		from = len(ids) - n
	}
	to := min(from+q.Limit, len(ids))
	if from == to {
		return nil
	}
	f.After, f.IDs = catalog.Place{}, ids[from:to]
	err = takePage(tx, f, q, p)
	p.More = to < len(ids)
	if last, lastErr := tx.Entry(ids[to-1]); lastErr == nil {
		p.Last = catalog.Place{Created: last.Created, ID: last.ID}
	}
	return err
}

// cityOrgs lists the cities' organizations that are there.
func cityOrgs(tx catalog.Tx) ([]*catalog.Entry, error) {
	var out []*catalog.Entry
	for _, c := range vocab.Cities() {
		org, err := publicOrg(tx, c.Name)
		if err == nil {
			out = append(out, org)
		} else if catalog.KindOf(err) != catalog.KindNotFound {
			return nil, err
		}
	}
	return out, nil
}

func publicOrg(tx catalog.Tx, idOrName string) (*catalog.Entry, error) {
	org, err := catalog.Find(tx, catalog.TypeOrganization.Namespace(), idOrName)
	if err == nil && (org.Type != catalog.TypeOrganization || !catalog.CanSee(catalog.Anonymous, org)) {
		err = catalog.Errorf(catalog.KindNotFound, "not found")
	}
	return org, err
}

// Changes implements feed.Source.
func (r *feedReader) Changes(ctx context.Context, after int64, limit int) ([]feed.Change, error) {
	var out []feed.Change
	err := r.core.store.View(ctx, func(tx catalog.Tx) error {
		for len(out) < limit {
			const atOnce = 500
			list, err := tx.PublicChanges(after, atOnce)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, c := range list {
				after = c.Seq
				if c.Type != catalog.TypeDataset || len(out) == limit {
					continue
				}
				ch := feed.Change{Seq: c.Seq, At: c.At, Op: c.Op, ID: c.ID}
				if e, err := tx.Entry(c.ID); err == nil && catalog.CanSee(catalog.Anonymous, e) && c.Op != catalog.OpDelete {
					ch.Name, ch.Title = e.Name, e.Fields.String("title")
				}
				out = append(out, ch)
			}
		}
		return nil
	})
	return out, err
}

// indexWait bounds how long a page waits for the index.
const indexWait = 10 * time.Second

// matching lists the ids that a query finds among all there is: a page that lacks
// what was just published would be kept, and taken for whole by whoever harvests it.
func (r *feedReader) matching(ctx context.Context, q feed.Query) (map[string]bool, error) {
	text, err := solrq.ParseQuery(q.Q)
	if err != nil {
		return nil, catalog.Errorf(catalog.KindInvalid, "%s", err)
	}
	filter, err := solrq.ParseFilter(q.FQ)
	if err != nil {
		return nil, catalog.Errorf(catalog.KindInvalid, "%s", err)
	}
	wait, cancel := context.WithTimeout(ctx, indexWait)
	defer cancel()
	if err := r.engine.WaitFor(wait, r.core.store.Newest()); err != nil {
		return nil, catalog.Errorf(catalog.KindUnavailable, "the search index is still catching up, please ask again later")
	}
	const atOnce = 1000
	out := map[string]bool{}
	query := search.Query{Text: text, Filters: append([]search.Node{filter}, publicOnly...), Labels: []string{catalog.LabelPublic},
		Sort: []search.Sort{{Field: "id"}}, Rows: atOnce}
	for {
		res, err := r.engine.Search(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, h := range res.Hits {
			out[h.ID] = true
		}
		if query.Start += atOnce; query.Start >= res.Total {
			return out, nil
		}
	}
}

// Public implements feed.Source.
func (r *feedReader) Public(ctx context.Context, idOrName string) (*feed.Page, error) {
	p := &feed.Page{Total: 1}
	err := r.core.store.View(ctx, func(tx catalog.Tx) error {
		e, err := catalog.Find(tx, catalog.TypeDataset.Namespace(), idOrName)
		if err != nil {
			return err
		}
		if !catalog.CanSee(catalog.Anonymous, e) || e.State != catalog.StateActive {
			return catalog.Errorf(catalog.KindNotFound, "not found")
		}
		p.Known = dcat.Public(tx)
		ahead(p.Known, e)
		p.Entries, p.Modified = []*catalog.Entry{e}, e.Modified
		return nil
	})
	return p, err
}
