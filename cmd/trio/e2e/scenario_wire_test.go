package e2e

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/html"
)

// payloads are values that want to become script, template, mark-up or a path.
var payloads = []string{
	`<script>window.hit=1</script>`, `"><img src=x onerror=hit()>`, `</script><script>hit()</script>`, `javascript:hit()`, `data:text/html,<script>hit()</script>`, `{{7*7}}${7*7}<%= 7*7 %>`, `'-hit()-'`, `<svg/onload=hit()>`,
	`[klick](javascript:hit())`, `![x](data:text/html;base64,PHNjcmlwdD4=)`, "`<iframe src=javascript:hit()>`", `<a href="vbscript:hit()">x</a>`, `]]><script>hit()</script>`, `<!--<script>`, `&#106;avascript:hit()`, "java\tscript:hit()", `<details open ontoggle=hit()>`,
}

// harmless reads a page as a browser does and fails where a value became script
// or leads to one.
func (w *world) harmless(t *testing.T, path string, r reply) {
	t.Helper()
	if r.status >= 500 {
		t.Errorf("%s: %d", path, r.status)
	}
	doc, err := html.Parse(strings.NewReader(r.text))
	if err != nil {
		t.Fatal(err)
	}
	for n := range doc.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		attr := map[string]string{}
		for _, a := range n.Attr {
			attr[a.Key] = strings.ToLower(strings.Map(func(r rune) rune {
				if r <= ' ' {
					return -1
				}
				return r
			}, a.Val))
			if strings.HasPrefix(a.Key, "on") || a.Key == "srcdoc" {
				t.Errorf("%s: <%s %s=%q>", path, n.Data, a.Key, a.Val)
			}
		}
		for _, key := range []string{"href", "src", "action", "formaction", "data", "poster", "xlink:href"} {
			for _, scheme := range []string{"javascript:", "vbscript:", "data:text"} {
				if strings.HasPrefix(attr[key], scheme) {
					t.Errorf("%s: <%s %s=%q>", path, n.Data, key, attr[key])
				}
			}
		}
		switch n.Data {
		case "script":
			if attr["type"] != "application/ld+json" && (n.FirstChild != nil || !strings.HasPrefix(attr["src"], "/static/")) {
				t.Errorf("%s has a script %v", path, n.Attr)
			}
		case "iframe", "object", "embed", "applet", "base", "frame":
			t.Errorf("%s has <%s>", path, n.Data)
		}
	}
}

