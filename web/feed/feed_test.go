package feed_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
	"trio.example/web/feed"
)

const base = "https://daten.example.org"

// source holds datasets in memory; it counts how often it is asked.
type source struct {
	entries []*catalog.Entry
	err     error
	version int64
	asked   int
	changes []feed.Change

	versionErr error
	last       feed.Query
}

func city(id string) *catalog.Entry {
	if id != "city" {
		return nil
	}
	return &catalog.Entry{ID: "city", Name: "stadt", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt"}}
}

func (s *source) Page(_ context.Context, q feed.Query) (*feed.Page, error) {
	s.asked++
	s.last = q
	offset := q.Offset
	for i, e := range s.entries {
		if e.ID == q.After.ID {
			offset = i + 1
		}
	}
	end := min(offset+q.Limit, len(s.entries))
	p := &feed.Page{More: end < len(s.entries), Total: len(s.entries), Known: city, Modified: time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC)}
	if offset < end {
		p.Entries = s.entries[offset:end]
		p.Last = catalog.Place{Created: s.entries[end-1].Created, ID: s.entries[end-1].ID}
	}
	return p, s.err
}

func (s *source) Public(_ context.Context, name string) (*feed.Page, error) {
	s.asked++
	for _, e := range s.entries {
		if e.Name == name {
			return &feed.Page{Entries: []*catalog.Entry{e}, Total: 1, Known: city}, s.err
		}
	}
	return nil, catalog.Errorf(catalog.KindNotFound, "%s is hidden", name)
}

func (s *source) Version(context.Context) (int64, time.Time, error) {
	return s.version, time.Date(2026, 1, 31, 0, 0, 0, 0, time.UTC), s.versionErr
}

func (s *source) Changes(_ context.Context, after int64, limit int) ([]feed.Change, error) {
	list := s.changes
	for len(list) > 0 && list[0].Seq <= after {
		list = list[1:]
	}
	return list[:min(limit, len(list))], s.err
}

