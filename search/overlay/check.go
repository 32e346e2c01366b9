package overlay

import (
	"math/bits"
	"slices"
)

// check looks through the whole file for numbers that lead out of it: its sum
// only says that the file is as somebody wrote it. What cannot be read panics.
func (s *segment) check() error {
	docs := s.meta.Docs
	ok := docs == len(s.revs) && docs == len(s.stamps) && offsets(s.idOff, s.ids, docs) &&
		offsets(s.wordOff, s.wordText, s.nWords()) && offsets(s.valueOff, s.valueText, len(s.valueDir)/2)
	// A look-up ends at an empty place.
	ok = ok && len(s.table)&(len(s.table)-1) == 0 && slices.Contains(s.table, 0) && below(s.table, docs+1)
	for _, r := range s.meta.Fields {
		ok = ok && 0 <= r[0] && r[0] <= r[1] && r[1] <= len(s.valueDir)/2
	}
	for _, name := range s.columns() {
		c := s.column(name)
		ok = ok && below(c.ords, docs) && slices.IsSorted(c.ords)
	}
	if !ok {
		return errSegment
	}
	for i := range s.nWords() {
		if p := s.wordAt(i); !p.ords.below(docs) {
			return errSegment
		}
	}
	for i := range len(s.valueDir) / 2 {
		if !s.valueAt(i).below(docs) {
			return errSegment
		}
	}
	return nil
}

// offsets reports whether n texts lie one behind the other.
func offsets(off []uint32, text []byte, n int) bool {
	return len(off) == n+1 && slices.IsSorted(off) && int(off[n]) <= len(text)
}

func below(ords []uint32, n int) bool {
	return len(ords) == 0 || int(slices.Max(ords)) < n
}

// below reports whether a list has documents, and only such.
func (l ordinals) below(docs int) bool {
	if l.plain != nil {
		return below(l.plain, docs)
	}
	if l.n == 0 || l.n > docs {
		return false
	}
	most := 0
	var buf chunk
	for c := l.cursor(); c.left > 0; {
		left, n := c.left, 0
		switch form, high, data := c.whole(formRuns); form {
		case formEach:
			n, most = len(data), max(most, int(high)+int(slices.Max(data)))
		case formBits:
			for base := int(high); len(data) > 0; base, data = base+64, data[4:] {
				if word := bitsOf(data); word != 0 {
					n, most = n+bits.OnesCount64(word), max(most, base+bits.Len64(word)-1)
				}
			}
		case formRuns:
			for ; len(data) > 0; data = data[2:] {
				n, most = n+int(data[1])+1, max(most, int(high)+int(data[0])+int(data[1]))
			}
		default:
			some := c.next(buf[:])
			n, most = len(some), max(most, int(slices.Max(some)))
		}
		if n != left-c.left { // what the head says
			return false
		}
	}
	return most < docs
}
