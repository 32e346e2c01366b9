package site_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/mail"
)

// TestRound_remindsADepartmentAlone reminds the offices of one department from the
// page of a round, while no mail server is set up.
func TestRound_remindsADepartmentAlone(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	texts, err := mail.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	outbox, err := mail.NewOutbox(d.store, texts, mail.Config{Portal: catalog.DE("Offene Daten", "Open data"), SiteURL: base, From: "portal@daten.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	d.rounds.UseLetters(outbox, base)
	path := "/survey/" + d.Round
	page := d.get("officer", path)
	for _, want := range []string{"kann noch keine E-Mails verschicken", "Noch ist keine E-Mail geschrieben", `aria-label="Baureferat: Erinnern"`, `aria-label="Kulturreferat: Dienststellen ansehen"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	// Each department leads to its first office.
	for _, m := range regexp.MustCompile(`href="#(r-dep-\d+)"`).FindAllStringSubmatch(page, -1) {
		if strings.Count(page, `id="`+m[1]+`"`) != 1 {
			t.Errorf("#%s leads nowhere, or to several places", m[1])
		}
	}
	if to := d.post("officer", path+"/remind", "department", "Gibt es nicht"); !strings.Contains(to, "done=noremind") {
		t.Errorf("an unknown department: %s", to)
	}
	if to := d.post("officer", path+"/remind", "department", "Baureferat"); !strings.Contains(to, "done=remindmailedwaits") {
		t.Errorf("a department: %s", to)
	}
	page = d.get("officer", path)
	letters := page[strings.Index(page, `id="r-mail"`):]
	if n := strings.Count(letters, "garten@stadt.example"); n != 1 || strings.Contains(letters, "bib@stadt.example") || !strings.Contains(letters, "Erinnerung") {
		t.Errorf("the letters: %.2000s", letters)
	}
	if link.MatchString(page) {
		t.Error("the page shows a link that lets in")
	}
	// Who may not run the round sends nothing.
	for _, actor := range []string{"", "member", "stranger"} {
		if rec := d.do(actor, http.MethodPost, path+"/remind", values([]string{"department", "Kulturreferat"})); rec.Code != http.StatusNotFound {
			t.Errorf("as %q: %d", actor, rec.Code)
		}
	}
	if again := d.get("officer", path); strings.Contains(again[strings.Index(again, `id="r-mail"`):], "bib@stadt.example") {
		t.Error("a refused reminder was written")
	}
}
