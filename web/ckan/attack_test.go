package ckan_test

import (
	"bytes"
	"compress/gzip"
	"crypto/md5" //nolint:gosec // CKAN's email_hash
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// clearAnswer reports an answer that is a refusal in CKAN's form or a success, never a
// fault of the server.
func clearAnswer(status int) bool { return status < 500 && status != 0 }

// TestSearch_cannotBeTalkedIntoShowingMore tries to widen what a reader may see.
func TestSearch_cannotBeTalkedIntoShowingMore(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("sysadmin", "package_create", map[string]any{"name": "offen", "title": "Offen", "owner_org": "amt"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "verborgen", "title": "Verborgen", "owner_org": "amt", "private": true, "version": "Q7"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "entwurf", "title": "Entwurf", "owner_org": "amt", "state": "draft", "version": "Q7"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "geloescht", "title": "Geloescht", "owner_org": "amt", "version": "Q7"})
	p.ok("sysadmin", "package_delete", map[string]any{"id": "geloescht"})
	tricks := []string{
		"capacity:private", "+capacity:private", "capacity:(private OR public)", "-capacity:public", "state:deleted", "state:(draft OR active OR deleted)", "private:true",
		"labels:*", "+labels:org*", "permission_labels:*", "*:* OR capacity:private", "(*:*)) OR (capacity:private", "offen) OR (capacity:private", `offen" OR capacity:"private`,
		"{!lucene}capacity:private", "{!dismax qf=name}verborgen", "_query_:\"capacity:private\"", "_val_:1", "version:Q7", "name:verborgen", "id:*", "entity_type:*", "NOT capacity:public",
		"capacity:p*", "state:[a TO z]", "metadata_modified:[* TO *]", "verborgen~2", "title:verborgen^9", "type:holding", "dataset_type:*", "site_id:*",
	}
	for _, role := range []string{"", "stranger"} {
		for _, x := range tricks {
			for _, args := range []map[string]any{
				{"q": x}, {"fq": x}, {"fq_list": []string{x}}, {"q": "*:*", "fq": "+state:active", "fq_list": []string{x}},
				{"q": x, "include_private": true, "include_drafts": true, "include_deleted": true}, {"fq": x, "use_default_schema": true, "fl": "*"}, {"q": x, "sort": "version desc, score desc", "rows": 1000},
				{"q": x, "facet.field": []string{"version", "name", "state", "capacity", "private", "labels"}, "facet.mincount": 0, "rows": 0},
			} {
				a := p.call(role, "package_search", args)
				body := strings.ReplaceAll(a.text, x, "") // the question may be quoted back
				for _, secret := range []string{"erborgen", "ntwurf", "eloescht", "Q7"} {
					if a.status == http.StatusOK && strings.Contains(body, secret) {
						t.Fatalf("%v as %q tells %q: %.400s", args, role, secret, a.text)
					}
				}
				if strings.Contains(a.text, `"count":2`) || !clearAnswer(a.status) {
					t.Fatalf("%v as %q: %d %.300s", args, role, a.status, a.text)
				}
			}
		}
	}
}

func TestWrites_doNothingByGET(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "eins", "title": "Eins", "owner_org": "amt"})
	for _, q := range []string{
		"package_delete?id=eins", "package_patch?id=eins&title=x", "dataset_purge?id=eins", "organization_delete?id=anderes", "user_create?name=neu&email=n@a.example&password=geheimgenug",
		"api_token_create?user=editor&name=t", "follow_dataset?id=eins", "user_patch?id=editor&fullname=x", "task_status_update?entity_id=a&entity_type=b&task_type=c&key=d",
	} {
		for _, role := range []string{"", "editor", "sysadmin"} {
			for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodPut, http.MethodPatch, http.MethodDelete} {
				if res, body := p.raw(role, method, "/api/3/action/"+q, nil); res.StatusCode != http.StatusBadRequest && res.StatusCode != http.StatusMethodNotAllowed && res.StatusCode != http.StatusNotFound {
					t.Errorf("%s %s as %q: %d %s", method, q, role, res.StatusCode, body)
				}
			}
		}
	}
	if d := p.ok("", "package_show", map[string]any{"id": "eins"}); d["title"] != "Eins" {
		t.Errorf("a GET changed %v", d["title"])
	}
}

