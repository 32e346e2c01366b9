package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"testing"

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
