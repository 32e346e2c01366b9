package rdfio_test

import (
	"bytes"
	"net/url"
	"testing"

	"trio.example/catalog/rdfio"
)

func TestFragmentClass(t *testing.T) {
	t.Parallel()
	for class, n := range map[string]*rdfio.Node{
		"dcat:DataService": {IRI: "https://a.example/s", Types: []string{rdfio.Expand("dcat:DataService")}, Props: []rdfio.Prop{{Predicate: rdfio.Expand("dct:title"), Objects: []rdfio.Object{rdfio.Text("> a dcat:Dataset", "de")}}}},
		"dcat:Dataset":     {IRI: "https://a.example/d", Types: []string{rdfio.Expand("dcat:Dataset"), rdfio.Expand("dcat:Resource")}},
		"dcat:Catalog":     {IRI: "https://a.example/c", Types: []string{rdfio.Expand("dcat:Catalog")}},
	} {
		b, err := rdfio.Fragment(n)
		if err != nil {
			t.Fatal(err)
		}
		if got := rdfio.FragmentClass(b); got != class {
			t.Errorf("class %q, want %q of\n%s", got, class, b)
		}
	}
	if got := rdfio.FragmentClass([]byte("nothing of ours")); got != "" {
		t.Errorf("class %q of nothing", got)
	}
}

// reread holds that a piece says the same after it was read.
func reread(t *testing.T, n *rdfio.Node) *rdfio.Node {
	t.Helper()
	piece, err := rdfio.Fragment(n)
	if err != nil || len(piece) == 0 {
		t.Fatal(err, len(piece))
	}
	back, err := rdfio.ParseFragment(piece)
	if err != nil {
		t.Fatalf("%v of\n%s", err, piece)
	}
	want := rdfio.NewGraph()
	root := want.AddNode(n)
	all := predicates(n)
	got := rdfio.NewGraph()
	if got, want := tell(got, got.AddNode(back), all), tell(want, root, all); got != want {
		t.Errorf("read\n%s\nwant\n%s", got, want)
	}
	return back
}

// resaid is reread, and the same in every syntax.
func resaid(t *testing.T, n *rdfio.Node) {
	t.Helper()
	back := reread(t, n)
	want := rdfio.NewGraph()
	root := want.AddNode(n)
	all := predicates(n)
	for _, f := range formats {
		g := read(t, f, write(t, f, back))
		if got, want := tell(g, root, all), tell(want, root, all); got != want {
			t.Errorf("%s says\n%s\nwant\n%s", f, got, want)
		}
	}
}

func TestParseFragment_readsWhatWasWritten(t *testing.T) {
	t.Parallel()
	place := &rdfio.Node{IRI: "https://a.example/place", Types: []string{rdfio.Expand("dct:Location")}}
	place.Add("dcat:bbox", rdfio.Typed("POLYGON((1 2, 3 \"4\"\n))", "gsp:wktLiteral"))
	record := &rdfio.Node{IRI: "https://a.example/d#r", Types: []string{rdfio.Expand("dcat:CatalogRecord")}}
	record.Add("foaf:primaryTopic", rdfio.Object{Node: &rdfio.Node{IRI: "https://a.example/d", Types: []string{rdfio.Expand("dcat:Resource")}}})
	n := &rdfio.Node{IRI: "https://a.example/d", Types: []string{rdfio.Expand("dcat:Dataset"), "http://example.org/ns#Ünusual", rdfio.Expand("dcat:Resource")}}
	n.Add("dct:title", rdfio.Text(`A "b" \ c`+"\n\t;", "de"), rdfio.Text("T, u", "zh-Hans-CN"), rdfio.Object{Text: ""}, rdfio.Object{Text: "x ] . ;\n"})
	n.Add("dct:spatial", rdfio.IRI("https://a.example/place"), rdfio.Object{Node: place}, rdfio.Object{Node: &rdfio.Node{}})
	n.Add("dcat:landingPage", rdfio.IRI(n.IRI), rdfio.IRI("http://a.example/ü b[1]#x#y"))
	n.Add("foaf:isPrimaryTopicOf", rdfio.Object{Node: record})
	n.Add("http://example.org/ns#p", rdfio.Object{Node: &rdfio.Node{Props: []rdfio.Prop{{Predicate: rdfio.Expand("dct:relation"), Objects: []rdfio.Object{{Node: place}}}}}}, rdfio.Object{Node: &rdfio.Node{Types: []string{rdfio.Expand("vcard:Kind")}}})
	resaid(t, n)
	resaid(t, &rdfio.Node{IRI: "urn:x:1", Props: []rdfio.Prop{{Predicate: rdfio.Expand("dct:title"), Objects: []rdfio.Object{{Text: "x"}}}}})
}

