package site

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// APIAction is one action of the Action API as its page shows it.
type APIAction struct {
	Name string
	Doc  catalog.Text
	// Free actions have no side effects and answer GET.
	Free bool
	// Who may call it: anyone, user, editor, admin or sysadmin.
	Who    string
	Params []APIParam
	// Example is a set of arguments that works on the demo data.
	Example map[string]any
}

// APIParam is one parameter of an action.
type APIParam struct {
	Name, Kind string
	Required   bool
	Doc        catalog.Text
}

// apiGroups are the headings of the list: an action belongs to the first whose
// prefix its name has.
var apiGroups = []struct{ key, prefixes string }{
	{"dataset", "package_ dataset_ current_package bulk_ recently_changed"},
	{"resource", "resource_ file_ format_"},
	{"organization", "organization_"},
	{"group", "group_ member_ roles_"},
	{"user", "user_ api_token_ am_ get_site_user dashboard_ send_email follow unfollow am_following follower followee"},
	{"tag", "tag_ vocabulary_ term_ license_"},
	{"scheming", "scheming_"},
	{"other", ""},
}

type apiIndex struct {
	First  []call
	Query  string
	Found  int
	Groups []apiGroup
}

type apiGroup struct {
	ID, Label string
	Actions   []apiRow
}

type apiRow struct {
	Name, URL, Doc, Who string
	Free                bool
}

// apiInfo lists the actions, all or those that hold the words of q.
func (r *request) apiInfo() error {
	title := r.t.Get("api.title")
	v := &apiIndex{First: calls(r.cfg.SiteURL+"/api/3/action/package_search?q=haushalt&rows=5", "found"), Query: cut(strings.TrimSpace(r.c.Query("q")), maxQuery)}
	words := strings.Fields(strings.ToLower(v.Query))
	for _, g := range apiGroups {
		v.Groups = append(v.Groups, apiGroup{ID: g.key, Label: r.t.Get("api.group." + g.key)})
	}
	for _, a := range r.cfg.Actions {
		text := strings.ToLower(a.Name + " " + a.Doc.In("de") + " " + a.Doc.In("en"))
		if slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(text, w) }) {
			continue
		}
		i := slices.IndexFunc(apiGroups, func(g struct{ key, prefixes string }) bool {
			return g.prefixes == "" || slices.ContainsFunc(strings.Fields(g.prefixes), func(p string) bool { return strings.HasPrefix(a.Name, p) })
		})
		v.Groups[i].Actions = append(v.Groups[i].Actions, apiRow{
			Name: a.Name, URL: r.local("/api-info/" + a.Name), Doc: a.Doc.In(r.lang), Who: r.t.Get("api.who." + a.Who), Free: a.Free,
		})
		v.Found++
	}
	v.Groups = slices.DeleteFunc(v.Groups, func(g apiGroup) bool { return len(g.Actions) == 0 })
	return r.show("api", &page{Title: title, Description: r.t.Get("api.intro"), Path: "/api-info", Nav: "api", Crumbs: r.crumbs(title), Body: v})
}

type apiView struct {
	Name, Doc, Who, Method string
	Params                 []apiParamRow
	Errors                 []apiError
	Calls                  []call
}

type apiParamRow struct {
	Name, Kind, Doc string
	Required        bool
}

type apiError struct{ Status, Text string }

// apiAction explains one action.
func (r *request) apiAction() error {
	i := slices.IndexFunc(r.cfg.Actions, func(a APIAction) bool { return a.Name == r.c.Param("action") })
	if i < 0 {
		return catalog.Errorf(catalog.KindNotFound, "no such action")
	}
	a := &r.cfg.Actions[i]
	v := &apiView{Name: a.Name, Doc: a.Doc.In(r.lang), Who: r.t.Get("api.who." + a.Who), Method: "POST", Calls: r.actionCalls(a)}
	if a.Free {
		v.Method = r.t.Get("api.method.free")
	}
	for _, p := range a.Params {
		v.Params = append(v.Params, apiParamRow{p.Name, r.t.Get("api.kind." + p.Kind), p.Doc.In(r.lang), p.Required})
	}
	statuses := []string{"400", "403", "404", "409"}
	if !a.Free {
		statuses = append(statuses, "412", "413")
	}
	for _, s := range statuses {
		v.Errors = append(v.Errors, apiError{s, r.t.Get("api.error." + s)})
	}
	list := r.t.Get("api.title")
	return r.show("action", &page{
		Title: a.Name, Description: v.Doc, Path: "/api-info/" + a.Name, Nav: "api", Body: v,
		Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {list, r.local("/api-info")}, {Label: a.Name}},
	})
}

