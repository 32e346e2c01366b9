package ckan_test

import (
	"testing"
)

// Who collaborates on one dataset of an organization edits or reads it, and
// takes it nowhere: not into an organization of one's own, nor out of the one
// that owns it, by no action.
func TestCollaborators_takeNoDatasetAway(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("sysadmin", "organization_member_create", m{"id": "anderes", "username": "stranger", "role": "admin"})
	p.ok("sysadmin", "organization_create", m{"name": "drittes"})
	d := p.ok("admin", "package_create", m{"name": "da", "owner_org": "amt", "private": true, "resources": []any{m{"url": "http://a.example"}}})
	other := p.ok("sysadmin", "organization_show", m{"id": "anderes"})["id"]
	if a := p.call("stranger", "package_show", m{"id": "da"}); a.status != 403 {
		t.Fatalf("before: %d", a.status)
	}
	can := func(action string, args m, want bool) {
		t.Helper()
		if a := p.call("stranger", action, args); (a.status == 200) != want || a.status >= 500 {
			t.Errorf("%s %v: %d %.300s", action, args, a.status, a.text)
		}
	}
	p.ok("admin", "package_collaborator_create", m{"id": "da", "user_id": "stranger", "capacity": "member"})
	can("package_show", m{"id": "da"}, true)
	for _, action := range []string{"package_patch", "package_delete", "dataset_purge", "package_collaborator_list"} {
		can(action, m{"id": "da", "title": "x"}, false)
	}
	can("resource_create", m{"package_id": "da", "url": "http://b.example"}, false)
	p.ok("admin", "package_collaborator_create", m{"id": "da", "user_id": "stranger", "capacity": "editor"})
	can("package_patch", m{"id": "da", "title": "x"}, true)
	can("resource_create", m{"package_id": "da", "url": "http://b.example"}, true)
	can("package_update", m{"id": "da", "name": "da", "owner_org": d["owner_org"]}, true)
	for _, to := range []any{"anderes", other, "drittes", ""} {
		can("package_patch", m{"id": "da", "owner_org": to, "private": false}, false)
		can("package_update", m{"id": "da", "name": "da", "owner_org": to, "private": false}, false)
		can("package_revise", m{"match": m{"name": "da"}, "update": m{"owner_org": to, "private": false}}, false)
		can("package_owner_org_update", m{"id": "da", "organization_id": to}, false)
	}
	can("member_create", m{"id": "anderes", "object": "da", "object_type": "package", "capacity": "public"}, false)
	can("member_delete", m{"id": "amt", "object": "da", "object_type": "package"}, false)
	can("organization_patch", m{"id": "anderes", "packages": []any{m{"id": d["id"]}}}, true) // CKAN takes it and moves nothing
	can("bulk_update_public", m{"org_id": "anderes", "datasets": []any{d["id"]}}, true)
	can("bulk_update_public", m{"org_id": "amt", "datasets": []any{d["id"]}}, false)
	can("package_collaborator_create", m{"id": "da", "user_id": "member", "capacity": "editor"}, false)
	can("package_collaborator_delete", m{"id": "da", "user_id": "stranger"}, false)
	can("dataset_purge", m{"id": "da"}, false)
	if got := p.ok("admin", "package_show", m{"id": "da"}); got["owner_org"] != d["owner_org"] || got["private"] != true {
		t.Errorf("the dataset belongs to %v, private %v", got["organization"], got["private"])
	}
	p.ok("admin", "package_collaborator_delete", m{"id": "da", "user_id": "stranger"})
	can("package_show", m{"id": "da"}, false)
}
