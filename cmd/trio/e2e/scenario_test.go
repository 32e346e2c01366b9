package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
)

// The attacks of the scenario list, by their ids, against the running program.

// world is a portal of its own with two organizations, their people and
// datasets that nobody outside may know of.
type world struct {
	*server
	t *testing.T
	// tokens by name: editor and member of one organization, other is the
	// editor of another, stranger has an account only, sysadmin all rights.
	tokens map[string]string
	// ids of the hidden datasets and the resource of the private one.
	private, draft, deleted, resource string
}

// secret stands in every value of the hidden datasets.
const secret = "Zgeheim"

var worldPeople = []string{"admin", "editor", "member", "other", "stranger"}

func newWorld(t *testing.T) *world {
	t.Helper()
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.stop)
	w := &world{server: s, t: t, tokens: map[string]string{"sysadmin": s.Token, "": ""}}
	w.must("sysadmin", "organization_create", obj{"name": "amt-a", "title": "Amt A"})
	w.must("sysadmin", "organization_create", obj{"name": "amt-b", "title": "Amt B"})
	w.must("sysadmin", "group_create", obj{"name": "thema-a"})
	for _, name := range worldPeople {
		w.must("sysadmin", "user_create", obj{"name": "w-" + name, "email": name + "@w.example", "password": "lang genug 1"})
		made := w.must("sysadmin", "api_token_create", obj{"user": "w-" + name, "name": "t"})
		w.tokens[name] = fmt.Sprint(made["token"])
	}
	for name, role := range map[string]string{"admin": "admin", "editor": "editor", "member": "member"} {
		w.must("sysadmin", "organization_member_create", obj{"id": "amt-a", "username": "w-" + name, "role": role})
	}
	w.must("sysadmin", "organization_member_create", obj{"id": "amt-b", "username": "w-other", "role": "editor"})
	hidden := func(name string) obj {
		return obj{"name": name, "title": secret + " Titel", "notes": secret, "owner_org": "amt-a", "tags": []any{obj{"name": secret}}, "groups": []any{obj{"name": "thema-a"}},
			"extras": []any{obj{"key": "feld", "value": secret}}, "resources": []any{obj{"url": "https://" + secret + ".example/a", "format": secret, "name": secret}}}
	}
	p := hidden("geheim-privat")
	p["private"] = true
	d := w.must("sysadmin", "package_create", p)
	w.private, w.resource = fmt.Sprint(d["id"]), fmt.Sprint(d["resources"].([]any)[0].(obj)["id"])
	p = hidden("geheim-entwurf")
	p["state"] = "draft"
	w.draft = fmt.Sprint(w.must("sysadmin", "package_create", p)["id"])
	p = hidden("geheim-weg")
	p["private"] = true // what was public before may be named in /changes, by its id
	w.deleted = fmt.Sprint(w.must("sysadmin", "package_create", p)["id"])
	w.must("sysadmin", "package_delete", obj{"id": w.deleted})
	w.must("sysadmin", "package_create", obj{"name": "offen-a", "title": "Offen A", "owner_org": "amt-a", "groups": []any{obj{"name": "thema-a"}}, "resources": []any{obj{"url": "https://offen.example/a.csv"}}})
	return w
}

type obj = map[string]any

// reply is what the portal answers.
type reply struct {
	status int
	header http.Header
	text   string
}

func (r reply) json() obj {
	var env struct{ Result obj }
	_ = json.Unmarshal([]byte(r.text), &env) // not every result is an object
	return env.Result
}

// call posts to an action as somebody.
func (w *world) call(who, action string, args any) reply {
	w.t.Helper()
	body, err := json.Marshal(args)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.ask(who, http.MethodPost, "/api/3/action/"+action, bytes.NewReader(body), "Content-Type", "application/json")
}

