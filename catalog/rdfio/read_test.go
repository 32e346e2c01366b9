package rdfio_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

func TestRead_limits(t *testing.T) {
	t.Parallel()
	many := func(n int) string {
		var b strings.Builder
		for i := range n {
			fmt.Fprintf(&b, "<urn:s> <urn:p> \"%d\" .\n", i)
		}
		return b.String()
	}
	lim := rdfio.Limits{Bytes: 4096, Depth: 8, Triples: 10, Time: time.Minute}
	nested := func(n int) string {
		return "<urn:s> <urn:p> " + strings.Repeat("[ <urn:p> ", n) + "1" + strings.Repeat(" ]", n) + " ."
	}
	for name, c := range map[string]struct {
		f    rdfio.Format
		in   string
		kind catalog.Kind // KindInternal: is read
	}{
		"as many triples as allowed": {rdfio.Turtle, many(10), 0},
		"one triple too many":        {rdfio.Turtle, many(11), catalog.KindTooLarge},
		"one triple too many, NT":    {rdfio.NTriples, many(11), catalog.KindTooLarge},
		"as long as allowed":         {rdfio.Turtle, "<urn:s> <urn:p> 1 ." + strings.Repeat(" ", 4096-19), 0},
		"one byte too long":          {rdfio.Turtle, "<urn:s> <urn:p> 1 ." + strings.Repeat(" ", 4096-18), catalog.KindTooLarge},
		"as deep as allowed":         {rdfio.Turtle, nested(8), 0},
		"too deep":                   {rdfio.Turtle, nested(9), catalog.KindInvalid},
		"too deep, XML":              {rdfio.RDFXML, strings.Repeat("<a>", 9), catalog.KindInvalid},
		"too deep, JSON":             {rdfio.JSONLD, strings.Repeat("[", 9), catalog.KindInvalid},
		"byte order mark":            {rdfio.Turtle, "\xEF\xBB\xBF<urn:s> <urn:p> 1 .", 0},
		"empty":                      {rdfio.Turtle, "", 0},
	} {
		_, err := rdfio.Read(t.Context(), strings.NewReader(c.in), c.f, lim)
		if (err == nil) != (c.kind == 0) || err != nil && catalog.KindOf(err) != c.kind {
			t.Errorf("%s: %v, want kind %v", name, err, c.kind)
		}
	}
}

