package dcat_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// whole is a catalogue with nearly all that the profile has.
const whole = `@prefix x: <https://x.example/> . @prefix iana: <https://www.iana.org/assignments/media-types/> .
x:cat a dcat:Catalog ; dct:title "Katalog"@de ; dct:description "Der Quelle"@de ; dct:publisher x:stadt ; dcat:dataset x:1, x:2 ; dcat:service x:api ; dcat:record x:r ; dct:language eu:language\/DEU ;
	foaf:homepage x: ; dct:issued "2020"^^xsd:gYear ; dct:spatial [ a dct:Location ; skos:prefLabel "Ort" ] ; dcat:themeTaxonomy eu:data-theme ; dcat:catalog x:cat2 .
x:cat2 a dcat:Catalog ; dct:title "Teil"@de ; dct:description "Davon"@de ; dct:publisher [ a foaf:Person ; foaf:name "Wer" ] ; dct:isPartOf x:cat .
x:stadt a foaf:Organization ; foaf:name "Stadt", "City"@en ; dct:type <http://purl.org/adms/publishertype/LocalAuthority> ; foaf:mbox <mailto:stadt@x.example> ; foaf:homepage x: .
x:r a dcat:CatalogRecord ; foaf:primaryTopic x:1 ; dct:modified "2024-01-01"^^xsd:date ; adms:status <http://purl.org/adms/status/Completed> ; dct:source [ a dcat:CatalogRecord ; foaf:primaryTopic x:1 ; dct:modified "2023"^^xsd:gYear ] .
x:1 a dcat:Dataset ; dct:title "Bäume"@de, "Trees"@en ; dct:description "Alle"@de ; dct:publisher x:stadt ; dcat:keyword "Baum"@de, "tree"@en ; dcat:theme eu:data-theme\/ENVI ;
	dcat:contactPoint [ a vcard:Organization ; vcard:fn "Amt" ; vcard:hasEmail <mailto:amt@x.example> ; vcard:hasTelephone <tel:+49821> ; vcard:hasAddress [ vcard:locality "Augsburg" ; vcard:postal-code "86150" ] ] ;
	dct:identifier "b-1" ; adms:identifier [ a adms:Identifier ; skos:notation "urn:b1" ] ; dct:issued "2020-01-02"^^xsd:date ; dct:modified "2024-05-06T07:08:09Z"^^xsd:dateTime ; dct:accrualPeriodicity eu:frequency\/HOURLY ;
	dct:language eu:language\/DEU ; dct:accessRights eu:access-right\/PUBLIC ; dcatap:availability eu:planned-availability\/STABLE ; dcatde:contributorID <http://dcat-ap.de/def/contributors/stadtAugsburg> ;
	dct:spatial [ a dct:Location ; locn:geometry "POINT (10 48)"^^<http://www.opengis.net/ont/geosparql#wktLiteral> ; dcat:bbox "POLYGON ((0 0,1 0,1 1,0 0))"^^<http://www.opengis.net/ont/geosparql#wktLiteral> ] ;
	dct:temporal [ a dct:PeriodOfTime ; dcat:startDate "2020"^^xsd:gYear ; time:hasEnd [ a time:Instant ; time:inXSDDate "2021-01-01"^^xsd:date ] ] ;
	dcatde:politicalGeocodingLevelURI <http://dcat-ap.de/def/politicalGeocoding/Level/municipality> ; <http://dcat-ap.de/def/dcatde/1_0/geocodingText> "Altstadt" ; dcatde:legalBasis "Satzung" ;
	geodcatap:custodian [ a foaf:Organization ; foaf:name "Gartenamt" ] ; dct:creator x:stadt ; dct:contributor [ a foaf:Person ; foaf:name "N. N." ] ; dcat:landingPage x:seite ; foaf:page [ a foaf:Document ; dct:title "Doku" ] ;
	prov:qualifiedAttribution [ a prov:Attribution ; prov:agent x:stadt ; dcat:hadRole x:rolle ] ; dct:conformsTo [ a dct:Standard ; dct:title "Norm" ] ; dct:provenance [ a dct:ProvenanceStatement ; rdfs:label "Erhoben" ] ;
	dct:relation x:2 ; dct:source x:2 ; dcat:hasVersion x:2 ; dcat:version "1" ; adms:versionNotes "Erste"@de ; dcat:inSeries x:reihe ; dcat:qualifiedRelation [ a dcat:Relationship ; dct:relation x:2 ; dcat:hadRole x:rolle ] ;
	dcat:spatialResolutionInMeters 1.5 ; dcat:temporalResolution "P1D"^^xsd:duration ; adms:sample x:f2 ; dcatap:applicableLegislation <http://data.europa.eu/eli/reg_impl/2023/138/oj> ; dcatap:hvdCategory <http://data.europa.eu/bna/c_dd313021> ;
	dcat:distribution x:f1, [ a dcat:Distribution ; dcat:accessURL x:b ; dct:license <http://dcat-ap.de/def/licenses/cc-zero> ] .
x:f1 a dcat:Distribution ; dct:title "CSV" ; dcat:accessURL x:a ; dcat:downloadURL x:a.csv ; dct:license <https://www.dcat-ap.de/def/licenses/dl-by-de/2.0> ; dcatde:licenseAttributionByText "Stadt" ; dct:format "csv" ; dcat:mediaType iana:text\/csv ;
	dcat:byteSize "12.0"^^xsd:decimal ; spdx:checksum [ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_md5 ; spdx:checksumValue "d41d8cd98f00b204e9800998ecf8427e"^^xsd:hexBinary ] ; adms:status eu:distribution-status\/COMPLETED ;
	dct:rights [ a dct:RightsStatement ; rdfs:label "Frei" ] ; dcat:compressFormat iana:application\/gzip ; dct:conformsTo x:norm ; odrl:hasPolicy x:regel ; dcat:accessService x:wfs, [ a dcat:DataService ; dct:title "WMS" ; dcat:endpointURL x:wms ] .
x:f2 a dcat:Distribution ; dcat:accessURL x:muster ; dct:license "cc-by 4.0" ; dcat:accessService x:wfs .
x:wfs a dcat:DataService ; dct:title "WFS" ; dct:publisher x:stadt ; dcat:endpointURL x:e ; dcat:endpointDescription x:ed ; dcat:servesDataset x:1 ; dct:format eu:file-type\/GML .
x:2 a dcat:Dataset ; dct:title "Zwei" ; dct:description "Text" ; dct:publisher x:stadt ; dcat:distribution x:f1 ; dcat:inSeries x:reihe .
x:reihe a dcat:DatasetSeries ; dct:title "Reihe" ; dct:description "Text" ; dct:publisher [ a foaf:Agent ; foaf:name "Amt" ] ; dcat:contactPoint [ a vcard:Kind ; vcard:hasURL x: ] .
x:api a dcat:DataService ; dct:title "API" ; dct:publisher x:stadt ; dcat:endpointURL x:e2 ; dcat:servesDataset x:1 ; dcat:contactPoint [ a vcard:Kind ; vcard:hasURL x: ] .
`

