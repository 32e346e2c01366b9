package solrq

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	mathStart = regexp.MustCompile(`^(NOW|\d{4}-\d{2}-\d{2}(?:T[0-9:.]+Z?)?)((?:[+-]\d{1,6}[A-Z]+|/[A-Z]+)*)$`)
	mathStep  = regexp.MustCompile(`([+-])(\d{1,6})([A-Z]+)|/([A-Z]+)`)
)

// date reads a date with Solr's arithmetic (NOW-7DAYS/DAY) and returns it in
// RFC 3339. A bare day, month or year is a span: next is when it is over, in any
// other case next is empty.
func (p *parser) date(s string) (at, next string, ok bool) {
	for layout, span := range map[string][3]int{time.DateOnly: {0, 0, 1}, "2006-01": {0, 1, 0}, "2006": {1, 0, 0}} {
		if t, err := time.Parse(layout, s); err == nil {
			return stamp(t), stamp(t.AddDate(span[0], span[1], span[2])), true
		}
	}
	m := mathStart.FindStringSubmatch(s)
	if m == nil {
		return "", "", false
	}
	t := p.now
	if m[1] != "NOW" {
		if t, ok = instant(m[1]); !ok {
			return "", "", false
		}
	}
	for _, step := range mathStep.FindAllStringSubmatch(m[2], -1) {
		if step[4] != "" {
			t, ok = floor(t, step[4])
		} else {
			n, err := strconv.Atoi(step[1] + step[2])
			if err != nil {
				return "", "", false
			}
			t, ok = add(t, n, step[3])
		}
		if !ok {
			return "", "", false
		}
		t = within(t)
	}
	return stamp(t), "", true
}

func instant(s string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateOnly} {
		if t, err := time.Parse(layout, s); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// The years that a date can be written with.
var (
	first = time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)
	last  = time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
)

func within(t time.Time) time.Time {
	switch {
	case t.Before(first):
		return first
	case t.After(last):
		return last
	}
	return t
}

func stamp(t time.Time) string { return within(t).UTC().Format(time.RFC3339Nano) }

func add(t time.Time, n int, unit string) (time.Time, bool) {
	switch strings.TrimSuffix(unit, "S") {
	case "YEAR":
		return months(t, 12*n), true
	case "MONTH":
		return months(t, n), true
	case "DAY", "DATE":
		return t.AddDate(0, 0, n), true
	case "HOUR":
		return t.Add(time.Duration(n) * time.Hour), true
	case "MINUTE":
		return t.Add(time.Duration(n) * time.Minute), true
	case "SECOND":
		return t.Add(time.Duration(n) * time.Second), true
	case "MILLI", "MILLISECOND":
		return t.Add(time.Duration(n) * time.Millisecond), true
	}
	return t, false
}

// months goes n months on; where that month is too short, to its last day.
func months(t time.Time, n int) time.Time {
	day := t.Day()
	begin := t.AddDate(0, n, 1-day)
	return begin.AddDate(0, 0, min(day, begin.AddDate(0, 1, -1).Day())-1)
}

func floor(t time.Time, unit string) (time.Time, bool) {
	y, m, d := t.Date()
	switch strings.TrimSuffix(unit, "S") {
	case "YEAR":
		return time.Date(y, 1, 1, 0, 0, 0, 0, time.UTC), true
	case "MONTH":
		return time.Date(y, m, 1, 0, 0, 0, 0, time.UTC), true
	case "DAY", "DATE":
		return time.Date(y, m, d, 0, 0, 0, 0, time.UTC), true
	case "HOUR":
		return t.Truncate(time.Hour), true
	case "MINUTE":
		return t.Truncate(time.Minute), true
	case "SECOND":
		return t.Truncate(time.Second), true
	case "MILLI", "MILLISECOND":
		return t.Truncate(time.Millisecond), true
	}
	return t, false
}
