package e2e

import (
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
)

func TestScenarios_whoMayDoWhat(t *testing.T) {
	w := newWorld(t)
	own := w.must("editor", "package_create", obj{"name": "von-a", "title": "Von A", "owner_org": "amt-a", "resources": []any{obj{"url": "https://a.example/a"}}})
	id, rid := own["id"], own["resources"].([]any)[0].(obj)["id"]
	view := w.must("editor", "resource_view_create", obj{"resource_id": rid, "title": "v", "view_type": "text_view"})["id"]
	w.must("other", "package_create", obj{"name": "von-b", "owner_org": "amt-b"})
	same := func(t *testing.T, what string) {
		t.Helper()
		if now := w.must("sysadmin", "package_show", obj{"id": id}); !reflect.DeepEqual(now, own) {
			t.Errorf("%s changed the dataset: %v", what, now)
		}
	}
	writes := map[string]obj{
		"package_update": {"id": id, "name": "von-a", "title": "x"}, "package_patch": {"id": id, "title": "x"}, "package_delete": {"id": id}, "package_revise": {"match": obj{"id": id}, "update": obj{"title": "x"}}, "dataset_purge": {"id": id},
		"resource_create": {"package_id": id, "url": "x"}, "resource_update": {"id": rid, "url": "x"}, "resource_patch": {"id": rid, "url": "x"}, "resource_delete": {"id": rid}, "package_resource_reorder": {"id": id, "order": []any{rid}},
		"resource_view_create": {"resource_id": rid, "title": "x", "view_type": "text_view"}, "resource_view_update": {"id": view, "title": "x", "view_type": "text_view"}, "resource_view_delete": {"id": view}, "bulk_update_private": {"org_id": "amt-a", "datasets": []any{id}},
		"bulk_update_delete": {"org_id": "amt-a", "datasets": []any{id}}, "package_owner_org_update": {"id": id, "organization_id": "amt-b"}, "package_collaborator_create": {"id": id, "user_id": "w-other", "capacity": "editor"},
		"member_create": {"id": "amt-b", "object": id, "object_type": "package", "capacity": "public"}, "package_relationship_create": {"subject": id, "object": "von-b", "type": "child_of"}, "package_version_restore": {"id": id, "version": 1}, "organization_patch": {"id": "amt-a", "title": "x"},
		"organization_member_create": {"id": "amt-a", "username": "w-other", "role": "admin"}, "organization_delete": {"id": "amt-a"}, "resource_view_reorder": {"id": rid, "order": []any{view}},
	}
	t.Run("B01", func(t *testing.T) {
		for action, args := range writes {
			w.refused(t, "other", action, args)
			same(t, action)
		}
		w.refused(t, "other", "package_create", obj{"name": "untergeschoben", "owner_org": "amt-a"})
		w.refused(t, "other", "package_patch", obj{"id": "von-b", "owner_org": "amt-a"})
	})
	t.Run("B02", func(t *testing.T) {
		for action, args := range writes {
			w.refused(t, "member", action, args)
			same(t, action)
		}
		for _, action := range []string{"organization_patch", "organization_delete", "organization_member_create", "bulk_update_private", "bulk_update_delete", "package_collaborator_create"} {
			w.refused(t, "editor", action, writes[action])
			same(t, action)
		}
		w.refused(t, "editor", "organization_member_delete", obj{"id": "amt-a", "username": "w-member"})
		w.refused(t, "editor", "user_invite", obj{"email": "neu@w.example", "group_id": "amt-a", "role": "admin"})
	})
	t.Run("B03", func(t *testing.T) {
		for action, args := range map[string]obj{
			"dataset_purge": {"id": id}, "organization_purge": {"id": "amt-b"}, "group_purge": {"id": "thema-a"}, "user_create": {"name": "neu", "email": "n@w.example", "password": "lang genug 1"}, "user_delete": {"id": "w-other"}, "vocabulary_create": {"name": "vok"},
			"vocabulary_update": {"id": "vok", "name": "x"}, "vocabulary_delete": {"id": "vok"}, "tag_create": {"name": "tag", "vocabulary_id": "vok"}, "config_option_list": {}, "config_option_show": {"key": "ckan.site_title"}, "config_option_update": {"ckan.site_title": "x"},
			"task_status_update": {"entity_id": "a", "entity_type": "b", "task_type": "c", "key": "d"}, "task_status_update_many": {"data": []any{}}, "task_status_delete": {"id": "x"}, "term_translation_update": {"term": "a", "term_translation": "b", "lang_code": "de"}, "job_list": {}, "job_clear": {}, "job_cancel": {"id": "x"},
			"activity_create": {"user_id": "w-editor", "object_id": id, "activity_type": "x"}, "activity_delete": {"offset_days": 0}, "activity_delete_all": {}, "send_email_notifications": {}, "resource_view_clear": {}, "get_site_user": {}, "dataset_follower_list": {"id": id},
			"harvest_jobs_run": {}, "harvest_job_create_all": {}, "file_create": {"name": "x"}, "file_register": {"location": strings.Repeat("a", 64)},
		} {
			for _, who := range []string{"", "stranger", "admin"} {
				w.refused(t, who, action, args)
			}
		}
		same(t, "an administrator's action")
	})
	t.Run("B04", func(t *testing.T) {
		for action := range writes {
			for _, who := range []string{"", "editor", "sysadmin"} {
				if r := w.look(who, "/api/3/action/"+action+query("id", fmt.Sprint(id), "title", "x", "name", "von-a", "url", "x")); r.status != 400 && r.status != 405 {
					t.Errorf("GET %s as %q: %d", action, who, r.status)
				}
			}
		}
		same(t, "a GET")
	})
	t.Run("B05", func(t *testing.T) {
		d := w.must("editor", "package_create", obj{"name": "massen", "owner_org": "amt-a", "creator_user_id": w.private, "metadata_created": "1999-01-01T00:00:00", "metadata_modified": "1999-01-01T00:00:00", "num_resources": 7, "num_tags": 7, "isopen": true, "organization": obj{"name": "amt-b"}, "plugin_data": obj{"x": 1}})
		for _, k := range []string{"creator_user_id", "metadata_created", "metadata_modified"} {
			if s := fmt.Sprint(d[k]); s == w.private || strings.HasPrefix(s, "1999") {
				t.Errorf("%s is %s", k, s)
			}
		}
		if d["num_resources"] != 0.0 || d["num_tags"] != 0.0 || d["isopen"] == true || d["plugin_data"] != nil || d["organization"].(obj)["name"] != "amt-a" {
			t.Errorf("assigned: %v", d)
		}
		w.refused(t, "editor", "package_create", obj{"id": "11111111-2222-4333-8444-555555555555", "name": "mit-id", "owner_org": "amt-a"})
		w.refused(t, "editor", "resource_create", obj{"package_id": "massen", "id": rid, "url": "x"})
	})
	t.Run("B06", func(t *testing.T) {
		w.call("stranger", "user_patch", obj{"id": "w-stranger", "sysadmin": true, "state": "deleted", "password_hash": "x"})
		if u := w.must("sysadmin", "user_show", obj{"id": "w-stranger"}); u["sysadmin"] != false || u["state"] != "active" {
			t.Errorf("promoted: %v", u)
		}
		for action, args := range map[string]obj{
			"user_patch": {"id": "w-admin", "email": "meins@w.example"}, "user_update": {"id": "w-admin", "email": "meins@w.example", "password": "lang genug 2"}, "api_token_create": {"user": "w-admin", "name": "meins"}, "api_token_list": {"user_id": "w-admin"}, "user_delete": {"id": "w-admin"}, "followee_list": {"id": "w-admin"},
		} {
			w.refused(t, "stranger", action, args)
		}
	})
	t.Run("B07", func(t *testing.T) {
		before := w.must("sysadmin", "user_show", obj{"id": "w-admin"})
		w.call("sysadmin", "user_create", obj{"id": before["id"], "name": "w-ersatz", "email": "ersatz@w.example", "password": "lang genug 1"})
		if after := w.must("sysadmin", "user_show", obj{"id": before["id"]}); !reflect.DeepEqual(before, after) {
			t.Errorf("overwritten: %v", after)
		}
	})
	t.Run("B08", func(t *testing.T) {
		made := w.must("member", "api_token_create", obj{"user": "w-member", "name": "kurz"})
		w.tokens["kurz"] = fmt.Sprint(made["token"])
		w.must("kurz", "package_show", obj{"id": w.private})
		w.must("member", "api_token_revoke", obj{"jti": made["id"]})
		w.refused(t, "kurz", "package_show", obj{"id": w.private})
		w.must("sysadmin", "user_create", obj{"name": "w-weg", "email": "weg@w.example", "password": "lang genug 1"})
		w.tokens["weg"] = fmt.Sprint(w.must("sysadmin", "api_token_create", obj{"user": "w-weg", "name": "t"})["token"])
		w.must("sysadmin", "organization_member_create", obj{"id": "amt-a", "username": "w-weg", "role": "admin"})
		w.must("weg", "package_show", obj{"id": w.private})
		w.must("sysadmin", "user_delete", obj{"id": "w-weg"})
		w.refused(t, "weg", "package_show", obj{"id": w.private})
		for _, garbage := range []string{"x", "Bearer", "Bearer x", "null", strings.Repeat("a", 4000), "' OR 1=1 --", "trio_", "Basic eDp5", `{"a":1}`} {
			w.tokens["unsinn"] = garbage
			w.refused(t, "unsinn", "package_show", obj{"id": w.private})
			w.refused(t, "unsinn", "package_patch", obj{"id": id, "title": "x"})
		}
	})
	t.Run("B09", func(t *testing.T) {
		for _, who := range []string{"stranger", "admin"} {
			for action, args := range map[string]obj{"user_show": {"id": "w-other", "include_password_hash": true, "include_plugin_extras": true}, "user_list": {}, "organization_show": {"id": "amt-a", "include_users": true}, "user_autocomplete": {"q": "w-"}} {
				r := w.call(who, action, args)
				for _, s := range []string{"password", "reset_key", "other@w.example", "argon2", `"apikey":"`} {
					if strings.Contains(r.text, s) {
						t.Errorf("%s tells %q %s", action, who, s)
					}
				}
			}
		}
	})
	t.Run("B10", func(t *testing.T) {
		for action, args := range map[string]obj{"user_list": {}, "user_show": {"id": "w-admin"}, "user_autocomplete": {"q": "w"}, "member_list": {"id": "amt-a", "object_type": "user"}, "organization_show": {"id": "amt-a", "include_users": true}, "group_list": {"all_fields": true, "include_users": true}} {
			if r := w.call("", action, args); r.status == 200 && (strings.Contains(r.text, `"sysadmin"`) || strings.Contains(r.text, "email_hash")) {
				t.Errorf("%s: %.200s", action, r.text)
			}
		}
	})
	t.Run("B11", func(t *testing.T) {
		for _, who := range []string{"", "stranger", "admin"} {
			for _, action := range []string{"organization_create", "group_create"} {
				if r := w.call(who, action, obj{"name": "neu-" + who, "type": "organization"}); r.status != http.StatusForbidden {
					t.Errorf("%s as %q: %d", action, who, r.status)
				}
			}
		}
	})
	t.Run("F06", func(t *testing.T) {
		for action, args := range map[string]obj{
			"package_patch": {"id": id, "title": "halb", "resources": []any{obj{"url": "x"}, obj{"url": "y", "size": "groß"}}}, "package_update": {"id": id, "name": "von-a", "title": "halb", "tags": []any{obj{"name": "ok"}, obj{"name": "a/b"}}}, "resource_patch": {"id": rid, "name": "halb", "size": "x"},
			"package_revise": {"match": obj{"id": id, "title": "anders"}, "update": obj{"notes": "halb"}}, "package_resource_reorder": {"id": id, "order": []any{rid, "x"}},
		} {
			w.refused(t, "editor", action, args)
			same(t, action)
		}
	})
}

