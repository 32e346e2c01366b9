package dcat_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

func nobody(string) *catalog.Entry { return nil }

// published reads a document of one dataset and returns how it goes out.
func published(t *testing.T, turtle string) (*rdfio.Node, *dcat.Resource) {
	t.Helper()
	m := mapper(t)
	res := m.Read(graph(t, turtle)).Resources[0]
	e := &catalog.Entry{ID: catalog.NewID(), Type: catalog.TypeDataset}
	m.Apply(res, e)
	n, findings := m.Publish(e, nobody, dcat.Profile3)
	if n == nil {
		t.Fatalf("held back: %+v", findings)
	}
	if f := dcat.CheckNode(n); catalog.HasErrors(f) {
		t.Errorf("breaks the profile: %+v", f)
	}
	return n, res
}

// TestPublish_frequenciesThatAreNew: codes that the EU added later than the list of
// validators go out with their description, in every spelling, and come back.
func TestPublish_frequenciesThatAreNew(t *testing.T) {
	t.Parallel()
	const hourly = "http://publications.europa.eu/resource/authority/frequency/HOURLY"
	for _, said := range []string{"<" + hourly + ">", `"stündlich"@de`, `"R/PT1H"`, "<https://example.org/frequenz/hourly>"} {
		n, res := published(t, `:1 a dcat:Dataset ; dct:title "T" ; dct:description "D" ; dct:publisher [ a foaf:Agent ; foaf:name "P" ] ; dct:accrualPeriodicity `+said+" .")
		if got := res.Fields.String("frequency"); got != hourly {
			t.Errorf("%s is read as %q", said, got)
		}
		list := n.Get("dct:accrualPeriodicity")
		if len(list) != 1 || list[0].Node == nil || list[0].Node.IRI != hourly || len(list[0].Node.Get("skos:prefLabel")) != 2 {
			t.Errorf("%s goes out as %+v", said, list)
		}
	}
	// What everybody knows needs no words.
	n, _ := published(t, goodDataset+":1 dct:accrualPeriodicity eu:frequency\\/DAILY .")
	if got := values(n.Get("dct:accrualPeriodicity")); got != "<http://publications.europa.eu/resource/authority/frequency/DAILY>" {
		t.Errorf("daily goes out as %s", got)
	}
	if f := dcat.Check(graph(t, goodDataset+":1 dct:accrualPeriodicity <"+hourly+"> ."), dcat.Profile3); !slices.Contains(codes(f), "error vocabulary:dct:accrualPeriodicity") {
		t.Errorf("not described it is no member to validators: %v", codes(f))
	}
}

// TestRead_describedOnSeveralPages: a thing with an address that every page describes,
// with nodes that have none, comes with each of them once.
func TestRead_describedOnSeveralPages(t *testing.T) {
	t.Parallel()
	const page = goodDataset + goodFile + `:1 dcat:distribution :f ; dcat:contactPoint [ a vcard:Kind ; vcard:fn "Amt" ; vcard:hasEmail <mailto:a@example.org> ] .
		:f dct:rights [ a dct:RightsStatement ; rdfs:label "Frei" ] ; dct:conformsTo [ a dct:Standard ; dct:title "Norm" ] , [ a dct:Standard ; dct:title "Andere" ] .`
	g := graph(t, page)
	g.Merge(graph(t, page))
	m := mapper(t)
	res := m.Read(g).Resources[0]
	e := &catalog.Entry{ID: catalog.NewID(), Type: catalog.TypeDataset}
	m.Apply(res, e)
	n, _ := m.Publish(e, nobody, dcat.Profile3)
	file := n.Get("dcat:distribution")[0].Node
	if a, b, c := len(n.Get("dcat:contactPoint")), len(file.Get("dct:rights")), len(file.Get("dct:conformsTo")); a != 1 || b != 1 || c != 2 {
		t.Errorf("%d contacts, %d rights, %d standards; want 1, 1, 2", a, b, c)
	}
	if len(res.Aside) > 0 {
		t.Errorf("put aside: %q", res.Aside)
	}
}