func TestRead_givesUpInTime(t *testing.T) {
	t.Parallel()
	lim := rdfio.DefaultLimits
	lim.Time = time.Nanosecond
	big := strings.Repeat("<urn:s> <urn:p> \"x\" .\n", 100_000)
	if _, err := rdfio.Read(t.Context(), strings.NewReader(big), rdfio.Turtle, lim); catalog.KindOf(err) != catalog.KindTooLarge {
		t.Errorf("too slow: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := rdfio.Read(ctx, strings.NewReader(big), rdfio.Turtle, rdfio.DefaultLimits); err == nil {
		t.Error("a cancelled reader reads on")
	}
}

// broken fails in the middle.
type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestRead_brokenStreamIsNoSyntaxError(t *testing.T) {
	t.Parallel()
	_, err := rdfio.Read(t.Context(), broken{}, rdfio.Turtle, rdfio.DefaultLimits)
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

// Everything foreign that could reach out or blow up is refused with a sentence.
func TestRead_refuses(t *testing.T) {
	t.Parallel()
	const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">`
	for name, c := range map[string]struct {
		f  rdfio.Format
		in string
	}{
		"external entity":      {rdfio.RDFXML, `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>` + rdf + `&x;</rdf:RDF>`},
		"DTD in lower case":    {rdfio.RDFXML, `<!doctype r>` + rdf + `</rdf:RDF>`},
		"DTD behind a comment": {rdfio.RDFXML, `<!-- --><!DOCTYPE r SYSTEM "http://example.org/r.dtd">` + rdf + `</rdf:RDF>`},
		"unknown entity":       {rdfio.RDFXML, rdf + `&x;</rdf:RDF>`},
		"DTD in UTF-16":        {rdfio.RDFXML, "\xff\xfe<\x00!\x00D\x00O\x00C\x00T\x00Y\x00P\x00E\x00"},
		"cut off":              {rdfio.RDFXML, rdf + `<rdf:Description>`},
		"remote context":       {rdfio.JSONLD, `{"@context":"http://127.0.0.1:1/c.jsonld","@id":"urn:s"}`},
		"remote in a list":     {rdfio.JSONLD, `{"@context":[{"a":"urn:a"},"http://127.0.0.1:1/c.jsonld"],"a":1}`},
		"remote in a term":     {rdfio.JSONLD, `{"@context":{"a":{"@id":"urn:a","@context":"http://127.0.0.1:1/c"}},"a":{"b":1}}`},
		"imported context":     {rdfio.JSONLD, `{"@context":{"@version":1.1,"@import":"http://127.0.0.1:1/c"},"a":1}`},
		"no JSON":              {rdfio.JSONLD, `{"@id":`},
		"blank inside an IRI":  {rdfio.Turtle, `<urn:a b> <urn:p> 1 .`},
		"text without end":     {rdfio.Turtle, `<urn:s> <urn:p> "x`},
		"unknown prefix":       {rdfio.Turtle, `x:s x:p 1 .`},
		"HTML with status 200": {rdfio.RDFXML, "\n <!DOCTYPE html>\n<html><body>Wartung</body></html>"},
		"HTML for a Turtle":    {rdfio.Turtle, `<html><head></head></html>`},
		"Turtle in N-Triples":  {rdfio.NTriples, `@prefix a: <urn:a> . a:s a:p 1 .`},
	} {
		g, err := rdfio.Read(t.Context(), strings.NewReader(c.in), c.f, rdfio.DefaultLimits)
		var e *catalog.Error
		switch {
		case err == nil:
			t.Errorf("%s: is read, %d triples", name, g.Len())
		case !errors.As(err, &e) || e.Kind != catalog.KindInvalid || len(e.Findings) != 1:
			t.Errorf("%s: %v is no finding", name, err)
		case strings.Contains(e.Findings[0].Message.In("de"), "\n"):
			t.Errorf("%s: the message has several lines", name)
		}
	}
	if _, err := rdfio.Read(t.Context(), strings.NewReader(""), "csv", rdfio.DefaultLimits); err == nil {
		t.Error("an unknown format is read")
	}
}

// Spellings that other libraries stumble over.
func TestRead_takesWhatPortalsWrite(t *testing.T) {
	t.Parallel()
	const head = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/" xmlns:foaf="http://xmlns.com/foaf/0.1/" xml:base="http://example.org/a/">`
	for name, c := range map[string]struct {
		f    rdfio.Format
		in   string
		want int
	}{
		"semicolon before bracket": {rdfio.Turtle, `<urn:s> <urn:p> [ <urn:q> 1 ; ] ; .`, 2},
		"object list":              {rdfio.Turtle, `@prefix a: <urn:a:> . a:s a:p a:o , a:o2, "x"@de-DE .`, 3},
		"bracket in a text":        {rdfio.Turtle, `<urn:s> <urn:p> "[[[[", '((((', """ " [ """ . # {{{{`, 3},
		"CR in a comment":          {rdfio.Turtle, "<urn:s> <urn:p> 1 . # x\r\n<urn:s> <urn:p> 2 .", 2},
		"mailto subject":           {rdfio.RDFXML, head + `<rdf:Description rdf:about="mailto:a@example.org"><dct:title>x</dct:title></rdf:Description></rdf:RDF>`, 1},
		"nested typed node":        {rdfio.RDFXML, head + `<rdf:Description rdf:about="x"><dct:publisher><foaf:Organization rdf:about="y"><foaf:name>z</foaf:name></foaf:Organization></dct:publisher></rdf:Description></rdf:RDF>`, 3},
		"parseType Resource":       {rdfio.RDFXML, head + `<rdf:Description rdf:about="x"><dct:publisher rdf:parseType="Resource"><foaf:name>z</foaf:name></dct:publisher></rdf:Description></rdf:RDF>`, 2},
		"CDATA":                    {rdfio.RDFXML, head + `<rdf:Description rdf:about="x"><dct:title><![CDATA[<a><a><a>]]></dct:title></rdf:Description></rdf:RDF>`, 1},
		"own context":              {rdfio.JSONLD, `{"@context":{"t":"http://purl.org/dc/terms/title"},"@id":"urn:s","t":["a","b"]}`, 2},
	} {
		g, err := rdfio.Read(t.Context(), strings.NewReader(c.in), c.f, rdfio.DefaultLimits)
		if err != nil || g.Len() != c.want {
			n := -1
			if g != nil {
				n = g.Len()
			}
			t.Errorf("%s: %d triples, %v; want %d", name, n, err, c.want)
		}
	}
}

// knakk/rdf's decoders overflow and loop on foreign bytes; only its terms are used.
func TestKnakk_onlyWrites(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	decoder := regexp.MustCompile(`\brdf\.(New\w*Decoder|Parse\w*)\(`)
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if m := decoder.Find(data); m != nil {
			t.Errorf("%s calls %s", name, bytes.TrimSuffix(m, []byte("(")))
		}
	}
}
