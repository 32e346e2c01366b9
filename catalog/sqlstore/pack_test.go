package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
)

// TestRevisions_areKeptOnce: what an entry says lies in the file once, what it said
// is packed; states of an older program are read and checked as they are; what is
// damaged is found.
func TestRevisions_areKeptOnce(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.db")
	s := open(t, path)
	e := dataset("d")
	sum := strings.Repeat("ab", 32)
	said := []string{strings.Repeat("Alle Bäume an Straßen. ", 200), strings.Repeat("Auch die in Parks. ", 200), "Kurz."}
	write := func(notes string, op catalog.Op) {
		t.Helper()
		e.Fields["notes"] = notes
		e.Parts = []catalog.Part{{ID: catalog.NewID(), Fields: catalog.Fields{"upload": map[string]any{"sum": sum}}}}
		if err := put(t, s, e, op); err != nil {
			t.Fatal(err)
		}
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	number := func(query string) (n int) {
		t.Helper()
		if err := db.QueryRow(query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	harm := func(what string) {
		t.Helper()
		if _, err := db.Exec(what); err != nil {
			t.Fatal(err)
		}
	}
	sound := func(when string, faults ...string) {
		t.Helper()
		found, err := s.Check(t.Context())
		if err != nil || len(found) != len(faults) || len(faults) > 0 && found[0].Code != faults[0] {
			t.Errorf("%s: %v %v, want %v", when, found, err, faults)
		}
		err = s.View(t.Context(), func(tx catalog.Tx) error {
			if named, err := tx.NamesContent(sum); err != nil || !named {
				t.Errorf("%s: the file is named: %t %v", when, named, err)
			}
			list, err := tx.Revisions(e.ID, 0, 10)
			if (err != nil) != (len(faults) > 0) {
				t.Errorf("%s: %v", when, err)
			}
			for i, r := range list {
				if want := said[e.Rev-1-int64(i)]; r.Entry.Fields.String("notes") != want {
					t.Errorf("%s: revision %d says %.40q, want %.40q", when, r.Change.Rev, r.Entry.Fields.String("notes"), want)
				}
			}
			if len(faults) == 0 && int64(len(list)) != e.Rev {
				t.Errorf("%s: %d revisions", when, len(list))
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	write(said[0], catalog.OpCreate)
	whole := number("SELECT length(body) FROM entry")
	if kept := number("SELECT length(body) FROM revision"); kept > 8 {
		t.Errorf("%d bytes of %d are kept twice", kept, whole)
	}
	sound("new")
	write(said[1], catalog.OpUpdate)
	if kept := number("SELECT length(body) FROM revision WHERE rev = 1"); kept < 100 || kept*4 > whole {
		t.Errorf("%d bytes are kept of %d", kept, whole)
	}
	sound("changed")
	harm("UPDATE revision SET body = (SELECT body FROM entry) WHERE rev = 2") // as older programs did
	sound("of an older program")
	write(said[2], catalog.OpUpdate)
	sound("changed after that")
	harm("CREATE TABLE safe AS SELECT * FROM revision")
	harm("UPDATE revision SET body = x'28B52FFD00' WHERE rev = 1")
	sound("a damaged one", "revision_missing")
	harm("UPDATE revision SET body = (SELECT body FROM safe WHERE rev = 3) WHERE rev = 1")
	sound("a lost one", "revision_missing")
	harm("UPDATE revision SET body = (SELECT body FROM safe WHERE safe.rev = revision.rev)")
	sound("mended")
	harm("UPDATE entry SET body = CAST(replace(CAST(body AS TEXT), 'Kurz', 'Lang') AS BLOB)")
	sound("another entry", "revision_differs")
}
