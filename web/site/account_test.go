package site_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // RFC 6238
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/holding"
	"trio.example/catalog/mail"
	"trio.example/catalog/mail/mailtest"
	"trio.example/catalog/round"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/catalog/survey"
	"trio.example/web/session"
	"trio.example/web/site"
	"trio.example/web/site/internal/fake"
)

const (
	oldPassword = "vier Kamele trinken Limonade"
	newPassword = "grüne Schrauben singen leise"
)

// accountPages are the templates that the tests of this file show.
var accountPages = []string{"login", "factor", "reset", "password", "dashboard", "account", "totp", "invite", "mails", "mail"}

// accountOffice is a portal with accounts on a real store and a real mail server.
type accountOffice struct {
	http.Handler
	t      *testing.T
	desk   *account.Desk
	store  *sqlstore.Store
	reg    *catalog.Registry
	server *mailtest.Server
	now    time.Time
	// cookie is the browser's.
	cookie string
}

var boss = catalog.Actor{UserID: "operator", Name: "operator", Sysadmin: true}

func newOffice(t *testing.T, change func(*site.Config)) *accountOffice {
	t.Helper()
	return officeWith(t, account.Demand{}, change)
}

// officeWith is an office that demands a second factor.
func officeWith(t *testing.T, demand account.Demand, change func(*site.Config)) *accountOffice {
	t.Helper()
	o := &accountOffice{t: t, now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), server: mailtest.Start(t, "plain", "")}
	ctx := context.Background()
	var err error
	if o.store, err = sqlstore.Open(ctx, filepath.Join(t.TempDir(), "trio.db")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { o.store.Close() })
	clock := func() time.Time { return o.now }
	o.store.SetClock(clock)
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	o.reg = catalog.NewRegistry(o.store, defs)
	reg := o.reg
	sender, err := mail.NewSMTP("smtp://"+o.server.Addr, "")
	if err != nil {
		t.Fatal(err)
	}
	texts, err := mail.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	outbox, err := mail.NewOutbox(o.store, texts, mail.Config{Portal: catalog.DE("Offene Daten", "Open Data"), SiteURL: base, From: "portal@daten.example.org", Sender: sender, Now: clock})
	if err != nil {
		t.Fatal(err)
	}
	if o.desk, err = account.New(reg, outbox, account.Config{Portal: catalog.DE("Offene Daten", "Open Data"), SiteURL: base, Now: clock, SecondFactor: demand}); err != nil {
		t.Fatal(err)
	}
	for _, u := range []*catalog.User{
		{ID: catalog.NewID(), Name: "kim", FullName: "Kim <b>Beispiel</b>", Email: "kim@stadt.example"},
		{ID: catalog.NewID(), Name: "anna", FullName: "Anna Admin", Email: "anna@stadt.example", Sysadmin: true},
	} {
		if err := reg.AddUser(ctx, boss, u); err != nil {
			t.Fatal(err)
		}
		if err := o.desk.SetPassword(ctx, boss, u.Name, oldPassword); err != nil {
			t.Fatal(err)
		}
	}
	b := fake.New()
	gin.SetMode(gin.TestMode)
	r := gin.New()
	if err := r.SetTrustedProxies(nil); err != nil {
		t.Fatal(err)
	}
	r.Use(func(c *gin.Context) {
		in, err := o.desk.Authenticate(c.Request.Context(), session.Key(c.Request, true))
		if err != nil {
			t.Error(err)
		}
		if in != nil {
			c.Request = c.Request.WithContext(session.WithSignedIn(c.Request.Context(), in))
		}
	})
	rounds := round.New(reg, holding.NewDesk(reg, defs, survey.Default(), base))
	rounds.UseLetters(outbox, base)
	cfg := site.Config{SiteURL: base, Accounts: o.desk, Rounds: rounds, Viewer: func(ctx context.Context) string { return session.FromContext(ctx).Name }}
	if change != nil {
		change(&cfg)
	}
	s, err := site.Register(r, cfg, b)
	if err != nil {
		t.Fatal(err)
	}
	r.NoRoute(s.NotFound)
	o.Handler = r
	return o
}

