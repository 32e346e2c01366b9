// Package feed serves the catalogue as DCAT-AP.de: what GovData and the EU
// portal harvest. A page is complete or an error; it is never short.
package feed

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
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
	"trio.example/web/cache"
	"trio.example/web/session"
	"trio.example/web/ui"
)

// maxCached bounds the rendered pages kept, in bytes.
const maxCached = 64 << 20

// maxPieces bounds what datasets look like in other syntaxes than Turtle, in bytes:
// when one of them changes, its page needs only this one made anew.
const maxPieces = 32 << 20

// Config names the catalogue.
type Config struct {
	SiteURL, Title, Description, Publisher string
	// Version of the program; a new one writes new bytes.
	Version string
}

// Query asks for a page of public datasets in order of creation, which no edit
// can shift. After, if set, begins behind a place, so that a dataset deleted on
// an earlier page does not shift it either; else Offset counts.
type Query struct {
	Offset, Limit int
	After         catalog.Place
	ModifiedSince time.Time
	Q, FQ         string
	// Organization narrows to one organization (id or name) and those below it.
	Organization string
	// Entries asks for the datasets themselves instead of the pieces kept of them,
	// which are of profile 3.0.
	Entries bool
}

// Page is an answer: one snapshot of what everybody may see. Its datasets come
// as Entries or as Pieces.
type Page struct {
	Entries  []*catalog.Entry
	Pieces   []catalog.Fragment
	Last     catalog.Place // of the last dataset
	Total    int
	More     bool      // there are datasets behind the last one
	Modified time.Time // newest public change, deletions included
	Known    dcat.Lookup
	// Organization is the one asked for, nil for the whole catalogue; Parts are
	// the cities whose catalogues make up the whole.
	Organization *catalog.Entry
	Parts        []*catalog.Entry
}

// Source is where the feed reads from, always with the eyes of anonymous.
type Source interface {
	Page(ctx context.Context, q Query) (*Page, error)
	// Public finds one public dataset; the page holds it alone.
	Public(ctx context.Context, idOrName string) (*Page, error)
	// Version returns the newest number and time of the public change log.
	Version(ctx context.Context) (seq int64, at time.Time, err error)
	// Changes lists public changes of datasets after a number, oldest first.
	Changes(ctx context.Context, after int64, limit int) ([]Change, error)
}

// Feed answers requests for RDF.
type Feed struct {
	cfg    Config
	src    Source
	mapper *dcat.Mapper
	pages  *cache.Cache
	pieces *cache.Cache
}

// PerPage is the number of datasets of a page.
const PerPage = 100

