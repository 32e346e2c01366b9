package bleveindex

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/blevesearch/bleve/v2/search/query"

	"trio.example/search"
	"trio.example/search/german"
)

// Weights of the fields a plain word is looked for in: CKAN's.
var wordFields = []struct {
	name  string
	boost float64
}{{"title", 4}, {"name", 4}, {"tags", 2}, {"groups", 2}, {"organization", 1}, {"text", 1}}

func term(field, value string, boost float64) query.Query {
	q := query.NewTermQuery(value)
	q.SetField(field)
	if boost > 0 {
		q.SetBoost(boost)
	}
	return q
}

func any1(qs ...query.Query) query.Query {
	if len(qs) == 1 {
		return qs[0]
	}
	return query.NewDisjunctionQuery(qs)
}

// translate turns a query tree into Bleve's.
func translate(n search.Node) query.Query {
	switch n := n.(type) {
	case nil, search.All:
		return query.NewMatchAllQuery()
	case search.And:
		return and(n.Nodes)
	case search.Or:
		qs := make([]query.Query, len(n.Nodes))
		for i, x := range n.Nodes {
			qs[i] = translate(x)
		}
		d := query.NewDisjunctionQuery(qs)
		d.SetMin(float64(max(1, n.Min)))
		return d
	case search.Not:
		return query.NewBooleanQuery([]query.Query{query.NewMatchAllQuery()}, nil, []query.Query{translate(n.Node)})
	case search.Term:
		return termQuery(n)
	case search.Phrase:
		return phrase(n)
	case search.Wildcard:
		return wildcard(n)
	case search.Exists:
		return term(fieldNames, n.Field, 0)
	case search.Range:
		return span(n)
	case search.Words:
		return words(n)
	default: // search.None
		return query.NewMatchNoneQuery()
	}
}

func and(nodes []search.Node) query.Query {
	var must, not []query.Query
	for _, x := range nodes {
		if inner, negative := x.(search.Not); negative {
			not = append(not, translate(inner.Node))
			continue
		}
		must = append(must, translate(x))
	}
	if must == nil {
		must = []query.Query{query.NewMatchAllQuery()}
	}
	return query.NewBooleanQuery(must, nil, not)
}

// withAddress adds the way addresses among CKAN's extras are found: as a whole,
// in the exact field that has the extra's own name.
func withAddress(field string, words query.Query, whole func(exact string) query.Query) query.Query {
	key, extra := strings.CutPrefix(field, "extras_")
	if !extra {
		return words
	}
	return query.NewDisjunctionQuery([]query.Query{words, whole(exactPrefix + key)})
}

func termQuery(n search.Term) query.Query {
	if search.TextField(n.Field) {
		return withAddress(n.Field, textTerm(n), func(exact string) query.Query { return term(exact, n.Value, n.Boost) })
	}
	return exactTerm(n)
}

func textTerm(n search.Term) query.Query {
	spans := german.Words(n.Value)
	if len(spans) == 0 {
		return query.NewMatchNoneQuery()
	}
	if len(spans) > 1 { // “user-names” is several words in a row
		return textPhrase(search.Phrase{Field: n.Field, Value: n.Value, Boost: n.Boost})
	}
	if n.Fuzzy > 0 {
		f := query.NewFuzzyQuery(search.ExactMark + german.Fold(spans[0].Word))
		f.SetField(textPrefix + n.Field)
		f.SetFuzziness(min(n.Fuzzy, 2))
		return f
	}
	return wordIn(textPrefix+n.Field, search.Analyze(spans[0].Word), boost(n.Boost), false)
}

func exactTerm(n search.Term) query.Query {
	switch {
	case search.DateField(n.Field), search.NumberField(n.Field):
		return span(search.Range{Field: n.Field, From: n.Value, To: n.Value})
	default:
		return term(exactPrefix+n.Field, n.Value, n.Boost)
	}
}

func boost(b float64) float64 {
	if b <= 0 {
		return 1
	}
	return b
}

// wordIn finds a word in one text field by any of its alternatives.
func wordIn(field string, a search.Alternatives, weight float64, prefix bool) query.Query {
	qs := []query.Query{term(field, a.Exact, 2*weight), term(field, a.Stem, weight)}
	if len(a.Parts) > 0 {
		parts := make([]query.Query, len(a.Parts))
		for i, p := range a.Parts {
			parts[i] = term(field, p, weight/4)
		}
		qs = append(qs, query.NewConjunctionQuery(parts))
	}
	for _, s := range a.Synonyms {
		qs = append(qs, term(field, s, weight/2))
	}
	if prefix && a.Prefix != "" {
		p := query.NewPrefixQuery(a.Prefix)
		p.SetField(field)
		p.SetBoost(weight / 8)
		qs = append(qs, p)
	}
	return any1(qs...)
}

// phrase finds words in a row, by their stems; in an exact field the whole value.
func phrase(n search.Phrase) query.Query {
	if !search.TextField(n.Field) {
		return termQuery(search.Term{Field: n.Field, Value: n.Value, Boost: n.Boost})
	}
	return withAddress(n.Field, textPhrase(n), func(exact string) query.Query { return term(exact, n.Value, n.Boost) })
}

func textPhrase(n search.Phrase) query.Query {
	var stems []string
	for _, s := range german.Words(n.Value) {
		stems = append(stems, german.Stem(german.Fold(s.Word)))
	}
	switch len(stems) {
	case 0:
		return query.NewMatchNoneQuery()
	case 1:
		return term(textPrefix+n.Field, stems[0], n.Boost)
	}
	p := query.NewPhraseQuery(stems, textPrefix+n.Field)
	p.SetBoost(boost(n.Boost))
	return p
}

