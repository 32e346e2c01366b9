package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"

	"trio.example/catalog"
	"trio.example/catalog/mail/mailtest"
)

// cityOverlay is a questionnaire that Nürnberg made of the common one.
const cityOverlay = `{
 "format": "trio.survey.template/1", "id": "nue-bestand", "version": "1.0.0", "status": "draft", "language": "de",
 "title": {"de": "Nürnberger Abfrage"}, "unit": "holding", "publisher": {"city": "nue", "name": "Stadt Nürnberg"},
 "extends": {"id": "man-datensilo", "version": "1.0.0"},
 "overlay": {
  "hide": ["F_archive"], "relabel": {"A_org1": {"label": {"de": "Referat der Stadt Nürnberg"}}},
  "add_options": {"storage": [{"code": "nuegi", "label": {"de": "Geoportal Nürnberg"}, "broader": "gis"}]}
 },
 "sections": [{"id": "nue:N", "after": "G", "title": {"de": "Nürnberger Fragen"}, "questions": [
  {"id": "nue:N_bezirk", "code": "nBezirk", "type": "single", "options": "jnu", "level": "core", "visibility": "internal", "required": false, "label": {"de": "Nach Bezirken auswertbar?"}}]}]
}`

// trees are the answers of a clerk about the tree cadastre; all invented.
var trees = map[string]string{
	"A_org1": "Umweltreferat", "A_name": "Kim Quittengelb", "A_mail": "kim.quittengelb@nuernberg.example", "A_funcmail": "baeume@nuernberg.example",
	"B_localid": "SÖR-17", "B_muster": "Baumbestand - Baumkataster", "B_theme": "envi", "B_keywords": "Baum; Grün", "B_spatial": "adr", "B_freq": "mon",
	"C_system": "Baumwart", "C_storage": "nuegi", "C_format": "gjson,csv",
	"D_iface": "wfs", "D_vendor": "none", "D_form": "pull", "D_orgform": "amt", "D_agreed": "ja",
	"E_personal": "kein", "E_secrecy": "kein", "E_third": "kein", "E_licence": "dlby", "E_attrib": "Stadt Nürnberg", "E_hvd": "env",
	"G_will": "ja", "G_benefit": "hoch", "G_effort": "s", "G_pub": "ja", "G_puburl": "https://geo.nuernberg.example/baeume.geojson",
	"nue:N_bezirk": "ja", "H_isreg": "nein",
}

// members lets two officers into Nürnberg; each has the same password.
func members(t *testing.T, s *server, password string, names ...string) {
	t.Helper()
	for _, name := range names {
		if status, body := s.post(t, "user_create", map[string]any{"name": name, "email": name + "@nuernberg.example", "password": password}, nil); status != http.StatusOK {
			t.Fatalf("account: %d %s", status, body)
		}
		if status, body := s.post(t, "organization_member_create", map[string]any{"id": "nuernberg", "username": name, "role": "editor"}, nil); status != http.StatusOK {
			t.Fatalf("member: %d %s", status, body)
		}
	}
}

// signIn opens a page, is asked to sign in, and comes to it.
func (b *tab) signIn(path, login, password string) {
	b.t.Helper()
	b.open(path)
	b.enterText("#login", login)
	b.enterText("#password", password)
	b.follow(`main form button[type="submit"]`)
	if got := b.path(); got != path {
		b.t.Fatalf("signed in and on %s instead of %s", got, path)
	}
}

