package site_test

import (
	"bytes"
	"encoding/json"
	"html"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog"
)

func TestStep_showsBothVersionsOfOneAnswer(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Baumkataster"), "/step/B")
	step := at + "/step/C"
	// Two browsers have the empty form on screen.
	d.post("", step, "r.C_system", "0", "a.C_system", "Erstes", "go", "stay")
	page := d.refused("", step, http.StatusConflict, "r.C_system", "0", "a.C_system", "Zweites", "r.C_vendor", "0", "a.C_vendor", "Firma", "go", "next")
	for _, want := range []string{`value="Zweites"`, "Erstes", "Zwei Fassungen", `name="t.C_system" value="mine"`, `name="r.C_system" value="1"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the conflict lacks %q", want)
		}
	}
	// What was not in conflict is saved; the stored answer is still the first.
	if now := d.get("", step); !strings.Contains(now, `value="Firma"`) || !strings.Contains(now, `value="Erstes"`) {
		t.Error("the rest was not saved, or the first answer was overwritten")
	}
	d.post("", step, "r.C_system", "1", "a.C_system", "Zweites", "t.C_system", "theirs", "go", "stay")
	if now := d.get("", step); !strings.Contains(now, `value="Erstes"`) {
		t.Error("keeping the other version changed it")
	}
	d.post("", step, "r.C_system", "1", "a.C_system", "Zweites", "t.C_system", "mine", "go", "stay")
	if now := d.get("", step); !strings.Contains(now, `value="Zweites"`) {
		t.Error("the chosen version was not saved")
	}
}

func TestStep_keepsWhatCannotBeRead(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Baumkataster"), "/step/B")
	page := d.refused("", at+"/step/B", http.StatusUnprocessableEntity, "r.B_from", "0", "a.B_from", "neulich", "go", "next")
	if !strings.Contains(page, `value="neulich"`) || !strings.Contains(page, "Bitte ein Datum eingeben") || !strings.Contains(page, `href="#q-B_from"`) || !strings.Contains(page, `aria-invalid="true"`) {
		t.Error("the fault is not shown beside what was entered")
	}
	if page := d.get("", at+"/step/B"); !strings.Contains(page, `value="neulich"`) {
		t.Error("what was entered is lost")
	}
	// One may go on later all the same.
	if to := d.post("", at+"/step/B", "r.B_from", "1", "a.B_from", "neulich", "go", "later"); !strings.HasPrefix(to, "/s/"+d.Token+"?") {
		t.Error(to)
	}
	// “I do not know” counts as answered and keeps its mark.
	d.post("", at+"/step/C", "r.C_system", "0", "u.C_system", "1", "r.C_model", "0", "go", "stay")
	if page := d.get("", at+"/step/C"); !strings.Contains(page, `name="u.C_system" value="1" checked`) {
		t.Error("“I do not know” is lost")
	}
	if list := d.get("", "/s/"+d.Token); !strings.Contains(list, "1 von ") {
		t.Error("“I do not know” is no answer")
	}
}

func TestStep_asksWhatFollowsOnTheSamePage(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Baumkataster"), "/step/B")
	if strings.Contains(d.get("", at+"/step/G"), "G_cond") {
		t.Error("a question that does not apply is on the page")
	}
	to := d.post("", at+"/step/G", "r.G_will", "0", "a.G_will", "bed", "go", "next")
	if !strings.Contains(to, "/step/G?done=more#q-G_cond") {
		t.Errorf("leads to %s", to)
	}
	if !strings.Contains(d.get("", at+"/step/G"), "Unter welchen Bedingungen") {
		t.Error("the question that follows is missing")
	}
}

// shortForm counts the questions laid open on a page.
var shortForm = regexp.MustCompile(`<div class="trio-q[^"]*" id="q-`)

func TestShortForm_isShort(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := d.describe(d.Token, "Baumkataster", nil)
	count := func(path string) int {
		open, _, _ := strings.Cut(d.get("", path), `<details class="trio-fold trio-more-questions"`)
		return len(shortForm.FindAllString(open, -1))
	}
	own := count("/s/" + d.Token + "/office/A")
	each := 0
	for _, sec := range []string{"B", "C", "D", "E", "F", "G", "H"} {
		each += count(at + "/step/" + sec)
	}
	if own+each > 34 || each > 28 || each < 20 {
		t.Errorf("%d questions for the first holding, %d for each further one", own+each, each)
	}
}

func TestScript_savesSingleFields(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Baumkataster"), "/step/B")
	send := func(status int, pairs ...string) map[string]any {
		t.Helper()
		rec := d.do("", http.MethodPost, at+"/step/G", values(pairs), "Accept", "application/json")
		out := map[string]any{}
		if err := json.Unmarshal(rec.Body.Bytes(), &out); err != nil || rec.Code != status || rec.Header().Get("Cache-Control") != "private, no-store" || rec.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Fatalf("%d %v %s", rec.Code, err, rec.Body)
		}
		return out
	}
	first := send(http.StatusOK, "r.G_will", "0", "a.G_will", "bed")
	if revs, _ := first["revs"].(map[string]any); revs["G_will"] != 1.0 || !strings.Contains(strings.Join(list(first["shown"]), " "), "G_cond") {
		t.Errorf("answer %v", first)
	}
	clash := send(http.StatusConflict, "r.G_will", "0", "a.G_will", "nein")
	if c, _ := clash["conflicts"].(map[string]any); c["G_will"] == nil {
		t.Errorf("conflict %v", clash)
	}
	bad := send(http.StatusOK, "r.G_when", "0", "a.G_when", "bald")
	if e, _ := bad["errors"].(map[string]any); e["G_when"] == nil {
		t.Errorf("fault %v", bad)
	}
	if rec := d.do("", http.MethodPost, strings.Replace(at, d.Token, strings.Repeat("A", 43), 1)+"/step/G", values([]string{"r.G_will", "0"}), "Accept", "application/json"); rec.Code != http.StatusNotFound {
		t.Errorf("a foreign token: %d", rec.Code)
	}
}

func list(v any) []string {
	var out []string
	items, _ := v.([]any)
	for _, x := range items {
		if s, ok := x.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

func TestGone_givesBackWhatWasTyped(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Baumkataster"), "/step/B")
	office := regexp.MustCompile(`/office/([0-9a-f-]{36})">Gartenbauamt`).FindStringSubmatch(d.get("officer", "/survey/"+d.Round))[1]
	link := regexp.MustCompile(`name="link" value="([^"]+)"`).FindStringSubmatch(d.get("officer", "/survey/"+d.Round+"/office/"+office))[1]
	d.post("officer", "/survey/"+d.Round+"/office/"+office+"/revoke", "link", link)
	page := d.refused("", at+"/step/C", http.StatusNotFound, "r.C_system", "0", "a.C_system", "<b>Mühsam getippt</b>", "go", "next")
	if !strings.Contains(page, "Mühsam getippt") || !strings.Contains(page, "gilt nicht mehr") {
		t.Error("what was typed is lost")
	}
	rec := d.do("", http.MethodPost, at+"/step/C", values([]string{"r.C_system", "0", "a.C_system", "<script>x</script>"}))
	if strings.Contains(rec.Body.String(), "<script>x") {
		t.Error("what was typed is not escaped")
	}
	for _, path := range []string{"/s/" + d.Token, at, at + "/step/B"} {
		if rec := d.do("", http.MethodGet, path, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	// A closed round: the answer is refused and stays on the page.
	token := d.Links["Tiefbauamt"]
	at = strings.TrimSuffix(d.post("", "/s/"+token+"/holding", "title", "Baustellen"), "/step/B")
	d.describe(token, "Zweiter", nil)
	if err := d.rounds.SetState(t.Context(), d.actors["officer"], d.Round, catalog.RoundClosed); err != nil {
		t.Fatal(err)
	}
	d.refused("", at+"/submit", http.StatusConflict)
	d.refused("", "/s/"+token+"/holding", http.StatusUnprocessableEntity, "title", "")
}

func TestOfficerPages_areForOfficersOfTheCity(t *testing.T) {
	t.Parallel()
	p := surveyed(t)
	for _, path := range []string{"/survey", "/survey/{round}", "/survey/{round}/office/{office}", "/survey/{round}/inbox", "/survey/{round}/holding/{holding}", "/survey/{round}/insight", "/survey/{round}/insight.csv"} {
		path, _ = p.place(path)
		for _, actor := range []string{"", "member", "stranger"} {
			rec := p.do(actor, http.MethodGet, path, nil)
			if rec.Code != http.StatusNotFound || strings.Contains(rec.Body.String(), "Baumkataster") || strings.Contains(rec.Body.String(), "Gartenbauamt") {
				t.Errorf("%s as %q: %d", path, actor, rec.Code)
			}
		}
		if rec := p.do("editor", http.MethodGet, path, nil); rec.Code != http.StatusOK {
			t.Errorf("%s as editor: %d", path, rec.Code)
		}
	}
	for _, path := range []string{"/survey", "/survey/{round}/links", "/survey/{round}/mail", "/survey/{round}/offices", "/survey/{round}/state", "/survey/{round}/remind", "/survey/{round}/office/{office}/revoke", "/survey/{round}/office/{office}/erase", "/survey/{round}/office/{office}/language", "/survey/{round}/holding/{holding}/approve", "/survey/{round}/holding/{holding}/return", "/survey/{round}/holding/{holding}/ask"} {
		path, _ = p.place(path)
		form := []string{"city", "muenchen", "title", "Fremde Runde", "name", "Amt", "state", "closed", "comment", "x", "text", "x"}
		for _, actor := range []string{"", "member", "stranger"} {
			if rec := p.do(actor, http.MethodPost, path, values(form)); rec.Code != http.StatusNotFound {
				t.Errorf("POST %s as %q: %d", path, actor, rec.Code)
			}
		}
		// Another site's page cannot make an officer's browser do it.
		if rec := p.do("officer", http.MethodPost, path, values(form), "Sec-Fetch-Site", "cross-site", "Origin", "https://boese.example"); rec.Code != http.StatusNotFound {
			t.Errorf("POST %s from another site: %d", path, rec.Code)
		}
	}
	if page := p.get("officer", "/survey/"+p.places["{round}"]); strings.Contains(page, "beendet") || strings.Contains(page, "Fremde Runde") {
		t.Error("a refused write had an effect")
	}
	if rec := p.do("officer", http.MethodPost, "/survey", url.Values{"city": {"augsburg"}, "title": {"Andere Stadt"}}); rec.Code != http.StatusNotFound {
		t.Errorf("a round of another city: %d", rec.Code)
	}
	csv := p.do("officer", http.MethodGet, "/survey/"+p.places["{round}"]+"/insight.csv", nil)
	if csv.Code != http.StatusOK || !strings.Contains(csv.Body.String(), "Baumkataster") || strings.Contains(csv.Body.String(), "geheim") {
		t.Errorf("csv: %d %s", csv.Code, csv.Body)
	}
}

// TestToken_isNowhere looks for the tokens of links in what pages, headers and
// log say.
func TestToken_isNowhere(t *testing.T) {
	var log bytes.Buffer
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug})))
	t.Cleanup(func() { slog.SetDefault(before) })
	d := newDesk(t)
	d.begin()
	at := d.describe(d.Token, "Baumkataster", nil)
	d.post("", at+"/submit")
	for _, path := range []string{"/survey", "/survey/" + d.Round, "/survey/" + d.Round + "/inbox", "/survey/" + d.Round + "/insight"} {
		if strings.Contains(d.get("officer", path), d.Token) {
			t.Errorf("%s shows a token", path)
		}
	}
	// The store fails in the middle: a fault on our side, which is logged.
	if err := d.store.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/s/" + d.Token, at, "/en/s/" + d.Token} {
		rec := d.do("", http.MethodGet, path, nil)
		if rec.Code != http.StatusInternalServerError || rec.Header().Get("Referrer-Policy") != "no-referrer" || rec.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%d %v", rec.Code, rec.Header())
		}
		if strings.Contains(rec.Body.String(), d.Token) {
			t.Error("the page of a fault shows the token")
		}
	}
	for _, path := range []string{"/s/" + d.Token + "/nichts", "/s/" + d.Token + "/a/b/c/d/e"} {
		if rec := d.do("", http.MethodGet, path, nil); rec.Code != http.StatusNotFound || rec.Header().Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%d %v", rec.Code, rec.Header())
		}
	}
	if !strings.Contains(log.String(), "page failed") {
		t.Fatal("the fault was not logged")
	}
	for office, token := range d.Links {
		if strings.Contains(log.String(), token) {
			t.Errorf("the log has the token of %s", office)
		}
	}
}

