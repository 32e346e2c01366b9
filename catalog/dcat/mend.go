package dcat

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// Mend brings a tree into the form that the profile demands without inventing
// facts: it writes values as the vocabularies do, turns texts into the nodes or
// addresses they stand for, and takes out what no rule allows. The report says
// what became of each value. What is left keeps every rule of the profile,
// except that mandatory properties of the root may still be missing: Complete
// reports that.
func Mend(n *rdfio.Node, profile Profile) []catalog.Finding {
	findings, _ := mend(n, profile)
	return findings
}

// mend also returns what was taken out.
func mend(n *rdfio.Node, profile Profile) ([]catalog.Finding, []left) {
	m := &mender{rules: sets()[profile], profile: profile, at: n.IRI}
	if slices.Contains(n.Types, rdfio.Expand("dcat:Dataset")) {
		m.root = n.IRI
	}
	if profile == Profile2 {
		olderGeometries(n)
	}
	m.node(n)
	return m.out, m.left
}

// Complete reports whether a node has every property its class demands.
func Complete(n *rdfio.Node, profile Profile) bool {
	return len(missing(n, sets()[profile])) == 0
}

func missing(n *rdfio.Node, rules ruleSet) []*rule {
	var out []*rule
	for _, class := range classesOf(n) {
		for _, r := range rules[class] {
			if r.check != "min" || r.severity != catalog.SeverityError {
				continue
			}
			count := 0
			for _, p := range r.path {
				count += len(n.Get(p))
			}
			if count < r.count {
				out = append(out, r)
			}
		}
	}
	return out
}

// classesOf lists the classes of a node with their superclasses.
func classesOf(n *rdfio.Node) []string {
	var out []string
	for _, t := range n.Types {
		for c := t; c != "" && !slices.Contains(out, c); c = superclass[c] {
			out = append(out, c)
		}
	}
	return out
}

type mender struct {
	rules   ruleSet
	profile Profile
	at      string   // IRI of the node that has one, for the report
	root    string   // IRI of the dataset that is mended
	way     []string // properties from the root to the node that is being mended
	out     []catalog.Finding
	left    []left // what was taken out
}

// repaired reports a value that was written otherwise.
func (m *mender) repaired(p, from, to string) {
	name := rdfio.Compact(p)
	m.out = append(m.out, catalog.Finding{Severity: catalog.SeverityInfo, Code: "repaired:" + name, Field: name, Row: m.at,
		Message: catalog.DE(fmt.Sprintf("%s: „%s“ wurde als „%s“ übernommen.", name, clip(from), clip(to)), fmt.Sprintf("%s: %q was taken over as %q.", name, clip(from), clip(to)))})
}

// aside reports a value that was taken out.
func (m *mender) aside(p string, o rdfio.Object, de, en string) {
	name := rdfio.Compact(p)
	m.left = append(m.left, left{cmp.Or(m.at, "_:"), p, rdfio.Term{Kind: 'l', Value: valueOf(o)}})
	m.out = append(m.out, catalog.Finding{Severity: catalog.SeverityWarning, Code: "aside:" + name, Field: name, Row: m.at,
		Message: catalog.DE(fmt.Sprintf("%s: „%s“ %s", name, clip(valueOf(o)), de), fmt.Sprintf("%s: %q %s", name, clip(valueOf(o)), en)),
		Remedy:  catalog.DE("Die Angabe in der Quelle berichtigen.", "Mend the value at its source.")})
}

// older reports a value that only an older version of the profile knows; it is
// kept in its field and written when that version is asked for.
func (m *mender) older(p string, o rdfio.Object) {
	name := rdfio.Compact(p)
	m.out = append(m.out, catalog.Finding{Severity: catalog.SeverityInfo, Code: "older:" + name, Field: name, Row: m.at,
		Message: catalog.DE(fmt.Sprintf("%s: „%s“ gehört zum Profil 2.0; die Angabe bleibt erhalten und steht nur dort.", name, clip(valueOf(o))),
			fmt.Sprintf("%s: %q belongs to profile 2.0; it is kept and written there only.", name, clip(valueOf(o))))})
}

func valueOf(o rdfio.Object) string {
	switch {
	case o.Node != nil && o.Node.IRI != "":
		return o.Node.IRI
	case o.Node != nil:
		for _, p := range o.Node.Props {
			for _, v := range p.Objects {
				if v.Node == nil {
					return rdfio.Compact(p.Predicate) + " " + valueOf(v)
				}
			}
		}
		return "[…]"
	case o.IRI != "":
		return o.IRI
	}
	return o.Text
}

