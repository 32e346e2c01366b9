package ckan_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

// TestGate_holdsForEveryAction calls every action that asks for an account
// without one, and every one for system administrators as others.
func TestGate_holdsForEveryAction(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("sysadmin", "group_create", m{"name": "thema"})
	d := p.ok("sysadmin", "package_create", m{"name": "satz", "owner_org": "amt", "resources": []any{m{"url": "https://a.example/b.csv"}}})
	resource := d["resources"].([]any)[0].(m)["id"]
	given := m{
		"object": "member", "object_type": "user", "capacity": "member", "username": "member", "role": "member", "name": "neu-1",
		"email": "neu@stadt.example", "password": "lang genug 1", "user": "stranger", "user_id": "stranger", "group_id": "amt", "org_id": "amt",
		"datasets": []any{"satz"}, "package_id": "satz", "resource_id": resource, "organization_id": "amt", "owner_org": "amt", "token": "x", "order": []any{resource},
		"activity_type": "new user", "object_id": "satz", "entity_id": "a", "entity_type": "b", "task_type": "c", "key": "ckan.site_title", "data": []any{},
		"title": "x", "view_type": "text_view", "subject": "satz", "type": "links_to", "match": m{"name": "satz"}, "update": m{"notes": "x"},
		"term": "a", "term_translation": "b", "lang_code": "de", "tags": []any{}, "url": "https://a.example/c",
	}
	page := p.get("", "/api/openapi.json")
	var doc struct{ Paths map[string]any }
	must(t, json.Unmarshal([]byte(page.text), &doc))
	allowed := regexp.MustCompile(`Allowed: (\w+)`)
	n := 0
	for path := range doc.Paths {
		action := path[strings.LastIndex(path, "/")+1:]
		help := p.call("", "help_show", m{"name": action})
		match := allowed.FindStringSubmatch(help.text)
		if match == nil || match[1] == "anyone" {
			continue
		}
		callers := []string{""}
		if match[1] == "sysadmin" {
			callers = []string{"", "stranger", "admin"}
		}
		for _, who := range callers {
			for _, id := range []any{"amt", "thema", "stranger", "satz", resource} {
				args := maps.Clone(given)
				args["id"] = id
				if a := p.call(who, action, args); a.status < http.StatusBadRequest || a.status >= http.StatusInternalServerError {
					t.Errorf("%s of %v as %q, for %s only: %d %.200s", action, id, who, match[1], a.status, a.text)
				}
				n++
			}
		}
	}
	if n < 300 {
		t.Errorf("only %d calls were made", n)
	}
}

// said is what a caller hears: CKAN 2.12.0 says the same.
type said struct {
	who, action string
	args        map[string]any
	status      int
	field, want string // the field of the error, in fmt's words
}

func (p *portal) hears(list []said) {
	p.t.Helper()
	for _, s := range list {
		a := p.call(s.who, s.action, s.args)
		got := fmt.Sprint(a.Error[s.field])
		if s.status == http.StatusOK {
			got = string(a.Result)
		}
		if a.status != s.status || got != s.want {
			p.t.Errorf("%s %v as %q: %d %s, want %d %s", s.action, s.args, s.who, a.status, a.text, s.status, s.want)
		}
	}
}

