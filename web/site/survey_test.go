package site_test

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/blob"
	"trio.example/catalog/dcat"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/catalog/survey"
	"trio.example/harvest/fetch"
	"trio.example/harvest/job"
	intake "trio.example/harvest/survey"
	"trio.example/web/session"
	"trio.example/web/site"
	"trio.example/web/site/internal/fake"
)

// desk is a portal with a survey: real store, pages as the program has them.
type desk struct {
	t      testing.TB
	h      http.Handler
	store  *sqlstore.Store
	reg    *catalog.Registry
	rounds *round.Service
	engine *job.Engine
	portal *portalOf // that harvested reads
	path   string
	// officer, second, editor and stranger are who may be signed in.
	actors map[string]catalog.Actor
	Round  string // name of the round
	Token  string // link of the first office
	Links  map[string]string
}

func newDesk(t testing.TB) *desk {
	t.Helper()
	d := &desk{t: t, path: filepath.Join(t.TempDir(), "trio.db"), Links: map[string]string{}}
	d.open()
	root := catalog.System("test")
	city := d.city(root)
	d.actors = map[string]catalog.Actor{
		"root":     root,
		"officer":  {UserID: catalog.NewID(), Name: "officer", Roles: map[string]catalog.Role{city: catalog.RoleAdmin}},
		"second":   {UserID: catalog.NewID(), Name: "second", Roles: map[string]catalog.Role{city: catalog.RoleAdmin}},
		"editor":   {UserID: catalog.NewID(), Name: "editor", Roles: map[string]catalog.Role{city: catalog.RoleEditor}},
		"member":   {UserID: catalog.NewID(), Name: "member", Roles: map[string]catalog.Role{city: catalog.RoleMember}},
		"stranger": {UserID: catalog.NewID(), Name: "stranger", Roles: map[string]catalog.Role{catalog.NewID(): catalog.RoleAdmin}},
	}
	return d
}

// open starts the program's part over the file, as after a restart.
func (d *desk) open() {
	d.t.Helper()
	store, err := sqlstore.Open(d.t.Context(), d.path)
	if err != nil {
		d.t.Fatal(err)
	}
	d.t.Cleanup(func() { _ = store.Close() })
	defs, err := schema.Default()
	if err != nil {
		d.t.Fatal(err)
	}
	d.store, d.reg = store, catalog.NewRegistry(store, defs)
	answers := holding.NewDesk(d.reg, defs, survey.Default(), base)
	d.rounds = round.New(d.reg, answers)
	blobs, err := blob.Open(filepath.Join(filepath.Dir(d.path), "blobs"))
	if err != nil {
		d.t.Fatal(err)
	}
	d.engine = job.New(d.reg, defs, dcat.NewMapper(defs, base), base, filepath.Join(filepath.Dir(d.path), "harvest"), "test")
	gin.SetMode(gin.TestMode)
	r := gin.New()
	r.Use(func(c *gin.Context) {
		if a, ok := d.actors[c.GetHeader("X-Test-Actor")]; ok {
			c.Request = c.Request.WithContext(session.WithActor(c.Request.Context(), a))
		}
		c.Next()
	})
	byAddress := func(ctx context.Context, address string) ([]byte, error) {
		c := fetch.New(fetch.Options{Limits: fetch.Defaults()})
		defer c.Close()
		doc, err := c.Get(ctx, address, "application/json", nil)
		if err != nil {
			return nil, err
		}
		return doc.Body, nil
	}
	s, err := site.Register(r, site.Config{SiteURL: base, Rounds: d.rounds, FetchTemplate: byAddress, Intake: &intake.Intake{Store: store, Desk: answers, Blobs: blobs}, Harvests: job.NewDesk(d.engine, nil), Vocab: filepath.Join(filepath.Dir(d.path), "vocab"), Viewer: func(ctx context.Context) string { return session.FromContext(ctx).Name }}, fake.New())
	if err != nil {
		d.t.Fatal(err)
	}
	r.NoRoute(s.NotFound)
	d.h = r
}