// send makes a request of this browser and keeps the cookie that comes back.
func (o *accountOffice) send(method, path string, fields url.Values, header ...string) *httptest.ResponseRecorder {
	o.t.Helper()
	req := httptest.NewRequest(method, base+path, strings.NewReader(fields.Encode()))
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
	}
	if o.cookie != "" {
		req.Header.Set("Cookie", o.cookie)
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	o.ServeHTTP(rec, req)
	for _, c := range rec.Result().Cookies() {
		if c.Name != "__Host-trio" || !c.HttpOnly || !c.Secure || c.Path != "/" || c.SameSite != http.SameSiteLaxMode {
			o.t.Errorf("%s: cookie %v", path, c)
		}
		o.cookie = c.Name + "=" + c.Value
		if c.MaxAge < 0 {
			o.cookie = ""
		}
	}
	return rec
}

func (o *accountOffice) get(path string) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.send(http.MethodGet, path, nil)
}

func (o *accountOffice) post(path string, pairs ...string) *httptest.ResponseRecorder {
	o.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return o.send(http.MethodPost, path, v)
}

func (o *accountOffice) signIn(name string) {
	o.t.Helper()
	if rec := o.post("/user/login", "login", name, "password", oldPassword); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/dashboard" {
		o.t.Fatalf("sign in as %s: %d %s", name, rec.Code, rec.Header().Get("Location"))
	}
}

// deliver writes and sends what waits and returns the newest letter.
func (o *accountOffice) deliver(n int) mailtest.Letter {
	o.t.Helper()
	ctx := context.Background()
	if err := o.desk.HandleResets(ctx); err != nil {
		o.t.Fatal(err)
	}
	if err := o.desk.Outbox().Deliver(ctx); err != nil {
		o.t.Fatal(err)
	}
	return o.server.Wait(o.t, n)[n-1]
}

var linkInLetter = regexp.MustCompile(regexp.QuoteMeta(base) + `(/\S+)`)

// sound checks what every page must keep.
func (o *accountOffice) sound(what string, rec *httptest.ResponseRecorder, status int, has ...string) {
	o.t.Helper()
	body := rec.Body.String()
	if rec.Code != status {
		o.t.Errorf("%s: status %d, want %d", what, rec.Code, status)
	}
	if strings.Count(body, "<h1") != 1 || !strings.Contains(body, "</html>") || strings.Contains(body, "ZgotmplZ") || strings.Contains(body, "<b>Beispiel") {
		o.t.Errorf("%s is no sound page", what)
	}
	if cc := rec.Header().Get("Cache-Control"); !strings.Contains(cc, "no-store") || rec.Header().Get("ETag") != "" {
		o.t.Errorf("%s may be stored: %q", what, cc)
	}
	for _, want := range has {
		if !strings.Contains(html.UnescapeString(body), want) {
			o.t.Errorf("%s lacks %q", what, want)
		}
	}
	ids := map[string]bool{}
	for _, m := range regexp.MustCompile(` id="([^"]+)"`).FindAllStringSubmatch(body, -1) {
		if ids[m[1]] {
			o.t.Errorf("%s has the id %s twice", what, m[1])
		}
		ids[m[1]] = true
	}
	for _, m := range regexp.MustCompile(` (?:for|aria-describedby|aria-labelledby)="([^"]+)"| href="#([^"]+)"`).FindAllStringSubmatch(body, -1) {
		for _, id := range strings.Fields(m[1] + m[2]) {
			if !ids[id] {
				o.t.Errorf("%s points to the id %s, which is not there", what, id)
			}
		}
	}
}

