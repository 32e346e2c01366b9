package overlay

import (
	"bytes"
	"cmp"
	"context"
	"math/bits"
	"slices"
	"sort"
	"strings"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/german"
)

// maxTyped bounds the text of a suggestion, in characters.
const maxTyped = 100

// maxNames bounds how many names that contain a text are looked at.
const maxNames = 5000

// Complete finds active datasets whose name or title contains a text, by title.
func (x *Index) Complete(ctx context.Context, text string, labels []string, all bool, limit int) ([]search.Hit, error) {
	if r := []rune(text); len(r) > maxTyped {
		text = string(r[:maxTyped])
	}
	if limit <= 0 {
		return nil, nil
	}
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.begin(ctx, &search.Query{Labels: labels, AllLabels: all})
	defer q.giveBack()
	type match struct {
		title, id string
	}
	var list []match
	for _, v := range q.views {
		// What is deleted or a draft must not take the places of what is shown.
		v.base.and(q.exact(v, "state", string(catalog.StateActive), 0).set)
		title := firstValue(v.tier, fieldTitle)
		seen := map[uint32]bool{}
		take := func(ords ordinals) {
			for ord := range ords.all() {
				if v.base.has(ord) && !seen[ord] {
					seen[ord] = true
					t, _ := title(ord)
					list = append(list, match{t, v.id(ord)})
				}
			}
		}
		n := len(list) + limit
		containing(v.tier, fieldTitle, sortKey(text), func(ords ordinals) bool { take(ords); return len(list) < n })
		n = len(list) + maxNames
		containing(v.tier, "name", strings.ToLower(text), func(ords ordinals) bool { take(ords); return len(list) < n })
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b match) int { return cmp.Or(strings.Compare(a.title, b.title), strings.Compare(a.id, b.id)) })
	out := make([]search.Hit, min(limit, len(list)))
	for i := range out {
		out[i].ID = strings.Clone(list[i].id)
	}
	return out, nil
}

// containing calls fn with the documents of each value that contains a text, in
// the order of the values, until it returns false.
func containing(t tier, field, text string, fn func(ordinals) bool) {
	s, ok := t.(*segment)
	if !ok {
		for v, ords := range t.valuesFrom(field, "") {
			if strings.Contains(v, text) && !fn(ords) {
				return
			}
		}
		return
	}
	// The values of a field lie one behind the other: one search runs through them all.
	r := s.meta.Fields[field]
	if r[0] == r[1] {
		return
	}
	blob := s.valueText[s.valueOff[r[0]]:s.valueOff[r[1]]]
	base := s.valueOff[r[0]]
	if text == "" {
		for i := r[0]; i < r[1]; i++ {
			if !fn(s.valueAt(i)) {
				return
			}
		}
		return
	}
	for from := 0; from < len(blob); {
		at := bytes.Index(blob[from:], []byte(text))
		if at < 0 {
			return
		}
		at += from
		i := r[0] + sort.Search(r[1]-r[0], func(i int) bool { return s.valueOff[r[0]+i+1]-base > uint32(at) })
		end := int(s.valueOff[i+1] - base)
		if at+len(text) > end { // across two values
			from = at + 1
			continue
		}
		if !fn(s.valueAt(i)) {
			return
		}
		from = end
	}
}

// Suggest finds what a text could become: datasets, organizations, groups and
// keywords, as the search in the end would find them.
func (x *Index) Suggest(ctx context.Context, text string, labels []string, all bool, limit int) (*search.Suggestions, error) {
	if r := []rune(text); len(r) > maxTyped {
		text = string(r[:maxTyped])
	}
	out := &search.Suggestions{}
	spans := german.Words(text)
	if len(spans) == 0 {
		return out, nil
	}
	var words search.Words
	for i, s := range spans {
		words.Words = append(words.Words, search.Word{Text: s.Word, Must: true, Prefix: i == len(spans)-1 && utf8.RuneCountInString(s.Word) >= minPrefix})
	}
	ask := func(typ catalog.Type) ([]search.Hit, error) {
		res, err := x.Search(ctx, search.Query{Text: words, Types: []string{string(typ)}, Labels: labels, AllLabels: all, Rows: limit,
			Filters: []search.Node{search.Term{Field: "state", Value: string(catalog.StateActive)}}})
		if err != nil {
			return nil, err
		}
		return res.Hits, nil
	}
	var err error
	if out.Organizations, err = ask(catalog.TypeOrganization); err != nil {
		return nil, err
	}
	if out.Groups, err = ask(catalog.TypeGroup); err != nil {
		return nil, err
	}
	if out.Datasets, err = ask(catalog.TypeDataset); err != nil {
		return nil, err
	}
	out.Keywords, err = x.keywords(ctx, sortKey(text), labels, all, limit)
	return out, err
}

// minPrefix is from how many letters on the last word may go on.
const minPrefix = 2

