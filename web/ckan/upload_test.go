package ckan_test

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestUpload_isKeptSentAsAttachmentAndHiddenWithItsDataset(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "mit-datei", "owner_org": "amt"})
	page := []byte("<script>alert(1)</script>")
	a := p.upload("editor", "resource_create", `..\..\Böse Datei.HTML`, page, map[string]string{"package_id": "mit-datei"})
	var r struct {
		ID, URL, Mimetype string
		URLType           string `json:"url_type"`
		Size              int
	}
	must(t, json.Unmarshal(a.Result, &r))
	if a.status != http.StatusOK || r.URLType != "upload" || r.Size != len(page) || !strings.HasSuffix(r.URL, "/download/bose-datei.html") {
		t.Fatalf("upload: %d %s", a.status, a.text)
	}
	get := func(role string) (status int, header http.Header, body string) {
		req, err := http.NewRequest(http.MethodGet, p.URL+strings.TrimPrefix(r.URL, "http://portal.example"), nil)
		must(t, err)
		req.Header.Set("Authorization", p.tokens[role])
		res, err := http.DefaultClient.Do(req)
		must(t, err)
		defer res.Body.Close()
		text, err := io.ReadAll(res.Body)
		must(t, err)
		return res.StatusCode, res.Header, string(text)
	}
	_, header, body := get("")
	if body != string(page) || !strings.HasPrefix(header.Get("Content-Disposition"), "attachment") || header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("download: %v %q", header, body)
	}
	p.ok("editor", "resource_patch", map[string]any{"id": r.ID, "name": "umbenannt"})
	if _, _, body := get(""); body != string(page) {
		t.Error("a patch lost the file")
	}
	p.ok("editor", "package_patch", map[string]any{"id": "mit-datei", "private": true})
	if status, _, body := get(""); status != http.StatusNotFound || strings.Contains(body, "script") {
		t.Errorf("the file of a private dataset: %d %q", status, body)
	}
	if status, _, _ := get("member"); status != http.StatusOK {
		t.Errorf("a member gets %d", status)
	}
}

func TestUpload_refusesTooLargeFilesAndAnonymousCallers(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "gross", "owner_org": "amt"})
	big := bytes.Repeat([]byte("x"), 1<<16+1)
	if a := p.upload("editor", "resource_create", "a.csv", big, map[string]string{"package_id": "gross"}); a.status != http.StatusConflict || !strings.Contains(a.text, "File upload too large") {
		t.Errorf("too large: %d %s", a.status, a.text)
	}
	if a := p.upload("", "resource_create", "a.csv", []byte("x"), map[string]string{"package_id": "gross"}); a.status != http.StatusForbidden {
		t.Errorf("anonymous: %d %s", a.status, a.text)
	}
	if d := p.ok("", "package_show", map[string]any{"id": "gross"}); d["num_resources"] != float64(0) {
		t.Errorf("a refused upload left %v resources", d["num_resources"])
	}
}
