package rdfio_test

import (
	"bytes"
	"strings"
	"testing"

	"trio.example/catalog/rdfio"
)

// deep nesting must be seen behind everything that could hide it.
func TestRead_refusesWhatParsersMustNotSee(t *testing.T) {
	t.Parallel()
	open := strings.Repeat("[<urn:p> ", 100)
	for name, c := range map[string]struct {
		f  rdfio.Format
		in string
	}{
		"quote in a comment":   {rdfio.Turtle, "# \"\n<urn:s> <urn:p> " + open},
		"closing in a comment": {rdfio.Turtle, "# " + strings.Repeat("]", 200) + "\n<urn:s> <urn:p> " + open},
		"apostrophe string":    {rdfio.Turtle, "<urn:s> <urn:p> '\"' , " + open},
		"closing tag in CDATA": {rdfio.RDFXML, "<a><![CDATA[" + strings.Repeat("</a>", 200) + "]]>" + strings.Repeat("<a>", 100)},
		"DTD":                  {rdfio.RDFXML, "<!DOCTYPE a [<!ENTITY x \"y\">]><a/>"},
		"deep JSON":            {rdfio.JSONLD, strings.Repeat(`{"a":`, 100)},
		"remote context":       {rdfio.JSONLD, `{"@context":"http://example.org/c","@id":"urn:s"}`},
		"web page":             {rdfio.Turtle, "<!DOCTYPE html><html>"},
	} {
		if _, err := rdfio.Read(t.Context(), strings.NewReader(c.in), c.f, rdfio.DefaultLimits); err == nil {
			t.Errorf("%s is read", name)
		}
	}
}

func TestWriter_hostileValuesReadBackAlikeInAllSyntaxes(t *testing.T) {
	t.Parallel()
	const text = "a\"b\\c\n]]></x>\u2028\x01\xff"
	n := &rdfio.Node{IRI: "http://example.org/a b<\">", Types: []string{rdfio.Expand("dcat:Dataset")}}
	n.Add("dct:title", rdfio.Text(text, "de"), rdfio.Text("x", "de> <urn:x"))
	n.Add("dcat:landingPage", rdfio.IRI("http://example.org/> . <urn:evil> <urn:p> <urn:o"))
	for _, f := range []rdfio.Format{rdfio.Turtle, rdfio.RDFXML, rdfio.JSONLD, rdfio.NTriples} {
		var buf bytes.Buffer
		w, err := rdfio.NewWriter(&buf, f)
		if err == nil {
			err = w.Write(n)
		}
		if err == nil {
			err = w.Close()
		}
		if err != nil {
			t.Fatalf("%s: %v", f, err)
		}
		g, err := rdfio.Read(t.Context(), &buf, f, rdfio.DefaultLimits)
		if err != nil {
			t.Errorf("%s cannot be read back: %v", f, err)
			continue
		}
		s := rdfio.Term{Kind: 'i', Value: "http://example.org/a%20b%3C%22%3E"}
		titles := g.Objects(s, "dct:title")
		if g.Len() != 4 || len(titles) != 2 || titles[0].Value != "a\"b\\c\n]]></x>\u2028" && titles[1].Value != "a\"b\\c\n]]></x>\u2028" {
			t.Errorf("%s reads back as %d triples, titles %q", f, g.Len(), titles)
		}
	}
}

// TestRead_saysWhereAndWhat: one sentence in German, with the line.
func TestRead_saysWhereAndWhat(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f        rdfio.Format
		in, want string
	}{
		"no full stop":    {rdfio.Turtle, "<urn:s> <urn:p> 1 .\n<urn:s> <urn:p> 2\n<urn:s> <urn:p> 3 .", "(Zeile 3): Hier fehlt der Punkt am Ende einer Aussage."},
		"Notation 3":      {rdfio.Turtle, "@prefix : <urn:> .\n:a = :b .", "(Zeile 2): Hier sollte eine Adresse in spitzen Klammern oder ein Name mit Präfix und Doppelpunkt stehen."},
		"directive":       {rdfio.Turtle, "@forAll <urn:x> .", "(Zeile 1): Diese Anweisung mit @ gibt es in Turtle nicht."},
		"ends too early":  {rdfio.Turtle, "<urn:s> <urn:p>", "(Zeile 1): Das Dokument endet mitten in einer Aussage."},
		"JSON ends early": {rdfio.JSONLD, "{\n\"@id\":", "(Zeile 2): Das Dokument endet mitten in einer Aussage."},
		"two documents":   {rdfio.JSONLD, "{}\n{}", "(Zeile 2): Hinter dem Dokument steht noch etwas."},
	} {
		_, err := rdfio.Read(t.Context(), strings.NewReader(c.in), c.f, rdfio.DefaultLimits)
		if err == nil || !strings.Contains(err.Error(), "Das RDF-Dokument ist fehlerhaft "+c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
