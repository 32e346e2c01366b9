package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"time"

	"trio.example/catalog"
)

// Entry implements catalog.Tx.
func (t *tx) Entry(id string) (*catalog.Entry, error) {
	return t.remembered(id, "SELECT body FROM entry WHERE id = ?", id)
}

// EntryByName implements catalog.Tx. Of several with one name, the one that is
// not deleted is meant.
func (t *tx) EntryByName(namespace, name string) (*catalog.Entry, error) {
	return t.remembered(namespace+"\x00"+name, "SELECT body FROM entry WHERE namespace = ? AND name = ? ORDER BY state = 'deleted', modified DESC LIMIT 1", namespace, name)
}

// NameTaken implements catalog.Tx.
func (t *tx) NameTaken(namespace, name string) (bool, error) {
	var taken bool
	if err := t.row("SELECT EXISTS (SELECT 1 FROM entry WHERE namespace = ? AND name = ?)", namespace, name).Scan(&taken); err != nil {
		return false, fmt.Errorf("look for name: %w", err)
	}
	return taken, nil
}

// maxOrgs bounds the organizations and groups a transaction remembers.
const maxOrgs = 1000

// remembered reads an entry, an organization or group once per transaction:
// every dataset names some, and thousands of datasets name the same.
func (t *tx) remembered(key, query string, args ...any) (*catalog.Entry, error) {
	if e := t.orgs[key]; e != nil {
		return e.Clone(), nil
	}
	e, err := t.oneEntry(query, args...)
	if err != nil || e.Type.Namespace() != catalog.TypeGroup.Namespace() || len(t.orgs) >= maxOrgs {
		return e, err
	}
	if t.orgs == nil {
		t.orgs = map[string]*catalog.Entry{}
	}
	t.orgs[key] = e.Clone()
	return e, nil
}

// EntryByOrigin implements catalog.Tx.
func (t *tx) EntryByOrigin(source, key string) (*catalog.Entry, error) {
	return t.oneEntry("SELECT body FROM entry WHERE origin_source = ? AND origin_key = ?", source, key)
}

// EntryByPart implements catalog.Tx.
func (t *tx) EntryByPart(partID string) (*catalog.Entry, error) {
	return t.oneEntry("SELECT e.body FROM part p JOIN entry e ON e.id = p.entry_id WHERE p.id = ?", partID)
}

func (t *tx) oneEntry(query string, args ...any) (*catalog.Entry, error) {
	var body sql.RawBytes
	rows, err := t.one(query, args...)
	if err != nil {
		return nil, fmt.Errorf("read entry: %w", err)
	}
	defer rows.Close()
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("read entry: %w", err)
		}
		return nil, notFound(sql.ErrNoRows, "entry")
	}
	if err := rows.Scan(&body); err != nil {
		return nil, fmt.Errorf("read entry: %w", err)
	}
	return catalog.DecodeEntry(body)
}

