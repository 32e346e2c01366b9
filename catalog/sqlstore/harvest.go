package sqlstore

import (
	"encoding/json"
	"fmt"
	"iter"
	"time"

	"trio.example/catalog"
)

func scanJSON[T any](scan func(...any) error) (*T, error) {
	var body []byte
	if err := scan(&body); err != nil {
		return nil, err
	}
	v := new(T)
	return v, json.Unmarshal(body, v)
}

// HarvestSource implements catalog.HarvestTx.
func (t *tx) HarvestSource(idOrName string) (*catalog.HarvestSource, error) {
	s, err := scanJSON[catalog.HarvestSource](t.row("SELECT body FROM harvest_source WHERE id = ? OR name = ?", idOrName, idOrName).Scan)
	if err != nil {
		return nil, notFound(err, "harvest source")
	}
	return t.opened(s), nil
}

// HarvestSources implements catalog.HarvestTx, by name.
func (t *tx) HarvestSources() ([]*catalog.HarvestSource, error) {
	out, err := list(t, "harvest sources", scanJSON[catalog.HarvestSource], "SELECT body FROM harvest_source ORDER BY name")
	for _, s := range out {
		t.opened(s)
	}
	return out, err
}

// HarvestJob implements catalog.HarvestTx.
func (t *tx) HarvestJob(id string) (*catalog.HarvestJob, error) {
	j, err := scanJSON[catalog.HarvestJob](t.row("SELECT body FROM harvest_job WHERE id = ?", id).Scan)
	if err != nil {
		return nil, notFound(err, "harvest job")
	}
	return j, nil
}

// HarvestJobs implements catalog.HarvestTx.
func (t *tx) HarvestJobs(source string, open bool, limit int) ([]*catalog.HarvestJob, error) {
	c := conditions{}
	c.eq("source", source)
	if open {
		c.parts = append(c.parts, "state <> 'finished'")
	}
	return list(t, "harvest jobs", scanJSON[catalog.HarvestJob], "SELECT body FROM harvest_job"+c.where()+" ORDER BY created DESC, id LIMIT ?", append(c.args, limit)...)
}

// HarvestRecord implements catalog.HarvestTx.
func (t *tx) HarvestRecord(source, guid string) (*catalog.HarvestRecord, error) {
	r := catalog.HarvestRecord{Source: source, GUID: guid}
	var missing int64
	var packed []byte
	err := t.row("SELECT entry, hash, missing, base FROM harvest_record WHERE source = ? AND guid = ?", source, guid).Scan(&r.Entry, &r.Hash, &missing, &packed)
	if err != nil {
		return nil, notFound(err, "harvest record")
	}
	if missing != 0 {
		r.Missing = fromMicros(missing)
	}
	if r.Base, err = unpacker.DecodeAll(packed, nil); err != nil {
		return nil, fmt.Errorf("read harvest record: %w", err)
	}
	return &r, nil
}