func (m *mender) node(n *rdfio.Node) {
	class := classOf(n.Types)
	if m.profile != Profile2 {
		placed(n)
	}
	props, old := n.Props, outdated(n)
	n.Props = nil
	for _, p := range props {
		if old[p.Predicate] {
			for _, o := range p.Objects {
				m.aside(p.Predicate, o, "steht auch im neueren Namensraum; nur der zählt.", "is also there in the newer namespace; only that counts.")
			}
			continue
		}
		name := p.Predicate
		if m.profile == Profile3 {
			name = modern(name)
		}
		for _, o := range p.Objects {
			if fixed, ok := m.object(class, name, o); ok && !slices.ContainsFunc(n.Get(name), func(x rdfio.Object) bool { return same(x, fixed) }) {
				n.Add(name, fixed)
			}
		}
	}
	for i := range n.Props {
		n.Props[i].Objects = lean(n.Props[i].Objects)
	}
	m.reachable(n, class)
	m.limit(n)
}

// reachable takes the address to download a file for the one to reach it at, where
// a source states only that.
func (m *mender) reachable(n *rdfio.Node, class string) {
	file := n.Get("dcat:downloadURL")
	if class != rdfio.Expand("dcat:Distribution") || len(file) == 0 || len(n.Get("dcat:accessURL")) > 0 {
		return
	}
	n.Add("dcat:accessURL", slices.Clone(file)...)
	const name = "dcat:accessURL"
	m.out = append(m.out, catalog.Finding{Severity: catalog.SeverityInfo, Code: "repaired:" + name, Field: name, Row: m.at,
		Message: catalog.DE(fmt.Sprintf("%s fehlt; „%s“ (dcat:downloadURL) gilt auch als Zugangsadresse.", name, clip(valueOf(file[0]))), fmt.Sprintf("%s is missing; %q (dcat:downloadURL) is taken for it too.", name, clip(valueOf(file[0]))))})
}

func same(a, b rdfio.Object) bool { return a.Node == nil && b.Node == nil && a == b }

// lean leaves one of the nodes without an address that say the same: two say no more,
// and what several pages describe comes with as many.
func lean(objects []rdfio.Object) []rdfio.Object {
	blank := func(o rdfio.Object) bool { return o.Node != nil && o.Node.IRI == "" }
	if i := slices.IndexFunc(objects, blank); i < 0 || !slices.ContainsFunc(objects[i+1:], blank) {
		return objects
	}
	seen := map[string]bool{}
	return slices.DeleteFunc(objects, func(o rdfio.Object) bool {
		if !blank(o) {
			return false
		}
		key := canonical(o)
		double := seen[key]
		seen[key] = true
		return double
	})
}

// limit takes out surplus values and what 3.0 calls deprecated.
func (m *mender) limit(n *rdfio.Node) {
	drop := func(r *rule) {
		for _, path := range r.path {
			for i := range n.Props {
				if p := &n.Props[i]; p.Predicate == path && len(p.Objects) > r.count {
					best(p.Objects)
					for _, o := range p.Objects[r.count:] {
						if r.count == 0 && slices.Contains(old2, rdfio.Compact(path)) {
							m.older(path, o)
							continue
						}
						m.aside(path, o, "ist überzählig und wurde nicht übernommen.", "is surplus and was not taken over.")
					}
					p.Objects = p.Objects[:r.count]
				}
			}
		}
		n.Props = slices.DeleteFunc(n.Props, func(p rdfio.Prop) bool { return len(p.Objects) == 0 })
	}
	mergeGeometries(n)
	for _, class := range classesOf(n) {
		for _, r := range m.rules[class] {
			if r.check == "max" && len(r.path) == 1 {
				drop(r)
			}
		}
	}
	for _, p := range slices.Clone(n.Props) {
		for _, r := range m.rules["^"+p.Predicate] {
			if r.check == "max" {
				drop(r)
			}
		}
	}
}

// best puts the value to be kept first: German, then without language.
func best(list []rdfio.Object) {
	slices.SortStableFunc(list, func(a, b rdfio.Object) int {
		rank := func(o rdfio.Object) int {
			switch {
			case strings.HasPrefix(strings.ToLower(o.Lang), "de"):
				return 0
			case o.Lang == "":
				return 1
			}
			return 2
		}
		return rank(a) - rank(b)
	})
}

