// Package overlay is the part of the index that lives in memory beside Bleve:
// posting lists with prepared weights for the words people type, posting lists
// of exact values, columns of dates and numbers. Filters, facets, orders and
// deep pages are answered from it; only what needs the place of a word in its
// field (phrases, fields, patterns, misspellings) is asked of Bleve.
//
// It has two shards: what everybody may find, and everything else. An anonymous
// reader's query opens only the first, so that no count, facet, suggestion or
// score can tell of what never was in it.
//
// A shard is a list of tiers. The first is a file, mapped into memory and never
// changed; the others take what came after it. Now and then they are written
// together into a new file, beside the running searches. After a crash the last
// file is there, and the change log brings what it lacks.
package overlay

import (
	"math/bits"
	"sync"
)

// set is a set of ordinals, one bit each.
type set []uint64

func newSet(n int) set { return make(set, (n+63)/64) }

func (s set) has(i uint32) bool { return s[i>>6]&(1<<(i&63)) != 0 }
func (s set) add(i uint32)      { s[i>>6] |= 1 << (i & 63) }

func (s set) and(o set) {
	for i := range s {
		s[i] &= o[i]
	}
}

func (s set) or(o set) {
	for i := range s {
		s[i] |= o[i]
	}
}

func (s set) andNot(o set) {
	for i := range s {
		s[i] &^= o[i]
	}
}

func (s set) count() int {
	n := 0
	for _, w := range s {
		n += bits.OnesCount64(w)
	}
	return n
}

// countAnd is the size of what two sets have in common.
func (s set) countAnd(o set) int {
	n := 0
	for i, w := range s {
		n += bits.OnesCount64(w & o[i])
	}
	return n
}

// each calls fn with every ordinal in rising order until it returns false.
func (s set) each(fn func(i uint32) bool) {
	for w, word := range s {
		for word != 0 {
			if !fn(uint32(w)<<6 | uint32(bits.TrailingZeros64(word))) {
				return
			}
			word &= word - 1
		}
	}
}

// pool lends cleared memory of one length: queries need a few sets and arrays
// as long as a tier, and making them anew would keep the collector busy.
type pool[T any] struct{ p sync.Pool }

func (p *pool[T]) get(n int) []T {
	out := p.raw(n)
	clear(out)
	return out
}

// raw is get with whatever the last user left in it.
func (p *pool[T]) raw(n int) []T {
	if x, ok := p.p.Get().(*[]T); ok && cap(*x) >= n {
		return (*x)[:n]
	}
	return make([]T, n, n+n/8)
}

func (p *pool[T]) put(x []T) { p.p.Put(&x) }

var (
	words64 pool[uint64]
	floats  pool[float32]
	bytes8  pool[uint8]
	words32 pool[uint32]
)

// borrow collects what a query took from the pools, to give it back at its end.
type borrow struct {
	sets   [][]uint64
	floats [][]float32
	bytes  [][]uint8
	lists  [][]uint32
}

func (b *borrow) set(n int) set {
	s := words64.get((n + 63) / 64)
	b.sets = append(b.sets, s)
	return s
}

func (b *borrow) float(n int) []float32 {
	s := floats.get(n)
	b.floats = append(b.floats, s)
	return s
}

// raw is a float for every document, of no meaning until it is set.
func (b *borrow) raw(n int) []float32 {
	s := floats.raw(n)
	b.floats = append(b.floats, s)
	return s
}

func (b *borrow) byte(n int) []uint8 {
	s := bytes8.get(n)
	b.bytes = append(b.bytes, s)
	return s
}

// list is a list of n ordinals, to be filled.
func (b *borrow) list(n int) []uint32 {
	s := words32.raw(n)
	b.lists = append(b.lists, s)
	return s
}

func (b *borrow) giveBack() {
	for _, s := range b.lists {
		words32.put(s)
	}
	for _, s := range b.sets {
		words64.put(s)
	}
	for _, s := range b.floats {
		floats.put(s)
	}
	for _, s := range b.bytes {
		bytes8.put(s)
	}
	*b = borrow{}
}
