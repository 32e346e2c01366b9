package overlay

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"

	"trio.example/search"
)

// candidate is a document on its way to the answer.
type candidate struct {
	view  *view
	ord   uint32
	score float32
}

// key is one criterion of an order, with access to its values in every view.
type key struct {
	desc  bool
	kind  byte // s score, i id, c column, t text
	field string
	cols  []cells // by the number of the view
	texts []func(uint32) (string, bool)
}

// order compares by the wanted criteria, the id decides last. Documents without
// a value come last, in either direction.
type order struct{ keys []key }

func newOrder(sorts []search.Sort, views []*view) *order {
	if len(sorts) == 0 {
		sorts = []search.Sort{{Field: "score", Desc: true}, {Field: "metadata_modified", Desc: true}}
	}
	scored := slices.ContainsFunc(views, func(v *view) bool { return v.score != nil })
	o := &order{}
	for _, s := range sorts {
		k := key{desc: s.Desc, field: s.Field}
		switch {
		case s.Field == "score":
			if !scored {
				continue // all alike
			}
			k.kind = 's'
		case s.Field == "id":
			k.kind = 'i'
		case search.DateField(s.Field), search.NumberField(s.Field):
			k.kind = 'c'
			for _, v := range views {
				k.cols = append(k.cols, v.column(s.Field))
			}
		default:
			if s.Field == "title_string" {
				k.field = fieldTitle
			}
			k.kind = 't'
			for _, v := range views {
				k.texts = append(k.texts, firstValue(v.tier, k.field))
			}
		}
		o.keys = append(o.keys, k)
	}
	return o
}

// firstValue returns a look-up of the least value a document has in a field.
func firstValue(t tier, field string) func(uint32) (string, bool) {
	if s, ok := t.(*segment); ok {
		first := s.firsts(field)
		return func(ord uint32) (string, bool) {
			if first[ord] == math.MaxInt64 {
				return "", false
			}
			return s.valueText1(int(first[ord])), true
		}
	}
	first := make([]string, t.size())
	has := newSet(t.size())
	for v, ords := range t.valuesFrom(field, "") {
		for i := range ords.all() {
			if !has.has(i) {
				first[i] = v
				has.add(i)
			}
		}
	}
	return func(ord uint32) (string, bool) { return first[ord], has.has(ord) }
}

// firsts is the number of the least value each document has in a field; values
// are numbered in order.
func (s *segment) firsts(field string) []int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	if d := s.dense[field]; d != nil {
		return d
	}
	d := make([]int64, s.meta.Docs)
	for i := range d {
		d[i] = math.MaxInt64
	}
	r := s.meta.Fields[field]
	var room []uint32
	for i := r[0]; i < r[1]; i++ {
		for _, ord := range s.valueAt(i).unpack(&room) {
			d[ord] = min(d[ord], int64(i))
		}
	}
	const most = 8 // fields kept; a reader may sort by any
	if len(s.dense) >= most {
		clear(s.dense)
	}
	s.dense[field] = d
	return d
}

