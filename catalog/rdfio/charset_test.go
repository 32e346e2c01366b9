package rdfio_test

import (
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/encoding/charmap"

	"trio.example/catalog/rdfio"
)

func utf16Of(s string, big, mark bool) string {
	var b strings.Builder
	put := func(u uint16) {
		if big {
			b.Write([]byte{byte(u >> 8), byte(u)})
		} else {
			b.Write([]byte{byte(u), byte(u >> 8)})
		}
	}
	if mark {
		put(0xFEFF)
	}
	for _, u := range utf16.Encode([]rune(s)) {
		put(u)
	}
	return b.String()
}

func TestRead_encodings(t *testing.T) {
	t.Parallel()
	doc := func(encoding string) string {
		return `<?xml version="1.0" encoding="` + encoding + `" standalone='yes'?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:d="http://purl.org/dc/terms/">` + "\n" + `<rdf:Description rdf:about="http://a.example/ä"><d:title>Größe</d:title></rdf:Description></rdf:RDF>`
	}
	bytesOf := func(m *charmap.Charmap, s string) string {
		out, err := m.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	ttl := "<http://a.example/ä> <http://purl.org/dc/terms/title> \"Größe\" . # Kommentar\n"
	for name, c := range map[string]struct {
		f    rdfio.Format
		in   string
		want string // of the error; "" is read
	}{
		"latin-1":              {rdfio.RDFXML, bytesOf(charmap.ISO8859_1, doc("ISO-8859-1")), ""},
		"latin-9":              {rdfio.RDFXML, bytesOf(charmap.ISO8859_15, doc("iso-8859-15")), ""},
		"windows":              {rdfio.RDFXML, bytesOf(charmap.Windows1252, doc("windows-1252")), ""},
		"utf-16 with mark":     {rdfio.RDFXML, utf16Of(doc("UTF-16"), false, true), ""},
		"utf-16be with mark":   {rdfio.RDFXML, utf16Of(doc("utf-16"), true, true), ""},
		"utf-16 without":       {rdfio.RDFXML, utf16Of(doc("UTF-16LE"), false, false), ""},
		"says utf-16, is none": {rdfio.RDFXML, doc("utf-16"), ""},
		"utf-8 after blanks":   {rdfio.RDFXML, "\ufeff" + doc("UTF-8"), ""},
		"turtle in utf-16":     {rdfio.Turtle, utf16Of(ttl, false, true), ""},
		"turtle of an old Mac": {rdfio.Turtle, "# erste Zeile\r" + strings.ReplaceAll(ttl, "\n", "\r") + ttl[:0], ""},
		"latin-1 unsaid":       {rdfio.RDFXML, bytesOf(charmap.ISO8859_1, doc("UTF-8")), "kein UTF-8 (Zeile 2"},
		"turtle in latin-1":    {rdfio.Turtle, bytesOf(charmap.ISO8859_1, ttl), "kein UTF-8 (Zeile 1"},
		"klingon":              {rdfio.RDFXML, doc("klingon"), `Zeichenkodierung "klingon"`},
	} {
		g, err := rdfio.Read(t.Context(), strings.NewReader(c.in), c.f, rdfio.DefaultLimits)
		switch {
		case c.want != "":
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", name, err, c.want)
			}
		case err != nil:
			t.Errorf("%s: %v", name, err)
		default:
			got := g.Objects(rdfio.Term{Kind: 'i', Value: "http://a.example/ä"}, "dct:title")
			if len(got) != 1 || got[0].Value != "Größe" {
				t.Errorf("%s: read %v", name, got)
			}
		}
	}
}

// TestRead_literalsOfParsers mends what the parsers make of two kinds of literals.
func TestRead_literalsOfParsers(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"><rdf:Description rdf:about="urn:s"><dct:title rdf:parseType="Literal">Ein <b>fetter</b> Titel</dct:title></rdf:Description></rdf:RDF>`: "Ein <b>fetter</b> Titel",
		`{"@id":"urn:s","http://purl.org/dc/terms/title":{"@value":5.5,"@type":"http://www.w3.org/2001/XMLSchema#decimal"}}`:                                                                                                                           "5.5",
		`{"@id":"urn:s","http://purl.org/dc/terms/title":{"@value":0.00001,"@type":"http://www.w3.org/2001/XMLSchema#decimal"}}`:                                                                                                                       "0.00001",
	} {
		f := rdfio.RDFXML
		if in[0] == '{' {
			f = rdfio.JSONLD
		}
		g := read(t, f, []byte(in))
		if got := g.Objects(rdfio.Term{Kind: 'i', Value: "urn:s"}, "dct:title"); len(got) != 1 || got[0].Value != want {
			t.Errorf("%v, want %q", got, want)
		}
	}
	_, err := rdfio.Read(t.Context(), strings.NewReader(`{"@context":"https://a.example/ctx.jsonld","@id":"urn:s"}`), rdfio.JSONLD, rdfio.DefaultLimits)
	if err == nil || !strings.Contains(err.Error(), `"https://a.example/ctx.jsonld" steht auf einem anderen Server`) {
		t.Errorf("remote context: %v", err)
	}
}
