package ckan_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"trio.example/catalog"
)

// plain is an answer as it came.
type plain struct {
	StatusCode int
	Header     http.Header
}

// raw sends a request with headers.
func (p *portal) raw(role, method, path string, body any, headers ...string) (plain, string) {
	p.t.Helper()
	text, err := json.Marshal(body)
	must(p.t, err)
	if body == nil {
		text = nil
	}
	req, err := http.NewRequest(method, p.URL+path, bytes.NewReader(text))
	must(p.t, err)
	if text != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if role != "" {
		req.Header.Set("Authorization", p.tokens[role])
	}
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := http.DefaultClient.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	out, err := io.ReadAll(res.Body)
	must(p.t, err)
	return plain{res.StatusCode, res.Header}, string(out)
}

func TestETag_followsWhatTheAnswerShows(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "eins", "title": "Eins", "owner_org": "amt"})
	show := func(role, have string) (int, string) {
		headers := []string{}
		if have != "" {
			headers = append(headers, "If-None-Match", have)
		}
		res, body := p.raw(role, http.MethodGet, "/api/3/action/package_show?id=eins", nil, headers...)
		if res.StatusCode == http.StatusNotModified && body != "" {
			t.Errorf("a 304 has a body: %s", body)
		}
		return res.StatusCode, res.Header.Get("ETag")
	}
	status, tag := show("", "")
	if status != http.StatusOK || !strings.HasPrefix(tag, `W/"r1-`) {
		t.Fatalf("%d with tag %q", status, tag)
	}
	if status, _ := show("", `"anderes", `+tag); status != http.StatusNotModified {
		t.Errorf("unchanged: %d", status)
	}
	p.ok("admin", "organization_patch", map[string]any{"id": "amt", "title": "Neuer Name"})
	status, renamed := show("", tag)
	if status != http.StatusOK || renamed == tag || !strings.HasPrefix(renamed, `W/"r1-`) {
		t.Errorf("after the organization's new title: %d with tag %q", status, renamed)
	}
	p.ok("editor", "package_patch", map[string]any{"id": "eins", "private": true})
	if status, _ := show("", renamed); status != http.StatusForbidden {
		t.Errorf("a hidden dataset answers %d to a reader who has an old copy", status)
	}
	res, _ := p.raw("", http.MethodGet, "/api/3/action/package_list", nil)
	if list := res.Header.Get("ETag"); list == "" || strings.Contains(list, `"r`) {
		t.Errorf("tag of a list: %q", list)
	}
}

func TestIfMatch_refusesToOverwriteAnothersChange(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "eins", "title": "Eins", "owner_org": "amt", "resources": []any{map[string]any{"url": "https://a.example/a.csv"}}})
	res, body := p.raw("editor", http.MethodGet, "/api/3/action/package_show?id=eins", nil)
	tag := res.Header.Get("ETag")
	var shown struct {
		Result struct {
			ID        string
			Resources []struct{ ID string }
		}
	}
	must(t, json.Unmarshal([]byte(body), &shown))
	part := shown.Result.Resources[0].ID
	p.ok("admin", "package_patch", map[string]any{"id": "eins", "notes": "von jemand anderem"})

	for action, args := range map[string]map[string]any{
		"package_update": {"id": "eins", "name": "eins", "title": "Zwei", "owner_org": "amt"}, "package_patch": {"id": "eins", "title": "Zwei"},
		"package_delete": {"id": "eins"}, "resource_update": {"id": part, "url": "https://b.example"}, "resource_patch": {"id": part, "name": "n"},
		"resource_delete": {"id": part}, "resource_create": {"package_id": "eins", "url": "https://b.example"},
		"package_resource_reorder": {"id": "eins", "order": []string{part}}, "package_revise": {"match": map[string]any{"name": "eins"}, "update": map[string]any{"title": "Zwei"}},
	} {
		for _, stale := range []string{tag, "1", `"r1"`, "unsinn"} {
			if res, body := p.raw("editor", http.MethodPost, "/api/3/action/"+action, args, "If-Match", stale); res.StatusCode != http.StatusPreconditionFailed {
				t.Errorf("%s with If-Match %s: %d %s", action, stale, res.StatusCode, body)
			}
		}
		// Who may not change it learns nothing of its revision.
		if res, body := p.raw("stranger", http.MethodPost, "/api/3/action/"+action, args, "If-Match", tag); strings.Contains(body, "revision") || res.StatusCode == http.StatusOK {
			t.Errorf("%s tells a stranger: %d %s", action, res.StatusCode, body)
		}
	}
	if got := p.ok("", "package_show", map[string]any{"id": "eins"}); got["title"] != "Eins" || got["notes"] != "von jemand anderem" {
		t.Errorf("a refused change left %v", got)
	}
	res, _ = p.raw("editor", http.MethodGet, "/api/3/action/package_show?id=eins", nil)
	if res, body := p.raw("editor", http.MethodPost, "/api/3/action/package_patch", map[string]any{"id": "eins", "title": "Drei"}, "If-Match", res.Header.Get("ETag")); res.StatusCode != http.StatusOK {
		t.Errorf("with the newest tag: %d %s", res.StatusCode, body)
	}
	if res, body := p.raw("admin", http.MethodPost, "/api/3/action/organization_patch", map[string]any{"id": "amt", "title": "x"}, "If-Match", "99"); res.StatusCode != http.StatusPreconditionFailed {
		t.Errorf("organization: %d %s", res.StatusCode, body)
	}
}

