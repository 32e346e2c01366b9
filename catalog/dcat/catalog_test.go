package dcat_test

import (
	"slices"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// TestPartCatalog_linksDescribedCataloguesOnly: catalogues of origin point to parts
// that they do not describe; the profile wants every part to be a whole catalogue.
func TestPartCatalog_linksDescribedCataloguesOnly(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	doc := m.Read(graph(t, `
<https://x.example/land> a dcat:Catalog ; dct:title "Land"@de ; dct:description "Alle"@de ; dct:publisher <https://x.example/o> ;
  dct:hasPart <https://x.example/stadt>, <https://x.example/anderswo>, <https://x.example/halb> ; dcat:catalog <https://x.example/anderswo> .
<https://x.example/stadt> a dcat:Catalog ; dct:title "Stadt"@de ; dct:description "Eine"@de ; dct:publisher <https://x.example/o> .
<https://x.example/halb> a dcat:Catalog ; dct:title "Ohne Beschreibung"@de .
<https://x.example/o> a foaf:Organization ; foaf:name "Amt" .
`))
	org := &catalog.Entry{ID: "o", Type: catalog.TypeOrganization, Name: "amt", Fields: catalog.Fields{"title": "Amt"}}
	m.KeepOrigins(org, doc.Catalogs)
	n := m.PartCatalog(dcat.Info{Title: "Portal", Description: "Daten"}, org, dcat.Held{})
	g := rdfio.NewGraph()
	g.AddNode(n)
	for _, f := range dcat.Check(g, dcat.Profile3) {
		if f.Severity == catalog.SeverityError {
			t.Errorf("%s %s %s", f.Code, f.Row, f.Message.In("en"))
		}
	}
	land := rdfio.Term{Kind: 'i', Value: "https://x.example/land"}
	if parts := g.Objects(land, "dct:hasPart"); !slices.Equal(parts, []rdfio.Term{{Kind: 'i', Value: "https://x.example/stadt"}}) {
		t.Errorf("parts: %v", parts)
	}
	if len(g.Objects(land, "dcat:catalog")) != 0 {
		t.Error("a catalogue that nobody described is linked")
	}
}

// TestPartCatalog_leavesOutWhatIsThereAsDataset: a catalogue that the page holds as
// a dataset is not described again, and no other one may link to it as its part.
func TestPartCatalog_leavesOutWhatIsThereAsDataset(t *testing.T) {
	t.Parallel()
	const link = "https://x.example/stadt"
	m := mapper(t)
	doc := m.Read(graph(t, `
<https://x.example/land> a dcat:Catalog ; dct:title "Land"@de ; dct:description "Alle"@de ; dct:publisher <https://x.example/o> ; dct:hasPart <`+link+`> ; dcat:catalog <`+link+`> .
<`+link+`> a dcat:Catalog, dcat:Dataset ; dct:title "Stadt"@de ; dct:description "Eine"@de ; dct:publisher <https://x.example/o> .
<https://x.example/o> a foaf:Organization ; foaf:name "Amt" .
`))
	org := &catalog.Entry{ID: "o", Type: catalog.TypeOrganization, Name: "amt", Fields: catalog.Fields{"title": "Amt"}}
	m.KeepOrigins(org, doc.Catalogs)
	for _, held := range []dcat.Held{{Datasets: []string{link}}, {Series: []string{link}}} {
		g := rdfio.NewGraph()
		g.AddNode(m.PartCatalog(dcat.Info{Title: "Portal", Description: "Daten"}, org, held))
		land := rdfio.Term{Kind: 'i', Value: "https://x.example/land"}
		if parts := append(g.Objects(land, "dct:hasPart"), g.Objects(land, "dcat:catalog")...); len(parts) != 0 || g.Objects(land, "dct:title") == nil {
			t.Errorf("%+v: parts %v", held, parts)
		}
	}
}
