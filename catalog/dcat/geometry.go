package dcat

import (
	"slices"

	"trio.example/catalog/rdfio"
)

// geoJSON is the datatype of GeoJSON that was usual before GeoSPARQL had one; CKAN's
// DCAT harvester knows no other.
const geoJSON = "https://www.iana.org/assignments/media-types/application/vnd.geo+json"

func isLiteral(o rdfio.Object) bool { return o.Node == nil && o.IRI == "" }

// placed writes geometries that are given as texts in a way that the rules of 3.0 allow
// and CKAN's DCAT harvester survives. The rules want a node at locn:geometry, and that
// harvester gives up a whole catalogue at the first one. So a point becomes the centroid
// and a rectangle the bounding box, which say the same; of everything else they say the
// extent, and the geometry itself goes where GeoSPARQL has it.
func placed(n *rdfio.Node) {
	var texts []rdfio.Object
	for _, predicate := range []string{"locn:geometry", "gsp:hasGeometry"} {
		list := n.Get(predicate)
		if !slices.ContainsFunc(list, isLiteral) {
			continue
		}
		var rest []rdfio.Object
		for _, o := range list {
			switch {
			case !isLiteral(o):
				rest = append(rest, o)
			case o.Text != "":
				texts = append(texts, geo(o.Text))
			}
		}
		set(n, rdfio.Expand(predicate), rest)
	}
	n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
	if len(texts) == 0 || surrounded(n, texts) {
		return
	}
	g := &rdfio.Node{Types: []string{rdfio.Expand("gsp:Geometry")}}
	for _, o := range texts {
		by := "rdfs:label" // words in the place of a geometry
		switch o.Datatype {
		case geoJSON:
			by, o.Datatype = "gsp:asGeoJSON", rdfio.Expand("gsp:geoJSONLiteral")
		case rdfio.Expand("gsp:wktLiteral"):
			by = "gsp:asWKT"
		}
		if len(g.Get(by)) > 0 { // another geometry, not another notation
			n.Add("gsp:hasGeometry", rdfio.Object{Node: g})
			g = &rdfio.Node{Types: g.Types}
		}
		g.Add(by, o)
	}
	n.Add("gsp:hasGeometry", rdfio.Object{Node: g})
}

// surrounded adds the point or rectangle of geometries, if none is stated, and reports
// that these now say all.
func surrounded(n *rdfio.Node, texts []rdfio.Object) bool {
	i := max(0, slices.IndexFunc(texts, func(o rdfio.Object) bool { return o.Datatype == geoJSON }))
	s, ok := shapeOf(texts[i].Text)
	if !ok || !s.global() {
		return false
	}
	by := "dcat:bbox"
	if s.point() {
		by = "dcat:centroid"
	}
	said := texts[i]
	if !s.exact {
		said = geo(s.around())
	}
	if len(n.Get(by)) == 0 {
		n.Add(by, said)
	}
	return len(texts) == 1 && n.Get(by)[0] == said && s.exact
}

// harvestable puts the nodes that a source has at locn:geometry where CKAN's DCAT
// harvester does not stumble over them.
func harvestable(n *rdfio.Node) {
	eachNode(n, func(n *rdfio.Node) {
		nodes := n.Get("locn:geometry")
		n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return p.Predicate == rdfio.Expand("locn:geometry") })
		for _, o := range nodes {
			if o.Node != nil {
				o.Node.Types = renameType(o.Node.Types)
				if texts := geometryTexts(o.Node); len(texts) > 0 {
					surrounded(n, texts)
				}
			}
			n.Add("gsp:hasGeometry", o)
		}
	})
}

func renameType(types []string) []string {
	out := slices.Clone(types)
	for i, t := range out {
		if t == rdfio.Expand("locn:Geometry") {
			out[i] = rdfio.Expand("gsp:Geometry")
		}
	}
	return out
}

// notations are how a node states its geometry; the last is words in its place.
var notations = []string{"gsp:asGeoJSON", "gsp:asWKT", "rdfs:label"}

func stated(n *rdfio.Node, notations []string) (out []string) {
	for _, by := range notations {
		for _, o := range n.Get(by) {
			if isLiteral(o) && o.Text != "" {
				out = append(out, o.Text)
			}
		}
	}
	return out
}

// geometryTexts are the notations in which a node states its geometry.
func geometryTexts(n *rdfio.Node) (out []rdfio.Object) {
	for _, text := range stated(n, notations) {
		out = append(out, geo(text))
	}
	return out
}

// geometryOf finds what a description of a place says of where it is: its geometry, else
// its rectangle or its middle.
func geometryOf(place *rdfio.Node) string {
	for _, o := range slices.Concat(place.Get("locn:geometry"), place.Get("gsp:hasGeometry"), []rdfio.Object{{Node: place}}) {
		if isLiteral(o) {
			return o.Text
		}
		if o.Node == nil {
			continue
		}
		by := notations
		if o.Node == place { // its label is its name
			by = by[:2]
		}
		if texts := stated(o.Node, by); len(texts) > 0 {
			return texts[0]
		}
	}
	for _, by := range []string{"dcat:bbox", "dcat:centroid"} {
		for _, o := range place.Get(by) {
			if _, ok := shapeOf(o.Text); ok {
				return o.Text
			}
		}
	}
	return ""
}

// soundGeometry makes a plain text of what is said to be WKT and is none; some readers
// break off at half a geometry.
func soundGeometry(o rdfio.Object) rdfio.Object {
	if o.Datatype != rdfio.Expand("gsp:wktLiteral") {
		return o
	}
	if _, ok := shapeOf(o.Text); !ok {
		o.Datatype = ""
	}
	return o
}

// olderGeometries writes places as 2.0 wants them: there locn:geometry must be a
// literal.
func olderGeometries(n *rdfio.Node) {
	if list := n.Get("gsp:hasGeometry"); len(list) > 0 && len(n.Get("locn:geometry")) == 0 {
		n.Add("locn:geometry", list...)
	}
	for i := range n.Props {
		p := &n.Props[i]
		switch {
		case p.Predicate == rdfio.Expand("gsp:hasGeometry"):
			p.Objects = nil
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
		if isLiteral(o) {
			return []rdfio.Object{olderLiteral(o)}
		}
		if o.Node == nil {
			continue // an address is no literal
		}
		if texts := geometryTexts(o.Node); len(texts) > 0 {
			return texts[:1]
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
