package ckan_test

import (
	"fmt"
	"strings"
	"testing"
)

// What a running CKAN 2.12.0 answered to the same calls.
func TestDatasets_areRefusedAsInCKAN(t *testing.T) {
	t.Parallel()
	p := open(t)
	type args = map[string]any
	list := func(maps ...args) (out []any) {
		for _, m := range maps {
			out = append(out, m)
		}
		return out
	}
	p.ok("sysadmin", "package_create", args{"name": "da", "owner_org": "amt"})
	long := strings.Repeat("x", 101)
	p.habits([]habit{
		{"package_create", args{"name": "a"}, 409, "name", `[Must be at least 2 characters long Name "a" length is less than minimum 2]`},
		{"package_create", args{"name": []any{"a"}}, 409, "name", "[Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_]"},
		{"package_create", args{"name": long}, 409, "name", fmt.Sprintf(`[Name must be a maximum of 100 characters long Name "%s" length is more than maximum 100]`, long)},
		{"package_create", args{"name": "da", "owner_org": "amt"}, 409, "name", "[That URL is already in use.]"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "author_email": "keine"}, 409, "author_email", "[Email keine is not a valid format]"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "maintainer_email": "a@"}, 409, "maintainer_email", "[Email a@ is not a valid format]"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "version": long}, 409, "version", "[Version must be a maximum of 100 characters long]"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "tags": list(args{"name": "!"}, args{"name": "a/b"})}, 409, "tags",
			`[Tag "!" length is less than minimum 2, Tag "!" can only contain alphanumeric characters, spaces (" "), hyphens ("-"), underscores ("_") or dots (".") Tag "a/b" can only contain alphanumeric characters, spaces (" "), hyphens ("-"), underscores ("_") or dots (".")]`},
		{"package_create", args{"name": "neu", "owner_org": "amt", "resources": list(args{"url": "http://a", "created": "abc"})}, 409, "resources", "[map[created:[Date format incorrect]]]"},
		{"package_create", args{"name": args{}, "owner_org": "amt"}, 409, "name", "[Missing value]"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "tag_string": "a"}, 409, "tag_string", `[Tag "a" length is less than minimum 2]`},
		{"package_create", args{"name": "neu", "owner_org": "amt", "metadata_modified": "gestern"}, 409, "metadata_modified", "[Date format incorrect]"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "plugin_data": 1}, 409, "plugin_data", "[The value should be a valid JSON object]"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "relationships_as_subject": "x"}, 400, "message", "Only lists of dicts can be placed against subschema ('relationships_as_subject',), not <class 'str'>"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "tags": nil}, 400, "message", "Only lists of dicts can be placed against subschema ('tags',), not <class 'NoneType'>"},
		{"package_patch", args{"id": "da", "extras": nil}, 400, "message", "Only lists of dicts can be placed against subschema ('extras',), not <class 'NoneType'>"},
		{"package_update", args{"id": "da", "name": "da", "owner_org": "amt", "resources": []any{args{"url": "http://a"}, "x"}}, 400, "message", "Values in lists need to be dicts"},
		{"group_create", args{"name": "neu", "users": nil}, 400, "message", "Only lists of dicts can be placed against subschema ('users',), not <class 'NoneType'>"},
		{"vocabulary_create", args{"name": "neu", "tags": nil}, 400, "message", "Only lists of dicts can be placed against subschema ('tags',), not <class 'NoneType'>"},
		{"package_show", args{"name_or_id": "da"}, 409, "message", "Missing id, can not get Package object"},
		{"package_revise", args{"match": args{"name": "da"}, "update__resources__9": args{"name": "x"}}, 409, "resources__9", "[Unmatched key 9]"},
		{"package_revise", args{"match": "x"}, 409, "match", "[Must be a dict]"},
		{"package_relationship_create", args{"subject": "da", "object": "da", "type": "x"}, 409, "type", "[Value must be one of ['depends_on', 'dependency_of', 'derives_from', 'has_derivation', 'links_to', 'linked_from', 'child_of', 'parent_of']]"},
		{"vocabulary_create", args{"name": "a"}, 409, "name", "[Name must be at least 2 characters long]"},
		{"vocabulary_create", args{"name": "w1", "tags": list(args{})}, 200, "", ""},
		{"task_status_show", args{}, 409, "key", "<nil>"},
		{"task_status_update", args{"entity_id": "e", "entity_type": "dataset", "task_type": "t", "key": "k", "last_updated": "x"}, 409, "last_updated", "[Date format incorrect]"},
		{"package_update", args{"id": "da", "name": ""}, 409, "name", `[Must be at least 2 characters long Name "" length is less than minimum 2]`},
		{"package_patch", args{"id": "da", "name": ""}, 409, "name", `[Must be at least 2 characters long Name "" length is less than minimum 2]`},
		{"package_revise", args{"match": args{"name": "da"}, "update": args{"name": ""}}, 409, "name", `[Must be at least 2 characters long Name "" length is less than minimum 2]`},
		{"package_revise", args{"match": args{"name": "da"}, "filter": []any{"-*"}}, 200, "", ""},
		{"package_patch", args{"id": "da", "name": nil}, 200, "", ""},
		{"package_patch", args{"id": "da", "tags": "x"}, 400, "data", "map[id:da tags:x]"},
		{"organization_patch", args{"id": "amt", "extras": "x"}, 400, "data", "map[extras:x id:amt]"},
		{"package_update", args{}, 409, "id", "Missing value"},
		{"package_patch", args{}, 409, "id", "[Missing value]"},
		{"package_patch", args{"id": "kein"}, 404, "message", "Not found"},
		{"package_resource_reorder", args{"id": "da"}, 409, "order", "[Missing value]"},
		{"package_resource_reorder", args{"id": "da", "order": "x"}, 409, "order", "Must be a list of resource"},
		{"package_create", args{"name": "neu", "owner_org": "amt", "tags": list(args{"name": "eins", "vocabulary_id": "kein"})}, 409, "tags", "[map[vocabulary_id:[Tag vocabulary was not found.]]]"},
		{"resource_show", args{"id": "kein"}, 404, "message", "Not found"},
		{"resource_create", args{"package_id": "kein"}, 404, "message", "Not found"},
		{"resource_patch", args{}, 409, "id", "[Missing value]"},
		{"resource_delete", args{"id": "kein"}, 404, "message", "Not found"},
		{"resource_update", args{"id": "kein"}, 404, "message", "Not found: Resource was not found."},
		{"resource_view_create", args{"resource_id": "kein", "view_type": "text_view", "title": "T"}, 409, "resource_id", "[Resource not found: kein]"},
		{"resource_view_show", args{"id": "kein"}, 404, "message", "Not found"},
		{"resource_view_update", args{"id": "kein"}, 404, "message", "Not found: Resource view was not found."},
		{"resource_view_reorder", args{}, 409, "order", "[Missing value]"},
		{"package_create_default_resource_views", args{}, 409, "package", "[Missing value]"},
	})
	if d := p.ok("sysadmin", "package_create", args{"name": "leer", "owner_org": "amt", "resources": list(args{}, args{"url": "http://a/x.csv"}), "extras": list(args{}), "tags": list(args{})}); d["num_resources"] != 1.0 {
		t.Errorf("a resource without keys: %v", d["resources"])
	}
	if d := p.ok("sysadmin", "package_update", args{"id": "leer", "name": "leer", "owner_org": "amt", "resources": list(args{})}); d["num_resources"] != 1.0 {
		t.Errorf("a list of nothing but empty resources took away what was there: %v", d["resources"])
	}
	held := p.ok("sysadmin", "package_create", args{"name": "hat", "title": "", "owner_org": "amt", "language": []any{"de", "en"}, "extras": list(args{"key": "z", "value": "5"}, args{"key": "a", "value": "b"}), "resources": list(args{"url": "http://a/x.csv", "name": "x"}, args{"url": "www.a.example/y"})})
	id := held["resources"].([]any)[0].(args)["id"]
	p.habits([]habit{
		{"package_create", args{"name": "neu", "owner_org": "amt", "resources": list(args{"url": "http://a"}, args{"url": "http://b", "id": id})}, 409, "resources", "[map[] map[id:[Resource id already exists.]]]"},
		{"package_patch", args{"id": "hat", "resources": list(args{"url": "http://a", "id": id}, args{"url": "http://b", "id": id})}, 409, "resources", "[map[] map[id:[Resource id already exists.]]]"},
	})
	if again := p.ok("sysadmin", "package_update", held); again["metadata_modified"] != held["metadata_modified"] {
		t.Error("a dataset given back as it was shown is a change")
	}
	d := p.ok("editor", "package_create", args{"name": "arten", "owner_org": "amt", "title": 0, "url": args{"a": 1}, "private": "on", "groups": list(args{"title": "G"}),
		"resources": list(args{"state": "x"}, args{"url": "/rel/a.json", "resource_type": args{"a": 1}})})
	r := d["resources"].([]any)[0].(map[string]any)
	if got, want := fmt.Sprintf("%v %v %v %v %v %v", d["title"], d["url"], d["private"], d["num_resources"], r["url"], r["resource_type"]), `arten {"a": 1} false 1 http://rel/a.json {"a": 1}`; got != want {
		t.Errorf("values of other kinds: %s, want %s", got, want)
	}
	if got := p.ok("editor", "package_patch", args{"id": "arten", "owner_org": nil}); got["owner_org"] == nil {
		t.Error("a null took the dataset its organization")
	}
	if d := p.ok("editor", "package_create", args{"name": "entwurf", "owner_org": "amt", "state": "draft"}); d["state"] != "active" {
		t.Errorf("an editor's new dataset is %v", d["state"])
	}
}

