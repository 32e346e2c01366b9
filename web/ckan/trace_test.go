package ckan_test

import (
	"encoding/json"
	"fmt"
	"math/big"
	"strings"
	"testing"
)

// activityIDs lists the ids of a dataset's activities as somebody sees them.
func (p *portal) activityIDs(role, dataset string) (out []string) {
	p.t.Helper()
	var list []struct{ ID string }
	must(p.t, json.Unmarshal(p.call(role, "package_activity_list", map[string]any{"id": dataset}).Result, &list))
	for _, x := range list {
		out = append(out, x.ID)
	}
	return out
}

// TestActivityIDs_tellNothingOfHiddenWork: numbers in a row would tell everybody how
// many changes lie between two public ones.
func TestActivityIDs_tellNothingOfHiddenWork(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt"})
	for i := range 5 {
		p.ok("editor", "package_create", map[string]any{"name": fmt.Sprintf("geheim-%d", i), "owner_org": "amt", "private": true})
	}
	p.ok("editor", "package_create", map[string]any{"name": "a2", "owner_org": "amt"})
	first, second := p.activityIDs("", "a1")[0], p.activityIDs("", "a2")[0]
	number := func(id string) *big.Int {
		n, ok := new(big.Int).SetString(strings.ReplaceAll(id, "-", ""), 16)
		if !ok {
			t.Fatalf("%q is no id", id)
		}
		return n
	}
	apart := new(big.Int).Sub(number(second), number(first))
	if apart.Abs(apart).BitLen() < 64 { // by chance once in 2⁶³
		t.Errorf("the activities %s and %s are %v apart", first, second, apart)
	}
	args := map[string]any{"id": second, "include_data": false}
	if got := p.ok("", "activity_show", args); got["id"] != second || got["activity_type"] != "new package" {
		t.Errorf("%v", got)
	}
	if again := p.activityIDs("editor", "a2")[0]; again != second {
		t.Errorf("%s is %s for another reader", second, again)
	}
	for _, id := range []string{"00000000-0000-4000-8000-000000000001", "00000000-0000-0000-0000-000000000001", "1", "", strings.ToUpper(second) + "x"} {
		if a := p.call("", "activity_show", map[string]any{"id": id, "include_data": false}); a.status != 404 {
			t.Errorf("%q: %d %s", id, a.status, a.text)
		}
	}
}

// TestParents_areOnesOwnToEdit: who stands below a city is taken for one of its
// offices, and whether a hidden organization is there is not told.
func TestParents_areOnesOwnToEdit(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("sysadmin", "organization_create", m{"name": "versteckt", "title": "Versteckt"})
	p.ok("sysadmin", "organization_delete", m{"id": "versteckt"})
	p.ok("sysadmin", "organization_create", m{"name": "eigenes", "title": "Eigenes"})
	p.ok("sysadmin", "organization_member_create", m{"id": "eigenes", "username": "admin", "role": "admin"})
	below := func(parents ...any) m { return m{"id": "amt", "groups": parents} }
	join := func(parent string) m {
		return m{"id": "amt", "object": parent, "object_type": "group", "capacity": "public"}
	}
	parents := func() string { return fmt.Sprint(p.ok("sysadmin", "organization_show", m{"id": "amt"})["groups"]) }
	for _, own := range []bool{false, true} { // also beside a parent that is there
		for what, x := range map[string]struct {
			action string
			args   m
			status int
		}{
			"a foreign one":             {"organization_patch", below(m{"name": "anderes"}), 403},
			"a foreign one beside ours": {"organization_patch", below(m{"name": "eigenes"}, m{"name": "anderes"}), 403},
			"a foreign one as object":   {"member_create", join("anderes"), 403},
			"a hidden one":              {"organization_patch", below(m{"name": "versteckt"}), 409},
			"one that is not there":     {"organization_patch", below(m{"name": "gibtsnicht"}), 409},
			"a hidden one as object":    {"member_create", join("versteckt"), 404},
			"none as object":            {"member_create", join("gibtsnicht"), 404},
		} {
			before := parents()
			if a := p.call("admin", x.action, x.args); a.status != x.status || parents() != before {
				t.Errorf("%s: %d %s, parents %s", what, a.status, a.text, parents())
			}
		}
		hidden, none := p.call("admin", "organization_patch", below(m{"name": "versteckt"})), p.call("admin", "organization_patch", below(m{"name": "gibtsnicht"}))
		if hidden.text != none.text {
			t.Errorf("hidden: %s\nnone: %s", hidden.text, none.text)
		}
		if !own {
			p.ok("admin", "organization_patch", below(m{"name": "eigenes"}))
		}
	}
	if got := parents(); !strings.Contains(got, "eigenes") {
		t.Errorf("one's own: %s", got)
	}
	p.ok("sysadmin", "organization_patch", below(m{"name": "eigenes"}, m{"name": "anderes"}))
	p.ok("admin", "organization_patch", below(m{"name": "eigenes"}, m{"name": "anderes"})) // what was so stays
}

// TestResourceSearch_boundsItsTerms: each is compared with every resource there is.
func TestResourceSearch_boundsItsTerms(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "resources": []any{map[string]any{"url": "https://x.example/a.csv", "name": "Datei"}}})
	terms := func(n int) map[string]any {
		list := make([]any, n)
		for i := range list {
			list[i] = "url:x"
		}
		return map[string]any{"query": list}
	}
	if got := p.ok("", "resource_search", terms(50)); got["count"] != float64(1) {
		t.Errorf("%v", got)
	}
	if a := p.call("", "resource_search", terms(51)); a.status != 409 {
		t.Errorf("%d %s", a.status, a.text)
	}
}
