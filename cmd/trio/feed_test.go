package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

const feedSite = "https://daten.example.org"

// feedPortal is the whole portal over a fresh store, with n public datasets.
type feedPortal struct {
	cfg *Config
	http.Handler
	core  *core
	names []string
}

func newFeedPortal(t *testing.T, n int) *feedPortal {
	t.Helper()
	p, serve := emptyFeedPortal(t)
	k := p.core
	_, err := k.store.Update(t.Context(), operator, func(tx catalog.WriteTx) error {
		org := &catalog.Entry{ID: catalog.NewID(), Name: "stadt", Type: catalog.TypeOrganization, State: catalog.StateActive, Access: catalog.AccessPublic, Fields: catalog.Fields{"title": "Stadt"}}
		if err := k.reg.CreateIn(tx, operator, org); err != nil {
			return err
		}
		for i := range n + 1 {
			e := &catalog.Entry{
				ID: catalog.NewID(), Name: fmt.Sprintf("datensatz-%03d", i), Type: catalog.TypeDataset, Owner: org.ID, State: catalog.StateActive, Access: catalog.AccessPublic,
				Fields: catalog.Fields{"title": fmt.Sprintf("Titel %d", i), "notes": "Text", "license_id": "dl-de-zero-2.0"},
				Parts:  []catalog.Part{{ID: catalog.NewID(), Fields: catalog.Fields{"url": "https://example.org/x.csv", "upload": map[string]any{"sum": "inneres-geheimnis"}}}},
			}
			if i == n {
				e.Name, e.Access = "privates-geheimnis", catalog.AccessPrivate
			} else {
				p.names = append(p.names, e.Name)
			}
			if err := k.reg.CreateIn(tx, operator, e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	serve()
	return p
}

// emptyFeedPortal is a portal with nothing in it; it answers once serve is called.
func emptyFeedPortal(t *testing.T) (p *feedPortal, serve func()) {
	t.Helper()
	cfg := defaults
	cfg.Data, cfg.SiteURL = t.TempDir(), feedSite
	k, err := openCore(t.Context(), &cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	p = &feedPortal{core: k, cfg: &cfg}
	return p, func() {
		t.Helper()
		portal, err := newPortal(t.Context(), k, &cfg, apiConfig(k, &cfg))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { portal.Close() })
		p.Handler = portal.handler
	}
}

func (p *feedPortal) ask(method, path string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(method, "http://falscher-host.example"+path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	p.ServeHTTP(rec, req)
	return rec
}

func (p *feedPortal) graph(t *testing.T, path string) *rdfio.Graph {
	t.Helper()
	rec := p.ask(http.MethodGet, path)
	if rec.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
	}
	g, err := rdfio.Read(t.Context(), rec.Body, rdfio.Turtle, rdfio.DefaultLimits)
	if err != nil {
		t.Fatalf("%s: %v", path, err)
	}
	return g
}

func (p *feedPortal) edit(t *testing.T, name string) {
	t.Helper()
	_, _, err := p.core.reg.Change(t.Context(), operator, "package", name, 0, func(e *catalog.Entry) error {
		e.Fields["title"] = e.Fields.String("title") + " neu"
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestFeed_pagesHoldEachDatasetOnceWhileTheyAreEdited(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 205)
	seen := map[string]int{}
	path := "/catalog.ttl"
	for page := 1; path != ""; page++ {
		g := p.graph(t, path)
		for _, s := range g.OfType("dcat:Dataset") {
			seen[s.Value]++
		}
		if n := len(g.OfType("dcat:Dataset")); page < 3 && n != 100 || page == 3 && n != 5 {
			t.Errorf("page %d holds %d datasets", page, n)
		}
		for _, c := range g.OfType("hydra:PagedCollection") {
			if total := g.Objects(c, "hydra:totalItems"); len(total) != 1 || total[0].Value != "205" {
				t.Errorf("page %d counts %v", page, total)
			}
		}
		// What was and what will be read changes.
		p.edit(t, p.names[0])
		p.edit(t, p.names[150])
		p.edit(t, p.names[204])
		next, err := nextPage(feedSite+path, g)
		if err != nil {
			t.Fatal(err)
		}
		path = strings.TrimPrefix(next, feedSite)
	}
	if len(seen) != 205 {
		t.Errorf("%d different datasets", len(seen))
	}
	for iri, n := range seen {
		if n != 1 || !strings.HasPrefix(iri, feedSite+"/dataset/") {
			t.Errorf("%s stands %d times", iri, n)
		}
	}
}

func TestFeed_answers(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 3)
	for _, c := range []struct {
		path, accept string
		status       int
		typ          string
		has          string
	}{
		{"/catalog.ttl", "", 200, "text/turtle; charset=utf-8", "datensatz-000"},
		{"/catalog.rdf", "", 200, "application/rdf+xml; charset=utf-8", "<rdf:RDF"},
		{"/catalog.xml", "text/html", 200, "application/rdf+xml; charset=utf-8", "<rdf:RDF"},
		{"/catalog.jsonld", "", 200, "application/ld+json; charset=utf-8", "@context"},
		{"/catalog.nt", "", 200, "application/n-triples; charset=utf-8", "<http"},
		{"/catalog.n3", "", 200, "text/n3; charset=utf-8", "@prefix"},
		{"/catalog.csv", "", 404, "", ""},
		{"/catalog.ttl?page=2", "", 200, "", "hydra:previous <" + feedSite + "/catalog.ttl?page=1>"},
		{"/catalog.ttl?page=1000000", "", 200, "", "hydra:last <" + feedSite + "/catalog.ttl?page=1>"},
		{"/catalog.ttl?page=0", "", 400, "text/plain; charset=utf-8", "page must be"},
		{"/catalog.ttl?page=-1", "", 400, "", "page must be"},
		{"/catalog.ttl?page=1000001", "", 400, "", "page must be"},
		{"/catalog.ttl?page=99999999999999999999", "", 400, "", "page must be"},
		{"/catalog.ttl?page=1.5", "", 400, "", "page must be"},
		{"/catalog.ttl?page=%00", "", 400, "", "page must be"},
		{"/catalog.ttl?page=x'%20OR%201=1", "", 400, "", "page must be"},
		{"/catalog.ttl?page=", "", 200, "", "datensatz-000"},
		{"/catalog.ttl?modified_since=gestern", "", 400, "", "modified_since must be"},
		{"/catalog.ttl?modified_since=2999-01-01", "", 200, "", `hydra:totalItems "0"`},
		{"/catalog.ttl?profiles=99", "", 400, "", "is not known"},
		{"/catalog.ttl?profiles=2.0", "", 200, "", "profiles=2.0"},
		{"/catalog.ttl?fq=((", "", 400, "", ""},
		{"/catalog.ttl?q=%22%3E+.+%3Curn%22", "", 200, "", "%3E"},
		{"/dataset/datensatz-000.ttl", "", 200, "text/turtle; charset=utf-8", "Titel 0"},
		{"/dataset/gibt-es-nicht.ttl", "", 404, "", ""},
		{"/dataset/privates-geheimnis.ttl", "", 404, "", ""},
		{"/dataset/datensatz-000", "text/turtle", 200, "text/turtle; charset=utf-8", "Titel 0"},
		{"/dataset/datensatz-000", "application/rdf+xml;q=0.9, text/html;q=0.1", 200, "application/rdf+xml; charset=utf-8", "Titel 0"},
		{"/dataset/datensatz-000", "application/ld+json, text/turtle;q=0.5", 200, "application/ld+json; charset=utf-8", "Titel 0"},
		{"/dataset/datensatz-000", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 200, "text/html; charset=utf-8", "<html"},
		{"/dataset/datensatz-000", "text/turtle;q=0.5, text/html", 200, "text/html; charset=utf-8", "<html"},
		{"/dataset/datensatz-000", "*/*", 200, "text/html; charset=utf-8", "<html"},
		{"/dataset/datensatz-000", "text/turtle;q=x,;;,\x00", 200, "text/html; charset=utf-8", "<html"},
		{"/dataset/privates-geheimnis", "text/turtle", 404, "", ""},
		{"/", "text/turtle", 200, "text/turtle; charset=utf-8", "a dcat:Catalog"},
		{"/", "", 200, "text/html; charset=utf-8", "<html"},
		{"/en/", "application/rdf+xml", 200, "application/rdf+xml; charset=utf-8", "dcat:Catalog"},
	} {
		var header []string
		if c.accept != "" {
			header = []string{"Accept", c.accept}
		}
		rec := p.ask(http.MethodGet, c.path, header...)
		body, typ := rec.Body.String(), rec.Header().Get("Content-Type")
		if rec.Code != c.status || c.typ != "" && typ != c.typ || !strings.Contains(body, c.has) {
			t.Errorf("%s (%s): %d %s, want %d %s and %q in\n%.300s", c.path, c.accept, rec.Code, typ, c.status, c.typ, c.has, body)
		}
		for _, not := range []string{"geheimnis", "falscher-host"} {
			if strings.Contains(body, not) && c.status == http.StatusOK {
				t.Errorf("%s tells of %s", c.path, not)
			}
		}
		if rec.Code >= 400 && (rec.Header().Get("ETag") != "" || !strings.Contains(rec.Header().Get("Cache-Control"), "no-store")) {
			t.Errorf("%s: an error may be cached: %v", c.path, rec.Header())
		}
	}
	vary := p.ask(http.MethodGet, "/dataset/datensatz-000").Header().Values("Vary")
	if !slices.Contains(vary, "Accept") {
		t.Errorf("a page that is negotiated varies by %v", vary)
	}
}

func TestFeed_notModified(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 3)
	tags := map[string]string{}
	for _, path := range []string{"/catalog.ttl", "/catalog.rdf", "/catalog.ttl?page=2", "/dataset/datensatz-000.ttl", "/dataset/datensatz-000.rdf"} {
		tag := p.ask(http.MethodGet, path).Header().Get("ETag")
		if other, double := tags[tag]; double || tag == "" {
			t.Errorf("%s has the tag %q of %s", path, tag, other)
		}
		tags[tag] = path
		for _, match := range []string{tag, `"x", ` + tag} {
			rec := p.ask(http.MethodGet, path, "If-None-Match", match)
			if rec.Code != http.StatusNotModified || rec.Body.Len() != 0 || rec.Header().Get("ETag") != tag {
				t.Errorf("%s with %s: %d, %d bytes", path, match, rec.Code, rec.Body.Len())
			}
		}
	}
	// One address, three forms: none may pass for another.
	forms := map[string]bool{}
	for _, accept := range []string{"text/turtle", "application/rdf+xml", "text/html"} {
		forms[p.ask(http.MethodGet, "/dataset/datensatz-000", "Accept", accept).Header().Get("ETag")] = true
	}
	if len(forms) != 3 {
		t.Errorf("tags of negotiated forms: %v", forms)
	}
	p.edit(t, "datensatz-000")
	for tag, path := range tags {
		if rec := p.ask(http.MethodGet, path, "If-None-Match", tag); rec.Code != http.StatusOK {
			t.Errorf("%s after an edit: %d", path, rec.Code)
		}
	}
	// By date: a deletion counts, a date to come does not.
	since := ""
	for deadline := time.Now().Add(20 * time.Second); since == "" && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		since = p.ask(http.MethodGet, "/catalog.ttl", "If-Modified-Since", "Fri, 01 Jan 2999 00:00:00 GMT").Header().Get("Last-Modified")
	}
	if rec := p.ask(http.MethodGet, "/catalog.ttl", "If-Modified-Since", since); since == "" || rec.Code != http.StatusNotModified {
		t.Errorf("since %q: %d", since, rec.Code)
	}
	if rec := p.ask(http.MethodGet, "/catalog.ttl", "If-Modified-Since", "Fri, 01 Jan 2999 00:00:00 GMT"); rec.Code != http.StatusOK {
		t.Errorf("a date to come: %d", rec.Code)
	}
	time.Sleep(time.Second) // the date has seconds only
	if _, err := p.core.reg.Delete(t.Context(), operator, "package", "datensatz-000"); err != nil {
		t.Fatal(err)
	}
	if rec := p.ask(http.MethodGet, "/catalog.ttl", "If-Modified-Since", since); rec.Code != http.StatusOK {
		t.Errorf("after a deletion: %d", rec.Code)
	}
}

func TestFeed_head(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 1)
	server := httptest.NewServer(p) // net/http leaves the body out
	defer server.Close()
	for _, path := range []string{"/catalog.ttl", "/catalog.rdf", "/dataset/datensatz-000.ttl", "/dataset/gibt-es-nicht.ttl"} {
		head, err := http.Head(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		head.Body.Close()
		get := p.ask(http.MethodGet, path)
		if head.StatusCode != get.Code || head.Header.Get("Content-Type") != get.Header().Get("Content-Type") || head.Header.Get("ETag") != get.Header().Get("ETag") {
			t.Errorf("HEAD %s: %d %v, GET: %d %v", path, head.StatusCode, head.Header, get.Code, get.Header())
		}
	}
}