// TestParseFragment_refusesTheRest holds that a damaged piece is an error and
// never a shorter description.
func TestParseFragment_refusesTheRest(t *testing.T) {
	t.Parallel()
	n := &rdfio.Node{IRI: "https://a.example/d", Types: []string{rdfio.Expand("dcat:Dataset")}}
	n.Add("dct:title", rdfio.Text(`A "b"`, "de"))
	n.Add("dct:creator", rdfio.Object{Node: &rdfio.Node{IRI: "https://a.example/o", Types: []string{rdfio.Expand("foaf:Agent")}}}, rdfio.Object{Node: &rdfio.Node{Types: []string{rdfio.Expand("foaf:Agent")}}})
	piece, err := rdfio.Fragment(n)
	if err != nil {
		t.Fatal(err)
	}
	whole := bytes.Count(piece, []byte("\n\n")) // the second node may be missing: then its class is
	for i := range piece {
		back, err := rdfio.ParseFragment(piece[:i])
		if err == nil && whole > 0 && !bytes.HasSuffix(piece[:i], []byte(" .\n")) {
			t.Errorf("%q is read as %+v", piece[:i], back)
		}
	}
	for _, bad := range []string{"nothing of ours", "\n<a> a dcat:Dataset .\n\n<b> a dcat:Dataset .\n", "\n<a> unknown:p <b> .\n", "\n<a> a dcat:Dataset .\nrest", "\n<a> dct:title \"x\\"} {
		if back, err := rdfio.ParseFragment([]byte(bad)); err == nil {
			t.Errorf("%q is read as %+v", bad, back)
		}
	}
}

type table map[string][]byte

func (t table) Get(key string) []byte       { return t[key] }
func (t table) Put(key string, text []byte) { t[key] = text }

// TestCopy_saysWhatWriteSays holds that a document of kept pieces is the one of
// their nodes, whether a piece was seen before or not.
func TestCopy_saysWhatWriteSays(t *testing.T) {
	t.Parallel()
	var pieces [][]byte
	for _, title := range []string{"A <b>", "A <b>", "C"} {
		n := &rdfio.Node{IRI: "https://a.example/" + url.PathEscape(title), Types: []string{rdfio.Expand("dcat:Dataset")}}
		n.Add("dct:title", rdfio.Text(title, "de"))
		n.Add("dct:creator", rdfio.Object{Node: &rdfio.Node{Types: []string{rdfio.Expand("foaf:Agent")}}}, rdfio.Object{Node: &rdfio.Node{IRI: "https://a.example/o", Types: []string{rdfio.Expand("foaf:Agent")}}})
		piece, err := rdfio.Fragment(n)
		if err != nil {
			t.Fatal(err)
		}
		pieces = append(pieces, piece)
	}
	kept := table{}
	document := func(f rdfio.Format, remember bool) string {
		var b bytes.Buffer
		w, err := rdfio.NewWriter(&b, f)
		if err != nil {
			t.Fatal(err)
		}
		if remember {
			rdfio.Remember(w, kept)
		}
		for _, piece := range pieces {
			took := false
			if remember {
				if took, err = rdfio.Copy(w, piece); err != nil {
					t.Fatal(err)
				}
			}
			if !took {
				n, err := rdfio.ParseFragment(piece)
				if err != nil {
					t.Fatal(err)
				}
				if err := w.Write(n); err != nil {
					t.Fatal(err)
				}
			}
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	for _, f := range []rdfio.Format{rdfio.RDFXML, rdfio.JSONLD, rdfio.NTriples} {
		want := document(f, false)
		for range 2 {
			if got := document(f, true); got != want {
				t.Errorf("%s: got\n%s\nwant\n%s", f, got, want)
			}
		}
	}
	if len(kept) != 4 {
		t.Errorf("two pieces in two syntaxes were kept as %d", len(kept))
	}
}

// FuzzFragment holds that whatever a document says comes back from its piece.
func FuzzFragment(f *testing.F) {
	f.Add("http://example.org/a b", "x\"\n]]>\u2028 ;\n .", "de", "http://example.org/p")
	f.Add("", "\\n\\", "x-1", "urn:a:b")
	f.Fuzz(func(t *testing.T, iri, text, lang, predicate string) {
		if _, ok := rdfio.CleanIRI(predicate); !ok || !splits(predicate) {
			predicate = "dct:title"
		}
		if iri, _ = rdfio.CleanIRI(iri); iri == "" {
			iri = "http://example.org/s"
		}
		inner := &rdfio.Node{IRI: iri + "x", Types: []string{rdfio.Expand("foaf:Agent")}}
		inner.Add(predicate, rdfio.Object{Text: text, Lang: lang, Datatype: iri})
		n := &rdfio.Node{IRI: iri}
		n.Add(predicate, rdfio.Text(text, lang), rdfio.IRI(iri), rdfio.Object{Node: inner}, rdfio.Object{Node: &rdfio.Node{Props: inner.Props}})
		reread(t, n)
	})
}

func FuzzParseFragment(f *testing.F) {
	f.Add([]byte("\n<a:b> a dcat:Dataset ;\n  dct:title \"x\"@de, \"y\" ;\n  dct:creator [ a foaf:Agent ], <c:d> .\n\n<c:d> a foaf:Agent .\n"))
	f.Fuzz(func(_ *testing.T, b []byte) {
		_, _ = rdfio.ParseFragment(b) // no panic, no hang
	})
}

func splits(predicate string) bool {
	_, _, ok := rdfio.SplitName(predicate)
	return ok
}
