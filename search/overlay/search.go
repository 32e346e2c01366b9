package overlay

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/search"
)

// readers lists the tiers a query may open: anonymous those of the public shard.
func (x *Index) readers(q *search.Query) []*view {
	var out []*view
	inside := q.AllLabels || slices.ContainsFunc(q.Labels, func(l string) bool { return l != catalog.LabelPublic })
	for _, s := range []*shard{&x.public, &x.inside} {
		if !s.open && !inside {
			continue
		}
		for _, t := range s.tiers {
			if t.size() > t.gone().n {
				out = append(out, &view{tier: t, public: s.open})
			}
		}
	}
	return out
}

// begin makes the base of every view: what is there and the reader may see.
func (x *Index) begin(ctx context.Context, ask *search.Query) *query {
	q := &query{ctx: ctx, text: x.text, freq: map[string]int{}, asked: map[string]*found{}, open: true}
	types := ask.Types
	if len(types) == 0 {
		types = []string{string(catalog.TypeDataset)}
	}
	for _, v := range x.readers(ask) {
		q.open = q.open && v.public
		v.base = q.set(v.size())
		for _, t := range types {
			v.base.or(q.exact(v, fieldType, t, 0).set)
		}
		if !v.public && !ask.AllLabels {
			may := q.set(v.size())
			for _, l := range ask.Labels {
				may.addAll(v.value(fieldLabel, l))
			}
			v.base.and(may)
		}
		if v.gone().n > 0 {
			v.base.andNot(v.gone().set)
		}
		q.total += v.base.count()
		v.number = len(q.views)
		q.views = append(q.views, v)
	}
	return q
}

// Search answers a query. Total and counts are exact, the order is total.
func (x *Index) Search(ctx context.Context, ask search.Query) (*search.Result, error) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	q := x.begin(ctx, &ask)
	defer q.giveBack()
	counts := make(map[*view]int, len(q.views))
	res := &search.Result{Facets: map[string][]search.Count{}}
	for _, v := range q.views {
		m := q.eval(v, ask.Text)
		v.hits, v.score = q.mine(m), m.score
		v.hits.and(v.base)
		for _, f := range ask.Filters {
			v.hits.and(q.eval(v, f).set)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		counts[v] = v.hits.count()
		res.Total += counts[v]
	}
	if q.failed != nil {
		return nil, q.failed
	}
	res.Hits = q.page(&ask, counts)
	for _, f := range ask.Facets {
		if res.Facets[f.Field] == nil {
			name := f.Field
			f.Field = cmp.Or(f.Values, f.Field)
			res.Facets[name] = q.counts(f)
		}
	}
	return res, ctx.Err()
}

// page picks the wanted part of the hits, in order.
func (q *query) page(ask *search.Query, counts map[*view]int) []search.Hit {
	if ask.Rows <= 0 || ask.Start < 0 {
		return nil
	}
	o := newOrder(ask.Sort, q.views)
	n := ask.Start + ask.Rows
	words := ""
	if len(o.keys) > 0 && o.keys[0].kind == 's' && o.keys[0].desc {
		if words = search.TypedText(ask.Text); words != "" {
			n = max(n, top)
		}
	}
	var list []candidate
	for _, v := range q.views {
		list = append(list, q.first(o, v, n, counts[v])...)
	}
	if len(q.views) > 1 {
		slices.SortFunc(list, o.compare)
	}
	if words != "" {
		head := list[:min(top, len(list))]
		refine(head, words, time.Now())
		slices.SortFunc(head, o.compare)
	}
	list = list[min(ask.Start, len(list)):min(ask.Start+ask.Rows, len(list))]
	out := make([]search.Hit, len(list))
	for i, c := range list {
		out[i] = search.Hit{ID: strings.Clone(c.view.id(c.ord)), Score: float64(c.score), Stamp: c.view.stamp(c.ord)}
	}
	return out
}
