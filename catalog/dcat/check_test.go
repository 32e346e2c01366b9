package dcat_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

const prefixes = `@prefix adms: <http://www.w3.org/ns/adms#> . @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcatap: <http://data.europa.eu/r5r/> .
@prefix dcatde: <http://dcat-ap.de/def/dcatde/> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix geodcatap: <http://data.europa.eu/930/> . @prefix locn: <http://www.w3.org/ns/locn#> . @prefix odrl: <http://www.w3.org/ns/odrl/2/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix prov: <http://www.w3.org/ns/prov#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <http://schema.org/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix time: <http://www.w3.org/2006/time#> . @prefix vcard: <http://www.w3.org/2006/vcard/ns#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix : <https://daten.example.org/> . @prefix eu: <http://publications.europa.eu/resource/authority/> .
`

func graph(t *testing.T, turtle string) *rdfio.Graph {
	t.Helper()
	g, err := rdfio.Read(t.Context(), strings.NewReader(prefixes+turtle), rdfio.Turtle, rdfio.DefaultLimits)
	if err != nil {
		t.Fatalf("%v in\n%s", err, turtle)
	}
	return g
}

// codes lists what is found, with its grade.
func codes(findings []catalog.Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, string(f.Severity)+" "+f.Code)
	}
	slices.Sort(out)
	return out
}

const (
	goodDataset = `:1 a dcat:Dataset ; dct:title "T" ; dct:description "D" ; dct:publisher :p . :p a foaf:Organization ; foaf:name "P" . `
	goodFile    = `:f a dcat:Distribution ; dcat:accessURL :a ; dct:license <http://dcat-ap.de/def/licenses/dl-zero-de/2.0> . `
)

