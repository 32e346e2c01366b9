package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/engine"
)

// CheckCmd proves the consistency of the data folder.
type CheckCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (CheckCmd) Help() string {
	return "Stop the server first: the index can be open only once.\n\nExample:\n  trio check --data ./trio-data"
}

// Run checks and prints what is wrong; a clean folder ends with exit code 0.
func (c *CheckCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		faults, entries, err := checkAll(e.ctx, k, e.cfg)
		if err != nil {
			return err
		}
		if c.JSON {
			if err := e.json(map[string]any{"entries": entries, "findings": faults}); err != nil {
				return err
			}
		} else {
			for _, f := range faults {
				e.printf("%s: %s\n", f.Code, f.Message.In("de"))
			}
			if len(faults) == 0 {
				e.printf("Alles in Ordnung: %s geprüft.\n", plural(entries, "Eintrag", "Einträge"))
			}
		}
		if len(faults) > 0 {
			return errProblem
		}
		return nil
	})
}

// checkAll runs every check and returns what is wrong and how many entries
// were looked at.
func checkAll(ctx context.Context, k *core, cfg *Config) ([]catalog.Finding, int, error) {
	faults, err := k.store.Check(ctx)
	if err != nil {
		return nil, 0, err
	}
	var entries int
	var imports []*catalog.ImportRecord
	uploads := map[string]string{} // content to the entry that has it
	err = k.store.View(ctx, func(tx catalog.Tx) error {
		var err error
		if entries, err = tx.CountEntries(catalog.EntryFilter{}); err != nil {
			return err
		}
		if imports, err = tx.Imports(1_000_000); err != nil {
			return err
		}
		for _, kind := range []catalog.RecordKind{catalog.RecordFile, catalog.RecordPicture} {
			records, err := tx.Records(catalog.RecordFilter{Kind: kind})
			if err != nil {
				return err
			}
			for _, r := range records {
				if sum := r.Fields.String("sum"); sum != "" {
					uploads[sum] = r.ID
				}
			}
		}
		for entry, err := range tx.Entries(catalog.EntryFilter{}) {
			if err != nil {
				return err
			}
			for _, p := range entry.Parts {
				if sum, ok := p.Fields.Map("upload")["sum"].(string); ok {
					uploads[sum] = entry.ID
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	for _, im := range imports {
		if !im.Removed.IsZero() {
			continue // its time was over, or a person's data had to go
		}
		if err := k.blobs.Verify(im.SHA256); err != nil {
			faults = append(faults, catalog.Finding{Severity: catalog.SeverityError, Code: "file", Message: catalog.DE(
				fmt.Sprintf("Die importierte Datei %s fehlt oder ist beschädigt: %v", im.SHA256[:12], err),
				fmt.Sprintf("The imported file %s is missing or damaged: %v", im.SHA256[:12], err))})
		}
	}
	for _, sum := range slices.Sorted(maps.Keys(uploads)) {
		if err := k.blobs.Verify(sum); err != nil {
			faults = append(faults, catalog.Finding{Severity: catalog.SeverityError, Code: "file", Row: uploads[sum], Message: catalog.DE(
				fmt.Sprintf("Die hochgeladene Datei %.12s des Eintrags %s fehlt oder ist beschädigt: %v", sum, uploads[sum], err),
				fmt.Sprintf("The uploaded file %.12s of entry %s is missing or damaged: %v", sum, uploads[sum], err))})
		}
	}
	engine, err := openEngine(ctx, k, cfg)
	if err != nil {
		return nil, 0, err
	}
	if why := engine.Damage(); why != nil {
		faults = append(faults, catalog.Finding{Severity: catalog.SeverityError, Code: "index", Message: catalog.DE(
			fmt.Sprintf("Der Suchindex war beschädigt und wurde neu aufgebaut: %v", why),
			fmt.Sprintf("The search index was damaged and has been built anew: %v", why))})
	}
	if err := caughtUp(ctx, k, engine); err != nil {
		return nil, 0, errors.Join(err, engine.Close())
	}
	more, err := engine.Verify(ctx)
	return append(faults, more...), entries, errors.Join(err, engine.Close())
}

func openEngine(ctx context.Context, k *core, cfg *Config) (*engine.Engine, error) {
	defer roomForIndex()() // an index of an earlier version is built anew
	return engine.Open(ctx, indexPath(cfg.Data), k.store, search.NewBuilder(k.defs), slog.Default())
}

// caughtUp waits until the index has seen the newest change.
func caughtUp(ctx context.Context, k *core, engine *engine.Engine) error {
	last, err := lastChange(ctx, k)
	if err != nil {
		return err
	}
	return engine.WaitFor(ctx, last.Seq)
}

// ReindexCmd builds the index anew.
type ReindexCmd struct{}

// Help shows how the command is used.
func (ReindexCmd) Help() string {
	return "The server does this by itself when the index is missing, damaged or outdated; stop it before calling this.\n\nExample:\n  trio reindex --data ./trio-data"
}

// Run rebuilds the index beside the old one and swaps them.
func (r *ReindexCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		n := 0
		p := e.progress("Index aufbauen")
		defer roomForIndex()()
		engine, err := engine.Build(e.ctx, indexPath(e.cfg.Data), k.store, search.NewBuilder(k.defs), slog.Default(),
			func(done, total int) { n = total; p.step(done, total) })
		if err == nil {
			err = engine.Close()
		}
		if err != nil {
			return err
		}
		e.printf("Index neu aufgebaut: %s.\n", plural(n, "Eintrag", "Einträge"))
		return nil
	})
}