func TestScenarios_hostileValues(t *testing.T) {
	w := newWorld(t)
	all := strings.Join(payloads, "\n\n")
	w.must("sysadmin", "organization_patch", obj{"id": "amt-a", "title": payloads[0], "description": all, "image_url": payloads[3]})
	res := obj{"url": payloads[3], "name": payloads[1], "description": all, "format": payloads[0]}
	d := w.must("editor", "package_create", obj{"name": "boese", "title": payloads[2], "notes": all, "owner_org": "amt-a", "url": payloads[3], "author": payloads[1], "maintainer": payloads[7], "version": "<b>1</b>",
		"extras": []any{obj{"key": payloads[0][:20], "value": all}, obj{"key": "contact_url", "value": payloads[3]}, obj{"key": "spatial", "value": payloads[2]}}, "resources": []any{res, obj{"url": payloads[4], "name": payloads[2]}}})
	rid := fmt.Sprint(d["resources"].([]any)[0].(obj)["id"])
	pages := []string{"/dataset/boese", "/en/dataset/boese", "/dataset/boese/resource/" + rid, "/dataset", "/organization", "/organization/amt-a", "/", "/dataset?q=boese", "/quality/amt-a"}

	t.Run("C01", func(t *testing.T) {
		for _, path := range pages {
			w.harmless(t, path, w.look("", path))
		}
		w.harmless(t, "history", w.look("editor", "/dataset/boese/history/1"))
	})
	t.Run("C02", func(t *testing.T) {
		if r := w.look("", "/dataset/boese"); strings.Contains(r.text, "49${") || strings.Contains(r.text, "49<%") || !strings.Contains(r.text, "{{7*7}}") {
			t.Error("a template expression is not shown literally")
		}
	})
	t.Run("C03", func(t *testing.T) {
		for _, x := range payloads {
			q := url.QueryEscape(x)
			for _, path := range []string{"/dataset?q=" + q, "/dataset?organization=" + q + "&tags=" + q, "/dataset?sort=" + q + "&page=" + q, "/dataset/" + url.PathEscape(x), "/organization/" + url.PathEscape(x), "/" + url.PathEscape(x), "/user/login?next=" + q, "/api-info?q=" + q, "/api/3/action/" + url.PathEscape(x), "/quality/" + url.PathEscape(x), "/feeds/custom.atom?q=" + q} {
				r := w.look("", path)
				if strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
					w.harmless(t, path, r)
				} else if r.status >= 500 {
					t.Errorf("%s: %d", path, r.status)
				}
			}
		}
	})
	t.Run("C04", func(t *testing.T) {
		ld := regexp.MustCompile(`(?s)<script type="application/ld\+json"[^>]*>(.*?)</script>`)
		for _, path := range pages {
			for _, m := range ld.FindAllStringSubmatch(w.look("", path).text, -1) {
				if !json.Valid([]byte(m[1])) {
					t.Errorf("%s: the inline data end early: %.200s", path, m[1])
				}
			}
		}
	})
	t.Run("C05", func(t *testing.T) {
		for _, path := range []string{"/api/3/action/package_show?id=boese", "/api/3/action/nichts", "/api/3", "/api/openapi.json", "/api/util/tag/autocomplete?incomplete=a"} {
			if r := w.look("", path); !strings.HasPrefix(r.header.Get("Content-Type"), "application/json") || r.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %v", path, r.header)
			}
		}
		for callback, want := range map[string]int{"cb": 200, "a.b_$1": 200, "alert(1)//": 400, "<script>": 400, "a b": 400, "a;b": 400, strings.Repeat("a", 129): 400} {
			r := w.look("editor", "/api/3/action/status_show"+query("callback", callback))
			if r.status != want || want == 200 && !strings.HasPrefix(r.header.Get("Content-Type"), "application/javascript") {
				t.Errorf("callback %.20q: %d %s", callback, r.status, r.header.Get("Content-Type"))
			}
		}
		if r := w.look("member", "/api/3/action/package_show"+query("id", "geheim-privat", "callback", "cb")); r.status == 200 {
			t.Error("JSONP reads with the caller's own rights")
		}
	})
	t.Run("C06", func(t *testing.T) {
		for _, path := range []string{"/", "/dataset/boese", "/catalog.ttl", "/dataset/boese.jsonld", "/feeds/dataset.atom", "/sitemap.xml", "/robots.txt", "/changes", "/static/", "/gibtsnicht", "/uploads/group/x", "/favicon.svg"} {
			if r := w.look("", path); r.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s may be sniffed", path)
			}
		}
	})
	t.Run("C07", func(t *testing.T) {
		w.call("editor", "package_create", obj{"name": "steuer", "title": "A\x01\x0b\ufffe B", "notes": "x\x1b[31m\u202e]]>&amp;<", "owner_org": "amt-a", "tags": []any{obj{"name": "a b"}}, "resources": []any{obj{"url": "https://x.example/\u0007?a=<b>&c", "name": "\x02"}}})
		if r := w.call("editor", "package_create", obj{"name": "nul", "title": "a\x00b", "owner_org": "amt-a"}); r.status != 409 {
			t.Errorf("NUL: %d", r.status)
		}
		for _, path := range []string{"/feeds/dataset.atom", "/feeds/organization/amt-a.atom", "/changes.atom", "/sitemap.xml", "/dataset/steuer.rdf", "/dataset/boese.rdf", "/organization/amt-a.rdf", "/catalog.rdf", "/opensearch.xml"} {
			r := w.look("", path)
			dec := xml.NewDecoder(strings.NewReader(r.text))
			for {
				if _, err := dec.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Errorf("%s: %d %v", path, r.status, err)
					break
				}
			}
		}
		for _, path := range []string{"/dataset/steuer.jsonld", "/dataset/boese.jsonld", "/organization/amt-a.jsonld"} {
			if r := w.look("", path); r.status != 200 || !json.Valid([]byte(r.text)) {
				t.Errorf("%s: %d no JSON", path, r.status)
			}
		}
	})
	t.Run("C08", func(t *testing.T) {
		for _, name := range []string{"eins\n", "a\nb", "еins", "ａｂｃ", "a.b", "a/b", "../x", "..", "a b", "A", "", "new", "edit", "search", "a", strings.Repeat("x", 101), "a\x00", "a\u200b", "%61"} {
			for action, args := range map[string]obj{"package_create": {"owner_org": "amt-a"}, "organization_create": {}, "group_create": {}, "user_create": {"email": "c@w.example", "password": "lang genug 1"}} {
				args["name"] = name
				if r := w.call("sysadmin", action, args); r.status != 409 {
					t.Errorf("%s %q: %d %.200s", action, name, r.status, r.text)
				}
			}
		}
	})
	t.Run("C09", func(t *testing.T) {
		for _, id := range []string{"../../etc/passwd", "..", "a/b", "x\x00", `..\..\x`, "%2e%2e%2f"} {
			for _, r := range []reply{w.call("sysadmin", "package_create", obj{"id": id, "name": "mit-pfad", "owner_org": "amt-a"}), w.call("sysadmin", "resource_create", obj{"id": id, "package_id": "boese", "url": "x"})} {
				if r.status != 409 {
					t.Errorf("id %q: %d", id, r.status)
				}
			}
		}
		for _, path := range []string{"/uploads/group/..%2f..%2ftrio.db", "/uploads/..%2ftrio.db/x", "/dataset/boese/resource/..%2f..%2f/download/trio.db", "/file/download/..%2f..%2ftrio.db", "/static/..%2f..%2ftrio.db", "/static/../../trio.db", "/dumps/..%2ftrio.db", "/%2e%2e/%2e%2e/trio.db", "//trio.db", "/sitemap/..%2f..%2ftrio.db"} {
			if r := w.look("sysadmin", path); r.status == 200 && strings.Contains(r.text, "SQLite") || r.status >= 500 {
				t.Errorf("%s: %d", path, r.status)
			}
		}
	})
	t.Run("C10", func(t *testing.T) {
		for name, content := range map[string]string{"seite.html": payloads[0], "bild.svg": `<svg xmlns="http://www.w3.org/2000/svg" onload="hit()"/>`, "x.xhtml": payloads[0], "daten.csv\"; evil=\"x.html": payloads[0], "..\\..\\boot.ini": "x", "a\r\nX-Evil: 1.html": "x", "schön & gut.HTM": payloads[0], "x.mht": payloads[0]} {
			up := w.upload("editor", "resource_create", "upload", name, []byte(content), map[string]string{"package_id": "boese"})
			link := fmt.Sprint(up.json()["url"])
			r := w.look("", strings.TrimPrefix(link, w.URL))
			if up.status != 200 {
				if up.status >= 500 {
					t.Errorf("%q: %d", name, up.status)
				}
				continue
			}
			if !strings.HasPrefix(r.header.Get("Content-Disposition"), "attachment") || !strings.Contains(r.header.Get("Content-Security-Policy"), "sandbox") || r.header.Get("X-Evil") != "" || strings.ContainsAny(filepath.Base(link), `"\ ;`) {
				t.Errorf("%q as %s: %v", name, link, r.header)
			}
		}
	})
	t.Run("C11", func(t *testing.T) {
		for name, content := range map[string]string{"logo.svg": "<svg/>", "logo.png": "<script>hit()</script>", "logo.gif": "%PDF-1.4", "logo.html": "\x89PNG\r\n\x1a\n", "logo.php.png": "<?php ?>"} {
			if r := w.upload("sysadmin", "organization_patch", "image_upload", name, []byte(content), map[string]string{"id": "amt-a"}); r.status != 409 {
				t.Errorf("%s: %d %.200s", name, r.status, r.text)
			}
		}
	})
	t.Run("C14", func(t *testing.T) {
		for _, x := range []string{"https://boese.example", "//boese.example", `/\boese.example`, `\\boese.example`, "javascript:hit()", "/%0d%0aX-Evil:%201", "/\r\nX-Evil: 1", "///boese.example", "https:boese.example", "/\t/boese.example"} {
			for _, path := range []string{"/util/redirect" + query("url", x), "/user/login" + query("next", x), "/dataset/activity/" + url.PathEscape(x), "/dataset/" + url.PathEscape(x) + "/", "/en" + x} {
				if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "\r\n\t\\") {
					continue
				}
				r := w.look("", path)
				u, err := url.Parse(r.header.Get("Location"))
				if err != nil || u.Host != "" && "http://"+u.Host != w.URL || strings.HasPrefix(u.Path, "//") || strings.HasPrefix(u.Path, `/\`) || r.header.Get("X-Evil") != "" || r.status >= 500 {
					t.Errorf("%s leads to %q", path, r.header.Get("Location"))
				}
			}
		}
	})
	t.Run("C15", func(t *testing.T) {
		for _, path := range []string{"/api/3/action/package_show?id=boese", "/api/3/action/nichts", "/", "/dataset/boese", "/catalog.ttl", "/sitemap.xml", "/robots.txt", "/feeds/dataset.atom", "/dataset/activity/boese", "/dataset/" + fmt.Sprint(d["id"])} {
			r := w.ask("", http.MethodGet, path, nil, "Host", "boese.example", "X-Forwarded-Host", "boese2.example", "X-Forwarded-Proto", "gopher", "Forwarded", "host=boese3.example")
			if strings.Contains(r.text, "boese.example") || strings.Contains(r.text, "boese2") || strings.Contains(r.text, "boese3") || strings.Contains(r.header.Get("Location"), "boese.example") {
				t.Errorf("%s believes the Host", path)
			}
		}
	})
	t.Run("C16", func(t *testing.T) {
		for _, method := range []string{http.MethodGet, http.MethodOptions, http.MethodPost} {
			for _, path := range []string{"/api/3/action/package_list", "/api/3/action/package_create", "/", "/catalog.ttl", "/user/login"} {
				r := w.ask("editor", method, path, nil, "Origin", "https://boese.example", "Access-Control-Request-Method", "POST")
				if r.header.Get("Access-Control-Allow-Credentials") != "" || r.header.Get("Access-Control-Allow-Origin") == "https://boese.example" {
					t.Errorf("%s %s: %v", method, path, r.header)
				}
			}
		}
	})
	t.Run("C17", func(t *testing.T) {
		for _, path := range append(pages, "/user/login", "/gibtsnicht", "/api-info") {
			h := w.look("", path).header
			csp := h.Get("Content-Security-Policy")
			if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "script-src 'self'") || !strings.Contains(csp, "frame-ancestors 'none'") || h.Get("Referrer-Policy") == "" || h.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %v", path, h)
			}
		}
	})
	t.Run("C18", func(t *testing.T) {
		r := w.ask("", http.MethodPost, "/user/login", strings.NewReader(url.Values{"login": {w.Login}, "password": {w.Password}}.Encode()), "Content-Type", "application/x-www-form-urlencoded", "Origin", w.URL)
		cookies := r.header.Values("Set-Cookie")
		if len(cookies) == 0 {
			t.Fatalf("signing in gave no cookie: %d", r.status)
		}
		for _, c := range cookies {
			if !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=") {
				t.Errorf("cookie %s", c)
			}
		}
	})
	t.Run("C19", func(t *testing.T) {
		loads := regexp.MustCompile(`(?i)<(?:script|img|link|iframe|source|video|audio)[^>]*\s(?:src|href)="((?:https?:)?//[^"]+)"[^>]*>`)
		for _, path := range append(pages, "/user/login", "/api-info") {
			for _, m := range loads.FindAllStringSubmatch(w.look("", path).text, -1) {
				if strings.HasPrefix(m[1], w.URL) || strings.Contains(m[0], `rel="canonical"`) || strings.Contains(m[0], `rel="alternate"`) {
					continue
				}
				t.Errorf("%s loads %s", path, m[1])
			}
		}
	})
}

