package site_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog"
)

// TestChecks_showReviewersTheirQueueOnly walks a check of data protection.
func TestChecks_showReviewersTheirQueueOnly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	reviewer := &catalog.User{ID: d.actors["member"].UserID, Name: "dsb", State: catalog.StateActive}
	if _, err := d.store.Update(t.Context(), d.actors["root"], func(tx catalog.WriteTx) error { return tx.PutUser(reviewer) }); err != nil {
		t.Fatal(err)
	}
	waiting := d.describe(d.Token, "Gewerbekartei", map[string]string{"E_personal": "ja", "E_derive": "exist", "E_dpo": "pend"})
	d.post("", waiting+"/submit")
	other := d.describe(d.Token, "Bäume", nil)
	d.post("", other+"/submit")
	if rec := d.do("member", http.MethodGet, "/survey/checks", nil); rec.Code != http.StatusNotFound {
		t.Errorf("who checks nothing gets %d", rec.Code)
	}
	d.refused("officer", "/survey/"+d.Round+"/reviewers", http.StatusUnprocessableEntity, "privacy", "gibtsnicht")
	d.post("officer", "/survey/"+d.Round+"/reviewers", "privacy", "dsb", "archive", "")
	page := d.get("member", "/survey/checks")
	for _, secret := range []string{"Musterfrau", "kim.geheim", ">Bäume<"} {
		if strings.Contains(page, secret) {
			t.Errorf("the reviewer sees %q", secret)
		}
	}
	if !strings.Contains(page, "Gewerbekartei") {
		t.Fatal("the reviewer's queue is empty")
	}
	field := func(name string) string {
		return regexp.MustCompile(`name="` + name + `" value="([^"]+)"`).FindStringSubmatch(page)[1]
	}
	form := []string{"round", field("round"), "holding", field("holding"), "queue", "privacy", "answer"}
	d.refused("stranger", "/survey/checks", http.StatusNotFound, append(form, "clear")...)
	d.refused("member", "/survey/checks", http.StatusUnprocessableEntity, append(form, "pend")...)
	d.post("member", "/survey/checks", append(form, "clear", "comment", "Ableitung geprüft")...)
	if page := d.get("member", "/survey/checks"); strings.Contains(page, "Gewerbekartei") {
		t.Error("what is decided still waits")
	}
	review := d.get("officer", "/survey/"+d.Round+"/holding/"+waiting[strings.LastIndex(waiting, "/")+1:])
	if !strings.Contains(review, "Datenschutz: freigegeben") || !strings.Contains(review, "Ableitung geprüft") || !strings.Contains(review, ">veröffentlichbar<") {
		t.Error("the decision is not in the log, or the holding was not judged anew")
	}
	for _, path := range []string{"/survey/" + d.Round, "/survey/" + d.Round + "/inbox", "/survey/compare"} {
		if rec := d.do("member", http.MethodGet, path, nil); rec.Code == http.StatusOK {
			t.Errorf("a reviewer opens %s", path)
		}
	}
}
