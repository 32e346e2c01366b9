package site

import (
	"mime"
	"strconv"
	"strings"
)

// rdfTypes are the media types that ask for data instead of a page. XML and
// JSON in general are not among them: browsers ask for those too.
var rdfTypes = map[string]string{
	"text/turtle": "ttl", "application/x-turtle": "ttl", "application/rdf+xml": "rdf", "application/ld+json": "jsonld",
	"application/n-triples": "nt", "text/n3": "n3",
}

// wantedRDF reads an Accept header and returns the ending of the syntax asked
// for, "" for a page. Whoever takes a page as gladly gets the page.
func wantedRDF(accept string) string {
	const maxHeader = 1000
	if len(accept) > maxHeader {
		return ""
	}
	page, best, ext := 0.0, 0.0, ""
	for _, part := range strings.Split(accept, ",") {
		typ, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		q := 1.0
		if s, ok := params["q"]; ok {
			if q, err = strconv.ParseFloat(s, 64); err != nil || q < 0 || q > 1 {
				continue
			}
		}
		switch e, rdf := rdfTypes[typ]; {
		case rdf && q > best:
			best, ext = q, e
		case typ == "text/html", typ == "application/xhtml+xml":
			page = max(page, q)
		}
	}
	if best > page {
		return ext
	}
	return ""
}

// negotiated answers with data where a program asks for them at an address that
// also has a page (DCAT-AP.de: a thing's address leads to its description).
func (r *request) negotiated(name string) bool {
	if r.cfg.DatasetRDF == nil {
		return false
	}
	r.c.Writer.Header().Add("Vary", "Accept")
	ext := wantedRDF(r.c.GetHeader("Accept"))
	switch {
	case ext == "":
		return false
	case name != "":
		r.cfg.DatasetRDF(r.c, name, ext)
	case r.cfg.CatalogRDF != nil:
		r.cfg.CatalogRDF(r.c, ext)
	default:
		return false
	}
	return true
}
