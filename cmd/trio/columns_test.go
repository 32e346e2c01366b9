package main

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	intake "trio.example/harvest/survey"
)

// What a heading means is said once and holds for the next files of the city.
func TestImport_remembersColumns(t *testing.T) {
	data := t.TempDir()
	file := func(name, id string) string {
		path := filepath.Join(data, name)
		write(t, path, "aCity;aDienststelle;bKennung;Bezeichnung;bTurnus;aReferat;cVerfahren;submitdate\nmuc;Amt;"+id+";Bäume;mon;Referat;GIS;2026-01-01\n")
		return path
	}
	store := filepath.Join(data, "store")
	run := func(args ...string) *intake.Taken {
		t.Helper()
		var r intake.Taken
		out := ok(t, append([]string{"survey", "import", "--city", "muenchen", "--json", "--data", store}, args...)...)
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
		return &r
	}
	use := func(meaning, how string) []intake.ColumnUse {
		return []intake.ColumnUse{{Heading: "Bezeichnung", Meaning: meaning, How: how}}
	}
	if r := run("--dry-run", file("a.csv", "A-1")); r.Counts.Rejected != 1 || !slices.Equal(r.Columns, use("", "unknown")) {
		t.Errorf("not said: %+v %v", r.Counts, r.Columns)
	}
	if r := run("--dry-run", "--column", "Bezeichnung=bTitel", file("a.csv", "A-1")); r.Counts.Incomplete != 1 || !slices.Equal(r.Columns, use("B_title", "given")) {
		t.Errorf("said for a look: %+v %v", r.Counts, r.Columns)
	}
	if r := run("--dry-run", file("a.csv", "A-1")); r.Counts.Rejected != 1 {
		t.Error("a look is remembered")
	}
	if out := ok(t, "survey", "import", "--city", "muenchen", "--dry-run", "--data", store, file("a.csv", "A-1")); !strings.Contains(out, "Spalte „Bezeichnung“: nicht erkannt") {
		t.Errorf("the text names no column: %s", out)
	}
	run("--column", "Bezeichnung=B_title", file("a.csv", "A-1"))
	if r := run(file("b.csv", "A-2")); r.Counts.Incomplete != 1 || r.Stored.New != 1 || !slices.Equal(r.Columns, use("B_title", "given")) {
		t.Errorf("remembered: %+v %v", r.Counts, r.Columns)
	}
	// Another city remembers nothing of it.
	var other intake.Taken
	if err := json.Unmarshal([]byte(ok(t, "survey", "import", "--city", "augsburg", "--dry-run", "--json", "--data", store, file("c.csv", "A-3"))), &other); err != nil || len(other.Columns) != 1 || other.Columns[0].How != "unknown" {
		t.Errorf("%v %v", err, other.Columns)
	}
	run("--column", "bezeichnung=", file("d.csv", "A-4"))
	if r := run("--dry-run", file("e.csv", "A-5")); r.Counts.Rejected != 1 {
		t.Error("forgotten, and still known")
	}
	for _, c := range []struct {
		arg  string
		code int
	}{{"Bezeichnung=B_quatsch", exitProblem}, {"Bezeichnung", exitUsage}} {
		if code, _, errs := trio(t, nil, "survey", "import", "--city", "muenchen", "--column", c.arg, "--data", store, file("f.csv", "A-6")); code != c.code || errs == "" || strings.Contains(errs, "panic") {
			t.Errorf("%s: %d %s", c.arg, code, errs)
		}
	}
}
