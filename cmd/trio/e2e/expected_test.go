package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
)

const samples = "../../../testdata/survey"

// files are the sample files in the order in which they are imported.
var files = []struct{ city, name string }{
	{"muenchen", "muenchen-1-limesurvey-codes.csv"},
	{"muenchen", "muenchen-2-limesurvey-texte-cp1252.csv"},
	{"augsburg", "augsburg-api.json"},
	{"augsburg", "augsburg-nachtrag.json"},
	{"nuernberg", "nuernberg-handausgefuellt.xlsx"},
}

// expectation is what the reference says about one file.
type expectation struct {
	File           string
	Counts         map[string]int
	Publishability map[string]int
	Appear         []string `json:"titles_that_appear_once_approved"`
	Hidden         []string `json:"titles_that_must_not_be_public"`
	Secrets        []string `json:"must_not_leak"`
	Rows           []struct {
		LocalID       *string `json:"local_id"`
		Title         *string
		Outcome       string
		Public        bool `json:"public_address"`
		PublishReason string
	}
}

func expected(t *testing.T, name string) *expectation {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(samples, "expected", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	var e expectation
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	return &e
}

// published returns the titles that must be public per city: of a holding that
// two files have, the newest row counts.
func published(t *testing.T) (byCity map[string]map[string]bool, total int) {
	t.Helper()
	type newest struct {
		title  string
		public bool
	}
	rows := map[string]map[string]newest{}
	for _, f := range files {
		if rows[f.city] == nil {
			rows[f.city] = map[string]newest{}
		}
		for _, r := range expected(t, f.name).Rows {
			if r.LocalID == nil || r.Title == nil || (r.Outcome != "valid" && r.Outcome != "incomplete") {
				continue
			}
			rows[f.city][*r.LocalID] = newest{*r.Title, r.Public}
		}
	}
	byCity = map[string]map[string]bool{}
	for city, holdings := range rows {
		byCity[city] = map[string]bool{}
		for _, h := range holdings {
			if h.public {
				byCity[city][h.title] = true
				total++
			}
		}
	}
	return byCity, total
}

// hidden returns the titles that no public surface may show at all: those that
// must not be public in any city and are public in none.
func hidden(t *testing.T) []string {
	t.Helper()
	byCity, _ := published(t)
	var out []string
	for _, f := range files {
		for _, title := range expected(t, f.name).Hidden {
			if !byCity["muenchen"][title] && !byCity["augsburg"][title] && !byCity["nuernberg"][title] {
				out = append(out, title)
			}
		}
	}
	return out
}