func TestSignIn_allTheWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	rec := o.get("/account?x=1")
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/user/login?next=%2Faccount%3Fx%3D1" {
		t.Fatalf("%d %s", rec.Code, rec.Header().Get("Location"))
	}
	rec = o.get("/user/login?next=%2Faccount%3Fx%3D1")
	o.sound("sign-in", rec, 200, `value="/account?x=1"`, `autocomplete="current-password"`, "Passwort vergessen?")
	if len(rec.Result().Cookies()) > 0 {
		t.Error("the sign-in page sets a cookie")
	}
	rec = o.post("/user/login", "login", "kim@stadt.example", "password", "falsch", "next", "/account")
	o.sound("wrong password", rec, 422, "Name oder Passwort stimmen nicht", "<title>Fehler: Anmelden", `value="kim@stadt.example"`, `aria-invalid="true"`, `<a href="#login">`)
	wrong := rec.Body.String()
	if strings.Contains(wrong, `value="falsch"`) || o.cookie != "" {
		t.Error("the password comes back, or a session was opened")
	}
	rec = o.post("/user/login", "login", "niemand@stadt.example", "password", "falsch", "next", "/account")
	if got := strings.ReplaceAll(rec.Body.String(), "niemand@", "kim@"); got != wrong {
		t.Error("an unknown name is answered differently")
	}
	o.sound("empty form", o.post("/user/login"), 422, "Bitte geben Sie Ihre E-Mail-Adresse", "Bitte geben Sie Ihr Passwort ein")
	rec = o.post("/user/login", "login", "KIM@stadt.example", "password", oldPassword, "next", "/account?x=1")
	if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/account?x=1" || o.cookie == "" {
		t.Fatalf("%d %s", rec.Code, rec.Header().Get("Location"))
	}
	o.sound("account", o.get("/account"), 200, "Mein Konto", "kim@stadt.example", "Abmelden", "Mein Bereich")
	o.sound("account in English", o.get("/en/account"), 200, "My account", "Sign out")
	o.sound("dashboard", o.get("/dashboard"), 200, "Guten Tag, Kim <b>Beispiel</b>", "nur durch ein Passwort geschützt")
	if rec = o.get("/user/login"); rec.Code != http.StatusSeeOther {
		t.Errorf("signed in already: %d", rec.Code)
	}
	for _, path := range []string{"/admin/mail", "/admin/mail/x"} {
		if rec = o.get(path); rec.Code != http.StatusNotFound {
			t.Errorf("%s for everybody: %d", path, rec.Code)
		}
	}
	if rec = o.post("/user/logout"); rec.Code != http.StatusSeeOther || o.cookie != "" {
		t.Errorf("sign out: %d", rec.Code)
	}
	o.sound("signed out", o.get("/user/login?done=out"), 200, "Sie sind abgemeldet.")
}

func TestSignIn_leadsNowhereElse(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	for _, next := range []string{"https://evil.example/", "//evil.example/", `/\evil.example`, `\\evil.example`, "javascript:alert(1)", "evil", "/\t/evil.example", "http:evil.example", strings.Repeat("/a", 3000)} {
		rec := o.post("/user/login", "login", "kim", "password", oldPassword, "next", next)
		if rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/dashboard" {
			t.Errorf("%.40q leads to %q", next, rec.Header().Get("Location"))
		}
		o.cookie = ""
		o.now = o.now.Add(time.Hour)
	}
}

func TestForms_fromOurOwnPagesOnly(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.signIn("kim")
	for name, header := range map[string][]string{
		"another site":                 {"Sec-Fetch-Site", "cross-site"},
		"a neighbour":                  {"Sec-Fetch-Site", "same-site"},
		"an old browser, another site": {"Sec-Fetch-Site", "", "Origin", "https://evil.example"},
		"a frame without origin":       {"Sec-Fetch-Site", "", "Origin", "null"},
	} {
		for _, path := range []string{"/user/logout", "/account/password", "/account/sessions", "/account/factor", "/user/login", "/en/user/reset", "/account/invite", "/admin/mail"} {
			before := o.cookie
			rec := o.send(http.MethodPost, path, url.Values{"end": {"all"}, "login": {"kim"}, "password": {oldPassword}}, header...)
			if rec.Code != http.StatusForbidden || o.cookie != before {
				t.Errorf("%s, %s: %d", path, name, rec.Code)
			}
		}
	}
	if rec := o.get("/account"); rec.Code != http.StatusOK {
		t.Errorf("still signed in: %d", rec.Code)
	}
	if rec := o.send(http.MethodPost, "/user/login", url.Values{"login": {strings.Repeat("x", 70<<10)}}); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("large form: %d", rec.Code)
	}
	if rec := o.get("/user/logout"); rec.Code == http.StatusSeeOther || rec.Code == http.StatusOK {
		t.Errorf("signed out by a link: %d", rec.Code)
	}
}

func TestGuesses_wait(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	var rec *httptest.ResponseRecorder
	for range 6 {
		rec = o.post("/user/login", "login", "kim", "password", "falsch")
	}
	o.sound("too many guesses", rec, http.StatusTooManyRequests, "Zu viele Versuche. Bitte in 30 Sekunden noch einmal versuchen.")
	if rec.Header().Get("Retry-After") != "30" {
		t.Errorf("Retry-After %q", rec.Header().Get("Retry-After"))
	}
	if rec = o.post("/user/login", "login", "kim", "password", oldPassword); rec.Code != http.StatusTooManyRequests {
		t.Errorf("the right password is taken while waiting: %d", rec.Code)
	}
	o.now = o.now.Add(31 * time.Second)
	o.signIn("kim")
}

