package site

import (
	"html/template"
	"strings"

	"trio.example/web/ui"
)

// page is what the layout needs; Body is the page's own data.
type page struct {
	Title       string // of the document, without the portal's name
	Description string
	// Path is the page's address without language, with what of the query
	// belongs to it.
	Path string
	// Nav names the entry of the main navigation the page belongs to.
	Nav    string
	Crumbs []link
	// Query stands in the search box; BoxInPage says the page has its own box.
	Query     string
	BoxInPage bool
	NoIndex   bool
	JSONLD    template.JS
	Body      any
	// Alternates are the same thing as data; Label is the media type.
	Alternates []link
	// Alerts say what was wrong with the request before, Done what it did.
	Alerts []string
	Done   string

	frame
}

// frame is what the layout needs and every page has alike.
type frame struct {
	Portal, Lang, OtherLang  string
	Canonical, URLde, URLen  string
	SwitchPath, SearchPath   string
	Cities, Version, Viewer  string
	LoginPath, FeedPath, URL string
	// Browser is set when the reader signed in on this browser.
	Browser    bool
	SurveyPath string
	// HarvestPath is for who manages sources.
	HarvestPath string
}

// link is a text that leads somewhere; an empty URL makes it plain text.
type link struct{ Label, URL string }

func (r *request) complete(p *page) *page {
	other := "en"
	if r.lang == "en" {
		other = "de"
	}
	labels := make([]string, len(r.cfg.Cities))
	for i, c := range r.cfg.Cities {
		labels[i] = c.Label.In(r.lang)
	}
	p.frame = frame{
		Portal: r.cfg.Title.In(r.lang), Lang: r.lang, OtherLang: other, URL: r.cfg.SiteURL,
		URLde: r.cfg.SiteURL + ui.Local("de", p.Path), URLen: r.cfg.SiteURL + ui.Local("en", p.Path),
		SwitchPath: ui.Local(other, p.Path), SearchPath: r.local("/dataset"),
		Cities: r.enumerate(labels), Version: r.cfg.Version, Viewer: r.viewer,
		LoginPath: r.loginPath(), FeedPath: r.cfg.FeedPath, Browser: r.in() != nil,
	}
	p.Alerts = append(p.Alerts, r.alerts...)
	if r.cfg.Rounds != nil && r.viewer != "" {
		p.SurveyPath = r.local("/survey")
	}
	if r.cfg.Harvests != nil && p.Nav == "harvest" {
		p.HarvestPath = r.local("/harvest")
	}
	p.Canonical = p.URLde
	if r.lang == "en" {
		p.Canonical = p.URLen
	}
	if p.Description == "" {
		p.Description = r.t.Get("site.description", p.Cities)
	}
	return p
}

// enumerate writes a list the way it is spoken: A, B und C.
func (r *request) enumerate(list []string) string {
	if n := len(list) - 1; n > 0 {
		return r.t.Get("list.and", strings.Join(list[:n], ", "), list[n])
	}
	return strings.Join(list, "")
}

// local gives the address of a path in the page's language.
func (r *request) local(path string) string { return ui.Local(r.lang, path) }

// loginPath is where one signs in, in the page's language.
func (r *request) loginPath() string {
	if r.cfg.Accounts == nil || r.cfg.LoginPath == "" {
		return r.cfg.LoginPath
	}
	return r.local(r.cfg.LoginPath)
}
