package site

import (
	"html/template"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
)

// file is a distribution: a file to download or a service to call.
type file struct {
	ID, Name    string
	Page        string // its own page
	Text        string // short description
	Description template.HTML
	Format      format
	Size        int64
	Modified    time.Time
	Date        string
	Licence     licence
	Attribution string
	// URL is where it is; empty when the address may not become a link, which
	// then stands in Address as text.
	URL, Address string
	Service      bool
	Details      []detail
	Calls        []call
	Sentence     string
	Dataset      link
}

func (r *request) file(e *catalog.Entry, p *catalog.Part, publisher string) file {
	f := p.Fields
	address := f.String("download_url")
	if safeURL(address) == "" && f.String("url") != "" {
		address = f.String("url")
	}
	if own := p.FileURL(r.cfg.SiteURL, e.ID); own != "" {
		address = own
	}
	v := file{
		ID: p.ID, Name: f.String("name"), Page: r.local("/dataset/" + e.Name + "/resource/" + url.PathEscape(p.ID)),
		Text: r.text.plain(f.String("description"), 240), Modified: p.Modified,
		Licence: r.partLicence(e, p), Attribution: r.attribution(e, p, publisher),
		URL: safeURL(address), Address: cut(address, maxDetail),
	}
	v.Sentence = r.sentence(v.Licence)
	if s := f.String("format"); s != "" {
		v.Format = formatOf(s)
	}
	v.Size, _ = f.Int("size")
	v.Service = v.Format.Kind == "service" || len(f.Maps("access_services")) > 0
	if d, _ := r.t.DateText(f.String("modified")); d != "" {
		v.Date = d
	}
	if strings.TrimSpace(v.Name) == "" {
		v.Name = fileName(v.URL, r.t.Get("file.unnamed"))
	}
	return v
}

// fileName takes a name off an address, or the given one.
func fileName(address, otherwise string) string {
	u, err := url.Parse(address)
	if err != nil {
		return otherwise
	}
	if b := path.Base(u.Path); b != "." && b != "/" && strings.Contains(b, ".") && len(b) < 100 {
		return b
	}
	return otherwise
}

func (r *request) resource() error {
	name, id := r.c.Param("name"), r.c.Param("id")
	e, err := r.byName(r.backend.Dataset, name)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(e.Parts, func(p catalog.Part) bool { return p.ID == id })
	if i < 0 {
		return catalog.Errorf(catalog.KindNotFound, "resource not found")
	}
	if e.Name != name {
		r.redirect("/dataset/" + e.Name + "/resource/" + url.PathEscape(id))
		return nil
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	p := &e.Parts[i]
	v := r.file(e, p, r.publisher(e, d))
	v.Description = r.text.html(p.Fields.String("description"))
	v.Details = r.partDetails(p)
	v.Calls = r.resourceCalls(p.ID, v.URL)
	v.Dataset = link{r.title(e), r.local("/dataset/" + e.Name)}
	desc := v.Text
	if desc == "" {
		desc = r.t.Get("file.described", v.Name, r.title(e))
	}
	return r.show("resource", &page{
		Title: v.Name + " – " + r.title(e), Description: desc, Path: "/dataset/" + e.Name + "/resource/" + url.PathEscape(id), Nav: "dataset",
		Crumbs:  r.datasetCrumbs(e, d, v.Name),
		NoIndex: e.Access != catalog.AccessPublic || e.State != catalog.StateActive, Body: v,
	})
}