func TestCallers_hearWhatCKANTells(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("sysadmin", "group_create", m{"name": "thema"})
	amt := p.ok("sysadmin", "organization_show", m{"id": "amt"})["id"].(string)
	const missing, message = "[Missing value]", "message"
	p.hears([]said{
		{"", "organization_update", m{}, 409, "id", missing},
		{"", "organization_update", m{"id": "gibtsnicht"}, 404, message, "Not found: Group was not found."},
		{"editor", "organization_update", m{"id": "amt"}, 403, message, "Access denied: User editor not authorized to edit organization " + amt},
		{"", "organization_update", m{"id": "amt"}, 403, message, "Access denied: User  not authorized to edit organization " + amt},
		{"admin", "organization_update", m{"id": "amt", "type": "verein"}, 409, "type", "Type cannot be updated"},
		{"stranger", "organization_patch", m{"id": ""}, 409, message, "Missing id, can not get Group object"},
		{"sysadmin", "organization_patch", m{}, 409, "id", missing},
		{"stranger", "organization_patch", m{"id": "gibtsnicht"}, 404, message, "Not found"},
		{"stranger", "organization_delete", m{"id": "gibtsnicht"}, 404, message, "Not found: Group was not found."},
		{"stranger", "organization_delete", m{"id": "amt"}, 403, message, "Access denied: User stranger not authorized to delete organization " + amt},
		{"admin", "organization_purge", m{"id": "amt"}, 403, message, "Access denied"},
		{"", "organization_purge", m{"id": "gibtsnicht"}, 404, message, "Not found: Organization was not found"},
		{"", "group_purge", m{}, 409, "id", missing},
		{"", "group_create", m{}, 403, message, "Access denied: User None not authorized to create groups"},
		{"editor", "organization_member_create", m{"id": "amt", "username": "stranger", "role": "member"}, 403, message, "Access denied: User editor not authorized to add members"},
		{"stranger", "group_member_create", m{"id": "gibtsnicht"}, 403, message, "Access denied: User stranger not authorized to add members"},
		{"admin", "organization_member_create", m{"id": "amt", "username": "niemand", "role": "chef"}, 409, "username", "[User not found]"},
		{"sysadmin", "organization_member_create", m{"id": "gibtsnicht", "role": "chef"}, 409, "username", missing},
		{"sysadmin", "organization_member_delete", m{"id": "amt"}, 404, message, "Not found: User was not found."},
		{"", "organization_member_delete", m{"id": "amt", "username": "member"}, 403, message, "Access denied: Action member_delete requires an authenticated user"},
		{"editor", "member_create", m{"id": "amt", "object": "stranger", "object_type": "user", "capacity": "member"}, 403, message, "Access denied: User editor not authorized to edit group " + amt},
		{"editor", "member_create", m{"id": "amt", "object": "niemand", "object_type": "user", "capacity": "member"}, 404, message, "Not found: User was not found."},
		{"", "member_create", m{"id": "amt", "object": "niemand", "object_type": "user", "capacity": "member"}, 403, message, "Access denied: User  not authorized to edit group " + amt},
		{"", "member_list", m{"id": "gibtsnicht"}, 404, message, "Not found"},
		{"", "follow_group", m{"id": "amt"}, 403, message, "Access denied: You must be logged in to follow groups"},
		{"", "unfollow_dataset", m{}, 403, message, "Access denied: You must be logged in to unfollow datasets"},
		{"stranger", "follow_dataset", m{}, 409, message, "Missing id, can not get Package object"},
		{"stranger", "follow_group", m{"id": "gibtsnicht"}, 404, message, "Not found"},
		{"sysadmin", "follow_group", m{"id": "gibtsnicht"}, 409, message, "Error validating the schema of the group to follow."},
		{"stranger", "follow_user", m{"id": "niemand"}, 409, message, "Error validating the schema of the user to follow."},
		{"", "am_following_group", m{"id": "gibtsnicht"}, 409, "id", "[Not found: Group]"},
		{"", "am_following_group", m{"id": "amt"}, 403, message, "Access denied"},
		{"", "am_following_user", m{"id": "niemand"}, 403, message, "Access denied"}, // CKAN tells here who has no account
		{"admin", "organization_follower_list", m{"id": "amt"}, 403, message, "Access denied: Not authorized"},
		{"stranger", "user_followee_count", m{"id": "niemand"}, 409, "id", "[Not found: User]"},
		{"stranger", "group_followee_list", m{"id": "member"}, 403, message, "Access denied: Not authorized"},
		{"stranger", "followee_list", m{"id": "niemand"}, 409, "id", "[Not found: User]"},
		{"stranger", "followee_list", m{"id": "member"}, 403, message, "Access denied: Not authorized"},
		{"", "user_create", m{}, 403, message, "Access denied: User  not authorized to create users via the API"},
		{"stranger", "user_patch", m{"id": "niemand"}, 403, message, "Access denied: User not found"},
		{"stranger", "user_patch", m{}, 409, message, "Missing id, can not get User object"},
		{"sysadmin", "user_patch", m{"id": "niemand"}, 404, message, "Not found"},
		{"stranger", "user_update", m{"id": "niemand"}, 404, message, "Not found: User was not found."},
		{"", "user_update", m{"id": "member"}, 403, message, "Access denied: Have to be logged in to edit user"},
		{"", "user_update", m{"id": "niemand"}, 403, message, "Access denied: Have to be logged in to edit user"}, // CKAN: 404
		{"stranger", "user_delete", m{"id": "member"}, 403, message, "Access denied"},
		{"sysadmin", "user_delete", m{"id": "niemand"}, 404, message, `Not found: User "niemand" was not found.`},
		{"stranger", "user_invite", m{"group_id": "gibtsnicht"}, 403, message, "Access denied: User stranger not authorized to add members"},
		{"admin", "user_invite", m{"group_id": "amt", "email": "x"}, 409, "email", "[Email x is not a valid format]"},
		{"sysadmin", "user_invite", m{"group_id": "gibtsnicht", "email": "x@stadt.example", "role": "member"}, 404, message, "Not found"},
		{"", "api_token_create", m{"user": "member"}, 409, "name", missing},
		{"", "api_token_list", m{"user": "member"}, 403, message, "Access denied"},
		{"stranger", "api_token_revoke", m{}, 409, "token", missing},
		{"stranger", "organization_list_for_user", m{"id": "niemand"}, 404, message, "Not found"},
		{"stranger", "task_status_update", m{}, 403, message, "Access denied: User stranger not authorized to update task_status table"},
	})
}

