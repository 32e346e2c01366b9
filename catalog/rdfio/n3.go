package rdfio

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"trio.example/catalog"
)

// inverse stands before a predicate that was said from its object ("is P of").
const inverse = "urn:x-said-from-its-object:"

const implies = "http://www.w3.org/2000/10/swap/log#implies"

// fromN3 says in Turtle what Notation3 has beyond it: =, => and <=, "has P" and
// "is P of", names without prefix (@keywords) and paths. Rules, their formulae and
// variables are no description of anything: a document that has them is refused.
// Lines keep their numbers. A predicate said from its object gets a mark, which
// the sink takes off.
func fromN3(data []byte, lim Limits) ([]byte, error) {
	n := &n3Reader{in: data, lim: lim, last: -1, base: lim.Base}
	n.prefixes = map[string]string{"": n.resolve("#")}
	n.out.Grow(len(data) + len(data)/8)
	n.out.WriteString("@prefix : <#> . ") // until the document declares another
	for n.i < len(n.in) {
		if err := n.token(); err != nil {
			return nil, err
		}
		if int64(n.out.Len()) > 4*lim.Bytes+1024 { // a long prefix in every name
			return nil, catalog.Errorf(catalog.KindTooLarge, "Das RDF-Dokument ist größer als %d MB.", lim.Bytes>>20)
		}
	}
	return n.out.Bytes(), nil
}

type n3Reader struct {
	in  []byte
	i   int
	out bytes.Buffer
	lim Limits
	// last is where the term before this place begins in out, -1 where there is
	// none; open are the places of the brackets that are open.
	last int
	open []int
	// moved counts bytes that paths moved, to bound what they may cost.
	moved    int
	keywords map[string]bool // nil until declared
	prefixes map[string]string
	base     string
}

func (n *n3Reader) fault(format string, args ...any) error {
	return invalid(fmt.Sprintf("Das RDF-Dokument ist fehlerhaft (Zeile %d): ", at(n.in, n.i)) + fmt.Sprintf(format, args...))
}

const noRules = "Regeln, Formeln in geschweiften Klammern und Variablen (N3) beschreiben keine Daten und werden nicht gelesen; alles andere in N3 wird gelesen."

// put writes a term.
func (n *n3Reader) put(term string) {
	n.last = n.out.Len()
	n.out.WriteString(term)
}

// verb writes what is no term.
func (n *n3Reader) verb(text string) {
	n.last = -1
	n.out.WriteString(text)
}

func (n *n3Reader) token() error {
	switch c := n.in[n.i]; c {
	case ' ', '\t', '\r', '\n':
		n.out.WriteByte(c)
		n.i++
	case '#':
		n.comment()
	case '"', '\'':
		end := endOfString(n.in, n.i)
		if end < 0 {
			return n.fault("Ein Text endet nicht.")
		}
		n.put(string(n.in[n.i : end+1]))
		n.i = end + 1
		n.suffix()
	case '<':
		return n.angle()
	case '=':
		if n.ahead("=>") {
			n.verb("<" + implies + ">")
			n.i += 2
		} else {
			n.verb("<" + Expand("owl:sameAs") + ">")
			n.i++
		}
	case '{', '}', '?':
		return n.fault(noRules)
	case '[', '(':
		if len(n.open) >= n.lim.Depth {
			return tooDeep(at(n.in, n.i))
		}
		n.open = append(n.open, n.out.Len())
		n.verb(string(c))
		n.i++
	case ']', ')':
		if len(n.open) == 0 {
			return invalid(fmt.Sprintf("Eine Klammer schließt, die nicht geöffnet wurde (Zeile %d).", at(n.in, n.i)))
		}
		n.out.WriteByte(c)
		n.last, n.open = n.open[len(n.open)-1], n.open[:len(n.open)-1]
		n.i++
	case '!', '^':
		n.i++
		return n.path(c == '!')
	default:
		if nameByte(c) {
			return n.word()
		}
		n.verb(string(c))
		n.i++
	}
	return nil
}