// example is the action's own, or one with a stand-in for all it needs.
func (a *APIAction) example() map[string]any {
	if a.Example != nil {
		return a.Example
	}
	out := map[string]any{}
	for _, p := range a.Params {
		if !p.Required {
			continue
		}
		switch p.Kind {
		case "integer":
			out[p.Name] = 1
		case "boolean":
			out[p.Name] = true
		case "list":
			out[p.Name] = []any{}
		case "object":
			out[p.Name] = map[string]any{}
		default:
			out[p.Name] = strings.ToUpper(p.Name)
		}
	}
	return out
}

// actionCalls shows the call in the languages people use: with curl, ckanapi,
// ckanr and fetch.
func (r *request) actionCalls(a *APIAction) []call {
	args := a.example()
	names := slices.Sorted(maps.Keys(args))
	address := r.cfg.SiteURL + "/api/3/action/" + a.Name
	body := compact(args)
	signed := a.Who != "anyone"

	curl := "curl -sS"
	if signed {
		curl += ` -H "Authorization: $TOKEN"`
	}
	if a.Free && flat(args) {
		if q := query(args, names); q != "" {
			curl += " " + shell(address+"?"+q)
		} else {
			curl += " " + shell(address)
		}
	} else {
		curl += " -H 'Content-Type: application/json' -d " + shell(body) + " " + shell(address)
	}

	python := "from ckanapi import RemoteCKAN\n\nportal = RemoteCKAN(" + quoted(r.cfg.SiteURL)
	if signed {
		python += ", apikey=token"
	}
	python += ")\nresult = portal.call_action(" + quoted(a.Name) + ", " + literal(args, pythonWords) + ")\nprint(result)"

	ckanr := "library(ckanr)\n\nckanr_setup(url = " + quoted(r.cfg.SiteURL)
	if signed {
		ckanr += ", key = token"
	}
	ckanr += ")\nresult <- ckan_action(" + quoted(a.Name) + ", body = " + literal(args, rWords) + ")\nprint(result)"

	js := "const answer = await fetch(" + quoted(address) + ", {\n  method: \"POST\",\n  headers: { \"Content-Type\": \"application/json\""
	if signed {
		js += ", Authorization: token"
	}
	js += " },\n  body: JSON.stringify(" + body + "),\n});\nconst { success, result, error } = await answer.json();\nconsole.log(success ? result : error);"

	return []call{{"curl", curl}, {"Python", python}, {"R", ckanr}, {"JavaScript", js}}
}

func compact(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		return "{}"
	}
	return string(b)
}

// flat reports whether all arguments fit into an address.
func flat(args map[string]any) bool {
	for _, v := range args {
		switch v.(type) {
		case string, int, bool, float64:
		default:
			return false
		}
	}
	return true
}

func query(args map[string]any, names []string) string {
	q := url.Values{}
	for _, n := range names {
		q.Set(n, fmt.Sprint(args[n]))
	}
	return q.Encode()
}

// dialect is how a language writes what JSON writes otherwise.
type dialect struct{ yes, no, null, open, pair, end, list, listEnd string }

var (
	pythonWords = dialect{"True", "False", "None", "{", ": ", "}", "[", "]"}
	rWords      = dialect{"TRUE", "FALSE", "NULL", "list(", " = ", ")", "list(", ")"}
)

func literal(v any, d dialect) string {
	switch v := v.(type) {
	case nil:
		return d.null
	case bool:
		if v {
			return d.yes
		}
		return d.no
	case string:
		return quoted(v)
	case int:
		return strconv.Itoa(v)
	case map[string]any:
		var parts []string
		for _, n := range slices.Sorted(maps.Keys(v)) {
			parts = append(parts, quoted(n)+d.pair+literal(v[n], d))
		}
		return d.open + strings.Join(parts, ", ") + d.end
	case []any:
		var parts []string
		for _, x := range v {
			parts = append(parts, literal(x, d))
		}
		return d.list + strings.Join(parts, ", ") + d.listEnd
	case []string:
		list := make([]any, len(v))
		for i := range v {
			list[i] = v[i]
		}
		return literal(list, d)
	default:
		return compact(v)
	}
}
