package site

import (
	"html/template"

	"trio.example/catalog"
)

// legalPages must be reachable from every page (§ 5 DDG, Art. 13 DSGVO, BayDiV).
var legalPages = []string{"impressum", "datenschutz", "barrierefreiheit", "kontakt"}

// legalView is a legal page: the operator's own text, or the built-in frame
// filled from the configuration, with a marked gap for what is missing.
type legalView struct {
	Name     string
	Title    string
	Own      template.HTML
	Operator Operator
	Email    string // mailto:
	Tel      string // tel:
	SiteURL  string
	Except   template.HTML
	Method   string
	// Incomplete says that the page has gaps.
	Incomplete bool
}

func (r *request) legal(name string) error {
	op := r.cfg.Operator
	own := map[string]catalog.Text{"impressum": op.Imprint, "datenschutz": op.Privacy, "barrierefreiheit": op.Accessibility, "kontakt": op.Contact}[name]
	v := &legalView{
		Name: name, Operator: op, Email: safeMail(op.Email), Tel: safeTel(op.Phone), SiteURL: r.cfg.SiteURL,
		Own: r.text.html(own.In(r.lang)), Except: r.text.html(op.Exceptions.In(r.lang)), Method: op.AuditMethod.In(r.lang),
	}
	switch name {
	case "impressum":
		v.Title = r.t.Get("legal.imprint")
		v.Incomplete = op.Name == "" || op.Address == "" || op.Email == "" || op.Represented == ""
	case "datenschutz":
		v.Title = r.t.Get("legal.privacy")
		v.Incomplete = op.Name == "" || op.DataProtection == ""
	case "barrierefreiheit":
		v.Title = r.t.Get("legal.accessibility")
		v.Incomplete = op.Name == "" || op.Conformity == "" || op.AuditDate.IsZero()
	default:
		v.Title = r.t.Get("legal.contact")
		v.Incomplete = op.Name == "" || op.Email == ""
	}
	v.Incomplete = v.Incomplete && v.Own == ""
	return r.show("legal", &page{Title: v.Title, Description: r.t.Get("legal.description", v.Title), Path: "/" + name, Body: v, Crumbs: r.crumbs(v.Title)})
}

func (r *request) about() error {
	title := r.t.Get("about.title")
	return r.show("about", &page{Title: title, Path: "/about", Nav: "about", Body: r.text.html(r.cfg.Operator.About.In(r.lang)), Crumbs: r.crumbs(title)})
}

func (r *request) crumbs(title string) []link {
	return []link{{r.t.Get("nav.start"), r.local("/")}, {Label: title}}
}
