package e2e

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

func (w *crawled) crawlRoutes(r *who) {
	list := w.routes(http.MethodGet)
	if len(list) < 150 {
		w.t.Fatalf("the program tells only %d routes", len(list))
	}
	for _, route := range list {
		if strings.HasPrefix(route, "/en/") && r.name != "anonymous" {
			continue // the same functions with other words
		}
		for path, asked := range w.fillRoute(route) {
			if route == "/user/logout" || strings.Contains(route, "/action/") {
				continue
			}
			a := w.request(r, http.MethodGet, path, nil)
			w.tells(r, "GET "+route, path, a, append(asked, path)...)
			if r.compares() && !strings.HasPrefix(route, "/en/") {
				w.alike(r, route, path, asked, a)
			}
		}
	}
}

// alike compares the answer about a hidden thing with the one about a thing that
// never was: pages must not tell the two apart.
func (w *crawled) alike(r *who, route, path string, asked []string, a reply) {
	if a.status == http.StatusOK || len(asked) == 0 {
		return
	}
	other, shape := path, a
	for _, v := range asked {
		circle, known := w.hidden[strings.ToLower(v)]
		if !known || r.may(circle) {
			continue
		}
		other = strings.ReplaceAll(other, url.PathEscape(v), url.PathEscape(nothing(v)))
	}
	if other == path {
		return
	}
	b := w.request(r, http.MethodGet, other, nil)
	clean := func(x reply, asked func(string) string) string {
		text := spread(x)
		for _, v := range asked2(asked, w, path) {
			text = strings.ReplaceAll(text, v, "•")
		}
		return text
	}
	same := clean(shape, func(v string) string { return v })
	gone := clean(b, nothing)
	if a.status != b.status || same != gone {
		w.once(r.name+" alike "+route, "GET %s as %s: %d, but what never was: %d\n%s", path, r.name, a.status, b.status, firstDifference(same, gone))
	}
}

func asked2(change func(string) string, w *crawled, path string) (out []string) {
	plain, err := url.PathUnescape(path)
	if err != nil {
		plain = path
	}
	for _, part := range strings.Split(plain, "/") {
		if _, known := w.hidden[strings.ToLower(part)]; known {
			out = append(out, strings.ToLower(change(part)))
		}
	}
	return out
}

// nothing is a value of the same shape that names nothing.
func nothing(v string) string {
	low := strings.ToLower(v)
	switch {
	case uuids.MatchString(low):
		return low[:10] + strings.Map(neighbor, low[10:14]) + low[14:20] + strings.Map(neighbor, low[20:23]) + low[23:]
	case strings.Contains(low, stem):
		i := strings.Index(low, stem)
		return v[:i] + "quarzol" + v[i+len(stem):]
	case len(v) > 2:
		return strings.Repeat("Q", len(v)-2) + v[len(v)-2:]
	}
	return v
}

// neighbor changes a digit of an id into another one that every parser takes
// alike: where a reader of numbers or of JSON stops must not depend on chance,
// so zeros, signs of powers and the beginning of "false" stay what they are.
func neighbor(r rune) rune {
	switch {
	case r >= '1' && r <= '9':
		return '1' + (r-'0')%9
	case r >= 'a' && r <= 'd':
		return 'a' + 'd' - r
	}
	return r
}

func firstDifference(a, b string) string {
	i := 0
	for i < len(a) && i < len(b) && a[i] == b[i] {
		i++
	}
	return fmt.Sprintf("…%s…\n…%s…", a[max(0, i-80):min(len(a), i+120)], b[max(0, i-80):min(len(b), i+120)])
}

// crawlPages asks for what an administrator reaches by links.
func (w *crawled) crawlPages(r *who, pages map[string]reply) {
	for path := range pages {
		a := w.request(r, http.MethodGet, path, nil)
		plain, err := url.QueryUnescape(path)
		if err != nil {
			plain = path
		}
		w.tells(r, "GET "+strings.SplitN(path, "?", 2)[0], path, a, plain, path)
	}
}

