package solrq

import (
	"strings"
	"unicode"

	"trio.example/search"
)

// words reads what a person typed. Operators of the other syntax are plain
// here, but for quotes, + and -, a trailing * and well-formed AND, OR, NOT with
// their brackets; people type them although CKAN does not read them here.
func words(q string) search.Node {
	list, closed := pieces(q)
	if closed && joined(list) {
		b := boolean{list: list}
		if n, ok := b.or(0); ok && len(b.list) == 0 {
			return n
		}
	}
	var out search.Words
	for _, p := range list {
		if p.word.Text != "" && len(out.Words) < maxClauses {
			out.Words = append(out.Words, p.word)
		}
	}
	if len(out.Words) == 0 {
		return search.None{}
	}
	return out
}

// piece is a word, or an operator or bracket, which may have to be taken for a word.
type piece struct {
	op   string // AND, OR, NOT, ( or )
	word search.Word
}

// pieces takes a text apart; closed says that every quotation mark has its other.
func pieces(q string) (list []piece, closed bool) {
	closed = true
	add := func(w search.Word) {
		w.Text = strings.TrimFunc(strings.ReplaceAll(w.Text, `\`, ""), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
		if w.Text != "" {
			list = append(list, piece{word: w})
		}
	}
	for rest := strings.TrimLeftFunc(q, unicode.IsSpace); rest != ""; rest = strings.TrimLeftFunc(rest, unicode.IsSpace) {
		if rest[0] == '(' || rest[0] == ')' {
			list, rest = append(list, piece{op: rest[:1]}), rest[1:]
			continue
		}
		var w search.Word
		switch rest[0] {
		case '+':
			w.Must, rest = true, rest[1:]
		case '-':
			w.MustNot, rest = true, rest[1:]
		}
		if quoted, isQuoted := strings.CutPrefix(rest, `"`); isQuoted {
			var ended bool
			if w.Text, rest, ended = strings.Cut(quoted, `"`); !ended {
				rest, closed = quoted, false // the mark is ignored
				continue
			}
			w.Phrase = true
			add(w)
			if strings.HasPrefix(rest, "~") || strings.HasPrefix(rest, "^") { // the other syntax; no word
				rest = strings.TrimLeft(rest, "~^.0123456789")
			}
			continue
		}
		end := strings.IndexFunc(rest, func(r rune) bool { return unicode.IsSpace(r) || r == '"' })
		if end < 0 {
			end = len(rest)
		}
		w.Text, rest = rest[:end], rest[end:]
		brackets := 0
		for strings.HasSuffix(w.Text, ")") && !strings.Contains(w.Text, "(") {
			w.Text = w.Text[:len(w.Text)-1]
			brackets++
		}
		switch {
		case !w.Must && !w.MustNot && (w.Text == "AND" || w.Text == "OR" || w.Text == "NOT"):
			list = append(list, piece{op: w.Text, word: w})
		default:
			w.Prefix = strings.HasSuffix(w.Text, "*") && len(w.Text) > 1
			add(w)
		}
		for range brackets {
			list = append(list, piece{op: ")"})
		}
	}
	return list, closed
}

// joined reports whether there is an operator at all: brackets alone say nothing.
func joined(list []piece) bool {
	for _, p := range list {
		if p.op != "" && p.op != "(" && p.op != ")" {
			return true
		}
	}
	return false
}

// boolean reads words with AND, OR, NOT and brackets. Words without an operator
// between them stay together, under CKAN's rule of how many have to match.
type boolean struct{ list []piece }

func (b *boolean) take(op string) bool {
	if len(b.list) > 0 && b.list[0].op == op {
		b.list = b.list[1:]
		return true
	}
	return false
}

func (b *boolean) or(depth int) (search.Node, bool) {
	var out []search.Node
	for {
		n, ok := b.and(depth)
		if !ok {
			return nil, false
		}
		if out = append(out, n); !b.take("OR") {
			if len(out) == 1 {
				return n, true
			}
			return search.Or{Nodes: out}, true
		}
	}
}

func (b *boolean) and(depth int) (search.Node, bool) {
	var out []search.Node
	for {
		n, ok := b.one(depth)
		if !ok {
			return nil, false
		}
		out = append(out, n)
		if !b.take("AND") && (len(b.list) == 0 || b.list[0].op == "OR" || b.list[0].op == ")") {
			return join(out), true
		}
	}
}

func (b *boolean) one(depth int) (search.Node, bool) {
	switch {
	case depth > maxDepth || len(b.list) == 0:
		return nil, false
	case b.take("NOT"):
		n, ok := b.one(depth + 1)
		return search.Not{Node: n}, ok
	case b.take("("):
		n, ok := b.or(depth + 1)
		return n, ok && b.take(")")
	}
	var w search.Words
	for len(b.list) > 0 && b.list[0].op == "" && len(w.Words) < maxClauses {
		w.Words, b.list = append(w.Words, b.list[0].word), b.list[1:]
	}
	return w, len(w.Words) > 0
}
