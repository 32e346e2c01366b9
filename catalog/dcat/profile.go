package dcat

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"trio.example/catalog/rdfio"
)

// known lists, by class, the properties of DCAT-AP.de (3.0 and 2.0) and of the
// small classes it uses. What is not here is put aside when a catalogue is read.
var known = map[string]string{
	"dcat:Catalog": `dct:title dct:description dct:publisher dcat:dataset dcat:service dcat:record dcat:catalog dct:hasPart dct:isPartOf dcat:themeTaxonomy dct:language dct:license
		dct:rights dct:issued dct:modified dct:spatial dct:temporal dcatap:availability dcatap:applicableLegislation dct:creator foaf:homepage dct:identifier`,
	"dcat:CatalogRecord": `dct:modified foaf:primaryTopic adms:status dct:issued dct:conformsTo dct:language dct:source dct:title dct:description`,
	"dcat:Dataset": `dct:title dct:description dct:publisher dcatde:contributorID dcat:contactPoint dcat:keyword dcat:theme dcat:distribution dct:identifier adms:identifier dct:issued dct:modified
		dct:accrualPeriodicity dct:language dct:accessRights dcatap:availability dct:spatial dct:temporal dcatde:politicalGeocodingLevelURI dcatde:politicalGeocodingURI dcatde:geocodingDescription
		dcatde:legalBasis dcatde:qualityProcessURI geodcatap:originator geodcatap:custodian dct:creator dct:contributor dct:rightsHolder prov:qualifiedAttribution dcat:landingPage foaf:page
		dct:conformsTo dct:provenance dct:type dct:references dct:relation dct:isReferencedBy dct:source dct:hasVersion dct:isVersionOf dcat:hasVersion dcat:isVersionOf dcat:version adms:versionNotes
		dcat:inSeries dcat:qualifiedRelation dcat:spatialResolutionInMeters dcat:temporalResolution dcat:granularity adms:sample prov:wasGeneratedBy dcatap:applicableLegislation dcatap:hvdCategory`,
	"dcat:Distribution": `dcat:accessURL dct:license dcatde:licenseAttributionByText dct:format dcat:mediaType dcat:downloadURL dct:title dct:description dct:issued dct:modified dct:language
		dcatap:availability adms:status dcat:byteSize spdx:checksum dcat:accessService dcat:compressFormat dcat:packageFormat dct:rights odrl:hasPolicy dct:conformsTo foaf:page
		dcat:spatialResolutionInMeters dcat:temporalResolution dcatap:applicableLegislation`,
	"dcat:DataService": `dct:title dct:description dct:publisher dcat:endpointURL dcat:endpointDescription dcat:servesDataset dcatap:availability dct:license dcatde:licenseAttributionByText dct:accessRights
		dct:format dcat:contactPoint dcat:keyword dcat:theme dct:conformsTo foaf:page dcat:landingPage dcatap:applicableLegislation dcatap:hvdCategory dct:rights dct:identifier dct:issued dct:modified
		dct:language dct:creator dcat:version dct:type`,
	"dcat:DatasetSeries": `dct:title dct:description dct:publisher dcat:contactPoint dct:accrualPeriodicity dct:issued dct:modified dct:spatial dct:temporal dcatap:applicableLegislation dcatap:hvdCategory`,
	"foaf:Agent":         `foaf:name dct:type foaf:mbox foaf:homepage dct:identifier`,
	"vcard:Kind": `vcard:fn vcard:hasEmail vcard:hasURL vcard:hasTelephone vcard:hasAddress vcard:hasStreetAddress vcard:hasLocality vcard:hasPostalCode vcard:hasCountryName
		vcard:street-address vcard:locality vcard:postal-code vcard:country-name vcard:organization-name vcard:hasUID`,
	"vcard:Address":           `vcard:street-address vcard:locality vcard:postal-code vcard:country-name vcard:hasStreetAddress vcard:hasLocality vcard:hasPostalCode vcard:hasCountryName`,
	"dct:Location":            `dcat:bbox dcat:centroid locn:geometry skos:prefLabel rdfs:label locn:adminUnitL1 locn:adminUnitL2 dct:identifier locn:geographicName gsp:hasGeometry gsp:asWKT gsp:asGeoJSON`,
	"locn:Geometry":           `gsp:asWKT gsp:asGeoJSON rdfs:label`,
	"gsp:Geometry":            `gsp:asWKT gsp:asGeoJSON rdfs:label`,
	"dct:PeriodOfTime":        `dcat:startDate dcat:endDate time:hasBeginning time:hasEnd`,
	"time:Instant":            `time:inXSDDate time:inXSDDateTime time:inXSDDateTimeStamp time:inXSDgYear time:inXSDgYearMonth`,
	"spdx:Checksum":           `spdx:algorithm spdx:checksumValue`,
	"adms:Identifier":         `skos:notation adms:schemaAgency dct:creator dct:issued`,
	"dct:LicenseDocument":     `dct:type dct:title rdfs:label dct:identifier foaf:homepage`,
	"dct:RightsStatement":     `rdfs:label dct:description dct:title`,
	"dct:ProvenanceStatement": `rdfs:label dct:description dct:title`,
	"dct:Standard":            `dct:title rdfs:label dct:identifier dct:description dct:issued owl:versionInfo dct:type dcat:version`,
	"foaf:Document":           `dct:title rdfs:label dct:description foaf:topic`,
	"dcat:Relationship":       `dct:relation dcat:hadRole`,
	"prov:Attribution":        `prov:agent dcat:hadRole`,
	"odrl:Policy":             `rdfs:label dct:title dct:description`,
	"eli:LegalResource":       `dct:title rdfs:label dct:identifier`,
	"prov:Activity":           `rdfs:label dct:title`,
}

