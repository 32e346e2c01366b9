package site

import (
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
	"trio.example/search"
)

// groups lists the EU themes and, after them, groups of our own.
func (r *request) groups() error {
	d, err := r.directory()
	if err != nil {
		return err
	}
	res, _, err := r.backend.Search(r.ctx, search.Query{Facets: []search.Facet{{Field: "groups", Limit: -1, MinCount: 1}}})
	if err != nil {
		return err
	}
	r.shows(res.Checkpoint)
	list := r.startThemes(res.Facets["groups"], d)
	known := map[string]bool{}
	for _, t := range list {
		known[t.Name] = true
	}
	for _, g := range d.groups {
		if !known[g.Name] {
			list = append(list, theme{Name: g.Name, Label: r.title(g), URL: r.local("/group/" + g.Name), Count: countOf(res.Facets["groups"], g.Name)})
		}
	}
	return r.show("groups", &page{
		Title: r.t.Get("groups.title"), Description: r.t.Get("groups.intro"), Path: "/group", Nav: "group", Body: list,
		Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {Label: r.t.Get("nav.groups")}},
	})
}

// group is the page of a theme. The EU's themes have one even where nobody
// has made a group of that name yet.
func (r *request) group() error {
	name := r.c.Param("name")
	g, err := r.byName(r.backend.Group, name)
	if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
		if _, ok := vocab.Lookup("theme", strings.ToUpper(name)); ok && name == strings.ToLower(name) && len(catalog.CheckName(name)) == 0 {
			g, err = &catalog.Entry{Name: name, Type: catalog.TypeGroup, Fields: catalog.Fields{}}, nil
		}
	}
	if err != nil {
		return err
	}
	if g.Name != name {
		r.redirect("/group/" + g.Name)
		return nil
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	v := &groupView{Title: r.groupLabel(g.Name, d), Kind: "group", Description: r.text.html(g.Fields.String("description")), Code: strings.ToUpper(g.Name), Contact: orgContact(g)}
	crumbs := []link{{r.t.Get("nav.start"), r.local("/")}, {r.t.Get("nav.groups"), r.local("/group")}, {Label: v.Title}}
	return r.scoped("group", "/group/"+g.Name, r.text.plain(g.Fields.String("description"), 300), crumbs, v, scope{"groups", []string{g.Name}}, d)
}
