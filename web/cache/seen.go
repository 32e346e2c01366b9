package cache

import (
	"hash/maphash"
	"sync/atomic"
)

// Seen remembers roughly which keys came by lately, in a fixed and small space.
// A key whose place another took counts as new. It is safe for concurrent use.
type Seen struct {
	seed  maphash.Seed
	marks [1 << 13]atomic.Uint32
}

// NewSeen makes one that has seen nothing.
func NewSeen() *Seen { return &Seen{seed: maphash.MakeSeed()} }

// Again notes a key and reports whether it came by before.
func (s *Seen) Again(key string) bool {
	h := maphash.String(s.seed, key)
	mark := uint32(h>>32) | 1 // an empty place is zero
	return s.marks[h%uint64(len(s.marks))].Swap(mark) == mark
}
