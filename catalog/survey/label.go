package survey

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// labels finds an option by what people write for it.
type labels struct {
	exact  map[string]string // code or label as it is
	folded map[string]string // after folding
	parts  map[string]string // label without bracket, or one side of “ / ”
	long   []candidate       // for comparison by letters
	codes  map[string]bool
}

type candidate struct {
	folded []rune
	code   string
}

// ambiguous marks a spelling that fits two options and so decides nothing.
const ambiguous = "\x00"

func newLabels(options []Option) *labels {
	l := &labels{exact: map[string]string{}, folded: map[string]string{}, parts: map[string]string{}, codes: map[string]bool{}}
	put := func(m map[string]string, key, code string) {
		if key == "" {
			return
		}
		if old, taken := m[key]; taken && old != code {
			code = ambiguous
		}
		m[key] = code
	}
	for _, o := range options {
		l.codes[o.Code] = true
		put(l.exact, o.Code, o.Code)
		if o.URI != "" {
			put(l.exact, o.URI, o.Code)
		}
		for _, label := range o.Label {
			put(l.exact, label, o.Code)
			put(l.folded, fold(label), o.Code)
			for _, part := range sides(label) {
				put(l.parts, fold(part), o.Code)
			}
		}
		put(l.folded, fold(o.Code), o.Code)
		l.long = append(l.long, candidate{[]rune(fold(o.Label["de"])), o.Code})
	}
	return l
}

// find matches by the rules in their order; fuzzy tells that only the last one
// fitted. Synonyms of yes, no and unknown come first and are the caller's.
func (l *labels) find(text string) (code string, fuzzy, ok bool) {
	text = strings.TrimSpace(text)
	if code, ok = l.exact[text]; ok && code != ambiguous {
		return code, false, true
	}
	f := fold(text)
	for _, m := range []map[string]string{l.folded, l.parts} {
		if code, ok = m[f]; ok && code != ambiguous {
			return code, false, true
		}
	}
	code, ok = l.nearest([]rune(f))
	return code, ok, ok
}

// maxDistance is how many letters may differ, minLetters how long a text must
// be for that.
const (
	maxDistance = 2
	minLetters  = 5
	maxFuzzy    = 200 // a longer text is no label
)

// nearest finds the one option closest by letters. Two equally close ones
// decide nothing. The text must be long enough, not the label: “Neinn” is Nein.
func (l *labels) nearest(text []rune) (string, bool) {
	if len(text) < minLetters || len(text) > maxFuzzy {
		return "", false
	}
	best, code, unique := maxDistance+1, "", false
	for _, c := range l.long {
		if abs(len(c.folded)-len(text)) > maxDistance {
			continue
		}
		switch d := distance(text, c.folded); {
		case d < best:
			best, code, unique = d, c.code, true
		case d == best && c.code != code:
			unique = false
		}
	}
	return code, unique && best <= maxDistance
}

func abs(n int) int { return max(n, -n) }

// distance is the number of letters to insert, delete or replace.
func distance(a, b []rune) int {
	prev := make([]int, len(b)+1)
	cur := make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i, x := range a {
		cur[0] = i + 1
		for j, y := range b {
			cost := 1
			if x == y {
				cost = 0
			}
			cur[j+1] = min(prev[j]+cost, prev[j+1]+1, cur[j]+1)
		}
		prev, cur = cur, prev
	}
	return prev[len(b)]
}

var umlauts = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "oe", "å", "a", "é", "e", "è", "e", "ê", "e", "á", "a", "à", "a")

// fold makes spellings comparable: lower case, umlauts written out,
// punctuation out, single blanks.
func fold(s string) string {
	s = umlauts.Replace(strings.ToLower(s))
	var b strings.Builder
	b.Grow(len(s))
	blank := false
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			if blank && b.Len() > 0 {
				b.WriteByte(' ')
			}
			blank = false
			b.WriteRune(r)
		case unicode.Is(unicode.Mn, r), unicode.Is(unicode.Cf, r):
			// A combining mark, as in a decomposed ä: the base letter stays. Nor
			// does a soft hyphen or a joiner part a word.
		default:
			blank = true
		}
	}
	return b.String()
}

// Fold makes two spellings of a label comparable; column headings use it too.
func Fold(s string) string { return fold(s) }

// sides returns the shorter forms of a label: without the part in brackets, and
// each side of a slash between blanks.
func sides(label string) []string {
	var out []string
	short := label
	if i := strings.IndexByte(label, '('); i > 0 {
		short = strings.TrimSpace(label[:i])
		if j := strings.LastIndexByte(label, ')'); j > i && j+1 < len(label) {
			short += label[j+1:]
		}
		out = append(out, short)
	}
	if strings.Contains(short, " / ") {
		for _, side := range strings.Split(short, " / ") {
			if utf8.RuneCountInString(side) > 1 {
				out = append(out, side)
			}
		}
	}
	return out
}
