package ui

import (
	"errors"
	"html/template"
	"strings"
	"time"
)

// funcs are what templates may call, bound to one language.
func (u *UI) funcs(lang string) template.FuncMap {
	t := u.texts[lang]
	return template.FuncMap{
		"lang":     func() string { return lang },
		"t":        t.Get,
		"tn":       t.Count,
		"num":      func(n int) string { return t.Number(int64(n)) },
		"size":     t.Size,
		"date":     t.Date,
		"datetime": t.DateTime,
		"iso":      func(d time.Time) string { return d.UTC().Format(time.RFC3339) },
		"asset":    u.assets.URL,
		"icon":     icon,
		"dict":     dict,
		"add":      func(a, b int) int { return a + b },
		"local":    func(path string) string { return Local(lang, path) },
		"lines":    func(s string) []string { return strings.Split(strings.TrimSpace(s), "\n") },
	}
}

// Local puts a site path into the address space of a language.
func Local(lang, path string) string {
	if lang == languages[0] {
		return path
	}
	if path == "/" {
		return "/" + lang + "/"
	}
	return "/" + lang + path
}

// dict lets a template hand several values to another one.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, errors.New("dict needs pairs")
	}
	m := map[string]any{}
	for i := 0; i < len(pairs); i += 2 {
		key, ok := pairs[i].(string)
		if !ok {
			return nil, errors.New("dict needs texts as keys")
		}
		m[key] = pairs[i+1]
	}
	return m, nil
}