func TestForms_areBounded(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	if rec := d.do("", http.MethodPost, "/s/"+d.Token+"/office/A", url.Values{"r.A_unit": {"0"}, "a.A_unit": {strings.Repeat("x", 2<<20)}}); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("two megabytes: %d", rec.Code)
	}
	page := d.refused("", "/s/"+d.Token+"/office/A", http.StatusRequestEntityTooLarge, "r.A_unit", "0", "a.A_unit", strings.Repeat("y", 40_000))
	if !strings.Contains(page, strings.Repeat("y", 40_000)) || !strings.Contains(page, "kürzen") {
		t.Error("a text that is too long does not come back to be shortened")
	}
	if rec := d.upload("officer", "/survey/"+d.Round+"/offices", "x.csv", strings.Repeat("x", 9<<20)); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("nine megabytes: %d", rec.Code)
	}
	if rec := d.upload("officer", "/survey/"+d.Round+"/offices", "x.csv", "nichts davon\n"); rec.Code != http.StatusUnprocessableEntity || !strings.Contains(html.UnescapeString(rec.Body.String()), "keine Liste von Dienststellen") {
		t.Errorf("no list: %d", rec.Code)
	}
}

// TestSurvey_signedIn runs a round from a browser that signed in.
func TestSurvey_signedIn(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	if rec := o.get("/survey"); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/user/login?next=%2Fsurvey" {
		t.Fatalf("not signed in: %d %s", rec.Code, rec.Header().Get("Location"))
	}
	o.post("/user/login", "login", "kim", "password", oldPassword)
	o.sound("no officer", o.get("/survey"), 404)
	o.post("/user/logout")
	o.post("/user/login", "login", "anna", "password", oldPassword)
	o.sound("no round yet", o.get("/survey"), 200, "Es gibt noch keine Runde", "Abmelden")
	if rec := o.post("/survey", "city", "muenchen", "title", "Abfrage 2026", "deadline", "15.12.2099"); rec.Code != http.StatusSeeOther {
		t.Fatalf("open a round: %d", rec.Code)
	}
	if rec := o.post("/survey/muenchen-abfrage-2026/offices", "name", "Gartenbauamt", "email", "garten@stadt.example"); rec.Code != http.StatusOK {
		t.Fatalf("an office: %d", rec.Code)
	}
	o.sound("round", o.get("/survey/muenchen-abfrage-2026"), 200, "Link an eine Dienststelle per E-Mail senden", "Link für eine Dienststelle erstellen", "15.12.2099")
	if rec := o.post("/survey/muenchen-abfrage-2026/mail"); rec.Header().Get("Location") != "/survey/muenchen-abfrage-2026?done=mailed" {
		t.Fatalf("mail: %d %s", rec.Code, rec.Header().Get("Location"))
	}
	letter := o.deliver(1)
	m := link.FindStringSubmatch(letter.Text)
	if letter.To != "garten@stadt.example" || m == nil {
		t.Fatalf("letter %+v", letter)
	}
	// Another office reads English.
	if rec := o.post("/survey/muenchen-abfrage-2026/offices", "name", "Referat International", "email", "int@stadt.example"); rec.Code != http.StatusOK {
		t.Fatalf("second office: %d", rec.Code)
	}
	page := regexp.MustCompile(`/survey/muenchen-abfrage-2026/office/[0-9a-f-]{36}`)
	var second string
	for _, at := range page.FindAllString(o.get("/survey/muenchen-abfrage-2026").Body.String(), -1) {
		if strings.Contains(o.get(at).Body.String(), "<h1>Referat International") {
			second = at
		}
	}
	if rec := o.post(second+"/language", "lang", "fr"); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("French: %d", rec.Code)
	}
	if rec := o.post(second+"/language", "lang", "en"); rec.Header().Get("Location") != second+"?done=language" {
		t.Errorf("English: %d", rec.Code)
	}
	o.sound("chosen", o.get(second+"?done=language"), 200, `<option value="en" selected>`, "Die Sprache der Briefe ist gewählt")
	o.post("/survey/muenchen-abfrage-2026/mail")
	english := o.deliver(2)
	for _, want := range []string{"You need no account", "City of Munich", "15 December 2099", "/en/s/"} {
		if !strings.Contains(english.Text, want) {
			t.Errorf("the English letter lacks %q: %s", want, english.Text)
		}
	}
	if rec := o.post("/survey/muenchen-abfrage-2026/remind", "office", second[strings.LastIndex(second, "/")+1:], "mail", "1"); rec.Code != http.StatusSeeOther {
		t.Errorf("remind: %d", rec.Code)
	}
	o.post(second+"/language", "lang", "de")
	o.sound("dashboard", o.get("/dashboard"), 200, "Erhebungsrunden", "Abfrage 2026", "Rücklauf 0 % von 2 Dienststellen")
	// The officer fills the form in for the office: an account that takes part.
	o.sound("the office's link", o.get("/s/"+m[1]), 200, "Gartenbauamt")
	if rec := o.post("/s/"+m[1]+"/none", "none", "yes"); rec.Code != http.StatusSeeOther {
		t.Fatalf("none: %d", rec.Code)
	}
	o.sound("answered", o.get("/dashboard"), 200, "Rücklauf 50 % von 2 Dienststellen")
}
