package site_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/search"
	"trio.example/web/site"
	"trio.example/web/site/internal/fake"
	"trio.example/web/ui"
)

const base = "https://daten.example.org"

func serve(t *testing.T, b *fake.Backend, change func(*site.Config)) http.Handler {
	t.Helper()
	gin.SetMode(gin.TestMode)
	cfg := site.Config{SiteURL: base + "/", Version: "1.0", DatasetRDF: func(c *gin.Context, name, ext string) { c.String(http.StatusOK, "rdf of "+name+" as "+ext) }, Actions: []site.APIAction{
		{Name: "package_search", Doc: catalog.DE("Sucht Datensätze.", "Searches datasets."), Free: true, Who: "anyone", Example: map[string]any{"q": "baum"}},
		{Name: "package_create", Doc: catalog.DE("Legt einen Datensatz an.", "Creates a dataset."), Who: "editor", Params: []site.APIParam{
			{Name: "name", Kind: "string", Required: true, Doc: catalog.DE("Name", "name")}, {Name: "private", Kind: "boolean", Required: true, Doc: catalog.DE("nicht öffentlich", "not public")},
		}},
	}}
	if change != nil {
		change(&cfg)
	}
	r := gin.New()
	s, err := site.Register(r, cfg, b)
	if err != nil {
		t.Fatal(err)
	}
	r.NoRoute(s.NotFound)
	return r
}

func get(h http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	req := httptest.NewRequest(http.MethodGet, "http://falscher-host.example"+path, nil)
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, req)
	return rec
}

