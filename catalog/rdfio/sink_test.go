package rdfio_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// TestRead_endsInTime: too many statements end the parser, not only the waiting
// for it, and a document of marks alone is not parsed at all.
func TestRead_endsInTime(t *testing.T) {
	t.Parallel()
	lim := rdfio.DefaultLimits
	lim.Triples = 1000
	var nodes strings.Builder
	for i := range 1500 {
		fmt.Fprintf(&nodes, `<a:X a:y="%d"/>`, i)
	}
	for name, c := range map[string]struct {
		format rdfio.Format
		text   string
	}{
		"turtle":   {rdfio.Turtle, strings.Repeat("<a:b> <a:c> 1 , 2 .\n", 1500)},
		"rdfxml":   {rdfio.RDFXML, `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="a:">` + nodes.String() + `</r:RDF>`},
		"jsonld":   {rdfio.JSONLD, "[" + strings.Repeat("{},", 1500) + "{}]"},
		"ntriples": {rdfio.NTriples, strings.Repeat("<a:b> <a:c> <a:d> .\n", 2500)},
	} {
		if _, err := rdfio.Read(t.Context(), strings.NewReader(c.text), c.format, lim); catalog.KindOf(err) != catalog.KindTooLarge {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Nanosecond)
	defer cancel()
	if _, err := rdfio.Read(ctx, strings.NewReader(strings.Repeat("<a:b> <a:c> 1 .\n", 400)), rdfio.Turtle, lim); catalog.KindOf(err) != catalog.KindTooLarge {
		t.Errorf("no time: %v", err)
	}
	if g, err := rdfio.Read(t.Context(), strings.NewReader(strings.Repeat("<a:b> <a:c> 1 .\n", 900)), rdfio.Turtle, lim); err != nil || g.Len() != 1 {
		t.Errorf("the same statement many times: %v", err)
	}
	var many strings.Builder
	for i := range 40 {
		fmt.Fprintf(&many, "<a:b> <a:c> %d, %d .\n", i, i)
	}
	if g, err := rdfio.Read(t.Context(), strings.NewReader(many.String()), rdfio.Turtle, lim); err != nil || g.Len() != 40 {
		t.Errorf("many values: %v", err)
	}
}

// TestRead_boundsTexts: one text may not be as long as the whole document may be.
func TestRead_boundsTexts(t *testing.T) {
	t.Parallel()
	lim := rdfio.DefaultLimits
	lim.Literal = 1 << 20
	long := strings.Repeat("lang ", lim.Literal/5+1)
	for name, c := range map[string]struct {
		format rdfio.Format
		text   string
	}{
		"turtle":   {rdfio.Turtle, `<a:b> <http://purl.org/dc/terms/title> """%s""" .`},
		"rdfxml":   {rdfio.RDFXML, `<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/terms/"><r:Description r:about="a:b"><d:title>%s</d:title></r:Description></r:RDF>`},
		"jsonld":   {rdfio.JSONLD, `{"@id":"a:b","http://purl.org/dc/terms/title":"%s"}`},
		"ntriples": {rdfio.NTriples, `<a:b> <http://purl.org/dc/terms/title> "%s" .`},
	} {
		_, err := rdfio.Read(t.Context(), strings.NewReader(fmt.Sprintf(c.text, long)), c.format, lim)
		if catalog.KindOf(err) != catalog.KindTooLarge || !strings.Contains(err.Error(), "dct:title von a:b") {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := rdfio.Read(t.Context(), strings.NewReader(fmt.Sprintf(c.text, long[:lim.Literal])), c.format, lim); err != nil {
			t.Errorf("%s, as long as it may be: %v", name, err)
		}
	}
}