// city makes the city's organization and returns its id.
func (d *desk) city(root catalog.Actor) string {
	d.t.Helper()
	e := &catalog.Entry{Name: "muenchen", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Landeshauptstadt München", "cooperation": true}}
	if _, err := d.reg.Create(d.t.Context(), root, e); err != nil {
		d.t.Fatal(err)
	}
	return e.ID
}

func (d *desk) do(actor, method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	d.t.Helper()
	var req *http.Request
	if form != nil {
		req = httptest.NewRequest(method, base+path, strings.NewReader(form.Encode()))
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	} else {
		req = httptest.NewRequest(method, base+path, nil)
	}
	req.Header.Set("X-Test-Actor", actor)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	d.h.ServeHTTP(rec, req)
	return rec
}

func (d *desk) get(actor, path string) string {
	d.t.Helper()
	rec := d.do(actor, http.MethodGet, path, nil)
	if rec.Code != http.StatusOK {
		d.t.Fatalf("GET %s as %q: %d", path, actor, rec.Code)
	}
	return html.UnescapeString(rec.Body.String())
}

// post sends a form and returns where it leads; anything but a redirect fails.
func (d *desk) post(actor, path string, pairs ...string) string {
	d.t.Helper()
	rec := d.do(actor, http.MethodPost, path, values(pairs))
	if rec.Code != http.StatusSeeOther {
		d.t.Fatalf("POST %s as %q: %d %s", path, actor, rec.Code, said(rec.Body.String()))
	}
	return rec.Header().Get("Location")
}

// refused sends a form that must not be taken and returns the page.
func (d *desk) refused(actor, path string, status int, pairs ...string) string {
	d.t.Helper()
	rec := d.do(actor, http.MethodPost, path, values(pairs))
	if rec.Code != status {
		d.t.Fatalf("POST %s as %q: %d, want %d: %s", path, actor, rec.Code, status, said(rec.Body.String()))
	}
	return html.UnescapeString(rec.Body.String())
}

func values(pairs []string) url.Values {
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Add(pairs[i], pairs[i+1])
	}
	return form
}

var alert = regexp.MustCompile(`(?s)<div class="trio-note trio-note--error".*?</div>`)

func said(body string) string { return alert.FindString(body) }

var link = regexp.MustCompile(base + `/s/([A-Za-z0-9_-]{43})`)

// begin opens a round with three offices and makes links for all.
func (d *desk) begin() {
	d.t.Helper()
	at := d.post("officer", "/survey", "city", "muenchen", "title", "Abfrage 2026", "deadline", "2099-12-15", "contact", "daten@stadt.example")
	d.Round = strings.TrimPrefix(strings.Split(at, "?")[0], "/survey/")
	list := "Referat;Dienststelle;E-Mail\r\nBaureferat;Gartenbauamt;garten@stadt.example\r\nBaureferat;Tiefbauamt;\r\nKulturreferat;Stadtbibliothek;bib@stadt.example\r\n"
	if rec := d.upload("officer", "/survey/"+d.Round+"/offices", "liste.csv", list); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), "3 neu") {
		d.t.Fatalf("offices: %d", rec.Code)
	}
	rec := d.do("officer", http.MethodPost, "/survey/"+d.Round+"/links", url.Values{})
	found := link.FindAllStringSubmatch(rec.Body.String(), -1)
	if len(found) < 3 {
		d.t.Fatalf("links: %d, %d found", rec.Code, len(found))
	}
	for i, office := range []string{"Gartenbauamt", "Tiefbauamt", "Stadtbibliothek"} {
		d.Links[office] = found[i][1]
	}
	d.Token = d.Links["Gartenbauamt"]
}

func (d *desk) upload(actor, path, name, content string) *httptest.ResponseRecorder {
	d.t.Helper()
	return d.uploadAs(actor, path, "list", name, content)
}

func (d *desk) uploadAs(actor, path, field, name, content string) *httptest.ResponseRecorder {
	d.t.Helper()
	const edge = "----edge"
	body := "--" + edge + "\r\nContent-Disposition: form-data; name=\"" + field + "\"; filename=\"" + name + "\"\r\nContent-Type: text/csv\r\n\r\n" + content + "\r\n--" + edge + "--\r\n"
	req := httptest.NewRequest(http.MethodPost, base+path, strings.NewReader(body))
	req.Header.Set("Content-Type", "multipart/form-data; boundary="+edge)
	req.Header.Set("X-Test-Actor", actor)
	rec := httptest.NewRecorder()
	d.h.ServeHTTP(rec, req)
	return rec
}