func TestScenarios_atOnce(t *testing.T) {
	w := newWorld(t)
	var wg sync.WaitGroup
	var mu sync.Mutex
	race := func(n int, call func(i int) int) map[int]int {
		out := map[int]int{}
		for i := range n {
			wg.Go(func() {
				status := call(i)
				mu.Lock()
				defer mu.Unlock()
				out[status]++
			})
		}
		wg.Wait()
		return out
	}
	t.Run("F01", func(t *testing.T) {
		got := race(20, func(int) int {
			return w.call("editor", "package_create", obj{"name": "einmalig", "owner_org": "amt-a"}).status
		})
		if got[200] != 1 || got[409] != 19 {
			t.Errorf("answers %v", got)
		}
	})
	t.Run("F02", func(t *testing.T) {
		fields := []string{"title", "notes", "url", "version", "author", "author_email", "maintainer", "maintainer_email"}
		race(len(fields), func(i int) int {
			return w.call("editor", "package_patch", obj{"id": "einmalig", fields[i]: "x@y.example"}).status
		})
		d := w.must("editor", "package_show", obj{"id": "einmalig"})
		for _, f := range fields {
			if d[f] != "x@y.example" {
				t.Errorf("%s is %v", f, d[f])
			}
		}
	})
	t.Run("F03", func(t *testing.T) {
		got := race(8, func(i int) int {
			return w.call("editor", "package_revise", obj{"match": obj{"name": "einmalig", "version": "x@y.example"}, "update": obj{"version": fmt.Sprint(i)}}).status
		})
		if got[200] != 1 || got[409] != 7 {
			t.Errorf("answers %v", got)
		}
	})
	t.Run("F04", func(t *testing.T) {
		race(10, func(i int) int {
			return w.call("editor", "resource_create", obj{"package_id": "einmalig", "url": fmt.Sprint("https://a.example/", i)}).status
		})
		places, urls := map[any]bool{}, map[any]bool{}
		for _, r := range w.must("editor", "package_show", obj{"id": "einmalig"})["resources"].([]any) {
			places[r.(obj)["position"]], urls[r.(obj)["url"]] = true, true
		}
		if len(places) != 10 || len(urls) != 10 || !places[9.0] {
			t.Errorf("places %v", places)
		}
	})
	t.Run("F05", func(t *testing.T) {
		count := func(q string) any { return w.must("", "package_search", obj{"q": q, "rows": 0})["count"] }
		for i := range 10 {
			name := fmt.Sprint("frisch-", i)
			w.must("editor", "package_create", obj{"name": name, "title": "Neuling", "owner_org": "amt-a"})
			a := count("name:" + name)
			w.must("editor", "package_patch", obj{"id": name, "title": "Altling"})
			b := count("name:" + name + " title:altling")
			w.must("editor", "package_patch", obj{"id": name, "private": true})
			c := count("name:" + name)
			w.must("editor", "package_patch", obj{"id": name, "private": false})
			d := count("name:" + name)
			w.must("editor", "package_delete", obj{"id": name})
			if e := count("name:" + name); a != 1.0 || b != 1.0 || c != 0.0 || d != 1.0 || e != 0.0 {
				t.Fatalf("%s: created %v, changed %v, hidden %v, shown %v, deleted %v", name, a, b, c, d, e)
			}
		}
	})
}
