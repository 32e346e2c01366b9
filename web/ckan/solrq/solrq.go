// Package solrq reads the search syntax that CKAN's clients learned from Solr
// and turns it into a query tree. Plain words go one way (dismax), anything
// with a field or a filter the other (Lucene's classic syntax).
package solrq

import (
	"fmt"
	"regexp"
	"strings"
	"time"

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

// What CKAN looks for, any of its letters escaped or not.
var (
	magic      = regexp.MustCompile(`(?i)(?:^|[^\\\w])\\?_(?:\\?q\\?u\\?e\\?r\\?y|\\?v\\?a\\?l)\\?_\s*:`)
	otherParse = regexp.MustCompile(`(?:^|[^\\])(?:\\\\)*\{!`)
)

// guard refuses what would reach past the query syntax in CKAN.
func guard(param, s string) error {
	if len(s) > maxLength {
		return fault(maxLength, "Search error: the query is longer than %d characters.", maxLength)
	}
	var parsers [][]int
	if strings.Contains(s, "{!") { // to ask for what both patterns need spares most texts the patterns
		parsers = otherParse.FindAllStringIndex(s, 2)
	}
	switch {
	case strings.Contains(s, "_") && strings.Contains(s, ":") && magic.MatchString(s):
		return fault(0, "Search error: \"Magic fields are not supported in param '%s'.\"", param)
	case len(parsers) > 1:
		return fault(parsers[1][0], "Search error: \"Query parsers are not supported in param '%s'.\"", param)
	case len(parsers) > 0 && !strings.HasPrefix(strings.TrimSpace(s), "{!"):
		return fault(parsers[0][0], "Search error: \"Local parameters must be defined at the beginning of param '%s'.\"", param)
	case len(parsers) > 0:
		return fault(0, "Search error: \"Local parameters are not supported in param '%s'.\"", param)
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
		return words(q), nil
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

// severalValued are fields of which a dataset can have several values; there is
// no order by these.
func severalValued(field string) bool {
	switch field {
	case "tags", "groups", "text", "title_ngram", "name_ngram", "permission_labels":
		return true
	}
	return strings.HasPrefix(field, "res_") || strings.HasPrefix(field, "vocab_")
}

// Guard refuses, in a parameter that is no query, what would reach past it in CKAN.
func Guard(param, s string) error {
	if len(s) > maxLength { // others bound these
		s = s[:maxLength]
	}
	return guard(param, s)
}

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
		switch {
		case severalValued(field):
			return nil, &Error{Kind: "query", Message: `Search Query is invalid: 'Invalid "sort" parameter'`}
		case field == "title": // CKAN's analysed field sorts by a single word
			field = "title_string"
		default: // what an extra says lies under its own name
			field = strings.TrimPrefix(field, "extras_")
		}
		out = append(out, search.Sort{Field: field, Desc: strings.EqualFold(words[1], "desc")})
	}
	return out, nil
}
