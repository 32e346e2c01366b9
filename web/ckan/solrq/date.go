package solrq

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	mathStart = regexp.MustCompile(`^(NOW|\d{4}-\d{2}-\d{2}T[0-9:.]+Z)((?:[+-]\d{1,6}[A-Z]+|/[A-Z]+)*)$`)
	mathStep  = regexp.MustCompile(`([+-])(\d{1,6})([A-Z]+)|/([A-Z]+)`)
)

// date reads a date with Solr's arithmetic (NOW-7DAYS/DAY) and returns it in
// RFC 3339. Bare days, months and years stay as they are: as an upper bound
// they mean their end.
func (p *parser) date(s string) (string, bool) {
	for _, layout := range []string{time.DateOnly, "2006-01", "2006"} {
		if _, err := time.Parse(layout, s); err == nil {
			return s, true
		}
	}
	if t, err := time.Parse("2006-01-02T15:04:05.999999999", s); err == nil {
		return t.UTC().Format(time.RFC3339Nano), true
	}
	m := mathStart.FindStringSubmatch(s)
	if m == nil {
		return "", false
	}
	t := p.now
	if m[1] != "NOW" {
		var err error
		if t, err = time.Parse(time.RFC3339Nano, m[1]); err != nil {
			return "", false
		}
	}
	for _, step := range mathStep.FindAllStringSubmatch(m[2], -1) {
		var ok bool
		if step[4] != "" {
			t, ok = floor(t, step[4])
		} else {
			n, err := strconv.Atoi(step[1] + step[2])
			if err != nil {
				return "", false
			}
			t, ok = add(t, n, step[3])
		}
		if !ok {
			return "", false
		}
	}
	return t.UTC().Format(time.RFC3339Nano), true
}

func add(t time.Time, n int, unit string) (time.Time, bool) {
	switch strings.TrimSuffix(unit, "S") {
	case "YEAR":
		return t.AddDate(n, 0, 0), true
	case "MONTH":
		return t.AddDate(0, n, 0), true
	case "DAY", "DATE":
		return t.AddDate(0, 0, n), true
	case "HOUR":
		return t.Add(time.Duration(n) * time.Hour), true
	case "MINUTE":
		return t.Add(time.Duration(n) * time.Minute), true
	case "SECOND":
		return t.Add(time.Duration(n) * time.Second), true
	}
	return t, false
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
	}
	return t, false
}
