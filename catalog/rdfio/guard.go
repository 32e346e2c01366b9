package rdfio

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"trio.example/catalog"
)

// guard refuses what a parser should not see: another kind of document, a DTD
// with entities, deep nesting. The parsers recurse, and a stack that overflows
// ends the process, so comments, strings and addresses are told apart exactly
// as the parsers do: a bracket in them neither counts nor hides another one.
func guard(data []byte, f Format, lim Limits) error {
	text := bytes.TrimSpace(data)
	head := bytes.ToLower(text[:min(len(text), 1024)])
	if bytes.HasPrefix(head, []byte("<!doctype html")) || bytes.HasPrefix(head, []byte("<html")) {
		return invalid("Das Dokument ist eine Webseite und kein RDF.")
	}
	switch f {
	case RDFXML:
		if len(text) > 0 && !bytes.Contains(data, []byte(Expand("rdf:"))) {
			return invalid("Das Dokument ist XML, aber kein RDF/XML: Der Namensraum " + Expand("rdf:") + " kommt nicht vor.")
		}
		return guardXML(data, lim)
	case JSONLD:
		return guardJSON(data, lim)
	case Turtle, N3:
		if err := guardTurtle(data, lim); err != nil {
			return err
		}
		return guardPrefixes(data)
	default:
		return guardTurtle(data, lim)
	}
}

func at(data []byte, i int) int { return 1 + bytes.Count(data[:min(i, len(data))], []byte("\n")) }

func tooDeep(line int) error {
	return invalid(fmt.Sprintf("Das RDF-Dokument ist zu tief verschachtelt (Zeile %d).", line))
}

// perTriple is how many marks of a syntax a statement takes at most in what people
// write. Above that for the statements allowed, a document is not parsed at all: a
// short text can hold so many that they do not fit into memory.
const perTriple = 2

func tooMany(lim Limits) error {
	return catalog.Errorf(catalog.KindTooLarge, "Das RDF-Dokument enthält mehr als %d Aussagen.", lim.Triples)
}

const noDTD = "Das RDF/XML-Dokument enthält eine DTD oder Entitäten; das ist nicht erlaubt."

// guardXML walks over the tags as the parser will see them, as far as that comes: at
// what is no XML it ends, and what lies behind is never reached. Nothing is decoded,
// which would take as long as all the parsing.
func guardXML(data []byte, lim Limits) error {
	depth, marks := 0, 0
	for i := 0; ; {
		k := bytes.IndexByte(data[i:], '<')
		if k < 0 {
			return nil
		}
		i += k
		rest := data[i:]
		until := func(mark string, from int) bool {
			end := bytes.Index(rest[min(from, len(rest)):], []byte(mark))
			i += from + end + len(mark)
			return end >= 0
		}
		var ok bool
		switch {
		case bytes.HasPrefix(rest, []byte("<!--")):
			ok = until("-->", 4)
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			ok = until("]]>", 9)
		case bytes.HasPrefix(rest, []byte("<!")):
			return invalid(noDTD)
		case bytes.HasPrefix(rest, []byte("<?")):
			ok = until("?>", 2)
		case bytes.HasPrefix(rest, []byte("</")):
			depth--
			ok = until(">", 2)
		default:
			end, attributes := endOfTag(rest)
			if depth++; depth > lim.Depth {
				return tooDeep(at(data, i))
			}
			if marks += 1 + attributes; marks > 2*perTriple*lim.Triples {
				return tooMany(lim)
			}
			if ok = end > 0; ok && rest[end-1] == '/' {
				depth--
			}
			i += end + 1
		}
		if !ok {
			return nil // it does not end; the parser tells where it began
		}
	}
}

// endOfTag returns the place of the bracket that closes a tag, -1 when there is none,
// and how many attributes it has.
func endOfTag(tag []byte) (end, attributes int) {
	for i := 1; i < len(tag); i++ {
		switch c := tag[i]; c {
		case '>':
			return i, attributes
		case '=':
			attributes++
		case '"', '\'':
			k := bytes.IndexByte(tag[i+1:], c)
			if k < 0 {
				return -1, attributes
			}
			i += 1 + k
		}
	}
	return -1, attributes
}

// faultXML says in which line a document is no XML, nil if it is.
func faultXML(data []byte) error {
	d := xml.NewDecoder(bytes.NewReader(data))
	for {
		_, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			line, _ := d.InputPos()
			return invalid(fmt.Sprintf("Das RDF-Dokument ist kein gültiges XML (Zeile %d): %v", line, err))
		}
	}
}

