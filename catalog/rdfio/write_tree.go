package rdfio

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
)

// rdfxmlWriter writes nested typed nodes, the form GovData's harvester reads.
type rdfxmlWriter struct {
	w    *bufio.Writer
	kept Kept
}

func (x *rdfxmlWriter) Write(n *Node) error { return x.node(n, "  ") }

func (x *rdfxmlWriter) node(n *Node, indent string) error {
	element := "rdf:Description"
	rest := n.Types
	if len(n.Types) > 0 {
		if prefix, local, ok := compact(n.Types[0]); ok {
			element, rest = prefix+":"+local, n.Types[1:]
		}
	}
	x.put(indent, "<", element)
	if n.IRI != "" {
		x.put(" rdf:about=\"", escapeXML(encodeIRI(n.IRI)), "\"")
	}
	x.put(">\n")
	for _, t := range rest {
		x.put(indent, "  <rdf:type rdf:resource=\"", escapeXML(encodeIRI(t)), "\"/>\n")
	}
	for _, p := range n.Props {
		name, declared := "", ""
		if prefix, local, ok := compact(p.Predicate); ok {
			name = prefix + ":" + local
		} else if ns, local, ok := SplitName(p.Predicate); ok {
			name, declared = "x:"+local, " xmlns:x=\""+escapeXML(ns)+"\""
		} else {
			return fmt.Errorf("predicate %q cannot be written as RDF/XML", p.Predicate)
		}
		for _, o := range p.Objects {
			if err := x.property(name, declared, o, indent+"  "); err != nil {
				return err
			}
		}
	}
	x.put(indent, "</", element)
	_, err := x.w.WriteString(">\n")
	return err
}

// put writes pieces one behind the other, without joining them first.
func (x *rdfxmlWriter) put(pieces ...string) {
	for _, p := range pieces {
		x.w.WriteString(p)
	}
}

func (x *rdfxmlWriter) property(name, declared string, o Object, indent string) error {
	switch {
	case o.Node != nil:
		x.put(indent, "<", name, declared, ">\n")
		if err := x.node(o.Node, indent+"  "); err != nil {
			return err
		}
		x.put(indent, "</", name, ">\n")
	case o.IRI != "":
		x.put(indent, "<", name, declared, " rdf:resource=\"", escapeXML(encodeIRI(o.IRI)), "\"/>\n")
	default:
		x.put(indent, "<", name, declared)
		if lang := o.lang(); lang != "" {
			x.put(" xml:lang=\"", lang, "\"")
		} else if dt := o.datatype(); dt != "" {
			x.put(" rdf:datatype=\"", escapeXML(dt), "\"")
		}
		x.put(">", escapeXML(clean(o.Text)), "</", name, ">\n")
	}
	return nil
}

func escapeXML(s string) string {
	if plain(s, &plainText) {
		return s
	}
	var b bytes.Buffer
	if err := xml.EscapeText(&b, []byte(s)); err != nil {
		return "" // a bytes.Buffer takes everything
	}
	return b.String()
}

func (x *rdfxmlWriter) Close() error {
	x.w.WriteString("</rdf:RDF>\n")
	return x.w.Flush()
}

// jsonldWriter writes one object per node under a fixed context.
type jsonldWriter struct {
	w    *bufio.Writer
	more bool
	kept Kept
}

func (j *jsonldWriter) Write(n *Node) error {
	j.begin()
	j.node(n)
	return nil
}

// begin sets an object apart from the one before it.
func (j *jsonldWriter) begin() {
	if j.more {
		j.w.WriteByte(',')
	}
	j.more = true
	j.w.WriteByte('\n')
}

func (j *jsonldWriter) node(n *Node) {
	j.w.WriteByte('{')
	comma := ""
	if n.IRI != "" {
		j.put("\"@id\":")
		j.quote(encodeIRI(n.IRI))
		comma = ","
	}
	if len(n.Types) > 0 {
		j.put(comma, "\"@type\":[")
		for i, t := range n.Types {
			if i > 0 {
				j.w.WriteByte(',')
			}
			j.quote(Compact(encodeIRI(t)))
		}
		j.w.WriteByte(']')
		comma = ","
	}
	for _, p := range n.Props {
		j.put(comma)
		j.quote(Compact(encodeIRI(p.Predicate)))
		j.put(":[")
		for i, o := range p.Objects {
			if i > 0 {
				j.w.WriteByte(',')
			}
			j.object(o)
		}
		j.w.WriteByte(']')
		comma = ","
	}
	j.w.WriteByte('}')
}

func (j *jsonldWriter) object(o Object) {
	switch {
	case o.Node != nil:
		j.node(o.Node)
	case o.IRI != "":
		j.put("{\"@id\":")
		j.quote(encodeIRI(o.IRI))
		j.put("}")
	default:
		j.put("{\"@value\":")
		j.quote(clean(o.Text))
		if lang := o.lang(); lang != "" {
			j.put(",\"@language\":")
			j.quote(lang)
		} else if dt := o.datatype(); dt != "" {
			j.put(",\"@type\":")
			j.quote(Compact(dt))
		}
		j.put("}")
	}
}

func (j *jsonldWriter) put(pieces ...string) {
	for _, p := range pieces {
		j.w.WriteString(p)
	}
}

func (j *jsonldWriter) quote(s string) {
	if plain(s, &plainText) {
		j.put("\"", s, "\"")
		return
	}
	j.put(quoteJSON(s))
}

func quoteJSON(s string) string {
	b, err := json.Marshal(s)
	if err != nil {
		return `""` // strings always encode
	}
	return string(b)
}

func (j *jsonldWriter) Close() error {
	j.w.WriteString("\n]}\n")
	return j.w.Flush()
}
