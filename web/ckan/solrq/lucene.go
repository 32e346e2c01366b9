package solrq

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trio.example/search"
)

// parser reads Lucene's classic syntax with AND as default operator.
type parser struct {
	text    string
	pos     int
	depth   int
	clauses int
	now     time.Time
}

func lucene(text string, now time.Time) (search.Node, error) {
	p := &parser{text: text, now: now.UTC()}
	n, err := p.query("text")
	if err != nil {
		return nil, err
	}
	if p.skip(); p.pos < len(p.text) {
		return nil, fault(p.pos, "Search error: unexpected %q at position %d.", p.text[p.pos:p.pos+1], p.pos+1)
	}
	return n, nil
}

func (p *parser) skip() {
	for p.pos < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.pos:])
		if !unicode.IsSpace(r) {
			return
		}
		p.pos += n
	}
}

func (p *parser) peek() byte {
	if p.pos < len(p.text) {
		return p.text[p.pos]
	}
	return 0
}

// word takes an operator if it stands alone at this place.
func (p *parser) word(op string) bool {
	rest := p.text[p.pos:]
	if !strings.HasPrefix(rest, op) {
		return false
	}
	after := rest[len(op):]
	if op[0] != '&' && op[0] != '|' && after != "" && !strings.ContainsAny(after[:1], " \t\n\r(\"") {
		return false
	}
	p.pos += len(op)
	return true
}

// query reads clauses up to a closing bracket. OR binds weaker than AND.
func (p *parser) query(field string) (search.Node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fault(p.pos, "Search error: brackets are nested deeper than %d.", maxDepth)
	}
	defer func() { p.depth-- }()
	var or, and []search.Node
	want := false // an operator waits for its right side
	for {
		p.skip()
		if p.pos >= len(p.text) || p.peek() == ')' {
			break
		}
		switch {
		case p.word("AND"), p.word("&&"):
			if and == nil || want {
				return nil, fault(p.pos, "Search error: an operator has nothing to join at position %d.", p.pos)
			}
			want = true
			continue
		case p.word("OR"), p.word("||"):
			if and == nil || want {
				return nil, fault(p.pos, "Search error: an operator has nothing to join at position %d.", p.pos)
			}
			or, and, want = append(or, join(and)), nil, true
			continue
		}
		n, err := p.clause(field)
		if err != nil {
			return nil, err
		}
		and, want = append(and, n), false
		if p.clauses++; p.clauses > maxClauses {
			return nil, fault(p.pos, "Search error: more than %d clauses.", maxClauses)
		}
	}
	if want || and == nil {
		return nil, fault(p.pos, "Search error: a clause is missing at position %d.", p.pos+1)
	}
	if or == nil {
		return join(and), nil
	}
	return search.Or{Nodes: append(or, join(and))}, nil
}

func join(nodes []search.Node) search.Node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return search.And{Nodes: nodes}
}

func (p *parser) clause(field string) (search.Node, error) {
	not := false
	for {
		switch {
		case p.peek() == '+':
			p.pos++
		case p.peek() == '-' || p.peek() == '!':
			not = !not
			p.pos++
		case p.word("NOT"):
			not = !not
		default:
			n, err := p.fielded(field)
			if err == nil && not {
				n = search.Not{Node: n}
			}
			return n, err
		}
		p.skip()
	}
}

// fielded reads “field:” if there is one, then what it is about.
func (p *parser) fielded(field string) (search.Node, error) {
	start := p.pos
	end := start
	for end < len(p.text) && (isName(p.text[end]) || (end == start && p.text[end] == '*')) {
		end++
	}
	if end > start && end < len(p.text) && p.text[end] == ':' {
		field, p.pos = p.text[start:end], end+1
		p.skip()
		if p.pos >= len(p.text) || p.peek() == ')' {
			return nil, fault(p.pos, "Search error: the field %q has no value.", field)
		}
	}
	return p.primary(field)
}

