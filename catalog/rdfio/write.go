package rdfio

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/knakk/rdf"
)

// Format is a syntax.
type Format string

// The syntaxes that are written.
const (
	Turtle   Format = "turtle"
	RDFXML   Format = "rdfxml"
	JSONLD   Format = "jsonld"
	NTriples Format = "ntriples"
	// N3 is written as Turtle, which it contains.
	N3 Format = "n3"
)

// FormatOf finds a format by file ending.
func FormatOf(ext string) (Format, bool) {
	f, ok := map[string]Format{"ttl": Turtle, "n3": N3, "rdf": RDFXML, "xml": RDFXML, "owl": RDFXML, "jsonld": JSONLD, "json": JSONLD, "nt": NTriples}[strings.TrimPrefix(strings.ToLower(ext), ".")]
	return f, ok
}

// MediaType is the format's content type.
func (f Format) MediaType() string {
	return map[Format]string{Turtle: "text/turtle; charset=utf-8", RDFXML: "application/rdf+xml; charset=utf-8", JSONLD: "application/ld+json; charset=utf-8", NTriples: "application/n-triples; charset=utf-8", N3: "text/n3; charset=utf-8"}[f]
}

// Writer streams nodes; memory does not grow with their number.
type Writer interface {
	Write(n *Node) error
	// Close ends the document; it does not close the stream below.
	Close() error
}

// NewWriter starts a document.
func NewWriter(w io.Writer, f Format) (Writer, error) {
	b := bufio.NewWriterSize(w, 64<<10)
	switch f {
	case Turtle, N3:
		t := &turtleWriter{w: b}
		for _, p := range prefixes {
			t.w.WriteString("@prefix " + p.prefix + ": <" + p.iri + "> .\n")
		}
		return t, nil
	case RDFXML:
		x := &rdfxmlWriter{w: b}
		x.w.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF")
		for _, p := range prefixes {
			x.w.WriteString("\n  xmlns:" + p.prefix + "=\"" + p.iri + "\"")
		}
		x.w.WriteString(">\n")
		return x, nil
	case JSONLD:
		j := &jsonldWriter{w: b}
		j.w.WriteString("{\"@context\":{")
		for i, p := range prefixes {
			if i > 0 {
				j.w.WriteByte(',')
			}
			j.w.WriteString(quoteJSON(p.prefix) + ":" + quoteJSON(p.iri))
		}
		j.w.WriteString("},\n\"@graph\":[")
		return j, nil
	case NTriples:
		return &ntriplesWriter{w: b}, nil
	default:
		return nil, fmt.Errorf("unknown RDF format %q", f)
	}
}

type turtleWriter struct {
	w     *bufio.Writer
	later []*Node // nodes with an IRI met inside another one
}

func (t *turtleWriter) name(iri string) {
	if prefix, local, ok := compact(iri); ok {
		t.w.WriteString(prefix)
		t.w.WriteByte(':')
		t.w.WriteString(local)
		return
	}
	t.iri(iri)
}

func (t *turtleWriter) iri(iri string) {
	t.w.WriteByte('<')
	t.w.WriteString(encodeIRI(iri))
	t.w.WriteByte('>')
}

func (t *turtleWriter) Write(n *Node) error {
	if len(n.Types)+len(n.Props) == 0 {
		return nil // nothing is said, and Turtle has no words for that
	}
	t.w.WriteByte('\n')
	if n.IRI != "" {
		t.iri(n.IRI)
		t.w.WriteByte(' ')
	} else {
		t.w.WriteString("[] ")
	}
	t.body(n, "  ")
	if _, err := t.w.WriteString(" .\n"); err != nil {
		return err
	}
	for len(t.later) > 0 {
		next := t.later[0]
		t.later = t.later[1:]
		if err := t.Write(next); err != nil {
			return err
		}
	}
	return nil
}

func (t *turtleWriter) body(n *Node, indent string) {
	first := true
	sep := func() {
		if !first {
			t.w.WriteString(" ;\n")
			t.w.WriteString(indent)
		}
		first = false
	}
	for i, typ := range n.Types {
		if i == 0 {
			sep()
			t.w.WriteString("a ")
		} else {
			t.w.WriteString(", ")
		}
		t.name(typ)
	}
	for _, p := range n.Props {
		sep()
		t.name(p.Predicate)
		for i, o := range p.Objects {
			if i > 0 {
				t.w.WriteByte(',')
			}
			t.w.WriteByte(' ')
			t.object(o, indent)
		}
	}
}