func TestReset_allTheWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.signIn("kim")
	elsewhere := o.cookie
	o.cookie = ""
	o.sound("ask", o.get("/user/reset"), 200, "Passwort vergessen")
	o.sound("ask for nothing", o.post("/user/reset"), 422, "Bitte geben Sie Ihre E-Mail-Adresse")
	known, unknown := o.post("/user/reset", "login", "Kim@Stadt.example"), o.post("/user/reset", "login", "niemand@stadt.example")
	if known.Code != unknown.Code || known.Header().Get("Location") != unknown.Header().Get("Location") || known.Body.String() != unknown.Body.String() {
		t.Error("known and unknown are answered differently")
	}
	o.sound("asked", o.get(known.Header().Get("Location")), 200, "ist in wenigen Minuten eine E-Mail da")
	letter := o.deliver(1)
	if letter.To != "kim@stadt.example" || !strings.Contains(letter.Text, "Der Link gilt bis 25. November 2026, 15:00 Uhr") {
		t.Fatalf("%+v", letter)
	}
	link := linkInLetter.FindStringSubmatch(letter.Text)[1]
	rec := o.get(link)
	o.sound("new password", rec, 200, "gilt für das Konto kim", `autocomplete="new-password"`)
	_, key, _ := strings.Cut(link, "key=")
	o.sound("differ", o.post("/user/reset/new", "key", key, "password", newPassword, "again", "x"), 422, "Die beiden Eingaben sind verschieden")
	o.sound("short", o.post("/user/reset/new", "key", key, "password", "kurz", "again", "kurz"), 422, "mindestens 12 Zeichen")
	o.sound("common", o.post("/user/reset/new", "key", key, "password", "Passwort2026!", "again", "Passwort2026!"), 422, "früh ausprobiert")
	if rec = o.post("/user/reset/new", "key", key, "password", newPassword, "again", newPassword); rec.Header().Get("Location") != "/user/login?done=password" {
		t.Fatalf("%d %s", rec.Code, rec.Body.String())
	}
	o.sound("again", o.post("/user/reset/new", "key", key, "password", newPassword, "again", newPassword), 404, "Dieser Link gilt nicht mehr")
	o.sound("link again", o.get(link), 404, "Dieser Link gilt nicht mehr")
	if letter = o.deliver(2); !strings.Contains(letter.Text, "Das Passwort wurde neu festgelegt") {
		t.Errorf("%+v", letter)
	}
	if rec = o.post("/user/login", "login", "kim", "password", oldPassword); rec.Code != 422 {
		t.Errorf("the old password: %d", rec.Code)
	}
	o.cookie = elsewhere
	if rec = o.get("/account"); rec.Code != http.StatusSeeOther {
		t.Errorf("a session from before: %d", rec.Code)
	}
	o.cookie = ""
	if rec = o.post("/user/login", "login", "kim", "password", newPassword); rec.Code != http.StatusSeeOther {
		t.Errorf("the new password: %d", rec.Code)
	}
}

func TestSessions_listedAndEnded(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.send(http.MethodPost, "/user/login", url.Values{"login": {"kim"}, "password": {oldPassword}}, "User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0")
	first := o.cookie
	o.cookie = ""
	o.now = o.now.Add(time.Hour)
	o.signIn("kim")
	second := o.cookie
	rec := o.get("/account")
	o.sound("account", rec, 200, "Firefox, Linux", "dieses Gerät", "Unbekanntes Gerät", "Alle anderen abmelden", "25. November 2026, 13:00 Uhr")
	if strings.Contains(rec.Body.String(), strings.TrimPrefix(first, "__Host-trio=")) {
		t.Error("the page shows the key of a session")
	}
	id := regexp.MustCompile(`name="end" value="([0-9a-f-]{36})"`).FindAllStringSubmatch(rec.Body.String(), -1)
	if len(id) != 2 {
		t.Fatal(id)
	}
	if rec = o.post("/account/sessions", "end", id[1][1]); rec.Header().Get("Location") != "/account?done=ended" {
		t.Errorf("%d", rec.Code)
	}
	o.cookie = first
	if rec = o.get("/account"); rec.Code != http.StatusSeeOther {
		t.Errorf("ended and still open: %d", rec.Code)
	}
	o.cookie = second
	if rec = o.post("/account/sessions", "end", "all"); rec.Header().Get("Location") != "/user/login?done=out" {
		t.Errorf("everywhere: %s", rec.Header().Get("Location"))
	}
	o.cookie = second
	if rec = o.get("/account"); rec.Code != http.StatusSeeOther {
		t.Errorf("ended and still open: %d", rec.Code)
	}
}

