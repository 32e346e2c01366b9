package ckan_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// TestRights enumerates who may do what to a dataset of the organization: one
// letter a role in the order of roles, y for allowed.
func TestRights(t *testing.T) {
	t.Parallel()
	p := open(t)
	n := 0
	fresh := func(private bool) string {
		n++
		name := fmt.Sprintf("datensatz-%d", n)
		p.ok("sysadmin", "package_create", map[string]any{"name": name, "owner_org": "amt", "private": private, "resources": []any{map[string]any{"url": "https://a.example/b.csv"}}})
		return name
	}
	resource := func(name string) string {
		d := p.ok("sysadmin", "package_show", map[string]any{"id": name})
		return d["resources"].([]any)[0].(map[string]any)["id"].(string)
	}
	userID := p.ok("sysadmin", "user_show", map[string]any{"id": "member"})["id"]
	for _, c := range []struct {
		action, allowed string
		args            func() map[string]any
	}{
		{"package_show", "yyyyyy", func() map[string]any { return map[string]any{"id": fresh(false)} }},
		{"package_show", "nnyyyy", func() map[string]any { return map[string]any{"id": fresh(true)} }},
		{"resource_show", "nnyyyy", func() map[string]any { return map[string]any{"id": resource(fresh(true))} }},
		{"package_create", "nnnyyy", func() map[string]any { n++; return map[string]any{"name": fmt.Sprint("neu-", n), "owner_org": "amt"} }},
		{"package_create", "nnnnny", func() map[string]any {
			n++
			return map[string]any{"name": fmt.Sprint("neu-", n), "owner_org": "anderes"}
		}},
		{"package_patch", "nnnyyy", func() map[string]any { return map[string]any{"id": fresh(false), "notes": "x"} }},
		{"package_patch", "nnnnny", func() map[string]any { return map[string]any{"id": fresh(false), "owner_org": "anderes"} }},
		{"package_revise", "nnnyyy", func() map[string]any {
			return map[string]any{"match": map[string]any{"name": fresh(true)}, "update": map[string]any{"notes": "x"}}
		}},
		{"package_delete", "nnnyyy", func() map[string]any { return map[string]any{"id": fresh(false)} }},
		{"dataset_purge", "nnnnny", func() map[string]any { return map[string]any{"id": fresh(false)} }},
		{"resource_create", "nnnyyy", func() map[string]any { return map[string]any{"package_id": fresh(false), "url": "https://a.example/c"} }},
		{"resource_patch", "nnnyyy", func() map[string]any { return map[string]any{"id": resource(fresh(false)), "name": "x"} }},
		{"resource_delete", "nnnyyy", func() map[string]any { return map[string]any{"id": resource(fresh(false))} }},
		{"resource_view_create", "nnnyyy", func() map[string]any {
			return map[string]any{"resource_id": resource(fresh(false)), "title": "x", "view_type": "text_view"}
		}},
		{"package_collaborator_create", "nnnnyy", func() map[string]any {
			return map[string]any{"id": fresh(false), "user_id": "stranger", "capacity": "member"}
		}},
		{"organization_patch", "nnnnyy", func() map[string]any { return map[string]any{"id": "amt", "description": "x"} }},
		{"organization_member_create", "nnnnyy", func() map[string]any {
			return map[string]any{"id": "amt", "username": "member", "role": "member"}
		}},
		{"organization_create", "nnnnny", func() map[string]any { n++; return map[string]any{"name": fmt.Sprint("org-", n)} }},
		{"group_create", "nnnnny", func() map[string]any { n++; return map[string]any{"name": fmt.Sprint("gruppe-", n)} }},
		{"bulk_update_private", "nnnnyy", func() map[string]any { return map[string]any{"org_id": "amt", "datasets": []any{fresh(false)}} }},
		{"user_list", "nyyyyy", func() map[string]any { return map[string]any{} }},
		{"user_create", "nnnnny", func() map[string]any {
			n++
			return map[string]any{"name": fmt.Sprint("konto-", n), "email": fmt.Sprintf("k%d@stadt.example", n), "password": "geheimgenug"}
		}},
		{"user_patch", "nnnnny", func() map[string]any { return map[string]any{"id": "sysadmin", "fullname": "x"} }},
		{"api_token_create", "nnnnny", func() map[string]any { n++; return map[string]any{"user": "sysadmin", "name": fmt.Sprint("t", n)} }},
		{"api_token_list", "nnnnny", func() map[string]any { return map[string]any{"user_id": "sysadmin"} }},
		{"vocabulary_create", "nnnnny", func() map[string]any { n++; return map[string]any{"name": fmt.Sprint("vokabular-", n)} }},
		{"config_option_list", "nnnnny", func() map[string]any { return map[string]any{} }},
		{"task_status_update", "nnnnny", func() map[string]any {
			return map[string]any{"entity_id": "a", "entity_type": "b", "task_type": "c", "key": "d"}
		}},
		{"activity_create", "nnnnny", func() map[string]any {
			return map[string]any{"user_id": "member", "object_id": userID, "activity_type": "new user"}
		}},
		{"follow_dataset", "nyyyyy", func() map[string]any { return map[string]any{"id": fresh(false)} }},
		{"package_activity_list", "nnyyyy", func() map[string]any { return map[string]any{"id": fresh(true)} }},
	} {
		for i, role := range roles {
			a := p.call(role, c.action, c.args())
			want := http.StatusOK
			if c.allowed[i] == 'n' {
				want = http.StatusForbidden
			}
			// A member of another organization is told by validation, as in CKAN.
			if a.status != want && (want != http.StatusForbidden || a.status != http.StatusConflict) {
				t.Errorf("%s as %q: %d, want %d: %.200s", c.action, role, a.status, want, a.text)
			}
		}
	}
	if a := p.call("stranger", "user_patch", map[string]any{"id": "stranger", "sysadmin": true}); strings.Contains(a.text, `"sysadmin":true`) {
		t.Errorf("an account made itself an administrator: %s", a.text)
	}
}