func (w *world) must(who, action string, args any) obj {
	w.t.Helper()
	r := w.call(who, action, args)
	if r.status != http.StatusOK {
		w.t.Fatalf("%s as %q: %d %.300s", action, who, r.status, r.text)
	}
	return r.json()
}

var plainClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func (w *world) ask(who, method, path string, body io.Reader, header ...string) reply {
	w.t.Helper()
	req, err := http.NewRequestWithContext(w.t.Context(), method, w.URL+path, body)
	if err != nil {
		w.t.Fatal(err)
	}
	if token := w.tokens[who]; token != "" {
		req.Header.Set("Authorization", token)
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			req.Host = header[i+1]
		}
		req.Header.Set(header[i], header[i+1])
	}
	res, err := plainClient.Do(req)
	if err != nil {
		w.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		w.t.Fatal(err)
	}
	return reply{res.StatusCode, res.Header, string(text)}
}

func (w *world) look(who, path string) reply {
	w.t.Helper()
	return w.ask(who, http.MethodGet, path, nil)
}

// hides fails when an answer tells of a hidden dataset.
func (w *world) hides(t *testing.T, what string, r reply) {
	t.Helper()
	for _, s := range []string{secret, strings.ToLower(secret) + " ", "geheim-privat", "geheim-entwurf", "geheim-weg", w.private, w.draft, w.deleted, w.resource} {
		if strings.Contains(r.text, s) {
			t.Errorf("%s tells %q: %.300s", what, s, r.text)
		}
	}
	if r.status >= 500 {
		t.Errorf("%s: %d", what, r.status)
	}
}

// refused fails when an action is carried out, or breaks the server.
func (w *world) refused(t *testing.T, who, action string, args obj) {
	t.Helper()
	if r := w.call(who, action, args); r.status < 400 || r.status > 499 {
		t.Errorf("%s as %q: %d %.200s", action, who, r.status, r.text)
	}
}

