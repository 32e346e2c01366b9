package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// TestCrawl_hiddenWorkLeavesNoTrace looks at everything public, lets officers work
// on what is hidden, and looks again: not a byte, not a tag, not a date differs.
func TestCrawl_hiddenWorkLeavesNoTrace(t *testing.T) {
	w := newCrawled(t, "")
	anonymous := w.readers[0]
	before := w.public(anonymous)
	if len(before) < 400 {
		t.Errorf("only %d public addresses", len(before))
	}
	w.workHidden()
	w.settle()
	n := 0
	for path, was := range before {
		now := w.request(anonymous, http.MethodGet, path, nil)
		for name := range was.header {
			if now.header.Get(name) != was.header.Get(name) && !slices.Contains(changing, name) {
				t.Errorf("%s: %s was %q and is %q", path, name, was.header.Get(name), now.header.Get(name))
			}
		}
		a, b := steady(was), steady(now)
		if was.status != now.status || a != b {
			t.Errorf("%s: %d, then %d\n%s", path, was.status, now.status, firstDifference(a, b))
		}
		if tag := was.header.Get("ETag"); tag != "" && was.status == http.StatusOK {
			n++
			if c := w.request(anonymous, http.MethodGet, path, nil, "If-None-Match", tag); c.status != http.StatusNotModified {
				t.Errorf("%s with its tag: %d", path, c.status)
			}
		}
	}
	t.Logf("%d addresses, %d tags", len(before), n)
}

var requestNumber = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// steady is an answer without what every answer has of its own.
func steady(r reply) string {
	if r.status >= http.StatusBadRequest {
		return requestNumber.ReplaceAllString(r.text, "") // it quotes its number
	}
	return r.text
}

