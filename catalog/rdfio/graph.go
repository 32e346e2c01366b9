package rdfio

import (
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
	seen     map[triple]struct{}
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
func (g *Graph) Len() int { return len(g.seen) }

// Add puts a triple in; one that is there already changes nothing.
func (g *Graph) Add(s Term, predicate string, o Term) {
	key := triple{s, predicate, o}
	if _, known := g.seen[key]; known {
		return
	}
	g.seen[key] = struct{}{}
	m := g.triples[s]
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