// Entries implements catalog.Tx.
func (t *tx) Entries(f catalog.EntryFilter) iter.Seq2[*catalog.Entry, error] {
	query, args := listing("SELECT body FROM entry", "created, id", f)
	return func(yield func(*catalog.Entry, error) bool) {
		rows, err := t.rows(query, args...)
		if err != nil {
			yield(nil, fmt.Errorf("list entries: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var body sql.RawBytes
			if err := rows.Scan(&body); err != nil {
				yield(nil, fmt.Errorf("list entries: %w", err))
				return
			}
			if e, err := catalog.DecodeEntry(body); !yield(e, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(nil, fmt.Errorf("list entries: %w", err))
		}
	}
}

// EntryIDs implements catalog.Tx.
func (t *tx) EntryIDs(f catalog.EntryFilter) ([]string, error) {
	query, args := listing("SELECT id FROM entry", "created, id", f)
	return list(t, "ids", func(scan func(...any) error) (string, error) {
		var id string
		err := scan(&id)
		return id, err
	}, query, args...)
}

// Names implements catalog.Tx.
func (t *tx) Names(f catalog.EntryFilter) ([]string, error) {
	query, args := listing("SELECT name FROM entry", "name", f)
	return list(t, "names", func(scan func(...any) error) (string, error) {
		var name string
		err := scan(&name)
		return name, err
	}, query, args...)
}

// listing completes a query with filter, order and page.
func listing(query, order string, f catalog.EntryFilter) (string, []any) {
	where, args := f2sql(f)
	query += where + " ORDER BY " + order
	if f.Limit > 0 || f.Offset > 0 {
		limit := f.Limit
		if limit <= 0 {
			limit = -1 // SQLite wants a limit before an offset
		}
		query += " LIMIT ? OFFSET ?"
		args = append(args, limit, f.Offset)
	}
	return query, args
}

// CountEntries implements catalog.Tx; Offset and Limit do not count.
func (t *tx) CountEntries(f catalog.EntryFilter) (int, error) {
	where, args := f2sql(f)
	var n int
	if err := t.row("SELECT count(*) FROM entry"+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count entries: %w", err)
	}
	return n, nil
}

func f2sql(f catalog.EntryFilter) (where string, args []any) {
	c := conditions{}
	if public(f) {
		// Written out, so that SQLite sees that the index of public datasets serves.
		c.parts = append(c.parts, "type = 'dataset' AND state = 'active' AND access = 'public'")
		f.Types, f.States, f.Access = nil, nil, ""
	}
	if !f.After.Created.IsZero() {
		c.add("(created, id) > (?, ?)", micros(f.After.Created))
		c.args = append(c.args, f.After.ID)
	}
	c.in("type", texts(f.Types))
	c.in("state", texts(f.States))
	c.in("id", f.IDs)
	c.eq("owner", f.Owner)
	c.in("owner", f.Owners)
	c.eq("origin_source", f.Source)
	c.eq("access", string(f.Access))
	if !f.ModifiedSince.IsZero() {
		c.add("modified >= ?", micros(f.ModifiedSince))
	}
	return c.where(), c.args
}

func public(f catalog.EntryFilter) bool {
	return f.Access == catalog.AccessPublic && slices.Equal(f.Types, []catalog.Type{catalog.TypeDataset}) && slices.Equal(f.States, []catalog.State{catalog.StateActive})
}

func texts[T ~string](in []T) []string {
	out := make([]string, len(in))
	for i := range in {
		out[i] = string(in[i])
	}
	return out
}

// PutEntry implements catalog.WriteTx.
func (t *tx) PutEntry(e *catalog.Entry, op catalog.Op) error {
	if e.ID == "" || e.Name == "" || e.Type == "" {
		return errors.New("put entry: id, name and type are needed")
	}
	if e.Type.Namespace() == catalog.TypeGroup.Namespace() {
		t.orgs = nil
	}
	base := e.Rev
	e.Rev++
	if base == 0 && e.Created.IsZero() {
		e.Created = t.now
	}
	e.Modified = t.now
	if !e.Stamp.IsZero() {
		e.Modified, e.Stamp = e.Stamp, time.Time{}
	}
	body, err := catalog.EncodeEntry(e)
	if err == nil {
		err = t.supersede(e.ID, base)
	}
	if err == nil {
		err = t.writeEntry(e, base, body)
	}
	if err == nil {
		err = t.writeParts(e, base)
	}
	if err == nil {
		err = t.logChange(e, op, body)
	}
	if err != nil {
		e.Rev = base
		return fmt.Errorf("put %s %q: %w", e.Type, e.Name, err)
	}
	return nil
}

// supersede packs what an entry says into its newest revision, before it says
// something else.
func (t *tx) supersede(id string, rev int64) error {
	if rev == 0 {
		return nil
	}
	_, err := t.exec(`UPDATE revision SET body = packed((SELECT body FROM entry WHERE id = ?1 AND rev = ?2))
		WHERE entry_id = ?1 AND rev = ?2 AND length(body) = ?3`, id, rev, sumLength)
	return err
}

func (t *tx) writeEntry(e *catalog.Entry, base int64, body []byte) error {
	var source, key any
	if e.Origin != nil {
		source, key = e.Origin.Source, e.Origin.Key
	}
	ns := e.Type.Namespace()
	if base == 0 {
		_, err := t.exec(`INSERT INTO entry (id, namespace, name, type, owner, state, access, rev, created, modified, origin_source, origin_key, body)
			VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?)`,
			e.ID, ns, e.Name, string(e.Type), e.Owner, string(e.State), string(e.Access), e.Rev, micros(e.Created), micros(e.Modified), source, key, body)
		return err
	}
	r, err := t.exec(`UPDATE entry SET namespace = ?, name = ?, type = ?, owner = ?, state = ?, access = ?, rev = ?, created = ?, modified = ?,
		origin_source = ?, origin_key = ?, body = ? WHERE id = ? AND rev = ?`,
		ns, e.Name, string(e.Type), e.Owner, string(e.State), string(e.Access), e.Rev, micros(e.Created), micros(e.Modified), source, key, body, e.ID, base)
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil || n == 1 {
		return err
	}
	return catalog.Errorf(catalog.KindConflict, "changed by somebody else since it was read")
}

// writeParts keeps the look-up from distribution to dataset.
func (t *tx) writeParts(e *catalog.Entry, base int64) error {
	if base > 0 {
		if _, err := t.exec("DELETE FROM part WHERE entry_id = ?", e.ID); err != nil {
			return err
		}
	}
	for _, p := range e.Parts {
		if _, err := t.exec("INSERT INTO part (id, entry_id) VALUES (?,?)", p.ID, e.ID); err != nil {
			return err
		}
	}
	return nil
}

func (t *tx) logChange(e *catalog.Entry, op catalog.Op, body []byte) error {
	r, err := t.exec("INSERT INTO change (at, actor, op, type, entry_id, rev) VALUES (?,?,?,?,?,?)",
		micros(t.now), t.actor, string(op), string(e.Type), e.ID, e.Rev)
	if err != nil {
		return err
	}
	seq, err := r.LastInsertId()
	if err != nil {
		return err
	}
	if _, err = t.exec("INSERT INTO revision (entry_id, rev, seq, body) VALUES (?,?,?,?)", e.ID, e.Rev, seq, sumOf(body)); err != nil {
		return err
	}
	return t.logPublic(e, op, catalog.CanSee(catalog.Anonymous, e))
}

// PurgeEntry implements catalog.WriteTx.
func (t *tx) PurgeEntry(id string) error {
	e, err := t.Entry(id)
	if err != nil {
		return err
	}
	t.orgs = nil
	if err := t.overwrite(); err != nil { // for good means out of the file
		return err
	}
	for _, f := range catalog.HangingOn(e) {
		if _, err := t.DeleteRecords(f); err != nil {
			return err
		}
	}
	for _, query := range []string{"DELETE FROM revision WHERE entry_id = ?", "DELETE FROM entry WHERE id = ?"} {
		if _, err := t.exec(query, id); err != nil {
			return fmt.Errorf("purge entry %s: %w", id, err)
		}
	}
	if _, err = t.exec("INSERT INTO change (at, actor, op, type, entry_id, rev) VALUES (?,?,?,?,?,?)",
		micros(t.now), t.actor, string(catalog.OpPurge), string(e.Type), id, e.Rev); err != nil {
		return err
	}
	if err := t.withdraw(e.ID, e.Type); err != nil { // also of what was deleted before
		return err
	}
	return t.logPublic(e, catalog.OpPurge, false)
}
