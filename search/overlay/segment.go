package overlay

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"hash/fnv"
	"iter"
	"os"
	"sort"
	"sync"
	"syscall"
	"unsafe"
)

// segment is a tier in a file that is mapped into memory and never changed.
// Numbers in it are little-endian, as on every machine Go's compiler aims at
// for servers; the magic number would read otherwise on another.
type segment struct {
	data []byte
	meta segmentMeta

	idOff, wordOff, valueOff []uint32
	ids, wordText, valueText []byte
	table                    []uint32 // id → ordinal+1, open addressing
	revs, stamps             []int64
	wordDir, valueDir        []uint32 // pairs: block or ordinal, what it is
	blocks                   []uint16
	dead                     dead

	mu       sync.Mutex
	sets     map[string]set
	setMem   int
	facets   map[string]*facetColumn
	tallies  tallies
	ordering sync.Mutex
	orders   map[string][]uint32
	dense    map[string][]int64
}

// segmentMeta stands at the end of the file, as JSON.
type segmentMeta struct {
	Docs     int                    `json:"docs"`
	Sections map[string][2]int64    `json:"sections"` // offset, length in bytes
	Fields   map[string][2]int      `json:"fields"`   // first and behind-last value
	Columns  map[string]columnPlace `json:"columns"`
}

type columnPlace struct {
	Ords, Vals int64 // offsets
	Count      int
}

const (
	segmentMagic  = 0x315247534f495254 // "TRIOSGR1"
	segmentFooter = 32
)

// What the second number of a directory says: how many documents there are and
// in which form, or that the first is the only one; then a word's weight is in it.
const (
	dirOne    = 1 << 31
	dirHalves = 1 << 30
	dirCount  = dirHalves - 1
)

var errSegment = errors.New("the file is not a part of the index, or damaged")

// openSegment maps a file and checks its sum.
func openSegment(path string) (*segment, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if st.Size() < segmentFooter {
		return nil, fmt.Errorf("open %s: %w", path, errSegment)
	}
	data, err := syscall.Mmap(int(f.Fd()), 0, int(st.Size()), syscall.PROT_READ, syscall.MAP_SHARED)
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	s := &segment{data: data, sets: map[string]set{}, facets: map[string]*facetColumn{}, orders: map[string][]uint32{}, dense: map[string][]int64{}}
	if err := s.read(); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), s.close())
	}
	return s, nil
}

func (s *segment) close() error { return syscall.Munmap(s.data) }

func (s *segment) read() (err error) {
	defer func() { // lengths in a damaged file
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", errSegment, r)
		}
	}()
	foot := s.data[len(s.data)-segmentFooter:]
	at, n := binary.LittleEndian.Uint64(foot), binary.LittleEndian.Uint64(foot[8:])
	sum, magic := binary.LittleEndian.Uint64(foot[16:]), *(*uint64)(unsafe.Pointer(&foot[24]))
	if magic != segmentMagic || uint64(crc32.Checksum(s.data[:len(s.data)-segmentFooter], castagnoli)) != sum {
		return errSegment
	}
	if err := json.Unmarshal(s.data[at:at+n], &s.meta); err != nil {
		return fmt.Errorf("%w: %w", errSegment, err)
	}
	s.idOff, s.ids = sectionOf[uint32](s, "idOff"), sectionOf[byte](s, "ids")
	s.wordOff, s.wordText = sectionOf[uint32](s, "wordOff"), sectionOf[byte](s, "wordText")
	s.valueOff, s.valueText = sectionOf[uint32](s, "valueOff"), sectionOf[byte](s, "valueText")
	s.wordDir, s.valueDir = sectionOf[uint32](s, "wordDir"), sectionOf[uint32](s, "valueDir")
	s.table, s.revs, s.blocks = sectionOf[uint32](s, "table"), sectionOf[int64](s, "revs"), sectionOf[uint16](s, "blocks")
	s.stamps = sectionOf[int64](s, "stamps")
	if err := s.check(); err != nil {
		return err
	}
	// The sum has touched every page: give them back, searches need few. A system
	// that will not is only less tidy.
	_ = syscall.Madvise(s.data, syscall.MADV_DONTNEED)
	s.dead.set = newSet(s.meta.Docs)
	return nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// sectionOf returns a section as a slice of numbers. Sections begin at multiples of 8.
func sectionOf[T byte | uint16 | uint32 | int64](s *segment, name string) []T {
	sec := s.meta.Sections[name]
	return slice[T](s.data, sec[0], int(sec[1])/int(unsafe.Sizeof(*new(T))))
}

func slice[T byte | uint16 | uint32 | int64](data []byte, off int64, n int) []T {
	if n == 0 {
		return nil
	}
	if _ = data[off : off+int64(n)*int64(unsafe.Sizeof(*new(T)))]; off%int64(unsafe.Sizeof(*new(T))) != 0 {
		panic("numbers at an odd place")
	}
	return unsafe.Slice((*T)(unsafe.Pointer(&data[off])), n)
}