// public is everything anonymous readers reach: by links, by routes without
// parameters, by actions without arguments.
func (w *crawled) public(r *who) map[string]reply {
	out := map[string]reply{}
	queue := slices.Clone(startPoints)
	for _, route := range w.routes(http.MethodGet) {
		if !strings.ContainsAny(route, ":*") {
			queue = append(queue, route)
		}
	}
	for _, a := range w.actions() {
		if a.free {
			queue = append(queue, "/api/3/action/"+a.name)
		}
	}
	for _, f := range []string{"tags", "groups", "organization", "res_format", "license_id", "author", "state", "capacity", "entity_type"} {
		queue = append(queue, "/api/3/action/package_search?rows=0&facet.limit=-1&facet.mincount=0&facet.field="+url.QueryEscape(`["`+f+`"]`), "/api/3/action/package_search?rows=5&sort="+f+"+desc&include_private=true")
	}
	for len(queue) > 0 && len(out) < 900 {
		path := queue[0]
		queue = queue[1:]
		// Readiness and status are about the program; sources show when they ran.
		if _, done := out[path]; done || path == "/readyz" || strings.HasPrefix(path, "/user/") || strings.HasPrefix(path, "/en/user/") {
			continue
		}
		a := w.request(r, http.MethodGet, path, nil)
		out[path] = a
		if a.status != http.StatusOK || strings.HasPrefix(path, "/api/") {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(a.text, -1) {
			target, _, _ := strings.Cut(strings.TrimPrefix(decoded(m[1]+m[2]), w.URL), "#")
			u, err := url.Parse(target)
			if err == nil && strings.HasPrefix(target, "/") && !strings.HasPrefix(target, "//") && !strings.HasPrefix(target, "/static/") && len(u.Query()) <= 1 {
				queue = append(queue, u.RequestURI())
			}
		}
	}
	return out
}

// workHidden is a day's work on what is not public.
func (w *crawled) workHidden() {
	priv := stem + "privatname"
	for n := range 3 {
		w.must("sysadmin", "package_patch", obj{"id": priv, "title": fmt.Sprint("Neuer Titel ", n), "tags": []any{obj{"name": fmt.Sprint("neues-wort-", n)}}})
		w.must("sysadmin", "package_create", obj{"name": fmt.Sprint("noch-verborgen-", n), "title": "Baumkataster Baum Bäume", "owner_org": "hausamt", "private": true, "license_id": "cc-zero", "groups": []any{obj{"name": "thema-haus"}}, "tags": []any{obj{"name": "Baum"}}, "resources": []any{obj{"url": "https://x.example/", "format": "SELTEN"}}})
	}
	w.must("sysadmin", "package_patch", obj{"id": stem + "entwurfname", "notes": "Baum", "owner_org": "muenchen"})
	w.must("sysadmin", "package_delete", obj{"id": "noch-verborgen-1"})
	w.must("sysadmin", "dataset_purge", obj{"id": "noch-verborgen-1"})
	w.must("sysadmin", "package_patch", obj{"id": "frueher-im-haus", "title": "Immer noch verborgen"})
	w.must("sysadmin", "resource_create", obj{"package_id": priv, "url": "https://y.example/", "format": "PDF"})
	w.must("sysadmin", "package_relationship_create", obj{"subject": "noch-verborgen-0", "object": "gezeigt-im-haus", "type": "depends_on"})
	w.must("sysadmin", "organization_patch", obj{"id": stem + "organizationname", "title": "Anders"})
	w.must("sysadmin", "survey_import", obj{"city": "augsburg", "document": obj{"format": "trio.survey.responses/1", "template": obj{"id": "man-datensilo", "version": "1.0.0"}, "city": "aug", "exported_at": "2026-05-01T08:00:00Z", "responses": []any{
		obj{"id": "neu", "status": "subm", "submitted_at": "2026-05-01T08:00:00Z", "updated_at": "2026-05-01T08:00:00Z", "answers": w.answers("danach", partners, obj{"A_city": "aug", "B_localid": "AUG-Q9", "A_org2": "Ganz neues Amt"})},
	}}})
	h := house{url: w.URL}
	if status, to, _, err := h.send(w.t.Context(), stay(), "/s/"+w.office.link+"/holding", url.Values{"title": {"Baumkataster der Stadt"}}, ""); err != nil || status != http.StatusSeeOther || to == "" {
		w.t.Fatalf("answer: %d %v", status, err)
	}
	w.must("sysadmin", "user_create", obj{"name": "neue-person", "email": "neu@stadt.example", "password": "lange genug 2026"})
	w.must("sysadmin", "organization_member_create", obj{"id": "muenchen", "username": "neue-person", "role": "editor"})
	w.must("sysadmin", "survey_round_create", obj{"city": "augsburg", "title": "Noch eine Runde"})
}

// TestCrawl_formsAreTheirOwners sends every form that an administrator finds, as
// everybody else, and every route that takes forms: nothing changes.
func TestCrawl_formsAreTheirOwners(t *testing.T) {
	t.Parallel()
	w := newCrawled(t, "")
	forms := map[string]url.Values{}
	for path, page := range w.insidePages() {
		if page.status == http.StatusOK && strings.HasPrefix(page.header.Get("Content-Type"), "text/html") {
			w.forms(path, page.text, forms)
		}
	}
	covered := map[string]bool{}
	routes := w.routes(http.MethodPost)
	for path := range forms {
		for _, route := range routes {
			if fits(route, path) {
				covered[route] = true
			}
		}
	}
	for _, route := range routes { // what no page led to is tried without fields
		if !covered[route] && !strings.HasPrefix(route, "/en/") && !strings.HasPrefix(route, "/api/") {
			for path := range w.fillRoute(route) {
				forms[path] = url.Values{"do": {"save"}, "sure": {"yes"}}
			}
		}
	}
	if len(forms) < 100 {
		t.Errorf("only %d forms", len(forms))
	}
	before, theirs := w.state(), w.singlesOf("nue")
	for _, r := range w.readers {
		for path, form := range forms {
			// Signing in and out and the own account belong to everybody; an
			// administrator of Nürnberg changes its datasets and decides about its
			// holdings, a checker answers.
			if strings.HasPrefix(path, "/user/") || strings.HasPrefix(path, "/account") || r.name == "partner" && (strings.Contains(path, "nuernberg") || theirs(path)) || r.name == "checker" && path == "/survey/checks" {
				continue
			}
			a := w.request(r, http.MethodPost, path, []byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Origin", w.URL)
			w.tells(r, "POST "+path, path, a, path)
			login := a.status == http.StatusSeeOther && strings.Contains(a.header.Get("Location"), "/user/login")
			if a.status < http.StatusBadRequest && !login && path != "/repair" { // a repair is shown for the datasets one edits
				w.once(r.name+" form "+path, "POST %s as %s: %d %s", path, r.name, a.status, a.header.Get("Location"))
			}
		}
	}
	after := w.state()
	for what, was := range before {
		if now := after[what]; now != was {
			t.Errorf("%s is another one:\n%s", what, firstDifference(was, now))
		}
	}
	w.linksAreTheirOwners(routes)
	t.Logf("%d forms by %d readers", len(forms), len(w.readers))
}

// singlesOf tells the addresses of a city's holdings that stand in no round.
func (w *crawled) singlesOf(city string) func(path string) bool {
	of := map[string]bool{}
	for _, queue := range []string{"", "incomplete", "approved", "published"} {
		var list struct {
			Result []struct{ Holding, City string }
		}
		if err := json.Unmarshal([]byte(w.call("sysadmin", "survey_single_list", obj{"queue": queue}).text), &list); err != nil {
			w.t.Fatal(err)
		}
		for _, h := range list.Result {
			if h.City == city {
				of[h.Holding] = true
			}
		}
	}
	if len(of) == 0 {
		w.t.Errorf("%s has no holdings from files", city)
	}
	return func(path string) bool {
		id, isSingle := strings.CutPrefix(path, "/survey/holding/")
		id, _, _ = strings.Cut(id, "/")
		return isSingle && of[id]
	}
}

// linksAreTheirOwners sends whatever a link can send about what another office
// answered, and what a link to one section can send about the others.
func (w *crawled) linksAreTheirOwners(routes []string) {
	theirs := func() (out []string) {
		for _, id := range w.byParam["holding"] {
			for _, section := range []string{"A", "B", "C", "E"} {
				out = append(out, w.request(w.root, http.MethodGet, "/s/"+w.other+"/holding/"+id+"/step/"+section, nil).text)
			}
		}
		return out
	}
	before := theirs()
	for _, r := range []*who{w.office, w.helper} {
		for _, route := range routes {
			if !strings.Contains(route, ":token") {
				continue
			}
			for path := range w.fillRoute(strings.Replace(route, ":token", r.link, 1)) {
				if r == w.helper && strings.HasSuffix(path, w.byParam["holding"][0]+"/step/C") {
					continue // what it is for
				}
				for _, id := range w.byParam["holding"] {
					form := url.Values{"holding": {id}, "question": {"B_desc"}, "text": {"Untergeschoben"}, "section": {"B", "C"}, "label": {"Untergeschoben"}, "link": {"1"}, "example": {id}, "go": {"later"}, "title": {"Untergeschoben"}}
					for _, q := range []string{"B_desc", "C_system", "E_personal", "A_unit"} {
						form.Set("r."+q, "1")
						form.Set("a."+q, "Untergeschoben")
					}
					a := w.request(r, http.MethodPost, path, []byte(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
					w.tells(r, "POST "+route, path, a, path, id)
					if (r == w.helper || strings.Contains(path, "/holding/"+id)) && a.status < http.StatusBadRequest {
						w.once(r.name+" link "+route, "POST %s with %s's link: %d", path, r.name, a.status)
					}
				}
			}
		}
	}
	for i, now := range theirs() {
		if now != before[i] {
			w.once(fmt.Sprint("theirs ", i), "another office's answers changed:\n%s", firstDifference(before[i], now))
		}
	}
}

// fits reports whether a path may be one of a route.
func fits(route, path string) bool {
	a, b := strings.Split(route, "/"), strings.Split(path, "/")
	return len(a) == len(b) && !slices.ContainsFunc(slices.Collect(maps.Keys(indexes(a))), func(i int) bool { return !strings.HasPrefix(a[i], ":") && a[i] != b[i] })
}

func indexes(list []string) map[int]string { return maps.Collect(slices.All(list)) }

// state is what the administrator sees of everything that forms could change.
func (w *crawled) state() map[string]string {
	out := map[string]string{}
	for _, a := range w.actions() {
		if a.free && !strings.HasPrefix(a.name, "status_") && !strings.Contains(a.name, "api_token") {
			out[a.name] = w.action(w.root, a.name, obj{}).text
		}
	}
	for _, path := range []string{"/survey", "/survey/templates", "/survey/registers", "/survey/" + w.byParam["round"][0], "/survey/" + w.byParam["round"][0] + "/inbox", "/harvest", "/harvest/words", "/survey/checks"} {
		out[path] = w.request(w.root, http.MethodGet, path, nil).text
	}
	return out
}

// forms collects the forms of a page that are posted, with their values.
func (w *crawled) forms(path, text string, out map[string]url.Values) {
	doc, err := html.Parse(strings.NewReader(text))
	if err != nil {
		w.t.Fatal(err)
	}
	attr := func(n *html.Node, key string) string {
		for _, a := range n.Attr {
			if a.Key == key {
				return a.Val
			}
		}
		return ""
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode || n.Data != "form" || !strings.EqualFold(attr(n, "method"), "post") {
			continue
		}
		form := url.Values{}
		for x := range n.Descendants() {
			if x.Type != html.ElementNode || attr(x, "name") == "" {
				continue
			}
			switch x.Data {
			case "input", "button":
				form.Add(attr(x, "name"), attr(x, "value"))
			case "textarea":
				form.Add(attr(x, "name"), "Text")
			case "select":
				for o := range x.Descendants() {
					if o.Type == html.ElementNode && o.Data == "option" && attr(o, "value") != "" {
						form.Set(attr(x, "name"), attr(o, "value"))
					}
				}
			}
		}
		target := attr(n, "action")
		if target == "" {
			target, _, _ = strings.Cut(path, "?")
		}
		out[target] = form
	}
}
