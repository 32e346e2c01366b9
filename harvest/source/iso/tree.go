// Package iso reads metadata of geodata: ISO 19139 and 19115-3 records, the Dublin
// Core records of catalogue services and DCAT inside their answers. Elements are
// told by their local names, so that every prefix and both generations of the
// standard are understood.
package iso

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"golang.org/x/net/html/charset"

	"trio.example/catalog"
)

// Node is an element of a record.
type Node struct {
	Space, Name string
	Attr        []xml.Attr
	Text        string // its own, trimmed
	Kids        []*Node
	// Large marks a record that was too large to be read.
	Large bool
}

// The bounds of a document. Records are read one at a time; what lies around
// them is not kept.
const (
	maxDepth  = 100
	maxNodes  = 200_000  // elements of one record
	maxRecord = 16 << 20 // bytes of text in one record
	// records of one document
	maxRecords = 50_000
)

// records are the elements that describe one thing.
var records = map[string]bool{"MD_Metadata": true, "MI_Metadata": true, "Record": true, "SummaryRecord": true, "BriefRecord": true, "RDF": true}

// Scan walks over a document. open is told of every element around records,
// record gets each record as a tree. DTDs are refused, and so are documents that
// are no XML or end early: what came of them must not count.
func Scan(body []byte, open func(Node), record func(*Node) error) error {
	s := &scanner{d: xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))))}
	s.d.CharsetReader = charset.NewReaderLabel
	if head := bytes.ToLower(bytes.TrimSpace(body[:min(len(body), 1024)])); len(head) == 0 {
		return invalid("Das Dokument ist leer.")
	} else if bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) {
		return invalid("Das Dokument ist eine Webseite und kein XML.")
	}
	seen, found := false, 0
	for {
		t, err := s.next()
		if errors.Is(err, io.EOF) {
			if !seen || s.depth > 0 {
				return invalid("Das XML-Dokument ist leer oder bricht mittendrin ab.")
			}
			return nil
		}
		if err != nil {
			return err
		}
		start, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		seen = true
		if records[start.Name.Local] {
			if found++; found > maxRecords {
				return catalog.Errorf(catalog.KindTooLarge, "Das XML-Dokument hat mehr als %d Einträge.", maxRecords)
			}
			n, err := s.subtree(start)
			if err != nil {
				return err
			}
			if err := record(n); err != nil {
				return err
			}
			continue
		}
		n := Node{Space: start.Name.Space, Name: start.Name.Local, Attr: start.Attr}
		if n.Name == "ExceptionText" {
			if n.Text, err = s.text(); err != nil {
				return err
			}
		}
		if open != nil {
			open(n)
		}
	}
}

// Records returns all records of a document.
func Records(body []byte) (out []*Node, err error) {
	err = Scan(body, nil, func(n *Node) error { out = append(out, n); return nil })
	return out, err
}

func invalid(format string, args ...any) error {
	return catalog.Errorf(catalog.KindInvalid, format, args...)
}

type scanner struct {
	d     *xml.Decoder
	depth int
}

func (s *scanner) next() (xml.Token, error) {
	t, err := s.d.Token()
	if errors.Is(err, io.EOF) {
		return nil, io.EOF
	}
	line, _ := s.d.InputPos()
	if err != nil {
		return nil, invalid("Das Dokument ist kein gültiges XML (Zeile %d): %v", line, err)
	}
	switch t.(type) {
	case xml.Directive:
		return nil, invalid("Das XML-Dokument enthält eine DTD oder Entitäten; das ist nicht erlaubt (Zeile %d).", line)
	case xml.StartElement:
		if s.depth++; s.depth > maxDepth {
			return nil, invalid("Das XML-Dokument ist tiefer als %d Ebenen geschachtelt (Zeile %d).", maxDepth, line)
		}
	case xml.EndElement:
		s.depth--
	}
	return t, nil
}

// text takes the characters up to the next tag.
func (s *scanner) text() (string, error) {
	t, err := s.next()
	if c, ok := t.(xml.CharData); ok {
		return strings.TrimSpace(string(c)), nil
	}
	return "", err
}

// subtree reads an element to its end.
func (s *scanner) subtree(start xml.StartElement) (*Node, error) {
	root := &Node{Space: start.Name.Space, Name: start.Name.Local, Attr: start.Attr}
	stack := []*Node{root}
	nodes, size := 1, 0
	for len(stack) > 0 {
		t, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil, invalid("Das XML-Dokument bricht mittendrin ab.")
		}
		if err != nil {
			return nil, err
		}
		at := stack[len(stack)-1]
		switch t := t.(type) {
		case xml.StartElement:
			n := &Node{Space: t.Name.Space, Name: t.Name.Local, Attr: t.Attr}
			at.Kids = append(at.Kids, n)
			stack = append(stack, n)
			nodes++
			for _, a := range t.Attr {
				size += len(a.Value)
			}
		case xml.EndElement:
			at.Text = strings.TrimSpace(at.Text)
			stack = stack[:len(stack)-1]
		case xml.CharData:
			size += len(t)
			if c := strings.TrimSpace(string(t)); c != "" {
				at.Text += string(t)
			}
		}
		if nodes > maxNodes || size > maxRecord {
			return s.skip(root, len(stack))
		}
	}
	return root, nil
}

// skip reads to the end of a record that is too large and keeps nothing of it: one
// such record does not keep the others from being read.
func (s *scanner) skip(root *Node, open int) (*Node, error) {
	for open > 0 {
		t, err := s.next()
		if errors.Is(err, io.EOF) {
			return nil, invalid("Das XML-Dokument bricht mittendrin ab.")
		}
		if err != nil {
			return nil, err
		}
		switch t.(type) {
		case xml.StartElement:
			open++
		case xml.EndElement:
			open--
		}
	}
	return &Node{Space: root.Space, Name: root.Name, Large: true}, nil
}