func TestCheck_rules(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ turtle, want string }{
		"nothing":                       {"", ""},
		"what a dataset needs":          {goodDataset, ""},
		"what a distribution needs":     {goodFile, ""},
		"a dataset of nothing":          {":1 a dcat:Dataset .", "error missing:dct:description|error missing:dct:publisher|error missing:dct:title"},
		"two publishers":                {goodDataset + ":1 dct:publisher [ a foaf:Agent ; foaf:name 'Q' ] .", "error too_many:dct:publisher"},
		"publisher not described":       {":1 a dcat:Dataset ; dct:title 'T' ; dct:description 'D' ; dct:publisher :q .", "error class:dct:publisher"},
		"publisher as text":             {":1 a dcat:Dataset ; dct:title 'T' ; dct:description 'D' ; dct:publisher 'Q' .", "error class:dct:publisher|error kind:dct:publisher"},
		"agent without name":            {goodDataset + ":1 dct:creator [ a foaf:Person ] .", "error missing:foaf:name"},
		"agent of a foreign type":       {goodDataset + ":p dct:type :x .", "error vocabulary:dct:type"},
		"theme of another list":         {goodDataset + ":1 dcat:theme <http://inspire.ec.europa.eu/theme/tn> .", "error vocabulary:dcat:theme"},
		"theme":                         {goodDataset + ":1 dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> .", ""},
		"licence as text":               {":f a dcat:Distribution ; dcat:accessURL :a ; dct:license 'frei' .", "error kind:dct:license|warning vocabulary:dct:license"},
		"licence of www":                {":f a dcat:Distribution ; dcat:accessURL :a ; dct:license <https://www.dcat-ap.de/def/licenses/dl-zero-de/2.0> .", "warning vocabulary:dct:license"},
		"no licence, no address":        {":f a dcat:Distribution .", "error missing:dcat:accessURL|error missing:dct:license"},
		"attribution missing":           {":f a dcat:Distribution ; dcat:accessURL :a ; dct:license <http://dcat-ap.de/def/licenses/dl-by-de/2.0> .", "warning attribution_missing"},
		"size of another type":          {goodFile + ":f dcat:byteSize '1.0'^^xsd:decimal .", "error datatype:dcat:byteSize"},
		"size that is no number":        {goodFile + ":f dcat:byteSize 'groß'^^xsd:nonNegativeInteger .", "error datatype:dcat:byteSize"},
		"size":                          {goodFile + ":f dcat:byteSize '1'^^xsd:nonNegativeInteger .", ""},
		"media type of IANA":            {goodFile + ":f dcat:mediaType <http://www.iana.org/assignments/media-types/text/csv> .", ""},
		"media type as word":            {goodFile + ":f dcat:mediaType 'text/csv' .", "error kind:dcat:mediaType|error vocabulary:dcat:mediaType"},
		"language that does not exist":  {goodFile + ":f dct:language <http://publications.europa.eu/resource/authority/language/DE> .", "error vocabulary:dct:language"},
		"language":                      {goodFile + ":f dct:language <http://publications.europa.eu/resource/authority/language/MLT> .", ""},
		"old status":                    {goodFile + ":f adms:status <http://purl.org/adms/status/Completed> .", "error vocabulary:adms:status|warning deprecated:adms:status"},
		"checksum":                      {goodFile + ":f spdx:checksum [ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_md5 ; spdx:checksumValue 'd41d8cd98f00b204e9800998ecf8427e'^^xsd:hexBinary ] .", ""},
		"checksum of the old list":      {goodFile + ":f spdx:checksum [ a spdx:Checksum ; spdx:algorithm <http://dcat-ap.de/def/hashAlgorithms/md/5> ; spdx:checksumValue 'xy'^^xsd:hexBinary ] .", "error datatype:spdx:checksumValue|warning class:spdx:algorithm|warning deprecated:spdx:algorithm"},
		"contact nobody can reach":      {goodDataset + ":1 dcat:contactPoint [ a vcard:Organization ; vcard:fn 'X' ] .", "error missing:vcard:hasEmail|vcard:hasURL|vcard:hasTelephone"},
		"contact by telephone":          {goodDataset + ":1 dcat:contactPoint [ a vcard:Individual ; vcard:hasTelephone <tel:1> ] .", ""},
		"e-mail as text":                {goodDataset + ":1 dcat:contactPoint [ a vcard:Kind ; vcard:hasEmail 'a@example.org' ] .", "error kind:vcard:hasEmail"},
		"period of nothing":             {goodDataset + ":1 dct:temporal [ a dct:PeriodOfTime ] .", "error missing:dcat:startDate|dcat:endDate|time:hasBeginning|time:hasEnd"},
		"period of schema.org":          {goodDataset + ":1 dct:temporal [ a dct:PeriodOfTime ; schema:startDate '2020' ] .", "error missing:dcat:startDate|dcat:endDate|time:hasBeginning|time:hasEnd"},
		"period":                        {goodDataset + ":1 dct:temporal [ a dct:PeriodOfTime ; dcat:endDate '2020'^^xsd:gYear ] .", ""},
		"deprecated":                    {goodDataset + ":1 dcatde:legalBasis 'Gesetz' ; dct:isVersionOf :2 ; owl:versionInfo '1' .", "warning deprecated:dcatde:legalBasis|warning deprecated:dct:isVersionOf|warning deprecated:owl:versionInfo"},
		"place not described":           {goodDataset + ":1 dct:spatial <http://publications.europa.eu/resource/authority/place/DEU_MUC> .", "warning class:dct:spatial"},
		"series not described":          {goodDataset + ":1 dcat:inSeries :s .", "error class:dcat:inSeries"},
		"series":                        {goodDataset + ":1 dcat:inSeries :s . :s a dcat:DatasetSeries ; dct:title 'T' ; dct:description 'D' ; dct:publisher :p .", ""},
		"service":                       {":d a dcat:DataService ; dct:title 'T' ; dcat:endpointURL :e .", "error missing:dct:publisher"},
		"record without what it is of":  {":r a dcat:CatalogRecord .", "error missing:dct:modified|error missing:foaf:primaryTopic"},
		"availability":                  {goodDataset + ":1 dcatap:availability eu:x .", "error vocabulary:dcatap:availability"},
		"role missing":                  {goodDataset + ":1 prov:qualifiedAttribution [ a prov:Attribution ; prov:agent :p ] .", "error missing:dcat:hadRole"},
		"blank dataset":                 {"[] a dcat:Dataset ; dct:title 'T' ; dct:description 'D' ; dct:publisher [ a foaf:Agent ; foaf:name 'P' ] .", "warning dataset_iri"},
		"a class that is nobody's":      {":x a skos:Concept .", ""},
		"a concept scheme of one's own": {goodDataset + ":1 dcat:theme :t . :t skos:inScheme <http://publications.europa.eu/resource/authority/data-theme> .", ""},
	} {
		if got := strings.Join(codes(dcat.Check(graph(t, c.turtle), dcat.Profile3)), "|"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

func TestCheck_otherProfiles(t *testing.T) {
	t.Parallel()
	const law = ":1 dcatap:applicableLegislation <http://data.europa.eu/eli/reg_impl/2023/138/oj> . "
	for name, c := range map[string]struct {
		profile      dcat.Profile
		turtle, want string
	}{
		"2.0: size is a decimal":     {dcat.Profile2, goodFile + ":f dcat:byteSize '1'^^xsd:nonNegativeInteger .", "error datatype:dcat:byteSize"},
		"2.0: no publisher needed":   {dcat.Profile2, ":1 a dcat:Dataset ; dct:title 'T' ; dct:description 'D' .", ""},
		"2.0: key of a place":        {dcat.Profile2, goodDataset + ":1 dcatde:politicalGeocodingURI <http://dcat-ap.de/def/politicalGeocoding/municipalityKey/09162000> .", ""},
		"2.0: key of no place":       {dcat.Profile2, goodDataset + ":1 dcatde:politicalGeocodingURI <http://dcat-ap.de/def/politicalGeocoding/municipalityKey/9162> .", "warning vocabulary:dcatde:politicalGeocodingURI"},
		"HVD: outside of the scope":  {dcat.ProfileHVD, goodDataset, ""},
		"HVD: what is missing":       {dcat.ProfileHVD, goodDataset + law, "error missing:dcat:distribution|error missing:dcatap:hvdCategory"},
		"HVD: distribution, too":     {dcat.ProfileHVD, goodDataset + law + ":1 dcatap:hvdCategory <http://data.europa.eu/bna/c_ac64a52d> ; dcat:distribution :f . " + goodFile, "error missing:dcatap:applicableLegislation"},
		"HVD: other datasets do not": {dcat.ProfileHVD, goodDataset + law + ":1 dcatap:hvdCategory <http://data.europa.eu/bna/c_ac64a52d> ; dcat:distribution :f ; dct:relation :2 . :2 a dcat:Dataset . " + goodFile + ":f dcatap:applicableLegislation <http://data.europa.eu/eli/reg_impl/2023/138/oj> .", ""},
	} {
		if got := strings.Join(codes(dcat.Check(graph(t, c.turtle), c.profile)), "|"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// TestCheck_reportsCanBeActedOn: every finding says where, what and how to do
// better, in both languages, and the same report comes every time.
func TestCheck_reportsCanBeActedOn(t *testing.T) {
	t.Parallel()
	g := graph(t, `:1 a dcat:Dataset ; dcat:theme 'x', :t ; dct:creator 'c' ; dcat:contactPoint [ a vcard:Kind ] ; dct:issued 'a', 'b' ; dct:language <http://publications.europa.eu/resource/authority/language/DE> ;
		dcat:distribution [ a dcat:Distribution ; dct:license 'cc-by 4.0' ; dcat:byteSize 'x' ] ; dcatde:maintainer [ a foaf:Agent ] .`)
	first := dcat.Check(g, dcat.Profile3)
	for _, f := range first {
		if f.Message.In("de") == "" || f.Message["en"] == "" || !strings.HasPrefix(f.Row, "https://daten.example.org/") || f.Remedy.In("de") == "" || f.Remedy["en"] == "" {
			t.Errorf("%s says too little: %+v", f.Code, f)
		}
	}
	has := func(code, row, remedy string) {
		t.Helper()
		if !slices.ContainsFunc(first, func(f catalog.Finding) bool {
			return f.Code == code && f.Row == row && strings.Contains(f.Remedy.In("de"), remedy)
		}) {
			t.Errorf("no %s at %s with %q", code, row, remedy)
		}
	}
	has("vocabulary:dct:license", "https://daten.example.org/1 → dcat:distribution", "So geht es richtig: http://dcat-ap.de/def/licenses/cc-by/4.0")
	has("missing:dct:title", "https://daten.example.org/1", "Baumkataster")
	has("deprecated:dcatde:maintainer", "https://daten.example.org/1", "geodcatap:custodian")
	for range 20 {
		again := dcat.Check(g, dcat.Profile3)
		if !slices.EqualFunc(first, again, func(a, b catalog.Finding) bool { return a.Code == b.Code && a.Row == b.Row }) {
			t.Fatal("the order of findings changes")
		}
	}
}

const base = "https://daten.example.org"

// faults checks a node as it would be written.
func faults(n *rdfio.Node) []string { return codes(dcat.CheckNode(n)) }
