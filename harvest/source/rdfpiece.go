package source

import (
	"bytes"
	"strconv"
	"strings"

	"trio.example/catalog/rdfio"
)

// maxPiece bounds the statements about one dataset that are kept as its source.
const maxPiece = 2000

// piece writes what a graph says of a dataset, of its distributions and of the
// nodes without an address that they point to.
func piece(g *rdfio.Graph, iri string) []byte {
	var b bytes.Buffer
	statements := 0
	done := map[rdfio.Term]bool{}
	labels := map[rdfio.Term]string{}
	label := func(t rdfio.Term) string {
		if t.IsIRI() {
			return "<" + t.Value + ">"
		}
		if labels[t] == "" {
			labels[t] = "_:b" + strconv.Itoa(len(labels))
		}
		return labels[t]
	}
	var walk func(s rdfio.Term)
	walk = func(s rdfio.Term) {
		if done[s] {
			return
		}
		done[s] = true
		var next []rdfio.Term
		for _, p := range g.Predicates(s) {
			for _, o := range g.Objects(s, p) {
				if statements++; statements > maxPiece {
					return
				}
				b.WriteString(label(s) + " <" + p + "> ")
				switch {
				case !o.IsLiteral():
					b.WriteString(label(o))
					if !o.IsIRI() || rdfio.Compact(p) == "dcat:distribution" {
						next = append(next, o)
					}
				default:
					b.WriteString(literal(o))
				}
				b.WriteString(" .\n")
			}
		}
		for _, o := range next {
			walk(o)
		}
	}
	walk(rdfio.Term{Kind: 'i', Value: iri})
	return b.Bytes()
}

var literalEscape = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

func literal(t rdfio.Term) string {
	s := `"` + literalEscape.Replace(t.Value) + `"`
	switch {
	case t.Lang != "":
		return s + "@" + t.Lang
	case t.Datatype != "":
		return s + "^^<" + t.Datatype + ">"
	}
	return s
}