// An update of a resource leaves some fields as they are and empties the others.
func TestResourceUpdate_keepsWhatCKANKeeps(t *testing.T) {
	t.Parallel()
	p := open(t)
	d := p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "resources": []any{map[string]any{
		"url": "http://a.example/x.csv", "description": "D", "name": "N", "size": 5, "hash": "h", "farbe": "rot", "resource_type": "t", "cache_url": "c"}}})
	made := d["resources"].([]any)[0].(map[string]any)
	if made["mimetype"] != nil {
		t.Errorf("a new dataset's media type is guessed: %v", made["mimetype"])
	}
	got := p.ok("editor", "resource_update", map[string]any{"id": made["id"], "url": "http://a.example/y.xml"})
	want := map[string]any{"url": "http://a.example/y.xml", "description": nil, "name": "N", "size": 5.0, "hash": "h", "farbe": nil, "resource_type": nil, "cache_url": "c", "format": "CSV", "mimetype": "application/xml"}
	for key, v := range want {
		if got[key] != v {
			t.Errorf("%s is %v, want %v", key, got[key], v)
		}
	}
}

// Only package_update names the datasets it changed.
func TestChangedEntities_areThoseOfAnUpdate(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, x := range []struct {
		action string
		tells  bool
	}{{"package_create", false}, {"package_patch", false}, {"package_update", true}} {
		a := p.call("editor", x.action, map[string]any{"id": map[bool]any{true: nil, false: "a1"}[x.action == "package_create"], "name": "a1", "owner_org": "amt", "title": x.action})
		if a.status != 200 || strings.Contains(a.text, `"changed_entities"`) != x.tells {
			t.Errorf("%s: %.300s", x.action, a.text)
		}
	}
}

