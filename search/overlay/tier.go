package overlay

import (
	"iter"
	"slices"
	"sort"
	"strings"
	"sync"
)

// postings are the documents a term stands in, rising, with their weights.
type postings struct {
	ords    ordinals
	weights []uint8
}

// growing are postings that get longer.
type growing struct {
	ords    []uint32
	weights []uint8
}

func (g *growing) postings() postings { return postings{plainList(g.ords), g.weights} }

// cells are the values of a column, by rising ordinal.
type cells struct {
	ords []uint32
	vals []int64
}

func (c cells) at(ord uint32) (int64, bool) {
	if len(c.ords) > int(ord) && c.ords[ord] == ord { // every document has one
		return c.vals[ord], true
	}
	i, ok := slices.BinarySearch(c.ords, ord)
	if !ok {
		return 0, false
	}
	return c.vals[i], true
}

// tier holds documents by ordinals of its own, from 0 to size()-1. Those that
// were replaced or taken away stay, marked dead, until the next file.
type tier interface {
	size() int
	id(ord uint32) string
	lookup(id string) (uint32, bool)
	rev(ord uint32) int64
	stamp(ord uint32) int64
	word(term string) postings
	// wordsFrom lists words from a prefix on, in order.
	wordsFrom(prefix string) iter.Seq2[string, postings]
	value(field, value string) ordinals
	// valuesFrom lists the values of a field that begin with a prefix, in order.
	valuesFrom(field, prefix string) iter.Seq2[string, ordinals]
	column(field string) cells
	fields() []string
	columns() []string
	gone() *dead
	// cached returns the set of a value's documents where it is worth keeping, else nil.
	cached(field, value string) set
}

// dead are the documents of a tier that do not count any more.
type dead struct {
	set set
	n   int
}

func (d *dead) kill(ord uint32) {
	if !d.set.has(ord) {
		d.set.add(ord)
		d.n++
	}
}

// memory is a tier that grows.
type memory struct {
	ids     []string
	revs    []int64
	stamps  []int64
	byID    map[string]uint32
	words   map[string]*growing
	values  map[string]map[string][]uint32
	cols    map[string]*cells
	dead    dead
	sorting sync.Mutex // guards sorted among readers
	sorted  []string   // words in order, as long as none came
}

func newMemory() *memory {
	return &memory{byID: map[string]uint32{}, words: map[string]*growing{}, values: map[string]map[string][]uint32{}, cols: map[string]*cells{}}
}

func (m *memory) add(r *row) {
	ord := uint32(len(m.ids))
	m.ids, m.revs, m.stamps = append(m.ids, r.id), append(m.revs, r.rev), append(m.stamps, r.stamp)
	m.byID[r.id] = ord
	if int(ord)>>6 >= len(m.dead.set) {
		m.dead.set = append(m.dead.set, 0)
	}
	for _, h := range r.words {
		p := m.words[h.term]
		if p == nil {
			p = &growing{}
			m.words[strings.Clone(h.term)] = p
			m.sorted = nil
		}
		p.ords, p.weights = append(p.ords, ord), append(p.weights, h.weight)
	}
	for _, v := range r.values {
		f := m.values[v.field]
		if f == nil {
			f = map[string][]uint32{}
			m.values[v.field] = f
		}
		f[v.value] = append(f[v.value], ord)
	}
	for _, c := range r.cells {
		col := m.cols[c.field]
		if col == nil {
			col = &cells{}
			m.cols[c.field] = col
		}
		col.ords, col.vals = append(col.ords, ord), append(col.vals, c.value)
	}
}

func (m *memory) size() int              { return len(m.ids) }
func (m *memory) id(ord uint32) string   { return m.ids[ord] }
func (m *memory) rev(ord uint32) int64   { return m.revs[ord] }
func (m *memory) stamp(ord uint32) int64 { return m.stamps[ord] }
func (m *memory) gone() *dead            { return &m.dead }
func (m *memory) cached(string, string) set {
	return nil
}

func (m *memory) lookup(id string) (uint32, bool) {
	ord, ok := m.byID[id]
	return ord, ok
}

func (m *memory) word(term string) postings {
	if p := m.words[term]; p != nil {
		return p.postings()
	}
	return postings{}
}

// inOrder returns the words in order. Words come under the index's lock for
// writing; the first reader after that sorts.
func (m *memory) inOrder() []string {
	m.sorting.Lock()
	defer m.sorting.Unlock()
	if m.sorted == nil && len(m.words) > 0 {
		m.sorted = keys(m.words)
	}
	return m.sorted
}

func (m *memory) wordsFrom(prefix string) iter.Seq2[string, postings] {
	return func(yield func(string, postings) bool) {
		list := m.inOrder()
		for _, w := range list[sort.SearchStrings(list, prefix):] {
			if !strings.HasPrefix(w, prefix) || !yield(w, m.words[w].postings()) {
				return
			}
		}
	}
}

func (m *memory) value(field, value string) ordinals { return plainList(m.values[field][value]) }

func (m *memory) valuesFrom(field, prefix string) iter.Seq2[string, ordinals] {
	return func(yield func(string, ordinals) bool) {
		var list []string
		for v := range m.values[field] {
			if strings.HasPrefix(v, prefix) {
				list = append(list, v)
			}
		}
		slices.Sort(list)
		for _, v := range list {
			if !yield(v, plainList(m.values[field][v])) {
				return
			}
		}
	}
}

func (m *memory) column(field string) cells {
	if c := m.cols[field]; c != nil {
		return *c
	}
	return cells{}
}

func (m *memory) fields() []string  { return keys(m.values) }
func (m *memory) columns() []string { return keys(m.cols) }

func keys[V any](m map[string]V) []string {
	out := make([]string, 0, len(m))
	for k := range m {
		out = append(out, k)
	}
	slices.Sort(out)
	return out
}