// upload posts a form with one file.
func (w *world) upload(who, action, field, name string, content []byte, fields map[string]string) reply {
	w.t.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for k, v := range fields {
		if err := form.WriteField(k, v); err != nil {
			w.t.Fatal(err)
		}
	}
	part, err := form.CreateFormFile(field, name)
	if err == nil {
		_, err = part.Write(content)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return w.ask(who, http.MethodPost, "/api/3/action/"+action, &b, "Content-Type", form.FormDataContentType())
}

func query(pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return "?" + v.Encode()
}

func TestScenarios_whoMaySeeWhat(t *testing.T) {
	w := newWorld(t)
	t.Run("A01", func(t *testing.T) {
		for _, id := range []string{w.private, w.draft, w.deleted, "geheim-privat", "geheim-entwurf", "geheim-weg"} {
			for _, who := range []string{"", "stranger"} {
				if r := w.call(who, "package_show", obj{"id": id}); r.status != 403 && r.status != 404 {
					t.Errorf("%s as %q: %d", id, who, r.status)
				} else if strings.Contains(r.text, secret) || strings.Contains(r.text, w.private) {
					t.Errorf("the refusal tells: %s", r.text)
				}
			}
		}
	})
	t.Run("A02", func(t *testing.T) {
		total := w.call("", "package_search", obj{"rows": 0}).json()["count"]
		for _, flags := range []obj{{}, {"include_private": true}, {"include_drafts": true, "include_deleted": true, "include_private": "true"}, {"sort": "title_string asc", "rows": 1000, "include_private": 1}} {
			r := w.call("", "package_search", flags)
			w.hides(t, fmt.Sprint(flags), r)
			if n := r.json()["count"]; n != total {
				t.Errorf("%v counts %v of %v", flags, n, total)
			}
		}
	})
	t.Run("A03", func(t *testing.T) {
		total, _ := w.call("", "package_search", obj{"rows": 0}).json()["count"].(float64)
		for _, x := range []string{
			"capacity:private", "+state:draft", "state:(draft OR deleted)", "permission_labels:*", "labels:[* TO *]", "*:* OR capacity:private", "x) OR (capacity:private", "-capacity:public", "{!lucene}*:*", "_query_:\"*:*\"", "_val_:1",
			"owner_org:*", "name:geheim*", "name:geheim?privat", "extras_feld:*", "feld:" + secret, "tags:" + secret, "res_format:" + secret, "title:" + strings.ToLower(secret) + "~1", "id:" + w.private, "creator_user_id:*", "+state:active +state:draft", "!capacity:public", "(NOT capacity:public)",
		} {
			for _, args := range []obj{{"q": x, "rows": 1000}, {"fq": x, "rows": 1000}, {"fq_list": []string{x}, "rows": 1000}, {"q": x, "fl": "*"}, {"fq": "a OR " + x, "include_private": true, "include_drafts": true}} {
				r := w.call("", "package_search", args)
				r.text = strings.ReplaceAll(r.text, x, "")
				w.hides(t, fmt.Sprint(args), r)
				if n, _ := r.json()["count"].(float64); n > total {
					t.Errorf("%v counts %v of %v", args, n, total)
				}
			}
		}
		for _, x := range []string{"capacity asc", "permission_labels desc", "private desc, state asc"} {
			w.hides(t, x, w.call("", "package_search", obj{"sort": x, "rows": 1000}))
		}
	})
	t.Run("A04", func(t *testing.T) {
		ask := obj{"q": "title:" + secret, "include_private": true, "include_drafts": true, "facet.field": []string{"tags"}, "facet.mincount": 0, "facet.limit": -1}
		w.hides(t, "another's editor", w.call("other", "package_search", obj{"include_private": true, "include_drafts": true, "rows": 1000}))
		if n := w.call("other", "package_search", ask).json()["count"]; n != 0.0 {
			t.Errorf("another's editor finds %v", n)
		}
		if n := w.call("editor", "package_search", ask).json()["count"]; n != 2.0 {
			t.Errorf("the own editor finds %v of 2", n)
		}
	})
	t.Run("A05", func(t *testing.T) {
		for _, min := range []int{0, 1} {
			w.hides(t, "facets", w.call("", "package_search", obj{"facet.field": []string{"tags", "groups", "res_format", "organization", "title", "name", "extras_feld", "feld", "license_id", "res_url", "text", "state", "id"}, "facet.mincount": min, "facet.limit": -1, "rows": 0}))
		}
	})
	t.Run("A06", func(t *testing.T) {
		for path, param := range map[string]string{
			"/api/3/action/package_autocomplete": "q", "/api/3/action/tag_autocomplete": "query", "/api/3/action/tag_search": "query", "/api/3/action/format_autocomplete": "q", "/api/3/action/tag_list": "query", "/api/3/action/tag_show": "id",
			"/api/util/dataset/autocomplete": "incomplete", "/api/util/tag/autocomplete": "incomplete", "/api/util/resource/format_autocomplete": "incomplete", "/api/2/util/tag/autocomplete": "incomplete", "/suggest": "q",
		} {
			for _, text := range []string{"geheim", "zgehe", "Titel"} {
				w.hides(t, path, w.look("", path+query(param, text)))
			}
		}
		w.hides(t, "tag_list", w.call("", "tag_list", obj{"all_fields": true}))
		if r := w.call("", "tag_show", obj{"id": secret, "include_datasets": true}); r.status != 404 {
			t.Errorf("tag_show: %d", r.status)
		}
	})
	t.Run("A07", func(t *testing.T) {
		view := w.must("editor", "resource_view_create", obj{"resource_id": w.resource, "title": secret, "view_type": "text_view"})
		for action, args := range map[string]obj{
			"resource_show": {"id": w.resource}, "resource_search": {"query": "name:" + strings.ToLower(secret)}, "resource_view_list": {"id": w.resource}, "resource_view_show": {"id": view["id"]}, "resource_create_default_resource_views": {"resource": obj{"id": w.resource}},
		} {
			w.hides(t, action, w.call("", action, args))
			w.hides(t, action, w.call("other", action, args))
		}
		up := w.upload("editor", "resource_create", "upload", "geheim.csv", []byte(secret), map[string]string{"package_id": "geheim-privat"})
		path := strings.TrimPrefix(fmt.Sprint(up.json()["url"]), w.URL)
		for _, who := range []string{"", "other"} {
			if r := w.look(who, path); r.status != 404 && r.status != 403 || strings.Contains(r.text, secret) {
				t.Errorf("download as %q: %d %.100s", who, r.status, r.text)
			}
		}
		if r := w.look("member", path); r.text != secret {
			t.Errorf("a member downloads %d %.100s", r.status, r.text)
		}
	})
	t.Run("A08", func(t *testing.T) {
		for action, args := range map[string]obj{
			"package_list": {}, "current_package_list_with_resources": {"limit": 1000}, "organization_show": {"id": "amt-a", "include_datasets": true}, "group_show": {"id": "thema-a", "include_datasets": true}, "group_package_show": {"id": "thema-a"},
			"member_list": {"id": "amt-a"}, "organization_activity_list": {"id": "amt-a", "limit": 100}, "group_activity_list": {"id": "thema-a"}, "recently_changed_packages_activity_list": {"limit": 100}, "package_activity_list": {"id": w.private},
			"user_show": {"id": "w-editor", "include_datasets": true}, "user_activity_list": {"id": "w-editor"}, "dataset_follower_count": {"id": w.private}, "package_relationships_list": {"id": w.private}, "package_version_list": {"id": w.private}, "dashboard_activity_list": {},
		} {
			w.hides(t, action, w.call("", action, args))
			w.hides(t, action, w.call("stranger", action, args))
		}
	})
	t.Run("A09", func(t *testing.T) {
		for _, path := range []string{
			"/catalog.ttl", "/catalog.rdf", "/catalog.jsonld", "/organization/amt-a.ttl", "/changes", "/changes.atom", "/sitemap.xml", "/feeds/dataset.atom", "/feeds/organization/amt-a.atom", "/feeds/group/thema-a.atom", "/feeds/custom.atom?q=geheim", "/feeds/tag/" + secret + ".atom",
			"/", "/dataset?q=geheim", "/organization/amt-a", "/group/thema-a", "/dataset/geheim-privat", "/dataset/geheim-entwurf.ttl", "/dataset/geheim-weg.jsonld", "/dataset/" + w.private, "/dataset/geheim-privat/resource/" + w.resource, "/dataset/geheim-privat/history", "/quality", "/quality/amt-a", "/quality.csv", "/en/dataset?sort=title_string+asc",
		} {
			r := w.look("", path)
			r.text = strings.ReplaceAll(r.text, path, "")
			if strings.Contains(path, "geheim") || strings.Contains(path, secret) || strings.Contains(path, w.private) {
				// The reader's own words come back as the question or the address; nothing else may.
				if strings.Contains(r.text, secret+" Titel") || strings.Contains(r.text, "https://"+secret) || r.status >= 500 {
					t.Errorf("%s: %d tells", path, r.status)
				}
				continue
			}
			w.hides(t, path, r)
		}
	})
	t.Run("A10", func(t *testing.T) {
		for _, path := range []string{"/api/3/action/package_show?id=geheim-privat", "/api/3/action/package_search?include_private=true&q=geheim", "/dataset/geheim-privat"} {
			r := w.look("member", path)
			if cc := r.header.Get("Cache-Control"); !strings.Contains(cc, "private") && !strings.Contains(cc, "no-store") {
				t.Errorf("%s: Cache-Control %q", path, cc)
			}
		}
		if r := w.look("", "/api/3/action/package_show?id=geheim-privat"); r.status != 403 && r.status != 404 {
			t.Errorf("anonymous afterwards: %d", r.status)
		}
	})
}