func guardJSON(data []byte, lim Limits) error {
	depth, marks := 0, 0
	for i := 0; i < len(data); i++ {
		switch data[i] {
		case '"':
			for i++; i < len(data) && data[i] != '"'; i++ {
				if data[i] == '\\' {
					i++
				}
			}
		case '[', '{':
			depth++
			marks++
		case ',':
			marks++
		case ']', '}':
			depth--
		}
		if depth > lim.Depth {
			return tooDeep(at(data, i))
		}
		if marks > lim.Triples { // this parser needs most memory
			return tooMany(lim)
		}
	}
	return nil
}

// guardTurtle serves N-Triples too.
func guardTurtle(data []byte, lim Limits) error {
	depth, marks := 0, 0
	for i := 0; i < len(data); i++ {
		start := i
		switch c := data[i]; c {
		case '#':
			for i < len(data) && data[i] != '\n' {
				i++
			}
		case '\\':
			i++ // an escaped character of a local name
		case '"', '\'':
			if i = endOfString(data, i); i < 0 {
				return invalid(fmt.Sprintf("Ein Text endet nicht (Zeile %d).", at(data, start)))
			}
		case '<':
			if i+1 < len(data) && data[i+1] == '<' { // a triple as a term (RDF 1.2)
				i++
				depth++
			} else if i = endOfIRI(data, i); i < 0 {
				return invalid(fmt.Sprintf("Eine Adresse in spitzen Klammern ist ungültig (Zeile %d).", at(data, start)))
			}
		case '>':
			if i+1 < len(data) && data[i+1] == '>' {
				i++
				depth--
			}
		case '[', '(', '{':
			depth++
			marks++
		case '.', ';', ',':
			marks++
		case ']', ')', '}':
			depth--
		}
		if depth > lim.Depth {
			return tooDeep(at(data, i))
		}
		if marks > perTriple*lim.Triples {
			return tooMany(lim)
		}
		if depth < 0 {
			return invalid(fmt.Sprintf("Eine Klammer schließt, die nicht geöffnet wurde (Zeile %d).", at(data, i)))
		}
	}
	return nil
}

// guardPrefixes refuses names whose prefix is not declared before them: the
// parser knows some prefixes itself, every other reader would refuse the file.
func guardPrefixes(data []byte) error {
	declared := map[string]bool{"_": true}
	previous := ""
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case c == '#':
			for i < len(data) && data[i] != '\n' {
				i++
			}
		case c == '"' || c == '\'':
			i = endOfString(data, i)
			previous = ""
		case c == '<':
			if i+1 < len(data) && data[i+1] == '<' {
				i++
			} else {
				i = endOfIRI(data, i)
			}
			previous = ""
		case nameByte(c):
			start := i
			for i < len(data) && nameByte(data[i]) {
				if data[i] == '\\' {
					i++
				}
				i++
			}
			word := string(data[start:min(i, len(data))])
			i--
			if prefix, _, ok := strings.Cut(word, ":"); ok {
				if strings.EqualFold(strings.TrimPrefix(previous, "@"), "prefix") {
					declared[prefix] = true
				} else if !declared[prefix] {
					return invalid(fmt.Sprintf("Das Präfix %q ist nicht erklärt (Zeile %d).", prefix+":", at(data, start)))
				}
			}
			previous = word
		}
	}
	return nil
}

// nameByte reports bytes of which names, numbers and keywords consist.
func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c >= 0x80 || strings.IndexByte("_-:%.@\\", c) >= 0
}

// endOfString returns the place of the last quote, -1 when there is none.
func endOfString(data []byte, i int) int {
	quote := data[i : i+1]
	long := bytes.HasPrefix(data[i+1:], []byte{quote[0], quote[0]})
	if long {
		quote = data[i : i+3]
	}
	for i += len(quote); i < len(data); i++ {
		switch {
		case data[i] == '\\':
			i++
		case bytes.HasPrefix(data[i:], quote):
			return i + len(quote) - 1
		case !long && (data[i] == '\n' || data[i] == '\r'):
			return -1
		}
	}
	return -1
}

// endOfIRI returns the place of the closing bracket, -1 when the address holds
// a character that no address has.
func endOfIRI(data []byte, i int) int {
	for i++; i < len(data); i++ {
		switch c := data[i]; {
		case c == '>':
			return i
		case c == '\\':
			i++
		case c <= ' ' || bytes.IndexByte([]byte("<\"{}|^`"), c) >= 0:
			return -1
		}
	}
	return -1
}