// HarvestRecords implements catalog.HarvestTx.
func (t *tx) HarvestRecords(source string) iter.Seq2[catalog.HarvestRecord, error] {
	return func(yield func(catalog.HarvestRecord, error) bool) {
		rows, err := t.rows("SELECT guid, entry, hash, missing FROM harvest_record WHERE source = ? ORDER BY guid", source)
		if err != nil {
			yield(catalog.HarvestRecord{}, fmt.Errorf("list harvest records: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			r := catalog.HarvestRecord{Source: source}
			var missing int64
			err := rows.Scan(&r.GUID, &r.Entry, &r.Hash, &missing)
			if missing != 0 {
				r.Missing = fromMicros(missing)
			}
			if !yield(r, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(catalog.HarvestRecord{}, fmt.Errorf("list harvest records: %w", err))
		}
	}
}

// HarvestObjects implements catalog.HarvestTx, in order of the plan.
func (t *tx) HarvestObjects(job string, after, limit int) ([]*catalog.HarvestObject, error) {
	return list(t, "harvest objects", scanJSON[catalog.HarvestObject], "SELECT body FROM harvest_object WHERE job = ? AND seq > ? ORDER BY seq LIMIT ?", job, after, limit)
}

func (t *tx) putJSON(what string, v any, query string, args ...any) error {
	body, err := json.Marshal(v)
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return t.derived(what, query, append(args, body)...)
}

// PutHarvestSource implements catalog.HarvestWriteTx.
func (t *tx) PutHarvestSource(s *catalog.HarvestSource) error {
	s, err := t.sealed(s)
	if err != nil {
		return err
	}
	return t.putJSON("put harvest source", s, "INSERT INTO harvest_source (id, name, body) VALUES (?,?,?) ON CONFLICT (id) DO UPDATE SET name = excluded.name, body = excluded.body", s.ID, s.Name)
}

// DeleteHarvestSource implements catalog.HarvestWriteTx.
func (t *tx) DeleteHarvestSource(id string) error {
	return t.derived("delete harvest source", "DELETE FROM harvest_source WHERE id = ?", id)
}

// PutHarvestJob implements catalog.HarvestWriteTx.
func (t *tx) PutHarvestJob(j *catalog.HarvestJob) error {
	return t.putJSON("put harvest job", j, "INSERT INTO harvest_job (id, source, state, created, body) VALUES (?,?,?,?,?) ON CONFLICT (id) DO UPDATE SET state = excluded.state, body = excluded.body",
		j.ID, j.Source, j.State, micros(j.Created))
}

// DeleteHarvestJobs implements catalog.HarvestWriteTx; what the jobs did with
// records goes with them.
func (t *tx) DeleteHarvestJobs(source string, keep int) error {
	return t.derived("delete harvest jobs", "DELETE FROM harvest_job WHERE source = ?1 AND state = 'finished' AND id NOT IN (SELECT id FROM harvest_job WHERE source = ?1 ORDER BY created DESC, id LIMIT ?2)", source, keep)
}

// PutHarvestRecord implements catalog.HarvestWriteTx.
func (t *tx) PutHarvestRecord(r *catalog.HarvestRecord) error {
	return t.derived("put harvest record", "INSERT OR REPLACE INTO harvest_record (source, guid, entry, hash, missing, base) VALUES (?,?,?,?,?,?)",
		r.Source, r.GUID, r.Entry, r.Hash, since(r.Missing), packer.EncodeAll(r.Base, nil))
}

func since(at time.Time) int64 {
	if at.IsZero() {
		return 0
	}
	return micros(at)
}

// PutHarvestObject implements catalog.HarvestWriteTx.
func (t *tx) PutHarvestObject(o *catalog.HarvestObject) error {
	return t.putJSON("put harvest object", o, "INSERT OR REPLACE INTO harvest_object (job, seq, guid, entry, action, body) VALUES (?,?,?,?,?,?)", o.Job, o.Seq, o.GUID, o.Entry, o.Action)
}

// HarvestObjectOf implements catalog.HarvestTx.
func (t *tx) HarvestObjectOf(source, guid string) (*catalog.HarvestObject, error) {
	o, err := scanJSON[catalog.HarvestObject](t.row("SELECT o.body FROM harvest_object o JOIN harvest_job j ON j.id = o.job WHERE o.guid = ? AND j.source = ? ORDER BY j.created DESC, o.seq DESC LIMIT 1", guid, source).Scan)
	if err != nil {
		return nil, notFound(err, "harvest object")
	}
	return o, nil
}

// HarvestRaw implements catalog.HarvestTx.
func (t *tx) HarvestRaw(source, guid string) (*catalog.HarvestRaw, error) {
	r := catalog.HarvestRaw{Source: source, GUID: guid}
	var at int64
	var packed []byte
	err := t.row("SELECT at, type, size, body FROM harvest_raw WHERE source = ? AND guid = ?", source, guid).Scan(&at, &r.Type, &r.Size, &packed)
	if err != nil {
		return nil, notFound(err, "harvest raw")
	}
	r.At = fromMicros(at)
	if r.Text, err = unpacker.DecodeAll(packed, nil); err != nil {
		return nil, fmt.Errorf("read harvest raw: %w", err)
	}
	return &r, nil
}

// PutHarvestRaw implements catalog.HarvestWriteTx.
func (t *tx) PutHarvestRaw(r *catalog.HarvestRaw) error {
	body := r.Packed
	if body == nil {
		body = packer.EncodeAll(r.Text, nil)
	}
	return t.derived("put harvest raw", "INSERT OR REPLACE INTO harvest_raw (source, guid, at, type, size, body) VALUES (?,?,?,?,?,?)", r.Source, r.GUID, micros(r.At), r.Type, r.Size, body)
}
