package solrq

import (
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"trio.example/search"
	"trio.example/search/german"
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
	rest, ok := strings.CutPrefix(p.text[p.pos:], op)
	if !ok {
		return false
	}
	if r, _ := utf8.DecodeRuneInString(rest); op[0] != '&' && op[0] != '|' && rest != "" && !endsTerm(r) && r != ':' {
		return false
	}
	p.pos += len(op)
	return true
}

// endsTerm reports what cannot be part of a word.
func endsTerm(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`()[]{}"^~`, r) }

// query reads clauses up to a closing bracket. OR binds weaker than AND.
func (p *parser) query(field string) (search.Node, error) {
	if p.depth > maxDepth {
		return nil, fault(p.pos, "Search error: brackets are nested deeper than %d.", maxDepth)
	}
	p.depth++
	defer func() { p.depth-- }()
	var or, and, must []search.Node
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
		plus := p.peek() == '+'
		n, err := p.clause(field)
		if err != nil {
			return nil, err
		}
		if and, want = append(and, n), false; plus {
			must = append(must, n)
		}
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
	// What has a plus is wanted whatever else may be one of several.
	return join(append(must, search.Or{Nodes: append(or, join(and))})), nil
}

func join(nodes []search.Node) search.Node {
	if len(nodes) == 1 {
		return nodes[0]
	}
	return search.And{Nodes: nodes}
}

// clause reads one of +, -, ! and NOT, and what it is about.
func (p *parser) clause(field string) (search.Node, error) {
	not := false
	switch {
	case p.peek() == '+':
		p.pos++
	case p.peek() == '-', p.peek() == '!':
		not = true
		p.pos++
	case p.word("NOT"):
		not = true
	}
	p.skip()
	n, err := p.fielded(field)
	if err == nil && not {
		n = search.Not{Node: n}
	}
	return n, err
}

// fielded reads “field:” if there is one, then what it is about.
func (p *parser) fielded(field string) (search.Node, error) {
	if name, end := p.name(); end > 0 {
		field, p.pos = name, end
		p.skip()
		if p.pos >= len(p.text) || p.peek() == ')' {
			return nil, fault(p.pos, "Search error: the field %q has no value.", field)
		}
	}
	return p.primary(field)
}

