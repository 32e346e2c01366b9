package site_test

import (
	"context"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/quality"
	"trio.example/web/session"
	"trio.example/web/site"
	"trio.example/web/site/internal/fake"
)

// historyPages are the templates that the test of this file shows.
var historyPages = []string{"history", "version"}

// withHistory is a desk whose pages show versions, and a dataset with three.
func withHistory(t *testing.T) (*desk, *catalog.Entry) {
	t.Helper()
	d := newDesk(t)
	gin.SetMode(gin.TestMode)
	r := gin.New()
	r.Use(func(c *gin.Context) {
		c.Request = c.Request.WithContext(session.WithActor(c.Request.Context(), d.actors[c.GetHeader("X-Test-Actor")]))
		c.Next()
	})
	s, err := site.Register(r, site.Config{SiteURL: base, Registry: d.reg, Check: quality.New(d.store, dcat.NewMapper(d.defs(), base), base).Check, LoginPath: "/user/login", Viewer: func(ctx context.Context) string { return session.FromContext(ctx).Name }}, fake.New())
	if err != nil {
		t.Fatal(err)
	}
	r.NoRoute(s.NotFound)
	d.h = r
	city := ""
	for id := range d.actors["editor"].Roles {
		city = id
	}
	e := &catalog.Entry{Type: catalog.TypeDataset, Name: "baumliste", Owner: city, Access: catalog.AccessPrivate, Fields: catalog.Fields{"title": "Bäume <b>alt</b>", "notes": "Erste Fassung"},
		Parts: []catalog.Part{{Fields: catalog.Fields{"url": "https://x.example/a.csv", "name": "Liste"}}}}
	if _, err := d.reg.Create(t.Context(), d.actors["editor"], e); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*catalog.Entry) error{
		func(e *catalog.Entry) error {
			e.Fields.Set("title", "Bäume neu")
			e.Access = catalog.AccessPublic
			return nil
		},
		func(e *catalog.Entry) error { e.Fields.Set("notes", "Dritte Fassung"); e.Parts = nil; return nil },
	} {
		if e, _, err = d.reg.Change(t.Context(), d.actors["editor"], "package", e.ID, 0, change); err != nil {
			t.Fatal(err)
		}
	}
	return d, e
}

func TestVersions_areListedComparedAndRestored(t *testing.T) {
	t.Parallel()
	d, e := withHistory(t)
	list := d.get("editor", "/dataset/baumliste/history")
	for _, want := range []string{"Fassung 1", "Fassung 3</a> <span class=\"trio-muted\">(jetzige)", "Angelegt", "Titel", "Sichtbarkeit", `name="from" value="2" aria-label="Vergleichen von Fassung 2" checked`} {
		if !strings.Contains(list, want) {
			t.Errorf("the list lacks %q", want)
		}
	}
	compared := d.do("editor", http.MethodGet, "/en/dataset/baumliste/history?from=1&to=3", nil).Body.String()
	for _, want := range []string{"Comparison of versions 1 and 3", "Bäume &lt;b&gt;alt&lt;/b&gt;</del>", "Bäume neu</ins>", "not public", "Liste: removed", "Dritte Fassung"} {
		if !strings.Contains(compared, want) {
			t.Errorf("the comparison lacks %q", want)
		}
	}
	version := d.get("editor", "/dataset/baumliste/history/1")
	now := regexp.MustCompile(`name="now" value="(\d+)"`).FindStringSubmatch(version)
	if now == nil || !strings.Contains(version, "Erste Fassung") || !strings.Contains(version, "Fassung 1 wiederherstellen") {
		t.Fatalf("no form to restore: %v", now)
	}
	if rec := d.do("editor", http.MethodPost, "/dataset/baumliste/history/1", url.Values{"now": {"2"}}); rec.Code != http.StatusConflict || !strings.Contains(rec.Body.String(), "inzwischen geändert") {
		t.Errorf("restored over a change unseen: %d", rec.Code)
	}
	if rec := d.do("editor", http.MethodPost, "/dataset/baumliste/history/1", url.Values{"now": {now[1]}}, "Sec-Fetch-Site", "cross-site"); rec.Code < 400 {
		t.Errorf("restored for another site: %d", rec.Code)
	}
	rec := d.do("editor", http.MethodPost, "/dataset/baumliste/history/1", url.Values{"now": {now[1]}})
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/dataset/baumliste/history?done=restored" {
		t.Fatalf("restore: %d %q", rec.Code, rec.Header().Get("Location"))
	}
	got, err := d.reg.Get(t.Context(), d.actors["editor"], "package", e.ID)
	if err != nil || got.Rev != 4 || got.Fields.String("title") != "Bäume <b>alt</b>" || got.Access != catalog.AccessPrivate || len(got.Parts) != 1 {
		t.Errorf("restored to %+v, %v", got, err)
	}
	if !strings.Contains(d.get("editor", "/dataset/baumliste/history?done=restored"), "ist wiederhergestellt") {
		t.Error("nothing says that it was done")
	}
}

func TestVersions_areForThoseWhoMayEdit(t *testing.T) {
	t.Parallel()
	d, _ := withHistory(t)
	for _, path := range []string{"/dataset/baumliste/history", "/dataset/baumliste/history/1", "/dataset/baumliste/history?from=1&to=2"} {
		for _, actor := range []string{"member", "stranger"} {
			if rec := d.do(actor, http.MethodGet, path, nil); rec.Code < 400 || strings.Contains(rec.Body.String(), "Erste Fassung") {
				t.Errorf("%s as %s: %d", path, actor, rec.Code)
			}
		}
		if rec := d.do("", http.MethodGet, path, nil); rec.Code != http.StatusSeeOther {
			t.Errorf("%s without signing in: %d", path, rec.Code)
		}
	}
	for _, actor := range []string{"", "member", "stranger"} {
		if rec := d.do(actor, http.MethodPost, "/dataset/baumliste/history/1", url.Values{"now": {"3"}}); rec.Code == http.StatusSeeOther && actor != "" {
			t.Errorf("restored as %q", actor)
		}
	}
	for _, path := range []string{"/dataset/baumliste/history/99", "/dataset/baumliste/history/0", "/dataset/baumliste/history/x", "/dataset/nichts/history"} {
		if rec := d.do("editor", http.MethodGet, path, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	if rec := d.do("", http.MethodGet, "/dataset/activity/baumliste", nil); rec.Header().Get("Location") != "/dataset/baumliste/history" {
		t.Errorf("CKAN's address leads to %q", rec.Header().Get("Location"))
	}
}
