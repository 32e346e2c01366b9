package site_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog/account"
)

func TestSecondFactor_demandedOfARole(t *testing.T) {
	t.Parallel()
	demand, err := account.ParseDemand("sysadmin, editor")
	if err != nil {
		t.Fatal(err)
	}
	o := officeWith(t, demand, nil)
	o.signIn("anna")
	for _, path := range []string{"/dashboard", "/survey", "/admin/mail", "/account/invite", "/en/dashboard"} {
		want := "/account/factor"
		if strings.HasPrefix(path, "/en/") {
			want = "/en/account/factor"
		}
		if rec := o.get(path); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != want {
			t.Errorf("%s: %d %s", path, rec.Code, rec.Header().Get("Location"))
		}
	}
	if rec := o.post("/admin/mail", "to", "kim@stadt.example"); rec.Code != http.StatusSeeOther || rec.Header().Get("Location") != "/account/factor" {
		t.Errorf("post: %d", rec.Code)
	}
	o.sound("own account", o.get("/account"), 200, "Ihre Rolle verlangt einen zweiten Faktor")
	o.sound("set-up", o.get("/account/factor"), 200, "Ihre Rolle verlangt einen zweiten Faktor", "Aktuelles Passwort")
	o.post("/account/factor", "password", oldPassword)
	secret := regexp.MustCompile(`<code>([A-Z2-7 ]+)</code>`).FindStringSubmatch(o.get("/account/factor").Body.String())[1]
	o.sound("done", o.post("/account/factor", "step", "code", "code", appCode(t, secret, o.now)), 200, "Der zweite Faktor ist eingeschaltet")
	o.sound("open now", o.get("/admin/mail"), 200)
	// Switching it off leads back.
	o.post("/account/factor/off", "password-off", oldPassword)
	if rec := o.get("/admin/mail"); rec.Header().Get("Location") != "/account/factor" {
		t.Errorf("without it again: %d %s", rec.Code, rec.Header().Get("Location"))
	}

	// Others are not asked.
	o.cookie = ""
	o.signIn("kim")
	o.sound("without a role", o.get("/dashboard"), 200)
}

func TestDemand_readsRoles(t *testing.T) {
	t.Parallel()
	for text, ok := range map[string]bool{"": true, "none": true, "all": true, "officers": true, "admin,editor": true, " Sysadmin , member ": true, "boss": false, "admin;editor": false, "admin,none": false} {
		if _, err := account.ParseDemand(text); (err == nil) != ok {
			t.Errorf("%q: %v", text, err)
		}
	}
}
