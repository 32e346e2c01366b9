package ui

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io/fs"
	"path"
	"slices"
	"strings"
)

//go:embed templates i18n
var files embed.FS

// Languages are the languages of the pages; the first is the default.
var languages = []string{"de", "en"}

// Languages lists the languages of the pages, the default first.
func Languages() []string { return slices.Clone(languages) }

// UI holds everything parsed once at start.
type UI struct {
	texts  map[string]Texts
	assets *Assets
	// pages holds a complete template set by language and page name.
	pages map[string]map[string]*template.Template
	hash  string
}

// New parses all templates for all languages. A fault in any template, text or
// asset shows here and not at the first visitor.
func New() (*UI, error) {
	u := &UI{texts: map[string]Texts{}, pages: map[string]map[string]*template.Template{}}
	var err error
	if u.assets, err = loadAssets(); err != nil {
		return nil, err
	}
	h := sha256.New()
	fmt.Fprintln(h, u.assets.Hash())
	if err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := files.ReadFile(name)
		fmt.Fprintf(h, "%s %x\n", name, sha256.Sum256(data))
		return err
	}); err != nil {
		return nil, fmt.Errorf("hash templates: %w", err)
	}
	u.hash = hex.EncodeToString(h.Sum(nil)[:6])
	for _, lang := range languages {
		if u.texts[lang], err = loadTexts(lang); err != nil {
			return nil, err
		}
		if u.pages[lang], err = u.parse(lang); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// parse builds one template set per page: layout, all partials, the page.
func (u *UI) parse(lang string) (map[string]*template.Template, error) {
	base, err := template.New("layout.html").Funcs(u.funcs(lang)).ParseFS(files, "templates/layout.html", "templates/partials/*.html")
	if err != nil {
		return nil, fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(files, "templates/pages/*.html")
	if err != nil {
		return nil, fmt.Errorf("list pages: %w", err)
	}
	out := map[string]*template.Template{}
	for _, name := range names {
		t, err := base.Clone()
		if err != nil {
			return nil, fmt.Errorf("clone layout: %w", err)
		}
		if out[strings.TrimSuffix(path.Base(name), ".html")], err = t.ParseFS(files, name); err != nil {
			return nil, fmt.Errorf("parse page: %w", err)
		}
	}
	return out, nil
}

// Render returns a complete page. Nothing is sent before it has succeeded.
func (u *UI) Render(lang, page string, data any) ([]byte, error) {
	t := u.pages[lang][page]
	if t == nil {
		return nil, fmt.Errorf("no page %q in language %q", page, lang)
	}
	var b bytes.Buffer
	if err := t.Execute(&b, data); err != nil {
		return nil, fmt.Errorf("render page %q: %w", page, err)
	}
	return b.Bytes(), nil
}

// Pages lists the names of all pages.
func (u *UI) Pages() []string {
	var out []string
	for name := range u.pages[languages[0]] {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// Texts returns the texts of a language, those of the default when unknown.
func (u *UI) Texts(lang string) Texts {
	if t, ok := u.texts[lang]; ok {
		return t
	}
	return u.texts[languages[0]]
}

// Assets returns the static files.
func (u *UI) Assets() *Assets { return u.assets }

// Hash changes with any template, text or asset.
func (u *UI) Hash() string { return u.hash }
