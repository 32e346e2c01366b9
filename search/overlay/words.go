package overlay

import (
	"fmt"
	"math"
	"math/bits"

	"trio.example/search"
	"trio.example/search/german"
)

func questionKey(kind string, public bool, n search.Node) string {
	return fmt.Sprintf("%s %t %#v", kind, public, n)
}

// What the ways of matching a word are worth beside its stem.
const (
	exactWorth   = 1.3
	partsWorth   = 0.55
	synonymWorth = 0.7
	prefixWorth  = 0.35
	looseWorth   = 0.25
)

// way is one way a word can match: all its terms have to be there, or what may
// stand for each of them.
type way struct {
	terms []string
	other [][]string
	worth float32
}

// stemWay is the place of the stem in what ways returns.
const stemWay = 1

// ways lists how a word of a query can match, and the beginning of longer words.
func ways(w search.Word, a search.Alternatives, loose bool) (out []way, prefix string) {
	out = []way{{terms: []string{a.Exact}, worth: exactWorth}, {terms: []string{a.Stem}, worth: 1}}
	if len(a.Parts) > 0 {
		out = append(out, way{a.Parts, a.PartSynonyms, partsWorth})
	}
	for _, s := range a.Synonyms {
		out = append(out, way{terms: []string{s}, worth: synonymWorth})
	}
	if loose {
		for _, s := range a.Loose {
			out = append(out, way{terms: []string{s}, worth: looseWorth})
		}
	}
	if w.Prefix {
		return out, a.Exact
	}
	return out, a.Prefix
}

// idf is what a term is worth by its rareness among what the reader may see.
func (q *query) idf(n int) float32 {
	return float32(math.Log(1 + (float64(q.total-n)+0.5)/(float64(n)+0.5)))
}

// frequency counts the documents with a term, among what the reader may see;
// here are those in the view at hand.
func (q *query) frequency(term string, here postings) int {
	if q.open && len(q.views) == 1 {
		return min(q.views[0].living(here.ords), q.total)
	}
	if n, ok := q.freq[term]; ok {
		return n
	}
	n := 0
	for _, v := range q.views {
		// What everybody may find may be counted as it is, other types included: a
		// rareness need not be exact.
		if ords := v.word(term).ords; q.open {
			n += v.living(ords)
		} else {
			n += countIn(v.base, ords)
		}
	}
	n = min(n, q.total)
	q.freq[term] = n
	return n
}

// living counts documents that were not replaced or taken away. A catalogue that is
// harvested anew every night would make all its words frequent ones otherwise.
func (v *view) living(ords ordinals) int {
	gone := v.gone()
	const step = 16 // what a look-up costs beside one step of a count
	switch {
	case gone.n == 0:
		return ords.n
	case len(gone.set)+gone.n*step >= ords.n:
		return ords.n - countIn(gone.set, ords)
	}
	n := ords.n
	gone.set.each(func(i uint32) bool {
		if ords.has(i) {
			n--
		}
		return true
	})
	return n
}

// words finds what a person typed, with CKAN's rule of how many words must match.
func (q *query) words(v *view, n search.Words) match {
	stops := 0
	for _, w := range n.Words {
		if german.Stop(w.Text) {
			stops++
		}
	}
	var must, should, not []match
	for i, w := range n.Words {
		if len(german.Words(w.Text)) == 0 {
			continue
		}
		stop := german.Stop(w.Text) && !w.Phrase && stops < len(n.Words)
		if stop && !w.Must && !w.MustNot {
			continue // “und” among other words neither finds nor excludes anything
		}
		m := q.word(v, w, true, n.Loose)
		for _, term := range n.Joined(i) {
			p := v.word(term)
			q.best(&m, p, synonymWorth*q.idf(q.frequency(term, p)))
		}
		switch {
		case w.MustNot:
			not = append(not, m)
		case w.Must:
			must = append(must, m)
		default:
			should = append(should, m)
		}
	}
	if len(must)+len(should)+len(not) == 0 {
		return q.empty(v)
	}
	out := match{set: v.base, flat: 1}
	if len(must)+len(should) > 0 {
		out = q.least(v, must, should, n.Loose)
	}
	if n.Loose && out.score != nil { // what has the words as they were typed comes first
		strict := q.words(v, search.Words{Words: n.Words})
		strict.set.each(func(i uint32) bool {
			if out.set.has(i) {
				out.score[i] += strict.worth(i)
			}
			return true
		})
	}
	if len(not) > 0 {
		out.set, out.own = q.mine(out), true
		for _, m := range not {
			out.set.andNot(m.set)
		}
	}
	return out
}