// pages lists one address per page template; TestPages_all holds it complete.
var pages = []struct {
	template, path string
	status         int
	has, hasNot    []string
}{
	{"start", "/", 200, []string{"der Städte München, Augsburg und Nürnberg", "Offene Daten aus drei Städten", "Straßenbäume in München", "Bevölkerung und Gesellschaft", `href="/group/tran"`, "10 Datensätze", "3. März 2026, 08:12 Uhr", "SearchAction"}, nil},
	{"start", "/en/", 200, []string{"Munich, Augsburg and Nuremberg", "Open data from three cities", `href="/en/dataset"`, "10 datasets", "Munich", "Transport"}, []string{"Datensätze</"}},
	{"search", "/dataset", 200, []string{"56 Datensätze", `start="1"`, "Nürnberg", `aria-current="page"`, `href="/dataset?page=2"`}, []string{"Geheim"}},
	{"search", "/dataset/", 200, []string{"56 Datensätze"}, nil},
	{"search", "/dataset?page=2", 200, []string{`start="21"`, "Seite 2"}, nil},
	{"search", "/dataset?q=B%C3%A4ume", 200, []string{"zu „Bäume“", "<mark>", "Gefunden in:", "package_search?q=B%C3%A4ume"}, nil},
	{"search", "/dataset?city=muenchen&city=augsburg&res_format=CSV", 200, []string{"Alle Filter entfernen", "<title>Datensätze suchen (", "CSV) – ", `name="city" value="nuernberg"`, "city%3A%28%22muenchen%22+OR+%22augsburg%22%29", "Format:"}, nil},
	{"search", "/dataset?q=xyzzy&res_format=CSV&foo=bar&_organization_limit=0", 200, []string{"So kommen Sie weiter", "0 Datensätze"}, []string{"foo=bar"}},
	{"search", "/dataset?page=99999999999999999999", 200, []string{"56 Datensätze"}, nil},
	{"search", "/dataset?page=500", 200, []string{"So viele Seiten hat diese Trefferliste nicht"}, nil},
	{"search", "/dataset?q=geheimer", 200, []string{"0 Datensätze"}, []string{"geheim\""}},
	{"dataset", "/dataset/strassenbaeume-muenchen", 200, []string{"Datenlizenz Deutschland Namensnennung 2.0", "Nennen Sie dabei die Quelle", "Datenquelle: München, Gartenbauamt", `href="/dataset/strassenbaeume-muenchen.ttl"`, "package_show?id=strassenbaeume-muenchen", "2019 bis 31. Dezember 2025", "jährlich", "mailto:daten@example.org", `rel="nofollow"`, `<link rel="canonical" href="https://daten.example.org/dataset/strassenbaeume-muenchen">`, "1,2 MB", "Deutsch"}, []string{"falscher-host"}},
	{"dataset", "/en/dataset/strassenbaeume-muenchen", 200, []string{"Name the source", "annual", "German", `<link rel="canonical" href="https://daten.example.org/en/dataset/strassenbaeume-muenchen">`}, nil},
	{"dataset", "/dataset/ohne-alles", 200, []string{"noch keine Dateien", "keine Lizenz"}, nil},
	{"dataset", "/dataset/sehr-langer-titel", 200, []string{"weitere Dateien", "40 weitere Schlagwörter"}, nil},
	{"dataset", "/dataset/reihe", 200, []string{"25 Datensätze dieser Reihe", "5 weitere anzeigen", `href="/dataset/reihe-24"`}, []string{"Geheimer", "noch keine Dateien"}},
	{"dataset", "/en/dataset/reihe-07", 200, []string{"Part of the series", `<a href="/en/dataset/reihe">Baumreihe</a>`, `href="https://andere.example/reihe"`}, []string{"javascript:"}},
	{"resource", "/dataset/strassenbaeume-muenchen/resource/" + part, 200, []string{"Straßenbäume in München (CSV)", "Herunterladen", "resource_show?id=" + part}, nil},
	{"organizations", "/organization", 200, []string{"Landeshauptstadt München", "Gartenbauamt"}, nil},
	{"scoped", "/organization/muenchen", 200, []string{"10 Datensätze", "4 untergeordnete Stellen", "city%3A%22muenchen%22"}, []string{`name="organization" value="augsburg`}},
	{"scoped", "/organization/muenchen-1", 200, []string{"Spielplätze", "organization%3A%22muenchen-1%22"}, nil},
	{"groups", "/group", 200, []string{"Wissenschaft und Technologie"}, nil},
	{"scoped", "/group/envi", 200, []string{"Umwelt", "Baumkataster Nürnberg"}, nil},
	{"quality", "/quality", 200, []string{"von 405 Punkten", "Was am meisten bringt", "Arbeitsliste als CSV-Datei", "<polyline", "2026-01-30", "davon steht nicht im Feed"}, []string{"Geheimer"}},
	{"quality", "/en/quality/muenchen", 200, []string{"of 405 points", "Datasets that lack most", "/quality.csv?organization=muenchen"}, []string{"Geheimer"}},
	{"error", "/quality/nichts", 404, nil, nil},
	{"about", "/about", 200, []string{"keine Cookies"}, nil},
	{"api", "/api-info", 200, []string{"package_search", "package_create", "2 Aktionen", `href="/api-info/package_search"`, "openapi.json"}, nil},
	{"api", "/en/api-info?q=creates+dataset", 200, []string{"1 action", "package_create", "Show all actions"}, []string{">package_search<"}},
	{"api", "/api-info?q=%3Cscript%3E", 200, []string{"0 Aktionen"}, []string{"<script>\""}},
	{"action", "/api-info/package_search", 200, []string{"GET oder POST", "curl -sS 'https://daten.example.org/api/3/action/package_search?q=baum'", `call_action("package_search", {"q": "baum"})`, `list("q" = "baum")`, "fetch("}, []string{"$TOKEN"}},
	{"action", "/en/api-info/package_create", 200, []string{"editors of the organization", "required", `-d '{"name":"NAME","private":true}'`, `{"name": "NAME", "private": True}`, `list("name" = "NAME", "private" = TRUE)`, "$TOKEN", "apikey=token"}, nil},
	{"error", "/api-info/gibt-es-nicht", 404, nil, nil},
	{"legal", "/impressum", 200, []string{"vom Betreiber auszufüllen", "§ 5 DDG"}, nil},
	{"search", "/dataset?ext_startdate=2019&ext_enddate=31.12.2021", 200, []string{"Zeitraum der Daten", "2019 bis 31.", `value="2021-12-31"`, "ext_startdate=2019", "Filter (1 aktiv)"}, []string{`aria-invalid="true"`}},
	{"search", "/dataset?ext_enddate=1990", 200, []string{"Ohne „Zeitraum der Daten: bis 1990“"}, nil},
	{"search", "/dataset?ext_startdate=gestern", 200, []string{"Bitte geben Sie ein Jahr", `value="gestern"`, `aria-invalid="true"`}, []string{"aktiv)"}},
	{"search", "/en/dataset?ext_startdate=2021&ext_enddate=2020", 200, []string{"must not lie before"}, nil},
	{"legal", "/datenschutz", 200, []string{"vom Betreiber auszufüllen"}, nil},
	{"legal", "/barrierefreiheit", 200, []string{"BayDiV", `id="barriere-melden"`}, nil},
	{"legal", "/en/kontakt", 200, []string{"to be filled in by the operator"}, nil},
	{"error", "/gibt-es-nicht", 404, []string{"Diese Seite gibt es nicht", `role="search"`}, nil},
	{"error", "/en/nothing", 404, []string{"This page does not exist"}, nil},
	{"error", "/dataset/geheim", 404, nil, []string{"Geheimer"}},
	{"error", "/dataset/baustellen", 404, []string{"Meinten Sie", "Baustellen im Stadtgebiet"}, nil},
	{"error", "/dataset/strassenbaeume-muenchen/resource/..%2f..%2fetc", 404, nil, nil},
	{"error", "/organization/%3Cscript%3E", 404, nil, []string{"<script>"}},
	{"error", "/group/nichts", 404, nil, nil},
	{"error", "/dataset/a%0Ab", 404, nil, nil},

	// Pages of one person: what stands in braces is of surveyed.
	{"rounds", "/survey", 200, []string{"Abfrage 2026", "Rücklauf", "Neue Runde"}, nil},
	{"rounds", "/en/survey", 200, []string{"Survey rounds", "Open the round"}, []string{"Neue Runde"}},
	{"survey-checks", "/survey/checks", 200, []string{"Fachliche Prüfungen", "Hier wartet nichts"}, nil},
	{"survey-import", "/survey/import", 200, []string{"Antworten importieren", "Datei ansehen", "Landeshauptstadt München"}, nil},
	{"round-inbox", "/survey/holding", 200, []string{"Bestände aus Dateien", "Hier ist nichts"}, []string{"Baumkataster"}},
	{"round-inbox", "/en/survey/holding?queue=approved", 200, []string{"Holdings from files"}, nil},
	{"survey-proposals", "/survey/proposals", 200, []string{"Vorschläge aus neuen Antworten", "Hier wartet nichts"}, nil},
	{"survey-compare", "/survey/compare", 200, []string{"Städte im Vergleich", "Baumkataster", "Landschaft", "GeoJSON"}, []string{"srv-intern-geheim"}},
	{"survey-compare", "/en/survey/compare?city=augsburg", 200, []string{"Cities compared"}, nil},
	{"survey-registers", "/survey/registers", 200, []string{"noch kein Register", "Registermodernisierung"}, nil},
	{"templates", "/survey/template", 200, []string{"man-datensilo@1.0.0", "Fragebogen übernehmen", "muc-test@1.0.0"}, nil},
	{"templates", "/en/survey/template", 200, []string{"Adopt a questionnaire"}, nil},
	{"template", "/survey/template/man-datensilo@1.0.0", 200, []string{"102 Fragen, davon 44", "LimeSurvey-Struktur", "Mit der Kernvorlage vergleichbar"}, []string{"Dokument bearbeiten"}},
	{"template", "/survey/template/muc-test@1.0.0", 200, []string{"Eigene Frage hinzufügen", "Prüfen und speichern"}, nil},
	{"template-question", "/survey/template/muc-test@1.0.0/question/C_system", 200, []string{"Eigener Wortlaut", "Vorgabe"}, nil},
	{"template-ask", "/survey/template/muc-kern@1.1.0/question/E_derive", 200, []string{"Erscheint nur, wenn", "E_personal = pseu, ja, art9 or E_secrecy", "Nicht mehr anbieten"}, nil},
	{"template-preview", "/survey/template/man-datensilo@1.0.0/preview?section=E&a.E_personal=ja", 200, []string{"So sehen die Dienststellen", "Gibt es eine offene Ableitung", "Verzeichnis der Verarbeitungstätigkeiten"}, []string{"Quellenvermerk"}},
	{"template-preview", "/survey/template/man-datensilo@1.0.0/preview", 200, []string{"Ansprechperson"}, []string{"I_status"}},
	{"template-merge", "/survey/template/muc-test@1.0.0/merge", 200, []string{"keine neuere"}, nil},
	{"round", "/survey/{round}", 200, []string{"Gartenbauamt", "Baureferat", "33 %", "Ansprechperson fehlt", "offen geeignet", "Liste als CSV"}, []string{"{token}"}},
	{"round-office", "/survey/{round}/office/{office}", 200, []string{"garten@stadt.example", "Link zurückziehen", "Weitergegeben an „IT“", "Verlauf"}, []string{"{token}", "kim.geheim"}},
	{"round-links", "POST /survey/{round}/links?office={office}", 200, []string{"werden nur jetzt gezeigt", "https://daten.example.org/s/"}, nil},
	{"round-inbox", "/survey/{round}/inbox", 200, []string{"Baumkataster", "veröffentlichbar"}, nil},
	{"round-inbox", "/survey/{round}/inbox?queue=privacy", 200, []string{"Hier wartet nichts"}, nil},
	{"round-review", "/survey/{round}/holding/{holding}", 200, []string{"Freigeben", "So kommt die Bewertung zustande", "20 von 20: GeoJSON"}, nil},
	{"round-review", "/en/survey/{round}/holding/{holding}", 200, []string{"Approve", "20 of 20: GeoJSON"}, nil},
	{"round-insight", "/survey/{round}/insight", 200, []string{"<svg", "Sofort umsetzen", "Als Nächstes veröffentlichen", "insight.csv"}, nil},
	{"round-insight", "/en/survey/{round}/insight?scope=city", 200, []string{"Quick win", "Publish next"}, nil},
	{"ask", "/s/{token}", 200, []string{"Gartenbauamt", "Abschnitte weitergeben", "Weiß ich nicht", "Spielplätze", "eingereicht"}, []string{"Stadtbibliothek", "garten@stadt.example"}},
	{"ask", "/en/s/{token}", 200, []string{"I do not know", "Spielplätze", "submitted"}, []string{"Weiß ich nicht"}},
	{"ask-step", "/s/{token}/holding/{draft}/step/C", 200, []string{"Ablageform", "Speichern und weiter", "bleibt intern", "Weiß ich nicht"}, []string{"E_personal"}},
	{"ask-step", "/en/s/{token}/holding/{draft}/step/B", 200, []string{"Save and continue", "is published once approved"}, nil},
	{"ask-step", "/s/{token}/office/A", 200, []string{"nur für die Datenbeauftragten"}, nil},
	{"ask-step", "/s/{token}/holding/{holding}/step/C", 200, []string{"eingereicht oder die Abfrage beendet"}, []string{"Speichern und weiter"}},
	{"ask-check", "/s/{token}/holding/{draft}", 200, []string{"Es fehlen noch", "So wird der Eintrag", "Datenbestand entfernen"}, nil},
	{"ask-check", "/s/{token}/holding/{holding}", 200, []string{"Noch einmal bearbeiten", "Die Angaben erfüllen DCAT-AP.de"}, []string{"kim.geheim"}},
	{"ask-link", "POST /s/{token}/delegate?label=Datenschutz&section=E", 200, []string{"Datenschutz", "https://daten.example.org/s/"}, nil},
	{"ask-gone", "/s/AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", 404, []string{"gilt nicht mehr", "um einen neuen Link"}, nil},
	{"ask-gone", "/en/s/short", 404, []string{"no longer valid"}, nil},
	{"ask-gone", "/s/{token}/holding/{foreign}", 404, nil, nil},
	{"harvest", "/harvest", 200, []string{"Spielplätze", "in Ordnung", "Quelle anlegen", "von Hand"}, []string{hushed}},
	{"harvest", "/en/harvest", 200, []string{"Add a source", "Last good run"}, []string{"Quelle anlegen"}},
	{"harvest-words", "/harvest/words?list=licence", 200, []string{"Was Wörter bedeuten", "Schreibweise zuordnen", "Mitgeliefert"}, nil},
	{"harvest-words", "/en/harvest/words", 200, []string{"What words mean", "Map a spelling"}, nil},
	{"error", "/harvest/words?list=nichts", 404, nil, nil},
	{"harvest-source", "/harvest/source/spiel", 200, []string{"Jetzt abfragen", "mit Geheimnis", "Läufe", "29"}, []string{hushed, `http-equiv="refresh"`}},
	{"harvest-source", "/en/harvest/source/spiel", 200, []string{"Harvest now", "with a secret"}, nil},
	{"harvest-job", "/harvest/source/spiel/job/{run}", 200, []string{"Fehler nach Art", "Zuordnen", "Vollständiger Bericht", "Spielplatz 3"}, []string{hushed}},
	{"harvest-job", "/en/harvest/source/spiel/job/{run}?action=updated", 200, []string{"Faults by kind", "Map it"}, nil},
	{"harvest-record", "/harvest/source/spiel/record?guid=id+3", 200, []string{"Was die Quelle geschickt hat", "Spielplatz 3", "spielplatz-3"}, nil},
	{"error", "/harvest/source/spiel/record?guid=nichts", 404, nil, nil},
	{"harvest-duplicates", "/harvest/source/spiel/duplicates", 200, []string{"Trennen", "dieselben Verweise", "nachfragen"}, nil},
	{"harvest-disputes", "/harvest/source/spiel/disputes", 200, []string{"Zu entscheiden", "nichts zu entscheiden"}, nil},
	{"harvest-edit", "/harvest/source/spiel/edit", 200, []string{"Es ist eines gespeichert", "Speichern", "Ausprobieren"}, []string{hushed}},
	{"harvest-edit", "/en/harvest/new", 200, []string{"Try it", "Short name"}, []string{">Save<"}},
	{"error", "/harvest/source/gibtsnicht", 404, nil, nil},
}

