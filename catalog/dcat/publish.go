package dcat

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// Publish builds the node of an entry as it goes to harvesters: every rule of
// the profile is kept. A distribution that lacks what nobody may invent (its
// licence) is left out; a dataset that does so itself gives no node. The
// findings say what was held back, for its officer.
func (m *Mapper) Publish(e *catalog.Entry, orgs Lookup, profile Profile) (*rdfio.Node, []catalog.Finding) {
	n, findings := m.PublishLinked(e, orgs, profile)
	if n != nil {
		unlink(n, func(iri string) bool { return iri == n.IRI })
	}
	return n, findings
}

// PublishLinked is Publish with links to datasets of which only who writes the document
// knows whether they are in it.
func (m *Mapper) PublishLinked(e *catalog.Entry, orgs Lookup, profile Profile) (*rdfio.Node, []catalog.Finding) {
	n := m.Dataset(e, orgs, profile)
	findings := Mend(n, profile)
	findings = slices.DeleteFunc(findings, func(f catalog.Finding) bool { return f.Severity == catalog.SeverityInfo })
	rules := sets()[profile]
	for i := range n.Props {
		p := &n.Props[i]
		if p.Predicate != rdfio.Expand("dcat:distribution") && p.Predicate != rdfio.Expand("adms:sample") {
			continue
		}
		for _, o := range p.Objects {
			if o.Node != nil {
				findings = append(findings, usableServices(o.Node, rules)...)
			}
		}
		if p.Predicate != rdfio.Expand("dcat:distribution") {
			continue
		}
		p.Objects = slices.DeleteFunc(p.Objects, func(o rdfio.Object) bool {
			if o.Node == nil {
				return true
			}
			lacks := missing(o.Node, rules)
			for _, r := range lacks {
				findings = append(findings, held(o.Node.IRI, r))
			}
			return len(lacks) > 0
		})
	}
	n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
	if e.Fields.String("access_rights") == nonPublic && len(e.Parts) == 0 {
		// Only its description is public, and that on this portal alone.
		return nil, append(findings, catalog.Finding{Severity: catalog.SeverityInfo, Code: "held_back:description_only", Row: n.IRI,
			Message: catalog.DE("Nur die Beschreibung ist veröffentlicht; der Eintrag geht nicht an andere Portale.", "Only the description is published; the entry does not go to other portals.")})
	}
	lacks := missing(n, rules)
	for _, r := range lacks {
		findings = append(findings, held(n.IRI, r))
	}
	if len(lacks) > 0 {
		return nil, findings
	}
	return n, findings
}

