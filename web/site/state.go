package site

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// pageSize is the number of hits on a page.
const pageSize = 20

// Bounds on what an address may ask for.
const (
	maxQuery   = 300   // letters of the search box
	maxValue   = 200   // letters of a filter value
	maxValues  = 20    // values of one filter
	maxPeriod  = 30    // letters of a year or date
	maxPage    = 50000 // deepest page
	minPageNum = 1
)

// facetNames are the filters in the order of the page; the names are CKAN's
// address parameters, "city" is ours.
var facetNames = []string{"city", "groups", "organization", "res_format", "license_id", "tags"}

// periodNames are the parameters of the time that the data are about, its first
// and its last year, month or day; the names are those of CKAN's extensions.
var periodNames = [2]string{"ext_startdate", "ext_enddate"}

// state is all that a result list depends on; the address carries it whole.
type state struct {
	q       string
	filters map[string][]string
	period  [2]string // as given; it counts when it can be read
	sort    string
	page    int
}

// sorts maps CKAN's sort parameter to what we offer, the preferred form first.
var sorts = []struct{ key, param string }{
	{"relevance", "score desc, metadata_modified desc"},
	{"modified", "metadata_modified desc"},
	{"title", "title_string asc"},
	{"titledesc", "title_string desc"},
}

var sortAlias = map[string]string{
	"relevance asc": "relevance", "score desc": "relevance", "name asc": "title", "title asc": "title",
	"name desc": "titledesc", "title desc": "titledesc", "last_modified desc": "modified", "modified desc": "modified",
}

// readState takes from the address what we know and bounds it. Unknown
// parameters are ignored: old bookmarks carry many.
func readState(v url.Values) state {
	st := state{q: clean(v.Get("q"), maxQuery), filters: map[string][]string{}, page: minPageNum}
	for _, name := range facetNames {
		for _, x := range v[name] {
			x = clean(x, maxValue)
			if x != "" && len(st.filters[name]) < maxValues && !slices.Contains(st.filters[name], x) {
				st.filters[name] = append(st.filters[name], x)
			}
		}
	}
	for i, name := range periodNames {
		st.period[i] = yearFirst(clean(v.Get(name), maxPeriod))
	}
	sort := strings.Join(strings.Fields(strings.ToLower(v.Get("sort"))), " ")
	if a := sortAlias[sort]; a != "" {
		st.sort = a
	}
	for _, s := range sorts {
		if sort == s.param || sort == s.key {
			st.sort = s.key
		}
	}
	if n, err := strconv.Atoi(v.Get("page")); err == nil {
		st.page = min(max(n, minPageNum), maxPage)
	}
	return st
}

// clean removes what no person types and cuts to n letters.
func clean(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == utf8.RuneError {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	return cut(strings.Join(strings.Fields(s), " "), n)
}

func cut(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// effectiveSort is the order really used: without words there is no relevance.
func (st state) effectiveSort() string {
	if st.sort == "" || st.sort == "relevance" && st.q == "" {
		if st.q == "" {
			return "modified"
		}
		return "relevance"
	}
	return st.sort
}

func sortParam(key string) string {
	for _, s := range sorts {
		if s.key == key {
			return s.param
		}
	}
	return ""
}

// query writes the state as an address in one canonical order.
func (st state) query() string {
	var parts []string
	add := func(k, v string) { parts = append(parts, k+"="+url.QueryEscape(v)) }
	if st.q != "" {
		add("q", st.q)
	}
	for _, name := range facetNames {
		for _, v := range st.filters[name] {
			add(name, v)
		}
	}
	for i, name := range periodNames {
		if st.period[i] != "" {
			add(name, st.period[i])
		}
	}
	if st.sort != "" {
		add("sort", sortParam(st.sort))
	}
	if st.page > minPageNum {
		add("page", strconv.Itoa(st.page))
	}
	if len(parts) == 0 {
		return ""
	}
	return "?" + strings.Join(parts, "&")
}

// without returns the state less one filter value, on the first page.
func (st state) without(name, value string) state {
	c := st
	c.page = minPageNum
	c.filters = map[string][]string{}
	for k, list := range st.filters {
		for _, v := range list {
			if k != name || v != value {
				c.filters[k] = append(c.filters[k], v)
			}
		}
	}
	return c
}

// withoutPeriod returns the state for data about any time, on the first page.
func (st state) withoutPeriod() state {
	st.period, st.page = [2]string{}, minPageNum
	return st
}

func (st state) at(page int) state {
	st.page = page
	return st
}

func (st state) filtered() bool {
	for _, l := range st.filters {
		if len(l) > 0 {
			return true
		}
	}
	return st.hasPeriod()
}
