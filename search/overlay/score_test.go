package overlay_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/search"
	"trio.example/search/overlay"
)

// TestScore_forgetsWhatWasReplaced holds an index whose documents were written
// over and over, and taken away, against one that never had any but the last.
func TestScore_forgetsWhatWasReplaced(t *testing.T) {
	t.Parallel()
	used := newWorld(t, 7)
	for range 5 {
		used.change(150)
		if err := used.idx.Spill(); err != nil {
			t.Fatal(err)
		}
	}
	if err := used.idx.Save(); err != nil {
		t.Fatal(err)
	}
	used.change(5) // few beside many, and many beside few
	fresh := newWorld(t, 7)
	fresh.idx.Apply(slices.Collect(maps.Values(used.docs)), nil, overlay.Checkpoint{Seq: 1}, 1)
	scores := func(w *world, n search.Node) map[string]float64 {
		res, err := w.idx.Search(t.Context(), search.Query{Text: n, Rows: 1000, Sort: []search.Sort{{Field: "id"}}})
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]float64{}
		for _, h := range res.Hits {
			out[h.ID] = h.Score
		}
		return out
	}
	compare := func() {
		t.Helper()
		for _, word := range vocabulary {
			if strings.Contains(word, "-") || search.Analyze(word).Phrases != nil {
				continue // Bleve's affair
			}
			n := search.Words{Words: []search.Word{{Text: word}, {Text: "Haushaltsplan"}, {Text: "Luft"}}}
			if d := cmp.Diff(scores(fresh, n), scores(used, n)); d != "" {
				t.Errorf("%s:\n%s", word, d)
			}
		}
	}
	compare()
	used.change(150)
	fresh = newWorld(t, 7)
	fresh.idx.Apply(slices.Collect(maps.Values(used.docs)), nil, overlay.Checkpoint{Seq: 1}, 1)
	compare()
}
