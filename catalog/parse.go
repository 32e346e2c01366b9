package catalog

import (
	"bytes"
	"encoding/json"
	"strconv"
	"sync"
	"unicode/utf8"
)

// parser builds canonical values from a text that is known to be valid JSON.
// Every read of an entry passes here: going through encoding/json's generic
// values and then to the canonical ones takes three times as long.
type parser struct {
	text []byte
	pos  int
	// open are the members and elements of what is being read, so that its map or
	// list is made once, as large as it will be.
	open  []member
	known texts
}

type member struct {
	name  string
	value any
}

var parsers = sync.Pool{New: func() any { return &parser{open: make([]member, 0, 48)} }}

// maxOpen is how many members a parser keeps room for.
const maxOpen = 1 << 10

// parse returns the value of a text. Where that is no JSON it may panic.
func parse(text []byte) any {
	p := parsers.Get().(*parser)
	p.text, p.pos = text, 0
	p.space()
	v := p.value()
	// One that ran over the end or read a giant is not used again.
	if p.text = nil; cap(p.open) <= maxOpen {
		clear(p.open[:cap(p.open)])
		p.open = p.open[:0]
		parsers.Put(p)
	}
	return v
}

func (p *parser) space() {
	for p.pos < len(p.text) && (p.text[p.pos] == ' ' || p.text[p.pos] == '\n' || p.text[p.pos] == '\t' || p.text[p.pos] == '\r') {
		p.pos++
	}
}

// value reads the value at the position, which is no blank, and what blanks follow.
func (p *parser) value() (v any) {
	switch p.text[p.pos] {
	case '{':
		v = p.object()
	case '[':
		v = p.list()
	case '"':
		v = p.boxed()
	case 't':
		p.pos += len("true")
		v = true
	case 'f':
		p.pos += len("false")
		v = false
	case 'n':
		p.pos += len("null")
	default:
		v = p.number()
	}
	p.space()
	return v
}

// next steps over an opening bracket or comma and reports whether a member follows.
func (p *parser) next(closing byte) bool {
	if p.text[p.pos] == closing {
		p.pos++
		return false
	}
	p.pos++
	p.space()
	if p.text[p.pos] == closing { // an empty list or object
		p.pos++
		return false
	}
	return true
}

func (p *parser) object() map[string]any {
	from := len(p.open)
	for p.next('}') {
		name, _ := p.boxed().(string)
		p.space()
		p.pos++ // the colon
		p.space()
		v := p.value()
		p.open = append(p.open, member{name, v})
	}
	m := make(map[string]any, len(p.open)-from)
	for _, x := range p.open[from:] {
		m[x.name] = x.value
	}
	p.open = p.open[:from]
	return m
}

func (p *parser) list() []any {
	from := len(p.open)
	for p.next(']') {
		v := p.value()
		p.open = append(p.open, member{value: v})
	}
	list := make([]any, len(p.open)-from)
	for i, x := range p.open[from:] {
		list[i] = x.value
	}
	p.open = p.open[:from]
	return list
}

// boxed reads a text as a value.
func (p *parser) boxed() any {
	start := p.pos
	plain := true
	for p.pos++; p.text[p.pos] != '"'; p.pos++ {
		if p.text[p.pos] == '\\' {
			plain = false
			p.pos++
		}
	}
	p.pos++
	inner := p.text[start+1 : p.pos-1]
	switch {
	case !plain || !utf8.Valid(inner):
		var s string
		_ = json.Unmarshal(p.text[start:p.pos], &s) // valid, as the whole text is
		return s
	case len(inner) > maxKnown:
		return string(inner)
	default:
		return p.known.value(inner)
	}
}

func (p *parser) number() any {
	start := p.pos
	for p.pos < len(p.text) && bytes.IndexByte([]byte("+-.eE0123456789"), p.text[p.pos]) >= 0 {
		p.pos++
	}
	text := string(p.text[start:p.pos])
	if i, err := strconv.ParseInt(text, 10, 64); err == nil {
		return i
	}
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return text // too large for a number
	}
	return n
}
