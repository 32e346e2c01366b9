package dcat

import "trio.example/catalog/rdfio"

type kind int

const (
	anything kind = iota
	literal
	iri
	node // IRI or blank node
	date
	integer
	decimal
)

var kindNames = map[kind]string{anything: "ein Wert", literal: "ein Text", iri: "eine Adresse (IRI)", node: "ein Objekt", date: "ein Datum", integer: "eine ganze Zahl ab 0", decimal: "eine Zahl"}

// rule is one property of a class as the shapes demand it.
type rule struct {
	path, label string
	min, max    int // max 0: no limit
	kind        kind
	vocab       string
	soft        bool // a value outside of the list only warns
	deprecated  bool
}

func (r *rule) fits(t rdfio.Term) bool {
	typ := t.Datatype
	is := func(names ...string) bool {
		for _, n := range names {
			if typ == rdfio.Expand(n) {
				return true
			}
		}
		return false
	}
	switch r.kind {
	case literal:
		return t.IsLiteral()
	case iri:
		return t.IsIRI()
	case node:
		return !t.IsLiteral()
	case date:
		return t.IsLiteral() && is("xsd:date", "xsd:dateTime", "xsd:gYear", "xsd:gYearMonth")
	case integer:
		return t.IsLiteral() && is("xsd:nonNegativeInteger")
	case decimal:
		return t.IsLiteral() && is("xsd:decimal")
	default:
		return true
	}
}