func TestProtectedFields_areNotAssignedByClients(t *testing.T) {
	t.Parallel()
	p := open(t)
	d := p.ok("editor", "package_create", map[string]any{
		"name": "eins", "owner_org": "amt", "creator_user_id": "sysadmin", "metadata_created": "1999-01-01T00:00:00", "metadata_modified": "1999-01-01T00:00:00", "num_resources": 99, "num_tags": 99,
		"plugin_data": map[string]any{"a": "b"}, "revision_id": "x", "isopen": true, "organization": map[string]any{"name": "anderes"},
	})
	if d["creator_user_id"] == "sysadmin" || strings.HasPrefix(fmt.Sprint(d["metadata_created"]), "1999") || strings.HasPrefix(fmt.Sprint(d["metadata_modified"]), "1999") || d["num_resources"] != float64(0) ||
		d["plugin_data"] != nil || d["isopen"] == true {
		t.Errorf("a client assigned protected fields: %v", d)
	}
	if org, _ := d["organization"].(map[string]any); org["name"] != "amt" {
		t.Errorf("organization %v", org)
	}
	u := p.ok("stranger", "user_patch", map[string]any{"id": "stranger", "sysadmin": true, "state": "deleted", "plugin_extras": map[string]any{"a": 1}, "created": "1999", "password_hash": "x", "apikey": "x"})
	if u["sysadmin"] == true || u["state"] != "active" || u["plugin_extras"] != nil {
		t.Errorf("an account promoted itself: %v", u)
	}
	before := p.ok("sysadmin", "user_show", map[string]any{"id": "admin"})
	if a := p.call("sysadmin", "user_create", map[string]any{"id": before["id"], "name": "neu", "email": "neu@stadt.example", "password": "geheimgenug"}); a.status != http.StatusOK || strings.Contains(a.text, fmt.Sprint(before["id"])) {
		t.Errorf("user_create over an account must make another: %d %s", a.status, a.text)
	}
	if after := p.ok("sysadmin", "user_show", map[string]any{"id": "admin"}); fmt.Sprint(after) != fmt.Sprint(before) {
		t.Errorf("the account changed:\n%v\n%v", before, after)
	}
}

func TestTokens_endAtOnce(t *testing.T) {
	t.Parallel()
	p := open(t)
	private := map[string]any{"id": "eins"}
	p.ok("editor", "package_create", map[string]any{"name": "eins", "owner_org": "amt", "private": true})
	made := p.ok("editor", "api_token_create", map[string]any{"user": "editor", "name": "kurz"})
	p.tokens["kurz"] = fmt.Sprint(made["token"])
	p.ok("kurz", "package_show", private)
	p.ok("editor", "api_token_revoke", map[string]any{"token": made["token"]})
	if a := p.call("kurz", "package_show", private); a.status != http.StatusForbidden {
		t.Errorf("a revoked token: %d", a.status)
	}
	p.ok("sysadmin", "user_delete", map[string]any{"id": "editor"})
	if a := p.call("editor", "package_show", private); a.status != http.StatusForbidden {
		t.Errorf("a deleted account's token: %d", a.status)
	}
	for _, garbage := range []string{"x", "Bearer", "Bearer ", "null", strings.Repeat("a", 5000), "' OR 1=1 --", "trio_", "\u00e4", "Basic YTpi"} {
		p.tokens["müll"] = garbage
		if a := p.call("müll", "package_show", private); a.status != http.StatusForbidden {
			t.Errorf("token %.20q: %d", garbage, a.status)
		}
		if a := p.call("müll", "package_list", map[string]any{}); a.status != http.StatusOK {
			t.Errorf("token %.20q on an open action: %d", garbage, a.status)
		}
	}
}

