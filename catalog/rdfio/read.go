package rdfio

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	rdflib "github.com/tggo/goRDFlib/graph"
	"github.com/tggo/goRDFlib/nt"
	"github.com/tggo/goRDFlib/rdfxml"
	"github.com/tggo/goRDFlib/term"
	"github.com/tggo/goRDFlib/turtle"

	"trio.example/catalog"
)

// Limits bound a document from outside before and while it is read.
type Limits struct {
	Bytes   int64
	Depth   int // nesting of brackets or elements
	Triples int
	Literal int // bytes of one text; 0 for as many as the document
	Time    time.Duration
	// Base is the address of the document, to which relative ones are resolved; ""
	// leaves them as they are.
	Base string
}

// DefaultLimits suit a page of a feed.
var DefaultLimits = Limits{Bytes: 32 << 20, Depth: 64, Triples: 1_000_000, Literal: 4 << 20, Time: 2 * time.Minute}

// Read reads a document into a graph. The error is a *catalog.Error with a
// sentence that says what is wrong and, if known, where.
func Read(ctx context.Context, r io.Reader, f Format, lim Limits) (*Graph, error) {
	data, err := io.ReadAll(io.LimitReader(r, lim.Bytes+1))
	if err != nil {
		return nil, fmt.Errorf("read RDF: %w", err)
	}
	if int64(len(data)) > lim.Bytes {
		return nil, catalog.Errorf(catalog.KindTooLarge, "Das RDF-Dokument ist größer als %d MB.", lim.Bytes>>20)
	}
	if data, err = toUTF8(data, f, lim); err != nil {
		return nil, err
	}
	if f == N3 {
		if data, err = fromN3(data, lim); err != nil {
			return nil, err
		}
	}
	if err := guard(data, f, lim); err != nil {
		return nil, err
	}
	type result struct {
		g   *Graph
		err error
	}
	ctx, cancel := context.WithTimeout(ctx, lim.Time)
	defer cancel()
	late := catalog.Errorf(catalog.KindTooLarge, "Das RDF-Dokument konnte in der erlaubten Zeit nicht gelesen werden.")
	select {
	case parsing <- struct{}{}:
	case <-ctx.Done():
		return nil, late
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-parsing }()
		g, err := parse(ctx, data, f, lim)
		done <- result{g, err}
	}()
	select {
	case res := <-done:
		if ctx.Err() != nil && errors.Is(res.err, ctx.Err()) {
			return nil, late
		}
		return res.g, res.err
	case <-ctx.Done():
		return nil, late
	}
}

// parsing bounds the documents parsed at a time. A parser ends with its next
// statement when it is given up, but one may be long in coming: until then it
// keeps its place, so that documents made to take long do not pile up.
var parsing = make(chan struct{}, 8)

func invalid(message string) error {
	return catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "rdf_syntax", Message: catalog.DE(message, message)})
}

func parse(ctx context.Context, data []byte, f Format, lim Limits) (g *Graph, err error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case stopped:
			g, err = nil, r.err
		default:
			g, err = nil, invalid("Das RDF-Dokument ist so fehlerhaft, dass es nicht gelesen werden kann.")
		}
	}()
	g = NewGraph()
	src := rdflib.NewGraph(rdflib.WithStore(&sink{g: g, lim: lim, ctx: ctx, inverses: f == N3}))
	in := bytes.NewReader(data)
	switch f {
	case Turtle, N3:
		err = turtle.Parse(src, in, turtle.WithBase(lim.Base))
	case RDFXML:
		if err = rdfxml.Parse(src, in, rdfxml.WithBase(lim.Base)); err != nil {
			if fault := faultXML(data); fault != nil {
				err = fault
			}
		}
	case JSONLD:
		err = parseJSONLD(ctx, g, data, lim)
	case NTriples:
		if longLine(data) {
			err = turtle.Parse(src, in) // N-Triples are Turtle
		} else {
			err = nt.Parse(src, in)
		}
	default:
		return nil, fmt.Errorf("unknown RDF format %q", f)
	}
	var known *catalog.Error
	var remote contextError
	switch {
	case errors.As(err, &known), ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return nil, err
	case errors.As(err, &remote):
		return nil, invalid(remote.Error())
	case err != nil:
		return nil, invalid(inGerman(err.Error()))
	}
	return g, nil
}

// longLine reports lines that are too long for the parser of N-Triples: a large
// geometry is one.
func longLine(data []byte) bool {
	for line := range bytes.Lines(data) {
		if len(line) >= bufio.MaxScanTokenSize {
			return true
		}
	}
	return false
}

// take puts a statement into a graph that has bounds.
func take(g *Graph, lim Limits, s Term, predicate string, o Term) error {
	if lim.Literal > 0 && o.IsLiteral() && len(o.Value) > lim.Literal {
		return catalog.Errorf(catalog.KindTooLarge, "Ein Text des RDF-Dokuments ist länger als %d MB: %.200s von %.500s.", lim.Literal>>20, Compact(predicate), s.Value)
	}
	g.Add(s, predicate, o)
	if g.Len() > lim.Triples {
		return tooMany(lim)
	}
	return nil
}

func convert(t any) Term {
	switch t := t.(type) {
	case term.URIRef:
		return Term{Kind: 'i', Value: t.Value()}
	case term.BNode:
		return Term{Kind: 'b', Value: t.Value()}
	case term.Literal:
		return literal(t.Lexical(), t.Language(), t.Datatype().Value())
	default:
		return Term{Kind: 'l', Value: fmt.Sprint(t)}
	}
}

// literal is a text as the graph holds it.
func literal(text, lang, datatype string) Term {
	out := Term{Kind: 'l', Value: strings.ReplaceAll(text, "\x00", ""), Lang: strings.ReplaceAll(lang, "_", "-")}
	if out.Lang != "" || datatype == Expand("xsd:string") {
		return out
	}
	out.Datatype = datatype
	switch datatype {
	case Expand("rdf:XMLLiteral"):
		out.Value = withoutNamespaces(out.Value)
	case Expand("xsd:decimal"):
		out.Value = decimal(out.Value)
	}
	return out
}

var namespace = regexp.MustCompile(` xmlns:([^\s=]+)="[^"]*"`)

// withoutNamespaces takes the declarations out of a piece of XML that it does not
// use: the parser puts all of its document in, exclusive canonical XML none.
func withoutNamespaces(s string) string {
	return namespace.ReplaceAllStringFunc(s, func(decl string) string {
		prefix := namespace.FindStringSubmatch(decl)[1]
		for _, use := range []string{"<" + prefix + ":", " " + prefix + ":"} {
			if strings.Contains(s, use) {
				return decl
			}
		}
		return ""
	})
}

// decimal writes 5.5E0 as 5.5: JSON-LD makes such numbers of those in JSON, which no
// xsd:decimal may look like.
func decimal(s string) string {
	if !strings.ContainsAny(s, "eE") {
		return s
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.Abs(f) > 1e15 {
		return s
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}
