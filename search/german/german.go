// Package german turns German text into terms: words, folded spellings, stems
// and the parts of compounds. Index, query and highlighting use the same
// functions, so that what is found is also what is marked.
package german

import (
	"strings"
	"unicode"

	"github.com/blevesearch/snowballstem"
	stemmer "github.com/blevesearch/snowballstem/german"
)

// Span is a word in a text; Start and End are byte offsets.
type Span struct {
	Start, End int
	Word       string
}

// Words splits a text at everything that is neither letter nor digit.
func Words(text string) []Span {
	var out []Span
	start := -1
	for i, r := range text {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || (start >= 0 && unicode.Is(unicode.Mn, r)) {
			if start < 0 {
				start = i
			}
			continue
		}
		if start >= 0 {
			out = append(out, Span{start, i, text[start:i]})
			start = -1
		}
	}
	if start >= 0 {
		out = append(out, Span{start, len(text), text[start:]})
	}
	return out
}

var folding = strings.NewReplacer(
	"ä", "a", "ö", "o", "ü", "u", "ß", "ss", "a\u0308", "a", "o\u0308", "o", "u\u0308", "u",
	"ae", "a", "oe", "o", "ue", "u",
	"á", "a", "à", "a", "â", "a", "å", "a", "ã", "a", "æ", "a", "ç", "c", "é", "e", "è", "e", "ê", "e", "ë", "e", "í", "i", "ì", "i", "î", "i", "ï", "i",
	"ñ", "n", "ó", "o", "ò", "o", "ô", "o", "ø", "o", "õ", "o", "ú", "u", "ù", "u", "û", "u", "ý", "y", "š", "s", "ž", "z", "č", "c", "ř", "r", "ł", "l",
)

// Fold makes spellings of one word equal: lower case; ä, ae and a; ß and ss.
// That “neue” becomes “nue” does no harm, as query and text fold alike.
func Fold(word string) string {
	// After q, and behind another vowel, “ue” is no umlaut: Quelle, neue.
	w := strings.ToLower(word)
	if strings.Contains(w, "ue") {
		w = protect(w)
	}
	return strings.ReplaceAll(folding.Replace(w), "\x00", "ue")
}

// protect keeps a “ue” that cannot stand for ü.
func protect(w string) string {
	var b strings.Builder
	for i := 0; i < len(w); i++ {
		if w[i] == 'u' && i+1 < len(w) && w[i+1] == 'e' && i > 0 && strings.IndexByte("aeioquy", w[i-1]) >= 0 {
			b.WriteByte(0)
			i++
			continue
		}
		b.WriteByte(w[i])
	}
	return b.String()
}

// Stem cuts a folded word to its stem.
func Stem(folded string) string {
	if len(folded) > maxWord {
		return folded
	}
	env := snowballstem.NewEnv(folded)
	stemmer.Stem(env)
	s := env.Current()
	// Snowball leaves Wahlergebnis and Wahlergebnisse apart.
	s = strings.TrimSuffix(s, "niss")
	if s != env.Current() {
		s += "nis"
	}
	// Plurals of short words in -a, -o and -i: Kitas, Autos, Taxis.
	if n := len(s); n > 4 && s[n-1] == 's' && strings.IndexByte("aoi", s[n-2]) >= 0 {
		s = s[:n-1]
	}
	return s
}

// maxWord bounds what is stemmed and split, in bytes.
const maxWord = 64