func TestAccounts_tellOthersNothing(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "eins", "owner_org": "amt"})
	for role, actions := range map[string]map[string]map[string]any{
		"stranger": {"user_show": {"id": "sysadmin", "include_password_hash": true, "include_plugin_extras": true, "include_datasets": true}, "user_list": {"all_fields": true}, "user_autocomplete": {"q": "sys"}, "member_list": {"id": "amt"}},
		"":         {"user_show": {"id": "sysadmin"}, "user_list": {}, "user_autocomplete": {"q": "sys"}, "member_list": {"id": "amt", "object_type": "user"}, "organization_show": {"id": "amt", "include_users": true}, "package_activity_list": {"id": "eins"}},
	} {
		for action, args := range actions {
			a := p.call(role, action, args)
			for _, secret := range []string{md5Of("sysadmin@stadt.example"), md5Of("editor@stadt.example"), "password", "reset_key", "sysadmin@stadt", "editor@stadt", "$argon2", `"apikey":"`} {
				if strings.Contains(a.text, secret) && a.status == http.StatusOK {
					t.Errorf("%s as %q tells %s: %.300s", action, role, secret, a.text)
				}
			}
			if role == "" && a.status == http.StatusOK && (strings.Contains(a.text, `"sysadmin":true`) || strings.Contains(a.text, "email_hash")) {
				t.Errorf("%s tells anonymous who administers: %.300s", action, a.text)
			}
		}
	}
}

// md5Of is what CKAN tells everybody of an address.
func md5Of(text string) string { return fmt.Sprintf("%x", md5.Sum([]byte(text))) } //nolint:gosec // CKAN's email_hash

func TestAccounts_tellThemselvesTheHashOfTheirAddress(t *testing.T) {
	t.Parallel()
	p := open(t)
	hash := func(role string) any { return p.ok(role, "user_show", map[string]any{"id": "editor"})["email_hash"] }
	if want := md5Of("editor@stadt.example"); hash("editor") != want || hash("sysadmin") != want {
		t.Errorf("own %v, for the sysadmin %v", hash("editor"), hash("sysadmin"))
	}
	other := p.ok("stranger", "user_show", map[string]any{"id": "admin"})["email_hash"]
	if h := hash("stranger"); h == other || h != hash("member") {
		t.Errorf("to others it tells accounts apart: %v, %v", h, other)
	}
}

func TestNamesAndIDs_cannotCarryPaths(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, name := range []string{"a\nb", "eins\n", "еins", "a/b", "../x", "..", ".", "a.b", "a b", "A", "", "new", "a", strings.Repeat("x", 101), "%2e%2e", "a\x00b", "ａｂｃ", "edit", "search"} {
		a := p.call("editor", "package_create", map[string]any{"name": name, "owner_org": "amt"})
		if a.status == http.StatusOK && (name == "edit" || name == "search") {
			continue // names in CKAN too
		}
		if a.status != http.StatusConflict {
			t.Errorf("name %.20q: %d %.200s", name, a.status, a.text)
		}
	}
	p.ok("sysadmin", "package_create", map[string]any{"name": "eins", "owner_org": "amt"})
	for _, id := range []string{"../../etc/passwd", "a/b", "..", "x\x00", strings.Repeat("y", 300)} {
		if a := p.call("sysadmin", "package_create", map[string]any{"id": id, "name": "zwei", "owner_org": "amt"}); a.status != http.StatusConflict {
			t.Errorf("dataset id %.20q: %d %.200s", id, a.status, a.text)
		}
		if a := p.call("sysadmin", "resource_create", map[string]any{"id": id, "package_id": "eins", "url": "x"}); a.status != http.StatusConflict {
			t.Errorf("resource id %.20q: %d %.200s", id, a.status, a.text)
		}
	}
	for _, path := range []string{
		"/uploads/group/..%2f..%2ft.db", "/uploads/..%2f..%2ft.db/x", "/dataset/eins/resource/..%2f..%2f/download/t.db", "/dataset/../../t.db", "/uploads/user/%2e%2e%2f%2e%2e%2ft.db", "/%2e%2e/%2e%2e/t.db", "//t.db", `/uploads/group/..\..\t.db`,
	} {
		res, body := p.raw("sysadmin", http.MethodGet, path, nil)
		if res.StatusCode == http.StatusOK && strings.Contains(body, "SQLite") || res.StatusCode >= 500 {
			t.Errorf("%s: %d %.100s", path, res.StatusCode, body)
		}
	}
}