const part = "00000002-0000-4000-8000-000000000001"

func TestPages_all(t *testing.T) {
	t.Parallel()
	b := fake.New()
	b.Datasets[0].Parts[0].ID = part
	h := serve(t, b, nil)
	people := surveyed(t)
	areas := textAreas(t)
	seen := map[string]bool{}
	for _, p := range pages {
		seen[p.template] = true
		var rec *httptest.ResponseRecorder
		policy := "same-origin"
		if path, ours := people.place(p.path); !ours {
			rec = get(h, p.path)
		} else {
			rec = people.visit(path)
			if strings.Contains(path, "/s/") {
				policy = "no-referrer"
			}
			if rec.Header().Get("Cache-Control") != "private, no-store" && rec.Header().Get("Cache-Control") != "no-store" || rec.Header().Get("ETag") != "" {
				t.Errorf("%s may be cached: %v", p.path, rec.Header())
			}
		}
		body := rec.Body.String()
		if rec.Code != p.status {
			t.Errorf("%s: status %d", p.path, rec.Code)
		}
		for _, want := range p.has {
			if !strings.Contains(body, want) && !strings.Contains(html.UnescapeString(body), want) {
				t.Errorf("%s lacks %q", p.path, want)
			}
		}
		for _, not := range p.hasNot {
			not, _ = people.place(not)
			if strings.Contains(body, not) {
				t.Errorf("%s shows %q", p.path, not)
			}
		}
		if keys := keysIn(body, areas); len(keys) > 0 {
			t.Errorf("%s shows texts that nobody wrote: %v", p.path, keys)
		}
		if strings.Contains(body, "ZgotmplZ") || strings.Count(body, "<h1") != 1 || !strings.Contains(body, "</html>") {
			t.Errorf("%s is no sound page", p.path)
		}
		hd := rec.Result().Header
		if !strings.Contains(hd.Get("Content-Security-Policy"), "default-src 'none'; script-src 'self'; style-src 'self'") || hd.Get("X-Content-Type-Options") != "nosniff" || hd.Get("Referrer-Policy") != policy || len(hd.Values("Set-Cookie")) > 0 {
			t.Errorf("%s: headers %v", p.path, hd)
		}
	}
	u, err := ui.New()
	if err != nil {
		t.Fatal(err)
	}
	seen["registers"] = true                                                    // shown in compare_test.go
	for _, name := range slices.Concat(accountPages, historyPages, editPages) { // shown in tests of their own
		seen[name] = true
	}
	for _, name := range u.Pages() {
		if !seen[name] {
			t.Errorf("no test shows the page %q", name)
		}
	}
}

