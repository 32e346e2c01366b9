package overlay

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"iter"
	"os"
	"unsafe"
)

// segmentWriter writes a segment from front to back.
type segmentWriter struct {
	f    *os.File
	out  *bufio.Writer
	pos  int64
	sum  uint32
	meta segmentMeta
	err  error

	packed []uint16 // room for a list
}

func (w *segmentWriter) write(b []byte) {
	if w.err != nil {
		return
	}
	_, w.err = w.out.Write(b)
	w.sum = crc32.Update(w.sum, castagnoli, b)
	w.pos += int64(len(b))
}

// align brings the position to a multiple of 8.
func (w *segmentWriter) align() {
	if n := int(-w.pos & 7); n > 0 {
		w.write(make([]byte, n))
	}
}

func raw[T byte | uint16 | uint32 | int64 | uint64](x []T) []byte {
	if len(x) == 0 {
		return nil
	}
	return unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(x))), len(x)*int(unsafe.Sizeof(x[0])))
}

func section[T byte | uint32 | int64](w *segmentWriter, name string, x []T) {
	w.align()
	b := raw(x)
	w.meta.Sections[name] = [2]int64{w.pos, int64(len(b))}
	w.write(b)
}

const absent = ^uint32(0)

// part is a tier on its way into a new segment: where its documents go.
type part struct {
	tier
	to []uint32 // absent for the dead
}

// newSegment writes the living documents of some tiers into a new file and opens it.
func newSegment(path string, tiers []tier, dead []set) (*segment, error) {
	if err := writeSegment(path, tiers, dead); err != nil {
		return nil, err
	}
	return openSegment(path)
}

// writeSegment writes the living documents of some tiers into a new file, in
// their order. dead says who was dead when the tiers were frozen.
func writeSegment(path string, tiers []tier, gone []set) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	w := &segmentWriter{f: f, out: bufio.NewWriterSize(f, 1<<20), meta: segmentMeta{
		Sections: map[string][2]int64{}, Fields: map[string][2]int{}, Columns: map[string]columnPlace{}}}
	parts := w.documents(tiers, gone)
	w.postings(parts)
	w.columns(parts)
	if w.err != nil {
		return fmt.Errorf("write %s: %w", path, w.err)
	}
	meta, err := json.Marshal(w.meta)
	if err != nil {
		return err
	}
	w.align()
	at := w.pos
	w.write(meta)
	w.align()
	foot := make([]byte, 0, segmentFooter)
	foot = binary.LittleEndian.AppendUint64(foot, uint64(at))
	foot = binary.LittleEndian.AppendUint64(foot, uint64(len(meta)))
	foot = binary.LittleEndian.AppendUint64(foot, uint64(w.sum))
	foot = append(foot, raw([]int64{segmentMagic})...)
	w.write(foot)
	if err := errors.Join(w.err, w.out.Flush(), f.Sync()); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

func (w *segmentWriter) documents(tiers []tier, gone []set) []part {
	parts := make([]part, len(tiers))
	var n uint32
	var revs, stamps []int64
	off := []uint32{0}
	var ids []byte
	for i, t := range tiers {
		p := part{t, make([]uint32, t.size())}
		for ord := range p.to {
			if gone[i].has(uint32(ord)) {
				p.to[ord] = absent
				continue
			}
			p.to[ord] = n
			n++
			ids = append(ids, t.id(uint32(ord))...)
			off = append(off, uint32(len(ids)))
			revs, stamps = append(revs, t.rev(uint32(ord))), append(stamps, t.stamp(uint32(ord)))
		}
		parts[i] = p
	}
	size := 1
	for size < 2*int(n) {
		size *= 2
	}
	table := make([]uint32, size)
	for ord := range n {
		i := hashID(text(off, ids, int(ord))) & uint32(size-1)
		for table[i] != 0 {
			i = (i + 1) & uint32(size-1)
		}
		table[i] = ord + 1
	}
	w.meta.Docs = int(n)
	section(w, "idOff", off)
	section(w, "ids", ids)
	section(w, "table", table)
	section(w, "revs", revs)
	section(w, "stamps", stamps)
	return parts
}

// table collects sorted strings with the places of their blocks.
type table struct {
	off  []uint32
	text []byte
	dir  []uint32
}

func (t *table) add(s string, place, what uint32) {
	t.text = append(t.text, s...)
	t.off = append(t.off, uint32(len(t.text)))
	t.dir = append(t.dir, place, what)
}

// list writes ordinals and returns what the directory says of them.
func (w *segmentWriter) list(ords []uint32) (what uint32) {
	what = uint32(len(ords)) //nolint:gosec // documents have fewer
	var halves bool
	if w.packed, halves = pack(w.packed[:0], ords); halves {
		what |= dirHalves
	}
	w.write(raw(w.packed))
	return what
}

