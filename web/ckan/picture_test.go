package ckan_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"strings"
	"testing"
)

// form posts fields with a file in the named field.
func (p *portal) form(role, action, field, name string, content []byte, fields map[string]string) answer {
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

func pixel(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	must(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 1, 1))))
	return b.Bytes()
}

func TestPicture_isShownToThoseWhoMaySeeItsOwner(t *testing.T) {
	t.Parallel()
	p := open(t)
	a := p.form("admin", "organization_patch", "image_upload", "Wappen.JPG", pixel(t), map[string]string{"id": "amt"})
	var org struct {
		ImageURL     string `json:"image_url"`
		ImageDisplay string `json:"image_display_url"`
	}
	must(t, json.Unmarshal(a.Result, &org))
	if a.status != http.StatusOK || !strings.HasSuffix(org.ImageURL, "-wappen.png") || org.ImageDisplay != "http://portal.example/uploads/group/"+org.ImageURL {
		t.Fatalf("%d %s", a.status, a.text)
	}
	path := "/uploads/group/" + org.ImageURL
	res, body := p.raw("", http.MethodGet, path, nil)
	if res.StatusCode != http.StatusOK || res.Header.Get("Content-Type") != "image/png" || body != string(pixel(t)) || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	if res, _ := p.raw("", http.MethodGet, "/uploads/user/"+org.ImageURL, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a group's picture among those of accounts: %d", res.StatusCode)
	}
	// Whole updates keep an uploaded picture, as in CKAN.
	if got := p.ok("admin", "organization_update", map[string]any{"id": "amt", "name": "amt", "title": "Amt"}); got["image_url"] != org.ImageURL {
		t.Errorf("an update changed the picture to %v", got["image_url"])
	}
	if got := p.ok("admin", "organization_patch", map[string]any{"id": "amt", "clear_upload": true}); got["image_url"] != "" {
		t.Errorf("cleared picture: %v", got["image_url"])
	}
	if res, _ := p.raw("", http.MethodGet, path, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("a cleared picture: %d", res.StatusCode)
	}

	// ckanapi load organizations --upload-logo.
	a = p.form("admin", "group_update", "image_upload", "logo.png", pixel(t), map[string]string{"id": "amt", "name": "amt", "title": "Amt", "type": "organization", "is_organization": "True", "image_url": "2020-logo.png"})
	must(t, json.Unmarshal(a.Result, &org))
	if a.status != http.StatusOK || !strings.HasSuffix(org.ImageURL, "-logo.png") || org.ImageURL == "2020-logo.png" {
		t.Fatalf("%d %s", a.status, a.text)
	}
	if got := p.ok("admin", "organization_update", map[string]any{"id": "amt", "name": "amt", "title": "Amt", "image_url": "2020-logo.png"}); got["image_url"] != org.ImageURL {
		t.Errorf("an update changed the picture to %v", got["image_url"])
	}
	if got := p.call("editor", "group_update", map[string]any{"id": "amt", "name": "amt"}); got.status != http.StatusForbidden {
		t.Errorf("an editor changed the organization as a group: %d", got.status)
	}

	a = p.form("stranger", "user_patch", "image_upload", "ich.png", pixel(t), map[string]string{"id": "stranger"})
	must(t, json.Unmarshal(a.Result, &org))
	if res, _ := p.raw("", http.MethodGet, "/uploads/user/"+org.ImageURL, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("anonymous sees an account's picture where accounts are not public: %d", res.StatusCode)
	}
	if res, _ := p.raw("member", http.MethodGet, "/uploads/user/"+org.ImageURL, nil); res.StatusCode != http.StatusOK {
		t.Errorf("%d %s", res.StatusCode, a.text)
	}
}

func TestPicture_refusesWhatIsNone(t *testing.T) {
	t.Parallel()
	p := open(t)
	for name, content := range map[string]string{
		"a.txt": "Text", "a.svg": `<svg xmlns="http://www.w3.org/2000/svg"/>`, "b.png": `<svg xmlns="http://www.w3.org/2000/svg"/>`,
		"c.png": "<html><script>alert(1)</script>", "d.html": string(pixel(t)), "e.png": string(pixel(t)) + strings.Repeat("x", 1<<16),
	} {
		a := p.form("admin", "organization_patch", "image_upload", name, []byte(content), map[string]string{"id": "amt", "title": "Neu"})
		if a.status != http.StatusConflict || !strings.Contains(a.text, "image_upload") {
			t.Errorf("%s: %d %s", name, a.status, a.text)
		}
	}
	if got := p.ok("", "organization_show", map[string]any{"id": "amt"}); got["title"] != "Amt" || got["image_url"] != "" {
		t.Errorf("a refused picture changed %v", got)
	}
	if files := p.stored(); len(files) > 0 {
		t.Errorf("refused pictures left %v", files)
	}
}

func TestPluginData_isForSystemAdministrators(t *testing.T) {
	t.Parallel()
	p := open(t)
	data := map[string]any{"plugin1": map[string]any{"key": "geheim"}}
	if d := p.ok("editor", "package_create", map[string]any{"name": "eins", "owner_org": "amt", "plugin_data": data}); d["plugin_data"] != nil {
		t.Error("an editor stored plugin data")
	}
	if d := p.ok("sysadmin", "package_patch", map[string]any{"id": "eins", "plugin_data": data}); d["plugin_data"] == nil {
		t.Error("plugin data were not stored")
	}
	p.ok("editor", "package_update", map[string]any{"id": "eins", "name": "eins", "owner_org": "amt", "plugin_data": map[string]any{}})
	show := map[string]any{"id": "eins", "include_plugin_data": true}
	if a := p.call("editor", "package_show", show); strings.Contains(a.text, "geheim") {
		t.Errorf("an editor sees %s", a.text)
	}
	if d := p.ok("sysadmin", "package_show", show); d["plugin_data"] == nil {
		t.Error("an editor's update lost the plugin data")
	}
	if a := p.call("", "package_search", map[string]any{"q": "geheim"}); strings.Contains(a.text, `"count": 1`) || strings.Contains(a.text, `"count":1`) {
		t.Errorf("plugin data are found: %s", a.text)
	}
}