// TestBrowser_theWholeWay goes from a questionnaire that a city takes over to a
// dataset in the feed: on a phone, by keyboard, with real letters. Half of those
// who take part have scripts switched off.
func TestBrowser_theWholeWay(t *testing.T) {
	letters := mailtest.Start(t, "plain", "")
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"), "--log-level", "debug",
		"--smtp", "smtp://"+letters.Addr, "--mail-from", "portal@nuernberg.example")
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	const password = "vier Kamele trinken Limonade"
	members(t, s, password, "lena", "omar")

	round := openRound(t, s, password)
	letter := letters.Wait(t, 1)[0]
	m := linkInLetter.FindStringSubmatch(letter.Text)
	if m == nil || letter.To != "kim.quittengelb@nuernberg.example" || !strings.Contains(letter.Text, "15.12.2099") {
		t.Fatalf("the letter: %+v", letter)
	}

	// The clerk, on a phone: what the office is asked once, then the first holding.
	clerk := openTab(t, s.URL, true)
	clerk.open(m[1])
	clerk.follow(`a[href$="/office/A"]`)
	given := map[string]bool{}
	first := clerk.fillStep(trees, given)
	clerk.open(m[1])
	clerk.enterText("#title", "Baumkataster")
	clerk.follow(`form[action$="/holding"] button`)
	at, _, _ := strings.Cut(clerk.path(), "/step/")
	if models := clerk.text(); !strings.Contains(models, "Baumkataster") {
		t.Errorf("no model dataset is suggested from the title: %.600s", models)
	}
	mark := fmt.Sprintf("Durchgang%d", time.Now().UnixNano())
	answers := maps.Clone(trees)
	answers["B_desc"] = "Alle Bäume an Straßen und in Parks, mit Art und Höhe. " + mark
	each := 0
	for _, section := range []string{"B", "C"} {
		if section == "C" {
			delegated(t, clerk, s.URL, m[1], at, answers)
			clerk.open(at + "/step/C")
			if got := clerk.value("#a-C_system"); got != answers["C_system"] {
				t.Fatalf("what IT entered: %q", got)
			}
			each += len(clerk.questions())
			continue
		}
		each += clerk.fillStep(answers, given)
		pressed(t, clerk, at)
	}

	// The clerk goes on at another device, without scripts, and finds everything.
	desk := openTab(t, s.URL, false)
	desk.open(at + "/step/B")
	if got := desk.value("#a-B_desc"); got != answers["B_desc"] {
		t.Fatalf("another device shows %q", got)
	}
	desk.open(at + "/step/D")
	for strings.Contains(desk.path(), "/step/") {
		each += desk.fillStep(answers, given)
	}
	if each > 29 || first+each > 35 { // one of them is the city's own
		t.Errorf("%d questions for the office and %d for its first holding", first, each)
	}
	for q := range trees {
		if !given[q] && !strings.HasPrefix(q, "C_") {
			t.Errorf("%s was not asked", q)
		}
	}
	if text := desk.text(); !strings.Contains(text, "Alles Nötige ist angegeben") || !strings.Contains(text, "kann dieser Datenbestand nach der Freigabe veröffentlicht werden") {
		t.Fatalf("the check before submitting: %s", text)
	}
	desk.follow(`form[action$="/submit"] button`)
	if text := desk.text(); !strings.Contains(text, "Eingereicht") {
		t.Fatalf("not submitted: %s", text)
	}
	second := further(t, desk, m[1], answers)

	answers["B_desc"] = asksBack(t, s, letters, clerk, round, at, password, mark)
	approves(t, s, round, password)
	isPublic(t, s, clerk, mark, answers["B_desc"])
	// What stays inside is nowhere, and the further holding waits.
	log := s.logged()
	for _, secret := range []string{m[2], "Quittengelb", "quittengelb", "Baumwart", second} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if _, _, body := s.get(t, "/dataset?q="+url.QueryEscape(second)); strings.Contains(body, second+"</a>") {
		t.Error("a holding that nobody approved is found")
	}
}

// openRound takes the questionnaire over, opens a round with it and invites the
// office by mail.
func openRound(t *testing.T, s *server, password string) string {
	t.Helper()
	dir := t.TempDir()
	doc, list := filepath.Join(dir, "nuernberg.json"), filepath.Join(dir, "dienststellen.csv")
	for file, text := range map[string]string{doc: cityOverlay, list: "Referat;Dienststelle;E-Mail\nUmweltreferat;Servicebetrieb Öffentlicher Raum;kim.quittengelb@nuernberg.example\n"} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	lena := openTab(t, s.URL, true)
	lena.signIn("/survey/template", "lena", password)
	lena.reach("#file")
	lena.run("choose the file", chromedp.SetUploadFiles("#file", []string{doc}, chromedp.ByQuery))
	lena.follow(`form[enctype="multipart/form-data"] button[type="submit"]`)
	if text := lena.text(); !strings.Contains(text, "Nürnberger Abfrage") || !strings.Contains(text, "vergleichbar") {
		t.Fatalf("not adopted: %.1500s", text)
	}
	lena.follow(`form[action$="/do/release"] button`)
	lena.open("/survey")
	lena.pick("#city", "nuernberg")
	lena.pick("#template", "nue-bestand@1.0.0")
	lena.enterText("#title", "Abfrage der Bestände")
	lena.enterText("#deadline", "15.12.2099")
	lena.follow(`form[action="/survey"] button`)
	round, _, _ := strings.Cut(lena.path(), "?")
	if text := lena.text(); !strings.Contains(text, "nue-bestand@1.0.0") {
		t.Fatalf("no round: %.1500s", text)
	}
	lena.reach("#list")
	lena.run("choose the list", chromedp.SetUploadFiles("#list", []string{list}, chromedp.ByQuery))
	lena.follow(`form[action$="/offices"][enctype] button`)
	lena.follow(`form[action$="/mail"] button`)
	lena.tick("#remind")
	lena.follow(`form:has(#remind) button`)
	if !lena.checked("#remind") {
		t.Error("reminding by itself is not switched on")
	}
	return round
}

