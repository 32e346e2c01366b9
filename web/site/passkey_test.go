package site_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	virtual "github.com/descope/virtualwebauthn"

	"trio.example/web/session"
)

// asked is what the page's script gets.
type asked struct {
	Options json.RawMessage
	State   string
	Error   string
}

func (o *accountOffice) ask(path string, status int, pairs ...string) (a asked) {
	o.t.Helper()
	rec := o.post(path, pairs...)
	if rec.Code != status || !strings.HasPrefix(rec.Header().Get("Content-Type"), "application/json") || rec.Header().Get("Cache-Control") != "no-store" {
		o.t.Fatalf("%s: %d %v", path, rec.Code, rec.Header())
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &a); err != nil {
		o.t.Fatal(err)
	}
	return a
}

func TestPasskey_onThePages(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	party := virtual.RelyingParty{Name: "Offene Daten", ID: "daten.example.org", Origin: base}
	if rec := o.post("/account/passkey/begin"); rec.Code != http.StatusSeeOther {
		t.Errorf("not signed in: %d", rec.Code)
	}
	o.signIn("kim")
	if a := o.ask("/account/passkey/begin", 422, "password-key", "falsch"); a.Error != "Das aktuelle Passwort stimmt nicht." {
		t.Errorf("%+v", a)
	}
	a := o.ask("/account/passkey/begin", 200, "password-key", oldPassword)
	options, err := virtual.ParseAttestationOptions(string(a.Options))
	if err != nil {
		t.Fatal(err)
	}
	in, err := o.desk.Authenticate(t.Context(), strings.TrimPrefix(o.cookie, "__Host-trio="))
	if err != nil {
		t.Fatal(err)
	}
	device := virtual.NewAuthenticatorWithOptions(virtual.AuthenticatorOptions{UserHandle: []byte(in.Actor.UserID)})
	cred := virtual.NewCredential(virtual.KeyTypeEC2)
	for len(cred.Key.AttestationData()) != 77 { // the virtual device leaves out leading zeros of coordinates, devices do not (RFC 9053, 7.1.1)
		cred = virtual.NewCredential(virtual.KeyTypeEC2)
	}
	o.sound("nonsense", o.post("/account/passkey", "state", a.State, "response", "{}"), 422, "Das hat nicht geklappt")
	rec := o.post("/account/passkey", "state", a.State, "response", virtual.CreateAttestationResponse(party, device, cred, *options), "name", "Dienst<b>telefon")
	o.sound("set up", rec, 200, "Der Passkey ist eingerichtet", "Ihre Wiederherstellungscodes")
	rec = o.get("/account")
	o.sound("account", rec, 200, "Ihre Passkeys", "Dienst<b>telefon", "10 Wiederherstellungscodes", "Passkey entfernen")
	id := regexp.MustCompile(`<option value="([0-9a-f-]{36})"`).FindStringSubmatch(rec.Body.String())[1]
	o.post("/user/logout")

	rec = o.get("/user/login?next=/account")
	if !strings.Contains(rec.Body.String(), `<div hidden data-passkey-box>`) {
		t.Error("without scripts the button for passkeys is shown")
	}
	device.AddCredential(cred)
	b := o.ask("/user/passkey/begin", 200)
	question, err := virtual.ParseAssertionOptions(string(b.Options))
	if err != nil {
		t.Fatal(err)
	}
	answer := virtual.CreateAssertionResponse(party, device, cred, *question)
	o.sound("wrong state", o.post("/user/passkey", "state", "x", "response", answer), 422, "Das hat nicht geklappt")
	if rec = o.post("/user/passkey", "state", b.State, "response", answer, "next", "//evil.example"); rec.Header().Get("Location") != "/dashboard" || o.cookie == "" {
		t.Fatalf("sign in: %d %s", rec.Code, rec.Header().Get("Location"))
	}
	o.sound("dashboard", o.get("/dashboard"), 200, "Guten Tag, Kim")
	o.sound("drop, wrong password", o.post("/account/passkey/drop", "drop", id, "password-drop", "x"), 422, "Das aktuelle Passwort stimmt nicht")
	if rec = o.post("/account/passkey/drop", "drop", id, "password-drop", oldPassword); rec.Header().Get("Location") != "/account?done=dropped" {
		t.Errorf("drop: %d", rec.Code)
	}
	o.sound("dropped", o.get("/account?done=dropped"), 200, "Der Passkey ist entfernt", "Noch nicht eingerichtet")
}

func TestSecure(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{"https://daten.example.org": true, "http://localhost:8080": false} {
		if session.Secure(address) != want {
			t.Error(address)
		}
	}
}