// name reads a field's name and says where the colon behind it ends; 0 if there
// is none.
func (p *parser) name() (name string, end int) {
	rest := p.text[p.pos:]
	if strings.HasPrefix(rest, "*:") {
		return "*", p.pos + 2
	}
	var b strings.Builder
	for i := 0; i < len(rest); {
		r, n := utf8.DecodeRuneInString(rest[i:])
		switch {
		case r == ':' && i > 0:
			return b.String(), p.pos + i + 1
		case i > 0 && unicode.IsSpace(r): // blanks may stand in front of the colon
			if tail := strings.TrimLeftFunc(rest[i:], unicode.IsSpace); strings.HasPrefix(tail, ":") {
				return b.String(), len(p.text) - len(tail) + 1
			}
			return "", 0
		case r == '\\' && i+1 < len(rest):
			i++
			r, n = utf8.DecodeRuneInString(rest[i:])
		case r != '_' && r != '.' && (r != '-' || i == 0) && !unicode.IsLetter(r) && !unicode.IsDigit(r):
			return "", 0
		}
		b.WriteRune(r)
		i += n
	}
	return "", 0
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
		x, err := p.suffix()
		return boosted(n, x.boost), err
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

// suffix is what can stand behind a term: ~n and ^n.
type suffix struct {
	tilde bool
	near  float64 // behind ~
	boost float64
}

func (p *parser) suffix() (x suffix, err error) {
	for {
		switch p.peek() {
		case '~':
			p.pos++
			x.tilde, x.near = true, 2
			if n := p.number(); n != "" {
				if x.near, err = strconv.ParseFloat(n, 64); err != nil {
					return x, fault(p.pos, "Search error: %q is no number.", n)
				}
			}
		case '^':
			p.pos++
			if x.boost, err = strconv.ParseFloat(p.number(), 64); err != nil {
				return x, fault(p.pos, "Search error: a boost needs a number (position %d).", p.pos+1)
			}
		default:
			return x, nil
		}
	}
}

// letters is how many letters of a word may differ: a whole number, or the share
// of the word that has to be alike, as in Lucene.
func (x suffix) letters(word string) (int, bool) {
	switch {
	case !x.tilde:
		return 0, true
	case x.near >= 1:
		return int(min(x.near, 2)), x.near == float64(int(min(x.near, 1e6)))
	case x.near == 0:
		return 0, true
	}
	return min(2, int((1-x.near)*float64(utf8.RuneCountInString(word)))), true
}

// boosted multiplies what the parts of a tree are worth.
func boosted(n search.Node, by float64) search.Node {
	if by <= 0 {
		return n
	}
	times := func(b float64) float64 {
		if b <= 0 {
			return by
		}
		return b * by
	}
	all := func(in []search.Node) []search.Node {
		out := make([]search.Node, len(in))
		for i, x := range in {
			out[i] = boosted(x, by)
		}
		return out
	}
	switch n := n.(type) {
	case search.And:
		return search.And{Nodes: all(n.Nodes)}
	case search.Or:
		return search.Or{Nodes: all(n.Nodes), Min: n.Min}
	case search.Term:
		n.Boost = times(n.Boost)
		return n
	case search.Phrase:
		n.Boost = times(n.Boost)
		return n
	case search.Wildcard:
		n.Boost = times(n.Boost)
		return n
	}
	return n
}

func (p *parser) number() string {
	start := p.pos
	for p.pos < len(p.text) && (p.text[p.pos] == '.' || p.text[p.pos] >= '0' && p.text[p.pos] <= '9') {
		p.pos++
	}
	return p.text[start:p.pos]
}

// escaped reads what follows a backslash: any letter, which stands for itself, or
// u and four hexadecimal digits. It tells how long all of it is.
func (p *parser) escaped() (r rune, length int) {
	const digits = 4
	rest := p.text[p.pos+1:]
	if len(rest) > digits && rest[0] == 'u' {
		if n, err := strconv.ParseUint(rest[1:1+digits], 16, 16); err == nil {
			return rune(n), 2 + digits
		}
	}
	r, n := utf8.DecodeRuneInString(rest)
	return r, 1 + n
}

func (p *parser) quoted() (string, error) {
	open := p.pos
	var b strings.Builder
	for p.pos++; p.pos < len(p.text); p.pos++ {
		switch c := p.text[p.pos]; {
		case c == '\\' && p.pos+1 < len(p.text):
			r, n := p.escaped()
			b.WriteRune(r)
			p.pos += n - 1
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
	start := p.pos
	s, err := p.quoted()
	if err != nil {
		return nil, err
	}
	x, err := p.suffix()
	if err != nil {
		return nil, err
	}
	if n, err := p.value(field, s, start); n != nil || err != nil {
		return n, err
	}
	const maxSlop = 10_000
	n := search.Phrase{Field: field, Value: s, Boost: x.boost}
	if x.tilde {
		n.Slop = int(min(x.near, maxSlop))
	}
	if n.Slop > 0 && len(german.Words(s)) > search.MaxNear {
		return nil, fault(start, "Search error: a phrase with ~ has at most %d words (position %d).", search.MaxNear, start+1)
	}
	return n, nil
}

// term reads a word; unescaped * and ? make it a pattern.
func (p *parser) term(field string) (search.Node, error) {
	start := p.pos
	var value, pattern strings.Builder
	wild := false
	for p.pos < len(p.text) {
		r, n := utf8.DecodeRuneInString(p.text[p.pos:])
		if endsTerm(r) || p.pos == start && strings.ContainsRune("+-!", r) {
			break
		}
		switch r {
		case '\\':
			if p.pos+1 == len(p.text) {
				return nil, fault(p.pos+1, "Search error: nothing follows the backslash at position %d.", p.pos+1)
			}
			r, n = p.escaped()
			value.WriteRune(r)
			if strings.ContainsRune(`*?\`, r) {
				pattern.WriteByte('\\')
			}
			pattern.WriteRune(r)
		case ':':
			return nil, fault(p.pos, "Search error: unexpected ':' at position %d; write \\: to search for it.", p.pos+1)
		default:
			wild = wild || r == '*' || r == '?'
			value.WriteRune(r)
			pattern.WriteRune(r)
		}
		p.pos += n
	}
	switch word := p.text[start:p.pos]; {
	case word == "" && p.pos == len(p.text):
		return nil, fault(p.pos, "Search error: a clause is missing at position %d.", p.pos+1)
	case word == "":
		return nil, fault(p.pos, "Search error: unexpected %q at position %d.", p.text[p.pos:p.pos+1], p.pos+1)
	case word == "AND" || word == "OR" || word == "NOT":
		return nil, fault(start, "Search error: unexpected %s at position %d.", word, start+1)
	}
	x, err := p.suffix()
	if err != nil {
		return nil, err
	}
	v := value.String()
	switch {
	case v == "*" && wild && (field == "*" || field == "text"):
		return search.All{}, nil
	case v == "*" && wild:
		return search.Exists{Field: key(field)}, nil
	case wild:
		return search.Wildcard{Field: field, Pattern: pattern.String(), Boost: x.boost}, nil
	}
	if n, err := p.value(field, v, start); n != nil || err != nil {
		return n, err
	}
	fuzzy, ok := x.letters(v)
	if !ok {
		return nil, fault(p.pos, "Search error: Fractional edit distances are not allowed! (position %d)", p.pos)
	}
	return search.Term{Field: field, Value: v, Boost: x.boost, Fuzzy: fuzzy}, nil
}