func TestRedirects_stayHere(t *testing.T) {
	t.Parallel()
	p := open(t)
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	for _, target := range []string{"https://boese.example", "//boese.example", `/\boese.example`, `\\boese.example`, "http:boese.example", "javascript:alert(1)", "/%0d%0aX-Evil: 1", "/\r\nX-Evil: 1", "%2f%2fboese.example", "https:boese.example/..", "///boese.example"} {
		res, err := client.Get(p.URL + "/util/redirect?url=" + url.QueryEscape(target))
		must(t, err)
		must(t, res.Body.Close())
		if loc := res.Header.Get("Location"); strings.Contains(loc, "boese") || strings.Contains(loc, "javascript") || res.Header.Get("X-Evil") != "" || res.StatusCode >= 500 {
			t.Errorf("%q leads to %q (%d)", target, loc, res.StatusCode)
		}
	}
}

// Queries, arguments and bodies that nobody sends by mistake.
func TestHostileRequests_neverBreakTheServer(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "eins", "title": "Eins zwei drei", "owner_org": "amt"})
	many := func(s string, n int) string { return strings.TrimSpace(strings.Repeat(s+" ", n)) }
	for name, args := range map[string]map[string]any{
		"rows": {"rows": 1_000_000}, "rows-text": {"rows": "viele"}, "rows-negative": {"rows": -1}, "start": {"start": 1 << 40}, "start-negative": {"start": -5}, "facet-limit": {"facet.limit": 1 << 40, "facet.field": []string{"tags"}},
		"facet-fields": {"facet.field": strings.Fields(many("tags", 2000))}, "clauses": {"q": many("title:a", 5000)}, "ors": {"q": strings.Repeat("a OR ", 3000) + "a"}, "brackets": {"q": strings.Repeat("(", 5000) + "a" + strings.Repeat(")", 5000)},
		"open": {"q": strings.Repeat("(", 300)}, "regex": {"q": "/(a+)+$/"}, "wildcards": {"q": many("*a*b*c*", 50)}, "stars": {"q": strings.Repeat("*", 2000)}, "marks": {"q": strings.Repeat("?", 2000)}, "fuzzy": {"q": many("abcdefgh~2", 100)},
		"minus": {"q": "-"}, "quote": {"q": `"`}, "backslash": {"q": `\`}, "range": {"q": "[* TO"}, "range-list": {"fq": many("metadata_modified:[* TO *]", 500)}, "boost": {"q": "a^99999999999999999999"}, "nul": {"q": "a\x00b"},
		"long": {"q": strings.Repeat("x", 200_000)}, "sort": {"sort": many("name asc,", 1000)}, "sort-odd": {"sort": "sum(1,2) desc"}, "types": {"q": []any{1, map[string]any{}}, "fq": true, "rows": map[string]any{}, "facet.field": 7}, "fq-object": {"fq_list": map[string]any{"a": 1}},
		"dates": {"fq": "metadata_modified:[NOW-999999999YEARS TO NOW/DAY+1]"}, "bbox": {"ext_bbox": "1,2,3"}, "id-list": {"id": []any{1, 2}}, "surrogate": {"q": "\xed\xa0\x80"},
	} {
		start := time.Now()
		a := p.call("", "package_search", args)
		if !clearAnswer(a.status) {
			t.Errorf("%s: %d %.300s", name, a.status, a.text)
		}
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s kept the server busy for %s", name, took)
		}
		for _, inside := range []string{"goroutine", ".go:", "sqlite", "bleve", "/root/", "/tmp/", "runtime error"} {
			if strings.Contains(a.text, inside) {
				t.Errorf("%s tells about the inside: %.300s", name, a.text)
			}
		}
	}
	for action := range map[string]bool{"package_show": true, "resource_show": true, "organization_show": true, "tag_show": true, "user_show": true, "package_activity_list": true, "member_list": true, "package_autocomplete": true, "vocabulary_show": true, "status_show": true} {
		for _, v := range []any{nil, 1, 1.5, true, []any{}, map[string]any{}, []any{map[string]any{"a": []any{}}}, strings.Repeat("z", 70_000), "\x00", "\u202e", "../..", "%00"} {
			if a := p.call("", action, map[string]any{"id": v, "q": v, "limit": v, "offset": v, "name_or_id": v}); !clearAnswer(a.status) {
				t.Errorf("%s with %.30v: %d %.200s", action, v, a.status, a.text)
			}
		}
	}
	for name, body := range map[string]string{
		"cut": `{"q":`, "deep": strings.Repeat(`{"a":`, 100_000), "deep-list": `{"a":` + strings.Repeat("[", 100_000), "number": `{"rows":1e999}`, "list": `[1]`, "text": `"a"`, "twice": `{"q":"a"}{"q":"b"}`, "latin1": "{\"q\":\"\xe4\"}", "bom": "\ufeff{}", "nan": `{"q":NaN}`,
	} {
		if a := p.send("", "package_search", "application/json", strings.NewReader(body)); !clearAnswer(a.status) {
			t.Errorf("body %s: %d %.200s", name, a.status, a.text)
		}
	}
	for _, x := range []struct {
		role, value string
		n, status   int
	}{
		{"", "{},", 9_000, http.StatusConflict}, {"", "{},", 11_000, http.StatusBadRequest}, {"", "0,", 21_000, http.StatusBadRequest}, {"", `{"a":0},`, 10_000, http.StatusBadRequest},
		{"editor", "0,", 190_000, http.StatusConflict}, {"editor", "0,", 201_000, http.StatusBadRequest}, {"", `"` + strings.Repeat(",", 1000) + `",`, 900, http.StatusConflict}, {"", `"` + strings.Repeat(",", 1000) + `",`, 1100, http.StatusRequestEntityTooLarge},
	} {
		body := `{"rows":[` + strings.Repeat(x.value, x.n) + `0]}`
		for contentType, status := range map[string]int{"application/json": x.status, "application/x-www-form-urlencoded": x.status} {
			if a := p.send(x.role, "package_search", contentType, strings.NewReader(body)); a.status != status {
				t.Errorf("%d × %.10s as %q, %s: %d %.200s, want %d", x.n, x.value, x.role, contentType, a.status, a.text, status)
			}
		}
	}
	var bomb bytes.Buffer
	z := gzip.NewWriter(&bomb)
	_, err := z.Write(bytes.Repeat([]byte(" "), 64<<20))
	must(t, err)
	must(t, z.Close())
	req, err := http.NewRequest(http.MethodPost, p.URL+"/api/3/action/package_search", &bomb)
	must(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Content-Encoding", "gzip")
	res, err := http.DefaultClient.Do(req)
	must(t, err)
	must(t, res.Body.Close())
	if res.StatusCode < 400 || res.StatusCode >= 500 {
		t.Errorf("a compressed body: %d", res.StatusCode)
	}
	if a := p.send("editor", "package_create", "application/json", strings.NewReader(`{"name":"gross","notes":"`+strings.Repeat("x", 17<<20)+`"}`)); a.status != http.StatusRequestEntityTooLarge {
		t.Errorf("17 MB of JSON: %d", a.status)
	}
}

func TestUnusualSizes_areAcceptedOrRefusedWhole(t *testing.T) {
	t.Parallel()
	p := open(t)
	list := func(n int, f func(i int) map[string]any) []any {
		out := make([]any, n)
		for i := range out {
			out[i] = f(i)
		}
		return out
	}
	for name, args := range map[string]map[string]any{
		"notes":     {"notes": strings.Repeat("ä", 1<<20)},
		"resources": {"resources": list(500, func(i int) map[string]any { return map[string]any{"url": fmt.Sprint("https://a.example/", i)} })},
		"tags":      {"tags": list(1000, func(i int) map[string]any { return map[string]any{"name": fmt.Sprint("wort-", i)} })},
		"extras":    {"extras": list(1000, func(i int) map[string]any { return map[string]any{"key": fmt.Sprint("feld-", i), "value": "x"} })},
	} {
		args["name"], args["owner_org"] = "gross-"+name, "amt"
		a := p.call("editor", "package_create", args)
		shown := p.call("", "package_show", map[string]any{"id": "gross-" + name})
		switch a.status {
		case http.StatusOK:
			if shown.status != http.StatusOK {
				t.Errorf("%s was accepted and answers %d", name, shown.status)
			}
		case http.StatusConflict, http.StatusRequestEntityTooLarge:
			if shown.status != http.StatusNotFound {
				t.Errorf("%s was refused and answers %d", name, shown.status)
			}
		default:
			t.Errorf("%s: %d %.200s", name, a.status, a.text)
		}
	}
}

func TestConcurrentChanges_allStay(t *testing.T) {
	t.Parallel()
	p := open(t)
	d := p.ok("editor", "package_create", map[string]any{"name": "eins", "owner_org": "amt"})
	fields := []string{"title", "notes", "url", "version", "author", "author_email", "maintainer", "maintainer_email"}
	var wg sync.WaitGroup
	for _, f := range fields {
		wg.Go(func() {
			p.ok("editor", "package_patch", map[string]any{"id": "eins", f: "wert@stadt.example"})
		})
	}
	for i := range 10 {
		wg.Go(func() {
			p.ok("editor", "resource_create", map[string]any{"package_id": "eins", "url": fmt.Sprint("https://a.example/", i)})
		})
	}
	wg.Wait()
	d = p.ok("", "package_show", map[string]any{"id": d["id"]})
	for _, f := range fields {
		if d[f] != "wert@stadt.example" {
			t.Errorf("%s is %v", f, d[f])
		}
	}
	places := map[any]bool{}
	for _, r := range d["resources"].([]any) {
		places[r.(map[string]any)["position"]] = true
	}
	if len(places) != 10 || !places[float64(0)] || !places[float64(9)] {
		t.Errorf("positions %v", places)
	}

	answers := make([]int, 8)
	for i := range answers {
		wg.Go(func() {
			answers[i] = p.call("editor", "package_revise", map[string]any{"match": map[string]any{"name": "eins", "version": "wert@stadt.example"}, "update": map[string]any{"version": fmt.Sprint(i)}}).status
		})
	}
	wg.Wait()
	won := 0
	for _, s := range answers {
		if s == http.StatusOK {
			won++
		} else if s != http.StatusConflict {
			t.Errorf("answers %v", answers)
		}
	}
	if won != 1 {
		t.Errorf("%d of 8 revisions with one match won: %v", won, answers)
	}
}

func TestSearch_seesEveryWriteAtOnce(t *testing.T) {
	t.Parallel()
	p := open(t)
	count := func(q string) float64 { return p.ok("", "package_search", map[string]any{"q": q})["count"].(float64) }
	for i := range 20 {
		name := fmt.Sprintf("frisch-%d", i)
		p.ok("editor", "package_create", map[string]any{"name": name, "title": "Neuling", "owner_org": "amt"})
		if count("name:"+name) != 1 {
			t.Fatalf("%s was created and is not found", name)
		}
		p.ok("editor", "package_patch", map[string]any{"id": name, "title": "Altling"})
		if count("name:"+name+" title:altling") != 1 || count("title:neuling") != 0 {
			t.Fatalf("%s was changed and is found as it was", name)
		}
		p.ok("editor", "package_patch", map[string]any{"id": name, "private": true})
		if count("name:"+name) != 0 {
			t.Fatalf("%s was hidden and is found", name)
		}
		p.ok("editor", "package_delete", map[string]any{"id": name})
	}
}

// TestRefusals_tellNoIds: who may not see a thing reads in the refusal only what
// they asked with, never its id.
func TestRefusals_tellNoIds(t *testing.T) {
	t.Parallel()
	p := open(t)
	ids := map[string]string{}
	for _, name := range []string{"verborgen", "amt-weg", "thema-weg"} {
		create := map[string]string{"verborgen": "package_create", "amt-weg": "organization_create", "thema-weg": "group_create"}[name]
		args := map[string]any{"name": name, "title": "T"}
		if name == "verborgen" {
			args["owner_org"], args["private"] = "amt", true
		}
		ids[name] = fmt.Sprint(p.ok("sysadmin", create, args)["id"])
	}
	p.ok("sysadmin", "organization_delete", map[string]any{"id": "amt-weg"})
	p.ok("sysadmin", "group_delete", map[string]any{"id": "thema-weg"})
	for action, args := range map[string]map[string]any{
		"resource_create": {"package_id": "verborgen", "url": "x"}, "package_revise": {"match": map[string]any{"name": "verborgen"}, "update": map[string]any{"title": "x"}},
		"organization_patch": {"id": "amt-weg"}, "organization_delete": {"id": "amt-weg"}, "organization_member_delete": {"id": "amt-weg", "username": "editor"}, "group_update": {"id": "thema-weg", "name": "thema-weg"}, "group_delete": {"id": "thema-weg"},
	} {
		a := p.call("stranger", action, args)
		for name, id := range ids {
			if strings.Contains(a.text, id) || (a.status != http.StatusForbidden && a.status != http.StatusNotFound) {
				t.Errorf("%s of %s: %d %.300s", action, name, a.status, a.text)
			}
		}
	}
	// Of what one sees CKAN tells the id.
	shown := fmt.Sprint(p.ok("sysadmin", "package_create", map[string]any{"name": "offen", "owner_org": "amt"})["id"])
	if a := p.call("stranger", "resource_create", map[string]any{"package_id": "offen", "url": "x"}); !strings.Contains(a.text, shown) {
		t.Errorf("%d %.300s", a.status, a.text)
	}
}

// TestRights_ofGroupsAndNames: a dataset gets into groups of its editor only, and
// nobody takes the names under which the survey looks for cities and offices.
func TestRights_ofGroupsAndNames(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("sysadmin", "group_create", map[string]any{"name": "blau"})
	p.ok("sysadmin", "group_create", map[string]any{"name": "rot"})
	in := func(names ...string) []any {
		var out []any
		for _, n := range names {
			out = append(out, map[string]any{"name": n})
		}
		return out
	}
	p.ok("editor", "package_create", map[string]any{"name": "eins", "owner_org": "amt"})
	for action, args := range map[string]map[string]any{
		"package_create": {"name": "zwei", "owner_org": "amt", "groups": in("blau")}, "package_patch": {"id": "eins", "groups": in("blau")}, "package_update": {"id": "eins", "name": "eins", "groups": in("blau")},
		"package_revise": {"match": map[string]any{"name": "eins"}, "update__groups": in("blau")},
	} {
		if a := p.call("editor", action, args); a.status != http.StatusForbidden {
			t.Errorf("%s: %d %.200s", action, a.status, a.text)
		}
	}
	p.ok("sysadmin", "package_patch", map[string]any{"id": "eins", "groups": in("blau")})
	p.ok("editor", "package_patch", map[string]any{"id": "eins", "title": "bleibt im Thema"})
	p.ok("editor", "package_patch", map[string]any{"id": "eins", "groups": in("blau")})
	p.ok("sysadmin", "group_member_create", map[string]any{"id": "rot", "username": "editor", "role": "member"})
	p.ok("editor", "package_patch", map[string]any{"id": "eins", "groups": in("blau", "rot")})

	for _, name := range []string{"augsburg", "muenchen", "nuernberg-gartenamt", "augsburg-x"} {
		if a := p.call("admin", "organization_patch", map[string]any{"id": "amt", "name": name}); a.status != http.StatusConflict {
			t.Errorf("renamed to %s: %d", name, a.status)
		}
	}
	p.ok("admin", "organization_patch", map[string]any{"id": "amt", "name": "amt-neu"})
	p.ok("sysadmin", "organization_patch", map[string]any{"id": "amt-neu", "name": "augsburg"})
	p.ok("admin", "organization_patch", map[string]any{"id": "augsburg", "title": "behält den Namen"})
}
