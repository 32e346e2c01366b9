package ckan

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/web/ckan/solrq"
)

var searchParams = []Param{
	param("q", "string", "Suchanfrage", "query"), param("fq", "string", "Filter", "filter"), param("fq_list", "list", "mehrere Filter", "several filters"),
	param("sort", "string", "Reihenfolge, z. B. metadata_modified desc", "order, e.g. metadata_modified desc"),
	param("rows", "integer", "höchstens 1000", "at most 1000"), param("start", "integer", "ab diesem Treffer", "from this hit on"),
	param("facet", "boolean", "Facetten zählen", "count facets"), param("facet.field", "list", "Felder der Facetten", "fields of the facets"),
	param("facet.limit", "integer", "Werte je Facette", "values per facet"), param("facet.mincount", "integer", "kleinste Zahl", "least count"),
	param("fl", "list", "nur diese Felder", "only these fields"),
	param("ext_bbox", "string", "nur was diese Fläche berührt: West,Süd,Ost,Nord in Grad", "only what touches this area: west,south,east,north in degrees"),
	param("ext_startdate", "string", "nur Daten über die Zeit ab hier: Jahr, Monat, Tag oder Zeitpunkt (2019, 2019-05, 2019-05-31)", "only data about the time from here on: year, month, day or instant (2019, 2019-05, 2019-05-31)"),
	param("ext_enddate", "string", "nur Daten über die Zeit bis hier", "only data about the time up to here"),
	param("include_private", "boolean", "auch private, soweit erlaubt", "private ones too, as far as allowed"),
	param("include_drafts", "boolean", "auch Entwürfe, soweit erlaubt", "drafts too, as far as allowed"),
	param("include_deleted", "boolean", "auch gelöschte, soweit erlaubt", "deleted ones too, as far as allowed"),
	param("use_default_schema", "boolean", "ohne Wirkung", "no effect"),
}

// accepted are further parameters CKAN knows; they change nothing here.
var accepted = []string{"qf", "bf", "boost", "tie", "mm", "defType", "df", "wt", "extras"}

// knownNames are the names of both.
var knownNames = func() map[string]bool {
	out := map[string]bool{}
	for _, p := range searchParams {
		out[p.Name] = true
	}
	for _, name := range accepted {
		out[name] = true
	}
	return out
}()

const (
	defaultRows  = 10
	maxRows      = 1000
	defaultFacet = 50
)

// datasets finds datasets as package_search does, for other actions to show.
func (s *Service) datasets(ctx context.Context, c *Call) (total int, results []any, err error) {
	if err := knownParams(c.Args); err != nil {
		return 0, nil, err
	}
	q, err := s.query(c)
	if err != nil {
		return 0, nil, err
	}
	done, err := s.collect(ctx, q.Rows)
	if err != nil {
		return 0, nil, err
	}
	defer done()
	q.Facets = nil
	res, err := s.search.Search(ctx, q)
	if err != nil {
		return 0, nil, err
	}
	results = []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v := s.viewer(tx, c.Actor)
		for _, h := range res.Hits {
			// The index may be a moment behind; what is gone or hidden by now
			// is not shown.
			if e, err := tx.Entry(h.ID); err == nil && catalog.CanSee(c.Actor, e) {
				results = append(results, pick(v.dataset(e), e, h.Score, listed(c.Args)))
			}
		}
		return nil
	})
	return res.Total, results, err
}

func knownParams(args Args) error {
	var unknown []string
	for name := range args {
		if !knownNames[name] && !strings.HasPrefix(name, "ext_") {
			unknown = append(unknown, "'"+name+"'")
		}
	}
	if unknown != nil {
		slices.Sort(unknown)
		return withMessage(400, "Search Query Error", `Search Query is invalid: "Invalid search parameters: [`+strings.Join(unknown, ", ")+`]"`)
	}
	for _, name := range slices.Sorted(maps.Keys(args)) {
		for _, s := range args.List(name) {
			if err := solrq.Guard(name, s); err != nil {
				return queryError(err)
			}
		}
	}
	return nil
}