// TestDataset_attributions: what clients of ckanext-dcat send in lists of objects.
func TestDataset_attributions(t *testing.T) {
	t.Parallel()
	const role, who = "http://registry.it.csiro.au/def/isotc211/CI_RoleCode/processor", "https://example.org/amt"
	for name, c := range map[string]struct {
		value any
		want  int
	}{
		"list":       {[]any{map[string]any{"role": role, "agent": []any{map[string]any{"uri": who, "name": "Amt"}}}}, 1},
		"text":       {`[{"role": "` + role + `", "agent": [{"uri": "` + who + `"}]}]`, 1},
		"no role":    {[]any{map[string]any{"agent": []any{map[string]any{"uri": who}}}}, 0},
		"no address": {[]any{map[string]any{"role": role, "agent": []any{map[string]any{"name": "Amt"}}}}, 0},
		"nonsense":   {"[1, null]", 0},
	} {
		n, findings := mapper(t).Publish(dataset(catalog.Fields{"qualified_attribution": c.value}, nil), orgs, dcat.Profile3)
		if n == nil || len(n.Get("prov:qualifiedAttribution")) != c.want {
			t.Errorf("%s: %+v %+v", name, n, findings)
			continue
		}
		if f := dcat.CheckNode(n); catalog.HasErrors(f) {
			t.Errorf("%s breaks the profile: %+v", name, f)
		}
	}
	n, res := published(t, goodDataset+`:1 prov:qualifiedAttribution [ a prov:Attribution ; dcat:hadRole <`+role+`> ; prov:agent <`+who+`> ] . <`+who+`> a foaf:Agent ; foaf:name "Amt" .`)
	agent := n.Get("prov:qualifiedAttribution")[0].Node.Get("prov:agent")
	if len(agent) != 1 || agent[0].Node == nil || len(agent[0].Node.Get("foaf:name")) != 1 || len(res.Aside) > 0 {
		t.Errorf("who it was is not repeated: %+v; aside %q", agent, res.Aside)
	}
}

func TestDataset_typesOfAgents(t *testing.T) {
	t.Parallel()
	const local = "http://purl.org/adms/publishertype/LocalAuthority"
	for field, by := range map[string]struct{ name, property string }{
		"author_type": {"author", "dct:creator"}, "maintainer_type": {"maintainer", "geodcatap:custodian"}, "originator_type": {"originator", "geodcatap:originator"}, "contributor_type": {"contributor_name", "dct:contributor"},
	} {
		n, _ := mapper(t).Publish(dataset(catalog.Fields{by.name: "Amt", field: local}, nil), orgs, dcat.Profile3)
		if list := n.Get(by.property); len(list) != 1 || list[0].Node == nil || !strings.Contains(values(list[0].Node.Get("dct:type")), local) {
			t.Errorf("%s: %+v", field, list)
		}
	}
}

// TestRead_namespacesOfOlderVersions: every spelling of the namespace is read, also the
// one without a slash; what is there in a newer one too counts from there alone.
func TestRead_namespacesOfOlderVersions(t *testing.T) {
	t.Parallel()
	const level = "<http://dcat-ap.de/def/politicalGeocoding/Level/"
	for name, c := range map[string]struct {
		said, field, want string
		aside             int
	}{
		"1_0 without a slash": {"<http://dcat-ap.de/def/dcatde/1_0politicalGeocodingLevelURI> " + level + "state>", "geocoding_level", "http://dcat-ap.de/def/politicalGeocoding/Level/state", 0},
		"1.1 with https":      {"<https://www.dcat-ap.de/def/dcatde/1.1/politicalGeocodingLevelURI> " + level + "state>", "geocoding_level", "http://dcat-ap.de/def/politicalGeocoding/Level/state", 0},
		"the newest of two": {"<http://dcat-ap.de/def/dcatde/1_0/politicalGeocodingLevelURI> " + level + "state> ; <http://dcat-ap.de/def/dcatde/1.0.1/politicalGeocodingLevelURI> " + level + "municipality>",
			"geocoding_level", "http://dcat-ap.de/def/politicalGeocoding/Level/municipality", 1},
		"the present one":  {"<http://dcat-ap.de/def/dcatde/2.0/legalBasis> \"alt\" ; dcatde:legalBasis \"neu\"", "legal_basis", "neu", 1},
		"by another name":  {"<http://dcat-ap.de/def/dcatde/1_0/legalbasisText> \"Gesetz\"", "legal_basis", "Gesetz", 0},
		"places in words":  {"<http://dcat-ap.de/def/dcatde/1_0/geocodingText> \"Altona\"", "geocoding_text", "Altona", 0},
		"both of one name": {"<http://dcat-ap.de/def/dcatde/1_0/geocodingText> \"alt\" ; <http://dcat-ap.de/def/dcatde/1.0.1/geocodingDescription> \"neu\"", "geocoding_text", "neu", 1},
	} {
		_, res := published(t, goodDataset+":1 "+c.said+" .")
		got := res.Fields.String(c.field)
		if list := res.Fields.Strings(c.field); len(list) > 0 {
			got = strings.Join(list, ", ")
		}
		older := 0
		for _, f := range res.Findings {
			if strings.HasPrefix(f.Code, "aside:") {
				older++
			}
		}
		if got != c.want || older != c.aside {
			t.Errorf("%s: %q, %d put aside; want %q, %d", name, got, older, c.want, c.aside)
		}
	}
}

