package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"

	"trio.example/catalog"
)

const changeColumns = "c.seq, c.at, c.actor, c.op, c.type, c.entry_id, c.rev"

func scanChange(scan func(...any) error, more ...any) (catalog.Change, error) {
	var c catalog.Change
	var at int64
	err := scan(append([]any{&c.Seq, &at, &c.Actor, &c.Op, &c.Type, &c.ID, &c.Rev}, more...)...)
	c.At = fromMicros(at)
	return c, err
}

// Changes implements catalog.Tx: at most limit changes with a number above after.
func (t *tx) Changes(after int64, limit int) ([]catalog.Change, error) {
	rows, err := t.rows("SELECT "+changeColumns+" FROM change c WHERE c.seq > ? ORDER BY c.seq LIMIT ?", after, limit)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	defer rows.Close()
	var out []catalog.Change
	for rows.Next() {
		c, err := scanChange(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("read changes: %w", err)
		}
		out = append(out, c)
	}
	return out, rows.Err()
}

// LastChange implements catalog.Tx; on an empty log it returns the zero Change.
func (t *tx) LastChange() (catalog.Change, error) {
	c, err := scanChange(t.row("SELECT " + changeColumns + " FROM change c ORDER BY c.seq DESC LIMIT 1").Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return catalog.Change{}, nil
	}
	return c, err
}

// Revisions implements catalog.Tx: newest first, those below revision before
// (0: all).
func (t *tx) Revisions(id string, before int64, limit int) ([]catalog.Revision, error) {
	if before <= 0 {
		before = 1 << 62
	}
	rows, err := t.rows("SELECT "+changeColumns+`, r.body, e.body FROM revision r JOIN change c ON c.seq = r.seq
		LEFT JOIN entry e ON e.id = r.entry_id AND e.rev = r.rev
		WHERE r.entry_id = ? AND r.rev < ? ORDER BY r.rev DESC LIMIT ?`, id, before, limit)
	if err != nil {
		return nil, fmt.Errorf("read revisions of %s: %w", id, err)
	}
	defer rows.Close()
	var out []catalog.Revision
	for rows.Next() {
		var body, entry []byte
		c, err := scanChange(rows.Scan, &body, &entry)
		if err != nil {
			return nil, fmt.Errorf("read revisions of %s: %w", id, err)
		}
		if body, err = unpackRevision(body, entry); err != nil {
			return nil, fmt.Errorf("unpack revision %d of %s: %w", c.Rev, id, err)
		}
		e, err := catalog.DecodeEntry(body)
		if err != nil {
			return nil, err
		}
		out = append(out, catalog.Revision{Change: c, Entry: e})
	}
	return out, rows.Err()
}

// History implements catalog.Tx.
func (t *tx) History(f catalog.HistoryFilter) ([]catalog.Change, error) {
	c := conditions{}
	c.in("c.entry_id", f.Entries)
	c.in("c.type", texts(f.Types))
	c.in("c.actor", f.Actors)
	if !f.After.IsZero() {
		c.add("c.at > ?", micros(f.After))
	}
	if !f.Before.IsZero() {
		c.add("c.at < ?", micros(f.Before))
	}
	order := "DESC"
	if f.Oldest {
		order = "ASC"
	}
	return list(t, "history", func(scan func(...any) error) (catalog.Change, error) { return scanChange(scan) },
		"SELECT "+changeColumns+" FROM change c"+c.where()+" ORDER BY c.seq "+order+" LIMIT ?", append(c.args, f.Limit)...)
}
