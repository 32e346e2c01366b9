// Package bleveindex keeps the words of documents with their places in Bleve,
// for phrases, words in one field, patterns and misspellings. It has two
// partitions: what everybody may find, and everything else. An anonymous
// reader's query opens only the first, so that no score can tell of what never
// was in it.
package bleveindex

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis"
	"github.com/blevesearch/bleve/v2/document"
	"github.com/blevesearch/bleve/v2/index/scorch"
	"github.com/blevesearch/bleve/v2/mapping"
	index "github.com/blevesearch/bleve_index_api"

	"trio.example/search"
	"trio.example/search/overlay"
)

// Internal keys of a partition. They are written in the same batch as the
// documents, so that both are there after a crash or neither.
var (
	keyCheckpoint = []byte("trio.checkpoint")
	keyVersion    = []byte("trio.version")
)

// Fields inside Bleve.
const (
	textPrefix = "t."
	fieldCheck = "check" // stored: revision and labels, for Verify
)

// Checkpoint says up to which change a partition has seen the log.
type Checkpoint = overlay.Checkpoint

func encode(c Checkpoint) []byte {
	return []byte(strconv.FormatInt(c.Seq, 10) + " " + strconv.FormatInt(c.Micros, 10) + " " + c.Entry)
}

func decodeCheckpoint(b []byte) (c Checkpoint, err error) {
	parts := strings.SplitN(string(b), " ", 3)
	if len(parts) != 3 {
		return c, fmt.Errorf("checkpoint %q cannot be read", b)
	}
	if c.Seq, err = strconv.ParseInt(parts[0], 10, 64); err != nil {
		return c, err
	}
	c.Micros, err = strconv.ParseInt(parts[1], 10, 64)
	c.Entry = parts[2]
	return c, err
}

type partition struct{ idx bleve.Index }

// persistAfter is how long batches gather in memory before they become one file, in ms.
const persistAfter = 200

// The library merges what lies in memory before it writes, from two segments on.
// The large ones of a rebuild are better written as they are: they are merged
// with others of their size later.
func init() { scorch.DefaultMinSegmentsForInMemoryMerge = 4 }

// openPartition opens a folder, or makes a new one when create is set.
func openPartition(path string, create bool) (p *partition, err error) {
	defer func() {
		if r := recover(); r != nil { // a damaged file can make the library panic
			p, err = nil, fmt.Errorf("open index %s: %v", path, r)
		}
	}()
	config := map[string]any{
		"bolt_timeout": "2s",
		// A batch returns when searches see it, not when it is on disk: after a
		// crash the index goes on from the checkpoint that is.
		"unsafe_batch":           true,
		"scorchPersisterOptions": map[string]any{"PersisterNapTimeMSec": persistAfter},
	}
	var idx bleve.Index
	if create {
		m := mapping.NewIndexMapping()
		m.DefaultMapping = mapping.NewDocumentStaticMapping()
		idx, err = bleve.NewUsing(path, m, scorch.Name, scorch.Name, config)
	} else {
		if _, statErr := os.Stat(path); statErr != nil {
			return nil, statErr
		}
		if err := sound(path); err != nil {
			return nil, fmt.Errorf("open index %s: %w", path, err)
		}
		idx, err = bleve.OpenUsing(path, config)
	}
	if err != nil {
		return nil, fmt.Errorf("open index %s: %w", path, err)
	}
	return &partition{idx: idx}, nil
}

func (p *partition) checkpoint() (c Checkpoint, version string, err error) {
	b, err := p.idx.GetInternal(keyCheckpoint)
	if err != nil {
		return c, "", err
	}
	v, err := p.idx.GetInternal(keyVersion)
	if err != nil {
		return c, "", err
	}
	c, err = decodeCheckpoint(b)
	return c, string(v), err
}

// segment is how many documents are worth a batch of their own: the library
// makes the segment of a batch on one core.
const segment = 250

// apply brings the documents of this partition in and takes all others out, in
// as many batches at the same time as there are cores. None of them names an id
// that another one does.
func (p *partition) apply(docs []*search.Document, gone []string, public bool) error {
	batches := make([]*bleve.Batch, max(1, min(runtime.GOMAXPROCS(0), len(docs)/segment)))
	for i := range batches {
		batches[i] = p.idx.NewBatch()
		for _, d := range docs[len(docs)*i/len(batches) : len(docs)*(i+1)/len(batches)] {
			if d.Public() != public {
				batches[i].Delete(d.ID)
			} else if err := batches[i].IndexAdvanced(build(d)); err != nil {
				return fmt.Errorf("index %s: %w", d.ID, err)
			}
		}
	}
	for _, id := range gone {
		batches[0].Delete(id)
	}
	failed := make(chan error, len(batches))
	for _, b := range batches {
		go func() { failed <- p.write(b) }()
	}
	var err error
	for range batches {
		err = errors.Join(err, <-failed)
	}
	return err
}

// write applies a batch; a panic of the library is an error.
func (p *partition) write(b *bleve.Batch) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("write index: %v", r)
		}
	}()
	if err := p.idx.Batch(b); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	return nil
}

// sync waits until everything the partition holds is on disk.
func (p *partition) sync(limit time.Duration) error {
	c, _, err := p.checkpoint()
	if err != nil {
		return err
	}
	done := make(chan error, 1)
	b := p.idx.NewBatch()
	b.SetInternal(keyCheckpoint, encode(c))
	b.SetPersistedCallback(func(err error) { done <- err })
	if err := p.idx.Batch(b); err != nil {
		return fmt.Errorf("write index: %w", err)
	}
	select {
	case err := <-done:
		return err
	case <-time.After(limit):
		return fmt.Errorf("write index: not on disk after %s", limit)
	}
}

// exactAnalyzer takes a value as it is.
type exactAnalyzer struct{}

// Analyze implements analysis.Analyzer.
func (exactAnalyzer) Analyze(in []byte) analysis.TokenStream {
	return analysis.TokenStream{{Term: in, Start: 0, End: len(in), Position: 1, Type: analysis.AlphaNumeric}}
}

// build turns a document into Bleve's: the words of its fields with their places.
// Exact values, dates and numbers are the overlay's.
func build(d *search.Document) *document.Document {
	out := document.NewDocument(d.ID)
	for name, values := range d.Text {
		w := &words{name: textPrefix + name, values: d.Terms(name)}
		for _, v := range values {
			w.bytes += len(v)
		}
		out.AddField(w)
	}
	out.AddField(document.NewTextFieldCustom(fieldCheck, nil, []byte(checkText(d)), index.StoreField, exactAnalyzer{}))
	return out
}

// checkText is what Verify compares: revision and labels.
func checkText(d *search.Document) string {
	return strconv.FormatInt(d.Rev, 10) + " " + strings.Join(d.Labels, ",")
}

// stored adapts a function to Bleve's visitor of stored fields.
func stored(fn func(name, value string)) index.FieldVisitor {
	return func(f index.Field) { fn(f.Name(), string(f.Value())) }
}
