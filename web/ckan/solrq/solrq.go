// Package solrq reads the search syntax that CKAN's clients learned from Solr
// and turns it into a query tree. Plain words go one way (dismax), anything
// with a field or a filter the other (Lucene's classic syntax).
package solrq

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode"

	"trio.example/search"
)

// Error says what is wrong with a query and where. Kind is "query" for CKAN's
// Search Query Error (400) and "search" for its Search Error (409).
type Error struct {
	Kind    string
	Message string
	Pos     int // byte offset
}

func (e *Error) Error() string { return e.Message }

func fault(pos int, format string, args ...any) *Error {
	return &Error{Kind: "search", Pos: pos, Message: fmt.Sprintf(format, args...)}
}

// Limits of a query.
const (
	maxLength  = 8 << 10
	maxDepth   = 32
	maxClauses = 512
)

var magic = regexp.MustCompile(`(?i)(^|[^\\\w])(_query_|_val_)\s*:`)

// guard refuses what would reach past the query syntax in CKAN.
func guard(param, s string) error {
	switch {
	case len(s) > maxLength:
		return fault(maxLength, "Search error: the query is longer than %d characters.", maxLength)
	case strings.HasPrefix(strings.TrimSpace(s), "{!") || strings.Contains(s, "{!"):
		return fault(strings.Index(s, "{!"), "Search error: \"Local parameters are not supported in param '%s'.\"", param)
	case magic.MatchString(s):
		return fault(0, "Search error: \"Magic fields are not supported in param '%s'.\"", param)
	case strings.ContainsRune(s, 0):
		return fault(strings.IndexByte(s, 0), "Search error: the query contains control characters.")
	}
	return nil
}

// ParseQuery reads q at the present time.
func ParseQuery(q string) (search.Node, error) { return ParseQueryAt(q, time.Now()) }

// ParseQueryAt reads q; now is what NOW means.
func ParseQueryAt(q string, now time.Time) (search.Node, error) {
	if err := guard("q", q); err != nil {
		return nil, err
	}
	switch trimmed := strings.TrimSpace(q); {
	case q == "" || trimmed == `""` || trimmed == `''` || trimmed == "*" || trimmed == "*:*":
		return search.All{}, nil
	case trimmed == "":
		return search.None{}, nil
	}
	if !strings.Contains(unquoted(q), ":") {
		return words(q)
	}
	return lucene(q, now)
}

// ParseFilter reads an fq at the present time.
func ParseFilter(fq string) (search.Node, error) { return ParseFilterAt(fq, time.Now()) }

// ParseFilterAt reads an fq as if it stood in brackets, so that OR at the top
// means what it says.
func ParseFilterAt(fq string, now time.Time) (search.Node, error) {
	if err := guard("fq", fq); err != nil {
		return nil, err
	}
	if strings.TrimSpace(fq) == "" {
		return search.All{}, nil
	}
	return lucene(fq, now)
}

// unquoted blanks out phrases and escapes.
func unquoted(s string) string {
	var b strings.Builder
	quoted, escaped := false, false
	for _, r := range s {
		switch {
		case escaped:
			escaped = false
			r = ' '
		case r == '\\':
			escaped = true
			r = ' '
		case r == '"':
			quoted = !quoted
		case quoted:
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

var sortable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)

// ParseSort reads a sort; empty and “rank” mean the default order.
func ParseSort(s string) ([]search.Sort, error) {
	if err := guard("sort", s); err != nil {
		return nil, err
	}
	s = strings.TrimSpace(s)
	if s == "" || s == "rank" {
		return nil, nil
	}
	var out []search.Sort
	for _, part := range strings.Split(s, ",") {
		words := strings.Fields(part)
		if len(words) != 2 || !sortable.MatchString(words[0]) || (!strings.EqualFold(words[1], "asc") && !strings.EqualFold(words[1], "desc")) || len(out) >= 16 {
			return nil, &Error{Kind: "query", Message: `Search Query is invalid: 'Invalid "sort" parameter'`}
		}
		field := words[0]
		if field == "title" { // CKAN's analysed field sorts by a single word
			field = "title_string"
		}
		out = append(out, search.Sort{Field: field, Desc: strings.EqualFold(words[1], "desc")})
	}
	return out, nil
}

// words reads what a person typed. Operators of the other syntax are plain
// here, but for quotes, + and -, a trailing * and well-formed AND, OR, NOT.
func words(q string) (search.Node, error) {
	if node, ok := boolean(q); ok {
		return node, nil
	}
	var out search.Words
	rest := q
	for rest = strings.TrimLeftFunc(rest, unicode.IsSpace); rest != "" && len(out.Words) < maxClauses; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		var w search.Word
		switch rest[0] {
		case '+':
			w.Must, rest = true, rest[1:]
		case '-':
			w.MustNot, rest = true, rest[1:]
		}
		if strings.HasPrefix(rest, `"`) {
			if end := strings.IndexByte(rest[1:], '"'); end >= 0 {
				w.Text, w.Phrase, rest = rest[1:1+end], true, rest[end+2:]
			} else {
				rest = rest[1:] // an unbalanced quote is ignored
				continue
			}
		} else {
			end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
			if end < 0 {
				end = len(rest)
			}
			w.Text, rest = rest[:end], rest[end:]
			w.Prefix = strings.HasSuffix(w.Text, "*") && len(w.Text) > 1
		}
		w.Text = strings.TrimFunc(strings.ReplaceAll(w.Text, `\`, ""), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w.Text != "" {
			out.Words = append(out.Words, w)
		}
	}
	if len(out.Words) == 0 {
		return search.None{}, nil
	}
	return out, nil
}

// boolean understands AND, OR and NOT between plain words when they are well
// formed; people type them although CKAN does not read them here.
func boolean(q string) (search.Node, bool) {
	fields := strings.Fields(q)
	operators := 0
	for _, f := range fields {
		if f == "AND" || f == "OR" || f == "NOT" {
			operators++
		}
	}
	if operators == 0 || strings.ContainsAny(q, `"()+`) {
		return nil, false
	}
	var or []search.Node
	var and []search.Node
	negate, want := false, true
	for _, f := range fields {
		switch f {
		case "AND":
			if want {
				return nil, false
			}
			want = true
			continue
		case "OR":
			if want {
				return nil, false
			}
			or, and, want = append(or, search.And{Nodes: and}), nil, true
			continue
		case "NOT":
			negate, want = true, true
			continue
		}
		w, err := words(f)
		if err != nil {
			return nil, false
		}
		if negate {
			w, negate = search.Not{Node: w}, false
		}
		and, want = append(and, w), false
	}
	if want {
		return nil, false
	}
	return search.Or{Nodes: append(or, search.And{Nodes: and})}, true
}
