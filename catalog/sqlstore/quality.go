package sqlstore

import (
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/klauspost/compress/zstd"

	"trio.example/catalog"
)

// Assessments implements catalog.QualityTx.
func (t *tx) Assessments(owners []string) iter.Seq2[catalog.Assessment, error] {
	c := conditions{}
	c.in("org", owners)
	return func(yield func(catalog.Assessment, error) bool) {
		rows, err := t.rows("SELECT entry_id, org, held, points, detail FROM assessment"+c.where(), c.args...)
		if err != nil {
			yield(catalog.Assessment{}, fmt.Errorf("list assessments: %w", err))
			return
		}
		defer rows.Close()
		for rows.Next() {
			var a catalog.Assessment
			err := rows.Scan(&a.Entry, &a.Owner, &a.Held, &a.Points, &a.Detail)
			if !yield(a, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(catalog.Assessment{}, fmt.Errorf("list assessments: %w", err))
		}
	}
}

var (
	packer   = mustZstd(zstd.NewWriter(nil, zstd.WithEncoderLevel(zstd.SpeedFastest), zstd.WithEncoderConcurrency(1)))
	unpacker = mustZstd(zstd.NewReader(nil, zstd.WithDecoderConcurrency(1)))
)

func mustZstd[T any](v T, err error) T {
	if err != nil {
		panic(err) // the options are constants
	}
	return v
}

func pack(b []byte) any {
	if b == nil {
		return nil
	}
	return packer.EncodeAll(b, nil)
}

// published joins entries with their pieces. SQLite is told to walk along the
// index of public datasets, which needs no row to know what is public.
func published(f catalog.EntryFilter) string {
	hint := ""
	if public(f) && len(f.IDs)+len(f.Owners) == 0 && f.ModifiedSince.IsZero() {
		hint = " INDEXED BY entry_public"
	}
	return " FROM entry" + hint + " JOIN assessment ON entry_id = id AND turtle IS NOT NULL"
}

// Fragments implements catalog.QualityTx.
func (t *tx) Fragments(f catalog.EntryFilter) iter.Seq2[catalog.Fragment, error] {
	query, args := listing("SELECT id, created, iri, turtle, marks"+published(f), "created, id", f)
	return func(yield func(catalog.Fragment, error) bool) {
		rows, err := t.rows(query, args...)
		if err != nil {
			yield(catalog.Fragment{}, fmt.Errorf("list fragments: %w", err))
			return
		}
		defer rows.Close()
		var packed, marks sql.RawBytes
		var buf []byte
		for rows.Next() {
			var f catalog.Fragment
			var created int64
			err := rows.Scan(&f.Entry, &created, &f.IRI, &packed, &marks)
			f.Created = fromMicros(created)
			if err == nil {
				buf, err = unpacker.DecodeAll(packed, buf[:0])
				f.Turtle = buf
			}
			if len(marks) > 0 {
				f.Marks = strings.Split(string(marks), "\n")
			}
			if !yield(f, err) {
				return
			}
		}
		if err := rows.Err(); err != nil {
			yield(catalog.Fragment{}, fmt.Errorf("list fragments: %w", err))
		}
	}
}

// CountFragments implements catalog.QualityTx.
func (t *tx) CountFragments(f catalog.EntryFilter) (n int, err error) {
	where, args := f2sql(f)
	if err = t.row("SELECT count(*)"+published(f)+where, args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count fragments: %w", err)
	}
	return n, nil
}

// CountAllFragments implements catalog.QualityTx.
func (t *tx) CountAllFragments() (n int, err error) {
	if err = t.row("SELECT count(*) FROM assessment INDEXED BY assessment_published WHERE turtle IS NOT NULL").Scan(&n); err != nil {
		return 0, fmt.Errorf("count fragments: %w", err)
	}
	return n, nil
}

// CountHeld implements catalog.QualityTx.
func (t *tx) CountHeld(owners []string) (n int, err error) {
	c := conditions{parts: []string{"held = 1"}}
	c.in("org", owners)
	if err = t.row("SELECT count(*) FROM assessment"+c.where(), c.args...).Scan(&n); err != nil {
		return 0, fmt.Errorf("count held back: %w", err)
	}
	return n, nil
}

// HeldBack implements catalog.QualityTx.
func (t *tx) HeldBack() ([]string, error) {
	return t.assessed("SELECT entry_id FROM assessment WHERE held = 1")
}

// holder finds who holds an address; without the first condition SQLite does not
// see that its index serves.
const holder = "SELECT entry_id FROM assessment JOIN entry ON id = entry_id WHERE iri <> '' AND iri = ? ORDER BY created, id LIMIT 1"

// AddressHolder implements catalog.QualityTx.
func (t *tx) AddressHolder(iri string) (id string, err error) {
	ids, err := t.assessed(holder, iri)
	if err != nil || len(ids) == 0 {
		return "", err
	}
	return ids[0], nil
}

// OlderAt implements catalog.QualityTx.
func (t *tx) OlderAt(iri, entryID string) (bool, error) {
	ids, err := t.assessed(`SELECT o.id FROM assessment JOIN entry o ON o.id = entry_id JOIN entry me ON me.id = ?
		WHERE iri <> '' AND iri = ? AND (o.created, o.id) < (me.created, me.id) LIMIT 1`, entryID, iri)
	return len(ids) > 0, err
}

// SeriesMembers implements catalog.QualityTx.
func (t *tx) SeriesMembers(refs []string) ([]string, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	c := conditions{}
	c.in("ref", refs)
	return t.assessed("SELECT DISTINCT entry_id FROM assessment_series"+c.where()+" ORDER BY entry_id", c.args...)
}

// Misplaced implements catalog.QualityTx.
func (t *tx) Misplaced(iri string) ([]string, error) {
	return t.assessed("SELECT entry_id FROM assessment WHERE iri <> '' AND iri = ? AND (turtle IS NOT NULL) <> (entry_id = ("+holder+"))", iri, iri)
}

// AddressOf implements catalog.QualityTx.
func (t *tx) AddressOf(entryID string) (string, error) {
	iris, err := t.assessed("SELECT iri FROM assessment WHERE entry_id = ?", entryID)
	if err != nil || len(iris) == 0 {
		return "", err
	}
	return iris[0], nil
}

func (t *tx) assessed(query string, args ...any) ([]string, error) {
	return list(t, "assessments", func(scan func(...any) error) (s string, err error) {
		err = scan(&s)
		return s, err
	}, query, args...)
}

// Follower implements catalog.QualityTx.
func (t *tx) Follower(name string) (seq int64, err error) {
	err = t.row("SELECT seq FROM follower WHERE name = ?", name).Scan(&seq)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return seq, err
}

// QualityDays implements catalog.QualityTx: the newest days, oldest first.
func (t *tx) QualityDays(scope string, limit int) ([]catalog.QualityDay, error) {
	return list(t, "quality days", func(scan func(...any) error) (d catalog.QualityDay, err error) {
		err = scan(&d.Day, &d.Scope, &d.Points, &d.Datasets, &d.Held)
		return d, err
	}, "SELECT * FROM (SELECT day, scope, points, datasets, held FROM quality_day WHERE scope = ? ORDER BY day DESC LIMIT ?) ORDER BY day", scope, limit)
}

const linkColumns = "SELECT url, checked, next, status, reached, fails, history FROM link"

func scanLink(scan func(...any) error) (*catalog.Link, error) {
	var l catalog.Link
	var checked, next int64
	err := scan(&l.URL, &checked, &next, &l.Status, &l.Reached, &l.Fails, &l.History)
	l.Checked, l.Next = fromMicros(checked), fromMicros(next)
	return &l, err
}

// Link implements catalog.QualityTx.
func (t *tx) Link(url string) (*catalog.Link, error) {
	l, err := scanLink(t.row(linkColumns+" WHERE url = ?", url).Scan)
	if err != nil {
		return nil, notFound(err, "link")
	}
	return l, nil
}

// LinksDue implements catalog.QualityTx.
func (t *tx) LinksDue(now time.Time, limit int) ([]*catalog.Link, error) {
	return list(t, "links", scanLink, linkColumns+" WHERE next <= ? ORDER BY next LIMIT ?", micros(now), limit)
}

// LinksBroken implements catalog.QualityTx.
func (t *tx) LinksBroken(limit int) ([]*catalog.Link, error) {
	return list(t, "links", scanLink, linkColumns+" WHERE reached = 0 AND checked > 0 ORDER BY fails DESC, url LIMIT ?", limit)
}

func (t *tx) derived(what, query string, args ...any) error {
	if _, err := t.exec(query, args...); err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// PutAssessment implements catalog.QualityWriteTx.
func (t *tx) PutAssessment(a catalog.Assessment) error {
	// What was purged since it was measured stays gone.
	err := t.derived("put assessment", "INSERT OR REPLACE INTO assessment (entry_id, org, held, points, detail, turtle, marks, iri) SELECT ?,?,?,?,?,?,?,? WHERE EXISTS (SELECT 1 FROM entry WHERE id = ?)",
		a.Entry, a.Owner, a.Held, a.Points, a.Detail, pack(a.Turtle), strings.Join(a.Marks, "\n"), a.IRI, a.Entry)
	for _, ref := range a.Series { // those of before went with the row
		err = errors.Join(err, t.derived("put series", "INSERT OR IGNORE INTO assessment_series (ref, entry_id) SELECT ?, entry_id FROM assessment WHERE entry_id = ?", ref, a.Entry))
	}
	return err
}

// DeleteAssessment implements catalog.QualityWriteTx.
func (t *tx) DeleteAssessment(entryID string) error {
	return t.derived("delete assessment", "DELETE FROM assessment WHERE entry_id = ?", entryID)
}

// SetFollower implements catalog.QualityWriteTx.
func (t *tx) SetFollower(name string, seq int64) error {
	return t.derived("set follower", "INSERT OR REPLACE INTO follower (name, seq) VALUES (?,?)", name, seq)
}

// PutQualityDay implements catalog.QualityWriteTx.
func (t *tx) PutQualityDay(d catalog.QualityDay) error {
	return t.derived("put quality day", "INSERT OR REPLACE INTO quality_day (day, scope, points, datasets, held) VALUES (?,?,?,?,?)", d.Day, d.Scope, d.Points, d.Datasets, d.Held)
}

// PutLink implements catalog.QualityWriteTx.
func (t *tx) PutLink(l *catalog.Link) error {
	return t.derived("put link", "INSERT OR REPLACE INTO link (url, checked, next, status, reached, fails, history) VALUES (?,?,?,?,?,?,?)",
		l.URL, micros(l.Checked), micros(l.Next), l.Status, l.Reached, l.Fails, l.History)
}

// DeleteLink implements catalog.QualityWriteTx.
func (t *tx) DeleteLink(url string) error {
	return t.derived("delete link", "DELETE FROM link WHERE url = ?", url)
}

// DropFollowers implements catalog.QualityWriteTx.
func (t *tx) DropFollowers(prefix, but string) error {
	return t.derived("drop followers", "DELETE FROM follower WHERE substr(name, 1, length(?)) = ? AND name <> ?", prefix, prefix, but)
}
