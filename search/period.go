package search

import (
	"strings"
	"time"

	"trio.example/catalog"
)

// Names of the two dates between which an entry's data lie.
const (
	FieldPeriodStart = "temporal_start"
	FieldPeriodEnd   = "temporal_end"
)

// DateSpan reads a year, a month, a day or an instant, and says when the span
// begins and when it is over; an instant is over with its microsecond.
func DateSpan(s string) (from, next time.Time, ok bool) {
	s = strings.TrimSpace(s)
	for layout, span := range map[string][3]int{time.DateOnly: {0, 0, 1}, "2006-01": {0, 1, 0}, "2006": {1, 0, 0}} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, t.AddDate(span[0], span[1], span[2]), true
		}
	}
	from, ok = catalog.ParseMoment(s)
	return from, from.Add(time.Microsecond), ok
}

// ParsePeriod reads the first and the last year, month, day or instant of a
// period; an empty one is open. It is no period when both are open, one cannot be
// read or the end lies before the beginning.
func ParsePeriod(first, last string) (p Period, ok bool) {
	first, last = strings.TrimSpace(first), strings.TrimSpace(last)
	if first != "" {
		if p.From, _, ok = DateSpan(first); !ok {
			return p, false
		}
	}
	if last != "" {
		if _, p.Until, ok = DateSpan(last); !ok {
			return p, false
		}
	}
	if p.From.IsZero() && p.Until.IsZero() {
		return p, false
	}
	return p, p.From.IsZero() || p.Until.IsZero() || p.From.Before(p.Until)
}

// period adds the time the data are about. One that cannot be read is none; one
// with a single end is open on the other side.
func (d *Document) period(first, last string) {
	if from, _, ok := DateSpan(first); ok {
		d.Dates[FieldPeriodStart] = from
	}
	if _, next, ok := DateSpan(last); ok {
		d.Dates[FieldPeriodEnd] = next.Add(-time.Microsecond)
	}
}
