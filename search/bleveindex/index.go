package bleveindex

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/mapping"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/german"
)

// Index is one generation of the index: both partitions.
type Index struct {
	path           string
	public, inside *partition
	mu             sync.RWMutex // held for reading while a query runs, for writing to close
}

// Version names the form of this index; another one is not read but rebuilt.
func Version(documents string) string { return "bleve-2/" + german.Version() + "/" + documents }

// Create makes an empty index in a new folder.
func Create(path, version string) (*Index, error) {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("create index: %w", err)
	}
	x, err := open(path, true)
	if err != nil {
		return nil, err
	}
	for _, p := range x.partitions() {
		b := p.idx.NewBatch()
		b.SetInternal(keyVersion, []byte(version))
		b.SetInternal(keyCheckpoint, Checkpoint{}.encode())
		if err := p.idx.Batch(b); err != nil {
			return nil, errors.Join(fmt.Errorf("create index: %w", err), x.Close())
		}
	}
	return x, nil
}

// Open opens an index; one of another version or with a damaged file is an error.
func Open(path, version string) (*Index, error) {
	x, err := open(path, false)
	if err != nil {
		return nil, err
	}
	if _, have, err := x.checkpoint(); err != nil || have != version {
		return nil, errors.Join(fmt.Errorf("index has version %q, this program %q: %w", have, version, errors.Join(err, ErrVersion)), x.Close())
	}
	return x, nil
}

// ErrVersion says that an index was built by another version of the program.
var ErrVersion = errors.New("another version")

func open(path string, create bool) (*Index, error) {
	public, err := openPartition(filepath.Join(path, "public"), create)
	if err != nil {
		return nil, err
	}
	inside, err := openPartition(filepath.Join(path, "inside"), create)
	if err != nil {
		return nil, errors.Join(err, public.idx.Close())
	}
	return &Index{path: path, public: public, inside: inside}, nil
}

func (x *Index) partitions() []*partition { return []*partition{x.public, x.inside} }

// Close closes the index once running queries have ended.
func (x *Index) Close() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return errors.Join(x.public.idx.Close(), x.inside.idx.Close())
}

// syncLimit bounds how long Sync waits for the disk.
const syncLimit = time.Minute

// Sync returns when all that was applied is on disk, or with the reason why not.
func (x *Index) Sync() error {
	inside := make(chan error, 1)
	go func() { inside <- x.inside.sync(syncLimit) }()
	return errors.Join(x.public.sync(syncLimit), <-inside)
}

// checkpoint is the lower of the two partitions': what both have seen.
func (x *Index) checkpoint() (Checkpoint, string, error) {
	a, v, err := x.public.checkpoint()
	if err != nil {
		return a, v, err
	}
	b, w, err := x.inside.checkpoint()
	if v != w {
		return b, w, errors.Join(err, ErrVersion)
	}
	if b.Seq < a.Seq {
		a = b
	}
	return a, v, err
}

// Checkpoint says up to which change the index has seen the log.
func (x *Index) Checkpoint() (Checkpoint, error) {
	c, _, err := x.checkpoint()
	return c, err
}

// Apply brings documents in and takes ids out, in one batch per partition
// together with the new checkpoint. The public partition goes first, so that
// what became hidden is gone from it before it appears elsewhere.
func (x *Index) Apply(docs []*search.Document, gone []string, upto Checkpoint) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("write index: %v", r)
		}
	}()
	for _, p := range x.partitions() {
		b := p.idx.NewBatch()
		for _, d := range docs {
			if d.Public() != (p == x.public) {
				b.Delete(d.ID)
				continue
			}
			doc, err := build(d)
			if err != nil {
				return err
			}
			if err := b.IndexAdvanced(doc); err != nil {
				return fmt.Errorf("index %s: %w", d.ID, err)
			}
		}
		for _, id := range gone {
			b.Delete(id)
		}
		b.SetInternal(keyCheckpoint, upto.encode())
		if err := p.idx.Batch(b); err != nil {
			return fmt.Errorf("write index: %w", err)
		}
	}
	return nil
}

// reader returns what a reader may open: anonymous the public partition only.
func (x *Index) reader(q search.Query) bleve.Index {
	if !q.AllLabels && !slices.ContainsFunc(q.Labels, func(l string) bool { return l != catalog.LabelPublic }) {
		return x.public.idx
	}
	alias := bleve.NewIndexAlias(x.public.idx, x.inside.idx)
	m := mapping.NewIndexMapping()
	_ = alias.SetIndexMapping(m)
	return alias
}

const maxFacet = 1_000_000

// Search answers a query.
func (x *Index) Search(ctx context.Context, q search.Query) (res *search.Result, err error) {
	defer func() {
		if r := recover(); r != nil {
			res, err = nil, fmt.Errorf("search: %v", r)
		}
	}()
	x.mu.RLock()
	defer x.mu.RUnlock()
	idx := x.reader(q)
	filters := []query.Query{translate(q.Text)}
	for _, f := range q.Filters {
		filters = append(filters, unscored(translate(f)))
	}
	access := limits(q)
	req := bleve.NewSearchRequestOptions(query.NewConjunctionQuery(append(filters, access...)), max(0, q.Rows), q.Start, false)
	req.SortByCustom(order(q.Sort))
	for _, f := range q.Facets {
		req.AddFacet(f.Field, bleve.NewFacetRequest(facetField(f.Field), maxFacet))
	}
	found, err := idx.SearchInContext(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("search: %w", err)
	}
	res = &search.Result{Total: int(found.Total), Facets: map[string][]search.Count{}}
	for _, h := range found.Hits {
		res.Hits = append(res.Hits, search.Hit{ID: h.ID, Score: h.Score})
	}
	all := map[string][]search.Count{}
	if slices.ContainsFunc(q.Facets, func(f search.Facet) bool { return f.MinCount == 0 }) {
		// All values there are, among what this reader may see.
		every := q
		every.Text, every.Filters, every.Rows, every.Start, every.Sort = nil, nil, 0, 0, nil
		every.Facets = slices.Clone(q.Facets)
		for i := range every.Facets {
			every.Facets[i].MinCount, every.Facets[i].Limit = 1, -1
		}
		r, err := x.Search(ctx, every)
		if err != nil {
			return nil, err
		}
		all = r.Facets
	}
	for _, f := range q.Facets {
		res.Facets[f.Field] = counts(f, found.Facets[f.Field], all[f.Field])
	}
	return res, nil
}