// TestPublish_services: a service that is described with a file has its dataset's
// publisher, if it states none; one that lacks more is kept, and stays out of the feed.
func TestPublish_services(t *testing.T) {
	t.Parallel()
	const with = `@prefix x: <https://x.example/> . x:1 a dcat:Dataset ; dct:title "T" ; dct:description "D" ; dct:publisher [ a foaf:Agent ; foaf:name "P" ] ; dcat:distribution x:f .
		x:f a dcat:Distribution ; dcat:accessURL x:a ; dct:license <http://dcat-ap.de/def/licenses/dl-zero-de/2.0> ; dcat:accessService `
	n, res := published(t, with+`[ a dcat:DataService ; dct:title "WFS" ; dcat:endpointURL x:wfs ; dcat:servesDataset x:1, x:2 ] . x:2 a dcat:Dataset .`)
	service := n.Get("dcat:distribution")[0].Node.Get("dcat:accessService")
	if len(service) != 1 || len(service[0].Node.Get("dct:publisher")) != 1 {
		t.Fatalf("%+v", service)
	}
	if got := values(service[0].Node.Get("dcat:servesDataset")); got != "<https://x.example/1>" {
		t.Errorf("it serves %s; of another dataset nobody knows whether it is in the document", got)
	}
	if len(res.Aside) != 0 { // who writes the document knows
		t.Errorf("put aside: %q", res.Aside)
	}
	const bare = with + `x:s . x:s a dcat:DataService ; dct:title "WFS" .`
	n, res = published(t, bare)
	if list := n.Get("dcat:distribution"); len(list) != 1 || len(list[0].Node.Get("dcat:accessService")) > 0 || len(res.Aside) > 0 {
		t.Errorf("a service without an address: %+v, put aside %q", list, res.Aside)
	}
	m := mapper(t)
	e := &catalog.Entry{ID: catalog.NewID(), Type: catalog.TypeDataset}
	m.Apply(m.Read(graph(t, bare)).Resources[0], e)
	if _, findings := m.Publish(e, nobody, dcat.Profile3); !slices.Contains(codes(findings), "warning left_out:dcat:endpointURL") {
		t.Errorf("nobody is told: %v", codes(findings))
	}
}

// TestPublish_listsOfGovData: https and www do not keep a value out of its list.
func TestPublish_listsOfGovData(t *testing.T) {
	t.Parallel()
	const key = "dcat-ap.de/def/politicalGeocoding/stateKey/09"
	e := dataset(catalog.Fields{"geocoding": []any{"https://www." + key}}, nil)
	n, _ := mapper(t).Publish(e, orgs, dcat.Profile2)
	if got := values(n.Get("dcatde:politicalGeocodingURI")); got != "<http://"+key+">" {
		t.Errorf("%s", got)
	}
}

