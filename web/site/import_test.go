package site_test

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog"
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
	if got := d.holdings(); !strings.Contains(done, "ist für Landeshauptstadt München importiert") || len(got) != 1 || got[0] != "Bäume x" {
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
