package site_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
)

func TestTokens_allTheWay(t *testing.T) {
	t.Parallel()
	o := newOffice(t, nil)
	o.signIn("kim")
	o.sound("none yet", o.get("/account"), 200, "API-Token", "Sie haben kein Token")
	o.sound("no name", o.post("/account/token", "token-days", "30", "password-token", oldPassword), 422, "wofür das Token ist")
	o.sound("no such life", o.post("/account/token", "token-name", "Skript", "token-days", "9999", "password-token", oldPassword), 422, "wie lange das Token gilt")
	o.sound("wrong password", o.post("/account/token", "token-name", "Skript", "token-days", "30", "password-token", "x"), 422, "Das aktuelle Passwort stimmt nicht", `value="Skript"`)
	rec := o.post("/account/token", "token-name", "Skript", "token-days", "30", "password-token", oldPassword)
	o.sound("made", rec, 200, "nur dieses eine Mal", "noch nicht benutzt", "25. Dezember 2026")
	m := regexp.MustCompile(`<code data-token>(trio_[A-Za-z0-9_-]{43})</code>`).FindStringSubmatch(rec.Body.String())
	if m == nil {
		t.Fatal("the token is not shown")
	}
	if strings.Contains(o.get("/account").Body.String(), m[1]) {
		t.Error("the token is shown again")
	}
	if letter := o.deliver(1); !strings.Contains(letter.Text, "API-Token wurde angelegt") || strings.Contains(letter.Text, m[1]) {
		t.Errorf("letter: %s", letter.Text)
	}
	o.sound("same name", o.post("/account/token", "token-name", "Skript", "token-days", "30", "password-token", oldPassword), 422, "schon ein Token mit diesem Namen")
	a, ok, err := o.reg.Authenticate(t.Context(), m[1])
	if err != nil || !ok || a.Name != "kim" {
		t.Fatalf("%v %v %v", a, ok, err)
	}
	o.sound("used", o.get("/account"), 200, "zuletzt benutzt")

	// Nobody revokes what is somebody else's.
	id := regexp.MustCompile(`name="token" value="([^"]+)"`).FindStringSubmatch(o.get("/account").Body.String())[1]
	kim := o.cookie
	o.cookie = ""
	o.signIn("anna")
	o.post("/account/token/drop", "token", id)
	if _, ok, _ := o.reg.Authenticate(t.Context(), m[1]); !ok {
		t.Error("somebody else revoked the token")
	}
	o.cookie = kim
	if rec := o.post("/account/token/drop", "token", id); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/account?done=revoked" {
		t.Errorf("revoke: %d", rec.Code)
	}
	if _, ok, _ := o.reg.Authenticate(t.Context(), m[1]); ok {
		t.Error("the token opens after it was revoked")
	}
	o.sound("revoked", o.get("/account?done=revoked"), 200, "Das Token ist widerrufen", "Sie haben kein Token")

	// What has run out is gone from the list, and its name is free again.
	o.post("/account/token", "token-name", "Kurz", "token-days", "30", "password-token", oldPassword)
	o.now = o.now.Add(31 * 24 * time.Hour)
	o.cookie = ""
	o.signIn("kim")
	o.sound("run out", o.get("/account"), 200, "Sie haben kein Token")
	o.sound("again", o.post("/account/token", "token-name", "Kurz", "token-days", "365", "password-token", oldPassword), 200, "nur dieses eine Mal")
	if _, err := o.reg.AddToken(t.Context(), catalog.System("test"), "kim", "ohne Ende", time.Time{}); err != nil {
		t.Fatal(err)
	}
	o.sound("endless", o.get("/account"), 200, "gilt ohne Ende")
}
