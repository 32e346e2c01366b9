package rdfio_test

import (
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