var (
	markup = regexp.MustCompile(`(?s)<(?:script|style|pre|code|textarea).*?</(?:script|style|pre|code|textarea)>|<[^>]*>`)
	keyed  = regexp.MustCompile(`(?:^|[\s:])([a-z]+(?:\.[a-z]+)+)(?:$|[\s:,])`)
)

// keysIn finds keys of texts that a page shows because there is no such text.
func keysIn(body string, areas map[string]bool) (out []string) {
	for _, m := range keyed.FindAllStringSubmatch(markup.ReplaceAllString(body, " "), -1) {
		if area, _, _ := strings.Cut(m[1], "."); areas[area] {
			out = append(out, m[1])
		}
	}
	return out
}

// textAreas are the first parts of the texts' keys.
func textAreas(t *testing.T) map[string]bool {
	t.Helper()
	data, err := os.ReadFile("../ui/i18n/de.json")
	if err != nil {
		t.Fatal(err)
	}
	texts := map[string]string{}
	if err := json.Unmarshal(data, &texts); err != nil {
		t.Fatal(err)
	}
	areas := map[string]bool{}
	for key := range texts {
		area, _, _ := strings.Cut(key, ".")
		areas[area] = true
	}
	return areas
}

func TestAddresses_leadToTheRealOne(t *testing.T) {
	t.Parallel()
	b := fake.New()
	h := serve(t, b, nil)
	for path, want := range map[string]string{
		"/dataset/" + b.Datasets[3].ID:     "/dataset/" + b.Datasets[3].Name,
		"/en/organization/" + b.Orgs[0].ID: "/en/organization/muenchen",
	} {
		if rec := get(h, path); rec.Code != http.StatusFound || rec.Header().Get("Location") != want {
			t.Errorf("%s: %d to %q", path, rec.Code, rec.Header().Get("Location"))
		}
	}
	if got := get(h, "/dataset/strassenbaeume-muenchen.ttl").Body.String(); got != "rdf of strassenbaeume-muenchen as ttl" {
		t.Error(got)
	}
	if rec := get(serve(t, b, func(c *site.Config) { c.DatasetRDF = nil }), "/dataset/strassenbaeume-muenchen.ttl"); rec.Code != http.StatusNotFound {
		t.Errorf("without RDF: %d", rec.Code)
	}
}

