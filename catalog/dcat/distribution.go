package dcat

import (
	"cmp"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

// distribution builds the node of one distribution. Of one from another
// catalogue nothing is stated that its catalogue does not say, but the licence
// and attribution of its dataset.
func (m *Mapper) distribution(e *catalog.Entry, i int, publisher *catalog.Entry, profile Profile) *rdfio.Node {
	p := e.Parts[i]
	n := &rdfio.Node{IRI: m.iri(p.Fields, m.site+"/dataset/"+e.ID+"/resource/"+p.ID), Types: []string{rdfio.Expand("dcat:Distribution")}}
	if file := p.FileURL(m.site, e.ID); file != "" {
		p.Fields = p.Fields.Clone()
		p.Fields.Set("url", file)
		p.Fields.Set("download_url", file)
	} else if access := p.Fields.String("access_url"); access != "" { // ckanext-dcat: url is the download
		p.Fields = p.Fields.Clone()
		p.Fields.Set("url", access)
	}
	def := m.defs.Of(catalog.TypeDataset).Parts
	m.fields(n, def, p.Fields, profile)
	checksum(n, p.Fields)
	recall(def, p.Fields, n)
	m.services(n, p.Fields, publisher)
	m.licence(n, e, p.Fields, publisher)
	if e.Fields.String("uri") != "" {
		return n
	}
	if len(n.Get("dct:title")) == 0 {
		n.Add("dct:title", rdfio.Text(title(e), "de"))
	}
	if len(n.Get("dcat:mediaType")) == 0 {
		if c, ok := vocab.Lookup("file_type", p.Fields.String("format")); ok && c.Attr["media_type"] != "" {
			if o, ok := mediaType(c.Attr["media_type"]); ok {
				n.Add("dcat:mediaType", o)
			}
		}
	}
	return n
}

// services writes ckanext-dcat's access_services: a list of objects, or its JSON.
func (m *Mapper) services(n *rdfio.Node, fields catalog.Fields, publisher *catalog.Entry) {
	if len(n.Get("dcat:accessService")) > 0 {
		return
	}
	for _, s := range objectsOf(fields["access_services"]) {
		v := catalog.Fields(s)
		d := &rdfio.Node{Types: []string{rdfio.Expand("dcat:DataService")}}
		if iri, ok := rdfio.CleanIRI(v.String("uri")); ok && !strings.HasPrefix(iri, m.site+"/") {
			d.IRI = iri
		}
		if t := v.String("title"); t != "" {
			d.Add("dct:title", rdfio.Text(t, "de"))
		}
		if t := v.String("description"); t != "" {
			d.Add("dct:description", rdfio.Text(t, "de"))
		}
		for _, u := range v.Strings("endpoint_url") {
			addIRI(d, "dcat:endpointURL", u)
		}
		for _, u := range v.Strings("serves_dataset") {
			addIRI(d, "dcat:servesDataset", u)
		}
		for _, p := range []struct{ key, predicate string }{
			{"endpoint_description", "dcat:endpointDescription"}, {"availability", "dcatap:availability"}, {"license", "dct:license"}, {"access_rights", "dct:accessRights"}, {"format", "dct:format"}, {"landing_page", "dcat:landingPage"},
		} {
			addConcepts(d, p.predicate, v.Strings(p.key)) // lists too, as ckanext-dcat reads them
		}
		if t := v.String("licenseAttributionByText"); t != "" {
			d.Add("dcatde:licenseAttributionByText", rdfio.Text(t, "de"))
		}
		for _, k := range v.Strings("keyword") {
			d.Add("dcat:keyword", rdfio.Text(k, "de"))
		}
		m.serviceMore(d, v)
		if publisher != nil && len(d.Get("dct:publisher")) == 0 {
			d.Add("dct:publisher", rdfio.Object{Node: m.agent(publisher)})
		}
		n.Add("dcat:accessService", rdfio.Object{Node: d})
	}
}

// addConcepts adds addresses; words of the property's list are understood too.
func addConcepts(d *rdfio.Node, predicate string, texts []string) {
	for _, text := range texts {
		if c, ok := vocab.Lookup(cmp.Or(listedIn[predicate], "-"), text); ok {
			text = c.URI
		}
		addIRI(d, predicate, text)
	}
}

// serviceMore writes what ckanext-dcat's full schema has of a service beside the usual:
// lists, and who answers for it.
func (m *Mapper) serviceMore(d *rdfio.Node, v catalog.Fields) {
	for _, p := range []struct{ key, predicate string }{
		{"language", "dct:language"}, {"theme", "dcat:theme"}, {"conforms_to", "dct:conformsTo"}, {"applicable_legislation", "dcatap:applicableLegislation"}, {"hvd_category", "dcatap:hvdCategory"}, {"documentation", "foaf:page"},
	} {
		addConcepts(d, p.predicate, v.Strings(p.key))
	}
	if s := v.String("identifier"); s != "" {
		d.Add("dct:identifier", rdfio.Object{Text: s})
	}
	if o, ok := dateLiteral(v.String("modified")); ok {
		d.Add("dct:modified", o)
	}
	for _, s := range v.Strings("rights") {
		o := rdfio.Object{Node: &rdfio.Node{Types: []string{rdfio.Expand("dct:RightsStatement")}}}
		if iri, ok := rdfio.CleanIRI(s); ok {
			o = rdfio.IRI(iri)
		} else {
			o.Node.Add("rdfs:label", rdfio.Text(s, "de"))
		}
		d.Add("dct:rights", o)
	}
	for i := range Groups {
		g := &Groups[i]
		if g.Key == "publisher" || g.Key == "creator" || g.Key == "contact" {
			for _, item := range objectsOf(v[g.Key]) {
				if n := m.grouped(g, item); n != nil && complete(g.Predicate, n) {
					d.Add(g.Predicate, rdfio.Object{Node: n})
				}
			}
		}
	}
}

// serviced gives services that are described with a distribution the publisher of its
// dataset, if they state none: 2.0 has none there, 3.0 demands one.
func serviced(file *rdfio.Node, publisher []rdfio.Object) {
	for _, o := range file.Get("dcat:accessService") {
		if o.Node != nil && len(o.Node.Get("dct:publisher")) == 0 {
			o.Node.Add("dct:publisher", publisher...)
		}
	}
}

// objectsOf reads a list of objects that may come as JSON text.
func objectsOf(v any) []map[string]any {
	if s, ok := v.(string); ok {
		var f catalog.Fields
		if f.UnmarshalJSON([]byte(`{"v":`+s+`}`)) != nil {
			return nil
		}
		v = f["v"]
	}
	return catalog.Fields{"v": v}.Maps("v")
}

func title(e *catalog.Entry) string {
	if t := e.Fields.String("title"); t != "" {
		return t
	}
	return e.Name
}

// licence sets exactly one licence: the distribution's own, else the dataset's.
// A licence that wants the source named gets the text stated, else the name of
// the publisher, which is what the licence asks for at least (conventions K35).
func (m *Mapper) licence(n *rdfio.Node, e *catalog.Entry, fields catalog.Fields, publisher *catalog.Entry) {
	if len(n.Get("dct:license")) == 0 {
		if c, ok := vocab.Lookup("licence", e.Fields.String("license_id")); ok {
			n.Add("dct:license", rdfio.IRI(c.URI))
		}
	}
	l := n.Get("dct:license")
	if len(l) == 0 {
		return
	}
	c, ok := vocab.Lookup("licence", l[0].IRI)
	if ok && c.Is("attribution") && len(n.Get("dcatde:licenseAttributionByText")) == 0 {
		name := e.Fields.String("author")
		if publisher != nil {
			name = cmp.Or(publisher.Fields.String("title"), publisher.Name)
		}
		if name != "" {
			n.Add("dcatde:licenseAttributionByText", rdfio.Text(name, "de"))
		}
	}
}

// checksum writes a hash of a known algorithm.
func checksum(n *rdfio.Node, fields catalog.Fields) {
	value := strings.ToLower(fields.String("hash"))
	by := fields.String("hash_algorithm")
	if by == "" {
		by = map[int]string{32: "md5", 40: "sha1", 64: "sha256", 128: "sha512"}[len(value)]
	}
	known := map[string]int{"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
	name, ok := algorithm(rdfio.Object{Text: by}) // a name, or an address of SPDX or GovData
	if !ok || known[strings.TrimPrefix(name.IRI, spdxAlgorithm)] != len(value) || value == "" || strings.Trim(value, "0123456789abcdef") != "" {
		return
	}
	c := &rdfio.Node{Types: []string{rdfio.Expand("spdx:Checksum")}}
	c.Add("spdx:algorithm", name)
	c.Add("spdx:checksumValue", rdfio.Typed(value, "xsd:hexBinary"))
	n.Add("spdx:checksum", rdfio.Object{Node: c})
}
