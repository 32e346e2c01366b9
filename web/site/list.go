package site

import (
	"html/template"
	"net/url"
	"strconv"
	"strings"

	"trio.example/search"
)

// listView is the result list with its filters; search, organization and
// theme pages share it.
type listView struct {
	Action string // address of the form, without query
	Query  string
	Plain  bool // broken syntax, searched as words
	// Meant is what was searched for instead of a misspelled query, Loose how the
	// list departs from all the words; empty when it does not.
	Meant, Loose string
	Total        int
	From, To     int
	Chips        []chip
	ResetURL     string
	Facets       []facet
	Period       periodView
	Active       int // number of filter values in use
	Sorts        []option
	Hidden       []option // state other forms must carry: filters, sort
	SortHidden   []option
	Hits         []hit
	Pager        pager
	API          string
	Help         *emptyHelp
	Heading      string
	// Level is the heading level of a hit.
	Level int
}

// chip is an active filter that can be taken away.
type chip struct{ Facet, Label, URL string }

type option struct {
	Name, Value, Label string
	Selected           bool
}

// emptyHelp says what to do when nothing was found.
type emptyHelp struct {
	Looser []looser
	Near   []link
	AllURL string
	// PastEnd is set when there are hits, but fewer pages.
	PastEnd  bool
	FirstURL string
}

type looser struct {
	Label, URL string
	Count      int
}

