package ckan

import (
	"context"
	"encoding/json"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"trio.example/catalog"
)

// RDF writes the catalogue as the feed does. The values are those of the feed's
// addresses: page, modified_since, q, fq and profiles.
type RDF interface {
	CatalogText(ctx context.Context, format string, q url.Values) ([]byte, error)
	DatasetText(ctx context.Context, idOrName, format string, q url.Values) ([]byte, error)
}

// dcatTable lists the actions of ckanext-dcat.
func (s *Service) dcatTable() []Action {
	format := param("format", "string", "xml (ohne Angabe), rdf, ttl, n3, jsonld oder nt", "xml (by default), rdf, ttl, n3, jsonld or nt")
	profiles := param("profiles", "list", "3.0 oder 2.0", "3.0 or 2.0")
	page := []Param{param("page", "integer", "Seite, ab 1", "page, from 1"), param("modified_since", "string", "nur seitdem geänderte", "only those changed since"), param("q", "string", "Suche", "search"), param("fq", "string", "Filter", "filter")}
	list := slices.Concat(page, []Param{format, profiles})
	return []Action{
		row("dcat_dataset_show", false, AuthAnyone, s.dcatDataset, "Ein Datensatz als RDF-Text.", "A dataset as RDF text.", param("id", "string", "Kennung oder Name", "id or name"), format, profiles),
		read("dcat_catalog_show", s.dcatCatalog, "Eine Seite des Katalogs als RDF-Text.", "A page of the catalogue as RDF text.", list...),
		read("dcat_catalog_search", s.dcatCatalog, "Dasselbe wie dcat_catalog_show.", "The same as dcat_catalog_show.", list...),
		read("dcat_datasets_list", s.dcatList, "Eine Seite des Katalogs in der Form von data.json.", "A page of the catalogue in the form of data.json.", page...),
	}
}

// maxDcatPage is the last page the feed counts to.
const maxDcatPage = 1_000_000

// dcatArgs brings arguments into the form of the feed's addresses, the page among
// them as a number of its own.
func dcatArgs(c *Call) (format string, page int, q url.Values, err error) {
	page, q = 1, url.Values{}
	for _, name := range []string{"q", "fq", "modified_since"} {
		if v := c.Args.String(name); v != "" {
			q.Set(name, v)
		}
	}
	if !c.Args.Empty("profiles") {
		q.Set("profiles", strings.Join(c.Args.List("profiles"), ","))
	}
	if !c.Args.Empty("page") {
		n, ok := c.Args.integer("page")
		if !ok || n < 1 || n > maxDcatPage {
			return "", 0, nil, plainInvalid("message", "Page param must be a positive number starting in 1")
		}
		page = int(n)
		q.Set("page", strconv.Itoa(page))
	}
	format = strings.ToLower(c.Args.String("format"))
	if format == "" || format == "rdf" {
		format = "xml"
	}
	return format, page, q, nil
}

func (s *Service) dcatCatalog(ctx context.Context, c *Call) (any, error) {
	format, _, q, err := dcatArgs(c)
	if err != nil {
		return nil, err
	}
	text, err := s.cfg.RDF.CatalogText(ctx, format, q)
	return dcatAnswer(text, err)
}

func (s *Service) dcatDataset(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id"); err != nil {
		return nil, err
	}
	format, _, q, err := dcatArgs(c)
	if err != nil {
		return nil, err
	}
	text, err := s.cfg.RDF.DatasetText(ctx, c.Args.String("id"), format, q)
	return dcatAnswer(text, err)
}

func dcatAnswer(text []byte, err error) (any, error) {
	if catalog.KindOf(err) == catalog.KindInvalid && err != nil {
		return nil, plainInvalid("message", err.Error())
	}
	if err != nil {
		return nil, err
	}
	return string(text), nil
}

// dcatList answers dcat_datasets_list with what package_search finds.
func (s *Service) dcatList(ctx context.Context, c *Call) (any, error) {
	_, page, q, err := dcatArgs(c)
	if err != nil {
		return nil, err
	}
	const perPage = 100
	args := Args{"rows": strconv.Itoa(perPage), "start": strconv.Itoa(perPage * (page - 1)), "sort": "metadata_modified desc", "q": q.Get("q")}
	var filters []any
	if fq := q.Get("fq"); fq != "" {
		filters = append(filters, fq)
	}
	if since := q.Get("modified_since"); since != "" {
		at, ok := catalog.ParseMoment(since)
		if !ok {
			return nil, plainInvalid("message", "Wrong modified date format. Use ISO-8601 format")
		}
		filters = append(filters, "metadata_modified:["+at.Format("2006-01-02T15:04:05Z")+" TO NOW]")
	}
	if filters != nil {
		args["fq_list"] = filters
	}
	text, err := s.appendSearch(ctx, &Call{Actor: catalog.Anonymous, Args: args}, nil)
	if err != nil {
		return nil, err
	}
	var answer struct{ Results []catalog.Fields }
	if err := json.Unmarshal(text, &answer); err != nil {
		return nil, err
	}
	out := []any{}
	for _, p := range answer.Results {
		out = append(out, dataJSON(p))
	}
	return out, nil
}

// dataJSON is a dataset in the form of data.json, as ckanext-dcat writes it.
func dataJSON(p catalog.Fields) map[string]any {
	out := map[string]any{"title": p["title"], "description": p["notes"], "landingPage": p["url"]}
	keywords := []any{}
	for _, t := range p.Maps("tags") {
		keywords = append(keywords, t["name"])
	}
	out["keyword"] = keywords
	publisher := map[string]any{}
	for _, x := range p.Maps("extras") {
		value, _ := x["value"].(string)
		switch x["key"] {
		case "issued", "modified", "identifier":
			out[x["key"].(string)] = value
		case "guid":
			if out["identifier"] == nil {
				out["identifier"] = value
			}
		case "language":
			var list []string
			if json.Unmarshal([]byte(value), &list) != nil {
				list = strings.Split(value, ",")
			}
			out["language"] = list
		case "publisher_name":
			publisher["name"] = value
		case "publisher_email":
			publisher["mbox"] = value
		}
	}
	for _, who := range []string{"maintainer", "author"} {
		if publisher["name"] == nil && p.String(who) != "" {
			publisher["name"], publisher["mbox"] = p.String(who), p[who+"_email"]
		}
	}
	out["publisher"] = publisher
	files := []any{}
	for _, r := range p.Maps("resources") {
		files = append(files, map[string]any{"title": r["name"], "description": r["description"], "format": r["format"], "byteSize": r["size"], "accessURL": r["url"]})
	}
	out["distribution"] = files
	return out
}
