package sqlstore_test

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/seal"
	"trio.example/catalog/sqlstore"
)

// TestSecrets_areNotInTheFile: neither a new secret nor one of an older version
// can be read from the database; with another key nothing is lost.
func TestSecrets_areNotInTheFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	db, key := filepath.Join(dir, "t.db"), filepath.Join(dir, "secret.key")
	open := func(k *seal.Key) *sqlstore.Store {
		t.Helper()
		s, err := sqlstore.Open(t.Context(), db)
		if err != nil {
			t.Fatal(err)
		}
		if k != nil {
			s.UseSealer(k)
		}
		return s
	}
	put := func(s *sqlstore.Store, src *catalog.HarvestSource) {
		t.Helper()
		if _, err := s.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error { return tx.PutHarvestSource(src) }); err != nil {
			t.Fatal(err)
		}
	}
	get := func(s *sqlstore.Store, name string) (src *catalog.HarvestSource) {
		t.Helper()
		if err := s.View(t.Context(), func(tx catalog.Tx) (err error) { src, err = tx.HarvestSource(name); return err }); err != nil {
			t.Fatal(err)
		}
		return src
	}
	old := open(nil)
	put(old, &catalog.HarvestSource{ID: "1", Name: "alt", Secret: "Basic YWx0", Notify: []string{"https://chat.example.org/hook/T0PS3CRET", "amt@example.org"}})
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	s := open(seal.File(key))
	if err := s.SealAll(t.Context()); err != nil {
		t.Fatal(err)
	}
	put(s, &catalog.HarvestSource{ID: "2", Name: "neu", Secret: "Bearer bmV1"})
	if a, b := get(s, "alt"), get(s, "neu"); a.Secret != "Basic YWx0" || a.Notify[0] != "https://chat.example.org/hook/T0PS3CRET" || a.Notify[1] != "amt@example.org" || b.Secret != "Bearer bmV1" || a.Locked != "" {
		t.Errorf("%+v %+v", a, b)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// Another key opens nothing, and what is stored anew with it is not lost.
	wrong := open(seal.File(filepath.Join(dir, "other.key")))
	src := get(wrong, "neu")
	if src.Locked == "" || src.Secret == "Bearer bmV1" {
		t.Errorf("%+v", src)
	}
	src.Paused = true
	put(wrong, src)
	if err := wrong.Close(); err != nil {
		t.Fatal(err)
	}
	s = open(seal.File(key))
	if src := get(s, "neu"); src.Secret != "Bearer bmV1" || !src.Paused || src.Locked != "" {
		t.Errorf("%+v", src)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	list, err := filepath.Glob(db + "*")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range list {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(b, []byte("bmV1")) {
			t.Errorf("%s tells the new secret", f)
		}
	}
}
