package overlay

import (
	"hash/maphash"
	"slices"
	"sync"
)

// tallies keep how often the values of a field stand in large sets of a segment:
// a frequent word or filter finds the same documents again and again, and to
// count them is most of what its answer costs. A segment does not change, so
// nothing here grows old; what is not asked for any more makes room.
type tallies struct {
	mu         sync.Mutex
	young, old map[tallied][]uint32
	size       int // bytes in young
}

// tallied is a field and a set, told from others by its sum: 64 bits that nobody
// outside can foresee.
type tallied struct {
	field string
	sum   uint64
	n     int
}

const (
	// tallyFrom is the size of a set from which its counts are kept.
	tallyFrom = 4096
	// tallyBytes bounds each of the two generations.
	tallyBytes = 4 << 20
)

var tallySeed = maphash.MakeSeed()

// sum tells a set from others.
func (s set) sum() uint64 {
	return maphash.Bytes(tallySeed, raw([]uint64(s)))
}

// get returns counts that the caller may change, nil when they are not known.
func (t *tallies) get(key tallied) []uint32 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if c := t.young[key]; c != nil {
		return slices.Clone(c)
	}
	c := t.old[key]
	if c != nil {
		t.keep(key, c)
	}
	return slices.Clone(c)
}

// put keeps a copy of counts.
func (t *tallies) put(key tallied, counts []uint32) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.keep(key, slices.Clone(counts))
}

func (t *tallies) keep(key tallied, counts []uint32) {
	const entry = 100 // what a key takes
	bytes := 4*len(counts) + entry
	if counts == nil || bytes > tallyBytes/4 {
		return
	}
	if t.size+bytes > tallyBytes || t.young == nil {
		t.young, t.old, t.size = map[tallied][]uint32{}, t.young, 0
	}
	t.young[key] = counts
	t.size += bytes
}
