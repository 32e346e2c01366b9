package site_test

import (
	"bytes"
	"context"
	"encoding/json"
	"html"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"trio.example/catalog/round"
)

// augsburg opens a round in another city and returns the link of its one office.
func (d *desk) augsburg() string {
	d.t.Helper()
	ctx := context.Background()
	root := d.actors["root"]
	r, err := d.rounds.Create(ctx, root, round.Plan{City: "augsburg", Title: "Abfrage Augsburg"})
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := d.rounds.AddOffices(ctx, root, r.Name, []round.Row{{Ref: "2", Name: "Grünamt"}}); err != nil {
		d.t.Fatal(err)
	}
	list, err := d.rounds.Invite(ctx, root, r.Name, nil)
	if err != nil {
		d.t.Fatal(err)
	}
	d.Links["augsburg"] = r.Name
	return list[0].Token
}

// approve submits a holding and approves it by a second person.
func (d *desk) approve(round, at string) {
	d.t.Helper()
	d.post("", at+"/submit")
	d.post("root", "/survey/"+round+"/holding/"+at[strings.LastIndex(at, "/")+1:]+"/approve", "rev", "0")
}

const register = "Melderegister =HYPERLINK(1)"

var regAnswers = map[string]string{
	"H_isreg": "ja", "H_type": "pers", "H_name": "Melderegister", "H_law": "BMG 12 345 678 901", "H_auth": "Bürgeramt", "H_idnr": "plan", "H_ids": "idnr", "H_digit": "voll", "H_xoev": "xmeld", "H_auto": "teil", "H_noots": "rel", "H_leika": "99115005000000", "H_proof": "Meldebescheinigung",
	"C_system": "OK.EWO-geheimname", "C_vendor": "AKDB", "G_pub": "ja",
}

func TestCompareAndRegisters(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	officer := d.actors["officer"]
	officer.Partner = true // as members of the cooperation's cities are
	d.actors["officer"] = officer
	token := d.augsburg()
	theirs := map[string]string{"A_org1": "Referat", "B_muster": "Baumbestand - Baumkataster", "C_version": "4.7-verraeterisch"}
	at := d.describe(token, "Baumkataster Augsburg", theirs)
	d.approve(d.Links["augsburg"], at)
	// Munich holds the same and does not publish it.
	mine := d.describe(d.Token, "Baumkataster", map[string]string{"G_pub": "nein", "B_muster": "https://musterdatenkatalog.de/def/musterdatensatz/floraUndFauna/baumbestand/baumkataster"})
	// While it is written, the other city's answers are offered, inside ones never.
	step := d.get("", mine+"/step/B")
	if !strings.Contains(step, "Augsburg hat „Baumkataster Augsburg“ beschrieben") || !strings.Contains(step, "Baumbestand - Baumkataster") {
		t.Error("the step proposes neither the other city nor a model dataset")
	}
	example := regexp.MustCompile(`name="example" value="([^"]+)"`).FindStringSubmatch(step)[1]
	fresh := strings.TrimSuffix(d.post("", "/s/"+d.Token+"/holding", "title", "Baumkataster Süd"), "/step/B")
	d.post("", fresh+"/example", "example", example)
	taken := d.get("", fresh+"/step/C")
	if !strings.Contains(taken, "Grünflächenverfahren") || strings.Contains(taken, "verraeterisch") || strings.Contains(taken, "srv-intern") {
		t.Error("what was taken over is not what partners may see")
	}
	d.refused("", fresh+"/example", http.StatusNotFound, "example", fresh[strings.LastIndex(fresh, "/")+1:])
	d.post("", mine+"/submit")
	page := d.get("officer", "/survey/compare?city=muenchen")
	gaps := page[strings.Index(page, "nicht veröffentlicht"):strings.Index(page, "nicht angegeben")]
	if !strings.Contains(gaps, "Baumbestand - Baumkataster") || !strings.Contains(gaps, "WFS") || !strings.Contains(gaps, "opendata@stadt.example") {
		t.Error("the gap is not shown", gaps)
	}
	for _, secret := range []string{"verraeterisch", "srv-intern", "kim.geheim", "Musterfrau"} {
		if strings.Contains(page, secret) {
			t.Errorf("the comparison shows %q", secret)
		}
	}
	// A register, inside and outside.
	reg := d.describe(d.Links["Tiefbauamt"], register, regAnswers)
	d.approve(d.Round, reg)
	page = d.get("officer", "/survey/registers")
	for _, want := range []string{"2 von 5", "Der Abruf ist noch nicht vollständig automatisiert.", "OK.EWO-geheimname", "99115005000000", "Meldebescheinigung", "[…]"} {
		if !strings.Contains(page, want) {
			t.Errorf("the inventory lacks %q", want)
		}
	}
	if strings.Contains(page, "12 345 678 901") {
		t.Error("a number of a person is shown")
	}
	public := func() string {
		rec := httptest.NewRecorder()
		d.h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, base+"/registers", nil))
		if rec.Code != http.StatusOK {
			t.Fatalf("public page: %d", rec.Code)
		}
		return html.UnescapeString(rec.Body.String())
	}
	if body := public(); strings.Contains(body, "Melderegister") || !strings.Contains(body, "noch kein") && !strings.Contains(body, "Noch ist kein") {
		t.Error("a register is public before it is released")
	}
	holding := regexp.MustCompile(`name="holding" value="([^"]+)"`).FindStringSubmatch(page)[1]
	d.refused("stranger", "/survey/registers", http.StatusNotFound, "holding", holding, "public", "yes")
	d.post("officer", "/survey/registers", "holding", holding, "public", "yes")
	body := public()
	if !strings.Contains(body, "Melderegister") || !strings.Contains(body, "Tiefbauamt") {
		t.Error("the released register is not on the public page")
	}
	for _, secret := range []string{"geheimname", "AKDB", "XMeld", "NOOTS", "BMG", "99115005000000"} {
		if strings.Contains(body, secret) {
			t.Errorf("the public page shows %q", secret)
		}
	}
	for _, path := range []string{"/survey/compare", "/survey/registers", "/survey/" + d.Round + "/insight"} {
		d.files(path)
		for _, actor := range []string{"", "stranger", "member"} {
			for _, suffix := range []string{"", ".csv", ".xlsx", ".json"} {
				if rec := d.do(actor, http.MethodGet, path+suffix, nil); rec.Code == http.StatusOK {
					t.Errorf("%s%s is given to %q", path, suffix, actor)
				}
			}
		}
	}
}

