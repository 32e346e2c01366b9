package rdf_test

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/harvest/rdf"
)

// document is a catalogue of n datasets with three files each, as Turtle.
func document(n int) string {
	var b strings.Builder
	b.WriteString("@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .\n@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n" +
		"<https://quelle.example.org/p> a foaf:Organization ; foaf:name \"Quelle\" .\n")
	for i := range n {
		fmt.Fprintf(&b, "<https://quelle.example.org/d/%d> a dcat:Dataset ; dct:title \"Straßenbäume im Bezirk %d\"@de ; dct:description \"%s\"@de ; dcat:keyword \"Baum\"@de, \"Straße\"@de, \"Bezirk %d\"@de ;\n",
			i, i, strings.Repeat("Alle Bäume an Straßen und in Parks. ", 12), i%40)
		fmt.Fprintf(&b, " dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> ; dct:publisher <https://quelle.example.org/p> ; dct:modified \"2024-05-06\"^^xsd:date")
		for r := range 3 {
			fmt.Fprintf(&b, " ;\n dcat:distribution <https://quelle.example.org/d/%d/%d>", i, r)
		}
		b.WriteString(" .\n")
		for r := range 3 {
			fmt.Fprintf(&b, "<https://quelle.example.org/d/%d/%d> a dcat:Distribution ; dct:title \"Datei %d\"@de ; dcat:accessURL <https://quelle.example.org/f/%d-%d.csv> ; dcat:downloadURL <https://quelle.example.org/f/%d-%d.csv> ;\n"+
				" dct:license <http://dcat-ap.de/def/licenses/dl-zero-de/2.0> ; dct:format <http://publications.europa.eu/resource/authority/file-type/CSV> .\n", i, r, r, i, r, i, r)
		}
	}
	return b.String()
}

type place struct {
	store *sqlstore.Store
	reg   *catalog.Registry
	maps  *dcat.Mapper
	org   string
}

func open(tb testing.TB) *place {
	tb.Helper()
	defs, err := schema.Default()
	if err != nil {
		tb.Fatal(err)
	}
	store, err := sqlstore.Open(tb.Context(), filepath.Join(tb.TempDir(), "x.db"))
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { store.Close() })
	p := &place{store, catalog.NewRegistry(store, defs), dcat.NewMapper(defs, "https://daten.example.org"), ""}
	org := &catalog.Entry{Name: "amt", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Amt"}}
	if _, err := p.reg.Create(tb.Context(), catalog.System("test"), org); err != nil {
		tb.Fatal(err)
	}
	p.org = org.ID
	return p
}

func parse(tb testing.TB, text string) *rdfio.Graph {
	tb.Helper()
	g, err := rdfio.Read(tb.Context(), strings.NewReader(text), rdfio.Turtle, rdfio.DefaultLimits)
	if err != nil {
		tb.Fatal(err)
	}
	return g
}

// BenchmarkImport stores 2,000 datasets; an operation is one dataset.
func BenchmarkImport(b *testing.B) {
	const n = 2000
	g := parse(b, document(n))
	for b.Loop() {
		p := open(b)
		if _, err := rdf.New(p.reg, p.maps).Import(b.Context(), catalog.System("test"), g, rdf.Options{Source: "x", Owner: p.org}); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "datasets/s")
}

// BenchmarkRead only reads 2,000 datasets from the graph.
func BenchmarkRead(b *testing.B) {
	const n = 2000
	g, p := parse(b, document(n)), open(b)
	for b.Loop() {
		p.maps.Read(g)
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "datasets/s")
}

// BenchmarkWrite publishes 2,000 stored datasets as Turtle, in bytes.
func BenchmarkWrite(b *testing.B) {
	const n = 2000
	p := open(b)
	if _, err := rdf.New(p.reg, p.maps).Import(b.Context(), catalog.System("test"), parse(b, document(n)), rdf.Options{Source: "x", Owner: p.org}); err != nil {
		b.Fatal(err)
	}
	var size int64
	for b.Loop() {
		size = 0
		err := p.store.View(b.Context(), func(tx catalog.Tx) error {
			w, err := rdfio.NewWriter(writer{&size}, rdfio.Turtle)
			if err != nil {
				return err
			}
			for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}}) {
				if err != nil {
					return err
				}
				node, _ := p.maps.Publish(e, func(id string) *catalog.Entry {
					o, err := tx.Entry(id)
					if err != nil {
						return nil
					}
					return o
				}, dcat.Profile3)
				if err := w.Write(node); err != nil {
					return err
				}
			}
			return w.Close()
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	b.SetBytes(size)
}

type writer struct{ n *int64 }

func (w writer) Write(p []byte) (int, error) {
	*w.n += int64(len(p))
	return io.Discard.Write(p)
}
