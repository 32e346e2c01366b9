package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
)

// A public answer that points to a person is warned of where it is given, before
// it is submitted and in the review; it is no obstacle.
func TestAnswers_warnOfPersonsInPublicTexts(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := d.describe(d.Token, "Baumkataster", nil)
	if page := d.get("", at); strings.Contains(page, "etwas Persönliches") {
		t.Error("a warning without a reason")
	}
	d.fill(at+"/step/B", map[string]string{"B_desc": "Alle Bäume der Stadt; Auskunft gibt Frau Musterfrau, Tel. 0821 324-1234."})
	if page := d.get("", at+"/step/B"); !regexp.MustCompile(`id="w-B_desc">[^<]*Telefonnummer\.[^<]*Name einer Person`).MatchString(page) {
		t.Error("the step does not warn")
	}
	check := d.get("", at)
	if !strings.Contains(check, "etwas Persönliches") || !strings.Contains(check, "Beschreibung: Telefonnummer, Name einer Person") || !strings.Contains(check, at+"/submit") {
		t.Error("the check does not warn, or does not let submit")
	}
	// The script is told as well.
	rev := regexp.MustCompile(`name="r.B_desc" value="(\d+)"`).FindStringSubmatch(d.get("", at+"/step/B"))[1]
	rec := d.do("", http.MethodPost, at+"/step/B", url.Values{"a.B_desc": {"Alle Bäume der Stadt, Fragen an kim@stadt.example bitte."}, "r.B_desc": {rev}}, "Accept", "application/json")
	if body := rec.Body.String(); rec.Code != http.StatusOK || !strings.Contains(body, `"warns":{"B_desc":"Diese Angabe kann veröffentlicht werden. Darin steht eine E-Mail-Adresse."}`) {
		t.Errorf("%d %s", rec.Code, body)
	}
	d.post("", at+"/submit")
	m := regexp.MustCompile(`/survey/[^"]+/holding/[0-9a-f-]{36}`).FindString(d.get("officer", "/survey/"+d.Round+"/inbox"))
	review := d.get("officer", m)
	if !strings.Contains(review, `<span class="trio-warn">Diese Angabe kann veröffentlicht werden. Darin steht eine E-Mail-Adresse.</span>`) {
		t.Error("the review does not warn")
	}
	if strings.Count(review, "trio-warn\"") != 1 {
		t.Error("answers that stay inside are warned of as well")
	}
}