// wildcard matches the indexed form: in a text field the words as written.
func wildcard(n search.Wildcard) query.Query {
	if search.TextField(n.Field) {
		words := pattern(textPrefix+n.Field, search.ExactMark+german.Fold(n.Pattern), n.Boost)
		return withAddress(n.Field, words, func(exact string) query.Query { return pattern(exact, n.Pattern, n.Boost) })
	}
	return pattern(exactPrefix+n.Field, n.Pattern, n.Boost)
}

func pattern(field, pattern string, weight float64) query.Query {
	var re strings.Builder
	for _, r := range pattern {
		switch r {
		case '*':
			re.WriteString(".*")
		case '?':
			re.WriteByte('.')
		default:
			re.WriteString(regexp.QuoteMeta(string(r)))
		}
	}
	q := query.NewRegexpQuery(re.String())
	q.SetField(field)
	q.SetBoost(boost(weight))
	return q
}

func span(n search.Range) query.Query {
	yes, no := true, false
	inclusive := func(exclusive bool) *bool {
		if exclusive {
			return &no
		}
		return &yes
	}
	switch {
	case search.DateField(n.Field):
		from, to := instant(n.From, false), instant(n.To, true)
		if (n.From != "" && from.IsZero()) || (n.To != "" && to.IsZero()) {
			return query.NewMatchNoneQuery()
		}
		q := query.NewDateRangeInclusiveQuery(from, to, inclusive(n.FromExclusive), inclusive(n.ToExclusive))
		if from.IsZero() && to.IsZero() {
			return term(fieldNames, n.Field, 0)
		}
		q.SetField(datePrefix + n.Field)
		return q
	case search.NumberField(n.Field):
		from, okFrom := number(n.From)
		to, okTo := number(n.To)
		if !okFrom || !okTo {
			return query.NewMatchNoneQuery()
		}
		if from == nil && to == nil {
			return term(fieldNames, n.Field, 0)
		}
		q := query.NewNumericRangeInclusiveQuery(from, to, inclusive(n.FromExclusive), inclusive(n.ToExclusive))
		q.SetField(numPrefix + n.Field)
		return q
	default:
		if n.From == "" && n.To == "" {
			return term(fieldNames, n.Field, 0)
		}
		field, from, to := exactPrefix+n.Field, n.From, n.To
		if search.TextField(n.Field) {
			field = textPrefix + n.Field
			if from != "" {
				from = search.ExactMark + german.Fold(from)
			}
			if to != "" {
				to = search.ExactMark + german.Fold(to)
			} else {
				to = search.ExactMark + "\U0010FFFF" // stay among the written forms
			}
		}
		q := query.NewTermRangeInclusiveQuery(from, to, inclusive(n.FromExclusive), inclusive(n.ToExclusive))
		q.SetField(field)
		return q
	}
}

// instant reads a date; a day, month or year as upper bound means its end.
func instant(s string, end bool) time.Time {
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t
	}
	for layout, next := range map[string][3]int{time.DateOnly: {0, 0, 1}, "2006-01": {0, 1, 0}, "2006": {1, 0, 0}} {
		if t, err := time.Parse(layout, s); err == nil {
			if end {
				return t.AddDate(next[0], next[1], next[2]).Add(-time.Microsecond)
			}
			return t
		}
	}
	return time.Time{}
}

func number(s string) (*float64, bool) {
	if s == "" {
		return nil, true
	}
	f, err := strconv.ParseFloat(s, 64)
	return &f, err == nil
}

// words looks for what a person typed in all fields, with CKAN's weights and
// its rule of how many words must match.
func words(n search.Words) query.Query {
	var must, should, not []query.Query
	stops := 0
	for _, w := range n.Words {
		if german.Stop(w.Text) {
			stops++
		}
	}
	for _, w := range n.Words {
		q := word(w)
		switch {
		case q == nil:
		case w.MustNot:
			not = append(not, q)
		case w.Must:
			must = append(must, q)
		case german.Stop(w.Text) && !w.Phrase && stops < len(n.Words):
			// “und” among other words neither finds nor excludes anything.
		default:
			should = append(should, q)
		}
	}
	if len(should) > 0 {
		d := query.NewDisjunctionQuery(should)
		d.SetMin(float64(search.MinMatch(len(should))))
		must = append(must, d)
	}
	if len(must) == 0 {
		if len(not) == 0 {
			return query.NewMatchNoneQuery()
		}
		must = append(must, query.NewMatchAllQuery())
	}
	return query.NewBooleanQuery(must, nil, not)
}

func word(w search.Word) query.Query {
	spans := german.Words(w.Text)
	if len(spans) == 0 {
		return nil
	}
	var qs []query.Query
	for _, f := range wordFields {
		field := textPrefix + f.name
		if w.Phrase || len(spans) > 1 {
			var stems []string
			for _, s := range spans {
				stems = append(stems, german.Stem(german.Fold(s.Word)))
			}
			if len(stems) == 1 {
				qs = append(qs, term(field, stems[0], f.boost))
				continue
			}
			p := query.NewPhraseQuery(stems, field)
			p.SetBoost(f.boost)
			qs = append(qs, p)
			continue
		}
		a := search.Analyze(spans[0].Word)
		if w.Prefix {
			a.Prefix = a.Exact
		}
		qs = append(qs, wordIn(field, a, f.boost, f.name == "title" || f.name == "text"))
	}
	return query.NewDisjunctionQuery(qs)
}
