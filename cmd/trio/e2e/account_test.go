package e2e

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"trio.example/catalog/mail/mailtest"
)

// browser is somebody at a portal with cookies.
type browser struct {
	t    *testing.T
	base string
	http.Client
}

func (b *browser) do(req *http.Request, err error) (status int, path, body string) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
	res, err := b.Do(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return res.StatusCode, res.Request.URL.Path, string(text)
}

func (b *browser) get(path string) (int, string, string) {
	b.t.Helper()
	return b.do(http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.base+path, nil))
}

func (b *browser) post(path string, pairs ...string) (int, string, string) {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.base+path, strings.NewReader(v.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Origin", b.base)
	}
	return b.do(req, err)
}

var keyInLetter = regexp.MustCompile(`http://\S+(/user/\S+\?key=(\S+))`)

// TestOfficer_fromInvitationToDashboard goes the way of a new officer: invited
// over the API while no mail server is there, the program killed in between, the
// letter received, the account set up, signed in, work seen; and what the cookie
// does not open.
func TestOfficer_fromInvitationToDashboard(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	args := []string{"demo", "--json", "--listen", "127.0.0.1:0", "--data", data, "--log-level", "debug"}
	first, err := start(args...)
	if err != nil {
		t.Fatal(err)
	}
	const email, password = "neu.amtlich@stadt.example", "vier Kamele trinken Limonade"
	if status, body := first.post(t, "user_invite", map[string]any{"email": email, "group_id": "muenchen", "role": "editor"}, nil); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	for _, d := range []map[string]any{{"name": "noch-geheim", "title": "Noch geheimer Datensatz", "owner_org": "muenchen", "private": true}, {"name": "fremd-geheim", "title": "Fremder Datensatz", "owner_org": "augsburg", "private": true}} {
		if status, body := first.post(t, "package_create", d, nil); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = first.cmd.Wait() // it was killed

	letters := mailtest.Start(t, "plain", "")
	s, err := start(append(args, "--smtp", "smtp://"+letters.Addr, "--mail-from", "Datenportal Süd <portal@stadt.example>")...)
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	letter := letters.Wait(t, 1)[0]
	m := keyInLetter.FindStringSubmatch(letter.Text)
	if letter.To != email || letter.From != "portal@stadt.example" || m == nil {
		t.Fatalf("%+v", letter)
	}
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, base: s.URL, Client: http.Client{Jar: jar, Timeout: time.Minute}}
	if status, _, body := b.get(m[1]); status != http.StatusOK || !strings.Contains(body, email) {
		t.Fatalf("the letter's link: %d %.300s", status, body)
	}
	if _, path, body := b.post("/user/invite", "key", m[2], "fullname", "Neu Amtlich", "password", password, "again", password); path != "/user/login" || !strings.Contains(body, "Ihr Konto ist eingerichtet") {
		t.Fatalf("accept: %s %.2000s", path, body)
	}
	if status, path, _ := b.post("/user/login", "login", email, "password", "falsch geraten"); status != http.StatusUnprocessableEntity || path != "/user/login" {
		t.Errorf("wrong password: %d %s", status, path)
	}
	status, path, body := b.post("/user/login", "login", email, "password", password)
	if status != http.StatusOK || path != "/dashboard" {
		t.Fatalf("sign in: %d %s", status, path)
	}
	for _, want := range []string{"Guten Tag, Neu Amtlich", "München", "Ihre Rolle: Bearbeitung", "Noch geheimer Datensatz", "Nicht veröffentlichte Datensätze"} {
		if !strings.Contains(body, want) {
			t.Errorf("the dashboard lacks %q", want)
		}
	}
	if strings.Contains(body, "Fremder Datensatz") {
		t.Error("the dashboard shows another city's draft")
	}
	for path, want := range map[string]int{
		"/dataset/noch-geheim": 200, "/dataset/fremd-geheim": 404, "/admin/mail": 404, "/metrics": 404, "/account": 200,
		// Programs show a token: the cookie opens nothing of the API.
		"/api/3/action/package_show?id=noch-geheim": 403, "/api/3/action/user_list": 403, "/api/3/action/user_show": 403,
	} {
		if status, _, _ := b.get(path); status != want {
			t.Errorf("%s with the cookie: %d, want %d", path, status, want)
		}
	}
	for _, language := range []string{"", "/de", "/en"} {
		if status, _, body := b.post(language+"/api/3/action/package_create", "name", "per-cookie", "owner_org", "muenchen"); status != http.StatusForbidden {
			t.Errorf("the cookie writes over the API: %d %.200s", status, body)
		}
	}
	if status, _, _ := s.get(t, "/dataset/noch-geheim"); status != http.StatusNotFound {
		t.Errorf("anonymous: %d", status)
	}
	if _, path, _ := b.post("/user/logout"); path != "/user/login" {
		t.Errorf("sign out: %s", path)
	}
	if _, path, _ := b.get("/account"); path != "/user/login" {
		t.Errorf("signed out and on %s", path)
	}

	// A new password by mail.
	if _, _, body := b.post("/user/reset", "login", strings.ToUpper(email)); !strings.Contains(body, "Gibt es dazu ein Konto") {
		t.Errorf("reset: %.300s", body)
	}
	m = keyInLetter.FindStringSubmatch(letters.Wait(t, 2)[1].Text)
	if m == nil {
		t.Fatal("no link in the second letter")
	}
	if _, path, _ := b.post("/user/reset/new", "key", m[2], "password", password+" kalt", "again", password+" kalt"); path != "/user/login" {
		t.Errorf("new password: %s", path)
	}
	letters.Wait(t, 3)
	s.stop()
	sound(t, data)
	log := s.logged() + first.logged()
	for _, secret := range []string{m[2], password, email, "falsch geraten", "Amtlich"} {
		if strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if out, _, code := trio(t, "mail", "list", "--data", data, "--json"); code != 0 || strings.Contains(out, "key=") || strings.Count(out, `"state": "sent"`) != 3 {
		t.Errorf("mail list: %d %s", code, out)
	}
}