func TestCache_followsDataAndReader(t *testing.T) {
	t.Parallel()
	b := fake.New()
	h := serve(t, b, nil)
	first := get(h, "/dataset")
	tag := first.Header().Get("ETag")
	if !strings.HasPrefix(tag, `W/"`) || first.Header().Get("Cache-Control") != "no-cache" {
		t.Fatalf("tag %q", tag)
	}
	if rec := get(h, "/dataset", "If-None-Match", tag); rec.Code != http.StatusNotModified || rec.Body.Len() > 0 {
		t.Errorf("unchanged: %d", rec.Code)
	}
	for _, path := range []string{"/en/dataset", "/dataset?q=x", "/gibt-es-nicht"} {
		if rec := get(h, path, "If-None-Match", tag); rec.Code == http.StatusNotModified {
			t.Errorf("%s answers to another page's tag", path)
		}
	}
	b.Seq++
	if rec := get(h, "/dataset", "If-None-Match", tag); rec.Code != http.StatusOK {
		t.Errorf("after a change: %d", rec.Code)
	}
	in := serve(t, b, func(c *site.Config) { c.Viewer = func(context.Context) string { return "Kim" } })
	rec := get(in, "/dataset", "If-None-Match", get(h, "/dataset").Header().Get("ETag"))
	if rec.Code != http.StatusOK || rec.Header().Get("Cache-Control") != "private, no-store" || rec.Header().Get("ETag") != "" || !strings.Contains(rec.Body.String(), "Angemeldet als Kim") {
		t.Errorf("signed in: %d %v", rec.Code, rec.Header())
	}
	if z := get(h, "/", "Accept-Encoding", "gzip"); z.Header().Get("Content-Encoding") != "gzip" || z.Body.Len() > 12_000 {
		t.Errorf("compressed start page: %d bytes", z.Body.Len())
	}
}