// pressed types something that cannot be read and presses the button with the
// mouse: what the page tells while the button is down must not move it away.
func pressed(t *testing.T, clerk *tab, at string) {
	t.Helper()
	clerk.open(at + "/step/B")
	clerk.unfold("details.trio-more-questions > summary")
	clerk.enterText("#a-B_from", "irgendwann")
	clerk.click(`#step button[value="next"]`, 150*time.Millisecond)
	if !clerk.at("#fehler") || !strings.Contains(clerk.text(), "Bitte ein Datum eingeben") {
		t.Fatalf("the press came to nothing, or the fault has no focus: %.600s", clerk.text())
	}
	clerk.enterText("#a-B_from", "2019")
	clerk.click(`#step button[value="next"]`, 150*time.Millisecond)
	if got := clerk.here(); got != at+"/step/C" {
		t.Fatalf("the next press leads to %s", got)
	}
}

// delegated passes a section on to IT, who answer it without scripts by a link of
// their own, and see nothing else.
func delegated(t *testing.T, clerk *tab, base, link, at string, answers map[string]string) {
	t.Helper()
	clerk.open(link)
	clerk.unfold(`details:has(form[action$="/delegate"]) > summary`)
	clerk.enterText("#label", "IT")
	clerk.tick("#sec-C")
	clerk.follow(`form[action$="/delegate"] button`)
	address, err := url.Parse(clerk.value("#new-link"))
	if err != nil {
		t.Fatal(err)
	}
	it := openTab(t, base, false)
	it.open(address.Path)
	if text := it.text(); strings.Contains(text, "Quittengelb") {
		t.Error("a link for one section shows the contact")
	}
	holding := at[strings.LastIndex(at, "/"):]
	it.follow(fmt.Sprintf(`a[href$="%s/step/C"]`, holding))
	it.fillStep(answers, map[string]bool{})
	if status, _, _ := fetchAs(t, "", base+address.Path+"/holding"+holding+"/step/E"); status != http.StatusNotFound {
		t.Errorf("a link for one section opens another: %d", status)
	}
}

// further describes another holding of the office, without scripts, and leaves
// it in between: every answer is there, and fewer questions are asked.
func further(t *testing.T, desk *tab, link string, answers map[string]string) (title string) {
	t.Helper()
	title = "Blühwiesen und Quarzbeete"
	desk.open(link)
	desk.enterText("#title", title)
	desk.follow(`form[action$="/holding"] button`)
	at, _, _ := strings.Cut(desk.path(), "/step/")
	answers = maps.Clone(answers)
	answers["B_localid"] = "SÖR-18"
	given, each := map[string]bool{}, 0
	for strings.Contains(desk.path(), "/step/") {
		here := desk.here()
		most := desk.fillStep(answers, given)
		each += most
		next := desk.path()
		desk.open(here)
		for _, q := range desk.questions() {
			if answers[q.ID] != "" && !q.Done {
				t.Errorf("%s: the answer to %s is gone", here, q.ID)
			}
		}
		desk.open(next)
	}
	if each > 29 {
		t.Errorf("%d questions for a further holding", each)
	}
	desk.open(at)
	if text := desk.text(); !strings.Contains(text, "Alles Nötige ist angegeben") {
		t.Errorf("the further holding: %s", text)
	}
	return title
}

