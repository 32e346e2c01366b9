package dcat

import (
	"bytes"
	"slices"
	"strings"

	"trio.example/catalog/rdfio"
)

// linking are the properties whose targets must be datasets of the same document. What
// is in which document is known only when it is written, so they are kept until then.
var linking = []string{"dct:source", "dcat:hasVersion", "dcat:servesDataset"}

// link reports a link from a dataset or service to what may be a dataset.
func link(class, p string, o rdfio.Object) bool {
	return isLinking(p) && o.Node == nil && strings.HasPrefix(o.IRI, "http") && (class == rdfio.Expand("dcat:Dataset") || class == rdfio.Expand("dcat:DataService"))
}

func isLinking(p string) bool { return slices.Contains(linking, rdfio.Compact(p)) }

// unlink takes out the links to datasets that a document does not hold.
func unlink(n *rdfio.Node, holds func(iri string) bool) {
	eachNode(n, func(n *rdfio.Node) {
		class := classOf(n.Types)
		for i := range n.Props {
			p := &n.Props[i]
			if isLinking(p.Predicate) {
				p.Objects = slices.DeleteFunc(slices.Clone(p.Objects), func(o rdfio.Object) bool { return link(class, p.Predicate, o) && !holds(o.IRI) })
			}
		}
		n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
	})
}

// linked reports pieces with such links.
func linked(turtle []byte) bool {
	return slices.ContainsFunc(linking, func(p string) bool { return bytes.Contains(turtle, []byte(p+" <")) })
}