// TestHidden_isNamedNowhere looks for a private dataset in every action that
// lists or counts.
func TestHidden_isNamedNowhere(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("sysadmin", "group_create", map[string]any{"name": "thema"})
	p.ok("sysadmin", "package_create", map[string]any{
		"name": "geheimer-name", "title": "Geheimer Titel", "owner_org": "amt", "private": true, "groups": []any{map[string]any{"name": "thema"}},
		"tags": []any{map[string]any{"name": "geheimwort"}}, "extras": []any{map[string]any{"key": "geheimfeld", "value": "geheimwert"}},
		"resources": []any{map[string]any{"url": "https://geheim.example/x", "format": "GEHEIM", "name": "geheim"}},
	})
	for action, args := range map[string]map[string]any{
		"package_search": {"q": "*:*", "include_private": true, "include_drafts": true, "facet.field": []string{"tags", "res_format", "groups", "organization", "geheimfeld"}, "facet.mincount": 0, "facet.limit": -1},
		"package_list":   {}, "current_package_list_with_resources": {}, "package_autocomplete": {"q": "geh"}, "tag_list": {}, "tag_search": {"query": "geh"},
		"tag_autocomplete": {"query": "geh"}, "format_autocomplete": {"q": "geh"}, "resource_search": {"query": "name:geheim"}, "member_list": {"id": "amt", "object_type": "package"},
		"group_show": {"id": "thema", "include_datasets": true}, "organization_show": {"id": "amt", "include_datasets": true}, "group_package_show": {"id": "thema"},
		"recently_changed_packages_activity_list": {}, "organization_activity_list": {"id": "amt"}, "group_activity_list": {"id": "thema"},
		"organization_list": {"all_fields": true}, "dataset_follower_count": {"id": "geheimer-name"}, "package_relationships_list": {"id": "geheimer-name"},
	} {
		a := p.call("", action, args)
		for _, secret := range []string{"eheimer", "geheimwort", "geheimwert", "geheim.example", "GEHEIM", `"package_count":1`, `"count":1`} {
			if strings.Contains(a.text, secret) {
				t.Errorf("%s tells %q: %.300s", action, secret, a.text)
			}
		}
	}
}

// TestOneName_twentyCreators lets twenty clients create the same name at once.
func TestOneName_twentyCreators(t *testing.T) {
	t.Parallel()
	p := open(t)
	var mu sync.Mutex
	var wg sync.WaitGroup
	count := map[int]int{}
	for range 20 {
		wg.Go(func() {
			a := p.call("editor", "package_create", map[string]any{"name": "einmalig", "owner_org": "amt"})
			mu.Lock()
			defer mu.Unlock()
			count[a.status]++
			if a.status == http.StatusConflict && !strings.Contains(a.text, "That URL is already in use.") {
				t.Errorf("409 without CKAN's text: %s", a.text)
			}
		})
	}
	wg.Wait()
	if count[http.StatusOK] != 1 || count[http.StatusConflict] != 19 {
		t.Errorf("answers by status: %v", count)
	}
}
