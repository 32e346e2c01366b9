package search

import (
	"regexp"
	"strings"
)

// Pattern is a wildcard's pattern, read once.
type Pattern struct {
	runes []rune // 0 stands for one character, -1 for any number
}

const (
	anyOne  = 0
	anyMany = -1
)

// ParsePattern reads a pattern.
func ParsePattern(s string) Pattern {
	var p Pattern
	escaped := false
	for _, r := range s {
		switch {
		case escaped:
			p.runes, escaped = append(p.runes, r), false
		case r == '\\':
			escaped = true
		case r == '*':
			p.runes = append(p.runes, anyMany)
		case r == '?':
			p.runes = append(p.runes, anyOne)
		default:
			p.runes = append(p.runes, r)
		}
	}
	return p
}

// Literal is what everything that fits begins with.
func (p Pattern) Literal() string {
	var b strings.Builder
	for _, r := range p.runes {
		if r == anyMany || r == anyOne {
			break
		}
		b.WriteRune(r)
	}
	return b.String()
}

// Regexp is the same as a regular expression.
func (p Pattern) Regexp() string {
	var b strings.Builder
	for _, r := range p.runes {
		switch r {
		case anyMany:
			b.WriteString(".*")
		case anyOne:
			b.WriteByte('.')
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	return b.String()
}

// Fits matches in linear memory and at most quadratic time.
func (p Pattern) Fits(s string) bool {
	rs := []rune(s)
	i, j, star, mark := 0, 0, -1, 0
	for j < len(rs) {
		switch {
		case i < len(p.runes) && p.runes[i] == anyMany:
			star, mark = i, j
			i++
		case i < len(p.runes) && (p.runes[i] == anyOne || p.runes[i] == rs[j]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p.runes) && p.runes[i] == anyMany {
		i++
	}
	return i == len(p.runes)
}
