// Package rdfio is the small RDF layer of the product: a tree of nodes that
// writers stream in four syntaxes, a graph that readers fill from bounded
// input, and one function that decides what is an IRI. The terms of N-Triples
// come from knakk/rdf.
package rdfio

import (
	"fmt"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Prefixes of the namespaces DCAT-AP.de uses.
var prefixes = []struct{ prefix, iri string }{
	{"adms", "http://www.w3.org/ns/adms#"}, {"dcat", "http://www.w3.org/ns/dcat#"}, {"dcatap", "http://data.europa.eu/r5r/"},
	{"dcatde", "http://dcat-ap.de/def/dcatde/"}, {"dct", "http://purl.org/dc/terms/"}, {"eli", "http://data.europa.eu/eli/ontology#"},
	{"foaf", "http://xmlns.com/foaf/0.1/"}, {"geodcatap", "http://data.europa.eu/930/"}, {"gsp", "http://www.opengis.net/ont/geosparql#"},
	{"hydra", "http://www.w3.org/ns/hydra/core#"}, {"locn", "http://www.w3.org/ns/locn#"}, {"odrl", "http://www.w3.org/ns/odrl/2/"},
	{"org", "http://www.w3.org/ns/org#"}, {"owl", "http://www.w3.org/2002/07/owl#"}, {"prov", "http://www.w3.org/ns/prov#"},
	{"rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"}, {"rdfs", "http://www.w3.org/2000/01/rdf-schema#"}, {"schema", "http://schema.org/"},
	{"skos", "http://www.w3.org/2004/02/skos/core#"}, {"spdx", "http://spdx.org/rdf/terms#"}, {"time", "http://www.w3.org/2006/time#"},
	{"vcard", "http://www.w3.org/2006/vcard/ns#"}, {"xsd", "http://www.w3.org/2001/XMLSchema#"},
}

// Type is the IRI of rdf:type.
const Type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"

// Expand turns a name with prefix (dct:title) into an IRI; another text is
// returned as it is.
func Expand(name string) string {
	if iri, known := expanded.Load(name); known {
		return iri.(string)
	}
	iri := expand(name)
	if len(name) < 64 && expandedCount.Add(1) < maxExpanded {
		expanded.Store(strings.Clone(name), iri)
	}
	return iri
}

// Every access to a node names its predicate with a prefix: the few hundred
// names of the profile are remembered.
var (
	expanded      sync.Map
	expandedCount atomic.Int64
)

const maxExpanded = 4096

func expand(name string) string {
	prefix, local, ok := strings.Cut(name, ":")
	if !ok || strings.HasPrefix(local, "//") {
		return name
	}
	for _, p := range prefixes {
		if p.prefix == prefix {
			return p.iri + local
		}
	}
	return name
}

// Compact writes an IRI with its prefix (dct:title) if it has one, else as it is.
func Compact(iri string) string {
	if prefix, local, ok := compact(iri); ok {
		return prefix + ":" + local
	}
	return iri
}

// compact splits an IRI into prefix and local name, if it can be written so.
func compact(iri string) (prefix, local string, ok bool) {
	if at, known := compacted.Load(iri); known {
		at, _ := at.([2]string)
		return at[0], at[1], at[0] != ""
	}
	prefix, local, ok = split(iri)
	if len(iri) < 100 && compactedCount.Add(1) < maxExpanded {
		iri = strings.Clone(iri)
		compacted.Store(iri, [2]string{prefix, iri[len(iri)-len(local):]})
	}
	return prefix, local, ok
}

// Writers ask this of every predicate and class; as with expanded, the names of
// the profile are remembered.
var (
	compacted      sync.Map
	compactedCount atomic.Int64
)

func split(iri string) (prefix, local string, ok bool) {
	for _, p := range prefixes {
		if rest, found := strings.CutPrefix(iri, p.iri); found && isLocal(rest) {
			return p.prefix, rest, true
		}
	}
	return "", "", false
}

func isLocal(s string) bool {
	for i, r := range s {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z'
		if !letter && (i == 0 || (r != '_' && r != '-' && (r < '0' || r > '9'))) {
			return false
		}
	}
	return s != ""
}

// SplitName splits a predicate into namespace and local name, as RDF/XML needs
// it; ok is false for one that this syntax cannot write.
func SplitName(iri string) (namespace, local string, ok bool) {
	for i := len(iri); i > 0; i-- {
		if c := iri[i-1]; c == '/' || c == '#' || c == ':' {
			return iri[:i], iri[i:], isLocal(iri[i:]) && encodeIRI(iri) == iri
		}
	}
	return "", "", false
}

// Node is a subject with what is said about it. One without IRI is blank.
type Node struct {
	IRI   string
	Types []string // IRIs
	Props []Prop
}

// Prop is a predicate (IRI) with its objects.
type Prop struct {
	Predicate string
	Objects   []Object
}

// Object is an IRI, a nested node or a literal.
type Object struct {
	IRI  string
	Node *Node
	// Literal with language or datatype; a plain one has neither.
	Text, Lang, Datatype string
}

// lang is the language tag, lower case, if it is well formed (BCP 47). Anything
// else would break the syntaxes that write it without quotes.
func (o Object) lang() string {
	if o.Lang == "" || o.Lang == "de" || o.Lang == "en" {
		return o.Lang
	}
	for i, part := range strings.Split(o.Lang, "-") {
		if part == "" || len(part) > 8 || strings.ContainsFunc(part, func(r rune) bool {
			return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (i == 0 || r < '0' || r > '9')
		}) {
			return ""
		}
	}
	return strings.ToLower(o.Lang)
}

// datatype is the literal's datatype; language and text need none.
func (o Object) datatype() string {
	if o.lang() != "" || o.Datatype == Expand("xsd:string") {
		return ""
	}
	return encodeIRI(o.Datatype)
}

// IRI makes an object of an IRI.
func IRI(iri string) Object { return Object{IRI: iri} }

// Text makes a literal in a language.
func Text(s, lang string) Object { return Object{Text: s, Lang: lang} }

// Typed makes a literal with a datatype, named with prefix.
func Typed(s, datatype string) Object { return Object{Text: s, Datatype: Expand(datatype)} }

// Add appends objects to a predicate, named with prefix or as IRI.
func (n *Node) Add(predicate string, objects ...Object) {
	if len(objects) == 0 {
		return
	}
	p := Expand(predicate)
	for i := range n.Props {
		if n.Props[i].Predicate == p {
			n.Props[i].Objects = append(n.Props[i].Objects, objects...)
			return
		}
	}
	n.Props = append(n.Props, Prop{p, objects})
}

// Get returns the objects of a predicate.
func (n *Node) Get(predicate string) []Object {
	p := Expand(predicate)
	for i := range n.Props {
		if n.Props[i].Predicate == p {
			return n.Props[i].Objects
		}
	}
	return nil
}

// CleanIRI brings an address into a form every parser takes: no blanks around
// it, everything outside the allowed characters percent-encoded. What is still
// no absolute IRI of a known scheme is refused.
func CleanIRI(s string) (string, bool) {
	s = strings.TrimSpace(s)
	if s == "" || len(s) > 8192 || !utf8.ValidString(s) {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c <= ' ' || c >= 0x7F || strings.IndexByte("<>\"{}|\\^`", c) >= 0 || strayDelimiter(s, i) {
			const hex = "0123456789ABCDEF"
			b.Write([]byte{'%', hex[c>>4], hex[c&15]})
			continue
		}
		if strayPercent(s, i) {
			b.WriteString("%25")
			continue
		}
		b.WriteByte(c)
	}
	out := b.String()
	u, err := url.Parse(out)
	if err != nil {
		return "", false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "ftp", "ftps", "sftp":
		return out, u.Host != "" && !strings.Contains(u.Host, "%")
	case "mailto", "tel", "urn":
		return out, u.Opaque != ""
	}
	return "", false
}

// encodeIRI guards the writers: whatever a caller passes on unchecked cannot
// leave the place of an IRI, and every parser takes it (some drop a stray %).
func encodeIRI(s string) string {
	if before, after, _ := strings.Cut(s, "#"); plain(before, &plainIRI) && plain(after, &plainIRI) {
		return s
	}
	bad := func(c byte) bool { return c <= ' ' || c == 0x7F || strings.IndexByte("<>\"{}|\\^`", c) >= 0 }
	s = strings.Map(func(r rune) rune {
		if legal(r) || r < ' ' {
			return r
		}
		return -1
	}, strings.ToValidUTF8(s, ""))
	var b strings.Builder
	for i := range len(s) {
		if bad(s[i]) || strayPercent(s, i) || strayDelimiter(s, i) {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// plainIRI are the characters that encodeIRI never touches, plainText those that
// clean and the syntaxes write as they are. Nearly all there is consists of them.
var plainIRI, plainText = func() (iri, text [256]bool) {
	for c := byte(' ' + 1); c < 0x7F; c++ {
		iri[c] = strings.IndexByte("<>\"{}|\\^`%[]#", c) < 0
		text[c] = strings.IndexByte("<>&\"'\\", c) < 0
	}
	text[' '] = true
	return iri, text
}()

func plain(s string, set *[256]bool) bool {
	for i := range len(s) {
		if !set[s[i]] {
			return false
		}
	}
	return true
}

// strayPercent reports a percent sign that begins no escape.
func strayPercent(s string, i int) bool {
	return s[i] == '%' && (i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]))
}

// strayDelimiter reports a bracket outside of the host and a second number sign:
// RFC 3987 allows neither, and strict parsers refuse the whole document.
func strayDelimiter(s string, i int) bool {
	switch s[i] {
	case '[', ']':
		_, rest, found := strings.Cut(s, "://")
		if !found {
			return true
		}
		host := len(s) - len(rest)
		end := strings.IndexAny(rest, "/?#")
		return end >= 0 && i >= host+end
	case '#':
		return strings.IndexByte(s[:i], '#') >= 0
	}
	return false
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

// legal reports characters that XML may hold; others are dropped everywhere, so
// that all syntaxes say the same.
func legal(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
}

func clean(s string) string {
	if plain(s, &plainText) {
		return s
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return !legal(r) || r == '\r' }) {
		return strings.ToValidUTF8(s, "")
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n' // an XML parser would read it so
		case !legal(r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, ""))
}
