package ckan

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
)

type atomLink struct {
	Rel  string `xml:"rel,attr,omitempty"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	Title     string     `xml:"title"`
	ID        string     `xml:"id"`
	Links     []atomLink `xml:"link"`
	Published string     `xml:"published"`
	Updated   string     `xml:"updated"`
	Content   string     `xml:"content"`
	Author    string     `xml:"author>name"`
}

type atomFeed struct {
	XMLName xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Title   string      `xml:"title"`
	ID      string      `xml:"id"`
	Updated string      `xml:"updated"`
	Links   []atomLink  `xml:"link"`
	Author  string      `xml:"author>name"`
	Entries []atomEntry `xml:"entry"`
}

const atomPage = 20

// registerAtom mounts CKAN's Atom feeds: newest changes first, 20 a page.
func (s *Service) registerAtom(r gin.IRouter) {
	feed := func(path string, args func(*gin.Context) (Args, string)) {
		h := func(c *gin.Context) { s.atom(c, args) }
		r.GET(path, h)
		r.HEAD(path, h)
	}
	feed("/feeds/dataset.atom", func(*gin.Context) (Args, string) { return Args{}, "" })
	feed("/feeds/custom.atom", custom)
	for path, field := range map[string]string{"organization": "organization", "group": "groups", "tag": "tags"} {
		feed("/feeds/"+path+"/:id", func(c *gin.Context) (Args, string) {
			id, ok := cutAtom(c.Param("id"))
			if !ok {
				return nil, ""
			}
			if field != "tags" {
				if id = s.groupName(c, id); id == "" {
					return nil, ""
				}
			}
			return Args{"fq": field + ":" + inQuotes(id)}, id
		})
	}
}

// maxConditions bounds the conditions of a feed, one a parameter.
const maxConditions = 50

// custom is the feed of a search: q, and any other parameter is a field with the
// value it must have, as on CKAN's pages of datasets.
func custom(c *gin.Context) (Args, string) {
	args := Args{"q": cmp.Or(c.Query("q"), c.Query("search_query")), "sort": c.Query("sort")}
	var fq []any
	query := c.Request.URL.Query()
	for _, name := range slices.Sorted(maps.Keys(query)) {
		for _, value := range query[name] {
			switch {
			case value == "" || strings.HasPrefix(name, "_") || slices.Contains([]string{"q", "search_query", "sort", "page"}, name):
			case strings.HasPrefix(name, "ext_"):
				args[name] = value
			case name == "fq":
				fq = append(fq, value)
			default:
				fq = append(fq, escaped.Replace(name)+":"+inQuotes(value))
			}
		}
	}
	args["fq"] = fq[:min(len(fq), maxConditions)]
	return args, args.String("q")
}

// escaped takes from a field's name what would have a meaning in a query.
var escaped = strings.NewReplacer(`\`, `\\`, `:`, `\:`, `"`, `\"`, ` `, `\ `, `(`, `\(`, `)`, `\)`, `[`, `\[`, `]`, `\]`, `{`, `\{`, `}`, `\}`, `+`, `\+`, `-`, `\-`, `!`, `\!`, `*`, `\*`, `?`, `\?`, `^`, `\^`, `~`, `\~`)

// inQuotes writes a value as a phrase of the query syntax.
func inQuotes(value string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(value) + `"`
}

func cutAtom(file string) (string, bool) {
	const ext = ".atom"
	if len(file) <= len(ext) || file[len(file)-len(ext):] != ext {
		return "", false
	}
	return file[:len(file)-len(ext)], true
}

// groupName resolves an id or name to the name of a public group.
func (s *Service) groupName(c *gin.Context, id string) string {
	name := ""
	err := s.reg.Store().View(c.Request.Context(), func(tx catalog.Tx) error {
		g, err := s.findGroup(tx, catalog.Anonymous, id)
		if err == nil {
			name = g.Name
		}
		return err
	})
	if err != nil {
		return ""
	}
	return name
}

func (s *Service) atom(c *gin.Context, arguments func(*gin.Context) (Args, string)) {
	args, about := arguments(c)
	page, err := strconv.Atoi(cmp.Or(c.Query("page"), "1"))
	if args == nil {
		c.String(http.StatusNotFound, "Diesen Feed gibt es nicht.\n")
		return
	}
	if err != nil || page < 1 || page > 1_000_000 {
		c.Data(http.StatusBadRequest, "text/html; charset=utf-8", []byte("<!doctype html><title>400</title><p>&#34;page&#34; parameter must be a positive integer</p>\n"))
		return
	}
	args["rows"], args["start"], args["facet"] = strconv.Itoa(atomPage), strconv.Itoa((page-1)*atomPage), false
	if args.String("sort") == "" {
		args["sort"] = "metadata_modified desc"
	}
	total, results, err := s.datasets(c.Request.Context(), &Call{Actor: catalog.Anonymous, Args: args})
	if err != nil {
		if asAPIError(err) == nil {
			internal(c, err)
			return
		}
		c.String(http.StatusBadRequest, "Die Suchanfrage ist nicht lesbar.\n")
		return
	}
	c.Data(http.StatusOK, "application/atom+xml; charset=utf-8", s.atomText(c, about, page, total, results))
}

func (s *Service) atomText(c *gin.Context, about string, page, total int, results []any) []byte {
	address := func(n int) string {
		q := url.Values{}
		for k, v := range c.Request.URL.Query() {
			if k != "page" {
				q[k] = v
			}
		}
		q.Set("page", strconv.Itoa(n))
		return s.cfg.SiteURL + c.Request.URL.EscapedPath() + "?" + q.Encode()
	}
	f := atomFeed{Title: s.cfg.Title, ID: s.cfg.SiteURL + c.Request.URL.EscapedPath(), Author: s.cfg.Title, Links: []atomLink{{"self", address(page)}, {"first", address(1)}}}
	if about != "" {
		f.Title += " – " + about
	}
	last := max(1, (total+atomPage-1)/atomPage)
	f.Links = append(f.Links, atomLink{"last", address(last)})
	if page > 1 {
		f.Links = append(f.Links, atomLink{"previous", address(page - 1)})
	}
	if page < last {
		f.Links = append(f.Links, atomLink{"next", address(page + 1)})
	}
	for _, x := range results {
		d := x.(map[string]any)
		e := atomEntry{
			Title: toText(d["title"]), ID: s.cfg.SiteURL + "/dataset/" + toText(d["id"]), Content: toText(d["notes"]), Author: cmp.Or(toText(d["author"]), s.cfg.Title),
			Links: []atomLink{{"alternate", s.cfg.SiteURL + "/dataset/" + toText(d["name"])}}, Published: zoned(d["metadata_created"]), Updated: zoned(d["metadata_modified"]),
		}
		f.Entries = append(f.Entries, e)
		f.Updated = max(f.Updated, e.Updated)
	}
	if f.Updated == "" {
		f.Updated = time.Unix(0, 0).UTC().Format(time.RFC3339)
	}
	text, err := xml.MarshalIndent(f, "", " ")
	if err != nil {
		return nil
	}
	text = bytes.ReplaceAll(text, []byte("<content></content>"), []byte("<content/>"))
	return append([]byte(xml.Header), text...)
}

// zoned adds the zone that CKAN's times leave out.
func zoned(v any) string { return toText(v) + "Z" }
