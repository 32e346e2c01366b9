package overlay

import (
	"iter"
	"math/bits"
	"slices"
)

// ordinals is a list of rising ordinals. A tier in memory has them as they are. In a
// file those with the same upper half stand together in a container: the upper
// half, their number less one, form and length of the data, then the lower
// halves in the form that is shortest. Words of few documents in many containers
// have each ordinal as two halves, and what one document has stands in the directory.
type ordinals struct {
	n      int
	plain  []uint32
	packed []uint16
	halves bool
}

// Forms of the lower halves.
const (
	formEach = iota // one after the other
	formBits        // a bit for each, from the first possible one on
	formRuns        // the first and how many follow it
	formMask = 3
	// formHalves and formPlain stand in no file: the whole list is alike.
	formHalves = 4
	formPlain  = 5
)

// headerLen is the length of what stands before the data of a container.
const headerLen = 3

func plainList(ords []uint32) ordinals { return ordinals{n: len(ords), plain: ords} }

// pack appends ordinals as they stand in a file.
func pack(out []uint16, ords []uint32) (packed []uint16, halves bool) {
	from := len(out)
	for rest := ords; len(rest) > 0; {
		n, runs := 1, 1
		for n < len(rest) && rest[n]>>16 == rest[0]>>16 {
			if rest[n] != rest[n-1]+1 {
				runs++
			}
			n++
		}
		group := rest[:n]
		rest = rest[n:]
		words := int(group[n-1]&0xffff)>>6 + 1
		form, size := formEach, n
		if 2*runs < size {
			form, size = formRuns, 2*runs
		}
		if 4*words < size {
			form, size = formBits, 4*words
		}
		out = append(out, uint16(group[0]>>16), uint16(n-1), uint16(size<<2|form)) //nolint:gosec // n is up to 1<<16, size up to 1<<12
		out = packGroup(out, group, form, words)
	}
	if len(out)-from < 2*len(ords) {
		return out, false
	}
	out = out[:from]
	for _, ord := range ords {
		out = append(out, uint16(ord), uint16(ord>>16)) //nolint:gosec // its halves
	}
	return out, true
}

func packGroup(out []uint16, group []uint32, form, words int) []uint16 {
	switch form {
	case formEach:
		for _, ord := range group {
			out = append(out, uint16(ord)) //nolint:gosec // its lower half
		}
	case formBits:
		at := len(out)
		out = append(out, make([]uint16, 4*words)...)
		for _, ord := range group {
			low := ord & 0xffff
			out[at+int(low>>4)] |= 1 << (low & 15)
		}
	case formRuns:
		for i, ord := range group {
			if i > 0 && ord == group[i-1]+1 {
				out[len(out)-1]++
				continue
			}
			out = append(out, uint16(ord), 0) //nolint:gosec // its lower half
		}
	}
	return out
}

// chunk has room for the ordinals that are looked at together.
type chunk [256]uint32

// cursor goes through a list.
type cursor struct {
	left  int // ordinals to come
	plain []uint32
	rest  []uint16 // behind the container at hand
	// The container at hand: how many are to come, what they lie in.
	here int
	form int
	high uint32
	data []uint16
	// word are the bits at hand, or run the ordinals of the run at hand, from base on.
	word uint64
	run  int
	base uint32
}

func (l ordinals) cursor() cursor {
	c := cursor{left: l.n, plain: l.plain, rest: l.packed}
	switch {
	case l.plain != nil:
		c.here, c.form = l.n, formPlain
	case l.halves:
		c.here, c.form, c.data = l.n, formHalves, l.packed
	}
	return c
}

// open goes on to the next container if the one at hand is at its end.
func (c *cursor) open() {
	if c.here > 0 {
		return
	}
	h := c.rest[:headerLen]
	size := int(h[2] >> 2)
	c.high, c.here, c.form = uint32(h[0])<<16, min(int(h[1])+1, c.left), int(h[2]&formMask)
	c.data, c.rest = c.rest[headerLen:headerLen+size], c.rest[headerLen+size:]
	c.word, c.run, c.base = 0, 0, c.high-64
}

// whole returns the data of the next container and goes on behind it, if their
// form is one of the first up to last; otherwise only the form.
func (c *cursor) whole(last int) (form int, high uint32, data []uint16) {
	if c.open(); c.form > last {
		return c.form, 0, nil
	}
	c.left, c.here = c.left-c.here, 0
	return c.form, c.high, c.data
}

// bitsOf are the first 64 of many bits.
func bitsOf(d []uint16) uint64 {
	d = d[:4]
	return uint64(d[0]) | uint64(d[1])<<16 | uint64(d[2])<<32 | uint64(d[3])<<48
}

// next returns the next ordinals, none at the end. They stand in buf or belong to the list.
func (c *cursor) next(buf []uint32) []uint32 {
	if c.left == 0 {
		return nil
	}
	c.open()
	out := buf[:min(c.here, len(buf))]
	switch c.form {
	case formPlain:
		out = c.plain
	case formHalves:
		for k := range out {
			out[k] = uint32(c.data[2*k]) | uint32(c.data[2*k+1])<<16
		}
		c.data = c.data[2*len(out):]
	case formEach:
		for k, low := range c.data[:len(out)] {
			out[k] = c.high | uint32(low)
		}
		c.data = c.data[len(out):]
	case formBits:
		c.bits(out)
	default:
		c.runs(out)
	}
	c.here -= len(out)
	c.left -= len(out)
	return out
}