func (w *segmentWriter) postings(parts []part) {
	w.align()
	start := w.pos
	block := func() uint32 { return uint32((w.pos - start) / 2) } //nolint:gosec // looked at below
	words, values := &table{off: []uint32{0}}, &table{off: []uint32{0}}
	var room, ords []uint32
	var weights []byte
	sources := make([]iter.Seq2[string, postings], len(parts))
	for i, p := range parts {
		sources[i] = p.wordsFrom("")
	}
	merge(sources, func(word string, from []int, lists []postings) {
		ords, weights = ords[:0], weights[:0]
		for k, i := range from {
			for j, ord := range lists[k].ords.unpack(&room) {
				if to := parts[i].to[ord]; to != absent {
					ords, weights = append(ords, to), append(weights, lists[k].weights[j])
				}
			}
		}
		switch n := len(ords); n {
		case 0:
		case 1:
			words.add(word, ords[0], dirOne|uint32(weights[0]))
		default:
			at := block()
			if n%2 != 0 {
				weights = append(weights, 0)
			}
			w.write(weights)
			words.add(word, at, w.list(ords))
		}
	})
	fields := map[string]bool{}
	for _, p := range parts {
		for _, f := range p.fields() {
			fields[f] = true
		}
	}
	for _, field := range keys(fields) {
		first := len(values.dir) / 2
		sources := make([]iter.Seq2[string, ordinals], len(parts))
		for i, p := range parts {
			sources[i] = p.valuesFrom(field, "")
		}
		merge(sources, func(v string, from []int, lists []ordinals) {
			ords = ords[:0]
			for k, i := range from {
				for _, ord := range lists[k].unpack(&room) {
					if to := parts[i].to[ord]; to != absent {
						ords = append(ords, to)
					}
				}
			}
			switch len(ords) {
			case 0:
			case 1:
				values.add(v, ords[0], dirOne)
			default:
				at := block()
				values.add(v, at, w.list(ords))
			}
		})
		w.meta.Fields[field] = [2]int{first, len(values.dir) / 2}
	}
	w.meta.Sections["blocks"] = [2]int64{start, w.pos - start}
	if w.err == nil && (w.pos-start)/2 > int64(absent) {
		w.err = errors.New("more postings than one part of the index can hold")
	}
	if w.err == nil && max(len(words.text), len(values.text)) > int(absent) {
		w.err = errors.New("more text than one part of the index can hold")
	}
	section(w, "wordOff", words.off)
	section(w, "wordText", words.text)
	section(w, "wordDir", words.dir)
	section(w, "valueOff", values.off)
	section(w, "valueText", values.text)
	section(w, "valueDir", values.dir)
}

func (w *segmentWriter) columns(parts []part) {
	names := map[string]bool{}
	for _, p := range parts {
		for _, c := range p.columns() {
			names[c] = true
		}
	}
	for _, name := range keys(names) {
		var out cells
		for _, p := range parts {
			c := p.column(name)
			for i, ord := range c.ords {
				if to := p.to[ord]; to != absent {
					out.ords, out.vals = append(out.ords, to), append(out.vals, c.vals[i])
				}
			}
		}
		place := columnPlace{Count: len(out.ords)}
		w.align()
		place.Ords = w.pos
		w.write(raw(out.ords))
		w.align()
		place.Vals = w.pos
		w.write(raw(out.vals))
		w.meta.Columns[name] = place
	}
}

// merge walks sorted sources side by side and calls fn once per key, with the
// sources that have it.
func merge[V any](sources []iter.Seq2[string, V], fn func(key string, from []int, lists []V)) {
	type head struct {
		key  string
		val  V
		next func() (string, V, bool)
		ok   bool
	}
	heads := make([]head, len(sources))
	for i, s := range sources {
		next, stop := iter.Pull2(s)
		defer stop()
		heads[i].next = next
		heads[i].key, heads[i].val, heads[i].ok = next()
	}
	from, lists := make([]int, 0, len(sources)), make([]V, 0, len(sources))
	for {
		least, found := "", false
		for i := range heads {
			if h := &heads[i]; h.ok && (!found || h.key < least) {
				least, found = h.key, true
			}
		}
		if !found {
			return
		}
		from, lists = from[:0], lists[:0]
		for i := range heads {
			if h := &heads[i]; h.ok && h.key == least {
				from, lists = append(from, i), append(lists, h.val)
			}
		}
		fn(least, from, lists)
		for _, i := range from {
			h := &heads[i]
			h.key, h.val, h.ok = h.next()
		}
	}
}