// all finds the elements at a path of local names; * stands for any one name, and
// names joined by | for one of them.
func (n *Node) all(path string) []*Node {
	list := []*Node{}
	if n != nil {
		list = append(list, n)
	}
	for step := range strings.SplitSeq(path, "/") {
		var next []*Node
		for _, at := range list {
			for _, k := range at.Kids {
				if step == "*" || k.Name == step || strings.Contains(step, "|") && oneOf(k.Name, step) {
					next = append(next, k)
				}
			}
		}
		list = next
	}
	return list
}

func oneOf(name, step string) bool {
	for s := range strings.SplitSeq(step, "|") {
		if s == name {
			return true
		}
	}
	return false
}

// first is the first element at a path, nil for none; all methods take nil.
func (n *Node) first(path string) *Node {
	if l := n.all(path); len(l) > 0 {
		return l[0]
	}
	return nil
}

// deep finds all elements of a name below.
func (n *Node) deep(names string) (out []*Node) {
	if n == nil {
		return nil
	}
	for _, k := range n.Kids {
		if oneOf(k.Name, names) {
			out = append(out, k)
			continue
		}
		out = append(out, k.deep(names)...)
	}
	return out
}

// attr is an attribute by local name.
func (n *Node) attr(name string) string {
	if n == nil {
		return ""
	}
	for _, a := range n.Attr {
		if a.Name.Local == name {
			return strings.TrimSpace(a.Value)
		}
	}
	return ""
}

// value is the text of a property: of itself, or of the character string, anchor,
// date or number inside. Of several languages German goes first.
func (n *Node) value() string {
	if n == nil {
		return ""
	}
	for _, l := range n.all("PT_FreeText/textGroup/LocalisedCharacterString") {
		if loc := strings.ToLower(strings.TrimPrefix(l.attr("locale"), "#")); l.Text != "" && (loc == "de" || loc == "ger" || loc == "deu" || strings.HasSuffix(loc, "-de") || strings.HasPrefix(loc, "de-") || strings.HasSuffix(loc, "_de")) {
			return clean(l.Text)
		}
	}
	if n.Text != "" {
		return clean(n.Text)
	}
	for _, k := range n.Kids {
		if k.Name == "PT_FreeText" {
			continue
		}
		if k.Text != "" {
			return clean(k.Text)
		}
		if c := k.attr("codeListValue"); c != "" {
			return c
		}
	}
	if l := n.first("PT_FreeText/textGroup/LocalisedCharacterString"); l != nil {
		return clean(l.Text)
	}
	return ""
}

// href is the address of an anchor inside a property, or of the property.
func (n *Node) href() string {
	if n == nil {
		return ""
	}
	for _, k := range n.all("Anchor") {
		if h := k.attr("href"); h != "" {
			return h
		}
	}
	return n.attr("href")
}

// at is the value at a path.
func (n *Node) at(path string) string {
	for _, k := range n.all(path) {
		if v := k.value(); v != "" {
			return v
		}
	}
	return ""
}

// code is the value of a code list inside a property.
func (n *Node) code() string {
	if n == nil {
		return ""
	}
	for _, k := range append([]*Node{n}, n.Kids...) {
		if c := k.attr("codeListValue"); c != "" {
			return c
		}
	}
	return n.value()
}

func clean(s string) string {
	return strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""))
}

// XML writes an element again, with the namespaces it needs.
func (n *Node) XML() []byte {
	var b bytes.Buffer
	n.write(&b)
	return b.Bytes()
}

// Impersonal is a copy without the names of persons, which nothing here keeps.
func (n *Node) Impersonal() *Node {
	c := *n
	if n.Name == "individualName" || n.Name == "CI_Individual" {
		c.Kids, c.Text = nil, ""
		return &c
	}
	c.Kids = make([]*Node, len(n.Kids))
	for i, k := range n.Kids {
		c.Kids[i] = k.Impersonal()
	}
	return &c
}

func (n *Node) write(b *bytes.Buffer) {
	spaces := map[string]string{}
	prefix := func(space string) string {
		switch space {
		case "":
			return ""
		case "xml", "http://www.w3.org/XML/1998/namespace":
			return "xml:"
		}
		if spaces[space] == "" {
			spaces[space] = fmt.Sprintf("n%d", len(spaces))
		}
		return spaces[space] + ":"
	}
	name := prefix(n.Space) + n.Name
	var attrs bytes.Buffer
	for _, a := range n.Attr {
		if a.Name.Space == "xmlns" || a.Name.Local == "xmlns" {
			continue
		}
		fmt.Fprintf(&attrs, " %s%s=\"", prefix(a.Name.Space), a.Name.Local)
		_ = xml.EscapeText(&attrs, []byte(a.Value)) // a buffer takes everything
		attrs.WriteByte('"')
	}
	b.WriteString("<" + name)
	for space, p := range spaces {
		fmt.Fprintf(b, " xmlns:%s=\"", p)
		_ = xml.EscapeText(b, []byte(space)) // a buffer takes everything
		b.WriteByte('"')
	}
	b.Write(attrs.Bytes())
	b.WriteByte('>')
	_ = xml.EscapeText(b, []byte(n.Text)) // a buffer takes everything
	for _, k := range n.Kids {
		k.write(b)
	}
	b.WriteString("</" + name + ">")
}