// TestDataset_whatClientsOfCKANSend: addresses of pages of agents, standards in words,
// checksums and packing by the addresses of their lists.
func TestDataset_whatClientsOfCKANSend(t *testing.T) {
	t.Parallel()
	const page, iana = "https://amt.example.org", "https://www.iana.org/assignments/media-types/"
	n, findings := mapper(t).Publish(dataset(
		catalog.Fields{"publisher_name": "Amt", "publisher_url": page, "author": "A", "author_url": page, "contact_url": page, "conforms_to": []any{"ISO 19115"}, "language": []any{"ca"}},
		catalog.Fields{
			"url": "https://x.example/a.csv", "license": "cc-zero", "compress_format": "http://www.iana.org/assignments/media-types/application/gzip", "package_format": "http://publications.europa.eu/resource/authority/file-type/ZIP",
			"hash": "4304CF2E751E6053C90B1804C89C0EBB758F395A", "hash_algorithm": "http://spdx.org/rdf/terms#checksumAlgorithm_sha1",
			"access_services": `[{"title": "Dienst", "endpoint_url": ["https://x.example/wfs"], "availability": "stable", "format": "WFS"}]`,
		}), orgs, dcat.Profile3)
	if n == nil || len(findings) > 0 {
		t.Fatalf("%+v", findings)
	}
	if f := dcat.CheckNode(n); catalog.HasErrors(f) {
		t.Errorf("breaks the profile: %+v", f)
	}
	inner := func(n *rdfio.Node, path ...string) string {
		t.Helper()
		for _, p := range path[:len(path)-1] {
			list := n.Get(p)
			if len(list) != 1 || list[0].Node == nil {
				t.Errorf("%s of %v: %+v", p, path, list)
				return ""
			}
			n = list[0].Node
		}
		return values(n.Get(path[len(path)-1]))
	}
	for want, path := range map[string][]string{
		"<" + page + ">":                 {"dct:publisher", "foaf:homepage"},
		"<" + page + "> ":                {"dct:creator", "foaf:homepage"},
		" <" + page + ">":                {"dcat:contactPoint", "vcard:hasURL"},
		"ISO 19115@de^":                  {"dct:conformsTo", "dct:title"},
		"<" + iana + "application/gzip>": {"dcat:distribution", "dcat:compressFormat"},
		"<" + iana + "application/zip>":  {"dcat:distribution", "dcat:packageFormat"},
		"<http://spdx.org/rdf/terms#checksumAlgorithm_sha1>":                             {"dcat:distribution", "spdx:checksum", "spdx:algorithm"},
		"<http://publications.europa.eu/resource/authority/planned-availability/STABLE>": {"dcat:distribution", "dcat:accessService", "dcatap:availability"},
		"<http://publications.europa.eu/resource/authority/file-type/WFS_SRVC>":          {"dcat:distribution", "dcat:accessService", "dct:format"},
		"<http://publications.europa.eu/resource/authority/language/CAT>":                {"dct:language"},
	} {
		if got := inner(n, path...); got != strings.TrimSpace(want) {
			t.Errorf("%v: %q, want %q", path, got, want)
		}
	}
	n, _ = mapper(t).Publish(dataset(nil, catalog.Fields{"url": "https://x.example/a", "license": "cc-zero", "package_format": "https://x.example/tar"}), orgs, dcat.Profile3)
	if got := values(n.Get("dcat:distribution")[0].Node.Get("dcat:packageFormat")); got != "" {
		t.Errorf("what is no media type became %s", got)
	}
}

// TestPublish_services: a service has what ckanext-dcat's full schema lets clients say
// of it, in lists or not.
func TestPublish_servicesInFull(t *testing.T) {
	t.Parallel()
	n, findings := mapper(t).Publish(dataset(nil, catalog.Fields{"url": "https://x.example/wfs", "license": "http://dcat-ap.de/def/licenses/dl-zero-de/2.0", "access_services": []any{map[string]any{
		"uri": "https://x.example/dienst", "title": "Dienst", "description": "Was er tut", "endpoint_url": []any{"https://x.example/wfs"}, "endpoint_description": "https://x.example/beschrieben", "identifier": "D-1",
		"format": []any{"WFS_SRVC"}, "language": []any{"DEU"}, "rights": []any{"Frei"}, "landing_page": []any{"https://x.example/"}, "keyword": []any{"Baum"}, "theme": []any{"ENVI"}, "conforms_to": []any{"http://www.opengis.net/def/serviceType/ogc/wfs"},
		"applicable_legislation": []any{"http://data.europa.eu/eli/reg_impl/2023/138/oj"}, "access_rights": "PUBLIC", "license": "cc-by/4.0", "modified": "2024-01-02",
		"contact": []any{map[string]any{"name": "Stelle", "email": "stelle@x.example"}, map[string]any{"name": "ohne Weg"}}, "creator": []any{map[string]any{"name": "Amt", "identifier": "A"}}, "publisher": []any{map[string]any{"name": "Verlag"}},
	}}}), orgs, dcat.Profile3)
	if n == nil {
		t.Fatal(findings)
	}
	file := n.Get("dcat:distribution")[0].Node
	if len(file.Get("dcat:accessService")) != 1 {
		t.Fatalf("%+v %v", file, findings)
	}
	service := file.Get("dcat:accessService")[0].Node
	for _, predicate := range []string{
		"dct:title", "dct:description", "dcat:endpointURL", "dcat:endpointDescription", "dct:identifier", "dct:format", "dct:language", "dct:rights", "dcat:landingPage", "dcat:keyword", "dcat:theme",
		"dct:conformsTo", "dcatap:applicableLegislation", "dct:accessRights", "dct:license", "dct:modified", "dcat:contactPoint", "dct:creator", "dct:publisher",
	} {
		if got := len(service.Get(predicate)); got != 1 {
			t.Errorf("%s stands there %d times", predicate, got)
		}
	}
	if name := service.Get("dct:publisher")[0].Node.Get("foaf:name")[0].Text; name != "Verlag" {
		t.Errorf("published by %s", name)
	}
}
