package bleveindex_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/bleveindex"
)

func doc(id, title string, labels ...string) *search.Document {
	if labels == nil {
		labels = []string{catalog.LabelPublic}
	}
	return &search.Document{ID: id, Type: "dataset", Rev: 1, Labels: labels, Text: map[string][]string{"title": {title}, "text": {"Stand " + id}}}
}

type index struct {
	*testing.T
	*bleveindex.Index
	path   string
	closed bool
}

// store puts everything on disk and closes.
func (x *index) store() {
	x.Helper()
	x.closed = true
	if err := errors.Join(x.Sync(), x.Close()); err != nil {
		x.Fatal(err)
	}
}

func create(t *testing.T, docs ...*search.Document) *index {
	t.Helper()
	path := filepath.Join(t.TempDir(), "i")
	x, err := bleveindex.Create(path, "v1")
	if err != nil {
		t.Fatal(err)
	}
	i := &index{T: t, Index: x, path: path}
	t.Cleanup(func() {
		if !i.closed {
			x.Close()
		}
	})
	i.apply(docs, nil, 1)
	return i
}

func (x *index) apply(docs []*search.Document, gone []string, seq int64) {
	x.Helper()
	if err := x.Apply(docs, gone, bleveindex.Checkpoint{Seq: seq, Entry: "e", Micros: 7}); err != nil {
		x.Fatal(err)
	}
}

func (x *index) found(public bool, n search.Node) []string {
	x.Helper()
	ids, scores, err := x.Match(x.Context(), public, n)
	if err != nil {
		x.Fatal(err)
	}
	if len(ids) != len(scores) {
		x.Errorf("%d hits, %d scores", len(ids), len(scores))
	}
	slices.Sort(ids)
	return ids
}

func (x *index) expect(public bool, n search.Node, want ...string) {
	x.Helper()
	if got := x.found(public, n); !slices.Equal(got, want) {
		x.Errorf("%#v (public %v): %v, want %v", n, public, got, want)
	}
}

func TestMatch_phrasesWordsAndPatterns(t *testing.T) {
	t.Parallel()
	x := create(t, doc("a", "Bäume der Stadt Augsburg"), doc("b", "Stadt der Bäume"), doc("c", "Straßenverzeichnis"), doc("d", "Haushalt 2023"))
	title := func(text string) search.Node { return search.Phrase{Field: "title", Value: text} }
	x.expect(true, title("Stadt Augsburg"), "a")
	x.expect(true, title("Augsburg Stadt"))
	x.expect(true, title("Stadt der Baum"), "b") // stems count
	x.expect(true, search.Term{Field: "title", Value: "Baeume"}, "a", "b")
	x.expect(true, search.Term{Field: "title", Value: "STRASSENVERZEICHNIS"}, "c")
	x.expect(true, search.Term{Field: "text", Value: "Haushalt"}, "d") // any field
	x.expect(true, search.Wildcard{Field: "title", Pattern: "stra*"}, "c")
	x.expect(true, search.Wildcard{Field: "title", Pattern: "Straß*"}, "c")
	x.expect(true, search.Wildcard{Field: "title", Pattern: "?aushalt"}, "d")
	x.expect(true, search.Wildcard{Field: "nichts", Pattern: "*"})
	x.expect(true, search.None{})
}

// TestApply_hiddenDocumentsNeverEnterThePublicPart: a change of labels moves a
// document from one part to the other.
func TestApply_hiddenDocumentsNeverEnterThePublicPart(t *testing.T) {
	t.Parallel()
	word := search.Term{Field: "title", Value: "geheim"}
	hidden := doc("a", "Geheim", "org:1")
	x := create(t, hidden)
	x.expect(true, word)
	x.expect(false, word, "a")
	x.apply([]*search.Document{doc("a", "Geheim")}, nil, 2)
	x.expect(true, word, "a")
	x.expect(false, word)
	x.apply([]*search.Document{hidden}, nil, 3)
	x.expect(true, word)
	x.expect(false, word, "a")
	if ok, err := x.Holds(hidden); err != nil || !ok {
		t.Errorf("holds: %v %v", ok, err)
	}
	if ok, _ := x.Holds(doc("a", "Geheim")); ok {
		t.Error("it is held to be public")
	}
	newer := doc("a", "Geheim", "org:1")
	newer.Rev = 2
	if ok, _ := x.Holds(newer); ok {
		t.Error("another revision is held for it")
	}
	x.apply(nil, []string{"a"}, 4)
	x.expect(false, word)
	if n, err := x.Count(); err != nil || n != 0 {
		t.Errorf("%d documents, %v", n, err)
	}
}

// TestApply_largeBatches are written in parts, and all there afterwards.
func TestApply_largeBatches(t *testing.T) {
	t.Parallel()
	const n = 1500
	var docs []*search.Document
	for i := range n {
		d := doc(fmt.Sprintf("d%04d", i), "Bäume")
		if i%3 == 0 {
			d.Labels = []string{"org:1"}
		}
		docs = append(docs, d)
	}
	x := create(t, docs...)
	word := search.Term{Field: "title", Value: "Bäume"}
	if a, b := len(x.found(true, word)), len(x.found(false, word)); a != 1000 || b != 500 {
		t.Fatalf("%d public, %d others", a, b)
	}
	for _, d := range docs { // everything changes sides
		d.Labels, d.Text["title"] = []string{catalog.LabelPublic}, []string{"Brunnen"}
	}
	x.apply(docs[:n-1], []string{docs[n-1].ID}, 2)
	x.expect(false, word)
	x.expect(true, word)
	if a := len(x.found(true, search.Term{Field: "title", Value: "Brunnen"})); a != n-1 {
		t.Errorf("%d found", a)
	}
	if count, err := x.Count(); err != nil || count != n-1 {
		t.Errorf("%d documents, %v", count, err)
	}
}

