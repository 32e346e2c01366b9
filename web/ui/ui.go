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
	sets   map[string]*template.Template // layout, partials and pages, by language
	pages  []string
	hash   string
}

// New parses all templates for all languages. A fault in any template, text or
// asset shows here and not at the first visitor.
func New() (*UI, error) {
	u := &UI{texts: map[string]Texts{}, sets: map[string]*template.Template{}}
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
		if u.sets[lang], u.pages, err = u.parse(lang); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// parse builds one set of templates: layout, partials, and of each page its
// “main” under the page's name and what else it defines. Names are defined once.
func (u *UI) parse(lang string) (set *template.Template, pages []string, err error) {
	funcs := u.funcs(lang)
	if set, err = template.New("ui").Funcs(funcs).ParseFS(files, "templates/layout.html", "templates/partials/*.html"); err != nil {
		return nil, nil, fmt.Errorf("parse layout: %w", err)
	}
	names, err := fs.Glob(files, "templates/pages/*.html")
	if err != nil {
		return nil, nil, fmt.Errorf("list pages: %w", err)
	}
	for _, name := range names {
		page := strings.TrimSuffix(path.Base(name), ".html")
		parsed, err := template.New(page).Funcs(funcs).ParseFS(files, name)
		if err != nil {
			return nil, nil, fmt.Errorf("parse page: %w", err)
		}
		for _, t := range parsed.Templates() {
			as := t.Name()
			switch as {
			case page, path.Base(name):
				continue // what stands between the definitions: nothing
			case "main":
				as = mainOf(page)
			}
			if set.Lookup(as) != nil {
				return nil, nil, fmt.Errorf("page %s defines the template %q, which there is", page, as)
			}
			if _, err := set.AddParseTree(as, t.Tree); err != nil {
				return nil, nil, fmt.Errorf("page %s: %w", page, err)
			}
		}
		pages = append(pages, page)
	}
	return set, pages, nil
}

// mainOf names the template that fills a page between top and bottom.
func mainOf(page string) string { return "page " + page }

// Render returns a complete page. Nothing is sent before it has succeeded.
func (u *UI) Render(lang, page string, data any) ([]byte, error) {
	set := u.sets[lang]
	if set == nil || !slices.Contains(u.pages, page) {
		return nil, fmt.Errorf("no page %q in language %q", page, lang)
	}
	var b bytes.Buffer
	for _, part := range []string{"top", mainOf(page), "bottom"} {
		if err := set.ExecuteTemplate(&b, part, data); err != nil {
			return nil, fmt.Errorf("render page %q: %w", page, err)
		}
	}
	return b.Bytes(), nil
}

// Pages lists the names of all pages, in order.
func (u *UI) Pages() []string { return slices.Clone(u.pages) }

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
