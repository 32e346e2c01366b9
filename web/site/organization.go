package site

import (
	"html/template"

	"trio.example/catalog"
	"trio.example/search"
)

// orgNode is an organization in the tree of the list page.
type orgNode struct {
	Label, URL string
	Count      int
	City       bool
	Children   []orgNode
}

func (r *request) organizations() error {
	d, err := r.directory()
	if err != nil {
		return err
	}
	res, _, err := r.backend.Search(r.ctx, search.Query{Facets: []search.Facet{{Field: "organization", Limit: -1, MinCount: 1}}})
	if err != nil {
		return err
	}
	r.shows(res.Checkpoint)
	counts := map[string]int{}
	for _, c := range res.Facets["organization"] {
		counts[c.Value] = c.Count
	}
	var roots []orgNode
	for _, o := range d.orgs {
		if d.org(o.Owner) == nil {
			roots = append(roots, r.orgNode(o, d, counts, 0))
		}
	}
	// The cities come first, in the order of the configuration.
	var ordered []orgNode
	for _, c := range r.cfg.Cities {
		for _, n := range roots {
			if n.City && n.URL == r.local("/organization/"+c.Value) {
				ordered = append(ordered, n)
			}
		}
	}
	for _, n := range roots {
		if !n.City {
			ordered = append(ordered, n)
		}
	}
	return r.show("organizations", &page{
		Title: r.t.Get("orgs.title"), Description: r.t.Get("orgs.intro"), Path: "/organization", Nav: "organization", Body: ordered,
		Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {Label: r.t.Get("nav.orgs")}},
	})
}

func (r *request) orgNode(o *catalog.Entry, d *directory, counts map[string]int, depth int) orgNode {
	n := orgNode{Label: r.title(o), URL: r.local("/organization/" + o.Name), Count: counts[o.Name], City: r.isCity(o.Name)}
	if depth < maxOrgDepth {
		for _, c := range d.children(o.ID) {
			child := r.orgNode(c, d, counts, depth+1)
			n.Count += child.Count
			n.Children = append(n.Children, child)
		}
	}
	return n
}

func (r *request) isCity(name string) bool {
	for _, c := range r.cfg.Cities {
		if c.Value == name {
			return true
		}
	}
	return false
}

// groupView is the page of an organization or theme with its datasets.
type groupView struct {
	Title       string
	Kind        string // organization or group
	Code        string // of the theme, for its icon
	Description template.HTML
	Contact     contact
	Children    []link
	List        *listView
}

func (r *request) organization() error {
	name := r.c.Param("name")
	if base, ext, ok := rdfAddress(name); ok && r.cfg.OrganizationRDF != nil {
		r.cfg.OrganizationRDF(r.c, base, ext)
		return nil
	}
	if r.cfg.OrganizationRDF != nil {
		r.c.Writer.Header().Add("Vary", "Accept")
		if ext := wantedRDF(r.c.GetHeader("Accept")); ext != "" {
			r.cfg.OrganizationRDF(r.c, name, ext)
			return nil
		}
	}
	o, err := r.byName(r.backend.Organization, name)
	if err != nil {
		return err
	}
	if o.Name != name {
		r.redirect("/organization/" + o.Name)
		return nil
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	sc := scope{field: "organization", values: d.subtree(o, 0)}
	if r.isCity(o.Name) {
		sc = scope{field: "city", values: []string{o.Name}}
	}
	v := &groupView{Title: r.title(o), Kind: "organization", Description: r.text.html(o.Fields.String("description")), Contact: orgContact(o)}
	for _, c := range d.children(o.ID) {
		v.Children = append(v.Children, link{r.title(c), r.local("/organization/" + c.Name)})
	}
	crumbs := []link{{r.t.Get("nav.start"), r.local("/")}, {r.t.Get("nav.orgs"), r.local("/organization")}}
	if path := d.path(d.org(o.ID)); len(path) > 1 {
		for _, p := range path[:len(path)-1] {
			crumbs = append(crumbs, link{r.title(p), r.local("/organization/" + p.Name)})
		}
	}
	return r.scoped("organization", "/organization/"+o.Name, r.text.plain(o.Fields.String("description"), 300), append(crumbs, link{Label: v.Title}), v, sc, d)
}

func orgContact(o *catalog.Entry) contact {
	c := contact{Email: o.Fields.String("email")}
	c.Mailto = safeMail(c.Email)
	if u := o.Fields.String("homepage"); u != "" {
		c.URL = link{u, safeURL(u)}
	}
	return c
}

// scoped shows an organization or theme together with its list.
func (r *request) scoped(nav, path, desc string, crumbs []link, v *groupView, sc scope, d *directory) error {
	st := readState(r.c.Request.URL.Query())
	delete(st.filters, sc.field)
	var err error
	if v.List, err = r.list(path, st, sc, d); err != nil {
		return err
	}
	title := v.Title
	if st.page > 1 {
		title += " – " + r.t.Get("page.n", st.page)
	}
	if desc == "" {
		desc = r.t.Get("scoped.description", v.Title)
	}
	return r.show("scoped", &page{
		Title: title, Description: desc, Path: path + st.query(), Nav: nav, Crumbs: crumbs, Query: st.q, BoxInPage: true, Body: v,
		NoIndex: st.q != "" || v.List.Active > 0,
	})
}
