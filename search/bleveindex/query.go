package bleveindex

import (
	"slices"
	"strings"
	"unicode/utf8"

	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/query"

	"trio.example/search"
	"trio.example/search/german"
)

// boosts are the weights of fields in a phrase that any may hold: CKAN's.
var boosts = map[string]float64{"title": 4, "name": 4, "tags": 2, "groups": 2}

func term(field, value string, boost float64) query.Query {
	q := query.NewTermQuery(value)
	q.SetField(field)
	if boost > 0 {
		q.SetBoost(boost)
	}
	return q
}

// forms are the terms under which a text field has a stem: words that are their
// own stem are there as they were written.
func forms(stem string) []string {
	if german.Stem(stem) == stem {
		return []string{stem, search.ExactMark + stem}
	}
	return []string{stem}
}

// stemmed finds the words of a stem.
func stemmed(field, stem string, boost float64) query.Query {
	var any []query.Query
	for _, f := range forms(stem) {
		any = append(any, term(field, f, boost))
	}
	return any1(any...)
}

// inRow finds stems in a row.
func inRow(field string, stems []string, boost float64) query.Query {
	row := make([][]string, len(stems))
	for i, s := range stems {
		row[i] = forms(s)
	}
	p := query.NewMultiPhraseQuery(row, field)
	p.SetBoost(boost)
	return p
}

func any1(qs ...query.Query) query.Query {
	if len(qs) == 1 {
		return qs[0]
	}
	return query.NewDisjunctionQuery(qs)
}

// translate turns a node on a text field into Bleve's query. Whole trees are the
// overlay's work.
func translate(n search.Node, fields []string) query.Query {
	switch n := n.(type) {
	case search.Term:
		if n.Field == "text" {
			return phraseOf(n.Value, fields)
		}
		return textTerm(n)
	case search.Phrase:
		if n.Slop > 0 {
			return together(n, fields)
		}
		if n.Field == "text" {
			return phraseOf(n.Value, fields)
		}
		return textPhrase(n)
	case search.Wildcard:
		p := search.ParsePattern(search.ExactMark + german.Fold(n.Pattern))
		return &like{field: textPrefix + n.Field, begin: p.Literal(), fits: p.Fits}
	case search.Range:
		return span(n)
	case search.Words:
		var must []query.Query
		for _, w := range n.Words {
			must = append(must, phraseOf(w.Text, fields))
		}
		if must != nil {
			return query.NewConjunctionQuery(must)
		}
	}
	return query.NewMatchNoneQuery()
}

func textTerm(n search.Term) query.Query {
	spans := german.Words(n.Value)
	if len(spans) == 0 {
		return query.NewMatchNoneQuery()
	}
	if len(spans) > 1 { // “user-names” is several words in a row
		return textPhrase(search.Phrase{Field: n.Field, Value: n.Value, Boost: n.Boost})
	}
	if n.Fuzzy > 0 && utf8.RuneCountInString(spans[0].Word) > longFuzzy {
		word, allowed := german.Fold(spans[0].Word), min(n.Fuzzy, 2)
		return &like{field: textPrefix + n.Field, begin: search.ExactMark, fits: func(term string) bool {
			return search.Edits(word, term[len(search.ExactMark):], allowed) <= allowed
		}}
	}
	if n.Fuzzy > 0 {
		f := query.NewFuzzyQuery(search.ExactMark + german.Fold(spans[0].Word))
		f.SetField(textPrefix + n.Field)
		f.SetFuzziness(min(n.Fuzzy, 2))
		f.SetPrefix(len(search.ExactMark)) // written forms only
		return f
	}
	return wordIn(textPrefix+n.Field, search.Analyze(spans[0].Word), boost(n.Boost))
}

func boost(b float64) float64 {
	if b <= 0 {
		return 1
	}
	return b
}