func TestScenarios_hostileRequests(t *testing.T) {
	w := newWorld(t)
	quick := func(t *testing.T, what string, call func() reply) reply {
		t.Helper()
		begin := time.Now()
		r := call()
		if took := time.Since(begin); took > 15*time.Second || r.status >= 500 {
			t.Errorf("%s: %d after %s: %.200s", what, r.status, took, r.text)
		}
		return r
	}
	many := func(s string, n int) string { return strings.Repeat(s, n) }
	t.Run("E01", func(t *testing.T) {
		for _, args := range []obj{{"rows": 1_000_000}, {"rows": "99999999999999999999"}, {"start": 1 << 50}, {"start": -1}, {"rows": -1}, {"facet.limit": 1 << 40, "facet.field": []string{"tags", "name"}}, {"facet.field": strings.Fields(many("tags ", 5000))}, {"facet.limit": -99, "facet.mincount": -1}} {
			r := quick(t, fmt.Sprintf("%.60v", args), func() reply { return w.call("", "package_search", args) })
			if list, ok := r.json()["results"].([]any); ok && len(list) > 1000 {
				t.Errorf("%v gives %d rows", args, len(list))
			}
		}
	})
	t.Run("E02", func(t *testing.T) {
		for _, q := range []string{many("title:a ", 5000), many("a OR ", 4000) + "a", many("(", 5000) + "a" + many(")", 5000), many("((a) ", 400), "/(a+)+$/", "title:/.*.*.*.*x/", many("*a*b* ", 60), many("*", 3000), many("?", 3000), many("abcdef~2 ", 200), `"` + many("a ", 4000) + `"~99`, many("-", 500) + "a", many("NOT ", 500) + "a", "title:[a TO", "x^1e400", many("metadata_modified:[* TO *] ", 400), "\\", many("\\", 999), ":", "::", "{!" + many("a", 9000)} {
			for _, key := range []string{"q", "fq"} {
				r := quick(t, fmt.Sprintf("%s=%.30s", key, q), func() reply { return w.call("", "package_search", obj{key: q}) })
				if r.status != 200 && r.status != 409 && r.status != 400 {
					t.Errorf("%s=%.30s: %d", key, q, r.status)
				}
			}
		}
	})
	raw := func(body string, header ...string) reply {
		return w.ask("editor", http.MethodPost, "/api/3/action/package_create", strings.NewReader(body), append([]string{"Content-Type", "application/json"}, header...)...)
	}
	t.Run("E03", func(t *testing.T) {
		for _, body := range []string{`{"a":`, many(`{"a":`, 200_000), many("[", 500_000), `{"a":1e99999}`, `[1]`, `"a"`, `{}{}`, "{\"a\":\"\xff\xfe\"}", "\ufeff{}", `{"a":NaN}`, `{"name":{"$ne":1}}`, `{"` + many("a", 1_000_000) + `":1}`, `{` + many(`"a":1,`, 200_000) + `"a":1}`, `{"tags":"x"}`, `{"resources":{"a":1}}`, `{"extras":[[[]]]}`, `{"groups":[null]}`, `{"name":"\ud800"}`} {
			if r := quick(t, body[:min(30, len(body))], func() reply { return raw(body) }); r.status != 400 && r.status != 409 && r.status != 413 && r.status != 404 {
				t.Errorf("%.30s: %d", body, r.status)
			}
		}
	})
	t.Run("E04", func(t *testing.T) {
		var doc struct {
			Paths map[string]map[string]struct{ Parameters []struct{ Name string } }
		}
		if err := json.Unmarshal([]byte(w.look("", "/api/openapi.json").text), &doc); err != nil {
			t.Fatal(err)
		}
		n := 0
		for path, methods := range doc.Paths {
			for _, p := range methods["get"].Parameters {
				for _, v := range []string{"", "-1", "1e9", "NaN", "true", "[]", "{}", `["a",`, "%00", "\x00", "\xff\xfe", "ä", "../..", "99999999999999999999", "'--", "NOW-9999999999YEARS", "a\r\nb"} {
					quick(t, path+" "+p.Name, func() reply { return w.look("sysadmin", path+"?"+p.Name+"="+url.QueryEscape(v)) })
					n++
				}
			}
			for _, v := range []any{nil, 1.5, true, []any{}, obj{}, []any{obj{"a": []any{}}}, "\x00"} { // every argument of the wrong type
				args := obj{}
				for _, p := range methods["get"].Parameters {
					args[p.Name] = v
				}
				quick(t, path, func() reply { return w.call("member", strings.TrimPrefix(path, "/api/3/action/"), args) })
			}
		}
		if n < 1000 {
			t.Errorf("only %d requests", n)
		}
	})
	t.Run("E05", func(t *testing.T) {
		inside := regexp.MustCompile(`(?i)\.go:\d|goroutine|sqlite|SELECT |bleve|runtime error|/tmp/|/root/|permission_labels|panic`)
		for _, r := range []reply{w.call("", "package_search", obj{"q": "title:("}), w.call("", "package_search", obj{"sort": "x y z"}), w.call("editor", "package_create", obj{"name": []any{}}), raw(`{"a":`), w.call("", "nichts", obj{}), w.look("", "/dataset/%ff"), w.look("", "/gibtsnicht"), w.call("sysadmin", "resource_create", obj{"package_id": "x' OR 1=1"}), w.look("", "/catalog.ttl?page=x&modified_since=y")} {
			if m := inside.FindString(r.text); m != "" {
				t.Errorf("%d tells %q: %.200s", r.status, m, r.text)
			}
		}
	})
	t.Run("E06", func(t *testing.T) {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "TRACE", "PROPFIND", "CONNECTX"} {
			for _, path := range []string{"/api/3/action/package_list", "/", "/dataset", "/catalog.ttl"} {
				if r := w.ask("sysadmin", method, path, nil); r.status != 405 && r.status != 404 && r.status != 501 {
					t.Errorf("%s %s: %d", method, path, r.status)
				}
			}
		}
		for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/vars", "/trio.db", "/trio.yaml", "/.git/config", "/.env", "/testing/reset", "/index/store", "/files/", "/server-status", "/api/3/action/../../metrics"} {
			if r := w.look("", path); r.status == 200 {
				t.Errorf("%s is public", path)
			}
		}
		if r := w.ask("sysadmin", http.MethodPost, "/testing/reset", nil); r.status < 400 {
			t.Errorf("a portal can be emptied: %d", r.status)
		}
	})
	t.Run("E07", func(t *testing.T) {
		if status := w.line(t, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: "+many("a", 2<<20)+"\r\n\r\n"); status != 431 && status != 400 && status != 0 {
			t.Errorf("2 MB of header: %d", status)
		}
		if status := w.line(t, "GET /dataset?q="+many("a", 2<<20)+" HTTP/1.1\r\nHost: x\r\n\r\n"); status != 431 && status != 414 && status != 400 && status != 0 {
			t.Errorf("2 MB of address: %d", status)
		}
		if r := raw(`{"name":"gross","notes":"` + many("x", 17<<20) + `"}`); r.status != 413 {
			t.Errorf("17 MB of JSON: %d", r.status)
		}
		if r := w.look("", "/api/3"); r.status != 200 {
			t.Errorf("afterwards: %d", r.status)
		}
	})
	t.Run("E08", func(t *testing.T) {
		before := w.memory(t)
		status := make(chan int, 2)
		go func() { status <- w.endless("editor", "application/json", 200<<20) }()
		go func() { status <- w.endless("", "multipart/form-data; boundary=x", 200<<20) }()
		for range 2 {
			if s := <-status; s != 413 && s != 400 && s != 403 && s != 0 {
				t.Errorf("200 MB without an end: %d", s)
			}
		}
		var bomb bytes.Buffer
		z := gzip.NewWriter(&bomb)
		_, err := z.Write(bytes.Repeat([]byte(" "), 200<<20))
		if err == nil {
			err = z.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		if r := raw(bomb.String(), "Content-Encoding", "gzip"); r.status < 400 || r.status > 499 {
			t.Errorf("a bomb: %d", r.status)
		}
		if grown := w.memory(t) - before; grown > 150<<20 {
			t.Errorf("memory grew by %d MB", grown>>20)
		}
	})
	t.Run("E09", func(t *testing.T) {
		var open []net.Conn
		for range 300 {
			c, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
			if err != nil {
				t.Fatal(err)
			}
			open = append(open, c)
			if _, err := fmt.Fprintf(c, "POST /api/3/action/package_create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
				t.Fatal(err)
			}
		}
		// They are still open: who waited for them would wait for the client's end.
		if r := w.look("", "/api/3/action/package_search?q=baum"); r.status != 200 {
			t.Errorf("others wait: %d", r.status)
		}
		for _, c := range open {
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		}
	})
	t.Run("E10", func(t *testing.T) {
		smuggled := "GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
		for name, text := range map[string]string{
			"two lengths":        "POST /api/3/action/package_list HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nContent-Length: 40\r\n\r\n{}" + smuggled,
			"length and chunks":  "POST /api/3/action/package_list HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n" + smuggled,
			"odd coding":         "POST /api/3/action/package_list HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + smuggled,
			"two codings":        "POST /api/3/action/package_list HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n" + smuggled,
			"blank before colon": "POST /api/3/action/package_list HTTP/1.1\r\nHost: x\r\nContent-Length : 2\r\n\r\n{}" + smuggled,
			"signed length":      "POST /api/3/action/package_list HTTP/1.1\r\nHost: x\r\nContent-Length: +2\r\n\r\n{}" + smuggled,
			"two hosts":          "GET / HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + smuggled,
		} {
			if n := w.answers(t, text); n > 1 {
				t.Errorf("%s: %d answers", name, n)
			}
		}
	})
	t.Run("E11", func(t *testing.T) {
		var b strings.Builder
		for i := range 20_000 {
			fmt.Fprintf(&b, "--x\r\nContent-Disposition: form-data; name=\"f%d\"; filename=\"a.csv\"\r\n\r\na\r\n", i)
		}
		b.WriteString("--x--\r\n")
		quick(t, "20000 files", func() reply {
			return w.ask("editor", http.MethodPost, "/api/3/action/package_create", strings.NewReader(b.String()), "Content-Type", "multipart/form-data; boundary=x")
		})
		quick(t, "50000 fields", func() reply {
			return w.ask("editor", http.MethodPost, "/api/3/action/package_create", strings.NewReader(many("a=1&", 50_000)+many("b%d=2&", 50_000)), "Content-Type", "application/x-www-form-urlencoded")
		})
	})
	t.Run("E12", func(t *testing.T) {
		list := func(n int, f func(int) obj) (out []any) {
			for i := range n {
				out = append(out, f(i))
			}
			return out
		}
		for name, args := range map[string]obj{
			"notes": {"notes": many("ä", 1<<19)}, "resources": {"resources": list(500, func(i int) obj { return obj{"url": fmt.Sprint("https://a.example/", i)} })},
			"tags": {"tags": list(1000, func(i int) obj { return obj{"name": fmt.Sprint("wort-", i)} })}, "extras": {"extras": list(1000, func(i int) obj { return obj{"key": fmt.Sprint("feld-", i), "value": "x"} })},
		} {
			args["name"], args["owner_org"] = "gross-"+name, "amt-a"
			r := quick(t, name, func() reply { return w.call("editor", "package_create", args) })
			page := quick(t, name, func() reply { return w.look("", "/dataset/gross-"+name) })
			if r.status == 200 && page.status != 200 || r.status != 200 && r.status != 409 && r.status != 413 {
				t.Errorf("%s: %d, page %d", name, r.status, page.status)
			}
		}
	})
}