// files reads the exports of a page: no cell begins a formula.
func (d *desk) files(path string) {
	d.t.Helper()
	csv := d.get("officer", path+".csv")
	if !strings.Contains(csv, "Baumkataster") && !strings.Contains(csv, "Melderegister") {
		d.t.Errorf("%s.csv is empty", path)
	}
	if strings.Contains(csv, ";=") || strings.Contains(csv, "\n=") {
		d.t.Errorf("%s.csv has a formula", path)
	}
	rec := d.do("officer", http.MethodGet, path+".xlsx", nil)
	book, err := excelize.OpenReader(bytes.NewReader(rec.Body.Bytes()))
	if err != nil {
		d.t.Fatalf("%s.xlsx: %v", path, err)
	}
	defer book.Close()
	rows, err := book.GetRows("Daten")
	if err != nil || len(rows) < 2 {
		d.t.Errorf("%s.xlsx: %d rows, %v", path, len(rows), err)
	}
	for _, row := range rows {
		for _, cell := range row {
			if strings.HasPrefix(cell, "=") {
				d.t.Errorf("%s.xlsx holds %q", path, cell)
			}
		}
	}
	if rec := d.do("officer", http.MethodGet, path+".json", nil); !json.Valid(rec.Body.Bytes()) {
		d.t.Errorf("%s.json is none", path)
	}
}

// TestSheet fills the form offline: what was entered is in it, what is typed
// comes back, and a bad cell is named.
func TestSheet_roundTrip(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	d.describe(d.Token, "Baumkataster", nil)
	rec := d.do("", http.MethodGet, "/s/"+d.Token+"/form.xlsx", nil)
	book, err := excelize.OpenReader(bytes.NewReader(rec.Body.Bytes()))
	if err != nil {
		t.Fatalf("%d %v", rec.Code, err)
	}
	defer book.Close()
	rows, err := book.GetRows("Datenbestände")
	if err != nil || len(rows) != 4 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	column := func(title string) int {
		for i, s := range rows[2] {
			if s == title {
				return i + 1
			}
		}
		t.Fatalf("no column %q", title)
		return 0
	}
	set := func(title string, row int, v string) {
		cell, _ := excelize.CoordinatesToCellName(column(title), row)
		if err := book.SetCellStr("Datenbestände", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	set("Fachverfahren / Programm", 4, "Neues Verfahren")
	set("Aktualisierung", 4, "wenn jemand Zeit hat")
	for title, v := range map[string]string{"Titel": "Spielplätze", "Beschreibung": "Alle Spielplätze der Stadt.", "Kategorie": "Regionen und Städte; Umwelt", "Personenbezogene Daten": ""} {
		if v != "" {
			set(title, 5, v)
		}
	}
	var out bytes.Buffer
	if err := book.Write(&out); err != nil {
		t.Fatal(err)
	}
	rec = d.uploadAs("", "/s/"+d.Token+"/form", "form", "abfrage.xlsx", out.String())
	page := html.UnescapeString(rec.Body.String())
	cell, _ := excelize.CoordinatesToCellName(column("Aktualisierung"), 4)
	if rec.Code != http.StatusOK || !strings.Contains(page, "Datenbestände!"+cell) || !strings.Contains(page, "1 Datenbestände neu") || !strings.Contains(page, "Spielplätze") {
		t.Errorf("%d %s", rec.Code, page)
	}
	tasks := d.get("", "/s/"+d.Token)
	step := regexp.MustCompile(`/s/[^"]+/step/C`).FindString(tasks)
	if !strings.Contains(d.get("", step), "Neues Verfahren") {
		t.Error("the answer of the file is not there")
	}
	// The same file again changes nothing; a foreign or broken one is refused.
	again := d.uploadAs("", "/s/"+d.Token+"/form", "form", "abfrage.xlsx", out.String())
	if !strings.Contains(html.UnescapeString(again.Body.String()), "0 Angaben übernommen, 0 Datenbestände neu") {
		t.Error("the same file again changes something", said(again.Body.String()))
	}
	for name, content := range map[string]string{"leer.xlsx": "", "bild.xlsx": "PK\x03\x04kaputt", "text.xlsx": "nur Text"} {
		if rec := d.uploadAs("", "/s/"+d.Token+"/form", "form", name, content); rec.Code != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", name, rec.Code)
		}
	}
}
