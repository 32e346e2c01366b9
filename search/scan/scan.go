// Package scan answers queries by looking at every document. It is slow and
// plain on purpose: tests compare the index with it.
package scan

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/german"
)

// Search finds what a query matches among documents. Hits come in the order of
// the query's sorts; score counts as equal for all, so that ids of a scored
// query come in no useful order.
func Search(docs []*search.Document, q search.Query) *search.Result {
	var base, hits []*search.Document
	for _, d := range docs {
		if !visible(d, q) {
			continue
		}
		base = append(base, d)
		ok := q.Text == nil || matches(d, q.Text)
		for _, f := range q.Filters {
			ok = ok && matches(d, f)
		}
		if ok {
			hits = append(hits, d)
		}
	}
	res := &search.Result{Total: len(hits), Facets: map[string][]search.Count{}}
	for _, f := range q.Facets {
		res.Facets[f.Field] = facet(base, hits, f)
	}
	slices.SortFunc(hits, func(a, b *search.Document) int { return compare(a, b, q.Sort) })
	for _, d := range hits[min(q.Start, len(hits)):min(q.Start+q.Rows, len(hits))] {
		res.Hits = append(res.Hits, search.Hit{ID: d.ID})
	}
	return res
}

func visible(d *search.Document, q search.Query) bool {
	types := q.Types
	if len(types) == 0 {
		types = []string{string(catalog.TypeDataset)}
	}
	if !slices.Contains(types, d.Type) {
		return false
	}
	return q.AllLabels || slices.ContainsFunc(d.Labels, func(l string) bool { return slices.Contains(q.Labels, l) || l == catalog.LabelPublic })
}

func facet(base, hits []*search.Document, f search.Facet) []search.Count {
	counts := map[string]int{}
	field := cmp.Or(f.Values, f.Field)
	if f.MinCount == 0 {
		for _, d := range base {
			for _, v := range d.Exact[field] {
				counts[v] = 0
			}
		}
	}
	for _, d := range hits {
		for _, v := range d.Exact[field] {
			counts[v]++
		}
	}
	out := []search.Count{}
	for v, n := range counts {
		if n >= f.MinCount {
			out = append(out, search.Count{Value: v, Count: n})
		}
	}
	slices.SortFunc(out, func(a, b search.Count) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), strings.Compare(a.Value, b.Value))
	})
	if f.Limit >= 0 {
		out = out[:min(f.Limit, len(out))]
	}
	return out
}

