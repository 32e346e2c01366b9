package source

import "hash/maphash"

// Seen holds which identifiers came, in eight bytes each: half a million texts
// would be most of the memory of a run.
type Seen map[uint64]struct{}

var seenSeed = maphash.MakeSeed()

// Has reports whether an identifier came.
func (s Seen) Has(id string) bool {
	_, ok := s[maphash.String(seenSeed, id)]
	return ok
}

// Add notes an identifier.
func (s Seen) Add(id string) { s[maphash.String(seenSeed, id)] = struct{}{} }
