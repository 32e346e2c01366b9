package german

import (
	"strings"

	"github.com/blevesearch/snowballstem"
	stemmer "github.com/blevesearch/snowballstem/german"
)

// Stem cuts a folded word to its stem: Snowball's German rules, and a few for
// plurals that Snowball leaves apart.
func Stem(folded string) string {
	if len(folded) > maxWord || folded == "" {
		return folded
	}
	env := snowballstem.NewEnv(plural(folded))
	stemmer.Stem(env)
	s := env.Current()
	if n := len(s); n >= 5 {
		switch {
		// Gymnasium and Gymnasien, Museum and Museen, Zentrum and Zentren.
		case strings.HasSuffix(s, "ium"), strings.HasSuffix(s, "eum"), strings.HasSuffix(s, "trum"):
			s = s[:n-2]
		// Schülerin and Schülerinnen.
		case strings.HasSuffix(s, "inn"):
			s = s[:n-1]
		// Plurals of foreign words: Kameras, Autos, Taxis.
		case s[n-1] == 's' && strings.IndexByte("aoi", s[n-2]) >= 0:
			s = s[:n-1]
		}
	}
	if n := len(s); n >= 5 && (s[n-1] == 'a' || s[n-1] == 'o') && strings.IndexByte("aeiou", s[n-2]) < 0 {
		s = s[:n-1] // Thema and Themen, Konto and Konten
	}
	// Bus and Busse, Ergebnis and Ergebnisse.
	if n := len(s); n >= 4 && strings.HasSuffix(s, "ss") {
		s = s[:n-1]
	}
	return s
}

// plural takes endings of plurals that Snowball's German rules leave: -n behind
// -el, and those of words that have an English one. Many of these are
// at home in German: Apps, Handys, Interviews. Index and query lose the same, so that a word
// that only looks like a plural is still found.
func plural(w string) string {
	n := len(w)
	if n > 5 && strings.HasSuffix(w, "eln") { // Ampeln, Tafeln
		return w[:n-1]
	}
	if n < 4 || w[n-1] != 's' {
		return w
	}
	switch w[n-2] {
	case 'c', 'p', 'w', 'y', 'v':
		if !germanEnd[w] {
			return w[:n-1]
		}
	case 'e':
		switch {
		case n >= 5 && w[n-3] == 'e': // trees, employees
			return w[:n-1]
		case n >= 6 && w[n-3] == 'i' && !germanEnd[w]: // cities, libraries
			return w[:n-3] + "y"
		}
	}
	return w
}

// germanEnd are German words that only look like an English plural.
var germanEnd = map[string]bool{
	"gips": true, "raps": true, "mops": true, "schnaps": true, "schlips": true, "kollaps": true, "knirps": true, "klaps": true, "stups": true,
	"paradies": true, "verlies": true, //nolint:misspell // German
}
