package ckan_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// stream asks for a list of activities and writes it as "type title" lines.
func (p *portal) stream(role, action string, args map[string]any) string {
	p.t.Helper()
	if args == nil {
		args = map[string]any{}
	}
	a := p.call(role, action, args)
	var list []struct {
		Type  string `json:"activity_type"`
		IsNew bool   `json:"is_new"`
		Data  struct {
			Actor   string
			Package map[string]any
			Group   map[string]any
		}
	}
	if err := json.Unmarshal(a.Result, &list); err != nil {
		p.t.Fatalf("%s: %s", action, a.text)
	}
	out := []string{}
	for _, x := range list {
		thing := x.Data.Package
		if thing == nil {
			thing = x.Data.Group
		}
		_, whole := thing["extras"]
		out = append(out, fmt.Sprintf("%s|%v|%s|%v|%v", x.Type, thing["title"], x.Data.Actor, whole, x.IsNew))
	}
	return strings.Join(out, "\n")
}

func TestActivities_tellFormerStatesToThoseWhoMayEdit(t *testing.T) {
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "a1", "title": "Erst", "owner_org": "amt", "notes": "früher geheim"})
	p.ok("editor", "package_patch", map[string]any{"id": "a1", "title": "Dann", "notes": ""})
	args := map[string]any{"id": "a1"}
	if got, want := p.stream("editor", "package_activity_list", args), "changed package|Dann|editor|true|false\nnew package|Erst|editor|true|false"; got != want {
		t.Errorf("editor sees\n%s", got)
	}
	if got, want := p.stream("stranger", "package_activity_list", args), "changed package|Dann|editor|false|false\nnew package|Dann|editor|false|false"; got != want {
		t.Errorf("stranger sees\n%s", got)
	}
	for _, role := range []string{"", "stranger", "member"} {
		if a := p.call(role, "package_activity_list", args); strings.Contains(a.text, "geheim") {
			t.Errorf("%q reads a former state: %s", role, a.text)
		}
	}
	var times []struct{ Timestamp string }
	must(t, json.Unmarshal(p.call("editor", "package_activity_list", args).Result, &times))
	p.ok("editor", "package_patch", map[string]any{"id": "a1", "title": "Zuletzt"})
	if got, want := p.stream("editor", "package_activity_list", map[string]any{"id": "a1", "after": times[1].Timestamp, "limit": 1}), "changed package|Dann|editor|true|false"; got != want {
		t.Errorf("next after the first: %s", got)
	}
	if got, want := p.stream("editor", "package_activity_list", map[string]any{"id": "a1", "after": times[1].Timestamp}), "changed package|Zuletzt|editor|true|false\nchanged package|Dann|editor|true|false"; got != want {
		t.Errorf("all after the first: %s", got)
	}
	if got := p.stream("editor", "recently_changed_packages_activity_list", nil); !strings.HasSuffix(got, "new package|Erst|editor|true|false") {
		t.Errorf("recent changes: %s", got)
	}
	id := p.ok("sysadmin", "package_show", map[string]any{"id": "a1"})["id"]
	made := p.ok("sysadmin", "activity_create", map[string]any{"user_id": "editor", "object_id": id, "activity_type": "new package", "data": map[string]any{"actor": "Mr Someone", "package": map[string]any{"title": "T"}}})
	shown := p.ok("sysadmin", "activity_show", map[string]any{"id": made["id"]})
	if got := fmt.Sprint(shown["data"]); got != "map[actor:Mr Someone package:map[title:T]]" {
		t.Errorf("data of an activity written by hand: %s", got)
	}
}

func TestDashboard_followsUsersAndDatasetsOfGroups(t *testing.T) {
	p := open(t)
	p.ok("sysadmin", "group_create", map[string]any{"name": "thema", "title": "Thema"})
	for action, id := range map[string]string{"follow_group": "amt", "follow_user": "admin", "follow_dataset": ""} {
		if id != "" {
			p.ok("stranger", action, map[string]any{"id": id})
		}
	}
	p.ok("editor", "package_create", map[string]any{"name": "im-amt", "title": "Im Amt", "owner_org": "amt"})
	p.ok("sysadmin", "package_create", map[string]any{"name": "woanders", "title": "Woanders", "owner_org": "anderes"})
	p.ok("editor", "package_create", map[string]any{"name": "verborgen", "title": "Verborgen", "owner_org": "amt", "private": true})
	p.ok("admin", "organization_patch", map[string]any{"id": "amt", "title": "Amt neu"})
	got := p.stream("stranger", "dashboard_activity_list", map[string]any{})
	for _, want := range []string{"new package|Im Amt|editor|false|true", "changed organization|Amt neu|admin|false|true"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("%q is there %d times in\n%s", want, strings.Count(got, want), got)
		}
	}
	if strings.Contains(got, "Woanders") || strings.Contains(got, "Verborgen") {
		t.Errorf("the dashboard tells too much:\n%s", got)
	}
	if a := p.call("stranger", "dashboard_new_activities_count", map[string]any{}); string(a.Result) != fmt.Sprint(strings.Count(got, "|true")) {
		t.Errorf("count %s of\n%s", a.Result, got)
	}
}

