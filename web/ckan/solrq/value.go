package solrq

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"trio.example/search"
)

// key is the name under which a field keeps its dates: those of extras have the
// extra's own.
func key(field string) string {
	if name, extra := strings.CutPrefix(field, "extras_"); extra && search.DateField(name) {
		return name
	}
	return field
}

// value reads what is looked for in a field of dates, numbers or pieces of words;
// nil in any other.
func (p *parser) value(field, v string, pos int) (search.Node, error) {
	switch {
	case search.DateField(field):
		from, to, ok := p.date(v)
		switch {
		case ok && to == "":
			return search.Range{Field: key(field), From: from, To: from}, nil
		case ok:
			return search.Range{Field: key(field), From: from, To: to, ToExclusive: true}, nil
		case field == search.FieldPeriodStart, field == search.FieldPeriodEnd:
			return search.Phrase{Field: "extras_" + field, Value: v}, nil // elsewhere these are texts
		case key(field) == field:
			return nil, fault(pos, "Search error: Invalid Date String:'%s'", v)
		}
	case search.NumberField(field):
		switch {
		case isNumber(v):
		case strings.HasPrefix(field, "num_"): // CKAN has these as texts
			return search.None{}, nil
		default:
			return nil, fault(pos, "Search error: Invalid Number: %s", v)
		}
		return search.Term{Field: field, Value: v}, nil
	case field == "title_ngram" || field == "name_ngram":
		const least, most = 2, 10 // letters of the pieces that CKAN keeps
		if n := utf8.RuneCountInString(v); n < least || n > most {
			return search.None{}, nil
		}
		piece := strings.NewReplacer(`*`, `\*`, `?`, `\?`, `\`, `\\`).Replace(strings.ToLower(v))
		return search.Wildcard{Field: strings.TrimSuffix(field, "_ngram"), Pattern: "*" + piece + "*"}, nil
	}
	return nil, nil //nolint:nilnil // most fields hold words
}

func isNumber(s string) bool {
	f, err := strconv.ParseFloat(s, 64)
	return err == nil && !math.IsNaN(f) && !math.IsInf(f, 0)
}

// span reads [a TO b] and {a TO b}.
func (p *parser) span(field string) (search.Node, error) {
	open := p.pos
	r := search.Range{Field: field, FromExclusive: p.peek() == '{'}
	p.pos++
	var bounds [2]string
	var err error
	for i := range bounds {
		if bounds[i], err = p.bound(open); err != nil {
			return nil, err
		}
		p.skip()
		if i == 0 && !p.word("TO") {
			return nil, fault(p.pos, "Search error: a range needs TO (position %d).", p.pos+1)
		}
	}
	if p.peek() != ']' && p.peek() != '}' {
		return nil, fault(open, "Search error: the range at position %d is not closed.", open+1)
	}
	r.ToExclusive = p.peek() == '}'
	p.pos++
	r.From, r.To = bounds[0], bounds[1]
	if r, err = p.limits(r, open); err != nil {
		return nil, err
	}
	if _, err := p.suffix(); err != nil {
		return nil, err
	}
	if r.From == "" && r.To == "" {
		if field == "*" || field == "text" {
			return search.All{}, nil
		}
		return search.Exists{Field: r.Field}, nil
	}
	return r, nil
}

// bound reads one end of a range; an open one is empty.
func (p *parser) bound(open int) (string, error) {
	p.skip()
	if p.peek() == '"' {
		s, err := p.quoted()
		if err == nil && s == "" {
			err = fault(open, "Search error: a range needs two bounds (position %d).", open+1)
		}
		return s, err
	}
	var b strings.Builder
	start := p.pos
	for p.pos < len(p.text) && !strings.ContainsRune(" \t\r\n]}", rune(p.text[p.pos])) {
		if p.text[p.pos] == '\\' && p.pos+1 < len(p.text) {
			r, n := p.escaped()
			b.WriteRune(r)
			p.pos += n
			continue
		}
		b.WriteByte(p.text[p.pos])
		p.pos++
	}
	switch p.text[start:p.pos] {
	case "*":
		return "", nil
	case "", "TO":
		return "", fault(open, "Search error: a range needs two bounds (position %d).", open+1)
	}
	return b.String(), nil
}

// limits reads the ends of a range of dates or numbers. A day, month or year is
// a span of its own: as lower end its beginning counts, as upper one its end.
func (p *parser) limits(r search.Range, open int) (search.Range, error) {
	if search.DateField(r.Field) {
		r.Field = key(r.Field)
		for _, end := range []struct {
			at        *string
			exclusive *bool
			lower     bool
		}{{&r.From, &r.FromExclusive, true}, {&r.To, &r.ToExclusive, false}} {
			if *end.at == "" {
				continue
			}
			from, to, ok := p.date(*end.at)
			switch {
			case !ok:
				return r, fault(open, "Search error: Invalid Date String:'%s'", *end.at)
			case to == "" || end.lower != *end.exclusive: // the instant, or the beginning of the span
				*end.at = from
			default: // the end of the span, which is the beginning of what follows
				*end.at, *end.exclusive = to, !end.lower
			}
		}
		return r, nil
	}
	if search.NumberField(r.Field) {
		for _, b := range []string{r.From, r.To} {
			if b != "" && !isNumber(b) {
				return r, fault(open, "Search error: Invalid Number: %s", b)
			}
		}
	}
	return r, nil
}
