package e2e

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestPageUpload puts files into a dataset by the form of the pages: added, in the
// place of another, refused when they are too large, cut off, not there, from a
// foreign page or somebody else's.
func TestPageUpload(t *testing.T) {
	w := newWorld(t)
	d := w.must("editor", "package_create", obj{"name": "tabelle", "title": "Tabelle", "owner_org": "amt-a", "private": true, "resources": []any{obj{"url": "https://x.example/a.csv", "name": "Alt"}}})
	other := w.must("other", "package_create", obj{"name": "fremd", "owner_org": "amt-b", "resources": []any{obj{"url": "https://x.example/b.csv", "name": "Fremd"}}})
	old := d["resources"].([]any)[0].(map[string]any)["id"].(string)
	foreign := other["resources"].([]any)[0].(map[string]any)["id"].(string)
	type form struct {
		fields map[string]string
		file   string // name
		size   int
		cut    bool
		header map[string]string
	}
	send := func(role, lang string, f form) (int, string, string) {
		t.Helper()
		r, out := io.Pipe()
		body := multipart.NewWriter(out)
		go func() {
			var err error
			for k, v := range f.fields {
				if err == nil {
					err = body.WriteField(k, v)
				}
			}
			if f.file != "" && err == nil {
				var part io.Writer
				part, err = body.CreateFormFile("upload", f.file)
				block := bytes.Repeat([]byte("a;b;c\n"), 10_000)
				for n := 0; n < f.size && err == nil; n += len(block) {
					_, err = part.Write(block[:min(len(block), f.size-n)])
				}
			}
			if f.cut {
				err = io.ErrUnexpectedEOF
			} else if err == nil {
				err = body.Close()
			}
			_ = out.CloseWithError(err)
		}()
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.URL+lang+"/dataset/upload/tabelle", r)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", body.FormDataContentType())
		if role != "" {
			req.Header.Set("Authorization", w.tokens[role])
		}
		for k, v := range f.header {
			req.Header.Set(k, v)
		}
		res, err := plainClient.Do(req)
		if err != nil {
			return 0, "", err.Error()
		}
		defer res.Body.Close()
		text, _ := io.ReadAll(res.Body)
		return res.StatusCode, res.Header.Get("Location"), string(text)
	}
	resources := func() []any { return w.must("editor", "package_show", obj{"id": "tabelle"})["resources"].([]any) }

	if status, to, text := send("editor", "", form{file: "Bäume 2026.csv", size: 200_000, fields: map[string]string{"name": "Bäume", "description": "Alle", "state": "deleted", "id": foreign}}); status != http.StatusSeeOther || to != "/dataset/edit/tabelle?done=edit.uploaded" {
		t.Fatalf("a new file: %d %s %.500s", status, to, text)
	}
	list := resources()
	added := list[len(list)-1].(map[string]any)
	if len(list) != 2 || added["name"] != "Bäume" || added["description"] != "Alle" || added["format"] != "CSV" || added["url_type"] != "upload" || added["size"] != 200_000.0 || !strings.HasSuffix(added["url"].(string), "/download/baume-2026.csv") {
		t.Errorf("added: %v", added)
	}
	if status, _, text := send("editor", "/en", form{file: "neu.xlsx", size: 1000, fields: map[string]string{"resource": old}}); status != http.StatusSeeOther {
		t.Errorf("in the place of another: %d %.500s", status, text)
	}
	list = resources()
	if now := list[0].(map[string]any); len(list) != 2 || now["id"] != old || now["name"] != "Alt" || now["format"] != "XLSX" || !strings.HasSuffix(now["url"].(string), "/download/neu.xlsx") {
		t.Errorf("replaced: %v", now)
	}
	for what, c := range map[string]struct {
		role, lang string
		form       form
		status     int
		text       string
	}{
		"too large":            {"editor", "", form{file: "gross.csv", size: 101 << 20}, 422, "Die Datei ist zu groß: höchstens 100 MB."},
		"too large, English":   {"editor", "/en", form{file: "gross.csv", size: 101 << 20}, 422, "The file is too large: at most 100 MB."},
		"no file":              {"editor", "", form{fields: map[string]string{"name": "x"}}, 422, "Es wurde keine Datei gewählt"},
		"empty file":           {"editor", "", form{file: "leer.csv"}, 422, "Es wurde keine Datei gewählt"},
		"another's file":       {"editor", "", form{file: "a.csv", size: 10, fields: map[string]string{"resource": foreign}}, 422, "Diese Datei gibt es im Datensatz nicht mehr."},
		"somebody else":        {"other", "", form{file: "a.csv", size: 10}, 404, ""},
		"a member":             {"member", "", form{file: "a.csv", size: 10}, 404, ""},
		"nobody":               {"", "", form{file: "a.csv", size: 10}, 303, ""},
		"from a foreign page":  {"editor", "", form{file: "a.csv", size: 10, header: map[string]string{"Sec-Fetch-Site": "cross-site"}}, 404, ""},
		"from another portal":  {"editor", "", form{file: "a.csv", size: 10, header: map[string]string{"Origin": "https://evil.example"}}, 404, ""},
		"no form, but its end": {"editor", "", form{file: "a.csv", size: 10, header: map[string]string{"Content-Type": "multipart/form-data; boundary=x"}}, 422, "Es wurde keine Datei gewählt"},
	} {
		if c.role != "" && w.tokens[c.role] == "" {
			t.Fatalf("no token of %s", c.role)
		}
		status, to, text := send(c.role, c.lang, c.form)
		if status != c.status || !strings.Contains(text, c.text) || status == http.StatusSeeOther && !strings.Contains(to, "/login") {
			t.Errorf("%s: %d %s, want %d %q in %.300s", what, status, to, c.status, c.text, text[max(0, strings.Index(text, "<main")):])
		}
	}
	send("editor", "", form{file: "halb.csv", size: 1 << 20, cut: true})
	if got := resources(); len(got) != 2 {
		t.Errorf("%d resources", len(got))
	}
	page := w.ask("editor", http.MethodGet, "/dataset/upload/tabelle?resource="+old, nil).text
	for _, want := range []string{`enctype="multipart/form-data"`, `<option value="` + old + `" selected>`, "Höchstens 100 MB."} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if !strings.Contains(w.ask("editor", http.MethodGet, "/dataset/edit/tabelle", nil).text, `href="/dataset/upload/tabelle"`) {
		t.Error("the form has no link to the upload")
	}
}