// usableServices leaves out of a distribution the services that lack what nobody may
// invent; the distribution goes without them.
func usableServices(file *rdfio.Node, rules ruleSet) (out []catalog.Finding) {
	for i := range file.Props {
		p := &file.Props[i]
		if p.Predicate != rdfio.Expand("dcat:accessService") {
			continue
		}
		p.Objects = slices.DeleteFunc(slices.Clone(p.Objects), func(o rdfio.Object) bool {
			if o.Node == nil {
				return true
			}
			lacks := missing(o.Node, rules)
			for _, r := range lacks {
				f := held(cmp.Or(o.Node.IRI, file.IRI), r)
				f.Severity, f.Code = catalog.SeverityWarning, "left_out:"+r.name
				out = append(out, f)
			}
			return len(lacks) > 0
		})
	}
	file.Props = slices.DeleteFunc(file.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
	return out
}

const nonPublic = "http://publications.europa.eu/resource/authority/access-right/NON_PUBLIC"

// held reports why something does not go to harvesters.
func held(iri string, r *rule) catalog.Finding {
	f := r.finding("")
	f.Row, f.Severity, f.Code = iri, catalog.SeverityError, "held_back:"+r.name
	return f
}

// Once keeps what several datasets of one document share from being described
// twice where that would double: nodes without an address would, and a
// distribution with two checksums or sizes breaks a rule. Catalogues do describe
// one distribution in different words; the first counts.
type Once map[string]bool

// Link takes out of a node what was described before: of a thing with an address
// the parts without one. What else is said about it stays, so that the document
// says the same whatever comes first.
func (o Once) Link(n *rdfio.Node) {
	for i := range n.Props {
		for j, v := range n.Props[i].Objects {
			if v.Node == nil {
				continue
			}
			if file := fileMark(v.Node); file != "" {
				if o[file] {
					n.Props[i].Objects[j] = rdfio.IRI(v.Node.IRI)
					if len(v.Node.Types) > 1 { // what else it is here, a rule may ask for
						n.Props[i].Objects[j] = rdfio.Object{Node: &rdfio.Node{IRI: v.Node.IRI, Types: v.Node.Types}}
					}
					continue
				}
				o[file] = true
			}
			if v.Node.IRI != "" && hasBlank(v.Node) {
				if o[v.Node.IRI] {
					v.Node = withoutBlank(v.Node)
					n.Props[i].Objects[j] = v
				}
				o[v.Node.IRI] = true
			}
			o.Link(v.Node)
		}
	}
}

// fileMark is what Once remembers of a distribution with an address.
func fileMark(n *rdfio.Node) string {
	if n.IRI == "" || !slices.Contains(n.Types, rdfio.Expand("dcat:Distribution")) {
		return ""
	}
	return "distribution " + n.IRI
}

func withoutBlank(n *rdfio.Node) *rdfio.Node {
	c := &rdfio.Node{IRI: n.IRI, Types: n.Types}
	for _, p := range n.Props {
		for _, v := range p.Objects {
			if v.Node == nil || v.Node.IRI != "" {
				c.Add(p.Predicate, v)
			}
		}
	}
	return c
}

// Marks lists what Link would remember of a node.
func Marks(n *rdfio.Node) []string {
	var out []string
	for _, p := range n.Props {
		for _, v := range p.Objects {
			if v.Node == nil {
				continue
			}
			if file := fileMark(v.Node); file != "" && !slices.Contains(out, file) {
				out = append(out, file)
			}
			if v.Node.IRI != "" && hasBlank(v.Node) && !slices.Contains(out, v.Node.IRI) {
				out = append(out, v.Node.IRI)
			}
			out = append(out, Marks(v.Node)...)
		}
	}
	return out
}

// Fresh remembers marks and reports whether none was there before; else nothing
// changes and the node has to be linked.
func (o Once) Fresh(marks []string) bool {
	for _, m := range marks {
		if o[m] {
			return false
		}
	}
	for _, m := range marks {
		o[m] = true
	}
	return true
}

// WritePage is Write for the pages that harvesters read one after the other: what
// would end the whole run of CKAN's is written otherwise there.
func (o Once) WritePage(piece catalog.Fragment, holds func(iri string) bool, page rdfio.Writer) error {
	if !bytes.Contains(piece.Turtle, []byte("locn:geometry")) {
		return o.Write(piece, holds, page)
	}
	n, err := o.parsed(piece, o.Fresh(piece.Marks), holds)
	if err != nil {
		return err
	}
	harvestable(n)
	return page.Write(n)
}

// parsed is the node of a piece, as far as it was not described before.
func (o Once) parsed(piece catalog.Fragment, fresh bool, holds func(iri string) bool) (*rdfio.Node, error) {
	n, err := rdfio.ParseFragment(piece.Turtle)
	if err != nil {
		return nil, fmt.Errorf("dataset %s: %w", piece.Entry, err)
	}
	if !fresh {
		o.Link(n)
	}
	unlink(n, holds)
	return n, nil
}

// Write puts a kept piece into documents, as far as it was not described before; holds
// says which datasets these have.
func (o Once) Write(piece catalog.Fragment, holds func(iri string) bool, docs ...rdfio.Writer) error {
	fresh, whole := o.Fresh(piece.Marks), !linked(piece.Turtle)
	var n *rdfio.Node
	for _, w := range docs {
		if fresh && whole {
			if took, err := rdfio.Copy(w, piece.Turtle); took || err != nil {
				if err != nil {
					return err
				}
				continue
			}
		}
		if n == nil {
			var err error
			if n, err = o.parsed(piece, fresh, holds); err != nil {
				return err
			}
		}
		if err := w.Write(n); err != nil {
			return err
		}
	}
	return nil
}

func hasBlank(n *rdfio.Node) bool {
	return slices.ContainsFunc(n.Props, func(p rdfio.Prop) bool {
		return slices.ContainsFunc(p.Objects, func(v rdfio.Object) bool { return v.Node != nil && (v.Node.IRI == "" || hasBlank(v.Node)) })
	})
}
