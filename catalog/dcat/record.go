package dcat

import (
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// records is the field in which a dataset holds the dcat:CatalogRecords that its
// own catalogue had about it.
const records = "rdf_records"

// maxRecords bounds the records of one resource that are kept.
const maxRecords = 10

// RecordIRI names this catalogue's record about an entry that was made here.
func (m *Mapper) RecordIRI(id string) string { return m.site + "/dataset/" + id + "#eintrag" }

// recordOf links the records about an entry from its node, by
// foaf:isPrimaryTopicOf, so that whoever cuts the entry out of a page has them
// too. What was made here gets a record of this catalogue; what comes from
// another one keeps that one's records, as it keeps all it said.
func (m *Mapper) recordOf(n *rdfio.Node, e *catalog.Entry) {
	if e.Fields.String("uri") != "" {
		if list, ok := e.Fields[records].([]any); ok {
			n.Add("foaf:isPrimaryTopicOf", unpack(list)...)
		}
		return
	}
	r := &rdfio.Node{IRI: m.RecordIRI(e.ID), Types: []string{rdfio.Expand("dcat:CatalogRecord")}}
	r.Add("foaf:primaryTopic", topic(n.IRI))
	r.Add("dct:issued", moment(e.Created))
	r.Add("dct:modified", moment(e.Modified))
	n.Add("foaf:isPrimaryTopicOf", rdfio.Object{Node: r})
}

// topic points to what a record is about. The profile wants it to be called a
// resource, whatever else it is.
func topic(iri string) rdfio.Object {
	return rdfio.Object{Node: &rdfio.Node{IRI: iri, Types: []string{rdfio.Expand("dcat:Resource")}}}
}

// recorded is what a document has of records about a resource, with what they say
// that the profile does not know.
type recorded struct {
	records []rdfio.Object
	aside   []left
}

// recordsOf reads the records a document has about each resource. What they are
// about is still to be read.
func (m *Mapper) recordsOf(f *forest) map[string]*recorded {
	out := map[string]*recorded{}
	used := f.used
	f.used = map[rdfio.Term]bool{}
	defer func() { f.used = used }()
	for _, s := range f.g.OfType("dcat:CatalogRecord") {
		if strings.HasPrefix(s.Value, m.site+"/") {
			continue // our own, on its way back
		}
		used[s] = true
		about := f.g.Objects(s, rdfio.Expand("foaf:primaryTopic"))
		n, aside := f.tree(s, nil)
		set(n, rdfio.Expand("foaf:primaryTopic"), nil)
		_, mended := mend(n, Profile3)
		aside = append(aside, mended...)
		if len(about) > 1 { // the profile has one
			for _, t := range about[1:] {
				aside = append(aside, left{s.Value, rdfio.Expand("foaf:primaryTopic"), t})
			}
			about = about[:1]
		}
		n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
		for _, t := range about {
			if !t.IsIRI() {
				continue
			}
			found := out[t.Value]
			if found == nil {
				found = &recorded{}
				out[t.Value] = found
			}
			if found.aside = append(found.aside, aside...); len(found.records) < maxRecords {
				one := *n
				one.Props = slices.Clone(n.Props)
				set(&one, rdfio.Expand("foaf:primaryTopic"), []rdfio.Object{topic(t.Value)})
				found.records = append(found.records, rdfio.Object{Node: &one})
			}
		}
	}
	return out
}
