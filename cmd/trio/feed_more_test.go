package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
	"trio.example/web/feed"
)

func (p *feedPortal) changes(t *testing.T, path string) (list struct {
	Changes []feed.Change
	Last    int64
	More    bool
}) {
	t.Helper()
	rec := p.ask(http.MethodGet, path)
	if err := json.Unmarshal(rec.Body.Bytes(), &list); err != nil || rec.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, rec.Code, rec.Body)
	}
	return list
}

// TestChanges_tellOnlyWhatIsPublic: work on hidden entries leaves no trace, not
// even a gap in the numbers; what leaves the public leaves as a deletion.
func TestChanges_tellOnlyWhatIsPublic(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 3)
	first := p.changes(t, "/changes")
	if len(first.Changes) != 3 || first.More {
		t.Fatalf("%+v", first)
	}
	etag := p.ask(http.MethodGet, "/catalog.ttl").Header().Get("ETag")
	edit := func(name string, fn func(*catalog.Entry)) {
		t.Helper()
		if _, _, err := p.core.reg.Change(t.Context(), operator, "package", name, 0, func(e *catalog.Entry) error { fn(e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	edit("privates-geheimnis", func(e *catalog.Entry) { e.Fields["notes"] = "anders" })
	if again := p.changes(t, "/changes"); again.Last != first.Last || p.ask(http.MethodGet, "/catalog.ttl").Header().Get("ETag") != etag {
		t.Errorf("an edit of a hidden dataset shows: %+v", again)
	}
	edit("datensatz-001", func(e *catalog.Entry) { e.Fields["title"] = "Neuer Titel" })
	edit("datensatz-000", func(e *catalog.Entry) { e.Access = catalog.AccessPrivate; e.Fields["title"] = "Geheimer Titel" })
	edit("datensatz-000", func(e *catalog.Entry) { e.Fields["title"] = "Noch geheimer" })
	edit("privates-geheimnis", func(e *catalog.Entry) { e.Access = catalog.AccessPublic })
	edit("datensatz-002", func(e *catalog.Entry) { e.State = catalog.StateDeleted })
	if _, err := p.core.reg.Purge(t.Context(), operator, "package", "datensatz-001"); err != nil {
		t.Fatal(err)
	}
	rest := p.changes(t, "/changes?after="+jsonNumber(first.Last))
	var ops []string
	for i, c := range rest.Changes {
		ops = append(ops, string(c.Op)+" "+c.Title)
		if c.Seq != first.Last+int64(i)+1 {
			t.Errorf("number %d at place %d after %d", c.Seq, i, first.Last)
		}
	}
	// The title of a dataset that is gone by now is not told, whatever it did before.
	if got, want := strings.Join(ops, "|"), "update |delete |create Titel 3|delete |delete "; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if body := p.ask(http.MethodGet, "/changes").Body.String() + p.ask(http.MethodGet, "/changes.atom").Body.String(); strings.Contains(body, "eheim") && !strings.Contains(body, "privates-geheimnis") {
		t.Errorf("hidden titles: %s", body)
	}
}

func jsonNumber(n int64) string {
	b, err := json.Marshal(n)
	if err != nil {
		panic(err)
	}
	return string(b)
}

// TestFeed_ofOneOrganization: a city's catalogue holds what its offices have, is
// part of the whole, and nothing hidden is in it.
func TestFeed_ofOneOrganization(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 2)
	if _, err := p.core.store.Update(t.Context(), operator, func(tx catalog.WriteTx) error {
		city := &catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg", "contributor_id": "http://dcat-ap.de/def/contributors/stadtAugsburg"}}
		if err := p.core.reg.CreateIn(tx, operator, city); err != nil {
			return err
		}
		office := &catalog.Entry{Name: "augsburg-amt", Type: catalog.TypeOrganization, Owner: city.ID, Fields: catalog.Fields{"title": "Amt"}}
		if err := p.core.reg.CreateIn(tx, operator, office); err != nil {
			return err
		}
		hidden := &catalog.Entry{Name: "verstecktes-amt", Type: catalog.TypeOrganization, Access: catalog.AccessPrivate, Fields: catalog.Fields{"title": "Verstecktes Amt"}}
		if err := p.core.reg.CreateIn(tx, operator, hidden); err != nil {
			return err
		}
		return p.core.reg.CreateIn(tx, operator, &catalog.Entry{Name: "laermkarte", Type: catalog.TypeDataset, Owner: office.ID, Fields: catalog.Fields{"title": "Lärmkarte", "notes": "Text"}})
	}); err != nil {
		t.Fatal(err)
	}
	read := func(path string) *rdfio.Graph {
		t.Helper()
		rec := p.ask(http.MethodGet, path)
		g, err := rdfio.Read(t.Context(), rec.Body, rdfio.Turtle, rdfio.DefaultLimits)
		if err != nil || rec.Code != http.StatusOK {
			t.Fatalf("%s: %d %v", path, rec.Code, err)
		}
		return g
	}
	for path, want := range map[string]int{"/organization/augsburg.ttl": 1, "/organization/augsburg-amt.ttl": 1, "/organization/stadt.ttl": 2, "/organization/stadt.ttl?q=Titel&page=1": 2} {
		g := read(path)
		catalogs := g.OfType("dcat:Catalog")
		if n := len(g.OfType("dcat:Dataset")); n != want || len(catalogs) != 1 || len(g.Objects(catalogs[0], "dcat:dataset")) != want {
			t.Errorf("%s: %d datasets, catalogues %v", path, n, catalogs)
		}
		if first := g.Objects(g.OfType("hydra:PagedCollection")[0], "hydra:first"); len(first) != 1 || !strings.HasPrefix(first[0].Value, feedSite+strings.Split(path, "?")[0]) {
			t.Errorf("%s: first page %v", path, first)
		}
	}
	whole := read("/catalog.ttl")
	if n := len(whole.OfType("dcat:Catalog")); n != 2 {
		t.Errorf("%d catalogues, want the whole and Augsburg's", n)
	}
	for path, status := range map[string]int{"/organization/verstecktes-amt.ttl": 404, "/organization/nichts.rdf": 404, "/organization/augsburg.ttl?page=x": 400} {
		if rec := p.ask(http.MethodGet, path); rec.Code != status || strings.Contains(rec.Body.String(), "Verstecktes") {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Body)
		}
	}
	if rec := p.ask(http.MethodGet, "/organization/augsburg", "Accept", "application/rdf+xml"); !strings.Contains(rec.Header().Get("Content-Type"), "rdf+xml") {
		t.Errorf("negotiation: %v", rec.Header())
	}
}

// TestFeed_ofAnEmptyPortal: a new portal has a feed too, before anything public
// was ever written.
func TestFeed_ofAnEmptyPortal(t *testing.T) {
	t.Parallel()
	p, serve := emptyFeedPortal(t)
	serve()
	for _, path := range []string{"/catalog.ttl", "/catalog.rdf", "/catalog.jsonld?profiles=2.0", "/api/3/action/dcat_catalog_show", "/api/3/action/dcat_catalog_search", "/changes", "/sitemap.xml"} {
		if rec := p.ask(http.MethodGet, path); rec.Code != http.StatusOK {
			t.Errorf("%s: %d %.200s", path, rec.Code, rec.Body)
		}
	}
	p.graph(t, "/catalog.ttl")
}

// TestFeed_ofAQueryLacksNothing holds that a page of what a query finds has what
// was just published, before the index has heard of it.
func TestFeed_ofAQueryLacksNothing(t *testing.T) {
	t.Parallel()
	p := newFeedPortal(t, 300)
	for i := range 3 {
		title := fmt.Sprintf("Umbenannt%d", i)
		if _, err := p.core.store.Update(t.Context(), operator, func(tx catalog.WriteTx) error {
			for _, name := range p.names { // so many that the index needs a moment
				e, err := tx.EntryByName("package", name)
				if err == nil {
					err = p.core.reg.ChangeIn(tx, operator, e, 0, func(e *catalog.Entry) error {
						e.Fields["title"] = title
						return nil
					})
				}
				if err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if rec := p.ask(http.MethodGet, "/catalog.ttl?q="+title); !strings.Contains(rec.Body.String(), `totalItems "300"`) {
			t.Fatalf("after change %d: %d, not all of 300 datasets", i, rec.Code)
		}
	}
}
