package overlay

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trio.example/search"
)

// TestByScore_isTheBeginningOfTheWholeOrder compares the quick way to the best
// with sorting everything, where many documents share scores and dates.
func TestByScore_isTheBeginningOfTheWholeOrder(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for round := range 200 {
		m, b := newMemory(), newBuilder()
		n := 300 + r.IntN(700)
		for i := range n {
			d := &search.Document{ID: fmt.Sprintf("%04d", r.IntN(10_000)*1000+i), Type: "dataset", Labels: []string{"public"}, Dates: map[string]time.Time{}}
			if r.IntN(10) > 0 {
				d.Dates["metadata_modified"] = time.Unix(int64(r.IntN(5)), 0)
			}
			m.add(b.row(d))
		}
		v := &view{tier: m, hits: newSet(n), score: make([]float32, n)}
		hits := 0
		for i := range uint32(n) {
			if r.IntN(4) > 0 {
				v.hits.add(i)
				v.score[i] = float32(1 + r.IntN(6))
				hits++
			}
		}
		o := newOrder([]search.Sort{{Field: "score", Desc: true}, {Field: "metadata_modified", Desc: round%2 == 0}}, []*view{v})
		var want []candidate
		v.hits.each(func(i uint32) bool { want = append(want, candidate{v, i, v.score[i]}); return true })
		slices.SortFunc(want, o.compare)
		k := 1 + r.IntN(hits/3)
		ords := func(list []candidate) (out []uint32) {
			for _, c := range list {
				out = append(out, c.ord)
			}
			return out
		}
		if d := cmp.Diff(ords(want[:k]), ords((&query{}).byScore(o, v, k, hits))); d != "" {
			t.Fatalf("the first %d of %d: %s", k, hits, d)
		}
	}
}
