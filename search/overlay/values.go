package overlay

import (
	"math"
	"strconv"
	"strings"
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
		pattern := search.ExactMark + german.Fold(n.Pattern)
		if !q.scan() {
			return m
		}
		for term, p := range v.wordsFrom(literal(pattern)) {
			if !q.costs(effort(pattern, term)) {
				break
			}
			if glob(pattern, term) {
				m.set.addAll(p.ords)
			}
		}
		return m
	case search.TextField(n.Field):
		return q.orAddress(v, n.Field, q.asks(v, "pattern", n), func(key string) match { return q.pattern(v, key, n.Pattern, n.Boost) })
	default:
		return q.pattern(v, n.Field, n.Pattern, n.Boost)
	}
}

func (q *query) pattern(v *view, field, pattern string, boost float64) match {
	m := q.empty(v)
	m.flat = weight(boost)
	if !q.scan() {
		return m
	}
	for value, ords := range v.valuesFrom(field, literal(pattern)) {
		if !q.costs(effort(pattern, value)) {
			break
		}
		if glob(pattern, value) {
			m.set.addAll(ords)
		}
	}
	return m
}

// literal is what a pattern begins with before its first wildcard.
func literal(pattern string) string {
	if i := strings.IndexAny(pattern, "*?"); i >= 0 {
		return pattern[:i]
	}
	return pattern
}

// glob matches * and ? in linear memory and at most quadratic time; ? stands for
// one character.
func glob(pattern, s string) bool {
	p, rs := []rune(pattern), []rune(s)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(rs) {
		switch {
		case i < len(p) && p[i] == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == rs[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
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
		return q.asks(v, "range", n)
	}
	m := q.empty(v)
	m.flat = 1
	if !q.scan() {
		return m
	}
	for value, ords := range v.valuesFrom(n.Field, common(n.From, n.To)) {
		if !q.costs(1) {
			break
		}
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
	if !q.scan() {
		return m
	}
	for term, p := range v.wordsFrom(search.ExactMark) {
		if !q.costs(1) {
			break
		}
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
	if !q.scan() {
		return m
	}
	letters := mask(word)
	for term, p := range v.wordsFrom(search.ExactMark) {
		if !q.costs(1) {
			break
		}
		form := term[len(search.ExactMark):]
		if differ(letters, mask(form)) > 2*allowed {
			continue
		}
		if n := edits(word, form, allowed); n <= allowed {
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
		t := instant(n.From, false)
		if t.IsZero() {
			return 0, 0, false
		}
		if from = t.UnixMicro(); n.FromExclusive {
			from++
		}
	}
	if n.To != "" {
		t := instant(n.To, true)
		if t.IsZero() {
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

// instant reads a date; a day, month or year as upper bound means its end.
func instant(s string, end bool) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t
	}
	for layout, next := range map[string][3]int{time.DateOnly: {0, 0, 1}, "2006-01": {0, 1, 0}, "2006": {1, 0, 0}} {
		if t, err := time.Parse(layout, s); err == nil {
			if end {
				return t.AddDate(next[0], next[1], next[2]).Add(-time.Microsecond)
			}
			return t
		}
	}
	return time.Time{}
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
