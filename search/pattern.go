package search

import "strings"

// Pattern is a wildcard's pattern, read once.
type Pattern struct {
	runes []rune // 0 stands for one character, -1 for any number
	least int    // letters of whatever fits
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
			if n := len(p.runes); n == 0 || p.runes[n-1] != anyMany { // two say what one does
				p.runes = append(p.runes, anyMany)
			}
		case r == '?':
			p.runes = append(p.runes, anyOne)
		default:
			p.runes = append(p.runes, r)
		}
	}
	for _, r := range p.runes {
		if r != anyMany {
			p.least++
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

// Fits matches in linear memory and at most quadratic time.
func (p Pattern) Fits(s string) bool {
	if len(s) < p.least {
		return false
	}
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
