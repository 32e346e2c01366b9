package site

import (
	"slices"

	"trio.example/catalog"
	"trio.example/search"
)

// scope narrows a list to one organization or theme; empty means everything.
type scope struct {
	field  string
	values []string
}

// anyOf are the filters in which one of the chosen values is enough. Keywords
// narrow instead: all of them must be there, as in CKAN.
func anyOf(field string) bool { return field != "tags" }

func filterNode(field string, values []string) search.Node {
	nodes := make([]search.Node, len(values))
	for i, v := range values {
		nodes[i] = search.Term{Field: field, Value: v}
	}
	switch {
	case len(nodes) == 1:
		return nodes[0]
	case anyOf(field):
		return search.Or{Nodes: nodes, Min: 1}
	default:
		return search.And{Nodes: nodes}
	}
}

// nodes builds the filter nodes of a state, leaving out one field.
func (st state) nodes(sc scope, except string) []search.Node {
	var out []search.Node
	if len(sc.values) > 0 {
		out = append(out, filterNode(sc.field, sc.values))
	}
	for _, name := range facetNames {
		if v := st.filters[name]; len(v) > 0 && name != except {
			out = append(out, filterNode(name, v))
		}
	}
	if p, ok := search.ParsePeriod(st.period[0], st.period[1]); ok {
		out = append(out, p)
	}
	return out
}

var sortFields = map[string][]search.Sort{
	"relevance": {{Field: "score", Desc: true}, {Field: "metadata_modified", Desc: true}},
	"modified":  {{Field: "metadata_modified", Desc: true}},
	"title":     {{Field: "title_string"}},
	"titledesc": {{Field: "title_string", Desc: true}},
}

// facetLimit bounds the values of one filter on a page.
const facetLimit = 100

// found is the answer for a list page.
type found struct {
	result  *search.Result
	entries []*catalog.Entry
	facets  map[string][]search.Count
	// plain is set when the query's syntax was broken and its words were
	// searched instead.
	plain bool
}

// find runs the search of a state. A filter that takes any of its values must
// count the values not chosen as if it were not set, hence one small search
// more for each of those in use.
func (r *request) find(st state, sc scope) (*found, error) {
	f := &found{}
	text := r.parse(st.q, f)
	q := search.Query{
		Text: text, Filters: st.nodes(sc, ""), Sort: sortFields[st.effectiveSort()],
		Start: (st.page - 1) * pageSize, Rows: pageSize, Highlight: st.q != "", Forgive: st.q != "",
	}
	for _, name := range facetNames {
		q.Facets = append(q.Facets, search.Facet{Field: name, Limit: facetLimit, MinCount: 1})
	}
	var err error
	if f.result, f.entries, err = r.backend.Search(r.ctx, q); err != nil && !f.plain && catalog.KindOf(err) == catalog.KindInvalid {
		// The syntax was fine, the index could not follow it.
		f.plain = true
		q.Text = plainWords(st.q)
		f.result, f.entries, err = r.backend.Search(r.ctx, q)
	}
	if err != nil {
		return nil, err
	}
	if f.result.Text != nil {
		q.Text = f.result.Text
	}
	r.shows(f.result.Checkpoint)
	f.facets = map[string][]search.Count{}
	for _, name := range facetNames {
		f.facets[name] = f.result.Facets[name]
		if len(st.filters[name]) == 0 || !anyOf(name) {
			continue
		}
		res, _, err := r.backend.Search(r.ctx, search.Query{
			Text: q.Text, Filters: st.nodes(sc, name),
			Facets: []search.Facet{{Field: name, Limit: facetLimit, MinCount: 1}},
		})
		if err != nil {
			return nil, err
		}
		f.facets[name] = res.Facets[name]
	}
	return f, nil
}

// parse reads the search box. What the syntax does not allow is searched as
// plain words, never refused: most people do not know there is a syntax.
func (r *request) parse(q string, f *found) search.Node {
	if q == "" {
		return search.All{}
	}
	n, err := r.cfg.Parse(q)
	if err != nil || r.titleLike(n) {
		f.plain = true
		return plainWords(q)
	}
	return n
}

// maxFieldsAsked bounds the fields of a query that are looked for.
const maxFieldsAsked = 8

// titleLike reports whether what stands in front of a colon is the name of no
// field that any dataset has: “Wahlen 2024: Ergebnisse” is a title, no expression.
func (r *request) titleLike(n search.Node) bool {
	fields := search.Fields(n)
	return slices.ContainsFunc(fields[:min(len(fields), maxFieldsAsked)], func(field string) bool {
		if search.CoreField(field) {
			return false
		}
		res, _, err := r.backend.Search(r.ctx, search.Query{Filters: []search.Node{search.Exists{Field: field}}})
		return err == nil && res.Total == 0
	})
}

// count returns how many entries a state would find.
func (r *request) count(st state, sc scope) (int, error) {
	res, _, err := r.backend.Search(r.ctx, search.Query{Text: r.parse(st.q, &found{}), Filters: st.nodes(sc, "")})
	if err != nil {
		return 0, err
	}
	return res.Total, nil
}
