package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"trio.example/catalog"
)

// logPublic appends to the public log if everybody may see the entry now, or
// could before this change.
// how is what was done to it.
func (t *tx) logPublic(e *catalog.Entry, how catalog.Op, visible bool) error {
	var last string
	err := t.row("SELECT op FROM public_change WHERE entry_id = ? ORDER BY seq DESC LIMIT 1", e.ID).Scan(&last)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("read public log: %w", err)
	}
	was := last != "" && last != string(catalog.OpDelete)
	op := catalog.OpUpdate
	switch {
	case !was && !visible:
		return nil
	case !was:
		op = catalog.OpCreate
	case !visible:
		op = catalog.OpDelete
		if how != catalog.OpDelete {
			if err := t.withdraw(e.ID, e.Type); err != nil {
				return err
			}
		}
	}
	_, err = t.exec("INSERT INTO public_change (at, op, type, entry_id) VALUES (?,?,?,?)", micros(t.now), string(op), string(e.Type), e.ID)
	return err
}

const publicColumns = "SELECT seq, at, op, type, entry_id FROM public_change"

func scanPublic(scan func(...any) error) (catalog.Change, error) {
	var c catalog.Change
	var at int64
	err := scan(&c.Seq, &at, &c.Op, &c.Type, &c.ID)
	c.At = fromMicros(at)
	return c, err
}

// PublicChanges implements catalog.Tx.
func (t *tx) PublicChanges(after int64, limit int) ([]catalog.Change, error) {
	return list(t, "public changes", scanPublic, publicColumns+" WHERE seq > ? ORDER BY seq LIMIT ?", after, limit)
}

// LastPublicChange implements catalog.Tx; on an empty log it is the zero Change.
func (t *tx) LastPublicChange() (catalog.Change, error) {
	c, err := scanPublic(t.row(publicColumns + " ORDER BY seq DESC LIMIT 1").Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return catalog.Change{}, nil
	}
	return c, err
}

// withdraw notes that copies of the catalogue hold too much from now on: a dataset
// that was never public is in none, and leaves no trace here either.
func (t *tx) withdraw(id string, typ catalog.Type) error {
	if typ != catalog.TypeDataset {
		return nil
	}
	_, err := t.exec(`INSERT INTO withdrawn (one, seq) SELECT 1, max(seq) FROM change
		WHERE EXISTS (SELECT 1 FROM public_change WHERE entry_id = ?) HAVING max(seq) IS NOT NULL
		ON CONFLICT (one) DO UPDATE SET seq = excluded.seq`, id)
	return err
}

// Withdrawn implements catalog.Tx.
func (t *tx) Withdrawn() (seq int64, err error) {
	err = t.row("SELECT coalesce(max(seq), 0) FROM withdrawn").Scan(&seq)
	return seq, err
}

// onlyPublic is written as the index of public datasets has it.
const onlyPublic = " type = 'dataset' AND state = 'active' AND access = 'public'"

// PublicHeads implements catalog.Tx.
func (t *tx) PublicHeads() iter.Seq2[catalog.Head, error] {
	return func(yield func(catalog.Head, error) bool) {
		rows, err := t.rows("SELECT name, modified FROM entry WHERE" + onlyPublic + " ORDER BY created, id")
		if err != nil {
			yield(catalog.Head{}, fmt.Errorf("list public datasets: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var h catalog.Head
			var modified int64
			err := rows.Scan(&h.Name, &modified)
			h.Modified = fromMicros(modified)
			if !yield(h, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(catalog.Head{}, fmt.Errorf("list public datasets: %w", err))
		}
	}
}

// PublicTotals implements catalog.Tx.
func (t *tx) PublicTotals() (n catalog.Totals, err error) {
	var modified sql.NullInt64
	if err = t.row("SELECT count(*), max(modified) FROM entry WHERE"+onlyPublic).Scan(&n.Datasets, &modified); err != nil {
		return n, fmt.Errorf("count public datasets: %w", err)
	}
	n.Modified = fromOpt(modified)
	if err = t.row("SELECT count(*) FROM entry JOIN part ON entry_id = entry.id WHERE" + onlyPublic).Scan(&n.Parts); err != nil {
		return n, fmt.Errorf("count distributions: %w", err)
	}
	return n, nil
}
