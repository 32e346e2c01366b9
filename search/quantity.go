package search

import (
	"strings"
	"unicode"

	"trio.example/search/german"
)

// What letters and a number stand for together is written in one word or in two:
// PM10 and PM 10, CO2 and CO 2, A9 and A 9. Either finds the other.

// apart writes a word of letters and digits behind them as two, "" when it is another.
func apart(word string) string {
	at := strings.IndexFunc(word, unicode.IsDigit)
	if at < 1 || !only(word[:at], unicode.IsLetter) || !only(word[at:], unicode.IsDigit) {
		return ""
	}
	return word[:at] + " " + word[at:]
}

// Joined are the terms of the words that the i-th one makes with its neighbors: what
// has one of them has both words.
func (n Words) Joined(i int) (terms []string) {
	for _, first := range []int{i - 1, i} {
		if first < 0 || first+1 >= len(n.Words) {
			continue
		}
		a, b := n.Words[first], n.Words[first+1]
		plain := !a.Phrase && !b.Phrase && !a.MustNot && !b.MustNot
		if plain && only(a.Text, unicode.IsLetter) && only(b.Text, unicode.IsDigit) {
			terms = append(terms, ExactMark+german.Fold(a.Text+b.Text))
		}
	}
	return terms
}

func only(text string, kind func(rune) bool) bool {
	return text != "" && !strings.ContainsFunc(text, func(r rune) bool { return !kind(r) })
}
