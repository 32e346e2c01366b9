package rdfio_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"trio.example/catalog/rdfio"
)

var formats = []rdfio.Format{rdfio.Turtle, rdfio.RDFXML, rdfio.JSONLD, rdfio.NTriples}

func write(t testing.TB, f rdfio.Format, nodes ...*rdfio.Node) []byte {
	t.Helper()
	var buf bytes.Buffer
	w, err := rdfio.NewWriter(&buf, f)
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes {
		if err := w.Write(n); err != nil {
			t.Fatalf("%s: %v", f, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatalf("%s: %v", f, err)
	}
	return buf.Bytes()
}

func read(t testing.TB, f rdfio.Format, data []byte) *rdfio.Graph {
	t.Helper()
	g, err := rdfio.Read(t.Context(), bytes.NewReader(data), f, rdfio.DefaultLimits)
	if err != nil {
		t.Fatalf("%s cannot be read back: %v\n%.2000s", f, err, data)
	}
	return g
}

// tell writes down everything that is said about a node. Blank nodes are told
// by what is said about them, so that their labels do not matter.
func tell(g *rdfio.Graph, s rdfio.Term, predicates []string) string {
	name := func(t rdfio.Term) string {
		if t.Kind == 'b' {
			return "[" + tell(g, t, predicates) + "]"
		}
		return fmt.Sprintf("%c%q@%s^^%s", t.Kind, t.Value, strings.ToLower(t.Lang), t.Datatype)
	}
	var out []string
	for _, p := range predicates {
		for _, o := range g.Objects(s, p) {
			out = append(out, p+" "+name(o))
		}
	}
	slices.Sort(out)
	return strings.Join(out, "\n")
}

// predicates lists those of a tree.
func predicates(n *rdfio.Node) []string {
	out := []string{rdfio.Type}
	for _, p := range n.Props {
		out = append(out, p.Predicate)
		for _, o := range p.Objects {
			if o.Node != nil {
				out = append(out, predicates(o.Node)...)
			}
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// same writes a node in every syntax and compares each with the tree itself.
func same(t *testing.T, n *rdfio.Node) {
	t.Helper()
	want := rdfio.NewGraph()
	root := want.AddNode(n)
	all := predicates(n)
	for _, f := range formats {
		g := read(t, f, write(t, f, n))
		if g.Len() != want.Len() {
			t.Errorf("%s: %d triples, want %d", f, g.Len(), want.Len())
		}
		if got, want := tell(g, root, all), tell(want, root, all); got != want {
			t.Errorf("%s says\n%s\nwant\n%s", f, got, want)
		}
	}
}

func TestWriters_sayTheSameInAllSyntaxes(t *testing.T) {
	t.Parallel()
	city := &rdfio.Node{IRI: "https://daten.example.org/organization/1", Types: []string{rdfio.Expand("foaf:Organization")}}
	city.Add("foaf:name", rdfio.Text("Stadt Nürnberg", "de"))
	contact := &rdfio.Node{Types: []string{rdfio.Expand("vcard:Kind"), rdfio.Expand("vcard:Organization")}}
	contact.Add("vcard:hasEmail", rdfio.IRI("mailto:daten@example.org"))
	inner := &rdfio.Node{Types: []string{rdfio.Expand("adms:Identifier")}}
	inner.Add("skos:notation", rdfio.Object{Text: "A-1"})
	contact.Add("adms:identifier", rdfio.Object{Node: inner})
	n := &rdfio.Node{IRI: "https://daten.example.org/dataset/1", Types: []string{rdfio.Expand("dcat:Dataset"), "http://example.org/ns/Other"}}
	n.Add("dct:title", rdfio.Text("Bäume", "de"), rdfio.Text("Trees", "en"), rdfio.Text("Bäume", "de-DE"), rdfio.Object{Text: "Bäume"})
	n.Add("dct:issued", rdfio.Typed("2026-01-31", "xsd:date"))
	n.Add("dcat:byteSize", rdfio.Typed("12", "xsd:nonNegativeInteger"), rdfio.Typed("012", "xsd:nonNegativeInteger"))
	n.Add("dct:identifier", rdfio.Typed("x", "xsd:string"), rdfio.Object{Text: "true"}, rdfio.Object{Text: "1.50"}, rdfio.Object{Text: ""})
	n.Add("dct:publisher", rdfio.Object{Node: city})
	n.Add("dct:creator", rdfio.Object{Node: city}) // said twice, stands once in the graph
	n.Add("dcat:contactPoint", rdfio.Object{Node: contact})
	n.Add("dcat:landingPage", rdfio.IRI("https://example.org/?a=1&b='2'#c,d;e(f)"))
	same(t, n)
}

func TestWriters_hostileTextStaysText(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		`"`, `""`, `"""`, `\`, `\"`, `ends with \`, `\u0041\n`, "a\nb\tc", "cr\rlf\r\n", "'''", "]]>", "</dct:title>", "<![CDATA[x]]>", "<!-- -->", "&amp;&lt;&#0;", "&unknown;",
		"\u2028\u2029\u0085", "\x00\x01\x1f\x7f", "\xff\xfe\xc3", "\ufffe\uffff\ufffd", "\ufeffBOM", "\u202eabc", "😀 ü ẞ", "  blanks around  ", "\n", "@de", `"@de .`, `"^^<urn:x>`, "<http://a>", "_:b", "a:b",
		`" . <urn:s> <urn:p> <urn:o> . #`, `"}],"@id":"urn:x`, "javascript:alert(1)", "<script>alert(1)</script>", strings.Repeat("ü\"\\\n", 5000),
	} {
		n := &rdfio.Node{IRI: "http://example.org/s"}
		n.Add("dct:title", rdfio.Text(s, "de"), rdfio.Object{Text: s}, rdfio.Typed(s, "xsd:token"))
		same(t, n)
	}
}

func TestWriters_hostileAddressesStayAddresses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"http://example.org/a b", "http://example.org/\"q\"", "http://example.org/<x>", "http://example.org/> . <urn:s> <urn:p> <urn:o", "http://example.org/{a}|b^c`d\\e", "http://example.org/\n\r\t",
		"http://example.org/\x00\x01\xff", "http://example.org/'&amp;]]>", "javascript:alert(\"1\")", "http://example.org/ü\u2028", "http://example.org/%zz%20",
	} {
		n := &rdfio.Node{IRI: s, Types: []string{rdfio.Expand("dcat:Dataset")}}
		n.Add("dcat:landingPage", rdfio.IRI(s), rdfio.Object{Node: &rdfio.Node{IRI: s + "/2", Types: []string{rdfio.Expand("foaf:Document")}}})
		n.Add("dct:title", rdfio.Object{Text: "x", Datatype: "http://example.org/t> ."})
		same(t, n)
	}
}

func TestWriters_badLanguageTagsAreLeftOut(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{"de", "de-AT", "zh-Hans-CN", "x-123", "", "d e", "de\"", "de>", "-", "de-", "12", "ü", "abcdefghi", "de .\n<urn:s> <urn:p> <urn:o>"} {
		n := &rdfio.Node{IRI: "http://example.org/s"}
		n.Add("dct:title", rdfio.Text("x", tag))
		same(t, n)
	}
}

func TestRDFXML_declaresForeignNamespaces(t *testing.T) {
	t.Parallel()
	n := &rdfio.Node{IRI: "http://example.org/s"}
	n.Add("http://example.org/ns/p-1", rdfio.Object{Text: "x"}, rdfio.IRI("http://example.org/o"))
	inner := &rdfio.Node{}
	inner.Add("urn:example:q", rdfio.Object{Text: "y", Lang: "de"})
	n.Add("http://example.org/other#p", rdfio.Object{Node: inner})
	same(t, n)
}

func TestRDFXML_refusesPredicateWithoutName(t *testing.T) {
	t.Parallel()
	n := &rdfio.Node{IRI: "http://example.org/s"}
	n.Add("http://example.org/ns/1", rdfio.Object{Text: "x"})
	w, err := rdfio.NewWriter(&bytes.Buffer{}, rdfio.RDFXML)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Write(n); err == nil {
		t.Error("an element named by a full IRI is no XML, but was written")
	}
}

// full takes nothing any more.
type full struct{}

func (full) Write([]byte) (int, error) { return 0, fmt.Errorf("disk full") }

func TestWriters_reportAFullDisk(t *testing.T) {
	t.Parallel()
	n := &rdfio.Node{IRI: "http://example.org/s"}
	n.Add("dct:title", rdfio.Object{Text: strings.Repeat("x", 200<<10)})
	for _, f := range formats {
		w, err := rdfio.NewWriter(full{}, f)
		if err != nil {
			t.Fatal(err)
		}
		_ = w.Write(n) // may be told now or at the end
		if w.Close() == nil {
			t.Errorf("%s: a full disk goes unnoticed", f)
		}
	}
	if _, err := rdfio.NewWriter(full{}, "csv"); err == nil {
		t.Error("an unknown format is accepted")
	}
}
