// Package german turns German text into terms: words, folded spellings, stems
// and the parts of compounds. Index, query and highlighting use the same
// functions, so that what is found is also what is marked. It keeps no state
// but its word lists, which are built once and only read afterwards.
package german

import "unicode"

// Version changes when analysis changes; an index built with another one is
// rebuilt.
func Version() string { return "german-3" }

// maxWord bounds what is stemmed and split, in bytes: the longest official
// German words stay below it, and hostile ones cost nothing.
const maxWord = 80

// Span is a word in a text; Start and End are byte offsets.
type Span struct {
	Start, End int
	Word       string
}

// Words splits a text at everything that is neither letter nor digit.
func Words(text string) []Span { return AppendWords(nil, text) }

// AppendWords is Words into a slice that is there.
func AppendWords(out []Span, text string) []Span {
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
