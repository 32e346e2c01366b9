package rdfio

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/maphash"
	"slices"
	"strings"
)

// Fragment writes one node as a piece of a Turtle document, without prefixes.
func Fragment(n *Node) ([]byte, error) {
	var b bytes.Buffer
	t := &turtleWriter{w: bufio.NewWriter(&b)}
	if err := t.Write(n); err != nil {
		return nil, err
	}
	err := t.w.Flush()
	return b.Bytes(), err
}

// FragmentClass reads the first class of a fragment's node, as a short name; ""
// where it has none.
func FragmentClass(fragment []byte) string {
	line, _, _ := bytes.Cut(bytes.TrimLeft(fragment, "\n"), []byte("\n"))
	_, rest, ok := bytes.Cut(line, []byte("> a "))
	if !ok {
		return ""
	}
	class, _, _ := bytes.Cut(rest, []byte(" "))
	return string(bytes.TrimRight(class, ",;."))
}

// Copy puts a fragment into a document begun as Turtle by NewWriter. Of the other
// syntaxes those take one that Remember told where to keep what it becomes there;
// the rest says so.
func Copy(w Writer, fragment []byte) (took bool, err error) {
	switch w := w.(type) {
	case *turtleWriter:
		_, err = w.w.Write(fragment)
		return true, err
	case *rdfxmlWriter:
		if w.kept == nil {
			return false, nil
		}
		text, err := translated(w.kept, RDFXML, fragment)
		if err == nil {
			_, err = w.w.Write(text)
		}
		return true, err
	case *jsonldWriter:
		if w.kept == nil {
			return false, nil
		}
		text, err := translated(w.kept, JSONLD, fragment)
		if err == nil {
			w.begin()
			_, err = w.w.Write(text)
		}
		return true, err
	}
	return false, nil // N-Triples number blank nodes through the document
}

// Kept holds what fragments became in other syntaxes.
type Kept interface {
	Get(key string) []byte
	Put(key string, text []byte)
}

// Remember lets Copy into a document take what fragments became earlier.
func Remember(w Writer, kept Kept) {
	switch w := w.(type) {
	case *rdfxmlWriter:
		w.kept = kept
	case *jsonldWriter:
		w.kept = kept
	}
}

// Two sums under keys that nobody knows stand for a fragment.
var keptSeeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}

// translated is a fragment in another syntax.
func translated(kept Kept, f Format, fragment []byte) ([]byte, error) {
	key := []byte(f)
	for _, seed := range keptSeeds {
		key = binary.BigEndian.AppendUint64(key, maphash.Bytes(seed, fragment))
	}
	if text := kept.Get(string(key)); text != nil {
		return text, nil
	}
	n, err := ParseFragment(fragment)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.Grow(2 * len(fragment))
	w := bufio.NewWriterSize(&b, 4<<10)
	if f == RDFXML {
		err = (&rdfxmlWriter{w: w}).Write(n)
	} else {
		(&jsonldWriter{w: w}).node(n)
	}
	if err = errors.Join(err, w.Flush()); err != nil {
		return nil, err
	}
	kept.Put(string(key), bytes.Clone(b.Bytes()))
	return b.Bytes(), nil
}

// ParseFragment reads what Fragment wrote, and nothing else: the one form it
// writes is read some twenty times faster than Turtle at large.
func ParseFragment(fragment []byte) (root *Node, err error) {
	p := &fragmentReader{s: string(fragment)}
	defer func() {
		if bad, ok := recover().(fragmentError); ok {
			root, err = nil, fmt.Errorf("kept piece of Turtle, byte %d: %w", p.i, bad)
		}
	}()
	for p.i < len(p.s) {
		p.want("\n")
		n := &Node{}
		switch {
		case p.peek() == '<':
			n.IRI = p.iri()
			p.want(" ")
		case root == nil:
			p.want("[] ")
		}
		if root == nil {
			root = n
		} else {
			p.attach(n)
		}
		p.body(n)
		p.want(" .\n")
	}
	if root == nil {
		return nil, errors.New("kept piece of Turtle: it is empty")
	}
	return root, nil
}

type fragmentError string

func (b fragmentError) Error() string { return string(b) }

type fragmentReader struct {
	s string
	i int
	// open are nodes that addresses lead to and that may be described further on.
	open []spot
}