// text returns the i-th string of a table, without copying: it lives as long as
// the mapping, and must be cloned by whoever keeps it.
func text(off []uint32, blob []byte, i int) string {
	b := blob[off[i]:off[i+1]]
	return unsafe.String(unsafe.SliceData(b), len(b))
}

func (s *segment) size() int              { return s.meta.Docs }
func (s *segment) id(ord uint32) string   { return text(s.idOff, s.ids, int(ord)) }
func (s *segment) rev(ord uint32) int64   { return s.revs[ord] }
func (s *segment) stamp(ord uint32) int64 { return s.stamps[ord] }
func (s *segment) gone() *dead            { return &s.dead }
func (s *segment) fields() []string       { return keys(s.meta.Fields) }
func (s *segment) columns() []string      { return keys(s.meta.Columns) }

func hashID(id string) uint32 {
	h := fnv.New32a()
	_, _ = h.Write(unsafe.Slice(unsafe.StringData(id), len(id)))
	return h.Sum32()
}

func (s *segment) lookup(id string) (uint32, bool) {
	if len(s.table) == 0 || id == "" {
		return 0, false
	}
	mask := uint32(len(s.table) - 1)
	for i := hashID(id) & mask; s.table[i] != 0; i = (i + 1) & mask {
		if ord := s.table[i] - 1; s.id(ord) == id {
			return ord, true
		}
	}
	return 0, false
}

func (s *segment) wordAt(i int) postings {
	dir := s.wordDir[2*i : 2*i+2]
	if dir[1]&dirOne != 0 {
		return postings{plainList(dir[:1]), raw(dir[1:])[:1]}
	}
	n := int(dir[1] & dirCount)
	from := int(dir[0]) + (n+1)/2
	return postings{ordinals{n: n, packed: s.blocks[from:], halves: dir[1]&dirHalves != 0}, raw(s.blocks[dir[0]:from])[:n]}
}

func (s *segment) nWords() int { return len(s.wordDir) / 2 }

func (s *segment) word(term string) postings {
	i := sort.Search(s.nWords(), func(i int) bool { return text(s.wordOff, s.wordText, i) >= term })
	if i < s.nWords() && text(s.wordOff, s.wordText, i) == term {
		return s.wordAt(i)
	}
	return postings{}
}

func (s *segment) wordsFrom(prefix string) iter.Seq2[string, postings] {
	return func(yield func(string, postings) bool) {
		n := s.nWords()
		for i := sort.Search(n, func(i int) bool { return text(s.wordOff, s.wordText, i) >= prefix }); i < n; i++ {
			w := text(s.wordOff, s.wordText, i)
			if len(w) < len(prefix) || w[:len(prefix)] != prefix || !yield(w, s.wordAt(i)) {
				return
			}
		}
	}
}

func (s *segment) valueAt(i int) ordinals {
	dir := s.valueDir[2*i : 2*i+2]
	if dir[1]&dirOne != 0 {
		return plainList(dir[:1])
	}
	return ordinals{n: int(dir[1] & dirCount), packed: s.blocks[dir[0]:], halves: dir[1]&dirHalves != 0}
}

func (s *segment) valueText1(i int) string { return text(s.valueOff, s.valueText, i) }

// find returns the first value of a field that is not below v.
func (s *segment) find(field, v string) (i, end int) {
	r := s.meta.Fields[field]
	return r[0] + sort.Search(r[1]-r[0], func(i int) bool { return s.valueText1(r[0]+i) >= v }), r[1]
}

func (s *segment) value(field, value string) ordinals {
	if i, end := s.find(field, value); i < end && s.valueText1(i) == value {
		return s.valueAt(i)
	}
	return ordinals{}
}

func (s *segment) valuesFrom(field, prefix string) iter.Seq2[string, ordinals] {
	return func(yield func(string, ordinals) bool) {
		for i, end := s.find(field, prefix); i < end; i++ {
			v := s.valueText1(i)
			if len(v) < len(prefix) || v[:len(prefix)] != prefix || !yield(v, s.valueAt(i)) {
				return
			}
		}
	}
}

func (s *segment) column(field string) cells {
	c, ok := s.meta.Columns[field]
	if !ok {
		return cells{}
	}
	return cells{slice[uint32](s.data, c.Ords, c.Count), slice[int64](s.data, c.Vals, c.Count)}
}

// maxSets bounds the sets kept for frequent values, in bytes per segment.
const maxSets = 32 << 20

// cached keeps the sets of values that many documents share: filters such as
// “active” come with every query.
func (s *segment) cached(field, value string) set {
	ords := s.value(field, value)
	if ords.n < s.meta.Docs/64 {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	key := field + "\x00" + value
	if x := s.sets[key]; x != nil {
		return x
	}
	x := newSet(s.meta.Docs)
	x.addAll(ords)
	if s.setMem += 8 * len(x); s.setMem > maxSets {
		clear(s.sets)
		s.setMem = 8 * len(x)
	}
	s.sets[key] = x
	return x
}

// compareID orders two documents of one tier by id.
func (s *segment) compareID(a, b uint32) int {
	return bytes.Compare(s.ids[s.idOff[a]:s.idOff[a+1]], s.ids[s.idOff[b]:s.idOff[b+1]])
}
