package overlay

import (
	"context"
	"strings"

	"trio.example/search"
	"trio.example/search/german"
)

// Text answers what needs the place of words in their fields. Bleve does.
type Text interface {
	// Match returns the documents of a partition that a node on a text field,
	// or a phrase among Words, matches, with scores.
	Match(ctx context.Context, public bool, n search.Node) (ids []string, scores []float64, err error)
}

// view is a tier as one reader sees it during one query.
type view struct {
	tier
	public bool
	number int // among the views of the query
	base   set // living documents of the wanted types that the reader may see
	hits   set
	score  []float32  // nil: all alike
	sel    *selection // the hits as facets count them, made when first asked for
}

// query is the work on one question.
type query struct {
	ctx   context.Context
	text  Text
	views []*view
	borrow
	room   []uint32       // of a borrowed list, for counts
	open   bool           // every view is of the public shard
	total  int            // documents in all bases
	freq   map[string]int // documents with a term, among the bases
	asked  map[string]*found
	failed error
	some   chunk // of a list, unpacked
	// work and scans count what is compared with many words.
	work, scans int
}

type found struct {
	ids    []string
	scores []float64
}

// match is a set of documents with what each is worth; without a score each is
// worth flat. Scores of documents outside the set mean nothing. A set that is not own belongs to others and must not be changed.
type match struct {
	set   set
	own   bool
	score []float32
	flat  float32
	mass  float32 // of a word: how much of a question it is, by its rareness
}

func (q *query) empty(v *view) match { return match{set: q.set(v.size()), own: true} }

// mine returns a set that may be changed.
func (q *query) mine(m match) set {
	if m.own {
		return m.set
	}
	c := q.set(len(m.set) * 64)
	copy(c, m.set)
	return c
}

// eval finds what a node matches in a view.
func (q *query) eval(v *view, n search.Node) match {
	switch n := n.(type) {
	case nil, search.All:
		return match{set: v.base, flat: 1}
	case search.And:
		return q.and(v, n.Nodes)
	case search.Or:
		return q.or(v, n.Nodes, max(1, n.Min))
	case search.Not:
		out := q.set(v.size())
		copy(out, v.base)
		out.andNot(q.eval(v, n.Node).set)
		return match{set: out, own: true, flat: 1}
	case search.Term:
		return q.term(v, n)
	case search.Phrase:
		if !search.TextField(n.Field) {
			return q.term(v, search.Term{Field: n.Field, Value: n.Value, Boost: n.Boost})
		}
		ask := q.ask
		if n.Slop > 0 {
			ask = q.asks
		}
		return q.orAddress(v, n.Field, ask(v, "phrase", search.Phrase{Field: n.Field, Value: n.Value, Slop: n.Slop}, n.Boost), func(key string) match { return q.exact(v, key, n.Value, n.Boost) })
	case search.Wildcard:
		return q.wildcard(v, n)
	case search.Exists:
		return q.exact(v, fieldHas, n.Field, 0)
	case search.Range:
		return q.span(v, n)
	case search.Box:
		return q.box(v, n)
	case search.Period:
		return q.period(v, n)
	case search.Words:
		return q.words(v, n)
	default: // search.None
		return q.empty(v)
	}
}

func (q *query) and(v *view, nodes []search.Node) match {
	out := match{}
	var scored []match
	for _, n := range nodes {
		inner, negative := n.(search.Not)
		if negative {
			if out.set == nil {
				out = match{set: v.base}
			}
			out.set, out.own = q.mine(out), true
			out.set.andNot(q.eval(v, inner.Node).set)
			continue
		}
		m := q.eval(v, n)
		if out.set == nil {
			out = match{set: m.set, own: m.own}
		} else {
			out.set, out.own = q.mine(out), true
			out.set.and(m.set)
		}
		scored = append(scored, m)
	}
	if out.set == nil {
		return match{set: v.base, flat: 1}
	}
	q.sum(v, &out, scored)
	return out
}

func (q *query) or(v *view, nodes []search.Node, least int) match {
	if len(nodes) == 1 && least == 1 {
		return q.eval(v, nodes[0])
	}
	out := q.empty(v)
	var scored []match
	var n []uint8
	if least > 1 {
		n = q.byte(v.size())
	}
	for _, node := range nodes {
		m := q.eval(v, node)
		scored = append(scored, m)
		out.set.or(m.set)
		if n != nil {
			m.set.each(func(i uint32) bool { n[i] = min(n[i]+1, 254); return true })
		}
	}
	if n != nil {
		out.set.each(func(i uint32) bool {
			if int(n[i]) < least {
				out.set[i>>6] &^= 1 << (i & 63)
			}
			return true
		})
	}
	q.sum(v, &out, scored)
	return out
}