// object brings one value into the form its property demands, or says no.
func (m *mender) object(class, p string, o rdfio.Object) (rdfio.Object, bool) {
	original := o
	if o.Node == nil && o.IRI != "" {
		if iri, ok := rdfio.CleanIRI(o.IRI); ok {
			o.IRI = iri
		} else {
			o = rdfio.Object{Text: o.IRI} // a word in the place of an address
		}
	}
	if o.Node != nil && o.Node.IRI != "" {
		if iri, ok := rdfio.CleanIRI(o.Node.IRI); ok {
			o.Node.IRI = iri
		} else {
			o.Node.IRI = "" // what is said about it stays
		}
	}
	o, ok := reform(p, o, m.literalOnly(class, p))
	if !ok && link(class, p, o) {
		return o, true
	}
	if !ok {
		m.aside(p, original, "hat nicht die Form, die das Profil verlangt.", "does not have the form that the profile demands.")
		return o, false
	}
	if o.Node != nil {
		if ok := m.inner(p, o.Node); !ok {
			m.aside(p, original, "ist unvollständig beschrieben.", "is described incompletely.")
			return o, false
		}
	}
	for _, c := range append([]string{class}, superOf(class)...) {
		for _, r := range listsFirst(m.rules[c], p) {
			if o, ok = m.rule(r, p, o); !ok {
				m.aside(p, original, "steht nicht in der Liste oder hat nicht den Datentyp, den das Profil verlangt.", "is not in the list or does not have the datatype that the profile demands.")
				return o, false
			}
		}
	}
	if o, ok = sound(o); !ok {
		m.aside(p, original, "ist kein Datum.", "is no date.")
		return o, false
	}
	for _, r := range m.rules["^"+p] {
		if r.check == "not_pattern" && strings.Contains(valueOf(o), r.value) {
			m.aside(p, original, "ist veraltet.", "is deprecated.")
			return o, false
		}
	}
	if valueOf(o) != valueOf(original) && (o.Node == nil || original.Node != nil || o.Node.IRI != "") {
		m.repaired(p, valueOf(original), valueOf(o))
	}
	return o, true
}

// listsFirst selects the rules about a property, those that name a list first: a
// word becomes the address that the others ask for.
func listsFirst(rules []*rule, p string) []*rule {
	var first, rest []*rule
	for _, r := range rules {
		switch {
		case !slices.Contains(r.path, p):
		case r.check == "scheme":
			first = append(first, r)
		default:
			rest = append(rest, r)
		}
	}
	return append(first, rest...)
}

func superOf(class string) []string {
	if class == rdfio.Expand("dcat:DatasetSeries") {
		return []string{rdfio.Expand("dcat:Dataset")} // to DCAT; the shapes do not say so
	}
	if s := superclass[class]; s != "" {
		return []string{s}
	}
	return nil
}

func (m *mender) wants(class, p, kind string) bool {
	return slices.ContainsFunc(m.rules[class], func(r *rule) bool { return r.check == "kind" && r.value == kind && slices.Contains(r.path, p) })
}

func (m *mender) literalOnly(class, p string) bool {
	if m.wants(class, p, "Literal") {
		return true
	}
	switch rdfio.Compact(p) {
	case "skos:prefLabel", "rdfs:label", "skos:notation", "locn:geographicName", "vcard:fn": // words, wherever they stand
		return true
	}
	return slices.ContainsFunc(m.rules[class], func(r *rule) bool { return r.check == "datatype" && slices.Contains(r.path, p) })
}

// inner mends a nested node and gives it the class its property asks for.
func (m *mender) inner(p string, n *rdfio.Node) bool {
	classes := classesOf(n)
	ofRecord := p == rdfio.Expand("dct:source") && slices.Contains(classes, rdfio.Expand("dcat:CatalogRecord"))
	geometry := p == rdfio.Expand("gsp:hasGeometry") && len(classes) > 0 // of any of GeoSPARQL's classes
	if want := ranges[p]; want.class != "" && !slices.Contains(classes, want.class) && !ofRecord && !geometry {
		if want.class == rdfio.Expand("dcat:Dataset") {
			return false // the target is no dataset of this document
		}
		n.Types = append(n.Types, want.class)
	}
	file := len(m.way) == 0 && p == rdfio.Expand("dcat:distribution")
	service := len(m.way) == 1 && p == rdfio.Expand("dcat:accessService") && (m.way[0] == rdfio.Expand("dcat:distribution") || m.way[0] == rdfio.Expand("adms:sample"))
	at := m.at
	if file && n.IRI != "" {
		m.at = n.IRI
	}
	m.way = append(m.way, p)
	m.node(n)
	m.way = m.way[:len(m.way)-1]
	m.at = at
	// What files and their services lack is filled from the dataset, or they are held
	// back when it is published.
	return file || service || len(missing(n, m.rules)) == 0
}
