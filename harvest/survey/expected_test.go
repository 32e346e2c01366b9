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

// TestRead_givesTheExpectedOutcomes compares every count and every row of the
// sample files with the reference.
func TestRead_givesTheExpectedOutcomes(t *testing.T) {
	t.Parallel()
	for name, city := range map[string]string{
		"muenchen-1-limesurvey-codes.csv": "muc", "muenchen-2-limesurvey-texte-cp1252.csv": "muc", "augsburg-api.json": "aug", "augsburg-nachtrag.json": "aug", "nuernberg-handausgefuellt.xlsx": "nue",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := survey.Read(t.Context(), filepath.Join(samples, name), rules.Default(), survey.Options{City: city})
			if err != nil {
				t.Fatal(err)
			}
			text, err := json.Marshal(f.Report())
			if err != nil {
				t.Fatal(err)
			}
			want, err := os.ReadFile(filepath.Join(samples, "expected", name+".json"))
			if err != nil {
				t.Fatal(err)
			}
			g, w := plain(t, text), plain(t, want)
			for _, key := range slices.Sorted(maps.Keys(w)) {
				switch {
				case key == "rows", key == "note", key == "synthetic", key == "header_rows", key == "updates_existing_ids", strings.HasPrefix(key, "titles_"), key == "must_not_leak":
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
		})
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
