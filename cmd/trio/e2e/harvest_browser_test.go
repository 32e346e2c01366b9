package e2e

import (
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// TestBrowser_repairsAHarvest goes the way of an operator on a phone without
// scripts: sees that a source needs somebody, looks at a plan that was held,
// releases it, watches, and repairs a group of faults.
func TestBrowser_repairsAHarvest(t *testing.T) {
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	c := &catalogue{n: 60, licence: "Namensnennung"}
	srv := httptest.NewServer(c)
	defer srv.Close()
	if _, errs, code := trio(t, "harvest", "source", "add", "kiste", srv.URL, "--kind", "ckan", "--org", "muenchen", "--label", "Kiste", "--every", "0", "--inside", "--data", s.Data); code != 0 {
		t.Fatal(errs)
	}
	b := openTab(t, s.URL, false)
	b.open("/harvest")
	b.run("sign in", chromedp.SendKeys(`input[name="login"]`, s.Login, chromedp.ByQuery), chromedp.SendKeys(`input[name="password"]`, s.Password, chromedp.ByQuery))
	b.press(`main form button[type="submit"]`)
	b.press(`main a[href$="/harvest/source/kiste"]`)

	// wait looks at the source until its newest run ended so.
	wait := func(want string) {
		t.Helper()
		text := ""
		for end := time.Now().Add(60 * time.Second); time.Now().Before(end); time.Sleep(300 * time.Millisecond) {
			b.open("/harvest/source/kiste")
			if text = b.text(); strings.Contains(text, want) && !strings.Contains(text, "Läuft gerade") {
				return
			}
		}
		t.Fatalf("no run that ends with %q:\n%s", want, text)
	}
	b.press(`main form button[type="submit"]`) // harvest now
	wait("fertig")
	b.press(`#h-jobs ~ div a, section a[href*="/job/"]`)
	if text := b.text(); !strings.Contains(text, "60 × Die Lizenz „Namensnennung“ ist unbekannt.") {
		t.Fatalf("no group of faults: %s", text)
	}
	b.run("choose", chromedp.SetValue(`select[name="code"]`, "http://dcat-ap.de/def/licenses/dl-by-de/2.0", chromedp.ByQuery))
	b.press(`form[action$="/repair"] button`)
	if text := b.text(); !strings.Contains(text, "Zugeordnet.") {
		t.Fatalf("not mapped: %s", text)
	}

	c.n = 20
	c.night.Store(0)
	b.open("/harvest/source/kiste")
	b.press(`main form button[type="submit"]`)
	wait("Ein Plan wartet auf Ihre Entscheidung")
	b.press(`.trio-note a[href*="/job/"]`)
	if text := b.text(); !strings.Contains(text, "gelöscht (40)") {
		t.Errorf("the plan does not tell what it would delete: %s", text)
	}
	b.press(`form input[value="release"] ~ button`)
	wait("fertig")
	if n := live(t, s.Data); n < 20 {
		t.Errorf("%d datasets", n)
	}
	b.press(`#h-jobs ~ div a, section a[href*="/job/"]`)
	if text := b.text(); !strings.Contains(text, "40 gelöscht") {
		t.Errorf("not released: %s", text)
	}
	b.press(`section a[href*="/record?guid="]`)
	if text := b.text(); !strings.Contains(text, "Was die Quelle geschickt hat") {
		t.Errorf("no way of a record: %s", text)
	}
}
