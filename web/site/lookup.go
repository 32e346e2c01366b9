package site

import (
	"context"

	"trio.example/catalog"
)

// byName gets one entry by id or name. A name no entry can have is not asked for.
func (r *request) byName(get func(context.Context, string) (*catalog.Entry, error), name string) (*catalog.Entry, error) {
	if len(catalog.CheckName(name)) > 0 && !catalog.IsID(name) {
		return nil, catalog.Errorf(catalog.KindNotFound, "not found")
	}
	return get(r.ctx, name)
}

// publisher is the office that stands behind a dataset.
func (r *request) publisher(e *catalog.Entry, d *directory) string {
	if o := d.org(e.Owner); o != nil {
		path := d.path(o)
		if len(path) > 1 {
			return r.cityLabel(path[0].Name, d) + ", " + r.title(o)
		}
		return r.title(o)
	}
	return e.Fields.String("author")
}

// contact is the functional address of an office. Names of persons do not
// belong into these fields; the definition's help says so.
type contact struct {
	Name, Email, Mailto, Phone, Tel string
	URL                             link
}

// Any reports whether there is anything to show.
func (c contact) Any() bool { return c.Name+c.Email+c.Phone+c.URL.Label != "" }

func (r *request) contact(e *catalog.Entry) contact {
	f := e.Fields
	c := contact{Name: f.String("contact_name"), Email: f.String("contact_email"), Phone: f.String("contact_phone")}
	if c.Email == "" {
		c.Email = f.String("maintainer_email")
	}
	if c.Name == "" {
		c.Name = f.String("maintainer")
	}
	c.Mailto, c.Tel = safeMail(c.Email), safeTel(c.Phone)
	if u := f.String("contact_url"); u != "" {
		c.URL = link{u, safeURL(u)}
	}
	return c
}

// period writes the span of time the data are about.
func (r *request) period(f catalog.Fields) string {
	return r.span(f.String("temporal_start"), f.String("temporal_end"))
}

func (r *request) span(first, last string) string {
	from, _ := r.t.DateText(first)
	to, _ := r.t.DateText(last)
	switch {
	case from == to:
		return from
	case from != "" && to != "":
		return r.t.Get("period.both", from, to)
	case from != "":
		return r.t.Get("period.from", from)
	case to != "":
		return r.t.Get("period.to", to)
	default:
		return ""
	}
}

func (r *request) area(f catalog.Fields) string {
	if s := f.String("spatial_text"); s != "" {
		return s
	}
	for _, g := range f.Strings("geocoding_text") {
		return g
	}
	return ""
}