func TestErrors_sayWhatToDoAndNothingInternal(t *testing.T) {
	t.Parallel()
	b := fake.New()
	h := serve(t, b, nil)
	for _, c := range []struct {
		err    error
		status int
		has    string
	}{
		{errors.New("sqlite: no such table /var/lib/trio"), 500, "Nummer der Anfrage"},
		{catalog.Errorf(catalog.KindUnavailable, "index"), 503, "nicht verfügbar"},
		{catalog.Errorf(catalog.KindLimited, "slow down"), 429, "halben Minute"},
		{catalog.Errorf(catalog.KindDenied, "hidden title"), 404, "gibt es nicht"},
	} {
		b.Err = c.err
		rec := get(h, "/dataset")
		body := rec.Body.String()
		if rec.Code != c.status || !strings.Contains(body, c.has) || strings.Contains(body, "sqlite") || strings.Contains(body, "hidden title") || rec.Header().Get("ETag") != "" {
			t.Errorf("%v: %d", c.err, rec.Code)
		}
		if id := rec.Header().Get("X-Request-Id"); c.status == 500 && (id == "" || !strings.Contains(body, id)) {
			t.Error("the request id is not on the page")
		}
	}
}

func TestSearch_brokenSyntaxBecomesWords(t *testing.T) {
	t.Parallel()
	h := serve(t, fake.New(), func(c *site.Config) {
		c.Parse = func(q string) (search.Node, error) { return nil, errors.New("unbalanced") }
	})
	body := get(h, "/dataset?q="+url.QueryEscape(`title:(haushalt AND`)).Body.String()
	if !strings.Contains(body, "nicht als Suchausdruck lesen") || !strings.Contains(body, `value="title:(haushalt AND"`) {
		t.Error("no hint, or the box forgot the query")
	}
}