func compare(a, b *search.Document, sorts []search.Sort) int {
	for _, s := range sorts {
		if s.Field == "score" {
			continue
		}
		x, y := sortValue(a, s.Field), sortValue(b, s.Field)
		c := 0
		switch {
		case x == nil && y == nil:
		case x == nil:
			return 1
		case y == nil:
			return -1
		default:
			c = compareValues(x, y)
		}
		if s.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	return strings.Compare(a.ID, b.ID)
}

func sortValue(d *search.Document, field string) any {
	if t, ok := d.Dates[field]; ok && search.DateField(field) {
		return float64(t.UnixMicro())
	}
	if n, ok := d.Numbers[field]; ok && search.NumberField(field) {
		return n
	}
	if len(d.Exact[field]) == 0 || search.DateField(field) || search.NumberField(field) {
		return nil
	}
	if field == "title_string" {
		return german.Fold(d.Exact[field][0])
	}
	return slices.Min(d.Exact[field])
}

func compareValues(x, y any) int {
	if a, ok := x.(float64); ok {
		return cmp.Compare(a, y.(float64))
	}
	return strings.Compare(x.(string), y.(string))
}

func matches(d *search.Document, n search.Node) bool {
	switch n := n.(type) {
	case nil, search.All:
		return true
	case search.And:
		return !slices.ContainsFunc(n.Nodes, func(x search.Node) bool { return !matches(d, x) })
	case search.Or:
		k := 0
		for _, x := range n.Nodes {
			if matches(d, x) {
				k++
			}
		}
		return k >= max(1, n.Min)
	case search.Not:
		return !matches(d, n.Node)
	case search.Term:
		return term(d, n)
	case search.Phrase:
		if !search.TextField(n.Field) {
			return slices.Contains(d.Exact[n.Field], n.Value)
		}
		values := d.Text[n.Field]
		if n.Field == "text" {
			values = all(d)
		}
		if n.Slop > 0 && len(german.Words(n.Value)) > 1 {
			return slices.ContainsFunc(values, func(v string) bool { return sloppy(v, n.Value, n.Slop) }) || address(d, n.Field, func(v string) bool { return v == n.Value })
		}
		return phrase(values, n.Value) || address(d, n.Field, func(v string) bool { return v == n.Value })
	case search.Wildcard:
		return wildcard(d, n)
	case search.Exists:
		return has(d, n.Field)
	case search.Range:
		return span(d, n)
	case search.Words:
		return words(d, n)
	case search.Period:
		start, hasStart := d.Dates[search.FieldPeriodStart]
		end, hasEnd := d.Dates[search.FieldPeriodEnd]
		late := hasStart && !n.Until.IsZero() && !start.Before(n.Until)
		early := hasEnd && !n.From.IsZero() && end.Before(n.From)
		return (hasStart || hasEnd) && !late && !early
	case search.Box:
		w, ok := d.Numbers[search.FieldWest]
		return ok && w <= n.East && d.Numbers[search.FieldEast] >= n.West && d.Numbers[search.FieldSouth] <= n.North && d.Numbers[search.FieldNorth] >= n.South
	}
	return false
}

func has(d *search.Document, field string) bool {
	_, date := d.Dates[field]
	_, number := d.Numbers[field]
	_, text := d.Text[field]
	return date || number || text || len(d.Exact[field]) > 0 || slices.Contains(d.Names, field)
}

func address(d *search.Document, field string, fits func(string) bool) bool {
	key, extra := strings.CutPrefix(field, "extras_")
	return extra && slices.ContainsFunc(d.Exact[key], fits)
}

// terms are all forms of the words of some texts.
func terms(values []string) map[string]bool {
	out := map[string]bool{}
	for _, v := range values {
		for _, s := range german.Words(v) {
			for _, t := range search.TermsOf(s.Word) {
				out[t] = true
			}
		}
	}
	return out
}

func all(d *search.Document) []string {
	var out []string
	for _, values := range d.Text {
		out = append(out, values...)
	}
	return out
}

// word reports whether some texts have a word in one of its ways.
func word(values []string, w string, prefix, longer, loose bool) bool {
	have, a := terms(values), search.Analyze(w)
	if have[a.Exact] || have[a.Stem] {
		return true
	}
	parts := len(a.Parts) > 0
	for i, p := range a.Parts {
		parts = parts && (have[p] || slices.ContainsFunc(a.PartSynonyms[i], func(s string) bool { return have[s] }))
	}
	if parts {
		return true
	}
	if slices.ContainsFunc(a.Synonyms, func(s string) bool { return have[s] }) {
		return true
	}
	if loose && slices.ContainsFunc(a.Loose, func(s string) bool { return have[s] }) {
		return true
	}
	begin := a.Prefix
	if prefix {
		begin = a.Exact
	}
	if begin == "" || !prefix && !longer {
		return false
	}
	for t := range have {
		if strings.HasPrefix(t, begin) {
			return true
		}
	}
	return false
}

func term(d *search.Document, n search.Term) bool {
	if !search.TextField(n.Field) {
		if search.DateField(n.Field) || search.NumberField(n.Field) {
			return span(d, search.Range{Field: n.Field, From: n.Value, To: n.Value})
		}
		if n.Fuzzy > 0 {
			return slices.ContainsFunc(d.Exact[n.Field], func(v string) bool { return edits(v, n.Value) <= min(n.Fuzzy, 2) })
		}
		return slices.Contains(d.Exact[n.Field], n.Value)
	}
	if address(d, n.Field, func(v string) bool { return v == n.Value }) {
		return true
	}
	spans, values := german.Words(n.Value), d.Text[n.Field]
	if n.Field == "text" {
		values = all(d)
	}
	switch {
	case len(spans) == 0:
		return false
	case len(spans) > 1:
		return phrase(values, n.Value)
	case n.Fuzzy > 0:
		want := search.ExactMark + german.Fold(spans[0].Word)
		for t := range terms(values) {
			if strings.HasPrefix(t, search.ExactMark) && edits(t, want) <= min(n.Fuzzy, 2) {
				return true
			}
		}
		return false
	case n.Field == "text":
		return word(all(d), spans[0].Word, false, true, false)
	}
	return word(d.Text[n.Field], spans[0].Word, false, false, false)
}

// edits counts letters to insert, delete, replace or swap with their neighbour.
func edits(a, b string) int {
	x, y := []rune(a), []rune(b)
	d := make([][]int, len(x)+1)
	for i := range d {
		d[i] = make([]int, len(y)+1)
		d[i][0] = i
	}
	for j := range d[0] {
		d[0][j] = j
	}
	for i := 1; i <= len(x); i++ {
		for j := 1; j <= len(y); j++ {
			cost := 1
			if x[i-1] == y[j-1] {
				cost = 0
			}
			d[i][j] = min(d[i-1][j]+1, d[i][j-1]+1, d[i-1][j-1]+cost)
			if i > 1 && j > 1 && x[i-1] == y[j-2] && x[i-2] == y[j-1] {
				d[i][j] = min(d[i][j], d[i-2][j-2]+1)
			}
		}
	}
	return d[len(x)][len(y)]
}

// meansOne reports whether some texts have a single word that means the same as
// several that hang together.
func meansOne(values []string, text string) bool {
	have := terms(values)
	return slices.ContainsFunc(search.Synonyms(text), func(s string) bool { return have[s] })
}

// phrase reports whether a value has words in a row, by their stems. A single
// word may also be a part of a compound, as words without quotes may.
func phrase(values []string, text string) bool {
	var stems []string
	for _, s := range german.Words(text) {
		stems = append(stems, german.Stem(german.Fold(s.Word)))
	}
	for _, v := range values {
		spans := german.Words(v)
		for i := 0; i+len(stems) <= len(spans) && len(stems) > 0; i++ {
			fits := true
			for j, stem := range stems {
				forms := search.TermsOf(spans[i+j].Word)
				if len(stems) > 1 {
					forms = forms[search.StemForm : search.StemForm+1]
				}
				fits = fits && slices.Contains(forms, stem)
			}
			if fits {
				return true
			}
		}
	}
	return false
}

// sloppy tries all ways to choose places for the words of a phrase.
func sloppy(value, text string, slop int) bool {
	stem := func(s german.Span) string { return german.Stem(german.Fold(s.Word)) }
	here, wanted := german.Words(value), german.Words(text)
	taken := map[int]bool{}
	var choose func(i, low, high int) bool
	choose = func(i, low, high int) bool {
		if i == len(wanted) {
			return true
		}
		for place, s := range here {
			if at := place - i; !taken[place] && stem(s) == stem(wanted[i]) && (i == 0 || max(high, at)-min(low, at) <= slop) {
				taken[place] = true
				l, h := at, at
				if i > 0 {
					l, h = min(low, at), max(high, at)
				}
				ok := choose(i+1, l, h)
				delete(taken, place)
				if ok {
					return true
				}
			}
		}
		return false
	}
	return choose(0, 0, 0)
}

// words is CKAN's rule of how many of the words must match.
func words(d *search.Document, n search.Words) bool {
	stops := 0
	for _, w := range n.Words {
		if german.Stop(w.Text) {
			stops++
		}
	}
	asked, should, found := 0, 0, 0
	for i, w := range n.Words {
		spans := german.Words(w.Text)
		if len(spans) == 0 || german.Stop(w.Text) && !w.Phrase && stops < len(n.Words) && !w.Must && !w.MustNot {
			continue
		}
		asked++
		var ok bool
		if w.Phrase || len(spans) > 1 {
			ok = phrase(all(d), w.Text) || !w.Phrase && meansOne(all(d), w.Text)
		} else {
			ok = word(all(d), spans[0].Word, w.Prefix, true, n.Loose) ||
				slices.ContainsFunc(search.Analyze(spans[0].Word).Phrases, func(s string) bool { return phrase(all(d), s) })
		}
		ok = ok || slices.ContainsFunc(n.Joined(i), func(term string) bool { return terms(all(d))[term] })
		switch {
		case w.Must && !ok, w.MustNot && ok:
			return false
		case !w.Must && !w.MustNot:
			should++
			if ok {
				found++
			}
		}
	}
	need := search.MinMatch(should)
	if n.Loose && found > 0 {
		need = 1
	}
	return asked > 0 && found >= need
}

func wildcard(d *search.Document, n search.Wildcard) bool {
	fits := func(v string) bool { return glob([]rune(n.Pattern), []rune(v)) }
	if !search.TextField(n.Field) {
		return slices.ContainsFunc(d.Exact[n.Field], fits)
	}
	values := d.Text[n.Field]
	if n.Field == "text" {
		values = all(d)
	}
	for t := range terms(values) {
		if glob([]rune(search.ExactMark+german.Fold(n.Pattern)), []rune(t)) {
			return true
		}
	}
	return address(d, n.Field, fits)
}

func glob(p, s []rune) bool {
	switch {
	case len(p) == 0:
		return len(s) == 0
	case p[0] == '*':
		return glob(p[1:], s) || len(s) > 0 && glob(p, s[1:])
	case len(s) == 0:
		return false
	case p[0] == '\\' && len(p) > 1:
		return p[1] == s[0] && glob(p[2:], s[1:])
	}
	return (p[0] == '?' || p[0] == s[0]) && glob(p[1:], s[1:])
}

func span(d *search.Document, n search.Range) bool {
	if n.From == "" && n.To == "" {
		return has(d, n.Field)
	}
	inside := func(low, high int) bool {
		return (n.From == "" || low > 0 || low == 0 && !n.FromExclusive) && (n.To == "" || high < 0 || high == 0 && !n.ToExclusive)
	}
	switch {
	case search.DateField(n.Field):
		t, ok := d.Dates[n.Field]
		from, errFrom := time.Parse(time.RFC3339, n.From)
		to, errTo := time.Parse(time.RFC3339, n.To)
		if !ok || n.From != "" && errFrom != nil || n.To != "" && errTo != nil {
			return false
		}
		return inside(t.Compare(from), t.Compare(to))
	case search.NumberField(n.Field):
		x, ok := d.Numbers[n.Field]
		from, errFrom := strconv.ParseFloat(n.From, 64)
		to, errTo := strconv.ParseFloat(n.To, 64)
		if !ok || n.From != "" && errFrom != nil || n.To != "" && errTo != nil {
			return false
		}
		return inside(cmp.Compare(x, from), cmp.Compare(x, to))
	case search.TextField(n.Field):
		values := d.Text[n.Field]
		if n.Field == "text" {
			values = all(d)
		}
		for t := range terms(values) {
			if strings.HasPrefix(t, search.ExactMark) && inside(strings.Compare(t, search.ExactMark+german.Fold(n.From)), strings.Compare(t, search.ExactMark+german.Fold(n.To))) {
				return true
			}
		}
		return false
	}
	return slices.ContainsFunc(d.Exact[n.Field], func(v string) bool { return inside(strings.Compare(v, n.From), strings.Compare(v, n.To)) })
}
