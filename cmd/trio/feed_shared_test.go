package main

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
	"trio.example/harvest/rdf"
)

// sharedThings is a catalogue with a service that stands alone and a distribution
// that two datasets share, described with nodes that have no address.
const sharedThings = `
@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix spdx: <http://spdx.org/rdf/terms#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix adms: <http://www.w3.org/ns/adms#> .
<https://x.example/cat> a dcat:Catalog ; dct:title "Katalog der Quelle"@de ; dct:description "Woher die Daten sind"@de ; dct:publisher <https://x.example/stadt> ;
	dcat:dataset <https://x.example/d1>, <https://x.example/d2>, <https://x.example/d3> ; dcat:service <https://x.example/s> .
<https://x.example/stadt> a foaf:Agent ; foaf:name "Stadt" .
<https://x.example/s> a dcat:DataService ; dct:title "Dienst"@de ; dcat:endpointURL <https://x.example/wfs> ;
	dct:publisher <https://x.example/stadt> ; dcat:servesDataset <https://x.example/d1> .
<https://x.example/d1> a dcat:Dataset ; dct:title "Eins"@de ; dct:description "Text"@de ; dct:publisher <https://x.example/stadt> ; dcat:distribution <https://x.example/f> .
<https://x.example/d2> a dcat:Dataset ; dct:title "Zwei"@de ; dct:description "Text"@de ; dct:publisher <https://x.example/stadt> ; adms:sample <https://x.example/f> .
<https://x.example/d3> a dcat:Dataset ; dct:title "Drei"@de ; dct:description "Text"@de ; dct:publisher <https://x.example/stadt> ; dcat:distribution <https://x.example/f> .
<https://x.example/r1> a dcat:CatalogRecord ; foaf:primaryTopic <https://x.example/d1> ; dct:modified "2024-01-01"^^xsd:date .
<https://x.example/series> a dcat:DatasetSeries ; dct:title "Reihe"@de ; dct:description "Text"@de .
<https://x.example/f> a dcat:Distribution ; dcat:accessURL <https://x.example/f.csv> ; dct:license <http://dcat-ap.de/def/licenses/dl-zero-de/2.0> ;
	spdx:checksum [ a spdx:Checksum ; spdx:algorithm <http://spdx.org/rdf/terms#checksumAlgorithm_sha1> ; spdx:checksumValue "4304CF2E751E6053C90B1804C89C0EBB758F395A"^^xsd:hexBinary ] .
`

func TestFeed_servicesAndSharedDistributions(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 1)
	importTurtle(t, p, sharedThings)
	// Another catalogue describes the same file in other words.
	importTurtle(t, p, strings.NewReplacer("/d1>", "/e1>", "/d2>", "/e2>", "/d3>", "/e3>", "4304CF", "FFFFFF", "x.example/s>", "x.example/s2>", "x.example/r1>", "x.example/r2>").Replace(sharedThings))
	measureAll(t, p)
	for ext, format := range map[string]rdfio.Format{"ttl": rdfio.Turtle, "rdf": rdfio.RDFXML, "jsonld": rdfio.JSONLD, "nt": rdfio.NTriples} {
		rec := p.ask(http.MethodGet, "/catalog."+ext)
		g, err := rdfio.Read(t.Context(), rec.Body, format, rdfio.DefaultLimits)
		if err != nil || rec.Code != http.StatusOK {
			t.Fatalf("%s: %d %v", ext, rec.Code, err)
		}
		for _, f := range dcat.Check(g, dcat.Profile3) {
			if f.Severity == catalog.SeverityError {
				t.Errorf("%s: %s %s %s", ext, f.Code, f.Row, f.Message.In("en"))
			}
		}
		whole := rdfio.Term{Kind: g.OfType("dcat:Catalog")[0].Kind, Value: feedSite + "/"}
		if s := g.Objects(whole, rdfio.Expand("dcat:service")); len(s) != 2 || !strings.HasPrefix(s[0].Value, "https://x.example/s") {
			t.Errorf("%s: services %v", ext, s)
		}
		if n := len(g.Objects(whole, rdfio.Expand("dcat:dataset"))); n != 7 {
			t.Errorf("%s: %d datasets", ext, n)
		}
		if n := len(g.Objects(whole, rdfio.Expand("dcat:record"))); n != 1 || len(g.OfType("dcat:CatalogRecord")) != 3 {
			t.Errorf("%s: %d records", ext, n)
		}
	}
	rec := p.ask(http.MethodGet, "/organization/stadt.ttl")
	if !strings.Contains(rec.Body.String(), "Katalog der Quelle") {
		t.Error("the catalogue of origin is not described")
	}
}

func importTurtle(t *testing.T, p *feedPortal, text string) {
	t.Helper()
	g, err := rdfio.Read(t.Context(), strings.NewReader(text), rdfio.Turtle, rdfio.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	var owner string
	if err := p.core.store.View(t.Context(), func(tx catalog.Tx) error {
		org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), "stadt")
		if err == nil {
			owner = org.ID
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if _, err := rdf.New(p.core.reg, dcat.NewMapper(defs, feedSite)).Import(t.Context(), operator, g, rdf.Options{Source: "rdf:test", Owner: owner}); err != nil {
		t.Fatal(err)
	}
}

// measureAll makes the pieces that pages in Turtle are put together from.
func measureAll(t *testing.T, p *feedPortal) {
	t.Helper()
	if err := p.core.book(feedSite).CatchUp(context.WithoutCancel(t.Context())); err != nil {
		t.Fatal(err)
	}
}

// TestDataset_RDFKeepsTheProfile: the address of one dataset says what the catalogue
// says of it; of one that is held back, what there is in the form of the rules.
func TestDataset_RDFKeepsTheProfile(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 1)
	importTurtle(t, p, foreignTTL)
	for name, want := range map[string]struct {
		faults int
		not    string
	}{"baeume": {0, "a.pdf"}, "ohne-beschreibung": {1, "cc-by 4.0"}} {
		g := p.graph(t, "/dataset/"+name+".ttl")
		var faults []string
		for _, f := range dcat.Check(g, dcat.Profile3) {
			if f.Severity == catalog.SeverityError {
				faults = append(faults, f.Code+" "+f.Row)
			}
		}
		if len(faults) != want.faults {
			t.Errorf("%s: %q", name, faults)
		}
		if body := p.ask(http.MethodGet, "/dataset/"+name+".rdf").Body.String(); strings.Contains(body, want.not) {
			t.Errorf("%s holds %s", name, want.not)
		}
	}
}