func TestSearch_titleWithColonBecomesWords(t *testing.T) {
	t.Parallel()
	for field, plain := range map[string]bool{"Haushalt": true, "tags": false} {
		h := serve(t, fake.New(), func(c *site.Config) {
			c.Parse = func(string) (search.Node, error) {
				return search.Not{Node: search.And{Nodes: []search.Node{search.Term{Field: field, Value: "Ergebnisse"}}}}, nil
			}
		})
		body := get(h, "/dataset?q="+url.QueryEscape(field+": Ergebnisse")).Body.String()
		if strings.Contains(body, "nicht als Suchausdruck lesen") != plain {
			t.Errorf("%s is taken for the wrong thing", field)
		}
	}
}

func TestSitemap_listsPublicPagesOnly(t *testing.T) {
	t.Parallel()
	h := serve(t, fake.New(), nil)
	for _, path := range []string{"/sitemap.xml", "/opensearch.xml", "/en/opensearch.xml", "/sitemap/0.xml"} {
		rec := get(h, path)
		dec := xml.NewDecoder(strings.NewReader(rec.Body.String()))
		var err error
		for err == nil {
			_, err = dec.Token()
		}
		if rec.Code != 200 || !errors.Is(err, io.EOF) {
			t.Errorf("%s: %d %v", path, rec.Code, err)
		}
	}
	body := get(h, "/sitemap.xml").Body.String()
	if strings.Contains(body, "geheim") || !strings.Contains(body, "<loc>"+base+"/dataset/angriff</loc>") || !strings.Contains(body, "<loc>"+base+"/en/dataset/angriff</loc>") {
		t.Error("wrong addresses in the sitemap")
	}
	if robots := get(h, "/robots.txt").Body.String(); !strings.Contains(robots, "Sitemap: "+base+"/sitemap.xml") {
		t.Error(robots)
	}
	for _, bad := range []string{"/sitemap/7.xml", "/sitemap/x.xml", "/sitemap/-1.xml"} {
		if rec := get(h, bad); rec.Code != 404 {
			t.Errorf("%s: %d", bad, rec.Code)
		}
	}
}

func TestSitemap_splitsLargeCatalogues(t *testing.T) {
	t.Parallel()
	b := fake.New()
	for i := range 20_001 {
		b.Datasets = append(b.Datasets, &catalog.Entry{Name: fmt.Sprintf("viel-%05d", i), Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic})
	}
	h := serve(t, b, nil)
	index := get(h, "/sitemap.xml").Body.String()
	if strings.Count(index, "<sitemap>") != 2 || !strings.Contains(index, "<loc>"+base+"/sitemap/1.xml</loc>") {
		t.Error(index)
	}
	all := get(h, "/sitemap/0.xml").Body.String() + get(h, "/sitemap/1.xml").Body.String()
	for _, name := range []string{"viel-00000", "viel-19960", "viel-20000"} {
		if strings.Count(all, "<loc>"+base+"/dataset/"+name+"</loc>") != 1 {
			t.Errorf("%s is not listed once", name)
		}
	}
}