func TestPassword_changed(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.signIn("kim")
	before := o.cookie
	o.sound("wrong", o.post("/account/password", "old", "falsch", "password", newPassword, "again", newPassword), 422, "Das aktuelle Passwort stimmt nicht", `<a href="#old">`)
	o.sound("own name", o.post("/account/password", "old", oldPassword, "password", "kim-beispiel-2026", "again", "kim-beispiel-2026"), 422, "früh ausprobiert")
	if rec := o.post("/account/password", "old", oldPassword, "password", newPassword, "again", newPassword); rec.Header().Get("Location") != "/account?done=password" {
		t.Fatal(rec.Code)
	}
	if o.cookie == before {
		t.Error("the session goes on under its old key")
	}
	o.sound("changed", o.get("/account?done=password"), 200, "Das Passwort ist geändert")
	o.cookie = before
	if rec := o.get("/account"); rec.Code != http.StatusSeeOther {
		t.Errorf("the old key: %d", rec.Code)
	}
}

func TestOutboxPage_showsNoSecrets(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.post("/user/reset", "login", "kim")
	o.server.Answer(451, "<script>später</script>")
	if err := o.desk.HandleResets(context.Background()); err != nil {
		t.Fatal(err)
	}
	if err := o.desk.Outbox().Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
	o.signIn("anna")
	rec := o.get("/admin/mail")
	o.sound("outbox", rec, 200, "kim@stadt.example", "Wartet (1)", "127.0.0.1", "portal@daten.example.org", "<script>später</script>")
	if strings.Contains(rec.Body.String(), "<script>spä") {
		t.Error("what a server says is not escaped")
	}
	path := regexp.MustCompile(`/admin/mail/[0-9a-f-]{36}`).FindString(rec.Body.String())
	rec = o.get(path)
	o.sound("letter", rec, 200, "Neues Passwort für Offene Daten", "[…]", "Jetzt noch einmal versuchen")
	if strings.Contains(rec.Body.String(), "key=") {
		t.Error("the page shows the link")
	}
	o.server.Answer(0, "")
	if rec = o.post(path); rec.Header().Get("Location") != path {
		t.Errorf("again: %d", rec.Code)
	}
	o.deliver(1)
	o.sound("sent", o.get("/admin/mail?state=sent"), 200, "Verschickt (1)")
	o.sound("none", o.get("/en/admin/mail?state=failed&start=50"), 200, "There is no e-mail here yet")
	o.sound("bad test", o.post("/admin/mail", "to", "x\r\nBcc: y@z.example"), 422, "Das ist keine E-Mail-Adresse")
	if rec = o.post("/en/admin/mail", "to", "probe@stadt.example"); rec.Header().Get("Location") != "/en/admin/mail?done=test" {
		t.Errorf("test: %d", rec.Code)
	}
	if letter := o.deliver(2); letter.To != "probe@stadt.example" || letter.Subject != "Test of Open Data" {
		t.Errorf("%+v", letter)
	}
}

// appCode is what an app shows for a secret, after RFC 6238.
func appCode(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.ReplaceAll(secret, " ", ""))
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha1.New, key)
	if err := binary.Write(mac, binary.BigEndian, at.Unix()/30); err != nil {
		t.Fatal(err)
	}
	sum := mac.Sum(nil)
	cut := sum[sum[19]&15:]
	return fmt.Sprintf("%06d", (binary.BigEndian.Uint32(cut)&0x7fffffff)%1_000_000)
}

