package catalog

import (
	"reflect"
	"time"
)

// equal reports whether two states of an entry are the same but for revision
// and time of change.
func equal(a, b *Entry) bool {
	x, y := *a, *b
	if !b.Stamp.IsZero() && !b.Stamp.Equal(a.Modified) {
		return false
	}
	x.Stamp, y.Stamp = time.Time{}, time.Time{}
	x.Rev, y.Rev, x.Modified, y.Modified = 0, 0, a.Modified, a.Modified
	if len(x.Parts) != len(y.Parts) {
		return false
	}
	for i := range x.Parts {
		if x.Parts[i].ID != y.Parts[i].ID || !equalFields(x.Parts[i].Fields, y.Parts[i].Fields) {
			return false
		}
	}
	x.Parts, y.Parts = nil, nil
	if !equalFields(x.Fields, y.Fields) {
		return false
	}
	x.Fields, y.Fields = nil, nil
	return reflect.DeepEqual(x, y)
}

func equalFields(a, b Fields) bool {
	return len(a) == len(b) && (len(a) == 0 || reflect.DeepEqual(a, b))
}