// line sends raw bytes and returns the status of the first answer, 0 when the
// connection is closed without one.
func (w *world) line(t *testing.T, text string) int {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	go func() { _, _ = io.WriteString(c, text) }() // the server may hang up in the middle
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// answers counts the answers to raw bytes.
func (w *world) answers(t *testing.T, text string) int {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(w.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := io.WriteString(c, text); err != nil {
		return 0
	}
	got, _ := io.ReadAll(c) // until the server closes or the time is over
	return strings.Count(string(got), "HTTP/1.1 ")
}

// endless sends a chunked body until the server has enough.
func (w *world) endless(who, contentType string, limit int) int {
	r, out := io.Pipe()
	go func() {
		text := []byte(strings.Repeat("x", 1<<20))
		_, err := io.WriteString(out, `{"name":"`)
		for n := 0; n < limit && err == nil; n += len(text) {
			_, err = out.Write(text)
		}
		_ = out.CloseWithError(io.EOF)
	}()
	defer r.Close()
	req, err := http.NewRequest(http.MethodPost, w.URL+"/api/3/action/package_create", r)
	if err != nil {
		return -1
	}
	req.Header.Set("Content-Type", contentType)
	req.Header.Set("Authorization", w.tokens[who])
	res, err := plainClient.Do(req)
	if err != nil {
		return 0
	}
	defer res.Body.Close()
	return res.StatusCode
}

// memory is what the program holds, in bytes.
func (w *world) memory(t *testing.T) int {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", w.cmd.Process.Pid))
	if err != nil {
		t.Skip("memory is read from /proc")
	}
	pages, err := strconv.Atoi(strings.Fields(string(text))[1])
	if err != nil {
		t.Fatal(err)
	}
	return pages * os.Getpagesize()
}
