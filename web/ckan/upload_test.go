package ckan_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
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

// TestDownload_isTheFileItself asks as browsers and Python do, which take compressed
// answers: clients that keep the bytes as they come would keep another file.
func TestDownload_isTheFileItself(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "mit-datei", "owner_org": "amt"})
	content := strings.Repeat("Jahr;Menge\n", 500)
	a := p.upload("editor", "resource_create", "a.csv", []byte(content), map[string]string{"package_id": "mit-datei"})
	var r struct{ URL string }
	must(t, json.Unmarshal(a.Result, &r))
	for path, compressed := range map[string]bool{strings.TrimPrefix(r.URL, "http://portal.example"): false, "/api/3/action/license_list": true} {
		res, body := p.raw("", http.MethodGet, path, nil, "Accept-Encoding", "gzip")
		if zipped := res.Header.Get("Content-Encoding") == "gzip"; zipped != compressed || (body == content) == compressed || res.Header.Get("No-Gzip-Compression") != "" {
			t.Errorf("%s: %d %v", path, res.StatusCode, res.Header)
		}
		if !compressed && res.Header.Get("Content-Length") != strconv.Itoa(len(content)) {
			t.Errorf("length %s of %d", res.Header.Get("Content-Length"), len(content))
		}
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

// stored lists the files in the file store, also half received ones.
func (p *portal) stored() (files []string) {
	p.t.Helper()
	must(p.t, filepath.WalkDir(p.files, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			files = append(files, path)
		}
		return err
	}))
	return files
}

func TestUpload_leavesNothingWhenItIsRefusedOrCutOff(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.ok("editor", "package_create", map[string]any{"name": "eins", "owner_org": "amt"})
	content := []byte("a;b\n1;2\n")
	for role, fields := range map[string]map[string]string{
		"editor":   {"package_id": "eins", "id": "00000000-0000-4000-8000-000000000000", "size": "keine Zahl"},
		"stranger": {"package_id": "eins"},
		"admin":    {"package_id": "gibt-es-nicht"},
	} {
		if a := p.upload(role, "resource_create", "a.csv", content, fields); a.status == http.StatusOK {
			t.Fatalf("%s: %s", role, a.text)
		}
		if files := p.stored(); len(files) > 0 {
			t.Errorf("what %s was refused is still there: %v", role, files)
		}
	}
	// A file in a field that no action reads belongs to nobody.
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	must(t, w.WriteField("name", "zwei"))
	must(t, w.WriteField("owner_org", "amt"))
	f, err := w.CreateFormFile("anhang", "a.csv")
	must(t, err)
	_, err = f.Write(content)
	must(t, err)
	must(t, w.Close())
	p.send("editor", "package_create", w.FormDataContentType(), bytes.NewReader(b.Bytes()))
	if files := p.stored(); len(files) > 0 {
		t.Errorf("a file nobody asked for is still there: %v", files)
	}
	// The line drops in the middle of the file.
	conn, err := net.Dial("tcp", p.Listener.Addr().String())
	must(t, err)
	head := "--x\r\nContent-Disposition: form-data; name=\"upload\"; filename=\"a.csv\"\r\n\r\n"
	_, err = fmt.Fprintf(conn, "POST /api/3/action/resource_create HTTP/1.1\r\nHost: x\r\nAuthorization: %s\r\nContent-Type: multipart/form-data; boundary=x\r\nContent-Length: 60000\r\n\r\n%sabc", p.tokens["editor"], head)
	must(t, err)
	for range 500 { // until the server began to write the file down
		if len(p.stored()) > 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if len(p.stored()) == 0 {
		t.Error("the upload was not under way")
	}
	must(t, conn.Close())
	for range 500 {
		if len(p.stored()) == 0 {
			break
		}
		time.Sleep(10 * time.Millisecond)
	}
	if files := p.stored(); len(files) > 0 {
		t.Errorf("a cut upload left %v", files)
	}
	// The same content is refused for one and stays for another.
	if a := p.upload("editor", "resource_create", "a.csv", content, map[string]string{"package_id": "eins"}); a.status != http.StatusOK {
		t.Fatal(a.text)
	}
	p.upload("stranger", "resource_create", "a.csv", content, map[string]string{"package_id": "eins"})
	if files := p.stored(); len(files) != 1 {
		t.Errorf("stored files: %v", files)
	}
}