// office are the answers of an office's own section, tree those of a holding
// that can be published; all invented.
var (
	office = map[string]string{"A_org1": "Baureferat", "A_org2": "Gartenbauamt", "A_name": "Kim Musterfrau-Geheim", "A_mail": "kim.geheim@stadt.example", "A_funcmail": "opendata@stadt.example"}
	tree   = map[string]map[string]string{
		"B": {"B_title": "Baumkataster", "B_desc": "Alle städtischen Bäume mit Art, Höhe und Pflanzjahr.", "B_theme": "envi", "B_freq": "mon", "B_spatial": "adr", "B_keywords": "Bäume; Grün"},
		"C": {"C_system": "Grünflächenverfahren", "C_storage": "gis", "C_format": "gjson", "C_path": "srv-intern-geheim"},
		"D": {"D_iface": "wfs", "D_form": "pull", "D_vendor": "none"},
		"E": {"E_personal": "kein", "E_secrecy": "kein", "E_third": "kein", "E_licence": "dlby", "E_attrib": "Landeshauptstadt München, Gartenbauamt"},
		"F": {"F_complete": "2", "F_current": "1", "F_doc": "3"},
		"G": {"G_will": "ja", "G_benefit": "hoch", "G_effort": "s", "G_pub": "ja", "G_puburl": "https://geo.stadt.example/baeume.geojson"},
		"H": {"H_isreg": "nein"},
	}
)

var (
	revision = regexp.MustCompile(`name="r\.([A-Za-z_:0-9]+)" value="(\d+)"`)
	// entry is a field with what stands in it: text, area, chosen options.
	inputOn = regexp.MustCompile(`name="(a\.[A-Za-z_:0-9]+)" value="([^"]*)"( checked)?`)
)

// fill opens a section, enters answers the way a browser would, and saves; what
// asks further questions is filled again.
func (d *desk) fill(path string, answers map[string]string) string {
	d.t.Helper()
	for range 4 {
		page := d.get("", path)
		form := url.Values{"go": {"next"}}
		shown := map[string]bool{}
		for _, m := range revision.FindAllStringSubmatch(page, -1) {
			form.Set("r."+m[1], m[2])
			shown[m[1]] = true
		}
		for _, m := range inputOn.FindAllStringSubmatch(page, -1) {
			if !strings.Contains(page, `type="radio" id="a-`+strings.TrimPrefix(m[1], "a.")) && !strings.Contains(page, `type="checkbox" id="a-`+strings.TrimPrefix(m[1], "a.")) || m[3] != "" {
				form.Add(m[1], m[2])
			}
		}
		for q, v := range answers {
			if shown[q] {
				form.Set("a."+q, v)
			}
		}
		rec := d.do("", http.MethodPost, path, form)
		if rec.Code != http.StatusSeeOther {
			d.t.Fatalf("save %s: %d %s", path, rec.Code, said(rec.Body.String()))
		}
		to := rec.Header().Get("Location")
		if !strings.Contains(to, "done=more") {
			return to
		}
	}
	d.t.Fatalf("%s asks without end", path)
	return ""
}

// describe fills in a whole holding and returns its address.
func (d *desk) describe(token, title string, more map[string]string) string {
	d.t.Helper()
	self := "/s/" + token
	mine := map[string]string{}
	for q, v := range office {
		mine[q] = v
	}
	delete(mine, "A_org2")
	d.fill(self+"/office/A", mine)
	to := d.post("", self+"/holding", "title", title)
	at := strings.TrimSuffix(to, "/step/B")
	for _, sec := range []string{"B", "C", "D", "E", "F", "G", "H"} {
		answers := map[string]string{}
		for q, v := range tree[sec] {
			answers[q] = v
		}
		for q, v := range more {
			if strings.HasPrefix(q, sec+"_") {
				answers[q] = v
			}
		}
		if sec == "B" {
			answers["B_title"] = title
		}
		d.fill(at+"/step/"+sec, answers)
	}
	return at
}

