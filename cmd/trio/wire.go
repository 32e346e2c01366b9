package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"trio.example/catalog"
	"trio.example/catalog/blob"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/schema"
	"trio.example/catalog/seal"
	"trio.example/catalog/sqlstore"
	"trio.example/catalog/survey"
	"trio.example/search/german"
)

// core is what every command that touches data needs: store, rules, registry.
type core struct {
	store *sqlstore.Store
	defs  *schema.Set
	reg   *catalog.Registry
	desk  *holding.Desk
	// rounds runs the survey of the offices.
	rounds *round.Service
	blobs  *blob.Dir
	// due is written to when a harvest was asked for.
	due chan struct{}
	// harvested counts runs; nil where nobody asks for it.
	harvested *harvestMetrics
}

// wakeHarvests starts what was asked for without waiting for the next look.
func (c *core) wakeHarvests() {
	select {
	case c.due <- struct{}{}:
	default: // it is awake already
	}
}

// dataLayout are the places inside the data folder.
func dbPath(data string) string    { return filepath.Join(data, "trio.db") }
func indexPath(data string) string { return filepath.Join(data, "index") }

// keyFile is where the key of secrets lies.
func (c *Config) keyFile() string {
	if c.KeyFile != "" {
		return c.KeyFile
	}
	return filepath.Join(c.Data, "secret.key")
}

func blobPath(data string) string { return filepath.Join(data, "files") }

// maxSynonyms bounds the file of synonyms, in bytes.
const maxSynonyms = 1 << 20

// useSynonyms adds the officers' own synonyms, if there are any.
func useSynonyms(data string) error {
	path := filepath.Join(data, "synonyms.txt")
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("synonyms: %w", err)
	}
	defer f.Close()
	list, err := io.ReadAll(io.LimitReader(f, maxSynonyms+1))
	if err == nil && len(list) > maxSynonyms {
		err = fmt.Errorf("more than %d bytes", maxSynonyms)
	}
	if err == nil {
		err = german.UseSynonyms(string(list))
	}
	if err != nil {
		return catalog.Errorf(catalog.KindInvalid, "Die Synonyme in %s können nicht verwendet werden: %v", path, err)
	}
	return nil
}

// openCore opens the data folder and makes it when it is missing.
func openCore(ctx context.Context, cfg *Config) (*core, error) {
	// Answers of the survey are not public: the folder belongs to its owner.
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	if err := useVocab(cfg.Data); err != nil {
		return nil, err
	}
	if err := useSynonyms(cfg.Data); err != nil {
		return nil, err
	}
	defs, err := schema.Default()
	if err != nil {
		return nil, fmt.Errorf("field definitions: %w", err)
	}
	if cfg.Types != "" {
		if err := defs.Extend(os.DirFS(cfg.Types)); err != nil {
			return nil, catalog.Errorf(catalog.KindInvalid, "Die Typen in %s können nicht übernommen werden:\n%v", cfg.Types, err)
		}
	}
	blobs, err := blob.Open(blobPath(cfg.Data))
	if err != nil {
		return nil, err
	}
	store, err := sqlstore.Open(ctx, dbPath(cfg.Data))
	if err != nil {
		return nil, err
	}
	store.UseSealer(seal.File(cfg.keyFile()))
	if err := store.SealAll(ctx); err != nil {
		return nil, errors.Join(err, store.Close())
	}
	reg := catalog.NewRegistry(store, defs)
	desk := holding.NewDesk(reg, defs, survey.Default(), cfg.SiteURL)
	rounds := round.New(reg, desk)
	rounds.UseFiles(rawFiles{blobs})
	return &core{due: make(chan struct{}, 1), store: store, defs: defs, reg: reg, blobs: blobs, desk: desk, rounds: rounds}, nil
}

// rawFiles removes what the survey decided to remove: it has looked that no
// dataset names the file.
type rawFiles struct{ *blob.Dir }

func (f rawFiles) Remove(sum string) error {
	return f.Dir.Remove(sum, func() (bool, error) { return false, nil })
}

func (c *core) Close() error { return c.store.Close() }

// withCore runs fn on the opened data folder.
func (e *env) withCore(fn func(*core) error) error {
	c, err := openCore(e.ctx, e.cfg)
	if err != nil {
		return err
	}
	return errors.Join(fn(c), c.Close())
}

// withData runs fn on a data folder that is there: a misspelled --data must
// not end as a new, empty and therefore faultless one.
func (e *env) withData(fn func(*core) error) error {
	if _, err := os.Stat(dbPath(e.cfg.Data)); err != nil {
		if errors.Is(err, os.ErrNotExist) {
			return catalog.Errorf(catalog.KindNotFound, "In %s liegt keine Datenbank von Trio. Stimmt --data?", e.cfg.Data)
		}
		return fmt.Errorf("data folder: %w", err)
	}
	return e.withCore(fn)
}

func (e *env) withRegistry(fn func(*catalog.Registry) error) error {
	return e.withCore(func(c *core) error { return fn(c.reg) })
}
