// Package feed serves the catalogue as DCAT-AP.de: what GovData and the EU
// portal harvest. A page is complete or an error; it is never short.
package feed

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
	"trio.example/web/session"
)

// Config names the catalogue.
type Config struct {
	SiteURL, Title, Description, Publisher string
	// Version of the program; a new one writes new bytes.
	Version string
}

// Query asks for a page of public datasets in order of creation, which no edit
// can shift.
type Query struct {
	Offset, Limit int
	ModifiedSince time.Time
	Q, FQ         string
}

// Page is an answer: one snapshot of what everybody may see.
type Page struct {
	Entries  []*catalog.Entry
	Total    int
	Modified time.Time // newest change of a public entry
	Orgs     dcat.Orgs
}

// Source is where the feed reads from, always with the eyes of anonymous.
type Source interface {
	Page(ctx context.Context, q Query) (*Page, error)
	// Public finds one public dataset; the page holds it alone.
	Public(ctx context.Context, idOrName string) (*Page, error)
	// Version is the newest change number.
	Version(ctx context.Context) int64
}

// Feed answers requests for RDF.
type Feed struct {
	cfg    Config
	src    Source
	mapper *dcat.Mapper
}

// PerPage is the number of datasets of a page.
const PerPage = 100

// New makes the feed.
func New(cfg Config, defs *schema.Set, src Source) *Feed {
	return &Feed{cfg: cfg, src: src, mapper: dcat.NewMapper(defs, cfg.SiteURL)}
}

// Endings are the syntaxes offered.
var endings = []string{"ttl", "rdf", "xml", "jsonld", "n3", "nt"}

// Register mounts the catalogue's addresses; those of single datasets are
// mounted by the pages and lead to ServeDataset.
func (f *Feed) Register(r gin.IRouter) {
	for _, ext := range endings {
		r.GET("/catalog."+ext, func(c *gin.Context) { f.ServeCatalog(c, ext) })
		r.HEAD("/catalog."+ext, func(c *gin.Context) { f.ServeCatalog(c, ext) })
	}
}

// params of a page.
type params struct {
	page    int
	profile dcat.Profile
	query   Query
}

func readParams(v url.Values) (params, error) {
	p := params{page: 1, profile: dcat.Profile3}
	if s := v.Get("page"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > 1_000_000 {
			return p, catalog.Errorf(catalog.KindInvalid, "page must be a whole number of at least 1")
		}
		p.page = n
	}
	if s := v.Get("modified_since"); s != "" {
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999", time.DateOnly} {
			if t, err := time.Parse(layout, s); err == nil {
				p.query.ModifiedSince = t.UTC()
			}
		}
		if p.query.ModifiedSince.IsZero() {
			return p, catalog.Errorf(catalog.KindInvalid, "modified_since must be a date such as 2026-01-31 or 2026-01-31T12:00:00Z")
		}
	}
	for _, name := range strings.Split(v.Get("profiles"), ",") {
		switch strings.TrimSpace(name) {
		case "", "3.0", "dcat_ap_de_3", "dcatap_de", "euro_dcat_ap_3":
		case "2.0", "dcat_ap_de_2", "euro_dcat_ap_2":
			p.profile = dcat.Profile2
		default:
			return p, catalog.Errorf(catalog.KindInvalid, "profiles: %.40q is not known; known are 3.0 and 2.0", name)
		}
	}
	p.query.Q, p.query.FQ = v.Get("q"), v.Get("fq")
	p.query.Offset, p.query.Limit = (p.page-1)*PerPage, PerPage
	return p, nil
}

// ServeCatalog answers for a page of the catalogue.
func (f *Feed) ServeCatalog(c *gin.Context, ext string) {
	p, err := readParams(c.Request.URL.Query())
	if err != nil {
		fail(c, err)
		return
	}
	f.serve(c, ext, func(ctx context.Context) (*Page, []*rdfio.Node, error) {
		page, err := f.src.Page(ctx, p.query)
		if err != nil {
			return nil, nil, err
		}
		nodes, iris := f.datasets(page, p.profile)
		head := []*rdfio.Node{
			f.paging(c.Request.URL, ext, p, page.Total),
			f.mapper.Catalog(dcat.Info{Title: f.cfg.Title, Description: f.cfg.Description, Publisher: f.cfg.Publisher, Modified: page.Modified}, iris),
		}
		return page, append(head, nodes...), nil
	})
}

