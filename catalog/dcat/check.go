package dcat

import (
	"fmt"
	"maps"
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
	return Check(g)
}

// Check applies the rules of DCAT-AP.de 3.0 (SHACL shapes of GovData and
// SEMIC) to a graph. An error is what the shapes call a violation, a warning
// what they call a warning; Row names the node.
func Check(g *rdfio.Graph) []catalog.Finding {
	c := &checker{g: g}
	for _, class := range slices.Sorted(maps.Keys(shapes)) { // the same report every time
		for _, s := range g.OfType(class) {
			rules := shapes[class]
			for i := range rules {
				c.rule(s, &rules[i])
			}
		}
	}
	for _, s := range g.OfType("dcat:Dataset") {
		if !s.IsIRI() || !strings.HasPrefix(s.Value, "http") {
			c.fault(s, catalog.SeverityError, "dataset_iri", "Ein Datensatz hat keine feste Adresse (http oder https).", "A dataset has no stable http(s) IRI.", "Eine dauerhafte Adresse vergeben.")
		}
	}
	for _, s := range g.OfType("dcat:Distribution") {
		c.attribution(s)
	}
	for _, class := range []string{"vcard:Kind", "vcard:Organization", "vcard:Individual"} {
		for _, s := range g.OfType(class) {
			if len(g.Objects(s, "vcard:hasEmail"))+len(g.Objects(s, "vcard:hasURL"))+len(g.Objects(s, "vcard:hasTelephone")) == 0 {
				c.fault(s, catalog.SeverityError, "contact_unreachable", "Der Kontakt nennt weder E-Mail noch Webseite noch Telefon.", "The contact has neither e-mail nor page nor telephone.", "Ein Funktionspostfach eintragen.")
			}
		}
	}
	for _, s := range g.OfType("dct:PeriodOfTime") {
		if len(g.Objects(s, "dcat:startDate"))+len(g.Objects(s, "dcat:endDate"))+len(g.Objects(s, "http://www.w3.org/2006/time#hasBeginning"))+len(g.Objects(s, "http://www.w3.org/2006/time#hasEnd")) == 0 {
			c.fault(s, catalog.SeverityError, "period_empty", "Der Zeitraum nennt weder Anfang noch Ende.", "The period has neither start nor end.", "Anfang oder Ende eintragen.")
		}
	}
	return c.out
}

type checker struct {
	g   *rdfio.Graph
	out []catalog.Finding
}

func (c *checker) fault(s rdfio.Term, sev catalog.Severity, code, de, en, remedy string) {
	c.out = append(c.out, catalog.Finding{Severity: sev, Code: code, Row: s.Value, Message: catalog.DE(de, en), Remedy: catalog.DE(remedy, "")})
}

// rule checks number and kind of a property's values.
func (c *checker) rule(s rdfio.Term, r *rule) {
	values := c.g.Objects(s, r.path)
	field := r.path
	add := func(sev catalog.Severity, code, de, en, remedy string) {
		c.fault(s, sev, code+":"+field, de, en, remedy)
		c.out[len(c.out)-1].Field = field
	}
	if r.deprecated && len(values) > 0 {
		add(catalog.SeverityWarning, "deprecated", fmt.Sprintf("%s (%s) ist in DCAT-AP.de 3.0 veraltet.", r.label, field), field+" is deprecated in DCAT-AP.de 3.0.", "Die Angabe weglassen oder durch ihren Nachfolger ersetzen.")
		return
	}
	if len(values) < r.min {
		add(catalog.SeverityError, "missing", fmt.Sprintf("%s (%s) fehlt.", r.label, field), field+" is missing.", r.label+" ergänzen.")
	}
	if r.max > 0 && len(values) > r.max {
		add(catalog.SeverityError, "too_many", fmt.Sprintf("%s (%s) darf höchstens %d-mal vorkommen.", r.label, field, r.max), fmt.Sprintf("%s may occur at most %d times.", field, r.max), "Überzählige Angaben entfernen.")
	}
	for _, v := range values {
		if !r.fits(v) {
			add(catalog.SeverityError, "kind", fmt.Sprintf("%s (%s) hat die falsche Form: erwartet wird %s.", r.label, field, kindNames[r.kind]), field+" has the wrong kind of value.", "Die Angabe in der erwarteten Form eintragen.")
			continue
		}
		if r.vocab != "" && v.IsIRI() && !inList(r.vocab, v.Value) {
			sev := catalog.SeverityError
			if r.soft {
				sev = catalog.SeverityWarning
			}
			add(sev, "vocabulary", fmt.Sprintf("%s (%s): %s steht nicht in der vorgesehenen Liste.", r.label, field, v.Value), field+": value is not in its controlled vocabulary.", "Einen Wert der Liste wählen.")
		}
	}
}

// inList compares to the letter: GovData does too.
func inList(list, iri string) bool {
	if list == "media_type" {
		return strings.HasPrefix(iri, "https://www.iana.org/assignments/media-types/") || strings.HasPrefix(iri, "http://www.iana.org/assignments/media-types/")
	}
	if list == "licence" && !strings.Contains(iri, "dcat-ap.de/") {
		return false
	}
	c, ok := vocab.Lookup(list, iri)
	return ok && c.URI == iri
}

// attribution is rule K35 of the conventions handbook.
func (c *checker) attribution(s rdfio.Term) {
	for _, l := range c.g.Objects(s, "dct:license") {
		if v, ok := vocab.Lookup("licence", l.Value); ok && v.Is("attribution") && len(c.g.Objects(s, "dcatde:licenseAttributionByText")) == 0 {
			c.fault(s, catalog.SeverityWarning, "attribution_missing", "Die Lizenz verlangt einen Quellenvermerk, es steht keiner da.", "The licence asks for an attribution text; there is none.", "Den Quellenvermerk eintragen.")
		}
	}
}
