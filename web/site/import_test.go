package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

const delivered = "aCity;aDienststelle;bKennung;Bezeichnung;bTurnus;aReferat;cVerfahren;submitdate\r\n" +
	"muc;Gartenbauamt;M-1;Bäume <b>x</b>;mon;Baureferat;GIS;2026-01-01\r\n"

// holdings counts what the store holds.
func (d *desk) holdings() (titles []string) {
	d.t.Helper()
	if err := d.store.View(d.t.Context(), func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}}) {
			if err != nil {
				return err
			}
			titles = append(titles, e.Fields.String("title"))
		}
		return nil
	}); err != nil {
		d.t.Fatal(err)
	}
	return titles
}

func TestImport_isALookFirst(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	rec := d.uploadAs("officer", "/survey/import", "file", "antworten.csv", delivered)
	page := rec.Body.String()
	for _, want := range []string{"Noch ist nichts gespeichert", "antworten.csv", "abgelehnt", "Spalten zuordnen", `name="h.0" value="Bezeichnung"`, "nicht erkannt", "Titel“ fehlt"} {
		if rec.Code != http.StatusOK || !strings.Contains(page, want) {
			t.Errorf("%d, the look lacks %q", rec.Code, want)
		}
	}
	if len(d.holdings()) != 0 {
		t.Fatal("a look stored something")
	}
	key := regexp.MustCompile(`name="key" value="([A-Za-z0-9_-]+)"`).FindStringSubmatch(page)[1]
	// Another look with the column named.
	again := d.do("officer", http.MethodPost, "/survey/import", values([]string{"key", key, "h.0", "Bezeichnung", "c.0", "B_title", "go", "look"})).Body.String()
	if !strings.Contains(again, "Bäume x") || !strings.Contains(again, `value="B_title" selected`) || !strings.Contains(again, "von Ihrer Stadt zugeordnet") || len(d.holdings()) != 0 {
		t.Error("the look does not take the column, or stores something")
	}
	// Nobody else takes the file.
	for actor, want := range map[string]int{"second": http.StatusUnprocessableEntity, "stranger": http.StatusNotFound, "member": http.StatusNotFound} {
		if rec := d.do(actor, http.MethodPost, "/survey/import", values([]string{"key", key, "go", "take"})); rec.Code != want {
			t.Errorf("%s: %d, want %d", actor, rec.Code, want)
		}
	}
	if rec := d.do("officer", http.MethodPost, "/survey/import", values([]string{"key", key, "h.0", "Bezeichnung", "c.0", "B_quatsch", "go", "take"})); rec.Code != http.StatusUnprocessableEntity || len(d.holdings()) != 0 {
		t.Errorf("a wrong column: %d", rec.Code)
	}
	done := d.do("officer", http.MethodPost, "/survey/import", values([]string{"key", key, "h.0", "Bezeichnung", "c.0", "B_title", "go", "take"})).Body.String()
	if got := d.holdings(); !strings.Contains(done, "ist für Landeshauptstadt München importiert") || !strings.Contains(done, `href="/survey/holding"`) || len(got) != 1 || got[0] != "Bäume x" {
		t.Errorf("imported: %v", got)
	}
	if rec := d.do("officer", http.MethodPost, "/survey/import", values([]string{"key", key, "go", "take"})); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("a file that was imported lies there still: %d", rec.Code)
	}
	// The next file of the city is understood.
	next := d.uploadAs("officer", "/survey/import", "file", "b.csv", strings.ReplaceAll(delivered, "M-1", "M-2")).Body.String()
	if !strings.Contains(next, "von Ihrer Stadt zugeordnet") || strings.Contains(next, "abgelehnt</td>") {
		t.Error("the column is not remembered")
	}
}

func TestImport_refusesClearly(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for name, content := range map[string]string{"leer.csv": "", "fremd.csv": "a;b\r\n1;2\r\n", "kaputt.json": "{", "tief.json": strings.Repeat("[", 5000)} {
		if rec := d.uploadAs("officer", "/survey/import", "file", name, content); rec.Code != http.StatusUnprocessableEntity && rec.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", name, rec.Code)
		}
	}
	if rec := d.uploadAs("officer", "/survey/import", "file", "gross.csv", strings.Repeat("x", 9<<20)); rec.Code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", rec.Code)
	}
	for _, actor := range []string{"member", "stranger"} {
		if rec := d.uploadAs(actor, "/survey/import", "file", "a.csv", delivered); rec.Code != http.StatusNotFound {
			t.Errorf("%s: %d", actor, rec.Code)
		}
		if rec := d.do(actor, http.MethodGet, "/survey/import", nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s looks: %d", actor, rec.Code)
		}
	}
	if rec := d.do("officer", http.MethodPost, "/survey/import", url.Values{}); rec.Code != http.StatusUnprocessableEntity {
		t.Errorf("no file: %d", rec.Code)
	}
	if len(d.holdings()) != 0 {
		t.Error("something was stored")
	}
}

