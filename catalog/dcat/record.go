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

// RecordIRI names this catalogue's record about an entry.
func (m *Mapper) RecordIRI(id string) string { return m.site + "/dataset/" + id + "#eintrag" }

// record builds this catalogue's own record about an entry: since when it is
// here, when it was changed here, and which record it was taken over from. It
// hangs at the entry's node by foaf:isPrimaryTopicOf, so that whoever cuts the
// entry out of a page has it too; the catalogue links it by dcat:record.
func (m *Mapper) record(e *catalog.Entry, iri string) *rdfio.Node {
	n := &rdfio.Node{IRI: m.RecordIRI(e.ID), Types: []string{rdfio.Expand("dcat:CatalogRecord")}}
	n.Add("foaf:primaryTopic", topic(iri))
	n.Add("dct:issued", moment(e.Created))
	n.Add("dct:modified", moment(e.Modified))
	if list, ok := e.Fields[records].([]any); ok {
		for _, o := range unpack(list) {
			if o.Node != nil && o.Node.IRI != "" && len(n.Get("dct:source")) == 0 { // the profile allows one
				n.Add("dct:source", o)
			}
		}
	}
	return n
}

// topic points to what a record is about. The profile wants it to be called a
// resource, whatever else it is.
func topic(iri string) rdfio.Object {
	return rdfio.Object{Node: &rdfio.Node{IRI: iri, Types: []string{rdfio.Expand("dcat:Resource")}}}
}

// recordsOf reads the records a document has about each resource.
func (m *Mapper) recordsOf(f *forest) map[string][]rdfio.Object {
	out := map[string][]rdfio.Object{}
	for _, s := range f.g.OfType("dcat:CatalogRecord") {
		if strings.HasPrefix(s.Value, m.site+"/") {
			continue // our own, on its way back
		}
		for _, t := range f.g.Objects(s, rdfio.Expand("foaf:primaryTopic")) {
			if list := out[t.Value]; t.IsIRI() && len(list) < maxRecords {
				n, _ := f.tree(s, nil)
				set(n, rdfio.Expand("foaf:primaryTopic"), []rdfio.Object{topic(t.Value)})
				Mend(n, Profile3)
				n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
				out[t.Value] = append(list, rdfio.Object{Node: n})
			}
		}
	}
	return out
}