func (s *source) fill(n int, change func(int, *catalog.Entry)) *source {
	for i := range n {
		e := &catalog.Entry{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", i), Created: time.UnixMicro(int64(i + 1)), Name: fmt.Sprintf("name-%d", i), Type: catalog.TypeDataset, Owner: "city", Fields: catalog.Fields{"title": "T", "notes": "N", "license_id": "cc-zero"}}
		if change != nil {
			change(i, e)
		}
		s.entries = append(s.entries, e)
	}
	return s
}

func serve(t *testing.T, s *source, cfg feed.Config) http.Handler {
	t.Helper()
	gin.SetMode(gin.TestMode)
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	r := gin.New()
	f := feed.New(cfg, defs, s)
	f.Register(r)
	r.GET("/one/:name/:ext", func(c *gin.Context) { f.ServeDataset(c, c.Param("name"), c.Param("ext")) })
	return r
}

var config = feed.Config{SiteURL: base, Title: "Daten", Description: "Alle", Publisher: "Stadt"}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

func graph(t *testing.T, rec *httptest.ResponseRecorder, f rdfio.Format) *rdfio.Graph {
	t.Helper()
	g, err := rdfio.Read(t.Context(), rec.Body, f, rdfio.DefaultLimits)
	if rec.Code != http.StatusOK || err != nil {
		t.Fatalf("%d %v", rec.Code, err)
	}
	return g
}

func TestCatalog_sameInAllSyntaxes(t *testing.T) {
	t.Parallel()
	h := serve(t, new(source).fill(7, nil), config)
	want := 0
	for ext, f := range map[string]rdfio.Format{"ttl": rdfio.Turtle, "n3": rdfio.N3, "rdf": rdfio.RDFXML, "xml": rdfio.RDFXML, "jsonld": rdfio.JSONLD, "nt": rdfio.NTriples} {
		g := graph(t, get(h, "/catalog."+ext), f)
		if len(g.OfType("dcat:Dataset")) != 7 || len(g.OfType("dcat:Catalog")) != 1 {
			t.Errorf("%s: %d datasets", ext, len(g.OfType("dcat:Dataset")))
		}
		if want == 0 {
			want = g.Len()
		}
		if g.Len() != want {
			t.Errorf("%s: %d triples, another syntax has %d", ext, g.Len(), want)
		}
	}
}

func TestCatalog_pagesLinkEachOther(t *testing.T) {
	t.Parallel()
	s := new(source).fill(2*feed.PerPage+1, nil)
	h := serve(t, s, config)
	for page, c := range map[int]struct {
		datasets            int
		next, previous      string
		first, last, offset int
	}{
		1: {100, "2", "", 1, 3, 0}, 2: {100, "3", "1", 1, 3, 100}, 3: {1, "", "2", 1, 3, 200}, 9: {0, "", "3", 1, 3, 800},
	} {
		rec := get(h, fmt.Sprintf("/catalog.ttl?page=%d&profiles=2.0", page))
		g := graph(t, rec, rdfio.Turtle)
		me := g.OfType("hydra:PagedCollection")[0]
		link := func(n string) string {
			if n == "" || n == "0" {
				return ""
			}
			return base + "/catalog.ttl?page=" + n + "&profiles=2.0"
		}
		for name, want := range map[string]string{"next": link(c.next), "previous": link(c.previous), "first": link("1"), "last": link("3")} {
			for _, spelling := range []string{"hydra:" + name, "hydra:" + name + "Page"} {
				got := ""
				if o := g.Objects(me, spelling); len(o) == 1 {
					got = o[0].Value
				}
				if name == "next" && got != "" { // it names the place behind the last dataset
					if n := len(g.OfType("dcat:Dataset")); !strings.Contains(got, "after=") || get(h, strings.TrimPrefix(got, base)).Code != 200 || s.last.After.ID != s.entries[c.offset+n-1].ID {
						t.Errorf("page %d: next is %s and asks for %+v", page, got, s.last)
					}
					u, err := url.Parse(got)
					if err != nil {
						t.Fatal(err)
					}
					q := u.Query()
					q.Del("after")
					got = base + "/catalog.ttl?" + q.Encode()
				}
				if got != want {
					t.Errorf("page %d: %s is %q, want %q", page, spelling, got, want)
				}
			}
		}
		get(h, fmt.Sprintf("/catalog.ttl?page=%d&profiles=2.0&x=", page))
		if n := len(g.OfType("dcat:Dataset")); n != c.datasets || s.last.Offset != c.offset || s.last.Limit != feed.PerPage {
			t.Errorf("page %d: %d datasets, asked %+v", page, n, s.last)
		}
	}
}

func TestCatalog_notModifiedAsksNobody(t *testing.T) {
	t.Parallel()
	s := new(source).fill(1, nil)
	h := serve(t, s, config)
	tag := get(h, "/catalog.ttl").Header().Get("ETag")
	before := s.asked
	if rec := get(h, "/catalog.ttl", "If-None-Match", tag); rec.Code != http.StatusNotModified || s.asked != before {
		t.Errorf("%d, asked %d times more", rec.Code, s.asked-before)
	}
	s.version++
	if rec := get(h, "/catalog.ttl", "If-None-Match", tag); rec.Code != http.StatusOK {
		t.Errorf("after a change: %d", rec.Code)
	}
	renamed := config
	renamed.Title = "Anders"
	s.version--
	if rec := get(serve(t, s, renamed), "/catalog.ttl", "If-None-Match", tag); rec.Code != http.StatusOK {
		t.Errorf("after another configuration: %d", rec.Code)
	}
}

// One dataset without a description must not cost GovData's whole run.
func TestCatalog_holdsBackWhatBreaksTheProfile(t *testing.T) {
	t.Parallel()
	s := new(source).fill(3, func(i int, e *catalog.Entry) {
		switch i {
		case 1:
			delete(e.Fields, "notes")
		case 2:
			e.Owner = "hidden"
		}
	})
	g := graph(t, get(serve(t, s, config), "/catalog.ttl"), rdfio.Turtle)
	if got := g.OfType("dcat:Dataset"); len(got) != 1 || got[0].Value != base+"/dataset/00000000-0000-4000-8000-000000000000" {
		t.Errorf("datasets %v", got)
	}
	if links := g.Objects(g.OfType("dcat:Catalog")[0], "dcat:dataset"); len(links) != 1 {
		t.Errorf("the catalogue links %v", links)
	}
}

func TestErrors_sayNothingInner(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		err    error
		status int
		body   string
	}{
		"fault":       {errors.New("secret path"), 500, "internal error"},
		"unavailable": {catalog.Errorf(catalog.KindUnavailable, "busy"), 503, "busy"},
		"invalid":     {catalog.Errorf(catalog.KindInvalid, "bad query"), 400, "bad query"},
		"denied":      {catalog.Errorf(catalog.KindDenied, "secret path"), 404, "not found"},
		"not found":   {catalog.Errorf(catalog.KindNotFound, "secret path"), 404, "not found"},
	} {
		rec := get(serve(t, &source{err: c.err}, config), "/catalog.rdf")
		if rec.Code != c.status || !strings.Contains(rec.Body.String(), c.body) || strings.Contains(rec.Body.String(), "secret") || strings.Contains(rec.Body.String(), "rdf:RDF") {
			t.Errorf("%s: %d %s", name, rec.Code, rec.Body)
		}
		if rec.Header().Get("ETag") != "" || rec.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s may be cached: %v", name, rec.Header())
		}
	}
}