type statement struct {
	s rdfio.Term
	p string
	o rdfio.Term
}

// disturb makes a few random faults: statements that are missing, of something else,
// with another property or value, or there twice.
func disturb(r *rand.Rand, list []statement) *rdfio.Graph {
	changed := slices.Clone(list)
	any := func() statement { return list[r.IntN(len(list))] }
	for range 1 + r.IntN(8) {
		k, a, b := r.IntN(len(changed)), any(), any()
		value := []rdfio.Term{
			{Kind: 'l', Value: "Text"}, {Kind: 'l', Value: "Text", Lang: "de"}, {Kind: 'l'}, {Kind: 'i', Value: "https://example.org/x"}, {Kind: 'i', Value: "urn:x y"}, {Kind: 'b', Value: "nobody"},
			{Kind: 'l', Value: "2024-13-01", Datatype: rdfio.Expand("xsd:date")}, {Kind: 'l', Value: "-1", Datatype: rdfio.Expand("xsd:nonNegativeInteger")}, {Kind: 'i', Value: "mailto:a@example.org"}, a.o, a.s,
		}[r.IntN(11)]
		switch r.IntN(7) {
		case 0:
			changed = slices.Delete(changed, k, k+1)
		case 1, 2:
			changed[k].o = value
		case 3:
			changed[k].p = a.p
		case 4:
			changed = append(changed, statement{a.s, changed[k].p, changed[k].o})
		case 5:
			changed = append(changed, statement{changed[k].s, a.p, b.o})
		default:
			changed = append(changed, statement{changed[k].s, changed[k].p, value})
		}
	}
	g := rdfio.NewGraph()
	for _, c := range changed {
		if !c.s.IsLiteral() {
			g.Add(c.s, c.p, c.o)
		}
	}
	return g
}