func TestSurvey_theWholeWay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	if page := d.get("", "/s/"+d.Token); !strings.Contains(page, "Gartenbauamt") || !strings.Contains(page, "Baureferat") || strings.Contains(page, "Stadtbibliothek") {
		t.Error("the start page does not show the office, or shows another one")
	}
	at := d.describe(d.Token, "Baumkataster", nil)
	check := d.get("", at)
	if !strings.Contains(check, "Alles Nötige ist angegeben") || !strings.Contains(check, "Baumkataster") || !strings.Contains(check, "opendata@stadt.example") {
		t.Fatal("the check does not find the holding complete", check)
	}
	if strings.Contains(check, "kim.geheim") || strings.Contains(check, "srv-intern") {
		t.Error("the preview shows answers that stay inside")
	}
	d.post("", at+"/submit")
	inbox := d.get("officer", "/survey/"+d.Round+"/inbox")
	m := regexp.MustCompile(`/survey/[^"]+/holding/[0-9a-f-]{36}`).FindString(inbox)
	if m == "" {
		t.Fatal("the inbox is empty")
	}
	review := d.get("officer", m)
	for _, want := range []string{"veröffentlichbar", "20 von 20: GeoJSON", "srv-intern-geheim", "Kim Musterfrau-Geheim", "Freigeben"} {
		if !strings.Contains(review, want) {
			t.Errorf("the review lacks %q", want)
		}
	}
	if editor := d.get("editor", m); strings.Contains(editor, "Kim Musterfrau-Geheim") || !strings.Contains(editor, "dürfen nur die Datenbeauftragten") {
		t.Error("an editor sees contacts of persons")
	}
	// What the entry could show too, who can say it, and a way to ask.
	q := regexp.MustCompile(`(?s)<p>Das kann Gartenbauamt beantworten:</p>\s*<ul[^>]*>.*href="([^"]+\?question=B_from)#question">Daten ab</a>`).FindStringSubmatch(review)
	if q == nil || strings.Contains(review, "?question=C_version") || strings.Contains(review, "?question=B_title") {
		t.Fatal("the review does not say what is missing")
	}
	if !strings.Contains(d.get("officer", q[1]), `<option value="B_from" selected>`) {
		t.Error("the question is not chosen")
	}
	// Asked back, answered, submitted again.
	d.refused("officer", m+"/return", http.StatusUnprocessableEntity, "comment", " ")
	d.post("officer", m+"/return", "comment", "Bitte die Beschreibung ergänzen.")
	if page := d.get("", "/s/"+d.Token); !strings.Contains(page, "Bitte die Beschreibung ergänzen.") {
		t.Error("the office does not see why it was returned")
	}
	d.post("", "/s/"+d.Token+"/remark", "holding", at[strings.LastIndex(at, "/")+1:], "text", "Ist ergänzt.")
	d.fill(at+"/step/B", map[string]string{"B_desc": "Alle städtischen Bäume mit Art, Höhe, Kronenbreite und Pflanzjahr."})
	d.post("", at+"/submit")
	if !strings.Contains(d.get("officer", m), "Ist ergänzt.") {
		t.Error("the office's remark is not in the review")
	}
	rev := regexp.MustCompile(`name="rev" value="(\d+)"`).FindStringSubmatch(d.get("second", m))
	d.post("second", m+"/approve", "rev", rev[1])
	d.refused("second", m+"/approve", http.StatusConflict, "rev", rev[1])
	ds := d.published(1)[0]
	if page := d.get("second", m); !strings.Contains(page, `href="/dataset/`+ds.Name+`">Baumkataster</a>`) {
		t.Error("the review does not lead to the dataset")
	}
	if ds.Fields.String("title") != "Baumkataster" || ds.Access != catalog.AccessPublic || len(ds.Parts) != 1 {
		t.Errorf("published %v", ds.Fields)
	}
	text := fmt.Sprint(ds.Fields, ds.Parts)
	for _, secret := range []string{"geheim", "Grünflächenverfahren", "Musterfrau"} {
		if strings.Contains(text, secret) {
			t.Errorf("the dataset holds %q", secret)
		}
	}
	insight := d.get("officer", "/survey/"+d.Round+"/insight")
	if !strings.Contains(insight, "Baumkataster") || !strings.Contains(insight, "<circle") || !strings.Contains(insight, "einer veröffentlicht") {
		t.Error("the insight lacks the holding")
	}
	// One that may be published, without personal data.
	if !regexp.MustCompile(`(?s)<th[^>]*>kein Personenbezug<svg.*?<rect class="trio-bar__publishable" x="0%" width="100%".*?</th><td[^>]*>1</td><td[^>]*>0</td><td[^>]*>0</td>`).MatchString(insight) {
		t.Error("the insight does not count by personal data")
	}
	if log := d.get("officer", "/survey/"+d.Round); !strings.Contains(log, "freigegeben") || !strings.Contains(log, "33 %") {
		t.Error("the progress is not shown")
	}
}

