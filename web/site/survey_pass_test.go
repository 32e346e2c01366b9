package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// TestStep_losesNothingOnTheWay: passing a section on and asking a question are
// buttons of the form, so that what was typed is saved without scripts, too.
func TestStep_losesNothingOnTheWay(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	self := "/s/" + d.Token
	at := strings.TrimSuffix(d.post("", self+"/holding", "title", "Baumkataster"), "/step/B")
	step := at + "/step/C"
	holding := at[strings.LastIndex(at, "/")+1:]

	to := d.post("", step, "r.C_system", "0", "a.C_system", "Grünverfahren", "go", "pass")
	if to != self+"?section=C&holding="+holding+"&done=saved#t-pass" {
		t.Fatalf("passing on leads to %s", to)
	}
	page := d.get("", strings.Split(to, "#")[0])
	for _, want := range []string{`name="section" value="C" checked`, `value="` + holding + `" selected`, `<details class="trio-fold" open><summary>Abschnitte weitergeben`} {
		if !strings.Contains(page, want) {
			t.Errorf("the overview lacks %s", want)
		}
	}
	if strings.Contains(page, `name="section" value="D" checked`) {
		t.Error("another section is chosen")
	}
	if !strings.Contains(d.get("", step), `value="Grünverfahren"`) {
		t.Error("what was typed before is gone")
	}
	// What was chosen stays when the form is refused.
	page = d.refused("", self+"/delegate", http.StatusUnprocessableEntity, "label", "x", "section", "C", "holding", holding)
	for _, want := range []string{`name="label" value="x"`, `name="section" value="C" checked`, `value="` + holding + `" selected`} {
		if !strings.Contains(page, want) {
			t.Errorf("the refused form lacks %s", want)
		}
	}

	if to := d.post("", step, "r.C_system", "1", "a.C_system", "Baumverfahren", "question", "C_system", "text", "Ist das Altverfahren gemeint?", "go", "ask"); to != step+"?done=asked#q-C_system" {
		t.Errorf("asking leads to %s", to)
	}
	if page := d.get("", step); !strings.Contains(page, `value="Baumverfahren"`) || !strings.Contains(page, "Ist das Altverfahren gemeint?") {
		t.Error("answer or question is gone")
	}
	// An empty question is refused, and the answer kept; so is a question sent along by another button.
	if page := d.refused("", step, http.StatusUnprocessableEntity, "r.C_system", "2", "a.C_system", "Drittes", "question", "C_system", "text", " ", "go", "ask"); !strings.Contains(page, `value="Drittes"`) {
		t.Error("the refused question took the answer along")
	}
	d.post("", step, "r.C_system", "3", "a.C_system", "Viertes", "question", "C_system", "text", "Und noch eine Frage", "go", "next")
	if page := d.get("", step); !strings.Contains(page, `value="Viertes"`) || strings.Count(page, "Und noch eine Frage") != 1 {
		t.Error("a question sent along is gone, or there twice")
	}
	// What somebody else changed meanwhile keeps the question on the page.
	if page := d.refused("", step, http.StatusConflict, "r.C_system", "1", "a.C_system", "Fünftes", "question", "C_system", "text", "Wer hat das geändert?", "go", "ask"); !strings.Contains(page, "Wer hat das geändert?</textarea>") {
		t.Error("a conflict takes the question away")
	}

	// Whoever got a section passes nothing on.
	rec := d.do("", http.MethodPost, self+"/delegate", values([]string{"label", "IT", "section", "C", "holding", holding}))
	letter := regexp.MustCompile(`href="mailto:\?subject=([^"&]+)&(?:amp;)?body=([^"]+)"`).FindStringSubmatch(rec.Body.String())
	if letter == nil {
		t.Fatalf("no letter is prepared: %s", rec.Body)
	}
	body, err := url.PathUnescape(letter[2])
	made := regexp.MustCompile(`id="new-link" value="` + link.String()).FindStringSubmatch(rec.Body.String())
	if err != nil || !strings.Contains(body, "/s/"+made[1]+"\r\n") || !strings.Contains(body, "- Ablage und System\r\n") || strings.Contains(body, "Anbindung") {
		t.Errorf("the prepared letter: %q %v", body, err)
	}
	passed := "/s/" + made[1] + strings.TrimPrefix(step, self)
	if page := d.get("", passed); strings.Contains(page, `value="pass"`) || !strings.Contains(page, `value="ask"`) {
		t.Error("a passed-on section offers to be passed on, or no question")
	}
	if to := d.post("", passed, "go", "pass"); !strings.HasPrefix(to, passed) {
		t.Errorf("it leads to %s", to)
	}
}

// TestTasks_confirmsWhatIsStillRight: in the next round an office confirms at once
// what did not change.
func TestTasks_confirmsWhatIsStillRight(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	for _, title := range []string{"Bäume", "Parks"} {
		d.post("", d.describe(d.Token, title, nil)+"/submit")
	}
	if strings.Contains(d.get("", "/s/"+d.Token), "/confirm") {
		t.Error("a first round offers to confirm")
	}
	d.begin()
	self := "/s/" + d.Token
	page := d.get("", self)
	form := []string{}
	for _, m := range regexp.MustCompile(`name="holding" value="([0-9a-f-]{36})"`).FindAllStringSubmatch(page, -1) {
		form = append(form, "holding", m[1])
	}
	if len(form) != 4 || !strings.Contains(page, "Unveränderte auf einmal bestätigen (2)") {
		t.Fatalf("%d holdings to confirm", len(form)/2)
	}
	d.refused("", self+"/confirm", http.StatusUnprocessableEntity)
	if to := d.post("", self+"/confirm", form...); to != self+"?done=confirmed" {
		t.Errorf("confirmed, and on %s", to)
	}
	if page := d.get("", self); strings.Contains(page, "/confirm") || strings.Count(page, "eingereicht") < 2 {
		t.Error("they are not submitted")
	}
}
