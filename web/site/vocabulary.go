package site

import (
	"regexp"
	"strings"

	"trio.example/catalog/vocab"
)

// concept shows a value of a controlled vocabulary in words.
func (r *request) concept(list, value string) string {
	if value == "" {
		return ""
	}
	if c, ok := vocab.Lookup(list, value); ok {
		if l := c.Label.In(r.lang); l != "" {
			return l
		}
	}
	return value
}

// place names an area given by URI, "" when it is not known.
func (r *request) place(uri string) string {
	for _, c := range vocab.Cities() {
		if uri == c.Place || uri == c.MunicipalityKey() {
			return c.Label.In(r.lang)
		}
	}
	return ""
}

// modelDataset names an entry of the catalogue of model datasets.
func (r *request) modelDataset(uri string) link {
	l := link{Label: uri, URL: safeURL(uri)}
	if _, name, ok := strings.Cut(l.URL, modelPath); ok && modelName.MatchString(name) {
		words := strings.ToLower(capital.ReplaceAllString(strings.ReplaceAll(name, "/", " – "), "$1 $2"))
		l.Label = strings.ToUpper(words[:1]) + words[1:]
	}
	return l
}

// modelPath precedes the names of model datasets, written in camel case.
const modelPath = "/def/musterdatensatz/"

var (
	modelName = regexp.MustCompile(`^[a-zA-Z][a-zA-Z0-9/_-]{0,120}$`)
	capital   = regexp.MustCompile(`([a-z])([A-Z])`)
)

// theme is one of the EU's data themes.
type theme struct {
	Name, Code, Label, URL string
	Count                  int
	// Share is the count against the greatest one, in percent.
	Share int
}

// provisional is the EU's code for data without a theme.
const provisional = "OP_DATPRO"

// euThemes lists the 13 themes with their labels; Name is what groups are
// called by custom ("envi").
func (r *request) euThemes() []theme {
	var out []theme
	for _, c := range vocab.List("theme") {
		if c.Code != provisional && c.Code != "" {
			out = append(out, theme{Name: strings.ToLower(c.Code), Code: c.Code, Label: c.Label.In(r.lang)})
		}
	}
	return out
}

// themeName gives the group name of a theme's URI, "" for none.
func themeName(uri string) string {
	c, ok := vocab.Lookup("theme", uri)
	if !ok || c.Code == provisional {
		return ""
	}
	return strings.ToLower(c.Code)
}

// groupLabel names a group, a theme without group by its theme.
func (r *request) groupLabel(name string, d *directory) string {
	if g := d.group(name); g != nil {
		// A group that only repeats a theme is named in the page's language.
		if c, ok := vocab.Lookup("theme", strings.ToUpper(name)); ok && r.lang != "de" && titleOf(g) == c.Label.In("de") {
			return c.Label.In(r.lang)
		}
		return titleOf(g)
	}
	if c, ok := vocab.Lookup("theme", strings.ToUpper(name)); ok {
		return c.Label.In(r.lang)
	}
	return name
}
