package site_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
	"trio.example/harvest/job"
)

// portalOf is a CKAN with n packages whose licence nobody knows.
type portalOf struct{ n, changed atomic.Int32 }

func (p *portalOf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	start, err := strconv.Atoi(r.URL.Query().Get("start"))
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	list := []any{}
	for i := start; i < int(p.n.Load()); i++ {
		title := fmt.Sprintf("Spielplatz %d", i)
		if i < int(p.changed.Load()) {
			title += " <neu>"
		}
		list = append(list, map[string]any{"id": fmt.Sprintf("id %d", i), "name": fmt.Sprintf("spielplatz-%d", i), "title": title, "license_id": "Namensnennung & so", "metadata_modified": "2026-01-01T00:00:00",
			"resources": []any{map[string]any{"url": fmt.Sprintf("https://example.org/%d.csv", i), "format": "CSV", "name": "Datei"}}})
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": p.n.Load(), "results": list}})
}

const hushed = "geheim-4711"

// harvested adds a source to a desk and runs it; one package is a duplicate of
// what is here.
func harvested(t *testing.T, d *desk) (jobID string) {
	t.Helper()
	p := &portalOf{}
	p.n.Store(30)
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	d.portal = p
	org, err := d.reg.Get(t.Context(), catalog.System("test"), catalog.TypeOrganization.Namespace(), "muenchen")
	if err != nil {
		t.Fatal(err)
	}
	here := &catalog.Entry{Name: "spielplaetze", Type: catalog.TypeDataset, Owner: org.ID, Fields: catalog.Fields{"title": "Unser Spielplatz", "url": "https://x.example.org/1"}, Parts: []catalog.Part{{Fields: catalog.Fields{"url": "https://example.org/0.csv"}}}}
	if _, err := d.reg.Create(t.Context(), catalog.System("test"), here); err != nil {
		t.Fatal(err)
	}
	d.update(func(tx catalog.WriteTx) error {
		return tx.PutHarvestSource(&catalog.HarvestSource{ID: "s1", Name: "spiel", Title: "Spielplätze", Kind: "ckan", URL: srv.URL, Owner: org.ID, Inside: true, Secret: hushed, Duplicates: catalog.DuplicatesAsk, Config: map[string]string{"delay": "0"}})
	})
	j, err := d.engine.Run(t.Context(), "spiel", job.Options{})
	if err != nil || j.Counts[catalog.HarvestAdd] != 29 || j.Duplicates != 1 {
		t.Fatalf("%+v %v", j, err)
	}
	return j.ID
}

func (d *desk) update(fn func(catalog.WriteTx) error) {
	d.t.Helper()
	if _, err := d.store.Update(d.t.Context(), catalog.System("test"), fn); err != nil {
		d.t.Fatal(err)
	}
}

// TestHarvestPages_forThoseWhoManage: pages and buttons are for system
// administrators and for who edits datasets of the source's organization.
func TestHarvestPages_forThoseWhoManage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := harvested(t, d)
	paths := []string{"/harvest", "/harvest/source/spiel", "/harvest/source/spiel/edit", "/harvest/source/spiel/duplicates", "/harvest/source/spiel/job/" + id, "/harvest/source/spiel/job/" + id + "/report.csv", "/harvest/source/spiel/job/" + id + "/report.json", "/harvest/source/spiel/record?guid=id+3", "/harvest/new", "/en/harvest"}
	for _, path := range paths {
		for actor, want := range map[string]int{"root": 200, "officer": 200, "editor": 200, "member": 404, "stranger": 404, "": 404} {
			rec := d.do(actor, http.MethodGet, path, nil)
			if rec.Code != want {
				t.Errorf("%q at %s: %d, want %d", actor, path, rec.Code, want)
			}
			body := rec.Body.String()
			if strings.Contains(body, hushed) || want != 200 && strings.Contains(body, "pielpl") {
				t.Errorf("%q at %s sees too much", actor, path)
			}
			if cache := rec.Header().Get("Cache-Control"); !strings.Contains(cache, "no-store") {
				t.Errorf("%s may be cached: %s", path, cache)
			}
		}
	}
	for _, do := range []string{"run", "pause", "remove"} {
		for _, actor := range []string{"member", "stranger", ""} {
			if rec := d.do(actor, http.MethodPost, "/harvest/source/spiel", url.Values{"do": {do}, "sure": {"yes"}}); rec.Code != 404 && rec.Code != 401 {
				t.Errorf("%q may %s: %d", actor, do, rec.Code)
			}
		}
	}
	for _, actor := range []string{"member", "stranger"} {
		for _, path := range []string{"/harvest/source/spiel/edit", "/harvest/source/spiel/duplicates", "/harvest/source/spiel/job/" + id, "/harvest/source/spiel/job/" + id + "/repair"} {
			if rec := d.do(actor, http.MethodPost, path, url.Values{"do": {"save"}, "guid": {"id 0"}, "list": {"licence"}}); rec.Code != 404 {
				t.Errorf("%q may post to %s: %d", actor, path, rec.Code)
			}
		}
	}
}