func (n *n3Reader) ahead(s string) bool { return bytes.HasPrefix(n.in[n.i:], []byte(s)) }

func (n *n3Reader) comment() {
	for n.i < len(n.in) && n.in[n.i] != '\n' {
		n.out.WriteByte(n.in[n.i])
		n.i++
	}
}

// space steps over blanks and comments inside of what is written anew, and keeps
// the lines.
func (n *n3Reader) space() {
	for n.i < len(n.in) {
		switch n.in[n.i] {
		case '\n':
			n.out.WriteByte('\n')
		case ' ', '\t', '\r':
		case '#':
			n.comment()
			continue
		default:
			return
		}
		n.i++
	}
}

// suffix copies what may stand behind a text: its language or datatype.
func (n *n3Reader) suffix() {
	start := n.i
	if n.ahead("^^") {
		n.i += 2
		if n.i < len(n.in) && n.in[n.i] == '<' {
			if end := endOfIRI(n.in, n.i); end >= 0 {
				n.i = end + 1
			}
		} else {
			n.i += len(n.wordAt())
		}
	} else if n.ahead("@") {
		n.i += len(n.wordAt())
	}
	n.out.Write(n.in[start:n.i])
}

func (n *n3Reader) angle() error {
	if n.ahead("<<") {
		n.verb("<<")
		n.i += 2
		return nil
	}
	end := endOfIRI(n.in, n.i)
	switch {
	case end >= 0:
		n.put(string(n.in[n.i : end+1]))
		n.i = end + 1
	case n.ahead("<="):
		n.verb("<" + inverse + implies + ">")
		n.i += 2
	default:
		return invalid(fmt.Sprintf("Eine Adresse in spitzen Klammern ist ungültig (Zeile %d).", at(n.in, n.i)))
	}
	return nil
}

// wordAt is the name, number or keyword at this place; a dot behind it ends the
// statement.
func (n *n3Reader) wordAt() string {
	i := n.i
	for i < len(n.in) && nameByte(n.in[i]) {
		if n.in[i] == '\\' {
			i++
		}
		i++
	}
	i = min(i, len(n.in))
	for i > n.i && n.in[i-1] == '.' && (i < n.i+2 || n.in[i-2] != '\\') {
		i--
	}
	return string(n.in[n.i:i])
}

func (n *n3Reader) word() error {
	word := n.wordAt()
	if word == "" {
		for n.i < len(n.in) && n.in[n.i] == '.' {
			n.verb(".")
			n.i++
		}
		return nil
	}
	bare, marked := strings.CutPrefix(word, "@")
	switch {
	case strings.Contains(word, ":"), strings.IndexByte("0123456789-.", word[0]) >= 0:
		n.put(word)
		n.i += len(word)
		return nil
	case marked && (bare == "prefix" || bare == "base"), n.keywords == nil && (strings.EqualFold(word, "prefix") || strings.EqualFold(word, "base")):
		return n.declaration(word)
	case marked && bare == "keywords":
		return n.declareKeywords(word)
	case marked && (bare == "forAll" || bare == "forSome"):
		return n.fault(noRules)
	}
	keyword := marked || n.keywords == nil || n.keywords[bare]
	switch {
	case !keyword:
		n.put(":" + word)
	case bare == "has":
		n.verb("")
	case bare == "a":
		n.verb("a")
	case bare == "is":
		n.i += len(word)
		return n.isOf()
	case bare == "true", bare == "false":
		n.put(bare)
	default:
		n.verb(word) // the parser says what is wrong with it
	}
	n.i += len(word)
	return nil
}

// declaration copies one of a prefix or a base and notes it.
func (n *n3Reader) declaration(word string) error {
	n.verb(word)
	n.i += len(word)
	const longest = 1000
	rest := n.in[n.i:min(len(n.in), n.i+longest)]
	start := bytes.IndexByte(rest, '<')
	if start < 0 {
		return nil // the parser says what is wrong with it
	}
	name := strings.TrimSpace(string(rest[:start]))
	end := endOfIRI(n.in, n.i+start)
	if end < 0 || strings.ContainsAny(name, " \n;,[](){}\"'") {
		return nil
	}
	iri := n.resolve(string(n.in[n.i+start+1 : end]))
	if prefix, ok := strings.CutSuffix(name, ":"); ok {
		n.prefixes[prefix] = iri
	} else if name == "" {
		n.base = iri
	}
	n.out.Write(n.in[n.i : end+1])
	n.i = end + 1
	return nil
}