// TestPublish_whateverWasRead: a catalogue with any faults is written without one, in
// both profiles, with its own description.
func TestPublish_whateverWasRead(t *testing.T) {
	t.Parallel()
	var list []statement
	for s, what := range graph(t, whole).All() {
		list = append(list, statement{s, what.Predicate, what.Object})
	}
	m := mapper(t)
	// Faults that were found among 20,000: a catalogue that is a dataset too, files
	// that the catalogue points to or that are a role as well.
	seeds := [][2]uint64{{4711, 913}, {4711, 2958}, {4711, 3865}, {4711, 15860}, {4711, 14325}}
	for i := range uint64(115) {
		seeds = append(seeds, [2]uint64{19, i})
	}
	for _, i := range seeds {
		g := disturb(rand.New(rand.NewPCG(i[0], i[1])), list)
		for _, profile := range []dcat.Profile{dcat.Profile3, dcat.Profile2} {
			for _, f := range dcat.Check(rewritten(m, g, profile), profile) {
				if f.Severity == catalog.SeverityError {
					t.Errorf("%d, %s: %s %s %s", i, profile, f.Code, f.Row, f.Message.In("en"))
				}
			}
		}
	}
	if g := rewritten(m, graph(t, whole), dcat.Profile3); g.Len() < len(list)*9/10 {
		t.Errorf("%d of %d statements are left of a sound catalogue", g.Len(), len(list))
	}
}

// rewritten is what goes out of a document: its datasets and its own description.
func rewritten(m *dcat.Mapper, g *rdfio.Graph, profile dcat.Profile) *rdfio.Graph {
	doc := m.Read(g)
	city := &catalog.Entry{ID: "city", Name: "stadt", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt"}}
	m.KeepOrigins(city, doc.Catalogs)
	entries := map[string]*catalog.Entry{"city": city}
	var order []*catalog.Entry
	for _, res := range doc.Resources {
		e := &catalog.Entry{ID: catalog.NewID(), Owner: "city", Type: catalog.TypeDataset}
		m.Apply(res, e)
		for i := range e.Parts {
			e.Parts[i].ID = catalog.NewID()
		}
		if at := m.IRI(e); entries[at] == nil { // as in the store, an address is of one
			entries[at] = e
			order = append(order, e)
		}
	}
	out, once, held := rdfio.NewGraph(), dcat.Once{}, dcat.Held{}
	for _, e := range order {
		if n, _ := m.Publish(e, func(ref string) *catalog.Entry { return entries[ref] }, profile); n != nil {
			once.Link(n)
			out.AddNode(n)
			m.Hold(&held, rdfio.Compact(n.Types[0]), n.IRI, e.ID)
		}
	}
	held.Records = nil // they are those of the source
	out.AddNode(m.PartCatalog(dcat.Info{Title: "T", Description: "D", Publisher: "P", Profile: profile}, city, held))
	return out
}
