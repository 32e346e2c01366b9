package german

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Fold makes spellings of one word equal: lower case, no accents, ß as ss, and
// ä, ae and a alike (ö and ü too). Folding a folded word changes nothing.
//
// An e behind a, o or u is taken for the second half of an umlaut and dropped,
// whatever stood there: “Israel” becomes “isral” in text and query alike. Only
// behind another vowel or q does “ue” stay, because the u is none of its own
// there: Feuer, neue, Quelle.
func Fold(word string) string {
	out := make([]byte, 0, len(word)+4)
	for _, r := range word {
		if r < utf8.RuneSelf {
			if 'A' <= r && r <= 'Z' {
				r += 'a' - 'A'
			}
			out = put(out, byte(r))
			continue
		}
		out = foldRune(out, unicode.ToLower(r))
	}
	return string(out)
}

// put appends an ASCII letter, unless it is the e of an umlaut in two letters.
func put(out []byte, c byte) []byte {
	n := len(out)
	if c != 'e' || n == 0 {
		return append(out, c)
	}
	switch out[n-1] {
	case 'a', 'o':
		return out
	case 'u':
		if n > 1 && isVowel(out[n-2]) {
			break
		}
		return out
	}
	return append(out, c)
}

// isVowel reports letters behind which “ue” cannot be ü; q belongs to them.
func isVowel(c byte) bool {
	switch c {
	case 'a', 'e', 'i', 'o', 'q', 'u', 'y':
		return true
	}
	return false
}

// foldRune folds a letter beyond ASCII: the German ones and those that Unicode
// does not decompose by name, the others by dropping their accents.
func foldRune(out []byte, r rune) []byte {
	switch r {
	case 'ä':
		return append(out, 'a')
	case 'ö':
		return append(out, 'o')
	case 'ü':
		return append(out, 'u')
	case 'ß':
		return append(out, 's', 's')
	case 'æ':
		return append(out, 'a')
	case 'œ', 'ø':
		return append(out, 'o')
	case 'ł':
		return append(out, 'l')
	case 'đ', 'ð':
		return append(out, 'd')
	case 'þ':
		return append(out, 't', 'h')
	case 'ı':
		return append(out, 'i')
	}
	if unicode.Is(unicode.Mn, r) { // a combining accent
		return out
	}
	for _, d := range norm.NFKD.String(string(r)) {
		switch d = unicode.ToLower(d); {
		case unicode.Is(unicode.Mn, d):
		case d < utf8.RuneSelf:
			out = put(out, byte(d))
		default:
			out = utf8.AppendRune(out, d)
		}
	}
	return out
}