func (c *cursor) bits(out []uint32) {
	word, base := c.word, c.base
	for k := 0; k < len(out); {
		for word == 0 {
			word = bitsOf(c.data)
			c.data, base = c.data[4:], base+64
		}
		for ; word != 0 && k < len(out); word &= word - 1 {
			out[k] = base + uint32(bits.TrailingZeros64(word)) //nolint:gosec // below 64
			k++
		}
	}
	c.word, c.base = word, base
}

func (c *cursor) runs(out []uint32) {
	for len(out) > 0 {
		if c.run == 0 {
			c.base, c.run = c.high+uint32(c.data[0]), int(c.data[1])+1
			c.data = c.data[2:]
		}
		n := min(c.run, len(out))
		for k := range out[:n] {
			out[k] = c.base + uint32(k) //nolint:gosec // below 1<<16
		}
		c.base, c.run, out = c.base+uint32(n), c.run-n, out[n:] //nolint:gosec // up to 1<<16
	}
}

// unpack returns the whole list. It stands in room or belongs to the list.
func (l ordinals) unpack(room *[]uint32) []uint32 {
	if l.plain != nil {
		return l.plain
	}
	out := slices.Grow((*room)[:0], l.n)[:l.n]
	*room = out
	c := l.cursor()
	for rest := out; c.left > 0; {
		rest = rest[len(c.next(rest)):]
	}
	return out
}

// all goes through a list where it need not be quick.
func (l ordinals) all() iter.Seq[uint32] {
	return func(yield func(uint32) bool) {
		var buf chunk
		c := l.cursor()
		for ords := c.next(buf[:]); len(ords) > 0; ords = c.next(buf[:]) {
			for _, i := range ords {
				if !yield(i) {
					return
				}
			}
		}
	}
}

// addAll takes a list into a set.
func (s set) addAll(l ordinals) {
	for _, i := range l.plain {
		s[i>>6] |= 1 << (i & 63)
	}
	for c := l.cursor(); l.plain == nil && c.left > 0; {
		switch form, high, data := c.whole(formRuns); form {
		case formEach:
			for _, low := range data {
				i := high | uint32(low)
				s[i>>6] |= 1 << (i & 63)
			}
		case formBits:
			for w := high >> 6; len(data) > 0; w, data = w+1, data[4:] {
				s[w] |= bitsOf(data)
			}
		case formRuns:
			for ; len(data) > 0; data = data[2:] {
				s.fill(high+uint32(data[0]), uint32(data[1])+1)
			}
		default:
			var buf chunk
			for _, i := range c.next(buf[:]) {
				s[i>>6] |= 1 << (i & 63)
			}
		}
	}
}

// fill takes n ordinals in a row into a set.
func (s set) fill(from, n uint32) {
	for n > 0 {
		k := min(n, 64-from&63)
		s[from>>6] |= ^uint64(0) >> (64 - k) << (from & 63)
		from, n = from+k, n-k
	}
}

// countIn counts the documents of a list that a set has.
func countIn(s set, l ordinals) int {
	n := uint64(0)
	for _, i := range l.plain {
		n += s[i>>6] >> (i & 63) & 1
	}
	for c := l.cursor(); l.plain == nil && c.left > 0; {
		switch form, high, data := c.whole(formBits); form {
		case formEach:
			for _, low := range data {
				i := high | uint32(low)
				n += s[i>>6] >> (i & 63) & 1
			}
		case formBits:
			for w := high >> 6; len(data) > 0; w, data = w+1, data[4:] {
				n += uint64(bits.OnesCount64(s[w] & bitsOf(data))) //nolint:gosec // up to 64
			}
		default:
			var buf chunk
			for _, i := range c.next(buf[:]) {
				n += s[i>>6] >> (i & 63) & 1
			}
		}
	}
	return int(n) //nolint:gosec // not more than documents
}

// has reports whether an ordinal is in the list.
func (l ordinals) has(ord uint32) bool {
	if l.plain != nil {
		_, ok := slices.BinarySearch(l.plain, ord)
		return ok
	}
	if l.halves { // they are few
		for i := range l.all() {
			if i == ord {
				return true
			}
		}
		return false
	}
	for c := l.cursor(); c.left > 0; c.left, c.here = c.left-c.here, 0 {
		if c.open(); c.high != ord&^0xffff {
			continue
		}
		low := uint16(ord) //nolint:gosec // its lower half
		switch c.form {
		case formEach:
			_, ok := slices.BinarySearch(c.data[:c.here], low)
			return ok
		case formBits:
			return int(low>>4) < len(c.data) && c.data[low>>4]>>(low&15)&1 == 1
		default:
			for d := c.data; len(d) > 1; d = d[2:] {
				if low >= d[0] && low-d[0] <= d[1] {
					return true
				}
			}
			return false
		}
	}
	return false
}
