package dcat_test

import (
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
)

// TestRead_whatSourcesMean holds forms in which catalogues of other cities say what
// the profile knows.
func TestRead_whatSourcesMean(t *testing.T) {
	t.Parallel()
	const file = `:1 dcat:distribution [ a dcat:Distribution ; dct:license <http://dcat-ap.de/def/licenses/dl-zero-de/2.0> ; `
	for name, c := range map[string]struct{ more, property, want string }{
		"format by label":        {file + `dcat:accessURL :a ; dct:format [ a dct:MediaTypeOrExtent ; rdfs:label "GeoJSON" ] ] .`, "dct:format", "<http://publications.europa.eu/resource/authority/file-type/GEOJSON>"},
		"licence by title":       {`:1 dcat:distribution [ a dcat:Distribution ; dcat:accessURL :a ; dct:license [ a dct:LicenseDocument ; dct:title "Datenlizenz Deutschland – Zero – Version 2.0" ] ] .`, "dct:license", "<http://dcat-ap.de/def/licenses/dl-zero-de/2.0>"},
		"access without address": {file + `dcat:downloadURL :a.csv ] .`, "dcat:accessURL", "<https://daten.example.org/a.csv>"},
		"another spelling":       {file + `dcat:accessUrl :a ] .`, "dcat:accessURL", "<https://daten.example.org/a>"},
		"theme by label":         {`:1 dcat:theme [ a skos:Concept ; skos:prefLabel "Umwelt"@de ] .`, "dcat:theme", "<http://publications.europa.eu/resource/authority/data-theme/ENVI>"},
		"German date":            {`:1 dct:modified "1.2.2022" .`, "dct:modified", "2022-02-01@^date"},
		"plain date":             {`:1 dct:modified "2022-02-01" .`, "dct:modified", "2022-02-01@^"},
		"no date":                {`:1 dct:issued "31.2.2022" .`, "dct:title", "T@^"},
	} {
		n, res := published(t, goodDataset+c.more)
		if files := n.Get("dcat:distribution"); len(files) == 1 {
			n = files[0].Node
		}
		if got := values(n.Get(c.property)); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		if name != "another spelling" && name != "plain date" && len(res.Findings) == 0 {
			t.Errorf("%s is not reported", name)
		}
	}
}

// TestRead_everyServiceAndCatalogue: a service without an address is read, and what
// is wrong or unknown of the catalogue itself is told.
func TestRead_everyServiceAndCatalogue(t *testing.T) {
	t.Parallel()
	doc := mapper(t).Read(graph(t, goodDataset+`[] a dcat:DataService ; dct:title "WFS" ; dct:publisher :p ; dcat:endpointURL :e .
		:c a dcat:Catalog ; dct:title "K" ; dct:description "K" ; dct:publisher :p ; dct:language "Klingonisch" ; dct:modified "30.2.2022" ; <urn:x:y> "z" ; dcat:dataset :1 .`))
	if len(doc.Resources) != 2 || doc.Resources[1].Type != dcat.TypeService || doc.Unused != 0 {
		t.Errorf("%d resources, %d unused", len(doc.Resources), doc.Unused)
	}
	found := map[string]bool{}
	for _, f := range doc.Findings {
		found[f.Code] = f.Row == "https://daten.example.org/c" && (f.Severity == catalog.SeverityWarning || f.Code == "unknown_property")
	}
	for _, want := range []string{"aside:dct:language", "aside:dct:modified", "unknown_property"} {
		if !found[want] {
			t.Errorf("%s is not reported: %+v", want, doc.Findings)
		}
	}
}