// TestGroup_changesAreCKANs holds what updates of groups keep, drop and refuse.
func TestGroup_changesAreCKANs(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("sysadmin", "group_create", m{"name": "thema", "description": "D", "image_url": "https://a.example/b.png", "extras": []any{m{"key": "a", "value": "b"}}})
	state := func() string {
		d := p.ok("sysadmin", "group_show", m{"id": "thema"})
		users := []string{}
		for _, u := range d["users"].([]any) {
			users = append(users, u.(m)["name"].(string)+":"+u.(m)["capacity"].(string))
		}
		return fmt.Sprint(d["title"], "|", d["display_name"], "|", d["description"], "|", d["image_url"], "|", d["extras"], "|", users)
	}
	for _, c := range []struct {
		action string
		args   m
		want   string
	}{
		{"group_patch", m{"title": "T"}, "T|T|D|https://a.example/b.png|[map[key:a value:b]]|[sysadmin:admin]"},
		{"group_update", m{}, "T|T|D|https://a.example/b.png|[]|[sysadmin:admin]"},
		{"group_update", m{"title": nil, "description": "", "extras": []any{m{"key": "a", "value": 1}, m{"key": "b", "value": nil}, m{"key": "a", "value": []any{1, m{"x": 2}}}, m{}}},
			`T|T||https://a.example/b.png|[map[key:a value:[1, {"x": 2}]] map[key:b value:]]|[sysadmin:admin]`},
		{"group_update", m{"title": "", "users": []any{m{}}}, "|thema||https://a.example/b.png|[]|[sysadmin:admin]"},
		{"group_update", m{"users": []any{m{"name": "member", "capacity": "editor"}, m{"name": "admin", "capacity": "admin"}}}, "|thema||https://a.example/b.png|[]|[admin:admin member:editor]"},
		{"group_update", m{"users": []any{}}, "|thema||https://a.example/b.png|[]|[]"},
	} {
		args := maps.Clone(c.args)
		args["id"] = "thema"
		d := p.ok("sysadmin", c.action, args)
		if got := state(); got != c.want {
			t.Errorf("%s %v left %s, want %s", c.action, c.args, got, c.want)
		}
		if _, has := d["num_followers"]; has || d["packages"] == nil {
			t.Errorf("%s answers %v", c.action, d)
		}
	}
	p.hears([]said{
		{"sysadmin", "group_update", m{"id": "thema", "users": []any{m{"capacity": "admin"}}}, 409, "users", "[map[name:[Missing value]]]"},
		{"sysadmin", "group_update", m{"id": "thema", "packages": []any{m{"id": "gibtsnicht"}}}, 409, "packages", "[map[id:[Dataset not found]]]"},
		{"sysadmin", "group_update", m{"id": "thema", "groups": []any{m{"name": "gibtsnicht"}}}, 409, "groups", "[map[name:[This parent would create a loop in the hierarchy]]]"},
		{"sysadmin", "group_update", m{"id": "thema", "users": []any{"x"}}, 400, "message", "Only lists of dicts can be placed against subschema ('users',), not <class 'list'>"},
		{"sysadmin", "group_update", m{"id": "thema", "name": ""}, 409, "name", "[Missing value]"},
		{"sysadmin", "group_show", m{"id": "thema", "include_users": ""}, 409, "message", "Parameter is not an bool"},
		{"member", "organization_list_for_user", m{"permission": "create_dataset"}, 200, "", "[]"},
	})
	if d := p.ok("sysadmin", "group_show", m{"id": "thema", "include_dataset_count": false}); d["package_count"] != nil {
		t.Errorf("counted all the same: %v", d)
	}
	list := p.call("admin", "organization_list_for_user", m{"permission": "gibtsnicht"}) // administrators may whatever it is
	if !strings.Contains(list.text, `"capacity":"admin"`) || strings.Contains(list.text, "num_followers") || strings.Contains(list.text, "package_count") {
		t.Errorf("own organizations: %s", list.text)
	}
}

// TestFollow_hiddenIsLikeUnknown lets go of what is hidden by now only those who
// followed it; to others it is as if it never was.
func TestFollow_hiddenIsLikeUnknown(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("sysadmin", "package_create", m{"name": "satz", "owner_org": "amt"})
	p.ok("stranger", "follow_dataset", m{"id": "satz"})
	p.ok("editor", "package_patch", m{"id": "satz", "private": true})
	const unknown = "Error validating the schema of the object to unfollow."
	other := "other"
	p.tokens[other] = p.ok("sysadmin", "user_create", m{"name": other, "email": "o@stadt.example", "password": "lang genug 1", "with_apitoken": true})["token"].(string)
	p.hears([]said{
		{other, "unfollow_dataset", m{"id": "satz"}, 409, "message", unknown},
		{other, "unfollow_dataset", m{"id": "gibtsnicht"}, 409, "message", unknown},
		{other, "am_following_dataset", m{"id": "satz"}, 409, "id", "[Not found: Dataset]"},
		{"stranger", "dataset_follower_count", m{"id": "satz"}, 403, "message", "Access denied"},
		{"stranger", "am_following_dataset", m{"id": "satz"}, 200, "", "true"},
		{"stranger", "unfollow_dataset", m{"id": "satz"}, 200, "", "null"},
		{"stranger", "unfollow_dataset", m{"id": "satz"}, 409, "message", unknown},
	})
}