// object writes a value. Turtle nests blank nodes only; one with an IRI is
// written behind the statement it stands in.
func (t *turtleWriter) object(o Object, indent string) {
	switch {
	case o.Node != nil && o.Node.IRI == "":
		t.w.WriteString("[ ")
		t.body(o.Node, indent+"  ")
		t.w.WriteString(" ]")
	case o.Node != nil:
		t.iri(o.Node.IRI)
		t.later = append(t.later, o.Node)
	case o.IRI != "":
		t.iri(o.IRI)
	default:
		t.w.WriteByte('"')
		escapeTurtle(t.w, clean(o.Text))
		t.w.WriteByte('"')
		if lang := o.lang(); lang != "" {
			t.w.WriteString("@" + lang)
		} else if dt := o.datatype(); dt != "" {
			t.w.WriteString("^^")
			t.name(dt)
		}
	}
}

func escapeTurtle(w *bufio.Writer, s string) {
	start := 0
	for i := 0; i < len(s); i++ {
		var esc string
		switch s[i] {
		case '"':
			esc = `\"`
		case '\\':
			esc = `\\`
		case '\n':
			esc = `\n`
		case '\t':
			esc = `\t`
		default:
			continue
		}
		w.WriteString(s[start:i])
		w.WriteString(esc)
		start = i + 1
	}
	w.WriteString(s[start:])
}

func (t *turtleWriter) Close() error { return t.w.Flush() }

// ntriplesWriter uses knakk/rdf's terms.
type ntriplesWriter struct {
	w     *bufio.Writer
	blank int
}

func (t *ntriplesWriter) Write(n *Node) error {
	_, err := t.node(n)
	return err
}

func (t *ntriplesWriter) node(n *Node) (subject string, err error) {
	if n.IRI != "" {
		iri, err := rdf.NewIRI(encodeIRI(n.IRI))
		if err != nil {
			return "", fmt.Errorf("subject %q: %w", n.IRI, err)
		}
		subject = iri.Serialize(rdf.NTriples)
	} else {
		t.blank++
		subject = "_:b" + strconv.Itoa(t.blank)
	}
	for _, typ := range n.Types {
		t.put(subject, " <", Type, "> <", encodeIRI(typ), "> .\n")
	}
	for _, p := range n.Props {
		for _, o := range p.Objects {
			value, err := t.object(o)
			if err != nil {
				return "", err
			}
			t.put(subject, " <", encodeIRI(p.Predicate), "> ", value, " .\n")
		}
	}
	return subject, nil
}

func (t *ntriplesWriter) put(pieces ...string) {
	for _, p := range pieces {
		t.w.WriteString(p)
	}
}

func (t *ntriplesWriter) object(o Object) (string, error) {
	switch {
	case o.Node != nil:
		return t.node(o.Node)
	case o.IRI != "":
		return "<" + encodeIRI(o.IRI) + ">", nil
	case plain(o.Text, &plainText): // which is most, and needs no escapes
		switch lang, dt := o.lang(), o.datatype(); {
		case lang != "":
			return `"` + o.Text + `"@` + lang, nil
		case dt != "":
			return `"` + o.Text + `"^^<` + dt + ">", nil
		}
		return `"` + o.Text + `"`, nil
	case o.lang() != "":
		// knakk/rdf refuses tags of three parts (zh-hans-cn).
		l, err := rdf.NewLiteral(clean(o.Text))
		return l.Serialize(rdf.NTriples) + "@" + o.lang(), err
	case o.datatype() != "":
		dt, err := rdf.NewIRI(o.datatype())
		return rdf.NewTypedLiteral(clean(o.Text), dt).Serialize(rdf.NTriples), err
	default:
		l, err := rdf.NewLiteral(clean(o.Text))
		return l.Serialize(rdf.NTriples), err
	}
}

func (t *ntriplesWriter) Close() error { return t.w.Flush() }