// list builds the view for a path like "/dataset". Fields the scope fixes are
// no filter there.
func (r *request) list(path string, st state, sc scope, d *directory) (*listView, error) {
	f, err := r.find(st, sc)
	if err != nil {
		return nil, err
	}
	base := r.local(path)
	v := &listView{
		Action: base, Query: st.q, Plain: f.plain, Total: f.result.Total, Level: 3,
		ResetURL: base + state{q: st.q, sort: st.sort, page: 1}.query(),
		API:      r.apiCall(st, sc, f.plain), Period: r.periodFilter(st),
	}
	v.forgiven(r, f.result.Forgiven)
	for _, name := range facetNames {
		if name != sc.field {
			v.Facets = append(v.Facets, r.facet(name, f.facets[name], st, d))
		}
		for _, value := range st.filters[name] {
			v.Active++
			v.Chips = append(v.Chips, chip{r.facetTitle(name), r.facetLabel(name, value, d), base + st.without(name, value).query()})
			v.SortHidden = append(v.SortHidden, option{Name: name, Value: value})
		}
	}
	if st.hasPeriod() {
		v.Active++
		v.Chips = append(v.Chips, chip{r.t.Get("filter.period.title"), r.periodLabel(st), base + st.withoutPeriod().query()})
	}
	for i, name := range periodNames {
		if st.period[i] != "" {
			v.SortHidden = append(v.SortHidden, option{Name: name, Value: st.period[i]})
		}
	}
	if st.q != "" {
		v.SortHidden = append(v.SortHidden, option{Name: "q", Value: st.q})
	}
	if st.sort != "" {
		v.Hidden = append(v.Hidden, option{Name: "sort", Value: sortParam(st.sort)})
	}
	for _, s := range sorts {
		if s.key != "relevance" || st.q != "" {
			v.Sorts = append(v.Sorts, option{Value: s.param, Label: r.t.Get("sort." + s.key), Selected: s.key == st.effectiveSort()})
		}
	}
	for i, e := range f.entries {
		h := search.Hit{}
		if i < len(f.result.Hits) {
			h = f.result.Hits[i]
		}
		v.Hits = append(v.Hits, r.hit(e, h, d))
	}
	v.From = (st.page-1)*pageSize + 1
	v.To = v.From + len(v.Hits) - 1
	v.Pager = r.pager(base, st, f.result.Total)
	v.Heading = r.listHeading(st, v.Total)
	if len(v.Hits) == 0 {
		if v.Help, err = r.help(base, st, sc, v.Total, d); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// forgiven says how the list departs from what was typed.
func (v *listView) forgiven(r *request, f search.Forgiven) {
	v.Meant = v.Query
	for _, c := range f.Corrections {
		v.Meant = strings.ReplaceAll(v.Meant, c.Word, c.Text())
	}
	if len(f.Corrections) > 0 {
		v.Meant = r.t.Get("list.meant", v.Query, v.Meant)
	} else {
		v.Meant = ""
	}
	switch {
	case f.Loose && f.Exact == 0:
		v.Loose = r.t.Get("list.loose.none")
	case f.Loose:
		v.Loose = r.t.Count("list.loose", f.Exact)
	}
}

func (r *request) listHeading(st state, total int) string {
	if st.q != "" {
		return r.t.Count("list.foundfor", total, st.q)
	}
	return r.t.Count("list.found", total)
}

// help looks for the nearest way out of an empty list.
func (r *request) help(base string, st state, sc scope, total int, d *directory) (*emptyHelp, error) {
	h := &emptyHelp{AllURL: base}
	if total > 0 {
		h.PastEnd, h.FirstURL = true, base+st.at(1).query()
		return h, nil
	}
	try := func(what string, less state) error {
		n, err := r.count(less, sc)
		if n > 0 && len(h.Looser) < 6 {
			h.Looser = append(h.Looser, looser{r.t.Get("empty.without", what), base + less.query(), n})
		}
		return err
	}
	for _, name := range facetNames {
		for _, value := range st.filters[name] {
			if err := try(r.facetTitle(name)+": "+r.facetLabel(name, value, d), st.without(name, value)); err != nil {
				return nil, err
			}
		}
	}
	if st.hasPeriod() {
		if err := try(r.t.Get("filter.period.title")+": "+r.periodLabel(st), st.withoutPeriod()); err != nil {
			return nil, err
		}
	}
	if st.q != "" && st.filtered() {
		less := state{q: st.q, page: 1}
		n, err := r.count(less, sc)
		if err != nil {
			return nil, err
		}
		if n > 0 {
			h.Looser = append(h.Looser, looser{r.t.Get("empty.nofilter"), base + less.query(), n})
		}
	}
	if st.q != "" {
		h.Near = r.similar(st.q)
	}
	return h, nil
}

// similar finds datasets whose titles hold words written nearly like those typed.
func (r *request) similar(q string) []link {
	words, ok := plainWords(strings.ToLower(q)).(search.Words)
	if !ok {
		return nil
	}
	var nodes []search.Node
	for _, w := range words.Words {
		if n := len([]rune(w.Text)); n >= 4 && !w.Phrase && len(nodes) < 8 {
			nodes = append(nodes, search.Term{Field: "title", Value: w.Text, Fuzzy: min(2, n/4)})
		}
	}
	if len(nodes) == 0 {
		return nil
	}
	_, entries, err := r.backend.Search(r.ctx, search.Query{Text: search.Or{Nodes: nodes, Min: 1}, Rows: 3})
	if err != nil {
		return nil // help only: the page is complete without it
	}
	var out []link
	for _, e := range entries {
		out = append(out, link{r.title(e), r.local("/dataset/" + e.Name)})
	}
	return out
}

// apiCall writes the same question as a call of CKAN's API.
func (r *request) apiCall(st state, sc scope, plain bool) string {
	v := url.Values{"rows": {strconv.Itoa(pageSize)}, "sort": {sortParam(st.effectiveSort())}}
	if st.q != "" {
		q := st.q
		if plain {
			q = strings.Join(strings.FieldsFunc(q, separator), " ")
		}
		v.Set("q", q)
	}
	if st.page > 1 {
		v.Set("start", strconv.Itoa((st.page-1)*pageSize))
	}
	for i, name := range periodNames {
		if st.hasPeriod() && st.period[i] != "" {
			v.Set(name, st.period[i])
		}
	}
	var fq []string
	add := func(field string, values []string) {
		quoted := make([]string, len(values))
		for i, x := range values {
			quoted[i] = `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(x) + `"`
		}
		switch {
		case len(quoted) == 1:
			fq = append(fq, "+"+field+":"+quoted[0])
		case len(quoted) > 1 && anyOf(field):
			fq = append(fq, "+"+field+":("+strings.Join(quoted, " OR ")+")")
		case len(quoted) > 1:
			fq = append(fq, "+"+field+":("+strings.Join(quoted, " AND ")+")")
		}
	}
	add(sc.field, sc.values)
	for _, name := range facetNames {
		add(name, st.filters[name])
	}
	if len(fq) > 0 {
		v.Set("fq", strings.Join(fq, " "))
	}
	return r.cfg.SiteURL + "/api/3/action/package_search?" + v.Encode()
}

// marked turns a fragment with \x02 and \x03 around the words found into HTML.
func marked(s string) template.HTML {
	e := template.HTMLEscapeString(s)
	e = strings.NewReplacer("\x02", "<mark>", "\x03", "</mark>").Replace(e)
	// Unequal marks would leave an element open.
	if strings.Count(s, "\x02") != strings.Count(s, "\x03") {
		e = template.HTMLEscapeString(strings.NewReplacer("\x02", "", "\x03", "").Replace(s))
	}
	return template.HTML(e) //nolint:gosec // escaped above
}
