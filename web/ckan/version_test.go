package ckan_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestVersions_areListedShownComparedAndRestored(t *testing.T) {
	t.Parallel()
	p := open(t)
	first := p.ok("editor", "package_create", map[string]any{"name": "a1", "title": "Alt", "owner_org": "amt", "extras": []any{map[string]any{"key": "kk", "value": "v"}}, "tags": []any{map[string]any{"name": "eins"}},
		"resources": []any{map[string]any{"url": "https://x.example/a", "name": "A"}, map[string]any{"url": "https://x.example/b", "name": "B"}}})
	p.ok("editor", "package_patch", map[string]any{"id": "a1", "title": "Neu", "name": "a1-neu", "private": true})
	p.ok("editor", "package_patch", map[string]any{"id": "a1-neu", "resources": []any{map[string]any{"url": "https://x.example/c", "name": "C"}}, "extras": []any{}})
	id := first["id"]

	var list []map[string]any
	must(t, json.Unmarshal(p.call("editor", "package_version_list", map[string]any{"id": id}).Result, &list))
	if len(list) != 3 || list[0]["version"] != float64(3) || list[0]["current"] != true || list[2]["operation"] != "create" || list[2]["title"] != "Alt" || list[0]["user"] != "editor" {
		t.Errorf("list %v", list)
	}
	if v := p.ok("editor", "package_version_show", map[string]any{"id": id, "version": 1}); v["package"].(map[string]any)["title"] != "Alt" {
		t.Errorf("version 1 %v", v)
	}
	d := p.ok("editor", "package_version_diff", map[string]any{"id": id, "from": 1})
	got := map[string]string{}
	for _, x := range d["changes"].([]any) {
		c := x.(map[string]any)
		got[fmt.Sprint(c["field"])] += fmt.Sprintf("%v→%v;", c["before"], c["after"])
	}
	if got["title"] != "Alt→Neu;" || got["name"] != "a1→a1-neu;" || got["private"] != "false→true;" || strings.Count(got["<nil>"], ";") != 3 {
		t.Errorf("diff %v", got)
	}
	back := p.ok("editor", "package_version_restore", map[string]any{"id": id, "version": 1})
	for _, k := range []string{"name", "title", "private", "extras", "tags", "resources", "owner_org", "state"} {
		if timeless(back[k]) != timeless(first[k]) {
			t.Errorf("restored %s: %v, was %v", k, timeless(back[k]), timeless(first[k]))
		}
	}
	if found := p.ok("", "package_search", map[string]any{"q": "alt"}); found["count"] != float64(1) {
		t.Error("the restored version is not found at once")
	}
	p.ok("editor", "package_delete", map[string]any{"id": id})
	if d := p.ok("editor", "package_version_restore", map[string]any{"id": id, "version": 2}); d["state"] != "active" || d["title"] != "Neu" {
		t.Errorf("a deleted dataset came back as %v", d)
	}
}

// timeless writes a value without times of change.
func timeless(v any) string {
	list, ok := v.([]any)
	if !ok {
		return fmt.Sprint(v)
	}
	for _, x := range list {
		if m, ok := x.(map[string]any); ok {
			delete(m, "metadata_modified")
		}
	}
	return fmt.Sprint(list)
}

func TestVersions_areForThoseWhoMayEditAndRefuseNonsense(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "a1", "title": "Geheim gewesen", "owner_org": "amt", "private": true})
	p.ok("editor", "package_patch", map[string]any{"id": "a1", "title": "Offen", "private": false})
	for _, role := range []string{"", "stranger", "member"} {
		for action, args := range map[string]map[string]any{
			"package_version_list": {"id": "a1"}, "package_version_show": {"id": "a1", "version": 1}, "package_version_diff": {"id": "a1", "from": 1}, "package_version_restore": {"id": "a1", "version": 1},
		} {
			if a := p.call(role, action, args); a.status != http.StatusForbidden || strings.Contains(a.text, "Geheim") {
				t.Errorf("%s as %q: %d %s", action, role, a.status, a.text)
			}
		}
	}
	p.habits([]habit{
		{"package_version_show", map[string]any{"id": "a1"}, 409, "version", "[Missing value]"},
		{"package_version_show", map[string]any{"id": "a1", "version": "x"}, 409, "version", "[Must be a natural number]"},
		{"package_version_show", map[string]any{"id": "a1", "version": 99}, 404, "", ""},
		{"package_version_diff", map[string]any{"id": "a1", "from": 0}, 404, "", ""},
		{"package_version_restore", map[string]any{"id": "nichts", "version": 1}, 404, "", ""},
	})
	p.ok("sysadmin", "package_create", map[string]any{"name": "a2", "owner_org": "amt"})
	p.ok("sysadmin", "package_patch", map[string]any{"id": "a2", "name": "a3"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "a2", "owner_org": "amt"})
	p.habits([]habit{{"package_version_restore", map[string]any{"id": "a3", "version": 1}, 409, "name", "[That URL is already in use.]"}})
	p.ok("sysadmin", "package_owner_org_update", map[string]any{"id": "a1", "organization_id": "anderes"})
	if a := p.call("editor", "package_version_restore", map[string]any{"id": "a1", "version": 2}); a.status != http.StatusForbidden {
		t.Errorf("took a dataset back from another organization: %d", a.status)
	}
}
