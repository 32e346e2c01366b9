package site

import (
	"slices"
	"strings"

	"trio.example/search"
)

// startView is the start page.
type startView struct {
	Counts  Counts
	Themes  []theme
	Cities  []theme // Name, Label, URL, Count
	Newest  []hit
	Popular []link
}

// newestShown is the number of datasets under "new and changed".
const newestShown = 6

func (r *request) start() error {
	if r.negotiated("") {
		return nil
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	counts, err := r.backend.Counts(r.ctx)
	if err != nil {
		return err
	}
	res, entries, err := r.backend.Search(r.ctx, search.Query{
		Sort: sortFields["modified"], Rows: newestShown,
		Facets: []search.Facet{{Field: "groups", Limit: facetLimit, MinCount: 1}, {Field: "city", Limit: facetLimit, MinCount: 1}, {Field: "tags", Limit: 6, MinCount: 2}},
	})
	if err != nil {
		return err
	}
	r.shows(res.Checkpoint)
	v := &startView{Counts: counts, Themes: r.startThemes(res.Facets["groups"], d)}
	v.Cities = r.startCities(res.Facets["city"], d)
	for _, e := range entries {
		v.Newest = append(v.Newest, r.hit(e, search.Hit{}, d))
	}
	for _, c := range res.Facets["tags"] {
		if len([]rune(c.Value)) <= 30 {
			v.Popular = append(v.Popular, link{c.Value, r.local("/dataset") + state{filters: map[string][]string{"tags": {c.Value}}, page: 1}.query()})
		}
	}
	return r.show("start", &page{Path: "/", Nav: "start", BoxInPage: true, Body: v, JSONLD: scriptJSON(map[string]any{
		"@context": "https://schema.org/", "@type": "WebSite", "name": r.cfg.Title.In(r.lang), "url": r.cfg.SiteURL + r.local("/"),
		"potentialAction": map[string]any{"@type": "SearchAction", "target": r.cfg.SiteURL + r.local("/dataset") + "?q={search_term_string}", "query-input": "required name=search_term_string"},
	})})
}

// startThemes lists the EU themes by label, with their counts.
func (r *request) startThemes(counts []search.Count, d *directory) []theme {
	out := r.euThemes()
	top := 1
	for i := range out {
		t := &out[i]
		t.Label, t.URL, t.Count = r.groupLabel(t.Name, d), r.local("/group/"+t.Name), countOf(counts, t.Name)
		top = max(top, t.Count)
	}
	for i := range out {
		out[i].Share = out[i].Count * 100 / top
	}
	slices.SortFunc(out, func(a, b theme) int {
		return strings.Compare(umlauts.Replace(strings.ToLower(a.Label)), umlauts.Replace(strings.ToLower(b.Label)))
	})
	return out
}

func (r *request) startCities(counts []search.Count, d *directory) []theme {
	out := make([]theme, len(r.cfg.Cities))
	total := 0
	for i, c := range r.cfg.Cities {
		url := r.local("/dataset") + state{filters: map[string][]string{"city": {c.Value}}, page: 1}.query()
		out[i] = theme{Name: c.Value, Label: c.Label.In(r.lang), URL: url, Count: countOf(counts, c.Value)}
		total += out[i].Count
	}
	for i := range out {
		out[i].Share = out[i].Count * 100 / max(total, 1)
	}
	return out
}

func countOf(counts []search.Count, value string) int {
	for _, c := range counts {
		if strings.EqualFold(c.Value, value) {
			return c.Count
		}
	}
	return 0
}

// search is /dataset: everything, narrowed by the address.
func (r *request) search() error {
	d, err := r.directory()
	if err != nil {
		return err
	}
	st := readState(r.c.Request.URL.Query())
	v, err := r.list("/dataset", st, scope{}, d)
	if err != nil {
		return err
	}
	title := r.t.Get("search.title")
	if st.q != "" {
		title = r.t.Get("search.titlefor", st.q)
	}
	if len(v.Chips) > 0 { // so that the tabs of two searches differ
		values := make([]string, len(v.Chips))
		for i, c := range v.Chips {
			values[i] = c.Label
		}
		title += " (" + strings.Join(values, ", ") + ")"
	}
	if st.page > 1 {
		title += " – " + r.t.Get("page.n", st.page)
	}
	return r.show("search", &page{
		Title: title, Path: "/dataset" + st.query(), Nav: "dataset", Query: st.q, BoxInPage: true, Body: v,
		NoIndex: st.q != "" || v.Active > 1,
	})
}
