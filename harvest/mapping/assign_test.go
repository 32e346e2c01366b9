package mapping_test

import (
	"strings"
	"testing"

	"trio.example/catalog/schema"
	"trio.example/harvest/mapping"
)

func TestAssign(t *testing.T) {
	t.Parallel()
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		text, table, word, code string
		has                     []string
		fails                   string
	}{
		"the first rule":     {"", "licence", "Namensnennung", "dl-by-de/2.0", []string{"licence:", "Namensnennung: dl-by-de/2.0"}, ""},
		"beside others":      {"# von Hand\nkeep: 'title != \"\"'\nlicence: {CC: cc-by/4.0} # alt\n", "licence", "Nutzung frei: ja", "dl-zero-de/2.0", []string{"# von Hand", "keep:", "CC: cc-by/4.0", "Nutzung frei: ja", "dl-zero-de/2.0"}, ""},
		"another meaning":    {"licence:\n  NAMENSNENNUNG: cc-by/4.0\n", "licence", "Namensnennung", "dl-by-de/2.0", []string{"NAMENSNENNUNG: dl-by-de/2.0"}, ""},
		"words like numbers": {"", "licence", "4", "dl-by-de/2.0", []string{`"4": dl-by-de/2.0`}, ""},
		"words like YAML":    {"", "theme", "*wichtig & neu #1", "ENVI", []string{"*wichtig & neu #1", "ENVI"}, ""},
		"frequency":          {"", "frequency", "nach Bedarf", "IRREG", []string{"nach Bedarf: IRREG"}, ""},
		"no code":            {"", "licence", "Namensnennung", "gibtsnicht", nil, "Liste wählen"},
		"no table":           {"", "keep", "x", "ENVI", nil, "keine Zuordnung"},
		"broken rules":       {"licence: [", "licence", "x", "dl-by-de/2.0", nil, "YAML"},
	} {
		got, err := mapping.Assign(c.text, c.table, c.word, c.code)
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, want := range c.has {
			if !strings.Contains(got, want) {
				t.Errorf("%s: %q lacks %q", name, got, want)
			}
		}
		if _, err := mapping.Parse([]byte(got), defs); err != nil {
			t.Errorf("%s: %q: %v", name, got, err)
		}
	}
}