// published lists the public datasets, which must be n.
func (d *desk) published(n int) []*catalog.Entry {
	d.t.Helper()
	var out []*catalog.Entry
	err := d.store.View(d.t.Context(), func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, Access: catalog.AccessPublic}) {
			if err != nil {
				return err
			}
			out = append(out, e)
		}
		return nil
	})
	if err != nil || len(out) != n {
		d.t.Fatalf("%d public datasets, want %d (%v)", len(out), n, err)
	}
	return out
}

// places are what stands in braces in the list of pages.
type people struct {
	*desk
	places map[string]string
}

// surveyed is a survey under way: one holding submitted, one begun, a section
// passed on, one office that has nothing.
func surveyed(t *testing.T) *people {
	t.Helper()
	d := newDesk(t)
	d.begin()
	at := d.describe(d.Token, "Baumkataster", nil)
	d.post("", at+"/submit")
	draft := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Spielplätze"), "/step/B")
	foreign := strings.TrimSuffix(d.post("", "/s/"+d.Links["Tiefbauamt"]+"/holding", "title", "Baustellen"), "/step/B")
	d.post("", "/s/"+d.Links["Stadtbibliothek"]+"/none", "none", "yes", "reason", "Nur Bücher")
	if rec := d.do("", http.MethodPost, "/s/"+d.Token+"/delegate", values([]string{"label", "IT", "section", "C"})); rec.Code != http.StatusOK {
		t.Fatalf("delegate: %d", rec.Code)
	}
	d.post("officer", "/survey/template", "base", "man-datensilo@1.0.0", "city", "muc", "id", "muc-test")
	d.post("officer", "/survey/template", "doc", ownCore("draft", "1.1.0"))
	offices := regexp.MustCompile(`/office/([0-9a-f-]{36})">Gartenbauamt`).FindStringSubmatch(d.get("officer", "/survey/"+d.Round))
	last := func(s string) string { return s[strings.LastIndex(s, "/")+1:] }
	run := harvested(t, d)
	return &people{desk: d, places: map[string]string{
		"{run}":   run,
		"{round}": d.Round, "{token}": d.Token, "{holding}": last(at), "{draft}": last(draft), "{foreign}": last(foreign), "{office}": offices[1],
	}}
}

// place fills in what stands in braces; ours says that the address is of the survey.
func (p *people) place(path string) (string, bool) {
	for k, v := range p.places {
		path = strings.ReplaceAll(path, k, v)
	}
	_, plain, _ := strings.Cut(" "+strings.TrimPrefix(path, "POST "), " ")
	plain = strings.TrimPrefix(plain, "/en")
	return path, strings.HasPrefix(plain, "/survey") || strings.HasPrefix(plain, "/harvest") || strings.HasPrefix(plain, "/s/")
}

// visit asks for a page: as data officer below /survey, as anybody else below /s.
func (p *people) visit(path string) *httptest.ResponseRecorder {
	actor := "officer"
	if strings.Contains(path, "/s/") {
		actor = ""
	}
	if strings.Contains(path, "/harvest/words") {
		actor = "root"
	}
	if rest, post := strings.CutPrefix(path, "POST "); post {
		path, query, _ := strings.Cut(rest, "?")
		form, err := url.ParseQuery(query)
		if err != nil {
			p.t.Fatal(err)
		}
		return p.do(actor, http.MethodPost, path, form)
	}
	return p.do(actor, http.MethodGet, path, nil)
}
