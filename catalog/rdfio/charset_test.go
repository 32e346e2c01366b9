package rdfio_test

import (
	"slices"
	"strconv"
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
		"latin-1 after lines":  {rdfio.RDFXML, "\n\n " + bytesOf(charmap.ISO8859_1, doc("ISO-8859-1")), ""},
		"fault after lines":    {rdfio.RDFXML, "\n\n" + strings.Replace(doc("UTF-8"), "</rdf:RDF>", "</x>", 1), "line 4"},
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

// TestRead_losesNoOddAddress holds that no syntax drops statements for what their
// addresses and languages look like: mending or reporting them is for others.
func TestRead_losesNoOddAddress(t *testing.T) {
	t.Parallel()
	long := "http://a.example/" + strings.Repeat("x", 3000)
	odd := []string{"http://a.example/x y", "http://a_b/", "http://a..b/", long, "http://", "https://a.example:99999/", "mailto:a b@c.example", "relativ/x", "javascript:alert(1)", "urn:x-odd-address:0", "http://[::1]/"}
	var list []string
	for _, a := range odd {
		list = append(list, `{"@id":`+strconv.Quote(a)+`}`)
	}
	in := `{"@id":"http://a_b/s 1","@type":["http://a_b/T"],"http://a_b/p":[` + strings.Join(list, ",") + `],"http://purl.org/dc/terms/title":[{"@value":"x","@language":"de_DE"},{"@value":"y","@language":"?"},{"@value":"z","@type":"http://a_b/t"}],
		"http://p.example/list":{"@list":[{"@id":"http://a_b/l"}]},"@reverse":{"http://a_b/r":{"@id":"http://a_b/o"}}}`
	g := read(t, rdfio.JSONLD, []byte(in))
	s := rdfio.Term{Kind: 'i', Value: "http://a_b/s 1"}
	var got []string
	for _, o := range g.Objects(s, "http://a_b/p") {
		got = append(got, o.Value)
	}
	if !slices.Equal(got, odd) {
		t.Errorf("read %q", got)
	}
	if texts := g.Objects(s, "dct:title"); len(texts) != 3 || !strings.EqualFold(texts[0].Lang, "de-DE") || texts[1].Lang != "" || texts[2].Datatype != "http://a_b/t" {
		t.Errorf("texts %v", texts)
	}
	if len(g.OfType("http://a_b/T")) != 1 || len(g.Objects(rdfio.Term{Kind: 'i', Value: "http://a_b/o"}, "http://a_b/r")) != 1 || g.Len() != len(odd)+8 {
		t.Errorf("%d statements", g.Len())
	}
	g = read(t, rdfio.RDFXML, []byte(`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:dct="http://purl.org/dc/terms/"><rdf:Description rdf:about="urn:s"><dct:title xml:lang="de_DE">T</dct:title><dct:relation rdf:resource="http://a.example/x y"/></rdf:Description></rdf:RDF>`))
	if o := g.Objects(rdfio.Term{Kind: 'i', Value: "urn:s"}, "dct:title"); g.Len() != 2 || len(o) != 1 || o[0].Value != "T" {
		t.Errorf("RDF/XML: %v", o)
	}
	for _, bad := range []string{`{"@id":"urn:s"} {"@id":"urn:t"}`, `{"@id":"urn:s"}x`, "{\n\"a\":}", `{"@id":"urn:s"`} {
		if _, err := rdfio.Read(t.Context(), strings.NewReader(bad), rdfio.JSONLD, rdfio.DefaultLimits); err == nil || !strings.Contains(err.Error(), "(Zeile ") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}