// datasets builds the nodes. What would break a rule of the profile is held back
// and waits in the work list of its officer; broken data would cost GovData's
// whole run.
func (f *Feed) datasets(page *Page, profile dcat.Profile) (nodes []*rdfio.Node, iris []string) {
	once := dcat.Once{}
	for _, e := range page.Entries {
		n, _ := f.mapper.Publish(e, page.Orgs, profile)
		if n == nil {
			continue
		}
		once.Link(n)
		nodes, iris = append(nodes, n), append(iris, n.IRI)
	}
	return nodes, iris
}

// ServeDataset answers for one dataset.
func (f *Feed) ServeDataset(c *gin.Context, name, ext string) {
	p, err := readParams(c.Request.URL.Query())
	if err != nil {
		fail(c, err)
		return
	}
	f.serve(c, ext, func(ctx context.Context) (*Page, []*rdfio.Node, error) {
		page, err := f.src.Public(ctx, name)
		if err != nil {
			return nil, nil, err
		}
		return page, []*rdfio.Node{f.mapper.Dataset(page.Entries[0], page.Orgs, p.profile)}, nil
	})
}

// serve renders into memory before the first byte goes out, so that a fault in
// the middle is an error and not a short page.
func (f *Feed) serve(c *gin.Context, ext string, build func(context.Context) (*Page, []*rdfio.Node, error)) {
	format, ok := rdfio.FormatOf(ext)
	if !ok || !slices.Contains(endings, ext) {
		fail(c, catalog.Errorf(catalog.KindNotFound, "unknown format"))
		return
	}
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=0, must-revalidate")
	sum := fnv.New64a()
	// The syntax belongs in: one address answers in several by Accept. So does the
	// configuration: another program or address writes other bytes.
	fmt.Fprintf(sum, "%s %s %d %v", ext, c.Request.URL.RequestURI(), f.src.Version(c.Request.Context()), f.cfg)
	etag := fmt.Sprintf(`W/"%x"`, sum.Sum64())
	h.Set("ETag", etag)
	if slices.Contains(strings.Split(strings.ReplaceAll(c.GetHeader("If-None-Match"), " ", ""), ","), etag) {
		c.Status(http.StatusNotModified)
		return
	}
	page, nodes, err := build(c.Request.Context())
	if err != nil {
		fail(c, err)
		return
	}
	var buf bytes.Buffer
	w, err := rdfio.NewWriter(&buf, format)
	for _, n := range nodes {
		if err == nil {
			err = w.Write(n)
		}
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		fail(c, err)
		return
	}
	if !page.Modified.IsZero() {
		h.Set("Last-Modified", page.Modified.UTC().Format(http.TimeFormat))
	}
	c.Data(http.StatusOK, format.MediaType(), buf.Bytes())
}

// paging describes the page in both spellings of Hydra; the last has no next.
func (f *Feed) paging(u *url.URL, ext string, p params, total int) *rdfio.Node {
	link := func(page int) rdfio.Object {
		q := u.Query()
		q.Set("page", strconv.Itoa(page))
		return rdfio.IRI(f.cfg.SiteURL + "/catalog." + ext + "?" + q.Encode())
	}
	last := max(1, (total+PerPage-1)/PerPage)
	n := &rdfio.Node{IRI: link(p.page).IRI, Types: []string{rdfio.Expand("hydra:PagedCollection")}}
	n.Add("hydra:totalItems", rdfio.Typed(strconv.Itoa(total), "xsd:integer"))
	n.Add("hydra:itemsPerPage", rdfio.Typed(strconv.Itoa(PerPage), "xsd:integer"))
	both := func(name string, page int) {
		n.Add("hydra:"+name, link(page))
		n.Add("hydra:"+name+"Page", link(page))
	}
	both("first", 1)
	both("last", last)
	if p.page < last {
		both("next", p.page+1)
	}
	if p.page > 1 {
		both("previous", min(p.page-1, last))
	}
	return n
}

// fail answers with an error page that no cache keeps.
func fail(c *gin.Context, err error) {
	h := c.Writer.Header()
	h.Del("ETag")
	h.Set("Cache-Control", "no-store")
	var e *catalog.Error
	status := http.StatusInternalServerError
	if errors.As(err, &e) {
		switch e.Kind {
		case catalog.KindInvalid:
			status = http.StatusBadRequest
		case catalog.KindNotFound, catalog.KindDenied:
			c.String(http.StatusNotFound, "not found\n")
			return
		case catalog.KindUnavailable:
			status = http.StatusServiceUnavailable
		}
	}
	if status == http.StatusInternalServerError {
		slog.ErrorContext(c.Request.Context(), "feed failed", "request", session.RequestID(c), "error", err)
		c.String(status, "internal error, request %s\n", session.RequestID(c))
		return
	}
	c.String(status, "%s\n", e.Message)
}
