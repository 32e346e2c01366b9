package dcat_test

import (
	"bytes"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// TestRead_keepsRecords keeps a catalogue's record with what it is about.
func TestRead_keepsRecords(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	const text = `
		<https://x.example/r> a dcat:CatalogRecord ; foaf:primaryTopic <https://x.example/d> ;
			dct:modified "2024-01-01"^^xsd:date ; dct:issued "2023-01-01"^^xsd:date ; dct:title "Eintrag"@de .
		<https://x.example/d> a dcat:Dataset ; dct:title "Daten"@de ; dct:description "Was darin steht"@de ; foaf:isPrimaryTopicOf <https://x.example/r> ;
			dcatde:contributorID <http://dcat-ap.de/def/contributors/stadtAugsburg> ; dct:publisher [ a foaf:Agent ; foaf:name "Stadt" ] ;
			dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> .`
	doc := m.Read(graph(t, text))
	if len(doc.Resources) != 1 || len(doc.Resources[0].Aside) > 0 {
		t.Fatalf("read %+v", doc.Resources)
	}
	hash := doc.Resources[0].Hash()
	e := &catalog.Entry{ID: catalog.NewID(), Type: catalog.TypeDataset}
	m.Apply(doc.Resources[0], e)
	n, _ := m.Publish(e, func(string) *catalog.Entry { return nil }, dcat.Profile3)
	if n == nil {
		t.Fatal("held back")
	}
	own := n.Get("foaf:isPrimaryTopicOf")
	if len(own) != 1 || own[0].Node == nil || own[0].Node.IRI != "https://x.example/r" || len(own[0].Node.Get("dct:title")) != 1 {
		t.Fatalf("record %+v", own)
	}
	var out bytes.Buffer
	w, err := rdfio.NewWriter(&out, rdfio.Turtle)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(w.Write(n), w.Close()); err != nil {
		t.Fatal(err)
	}
	again := m.Read(graph(t, out.String()))
	if len(again.Resources) != 1 || slices.ContainsFunc(again.Resources[0].Aside, func(s string) bool { return strings.Contains(s, "isPrimaryTopicOf") }) {
		t.Fatalf("our own feed: %+v", again.Resources)
	}
	if d := cmp.Diff(doc.Resources[0].Fields, again.Resources[0].Fields); d != "" {
		t.Errorf("read again: %s", d)
	}
	later := m.Read(graph(t, strings.Replace(text, "2024-01-01", "2026-01-01", 1)))
	if later.Resources[0].Hash() != hash {
		t.Error("a record dated anew counts as a change")
	}
}

// TestRead_recordsPutAside: what a record says that the profile does not know is put
// aside with the dataset, and reported.
func TestRead_recordsPutAside(t *testing.T) {
	t.Parallel()
	res := mapper(t).Read(graph(t, goodDataset+`<https://x.example/r> a dcat:CatalogRecord ; foaf:primaryTopic :1 ; dct:modified "2024-01-01"^^xsd:date ; dct:identifier "r-1" .`)).Resources[0]
	if len(res.Aside) != 1 || !strings.Contains(res.Aside[0], "dct:identifier r-1") || !slices.Contains(codes(res.Findings), "info unknown_property") {
		t.Errorf("%q %v", res.Aside, codes(res.Findings))
	}
}
