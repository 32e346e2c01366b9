package overlay

import (
	"cmp"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/search"
)

// facetColumn says which values each document of a segment has in a field.
type facetColumn struct {
	start, vals []uint32 // values of document i: vals[start[i]:start[i+1]]
	first       int      // number of the field's first value
	// all counts the values among the datasets of the segment.
	all []uint32
}

// facet returns the column of a field, made when it is first asked for.
func (s *segment) facet(field string) *facetColumn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.facets[field]; c != nil {
		return c
	}
	r := s.meta.Fields[field]
	c := &facetColumn{start: make([]uint32, s.meta.Docs+1), first: r[0], all: make([]uint32, r[1]-r[0])}
	n := 0
	for i := r[0]; i < r[1]; i++ {
		ords := s.valueAt(i)
		n += len(ords)
		for _, ord := range ords {
			c.start[ord+1]++
		}
	}
	for i := range s.meta.Docs {
		c.start[i+1] += c.start[i]
	}
	c.vals = make([]uint32, n)
	next := slices.Clone(c.start)
	datasets := newSet(s.meta.Docs)
	datasets.addAll(s.value(fieldType, string(catalog.TypeDataset)))
	for i := r[0]; i < r[1]; i++ {
		for _, ord := range s.valueAt(i) {
			c.vals[next[ord]] = uint32(i - r[0])
			next[ord]++
			if datasets.has(ord) {
				c.all[i-r[0]]++
			}
		}
	}
	const most = 32 // columns kept; a client may ask for any field
	if len(s.facets) >= most {
		clear(s.facets)
	}
	s.facets[field] = c
	return c
}

// count counts the values of a field among some documents. When most datasets
// match it counts those that do not, and subtracts.
func (s *segment) count(q *query, field string, hits set, n int) (counts []uint32, first int) {
	c := s.facet(field)
	if len(c.all) == 0 {
		return nil, c.first
	}
	rest := hits
	if n > s.meta.Docs/2 {
		all := s.cached(fieldType, string(catalog.TypeDataset))
		if all != nil && hits.countAnd(all) == n {
			counts = slices.Clone(c.all)
			rest = q.set(s.meta.Docs)
			copy(rest, all)
			rest.andNot(hits)
			rest.each(func(i uint32) bool {
				for _, v := range c.vals[c.start[i]:c.start[i+1]] {
					counts[v]--
				}
				return true
			})
			return counts, c.first
		}
	}
	counts = make([]uint32, len(c.all))
	rest.each(func(i uint32) bool {
		for _, v := range c.vals[c.start[i]:c.start[i+1]] {
			counts[v]++
		}
		return true
	})
	return counts, c.first
}

// tally is the count of a field's values over all views.
type tally struct {
	seg    *segment
	first  int
	counts []uint32
	others map[string]int
}

func (q *query) tally(field string, pick func(*view) set) *tally {
	t := &tally{others: map[string]int{}}
	var main *view
	for _, v := range q.views {
		if s, ok := v.tier.(*segment); ok && (t.seg == nil || s.meta.Docs > t.seg.meta.Docs) {
			t.seg, main = s, v
		}
	}
	if main != nil {
		hits := pick(main)
		t.counts, t.first = t.seg.count(q, field, hits, hits.count())
	}
	for _, v := range q.views {
		if v == main {
			continue
		}
		hits := pick(v)
		if s, ok := v.tier.(*segment); ok {
			counts, first := s.count(q, field, hits, hits.count())
			for i, n := range counts {
				t.add(field, s.valueText1(first+i), int(n))
			}
			continue
		}
		for value, ords := range v.valuesFrom(field, "") {
			t.add(field, value, countIn(hits, ords))
		}
	}
	return t
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
	t := q.tally(f.Field, func(v *view) set { return v.hits })
	var out []search.Count
	least := uint32(max(1, f.MinCount))
	if f.Limit > 0 && len(t.counts) > 4*f.Limit {
		least = max(least, t.threshold(f.Limit))
	}
	for i, n := range t.counts {
		if n >= least {
			out = append(out, search.Count{Value: t.text(i), Count: int(n)})
		}
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
		every := q.tally(f.Field, func(v *view) set { return v.base })
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
	slices.SortFunc(out, compareCounts)
	if f.Limit >= 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	for i := range out { // the text belongs to the mapped file
		out[i].Value = strings.Clone(out[i].Value)
	}
	if out == nil {
		out = []search.Count{}
	}
	return out
}

// threshold is a count that at least n values reach, so that only few have to
// be sorted.
func (t *tally) threshold(n int) uint32 {
	most := slices.Max(t.counts)
	if most < 2 {
		return 1
	}
	lo, hi := uint32(1), most // lo is reached by n values or is 1
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
