package site

import (
	"html/template"
	"net/http"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
)

// datasetView is the page of a dataset.
type datasetView struct {
	Title, Name string
	Org         link
	City        string
	Notes       template.HTML
	Files       []file
	MoreFiles   []file
	Themes      []link
	Tags        []link
	MoreTags    []link
	Models      []link
	Series      []link // the dataset is part of
	// Members are the datasets of a series, All counts them.
	IsSeries             bool
	Members, MoreMembers []link
	AllMembers           int
	Licence              licence
	Sentence             string
	Attribution          string
	Contact              contact
	Period, Area         string
	Modified             time.Time
	Frequency            string
	Details              []detail
	Extras               []detail
	Formats              []link // metadata as JSON, RDF …
	Calls                []call
	Hidden, Draft        bool
	History, Edit        string // for those who may edit it
}

// Lists on a page that start folded.
const (
	filesShown = 50
	tagsShown  = 20
	maxTags    = 1000
)

func (r *request) dataset() error { return r.datasetPage(r.c.Param("name")) }

func (r *request) datasetPage(name string) error {
	if base, ext, ok := rdfAddress(name); ok {
		if r.cfg.DatasetRDF == nil {
			return catalog.Errorf(catalog.KindNotFound, "page not found")
		}
		r.cfg.DatasetRDF(r.c, base, ext)
		return nil
	}
	if r.negotiated(name) {
		return nil
	}
	e, err := r.byName(r.backend.Dataset, name)
	if err != nil {
		return err
	}
	if e.Name != name {
		r.redirect("/dataset/" + e.Name)
		return nil
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	v := r.datasetView(e, d)
	if err := r.series(e, v); err != nil {
		return err
	}
	return r.show("dataset", &page{
		Alternates: r.alternates(e),
		Title:      v.Title, Description: r.describe(e), Path: "/dataset/" + e.Name, Nav: "dataset",
		Crumbs: r.datasetCrumbs(e, d, ""), NoIndex: v.Hidden, Body: v, JSONLD: r.datasetLD(e, v),
	})
}

// rdfAddress splits NAME.ttl; a dataset's name has no dot.
func rdfAddress(name string) (base, ext string, ok bool) {
	for _, ext := range []string{"rdf", "xml", "ttl", "jsonld", "n3", "nt"} {
		if base, ok := strings.CutSuffix(name, "."+ext); ok && base != "" {
			if ext == "xml" {
				ext = "rdf"
			}
			return base, ext, true
		}
	}
	return "", "", false
}

// redirect leads to the address an entry really has, inside this site only.
func (r *request) redirect(path string) {
	setHeaders(r.c.Writer.Header())
	r.c.Header("Cache-Control", "no-cache")
	r.c.Redirect(http.StatusFound, r.local(path))
}

func (r *request) datasetView(e *catalog.Entry, d *directory) *datasetView {
	f := e.Fields
	v := &datasetView{
		Title: r.title(e), Name: e.Name, Notes: r.text.html(f.String("notes")),
		Modified: e.Modified, Frequency: r.concept("frequency", f.String("frequency")),
		Licence: r.datasetLicence(e), Contact: r.contact(e), Period: r.period(f), Area: r.area(f),
		Details: r.details(e), Extras: extras(f), Calls: r.datasetCalls(e.Name),
		Hidden: e.Access != catalog.AccessPublic || e.State != catalog.StateActive, Draft: e.State == catalog.StateDraft, History: r.historyPath(e), Edit: r.editPath(e),
	}
	if o := d.org(e.Owner); o != nil {
		v.Org = link{r.title(o), r.local("/organization/" + o.Name)}
		v.City = r.cityLabel(d.path(o)[0].Name, d)
	}
	v.Sentence = r.sentence(v.Licence)
	publisher := r.publisher(e, d)
	for i := range e.Parts {
		file := r.file(e, &e.Parts[i], publisher)
		if v.Licence.Label == "" && file.Licence.Label != "" {
			v.Sentence = r.t.Get("licence.differs")
		}
		if v.Attribution == "" {
			v.Attribution = file.Attribution
		}
		v.Files = append(v.Files, file)
	}
	if len(e.Parts) == 0 {
		v.Attribution = r.attribution(e, nil, publisher)
	}
	v.Files, v.MoreFiles = split(v.Files, filesShown)
	v.Themes = r.themes(e, d)
	tags := f.Strings("tags")
	for _, t := range tags[:min(len(tags), maxTags)] {
		v.Tags = append(v.Tags, link{t, r.local("/dataset") + state{filters: map[string][]string{"tags": {t}}, page: 1}.query()})
	}
	v.Tags, v.MoreTags = split(v.Tags, tagsShown)
	for _, m := range f.Strings("references") {
		if l := r.modelDataset(m); l.Label != "" {
			v.Models = append(v.Models, l)
		}
	}
	v.Formats = r.metadataLinks(e)
	return v
}

func split[T any](list []T, n int) (head, tail []T) {
	if len(list) <= n+2 { // no fold for two
		return list, nil
	}
	return list[:n], list[n:]
}

// themes are a dataset's groups and EU themes, each once.
func (r *request) themes(e *catalog.Entry, d *directory) []link {
	var out []link
	var seen []string
	add := func(name string) {
		if name != "" && !slices.Contains(seen, name) {
			seen = append(seen, name)
			out = append(out, link{r.groupLabel(name, d), r.local("/group/" + name)})
		}
	}
	for _, g := range e.Fields.Strings("groups") {
		if ge := d.group(g); ge != nil {
			add(ge.Name)
		}
	}
	for _, t := range e.Fields.Strings("theme") {
		add(themeName(t))
	}
	return out
}

func (r *request) metadataLinks(e *catalog.Entry) []link {
	out := []link{{"JSON", "/api/3/action/package_show?id=" + e.Name}}
	if r.cfg.DatasetRDF != nil {
		base := "/dataset/" + e.Name
		out = append(out, link{"RDF/XML", base + ".rdf"}, link{"Turtle", base + ".ttl"}, link{"JSON-LD", base + ".jsonld"})
	}
	return out
}

// alternates are the links by which programs find the data form of a page.
func (r *request) alternates(e *catalog.Entry) []link {
	if r.cfg.DatasetRDF == nil {
		return nil
	}
	base := r.cfg.SiteURL + "/dataset/" + e.Name
	return []link{{"application/rdf+xml", base + ".rdf"}, {"text/turtle", base + ".ttl"}, {"application/ld+json", base + ".jsonld"}}
}

// datasetCrumbs leads from the start page over city and organization.
func (r *request) datasetCrumbs(e *catalog.Entry, d *directory, last string) []link {
	out := []link{{r.t.Get("nav.start"), r.local("/")}}
	if o := d.org(e.Owner); o != nil {
		for _, o := range d.path(o) {
			out = append(out, link{r.title(o), r.local("/organization/" + o.Name)})
		}
	} else {
		out = append(out, link{r.t.Get("nav.datasets"), r.local("/dataset")})
	}
	if last == "" {
		return append(out, link{Label: r.title(e)})
	}
	return append(out, link{r.title(e), r.local("/dataset/" + e.Name)}, link{Label: last})
}

// describe is the text for search engines and previews.
func (r *request) describe(e *catalog.Entry) string {
	if s := r.text.plain(e.Fields.String("notes"), 300); s != "" {
		return s
	}
	return r.t.Get("dataset.described", r.title(e), r.cfg.Title.In(r.lang))
}
