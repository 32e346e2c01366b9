// Package fake is a small catalogue in memory for the site's tests and its
// development server. It searches by plain comparison and knows no access
// rules beyond "public".
package fake

import (
	"context"
	"iter"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/quality"
	"trio.example/search"
	"trio.example/web/site"
)

// Backend implements site.Backend on slices.
type Backend struct {
	Datasets, Orgs, Themes []*catalog.Entry
	// Err, when set, is what every search answers with.
	Err error
	// Seq is the newest change number.
	Seq int64
}

var _ site.Backend = (*Backend)(nil)

// Search evaluates the query on every dataset.
func (b *Backend) Search(_ context.Context, q search.Query) (*search.Result, []*catalog.Entry, error) {
	if b.Err != nil {
		return nil, nil, b.Err
	}
	var found []*catalog.Entry
	for _, e := range b.visible() {
		if b.matches(q.Text, e) && b.matches(search.And{Nodes: q.Filters}, e) {
			found = append(found, e)
		}
	}
	res := &search.Result{Total: len(found), Facets: map[string][]search.Count{}, Checkpoint: b.Seq}
	for _, f := range q.Facets {
		res.Facets[f.Field] = b.facet(f, found)
	}
	if len(q.Sort) > 0 {
		order(found, q.Sort[0])
	}
	found = found[min(q.Start, len(found)):]
	found = found[:min(q.Rows, len(found))]
	for _, e := range found {
		res.Hits = append(res.Hits, search.Hit{ID: e.ID, Fragments: fragments(q, e)})
	}
	return res, clones(found), nil
}

// Suggest finds datasets whose titles begin with the text.
func (b *Backend) Suggest(_ context.Context, text string, limit int) ([]site.Suggestion, error) {
	var out []site.Suggestion
	for _, e := range b.visible() {
		if strings.HasPrefix(strings.ToLower(e.Fields.String("title")), strings.ToLower(text)) && len(out) < limit {
			out = append(out, site.Suggestion{Kind: "dataset", Name: e.Name, Title: e.Fields.String("title")})
		}
	}
	return out, b.Err
}

func order(list []*catalog.Entry, s search.Sort) {
	slices.SortStableFunc(list, func(x, y *catalog.Entry) int {
		c := 0
		switch s.Field {
		case "title_string":
			c = strings.Compare(strings.ToLower(x.Fields.String("title")), strings.ToLower(y.Fields.String("title")))
		case "metadata_modified":
			c = x.Modified.Compare(y.Modified)
		}
		if s.Desc {
			return -c
		}
		return c
	})
}

func (b *Backend) facet(f search.Facet, found []*catalog.Entry) []search.Count {
	n := map[string]int{}
	for _, e := range found {
		for _, v := range b.values(f.Field, e) {
			n[v]++
		}
	}
	var out []search.Count
	for v, c := range n {
		if c >= f.MinCount {
			out = append(out, search.Count{Value: v, Count: c})
		}
	}
	slices.SortFunc(out, func(x, y search.Count) int {
		if x.Count != y.Count {
			return y.Count - x.Count
		}
		return strings.Compare(x.Value, y.Value)
	})
	if f.Limit > 0 && len(out) > f.Limit {
		out = out[:f.Limit]
	}
	return out
}

