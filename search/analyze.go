package search

import (
	"strings"
	"sync"

	"trio.example/search/german"
)

// ExactMark begins the form of a term that was not stemmed: a word as it was
// written outranks its relatives.
const ExactMark = "="

// StemForm is the place of the stem in what TermsOf returns.
const StemForm = 1

// maxMemo bounds the words of each of two generations that are remembered; a
// city's catalogue uses some ten thousand, a country's many more. When the young
// generation is full, the old one goes: what is frequent was asked for again by then.
const maxMemo = 20_000

var memo struct {
	sync.RWMutex
	young, old map[string][]string
}

// Terms are a text field taken apart: of each value its words, of each word what
// TermsOf returns.
type Terms [][][]string

// TakeApart analyses the text fields once for both parts of the index. The
// fields must not be changed afterwards.
func (d *Document) TakeApart() {
	d.terms = make(map[string]Terms, len(d.Text))
	for name, values := range d.Text {
		d.terms[name] = takeApart(values)
	}
}

// Terms returns a text field taken apart.
func (d *Document) Terms(field string) Terms {
	if t, done := d.terms[field]; done {
		return t
	}
	return takeApart(d.Text[field])
}

// spans lends room for the words of a text.
var spans = sync.Pool{New: func() any { return new([]german.Span) }}

func takeApart(values []string) Terms {
	room, _ := spans.Get().(*[]german.Span)
	defer spans.Put(room)
	out := make(Terms, len(values))
	for i, v := range values {
		*room = german.AppendWords((*room)[:0], v)
		words := make([][]string, len(*room))
		for j, s := range *room {
			words[j] = TermsOf(s.Word)
		}
		out[i] = words
	}
	return out
}

// Words is how many words the values have together.
func (t Terms) Words() (n int) {
	for _, v := range t {
		n += len(v)
	}
	return n
}

// TermsOf returns what a word is indexed as: its written form, its stem, and the
// stems of its parts when it is a compound. The caller must not change the list:
// texts repeat their words, and taking a compound apart is dear.
func TermsOf(word string) []string {
	memo.RLock()
	out, young := memo.young[word]
	known := young
	if !young {
		out, known = memo.old[word]
	}
	memo.RUnlock()
	if young {
		return out
	}
	word = strings.Clone(word) // it is a piece of a longer text
	if !known {
		out = terms(word)
	}
	memo.Lock()
	defer memo.Unlock()
	if len(memo.young) >= maxMemo || memo.young == nil {
		memo.young, memo.old = make(map[string][]string, maxMemo/4), memo.young
	}
	memo.young[word] = out
	return out
}

func terms(word string) []string {
	folded := german.Fold(word)
	stem := german.Stem(folded)
	out := []string{ExactMark + folded, stem}
	for _, p := range german.Parts(word) {
		if s := german.Stem(german.Fold(p)); s != stem {
			out = append(out, s)
		}
	}
	return out
}

// Alternatives are the ways a word of a query can match: any one of the lists
// has to be there whole.
type Alternatives struct {
	Exact, Stem string
	// Parts are the stems of a compound's parts; together they match too.
	Parts []string
	// PartSynonyms are stems that mean the same as each of the parts.
	PartSynonyms [][]string
	// Loose are the stems of the words that can be found in a compound, without
	// those that only say what kind of data it is; any one of them matches where
	// nothing better does.
	Loose []string
	// Synonyms are stems that mean the same, Phrases what does in several words (B-Plan).
	Synonyms, Phrases []string
	// Prefix is the beginning of a longer word, empty for short words.
	Prefix string
}

// minPrefix is the length from which a word also finds what begins with it.
const minPrefix = 4

// Analyze gives the ways a word of a query can match.
func Analyze(word string) Alternatives {
	folded := german.Fold(word)
	a := Alternatives{Exact: ExactMark + folded, Stem: german.Stem(folded)}
	for _, p := range german.Split(word) {
		a.Parts = append(a.Parts, german.Stem(german.Fold(p)))
		a.PartSynonyms = append(a.PartSynonyms, Synonyms(p))
	}
	parts := german.Parts(word)
	for _, p := range parts {
		if !german.Kind(p) || len(parts) == 1 {
			a.Loose = append(a.Loose, german.Stem(german.Fold(p)))
		}
	}
	a.Synonyms, a.Phrases = Synonyms(word), phrases(word)
	if len([]rune(folded)) >= minPrefix {
		a.Prefix = ExactMark + folded
	}
	return a
}

// Synonyms are the stems of single words that mean the same as a word, or as several
// that hang together (B-Plan).
func Synonyms(word string) (stems []string) {
	for _, s := range german.Synonyms(word) {
		if !several(s) {
			stems = append(stems, german.Stem(german.Fold(s)))
		}
	}
	return stems
}

func phrases(word string) (out []string) {
	if two := apart(word); two != "" {
		out = append(out, two)
	}
	for _, s := range german.Synonyms(word) {
		if several(s) {
			out = append(out, s)
		}
	}
	return out
}

func several(text string) bool { return len(german.Words(text)) > 1 }

// MinMatch is CKAN's rule of how many of n words must match: up to two all,
// up to five all but one, beyond that 80 %.
func MinMatch(n int) int {
	switch {
	case n <= 2:
		return n
	case n <= 5:
		return n - 1
	default:
		return n * 80 / 100
	}
}
