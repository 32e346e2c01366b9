package german

import (
	"unicode"
	"unicode/utf8"
)

// Split returns the parts of a compound, folded, or nil when the word is none
// or has a meaning of its own and therefore stands in the word list. A split
// covers the whole word with known words; of several the one with the fewest
// parts wins, then that with the fewest linking letters, then the one with the
// longest last part.
func Split(word string) []string {
	w := Fold(word)
	f := compounds()
	if len(w) < 2*minPart || len(w) > maxWord {
		return nil
	}
	if _, known := f.last[w]; known {
		return nil
	}
	return f.split(w)
}

// tail is the best way to cover the rest of a word from some place on.
type tail struct {
	parts, links, next int // parts 0: there is none
	base               string
}

// split works from the right: most places are ruled out by the last part.
func (f *forms) split(w string) []string {
	var best [maxWord + 1]tail
	f.tails(w, &best)
	if best[0].parts < 2 {
		return nil
	}
	out := make([]string, 0, best[0].parts)
	for i := 0; i < len(w); i = best[i].next {
		out = append(out, best[i].base)
	}
	return out
}

func (f *forms) tails(w string, best *[maxWord + 1]tail) {
	for i := len(w) - minPart; i >= 0; i-- {
		if i > 0 && i < minPart {
			continue
		}
		if x, ok := f.last[w[i:]]; ok && i > 0 {
			best[i] = tail{1, x.link, len(w), x.base}
		}
		for j := min(len(w)-minPart, i+f.longest); j >= i+minPart; j-- {
			rest := &best[j]
			if rest.parts == 0 || rest.parts == maxParts || best[i].parts == 1 {
				continue
			}
			x, ok := f.inner[w[i:j]]
			if !ok {
				continue
			}
			c := tail{rest.parts + 1, rest.links + x.link, j, x.base}
			if b := &best[i]; b.parts == 0 || c.parts < b.parts || c.parts == b.parts && c.links < b.links ||
				c.parts == b.parts && c.links == b.links && c.next < b.next {
				best[i] = c
			}
		}
	}
}

// Parts returns the words that can be found in a word, folded, on all levels:
// those of Split and the parts of these. Texts are indexed with them, so that
// “Trinkwasserbrunnen” is found by Trinkwasser and by Wasser, while a query for
// Trinkwasser, a word of the list, does not look for “trink” and “wasser” apart.
func Parts(word string) []string {
	w := Fold(word)
	if len(w) < 2*minPart || len(w) > maxWord {
		return nil
	}
	return compounds().parts(w)
}

// parts collects every base on a way through the word that Split could take.
func (f *forms) parts(w string) []string {
	var best [maxWord + 1]tail
	f.tails(w, &best)
	if best[0].parts < 2 {
		return nil
	}
	var out []string
	add := func(base string) {
		for _, have := range out {
			if have == base {
				return
			}
		}
		out = append(out, base)
	}
	var from [maxWord + 1]int // fewest parts before a place, plus one
	from[0] = 1
	for i := 0; i < len(w); i++ {
		if from[i] == 0 {
			continue
		}
		if x, ok := f.last[w[i:]]; ok && i > 0 {
			add(x.base)
		}
		for j := i + minPart; j <= min(len(w)-minPart, i+f.longest); j++ {
			if best[j].parts == 0 || from[i]+best[j].parts > maxParts {
				continue
			}
			if x, ok := f.inner[w[i:j]]; ok {
				add(x.base)
				if from[j] == 0 || from[i]+1 < from[j] {
					from[j] = from[i] + 1
				}
			}
		}
	}
	return out
}

// Within is how a part of a compound is written in it, as a word of its own: with
// its umlauts, which what Parts returns has lost. A part that stands there in another
// form (Schul-weg) is left as it is.
func Within(word, part string) string {
	if len(word) > maxWord {
		return capital(part)
	}
	letters := []rune(word)
	for i := range letters {
		for j := i + minPart; j <= len(letters); j++ {
			if here := string(letters[i:j]); Fold(here) == part {
				return capital(here)
			}
		}
	}
	return capital(part)
}

func capital(word string) string {
	r, n := utf8.DecodeRuneInString(word)
	return string(unicode.ToUpper(r)) + word[n:]
}
