package german

import (
	"maps"
	"slices"
	"strings"
	"sync"
)

// links may stand behind a part that another one follows, endings behind the
// last one: plural and case.
var (
	links   = []string{"", "s", "n", "e", "en", "er", "es", "ns"}
	endings = []string{"", "e", "n", "s", "en", "er", "es", "se", "ern", "sen", "nen"}
)

const (
	minPart  = 3
	maxParts = 4
	// minElided is the length of a word that may lose its last e when another
	// word follows: Schule in Schulweg, but not Rede in “red”.
	minElided = 5
)

// form is a spelling that a base takes inside a compound.
type form struct {
	base string
	link int // letters added to the base
}

// forms are the spellings of all bases, so that splitting only looks up.
type forms struct {
	bases   map[string]bool
	inner   map[string]form // another part follows
	last    map[string]form
	longest int
}

var compounds = sync.OnceValue(func() *forms {
	f := &forms{bases: map[string]bool{}, inner: map[string]form{}, last: map[string]form{}}
	for _, line := range lines(wordList) {
		for _, w := range strings.Fields(line) {
			f.bases[Fold(w)] = true
		}
	}
	for base := range f.bases {
		for _, link := range links {
			f.add(f.inner, base+link, form{base, len(link)})
		}
		if stem, ok := strings.CutSuffix(base, "e"); ok && len(base) >= minElided {
			f.add(f.inner, stem, form{base, 1})
		}
		for _, end := range endings {
			f.add(f.last, base+end, form{base, len(end)})
		}
		for _, latin := range []string{"um", "us", "on", "a"} { // Museum and Museen, Thema and Themen
			if stem, ok := strings.CutSuffix(base, latin); ok && len(base) >= minElided {
				f.add(f.last, stem+"en", form{base, 2})
				f.add(f.inner, stem+"en", form{base, 2})
			}
		}
	}
	return f
})

// add keeps the form nearest to a base; the alphabet decides between equals,
// so that every start of the program splits alike.
func (f *forms) add(to map[string]form, spelling string, x form) {
	if len(spelling) < minPart {
		return
	}
	old, taken := to[spelling]
	if !taken || x.link < old.link || x.link == old.link && x.base < old.base {
		to[spelling] = x
	}
	f.longest = max(f.longest, len(spelling))
}

// Bases are the words that compounds are made of, folded and in order. The list
// must not be changed.
var Bases = sync.OnceValue(func() []string { return slices.Sorted(maps.Keys(compounds().bases)) })
