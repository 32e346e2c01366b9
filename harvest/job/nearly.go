package job

import (
	"slices"
	"strings"
	"unicode"
)

// nearly prints a title so that spellings of the same one agree: without regard to
// case, umlauts, signs, order, little words and endings of plurals. Numbers count:
// the budgets of two years are two things. A title that says too little is "".
func nearly(title, publisher string) string {
	const little = 10 // letters
	words, n := stems(title)
	who, _ := stems(publisher)
	if len(words) < 2 || n < little || len(who) == 0 {
		return ""
	}
	return strings.Join(words, " ") + "\n" + strings.Join(who, " ")
}

var (
	umlauts     = strings.NewReplacer("ä", "a", "ö", "o", "ü", "u", "ß", "ss", "ae", "a", "oe", "o", "ue", "u")
	littleWords = map[string]bool{"der": true, "die": true, "das": true, "den": true, "dem": true, "des": true, "und": true, "in": true, "im": true, "fur": true, "von": true, "vom": true, "zu": true, "zur": true, "zum": true, "am": true, "an": true, "auf": true, "aus": true, "mit": true, "nach": true, "stadt": true, "landeshauptstadt": true, "the": true, "of": true, "and": true, "for": true}
)

// stems are the words of a text that say something, sorted, with how many
// characters they have.
func stems(s string) (out []string, n int) {
	for _, w := range strings.FieldsFunc(umlauts.Replace(strings.ToLower(s)), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }) {
		if littleWords[w] {
			continue
		}
		if !strings.ContainsFunc(w, unicode.IsNumber) {
			w = withoutEnding(w)
		}
		n += len(w)
		out = append(out, w)
	}
	slices.Sort(out)
	return slices.Compact(out), n
}

func withoutEnding(w string) string {
	const shortest = 5
	for _, end := range []string{"en", "er", "es", "e", "n", "s"} {
		if rest, ok := strings.CutSuffix(w, end); ok && len(rest) >= shortest {
			return rest
		}
	}
	return w
}
