package overlay

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/search"
)

// facetColumn says which values each document of a segment has in a field, in
// the form that is quickest to count.
type facetColumn struct {
	first int // number of the field's first value
	// all counts the values among the datasets of the segment.
	all []uint32
	// sets are the documents of each value, where there are few values.
	sets []set
	// one is the value of each document where none has several; len(all) is none.
	one []uint16
	// Otherwise the values of document i are those from start[i] to start[i+1].
	start  []uint32
	narrow []uint16
	wide   []uint32 // in place of narrow, where there are too many values
}

// fewValues is up to how many values a field's sets are kept: five bytes a document.
const fewValues = 40

// facet returns the column of a field, made when it is first asked for.
func (s *segment) facet(field string) *facetColumn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.facets[field]; c != nil {
		return c
	}
	c := s.newFacet(field)
	const most = 32 // columns kept; a client may ask for any field
	if len(s.facets) >= most {
		clear(s.facets)
	}
	s.facets[field] = c
	return c
}

func (s *segment) newFacet(field string) *facetColumn {
	r := s.meta.Fields[field]
	values := r[1] - r[0]
	c := &facetColumn{first: r[0], all: make([]uint32, values)}
	datasets := newSet(s.meta.Docs)
	datasets.addAll(s.value(fieldType, string(catalog.TypeDataset)))
	start := make([]uint32, s.meta.Docs+1)
	single := values < math.MaxUint16
	var room []uint32
	for v := range values {
		ords := s.valueAt(r[0] + v)
		for _, ord := range ords.unpack(&room) {
			start[ord+1]++
			single = single && start[ord+1] == 1
		}
		c.all[v] = uint32(countIn(datasets, ords)) //nolint:gosec // a segment has fewer documents
		if values <= fewValues {
			x := newSet(s.meta.Docs)
			x.addAll(ords)
			c.sets = append(c.sets, x)
		}
	}
	if single {
		c.one = make([]uint16, s.meta.Docs)
		for i := range c.one {
			c.one[i] = uint16(values) //nolint:gosec // below MaxUint16
		}
		for v := range values {
			for _, ord := range s.valueAt(r[0] + v).unpack(&room) {
				c.one[ord] = uint16(v) //nolint:gosec // below MaxUint16
			}
		}
		return c
	}
	for i := range s.meta.Docs {
		start[i+1] += start[i]
	}
	c.start = start
	if values <= math.MaxUint16 {
		c.narrow = spread[uint16](s, start, r)
	} else {
		c.wide = spread[uint32](s, start, r)
	}
	return c
}

// spread lists the values of each document one after the other.
func spread[T uint16 | uint32](s *segment, start []uint32, r [2]int) []T {
	out := make([]T, start[s.meta.Docs])
	next := slices.Clone(start)
	var room []uint32
	for i := r[0]; i < r[1]; i++ {
		for _, ord := range s.valueAt(i).unpack(&room) {
			out[next[ord]] = T(i - r[0])
			next[ord]++
		}
	}
	return out
}

// selection is a set of documents to count, and the list of them or of those not to.
type selection struct {
	set  set
	n    int    // size of the set
	sum  uint64 // of a large one
	ords []uint32
	// rest: ords are the datasets that are not in the set.
	rest bool
}

func selected(hits set) *selection {
	sel := &selection{set: hits, n: hits.count()}
	if sel.n >= tallyFrom {
		sel.sum = hits.sum()
	}
	return sel
}

// enumerate lists the documents of a selection. When most datasets are in it, it lists
// the others: they are counted and subtracted.
func (q *query) enumerate(s *segment, sel *selection) {
	list, n := sel.set, sel.n
	if n > s.meta.Docs/2 {
		all := s.cached(fieldType, string(catalog.TypeDataset))
		if all != nil && sel.set.countAnd(all) == n {
			list = q.set(s.meta.Docs)
			copy(list, all)
			list.andNot(sel.set)
			n, sel.rest = list.count(), true
		}
	}
	sel.ords = q.list(n)
	k := 0
	for w, word := range list {
		for ; word != 0; word &= word - 1 {
			sel.ords[k] = uint32(w)<<6 | uint32(bits.TrailingZeros64(word)) //nolint:gosec // below 64
			k++
		}
	}
}

