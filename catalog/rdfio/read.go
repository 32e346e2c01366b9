package rdfio

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/piprate/json-gold/ld"
	rdflib "github.com/tggo/goRDFlib/graph"
	"github.com/tggo/goRDFlib/jsonld"
	"github.com/tggo/goRDFlib/nt"
	"github.com/tggo/goRDFlib/rdfxml"
	"github.com/tggo/goRDFlib/term"
	"github.com/tggo/goRDFlib/turtle"

	"trio.example/catalog"
)

// Limits bound a document from outside before and while it is read.
type Limits struct {
	Bytes int64
	Depth int // nesting of brackets or elements
	Time  time.Duration
}

// DefaultLimits suit a page of a feed.
var DefaultLimits = Limits{Bytes: 64 << 20, Depth: 64, Time: 2 * time.Minute}

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
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	if err := guard(data, f, lim); err != nil {
		return nil, err
	}
	type result struct {
		g   *Graph
		err error
	}
	done := make(chan result, 1)
	go func() {
		g, err := parse(data, f)
		done <- result{g, err}
	}()
	ctx, cancel := context.WithTimeout(ctx, lim.Time)
	defer cancel()
	select {
	case res := <-done:
		return res.g, res.err
	case <-ctx.Done():
		return nil, catalog.Errorf(catalog.KindTooLarge, "Das RDF-Dokument konnte in der erlaubten Zeit nicht gelesen werden.")
	}
}

// guard refuses what a parser should not see: foreign entities, remote
// contexts, deep nesting, another kind of document.
func guard(data []byte, f Format, lim Limits) error {
	text := bytes.TrimSpace(data)
	head := bytes.ToLower(text[:min(len(text), 1024)])
	if bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) {
		return invalid("Das Dokument ist eine Webseite und kein RDF.")
	}
	if f == RDFXML && (bytes.Contains(data, []byte("<!DOCTYPE")) || bytes.Contains(data, []byte("<!ENTITY"))) {
		return invalid("Das RDF/XML-Dokument enthält eine DTD oder Entitäten; das ist nicht erlaubt.")
	}
	depth, quote := 0, byte(0)
	for i := 0; i < len(data); i++ {
		c := data[i]
		switch {
		case f == RDFXML:
			if c == '<' && i+1 < len(data) && data[i+1] != '?' && data[i+1] != '!' {
				end := bytes.IndexByte(data[i:], '>')
				switch {
				case data[i+1] == '/':
					depth--
				case end > 0 && data[i+end-1] != '/':
					depth++
				}
			}
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"':
			quote = c
		case c == '[' || c == '{' || c == '(':
			depth++
		case c == ']' || c == '}' || c == ')':
			depth--
		}
		if depth > lim.Depth {
			return invalid(fmt.Sprintf("Das RDF-Dokument ist zu tief verschachtelt (Zeile %d).", 1+bytes.Count(data[:i], []byte("\n"))))
		}
	}
	return nil
}

func invalid(message string) error {
	return catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "rdf_syntax", Message: catalog.DE(message, message)})
}

// noRemote refuses to fetch contexts from elsewhere.
type noRemote struct{}

// LoadDocument implements the document loader of JSON-LD.
func (noRemote) LoadDocument(u string) (*ld.RemoteDocument, error) {
	return nil, errors.New("remote contexts are not fetched: " + u)
}

func parse(data []byte, f Format) (g *Graph, err error) {
	defer func() {
		if r := recover(); r != nil {
			g, err = nil, invalid("Das RDF-Dokument ist so fehlerhaft, dass es nicht gelesen werden kann.")
		}
	}()
	src := rdflib.NewGraph()
	in := bytes.NewReader(data)
	switch f {
	case Turtle:
		err = turtle.Parse(src, in)
	case RDFXML:
		err = rdfxml.Parse(src, in)
	case JSONLD:
		err = jsonld.Parse(src, in, jsonld.WithDocumentLoader(noRemote{}))
	case NTriples:
		err = nt.Parse(src, in)
	default:
		return nil, fmt.Errorf("unknown RDF format %q", f)
	}
	if err != nil {
		return nil, invalid("Das RDF-Dokument ist fehlerhaft: " + strings.ReplaceAll(err.Error(), "\n", " "))
	}
	g = NewGraph()
	src.Triples(nil, nil, nil)(func(t term.Triple) bool {
		g.Add(convert(t.Subject), t.Predicate.Value(), convert(t.Object))
		return true
	})
	return g, nil
}

func convert(t any) Term {
	switch t := t.(type) {
	case term.URIRef:
		return Term{Kind: 'i', Value: t.Value()}
	case term.BNode:
		return Term{Kind: 'b', Value: t.Value()}
	case term.Literal:
		out := Term{Kind: 'l', Value: t.Lexical(), Lang: t.Language()}
		if dt := t.Datatype().Value(); out.Lang == "" && dt != Expand("xsd:string") {
			out.Datatype = dt
		}
		return out
	default:
		return Term{Kind: 'l', Value: fmt.Sprint(t)}
	}
}