// Who may not is told the reason CKAN gives, and before it what is missing.
func TestRefusals_giveCKANsReasons(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("sysadmin", "package_create", map[string]any{"name": "da", "owner_org": "amt"})
	for _, x := range []struct {
		who, action string
		args        map[string]any
		status      int
		want        string
	}{
		{"", "package_create", map[string]any{}, 403, "Access denied: User  not authorized to create packages"},
		{"", "package_patch", map[string]any{"id": "da"}, 403, "Access denied: User  not authorized to edit package da"},
		{"stranger", "package_delete", map[string]any{"id": "da"}, 403, "Access denied: User stranger not authorized to edit package da"},
		{"", "package_revise", map[string]any{"match": map[string]any{"id": "da"}}, 403, "Access denied: User  not authorized to edit package da"},
		{"", "dataset_purge", map[string]any{"id": "da"}, 403, "Access denied"},
		{"stranger", "dataset_purge", map[string]any{"id": "da"}, 403, "Access denied"},
		{"stranger", "config_option_list", map[string]any{}, 403, "Access denied"},
		{"", "user_patch", map[string]any{"id": "editor"}, 403, "Access denied: Have to be logged in to edit user"},
		{"stranger", "task_status_update", map[string]any{}, 403, "Access denied: User stranger not authorized to update task_status table"},
		{"", "resource_update", map[string]any{}, 409, "<nil>"},
		{"stranger", "resource_patch", map[string]any{}, 409, "Missing id, can not get Resource object"},
		{"", "organization_member_create", map[string]any{"id": "amt", "username": "editor", "role": "admin"}, 403, "Access denied: User  not authorized to add members"},
	} {
		if a := p.call(x.who, x.action, x.args); a.status != x.status || fmt.Sprint(a.Error["message"]) != x.want {
			t.Errorf("%s as %q: %d %s, want %d %s", x.action, x.who, a.status, a.text, x.status, x.want)
		}
	}
}

// An update that does not name private or state leaves both: it publishes nothing.
func TestPackageUpdate_publishesNothingByItself(t *testing.T) {
	t.Parallel()
	p := open(t)
	d := p.ok("editor", "package_create", map[string]any{"name": "geheim", "owner_org": "amt", "private": true})
	for _, args := range []map[string]any{{"name": "geheim"}, {"private": nil}} {
		args["id"] = d["id"]
		if got := p.ok("editor", "package_update", args); got["private"] != true || got["state"] != "active" {
			t.Errorf("after %v: private %v, state %v", args, got["private"], got["state"])
		}
	}
	p.ok("editor", "package_delete", map[string]any{"id": d["id"]})
	if got := p.ok("editor", "package_update", map[string]any{"id": d["id"], "name": "geheim"}); got["state"] != "deleted" {
		t.Errorf("a deleted dataset became %v", got["state"])
	}
	if got := p.ok("editor", "package_update", map[string]any{"id": d["id"], "private": false}); got["private"] != false {
		t.Error("private: false was not taken")
	}
}