func (o *order) compare(a, b candidate) int {
	for i := range o.keys {
		k := &o.keys[i]
		c := 0
		switch k.kind {
		case 's':
			c = cmp.Compare(a.score, b.score)
		case 'i':
			c = strings.Compare(a.view.id(a.ord), b.view.id(b.ord))
		case 'c':
			x, okX := k.cols[a.view.number].at(a.ord)
			y, okY := k.cols[b.view.number].at(b.ord)
			if okX != okY {
				return missing(okX)
			}
			c = cmp.Compare(x, y)
		case 't':
			x, okX := k.texts[a.view.number](a.ord)
			y, okY := k.texts[b.view.number](b.ord)
			if okX != okY {
				return missing(okX)
			}
			c = strings.Compare(x, y)
		}
		if k.desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return strings.Compare(a.view.id(a.ord), b.view.id(b.ord))
}

func missing(aHas bool) int {
	if aHas {
		return -1
	}
	return 1
}

// first returns the first n documents of one view in an order.
func (q *query) first(o *order, v *view, n, hits int) []candidate {
	if n == 0 || hits == 0 {
		return nil
	}
	if out, ok := o.walk(v, n, hits); ok {
		return out
	}
	scored := v.score != nil
	make1 := func(i uint32) candidate {
		c := candidate{view: v, ord: i}
		if scored {
			c.score = v.score[i]
		}
		return c
	}
	if n >= hits/2 || hits <= 256 {
		all := make([]candidate, 0, hits)
		v.hits.each(func(i uint32) bool { all = append(all, make1(i)); return true })
		slices.SortFunc(all, o.compare)
		return all[:min(n, len(all))]
	}
	if scored && o.keys[0].kind == 's' && o.keys[0].desc {
		return q.byScore(o, v, n, hits)
	}
	heap := &worst{o: o, list: make([]candidate, 0, n)}
	v.hits.each(func(i uint32) bool {
		if len(heap.list) < n {
			heap.push(make1(i))
		} else {
			heap.replace(make1(i))
		}
		return true
	})
	slices.SortFunc(heap.list, o.compare)
	return heap.list
}

// byScore returns the n best by score. Prepared weights are coarse, so that many
// documents share a score: of those at the edge the newest are taken, or what
// the next criterion wants, without comparing them all.
func (q *query) byScore(o *order, v *view, n, hits int) []candidate {
	ords, scores := q.above(v, v.likely(n, hits), hits)
	if len(ords) < n {
		ords, scores = q.above(v, float32(math.Inf(-1)), hits)
	}
	work := q.raw(len(scores))
	copy(work, scores)
	edge := nth(work, n-1)
	out := make([]candidate, 0, 2*n)
	var ties []uint32
	for j, i := range ords {
		switch {
		case scores[j] > edge:
			out = append(out, candidate{v, i, scores[j]})
		case scores[j] == edge:
			ties = append(ties, i)
		}
	}
	need := n - len(out)
	if len(o.keys) > 1 && o.keys[1].kind == 'c' && len(ties) > 2*need {
		ties = o.keys[1].first(v, ties, need)
	}
	for _, i := range ties {
		out = append(out, candidate{v, i, edge})
	}
	slices.SortFunc(out, o.compare)
	return out[:min(n, len(out))]
}

// sampled is about how many scores are looked at to guess what the best have.
const sampled = 2048

// likely guesses, from some of the hits, a score that n of them reach.
func (v *view) likely(n, hits int) float32 {
	stride := hits / sampled
	if stride < 4 || n > hits/8 {
		return float32(math.Inf(-1))
	}
	sample := make([]float32, 0, 2*sampled)
	for w := 0; w < len(v.hits); w += stride {
		for word := v.hits[w]; word != 0; word &= word - 1 {
			sample = append(sample, v.score[w<<6|bits.TrailingZeros64(word)])
		}
	}
	const slack = 8 // a small sample errs
	rank := 2*n*len(sample)/hits + slack
	if rank >= len(sample) {
		return float32(math.Inf(-1))
	}
	return nth(sample, rank)
}

// above lists the hits with at least a score, and their scores.
func (q *query) above(v *view, least float32, hits int) ([]uint32, []float32) {
	ords, scores, n := q.list(hits), q.raw(hits), 0
	for w, word := range v.hits {
		for ; word != 0; word &= word - 1 {
			i := w<<6 | bits.TrailingZeros64(word)
			if s := v.score[i]; s >= least {
				ords[n], scores[n] = uint32(i), s //nolint:gosec // ordinals have 32 bits
				n++
			}
		}
	}
	return ords[:n], scores[:n]
}

// first keeps the documents that can be among the first n by a column: those
// with a value beyond the n-th, and all that share it.
func (k *key) first(v *view, ords []uint32, n int) []uint32 {
	c := k.cols[v.number]
	value := func(i uint32) int64 {
		x, ok := c.at(i)
		switch {
		case !ok:
			return math.MinInt64
		case k.desc:
			return x
		}
		return -x
	}
	all := make([]int64, len(ords))
	for j, i := range ords {
		all[j] = value(i)
	}
	edge := nth(all, n-1)
	out := ords[:0]
	for _, i := range ords {
		if value(i) >= edge {
			out = append(out, i)
		}
	}
	return out
}

// nth returns the value that stands at place n when the greatest come first. It
// changes the order of the list.
func nth[T cmp.Ordered](list []T, n int) T {
	lo, hi := 0, len(list)-1
	for lo < hi {
		pivot := list[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for list[i] > pivot {
				i++
			}
			for list[j] < pivot {
				j--
			}
			if i <= j {
				list[i], list[j] = list[j], list[i]
				i, j = i+1, j-1
			}
		}
		switch {
		case n <= j:
			hi = j
		case n >= i:
			lo = i
		default:
			return list[n]
		}
	}
	return list[n]
}

// worst is a heap with the last of the best on top.
type worst struct {
	o    *order
	list []candidate
}

func (h *worst) push(c candidate) {
	h.list = append(h.list, c)
	for i := len(h.list) - 1; i > 0; {
		p := (i - 1) / 2
		if h.o.compare(h.list[p], h.list[i]) >= 0 {
			return
		}
		h.list[p], h.list[i] = h.list[i], h.list[p]
		i = p
	}
}

func (h *worst) replace(c candidate) {
	if h.o.compare(c, h.list[0]) >= 0 {
		return
	}
	h.list[0] = c
	for i := 0; ; {
		big := i
		for _, k := range []int{2*i + 1, 2*i + 2} {
			if k < len(h.list) && h.o.compare(h.list[k], h.list[big]) > 0 {
				big = k
			}
		}
		if big == i {
			return
		}
		h.list[i], h.list[big] = h.list[big], h.list[i]
		i = big
	}
}

// prepared are the orders worth keeping: those that pages and clients ask for.
var prepared = map[string]bool{"metadata_modified": true, "metadata_created": true, fieldTitle: true, "name": true}

// walk goes along a prepared order when enough documents match.
func (o *order) walk(v *view, n, hits int) ([]candidate, bool) {
	s, ok := v.tier.(*segment)
	const share = 50 // one of so many
	if !ok || len(o.keys) != 1 || !prepared[o.keys[0].field] || hits < s.meta.Docs/share || s.meta.Docs < 1000 {
		return nil, false
	}
	n = min(n, hits)
	out := make([]candidate, 0, n)
	for _, i := range s.sorted(o.keys[0].field, o.keys[0].desc) {
		if v.hits.has(i) {
			if out = append(out, candidate{view: v, ord: i}); len(out) == n {
				break
			}
		}
	}
	return out, true
}

// sorted returns all documents in an order, made once per segment.
func (s *segment) sorted(field string, desc bool) []uint32 {
	name := field
	if desc {
		name += " desc"
	}
	s.ordering.Lock()
	defer s.ordering.Unlock()
	if list := s.orders[name]; list != nil {
		return list
	}
	v := &view{tier: s}
	o := newOrder([]search.Sort{{Field: field, Desc: desc}}, []*view{v})
	list := make([]uint32, s.meta.Docs)
	for i := range list {
		list[i] = uint32(i)
	}
	var val func(uint32) (int64, bool)
	if o.keys[0].kind == 'c' {
		val = o.keys[0].cols[0].at
	} else {
		first := s.firsts(o.keys[0].field)
		val = func(i uint32) (int64, bool) { return first[i], first[i] != math.MaxInt64 }
	}
	slices.SortFunc(list, func(a, b uint32) int {
		x, okX := val(a)
		y, okY := val(b)
		c := cmp.Compare(x, y)
		switch {
		case okX != okY:
			return missing(okX)
		case c != 0 && desc:
			return -c
		case c != 0:
			return c
		}
		return s.compareID(a, b)
	})
	s.orders[name] = list
	return list
}

// top is how many of the best are looked at once more for their titles, open
// licence and age.
const top = 60

// refine brings documents first whose title is what was typed, and prefers new,
// open and complete ones a little. It changes scores of the first documents
// only, by what each says itself.
func refine(list []candidate, typed string, now time.Time) {
	if typed == "" {
		return
	}
	typed = sortKey(typed)
	type facts struct {
		title           func(uint32) (string, bool)
		modified, files cells
		open            func(uint32) bool
	}
	known := map[*view]*facts{}
	for i := range list {
		c := &list[i]
		f := known[c.view]
		if f == nil {
			f = &facts{firstValue(c.view.tier, fieldTitle), c.view.column("metadata_modified"), c.view.column("num_resources"), c.view.member("isopen", "true")}
			known[c.view] = f
		}
		title, _ := f.title(c.ord)
		switch {
		case title == typed:
			c.score *= 1.6
		case strings.HasPrefix(title, typed):
			c.score *= 1.2
		case strings.Contains(title, typed):
			c.score *= 1.1
		}
		if t, ok := f.modified.at(c.ord); ok {
			years := now.Sub(time.UnixMicro(t)).Hours() / (24 * 365)
			c.score *= float32(1 + 0.05*math.Exp(-max(0, years)))
		}
		if f.open(c.ord) {
			c.score *= 1.02
		}
		if n, ok := f.files.at(c.ord); ok && n > 0 {
			c.score *= 1.02
		}
	}
}

// member returns a test for the documents that have a value.
func (v *view) member(field, value string) func(uint32) bool {
	if s := v.cached(field, value); s != nil {
		return s.has
	}
	ords := v.value(field, value)
	return ords.has
}
