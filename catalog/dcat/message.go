package dcat

import (
	"cmp"
	"fmt"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/vocab"
)

// place is how a node is reached: its subject and the predicate.
type place struct {
	from rdfio.Term
	by   string
}

// add puts a finding in and says where: the node's address, or the way to it
// from the nearest node that has one.
func (c *checker) add(s rdfio.Term, f catalog.Finding) {
	if c.places == nil {
		c.places = map[rdfio.Term]place{}
		for from, what := range c.g.All() {
			if !what.Object.IsLiteral() {
				if _, known := c.places[what.Object]; !known && what.Object != from {
					c.places[what.Object] = place{from, what.Predicate}
				}
			}
		}
	}
	const depth = 8
	way := ""
	for range depth {
		if s.IsIRI() {
			way = s.Value + way
			break
		}
		p, known := c.places[s]
		if !known {
			break
		}
		way = " → " + rdfio.Compact(p.by) + way
		s = p.from
	}
	f.Row = cmp.Or(strings.TrimPrefix(way, " → "), "_:"+s.Value)
	c.out = append(c.out, f)
}

// fault reports a broken rule at a node.
func (c *checker) fault(s rdfio.Term, r *rule, value string) { c.add(s, r.finding(value)) }

// finding says in words which rule a value breaks, with what to do.
func (r *rule) finding(value string) catalog.Finding {
	l := labels()[r.name]
	de, en := cmp.Or(l.de, r.name), cmp.Or(l.en, r.name)
	short := clip(value)
	f := catalog.Finding{Severity: r.severity, Field: r.name, Code: r.check + ":" + r.name}
	say := func(code, mde, men, rde, ren string) {
		f.Code = code + ":" + r.name
		f.Message = catalog.DE(fmt.Sprintf("%s (%s) %s", de, r.name, mde), fmt.Sprintf("%s (%s) %s", en, r.name, men))
		if rde == "" && l.example != "" {
			rde, ren = "So geht es richtig: "+l.example, "A good value: "+l.example
		}
		f.Remedy = catalog.DE(cmp.Or(rde, "Die Angabe berichtigen."), cmp.Or(ren, "Mend the value."))
	}
	example := func(de, en string) (string, string) {
		if l.example == "" {
			return de, en
		}
		return strings.TrimSuffix(de, ".") + ", zum Beispiel: " + l.example, strings.TrimSuffix(en, ".") + ", for example: " + l.example
	}
	switch {
	case r.check == "min":
		rde, ren := example("Ergänzen.", "Add it.")
		say("missing", "fehlt.", "is missing.", rde, ren)
	case r.check == "max" && r.count == 0, r.check == "not_pattern":
		rde, ren := "Die Angabe weglassen.", "Leave it out."
		if l.successor != "" {
			rde, ren = "Stattdessen "+l.successor+" verwenden.", "Use "+l.successor+" instead."
		}
		say("deprecated", "ist in dieser Form veraltet.", "is deprecated in this form.", rde, ren)
	case r.check == "max":
		say("too_many", fmt.Sprintf("darf höchstens %d-mal vorkommen.", r.count), fmt.Sprintf("may occur at most %d times.", r.count), "Überzählige Angaben entfernen.", "Remove the surplus values.")
	case r.check == "kind" && r.value == "Literal":
		say("kind", "muss ein Text sein und keine Adresse (IRI): "+short, "must be a literal, not an IRI: "+short, "", "")
	case r.check == "kind":
		say("kind", "muss eine Adresse (IRI) oder ein Objekt sein und kein Text: "+short, "must be an IRI or a node, not a literal: "+short, "", "")
	case r.check == "class", r.check == "iri_or_class":
		say("class", fmt.Sprintf("verweist auf %s; das ist nicht als %s beschrieben.", short, classes(r.list)), fmt.Sprintf("points to %s, which is not described as %s.", short, classes(r.list)),
			"Das Ziel mit rdf:type "+classes(r.list)+" beschreiben oder den Verweis entfernen.", "Describe the target with rdf:type "+classes(r.list)+" or remove the reference.")
	case r.check == "datatype":
		say("datatype", fmt.Sprintf("„%s“ hat nicht den Datentyp %s.", short, classes(r.list)), fmt.Sprintf("%q does not have the datatype %s.", short, classes(r.list)), "", "")
	default: // pattern, scheme
		rde, ren := "", ""
		if hint := inList(r.list, value); hint != "" {
			rde, ren = "So geht es richtig: "+hint, "Write it as: "+hint
		}
		say("vocabulary", fmt.Sprintf("„%s“ steht nicht in der vorgesehenen Liste.", short), fmt.Sprintf("%q is not in its controlled vocabulary.", short), rde, ren)
	}
	return f
}

// inList finds the member of a list that a value means.
func inList(schemes []string, value string) string {
	for _, i := range vocab.Infos() {
		for _, s := range schemes {
			if s == i.Scheme {
				if c, ok := vocab.Lookup(i.Name, value); ok {
					return c.URI
				}
			}
		}
	}
	return ""
}

func classes(list []string) string {
	names := make([]string, len(list))
	for i, c := range list {
		names[i] = rdfio.Compact(c)
	}
	return strings.Join(names, ", ")
}

// clip shortens a value for a message.
func clip(s string) string {
	const most = 120
	r := []rune(strings.Join(strings.Fields(s), " "))
	if len(r) > most {
		return string(r[:most]) + "…"
	}
	return string(r)
}