var knownSets = sync.OnceValue(func() map[string]map[string]bool {
	out := map[string]map[string]bool{}
	for class, names := range known {
		set := map[string]bool{}
		for _, n := range strings.Fields(names) {
			set[rdfio.Expand(n)] = true
		}
		out[rdfio.Expand(class)] = set
	}
	// A series is a dataset to DCAT; only files belong to its members.
	series := maps.Clone(out[rdfio.Expand("dcat:Dataset")])
	maps.Copy(series, out[rdfio.Expand("dcat:DatasetSeries")])
	for _, p := range []string{"dcat:distribution", "adms:sample", "dcat:inSeries"} {
		delete(series, rdfio.Expand(p))
	}
	out[rdfio.Expand("dcat:DatasetSeries")] = series
	return out
})

// renamed are properties that have a successor in 3.0 with the same values, and
// spellings met in the wild (PROFILE 1: namespaces of older versions).
var renamed = func() map[string]string {
	out := map[string]string{}
	for old, now := range map[string]string{
		"dcatde:maintainer": "geodcatap:custodian", "dcatde:originator": "geodcatap:originator", "owl:versionInfo": "dcat:version",
		"dcatde:geocodingText": "dcatde:geocodingDescription", "dcatde:legalbasisText": "dcatde:legalBasis",
		"schema:startDate": "dcat:startDate", "schema:endDate": "dcat:endDate",
		"dcatde:plannedAvailability": "dcatap:availability", "dcat:plannedAvailability": "dcatap:availability", "dcatap:plannedAvailability": "dcatap:availability",
		"http://data.europa.eu/r5r#availability": "dcatap:availability",
		"http://schema.org/startDate":            "dcat:startDate", "https://schema.org/startDate": "dcat:startDate", "https://schema.org/endDate": "dcat:endDate",
		"vcard:hasStreetAddres": "vcard:hasStreetAddress",
	} {
		out[rdfio.Expand(old)] = rdfio.Expand(now)
	}
	return out
}()

// modern is a predicate as 3.0 spells it.
func modern(p string) string {
	if name, _, ok := german(p); ok {
		p = rdfio.Expand("dcatde:") + name
	}
	if rest, ok := strings.CutPrefix(p, "https://schema.org/"); ok {
		p = "http://schema.org/" + rest
	}
	if now := renamed[p]; now != "" {
		return now
	}
	if names := spellings(); !names.exact[p] {
		if now := names.lower[strings.ToLower(p)]; now != "" {
			return now // dcat:accessUrl
		}
	}
	return p
}

// spelled are the properties of the profile as they are written and in lower case.
type spelled struct {
	exact map[string]bool
	lower map[string]string
}

