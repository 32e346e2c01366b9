package overlay

import (
	"math"
	"strconv"
	"time"

	"trio.example/search"
	"trio.example/search/german"
)

// wildcard matches a pattern with * and ? against values, or against the words
// of all fields as they are written.
func (q *query) wildcard(v *view, n search.Wildcard) match {
	switch {
	case n.Field == "text":
		m := q.empty(v)
		m.flat = weight(n.Boost)
		pattern := search.ParsePattern(search.ExactMark + german.Fold(n.Pattern))
		for term, p := range weighed(q, v.wordsFrom(pattern.Literal()), against(n.Pattern)) {
			if pattern.Fits(term) {
				m.set.addAll(p.ords)
			}
		}
		return m
	case search.TextField(n.Field):
		return q.orAddress(v, n.Field, q.asks(v, "pattern", search.Wildcard{Field: n.Field, Pattern: n.Pattern}, n.Boost), func(key string) match { return q.pattern(v, key, n.Pattern, n.Boost) })
	default:
		return q.pattern(v, n.Field, n.Pattern, n.Boost)
	}
}

func (q *query) pattern(v *view, field, pattern string, boost float64) match {
	m := q.empty(v)
	m.flat = weight(boost)
	p := search.ParsePattern(pattern)
	for value, ords := range weighed(q, v.valuesFrom(field, p.Literal()), against(pattern)) {
		if p.Fits(value) {
			m.set.addAll(ords)
		}
	}
	return m
}

// similar finds values in which a few letters may differ.
func (q *query) similar(v *view, field, wanted string, allowed int, boost float64) match {
	m := q.empty(v)
	m.flat = weight(boost)
	near := q.near(wanted, allowed)
	for value, ords := range weighed(q, v.valuesFrom(field, ""), one) {
		if _, ok := near(value); ok {
			m.set.addAll(ords)
		}
	}
	return m
}

// span matches a range of dates, numbers or texts.
func (q *query) span(v *view, n search.Range) match {
	if n.From == "" && n.To == "" {
		return q.exact(v, fieldHas, n.Field, 0)
	}
	switch {
	case search.DateField(n.Field):
		from, to, ok := dates(n)
		return q.between(v, n.Field, from, to, ok)
	case search.NumberField(n.Field):
		from, to, ok := numbers(n)
		return q.between(v, n.Field, from, to, ok)
	case n.Field == "text":
		return q.words1(v, n)
	case search.TextField(n.Field):
		return q.asks(v, "range", n, 0)
	}
	m := q.empty(v)
	m.flat = 1
	for value, ords := range weighed(q, v.valuesFrom(n.Field, common(n.From, n.To)), one) {
		if n.To != "" && (value > n.To || n.ToExclusive && value == n.To) {
			break
		}
		if value > n.From || value == n.From && !n.FromExclusive {
			m.set.addAll(ords)
		}
	}
	return m
}

// words1 matches words between two others, as they are written, in all fields.
func (q *query) words1(v *view, n search.Range) match {
	m := q.empty(v)
	m.flat = 1
	from, to := search.ExactMark+german.Fold(n.From), search.ExactMark+german.Fold(n.To)
	for term, p := range weighed(q, v.wordsFrom(search.ExactMark), one) {
		if n.To != "" && (term > to || n.ToExclusive && term == to) {
			break
		}
		if term > from || term == from && !n.FromExclusive {
			m.set.addAll(p.ords)
		}
	}
	return m
}

// fuzzy matches words of all fields in which a few letters may differ.
func (q *query) fuzzy(v *view, word string, allowed int) match {
	m := q.empty(v)
	m.score = q.raw(v.size())
	near := q.near(word, allowed)
	for term, p := range weighed(q, v.wordsFrom(search.ExactMark), one) {
		if n, ok := near(term[len(search.ExactMark):]); ok {
			q.best(&m, p, q.idf(q.frequency(term, p))/float32(1+n))
		}
	}
	return m
}

// common is what both bounds of a range begin with.
func common(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return a[:i]
}

func (q *query) between(v *view, field string, from, to int64, ok bool) match {
	m := q.empty(v)
	m.flat = 1
	if !ok {
		return m
	}
	c := v.column(field)
	for i, x := range c.vals {
		if x >= from && x <= to {
			m.set.add(c.ords[i])
		}
	}
	return m
}

// dates are the bounds of a range in microseconds, both inclusive.
func dates(n search.Range) (from, to int64, ok bool) {
	from, to = math.MinInt64, math.MaxInt64
	if n.From != "" {
		t, err := time.Parse(time.RFC3339Nano, n.From)
		if err != nil {
			return 0, 0, false
		}
		if from = t.UnixMicro(); n.FromExclusive {
			from++
		}
	}
	if n.To != "" {
		t, err := time.Parse(time.RFC3339Nano, n.To)
		if err != nil {
			return 0, 0, false
		}
		if to = t.UnixMicro(); n.ToExclusive {
			to--
		}
	}
	return from, to, true
}

func numbers(n search.Range) (from, to int64, ok bool) {
	from, to = math.MinInt64, math.MaxInt64
	read := func(s string, into *int64) bool {
		if s == "" {
			return true
		}
		f, err := strconv.ParseFloat(s, 64)
		*into = sortable(f)
		return err == nil && !math.IsNaN(f)
	}
	if !read(n.From, &from) || !read(n.To, &to) {
		return 0, 0, false
	}
	if n.FromExclusive && n.From != "" {
		from++
	}
	if n.ToExclusive && n.To != "" {
		to--
	}
	return from, to, true
}

// box matches documents whose place touches a rectangle.
func (q *query) box(v *view, n search.Box) match {
	m := q.empty(v)
	m.flat = 1
	w, s, e, north := v.column(search.FieldWest), v.column(search.FieldSouth), v.column(search.FieldEast), v.column(search.FieldNorth)
	for i, ord := range w.ords { // a document has all four or none
		if w.vals[i] <= sortable(n.East) && e.vals[i] >= sortable(n.West) && s.vals[i] <= sortable(n.North) && north.vals[i] >= sortable(n.South) {
			m.set.add(ord)
		}
	}
	return m
}

// period matches documents that say of which time their data are, and whose time
// is not over before the wanted one and does not begin after it.
func (q *query) period(v *view, n search.Period) match {
	m, outside := q.empty(v), q.set(v.size())
	m.flat = 1
	starts, ends := v.column(search.FieldPeriodStart), v.column(search.FieldPeriodEnd)
	m.set.addAll(plainList(starts.ords))
	m.set.addAll(plainList(ends.ords))
	for i, ord := range starts.ords {
		if !n.Until.IsZero() && starts.vals[i] >= n.Until.UnixMicro() {
			outside.add(ord)
		}
	}
	for i, ord := range ends.ords {
		if !n.From.IsZero() && ends.vals[i] < n.From.UnixMicro() {
			outside.add(ord)
		}
	}
	m.set.andNot(outside)
	return m
}
