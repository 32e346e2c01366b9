package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

func TestSurveyApprove_oneHolding(t *testing.T) {
	d := &roundDesk{t: t, data: filepath.Join(t.TempDir(), "data")}
	d.run(exitOK, "survey", "import", filepath.Join("..", "..", "testdata", "survey", "augsburg-api.json"), "--city", "augsburg")
	d.run(exitUsage, "survey", "approve", "--city", "augsburg")
	d.run(exitUsage, "survey", "approve", "--city", "augsburg", "--all-publishable", "--holding", "x")
	if _, errs := d.run(exitProblem, "survey", "approve", "--city", "augsburg", "--holding", "gibt-es-nicht"); !strings.Contains(errs, "keinen Datenbestand") {
		t.Errorf("an unknown one: %s", errs)
	}
	out, _ := d.run(exitOK, "survey", "approve", "--city", "augsburg", "--holding", "AUG-0009", "--resolved", "rights_unclear", "--comment", "geklärt", "--json")
	var got struct{ Status, Dataset string }
	if err := json.Unmarshal([]byte(out), &got); err != nil || got.Status != "publ" || got.Dataset == "" {
		t.Errorf("approved: %s %v", out, err)
	}
	if _, errs := d.run(exitProblem, "survey", "approve", "--city", "augsburg", "--holding", "AUG-0009"); !strings.Contains(errs, "wartet nicht mehr") {
		t.Errorf("twice: %s", errs)
	}
	if out, _ := d.run(exitOK, "survey", "approve", "--city", "augsburg", "--all-publishable"); !strings.Contains(out, "1 schon freigegeben") {
		t.Errorf("the others: %s", out)
	}
}