var spellings = sync.OnceValue(func() spelled {
	out := spelled{map[string]bool{}, map[string]string{}}
	for _, names := range known {
		for _, name := range strings.Fields(names) {
			iri := rdfio.Expand(name)
			out.exact[iri], out.lower[strings.ToLower(iri)] = true, iri
		}
	}
	return out
})

// german splits a property of DCAT-AP.de into its name and the version of its
// namespace, which counts higher the newer it is: …/1_0/x, …/1_0x, …/1.0.1/x, with https
// and www too. What has no version is newest.
func german(p string) (name string, version int, ok bool) {
	_, rest, ok := strings.Cut(p, "dcat-ap.de/def/dcatde/")
	if !ok {
		return "", 0, false
	}
	name = strings.TrimLeft(rest, "0123456789._/#")
	name = name[strings.LastIndexByte(name, '/')+1:]
	weight := 1_000_000
	for _, digits := range strings.FieldsFunc(rest[:len(rest)-len(name)], func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(digits); err == nil && n < 100 && weight > 1 {
			weight /= 100
			version += n * weight
		}
	}
	if version == 0 {
		version = 1_000_000
	}
	return name, version, name != ""
}

// outdated lists the properties of a node that it has in a newer namespace too: then
// only that counts, as with GovData.
func outdated(n *rdfio.Node) map[string]bool {
	newest := map[string]int{}
	for _, p := range n.Props {
		if _, v, ok := german(p.Predicate); ok {
			newest[modern(p.Predicate)] = max(v, newest[modern(p.Predicate)])
		}
	}
	out := map[string]bool{}
	for _, p := range n.Props {
		if _, v, ok := german(p.Predicate); ok && v < newest[modern(p.Predicate)] {
			out[p.Predicate] = true
		}
	}
	return out
}

// classOf finds the class of the profile that a node has, following superclasses.
func classOf(types []string) string {
	for _, t := range types {
		if t == rdfio.Expand("dcat:Catalog") || t == rdfio.Expand("dcat:DatasetSeries") {
			return t
		}
	}
	for _, t := range types {
		for c := t; c != ""; c = superclass[c] {
			if knownSets()[c] != nil {
				return c
			}
		}
	}
	return ""
}

// ranges are the classes of what a property points to, where the profile wants
// the target described. Those that a bare address may be given without
// inventing a fact are cheap: it only says what the property says already.
var ranges = map[string]struct {
	class string
	cheap bool
}{}

func init() {
	for class, props := range map[string]string{
		"foaf:Agent": "dct:publisher dct:creator dct:contributor dct:rightsHolder geodcatap:custodian geodcatap:originator", "vcard:Kind": "dcat:contactPoint", "vcard:Address": "vcard:hasAddress",
		"dct:Location": "dct:spatial", "dct:PeriodOfTime": "dct:temporal", "time:Instant": "time:hasBeginning time:hasEnd", "spdx:Checksum": "spdx:checksum",
		"adms:Identifier": "adms:identifier", "dcat:Distribution": "dcat:distribution adms:sample", "dcat:DataService": "dcat:accessService dcat:service", "dcat:DatasetSeries": "dcat:inSeries",
		"dcat:Dataset": "dct:source dcat:hasVersion dcat:servesDataset dcat:dataset", "dcat:Relationship": "dcat:qualifiedRelation", "prov:Attribution": "prov:qualifiedAttribution",
		"dcat:Role": "dcat:hadRole", "locn:Geometry": "locn:geometry", "gsp:Geometry": "gsp:hasGeometry", "dct:LicenseDocument": "dct:license", "dct:RightsStatement": "dct:rights", "dct:ProvenanceStatement": "dct:provenance",
		"dct:Standard": "dct:conformsTo", "foaf:Document": "foaf:page dcat:landingPage foaf:homepage", "odrl:Policy": "odrl:hasPolicy", "eli:LegalResource": "dcatap:applicableLegislation",
		"prov:Activity": "prov:wasGeneratedBy", "dcat:Catalog": "dcat:catalog dct:hasPart dct:isPartOf", "dcat:CatalogRecord": "dcat:record",
	} {
		cheap := slices.Contains([]string{"dct:Location", "dcat:Role", "time:Instant"}, class)
		for _, p := range strings.Fields(props) {
			ranges[rdfio.Expand(p)] = struct {
				class string
				cheap bool
			}{rdfio.Expand(class), cheap}
		}
	}
}
