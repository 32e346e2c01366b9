package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

// TestPublicChanges_haveNoGapAndNoTrace: entries nobody may see leave nothing,
// an undone transaction no hole, a purge one last line.
func TestPublicChanges_haveNoGapAndNoTrace(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "x.db")
	s, err := sqlstore.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	by := catalog.System("test")
	write := func(fn func(catalog.WriteTx) error) {
		t.Helper()
		if _, err := s.Update(t.Context(), by, fn); err != nil {
			t.Fatal(err)
		}
	}
	entry := func(name string, access catalog.Access) *catalog.Entry {
		return &catalog.Entry{ID: name, Name: name, Type: catalog.TypeDataset, State: catalog.StateActive, Access: access, Fields: catalog.Fields{}}
	}
	open, hidden := entry("offen", catalog.AccessPublic), entry("verborgen", catalog.AccessPrivate)
	write(func(tx catalog.WriteTx) error { return tx.PutEntry(open, catalog.OpCreate) })
	write(func(tx catalog.WriteTx) error { return tx.PutEntry(hidden, catalog.OpCreate) })
	if _, err := s.Update(t.Context(), by, func(tx catalog.WriteTx) error {
		if err := tx.PutEntry(entry("verworfen", catalog.AccessPublic), catalog.OpCreate); err != nil {
			return err
		}
		return catalog.Errorf(catalog.KindConflict, "undone")
	}); err == nil {
		t.Fatal("the transaction was kept")
	}
	write(func(tx catalog.WriteTx) error { return tx.PutEntry(open, catalog.OpUpdate) })
	write(func(tx catalog.WriteTx) error { return tx.PutEntry(hidden, catalog.OpUpdate) })
	write(func(tx catalog.WriteTx) error { return tx.PurgeEntry(hidden.ID) })
	write(func(tx catalog.WriteTx) error { return tx.PurgeEntry(open.ID) })
	var got []catalog.Change
	if err := s.View(t.Context(), func(tx catalog.Tx) (err error) { got, err = tx.PublicChanges(0, 10); return err }); err != nil {
		t.Fatal(err)
	}
	want := []catalog.Op{catalog.OpCreate, catalog.OpUpdate, catalog.OpDelete}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, c := range got {
		if c.Seq != int64(i)+1 || c.Op != want[i] || c.ID != open.ID || c.Actor != "" || c.Rev != 0 {
			t.Errorf("%+v", c)
		}
	}
	if f, err := s.Check(t.Context()); err != nil || len(f) != 0 {
		t.Errorf("%v %v", f, err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.ExecContext(t.Context(), "DELETE FROM public_change WHERE seq = 2"); err != nil {
		t.Fatal(err)
	}
	if f, err := s.Check(t.Context()); err != nil || len(f) != 1 || f[0].Code != "public_gap" {
		t.Errorf("a hole in the log: %v %v", f, err)
	}
}

// TestWithdrawn_isWhatCopiesMustNotSurvive: copies of the catalogue are not offered
// any more once something in them stopped being public otherwise than by being
// deleted. What was never public moves nothing.
func TestWithdrawn_isWhatCopiesMustNotSurvive(t *testing.T) {
	t.Parallel()
	s, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	entries := map[string]*catalog.Entry{}
	var number int64
	step := func(what string, moves bool, fn func(catalog.WriteTx) error) {
		t.Helper()
		seq, err := s.Update(t.Context(), catalog.System("test"), fn)
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		var now int64
		if err := s.View(t.Context(), func(tx catalog.Tx) (err error) { now, err = tx.Withdrawn(); return err }); err != nil {
			t.Fatal(err)
		}
		if moved := now != number; moved != moves || moved && seq > 0 && now != seq {
			t.Errorf("%s: %d after %d, at change %d", what, now, number, seq)
		}
		number = now
	}
	put := func(name string, op catalog.Op, change func(*catalog.Entry)) func(catalog.WriteTx) error {
		return func(tx catalog.WriteTx) error {
			e := entries[name]
			if e == nil {
				e = &catalog.Entry{ID: name, Name: name, Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic, Fields: catalog.Fields{"title": "Kim"}}
				entries[name] = e
			}
			change(e)
			return tx.PutEntry(e, op)
		}
	}
	same := func(*catalog.Entry) {}
	hide := func(e *catalog.Entry) { e.Access = catalog.AccessPrivate }
	purge := func(name string) func(catalog.WriteTx) error {
		return func(tx catalog.WriteTx) error { return tx.PurgeEntry(name) }
	}
	erase := func(name, word string) func(catalog.WriteTx) error {
		return func(tx catalog.WriteTx) error {
			_, err := tx.EraseIn(name, func(e *catalog.Entry) bool {
				hit := e.Fields.String("title") == word
				if hit {
					e.Fields.Set("title", "")
				}
				return hit
			})
			return err
		}
	}
	for _, name := range []string{"a", "b", "c"} {
		step("a public one", false, put(name, catalog.OpCreate, same))
	}
	step("a hidden one", false, put("h", catalog.OpCreate, hide))
	step("erased in a hidden one", false, erase("h", "Kim"))
	step("a hidden one purged", false, purge("h"))
	step("an edit", false, put("a", catalog.OpUpdate, same))
	step("deleted", false, put("a", catalog.OpDelete, func(e *catalog.Entry) { e.State = catalog.StateDeleted }))
	step("purged after that", true, purge("a"))
	step("made private", true, put("b", catalog.OpUpdate, hide))
	step("still private", false, put("b", catalog.OpUpdate, same))
	step("public again", false, put("b", catalog.OpUpdate, func(e *catalog.Entry) { e.Access = catalog.AccessPublic }))
	step("a draft again", true, put("b", catalog.OpUpdate, func(e *catalog.Entry) { e.State = catalog.StateDraft }))
	step("nothing erased", false, erase("c", "Erika"))
	step("another", false, put("d", catalog.OpCreate, same))
	step("erased", true, erase("c", "Kim"))
}

// TestPublicHeads_areWhatEverybodySees: names and numbers of public datasets, of
// nothing else, in the order of creation.
func TestPublicHeads_areWhatEverybodySees(t *testing.T) {
	t.Parallel()
	s, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	s.SetClock(func() time.Time { at = at.Add(time.Hour); return at })
	look := func() (names []string, n catalog.Totals) {
		t.Helper()
		if err := s.View(t.Context(), func(tx catalog.Tx) (err error) {
			for h, err := range tx.PublicHeads() {
				if err != nil {
					return err
				}
				names = append(names, h.Name)
				if h.Modified.IsZero() {
					t.Errorf("%+v", h)
				}
			}
			n, err = tx.PublicTotals()
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return names, n
	}
	if names, n := look(); names != nil || n != (catalog.Totals{}) {
		t.Errorf("nothing: %v %+v", names, n)
	}
	var newest time.Time
	for _, x := range []struct {
		name   string
		typ    catalog.Type
		state  catalog.State
		access catalog.Access
		parts  int
	}{
		{"z", catalog.TypeDataset, catalog.StateActive, catalog.AccessPublic, 2}, {"a", catalog.TypeDataset, catalog.StateActive, catalog.AccessPublic, 1},
		{"p", catalog.TypeDataset, catalog.StateActive, catalog.AccessPrivate, 3}, {"d", catalog.TypeDataset, catalog.StateDraft, catalog.AccessPublic, 3},
		{"g", catalog.TypeDataset, catalog.StateDeleted, catalog.AccessPublic, 3}, {"o", catalog.TypeOrganization, catalog.StateActive, catalog.AccessPublic, 0}, {"h", catalog.TypeHolding, catalog.StateActive, catalog.AccessPublic, 0},
	} {
		e := &catalog.Entry{ID: catalog.NewID(), Name: x.name, Type: x.typ, State: x.state, Access: x.access, Fields: catalog.Fields{}}
		for range x.parts {
			e.Parts = append(e.Parts, catalog.Part{ID: catalog.NewID(), Fields: catalog.Fields{}})
		}
		if _, err := s.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error { return tx.PutEntry(e, catalog.OpCreate) }); err != nil {
			t.Fatal(err)
		}
		if x.name == "a" {
			newest = e.Modified
		}
	}
	names, n := look()
	if len(names) != 2 || names[0] != "z" || names[1] != "a" || n.Datasets != 2 || n.Parts != 3 || !n.Modified.Equal(newest) {
		t.Errorf("%v %+v, newest %v", names, n, newest)
	}
}