// keywords are the values of tags that begin with a text, or have a word that
// does, the most frequent first.
func (x *Index) keywords(ctx context.Context, text string, labels []string, all bool, limit int) ([]search.Count, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.begin(ctx, &search.Query{Labels: labels, AllLabels: all})
	defer q.giveBack()
	found := map[string]int{}
	for _, v := range q.views {
		for tag, ords := range v.valuesFrom("tags", "") {
			if k := sortKey(tag); strings.HasPrefix(k, text) || strings.Contains(k, " "+text) {
				if n := countIn(v.base, ords); n > 0 {
					found[tag] += n
				}
			}
		}
	}
	out := make([]search.Count, 0, len(found))
	for tag, n := range found {
		out = append(out, search.Count{Value: strings.Clone(tag), Count: n})
	}
	slices.SortFunc(out, compareCounts)
	return out[:min(limit, len(out))], nil
}

// Correct proposes a written form for each word that is in no document the
// reader may see, with one document that has it; a word without proposal or
// without need has none.
func (x *Index) Correct(ctx context.Context, words, labels []string, all bool) ([]search.Correction, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.begin(ctx, &search.Query{Labels: labels, AllLabels: all})
	defer q.giveBack()
	var out []search.Correction
	for _, w := range words[:min(len(words), maxCorrected)] {
		known := false
		for _, v := range q.views {
			m := q.word(v, search.Word{Text: w}, false, false)
			m.set.and(v.base)
			known = known || m.set.count() > 0
		}
		if known || german.Stop(w) {
			continue
		}
		if c, ok := q.nearest(german.Fold(w)); ok {
			c.Word = w
			out = append(out, c)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return out, nil
}

const maxCorrected = 8

// guess is a word that may have been meant, on the way to the best one. Of equals
// a word that stands there as it was meant is better than a part of compounds, that
// is better than a stem, and then the more frequent one is.
type guess struct {
	search.Correction
	distance, kind, n int
}

const (
	guessWritten = iota
	guessPart
	guessStem
)

// nearest finds the word with the fewest differing letters. Who misspells
// “hochwaser” may mean a word that stands nowhere but in compounds, or in the
// plural only: parts are compared as they are spelled, stems with the stem.
func (q *query) nearest(word string) (search.Correction, bool) {
	allowed := tolerance(word)
	if allowed == 0 {
		return search.Correction{}, false
	}
	best := guess{distance: allowed + 1}
	stem := german.Stem(word)
	written, stemmed := newLetters(word), newLetters(stem)
	for _, v := range q.views {
		for term, p := range v.wordsFrom("") {
			if form, ok := strings.CutPrefix(term, search.ExactMark); ok {
				q.offer(&best, written, form, guessWritten, v, p)
			} else {
				q.offer(&best, stemmed, form, guessStem, v, p)
			}
		}
		for _, base := range german.Bases() {
			if written.near(base, best.distance) {
				q.offer(&best, written, base, guessPart, v, v.word(german.Stem(base)))
			}
		}
	}
	return best.Correction, best.n > 0
}

func (q *query) offer(best *guess, typed letters, form string, kind int, v *view, p postings) {
	if !typed.near(form, best.distance) {
		return
	}
	allowed := min(typed.allowed, best.distance)
	d := search.Edits(typed.word, form, allowed)
	if d == 0 || d > allowed {
		return
	}
	n := countIn(v.base, p.ords)
	if n == 0 || cmp.Or(cmp.Compare(d, best.distance), cmp.Compare(kind, best.kind), cmp.Compare(best.n, n)) >= 0 {
		return
	}
	*best = guess{search.Correction{Form: strings.Clone(form), Stem: kind == guessStem}, d, kind, n}
	for ord := range p.ords.all() {
		if v.base.has(ord) {
			best.Example = strings.Clone(v.id(ord))
			break
		}
	}
}

// letters is a word that is compared with many.
type letters struct {
	word    string
	mask    uint32
	allowed int
}

func newLetters(word string) letters { return letters{word, mask(word), tolerance(word)} }

// near rules out most words without looking at each letter.
func (l letters) near(form string, distance int) bool {
	allowed := min(l.allowed, distance)
	d := len(form) - len(l.word)
	return allowed > 0 && d <= allowed && -d <= allowed && differ(l.mask, mask(form)) <= 2*allowed
}

// tolerance is how many letters of a word may be wrong.
func tolerance(word string) int {
	switch n := utf8.RuneCountInString(word); {
	case n < 4:
		return 0
	case n < 8:
		return 1
	default:
		return 2
	}
}

// mask has a bit for each letter of a word.
func mask(s string) (m uint32) {
	for i := range len(s) {
		m |= 1 << (s[i] & 31)
	}
	return m
}

func differ(a, b uint32) int { return bits.OnesCount32(a ^ b) }