// sum adds up what the parts are worth to the documents of out.
func (q *query) sum(v *view, out *match, parts []match) {
	if len(parts) == 1 {
		out.score, out.flat = parts[0].score, parts[0].flat
		return
	}
	dense := false
	for _, m := range parts {
		dense = dense || m.score != nil || m.flat != parts[0].flat
	}
	if !dense { // all alike; which parts matched hardly tells documents apart
		for _, m := range parts {
			out.flat += m.flat
		}
		return
	}
	out.score = q.float(v.size())
	for _, m := range parts {
		m.set.each(func(i uint32) bool {
			if out.set.has(i) {
				out.score[i] += m.worth(i)
			}
			return true
		})
	}
}

func (m *match) worth(i uint32) float32 {
	if m.score != nil {
		return m.score[i]
	}
	return m.flat
}

func weight(boost float64) float32 {
	if boost <= 0 {
		return 1
	}
	return float32(boost)
}

// exact finds a value to the letter.
func (q *query) exact(v *view, field, value string, boost float64) match {
	if len(value) > maxValue {
		value = value[:maxValue]
	}
	if s := v.cached(field, value); s != nil {
		return match{set: s, flat: weight(boost)}
	}
	m := q.empty(v)
	m.set.addAll(v.value(field, value))
	m.flat = weight(boost)
	return m
}

// orAddress adds the way addresses among CKAN's extras are found: as a whole,
// in the exact field that has the extra's own name.
func (q *query) orAddress(v *view, field string, m match, whole func(key string) match) match {
	key, extra := strings.CutPrefix(field, "extras_")
	if !extra {
		return m
	}
	out := q.empty(v)
	w := whole(key)
	out.set.or(m.set)
	out.set.or(w.set)
	q.sum(v, &out, []match{m, w})
	return out
}

func (q *query) term(v *view, n search.Term) match {
	switch {
	case !search.TextField(n.Field):
		if search.DateField(n.Field) || search.NumberField(n.Field) {
			return q.span(v, search.Range{Field: n.Field, From: n.Value, To: n.Value})
		}
		if n.Fuzzy > 0 {
			return q.similar(v, n.Field, n.Value, min(n.Fuzzy, 2), n.Boost)
		}
		return q.exact(v, n.Field, n.Value, n.Boost)
	case n.Field == "text" && n.Fuzzy == 0 && len(german.Words(n.Value)) == 1:
		return boosted(q.word(v, search.Word{Text: n.Value}, false, false), n.Boost)
	case n.Field == "text" && n.Fuzzy > 0 && len(german.Words(n.Value)) == 1:
		return boosted(q.fuzzy(v, german.Fold(german.Words(n.Value)[0].Word), min(n.Fuzzy, 2)), n.Boost)
	default:
		ask := q.ask
		if n.Fuzzy > 0 {
			ask = q.asks
		}
		return q.orAddress(v, n.Field, ask(v, "term", search.Term{Field: n.Field, Value: n.Value, Fuzzy: n.Fuzzy}, n.Boost), func(key string) match { return q.exact(v, key, n.Value, n.Boost) })
	}
}

// boosted weighs a match of one's own.
func boosted(m match, boost float64) match {
	if boost > 0 && m.score != nil {
		m.set.each(func(i uint32) bool { m.score[i] *= float32(boost); return true })
	}
	return m
}

// asks is ask for what is compared with many words there as well.
func (q *query) asks(v *view, key string, n search.Node, boost float64) match {
	if !q.scan() || !q.costs(askWork) {
		return q.empty(v)
	}
	return q.ask(v, key, n, boost)
}

// ask has Bleve find what a node matches. One question is asked once per shard.
// The node has no boost of its own: Bleve scores are relative within a question.
// There are scores for all that is added to the answer, also where nothing was asked.
func (q *query) ask(v *view, key string, n search.Node, boost float64) match {
	m := q.empty(v)
	m.score = q.raw(v.size())
	key = questionKey(key, v.public, n)
	f := q.asked[key]
	if f == nil {
		if work := q.inRow(v, n); work > 0 && (!q.scan() || !q.costs(work)) {
			return m
		}
		f = &found{}
		var err error
		if f.ids, f.scores, err = q.text.Match(q.ctx, v.public, n); err != nil && q.failed == nil {
			q.failed = err
		}
		q.asked[key] = f
	}
	for i, id := range f.ids {
		if ord, ok := v.lookup(id); ok && !v.gone().set.has(ord) {
			m.set.add(ord)
			m.score[ord] = float32(f.scores[i]) * weight(boost)
		}
	}
	return m
}
