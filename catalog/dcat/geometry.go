package dcat

import (
	"slices"

	"trio.example/catalog/rdfio"
)

// geoJSON is the datatype of GeoJSON that was usual before GeoSPARQL had one; CKAN's
// DCAT harvester knows no other.
const geoJSON = "https://www.iana.org/assignments/media-types/application/vnd.geo+json"

// olderGeometries writes places as 2.0 wants them. There locn:geometry must be a
// literal, in 3.0 a node, and CKAN's DCAT harvester stops at a node.
func olderGeometries(n *rdfio.Node) {
	for i := range n.Props {
		p := &n.Props[i]
		switch {
		case p.Predicate == rdfio.Expand("locn:geometry"):
			p.Objects = literals(p.Objects)
		case p.Predicate == rdfio.Expand("dcat:bbox"), p.Predicate == rdfio.Expand("dcat:centroid"):
			for j := range p.Objects {
				p.Objects[j] = olderLiteral(p.Objects[j])
			}
		default:
			for _, o := range p.Objects {
				if o.Node != nil {
					olderGeometries(o.Node)
				}
			}
		}
	}
	n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
}

// literals are the texts of geometries; one is allowed.
func literals(list []rdfio.Object) []rdfio.Object {
	for _, o := range list {
		if o.Node == nil && o.IRI == "" {
			return []rdfio.Object{olderLiteral(o)}
		}
		if o.Node == nil {
			continue // an address is no literal
		}
		for _, by := range []string{"gsp:asGeoJSON", "gsp:asWKT", "rdfs:label"} {
			for _, text := range o.Node.Get(by) {
				if text.Node == nil && text.IRI == "" {
					return []rdfio.Object{olderLiteral(text)}
				}
			}
		}
	}
	return nil
}

func olderLiteral(o rdfio.Object) rdfio.Object {
	if o.Datatype == rdfio.Expand("gsp:geoJSONLiteral") {
		o.Datatype = geoJSON
	}
	return o
}
