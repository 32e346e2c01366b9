package overlay

import (
	"iter"
	"math"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/german"
)

// A pattern, a range of words or a misspelled word is compared with every word
// there is. One such question is always answered; many at once, which nobody but
// an attacker asks, are bounded together.
const (
	maxWork = 2 << 20 // words looked at by one search
	// askWork is what a question costs that the index of places answers.
	askWork = 25_000
	// editWork is what it costs to count the letters that differ.
	editWork = 8
	// rowWork is what it costs to see in one document whether words stand in a row.
	rowWork = 12
	// looks is after how many words it is looked whether anybody still waits.
	looks = 4096
)

// errCostly ends a search that would take too long.
var errCostly = catalog.Invalid(catalog.Finding{
	Severity: catalog.SeverityError, Field: "q", Code: "query_costly",
	Message: catalog.DE("Die Suche enthält zu viele Muster (*, ?, ~), Bereiche oder Wortfolgen in Anführungszeichen und würde zu lange dauern.", "The search has too many patterns (*, ?, ~), ranges or rows of words in quotes and would take too long."),
	Remedy:  catalog.DE("Bitte mit weniger davon suchen.", "Please search with fewer of them."),
})

// scan begins to compare something with many words; false when that must not be.
func (q *query) scan() bool {
	q.scans++
	return q.failed == nil
}

// costs notes work and reports whether the search may go on.
func (q *query) costs(n int) bool {
	before := q.work
	if q.work += n; q.work/looks != before/looks && q.failed == nil {
		q.failed = q.ctx.Err()
	}
	if q.work > maxWork && q.scans > len(q.views) && q.failed == nil {
		q.failed = errCostly
	}
	return q.failed == nil
}

// weighed goes through all that one question is compared with, as long as the
// search may go on; cost is what looking at one of them costs.
func weighed[V any](q *query, all iter.Seq2[string, V], cost func(text string) int) iter.Seq2[string, V] {
	return func(yield func(string, V) bool) {
		if !q.scan() {
			return
		}
		for text, v := range all {
			if !q.costs(cost(text)) || !yield(text, v) {
				return
			}
		}
	}
}

// inRow is what it costs to find words in a row, 0 for what is no row of words: all
// documents are looked at that have the rarest of them.
func (q *query) inRow(v *view, n search.Node) int {
	text := ""
	switch n := n.(type) {
	case search.Phrase:
		text = n.Value
	case search.Term:
		text = n.Value
	case search.Words:
		if len(n.Words) == 1 {
			text = n.Words[0].Text
		}
	}
	spans := german.Words(text)
	if len(spans) < 2 {
		return 0
	}
	rarest := math.MaxInt32
	for _, s := range spans {
		rarest = min(rarest, v.word(search.Analyze(s.Word).Stem).ords.n)
	}
	return rowWork * rarest
}

func one(string) int { return 1 }

func against(pattern string) func(string) int {
	return func(text string) int { return effort(pattern, text) }
}

// near compares words with a wanted one: in how many letters they differ, and
// whether those are no more than allowed. What shares too few letters with it is
// not compared in order.
func (q *query) near(wanted string, allowed int) func(word string) (letters int, ok bool) {
	has := mask(wanted)
	return func(word string) (int, bool) {
		if differ(has, mask(word)) > 2*allowed || !q.costs(editWork) {
			return 0, false
		}
		letters := search.Edits(wanted, word, allowed)
		return letters, letters <= allowed
	}
}

// effort is what comparing a pattern with a text costs at most, in words.
func effort(pattern, text string) int {
	const letters = 64
	return 1 + len(pattern)*len(text)/letters/letters
}