func isName(c byte) bool {
	return c == '_' || c == '-' || c == '.' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

func (p *parser) primary(field string) (search.Node, error) {
	switch p.peek() {
	case '(':
		open := p.pos
		p.pos++
		n, err := p.query(field)
		if err != nil {
			return nil, err
		}
		if p.peek() != ')' {
			return nil, fault(open, "Search error: the bracket at position %d is not closed.", open+1)
		}
		p.pos++
		_, _, err = p.suffix()
		return n, err
	case '"':
		return p.phrase(field)
	case '[', '{':
		return p.span(field)
	case '/':
		return nil, fault(p.pos, "Search error: regular expressions are not supported (position %d).", p.pos+1)
	default:
		return p.term(field)
	}
}

// suffix reads ~n and ^n behind a term.
func (p *parser) suffix() (tilde int, boost float64, err error) {
	tilde = -1
	for {
		switch p.peek() {
		case '~':
			p.pos++
			tilde = 2
			if n := p.number(); n != "" {
				f, err := strconv.ParseFloat(n, 64)
				if err != nil {
					return 0, 0, fault(p.pos, "Search error: %q is no number.", n)
				}
				tilde = int(min(f, 100))
			}
		case '^':
			p.pos++
			n := p.number()
			if boost, err = strconv.ParseFloat(n, 64); err != nil {
				return 0, 0, fault(p.pos, "Search error: a boost needs a number (position %d).", p.pos+1)
			}
		default:
			return tilde, boost, nil
		}
	}
}

func (p *parser) number() string {
	start := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] == '.' || p.text[p.pos] >= '0' && p.text[p.pos] <= '9') {
		p.pos++
	}
	return p.text[start:p.pos]
}

func (p *parser) quoted() (string, error) {
	open := p.pos
	var b strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '\\' && p.pos+1 < len(p.text):
			p.pos++
			b.WriteByte(p.text[p.pos])
		case c == '"':
			p.pos++
			return b.String(), nil
		default:
			b.WriteByte(c)
		}
	}
	return "", fault(open, "Search error: the quotation mark at position %d is not closed.", open+1)
}

func (p *parser) phrase(field string) (search.Node, error) {
	s, err := p.quoted()
	if err != nil {
		return nil, err
	}
	slop, boost, err := p.suffix()
	return search.Phrase{Field: field, Value: s, Slop: max(slop, 0), Boost: boost}, err
}

// term reads a word; unescaped * and ? make it a pattern.
func (p *parser) term(field string) (search.Node, error) {
	start := p.pos
	var value, pattern strings.Builder
	wild := false
	for p.pos < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.pos:])
		if unicode.IsSpace(r) || strings.ContainsRune(`()[]{}"^~`, r) {
			break
		}
		switch {
		case r == '\\' && p.pos+1 < len(p.text):
			p.pos++
			r, n = utf8.DecodeRuneInString(p.text[p.pos:])
			value.WriteRune(r)
			pattern.WriteRune(r)
		case r == ':':
			return nil, fault(p.pos, "Search error: unexpected ':' at position %d; write \\: to search for it.", p.pos+1)
		default:
			wild = wild || r == '*' || r == '?'
			value.WriteRune(r)
			pattern.WriteRune(r)
		}
		p.pos += n
	}
	if p.pos == start {
		return nil, fault(p.pos, "Search error: unexpected %q at position %d.", p.text[p.pos:min(len(p.text), p.pos+1)], p.pos+1)
	}
	fuzzy, boost, err := p.suffix()
	switch v := value.String(); {
	case err != nil:
		return nil, err
	case v == "*" && field == "*":
		return search.All{}, nil
	case v == "*" && wild:
		if field == "text" {
			return search.All{}, nil
		}
		return search.Exists{Field: field}, nil
	case wild:
		return search.Wildcard{Field: field, Pattern: pattern.String(), Boost: boost}, nil
	default:
		if search.DateField(field) {
			if t, ok := p.date(v); ok {
				v = t
			}
		}
		return search.Term{Field: field, Value: v, Boost: boost, Fuzzy: max(fuzzy, 0)}, nil
	}
}

// span reads [a TO b] and {a TO b}.
func (p *parser) span(field string) (search.Node, error) {
	open := p.pos
	r := search.Range{Field: field, FromExclusive: p.peek() == '{'}
	p.pos++
	var bounds [2]string
	for i := range bounds {
		p.skip()
		start := p.pos
		if p.peek() == '"' {
			s, err := p.quoted()
			if err != nil {
				return nil, err
			}
			bounds[i] = s
		} else {
			for p.pos < len(p.text) && !strings.ContainsRune(" \t\r\n]}", rune(p.text[p.pos])) {
				p.pos++
			}
			bounds[i] = strings.ReplaceAll(p.text[start:p.pos], `\`, "")
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
	for i, b := range bounds {
		switch {
		case b == "*":
			bounds[i] = ""
		case b == "":
			return nil, fault(open, "Search error: a range needs two bounds (position %d).", open+1)
		case search.DateField(field):
			t, ok := p.date(b)
			if !ok {
				return nil, fault(open, "Search error: Invalid Date String:'%s'", b)
			}
			bounds[i] = t
		}
	}
	r.From, r.To = bounds[0], bounds[1]
	if _, _, err := p.suffix(); err != nil {
		return nil, err
	}
	if r.From == "" && r.To == "" {
		if field == "*" {
			return search.All{}, nil
		}
		return search.Exists{Field: field}, nil
	}
	return r, nil
}