func TestJSONLD_parses(t *testing.T) {
	t.Parallel()
	h := serve(t, fake.New(), nil)
	for _, name := range []string{"strassenbaeume-muenchen", "angriff", "ohne-alles", "sehr-langer-titel"} {
		_, rest, _ := strings.Cut(get(h, "/dataset/"+name).Body.String(), `<script type="application/ld+json">`)
		text, _, ok := strings.Cut(rest, "</script>")
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil || !ok || m["@type"] != "Dataset" || strings.Contains(text, "<") {
			t.Errorf("%s: %v", name, err)
		}
		if d, _ := m["description"].(string); len([]rune(d)) < 50 || len([]rune(d)) > 5000 {
			t.Errorf("%s: description of %d letters", name, len([]rune(d)))
		}
	}
}

func TestConfig_wantsAnAddress(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{"", "daten.example.org", "ftp://x", "javascript:alert(1)"} {
		if _, err := site.New(site.Config{SiteURL: bad}, fake.New()); err == nil {
			t.Errorf("%q is accepted", bad)
		}
	}
}

func TestLegal_showsTheOperatorsData(t *testing.T) {
	t.Parallel()
	h := serve(t, fake.New(), func(c *site.Config) {
		c.Operator = site.Operator{Name: "Stelle <b>", Address: "Zeile 1\nZeile 2", Email: "post@example.org", Represented: "Leitung", Imprint: nil, Privacy: catalog.DE("## Eigener **Text**\n\n<script>x</script>", "")}
	})
	body := get(h, "/impressum").Body.String()
	if !strings.Contains(body, "Stelle &lt;b&gt;") || !strings.Contains(body, "Zeile 1<br>Zeile 2") || strings.Contains(body, "noch unvollständig") {
		t.Error("the imprint does not show the configuration")
	}
	privacy := get(h, "/datenschutz").Body.String()
	if !strings.Contains(privacy, "Eigener <strong>Text</strong>") || strings.Contains(privacy, "<script>x") {
		t.Error("the operator's own text is missing or not sanitised")
	}
	if !slices.Contains([]int{200}, get(h, "/kontakt").Code) {
		t.Error("no contact page")
	}
}

func TestChoice_isShownByItsLabel(t *testing.T) {
	t.Parallel()
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	if err := defs.Extend(fstest.MapFS{"geo.yaml": {Data: []byte("dataset_type: geodaten\ndataset_fields:\n- field_name: lagebezug\n  label: Lagebezug\n  choices:\n  - {value: utm32, label: {de: UTM Zone 32, en: UTM zone 32}}\n")}}); err != nil {
		t.Fatal(err)
	}
	b := fake.New()
	b.Datasets[0].Fields.Set("lagebezug", "utm32")
	h := serve(t, b, func(c *site.Config) { c.Schema = defs })
	for lang, want := range map[string]string{"": "UTM Zone 32", "/en": "UTM zone 32"} {
		if body := get(h, lang+"/dataset/"+b.Datasets[0].Name).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s lacks %q", lang, want)
		}
	}
}

// TestSitemap_isMadeOncePerState: who has it gets 304; a public change makes another.
func TestSitemap_isMadeOncePerState(t *testing.T) {
	t.Parallel()
	b := fake.New()
	h := serve(t, b, nil)
	ask := func(path, tag string) *httptest.ResponseRecorder {
		req := httptest.NewRequest(http.MethodGet, path, nil)
		req.Header.Set("If-None-Match", tag)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, req)
		return rec
	}
	for _, path := range []string{"/sitemap.xml", "/sitemap/0.xml"} {
		first := ask(path, "")
		tag := first.Header().Get("ETag")
		if first.Code != http.StatusOK || tag == "" {
			t.Fatalf("%s: %d %q", path, first.Code, tag)
		}
		if rec := ask(path, tag); rec.Code != http.StatusNotModified || rec.Body.Len() != 0 {
			t.Errorf("%s again: %d", path, rec.Code)
		}
		if rec := ask(path, "other"); rec.Body.String() != first.Body.String() {
			t.Errorf("%s differs when it is kept", path)
		}
		b.Datasets = append(b.Datasets, &catalog.Entry{Name: "neu-" + strconv.FormatInt(b.Seq, 10), Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic})
		b.Seq++
		if rec := ask(path, tag); rec.Code != http.StatusOK || !strings.Contains(rec.Body.String(), "/dataset/neu-"+strconv.FormatInt(b.Seq-1, 10)+"<") {
			t.Errorf("%s after a change: %d", path, rec.Code)
		}
	}
}
