package engine_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/engine"
)

// TestSearch_boundsWhatIsComparedWithAllWords: one pattern is answered, hundreds
// at once end soon with an error that says why, and a search that nobody waits for
// ends as well.
func TestSearch_boundsWhatIsComparedWithAllWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const datasets, each = 20, 1500
	e := described(t, h, datasets, func(n int) string {
		var words strings.Builder
		for i := range each {
			fmt.Fprintf(&words, "wort%dx%d ", n, i)
		}
		return words.String()
	})
	ask := func(ctx context.Context, n int, node func(i int) search.Node) (*search.Result, error) {
		var all []search.Node
		for i := range n {
			all = append(all, node(i))
		}
		return e.Search(ctx, search.Query{Text: search.And{Nodes: all}, Labels: []string{catalog.LabelPublic}, Rows: 10})
	}
	for name, node := range map[string]func(i int) search.Node{
		"patterns": func(i int) search.Node { return search.Wildcard{Field: "text", Pattern: fmt.Sprintf("*%d*", i%9)} },
		"misspelled": func(i int) search.Node {
			return search.Term{Field: "text", Value: fmt.Sprintf("wort1x%d", i), Fuzzy: 2}
		},
		"ranges":             func(i int) search.Node { return search.Range{Field: "text", From: fmt.Sprint("a", i)} },
		"patterns of titles": func(i int) search.Node { return search.Wildcard{Field: "title", Pattern: fmt.Sprintf("*%d*", i)} },
		"one endless pattern": func(i int) search.Node {
			return search.Wildcard{Field: "text", Pattern: strings.Repeat("*a", 500) + fmt.Sprint(i)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := ask(t.Context(), 1, node); err != nil {
				t.Errorf("one: %v", err)
			}
			_, err := ask(t.Context(), 500, node)
			var c *catalog.Error
			if !errors.As(err, &c) || c.Kind != catalog.KindInvalid || len(c.Findings) != 1 {
				t.Errorf("500: %v", err)
			}
			gone, cancel := context.WithCancel(t.Context())
			cancel()
			if _, err := ask(gone, 1, node); err == nil {
				t.Error("nobody waits, and it goes on")
			}
		})
	}
}

// described opens an engine on so many public datasets with these descriptions.
func described(t *testing.T, h *house, datasets int, notes func(n int) string) *engine.Engine {
	t.Helper()
	seq, err := h.store.Update(context.Background(), catalog.Actor{Sysadmin: true}, func(tx catalog.WriteTx) error {
		for n := range datasets {
			e := &catalog.Entry{ID: fmt.Sprint("id-", n), Name: fmt.Sprint("n", n), Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic, Fields: catalog.Fields{"title": "T", "notes": notes(n)}}
			if err := tx.PutEntry(e, catalog.OpCreate); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	e := h.open(h.dir + "/index")
	t.Cleanup(func() { e.Close() })
	if err := e.WaitFor(t.Context(), seq); err != nil {
		t.Fatal(err)
	}
	return e
}

// TestSearch_boundsRowsOfFrequentWords: some phrases are answered however frequent
// their words are, hundreds at once are not.
func TestSearch_boundsRowsOfFrequentWords(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const datasets = 600
	e := described(t, h, datasets, func(n int) string { return fmt.Sprintf("Zahlen zum Verkehr, Nummer %d", n) })
	ask := func(n int, node func(i int) search.Node) (*search.Result, error) {
		var all []search.Node
		for i := range n {
			all = append(all, node(i))
		}
		return e.Search(t.Context(), search.Query{Text: search.Or{Nodes: all}, Labels: []string{catalog.LabelPublic}, Rows: 1})
	}
	frequent := func(i int) search.Node { return search.Phrase{Field: "notes", Value: "zahlen verkehr", Slop: i + 1} }
	for _, n := range []int{1, 20} {
		if res, err := ask(n, frequent); err != nil || res.Total != datasets {
			t.Errorf("%d phrases: %v", n, err)
		}
	}
	var refused *catalog.Error
	if _, err := ask(500, frequent); !errors.As(err, &refused) || refused.Kind != catalog.KindInvalid {
		t.Errorf("500 phrases: %v", err)
	}
	if res, err := ask(500, func(i int) search.Node { return search.Phrase{Field: "notes", Value: fmt.Sprint("nummer ", i)} }); err != nil || res.Total != 500 {
		t.Errorf("500 phrases with a rare word: %v", err)
	}
}

// TestSearch_refusesRowsBesideSynonyms: what is refused as a row of words may have a
// synonym of one word that is there.
func TestSearch_refusesRowsBesideSynonyms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := described(t, h, 600, func(int) string { return "Bebauungsplan: ein B und ein Plan" })
	var all []search.Node
	for i := range 500 {
		all = append(all, search.Phrase{Field: "notes", Value: "bebauungsplan plan", Slop: i + 1})
	}
	all = append(all, search.Words{Words: []search.Word{{Text: "B-Plan"}}})
	var refused *catalog.Error
	_, err := e.Search(t.Context(), search.Query{Text: search.Or{Nodes: all}, Labels: []string{catalog.LabelPublic}, Rows: 1})
	if !errors.As(err, &refused) || refused.Kind != catalog.KindInvalid {
		t.Errorf("got %v", err)
	}
}
