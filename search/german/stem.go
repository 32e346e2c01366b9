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
	env := snowballstem.NewEnv(folded)
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
