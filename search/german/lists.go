package german

import (
	_ "embed" // the lists are part of the program
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

var (
	//go:embed words.txt
	wordList string
	//go:embed synonyms.txt
	synonymList string
	//go:embed stopwords.txt
	stopList string
)

// lines returns what a list says, without comments and empty lines.
func lines(text string) []string {
	var out []string
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}

// synonyms maps a stem to the other words of its lines.
var synonyms atomic.Pointer[map[string][]string]

// maxSynonyms bounds a list of synonyms, in lines.
const maxSynonyms = 10_000

// UseSynonyms adds a list of one's own to the one that is built in: groups of
// words that mean the same, one a line, with = between them. It holds for
// queries, so that no index has to be built anew. A line that cannot be read is
// an error with its number, and nothing changes.
func UseSynonyms(list string) error {
	out := map[string][]string{}
	n := 0
	list = strings.TrimPrefix(list, "\ufeff") // which editors put in front
	for number, l := range slices.Collect(strings.Lines(synonymList + "\n" + list)) {
		if l = strings.TrimSpace(l); l == "" || strings.HasPrefix(l, "#") {
			continue
		}
		words := strings.Split(l, "=")
		if n++; n > maxSynonyms {
			return fmt.Errorf("more than %d lines", maxSynonyms)
		}
		if len(words) < 2 {
			return fmt.Errorf("line %d: %q has no = between words", number-strings.Count(synonymList, "\n"), l)
		}
		for i, w := range words {
			if w = strings.TrimSpace(w); !utf8.ValidString(w) {
				return fmt.Errorf("line %d: %q is not UTF-8", number-strings.Count(synonymList, "\n"), w)
			}
			if len(Words(w)) == 0 || strings.ContainsFunc(w, unicode.IsSpace) || len(w) > maxWord {
				return fmt.Errorf("line %d: %q is not one word", number-strings.Count(synonymList, "\n"), w)
			}
			key := Stem(Fold(w))
			for j, other := range words {
				if other = strings.TrimSpace(other); i != j && !slices.Contains(out[key], other) {
					out[key] = append(out[key], other)
				}
			}
		}
	}
	synonyms.Store(&out)
	return nil
}

// Synonyms returns words that mean the same. The slice belongs to the list and
// must not be changed.
func Synonyms(word string) []string {
	all := synonyms.Load()
	if all == nil {
		builtIn()
		all = synonyms.Load()
	}
	return (*all)[Stem(Fold(word))]
}

// builtIn takes the list that comes with the program, unless another is in use.
var builtIn = sync.OnceFunc(func() {
	if synonyms.Load() == nil {
		if err := UseSynonyms(""); err != nil {
			panic(err) // a test reads the list
		}
	}
})

// stops are words too frequent to find anything.
var stops = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, line := range lines(stopList) {
		for _, w := range strings.Fields(line) {
			out[Fold(w)] = true
		}
	}
	return out
})

// Stop reports a word that does not count in a query of several words.
func Stop(word string) bool { return stops()[Fold(word)] }

// kinds are words that say what kind of data something is, not what it is about.
var kinds = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields(`Anteil Anzahl Art Angabe Atlas Bericht Bestand Datei Daten Datum Entwicklung Ergebnis Information Karte Kataster Kennzahl Liste Modell Plan Quote Rate Register
		Standort Statistik Stelle Übersicht Verzeichnis Wert Zahl Zählung`) {
		out[Fold(w)] = true
	}
	return out
})

// Kind reports a folded word that says what kind of data something is, as the
// last part of Schülerzahl and Wetterdaten does.
func Kind(folded string) bool { return kinds()[folded] }