// count counts the values of a field among some documents.
func (q *query) count(field string, s *segment, sel *selection) (counts []uint32, first int) {
	c := s.facet(field)
	if len(c.all) == 0 {
		return nil, c.first
	}
	// Reading two bits of 64 documents costs half of looking at one document.
	if c.sets != nil && len(c.sets)*len(sel.set) < 2*len(sel.ords) {
		counts = q.zeros(len(c.sets))
		for v, x := range c.sets {
			counts[v] = uint32(sel.set.countAnd(x)) //nolint:gosec // a segment has fewer documents
		}
		return counts, c.first
	}
	counts = q.zeros(len(c.all) + 1) // the last is for documents without a value
	switch {
	case c.one != nil:
		for _, i := range sel.ords {
			counts[c.one[i]]++
		}
	case c.narrow != nil:
		tallyUp(counts, sel.ords, c.start, c.narrow)
	default:
		tallyUp(counts, sel.ords, c.start, c.wide)
	}
	counts = counts[:len(c.all)]
	if sel.rest {
		for v := range counts {
			counts[v] = c.all[v] - counts[v]
		}
	}
	return counts, c.first
}

// zeros is room for n counts, for as long as the query lasts. It is cut from larger
// pieces: fields have a handful of values or many thousands.
func (q *query) zeros(n int) []uint32 {
	const piece = 1 << 14
	if len(q.room) < n {
		q.room = q.list(max(n, piece))
	}
	out := q.room[:n:n]
	q.room = q.room[n:]
	clear(out)
	return out
}

func tallyUp[T uint16 | uint32](counts, ords, start []uint32, vals []T) {
	for _, i := range ords {
		for _, v := range vals[start[i]:start[i+1]] {
			counts[v]++
		}
	}
}

// tally is the count of a field's values over all views.
type tally struct {
	seg    *segment
	first  int
	counts []uint32
	others map[string]int
}

// tally counts the values of a field among the hits, or among all documents
// that the reader may see.
func (q *query) tally(field string, all bool) *tally {
	pick := func(v *view) set {
		if all {
			return v.base
		}
		return v.hits
	}
	counted := func(s *segment, v *view) ([]uint32, int) {
		if all {
			return q.counted(field, s, selected(v.base))
		}
		if v.sel == nil {
			v.sel = selected(v.hits)
		}
		return q.counted(field, s, v.sel)
	}
	t := &tally{others: map[string]int{}}
	var main *view
	for _, v := range q.views {
		if s, ok := v.tier.(*segment); ok && (t.seg == nil || s.meta.Docs > t.seg.meta.Docs) {
			t.seg, main = s, v
		}
	}
	if main != nil {
		t.counts, t.first = counted(t.seg, main)
	}
	for _, v := range q.views {
		if v == main {
			continue
		}
		if s, ok := v.tier.(*segment); ok {
			counts, first := counted(s, v)
			for i, n := range counts {
				t.add(field, s.valueText1(first+i), int(n))
			}
			continue
		}
		for value, ords := range v.valuesFrom(field, "") {
			t.add(field, value, countIn(pick(v), ords))
		}
	}
	return t
}

// counted counts the values of a field among the documents of a segment that are
// selected; first is the number of the field's first value.
func (q *query) counted(field string, s *segment, sel *selection) (counts []uint32, first int) {
	key, large := tallied{field, sel.sum, sel.n}, sel.n >= tallyFrom
	if large {
		if counts = s.tallies.get(key); counts != nil {
			return counts, s.meta.Fields[field][0]
		}
	}
	if sel.ords == nil {
		q.enumerate(s, sel)
	}
	counts, first = q.count(field, s, sel)
	if large {
		s.tallies.put(key, counts)
	}
	return counts, first
}

func (t *tally) add(field, value string, n int) {
	if n == 0 {
		return
	}
	if t.seg != nil {
		if i, end := t.seg.find(field, value); i < end && t.seg.valueText1(i) == value {
			t.counts[i-t.first] += uint32(n)
			return
		}
	}
	t.others[value] += n
}

