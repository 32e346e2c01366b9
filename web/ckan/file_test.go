package ckan_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestLooseFile_isStoredHandedOverAndDeleted(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, role := range []string{"", "stranger", "admin"} {
		if a := p.upload(role, "file_create", "plan.txt", []byte("Plan"), nil); a.status != http.StatusForbidden {
			t.Errorf("file_create as %q: %d %s", role, a.status, a.text)
		}
	}
	a := p.upload("sysadmin", "file_create", "../Plan A.TXT", []byte("Plan"), nil)
	if a.status != http.StatusOK || !strings.Contains(a.text, `"name":"plan-a.txt"`) || !strings.Contains(a.text, `"size":4`) || !strings.Contains(a.text, `"owner_type":"user"`) {
		t.Fatalf("file_create: %d %s", a.status, a.text)
	}
	if a := p.upload("sysadmin", "file_create", "plan-a.txt", []byte("anders"), nil); a.status != 409 || fmt.Sprint(a.Error["upload"]) != "[File already exists]" {
		t.Errorf("a second of that name: %d %s", a.status, a.text)
	}
	list := p.ok("sysadmin", "file_owner_scan", map[string]any{})
	file := list["results"].([]any)[0].(map[string]any)
	id := file["id"]
	if list["count"] != float64(1) || len(p.stored()) != 1 {
		t.Errorf("%v files named, %v stored", list["count"], p.stored())
	}
	see := func(role string, want int) {
		t.Helper()
		if a := p.call(role, "file_show", map[string]any{"id": id}); a.status != want {
			t.Errorf("file_show as %q: %d %s", role, a.status, a.text)
		}
	}
	see("editor", http.StatusForbidden)
	d := p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "private": true})
	p.ok("sysadmin", "file_ownership_transfer", map[string]any{"id": id, "owner_type": "package", "owner_id": d["id"], "pin": true})
	see("editor", http.StatusOK)
	see("member", http.StatusOK)
	see("stranger", http.StatusForbidden)
	see("", http.StatusForbidden)
	p.habits([]habit{
		{"file_ownership_transfer", map[string]any{"id": id, "owner_type": "user", "owner_id": "x"}, 409, "force", "[Must be enabled to transfer pinned files]"},
		{"file_create", map[string]any{"name": "x.txt"}, 409, "upload", "[Missing value]"},
		{"file_create", map[string]any{"storage": "tresor", "upload": "x"}, 409, "storage", "[Storage tresor is not configured]"},
		{"file_register", map[string]any{"location": file["hash"]}, 200, "", ""},
		{"file_register", map[string]any{"location": file["hash"]}, 409, "location", "[File is already registered]"},
		{"file_register", map[string]any{"location": "../../trio.db"}, 404, "message", "Not found: file not found at location"},
		{"file_owner_scan", map[string]any{"sort": "owner"}, 409, "sort", "[Invalid sort field: owner]"},
		{"file_rename", map[string]any{"id": "x"}, 409, "name", "[Missing value]"},
		{"file_show", map[string]any{"id": "x"}, 404, "message", "Not found: file"},
	})
	if a := p.call("member", "file_rename", map[string]any{"id": id, "name": "b.txt"}); a.status != http.StatusForbidden {
		t.Errorf("a reader renamed it: %d", a.status)
	}
	if got := p.ok("editor", "file_rename", map[string]any{"id": id, "name": "b.txt"}); got["name"] != "b.txt" {
		t.Errorf("renamed to %v", got["name"])
	}
	res := p.get("editor", "/file/download/"+fmt.Sprint(id))
	if res.status != 200 || res.text != "Plan" || !strings.HasPrefix(res.header.Get("Content-Disposition"), "attachment") || !strings.Contains(res.header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("download: %+v", res)
	}
	if res := p.get("", "/file/download/"+fmt.Sprint(id)); res.status != http.StatusNotFound {
		t.Errorf("anonymous download: %d", res.status)
	}
	p.ok("editor", "file_delete", map[string]any{"id": id})
	if n := len(p.stored()); n != 1 {
		t.Errorf("the content is still registered, but %d files are there", n)
	}
	rest := p.ok("sysadmin", "file_owner_scan", map[string]any{})["results"].([]any)[0].(map[string]any)
	p.ok("sysadmin", "file_delete", map[string]any{"id": rest["id"]})
	if left := p.stored(); len(left) != 0 {
		t.Errorf("left in the store: %v", left)
	}
}

func TestRevise_takesAnUploadedFile(t *testing.T) {
	t.Parallel()
	p := open(t)
	d := p.ok("editor", "package_create", map[string]any{"name": "a1", "owner_org": "amt", "resources": []any{map[string]any{"url": "https://x.example/a"}}})
	rid := fmt.Sprint(d["resources"].([]any)[0].(map[string]any)["id"])
	a := p.uploadAs("editor", "package_revise", "update__resources__"+rid[:8]+"__upload", "t.csv", []byte("a;b\n"), map[string]string{"match__name": "a1"})
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if res := p.get("", "/dataset/a1/resource/"+rid+"/download/t.csv"); res.status != 200 || res.text != "a;b\n" {
		t.Errorf("download: %d %q", res.status, res.text)
	}
}