// TestHarvestPages_theWholeWay goes the way of an operator: see a group of faults,
// repair it, run again, see the difference, decide about a held plan, take a
// duplicate, read the complete report.
func TestHarvestPages_theWholeWay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := harvested(t, d)
	at := "/harvest/source/spiel"
	show := func(path string, has ...string) string {
		t.Helper()
		body := d.get("officer", path)
		for _, s := range has {
			if !strings.Contains(html.UnescapeString(body), s) {
				t.Errorf("%s lacks %q", path, s)
			}
		}
		return body
	}
	run := func(want string) *catalog.HarvestJob {
		t.Helper()
		j, err := d.engine.Run(t.Context(), "spiel", job.Options{})
		if err != nil || fmt.Sprint(j.State, " ", j.Outcome) != want {
			t.Fatalf("%+v %v", j, err)
		}
		return j
	}
	show(at+"/job/"+id, "30 × Die Lizenz „Namensnennung & so“ ist unbekannt.", "„Namensnennung & so“ bedeutet", "29 neu", "Spielplatz 3")

	rec := d.do("officer", http.MethodPost, at+"/job/"+id+"/repair", url.Values{"list": {"licence"}, "word": {"Namensnennung & so"}, "code": {"http://dcat-ap.de/def/licenses/dl-by-de/2.0"}})
	if rec.Code != http.StatusSeeOther {
		t.Fatalf("repair: %d %s", rec.Code, rec.Body)
	}
	if rec := d.do("officer", http.MethodPost, at+"/job/"+id+"/repair", url.Values{"list": {"licence"}, "word": {"x"}, "code": {"gibtsnicht"}}); rec.Code != 422 {
		t.Errorf("a code that does not exist: %d", rec.Code)
	}
	d.portal.changed.Store(2)
	j := run("finished ok")
	body := show(at+"/job/"+j.ID, "29 geändert")
	if strings.Contains(body, "ist unbekannt") {
		t.Error("the group is still there after its repair")
	}
	show(at+"/record?guid=id+1", "Spielplatz 1 <neu>", "Was die Quelle zuletzt geändert hat", `"license_id": "Namensnennung & so"`, "dl-de-by-2.0", "Was daraus wurde")

	d.portal.n.Store(3)
	held := run("held ")
	show(at, "Ein Plan wartet auf Ihre Entscheidung")
	show(at+"/job/"+held.ID, "Plan freigeben", "gelöscht (27)")
	if rec := d.do("officer", http.MethodPost, at+"/job/"+held.ID, url.Values{"do": {"stop"}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("discard: %d", rec.Code)
	}
	show(at+"/job/"+held.ID, "Der Plan wurde verworfen")
	held = run("held ")
	if rec := d.do("officer", http.MethodPost, at+"/job/"+held.ID, url.Values{"do": {"release"}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("release: %d", rec.Code)
	}
	show(at+"?live=1", "schreibt", "Die Seite zeigt sich alle fünf Sekunden neu")
	if err := d.engine.Continue(t.Context(), "spiel"); err != nil {
		t.Fatal(err)
	}
	show(at+"/job/"+held.ID, "27 gelöscht")

	show(at+"/duplicates", "Spielplatz 0", "dieselben Verweise", "Trennen")
	if rec := d.do("officer", http.MethodPost, at+"/duplicates", url.Values{"guid": {"id 0"}}); rec.Code != http.StatusSeeOther {
		t.Fatalf("separate: %d", rec.Code)
	}
	if j := run("finished ok"); j.Counts[catalog.HarvestAdd] != 1 {
		t.Errorf("after separating: %+v", j)
	}

	list, err := csv.NewReader(semicolons(strings.TrimPrefix(d.get("officer", at+"/job/"+id+"/report.csv"), "\uFEFF"))).ReadAll()
	if err != nil || len(list) < 31 || len(list[0]) != 8 {
		t.Errorf("report: %d lines, %v", len(list), err)
	}
	var report struct {
		Job     catalog.HarvestJob
		Objects []catalog.HarvestObject
	}
	if err := json.Unmarshal([]byte(d.get("officer", at+"/job/"+id+"/report.json")), &report); err != nil || len(report.Objects) != 30 || report.Job.ID != id {
		t.Errorf("report: %d objects, %v", len(report.Objects), err)
	}
}

// semicolons lets a reader of commas read a table that has none in its cells.
func semicolons(s string) *strings.Reader {
	return strings.NewReader(strings.ReplaceAll(strings.ReplaceAll(s, ",", " "), ";", ","))
}

var secretValue = regexp.MustCompile(`name="secret"[^>]*value=`)

// TestHarvestPages_addAndChange: a source is tried before it is saved, what is
// wrong is told at once, and a secret follows to no other host.
func TestHarvestPages_addAndChange(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	harvested(t, d)
	org, err := d.reg.Get(t.Context(), catalog.System("test"), catalog.TypeOrganization.Namespace(), "muenchen")
	if err != nil {
		t.Fatal(err)
	}
	p := &portalOf{}
	p.n.Store(12)
	srv := httptest.NewServer(p)
	defer srv.Close()
	form := func(pairs ...string) url.Values {
		v := url.Values{"name": {"neu"}, "kind": {"ckan"}, "url": {srv.URL}, "owner": {org.ID}, "every": {"1440"}, "inside": {"yes"}, "secret": {"anders-0815"}, "option.full": {"168h"}, "duplicates": {"ask"}}
		for i := 0; i < len(pairs); i += 2 {
			v.Set(pairs[i], pairs[i+1])
		}
		return v
	}
	rec := d.do("root", http.MethodPost, "/harvest/new", form("do", "try", "mapping", "licence: {\"Namensnennung & so\": cc-by/4.0}\nkeep: 'title != \"Spielplatz 1\"'"))
	body := html.UnescapeString(rec.Body.String())
	if rec.Code != 200 || !strings.Contains(body, "10 Datensätze wurden gelesen") || !strings.Contains(body, "bleibt weg") || !strings.Contains(body, "Speichern") || strings.Contains(body, "anders-0815") || secretValue.MatchString(body) {
		t.Errorf("trial: %d %.3000s", rec.Code, body)
	}
	// An editor has no leave to ask our own network.
	if rec := d.do("officer", http.MethodPost, "/harvest/new", form("do", "try")); rec.Code != 422 || !strings.Contains(rec.Body.String(), "privaten Netz") {
		t.Errorf("an editor asks our network: %d", rec.Code)
	}
	for name, c := range map[string]struct {
		pairs []string
		has   string
	}{
		"name taken":   {[]string{"name", "spiel"}, "gibt es schon"},
		"bad address":  {[]string{"url", "ftp://x"}, "http://"},
		"password":     {[]string{"url", "https://a:b@example.org"}, "Passwort"},
		"bad cron":     {[]string{"cron", "viel zu oft"}, "Zeitplan"},
		"bad number":   {[]string{"grace", "viel"}, "gültige Zahl"},
		"bad mapping":  {[]string{"mapping", "unsinn: 1"}, "Zuordnung"},
		"bad option":   {[]string{"option.full", "bald"}, "keine Dauer"},
		"foreign org":  {[]string{"owner", catalog.NewID()}, "Organisation wählen"},
		"unknown kind": {[]string{"kind", "gopher"}, "Art der Quelle"},
		"local file":   {[]string{"kind", "survey", "url", "file:///etc"}, "city"},
	} {
		rec := d.do("root", http.MethodPost, "/harvest/new", form(append(c.pairs, "do", "save")...))
		if rec.Code != 422 || !strings.Contains(html.UnescapeString(rec.Body.String()), c.has) {
			t.Errorf("%s: %d lacks %q", name, rec.Code, c.has)
		}
	}
	if rec := d.do("officer", http.MethodPost, "/harvest/new", form("do", "save", "kind", "survey", "url", "file:///etc", "option.city", "muenchen")); rec.Code != 422 {
		t.Errorf("an editor reads files of this machine: %d", rec.Code)
	}
	if rec := d.do("officer", http.MethodPost, "/harvest/new", form("do", "save", "duplicates", "priority")); rec.Code != 422 {
		t.Errorf("an editor takes precedence: %d", rec.Code)
	}
	if rec := d.do("root", http.MethodPost, "/harvest/new", form("do", "save")); rec.Code != http.StatusSeeOther {
		t.Fatalf("save: %d %s", rec.Code, rec.Body)
	}
	get := func(name string) (src *catalog.HarvestSource) {
		if err := d.store.View(t.Context(), func(tx catalog.Tx) (err error) { src, err = tx.HarvestSource(name); return err }); err != nil {
			t.Fatal(err)
		}
		return src
	}
	if s := get("neu"); s.Secret != "anders-0815" || !s.Inside || s.Config["full"] != "168h" || s.Next.IsZero() {
		t.Errorf("%+v", s)
	}
	// Kept while the host is the same, gone with another one.
	if rec := d.do("officer", http.MethodPost, "/harvest/source/neu/edit", form("do", "save", "secret", "", "url", srv.URL+"/x")); rec.Code != http.StatusSeeOther || get("neu").Secret == "" || !get("neu").Inside {
		t.Errorf("edit: %d %+v", rec.Code, get("neu"))
	}
	if rec := d.do("officer", http.MethodPost, "/harvest/source/neu/edit", form("do", "save", "secret", "", "url", "https://boese.example.org")); rec.Code != http.StatusSeeOther || get("neu").Secret != "" || get("neu").Inside {
		t.Errorf("another host: %d %+v", rec.Code, get("neu"))
	}
}

// TestHarvestPages_decideAndMap: what source and portal both changed is decided on
// the page of the record, and words are mapped for all sources by system
// administrators only.
func TestHarvestPages_decideAndMap(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	harvested(t, d)
	at := "/harvest/source/spiel"
	if _, _, err := d.reg.Change(t.Context(), catalog.System("test"), catalog.TypeDataset.Namespace(), "spielplatz-3", 0, func(e *catalog.Entry) error {
		e.Fields["title"] = "Unser Titel"
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	d.portal.changed.Store(5)
	if _, err := d.engine.Run(t.Context(), "spiel", job.Options{}); err != nil {
		t.Fatal(err)
	}
	shows := func(actor, path string, has ...string) {
		t.Helper()
		body := html.UnescapeString(d.get(actor, path))
		for _, s := range has {
			if !strings.Contains(body, s) {
				t.Errorf("%s lacks %q", path, s)
			}
		}
	}
	post := func(actor, path string, want int, form ...string) {
		t.Helper()
		v := url.Values{}
		for i := 0; i < len(form); i += 2 {
			v.Set(form[i], form[i+1])
		}
		if rec := d.do(actor, http.MethodPost, path, v); rec.Code != want {
			t.Errorf("%s %s %v: %d", actor, path, form, rec.Code)
		}
	}
	shows("officer", at, "Zu entscheiden (1)")
	shows("officer", at+"/disputes", "Spielplatz 3 <neu>", "Titel")
	record := at + "/record?guid=id+3"
	shows("officer", record, "Unser Titel", "Fassung der Quelle übernehmen", "Hier behalten und sperren", "zu entscheiden")
	post("member", record, 404, "field", "title", "how", "lock")
	post("officer", record, 422, "field", "nichts", "how", "lock")
	post("officer", record, 303, "field", "title", "how", "lock")
	shows("officer", at+"/disputes", "nichts zu entscheiden")
	shows("officer", record, "gesperrt", "Sperre aufheben")
	post("officer", record, 303, "field", "title", "how", "theirs")
	post("officer", record, 303, "field", "notes", "how", "lock")
	shows("officer", record, "Gesperrte Felder")
	if e, err := d.reg.Get(t.Context(), catalog.System("test"), catalog.TypeDataset.Namespace(), "spielplatz-3"); err != nil || e.Fields.String("title") != "Spielplatz 3 <neu>" {
		t.Errorf("%v %v", e, err)
	}

	const word = "Ganz freie Probelizenz 4711"
	words := "/harvest/words?list=licence"
	post("officer", words, 404, "spelling", word, "code", "dl-zero-de/2.0")
	post("root", words, 422, "spelling", word, "code", "gibtsnicht")
	post("root", words, 422, "spelling", " ", "code", "dl-zero-de/2.0")
	post("root", words, 422, "spelling", word)
	post("root", words, 303, "spelling", word, "code", "dl-zero-de/2.0")
	shows("root", words, word)
	if c, ok := vocab.Lookup("licence", word); !ok || !strings.Contains(c.URI, "zero") {
		t.Errorf("%v %v", c, ok)
	}
	post("root", words, 303, "spelling", word, "do", "forget")
	if _, ok := vocab.Lookup("licence", word); ok {
		t.Error("not forgotten")
	}
}