// values gives the exact values of a facet field, each once.
func (b *Backend) values(field string, e *catalog.Entry) []string {
	var out []string
	switch field {
	case "tags", "groups":
		out = e.Fields.Strings(field)
	case "license_id":
		out = e.Fields.Strings(field)
	case "res_format":
		for _, p := range e.Parts {
			if v := p.Fields.String("format"); v != "" {
				out = append(out, v)
			}
		}
	case "organization", "city":
		o := one(b.Orgs, e.Owner)
		for field == "city" && o != nil && o.Owner != "" {
			o = one(b.Orgs, o.Owner)
		}
		if o != nil {
			out = append(out, o.Name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

func (b *Backend) matches(n search.Node, e *catalog.Entry) bool {
	all := func(nodes []search.Node) int {
		c := 0
		for _, n := range nodes {
			if b.matches(n, e) {
				c++
			}
		}
		return c
	}
	switch n := n.(type) {
	case nil, search.All:
		return true
	case search.And:
		return all(n.Nodes) == len(n.Nodes)
	case search.Or:
		return all(n.Nodes) >= max(n.Min, 1)
	case search.Not:
		return !b.matches(n.Node, e)
	case search.Term:
		if n.Fuzzy > 0 {
			return strings.Contains(text(e), strings.ToLower(n.Value[:len(n.Value)/2]))
		}
		return slices.Contains(b.values(n.Field, e), n.Value)
	case search.Period:
		from, _, hasFrom := search.DateSpan(e.Fields.String("temporal_start"))
		_, next, hasTo := search.DateSpan(e.Fields.String("temporal_end"))
		return (hasFrom || hasTo) && (!hasFrom || n.Until.IsZero() || from.Before(n.Until)) && (!hasTo || n.From.IsZero() || next.After(n.From))
	case search.Words:
		for _, w := range n.Words {
			if !strings.Contains(text(e), strings.ToLower(w.Text)) {
				return false
			}
		}
		return true
	default:
		return false
	}
}

func text(e *catalog.Entry) string {
	return strings.ToLower(e.Fields.String("title") + " " + e.Fields.String("notes") + " " + strings.Join(e.Fields.Strings("tags"), " "))
}

func fragments(q search.Query, e *catalog.Entry) map[string][]string {
	words, ok := q.Text.(search.Words)
	if !ok || !q.Highlight {
		return nil
	}
	out := map[string][]string{}
	for _, field := range []string{"title", "notes"} {
		v := e.Fields.String(field)
		for _, w := range words.Words {
			if i := strings.Index(strings.ToLower(v), strings.ToLower(w.Text)); i >= 0 && len(strings.ToLower(v)) == len(v) {
				j := i + len(w.Text)
				out[field] = []string{v[:i] + "\x02" + v[i:j] + "\x03" + v[j:]}
			}
		}
	}
	return out
}

func (b *Backend) visible() []*catalog.Entry {
	var out []*catalog.Entry
	for _, e := range b.Datasets {
		if catalog.CanSee(catalog.Anonymous, e) {
			out = append(out, e)
		}
	}
	return out
}

func one(list []*catalog.Entry, key string) *catalog.Entry {
	for _, e := range list {
		if e.ID == key || e.Name == key {
			return e
		}
	}
	return nil
}

func get(list []*catalog.Entry, key string) (*catalog.Entry, error) {
	if e := one(list, key); e != nil {
		return e.Clone(), nil
	}
	return nil, catalog.Errorf(catalog.KindNotFound, "not found")
}

func clones(list []*catalog.Entry) []*catalog.Entry {
	out := make([]*catalog.Entry, len(list))
	for i, e := range list {
		out[i] = e.Clone()
	}
	return out
}

// Dataset finds a public dataset.
func (b *Backend) Dataset(_ context.Context, key string) (*catalog.Entry, error) {
	return get(b.visible(), key)
}

// Organization finds an organization.
func (b *Backend) Organization(_ context.Context, key string) (*catalog.Entry, error) {
	return get(b.Orgs, key)
}

// Group finds a group.
func (b *Backend) Group(_ context.Context, key string) (*catalog.Entry, error) {
	return get(b.Themes, key)
}

// Organizations lists all.
func (b *Backend) Organizations(context.Context) ([]*catalog.Entry, error) {
	return clones(b.Orgs), nil
}

// Groups lists all.
func (b *Backend) Groups(context.Context) ([]*catalog.Entry, error) { return clones(b.Themes), nil }

// Counts counts what is public.
func (b *Backend) Counts(context.Context) (site.Counts, error) {
	if b.Err != nil {
		return site.Counts{}, b.Err
	}
	c := site.Counts{Organizations: len(b.Orgs)}
	for _, e := range b.visible() {
		c.Datasets++
		c.Distributions += len(e.Parts)
		if e.Modified.After(c.Modified) {
			c.Modified = e.Modified
		}
	}
	return c, nil
}

// PublicDatasets walks what is public.
func (b *Backend) PublicDatasets(context.Context) iter.Seq2[catalog.Head, error] {
	return func(yield func(catalog.Head, error) bool) {
		for _, e := range b.visible() {
			if !yield(catalog.Head{Name: e.Name, Modified: e.Modified}, nil) {
				return
			}
		}
	}
}

// Version is the newest change.
func (b *Backend) Version(context.Context) (public, all int64) { return b.Seq, b.Seq }

// Quality implements site.Backend with a report made up for the page.
func (b *Backend) Quality(_ context.Context, org string, most int) (*quality.Report, error) {
	r := &quality.Report{Summary: quality.NewSummary()}
	if org != "" {
		o, err := b.Organization(context.Background(), org)
		if err != nil {
			return nil, err
		}
		r.Scope = o
	}
	for i, e := range b.visible() {
		res := &quality.Result{Held: i == 1, Met: make([]quality.Share, len(quality.Metrics())), GovData: make([]quality.Share, len(quality.GovDataRules()))}
		for k := range res.Met {
			res.Met[k] = quality.Share{Met: (i + k) % 2, Of: 1}
			res.File |= uint32((i+k)%2) << k
		}
		r.Add(res)
		if most != 0 {
			r.Datasets = append(r.Datasets, quality.DatasetReport{Entry: e, Points: res.Points(), Result: res})
		}
	}
	for _, o := range b.Orgs {
		r.Orgs = append(r.Orgs, quality.OrgReport{Org: o, Summary: r.Summary})
	}
	for i, m := range quality.Metrics() {
		r.Works = append(r.Works, quality.Work{Metric: &m, Datasets: i + 1, Gain: float64(m.Points) / 3})
	}
	for i := range 30 {
		r.Days = append(r.Days, catalog.QualityDay{Day: time.Date(2026, 1, 1+i, 0, 0, 0, 0, time.UTC).Format(time.DateOnly), Points: 200 + float64(i*5), Datasets: 20 + i})
	}
	return r, nil
}

// Series ties datasets by ids and addresses.
func (b *Backend) Series(_ context.Context, e *catalog.Entry) (site.Series, error) {
	out := site.Series{Of: map[string]*catalog.Entry{}}
	for _, x := range b.visible() {
		for _, ref := range e.Fields.Strings("in_series") {
			if ref == x.ID || ref == x.Fields.String("uri") {
				out.Of[ref] = x.Clone()
			}
		}
		if slices.Contains(x.Fields.Strings("in_series"), e.ID) {
			out.Members = append(out.Members, x.Clone())
			out.All++
		}
	}
	return out, nil
}
