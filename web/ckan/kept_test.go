package ckan_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// search asks the same question as an anonymous reader.
func (p *portal) search(query, have string) (status int, tag, body string) {
	p.t.Helper()
	headers := []string{}
	if have != "" {
		headers = append(headers, "If-None-Match", have)
	}
	res, body := p.raw("", http.MethodGet, "/api/3/action/package_search?"+query, nil, headers...)
	return res.StatusCode, res.Header.Get("ETag"), body
}

func TestKeptAnswers_followEveryChange(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, name := range []string{"eins", "zwei"} {
		p.ok("editor", "package_create", map[string]any{"name": name, "title": "Haushalt " + name, "owner_org": "amt"})
	}
	const q = `q=haushalt&facet.field=["organization"]`
	status, tag, body := p.search(q, "")
	if status != http.StatusOK || tag == "" || !strings.Contains(body, `"count":2`) {
		t.Fatalf("%d %q %s", status, tag, body)
	}
	if status, _, again := p.search(q, ""); status != http.StatusOK || again != body {
		t.Fatalf("the same question got another answer: %d %s", status, again)
	}
	if status, _, body := p.search(q, tag); status != http.StatusNotModified || body != "" {
		t.Fatalf("unchanged: %d %s", status, body)
	}
	if _, other, _ := p.search(q+"&rows=1", ""); other == tag {
		t.Error("another question has the same tag")
	}
	for _, x := range []struct {
		action string
		args   map[string]any
		want   string
		gone   string
	}{
		{"package_patch", map[string]any{"id": "eins", "title": "Haushalt neu"}, "Haushalt neu", "Haushalt eins"},
		{"organization_patch", map[string]any{"id": "amt", "title": "Umbenannt"}, `"display_name":"Umbenannt"`, `"title":"Amt"`},
		{"package_patch", map[string]any{"id": "zwei", "private": true}, `"count":1`, "Haushalt zwei"},
		{"package_delete", map[string]any{"id": "eins"}, `"count":0`, "Haushalt neu"},
	} {
		_, before, _ := p.search(q, "")
		p.ok("admin", x.action, x.args)
		status, after, body := p.search(q, before)
		if status != http.StatusOK || after == before || !strings.Contains(body, x.want) || strings.Contains(body, x.gone) {
			t.Errorf("after %s %v: %d %s", x.action, x.args, status, body)
		}
	}
}

func TestKeptAnswers_areForEverybodyOnly(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "geheim", "title": "Haushalt geheim", "owner_org": "amt", "private": true})
	const path = "/api/3/action/package_search?q=haushalt&include_private=true"
	for range 2 {
		res, body := p.raw("member", http.MethodGet, path, nil)
		if !strings.Contains(body, "geheim") || !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
			t.Fatalf("a member: %v %s", res.Header, body)
		}
		if _, body := p.raw("", http.MethodGet, path, nil); strings.Contains(body, "geheim") || !strings.Contains(body, `"count":0`) {
			t.Fatalf("everybody: %s", body)
		}
	}
	// What depends on the time of day is asked anew.
	if _, tag, body := p.search("fq=metadata_modified:[NOW-1DAY%20TO%20NOW]", ""); !strings.Contains(body, `"count":0`) || !strings.HasPrefix(tag, `W/"`) {
		t.Errorf("%s %s", tag, body)
	}
}

func TestSearch_byRectangle(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "augsburg", "owner_org": "amt",
		"extras": []any{map[string]any{"key": "spatial", "value": `{"type":"Polygon","coordinates":[[[10.7,48.2],[11,48.2],[11,48.5],[10.7,48.5],[10.7,48.2]]]}`}}})
	p.ok("editor", "package_create", map[string]any{"name": "ohne", "owner_org": "amt"})
	for box, want := range map[string]string{"10.9,48.4,12,49": `"count":1`, "11.4,48,11.8,48.3": `"count":0`, "-180,-90,180,90": `"count":1`} {
		if _, _, body := p.search("ext_bbox="+box, ""); !strings.Contains(body, want) {
			t.Errorf("%s: %s", box, body)
		}
	}
	if status, _, body := p.search("ext_bbox=1,2,3", ""); status != http.StatusBadRequest || !strings.Contains(body, "ext_bbox") {
		t.Errorf("%d %s", status, body)
	}
}

