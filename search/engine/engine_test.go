package engine_test

import (
	"context"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/search"
	"trio.example/search/engine"
)

type house struct {
	t     *testing.T
	store *sqlstore.Store
	build *search.Builder
	dir   string
}

func newHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	store, err := sqlstore.Open(t.Context(), filepath.Join(dir, "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	return &house{t, store, search.NewBuilder(defs), dir}
}

func (h *house) open(dir string) *engine.Engine {
	h.t.Helper()
	e, err := engine.Open(h.t.Context(), dir, h.store, h.build, slog.New(slog.DiscardHandler))
	if err != nil {
		h.t.Fatal(err)
	}
	return e
}

// put stores datasets named after their number and returns the newest change.
func (h *house) put(access catalog.Access, numbers ...int) int64 {
	h.t.Helper()
	seq, err := h.store.Update(context.Background(), catalog.Actor{Sysadmin: true}, func(tx catalog.WriteTx) error {
		for _, n := range numbers {
			e := &catalog.Entry{ID: fmt.Sprintf("id-%d", n), Name: fmt.Sprintf("n%d", n), Type: catalog.TypeDataset, State: catalog.StateActive, Access: access,
				Fields: catalog.Fields{"title": fmt.Sprintf("Baumkataster Teil%04d", n), "notes": "Alle Bäume der Stadt"}}
			if old, err := tx.Entry(e.ID); err == nil {
				e.Rev, e.Created = old.Rev, old.Created
			}
			if err := tx.PutEntry(e, catalog.OpUpdate); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		h.t.Error(err)
	}
	return seq
}

func (h *house) total(e *engine.Engine, text search.Node, all bool) int {
	h.t.Helper()
	res, err := e.Search(context.Background(), search.Query{Text: text, Labels: []string{catalog.LabelPublic}, AllLabels: all})
	if err != nil {
		h.t.Error(err)
		return -1
	}
	return res.Total
}

func (h *house) sound(e *engine.Engine) {
	h.t.Helper()
	findings, err := e.Verify(context.Background())
	if err != nil || len(findings) > 0 {
		h.t.Errorf("the index is not what the store is: %v %v", findings, err)
	}
}

var (
	trees  = search.Words{Words: []search.Word{{Text: "Bäume"}}}
	phrase = search.Phrase{Field: "notes", Value: "Bäume der Stadt"}
)

// copyDir copies what is on disk, as a crash would leave it.
func copyDir(t *testing.T, from, to string) {
	t.Helper()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
}

func numbers(from, to int) (out []int) {
	for i := from; i < to; i++ {
		out = append(out, i)
	}
	return out
}

func TestEngine_findsEveryWriteAfterACrash(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	live := filepath.Join(h.dir, "index")
	e := h.open(live)
	defer e.Close()
	for round := range 6 {
		from := round * 50
		seq := h.put(catalog.AccessPublic, numbers(from, from+50)...)
		h.put(catalog.AccessPrivate, from, from+1)
		seq = max(seq, h.put(catalog.AccessPublic, from+1))
		if err := e.WaitFor(t.Context(), seq); err != nil {
			t.Fatal(err)
		}
		if round == 3 {
			time.Sleep(3 * time.Second) // time to save in a quiet moment
		}
		dead := filepath.Join(h.dir, fmt.Sprint("crash", round))
		copyDir(t, live, dead)
		again := h.open(dead)
		if again.Damage() != nil {
			t.Errorf("round %d: taken for damaged: %v", round, again.Damage())
		}
		want := (round+1)*50 - (round + 1)
		if got := h.total(again, trees, false); got != want {
			t.Errorf("round %d: %d datasets for everybody, want %d", round, got, want)
		}
		if got := h.total(again, phrase, true); got != (round+1)*50 {
			t.Errorf("round %d: a phrase finds %d of %d", round, got, (round+1)*50)
		}
		h.sound(again)
		if err := again.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestEngine_buildsADamagedIndexAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	live := filepath.Join(h.dir, "index")
	e := h.open(live)
	h.put(catalog.AccessPublic, numbers(0, 60)...)
	h.put(catalog.AccessPrivate, 61)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	var files []string
	err := filepath.WalkDir(live, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.Contains(path, "overlay") {
			rel, _ := filepath.Rel(live, path)
			files = append(files, rel)
		}
		return err
	})
	if err != nil || len(files) != 3 {
		t.Fatalf("the overlay has the files %v, %v", files, err)
	}
	for i, name := range files {
		for kind, harm := range map[string]func(path string, b []byte) error{
			"cut off": func(path string, b []byte) error { return os.WriteFile(path, b[:len(b)/2], 0o600) },
			"empty":   func(path string, _ []byte) error { return os.WriteFile(path, nil, 0o600) },
			"flipped": func(path string, b []byte) error { b[len(b)/3] ^= 0x40; return os.WriteFile(path, b, 0o600) },
			"is gone": func(path string, _ []byte) error { return os.Remove(path) },
			"replaced": func(path string, b []byte) error {
				return os.WriteFile(path, []byte(strings.Repeat("x", len(b))), 0o600)
			},
		} {
			if kind == "flipped" && strings.HasSuffix(name, ".json") {
				continue // may still be valid
			}
			dir := filepath.Join(h.dir, fmt.Sprint(i, kind))
			copyDir(t, live, dir)
			path := filepath.Join(dir, name)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := harm(path, b); err != nil {
				t.Fatal(err)
			}
			again := h.open(dir)
			if kind != "is gone" && again.Damage() == nil {
				t.Errorf("%s %s: nobody noticed", name, kind)
			}
			if got := h.total(again, trees, false); got != 60 {
				t.Errorf("%s %s: %d of 60 found", name, kind, got)
			}
			h.sound(again)
			if err := again.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestEngine_isBuiltAnewForARestoredBackup(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.open(filepath.Join(h.dir, "index"))
	h.put(catalog.AccessPublic, numbers(0, 30)...)
	if err := e.Close(); err != nil {
		t.Fatal(err)
	}
	older := newHouse(t)
	older.put(catalog.AccessPublic, numbers(100, 110)...)
	again := older.open(filepath.Join(h.dir, "index"))
	defer again.Close()
	if got := older.total(again, trees, true); got != 10 {
		t.Errorf("%d found, the store has 10", got)
	}
	older.sound(again)
}

// TestEngine_keepsUp searches while several writers write and the index is
// rebuilt: what was acknowledged is in the next search, of words and of phrases.
func TestEngine_keepsUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := h.open(filepath.Join(h.dir, "index"))
	defer e.Close()
	const writers, each = 4, 25
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				n := w*each + i
				if err := e.WaitFor(context.Background(), h.put(catalog.AccessPublic, n)); err != nil {
					t.Error(err)
				}
				word := fmt.Sprintf("Teil%04d", n)
				for _, q := range []search.Node{search.Words{Words: []search.Word{{Text: word}}}, search.Phrase{Field: "title", Value: "Baumkataster " + word}, search.Term{Field: "name", Value: fmt.Sprint("n", n)}} {
					if got := h.total(e, q, false); got != 1 {
						t.Errorf("%v finds %d after its write", q, got)
					}
				}
			}
		})
	}
	wg.Go(func() {
		for range 3 {
			if err := e.Rebuild(context.Background(), nil); err != nil {
				t.Error(err)
			}
		}
	})
	wg.Wait()
	if got := h.total(e, trees, false); got != writers*each {
		t.Errorf("%d of %d", got, writers*each)
	}
	h.sound(e)
}

// put1 stores a dataset with a title.
func (h *house) put1(n int, title string) {
	h.t.Helper()
	_, err := h.store.Update(context.Background(), catalog.Actor{Sysadmin: true}, func(tx catalog.WriteTx) error {
		return tx.PutEntry(&catalog.Entry{ID: fmt.Sprintf("id-%d", n), Name: fmt.Sprintf("n%d", n), Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic,
			Fields: catalog.Fields{"title": title}}, catalog.OpCreate)
	})
	if err != nil {
		h.t.Fatal(err)
	}
}

func TestForgiving_findsWhatIsMeant(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const many = 30
	for i := range many {
		h.put1(i, fmt.Sprintf("Stellenplan Bonn 2020 Teil %d, Kosten der Bäume am Rand der Stadt und viele andere Posten", i))
	}
	for i, title := range []string{"Abfallmengen", "Bäume", "Street trees", "Übersicht über alle Einsätze im Gebiet der Stadt Bonn mit Rettungswagen", "Bäume in den Parks der Stadt und an ihren Straßen"} {
		h.put1(many+i, title)
	}
	e := h.open(filepath.Join(h.dir, "index"))
	defer e.Close()
	for text, want := range map[string]string{
		"müllmenge":               "id-30", // the part of a compound in another word
		"baum":                    "id-31", // a word is worth no more because its translation is rare
		"tree":                    "id-32", // English plurals
		"rettung bonn 2020":       "id-33", // lacks the year, but has what is meant
		"feuerwehr rettungswagen": "id-33", // half of the words, where nothing has both
	} {
		var w search.Words
		for _, x := range strings.Fields(text) {
			w.Words = append(w.Words, search.Word{Text: x})
		}
		res, err := e.Forgiving(t.Context(), search.Query{Text: w, Rows: 1, Labels: []string{catalog.LabelPublic}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Hits) == 0 || res.Hits[0].ID != want {
			t.Errorf("%s: %v, want %s", text, res.Hits, want)
		}
	}
}