// asksBack is an officer's question and the office's answer: the holding is
// returned with a comment, changed, and submitted again.
func asksBack(t *testing.T, s *server, letters *mailtest.Server, clerk *tab, round, at, password, mark string) (description string) {
	t.Helper()
	lena := openTab(t, s.URL, true)
	lena.signIn(round+"/inbox", "lena", password)
	lena.follow(`main a[href*="/holding/"]`)
	if text := lena.text(); strings.Contains(text, "Quittengelb") {
		t.Error("a city's editor sees the contact's name")
	}
	lena.pick("#question", "B_desc")
	lena.enterText("#text", "Sind die Bäume im Stadtwald dabei?")
	lena.follow(`form[action$="/ask"] button`)
	lena.enterText("#comment", "Bitte den Stadtwald in der Beschreibung nennen.")
	lena.follow(`form[action$="/return"] button`)

	// A letter says that there is a question, and not which.
	letter := letters.Wait(t, 2)[1]
	m := linkInLetter.FindStringSubmatch(letter.Text)
	if m == nil || letter.To != "kim.quittengelb@nuernberg.example" || !strings.Contains(letter.Subject, "Rückfrage") || strings.Contains(letter.Text, "Stadtwald") {
		t.Fatalf("the letter about the question: %+v", letter)
	}
	at = m[1] + at[strings.Index(at, "/holding/"):]
	clerk.open(m[1])
	if text := clerk.text(); !strings.Contains(text, "Bitte den Stadtwald in der Beschreibung nennen.") {
		t.Fatalf("the office does not see why it was returned: %.900s", text)
	}
	clerk.open(at + "/step/B")
	if text := clerk.text(); !strings.Contains(text, "Sind die Bäume im Stadtwald dabei?") {
		t.Error("the question does not stand at its answer")
	}
	description = "Alle Bäume an Straßen und in Parks, ohne den Stadtwald. " + mark
	list := clerk.questions()
	q := list[slices.IndexFunc(list, func(q asked) bool { return q.ID == "B_desc" })]
	clerk.enterText("#a-B_desc", description)
	clerk.settled(q)
	clerk.open(at)
	clerk.follow(`form[action$="/submit"] button`)
	if text := clerk.text(); !strings.Contains(text, "Eingereicht") {
		t.Fatalf("not submitted again: %s", text)
	}
	return description
}

// approves is a second officer who had no hand in the answers.
func approves(t *testing.T, s *server, round, password string) {
	t.Helper()
	omar := openTab(t, s.URL, true)
	omar.signIn(round+"/inbox", "omar", password)
	omar.follow(`main a[href*="/holding/"]`)
	omar.follow(`form[action$="/approve"] button`)
	if text := omar.text(); !strings.Contains(text, "veröffentlicht") || !strings.Contains(text, "zurückgegeben") {
		t.Fatalf("not published, or its history is short: %s", text)
	}
	// It belongs to the office, where an editor of the city has no role.
	omar.follow(`main a[href^="/dataset/edit/baumkataster-nuernberg"]`)
	if got := omar.value("#access"); got != "public" {
		t.Errorf("the city's editor finds access %q in the form", got)
	}
}

// isPublic finds the dataset on the page, in the API and in the feed, which is valid.
func isPublic(t *testing.T, s *server, b *tab, mark, description string) {
	t.Helper()
	b.open("/")
	b.enterText("#q", mark)
	b.enter()
	b.follow(`main a[href^="/dataset/baumkataster-nuernberg"]`)
	text := b.text()
	for _, want := range []string{description, "Datenlizenz Deutschland", "baeume@nuernberg.example"} {
		if !strings.Contains(text, want) {
			t.Errorf("the page lacks %q: %.900s", want, text)
		}
	}
	for _, secret := range []string{"Quittengelb", "Baumwart", "Geoportal Nürnberg"} {
		if strings.Contains(text, secret) {
			t.Errorf("the page shows %q", secret)
		}
	}
	found := action[struct{ Count int }](t, s, "package_search", url.Values{"q": {mark}})
	if found.Count != 1 {
		t.Errorf("the API finds %d", found.Count)
	}
	status, _, feed := s.get(t, "/dataset/baumkataster-nuernberg.ttl")
	if status != http.StatusOK || !strings.Contains(feed, mark) {
		t.Fatalf("as Turtle: %d", status)
	}
	for _, page := range []string{feed, wholeFeed(t, s, mark)} {
		file := filepath.Join(t.TempDir(), "feed.ttl")
		if err := os.WriteFile(file, []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
		out, errs, code := trio(t, "validate", file, "--json")
		var found []catalog.Finding
		if err := json.Unmarshal([]byte(out), &found); err != nil || code != 0 || slices.ContainsFunc(found, func(f catalog.Finding) bool { return f.Severity == catalog.SeverityError }) {
			t.Errorf("the feed is not valid: %d %s %.1500s", code, errs, out)
		}
	}
}

// wholeFeed is the page of the feed that has a text.
func wholeFeed(t *testing.T, s *server, mark string) string {
	t.Helper()
	for page := 1; page < 50; page++ {
		status, _, body := s.get(t, fmt.Sprintf("/catalog.ttl?page=%d", page))
		if status != http.StatusOK {
			break
		}
		if strings.Contains(body, mark) {
			return body
		}
	}
	t.Error("the feed lacks it")
	return ""
}
