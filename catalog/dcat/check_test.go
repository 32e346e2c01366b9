package dcat_test

import (
	"slices"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

func node(iri, class string) *rdfio.Node {
	return &rdfio.Node{IRI: iri, Types: []string{rdfio.Expand(class)}}
}

const base = "https://daten.example.org"

// minimal makes a node of a class that has just what it must have.
func minimal(class string) *rdfio.Node {
	n := node(base+"/1", class)
	if class == "dcat:Distribution" || class == "spdx:Checksum" || class == "adms:Identifier" {
		n.IRI = base + "/inner"
	}
	for _, p := range properties[class] {
		if p.min > 0 {
			n.Add(p.path, p.good[0])
		}
	}
	return n
}

// property is what the profile says of one: good values (two different ones
// where one is the limit), a value of the wrong kind, one outside of its list.
type property struct {
	path      string
	good      []rdfio.Object
	bad       rdfio.Object
	outside   rdfio.Object
	min, max  int
	soft, old bool // a warning only; deprecated
}

var (
	text    = []rdfio.Object{rdfio.Text("x", "de"), rdfio.Text("y", "de")}
	address = []rdfio.Object{rdfio.IRI("http://example.org/a"), rdfio.IRI("http://example.org/b")}
	day     = []rdfio.Object{rdfio.Typed("2026-01-31", "xsd:date"), rdfio.Typed("2026", "xsd:gYear"), rdfio.Typed("2026-01", "xsd:gYearMonth"), rdfio.Typed("2026-01-31T10:00:00Z", "xsd:dateTime")}
	whole   = []rdfio.Object{rdfio.Typed("1", "xsd:nonNegativeInteger"), rdfio.Typed("2", "xsd:nonNegativeInteger")}
	decimal = []rdfio.Object{rdfio.Typed("1.5", "xsd:decimal"), rdfio.Typed("2.5", "xsd:decimal")}
	media   = []rdfio.Object{rdfio.IRI("https://www.iana.org/assignments/media-types/text/csv"), rdfio.IRI("http://www.iana.org/assignments/media-types/text/plain")}
	other   = rdfio.IRI("http://example.org/outside")
	plain   = rdfio.Object{Text: "x"}
)

func list(name string) []rdfio.Object {
	l := vocab.List(name)
	var out []rdfio.Object
	for _, c := range l {
		if len(out) < 2 && !c.Is("attribution") {
			out = append(out, rdfio.IRI(c.URI))
		}
	}
	return out
}

func lit(path string, min, max int) property {
	return property{path: path, good: text, bad: address[0], min: min, max: max}
}

func ref(path string, min, max int) property {
	return property{path: path, good: address, bad: plain, min: min, max: max}
}

func date(path string) property { return property{path: path, good: day, bad: plain, max: 1} }

func concept(path, vocabulary string, min, max int, soft bool) property {
	return property{path: path, good: list(vocabulary), bad: plain, outside: other, min: min, max: max, soft: soft}
}

func old(path string) property { return property{path: path, good: text, old: true} }

// properties repeats the profile from its text, not from the code.
var properties = map[string][]property{
	"dcat:Catalog": {
		lit("dct:title", 1, 0), lit("dct:description", 1, 0), ref("dct:publisher", 1, 1), concept("dct:language", "language", 0, 0, false), concept("dct:license", "licence", 0, 1, true),
		date("dct:issued"), date("dct:modified"), ref("foaf:homepage", 0, 1), concept("dcatap:availability", "availability", 0, 1, false), ref("dct:isPartOf", 0, 1),
	},
	"dcat:Dataset": {
		lit("dct:title", 1, 0), lit("dct:description", 1, 0), ref("dct:publisher", 1, 1), concept("dcatde:contributorID", "contributor", 0, 0, true), ref("dcat:contactPoint", 0, 0), lit("dcat:keyword", 0, 0),
		concept("dcat:theme", "theme", 0, 0, false), ref("dcat:distribution", 0, 0), lit("dct:identifier", 0, 0), ref("adms:identifier", 0, 0), date("dct:issued"), date("dct:modified"),
		concept("dct:accrualPeriodicity", "frequency", 0, 1, false), concept("dct:language", "language", 0, 0, false), concept("dct:accessRights", "access_right", 0, 1, false),
		concept("dcatap:availability", "availability", 0, 1, false), ref("dct:spatial", 0, 0), ref("dct:temporal", 0, 0), concept("dcatde:politicalGeocodingLevelURI", "geocoding_level", 0, 0, true),
		ref("dcat:landingPage", 0, 0), ref("foaf:page", 0, 0), ref("dct:conformsTo", 0, 0), ref("dct:creator", 0, 0), ref("dct:type", 0, 0), ref("dct:references", 0, 0), lit("dcat:version", 0, 1),
		{path: "dcat:spatialResolutionInMeters", good: decimal, bad: rdfio.Typed("1", "xsd:string"), max: 1}, ref("dcatap:hvdCategory", 0, 0), ref("dcatap:applicableLegislation", 0, 0),
		old("dcatde:politicalGeocodingURI"), old("dcatde:geocodingDescription"), old("dcatde:legalBasis"), old("dcatde:qualityProcessURI"), old("dcatde:originator"), old("dcatde:maintainer"), old("owl:versionInfo"),
		old("dct:hasVersion"), old("dct:isVersionOf"),
	},
	"dcat:Distribution": {
		ref("dcat:accessURL", 1, 0), concept("dct:license", "licence", 1, 1, true), lit("dcatde:licenseAttributionByText", 0, 0), concept("dct:format", "file_type", 0, 1, false),
		{path: "dcat:mediaType", good: media, bad: plain, outside: other, max: 1}, ref("dcat:downloadURL", 0, 0), lit("dct:title", 0, 0), lit("dct:description", 0, 0), date("dct:issued"), date("dct:modified"),
		concept("dct:language", "language", 0, 0, false), concept("dcatap:availability", "availability", 0, 1, false), concept("adms:status", "distribution_status", 0, 1, false),
		{path: "dcat:byteSize", good: whole, bad: rdfio.Typed("1", "xsd:integer"), max: 1}, ref("spdx:checksum", 0, 1), ref("dct:rights", 0, 1), old("dcatde:plannedAvailability"),
	},
	"dcat:DataService":  {lit("dct:title", 1, 0), ref("dcat:endpointURL", 1, 0), ref("dct:publisher", 1, 1)},
	"foaf:Organization": {lit("foaf:name", 1, 0)},
	"foaf:Agent":        {lit("foaf:name", 1, 0)},
	"foaf:Person":       {lit("foaf:name", 1, 0)},
	"adms:Identifier":   {lit("skos:notation", 1, 1)},
	"spdx:Checksum":     {ref("spdx:algorithm", 1, 1), lit("spdx:checksumValue", 1, 1)},
}

// faults lists the codes found, with their grade.
func faults(n *rdfio.Node) []string {
	var out []string
	for _, f := range dcat.CheckNode(n) {
		out = append(out, string(f.Severity)+" "+f.Code)
	}
	slices.Sort(out)
	return out
}

func without(n *rdfio.Node, path string) *rdfio.Node {
	c := *n
	c.Props = slices.DeleteFunc(slices.Clone(n.Props), func(p rdfio.Prop) bool { return p.Predicate == rdfio.Expand(path) })
	return &c
}

func TestCheck_everyProperty(t *testing.T) {
	t.Parallel()
	for class, props := range properties {
		if got := faults(minimal(class)); len(got) > 0 {
			t.Errorf("%s with just what it must have: %v", class, got)
			continue
		}
		for _, p := range props {
			bare := func() *rdfio.Node { return without(minimal(class), p.path) }
			expect := func(what, want string, values ...rdfio.Object) {
				t.Helper()
				n := bare()
				n.Add(p.path, values...)
				got := faults(n)
				if want == "" && len(got) > 0 || want != "" && (len(got) != 1 || got[0] != want) {
					t.Errorf("%s %s %s: %v, want %q", class, p.path, what, got, want)
				}
			}
			if p.old {
				expect("deprecated", "warning deprecated:"+p.path, p.good[0])
				continue
			}
			for _, v := range p.good {
				expect("good", "", v)
			}
			expect("wrong kind", "error kind:"+p.path, p.bad)
			if p.min > 0 {
				expect("missing", "error missing:"+p.path)
			} else {
				expect("left out", "")
			}
			if p.max > 0 {
				expect("too many", "error too_many:"+p.path, p.good[0], p.good[1])
			} else {
				expect("several", "", p.good[0], p.good[1])
			}
			if p.outside.IRI != "" {
				grade := "error"
				if p.soft {
					grade = "warning"
				}
				expect("outside of its list", grade+" vocabulary:"+p.path, p.outside)
			}
		}
	}
}

func TestCheck_rulesAcrossProperties(t *testing.T) {
	t.Parallel()
	dataset := func(iri string) *rdfio.Node { n := minimal("dcat:Dataset"); n.IRI = iri; return n }
	with := func(n *rdfio.Node, path string, o rdfio.Object) *rdfio.Node { n.Add(path, o); return n }
	byDE := rdfio.IRI("http://dcat-ap.de/def/licenses/dl-by-de/2.0")
	byDistribution := func() *rdfio.Node {
		return with(without(minimal("dcat:Distribution"), "dct:license"), "dct:license", byDE)
	}
	for name, c := range map[string]struct {
		n    *rdfio.Node
		want string
	}{
		"blank dataset":                 {dataset(""), "error dataset_iri"},
		"dataset named by a URN":        {dataset("urn:uuid:1"), "error dataset_iri"},
		"dataset named by http":         {dataset("http://example.org/1"), ""},
		"attribution missing":           {byDistribution(), "warning attribution_missing"},
		"attribution given":             {with(byDistribution(), "dcatde:licenseAttributionByText", text[0]), ""},
		"licence written otherwise":     {with(without(minimal("dcat:Distribution"), "dct:license"), "dct:license", rdfio.IRI("https://www.govdata.de/dl-de/zero-2-0")), "warning vocabulary:dct:license"},
		"contact without a way":         {with(node("", "vcard:Kind"), "vcard:fn", text[0]), "error contact_unreachable"},
		"organization without a way":    {node("", "vcard:Organization"), "error contact_unreachable"},
		"person without a way":          {node("", "vcard:Individual"), "error contact_unreachable"},
		"contact with e-mail":           {with(node("", "vcard:Kind"), "vcard:hasEmail", rdfio.IRI("mailto:a@example.org")), ""},
		"contact with page":             {with(node("", "vcard:Organization"), "vcard:hasURL", address[0]), ""},
		"contact with telephone":        {with(node("", "vcard:Individual"), "vcard:hasTelephone", rdfio.IRI("tel:1")), ""},
		"period of nothing":             {node("", "dct:PeriodOfTime"), "error period_empty"},
		"period with start":             {with(node("", "dct:PeriodOfTime"), "dcat:startDate", day[0]), ""},
		"period with end":               {with(node("", "dct:PeriodOfTime"), "dcat:endDate", day[0]), ""},
		"period in the words of OWL":    {with(node("", "dct:PeriodOfTime"), "http://www.w3.org/2006/time#hasBeginning", address[0]), ""},
		"period in the words of OWL, 2": {with(node("", "dct:PeriodOfTime"), "http://www.w3.org/2006/time#hasEnd", address[0]), ""},
		"unknown class":                 {node("urn:x", "skos:Concept"), ""},
	} {
		got := faults(c.n)
		if c.want == "" && len(got) > 0 || c.want != "" && (len(got) != 1 || got[0] != c.want) {
			t.Errorf("%s: %v, want %q", name, got, c.want)
		}
	}
}

func TestCheck_reportsAlikeEveryTime(t *testing.T) {
	t.Parallel()
	g := rdfio.NewGraph()
	for class := range properties {
		g.AddNode(node(base+"/"+class, class))
	}
	first := dcat.Check(g)
	for _, f := range first {
		if f.Message.In("de") == "" || f.Message.In("en") == "" || f.Row == "" || f.Severity == catalog.SeverityError && f.Remedy.In("de") == "" {
			t.Errorf("%s says too little: %+v", f.Code, f)
		}
	}
	for range 20 {
		again := dcat.Check(g)
		if !slices.EqualFunc(first, again, func(a, b catalog.Finding) bool { return a.Code == b.Code && a.Row == b.Row }) {
			t.Fatal("the order of findings changes")
		}
	}
}
