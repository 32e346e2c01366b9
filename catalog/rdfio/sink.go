package rdfio

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"github.com/tggo/goRDFlib/store"
	"github.com/tggo/goRDFlib/term"
)

// sink is the store that parsers write into. It goes straight into our graph: the
// library's own keeps every statement in three indexes, which costs more memory
// than all the rest. Where too much comes, or nobody waits any more, it ends the
// parser, which has no other way to be told.
type sink struct {
	store.Store // what parsers do not ask for
	g           *Graph
	lim         Limits
	ctx         context.Context //nolint:containedctx // of one call of parse
	n           int
	inverses    bool // predicates may have the mark of fromN3
}

// stopped is what the sink panics with.
type stopped struct{ err error }

// Add takes a statement.
func (s *sink) Add(t term.Triple, _ term.Term) {
	const often = 1024
	if s.n++; s.n%often == 0 && s.ctx.Err() != nil {
		panic(stopped{s.ctx.Err()})
	}
	subject, predicate, object := convert(t.Subject), t.Predicate.Value(), convert(t.Object)
	if s.inverses {
		if p, ok := strings.CutPrefix(predicate, inverse); ok {
			subject, predicate, object = object, p, subject
			if subject.IsLiteral() {
				panic(stopped{invalid(fmt.Sprintf("Über einen Text lässt sich nichts aussagen: %.200q ist in N3 das, wovon %.200s gesagt wird.", subject.Value, Compact(p)))})
			}
		}
	}
	if err := take(s.g, s.lim, subject, predicate, object); err != nil {
		panic(stopped{err})
	}
}

// AddN takes several.
func (s *sink) AddN(quads []term.Quad) {
	for _, q := range quads {
		s.Add(q.Triple, q.Graph)
	}
}

// Bind takes a prefix, which nobody needs.
func (*sink) Bind(string, term.URIRef) {}

// Namespaces are none: prefixes that a document does not declare are unknown.
func (*sink) Namespaces() store.NamespaceIterator {
	return iter.Seq2[string, term.URIRef](func(func(string, term.URIRef) bool) {})
}

// Namespace finds none.
func (*sink) Namespace(string) (ns term.URIRef, ok bool) { return ns, false }

// Prefix finds none.
func (*sink) Prefix(term.URIRef) (string, bool) { return "", false }
