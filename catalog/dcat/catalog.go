package dcat

import (
	"time"

	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

// Info describes the catalogue as a whole.
type Info struct {
	Title, Description, Publisher string
	Modified                      time.Time
}

// Catalog builds the node of the catalogue; the IRIs of the page's datasets are
// linked from it.
func (m *Mapper) Catalog(info Info, datasets []string) *rdfio.Node {
	n := &rdfio.Node{IRI: m.site + "/", Types: []string{rdfio.Expand("dcat:Catalog")}}
	n.Add("dct:title", rdfio.Text(info.Title, "de"))
	n.Add("dct:description", rdfio.Text(info.Description, "de"))
	p := &rdfio.Node{IRI: m.site + "/#herausgeber", Types: []string{rdfio.Expand("foaf:Organization")}}
	p.Add("foaf:name", rdfio.Text(info.Publisher, "de"))
	p.Add("dct:type", rdfio.IRI(localAuth))
	n.Add("dct:publisher", rdfio.Object{Node: p})
	n.Add("foaf:homepage", rdfio.IRI(m.site+"/"))
	n.Add("dct:language", rdfio.IRI(authority+"language/DEU"))
	n.Add("dct:license", rdfio.IRI(licenceBase+"dl-zero-de/2.0"))
	n.Add("dcat:themeTaxonomy", rdfio.IRI(authority+"data-theme"))
	if !info.Modified.IsZero() {
		n.Add("dct:modified", moment(info.Modified))
	}
	for _, c := range vocab.Cities() {
		n.Add("dct:spatial", rdfio.Object{Node: &rdfio.Node{IRI: c.Place, Types: []string{rdfio.Expand("dct:Location")}}})
	}
	for _, iri := range datasets {
		n.Add("dcat:dataset", rdfio.IRI(iri))
	}
	return n
}
