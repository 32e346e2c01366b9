package overlay

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestOrdinals_packed writes lists of every density and reads them back.
func TestOrdinals_packed(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 3))
	forms := map[int]int{}
	for range 100 {
		var ords []uint32
		size := 1 + r.IntN(100_000)
		share := []float64{1, 0.999, 0.9, 0.5, 0.1, 0.05, 0.001, 0.00002}[r.IntN(8)]
		for i := range uint32(size) {
			if r.Float64() < share {
				ords = append(ords, i)
			}
		}
		packed, halves := pack(nil, ords)
		if len(packed) > 2*len(ords) {
			t.Fatalf("%d ordinals take %d halves", len(ords), len(packed))
		}
		l := ordinals{n: len(ords), packed: append(packed, 7, 7, 7), halves: halves} // others follow
		if got := slices.Collect(l.all()); !slices.Equal(got, ords) {
			t.Fatalf("%d of %d ordinals, share %g: %d came back", len(ords), size, share, len(got))
		}
		every, half := newSet(size), newSet(size)
		for i := range uint32(size) {
			if i%2 == 0 {
				half.add(i)
			}
		}
		every.addAll(l)
		if every.count() != len(ords) || countIn(every, l) != len(ords) || countIn(half, l) != half.countAnd(every) || countIn(every, plainList(ords)) != len(ords) {
			t.Fatalf("%d of %d ordinals, share %g: %d in the set", len(ords), size, share, every.count())
		}
		for c := l.cursor(); c.left > 0; c.left, c.here = c.left-c.here, 0 {
			c.open()
			forms[c.form]++
		}
		for range 50 {
			i := r.Uint32N(uint32(size) + 70_000) //nolint:gosec // small
			if _, want := slices.BinarySearch(ords, i); l.has(i) != want {
				t.Fatalf("%d of %d ordinals, share %g: has(%d) is %t", len(ords), size, share, i, !want)
			}
		}
	}
	for _, form := range []int{formEach, formBits, formRuns, formHalves} {
		if forms[form] == 0 {
			t.Errorf("form %d was not written", form)
		}
	}
}