func TestOpen_goesOnFromTheCheckpoint(t *testing.T) {
	t.Parallel()
	x := create(t, doc("a", "Bäume"))
	x.apply([]*search.Document{doc("b", "Brunnen")}, nil, 9)
	x.store()
	if _, err := bleveindex.Open(x.path, "v2"); !errors.Is(err, bleveindex.ErrVersion) {
		t.Errorf("another version is read: %v", err)
	}
	y, err := bleveindex.Open(x.path, "v1")
	if err != nil {
		t.Fatal(err)
	}
	again := &index{T: t, Index: y, path: x.path}
	if c, err := y.Checkpoint(); err != nil || c != (bleveindex.Checkpoint{Seq: 9, Entry: "e", Micros: 7}) {
		t.Errorf("checkpoint %+v, %v", c, err)
	}
	again.expect(true, search.Term{Field: "title", Value: "Brunnen"}, "b")
	if err := y.Close(); err != nil {
		t.Fatal(err)
	}
}

// damages are the ways a disk loses a file.
func damages(whole []byte) [][]byte {
	out := [][]byte{{}, whole[:len(whole)/2], whole[:len(whole)-1], []byte(strings.Repeat("x", len(whole))), make([]byte, len(whole))}
	for i := range 8 { // a block of zeros, a block of something else
		at, end := len(whole)*i/8, len(whole)*(i+1)/8
		out = append(out, slices.Concat(whole[:at], make([]byte, end-at), whole[end:]), slices.Concat(whole[:at], bytes.Repeat([]byte{0xA5}, end-at), whole[end:]))
	}
	return out
}

// TestOpen_refusesDamage: whatever file is emptied, cut short or overwritten,
// opening and searching end with an error or with what is there, never in a panic.
func TestOpen_refusesDamage(t *testing.T) {
	t.Parallel()
	x := create(t, doc("a", "Bäume"), doc("b", "Brunnen", "org:1"))
	x.store()
	files, refused := 0, 0
	err := filepath.WalkDir(x.path, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		name, err := filepath.Rel(x.path, path)
		if err != nil {
			return err
		}
		whole, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, damaged := range damages(whole) {
			dir := t.TempDir() // one that failed to open may keep its lock
			if err := os.CopyFS(dir, os.DirFS(x.path)); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(dir, name), damaged, 0o600); err != nil {
				return err
			}
			y, err := bleveindex.Open(dir, "v1")
			if err != nil {
				refused++
				continue
			}
			ids, _, err := y.Match(t.Context(), true, search.Term{Field: "title", Value: "Bäume"})
			if n, countErr := y.Count(); err == nil && countErr == nil && n == 2 && !slices.Equal(ids, []string{"a"}) {
				t.Errorf("%s damaged: all documents are there, but the word finds %v", filepath.Base(path), ids)
			}
			_ = y.Close() // a damaged file may not close well
		}
		return nil
	})
	if err != nil || refused < 5*files {
		t.Fatalf("%d files, %d times refused: %v", files, refused, err)
	}
}

// TestMatch_boundsPatternsOfStrangers: Bleve makes a machine of a pattern or a
// misspelled word, whose size strangers chose: it took half a minute, or had too many
// states.
func TestMatch_boundsPatternsOfStrangers(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("donaudampfschiff", 4)
	x := create(t, doc("a", "Bäume am Weg"), doc("b", "Baumkataster"), doc("c", long))
	wild := func(p string) search.Node { return search.Wildcard{Field: "title", Pattern: p} }
	x.expect(true, wild("baum*"), "a", "b")
	x.expect(true, wild("*k?taster"), "b")
	x.expect(true, wild("BÄUME"), "a")
	x.expect(true, wild("*"), "a", "b", "c")
	x.expect(true, wild("*schiff*schiff"), "c")
	x.expect(true, wild("nichts*"))
	for _, part := range []string{"*a*", "?*", "*?", "a*", "*", "?"} {
		x.expect(true, wild(strings.Repeat(part, 4000)+"zz"))
	}
	fuzzy := func(word string, n int) search.Node { return search.Term{Field: "title", Value: word, Fuzzy: n} }
	x.expect(true, fuzzy("baumkatazter", 1), "b")
	x.expect(true, fuzzy(long[1:], 1), "c")
	x.expect(true, fuzzy("x"+long+"y", 2), "c")
	x.expect(true, fuzzy("x"+long+"y", 1))
	for n := 20; n < 60; n++ { // on both sides of what is long
		x.expect(true, fuzzy(strings.Repeat("abcdefghij", 6)[:n], 2))
	}
	x.expect(true, fuzzy(strings.Repeat("abcdefgh", 1000), 2))
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if _, _, err := x.Match(stopped, true, wild("baum*")); err != nil && !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
