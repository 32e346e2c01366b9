package ckan_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
)

// volatile are keys that differ between two catalogues with the same content.
var volatile = []string{"metadata_created", "metadata_modified", "created", "last_active"}

func still(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for _, k := range volatile {
			delete(v, k)
		}
		for k := range v {
			v[k] = still(v[k])
		}
	case []any:
		for i := range v {
			v[i] = still(v[i])
		}
	}
	return v
}

// TestCatalogue_movesWithoutADifference does what ckanapi dump and load do:
// organizations, groups, users and datasets are read whole from one portal and
// created in another.
func TestCatalogue_movesWithoutADifference(t *testing.T) {
	t.Parallel()
	a, b := open(t), open(t)
	// The second one begins empty.
	for _, o := range []string{"amt", "anderes"} {
		b.ok("sysadmin", "organization_purge", map[string]any{"id": o})
	}
	for _, u := range roles[1:5] {
		b.ok("sysadmin", "user_delete", map[string]any{"id": u})
		b.ok("sysadmin", "user_patch", map[string]any{"id": u, "name": "war-" + u})
	}
	type m = map[string]any
	a.ok("sysadmin", "organization_create", m{"name": "zz-oben", "title": "Öffentliches", "description": "**x**", "image_url": "https://x.example/a.png", "extras": []any{m{"key": "foo", "value": "bar"}, m{"key": "uri", "value": "https://x.example/1"}}})
	a.ok("sysadmin", "organization_create", m{"name": "aa-unten", "groups": []any{m{"name": "zz-oben"}}})
	a.ok("sysadmin", "group_create", m{"name": "oben"})
	a.ok("sysadmin", "group_create", m{"name": "neben"})
	a.ok("sysadmin", "group_create", m{"name": "thema", "groups": []any{m{"name": "oben"}, m{"name": "neben"}}, "tags": []any{m{"name": "wort"}}})
	for i := range 40 {
		d := m{"name": fmt.Sprint("satz-", i), "title": fmt.Sprintf("Satz %d – „Ä“ <b>", i), "notes": "# Titel\n\n* a\n", "owner_org": []string{"amt", "aa-unten"}[i%2], "private": i%7 == 0, "license_id": []string{"dl-de-by-2.0", "cc-by", "eigene"}[i%3], "url": "https://x.example", "version": "1",
			"tags": []any{m{"name": "Bäume-x_y.z"}, m{"name": fmt.Sprint("wort ", i%4)}}, "groups": []any{m{"name": "thema"}}, "author_email": "a@x.example", "maintainer": "",
			"extras":    []any{m{"key": "theme", "value": `["http://publications.europa.eu/resource/authority/data-theme/ENVI"]`}, m{"key": "zz", "value": "5"}, m{"key": "leer", "value": ""}, m{"key": "liste", "value": "[1, 2]"}, m{"key": "issued", "value": "2020-01-02"}, m{"key": "source", "value": "Amt"}, m{"key": "language", "value": ""}},
			"resources": []any{m{"url": "https://x.example/a.csv", "format": "csv", "size": 5, "foo": "bar", "nested": m{"a": []any{1, 2}}, "hash": "abc"}, m{"url": "https://x.example/b", "name": "B", "format": "Eigenes", "description": ""}}}
		if i%11 == 3 {
			d["state"] = "draft"
		}
		if i%13 == 4 {
			d["type"] = "showcase"
		}
		a.ok("sysadmin", "package_create", d)
	}
	a.ok("sysadmin", "package_relationship_create", m{"subject": "satz-3", "object": "satz-1", "type": "derives_from", "comment": "Auszug"})
	a.ok("sysadmin", "package_relationship_create", m{"subject": "satz-1", "object": "satz-2", "type": "parent_of"})
	// Long texts and lists are met in catalogues that have grown for years.
	var words []any
	for i := range 800 {
		words = append(words, m{"name": fmt.Sprint("wort ", i)})
	}
	a.ok("sysadmin", "package_create", m{"name": "satz-40", "title": strings.Repeat("Titel ", 300) + "x", "author": strings.Repeat("Name; ", 200) + "x", "notes": strings.Repeat("ä", 200_000), "owner_org": "zz-oben", "tags": words,
		"extras":    []any{m{"key": "provenance", "value": strings.Repeat("Weg ", 5000) + "x"}, m{"key": "spatial", "value": `{"type": "LineString", "coordinates": [` + strings.Repeat("[11.5, 48.1], ", 10_000) + `[11.5, 48.1]]}`}},
		"resources": []any{m{"url": "https://x.example/wfs?" + strings.Repeat("filter", 1000), "name": strings.Repeat("n", 1000), "description": strings.Repeat("d", 50_000)}}})
	a.ok("sysadmin", "group_create", m{"name": "lang", "title": strings.Repeat("t", 1000), "description": strings.Repeat("d", 50_000)})
	move := func(show, create string, names []string, again bool) {
		t.Helper()
		for range 2 { // a child may stand before its parent; ckanapi is run twice then
			for _, name := range names {
				args := m{"id": name}
				if create != "package" {
					args["include_users"], args["include_groups"] = true, true
				}
				d := a.ok("sysadmin", show, args)
				r := b.call("sysadmin", create+"_create", d)
				if r.status != 200 && !strings.Contains(r.text, "already") && r.status != 404 {
					t.Fatalf("%s %s: %d %.300s", create, name, r.status, r.text)
				}
			}
			if !again {
				break
			}
		}
		for _, name := range names {
			x, y := still(any(a.ok("sysadmin", show, m{"id": name}))), still(any(b.ok("sysadmin", show, m{"id": name})))
			if create != "package" {
				for _, v := range []any{x, y} { // who creates a group becomes its administrator
					delete(v.(m), "users")
					delete(v.(m), "package_count")
					delete(v.(m), "number_created_packages")
				}
			}
			if !reflect.DeepEqual(x, y) {
				t.Errorf("%s %s:\n%v\n%v", create, name, x, y)
			}
		}
	}
	for _, u := range roles[1:5] {
		d := a.ok("sysadmin", "user_show", m{"id": u, "include_password_hash": true})
		d["password"] = "lang genug 1"
		b.ok("sysadmin", "user_create", d)
	}
	move("organization_show", "organization", []string{"aa-unten", "amt", "anderes", "zz-oben"}, true)
	move("group_show", "group", []string{"lang", "neben", "oben", "thema"}, true)
	var names []string
	for i := range 41 {
		names = append(names, fmt.Sprint("satz-", i))
	}
	move("package_show", "package", names, false)
}
