package sqlstore

import (
	"encoding/json"
	"fmt"

	"trio.example/catalog"
)

const recordColumns = "id, kind, parent, key, created, body"

func scanRecord(scan func(...any) error) (*catalog.Record, error) {
	var r catalog.Record
	var created int64
	var body []byte
	if err := scan(&r.ID, &r.Kind, &r.Parent, &r.Key, &created, &body); err != nil {
		return nil, err
	}
	r.Created = fromMicros(created)
	if err := json.Unmarshal(body, &r.Fields); err != nil {
		return nil, fmt.Errorf("decode record %s: %w", r.ID, err)
	}
	return &r, nil
}

func recordWhere(f catalog.RecordFilter) (string, []any) {
	c := conditions{}
	c.eq("kind", string(f.Kind))
	c.eq("id", f.ID)
	c.eq("parent", f.Parent)
	c.eq("key", f.Key)
	return c.where(), c.args
}

// Records implements catalog.Tx.
func (t *tx) Records(f catalog.RecordFilter) ([]*catalog.Record, error) {
	where, args := recordWhere(f)
	query := "SELECT " + recordColumns + " FROM record" + where + " ORDER BY created, rowid"
	if f.Limit > 0 || f.Offset > 0 {
		limit := f.Limit
		if limit <= 0 {
			limit = -1
		}
		query, args = query+" LIMIT ? OFFSET ?", append(args, limit, f.Offset)
	}
	return list(t, "records", scanRecord, query, args...)
}

// PutRecord implements catalog.WriteTx: it replaces the record of the same id.
// Another record at the same place is a KindConflict.
func (t *tx) PutRecord(r *catalog.Record) error {
	if r.ID == "" {
		r.ID = catalog.NewID()
	}
	if r.Created.IsZero() {
		r.Created = t.now
	}
	if r.Fields == nil {
		r.Fields = catalog.Fields{}
	}
	body, err := json.Marshal(r.Fields)
	if err == nil {
		_, err = t.exec(`INSERT INTO record (`+recordColumns+`) VALUES (?,?,?,?,?,?)
			ON CONFLICT (id) DO UPDATE SET parent = excluded.parent, key = excluded.key, body = excluded.body`,
			r.ID, string(r.Kind), r.Parent, r.Key, micros(r.Created), body)
	}
	if err != nil {
		return fmt.Errorf("put %s record: %w", r.Kind, err)
	}
	return nil
}

// DeleteRecords implements catalog.WriteTx; an empty filter besides the kind
// deletes all of the kind.
func (t *tx) DeleteRecords(f catalog.RecordFilter) (int, error) {
	where, args := recordWhere(f)
	r, err := t.exec("DELETE FROM record"+where, args...)
	if err != nil {
		return 0, fmt.Errorf("delete %s records: %w", f.Kind, err)
	}
	n, err := r.RowsAffected()
	return int(n), err
}

// DeleteUser implements catalog.WriteTx.
func (t *tx) DeleteUser(id string) error {
	// Sessions, tickets and factors go with the account by themselves.
	for _, query := range []string{"DELETE FROM token WHERE user_id = ?", "DELETE FROM membership WHERE user_id = ?", "DELETE FROM mail WHERE user_id = ?", "DELETE FROM user WHERE id = ?"} {
		if _, err := t.exec(query, id); err != nil {
			return fmt.Errorf("delete user: %w", err)
		}
	}
	return nil
}
