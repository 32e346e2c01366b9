package ckan_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"trio.example/catalog"
	"trio.example/catalog/blob"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/search"
	"trio.example/search/engine"
	"trio.example/web"
	"trio.example/web/cache"
	"trio.example/web/ckan"
)

// portal is a whole server over real store and index, with one token a role.
type portal struct {
	*httptest.Server
	t      *testing.T
	tokens map[string]string
	files  string // folder of uploaded files
	store  catalog.Store
}

// roles of the test portal: the last three belong to the organization amt.
var roles = []string{"", "stranger", "member", "editor", "admin", "sysadmin"}

func open(t *testing.T) *portal { return openWith(t, func(*schema.Set) {}) }

// openWith lets the test change the field definitions first.
func openWith(t *testing.T, prepare func(*schema.Set)) *portal {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	store, err := sqlstore.Open(ctx, filepath.Join(dir, "t.db"))
	must(t, err)
	defs, err := schema.Default()
	must(t, err)
	prepare(defs)
	reg := catalog.NewRegistry(store, defs)
	idx, err := engine.Open(ctx, filepath.Join(dir, "index"), store, search.NewBuilder(defs), slog.New(slog.DiscardHandler))
	must(t, err)
	files, err := blob.Open(filepath.Join(dir, "files"))
	must(t, err)
	rendered, err := cache.NewFile(filepath.Join(dir, "cache"), 1<<20)
	must(t, err)
	metrics := prometheus.NewRegistry()
	api := ckan.New(reg, defs, idx, ckan.Config{SiteURL: "http://portal.example", Title: "Test", MaxUpload: 1 << 16, Files: files, Collaborators: true, Rendered: rendered}, metrics)
	h, err := web.New(web.Config{Registry: reg, Metrics: metrics, Parts: []web.Mount{api}})
	must(t, err)
	p := &portal{httptest.NewServer(h), t, map[string]string{}, filepath.Join(dir, "files"), store}
	t.Cleanup(func() {
		p.Close()
		must(t, idx.Close())
		must(t, store.Close())
		must(t, rendered.Close())
	})
	system := catalog.System("test")
	for _, name := range roles[1:] {
		must(t, reg.AddUser(ctx, system, &catalog.User{Name: name, Email: name + "@stadt.example", Sysadmin: name == "sysadmin"}))
		p.tokens[name], err = reg.AddToken(ctx, system, name, "t", time.Time{})
		must(t, err)
	}
	p.ok("sysadmin", "organization_create", map[string]any{"name": "amt", "title": "Amt", "kuerzel": "A"})
	p.ok("sysadmin", "organization_create", map[string]any{"name": "anderes", "title": "Anderes Amt", "kuerzel": "B"})
	for _, role := range []string{"member", "editor", "admin"} {
		p.ok("sysadmin", "organization_member_create", map[string]any{"id": "amt", "username": role, "role": role})
	}
	return p
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

type answer struct {
	Success bool
	Result  json.RawMessage
	Error   map[string]any
	status  int
	text    string
}

// call posts JSON as a role.
func (p *portal) call(role, action string, args map[string]any) answer {
	p.t.Helper()
	body, err := json.Marshal(args)
	must(p.t, err)
	return p.send(role, action, "application/json", bytes.NewReader(body))
}

func (p *portal) send(role, action, contentType string, body io.Reader) answer {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodPost, p.URL+"/api/3/action/"+action, body)
	must(p.t, err)
	req.Header.Set("Content-Type", contentType)
	if role != "" {
		req.Header.Set("Authorization", p.tokens[role])
	}
	res, err := http.DefaultClient.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(p.t, err)
	a := answer{status: res.StatusCode, text: string(text)}
	_ = json.Unmarshal(text, &a) // a bare text is looked at as text
	p.conforms(action, a)
	return a
}

// ok calls and expects success.
func (p *portal) ok(role, action string, args map[string]any) map[string]any {
	p.t.Helper()
	a := p.call(role, action, args)
	if a.status != http.StatusOK {
		p.t.Fatalf("%s as %q: %d %s", action, role, a.status, a.text)
	}
	var m map[string]any
	_ = json.Unmarshal(a.Result, &m) // some results are lists or null
	return m
}

// upload posts a multipart form with one file.
func (p *portal) upload(role, action, name string, content []byte, fields map[string]string) answer {
	p.t.Helper()
	return p.uploadAs(role, action, "upload", name, content, fields)
}

// uploadAs is upload with a file field of another name.
func (p *portal) uploadAs(role, action, field, name string, content []byte, fields map[string]string) answer {
	p.t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		must(p.t, w.WriteField(k, v))
	}
	f, err := w.CreateFormFile(field, name)
	must(p.t, err)
	_, err = f.Write(content)
	must(p.t, err)
	must(p.t, w.Close())
	return p.send(role, action, w.FormDataContentType(), &b)
}

// page is what an address answers.
type page struct {
	status int
	header http.Header
	text   string
}

// get fetches an address as a role; redirects are not followed.
func (p *portal) get(role, path string) page {
	p.t.Helper()
	req, err := http.NewRequest(http.MethodGet, p.URL+path, nil)
	must(p.t, err)
	if role != "" {
		req.Header.Set("Authorization", p.tokens[role])
	}
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	must(p.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	must(p.t, err)
	return page{res.StatusCode, res.Header, string(text)}
}
