package german

import (
	_ "embed" // the lists are part of the program
	"strings"
	"sync"
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

// synonyms maps a stem to the other words of its line.
var synonyms = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, line := range lines(synonymList) {
		words := strings.Split(line, "=")
		for i, w := range words {
			key := Stem(Fold(strings.TrimSpace(w)))
			for j, other := range words {
				if i != j {
					out[key] = append(out[key], strings.TrimSpace(other))
				}
			}
		}
	}
	return out
})

// Synonyms returns words that mean the same, from the synonym file. The slice
// belongs to the list and must not be changed.
func Synonyms(word string) []string { return synonyms()[Stem(Fold(word))] }

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
