package site

import (
	"strings"

	"trio.example/search"
)

// plainWords takes what was typed as words and quoted phrases and nothing else.
func plainWords(q string) search.Node {
	var words []search.Word
	for i, part := range strings.Split(q, `"`) {
		if i%2 == 1 {
			if p := strings.TrimSpace(part); p != "" {
				words = append(words, search.Word{Text: p, Phrase: true})
			}
			continue
		}
		for _, f := range strings.FieldsFunc(part, separator) {
			words = append(words, search.Word{Text: f})
		}
	}
	if len(words) > maxWords {
		words = words[:maxWords]
	}
	if len(words) == 0 {
		return search.All{}
	}
	return search.Words{Words: words}
}

// maxWords bounds what one query may cost.
const maxWords = 50

// separator reports the characters that part words; those with a meaning in
// the query syntax are among them, so that a broken query still finds words.
func separator(r rune) bool {
	return r <= ' ' || strings.ContainsRune(`():[]{}^~*?\/+!&|<>=,;`, r)
}