func (n *n3Reader) declareKeywords(word string) error {
	n.keywords = map[string]bool{}
	n.i += len(word)
	for {
		n.space()
		if n.i >= len(n.in) {
			return n.fault("Die Liste hinter @keywords endet nicht.")
		}
		switch name := n.wordAt(); {
		case n.in[n.i] == '.':
			n.i++
			n.last = -1
			return nil
		case n.in[n.i] == ',':
			n.i++
		case name == "":
			return n.fault("Hinter @keywords stehen nur Namen mit Kommas dazwischen.")
		default:
			n.keywords[name] = true
			n.i += len(name)
		}
	}
}

// isOf reads "P of" and writes the marked predicate.
func (n *n3Reader) isOf() error {
	n.space()
	iri, err := n.name()
	if err != nil {
		return err
	}
	n.space()
	of := n.wordAt()
	if of != "@of" && (of != "of" || n.keywords != nil && !n.keywords["of"]) {
		return n.fault("Hinter „is“ und einer Eigenschaft fehlt „of“.")
	}
	n.i += len(of)
	n.verb("<" + inverse + iri + ">")
	return nil
}

// path turns the term before it into a blank node: TERM!P is what TERM has as P,
// TERM^P what has TERM as P.
func (n *n3Reader) path(forward bool) error {
	from := n.last
	if from < 0 {
		return n.fault("Ein Pfad mit ! oder ^ beginnt mit keiner Angabe.")
	}
	if c := n.out.Bytes()[from]; c == '"' || c == '\'' {
		return n.fault("Ein Pfad mit ! oder ^ beginnt bei einem Text; über den lässt sich nichts aussagen.")
	}
	iri, err := n.name()
	if err != nil {
		return err
	}
	if forward {
		iri = inverse + iri
	}
	term := string(n.out.Bytes()[from:])
	if n.moved += len(term); n.moved > 16*len(n.in)+1024 {
		return tooDeep(at(n.in, n.i))
	}
	n.out.Truncate(from)
	n.put("[ <" + iri + "> " + term + " ]")
	return nil
}

// name reads an address or a name and returns what it stands for.
func (n *n3Reader) name() (string, error) {
	if n.ahead("<") {
		if end := endOfIRI(n.in, n.i); end >= 0 {
			iri := n.resolve(string(n.in[n.i+1 : end]))
			n.i = end + 1
			return iri, nil
		}
	}
	word := n.wordAt()
	prefix, local, ok := strings.Cut(word, ":")
	if !ok && n.keywords != nil && word != "" && !n.keywords[word] {
		prefix, local, ok = "", word, true
	}
	if !ok || prefix == "_" {
		return "", n.fault("Hier sollte eine Adresse in spitzen Klammern oder ein Name mit Präfix und Doppelpunkt stehen.")
	}
	ns, known := n.prefixes[prefix]
	if !known {
		return "", invalid(fmt.Sprintf("Das Präfix %q ist nicht erklärt (Zeile %d).", prefix+":", at(n.in, n.i)))
	}
	n.i += len(word)
	return n.resolve(ns) + strings.ReplaceAll(local, `\`, ""), nil
}

// resolve makes an address absolute where there is a base.
func (n *n3Reader) resolve(iri string) string {
	if n.base == "" {
		return iri
	}
	base, err := url.Parse(n.base)
	if err != nil {
		return iri
	}
	ref, err := url.Parse(iri)
	if err != nil || ref.IsAbs() {
		return iri
	}
	if iri == "#" { // net/url drops the sign of an empty fragment
		return strings.TrimSuffix(base.ResolveReference(&url.URL{}).String(), "#") + "#"
	}
	return base.ResolveReference(ref).String()
}
