package site_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/holding"
)

func TestProposals_areDecidedFieldByField(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.begin()
	at := d.describe(d.Token, "Baumkataster", nil)
	d.post("", at+"/submit")
	m := regexp.MustCompile(`/survey/[^"]+/holding/[0-9a-f-]{36}`).FindString(d.get("officer", "/survey/"+d.Round+"/inbox"))
	approve := func() {
		t.Helper()
		d.post("second", m+"/approve", "rev", regexp.MustCompile(`name="rev" value="(\d+)"`).FindStringSubmatch(d.get("second", m))[1])
	}
	approve()
	ds := d.published(1)[0]
	root := catalog.System("test")
	if _, _, err := d.reg.Change(t.Context(), root, catalog.TypeDataset.Namespace(), ds.ID, 0, func(e *catalog.Entry) error {
		e.Fields.Set("notes", "Bäume & Sträucher, von Hand.")
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	// The next answers of the same holding.
	if _, err := d.store.Update(t.Context(), root, func(tx catalog.WriteTx) error {
		h, err := tx.RoundHolding(m[strings.LastIndex(m, "/")+1:])
		if err != nil {
			return err
		}
		h.State = string(holding.StatusSubmitted)
		if err := tx.PutRoundHolding(h); err != nil {
			return err
		}
		e, err := tx.Entry(ds.Origin.Key)
		if err != nil {
			return err
		}
		return d.reg.ChangeIn(tx, root, e, 0, func(e *catalog.Entry) error {
			answers := e.Fields.Map("answers")
			answers["B_desc"] = "Neue Antwort aus der nächsten Runde."
			e.Fields.Set("answers", answers)
			e.Fields.Set("status", string(holding.StatusSubmitted))
			return nil
		})
	}); err != nil {
		t.Fatal(err)
	}
	approve()

	page := d.get("officer", "/survey/proposals")
	for _, want := range []string{"Baumkataster", "Beschreibung", "Bäume & Sträucher, von Hand.", "Neue Antwort aus der nächsten Runde.", `name="d.notes" value="take"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if strings.Contains(d.get("stranger", "/survey/proposals"), "Neue Antwort") {
		t.Error("somebody who may not decide sees what is proposed")
	}
	rev := regexp.MustCompile(`name="rev" value="(\d+)"`).FindStringSubmatch(page)[1]
	d.refused("officer", "/survey/proposals", http.StatusConflict, "dataset", ds.Name, "rev", "1", "d.notes", "take")
	if rec := d.do("stranger", http.MethodPost, "/survey/proposals", values([]string{"dataset", ds.Name, "rev", rev, "d.notes", "take"})); rec.Code != http.StatusNotFound {
		t.Errorf("a stranger decides: %d", rec.Code)
	}
	// The city's editor is a data officer, with no role in the office.
	if !strings.Contains(d.get("editor", "/survey/proposals"), "Neue Antwort") {
		t.Error("the city's editor does not see what is proposed")
	}
	d.post("editor", "/survey/proposals", "dataset", ds.Name, "rev", rev, "d.notes", "take")
	if got := d.published(1)[0].Fields.String("notes"); got != "Neue Antwort aus der nächsten Runde." {
		t.Errorf("notes %q", got)
	}
	if page := d.get("officer", "/survey/proposals"); !strings.Contains(page, "Hier wartet nichts") {
		t.Error("what was decided still waits")
	}
}
