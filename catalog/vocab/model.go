package vocab

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// Model finds a model dataset by what people write for it: the address, the
// label with its theme, or the label alone where that is the only one.
func Model(s string) (Concept, bool) {
	if c, ok := Lookup("model_dataset", s); ok {
		return c, true
	}
	want := fold(s)
	if want == "" {
		return Concept{}, false
	}
	var found Concept
	n := 0
	for _, c := range List("model_dataset") {
		if _, short, ok := strings.Cut(fold(c.Label["de"]), " - "); ok && short == want {
			found, n = c, n+1
		}
	}
	return found, n == 1
}

// maxModels bounds how many are proposed for a title.
const maxModels = 8

// Models proposes model datasets for the title of a holding, the best first:
// those that share most of its words, or parts of them, as German compounds do.
func Models(title string) []Concept {
	type hit struct {
		c      Concept
		points int
	}
	words := wordsOf(title)
	var hits []hit
	for _, c := range List("model_dataset") {
		points, label := 0, c.Label["de"]
		_, own, _ := strings.Cut(label, " - ")
		for _, w := range words {
			best := 0
			for _, l := range wordsOf(label) {
				best = max(best, shared(w, l))
			}
			for _, l := range wordsOf(own) { // its own name says more than its theme
				best = max(best, 2*shared(w, l))
			}
			points += best
		}
		if points >= minShared {
			hits = append(hits, hit{c, points*100 - len(own)})
		}
	}
	slices.SortStableFunc(hits, func(a, b hit) int { return cmp.Compare(b.points, a.points) })
	out := make([]Concept, 0, maxModels)
	for _, h := range hits[:min(len(hits), maxModels)] {
		out = append(out, h.c)
	}
	return out
}

// minShared is how many letters words have to share to mean something.
const minShared = 4

func wordsOf(s string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(strings.ToLower(s), func(r rune) bool { return !unicode.IsLetter(r) }), func(w string) bool {
		return len([]rune(w)) < minShared || slices.Contains([]string{"stadt", "daten", "und", "der", "die", "das", "für", "liste", "übersicht", "verzeichnis"}, w)
	})
}

// shared counts the letters two words have in common from their beginning or
// at their end, where one is a part of the other or they have a stem alike.
func shared(a, b string) int {
	x, y := []rune(a), []rune(b)
	if len(x) > len(y) {
		x, y = y, x
	}
	if strings.Contains(string(y), string(x)) {
		return len(x)
	}
	n := 0
	for n < len(x) && x[n] == y[n] {
		n++
	}
	if n < minShared || n*3 < len(x)*2 {
		return 0
	}
	return n
}
