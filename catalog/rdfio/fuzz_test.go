package rdfio_test

import (
	"bytes"
	"strings"
	"syscall"
	"testing"
	"time"

	"trio.example/catalog/rdfio"
)

// seeds hold every form that took some parser by surprise.
var seeds = map[rdfio.Format][]string{
	rdfio.Turtle: {
		"", "# \"\n<urn:s> <urn:p> [ <urn:q> 1 ; ] ; .", "@prefix a: <urn:a:> . a:s a a:o , \"x\"@de , '''y''' , 1.5e3 , true .", "<urn:s> <urn:p> ( 1 ( 2 ) [] ) .",
		"@base <http://e/> . <a> <b> <c#d> .", "<urn:s> <urn:p> \"\\u0041\\U0001F600\" .", "PREFIX : <urn:> :s\\~ :p :o.x .", "<< <urn:s> <urn:p> <urn:o> >> <urn:p> 1 .", "<urn:s> <urn:p> \"x\"^^<urn:t> .",
	},
	rdfio.N3: {
		"", "@prefix : <urn:x:> . :a = :b ; is :p of :c , [ is :q of :d!:e ] . (:f!:g^:h) <= :i .", "@keywords a, is, of . x a y ; is p of z .", "<urn:s> has <urn:p> \"!\"@de , <urn:o>!<urn:p>!<urn:p> . # {",
		"@base <http://e/> . <a> is <b#c> of <d> .", "{ ?x :p :y } => { } .", "@prefix a.b: <#> . a.b:c\\!d!a.b:e is a.b:f.g of a.b:h.", "[[[]!:a]!:b]^:c => (()^:d) .",
	},
	rdfio.NTriples: {"", "<urn:s> <urn:p> _:b .\n_:b <urn:p> \"x\\n\"@de .", "<urn:s> <urn:p> \"1\"^^<urn:t> . # c"},
	rdfio.RDFXML: {
		"", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:a="urn:a:" xml:base="http://e/"><a:T rdf:about="x" a:p="v"><a:q rdf:resource="y"/><a:r rdf:parseType="Resource"><a:s xml:lang="de">t</a:s></a:r><a:l rdf:parseType="Collection"><a:T/></a:l></a:T></rdf:RDF>`,
		`<?xml version="1.0" encoding="iso-8859-1"?><a/>`, `<a><![CDATA[</a>]]></a>`, `<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>`,
	},
	rdfio.JSONLD: {
		"", `{"@context":{"t":{"@id":"urn:t","@type":"@id","@container":"@set"}},"@id":"urn:s","t":["urn:o"]}`, `[{"@graph":[{"@id":"_:b","urn:p":[{"@value":"x","@language":"de"},{"@list":[1,2.5,true,null]}]}]}]`,
		`{"@context":"http://127.0.0.1:1/"}`, `{"@reverse":{"urn:p":{"@id":"urn:o"}}}`,
	},
}

// fuzzRead holds that a reader ends in time, never panics, keeps its limits, and
// that what it has read can be said again.
func fuzzRead(f *testing.F, format rdfio.Format) {
	for _, s := range seeds[format] {
		f.Add([]byte(s))
	}
	lim := rdfio.Limits{Bytes: 64 << 10, Depth: 16, Triples: 1000, Time: 10 * time.Second}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := worked(t)
		g, err := rdfio.Read(t.Context(), bytes.NewReader(data), format, lim)
		if took := worked(t) - start; took > 9*time.Second {
			t.Fatalf("%d bytes took %v", len(data), took)
		}
		if err != nil {
			return
		}
		if g.Len() > lim.Triples {
			t.Fatalf("%d triples", g.Len())
		}
	})
}

// worked is the time that this process computed: on a busy machine any input may
// take long by the clock.
func worked(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano())
}

func FuzzTurtle(f *testing.F)   { fuzzRead(f, rdfio.Turtle) }
func FuzzNTriples(f *testing.F) { fuzzRead(f, rdfio.NTriples) }
func FuzzN3(f *testing.F)       { fuzzRead(f, rdfio.N3) }
func FuzzRDFXML(f *testing.F)   { fuzzRead(f, rdfio.RDFXML) }
func FuzzJSONLD(f *testing.F)   { fuzzRead(f, rdfio.JSONLD) }

// FuzzWriters holds that whatever text and address a writer is given, what can
// be read back is one and the same graph in all syntaxes.
func FuzzWriters(f *testing.F) {
	f.Add("http://example.org/a b", "x\"\n]]>\u2028", "de")
	f.Add("urn:x> <y", "\xff\x00", "de .")
	f.Fuzz(func(t *testing.T, iri, text, lang string) {
		clean, ok := rdfio.CleanIRI(iri)
		if !ok || strings.ContainsAny(clean, " <>\"{}|\\^`") {
			if ok {
				t.Fatalf("CleanIRI lets %q through", clean)
			}
			clean = "http://example.org/s"
		}
		n := &rdfio.Node{IRI: clean}
		n.Add("dct:title", rdfio.Text(text, lang))
		n.Add("dcat:landingPage", rdfio.IRI(clean))
		same(t, n)
	})
}