func TestSecondFactor_allTheWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.signIn("kim")
	o.sound("begin", o.get("/account/factor"), 200, "Zweiten Faktor einrichten", "Aktuelles Passwort")
	o.sound("begin without the password", o.post("/account/factor", "password", "falsch"), 422, "Das aktuelle Passwort stimmt nicht")
	if rec := o.post("/account/factor", "password", oldPassword); rec.Header().Get("Location") != "/account/factor" {
		t.Fatal(rec.Code)
	}
	rec := o.get("/account/factor")
	o.sound("picture", rec, 200, "Nehmen Sie dieses Bild", `role="img"`, "Oder tippen Sie den Schlüssel ein")
	secret := regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(rec.Body.String())[1]
	o.sound("wrong code", o.post("/account/factor", "step", "code", "code", "000000"), 422, "Der Code stimmt nicht", "Nehmen Sie dieses Bild")
	o.sound("no code", o.post("/account/factor", "step", "code"), 422, "Bitte geben Sie den Code ein")
	rec = o.post("/account/factor", "step", "code", "code", appCode(t, secret, o.now))
	o.sound("set up", rec, 200, "Der zweite Faktor ist eingeschaltet", "Heben Sie diese Codes auf")
	codes := regexp.MustCompile(`<code>([A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4}-[A-Z2-7]{4})</code>`).FindAllStringSubmatch(rec.Body.String(), -1)
	if len(codes) != 10 {
		t.Fatalf("%d recovery codes", len(codes))
	}
	o.sound("account", o.get("/account"), 200, "Eingerichtet am 25. November 2026", "10 Wiederherstellungscodes sind noch übrig")
	if body := o.get("/account/factor").Body.String(); strings.Contains(body, codes[0][1]) || strings.Contains(body, secret) {
		t.Error("codes or secret are shown again")
	}
	o.post("/user/logout")

	// The password alone opens nothing.
	rec = o.post("/user/login", "login", "kim", "password", oldPassword, "next", "/account")
	if rec.Header().Get("Location") != "/user/factor?next=%2Faccount" {
		t.Fatal(rec.Header().Get("Location"))
	}
	half := o.cookie
	if rec = o.get("/account"); rec.Code != http.StatusSeeOther {
		t.Errorf("half signed in and on the account page: %d", rec.Code)
	}
	o.sound("factor", o.get("/user/factor?next=/account"), 200, `autocomplete="one-time-code"`, "App und Wiederherstellungscodes verloren?")
	o.sound("used code", o.post("/user/factor", "code", appCode(t, secret, o.now)), 422, "Der Code stimmt nicht")
	o.now = o.now.Add(30 * time.Second)
	code := appCode(t, secret, o.now)
	if rec = o.post("/user/factor", "code", code[:3]+" "+code[3:], "next", "/account"); rec.Header().Get("Location") != "/account" || o.cookie == half {
		t.Fatalf("%d %s", rec.Code, rec.Header().Get("Location"))
	}
	o.sound("account again", o.get("/account"), 200)
	o.cookie = half
	if rec = o.get("/user/factor"); rec.Header().Get("Location") != "/user/login?next=" {
		t.Errorf("the half session can be used again: %s", rec.Header().Get("Location"))
	}

	// A recovery code counts once.
	for i, want := range []int{http.StatusSeeOther, 422} {
		o.cookie = ""
		o.post("/user/login", "login", "kim", "password", oldPassword)
		if rec = o.post("/user/factor", "code", strings.ToLower(codes[3][1])); rec.Code != want {
			t.Errorf("recovery code, time %d: %d", i+1, rec.Code)
		}
	}
	o.now = o.now.Add(11 * time.Minute)
	if rec = o.post("/user/factor", "code", appCode(t, secret, o.now)); rec.Header().Get("Location") != "/user/login?done=stale&next=" {
		t.Errorf("too late: %s", rec.Header().Get("Location"))
	}
	o.post("/user/login", "login", "kim", "password", oldPassword)
	o.post("/user/factor", "code", appCode(t, secret, o.now))
	o.sound("one less", o.get("/account"), 200, "9 Wiederherstellungscodes sind noch übrig")
	o.sound("new codes, wrong password", o.post("/account/recovery", "password-codes", "x"), 422, "Das aktuelle Passwort stimmt nicht")
	o.sound("new codes", o.post("/account/recovery", "password-codes", oldPassword), 200, "Die alten gelten nicht mehr")
	o.sound("off, wrong password", o.post("/account/factor/off", "password-off", "x"), 422, "Das aktuelle Passwort stimmt nicht")
	if rec = o.post("/account/factor/off", "password-off", oldPassword); rec.Header().Get("Location") != "/account?done=off" {
		t.Errorf("off: %d", rec.Code)
	}
	o.cookie = ""
	o.signIn("kim")
}