// TestActivityAnswers_areCKANs holds what CKAN 2.12.0 says to wrong arguments and
// to callers who may not.
func TestActivityAnswers_areCKANs(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	d := p.ok("editor", "package_create", m{"name": "a1", "owner_org": "amt"})
	secret := p.ok("editor", "package_create", m{"name": "a2", "owner_org": "amt", "private": true})
	first := func(args m, action string) string {
		var list []struct{ ID string }
		must(t, json.Unmarshal(p.call("sysadmin", action, args).Result, &list))
		return list[0].ID
	}
	open, hidden := first(m{"id": "a1"}, "package_activity_list"), first(m{"id": "a2"}, "package_activity_list")
	org := first(m{"id": "amt", "include_hidden_activity": true, "activity_types": []any{"new organization"}}, "organization_activity_list")
	const message, missing, list = "message", "[Missing value]", "package_activity_list"
	edit := "Access denied: User stranger not authorized to edit package " + d["id"].(string)
	by := func(object any, kind string) m {
		return m{"user_id": "editor", "object_id": object, "activity_type": kind}
	}
	p.hears([]said{
		{"", list, m{"limit": "x"}, 409, "limit", "[Invalid integer Please enter an integer value]"},
		{"", list, m{"limit": "x"}, 409, "id", missing},
		{"", list, m{"id": "a1", "limit": -1}, 409, "limit", "[Must be a natural number]"},
		{"", list, m{"id": "a1", "after": "x", "before": "y"}, 409, "before", "[Must be a float timestamp]"},
		{"", list, m{"id": "a1", "activity_types": "new package"}, 409, "activity_types", "[Not a list]"},
		{"", list, m{"id": "a1", "activity_types": []any{5}}, 409, "activity_types", "[Not a string: 5]"},
		{"", list, m{"id": ""}, 409, message, "Missing id, can not get Package object"},
		{"", "user_activity_list", m{"id": "niemand"}, 403, message, "Access denied"}, // CKAN: 404
		{"stranger", list, m{"id": "a2"}, 403, message, "Access denied"},
		{"", "dashboard_activity_list", m{"limit": "x"}, 409, "limit", "[Invalid integer Please enter an integer value]"},
		{"", "activity_show", m{}, 409, "id", missing},
		{"sysadmin", "activity_show", m{"id": ""}, 404, message, "Not found"},
		{"stranger", "activity_show", m{"id": "gibtsnicht"}, 404, message, "Not found"},
		{"stranger", "activity_data_show", m{"id": open}, 403, message, edit},
		{"stranger", "activity_show", m{"id": hidden, "include_data": false}, 404, message, "Not found"}, // CKAN: 403
		{"", "activity_show", m{"id": hidden}, 404, message, "Not found"},
		{"admin", "activity_show", m{"id": org}, 403, message, "Access denied: object_type not recognized"},
		{"editor", "activity_data_show", m{"id": open, "object_type": "group"}, 404, message, "Not found: Could not find that object_type in the activity"},
		{"editor", "activity_diff", m{"id": open}, 409, "object_type", missing},
		{"editor", "activity_diff", m{"id": open, "object_type": "package"}, 404, message, "Not found: Previous activity for this object not found"},
		{"sysadmin", "activity_create", by("gibtsnicht", "changed package"), 409, "object_id", "[Dataset not found]"},
		{"sysadmin", "activity_create", by(d["id"], "foo"), 409, "activity_type", "[Not found: Activity type]"},
		{"sysadmin", "activity_create", by(d["id"], "foo"), 409, "object_id", `[There is no object_id validator for activity type "foo"]`},
		{"sysadmin", "activity_create", by("x", "new organization"), 409, "object_id", "[Group not found: x]"},
		{"stranger", "activity_delete", m{"offset_days": "x"}, 409, "offset_days", "[Invalid integer]"},
		{"sysadmin", "activity_delete", m{"start_date": "x", "end_date": "y"}, 409, "end_date", "[Date format incorrect]"},
		{"stranger", "activity_delete", m{"offset_days": 1}, 403, message, "Access denied"},
	})
	p.ok("sysadmin", "activity_create", by(d["id"], "changed package"))
	if a := p.call("editor", list, m{"id": "a1"}); strings.Count(a.text, `"changed package"`) != 0 || !strings.Contains(a.text, `"permission_labels":["public"]`) {
		t.Errorf("written by hand for nobody: %s", a.text)
	}
	if a := p.call("editor", "organization_activity_list", m{"id": "amt"}); strings.Contains(a.text, secret["id"].(string)) || !strings.Contains(a.text, d["id"].(string)) {
		t.Errorf("a private dataset is in its organization's stream: %s", a.text)
	}
	if got := p.stream("stranger", list, m{"id": "a1", "include_hidden_activity": true, "limit": 0}); !strings.HasPrefix(got, "new package") {
		t.Errorf("without a limit: %s", got)
	}
}