type spot struct {
	n    *Node
	p, o int
}

func (f *fragmentReader) peek() byte {
	if f.i >= len(f.s) {
		panic(fragmentError("it ends too early"))
	}
	return f.s[f.i]
}

func (f *fragmentReader) has(s string) bool {
	if !strings.HasPrefix(f.s[f.i:], s) {
		return false
	}
	f.i += len(s)
	return true
}

func (f *fragmentReader) want(s string) {
	if !f.has(s) {
		panic(fragmentError(fmt.Sprintf("%q should follow", s)))
	}
}

// attach puts a node described on its own where an earlier one names it.
func (f *fragmentReader) attach(n *Node) {
	for i, at := range f.open {
		if at.n.Props[at.p].Objects[at.o].IRI == n.IRI {
			at.n.Props[at.p].Objects[at.o] = Object{Node: n}
			f.open = slices.Delete(f.open, i, i+1)
			return
		}
	}
	panic(fragmentError("it describes what it does not name"))
}

func (f *fragmentReader) iri() string {
	f.want("<")
	end := strings.IndexByte(f.s[f.i:], '>')
	if end < 0 {
		panic(fragmentError("an address does not end"))
	}
	s := f.s[f.i : f.i+end]
	f.i += end + 1
	return s
}

// name reads an address, or a name with prefix.
func (f *fragmentReader) name() string {
	if f.peek() == '<' {
		return f.iri()
	}
	start := f.i
	for f.i < len(f.s) && f.s[f.i] > ' ' && f.s[f.i] != ',' {
		f.i++
	}
	short := f.s[start:f.i]
	iri := Expand(short)
	if iri == short {
		panic(fragmentError(fmt.Sprintf("%q has no prefix", short)))
	}
	return iri
}

// between steps over the mark between two statements of a node.
func (f *fragmentReader) between() bool {
	if !f.has(" ;\n") {
		return false
	}
	for f.peek() == ' ' {
		f.i++
	}
	return true
}

func (f *fragmentReader) body(n *Node) {
	if f.has("a ") {
		n.Types = append(n.Types, f.name())
		for f.has(", ") {
			n.Types = append(n.Types, f.name())
		}
		if !f.between() {
			return
		}
	}
	if strings.HasPrefix(f.s[f.i:], " ]") {
		return // nothing is said
	}
	for {
		n.Props = append(n.Props, Prop{Predicate: f.name()})
		p := len(n.Props) - 1
		for more := true; more; more = f.has(",") {
			f.want(" ")
			o := f.object()
			n.Props[p].Objects = append(n.Props[p].Objects, o)
			if o.IRI != "" {
				f.open = append(f.open, spot{n, p, len(n.Props[p].Objects) - 1})
			}
		}
		if !f.between() {
			return
		}
	}
}

func (f *fragmentReader) object() Object {
	switch f.peek() {
	case '<':
		return Object{IRI: f.iri()}
	case '[':
		f.want("[ ")
		n := &Node{}
		f.body(n)
		f.want(" ]")
		return Object{Node: n}
	}
	o := Object{Text: f.text()}
	switch {
	case f.has("@"):
		start := f.i
		for f.i < len(f.s) && (f.s[f.i] == '-' || f.s[f.i] >= '0' && f.s[f.i] <= '9' || f.s[f.i] >= 'a' && f.s[f.i] <= 'z') {
			f.i++
		}
		o.Lang = f.s[start:f.i]
	case f.has("^^"):
		o.Datatype = f.name()
	}
	return o
}

// text reads a text in quotes. Most have nothing escaped and need no copy.
func (f *fragmentReader) text() string {
	f.want(`"`)
	start := f.i
	end := strings.IndexAny(f.s[start:], `"\`)
	if end >= 0 && f.s[start+end] == '"' {
		f.i = start + end + 1
		return f.s[start : start+end]
	}
	var b strings.Builder
	for f.peek() != '"' {
		c := f.s[f.i]
		if c == '\\' {
			f.i++
			switch c = f.peek(); c {
			case 'n':
				c = '\n'
			case 't':
				c = '\t'
			}
		}
		b.WriteByte(c)
		f.i++
	}
	f.i++
	return b.String()
}