// crawlActions calls every action with every value, as program.
func (w *crawled) crawlActions(r *who) {
	list := w.actions()
	if len(list) < 200 {
		w.t.Fatalf("only %d actions", len(list))
	}
	for _, a := range list {
		w.tells(r, a.name, "{}", w.action(r, a.name, obj{}))
		if !a.free && !r.compares() && r.name != "own-member" {
			continue // who may less is refused where these are
		}
		for i, v := range w.values {
			if r.spares() && i%3 != 0 {
				continue
			}
			args := a.with(v)
			got := w.action(r, a.name, args)
			w.tells(r, a.name, v, got, v)
			w.sameAction(r, a, v, got)
		}
	}
}

// Where CKAN refuses what is hidden and does not find what never was, clients
// rely on the difference. A name that is taken cannot be given away either.
var (
	ckanRefuses = regexp.MustCompile(`^(package|resource|organization|group|member|dataset)_|^(follow|unfollow|am_following|bulk_update)_`)
	takesNames  = []string{"harvest_source_create"}
)

// sameAction compares the answer of an action about a hidden thing with the one
// about a thing that never was.
func (w *crawled) sameAction(r *who, a leakAction, v string, got reply) {
	circle, known := w.hidden[strings.ToLower(v)]
	if !known || r.may(circle) || !r.compares() {
		return
	}
	gone := w.action(r, a.name, a.with(nothing(v)))
	if got.status == gone.status && strings.ReplaceAll(strings.ToLower(got.text), strings.ToLower(v), "•") == strings.ReplaceAll(strings.ToLower(gone.text), strings.ToLower(nothing(v)), "•") {
		return
	}
	if got.status == http.StatusForbidden && ckanRefuses.MatchString(a.name) || slices.Contains(takesNames, a.name) {
		return
	}
	w.once(r.name+" same "+a.name, "%s of %s as %s: %d %.200s, but of what never was: %d %.200s", a.name, v, r.name, got.status, got.text, gone.status, gone.text)
}