// wordIn finds a word in one text field by any of its alternatives.
func wordIn(field string, a search.Alternatives, weight float64) query.Query {
	qs := []query.Query{term(field, a.Exact, 2*weight), stemmed(field, a.Stem, weight)}
	if len(a.Parts) > 0 {
		parts := make([]query.Query, len(a.Parts))
		for i, p := range a.Parts {
			any := []query.Query{stemmed(field, p, weight/4)}
			for _, s := range a.PartSynonyms[i] {
				any = append(any, stemmed(field, s, weight/8))
			}
			parts[i] = any1(any...)
		}
		qs = append(qs, query.NewConjunctionQuery(parts))
	}
	for _, s := range a.Synonyms {
		qs = append(qs, stemmed(field, s, weight/2))
	}
	return any1(qs...)
}

// stemsOf are the words of a phrase.
func stemsOf(text string) (stems []string) {
	for _, s := range german.Words(text) {
		stems = append(stems, german.Stem(german.Fold(s.Word)))
	}
	return stems
}

// together finds all words of a phrase in one field, wherever they stand in it.
func together(n search.Phrase, fields []string) query.Query {
	stems := stemsOf(n.Value)
	if n.Field != "text" {
		fields = []string{n.Field}
	}
	if len(stems) == 0 {
		return query.NewMatchNoneQuery()
	}
	slices.Sort(stems)
	stems = slices.Compact(stems)
	var any []query.Query
	for _, f := range fields {
		all := make([]query.Query, len(stems))
		for i, s := range stems {
			all[i] = stemmed(textPrefix+f, s, boost(boosts[f]))
		}
		any = append(any, query.NewConjunctionQuery(all))
	}
	return any1(any...)
}

// near reports whether a document that has all words of a phrase in a field has
// them near enough to each other, in one of the field's values.
func near(stems []string, slop int, found []bsearch.FieldTermLocation) bool {
	if len(stems) == 1 {
		return true
	}
	type value struct {
		field string
		at    uint64
	}
	places := map[value]map[string][]int{}
	for _, f := range found {
		v := value{field: f.Field}
		if len(f.Location.ArrayPositions) > 0 {
			v.at = f.Location.ArrayPositions[0]
		}
		if places[v] == nil {
			places[v] = map[string][]int{}
		}
		stem := strings.TrimPrefix(f.Term, search.ExactMark)
		places[v][stem] = append(places[v][stem], int(f.Location.Pos)) //nolint:gosec // places of words
	}
	for _, here := range places {
		for _, list := range here {
			slices.Sort(list)
		}
		if search.Near(stems, here, slop) {
			return true
		}
	}
	return false
}

func textPhrase(n search.Phrase) query.Query {
	stems := stemsOf(n.Value)
	switch len(stems) {
	case 0:
		return query.NewMatchNoneQuery()
	case 1:
		return stemmed(textPrefix+n.Field, stems[0], n.Boost)
	}
	return inRow(textPrefix+n.Field, stems, boost(n.Boost))
}

// span finds words between two others, among the written forms.
func span(n search.Range) query.Query {
	yes, no := true, false
	inclusive := func(exclusive bool) *bool {
		if exclusive {
			return &no
		}
		return &yes
	}
	from, to := search.ExactMark+german.Fold(n.From), search.ExactMark+"\U0010FFFF"
	if n.To != "" {
		to = search.ExactMark + german.Fold(n.To)
	}
	q := query.NewTermRangeInclusiveQuery(from, to, inclusive(n.FromExclusive), inclusive(n.ToExclusive))
	q.SetField(textPrefix + n.Field)
	return q
}

// phraseOf finds words in a row in any of some fields.
func phraseOf(text string, fields []string) query.Query {
	stems := stemsOf(text)
	if len(stems) == 0 {
		return query.NewMatchNoneQuery()
	}
	var qs []query.Query
	for _, f := range fields {
		if len(stems) == 1 {
			qs = append(qs, stemmed(textPrefix+f, stems[0], boost(boosts[f])))
			continue
		}
		qs = append(qs, inRow(textPrefix+f, stems, boost(boosts[f])))
	}
	return query.NewDisjunctionQuery(qs)
}