func (t *tally) text(i int) string { return t.seg.valueText1(t.first + i) }

func compareCounts(a, b search.Count) int {
	return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
}

// counts answers one facet: the most frequent values first.
func (q *query) counts(f search.Facet) []search.Count {
	t := q.tally(f.Field, false)
	var out []search.Count
	least := uint32(max(1, f.MinCount))
	if f.Limit > 0 && len(t.counts) > 4*f.Limit {
		least = max(least, t.threshold(f.Limit))
	}
	most := t.most(least, f.Limit)
	out = slices.Grow(out, len(most)+len(t.others))
	for _, i := range most {
		out = append(out, search.Count{Value: t.text(int(i)), Count: int(t.counts[i])})
	}
	for v, n := range t.others {
		if n >= max(1, f.MinCount) {
			out = append(out, search.Count{Value: v, Count: n})
		}
	}
	if f.MinCount == 0 { // all values there are, among what this reader may see
		seen := map[string]bool{}
		for _, c := range out {
			seen[c.Value] = true
		}
		every := q.tally(f.Field, true)
		zero := func(v string) {
			if !seen[v] {
				out = append(out, search.Count{Value: v})
			}
		}
		for i, n := range every.counts {
			if n > 0 && (i >= len(t.counts) || t.counts[i] == 0) {
				zero(every.text(i))
			}
		}
		for v := range every.others {
			zero(v)
		}
	}
	if len(t.others) > 0 || f.MinCount == 0 {
		slices.SortFunc(out, compareCounts)
	}
	if f.Limit >= 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	cloneValues(out) // the text belongs to the mapped file
	if out == nil {
		out = []search.Count{}
	}
	return out
}

// cloneValues copies the texts of counts, all into one piece.
func cloneValues(counts []search.Count) {
	size := 0
	for _, c := range counts {
		size += len(c.Value)
	}
	var all strings.Builder
	all.Grow(size)
	for _, c := range counts {
		all.WriteString(c.Value)
	}
	rest := all.String()
	for i := range counts {
		n := len(counts[i].Value)
		counts[i].Value, rest = rest[:n], rest[n:]
	}
}

// most lists the values that are found at least so many times, the most frequent
// first and those alike in the order of the values; not many more than limit.
func (t *tally) most(least uint32, limit int) []uint32 {
	ties := len(t.counts)
	if limit > 0 {
		ties = limit // of those alike, the first suffice
	}
	keys := make([]uint64, 0, min(len(t.counts), 2*max(limit, 16)))
	for i, n := range t.counts {
		if n < least || n == least && ties == 0 {
			continue
		}
		if n == least {
			ties--
		}
		keys = append(keys, uint64(^n)<<32|uint64(i)) //nolint:gosec // a field has fewer values
	}
	slices.Sort(keys)
	if limit > 0 && len(keys) > limit {
		keys = keys[:limit]
	}
	out := make([]uint32, len(keys))
	for k, x := range keys {
		out[k] = uint32(x) //nolint:gosec // its lower half
	}
	return out
}

// threshold is a count that at least n values reach, so that only few have to
// be sorted.
func (t *tally) threshold(n int) uint32 {
	// Counts are small mostly: those below the last slot are told apart in one go.
	var slots [256]int
	for _, c := range t.counts {
		slots[min(c, uint32(len(slots)-1))]++
	}
	reached := 0
	for c := len(slots) - 1; c > 1; c-- {
		if reached += slots[c]; reached < n {
			continue
		}
		if c < len(slots)-1 {
			return uint32(c) //nolint:gosec // below 256
		}
		return t.above(n, uint32(c)) //nolint:gosec // below 256
	}
	return 1
}

// above is threshold where n values reach a count of lo.
func (t *tally) above(n int, lo uint32) uint32 {
	hi := slices.Max(t.counts)
	for lo < hi {
		mid := lo + (hi-lo+1)/2
		reached := 0
		for _, c := range t.counts {
			if c >= mid {
				reached++
			}
		}
		if reached >= n {
			lo = mid
		} else {
			hi = mid - 1
		}
	}
	return lo
}
