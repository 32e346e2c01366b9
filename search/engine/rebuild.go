package engine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/overlay"
)

// Rebuild makes a new index beside the one that serves, brings it level with
// the log and swaps them. A crash at any point leaves the old one in use.
func (e *Engine) Rebuild(ctx context.Context, progress func(done, total int)) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	name := fmt.Sprintf("g%d", time.Now().UnixNano())
	g, err := createGeneration(e.dir, name, e.version(), e.log)
	if err != nil {
		return err
	}
	fail := func(err error) error { return errors.Join(err, g.discard(), removeGeneration(e.dir, name)) }
	if err := e.fill(ctx, g, progress); err != nil {
		return fail(err)
	}
	for { // what was written meanwhile
		n, seq, err := e.step(ctx, g)
		if err != nil {
			return fail(err)
		}
		if n == 0 {
			defer e.reached(seq)
			break
		}
	}
	if err := errors.Join(g.store(), ctx.Err()); err != nil {
		return fail(err)
	}
	if err := overlay.ReplaceFile(filepath.Join(e.dir, "CURRENT"), []byte(name+"\n")); err != nil {
		return fail(err)
	}
	e.swap.Lock()
	defer e.swap.Unlock()
	e.mu.Lock()
	old := e.gen
	e.gen = g
	e.mu.Unlock()
	if old != nil {
		err = old.discard()
	}
	e.sweep()
	return err
}

// fill writes every entry of one snapshot; the checkpoint is the snapshot's
// newest change.
func (e *Engine) fill(ctx context.Context, g *generation, progress func(done, total int)) error {
	return e.store.View(ctx, func(tx catalog.Tx) error {
		last, err := tx.LastChange()
		if err != nil {
			return err
		}
		total, err := tx.CountEntries(catalog.EntryFilter{})
		if err != nil {
			return err
		}
		refs := references(tx)
		var docs []*search.Document
		done := 0
		flush := func(c overlay.Checkpoint) error {
			done += len(docs)
			err := g.apply(ctx, docs, nil, c, last.Seq)
			if err == nil && g.over.Pending() >= max(fillPending, total/fillFiles) {
				err = g.over.Spill()
			}
			docs = docs[:0]
			if progress != nil {
				progress(done, total)
			}
			return err
		}
		for entry, err := range tx.Entries(catalog.EntryFilter{}) {
			if err != nil {
				return err
			}
			if docs = append(docs, e.build.Document(entry, refs)); len(docs) >= batchSize {
				if err := errors.Join(ctx.Err(), flush(overlay.Checkpoint{})); err != nil {
					return err
				}
			}
		}
		return flush(overlay.Checkpoint{Seq: last.Seq, Entry: last.ID, Micros: micros(last)})
	})
}

// Of a rebuild, so many documents stay in memory before they are written to a
// file, or more when that would make too many files.
const (
	fillPending = 8000
	fillFiles   = 50
)

func micros(c catalog.Change) int64 {
	if c.Seq == 0 {
		return 0
	}
	return c.At.UnixMicro()
}

// sweep removes generations that are not in use, such as a rebuild that was cut off.
func (e *Engine) sweep() {
	dirs, err := filepath.Glob(filepath.Join(e.dir, "g*"))
	if err != nil {
		return
	}
	for _, d := range dirs {
		if base := filepath.Base(d); base != e.gen.name && strings.HasPrefix(base, "g") {
			if err := os.RemoveAll(d); err != nil {
				e.log.Warn("an old index could not be removed", "error", err)
			}
		}
	}
}

// Verify proves that the index holds exactly what the database does.
func (e *Engine) Verify(ctx context.Context) ([]catalog.Finding, error) {
	e.writing.Lock()
	defer e.writing.Unlock()
	e.mu.RLock()
	g := e.gen
	e.mu.RUnlock()
	if err := g.text.level(ctx); err != nil {
		return nil, err
	}
	var out []catalog.Finding
	fault := func(id, de, en string) {
		out = append(out, catalog.Finding{Severity: catalog.SeverityError, Code: "index", Row: id, Message: catalog.DE(fmt.Sprintf(de, id), fmt.Sprintf(en, id)),
			Remedy: catalog.DE("trio reindex baut den Index neu auf.", "trio reindex builds the index anew.")})
	}
	err := e.store.View(ctx, func(tx catalog.Tx) error {
		refs := references(tx)
		n := 0
		for entry, err := range tx.Entries(catalog.EntryFilter{}) {
			if err != nil {
				return err
			}
			n++
			same, err := g.holds(e.build.Document(entry, refs))
			if err != nil {
				return err
			}
			if !same {
				fault(entry.ID, "Der Eintrag %s steht nicht oder veraltet im Suchindex.", "Entry %s is missing or outdated in the index.")
			}
		}
		count, err := g.count()
		if err == nil && count != n {
			fault(fmt.Sprintf("%d/%d", count, n), "Der Suchindex hat eine andere Zahl von Einträgen als die Datenbank: %s.", "The index has another number of entries than the database: %s.")
		}
		return err
	})
	return out, err
}