// crawlSearch asks the search, its facets, counts, orders, suggestions and
// corrections for hidden words, never with the whole word.
func (w *crawled) crawlSearch(r *who) {
	for _, f := range []string{"tags", "groups", "organization", "res_format", "license_id", "title", "title_string", "name", "id", "state", "capacity", "author", "maintainer", "maintainer_email", "notes", "city", "office", "status", "local_id", "permission_labels", "entity_type", "dataset_type", "extras_hausnotiz", "hausnotiz", "harvest_source_title", "creator_user_id", "owner_org", "contact_name"} {
		for _, extra := range []string{"", "&include_private=true&include_drafts=true&include_deleted=true"} {
			path := "/api/3/action/package_search?rows=1000&facet.limit=-1&facet.mincount=0&facet.field=" + url.QueryEscape(`["`+f+`"]`) + "&sort=" + f + "+desc" + extra
			w.tells(r, "facet "+f, path, w.request(r, http.MethodGet, path, nil))
		}
	}
	total := w.action(r, "package_search", obj{"rows": 0}).json()["count"]
	for s, circle := range w.hidden {
		if r.may(circle) || !strings.HasPrefix(s, stem) {
			continue
		}
		for i, q := range []string{s, s[:len(s)-1] + "*", s + "~1", "title:" + s + " OR notes:" + s + " OR tags:" + s + " OR name:" + s, "+" + s} {
			a := w.action(r, "package_search", obj{[]string{"q", "fq"}[i%2]: q, "include_private": true, "include_drafts": true, "include_deleted": true})
			if n := a.json()["count"]; a.status == http.StatusOK && n != 0.0 {
				w.once(r.name+" counts "+s, "package_search %s as %s counts %v", q, r.name, n)
			}
		}
		if n := w.action(r, "package_search", obj{"fq": "-text:" + s, "rows": 0}).json()["count"]; n != total {
			w.once(r.name+" excludes "+s, "without %s %s finds %v of %v", s, r.name, n, total)
		}
		// What is one letter off must not be set right by what is hidden.
		wrong := s[:len(s)-1] + "q"
		for _, path := range []string{
			"/dataset?q=" + wrong, "/dataset?q=" + s[:len(s)-1], "/suggest?q=" + s[:len(s)-1], "/en/suggest?q=" + s[:len(s)-2], "/suggest?q=" + wrong, "/feeds/custom.atom?q=" + s[:len(s)-1] + "*", "/catalog.ttl?q=" + s[:len(s)-1] + "*",
			"/api/3/action/package_search?q=" + wrong, "/api/3/action/package_autocomplete?q=" + s[:len(s)-1], "/api/3/action/tag_autocomplete?query=" + s[:len(s)-1], "/api/3/action/tag_search?query=" + s[:len(s)-1], "/api/3/action/format_autocomplete?q=" + s[:len(s)-1],
			"/api/3/action/user_autocomplete?q=" + s[:len(s)-1], "/api/3/action/group_autocomplete?q=" + s[:len(s)-1], "/api/3/action/organization_autocomplete?q=" + s[:len(s)-1], "/api/3/action/resource_search?query=name:" + s[:len(s)-1], "/api/3/action/resource_search?query=description:" + s[:len(s)-1],
			"/api/util/dataset/autocomplete?incomplete=" + s[:len(s)-1], "/api/2/util/tag/autocomplete?incomplete=" + s[:len(s)-1], "/api/2/util/user/autocomplete?q=" + s[:len(s)-1],
		} {
			w.tells(r, strings.SplitN(path, "?", 2)[0]+"?q", path, w.request(r, http.MethodGet, path, nil))
		}
	}
	for _, q := range []string{stem, stem[:5], "quarzli", "quarzliprivattitel"} {
		for _, path := range []string{"/suggest?q=" + q, "/dataset?q=" + q, "/api/3/action/package_search?q=" + q + "&facet.field=[%22tags%22]", "/api/3/action/organization_list?q=" + q, "/organization?q=" + q, "/group?q=" + q, "/api/3/action/user_list?q=" + q} {
			w.tells(r, "short "+strings.SplitN(path, "?", 2)[0], path, w.request(r, http.MethodGet, path, nil))
		}
	}
	for _, path := range []string{
		"/catalog.ttl?page=%d", "/catalog.rdf?page=%d", "/catalog.jsonld?page=%d", "/catalog.nt?page=%d", "/catalog.xml?page=%d", "/catalog.ttl?modified_since=2020-01-01&page=%d", "/changes?after=%d00", "/changes.atom?after=%d00", "/sitemap/%d.xml",
		"/api/3/action/package_list?offset=%d00&limit=100", "/api/3/action/current_package_list_with_resources?limit=100&page=%d", "/api/3/action/recently_changed_packages_activity_list?limit=100&offset=%d00", "/feeds/dataset.atom?page=%d",
	} {
		for n := range 4 {
			at := fmt.Sprintf(path, n)
			w.tells(r, path, at, w.request(r, http.MethodGet, at, nil))
		}
	}
}

// crawlConditions shows the tags of pages inside to anonymous readers: an answer
// that says "not changed" would say that the thing is there.
func (w *crawled) crawlConditions(pages map[string]reply) {
	for _, r := range w.readers {
		for path, p := range pages {
			tag, at := p.header.Get("ETag"), p.header.Get("Last-Modified")
			if tag == "" && at == "" || w.request(r, http.MethodGet, path, nil).status == http.StatusOK {
				continue
			}
			for _, header := range [][]string{{"If-None-Match", tag}, {"If-Modified-Since", time.Now().UTC().Format(http.TimeFormat)}, {"If-Match", tag}, {"Range", "bytes=0-10"}} {
				if a := w.request(r, http.MethodGet, path, nil, header...); a.status < 300 || a.status == http.StatusNotModified || a.status == http.StatusPreconditionFailed {
					w.once(r.name+" condition "+path, "%s with %s as %s: %d", path, header[0], r.name, a.status)
				}
			}
			if a := w.request(r, http.MethodHead, path, nil); a.status < 300 {
				w.once(r.name+" head "+path, "HEAD %s as %s: %d", path, r.name, a.status)
			}
		}
	}
}