// shapes are the rules by class, from DCAT-AP 3.0.0 and the German additions,
// controlled vocabularies and deprecations of DCAT-AP.de 3.0.
var shapes = map[string][]rule{
	"dcat:Catalog": {
		{path: "dct:title", label: "Titel", min: 1, kind: literal}, {path: "dct:description", label: "Beschreibung", min: 1, kind: literal},
		{path: "dct:publisher", label: "Herausgeber", min: 1, max: 1, kind: node}, {path: "dct:language", label: "Sprache", kind: iri, vocab: "language"},
		{path: "dct:license", label: "Lizenz", max: 1, kind: node, vocab: "licence", soft: true}, {path: "dct:issued", label: "Veröffentlicht", max: 1, kind: date},
		{path: "dct:modified", label: "Geändert", max: 1, kind: date}, {path: "foaf:homepage", label: "Webseite", max: 1, kind: node},
		{path: "dcatap:availability", label: "Verfügbarkeit", max: 1, kind: iri, vocab: "availability"}, {path: "dct:isPartOf", label: "Teil von", max: 1, kind: node},
	},
	"dcat:Dataset": {
		{path: "dct:title", label: "Titel", min: 1, kind: literal}, {path: "dct:description", label: "Beschreibung", min: 1, kind: literal},
		{path: "dct:publisher", label: "Herausgeber", min: 1, max: 1, kind: node},
		{path: "dcatde:contributorID", label: "Datenbereitsteller", kind: iri, vocab: "contributor", soft: true},
		{path: "dcat:contactPoint", label: "Kontakt", kind: node}, {path: "dcat:keyword", label: "Schlagwort", kind: literal},
		{path: "dcat:theme", label: "Kategorie", kind: iri, vocab: "theme"}, {path: "dcat:distribution", label: "Verteilung", kind: node},
		{path: "dct:identifier", label: "Kennung", kind: literal}, {path: "adms:identifier", label: "Weitere Kennung", kind: node},
		{path: "dct:issued", label: "Veröffentlicht", max: 1, kind: date}, {path: "dct:modified", label: "Geändert", max: 1, kind: date},
		{path: "dct:accrualPeriodicity", label: "Aktualisierung", max: 1, kind: iri, vocab: "frequency"}, {path: "dct:language", label: "Sprache", kind: iri, vocab: "language"},
		{path: "dct:accessRights", label: "Zugang", max: 1, kind: iri, vocab: "access_right"}, {path: "dcatap:availability", label: "Verfügbarkeit", max: 1, kind: iri, vocab: "availability"},
		{path: "dct:spatial", label: "Gebiet", kind: node}, {path: "dct:temporal", label: "Zeitraum", kind: node},
		{path: "dcatde:politicalGeocodingLevelURI", label: "Geopolitische Ebene", kind: iri, vocab: "geocoding_level", soft: true},
		{path: "dcat:landingPage", label: "Webseite", kind: node}, {path: "foaf:page", label: "Dokumentation", kind: node}, {path: "dct:conformsTo", label: "Standard", kind: node},
		{path: "dct:creator", label: "Urheber", kind: node}, {path: "dct:type", label: "Typ", kind: node}, {path: "dct:references", label: "Verweis", kind: iri},
		{path: "dcat:version", label: "Version", max: 1, kind: literal}, {path: "dcat:spatialResolutionInMeters", label: "Auflösung", max: 1, kind: decimal},
		{path: "dcatap:hvdCategory", label: "HVD-Kategorie", kind: iri}, {path: "dcatap:applicableLegislation", label: "Rechtsvorschrift", kind: node},
		{path: "dcatde:politicalGeocodingURI", label: "Geopolitischer Schlüssel", deprecated: true}, {path: "dcatde:geocodingDescription", label: "Raumbezug", deprecated: true},
		{path: "dcatde:legalBasis", label: "Rechtsgrundlage", deprecated: true}, {path: "dcatde:qualityProcessURI", label: "Qualitätssicherung", deprecated: true},
		{path: "dcatde:originator", label: "Datenurheber", deprecated: true}, {path: "dcatde:maintainer", label: "Verwalter", deprecated: true},
		{path: "owl:versionInfo", label: "Version", deprecated: true}, {path: "dct:hasVersion", label: "Version", deprecated: true}, {path: "dct:isVersionOf", label: "Version von", deprecated: true},
	},
	"dcat:Distribution": {
		{path: "dcat:accessURL", label: "Zugangsadresse", min: 1, kind: node}, {path: "dct:license", label: "Lizenz", min: 1, max: 1, kind: node, vocab: "licence", soft: true},
		{path: "dcatde:licenseAttributionByText", label: "Quellenvermerk", kind: literal}, {path: "dct:format", label: "Format", max: 1, kind: iri, vocab: "file_type"},
		{path: "dcat:mediaType", label: "Medientyp", max: 1, kind: iri, vocab: "media_type"}, {path: "dcat:downloadURL", label: "Adresse zum Herunterladen", kind: node},
		{path: "dct:title", label: "Titel", kind: literal}, {path: "dct:description", label: "Beschreibung", kind: literal},
		{path: "dct:issued", label: "Veröffentlicht", max: 1, kind: date}, {path: "dct:modified", label: "Geändert", max: 1, kind: date},
		{path: "dct:language", label: "Sprache", kind: iri, vocab: "language"}, {path: "dcatap:availability", label: "Verfügbarkeit", max: 1, kind: iri, vocab: "availability"},
		{path: "adms:status", label: "Status", max: 1, kind: iri, vocab: "distribution_status"}, {path: "dcat:byteSize", label: "Größe", max: 1, kind: integer},
		{path: "spdx:checksum", label: "Prüfsumme", max: 1, kind: node}, {path: "dct:rights", label: "Nutzungsbedingungen", max: 1, kind: node},
		{path: "dcatde:plannedAvailability", label: "Geplante Verfügbarkeit", deprecated: true},
	},
	"dcat:DataService": {
		{path: "dct:title", label: "Titel", min: 1, kind: literal}, {path: "dcat:endpointURL", label: "Dienstadresse", min: 1, kind: node},
		{path: "dct:publisher", label: "Herausgeber", min: 1, max: 1, kind: node},
	},
	"foaf:Organization": {{path: "foaf:name", label: "Name", min: 1, kind: literal}},
	"foaf:Agent":        {{path: "foaf:name", label: "Name", min: 1, kind: literal}},
	"foaf:Person":       {{path: "foaf:name", label: "Name", min: 1, kind: literal}},
	"adms:Identifier":   {{path: "skos:notation", label: "Kennung", min: 1, max: 1, kind: literal}},
	"spdx:Checksum": {
		{path: "spdx:algorithm", label: "Verfahren", min: 1, max: 1, kind: iri}, {path: "spdx:checksumValue", label: "Wert", min: 1, max: 1, kind: literal},
	},
}