// query builds the search from the arguments.
func (s *Service) query(c *Call) (search.Query, error) {
	var q search.Query
	q.Labels, q.AllLabels = catalog.LabelsOf(c.Actor)
	var err error
	if q.Rows, err = rows(c.Args); err != nil {
		return q, err
	}
	if q.Start, err = c.Args.Natural("start", 0); err != nil {
		return q, err
	}
	if q.Text, err = solrq.ParseQuery(c.Args.String("q")); err != nil {
		return q, queryError(err)
	}
	filters := c.Args.List("fq_list")
	if s, text := c.Args["fq_list"].(string); text && s != "" {
		return q, withMessage(409, "Search Error", "Search error: fq_list is a list of texts; several filters in an address are several fq.")
	}
	if fq := c.Args["fq"]; fq != nil {
		filters = append(filters, c.Args.List("fq")...)
	}
	ext := func(name string) string { return cmp.Or(c.Args.String(name), textOf(object(c.Args["extras"]), name)) }
	if first, last := ext("ext_startdate"), ext("ext_enddate"); first+last != "" {
		period, ok := search.ParsePeriod(first, last)
		if !ok {
			return q, withMessage(400, "Search Query Error", "Wrong period provided: ext_startdate and ext_enddate are years, months, days or instants (2019, 2019-05, 2019-05-31), the first not after the last")
		}
		q.Filters = append(q.Filters, period)
	}
	if text := ext("ext_bbox"); text != "" {
		box, ok := search.ParseBox(text)
		if !ok {
			return q, withMessage(400, "Search Query Error", "Wrong bounding box provided: ext_bbox is west,south,east,north in degrees")
		}
		q.Filters = append(q.Filters, box)
	}
	stateAsked := false
	for _, f := range filters {
		if strings.TrimSpace(f) == "" {
			continue
		}
		n, err := solrq.ParseFilter(f)
		if err != nil {
			return q, queryError(err)
		}
		stateAsked = stateAsked || strings.Contains(f, "+state:")
		q.Filters = append(q.Filters, n)
	}
	q.Filters = append(q.Filters, defaultFilters(
		c.Args.Bool("include_private", false), c.Args.Bool("include_drafts", false) || stateAsked, c.Args.Bool("include_deleted", false) || stateAsked)...)
	if q.Sort, err = solrq.ParseSort(c.Args.String("sort")); err != nil {
		return q, queryError(err)
	}
	q.Facets, err = facetRequests(c.Args)
	return q, err
}

func rows(args Args) (int, error) {
	if s := args.String("rows"); s != "" {
		if _, ok := args.integer("rows"); !ok {
			return 0, invalid("rows", "Invalid integer", "Please enter an integer value")
		}
	}
	n, err := args.Natural("rows", defaultRows)
	return min(n, maxRows), err
}

// defaultFilters are what CKAN adds unless a flag asks for more. They narrow;
// what a reader may see at all is decided by labels.
func defaultFilters(private, drafts, deleted bool) []search.Node {
	states := []search.Node{search.Term{Field: "state", Value: "active"}}
	if drafts {
		states = append(states, search.Term{Field: "state", Value: "draft"})
	}
	if deleted {
		states = append(states, search.Term{Field: "state", Value: "deleted"})
	}
	out := []search.Node{search.Or{Nodes: states}}
	if !private {
		out = append(out, search.Term{Field: "capacity", Value: "public"})
	}
	return out
}

func facetRequests(args Args) ([]search.Facet, error) {
	if !args.Bool("facet", true) {
		return nil, nil
	}
	fields, err := args.JSONList("facet.field")
	if err != nil {
		return nil, err
	}
	limit, mincount := defaultFacet, 1
	if args.String("facet.limit") != "" {
		n, ok := args.integer("facet.limit")
		if !ok {
			return nil, invalid("facet.limit", "Invalid integer")
		}
		limit = int(max(-1, min(n, 1_000_000)))
	}
	if mincount, err = args.Natural("facet.mincount", mincount); err != nil {
		return nil, err
	}
	if len(fields) > 100 {
		return nil, invalid("facet.field", "At most 100 facets are allowed")
	}
	var out []search.Facet
	for _, f := range fields {
		if !slices.ContainsFunc(out, func(x search.Facet) bool { return x.Field == f }) {
			out = append(out, search.Facet{Field: f, Values: strings.TrimPrefix(f, "extras_"), Limit: limit, MinCount: mincount})
		}
	}
	return out, nil
}

func sortText(given string) string {
	if given == "" || given == "rank" {
		return "score desc, metadata_modified desc"
	}
	return given
}

// packageAutocomplete finds datasets whose name or title contains the text.
func (s *Service) packageAutocomplete(ctx context.Context, c *Call) (any, error) {
	text, err := c.Args.Required("q")
	if err != nil {
		return nil, err
	}
	limit, err := c.Args.Natural("limit", 10)
	if err != nil {
		return nil, err
	}
	labels, all := catalog.LabelsOf(c.Actor)
	hits, err := s.search.Complete(ctx, text, labels, all, min(limit, 1000))
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for _, h := range hits {
			e, err := tx.Entry(h.ID)
			if err != nil || !catalog.CanSee(c.Actor, e) || e.State != catalog.StateActive {
				continue
			}
			d := map[string]any{"name": e.Name, "title": title(e), "match_field": "title", "match_displayed": title(e) + " (" + e.Name + ")"}
			if strings.Contains(e.Name, strings.ToLower(text)) {
				d["match_field"], d["match_displayed"] = "name", e.Name
			}
			out = append(out, d)
		}
		return nil
	})
	return out, err
}

// utilDatasetAutocomplete is the older address of the same, for widgets.
func (s *Service) utilDatasetAutocomplete(c *gin.Context) {
	cors(c)
	args := Args{"q": c.Query("incomplete"), "limit": cmp.Or(c.Query("limit"), "10")}
	result := []any{}
	if args.String("q") != "" {
		out, err := s.packageAutocomplete(c.Request.Context(), &Call{Actor: catalog.Anonymous, Args: args})
		if e := asAPIError(err); err != nil && e != nil {
			writeJSON(c, e.Status, e.Body)
			return
		}
		if err != nil {
			internal(c, err)
			return
		}
		result, _ = out.([]any)
	}
	writeJSON(c, 200, map[string]any{"ResultSet": map[string]any{"Result": result}})
}