// An address that is asked often is answered from what is known of it; none of
// the other ways to ask may get that answer.
func TestKeptAnswers_ofOneAddressInAllWays(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "eins", "title": "Haushalt eins", "owner_org": "amt"})
	p.ok("editor", "package_create", map[string]any{"name": "geheim", "title": "Haushalt geheim", "owner_org": "amt", "private": true})
	const q = "q=haushalt&include_private=true&facet.field=%5B%22organization%22%5D"
	const path = "/api/3/action/package_search?" + q
	var tag, first string
	for round := range 4 {
		status, have, body := p.search(q, "")
		if round == 0 {
			tag, first = have, body
		}
		if status != http.StatusOK || have != tag || body != first || !strings.Contains(body, `"count":1`) {
			t.Fatalf("round %d: %d %s %s", round, status, have, body)
		}
		if status, _, body := p.search(q, tag); status != http.StatusNotModified || body != "" {
			t.Errorf("round %d, unchanged: %d %s", round, status, body)
		}
		if res, body := p.raw("", http.MethodHead, path, nil); res.StatusCode != http.StatusOK || body != "" || res.Header.Get("ETag") != tag {
			t.Errorf("round %d, HEAD: %d %s", round, res.StatusCode, body)
		}
		if _, body := p.raw("member", http.MethodGet, path, nil); !strings.Contains(body, `"count":2`) {
			t.Errorf("round %d, a member: %s", round, body)
		}
		for _, callback := range []string{"&callback=f", "&%63allback=f"} {
			if _, body := p.raw("member", http.MethodGet, path+callback, nil); body != "f("+first+");" {
				t.Errorf("round %d, %s: %s", round, callback, body)
			}
		}
		if res, body := p.raw("", http.MethodGet, path+"&callback=%28", nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("round %d, a callback that is none: %d %s", round, res.StatusCode, body)
		}
		if res, _ := p.raw("", http.MethodGet, path+"&unknown=1", nil); res.StatusCode != http.StatusBadRequest {
			t.Errorf("round %d, an unknown parameter: %d", round, res.StatusCode)
		}
	}
}

// TestAnswers_sayWhomACacheMayGiveThem holds that no cache between us and the
// readers gives an answer to somebody it is not for: who is not signed in, or who
// takes no compressed answers.
func TestAnswers_sayWhomACacheMayGiveThem(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "geheim", "title": "Haushalt geheim", "owner_org": "amt", "private": true})
	for _, path := range []string{
		"/api/3/action/package_search?q=haushalt&include_private=true", "/api/3/action/package_show?id=geheim", "/api/3/action/license_list",
		"/api/util/dataset/autocomplete?incomplete=haus", "/api/2/util/user/autocomplete?q=mem", "/api/1/util/tag/autocomplete?incomplete=a",
		"/feeds/dataset.atom", "/feeds/organization/amt.atom", "/feeds/custom.atom?q=haushalt", "/dataset/geheim/resource/none/download",
	} {
		for _, header := range []string{"Authorization", "X-CKAN-API-Key"} {
			res, _ := p.raw("", http.MethodGet, path, nil, header, p.tokens["editor"])
			if got := res.Header.Get("Cache-Control"); got != "private, no-store" {
				t.Errorf("%s with %s: Cache-Control %q", path, header, got)
			}
		}
		res, _ := p.raw("", http.MethodGet, path, nil, "Accept-Encoding", "gzip")
		if vary := strings.Join(res.Header.Values("Vary"), ", "); !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("%s: Vary %q", path, vary)
		}
	}
}

// TestSearch_wideAnswersTakeTurns holds that many who ask for many datasets at once
// all get them, each a question of its own.
func TestSearch_wideAnswersTakeTurns(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, name := range []string{"eins", "zwei", "drei"} {
		p.ok("editor", "package_create", map[string]any{"name": name, "title": "Haushalt " + name, "owner_org": "amt"})
	}
	var wg sync.WaitGroup
	for i := range 60 {
		wg.Go(func() {
			action, args, want := "package_search", map[string]any{"q": "haushalt", "rows": 1000, "fq": fmt.Sprintf("-name:keins%d", i)}, `"count":3`
			switch i % 3 {
			case 1:
				args["rows"] = 1
			case 2:
				action, args, want = "current_package_list_with_resources", map[string]any{"limit": 200 + i}, `"name":"zwei"`
			}
			if a := p.call("", action, args); a.status != http.StatusOK || !strings.Contains(strings.ReplaceAll(a.text, `": `, `":`), want) {
				t.Errorf("%s %v: %d %.300s", action, args, a.status, a.text)
			}
		})
	}
	wg.Wait()
}