func TestIdempotencyKey_writesOnce(t *testing.T) {
	t.Parallel()
	p := open(t)
	args := map[string]any{"name": "eins", "title": "Eins", "owner_org": "amt"}
	send := func(role, key string, args map[string]any) (plain, string) {
		return p.raw(role, http.MethodPost, "/api/3/action/package_create", args, "Idempotency-Key", key)
	}
	first, body := send("editor", "k-1", args)
	second, again := send("editor", "k-1", args)
	if first.StatusCode != http.StatusOK || second.StatusCode != http.StatusOK || body != again {
		t.Errorf("first %d %s\nagain %d %s", first.StatusCode, body, second.StatusCode, again)
	}
	if first.Header.Get("Idempotency-Replayed") != "" || second.Header.Get("Idempotency-Replayed") != "true" {
		t.Error("a replay is not marked as one")
	}
	if res, body := send("editor", "k-1", map[string]any{"name": "zwei", "owner_org": "amt"}); res.StatusCode != http.StatusUnprocessableEntity {
		t.Errorf("another request under the key: %d %s", res.StatusCode, body)
	}
	if res, body := send("admin", "k-1", args); res.StatusCode != http.StatusConflict || !strings.Contains(body, "already in use") {
		t.Errorf("another account's key is its own: %d %s", res.StatusCode, body)
	}
	if res, body := send("editor", "mit Leerzeichen", args); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a bad key: %d %s", res.StatusCode, body)
	}
	if res, body := send("", "k-2", args); res.StatusCode != http.StatusForbidden {
		t.Errorf("anonymous: %d %s", res.StatusCode, body)
	}
	// A refusal is an answer too.
	bad := map[string]any{"name": "Ä!", "owner_org": "amt"}
	if a, x := send("editor", "k-3", bad); a.StatusCode != http.StatusConflict {
		t.Errorf("%d %s", a.StatusCode, x)
	} else if b, y := send("editor", "k-3", bad); b.StatusCode != http.StatusConflict || x != y {
		t.Errorf("%d %s", b.StatusCode, y)
	}

	var together sync.WaitGroup
	answers := make([]int, 8)
	for i := range answers {
		together.Go(func() {
			res, _ := send("editor", "k-4", map[string]any{"title": "Ohne Namen", "name": "drei", "owner_org": "amt"})
			answers[i] = res.StatusCode
		})
	}
	together.Wait()
	created := p.ok("", "package_search", map[string]any{"q": "name:drei"})["count"]
	if created != float64(1) {
		t.Errorf("%v datasets, answers %v", created, answers)
	}
	for _, status := range answers {
		if status != http.StatusOK && status != http.StatusConflict {
			t.Errorf("answers %v", answers)
		}
	}
}

// TestIdempotencyKey_keepsNoSecret: what lets somebody in lies nowhere as text, and
// from what is kept of a request nobody finds its password.
func TestIdempotencyKey_keepsNoSecret(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	for _, c := range []struct {
		role, action string
		args         m
		kept         bool
	}{
		{"editor", "api_token_create", m{"user": "editor", "name": "neu"}, false},
		{"sysadmin", "user_create", m{"name": "jemand", "email": "jemand@stadt.example", "password": "geheim-genug", "with_apitoken": true}, false},
		{"sysadmin", "user_create", m{"name": "niemand", "email": "niemand@stadt.example", "password": "geheim-genug"}, true},
	} {
		send := func() (plain, string) {
			return p.raw(c.role, http.MethodPost, "/api/3/action/"+c.action, c.args, "Idempotency-Key", fmt.Sprint("k-", c.args["name"]))
		}
		first, body := send()
		second, again := send()
		if first.StatusCode != http.StatusOK || c.kept != (again == body) || !c.kept && second.StatusCode != http.StatusConflict {
			t.Errorf("%s %v: %d %s\nagain %d %s", c.action, c.args["name"], first.StatusCode, body, second.StatusCode, again)
		}
		bare, err := json.Marshal(c.args)
		must(t, err)
		sum := sha256.Sum256(append([]byte(c.action+"\x00"), append(bare, '\n')...))
		sums := []string{hex.EncodeToString(sum[:])}
		sum = sha256.Sum256(append([]byte(c.action+"\x00"), bare...))
		sums = append(sums, hex.EncodeToString(sum[:]))
		must(t, p.store.View(t.Context(), func(tx catalog.Tx) error {
			list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordAnswer})
			for _, r := range list {
				text := fmt.Sprint(r.Fields)
				if strings.Contains(text, "trio_") || slices.ContainsFunc(sums, func(s string) bool { return strings.Contains(text, s) }) {
					t.Errorf("kept: %s", text)
				}
			}
			return err
		}))
	}
}