func TestDataset(t *testing.T) {
	t.Parallel()
	h := serve(t, new(source).fill(2, nil), config)
	for path, status := range map[string]int{"/one/name-0/ttl": 200, "/one/name-0/rdf": 200, "/one/name-0/html": 404, "/one/name-0/json": 404, "/one/nichts/ttl": 404, "/one/name-0/ttl?profiles=x": 400} {
		rec := get(h, path)
		if rec.Code != status || strings.Contains(rec.Body.String(), "hidden") {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	if g := graph(t, get(h, "/one/name-1/ttl"), rdfio.Turtle); len(g.OfType("dcat:Dataset")) != 1 {
		t.Error("more than the one dataset")
	}
}

func TestCatalog_deletedOnAnEarlierPageShiftsNothing(t *testing.T) {
	t.Parallel()
	s := new(source).fill(2*feed.PerPage+10, nil)
	h := serve(t, s, config)
	seen := map[string]int{}
	for next := "/catalog.nt"; next != ""; {
		g := graph(t, get(h, next), rdfio.NTriples)
		for _, d := range g.OfType("dcat:Dataset") {
			seen[d.Value]++
		}
		next = ""
		if o := g.Objects(g.OfType("hydra:PagedCollection")[0], "hydra:next"); len(o) == 1 {
			next = strings.TrimPrefix(o[0].Value, base)
		}
		s.entries = s.entries[1:] // somebody deletes the first one
		s.version++
	}
	if len(seen) != 2*feed.PerPage+10 {
		t.Errorf("%d datasets", len(seen))
	}
	for iri, n := range seen {
		if n != 1 {
			t.Errorf("%s came %d times", iri, n)
		}
	}
}

func TestCatalog_ifModifiedSince(t *testing.T) {
	t.Parallel()
	h := serve(t, new(source).fill(1, nil), config)
	last := get(h, "/catalog.ttl").Header().Get("Last-Modified")
	if last != "Sat, 31 Jan 2026 00:00:00 GMT" {
		t.Errorf("Last-Modified %q", last)
	}
	for since, want := range map[string]int{last: 304, "Sun, 01 Feb 2026 00:00:00 GMT": 304, "Fri, 30 Jan 2026 23:59:59 GMT": 200, "gestern": 200} {
		if rec := get(h, "/catalog.ttl", "If-Modified-Since", since); rec.Code != want {
			t.Errorf("since %s: %d", since, rec.Code)
		}
	}
	if rec := get(h, "/catalog.ttl", "If-Modified-Since", last, "If-None-Match", `"other"`); rec.Code != 200 {
		t.Errorf("an ETag that differs goes before the date: %d", rec.Code)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := &source{version: 9, changes: []feed.Change{
		{Seq: 3, At: at, Op: catalog.OpCreate, ID: "a", Name: "n", Title: "Bäume & <Büsche>"}, {Seq: 5, At: at, Op: catalog.OpUpdate, ID: "a", Name: "n", Title: "T"}, {Seq: 7, At: at, Op: catalog.OpDelete, ID: "a"},
	}}
	h := serve(t, s, config)
	for path, want := range map[string]string{
		"/changes":               `{"changes":[{"seq":3,"at":"2026-01-02T03:04:05Z","op":"create","id":"a","url":"` + base + `/dataset/a","name":"n","title":"Bäume \u0026 \u003cBüsche\u003e"},`,
		"/changes?after=5":       `{"changes":[{"seq":7,"at":"2026-01-02T03:04:05Z","op":"delete","id":"a","url":"` + base + `/dataset/a"}],"last":9,"next":"` + base + `/changes?after=9\u0026limit=100","more":false}`,
		"/changes?limit=1":       `"last":3,"next":"` + base + `/changes?after=3\u0026limit=1","more":true}`,
		"/changes?after=9":       `{"changes":[],"last":9,`,
		"/changes.atom?after=3":  `<title>Entfernt: a</title>`,
		"/changes.atom":          `<title>Neu: Bäume &amp; &lt;Büsche&gt;</title>`,
		"/changes?after=x":       "after must be",
		"/changes?limit=1000000": "limit must be",
	} {
		if rec := get(h, path); !strings.Contains(rec.Body.String(), want) {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	if rec := get(h, "/changes", "If-None-Match", get(h, "/changes").Header().Get("ETag")); rec.Code != 304 {
		t.Errorf("unchanged: %d", rec.Code)
	}
}

// TestDataset_goneIsNeverUnchanged: the time of the last change says nothing
// about what is not there, or not there any more.
func TestDataset_goneIsNeverUnchanged(t *testing.T) {
	t.Parallel()
	h := serve(t, new(source).fill(1, nil), config)
	since := time.Date(2026, 6, 1, 0, 0, 0, 0, time.UTC).Format(http.TimeFormat)
	for path, want := range map[string]int{"/one/name-0/ttl": http.StatusNotModified, "/one/verborgen/ttl": http.StatusNotFound} {
		for range 2 {
			rec := get(h, path, "If-Modified-Since", since)
			if rec.Code != want || want == http.StatusNotFound && rec.Header().Get("Last-Modified")+rec.Header().Get("ETag") != "" {
				t.Errorf("%s: %d %v", path, rec.Code, rec.Header())
			}
		}
	}
}

// TestCatalog_linksTheRecordsItDescribes: profile 2.0 has none of this catalogue's.
func TestCatalog_linksTheRecordsItDescribes(t *testing.T) {
	t.Parallel()
	h := serve(t, new(source).fill(2, nil), config)
	for profile, want := range map[string]int{"3.0": 2, "2.0": 0} {
		g := graph(t, get(h, "/catalog.ttl?profiles="+profile), rdfio.Turtle)
		links := g.Objects(g.OfType("dcat:Catalog")[0], "dcat:record")
		for _, r := range links {
			if len(g.Objects(r, "foaf:primaryTopic")) == 0 {
				t.Errorf("%s: %s is linked and not described", profile, r.Value)
			}
		}
		if len(links) != want {
			t.Errorf("%s: %d records", profile, len(links))
		}
	}
}