// least joins words: all of must, and of the others as many as CKAN's rule wants.
func (q *query) least(v *view, must, should []match, loose bool) match {
	all := append(append([]match{}, must...), should...)
	if len(all) == 1 {
		return all[0]
	}
	out := q.empty(v)
	need := search.MinMatch(len(should))
	if loose {
		need = min(1, need)
	}
	var n []uint8
	if need == len(should) {
		copy(out.set, all[0].set)
		for _, m := range all[1:] {
			out.set.and(m.set)
		}
	} else {
		n = q.byte(v.size())
		for _, m := range should {
			m.set.each(func(i uint32) bool { n[i] = min(n[i]+1, 254); return true })
			out.set.or(m.set)
		}
		out.set.each(func(i uint32) bool {
			if int(n[i]) < need {
				out.set[i>>6] &^= 1 << (i & 63)
			}
			return true
		})
		for _, m := range must {
			out.set.and(m.set)
		}
	}
	q.sum(v, &out, all)
	if n != nil && out.score != nil {
		q.share(v, &out, all)
	}
	return out
}

// share lowers what documents are worth that lack some of the words, by how much
// of the question these are: a rare word says what is meant, a year or a city
// only which of it.
func (q *query) share(v *view, out *match, all []match) {
	have, total := q.float(v.size()), float32(0)
	for _, m := range all {
		total += m.mass
		m.set.each(func(i uint32) bool { have[i] += m.mass; return true })
	}
	if total <= 0 {
		return
	}
	out.set.each(func(i uint32) bool {
		x := have[i] / total
		out.score[i] *= x * x
		return true
	})
}

// word finds one word, or a phrase, in all fields. Of several ways in which a
// document matches the best one counts.
func (q *query) word(v *view, w search.Word, phrases, loose bool) match {
	spans := german.Words(w.Text)
	if len(spans) == 0 {
		return q.empty(v)
	}
	if phrases && (w.Phrase || len(spans) > 1) {
		m := q.ask(v, "words", search.Words{Words: []search.Word{{Text: w.Text, Phrase: true}}}, 0)
		for _, s := range spans {
			m.mass = max(m.mass, q.rareness(v, search.Analyze(s.Word)))
		}
		if !w.Phrase {
			for _, s := range search.Synonyms(w.Text) {
				p := v.word(s)
				q.best(&m, p, synonymWorth*q.idf(q.frequency(s, p)))
			}
		}
		return m
	}
	m := q.empty(v)
	m.score = q.raw(v.size())
	a := search.Analyze(spans[0].Word)
	m.mass = q.rareness(v, a)
	list, prefix := ways(w, a, loose)
	// Another word for the same is not worth more because it is rarer.
	most := q.idf(q.frequency(list[stemWay].terms[0], v.word(list[stemWay].terms[0])))
	for i, x := range list {
		if len(x.terms) == 1 {
			p := v.word(x.terms[0])
			rare := q.idf(q.frequency(x.terms[0], p))
			if i > stemWay {
				rare = min(rare, most)
			}
			q.best(&m, p, x.worth*rare)
		} else {
			q.together(v, &m, x)
		}
	}
	if prefix != "" {
		for term, p := range weighed(q, v.wordsFrom(prefix), one) {
			if term != prefix {
				q.best(&m, p, prefixWorth*min(most, q.idf(q.frequency(term, p))))
			}
		}
	}
	if phrases {
		for _, text := range a.Phrases {
			p := q.ask(v, "words", search.Words{Words: []search.Word{{Text: text, Phrase: true}}}, synonymWorth)
			p.set.each(func(i uint32) bool { m.raise(i, p.score[i]); return true })
		}
	}
	return m
}

