package catalog

import "hash/maphash"

// texts remembers short texts by what they hash to, so that the names of fields
// and the answers out of a list, which make up most of an entry, are made once
// and not with every entry. A text that needs an occupied place takes it.
type texts [1 << 10]any

// maxKnown is the length in bytes up to which a text is remembered: identifiers
// and sentences differ in every entry.
const maxKnown = 24

var textSeed = maphash.MakeSeed()

// value is the text as a value of JSON.
func (t *texts) value(text []byte) any {
	place := &t[maphash.Bytes(textSeed, text)%uint64(len(t))]
	if s, ok := (*place).(string); ok && s == string(text) {
		return *place
	}
	*place = string(text)
	return *place
}