// TestBrowser_uploadsAFile does it on a phone without scripts: to the form, to the
// upload, and on the dataset's page the file is there.
func TestBrowser_uploadsAFile(t *testing.T) {
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	name := filepath.Join(t.TempDir(), "Messwerte März.csv")
	if err := os.WriteFile(name, []byte("ort;wert\nIsar;3\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	b := openTab(t, s.URL, false)
	b.open("/dataset/edit/abfallmengen-augsburg")
	b.run("sign in", chromedp.SendKeys(`input[name="login"]`, s.Login, chromedp.ByQuery), chromedp.SendKeys(`input[name="password"]`, s.Password, chromedp.ByQuery))
	b.press(`main form button[type="submit"]`)
	b.press(`main a[href="/dataset/upload/abfallmengen-augsburg"]`)
	b.fits("the upload")
	b.run("choose", chromedp.SetUploadFiles(`#upload`, []string{name}, chromedp.ByQuery), chromedp.SendKeys("#name", "Messwerte der Isar", chromedp.ByQuery))
	b.press(`main form button[type="submit"]`)
	if text := b.text(); b.path() != "/dataset/edit/abfallmengen-augsburg?done=edit.uploaded" || !strings.Contains(text, "Die Datei ist hochgeladen und gespeichert.") || !strings.Contains(text, "messwerte-marz.csv") {
		t.Fatalf("at %s: %.600s", b.path(), text)
	}
	b.open("/dataset/abfallmengen-augsburg")
	if text := b.text(); !strings.Contains(text, "Messwerte der Isar") {
		t.Errorf("not on the page of the dataset: %.600s", text)
	}
}