// limits are the reader's labels and the wanted types.
func limits(q search.Query) []query.Query {
	types := q.Types
	if len(types) == 0 {
		types = []string{string(catalog.TypeDataset)}
	}
	var out []query.Query
	var qs []query.Query
	for _, t := range types {
		qs = append(qs, term(fieldType, t, 0))
	}
	out = append(out, unscored(any1(qs...)))
	if q.AllLabels {
		return out
	}
	qs = nil
	for _, l := range q.Labels {
		qs = append(qs, term(fieldLabels, l, 0))
	}
	if qs == nil {
		qs = []query.Query{query.NewMatchNoneQuery()}
	}
	return append(out, unscored(any1(qs...)))
}

// unscored wraps a filter so that it adds nothing to the score.
func unscored(q query.Query) query.Query {
	if b, ok := q.(query.BoostableQuery); ok {
		b.SetBoost(0)
	}
	return q
}

func facetField(name string) string { return exactPrefix + name }

func counts(f search.Facet, found *bsearch.FacetResult, all []search.Count) []search.Count {
	out := []search.Count{}
	seen := map[string]bool{}
	if found != nil && found.Terms != nil {
		for _, t := range found.Terms.Terms() {
			if t.Count >= f.MinCount && t.Count > 0 {
				out = append(out, search.Count{Value: t.Term, Count: t.Count})
			}
			seen[t.Term] = true
		}
	}
	if f.MinCount == 0 {
		for _, c := range all {
			if !seen[c.Value] {
				out = append(out, search.Count{Value: c.Value})
			}
		}
	}
	slices.SortFunc(out, func(a, b search.Count) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return strings.Compare(a.Value, b.Value)
	})
	if f.Limit >= 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	return out
}

// order makes every order total: the id decides last.
func order(sorts []search.Sort) bsearch.SortOrder {
	if len(sorts) == 0 {
		sorts = []search.Sort{{Field: "score", Desc: true}, {Field: "metadata_modified", Desc: true}}
	}
	var out bsearch.SortOrder
	for _, s := range sorts {
		field := exactPrefix + s.Field
		switch {
		case s.Field == "score":
			out = append(out, &bsearch.SortScore{Desc: s.Desc})
			continue
		case s.Field == "id":
			out = append(out, &bsearch.SortDocID{Desc: s.Desc})
			continue
		case s.Field == "title_string":
			field = sortPrefix + s.Field
		case search.DateField(s.Field):
			field = datePrefix + s.Field
		case search.NumberField(s.Field):
			field = numPrefix + s.Field
		}
		out = append(out, &bsearch.SortField{Field: field, Desc: s.Desc, Type: bsearch.SortFieldAuto, Missing: bsearch.SortFieldMissingLast})
	}
	return append(out, &bsearch.SortDocID{})
}

// Complete finds entries whose name or title contains a text.
func (x *Index) Complete(ctx context.Context, text string, q search.Query) (*search.Result, error) {
	const most = 100
	if r := []rune(text); len(r) > most {
		text = string(r[:most])
	}
	name := query.NewRegexpQuery(".*" + regexp.QuoteMeta(strings.ToLower(text)) + ".*")
	name.SetField(exactPrefix + "name")
	qs := []query.Query{name}
	if key := sortKey(text); key != "" {
		title := query.NewRegexpQuery(".*" + regexp.QuoteMeta(key) + ".*")
		title.SetField(sortPrefix + "title_string")
		qs = append(qs, title)
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	req := bleve.NewSearchRequestOptions(query.NewConjunctionQuery(append(limits(q), query.NewDisjunctionQuery(qs))), q.Rows, 0, false)
	req.SortByCustom(order([]search.Sort{{Field: "title_string"}}))
	found, err := x.reader(q).SearchInContext(ctx, req)
	if err != nil {
		return nil, fmt.Errorf("complete: %w", err)
	}
	res := &search.Result{Total: int(found.Total)}
	for _, h := range found.Hits {
		res.Hits = append(res.Hits, search.Hit{ID: h.ID})
	}
	return res, nil
}

// Holds says whether exactly this document is in the index, in its partition
// and nowhere else.
func (x *Index) Holds(d *search.Document) (bool, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	for _, p := range x.partitions() {
		doc, err := p.idx.Document(d.ID)
		if err != nil {
			return false, fmt.Errorf("read index: %w", err)
		}
		if d.Public() != (p == x.public) {
			if doc != nil {
				return false, nil
			}
			continue
		}
		same := false
		if doc != nil {
			doc.VisitFields(stored(func(name, value string) { same = same || (name == fieldCheck && value == checkText(d)) }))
		}
		if !same {
			return false, nil
		}
	}
	return true, nil
}

// Count returns the number of documents in both partitions.
func (x *Index) Count() (int, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	a, err := x.public.idx.DocCount()
	if err != nil {
		return 0, err
	}
	b, err := x.inside.idx.DocCount()
	return int(a + b), err
}
