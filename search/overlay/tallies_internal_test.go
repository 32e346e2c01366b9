package overlay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"trio.example/search"
)

// TestSearch_keptCountsAreExact asks for facets of large sets again and again,
// while documents are replaced and come to it.
func TestSearch_keptCountsAreExact(t *testing.T) {
	t.Parallel()
	const n = 6000
	r := rand.New(rand.NewPCG(5, 5))
	x, err := Create(t.TempDir(), "v", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer x.Close()
	docs := make([]*search.Document, n)
	make1 := func(i int) {
		d := &search.Document{ID: fmt.Sprintf("%05d", i), Type: "dataset", Labels: []string{"public"}, Exact: map[string][]string{"state": {[]string{"a", "b"}[r.IntN(8)/7]}}}
		for range r.IntN(4) {
			if v := fmt.Sprint("t", r.IntN(60)); !slices.Contains(d.Exact["tags"], v) {
				d.Exact["tags"] = append(d.Exact["tags"], v)
			}
		}
		docs[i] = d
	}
	for i := range docs {
		make1(i)
	}
	x.Apply(docs, nil, Checkpoint{Seq: 1}, 1)
	if err := x.Save(); err != nil {
		t.Fatal(err)
	}
	for round := range 5 {
		for range 2 { // counted, and from memory
			res, err := x.Search(t.Context(), search.Query{Labels: []string{"public"}, Filters: []search.Node{search.Term{Field: "state", Value: "a"}},
				Facets: []search.Facet{{Field: "tags", Limit: -1, MinCount: 1}, {Field: "state", Limit: -1, MinCount: 0}, {Field: "nothing", Limit: -1}}})
			if err != nil {
				t.Fatal(err)
			}
			want, total := map[string]int{}, 0
			for _, d := range docs {
				if d.Exact["state"][0] == "a" {
					total++
					for _, v := range d.Exact["tags"] {
						want[v]++
					}
				}
			}
			if res.Total != total || len(res.Facets["tags"]) != len(want) || len(res.Facets["state"]) != 2 || len(res.Facets["nothing"]) != 0 {
				t.Fatalf("round %d: %d of %d found, facets %v", round, res.Total, total, res.Facets)
			}
			for _, c := range res.Facets["tags"] {
				if want[c.Value] != c.Count {
					t.Errorf("round %d: %s %d, want %d", round, c.Value, c.Count, want[c.Value])
				}
			}
		}
		var changed []*search.Document
		for range 40 {
			i := r.IntN(n)
			make1(i)
			changed = append(changed, docs[i])
		}
		x.Apply(changed, nil, Checkpoint{Seq: int64(round + 2)}, 1)
	}
	if s := x.public.tiers[0].(*segment); len(s.tallies.young) == 0 {
		t.Error("nothing was kept")
	}
}

func TestTallies_areBounded(t *testing.T) {
	t.Parallel()
	var k tallies
	counts := make([]uint32, 10_000)
	for i := range 1000 {
		counts[0] = uint32(i) //nolint:gosec // small
		k.put(tallied{"f", uint64(i), 1}, counts)
		if k.size > tallyBytes || len(k.young)+len(k.old) > 2*tallyBytes/40_000 {
			t.Fatalf("%d bytes, %d and %d sets", k.size, len(k.young), len(k.old))
		}
	}
	got := k.get(tallied{"f", 999, 1})
	if got == nil || got[0] != 999 {
		t.Fatalf("%v", got)
	}
	got[0] = 1 // the caller's own
	if k.get(tallied{"f", 999, 1})[0] != 999 {
		t.Error("a caller changed what is kept")
	}
	if k.get(tallied{"f", 1, 1}) != nil {
		t.Error("the oldest is still there")
	}
	if k.put(tallied{"g", 1, 1}, make([]uint32, tallyBytes)); k.get(tallied{"g", 1, 1}) != nil {
		t.Error("one field takes all the room")
	}
}