// New makes the feed.
func New(cfg Config, defs *schema.Set, src Source) *Feed {
	return &Feed{cfg: cfg, src: src, mapper: dcat.NewMapper(defs, cfg.SiteURL), pages: cache.New(maxCached), pieces: cache.New(maxPieces)}
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
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		r.Handle(method, "/changes", f.changes)
		r.Handle(method, "/changes.atom", f.atom)
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
		var ok bool
		if p.query.ModifiedSince, ok = catalog.ParseMoment(s); !ok {
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
	if s := v.Get("after"); s != "" {
		at, id, _ := strings.Cut(s, ".")
		n, err := strconv.ParseInt(at, 10, 64)
		if err != nil || n <= 0 || !catalog.IsID(id) {
			return p, catalog.Errorf(catalog.KindInvalid, "after must be taken from the link to the next page as it is")
		}
		p.query.After = catalog.Place{Created: time.UnixMicro(n).UTC(), ID: id}
	}
	p.query.Q, p.query.FQ = v.Get("q"), v.Get("fq")
	p.query.Offset, p.query.Limit = (p.page-1)*PerPage, PerPage
	return p, nil
}

// ServeCatalog answers for a page of the catalogue.
func (f *Feed) ServeCatalog(c *gin.Context, ext string) { f.catalog(c, "", ext) }

// ServeOrganization answers for a page of the catalogue of one organization and
// those below it: a city with its offices.
func (f *Feed) ServeOrganization(c *gin.Context, name, ext string) { f.catalog(c, name, ext) }

func (f *Feed) catalog(c *gin.Context, org, ext string) {
	p, err := readParams(c.Request.URL.Query())
	if err != nil {
		fail(c, err)
		return
	}
	f.serve(c, ext, org != "", func(ctx context.Context) (*Page, []*rdfio.Node, error) {
		return f.page(ctx, c.Request.URL, org, ext, p)
	})
}

// page builds a page of the catalogue, or of an organization's.
func (f *Feed) page(ctx context.Context, u *url.URL, org, ext string, p params) (*Page, []*rdfio.Node, error) {
	p.query.Organization = org
	p.query.Entries = p.profile != dcat.Profile3
	page, err := f.src.Page(ctx, p.query)
	if err != nil {
		return nil, nil, err
	}
	nodes, held := f.datasets(page, p.profile)
	for _, piece := range page.Pieces {
		f.mapper.Hold(&held, rdfio.FragmentClass(piece.Turtle), piece.IRI, piece.Entry)
	}
	if p.profile != dcat.Profile3 {
		held.Records = nil // they are not written there
	}
	info := dcat.Info{Title: f.cfg.Title, Description: f.cfg.Description, Publisher: f.cfg.Publisher, Modified: page.Modified, Parts: page.Parts, Profile: p.profile}
	head := f.mapper.Catalog(info, held)
	if page.Organization != nil {
		head = f.mapper.PartCatalog(info, page.Organization, held)
	}
	return page, append([]*rdfio.Node{f.paging(u, ext, p, page), head}, nodes...), nil
}

// CatalogText is a page of the catalogue; format is an ending of its addresses, q
// their parameters.
func (f *Feed) CatalogText(ctx context.Context, format string, q url.Values) ([]byte, error) {
	syntax, p, err := readText(format, q)
	if err != nil {
		return nil, err
	}
	u := &url.URL{Path: "/catalog." + format, RawQuery: q.Encode()}
	return f.render(ctx, syntax, func(ctx context.Context) (*Page, []*rdfio.Node, error) { return f.page(ctx, u, "", format, p) })
}

// DatasetText is one public dataset.
func (f *Feed) DatasetText(ctx context.Context, idOrName, format string, q url.Values) ([]byte, error) {
	syntax, p, err := readText(format, q)
	if err != nil {
		return nil, err
	}
	return f.render(ctx, syntax, func(ctx context.Context) (*Page, []*rdfio.Node, error) { return f.dataset(ctx, idOrName, p) })
}

func readText(format string, q url.Values) (rdfio.Format, params, error) {
	p, err := readParams(q)
	syntax, ok := rdfio.FormatOf(format)
	if err == nil && (!ok || !slices.Contains(endings, format)) {
		err = catalog.Errorf(catalog.KindInvalid, "Format %.40q is not known; known are %s", format, strings.Join(endings, ", "))
	}
	return syntax, p, err
}

func (f *Feed) dataset(ctx context.Context, idOrName string, p params) (*Page, []*rdfio.Node, error) {
	page, err := f.src.Public(ctx, idOrName)
	if err != nil {
		return nil, nil, err
	}
	e := page.Entries[0]
	n, _ := f.mapper.Publish(e, page.Known, p.profile)
	if n == nil { // held back from the catalogue: what is there, in the form of the rules
		n = f.mapper.Dataset(e, page.Known, p.profile)
		dcat.Mend(n, p.profile)
	}
	return page, []*rdfio.Node{n}, nil
}

// datasets builds the nodes. What would break a rule of the profile is held back
// and waits in the work list of its officer; broken data would cost GovData's
// whole run.
func (f *Feed) datasets(page *Page, profile dcat.Profile) (nodes []*rdfio.Node, list dcat.Held) {
	once := dcat.Once{}
	for _, e := range page.Entries {
		n, _ := f.mapper.Publish(e, page.Known, profile)
		if n == nil {
			continue
		}
		once.Link(n)
		nodes = append(nodes, n)
		f.mapper.Hold(&list, rdfio.Compact(n.Types[0]), n.IRI, e.ID)
	}
	return nodes, list
}

// ServeDataset answers for one dataset.
func (f *Feed) ServeDataset(c *gin.Context, name, ext string) {
	p, err := readParams(c.Request.URL.Query())
	if err != nil {
		fail(c, err)
		return
	}
	f.serve(c, ext, true, func(ctx context.Context) (*Page, []*rdfio.Node, error) { return f.dataset(ctx, name, p) })
}

// serve renders into memory before the first byte goes out, so that a fault in
// the middle is an error and not a short page. What is asked for by name may be
// gone: then the time of the last change says nothing, and only a tag, which
// somebody got with the thing itself, is answered before it is looked for.
func (f *Feed) serve(c *gin.Context, ext string, named bool, build func(context.Context) (*Page, []*rdfio.Node, error)) {
	format, ok := rdfio.FormatOf(ext)
	if !ok || !slices.Contains(endings, ext) {
		fail(c, catalog.Errorf(catalog.KindNotFound, "unknown format"))
		return
	}
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Cache-Control", "public, max-age=0, must-revalidate")
	seq, at, err := f.src.Version(c.Request.Context())
	if err != nil {
		fail(c, err)
		return
	}
	// The syntax belongs in: one address answers in several by Accept. So does the
	// configuration: another program or address writes other bytes. Strangers choose
	// the address, so that the sum must be one for which nobody finds two that are alike.
	sum := sha256.Sum256(fmt.Appendf(nil, "%s %q %d %q", ext, c.Request.URL.RequestURI(), seq, f.cfg))
	key := hex.EncodeToString(sum[:16])
	tag := `W/"` + key + `"`
	if !(named && c.GetHeader("If-None-Match") == "") && unchanged(c, tag, at) {
		return
	}
	zip := ui.AcceptsGzip(c.Request)
	body, err := f.kept(key, zip, func() ([]byte, error) { return f.render(c.Request.Context(), format, build) })
	if err != nil {
		fail(c, err)
		return
	}
	if unchanged(c, tag, at) {
		return
	}
	if zip { // Vary is said for every answer
		h.Set("Content-Encoding", "gzip")
	}
	c.Data(http.StatusOK, format.MediaType(), body)
}

// kept makes a page once, and packs it once: packing takes longer than making it.
func (f *Feed) kept(key string, zip bool, make func() ([]byte, error)) (body []byte, err error) {
	if zip {
		if packed := f.pages.Get(key + " gzip"); packed != nil {
			return packed, nil
		}
	}
	if body = f.pages.Get(key); body == nil {
		if body, err = make(); err != nil {
			return nil, err
		}
		f.pages.Put(key, body)
	}
	if !zip {
		return body, nil
	}
	var b bytes.Buffer
	if err := ui.Pack(&b, body); err != nil {
		return nil, err
	}
	f.pages.Put(key+" gzip", b.Bytes())
	return b.Bytes(), nil
}

// unchanged sets what a cache compares and answers 304 if the client has it.
// Times have seconds only: the last one may still see another change and is
// not named.
func unchanged(c *gin.Context, etag string, at time.Time) bool {
	h := c.Writer.Header()
	h.Set("ETag", etag)
	settled := !at.IsZero() && time.Now().Unix() > at.Unix()
	if settled {
		h.Set("Last-Modified", at.UTC().Format(http.TimeFormat))
	}
	if match := c.GetHeader("If-None-Match"); match != "" {
		if slices.Contains(strings.Split(strings.ReplaceAll(match, " ", ""), ","), etag) {
			c.Status(http.StatusNotModified)
			return true
		}
		return false // RFC 9110 13.1.3: the date counts only without an ETag
	}
	since, err := http.ParseTime(c.GetHeader("If-Modified-Since"))
	if err == nil && settled && !since.After(time.Now()) && !at.Truncate(time.Second).After(since) {
		c.Status(http.StatusNotModified)
		return true
	}
	return false
}

// render writes into memory.
func (f *Feed) render(ctx context.Context, format rdfio.Format, build func(context.Context) (*Page, []*rdfio.Node, error)) ([]byte, error) {
	page, nodes, err := build(ctx)
	if err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	size := 32 << 10
	for _, piece := range page.Pieces {
		size += len(piece.Turtle)
	}
	if format != rdfio.Turtle && format != rdfio.N3 {
		size += size / 2
	}
	buf.Grow(size)
	w, err := rdfio.NewWriter(&buf, format)
	if err == nil {
		rdfio.Remember(w, f.pieces)
	}
	for _, n := range nodes {
		if err == nil {
			err = w.Write(n)
		}
	}
	once, here := dcat.Once{}, map[string]bool{}
	for _, piece := range page.Pieces {
		here[piece.IRI] = rdfio.FragmentClass(piece.Turtle) == "dcat:Dataset"
	}
	for _, piece := range page.Pieces {
		if err == nil {
			err = once.WritePage(piece, func(iri string) bool { return here[iri] }, w)
		}
	}
	if err == nil {
		err = w.Close()
	}
	return buf.Bytes(), err
}

// paging describes the page in both spellings of Hydra; the last has no next.
func (f *Feed) paging(u *url.URL, ext string, p params, page *Page) *rdfio.Node {
	path := u.EscapedPath()
	switch {
	case path == "/":
		path = "/catalog." + ext // asked for by Accept
	case !strings.Contains(path[strings.LastIndexByte(path, '/'):], "."):
		path += "." + ext
	}
	link := func(number int, after string) rdfio.Object {
		q := u.Query()
		q.Del("after")
		if after != "" {
			q.Set("after", after)
		}
		q.Set("page", strconv.Itoa(number))
		return rdfio.IRI(f.cfg.SiteURL + path + "?" + q.Encode())
	}
	last := max(1, (page.Total+PerPage-1)/PerPage)
	n := &rdfio.Node{IRI: link(p.page, u.Query().Get("after")).IRI, Types: []string{rdfio.Expand("hydra:PagedCollection")}}
	n.Add("hydra:totalItems", rdfio.Typed(strconv.Itoa(page.Total), "xsd:integer"))
	n.Add("hydra:itemsPerPage", rdfio.Typed(strconv.Itoa(PerPage), "xsd:integer"))
	both := func(name string, to rdfio.Object) {
		n.Add("hydra:"+name, to)
		n.Add("hydra:"+name+"Page", to)
	}
	both("first", link(1, ""))
	both("last", link(last, ""))
	if page.More {
		both("next", link(p.page+1, fmt.Sprintf("%d.%s", page.Last.Created.UnixMicro(), page.Last.ID)))
	}
	if p.page > 1 {
		both("previous", link(min(p.page-1, last), ""))
	}
	return n
}

// fail answers with an error page that no cache keeps.
func fail(c *gin.Context, err error) {
	h := c.Writer.Header()
	h.Del("ETag")
	h.Del("Last-Modified")
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
