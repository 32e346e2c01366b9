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
	made := p.ok("sysadmin", "activity_create", map[string]any{"user_id": "editor", "object_id": "x", "activity_type": "new package", "data": map[string]any{"actor": "Mr Someone", "package": map[string]any{"title": "T"}}})
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