// rareness is what a word is worth by the most frequent of its forms.
func (q *query) rareness(v *view, a search.Alternatives) float32 {
	n := 0
	for _, term := range append([]string{a.Exact, a.Stem}, a.Synonyms...) {
		n = max(n, q.frequency(term, v.word(term)))
	}
	return q.idf(n)
}

// best raises documents to what a term is worth in them. Scores count only where
// the set has the document.
func (q *query) best(m *match, p postings, worth float32) {
	worth /= 255
	weights := p.weights
	for k, i := range p.ords.plain {
		m.raise(i, worth*float32(weights[k]))
	}
	for c := p.ords.cursor(); p.ords.plain == nil && c.left > 0; {
		switch form, high, data := c.whole(formBits); form {
		case formEach:
			for k, low := range data {
				m.raise(high|uint32(low), worth*float32(weights[k]))
			}
			weights = weights[len(data):]
		case formBits:
			weights = weights[m.raiseBits(high, data, weights, worth):]
		default:
			ords := c.next(q.some[:])
			for k, i := range ords {
				m.raise(i, worth*float32(weights[k]))
			}
			weights = weights[len(ords):]
		}
	}
}

// within is best for the documents of a set only.
func (m *match) within(s set, p postings, worth float32) {
	worth /= 255
	var buf chunk
	c, weights := p.ords.cursor(), p.weights
	for ords := c.next(buf[:]); len(ords) > 0; ords = c.next(buf[:]) {
		for k, i := range ords {
			if s.has(i) {
				m.raise(i, worth*float32(weights[k]))
			}
		}
		weights = weights[len(ords):]
	}
}

// raiseBits raises the documents of a container of bits and counts them.
func (m *match) raiseBits(from uint32, data []uint16, weights []uint8, worth float32) (n int) {
	for ; len(data) > 0; from, data = from+64, data[4:] {
		word := bitsOf(data)
		old := m.set[from>>6]
		m.set[from>>6] = old | word
		score := m.score[from:min(int(from)+64, len(m.score))]
		for ; word != 0; word &= word - 1 {
			i := bits.TrailingZeros64(word)
			if x := worth * float32(weights[n]); old>>i&1 == 0 || x > score[i] {
				score[i] = x
			}
			n++
		}
	}
	return n
}

func (m *match) raise(i uint32, x float32) {
	if bit := uint64(1) << (i & 63); m.set[i>>6]&bit == 0 {
		m.set[i>>6] |= bit
		m.score[i] = x
	} else if x > m.score[i] {
		m.score[i] = x
	}
}

// together finds documents that have all terms of a way, such as the parts of a
// compound that the author wrote apart or in other words.
func (q *query) together(v *view, m *match, x way) {
	var all match
	for k, term := range x.terms {
		part := q.empty(v)
		part.score = q.raw(v.size())
		raise := func(p postings, worth float32) {
			if k == 0 {
				q.best(&part, p, worth)
			} else {
				part.within(all.set, p, worth)
			}
		}
		p := v.word(term)
		rare := q.idf(q.frequency(term, p))
		raise(p, x.worth*rare/float32(len(x.terms)))
		for _, s := range x.other[k] {
			p := v.word(s)
			raise(p, x.worth*synonymWorth*min(rare, q.idf(q.frequency(s, p)))/float32(len(x.terms)))
		}
		if k > 0 {
			part.set.each(func(i uint32) bool { part.score[i] += all.score[i]; return true })
		}
		all = part
	}
	all.set.each(func(i uint32) bool { m.raise(i, all.score[i]); return true })
}
