// Package dcat turns entries into DCAT-AP.de and checks RDF against its rules.
// Which field becomes which triple stands in the field definitions; only shapes
// with logic (publisher, licence, media type) are code.
package dcat

import (
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// Profile is a version of DCAT-AP.de, or the rules for high-value datasets.
type Profile string

// The profiles. 2.0 has the properties that 3.0 calls deprecated; HVD is checked
// beside them and never written alone.
const (
	Profile3   Profile = "3.0"
	Profile2   Profile = "2.0"
	ProfileHVD Profile = "hvd"
)

// Mapper writes entries as RDF.
type Mapper struct {
	defs *schema.Set
	site string // public address without final slash
}

// NewMapper makes a mapper for a portal's public address.
func NewMapper(defs *schema.Set, siteURL string) *Mapper { return &Mapper{defs: defs, site: siteURL} }

// IRI is the address that names a dataset for good: the one its own catalogue
// gave it, else its address here. An address of this portal names only the
// entry that lies there, whatever a field says.
func (m *Mapper) IRI(e *catalog.Entry) string {
	return m.iri(e.Fields, m.site+"/dataset/"+e.ID)
}

func (m *Mapper) iri(fields catalog.Fields, own string) string {
	iri, ok := rdfio.CleanIRI(fields.String("uri"))
	if !ok || !strings.HasPrefix(iri, "http") || strings.HasPrefix(iri, m.site+"/") {
		return own
	}
	return iri
}

const (
	authority   = "http://publications.europa.eu/resource/authority/"
	localAuth   = "http://purl.org/adms/publishertype/LocalAuthority"
	licenceBase = "http://dcat-ap.de/def/licenses/"
	ianaBase    = "https://www.iana.org/assignments/media-types/"
)

// Dataset builds the node of a dataset, series or service with everything that
// belongs to it, so that a harvester can cut it out of the page. Only public
// fields are written. Facts that the portal knows itself (its own dates, the
// page, the owner) are stated for what was made here; what comes from another
// catalogue keeps its own and gets none.
func (m *Mapper) Dataset(e *catalog.Entry, orgs Lookup, profile Profile) *rdfio.Node {
	def := m.defs.Of(catalog.TypeDataset)
	kind := e.Fields.String("dataset_type")
	n := &rdfio.Node{IRI: m.IRI(e), Types: []string{rdfio.Expand(classes3[kind])}}
	if n.Types[0] == "" || profile == Profile2 && kind == TypeSeries { // a class that is new in 3.0
		n.Types[0] = rdfio.Expand("dcat:Dataset")
	}
	publisher := top(e, orgs)
	m.fields(n, def.Fields, e.Fields, profile)
	recall(def.Fields, e.Fields, n)
	switch {
	case profile == Profile2:
		m.older(n, e, orgs)
	case n.Types[0] == rdfio.Expand("dcat:Dataset"): // a series is in none
		m.series(n, e, orgs)
	}
	if len(n.Get("dct:title")) == 0 {
		n.Add("dct:title", rdfio.Text(title(e), "de"))
	}
	if kind == TypeSeries {
		m.namePublisher(n, e)
	} else {
		attributions(n, e.Fields)
	}
	foreign := e.Fields.String("uri") != ""
	if publisher != nil {
		if len(n.Get("dct:publisher")) == 0 {
			n.Add("dct:publisher", rdfio.Object{Node: m.agent(publisher)})
		}
		if id := publisher.Fields.String("contributor_id"); id != "" && len(n.Get("dcatde:contributorID")) == 0 && n.Types[0] == rdfio.Expand("dcat:Dataset") {
			addIRI(n, "dcatde:contributorID", id)
		}
	}
	if !foreign && n.Types[0] == rdfio.Expand("dcat:Dataset") {
		m.ownFacts(n, e)
	}
	if n.Types[0] == rdfio.Expand("dcat:Dataset") && kind != TypeSeries {
		for i := range e.Parts {
			file := m.distribution(e, i, publisher, profile)
			serviced(file, n.Get("dct:publisher"))
			n.Add("dcat:distribution", rdfio.Object{Node: file})
		}
	}
	if profile == Profile3 { // 2.0 knows records of datasets only
		m.recordOf(n, e)
	}
	return n
}

// classes3 are the classes of 3.0 by CKAN's type of entry.
var classes3 = map[string]string{TypeSeries: "dcat:DatasetSeries", TypeService: "dcat:DataService"}

// ownFacts states what the portal knows of a dataset that was made here.
func (m *Mapper) ownFacts(n *rdfio.Node, e *catalog.Entry) {
	if len(n.Get("dct:identifier")) == 0 {
		n.Add("dct:identifier", rdfio.Object{Text: n.IRI})
	}
	if len(n.Get("dct:issued")) == 0 {
		n.Add("dct:issued", moment(e.Created))
	}
	if len(n.Get("dct:modified")) == 0 {
		n.Add("dct:modified", moment(e.Modified))
	}
	if len(n.Get("dcat:landingPage")) == 0 {
		n.Add("dcat:landingPage", rdfio.IRI(m.site+"/dataset/"+e.Name))
	}
}

// top is the organization at the head of the owner's hierarchy: the city.
func top(e *catalog.Entry, orgs Lookup) *catalog.Entry {
	const maxDepth = 16
	org := orgs(e.Owner)
	for range maxDepth {
		if org == nil {
			return nil
		}
		parent := orgs(org.Owner)
		if parent == nil {
			return org
		}
		org = parent
	}
	return org
}

func (m *Mapper) agent(org *catalog.Entry) *rdfio.Node {
	a := &rdfio.Node{IRI: m.site + "/organization/" + org.ID, Types: []string{rdfio.Expand("foaf:Organization")}}
	name := org.Fields.String("title")
	if name == "" {
		name = org.Name
	}
	a.Add("foaf:name", rdfio.Text(name, "de"))
	for _, c := range vocab.Cities() {
		if c.Contributor == org.Fields.String("contributor_id") {
			a.Add("dct:type", rdfio.IRI(localAuth))
		}
	}
	if h, ok := rdfio.CleanIRI(org.Fields.String("homepage")); ok {
		a.Add("foaf:homepage", rdfio.IRI(h))
	}
	return a
}

// fields writes the fields of a definition; those with the same In share a node.
func (m *Mapper) fields(n *rdfio.Node, defs []schema.Field, values catalog.Fields, profile Profile) {
	for i := range defs {
		f := &defs[i]
		if !writes(f, profile) || f.RDF.In != "" && f.RDF.In != "adms:identifier" {
			continue
		}
		objects := objects(f, values)
		if f.RDF.In == "" {
			n.Add(f.RDF.Predicate, objects...)
			continue
		}
		for _, o := range objects { // one node per value
			inner := &rdfio.Node{Types: []string{rdfio.Expand(f.RDF.Class)}}
			inner.Add(f.RDF.Predicate, o)
			n.Add(f.RDF.In, rdfio.Object{Node: inner})
		}
	}
	for _, inner := range m.nested(defs, values, profile) {
		if complete(inner.in, inner.node) {
			n.Add(inner.in, rdfio.Object{Node: inner.node})
		}
	}
}

// complete reports whether a nested node says what its class demands: a contact
// needs a way to reach it, an agent a name.
func complete(in string, n *rdfio.Node) bool {
	switch in {
	case "dcat:contactPoint":
		return len(n.Get("vcard:hasEmail"))+len(n.Get("vcard:hasURL"))+len(n.Get("vcard:hasTelephone")) > 0
	case "dct:creator", "dct:publisher", "dct:contributor", "geodcatap:custodian", "geodcatap:originator", "dct:rightsHolder":
		return len(n.Get("foaf:name")) > 0
	}
	return true
}

// objects turns a field's values into objects of the form the definition names.
// A value that cannot be written in that form is left out.
func objects(f *schema.Field, values catalog.Fields) []rdfio.Object {
	list := values.Strings(f.Name)
	if s := values.String(f.Name); len(list) == 0 && s != "" {
		list = []string{s}
	}
	var out []rdfio.Object
	for _, s := range list {
		if o, ok := object(f, s); ok {
			out = append(out, o)
		}
	}
	return out
}

func object(f *schema.Field, s string) (rdfio.Object, bool) {
	iri := func(s string) (rdfio.Object, bool) {
		i, ok := rdfio.CleanIRI(s)
		return rdfio.IRI(i), ok
	}
	s = strings.TrimSpace(s)
	if s == "" {
		return rdfio.Object{}, false
	}
	switch f.RDF.As {
	case "iri":
		if f.Vocab != "" {
			c, ok := vocab.Lookup(f.Vocab, s)
			if ok {
				return rdfio.IRI(c.URI), true
			}
			if f.Vocab != "licence" { // a value outside of its list would be a violation
				return rdfio.Object{}, false
			}
		}
		o, ok := iri(s)
		if l, named := labelled[rdfio.Expand(f.RDF.Predicate)]; !ok && named {
			n := &rdfio.Node{Types: []string{rdfio.Expand(l.class)}}
			n.Add(l.by, rdfio.Text(s, "de"))
			return rdfio.Object{Node: n}, true
		}
		if ok && f.RDF.Class != "" && f.RDF.In == "" { // with In it is the class of the node around it
			o = rdfio.Object{Node: &rdfio.Node{IRI: o.IRI, Types: []string{rdfio.Expand(f.RDF.Class)}}}
		}
		return o, ok
	case "mailto":
		return iri("mailto:" + strings.TrimPrefix(s, "mailto:"))
	case "tel":
		return iri("tel:" + strings.Map(func(r rune) rune {
			if r >= '0' && r <= '9' || r == '+' || r == '-' {
				return r
			}
			return -1
		}, s))
	case "date":
		return dateLiteral(s)
	case "node":
		return iri(s)
	case "nonNegativeInteger":
		return rdfio.Typed(s, "xsd:nonNegativeInteger"), digits(s)
	case "decimal", "duration":
		return rdfio.Typed(s, "xsd:"+f.RDF.As), rdfio.WellFormed(s, rdfio.Expand("xsd:"+f.RDF.As))
	case "statement":
		if o, ok := iri(s); ok {
			return o, true
		}
		n := &rdfio.Node{Types: []string{rdfio.Expand(f.RDF.Class)}}
		n.Add("rdfs:label", rdfio.Text(s, "de"))
		return rdfio.Object{Node: n}, true
	case "geoliteral", "geometry":
		return geo(s), true
	case "filetype":
		c, ok := vocab.Lookup("file_type", s)
		return rdfio.IRI(c.URI), ok
	case "mediatype":
		return mediaType(s)
	case "literal":
		return rdfio.Object{Text: s}, true
	case "series": // written with what the series says of itself
		return rdfio.Object{}, false
	default:
		return rdfio.Text(s, "de"), true
	}
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// mediaType writes a media type as IANA's address, also that of a file type of the
// EU's list; parameters are cut off.
func mediaType(s string) (rdfio.Object, bool) {
	if _, rest, ok := strings.Cut(s, "www.iana.org/assignments/media-types/"); ok {
		s = rest
	}
	s, _, _ = strings.Cut(strings.ToLower(s), ";")
	s = strings.TrimSpace(s)
	if strings.Contains(s, "://") {
		c, ok := vocab.Lookup("file_type", s)
		if s = c.Attr["media_type"]; !ok || s == "" {
			return rdfio.Object{}, false
		}
	}
	kind, sub, ok := strings.Cut(s, "/")
	if !ok || kind == "" || sub == "" {
		return rdfio.Object{}, false
	}
	iri, ok := rdfio.CleanIRI(ianaBase + s)
	return rdfio.IRI(iri), ok
}

// dateLiteral keeps the precision a date has.
func dateLiteral(s string) (rdfio.Object, bool) {
	for _, d := range []struct{ layout, typ string }{{"2006", "xsd:gYear"}, {"2006-01", "xsd:gYearMonth"}, {time.DateOnly, "xsd:date"}, {time.RFC3339Nano, "xsd:dateTime"}} {
		if _, err := time.Parse(d.layout, s); err == nil {
			return rdfio.Typed(s, d.typ), true
		}
	}
	if t, err := time.Parse("2.1.2006", s); err == nil {
		return rdfio.Typed(t.Format(time.DateOnly), "xsd:date"), true
	}
	for _, layout := range []string{"2006-01-02T15:04:05.999999", "2006-01-02 15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			return moment(t), true
		}
	}
	return rdfio.Object{}, false
}

func moment(t time.Time) rdfio.Object {
	return rdfio.Typed(t.UTC().Format("2006-01-02T15:04:05Z"), "xsd:dateTime")
}

func addIRI(n *rdfio.Node, predicate, s string) {
	if iri, ok := rdfio.CleanIRI(s); ok {
		n.Add(predicate, rdfio.IRI(iri))
	}
}
