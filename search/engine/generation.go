package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/bleveindex"
	"trio.example/search/overlay"
)

// generation is one index: the overlay that answers, and Bleve beside it.
type generation struct {
	name string
	over *overlay.Index
	text *textSide
	// pos is how far the log has been handed to both.
	pos overlay.Checkpoint
}

// closeLimit bounds how long closing waits for the disk.
const closeLimit = time.Minute

func createGeneration(dir, name, version string, log *slog.Logger) (*generation, error) {
	path := filepath.Join(dir, name)
	idx, err := bleveindex.Create(path, bleveindex.Version(version))
	if err != nil {
		return nil, err
	}
	g := &generation{name: name, text: newTextSide(idx, log)}
	if g.over, err = overlay.Create(filepath.Join(path, "overlay"), overlay.Version(version), g.text); err != nil {
		return nil, errors.Join(err, g.discard())
	}
	return g, nil
}

func openGeneration(dir, name, version string, log *slog.Logger) (*generation, error) {
	path := filepath.Join(dir, name)
	idx, err := bleveindex.Open(path, bleveindex.Version(version))
	if err != nil {
		return nil, err
	}
	g := &generation{name: name, text: newTextSide(idx, log)}
	if g.over, err = overlay.Open(filepath.Join(path, "overlay"), overlay.Version(version), g.text); err != nil {
		return nil, errors.Join(err, g.discard())
	}
	text, err := idx.Checkpoint()
	if err != nil {
		return nil, errors.Join(err, g.discard())
	}
	g.pos = g.over.Checkpoint()
	if text.Seq < g.pos.Seq {
		g.pos = text
	}
	return g, nil
}

// apply hands a batch to both. The overlay has it when apply returns.
func (g *generation) apply(ctx context.Context, docs []*search.Document, gone []string, upto overlay.Checkpoint, stamp int64) error {
	forward := upto
	if upto.Seq <= g.over.Checkpoint().Seq {
		forward = overlay.Checkpoint{} // it has been there before the crash
	}
	for _, d := range docs {
		d.TakeApart() // here, before two parts read it side by side
	}
	g.over.Apply(docs, gone, forward, stamp)
	if err := g.text.add(ctx, docs, gone, upto); err != nil {
		return err
	}
	if upto != (overlay.Checkpoint{}) {
		g.pos = upto
	}
	return nil
}

// store writes everything to disk.
func (g *generation) store() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeLimit)
	defer cancel()
	return errors.Join(g.text.level(ctx), g.text.idx.Sync(), g.over.Save())
}

// discard closes without storing.
func (g *generation) discard() error {
	select {
	case <-g.text.stop:
	default:
		close(g.text.stop)
	}
	<-g.text.ended
	err := g.text.idx.Close()
	if g.over != nil {
		err = errors.Join(err, g.over.Close())
	}
	return err
}

// holds says whether a document is in both parts, and as it should be.
func (g *generation) holds(d *search.Document) (bool, error) {
	same, err := g.text.idx.Holds(d)
	return same && g.over.Holds(d), err
}

// count returns the number of documents; both parts have to agree.
func (g *generation) count() (int, error) {
	n, err := g.text.idx.Count()
	if err == nil && n != g.over.Count() {
		return 0, fmt.Errorf("the parts of the index have %d and %d entries", n, g.over.Count())
	}
	return n, err
}

// sameLog checks that a checkpoint is a change of this database: after a
// restored backup it may not be.
func sameLog(ctx context.Context, store catalog.Store, c overlay.Checkpoint) error {
	if c.Seq == 0 {
		return nil
	}
	return store.View(ctx, func(tx catalog.Tx) error {
		changes, err := tx.Changes(c.Seq-1, 1)
		if err != nil {
			return err
		}
		if len(changes) == 0 || changes[0].Seq != c.Seq || changes[0].ID != c.Entry || changes[0].At.UnixMicro() != c.Micros {
			return errOtherLog
		}
		return nil
	})
}

func removeGeneration(dir, name string) error { return os.RemoveAll(filepath.Join(dir, name)) }