func TestInvitation_allTheWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	// The pages' own list of organizations knows it under the same id.
	org := &catalog.Entry{ID: fake.New().Orgs[0].ID, Name: "muenchen", Type: catalog.TypeOrganization, Access: catalog.AccessPublic, Fields: catalog.Fields{"title": "Landeshauptstadt München"}}
	if _, err := o.reg.Create(context.Background(), boss, org); err != nil {
		t.Fatal(err)
	}
	o.signIn("kim")
	if rec := o.get("/account/invite"); rec.Code != http.StatusNotFound {
		t.Errorf("somebody without an organization may invite: %d", rec.Code)
	}
	if rec := o.post("/account/invite", "email", "neu@stadt.example", "org", "muenchen", "role", "admin"); rec.Code != http.StatusNotFound {
		t.Errorf("somebody without an organization invited: %d", rec.Code)
	}
	o.post("/user/logout")
	o.signIn("anna")
	o.sound("invite", o.get("/account/invite?org=muenchen"), 200, `<option value="muenchen" selected>`)
	o.sound("bad address", o.post("/account/invite", "email", "x", "org", "muenchen", "role", "editor"), 422, "Das ist keine E-Mail-Adresse")
	o.sound("bad role", o.post("/account/invite", "email", "neu@stadt.example", "org", "muenchen", "role", "king"), 422, "Diese Rolle gibt es nicht")
	if rec := o.post("/account/invite", "email", "Neu.Person@stadt.example", "org", "muenchen", "role", "editor"); rec.Header().Get("Location") != "/account/invite?done=invited" {
		t.Fatal(rec.Code)
	}
	letter := o.deliver(1)
	if letter.To != "Neu.Person@stadt.example" || !strings.Contains(letter.Text, "Anna Admin lädt Sie ein") || !strings.Contains(letter.Text, "„Landeshauptstadt München“") || !strings.Contains(letter.Text, "Bearbeitung") {
		t.Errorf("%+v", letter)
	}
	o.sound("letter without link", o.get("/admin/mail"), 200, "Einladung: Landeshauptstadt München")
	o.post("/user/logout")
	link := linkInLetter.FindStringSubmatch(letter.Text)[1]
	o.sound("accept", o.get(link), 200, "Sie wurden unter Neu.Person@stadt.example eingeladen", "Ihr Name")
	_, key, _ := strings.Cut(link, "key=")
	o.sound("no name", o.post("/user/invite", "key", key, "password", newPassword, "again", newPassword), 422, "Bitte geben Sie Ihren Namen an")
	o.sound("not for a reset", o.get("/user/reset/new?key="+key), 404, "Dieser Link gilt nicht mehr")
	if rec := o.post("/user/invite", "key", key, "fullname", "Neu Person", "password", newPassword, "again", newPassword); rec.Header().Get("Location") != "/user/login?done=invited" {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	o.sound("again", o.get(link), 404, "Bitten Sie die Person, die Sie eingeladen hat")
	if rec := o.post("/user/login", "login", "neu.person@stadt.example", "password", newPassword); rec.Code != http.StatusSeeOther {
		t.Fatalf("sign in: %d", rec.Code)
	}
	o.sound("dashboard", o.get("/dashboard"), 200, "Guten Tag, Neu Person", "Landeshauptstadt München", "Ihre Rolle: Bearbeitung", "Gerade wartet nichts auf Sie")
	o.post("/user/logout")

	// Who has an account gets the role and a letter without a link that opens anything.
	o.signIn("anna")
	if rec := o.post("/en/account/invite", "email", "kim@stadt.example", "org", "muenchen", "role", "admin"); rec.Header().Get("Location") != "/en/account/invite?done=added" {
		t.Fatal(rec.Code)
	}
	if letter = o.deliver(2); !strings.Contains(letter.Text, "Role: administrator") || strings.Contains(letter.Text, "key=") {
		t.Errorf("%+v", letter)
	}
	o.post("/user/logout")
	o.signIn("kim")
	o.sound("administrator", o.get("/account/invite"), 200, "Landeshauptstadt München")
}
