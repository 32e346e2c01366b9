package rdfio

import (
	"iter"
	"maps"
	"slices"
	"strconv"
)

// Term is a node or value in a graph.
type Term struct {
	Kind           byte // 'i' IRI, 'b' blank node, 'l' literal
	Value          string
	Lang, Datatype string
}

// IsIRI reports an IRI.
func (t Term) IsIRI() bool { return t.Kind == 'i' }

// IsLiteral reports a literal.
func (t Term) IsLiteral() bool { return t.Kind == 'l' }

// Graph is a set of triples, indexed by subject.
type Graph struct {
	subjects []Term
	triples  map[Term]map[string][]Term
	seen     map[triple]struct{} // of predicates with many values
	count    int
	blank    int
}

type triple struct {
	s Term
	p string
	o Term
}

// NewGraph makes an empty graph.
func NewGraph() *Graph {
	return &Graph{triples: map[Term]map[string][]Term{}, seen: map[triple]struct{}{}}
}

// Len returns the number of triples.
func (g *Graph) Len() int { return g.count }

// few is how many values of a predicate are looked through for one that is there
// already; beyond that they are kept in a table, which costs more memory than they.
const few = 16

// Add puts a triple in; one that is there already changes nothing.
func (g *Graph) Add(s Term, predicate string, o Term) {
	m := g.triples[s]
	switch list := m[predicate]; {
	case len(list) < few:
		if slices.Contains(list, o) {
			return
		}
	default:
		if len(list) == few {
			for _, old := range list {
				g.seen[triple{s, predicate, old}] = struct{}{}
			}
		}
		key := triple{s, predicate, o}
		if _, known := g.seen[key]; known {
			return
		}
		g.seen[key] = struct{}{}
	}
	g.count++
	if m == nil {
		m = map[string][]Term{}
		g.triples[s] = m
		g.subjects = append(g.subjects, s)
	}
	m[predicate] = append(m[predicate], o)
}

// Objects returns the values of a predicate, named with prefix or as IRI.
func (g *Graph) Objects(s Term, predicate string) []Term { return g.triples[s][Expand(predicate)] }

// OfType lists the subjects of a class in the order they appeared.
func (g *Graph) OfType(class string) []Term {
	want := Term{Kind: 'i', Value: Expand(class)}
	var out []Term
	for _, s := range g.subjects {
		if slices.Contains(g.triples[s][Type], want) {
			out = append(out, s)
		}
	}
	return out
}

// AddNode puts a tree of nodes in and returns its root.
func (g *Graph) AddNode(n *Node) Term {
	s := Term{Kind: 'i', Value: encodeIRI(n.IRI)}
	if n.IRI == "" {
		g.blank++
		s = Term{Kind: 'b', Value: "n" + strconv.Itoa(g.blank)}
	}
	for _, t := range n.Types {
		g.Add(s, Type, Term{Kind: 'i', Value: t})
	}
	for _, p := range n.Props {
		for _, o := range p.Objects {
			switch {
			case o.Node != nil:
				g.Add(s, p.Predicate, g.AddNode(o.Node))
			case o.IRI != "":
				g.Add(s, p.Predicate, Term{Kind: 'i', Value: encodeIRI(o.IRI)})
			default:
				g.Add(s, p.Predicate, Term{Kind: 'l', Value: clean(o.Text), Lang: o.lang(), Datatype: o.datatype()})
			}
		}
	}
	return s
}

// Subjects lists all subjects in the order they appeared.
func (g *Graph) Subjects() []Term { return g.subjects }

// Predicates lists a subject's predicates (IRIs), sorted.
func (g *Graph) Predicates(s Term) []string { return slices.Sorted(maps.Keys(g.triples[s])) }

// All walks over the triples, subjects in the order they appeared.
func (g *Graph) All() iter.Seq2[Term, Statement] {
	return func(yield func(Term, Statement) bool) {
		for _, s := range g.subjects {
			for _, p := range g.Predicates(s) {
				for _, o := range g.triples[s][p] {
					if !yield(s, Statement{p, o}) {
						return
					}
				}
			}
		}
	}
}

// Statement is what is said about a subject.
type Statement struct {
	Predicate string // IRI
	Object    Term
}

// List returns the members of an RDF list; one that runs in a circle ends.
func (g *Graph) List(head Term) []Term {
	var out []Term
	for seen := map[Term]bool{}; !seen[head]; {
		seen[head] = true
		out = append(out, g.Objects(head, "rdf:first")...)
		rest := g.Objects(head, "rdf:rest")
		if len(rest) == 0 {
			break
		}
		head = rest[0]
	}
	return out
}

// Merge adds the triples of another document; its blank nodes stay apart.
func (g *Graph) Merge(other *Graph) {
	names := map[string]string{}
	own := func(t Term) Term {
		if t.Kind != 'b' {
			return t
		}
		name := names[t.Value]
		if name == "" {
			g.blank++
			name = "m" + strconv.Itoa(g.blank)
			names[t.Value] = name
		}
		t.Value = name
		return t
	}
	for s, what := range other.All() {
		g.Add(own(s), what.Predicate, own(what.Object))
	}
}
