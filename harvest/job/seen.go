package job

import "hash/maphash"

// seen holds which identifiers came, in eight bytes each: half a million texts
// would be most of the memory of a run.
type seen map[uint64]struct{}

var seenSeed = maphash.MakeSeed()

func (s seen) has(guid string) bool {
	_, ok := s[maphash.String(seenSeed, guid)]
	return ok
}

func (s seen) add(guid string) { s[maphash.String(seenSeed, guid)] = struct{}{} }
