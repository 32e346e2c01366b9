package sqlstore_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

var admin = catalog.System("test")

func open(t testing.TB, path string) *sqlstore.Store {
	t.Helper()
	s, err := sqlstore.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func dataset(name string) *catalog.Entry {
	return &catalog.Entry{
		ID: catalog.NewID(), Name: name, Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic,
		Fields: catalog.Fields{"title": "Bäume", "size": int64(1) << 60, "tags": []any{"a", "b"}},
		Parts:  []catalog.Part{{ID: catalog.NewID(), Fields: catalog.Fields{"url": "https://a.example"}}},
	}
}

func put(t testing.TB, s *sqlstore.Store, e *catalog.Entry, op catalog.Op) error {
	t.Helper()
	_, err := s.Update(t.Context(), admin, func(tx catalog.WriteTx) error { return tx.PutEntry(e, op) })
	return err
}

func TestPutEntry_keepsEntryRevisionAndChangeTogether(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	e := dataset("baeume")
	if err := put(t, s, e, catalog.OpCreate); err != nil {
		t.Fatal(err)
	}
	e.Fields.Set("title", "Straßenbäume")
	if err := put(t, s, e, catalog.OpUpdate); err != nil {
		t.Fatal(err)
	}
	err := s.View(t.Context(), func(tx catalog.Tx) error {
		got, err := tx.EntryByName("package", "baeume")
		if err != nil {
			return err
		}
		if d := cmp.Diff(e, got); d != "" {
			t.Errorf("stored entry differs:\n%s", d)
		}
		revs, err := tx.Revisions(e.ID, 0, 10)
		if err != nil {
			return err
		}
		if len(revs) != 2 || revs[0].Entry.Rev != 2 || revs[1].Entry.Fields.String("title") != "Bäume" {
			t.Errorf("revisions = %+v", revs)
		}
		changes, err := tx.Changes(0, 10)
		if len(changes) != 2 || changes[0].Seq != 1 || changes[1].Seq != 2 || changes[1].Actor != "system" {
			t.Errorf("changes = %+v", changes)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPutEntry_refusesStaleRevisionAndTakenName(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	e := dataset("a")
	if err := put(t, s, e, catalog.OpCreate); err != nil {
		t.Fatal(err)
	}
	stale := e.Clone()
	if err := put(t, s, e, catalog.OpUpdate); err != nil {
		t.Fatal(err)
	}
	if err := put(t, s, stale, catalog.OpUpdate); catalog.KindOf(err) != catalog.KindConflict {
		t.Errorf("stale write: %v", err)
	}
	if err := put(t, s, dataset("a"), catalog.OpCreate); catalog.KindOf(err) != catalog.KindConflict {
		t.Errorf("taken name: %v", err)
	}
	e.State = catalog.StateDeleted
	if err := put(t, s, e, catalog.OpDelete); err != nil {
		t.Fatal(err)
	}
	if err := put(t, s, dataset("a"), catalog.OpCreate); err != nil {
		t.Errorf("a deleted dataset must free its name: %v", err)
	}
}

func TestUpdate_failureLeavesNoTraceAndNoGap(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	boom := errors.New("boom")
	for i := range 5 {
		_, err := s.Update(t.Context(), admin, func(tx catalog.WriteTx) error {
			if err := tx.PutEntry(dataset(fmt.Sprint("lost-", i)), catalog.OpCreate); err != nil {
				return err
			}
			return boom
		})
		if !errors.Is(err, boom) {
			t.Fatal(err)
		}
		if err := put(t, s, dataset(fmt.Sprint("kept-", i)), catalog.OpCreate); err != nil {
			t.Fatal(err)
		}
	}
	err := s.View(t.Context(), func(tx catalog.Tx) error {
		changes, err := tx.Changes(0, 100)
		for i, c := range changes {
			if c.Seq != int64(i+1) {
				t.Errorf("change %d has number %d", i+1, c.Seq)
			}
		}
		n, _ := tx.CountEntries(catalog.EntryFilter{})
		if n != 5 || len(changes) != 5 {
			t.Errorf("%d entries, %d changes, want 5 each", n, len(changes))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestOpen_isForItsOwnerAlone(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.db")
	s := open(t, path)
	if err := put(t, s, dataset("a"), catalog.OpCreate); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{path, path + "-wal"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", name, info, err)
		}
	}
}

func TestOpen_refusesNewerDatabase(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.db")
	open(t, path).Close()
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec("PRAGMA user_version = 999"); err != nil {
		t.Fatal(err)
	}
	db.Close()
	_, err = sqlstore.Open(t.Context(), path)
	if err == nil || !strings.Contains(err.Error(), "neuere Programmversion") {
		t.Errorf("newer database: %v", err)
	}
}

func TestUpdate_interactiveDoesNotWaitBehindBulk(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "t.db"))
	bulk := admin
	bulk.Bulk = true
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	var batches int
	for range 4 { // four imports in a row would keep an unfair lock busy all the time
		wg.Go(func() {
			for ctx.Err() == nil {
				_, _ = s.Update(ctx, bulk, func(catalog.WriteTx) error {
					batches++ // guarded by the writer's place
					time.Sleep(5 * time.Millisecond)
					return nil
				})
			}
		})
	}
	before := 0
	for range 20 {
		_, err := s.Update(t.Context(), admin, func(catalog.WriteTx) error { before = batches; return nil })
		if err != nil {
			t.Fatal(err)
		}
		start := before
		if _, err := s.Update(t.Context(), admin, func(catalog.WriteTx) error { before = batches; return nil }); err != nil {
			t.Fatal(err)
		}
		if before-start > 2 {
			t.Errorf("%d import batches ran before a waiting interactive write", before-start)
		}
	}
	cancel()
	wg.Wait()
}

func TestTwoProcessesOneFile_shareTheNumbering(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.db")
	stores := []*sqlstore.Store{open(t, path), open(t, path)}
	seqs, cancel := stores[0].Subscribe()
	defer cancel()
	var wg sync.WaitGroup
	for i, s := range stores {
		wg.Go(func() {
			for j := range 25 {
				if err := put(t, s, dataset(fmt.Sprintf("d-%d-%d", i, j)), catalog.OpCreate); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	deadline := time.After(10 * time.Second)
	for got := int64(0); got < 50; {
		select {
		case got = <-seqs:
		case <-deadline:
			t.Fatalf("told of change %d only", got)
		}
	}
}

func TestCheck_findsWhatWasDamaged(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.db")
	s := open(t, path)
	for i := range 3 {
		if err := put(t, s, dataset(fmt.Sprint("d", i)), catalog.OpCreate); err != nil {
			t.Fatal(err)
		}
	}
	if faults, err := s.Check(t.Context()); err != nil || len(faults) > 0 {
		t.Fatalf("sound store: %v, %v", faults, err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for code, damage := range map[string]string{
		"change_gap":       "DELETE FROM change WHERE seq = 2",
		"revision_differs": "UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'Bäume', 'Räume') AS BLOB) WHERE name = 'd0'",
		"revision_missing": "DELETE FROM revision WHERE seq = 3",
		"part_differs":     "DELETE FROM part WHERE entry_id = (SELECT id FROM entry WHERE name = 'd0')",
	} {
		if _, err := db.Exec(damage); err != nil {
			t.Fatal(err)
		}
		faults, err := s.Check(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		found := false
		for _, f := range faults {
			found = found || f.Code == code
		}
		if !found {
			t.Errorf("%s not found among %v", code, faults)
		}
	}
}

// A list may be read while another one by the same query is open, and what a
// transaction remembers is never older than what it wrote.
func TestTx_listsNestAndSeeTheirOwnWrites(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "trio.db"))
	org := func(name, owner string) *catalog.Entry {
		return &catalog.Entry{
			ID: catalog.NewID(), Name: name, Type: catalog.TypeOrganization, Owner: owner, State: catalog.StateActive, Access: catalog.AccessPublic,
			Fields: catalog.Fields{"title": name},
		}
	}
	_, err := s.Update(t.Context(), admin, func(tx catalog.WriteTx) error {
		top := org("stadt", "")
		if err := tx.PutEntry(top, catalog.OpCreate); err != nil {
			return err
		}
		for i := range 3 {
			if err := tx.PutEntry(org(fmt.Sprintf("amt-%d", i), top.ID), catalog.OpCreate); err != nil {
				return err
			}
		}
		pairs := 0
		for _, err := range tx.Entries(catalog.EntryFilter{Owner: top.ID}) {
			if err != nil {
				return err
			}
			for _, err := range tx.Entries(catalog.EntryFilter{Owner: top.ID}) {
				if err != nil {
					return err
				}
				pairs++
			}
		}
		if pairs != 9 {
			t.Errorf("read %d pairs of 9", pairs)
		}
		for range 3 {
			e, err := tx.EntryByName("group", "stadt")
			if err != nil {
				return err
			}
			e.Fields.Set("title", e.Fields.String("title")+"!")
			if err := tx.PutEntry(e, catalog.OpUpdate); err != nil {
				return err
			}
			e.Fields.Set("title", "never written")
		}
		e, err := tx.Entry(top.ID)
		if err != nil {
			return err
		}
		if got := e.Fields.String("title"); got != "stadt!!!" || e.Rev != 4 {
			t.Errorf("title %q at revision %d", got, e.Rev)
		}
		if err := tx.PurgeEntry(e.ID); err != nil {
			return err
		}
		if _, err := tx.Entry(e.ID); catalog.KindOf(err) != catalog.KindNotFound {
			t.Errorf("a purged organization was read: %v", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
