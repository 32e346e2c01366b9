package dcat

import (
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

// CheckNode checks one dataset as it would be written.
func CheckNode(n *rdfio.Node) []catalog.Finding {
	g := rdfio.NewGraph()
	g.AddNode(n)
	return Check(g, Profile3)
}

// Check applies the rules of a profile to a graph. An error is what the shapes
// call a violation, a warning what they call a warning; Row names the node, and
// for one without an address the way to it. Rules that GovData has beside the
// shapes (an address for each dataset, the attribution K35) only warn, so that
// the verdict is that of the official validation. The same graph gives the same
// report every time.
func Check(g *rdfio.Graph, profile Profile) []catalog.Finding {
	c := &checker{g: g, rules: sets()[profile], classes: map[rdfio.Term][]string{}}
	for _, s := range g.Subjects() {
		if profile == ProfileHVD && !c.inScope(s) {
			continue
		}
		for _, class := range c.types(s) {
			for _, r := range c.rules[class] {
				c.apply(s, r)
			}
		}
		for _, p := range g.Predicates(s) {
			for _, r := range c.rules["^"+p] {
				c.apply(s, r)
			}
		}
		if profile != ProfileHVD {
			c.habits(s)
		}
	}
	return c.out
}

type checker struct {
	g       *rdfio.Graph
	rules   ruleSet
	classes map[rdfio.Term][]string
	places  map[rdfio.Term]place
	scope   map[rdfio.Term]bool
	out     []catalog.Finding
}

// types returns the classes of a node with their superclasses, each once. What
// the document itself says about subclasses counts, as it does in SHACL.
func (c *checker) types(s rdfio.Term) []string {
	if t, known := c.classes[s]; known {
		return t
	}
	var out []string
	var add func(class string)
	add = func(class string) {
		if slices.Contains(out, class) {
			return
		}
		out = append(out, class)
		if sup := superclass[class]; sup != "" {
			add(sup)
		}
		for _, sup := range c.g.Objects(rdfio.Term{Kind: 'i', Value: class}, "rdfs:subClassOf") {
			add(sup.Value)
		}
	}
	for _, t := range c.g.Objects(s, rdfio.Type) {
		add(t.Value)
	}
	if strings.HasPrefix(s.Value, spdxAlgorithm) {
		out = append(out, rdfio.Expand("spdx:ChecksumAlgorithm"))
	}
	c.classes[s] = out
	return out
}

const spdxAlgorithm = "http://spdx.org/rdf/terms#checksumAlgorithm_"

func (c *checker) is(s rdfio.Term, classes []string) bool {
	return slices.ContainsFunc(c.types(s), func(t string) bool { return slices.Contains(classes, t) })
}

func (c *checker) apply(s rdfio.Term, r *rule) {
	var values []rdfio.Term
	for _, p := range r.path {
		values = append(values, c.g.Objects(s, p)...)
	}
	switch r.check {
	case "min":
		if len(values) < r.count {
			c.fault(s, r, "")
		}
	case "max":
		if len(values) > r.count {
			c.fault(s, r, "")
		}
	default:
		for _, v := range values {
			if !c.fits(v, r) {
				c.fault(s, r, named(v))
			}
		}
	}
}

// named is a value as a report shows it; the parser's name of a blank node says
// nothing to anybody.
func named(v rdfio.Term) string {
	if v.Kind == 'b' {
		return "[…]"
	}
	return v.Value
}

// fits reports whether a value keeps a rule about single values.
func (c *checker) fits(v rdfio.Term, r *rule) bool {
	switch r.check {
	case "kind":
		switch r.value {
		case "Literal":
			return v.IsLiteral()
		case "IRI":
			return v.IsIRI()
		default:
			return !v.IsLiteral()
		}
	case "class":
		return !v.IsLiteral() && c.is(v, r.list)
	case "iri_or_class":
		return v.IsIRI() || !v.IsLiteral() && c.is(v, r.list)
	case "datatype":
		return v.IsLiteral() && v.Lang == "" && slices.Contains(r.list, v.Datatype) && rdfio.WellFormed(v.Value, v.Datatype)
	case "pattern":
		return v.Kind != 'b' && r.pattern.MatchString(v.Value)
	case "not_pattern":
		return v.Kind == 'b' || !strings.Contains(v.Value, r.value)
	case "scheme":
		return slices.ContainsFunc(r.list, func(scheme string) bool {
			return v.IsIRI() && vocab.InScheme(scheme, v.Value) ||
				!v.IsLiteral() && slices.Contains(c.g.Objects(v, "skos:inScheme"), rdfio.Term{Kind: 'i', Value: scheme})
		})
	}
	return true
}

// habits are rules of GovData's harvester and of the conventions handbook that
// the shapes do not hold.
func (c *checker) habits(s rdfio.Term) {
	classes := c.types(s)
	if slices.Contains(classes, rdfio.Expand("dcat:Dataset")) && (!s.IsIRI() || !strings.HasPrefix(s.Value, "http")) {
		c.add(s, catalog.Finding{
			Severity: catalog.SeverityWarning, Code: "dataset_iri",
			Message: catalog.DE("Der Datensatz hat keine feste Adresse (http oder https).", "The dataset has no stable http(s) IRI."),
			Remedy:  catalog.DE("Eine dauerhafte Adresse vergeben: Ohne sie hält GovData ihn jede Nacht für einen neuen.", "Give it a permanent address: without one GovData takes it for a new one every night."),
		})
	}
	if !slices.Contains(classes, rdfio.Expand("dcat:Distribution")) {
		return
	}
	for _, l := range c.g.Objects(s, "dct:license") {
		if v, ok := vocab.Lookup("licence", l.Value); ok && v.Is("attribution") && len(c.g.Objects(s, "dcatde:licenseAttributionByText")) == 0 {
			c.add(s, catalog.Finding{
				Severity: catalog.SeverityWarning, Code: "attribution_missing", Field: "dcatde:licenseAttributionByText",
				Message: catalog.DE("Die Lizenz verlangt einen Quellenvermerk, es steht keiner da.", "The licence asks for an attribution text; there is none."),
				Remedy:  catalog.DE("Den Quellenvermerk eintragen, zum Beispiel „Landeshauptstadt München“.", "Enter the attribution, for example “Landeshauptstadt München”."),
			})
		}
	}
}

var hvdLaw = rdfio.Term{Kind: 'i', Value: "http://data.europa.eu/eli/reg_impl/2023/138/oj"}

// inScope reports whether a node belongs to what claims to be of high value:
// what states the regulation, and everything reachable from it short of other
// datasets.
func (c *checker) inScope(s rdfio.Term) bool {
	if c.scope == nil {
		c.scope = map[rdfio.Term]bool{}
		datasets := map[rdfio.Term]bool{}
		for _, d := range c.g.OfType("dcat:Dataset") {
			datasets[d] = true
		}
		var walk []rdfio.Term
		for _, n := range c.g.Subjects() {
			if slices.Contains(c.g.Objects(n, "dcatap:applicableLegislation"), hvdLaw) {
				walk = append(walk, n)
			}
		}
		for len(walk) > 0 {
			n := walk[len(walk)-1]
			walk = walk[:len(walk)-1]
			if c.scope[n] {
				continue
			}
			c.scope[n] = true
			for _, p := range c.g.Predicates(n) {
				for _, o := range c.g.Objects(n, p) {
					if !o.IsLiteral() && !datasets[o] {
						walk = append(walk, o)
					}
				}
			}
		}
	}
	return c.scope[s]
}
