package rdfio

import (
	"bufio"
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
)

// rdfxmlWriter writes nested typed nodes, the form GovData's harvester reads.
type rdfxmlWriter struct{ w *bufio.Writer }

func (x *rdfxmlWriter) Write(n *Node) error { return x.node(n, "  ") }

func (x *rdfxmlWriter) node(n *Node, indent string) error {
	element := "rdf:Description"
	rest := n.Types
	if len(n.Types) > 0 {
		if prefix, local, ok := compact(n.Types[0]); ok {
			element, rest = prefix+":"+local, n.Types[1:]
		}
	}
	x.w.WriteString(indent + "<" + element)
	if n.IRI != "" {
		x.w.WriteString(" rdf:about=\"" + escapeXML(encodeIRI(n.IRI)) + "\"")
	}
	x.w.WriteString(">\n")
	for _, t := range rest {
		x.w.WriteString(indent + "  <rdf:type rdf:resource=\"" + escapeXML(encodeIRI(t)) + "\"/>\n")
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
	_, err := x.w.WriteString(indent + "</" + element + ">\n")
	return err
}

func (x *rdfxmlWriter) property(name, declared string, o Object, indent string) error {
	switch {
	case o.Node != nil:
		x.w.WriteString(indent + "<" + name + declared + ">\n")
		if err := x.node(o.Node, indent+"  "); err != nil {
			return err
		}
		x.w.WriteString(indent + "</" + name + ">\n")
	case o.IRI != "":
		x.w.WriteString(indent + "<" + name + declared + " rdf:resource=\"" + escapeXML(encodeIRI(o.IRI)) + "\"/>\n")
	default:
		x.w.WriteString(indent + "<" + name + declared)
		if lang := o.lang(); lang != "" {
			x.w.WriteString(" xml:lang=\"" + lang + "\"")
		} else if dt := o.datatype(); dt != "" {
			x.w.WriteString(" rdf:datatype=\"" + escapeXML(dt) + "\"")
		}
		x.w.WriteString(">" + escapeXML(clean(o.Text)) + "</" + name + ">\n")
	}
	return nil
}

func escapeXML(s string) string {
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
}

func (j *jsonldWriter) Write(n *Node) error {
	if j.more {
		j.w.WriteByte(',')
	}
	j.more = true
	j.w.WriteByte('\n')
	j.node(n)
	return nil
}

func (j *jsonldWriter) node(n *Node) {
	j.w.WriteByte('{')
	comma := ""
	if n.IRI != "" {
		j.w.WriteString("\"@id\":" + quoteJSON(encodeIRI(n.IRI)))
		comma = ","
	}
	if len(n.Types) > 0 {
		j.w.WriteString(comma + "\"@type\":[")
		for i, t := range n.Types {
			if i > 0 {
				j.w.WriteByte(',')
			}
			j.w.WriteString(quoteJSON(Compact(encodeIRI(t))))
		}
		j.w.WriteByte(']')
		comma = ","
	}
	for _, p := range n.Props {
		j.w.WriteString(comma + quoteJSON(Compact(encodeIRI(p.Predicate))) + ":[")
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
		j.w.WriteString("{\"@id\":" + quoteJSON(encodeIRI(o.IRI)) + "}")
	case o.lang() != "":
		j.w.WriteString("{\"@value\":" + quoteJSON(clean(o.Text)) + ",\"@language\":" + quoteJSON(o.lang()) + "}")
	case o.datatype() != "":
		j.w.WriteString("{\"@value\":" + quoteJSON(clean(o.Text)) + ",\"@type\":" + quoteJSON(Compact(o.datatype())) + "}")
	default:
		j.w.WriteString("{\"@value\":" + quoteJSON(clean(o.Text)) + "}")
	}
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
