package ckan_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestTagDelete_takesTagsOffDatasets(t *testing.T) {
	p := open(t)
	v := p.ok("sysadmin", "vocabulary_create", map[string]any{"name": "art", "tags": []any{map[string]any{"name": "wald"}, map[string]any{"name": "wiese"}}})
	p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "tags": []any{map[string]any{"name": "wald", "vocabulary_id": v["id"]}, map[string]any{"name": "wald"}, map[string]any{"name": "feld"}}})
	p.ok("editor", "package_create", map[string]any{"name": "a2", "owner_org": "amt", "private": true, "tags": []any{map[string]any{"name": "geheim"}}})
	tags := func(id string) string {
		var names []string
		for _, x := range p.ok("sysadmin", "package_show", map[string]any{"id": id})["tags"].([]any) {
			m := x.(map[string]any)
			names = append(names, fmt.Sprint(m["name"], " ", m["vocabulary_id"] != nil))
		}
		return strings.Join(names, ", ")
	}
	feld := p.ok("", "tag_show", map[string]any{"id": "feld"})["id"]
	for _, c := range []struct {
		role   string
		args   map[string]any
		status int
		left   string
	}{
		{"editor", map[string]any{"id": "feld"}, 403, "feld false, wald false, wald true"},
		{"editor", map[string]any{"id": "geheim"}, 404, "feld false, wald false, wald true"},
		{"sysadmin", map[string]any{"id": "nirgends"}, 404, "feld false, wald false, wald true"},
		{"sysadmin", map[string]any{"id": "feld", "vocabulary_id": v["id"]}, 404, "feld false, wald false, wald true"},
		{"sysadmin", map[string]any{"id": feld}, 200, "wald false, wald true"},
		{"sysadmin", map[string]any{"id": "wald"}, 200, "wald true"},
		{"sysadmin", map[string]any{"id": "wald", "vocabulary_id": "art"}, 200, ""},
	} {
		if a := p.call(c.role, "tag_delete", c.args); a.status != c.status {
			t.Errorf("tag_delete %v as %s: %d %s", c.args, c.role, a.status, a.text)
		}
		if got := tags("a1"); got != c.left {
			t.Errorf("after %v: %s", c.args, got)
		}
	}
	p.ok("sysadmin", "tag_delete", map[string]any{"id": "geheim"})
	if got := tags("a2"); got != "" {
		t.Errorf("the private dataset keeps %s", got)
	}
	p.ok("editor", "package_patch", map[string]any{"id": "a1", "tags": []any{map[string]any{"name": "wiese", "vocabulary_id": v["id"]}}})
	p.ok("sysadmin", "vocabulary_update", map[string]any{"id": "art", "tags": []any{map[string]any{"name": "acker"}}})
	if got := tags("a1"); got != "" {
		t.Errorf("a tag that left its vocabulary stays: %s", got)
	}
}

func TestExtras_idsAreForSystemAdministrators(t *testing.T) {
	p := open(t)
	id := "0a7b7f6e-8d6c-4a51-9c3e-3f6c0a1b2c3d"
	extras := func(id string) []any { return []any{map[string]any{"id": id, "key": "farbe", "value": "rot"}} }
	a := p.call("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "extras": extras(id)})
	if a.status != http.StatusConflict || fmt.Sprint(a.Error["extras"]) != "[map[id:[The input field id was not expected.]]]" {
		t.Errorf("an editor's extra with an id: %s", a.text)
	}
	p.ok("sysadmin", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "extras": extras(id)})
	if a := p.call("sysadmin", "organization_patch", map[string]any{"id": "amt", "extras": extras("kein")}); fmt.Sprint(a.Error["extras"]) != "[map[id:[Invalid id provided]]]" {
		t.Errorf("an id that is none: %s", a.text)
	}
	p.ok("editor", "package_patch", map[string]any{"id": "a1", "title": "Neu"}) // what is shown comes back without ids
}

func TestUserShow_countsWhatTheAccountItselfSees(t *testing.T) {
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt"})
	p.ok("editor", "package_create", map[string]any{"name": "a2", "owner_org": "amt", "private": true})
	p.ok("editor", "package_create", map[string]any{"name": "a3", "owner_org": "amt"})
	p.ok("editor", "package_patch", map[string]any{"id": "a3", "state": "draft"})
	for role, want := range map[string]string{"editor": "3", "sysadmin": "3", "stranger": "1", "member": "1"} {
		u := p.ok(role, "user_show", map[string]any{"id": "editor", "include_datasets": true})
		if got := fmt.Sprint(u["number_created_packages"]); got != want || fmt.Sprint(len(u["datasets"].([]any))) != want {
			t.Errorf("%s counts %s and lists %d, want %s", role, got, len(u["datasets"].([]any)), want)
		}
	}
}

