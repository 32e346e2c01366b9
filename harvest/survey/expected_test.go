package survey_test

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	rules "trio.example/catalog/survey"
	"trio.example/harvest/survey"
)

const samples = "../../testdata/survey"

// reference is where the survey's reference files lie in the developers' own
// folders: beside the working copy. The project's copies are tested anyway.
const reference = "../../../shared/survey"

// cities says which city sent which sample.
var cities = map[string]string{
	"muenchen-1-limesurvey-codes.csv": "muc", "muenchen-2-limesurvey-texte-cp1252.csv": "muc", "augsburg-api.json": "aug", "augsburg-nachtrag.json": "aug", "nuernberg-handausgefuellt.xlsx": "nue",
}

// TestRead_givesTheExpectedOutcomes compares every count and every row of the
// sample files with the reference.
func TestRead_givesTheExpectedOutcomes(t *testing.T) {
	t.Parallel()
	for name, city := range cities {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, filepath.Join(samples, name), filepath.Join(samples, "expected", name+".json"), city)
		})
	}
}

func TestRead_givesTheOutcomesOfTheReferenceFiles(t *testing.T) {
	t.Parallel()
	results, err := filepath.Glob(filepath.Join(reference, "results", "*"))
	if err != nil {
		t.Fatal(err)
	}
	if len(results) == 0 {
		t.Skip("the reference files are not beside this working copy; the project's copies are tested")
	}
	for _, path := range results {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			compare(t, path, filepath.Join(reference, "expected", name+".json"), cities[name])
		})
	}
}

// compare holds the report of a file against the reference, key by key and row
// by row.
func compare(t *testing.T, path, expected, city string) {
	t.Helper()
	f, err := survey.Read(t.Context(), path, rules.Default(), survey.Options{City: city})
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(f.Report())
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile(expected)
	if err != nil {
		t.Fatal(err)
	}
	g, w := plain(t, text), plain(t, want)
	for _, key := range slices.Sorted(maps.Keys(w)) {
		switch {
		case key == "rows", key == "note", key == "synthetic", key == "updates_existing_ids", strings.HasPrefix(key, "titles_"), key == "must_not_leak":
			continue
		}
		if d := cmp.Diff(w[key], g[key]); d != "" {
			t.Errorf("%s differs:\n%s", key, d)
		}
	}
	wantRows, gotRows := w["rows"].([]any), g["rows"].([]any)
	if len(wantRows) != len(gotRows) {
		t.Fatalf("%d rows, want %d", len(gotRows), len(wantRows))
	}
	for i := range wantRows {
		if d := cmp.Diff(wantRows[i], withoutFuzzy(gotRows[i])); d != "" {
			t.Errorf("row %d differs:\n%s", i, d)
		}
	}
}

func plain(t *testing.T, text []byte) map[string]any {
	t.Helper()
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// withoutFuzzy takes out the warnings that the reference does not have.
func withoutFuzzy(row any) any {
	m := row.(map[string]any)
	kept := []any{}
	for _, w := range m["warnings"].([]any) {
		if !strings.HasPrefix(w.(string), "fuzzy:") {
			kept = append(kept, w)
		}
	}
	m["warnings"] = kept
	return m
}
