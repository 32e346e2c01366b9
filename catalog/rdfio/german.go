package rdfio

import (
	"regexp"
	"strings"
)

var lineOf = regexp.MustCompile(`^(?:turtle parse error at )?line (\d+): *`)

// phrases are what parsers say most, in the words of who has to mend it.
var phrases = []struct{ begins, german string }{
	{"expected '.'", "Hier fehlt der Punkt am Ende einer Aussage."},
	{"expected ':' in prefixed name", "Hier sollte eine Adresse in spitzen Klammern oder ein Name mit Präfix und Doppelpunkt stehen."},
	{"unterminated string", "Ein Text endet nicht."},
	{"newline in short string", "Ein Text endet nicht in seiner Zeile; für mehrere Zeilen sind drei Anführungszeichen nötig."},
	{"unexpected end of input", "Das Dokument endet mitten in einer Aussage."},
	{"unexpected EOF", "Das Dokument endet mitten in einer Aussage."},
	{"unexpected end of JSON input", "Das Dokument endet mitten in einer Angabe."},
	{"unknown directive", "Diese Anweisung mit @ gibt es in Turtle nicht."},
	{"undefined prefix", "Das Präfix ist nicht erklärt."},
	{"something follows the document", "Hinter dem Dokument steht noch etwas."},
	{"unterminated collection", "Eine Liste in runden Klammern endet nicht."},
}

// inGerman says what a parser says: where the fault is, and what it is, in its own
// words where there are none of ours.
func inGerman(text string) string {
	where, what := "", strings.ReplaceAll(text, "\n", " ")
	if m := lineOf.FindStringSubmatch(what); m != nil {
		where, what = " (Zeile "+m[1]+")", what[len(m[0]):]
	}
	for _, p := range phrases {
		if strings.HasPrefix(what, p.begins) {
			what = p.german
			break
		}
	}
	return "Das RDF-Dokument ist fehlerhaft" + where + ": " + what
}