// TestSingle_fromFileToDataset reviews and approves on pages what came by a file.
func TestSingle_fromFileToDataset(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	head, row := "aCity;aReferat;aDienststelle;aMail;aFunktionsmail;bKennung;submitdate", "muc;Baureferat;Gartenbauamt;kim.geheim@stadt.example;daten@stadt.example;M-1;2026-01-01"
	for _, sec := range []string{"B", "C", "D", "E", "G"} {
		for q, v := range tree[sec] {
			question := survey.Default().Question(q)
			if question.Type == "multi" {
				head, row = head+";"+question.Code+"["+v+"]", row+";Y"
				continue
			}
			head, row = head+";"+question.Code, row+";\""+v+"\""
		}
	}
	page := d.uploadAs("officer", "/survey/import", "file", "antworten.csv", head+"\r\n"+row+"\r\n").Body.String()
	key := regexp.MustCompile(`name="key" value="([A-Za-z0-9_-]+)"`).FindStringSubmatch(page)
	if key == nil {
		t.Fatalf("the look: %s", page)
	}
	d.do("officer", http.MethodPost, "/survey/import", values([]string{"key", key[1], "go", "take"}))
	list := d.get("second", "/survey/holding")
	m := regexp.MustCompile(`href="(/survey/holding/[0-9a-f-]{36})">Baumkataster`).FindStringSubmatch(list)
	if m == nil || !strings.Contains(list, "veröffentlichbar") {
		t.Fatalf("the list: %s", list)
	}
	// Who brought the file cannot approve it; nobody elsewhere sees it.
	if page := d.get("officer", m[1]); !strings.Contains(page, "Sie haben diese Angaben importiert") || strings.Contains(page, "/approve") || !strings.Contains(page, "srv-intern-geheim") {
		t.Error("the importer may approve, or does not see the answers")
	}
	d.refused("officer", m[1]+"/approve", http.StatusUnprocessableEntity, "comment", "x")
	for _, actor := range []string{"", "member", "stranger"} {
		for _, path := range []string{"/survey/holding", m[1]} {
			if rec := d.do(actor, http.MethodGet, path, nil); rec.Code != http.StatusNotFound || strings.Contains(rec.Body.String(), "Baumkataster") {
				t.Errorf("%s as %q: %d", path, actor, rec.Code)
			}
		}
		for _, do := range []string{"/approve", "/takedown"} {
			if rec := d.do(actor, http.MethodPost, m[1]+do, values([]string{"comment", "x"})); rec.Code != http.StatusNotFound {
				t.Errorf("%s as %q: %d", do, actor, rec.Code)
			}
		}
	}
	page = d.get("second", m[1])
	for _, want := range []string{"20 von 20: GeoJSON", "Aus einer Datei aufgenommen", "Freigeben", "Das kann Gartenbauamt beantworten"} {
		if !strings.Contains(page, want) {
			t.Errorf("the review lacks %q", want)
		}
	}
	for _, no := range []string{"/return", "/ask", "?question="} {
		if strings.Contains(page, no) {
			t.Errorf("the review offers %s, and nobody can answer", no)
		}
	}
	rev := regexp.MustCompile(`name="rev" value="(\d+)"`).FindStringSubmatch(page)
	d.post("second", m[1]+"/approve", "rev", rev[1], "comment", "Mit dem Amt besprochen")
	ds := d.published(1)[0]
	if page := d.get("officer", m[1]); !strings.Contains(page, "Mit dem Amt besprochen") || !strings.Contains(page, `href="/dataset/`+ds.Name+`"`) {
		t.Error("the history or the dataset is missing")
	}
	if strings.Contains(d.get("second", "/survey/holding"), "Baumkataster") || !strings.Contains(d.get("second", "/survey/holding?queue=published"), "Baumkataster") {
		t.Error("it stands in the wrong list")
	}
	d.refused("second", m[1]+"/takedown", http.StatusUnprocessableEntity, "comment", "")
	d.post("second", m[1]+"/takedown", "comment", "Falsche Datei")
	d.published(0)
	// As soon as the office submits it in a round, it is reviewed there.
	d.begin()
	at := d.describe(d.Token, "Spielplätze", nil)
	d.post("", at+"/submit")
	var entry string
	if err := d.store.View(t.Context(), func(tx catalog.Tx) error {
		h, err := tx.RoundHolding(at[strings.LastIndex(at, "/")+1:])
		if err == nil {
			entry = h.Entry
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	if rec := d.do("second", http.MethodGet, "/survey/holding/"+entry, nil); rec.Code != http.StatusSeeOther || !strings.HasPrefix(rec.Header().Get("Location"), "/survey/"+d.Round+"/holding/") {
		t.Errorf("in a round: %d %s", rec.Code, rec.Header().Get("Location"))
	}
}

// TestSingle_goesBackToItsOffice: what a file left incomplete is given to its
// office with one button, and the page says where it is.
func TestSingle_goesBackToItsOffice(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	key := regexp.MustCompile(`name="key" value="([A-Za-z0-9_-]+)"`).FindStringSubmatch(d.uploadAs("officer", "/survey/import", "file", "a.csv", strings.Replace(delivered, "Bezeichnung", "Titel", 1)).Body.String())[1]
	d.do("officer", http.MethodPost, "/survey/import", values([]string{"key", key, "go", "take"}))
	at := regexp.MustCompile(`/survey/holding/[0-9a-f-]{36}`).FindString(d.get("officer", "/survey/holding?queue=incomplete"))
	if at == "" {
		t.Fatal("the incomplete holding is not listed")
	}
	if page := d.get("officer", at); !strings.Contains(page, "An die Dienststelle zurückgeben") {
		t.Error("there is no button")
	}
	rec := d.do("officer", http.MethodPost, at+"/back", values([]string{"comment", "Bis Freitag, bitte."}))
	if said := rec.Body.String() + rec.Header().Get("Location"); !strings.Contains(said, "/s/") && !strings.Contains(said, "done=sentback") {
		t.Errorf("%d: neither a link nor a letter", rec.Code)
	}
	if page := d.get("officer", at); strings.Contains(page, "/back\"") || !strings.Contains(page, "liegt zum Ergänzen bei der Dienststelle") {
		t.Error("the page does not say where the holding is")
	}
	for _, actor := range []string{"", "stranger", "member"} {
		if rec := d.do(actor, http.MethodPost, at+"/back", values(nil)); rec.Code == http.StatusOK {
			t.Errorf("%q sends it back", actor)
		}
	}
}
