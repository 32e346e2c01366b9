package sqlstore_test

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
)

// TestRevisions_arePacked: what lies in the file is packed; that of an older program
// is read and checked as it is; one that is damaged is found.
func TestRevisions_arePacked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "t.db")
	s := open(t, path)
	e := dataset("d")
	sum := strings.Repeat("ab", 32)
	e.Fields["notes"] = strings.Repeat("Alle Bäume an Straßen. ", 200)
	e.Parts = []catalog.Part{{ID: catalog.NewID(), Fields: catalog.Fields{"upload": map[string]any{"sum": sum}}}}
	if err := put(t, s, e, catalog.OpCreate); err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	length := func(query string) (n int) {
		t.Helper()
		if err := db.QueryRow(query).Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	if whole, kept := length("SELECT length(body) FROM entry"), length("SELECT length(body) FROM revision"); kept*4 > whole {
		t.Errorf("%d bytes are kept of %d", kept, whole)
	}
	sound := func(when string, want int) {
		t.Helper()
		faults, err := s.Check(t.Context())
		if err != nil || len(faults) != want {
			t.Errorf("%s: %v %v", when, faults, err)
		}
		err = s.View(t.Context(), func(tx catalog.Tx) error {
			if named, err := tx.NamesContent(sum); err != nil || named == (want > 0) {
				t.Errorf("%s: the file is named: %t %v", when, named, err)
			}
			list, err := tx.Revisions(e.ID, 0, 10)
			if want == 0 && (err != nil || len(list) != 1 || list[0].Entry.Fields.String("notes") != e.Fields.String("notes")) || want > 0 && err == nil {
				t.Errorf("%s: %d revisions, %v", when, len(list), err)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	sound("packed", 0)
	if _, err := db.Exec("UPDATE revision SET body = (SELECT body FROM entry)"); err != nil {
		t.Fatal(err)
	}
	sound("of an older program", 0)
	if _, err := db.Exec("UPDATE revision SET body = x'28B52FFD00'"); err != nil {
		t.Fatal(err)
	}
	sound("damaged", 1)
}
