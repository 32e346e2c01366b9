package bleveindex

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	bsearch "github.com/blevesearch/bleve/v2/search"

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
func Version(documents string) string { return "bleve-6/" + german.Version() + "/" + documents }

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
		b.SetInternal(keyCheckpoint, encode(Checkpoint{}))
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
		if err := p.apply(docs, gone, p == x.public); err != nil {
			return err
		}
		b := p.idx.NewBatch()
		b.SetInternal(keyCheckpoint, encode(upto))
		if err := p.write(b); err != nil {
			return err
		}
	}
	return nil
}

// Match returns the documents of a partition that a node matches, with their
// scores, in no order: words, phrases and patterns in text fields.
func (x *Index) Match(ctx context.Context, public bool, n search.Node) (ids []string, scores []float64, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("search: %v", r)
		}
	}()
	x.mu.RLock()
	defer x.mu.RUnlock()
	p := x.inside
	if public {
		p = x.public
	}
	advanced, err := p.idx.Advanced()
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	r, err := advanced.Reader()
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	defer func() { err = errors.Join(err, r.Close()) }()
	names, err := r.Fields()
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	var fields []string
	for _, f := range names {
		if name, text := strings.CutPrefix(f, textPrefix); text && len(fields) < maxFields {
			fields = append(fields, name)
		}
	}
	phrase, _ := n.(search.Phrase)
	stems := stemsOf(phrase.Value)
	searcher, err := translate(n, fields).Searcher(ctx, r, p.idx.Mapping(), bsearch.SearcherOptions{IncludeTermVectors: phrase.Slop > 0})
	if err != nil {
		return nil, nil, fmt.Errorf("search: %w", err)
	}
	defer func() { err = errors.Join(err, searcher.Close()) }()
	sc := &bsearch.SearchContext{DocumentMatchPool: bsearch.NewDocumentMatchPool(searcher.DocumentMatchPoolSize()+1, 0), IndexReader: r}
	for seen := 0; ; {
		m, err := searcher.Next(sc)
		if err != nil || m == nil {
			return ids, scores, err
		}
		if seen++; seen%checkEvery == 0 && ctx.Err() != nil {
			return nil, nil, ctx.Err()
		}
		if phrase.Slop > 0 && !near(stems, phrase.Slop, m.FieldTermLocations) {
			sc.DocumentMatchPool.Put(m)
			continue
		}
		id, err := r.ExternalID(m.IndexInternalID)
		if err != nil {
			return nil, nil, fmt.Errorf("search: %w", err)
		}
		ids, scores = append(ids, id), append(scores, m.Score)
		sc.DocumentMatchPool.Put(m)
	}
}

// maxFields bounds the fields a phrase is looked for in; a catalogue has some forty.
const maxFields = 1000

// checkEvery is after how many hits a search looks whether it is still wanted.
const checkEvery = 1000

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
