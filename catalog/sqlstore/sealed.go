package sqlstore

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Sealer encrypts what must not be read from a copy of the database.
type Sealer interface {
	Seal(text, of string) (string, error)
	Open(text, of string) (string, error)
}

// UseSealer sets who seals the secrets of sources; call it before the store is
// used. Without one they are stored as they are.
func (s *Store) UseSealer(k Sealer) { s.sealer = k }

// sealed is a source as it is stored: its secret, and the addresses of webhooks,
// which hold one, encrypted.
func (t *tx) sealed(src *catalog.HarvestSource) (*catalog.HarvestSource, error) {
	if t.sealer == nil {
		return src, nil
	}
	c := *src
	var err error
	if c.Secret, err = t.sealer.Seal(c.Secret, c.ID); err != nil {
		return nil, err
	}
	c.Notify = slices.Clone(c.Notify)
	for i, to := range c.Notify {
		if strings.Contains(to, "://") {
			if c.Notify[i], err = t.sealer.Seal(to, c.ID); err != nil {
				return nil, err
			}
		}
	}
	return &c, nil
}

// opened reads a stored source. A secret that this key does not open stays sealed:
// it is not lost when the source is stored again, and who wants to use it is told.
func (t *tx) opened(src *catalog.HarvestSource) *catalog.HarvestSource {
	if t.sealer == nil {
		return src
	}
	open := func(s string) string {
		plain, err := t.sealer.Open(s, src.ID)
		if err != nil {
			src.Locked = err.Error()
			return s
		}
		return plain
	}
	src.Secret = open(src.Secret)
	for i, to := range src.Notify {
		src.Notify[i] = open(to)
	}
	return src
}

// SealAll encrypts what an older version stored as it was.
func (s *Store) SealAll(ctx context.Context) error {
	if s.sealer == nil {
		return nil
	}
	const plain = `SELECT count(*) FROM harvest_source WHERE json_extract(CAST(body AS TEXT), '$.secret') NOT LIKE 'sealed:%' OR EXISTS (SELECT 1 FROM json_each(CAST(body AS TEXT), '$.notify') WHERE value LIKE '%://%')`
	n := 0
	if err := s.read.QueryRowContext(ctx, plain).Scan(&n); err != nil || n == 0 {
		return err
	}
	_, err := s.Update(ctx, catalog.System("seal"), func(w catalog.WriteTx) error {
		list, err := w.HarvestSources()
		if err != nil {
			return err
		}
		for _, src := range list {
			if err := w.PutHarvestSource(src); err != nil {
				return fmt.Errorf("seal %s: %w", src.Name, err)
			}
		}
		return nil
	})
	return err
}
