package dcat

import (
	"cmp"
	"slices"
	"strings"

	"trio.example/catalog/rdfio"
)

// maxDepth bounds how far a description is followed from its dataset.
const maxDepth = 8

// forest cuts the descriptions of resources out of a graph.
type forest struct {
	g *rdfio.Graph
	// roots are described on their own and only linked from elsewhere.
	roots map[rdfio.Term]bool
	// collections are datasets of 2.0 that are series in 3.0.
	collections map[rdfio.Term]bool
	// used are the statements that a description took.
	used map[rdfio.Term]bool
}

func newForest(g *rdfio.Graph) *forest {
	f := &forest{g: g, roots: map[rdfio.Term]bool{}, used: map[rdfio.Term]bool{}}
	for _, class := range []string{"dcat:Dataset", "dcat:Catalog", "dcat:CatalogRecord", "dcat:DatasetSeries"} {
		for _, s := range g.OfType(class) {
			f.roots[s] = true
		}
	}
	return f
}

// left is a statement that a description does not hold.
type left struct {
	subject, predicate string
	object             rdfio.Term
}

// String writes the statement for a report, on one line.
func (l left) String() string {
	return strings.Join([]string{l.subject, rdfio.Compact(l.predicate), clip(l.object.Value)}, " ")
}

// tree describes a node: what its class knows, with the nodes it points to.
// Statements that the profile does not know come back beside it.
func (f *forest) tree(s rdfio.Term, path []rdfio.Term) (*rdfio.Node, []left) {
	return f.described(s, "", path)
}

// described is tree for what a property leads to: its range says what a node without
// a class is.
func (f *forest) described(s rdfio.Term, by string, path []rdfio.Term) (*rdfio.Node, []left) {
	f.used[s] = true
	n := &rdfio.Node{}
	if s.IsIRI() {
		n.IRI = s.Value
	}
	for _, t := range f.g.Objects(s, rdfio.Type) {
		if t.IsIRI() {
			n.Types = append(n.Types, t.Value)
		}
	}
	if f.collections[s] {
		n.Types = []string{rdfio.Expand("dcat:DatasetSeries")}
	}
	slices.Sort(n.Types)
	class := cmp.Or(classOf(n.Types), ranges[by].class)
	var aside []left
	name := cmp.Or(n.IRI, "_:")
	for _, p := range f.g.Predicates(s) {
		if p == rdfio.Type || p == rdfio.Expand("foaf:isPrimaryTopicOf") && f.recorded(s, p) {
			continue
		}
		objects := slices.Clone(f.g.Objects(s, p))
		slices.SortFunc(objects, compareTerms)
		for _, o := range objects {
			if f.collections[s] && p == rdfio.Expand("dct:type") {
				continue // its class says so
			}
			if !knows(class, p) {
				aside = append(aside, left{name, p, o})
				continue
			}
			value, more, ok := f.object(p, o, append(path, s))
			aside = append(aside, more...)
			if !ok {
				aside = append(aside, left{name, p, o})
				continue
			}
			n.Add(p, value)
		}
	}
	return n, aside
}

// recorded reports that a property only repeats what catalogue records say.
func (f *forest) recorded(s rdfio.Term, p string) bool {
	for _, o := range f.g.Objects(s, p) {
		if !slices.Contains(f.g.Objects(o, rdfio.Expand("foaf:primaryTopic")), s) {
			return false
		}
	}
	return true
}

// knows reports whether a class has a property. A node without a class that the
// profile knows keeps everything.
// What RDF/XML cannot write is known to no profile.
func knows(class, p string) bool {
	if _, _, ok := rdfio.SplitName(modern(p)); !ok {
		return false
	}
	set := knownSets()[class]
	return set == nil || set[p] || set[modern(p)]
}

func (f *forest) object(p string, o rdfio.Term, path []rdfio.Term) (rdfio.Object, []left, bool) {
	switch {
	case o.IsLiteral():
		return rdfio.Object{Text: o.Value, Lang: o.Lang, Datatype: o.Datatype}, nil, true
	case slices.Contains(path, o), len(path) >= maxDepth:
		return rdfio.IRI(o.Value), nil, o.IsIRI()
	case len(f.g.Predicates(o)) == 0:
		return rdfio.IRI(o.Value), nil, o.IsIRI()
	case f.roots[o] && (p != inSeries || len(path) > 1 || !f.isSeries(o)): // its series is described with the dataset itself
		if o.IsIRI() && (p == rdfio.Expand("dct:source") || p == rdfio.Expand("dcat:hasVersion")) {
			// Another dataset of this document: the feed will describe it.
			return rdfio.IRI(o.Value), nil, true
		}
		return rdfio.IRI(o.Value), nil, o.IsIRI()
	case o.IsIRI() && f.concept(o):
		return rdfio.IRI(o.Value), nil, true // the vocabulary describes it
	}
	n, aside := f.described(o, p, path)
	return rdfio.Object{Node: n}, aside, true
}

// isSeries reports series that are nothing else.
func (f *forest) isSeries(s rdfio.Term) bool {
	types := f.g.Objects(s, rdfio.Type)
	is := func(class string) bool {
		return slices.Contains(types, rdfio.Term{Kind: 'i', Value: rdfio.Expand(class)})
	}
	return (f.collections[s] || is("dcat:DatasetSeries")) && !is("dcat:Catalog")
}

// concept reports entries of vocabularies that a document describes itself.
func (f *forest) concept(o rdfio.Term) bool {
	for _, t := range f.g.Objects(o, rdfio.Type) {
		switch rdfio.Compact(t.Value) {
		case "skos:Concept", "skos:ConceptScheme", "spdx:ChecksumAlgorithm":
			return true
		}
	}
	return strings.HasPrefix(o.Value, authority) && !strings.HasPrefix(o.Value, authority+"place/")
}

func compareTerms(a, b rdfio.Term) int {
	return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Value, b.Value), cmp.Compare(a.Lang, b.Lang), cmp.Compare(a.Datatype, b.Datatype))
}