func TestViews_takeOnlySettingsOfTheirType(t *testing.T) {
	p := open(t)
	d := p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "resources": []any{map[string]any{"url": "http://x.example/bild.png"}}})
	res := d["resources"].([]any)[0].(map[string]any)["id"]
	view := func(typ, key string, value any) answer {
		return p.call("editor", "resource_view_create", map[string]any{"resource_id": res, "view_type": typ, "title": "T", key: value})
	}
	for _, c := range []struct {
		typ, key string
		status   int
	}{
		{"image_view", "image_url", 200}, {"image_view", "filter_fields", 409}, {"text_view", "farbe", 409}, {"webpage_view", "page_url", 200},
		{"datatables_view", "responsive", 200}, {"recline_view", "farbe", 200}, {"image_view", "package_id", 200},
	} {
		if a := view(c.typ, c.key, "x"); a.status != c.status {
			t.Errorf("%s with %s: %d %s", c.typ, c.key, a.status, a.text)
		}
	}
	v := p.ok("editor", "resource_view_create", map[string]any{"resource_id": res, "view_type": "datatables_view", "title": "T", "filter_fields": "ort", "filter_values": "A"})
	if got := fmt.Sprint(v["filter_fields"], v["filter_values"], v["filters"]); got != "[ort][A]map[ort:[A]]" && got != "[ort] [A] map[ort:[A]]" {
		t.Errorf("filters %s", got)
	}
	p.ok("editor", "resource_view_update", v) // what is shown may come back
}

func TestLocales_areCKANs(t *testing.T) {
	p := open(t)
	for lang, want := range map[string]int{"fr": 200, "pt_BR": 200, "de": 200, "xx": 400} {
		if got := p.get("", "/api/i18n/"+lang).status; got != want {
			t.Errorf("%s: %d, want %d", lang, got, want)
		}
	}
}

func TestLeftOutActions_sayThatThereIsAReason(t *testing.T) {
	p := open(t)
	const start = `"Bad request: Action name not known: `
	for action, reason := range map[string]bool{"datastore_search": true, "harvest_object_create": true, "xloader_submit": true, "related_list": false, "harvest_object": false} {
		a := p.call("", action, map[string]any{})
		if a.status != http.StatusBadRequest || !strings.HasPrefix(a.text, start+action) || strings.Contains(a.text, "docs/ckan-compatibility.md") != reason {
			t.Errorf("%s: %d %s", action, a.status, a.text)
		}
	}
}

func TestPackageList_isWiderForSystemAdministrators(t *testing.T) {
	p := open(t)
	for name, more := range map[string]map[string]any{"offen": {}, "privat": {"private": true}, "entwurf": {"state": "draft"}, "weg": {"state": "deleted"}} {
		more["name"], more["owner_org"] = name, "amt"
		p.ok("sysadmin", "package_create", more)
	}
	all := map[string]any{"include_private": true, "include_drafts": true, "include_deleted": true}
	for _, c := range []struct {
		role string
		args map[string]any
		want string
	}{
		{"", all, `["offen"]`}, {"editor", all, `["offen"]`}, {"admin", all, `["offen"]`}, {"sysadmin", map[string]any{}, `["offen"]`},
		{"sysadmin", map[string]any{"include_private": true}, `["offen", "privat"]`}, {"sysadmin", map[string]any{"include_drafts": "true"}, `["entwurf", "offen"]`},
		{"sysadmin", all, `["entwurf", "offen", "privat", "weg"]`},
	} {
		if got := strings.ReplaceAll(string(p.call(c.role, "package_list", c.args).Result), `","`, `", "`); got != c.want {
			t.Errorf("%q with %v: %s", c.role, c.args, got)
		}
	}
}

func TestUserCreate_takesHashesOver(t *testing.T) {
	p := open(t)
	const ckans = "$pbkdf2-sha512$25000$5pwTIiSEcO69NybkHINwbg$cOZwDeGq3DkVd0fnPj2RJ2Avh.1.5ZMsML30aWb8SLPWF.stu0eq9PYZtzEi0htP/2uFTHhyWEDzhq9J/OGfSA"
	p.ok("sysadmin", "user_create", map[string]any{"name": "kim", "email": "kim@stadt.example", "password_hash": ckans})
	if u := p.ok("sysadmin", "user_show", map[string]any{"id": "kim", "include_password_hash": true}); u["password_hash"] != ckans {
		t.Errorf("kept: %v", u["password_hash"])
	}
	for _, bad := range []string{"geheim", "$pbkdf2-sha512$99999999$5pwTIiSEcO69NybkHINwbg$x", "$argon2id$v=19$m=4294967295,t=4294967295,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"} {
		if a := p.call("sysadmin", "user_create", map[string]any{"name": "lou", "email": "lou@stadt.example", "password_hash": bad}); a.status != http.StatusConflict || a.Error["password_hash"] == nil {
			t.Errorf("%s: %d %s", bad, a.status, a.text)
		}
	}
}
