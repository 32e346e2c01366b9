package german

import (
	_ "embed" // the word list is part of the program
	"strings"
	"sync"
)

//go:embed words.txt
var wordList string

//go:embed synonyms.txt
var synonymList string

// Version changes when analysis changes; an index built with another one is
// rebuilt.
func Version() string { return "german-1" }

// bases holds the folded words that compounds are made of.
var bases = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, line := range lines(wordList) {
		for _, w := range strings.Fields(line) {
			out[Fold(w)] = true
		}
	}
	return out
})

func lines(text string) []string {
	var out []string
	for l := range strings.Lines(text) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}

// links may stand between two parts of a compound.
var links = []string{"", "s", "es", "n", "en", "e", "er", "ns"}

// endings may follow the last part: plural and case.
var endings = []string{"", "e", "n", "en", "s", "es", "er", "ern", "se", "sen", "nen"}

const (
	minPart  = 3
	maxParts = 4
)

// Split returns the parts of a compound, folded, or nil when the word is none.
// A split must cover the whole word with known words; the fewest parts win.
func Split(word string) []string {
	w := Fold(word)
	if len(w) < 2*minPart || len(w) > maxWord || isBase(w) {
		return nil
	}
	for parts := 2; parts <= maxParts; parts++ {
		if out := split(w, parts); out != nil {
			return out
		}
	}
	return nil
}

// isBase reports a word of the list, inflected or not: it is not split.
func isBase(w string) bool {
	for _, e := range endings {
		if stem, ok := strings.CutSuffix(w, e); ok && len(stem) >= minPart && bases()[stem] {
			return true
		}
	}
	return false
}

// split finds n parts; the first part is taken as long as possible.
func split(w string, n int) []string {
	if n == 1 {
		for _, e := range endings {
			if stem, ok := strings.CutSuffix(w, e); ok && len(stem) >= minPart && bases()[stem] {
				return []string{stem}
			}
		}
		return nil
	}
	for i := len(w) - minPart; i >= minPart; i-- {
		if !bases()[w[:i]] {
			continue
		}
		for _, link := range links {
			rest, ok := strings.CutPrefix(w[i:], link)
			if !ok || len(rest) < minPart {
				continue
			}
			if tail := split(rest, n-1); tail != nil {
				return append([]string{w[:i]}, tail...)
			}
		}
	}
	return nil
}

// synonyms maps a folded word to the others of its line.
var synonyms = sync.OnceValue(func() map[string][]string {
	out := map[string][]string{}
	for _, line := range lines(synonymList) {
		words := strings.Split(line, "=")
		for i, w := range words {
			for j, other := range words {
				if i != j {
					key := Stem(Fold(strings.TrimSpace(w)))
					out[key] = append(out[key], strings.TrimSpace(other))
				}
			}
		}
	}
	return out
})

// Synonyms returns words that mean the same, from the synonym file.
func Synonyms(word string) []string { return synonyms()[Stem(Fold(word))] }

// stops are words too frequent to find anything.
var stops = sync.OnceValue(func() map[string]bool {
	out := map[string]bool{}
	for _, w := range strings.Fields("der die das des dem den ein eine einer eines einem einen und oder in im an am auf aus bei mit nach von vom zu zum zur für über unter ist sind war wird werden als auch nicht sich durch um the of and or in on for to a an is are") {
		out[Fold(w)] = true
	}
	return out
})

// Stop reports a word that does not count in a query of several words.
func Stop(word string) bool { return stops()[Fold(word)] }
