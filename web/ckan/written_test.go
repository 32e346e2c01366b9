package ckan_test

import (
	"fmt"
	"testing"
)

// What a client sends comes back as it was sent, as in CKAN: empty is not absent,
// extras keep their order and wording, also where they are fields here.
func TestDatasets_comeBackAsWritten(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	pair := func(key, value string) any { return m{"key": key, "value": value} }
	sent := []any{pair("issued", "01.02.2020"), pair("zz", "1"), pair("theme", "ENVI"), pair("source", ""), pair("language", "[]"), pair("a", ""), pair("conforms_to", `["a","b"]`), pair("publisher_name", "Amt")}
	p.ok("editor", "package_create", m{"name": "da", "owner_org": "amt", "notes": "", "author": nil, "version": "", "license_id": "", "extras": sent,
		"resources": []any{m{"url": "http://a.example/x", "name": "", "description": "", "mimetype": "", "cache_url": ""}, m{"url": "http://a.example/y"}}})
	look := func(after string) m {
		t.Helper()
		d := p.ok("", "package_show", m{"id": "da"})
		if got := fmt.Sprint(d["extras"]); got != fmt.Sprint(sent) {
			t.Errorf("after %s the extras are\n%s\nwant\n%s", after, got, fmt.Sprint(sent))
		}
		return d
	}
	values := func(d m, keys ...string) string {
		var out []any
		for _, k := range keys {
			out = append(out, d[k])
		}
		return fmt.Sprintf("%#v", out)
	}
	d := look("package_create")
	if got, want := values(d, "notes", "author", "version", "url", "license_id", "license_title"), `[]interface {}{"", interface {}(nil), "", interface {}(nil), "", ""}`; got != want {
		t.Errorf("given as empty: %s, want %s", got, want)
	}
	first, second := d["resources"].([]any)[0].(m), d["resources"].([]any)[1].(m)
	if got, want := values(first, "name", "description", "mimetype", "cache_url"), `[]interface {}{"", "", "", ""}`; got != want {
		t.Errorf("of a resource: %s, want %s", got, want)
	}
	if got, want := values(second, "name", "description", "mimetype", "cache_url"), `[]interface {}{interface {}(nil), interface {}(nil), interface {}(nil), interface {}(nil)}`; got != want {
		t.Errorf("not given: %s, want %s", got, want)
	}
	p.ok("editor", "package_patch", m{"id": "da", "title": "T", "version": "2"})
	if got, want := values(look("package_patch"), "notes", "version"), `[]interface {}{"", "2"}`; got != want {
		t.Errorf("after a patch: %s, want %s", got, want)
	}
	p.ok("editor", "resource_update", m{"id": first["id"], "url": "http://a.example/z"})
	if got, want := values(p.ok("", "resource_show", m{"id": first["id"]}), "name", "description"), `[]interface {}{"", interface {}(nil)}`; got != want {
		t.Errorf("after resource_update, which keeps a name: %s, want %s", got, want)
	}
	p.ok("editor", "package_update", m{"id": "da", "name": "da"})
	if got, want := values(p.ok("", "package_show", m{"id": "da"}), "notes", "version", "extras"), `[]interface {}{interface {}(nil), interface {}(nil), []interface {}{}}`; got != want {
		t.Errorf("after an update that names nothing: %s, want %s", got, want)
	}
	p.ok("sysadmin", "group_create", m{"name": "gr", "approval_status": "pending", "extras": []any{pair("zz", "1"), pair("homepage", ""), pair("contributorID", "x")}})
	if got, want := values(p.ok("", "group_show", m{"id": "gr"}), "approval_status", "extras"), fmt.Sprintf("%#v", []any{"pending", []any{pair("zz", "1"), pair("homepage", ""), pair("contributorID", "x")}}); got != want {
		t.Errorf("a group: %s, want %s", got, want)
	}
}

// The wording counts only as long as the field says the same.
func TestExtras_followTheirField(t *testing.T) {
	t.Parallel()
	p := open(t)
	type m = map[string]any
	p.ok("editor", "package_create", m{"name": "da", "owner_org": "amt", "extras": []any{m{"key": "zz", "value": "1"}, m{"key": "source", "value": "Amt"}, m{"key": "issued", "value": ""}}})
	if a := p.call("editor", "package_patch", m{"id": "da", "extras": []any{m{"key": "zz", "value": "1"}, m{"key": "source", "value": `["Werk"]`}, m{"key": "issued", "value": "2020-01-02"}}}); a.status != 200 {
		t.Fatal(a.text)
	}
	if got, want := fmt.Sprint(p.ok("", "package_show", m{"id": "da"})["extras"]), `[map[key:zz value:1] map[key:source value:["Werk"]] map[key:issued value:2020-01-02]]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
