package mapping_test

import (
	"encoding/json"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/harvest/mapping"
	"trio.example/harvest/source"
)

func record() *source.Record {
	f, p := catalog.Fields{}, catalog.Fields{}
	f.Set("title", "Bäume")
	f.Set("tags", []string{"Baum; Garten", "Bauen"})
	f.Set("license_id", "Namensnennung")
	f.Set("publisher_name", "Gartenamt")
	f.Set("author", "Erika")
	f.Set("extras", []any{map[string]any{"key": "sachgebiet", "value": "Umwelt"}, map[string]any{"key": "frei", "value": "ja"}})
	p.Set("url", "https://example.org/baeume.shp.zip")
	p.Set("format", "Esri-Shape-Zip")
	q := catalog.Fields{}
	q.Set("url", "https://example.org/info.html")
	q.Set("format", "HTML")
	return &source.Record{GUID: "g", Name: "baeume", Fields: f, Parts: []catalog.Part{{Fields: p}, {Fields: q}}, Words: []string{"Hochbau"},
		Findings: []catalog.Finding{{Severity: catalog.SeverityWarning, Code: "unknown:licence:Namensnennung"}}}
}

func rules(t *testing.T, text string) (*mapping.Rules, error) {
	t.Helper()
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	return mapping.Parse([]byte(text), defs)
}

// TestApply shows what each rule does with the same record.
func TestApply(t *testing.T) {
	t.Parallel()
	const eu = "http://publications.europa.eu/resource/authority/"
	for name, c := range map[string]struct {
		rules string
		field string // resources.NAME for the first distribution
		want  string
	}{
		"nothing":                    {"", "title", `"Bäume"`},
		"licence":                    {`licence: {namensnennung: dl-by-de/2.0}`, "license_id", `"dl-de-by-2.0"`},
		"licence of distributions":   {`licence: {Namensnennung: dl-by-de/2.0}`, "resources.license", `"http://dcat-ap.de/def/licenses/dl-by-de/2.0"`},
		"all other licences":         {`licence: {"*": cc-zero}`, "license_id", `"cc-zero"`},
		"format":                     {`format: {esri-shape-zip: SHP}`, "resources.format", `"SHP"`},
		"theme by tag":               {`theme: {Bauen: REGI}`, "theme", `["` + eu + `data-theme/REGI"]`},
		"theme by category":          {`theme: {hochbau: REGI}`, "theme", `["` + eu + `data-theme/REGI"]`},
		"rename":                     {"dataset:\n  rename: {author: maintainer}", "maintainer", `"Erika"`},
		"rename empties":             {"dataset:\n  rename: {author: maintainer}", "author", `null`},
		"rename keeps what is there": {"dataset:\n  rename: {author: title}", "title", `"Bäume"`},
		"rename an extra":            {"dataset:\n  rename: {extras.sachgebiet: provenance}", "provenance", `"Umwelt"`},
		"an extra goes away":         {"dataset:\n  rename: {extras.sachgebiet: provenance}", "extras", `[{"key":"frei","value":"ja"}]`},
		"split":                      {"dataset:\n  split: {tags: ';'}", "tags", `["Baum","Garten","Bauen"]`},
		"lookup":                     {"dataset:\n  lookup: {publisher_name: {gartenamt: Amt für Grün}}", "publisher_name", `"Amt für Grün"`},
		"lookup in a list":           {"dataset:\n  lookup: {tags: {Bauen: '', '*': x}}", "tags", `["x"]`},
		"replace":                    {"dataset:\n  replace: {title: {äu: au}}", "title", `"Baume"`},
		"default fills":              {"dataset:\n  default: {notes: Text}", "notes", `"Text"`},
		"default keeps":              {"dataset:\n  default: {title: Text}", "title", `"Bäume"`},
		"default of a list":          {"dataset:\n  default: {language: DEU}", "language", `["` + eu + `language/DEU"]`},
		"set":                        {"dataset:\n  set: {tags: [a, b]}", "tags", `["a","b"]`},
		"compute":                    {"dataset:\n  compute: {title: 'title + \" (\" + publisher_name + \")\"'}", "title", `"Bäume (Gartenamt)"`},
		"compute a list":             {"dataset:\n  compute: {tags: 'filter(tags, # startsWith \"Bau\")'}", "tags", `["Baum; Garten","Bauen"]`},
		"compute with an extra":      {"dataset:\n  compute: {notes: 'extras.sachgebiet'}", "notes", `"Umwelt"`},
		"too long is cut":            {"dataset:\n  compute: {title: 'repeat(\"x\", 10600)'}", "title", `"` + strings.Repeat("x", 9_999) + `…"`},
		"drop":                       {"dataset:\n  drop: [author]", "author", `null`},
		"resources":                  {"resources:\n  default: {name: Datei}\n  compute: {description: 'dataset.title'}", "resources.description", `"Bäume"`},
		"resources left out":         {"resources:\n  keep: 'format == \"HTML\"'", "resources.format", `"HTML"`},
	} {
		r, err := rules(t, c.rules)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		rec := record()
		if !r.Apply(rec) || rec.Failed() {
			t.Errorf("%s: left out or failed: %+v", name, rec.Findings)
			continue
		}
		fields, field := rec.Fields, c.field
		if f, ok := strings.CutPrefix(field, "resources."); ok {
			fields, field = rec.Parts[0].Fields, f
		}
		if n := len([]rune(rec.Fields.String("title"))); n > 10_000 {
			t.Errorf("%s: a title of %d characters", name, n)
		}
		got, err := json.Marshal(fields[field])
		if err != nil || string(got) != c.want {
			t.Errorf("%s: %s, want %s %v", name, got, c.want, err)
		}
	}
}

func TestApply_keepsAndHands(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`keep: 'title contains "Bäu"'`: true, `keep: 'title == "x"'`: false, `keep: 'any(resources, #.format == "HTML")'`: true,
		`keep: '"Bauen" in tags'`: true, `keep: 'notes != nil'`: false, `keep: 'guid matches "^g$"'`: true,
	} {
		r, err := rules(t, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := r.Apply(record()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	r, err := rules(t, "organization: {Gartenamt: augsburg}\nlicence: {Namensnennung: dl-by-de/2.0}")
	if err != nil {
		t.Fatal(err)
	}
	rec := record()
	if r.Apply(rec); rec.Organization != "augsburg" || len(rec.Findings) != 0 {
		t.Errorf("%q %+v: a licence that is mapped is no longer unknown", rec.Organization, rec.Findings)
	}
	for _, text := range []string{"dataset:\n  compute: {title: 'title.x.y'}", "keep: 'title > 3'", "dataset:\n  compute: {title: 'reduce(1..1000000, #acc + #, 0)'}"} {
		r, err := rules(t, text)
		if err != nil {
			continue // refused at once
		}
		if rec := record(); r.Apply(rec) && !rec.Failed() {
			t.Errorf("%s: a rule that cannot work is no finding: %v", text, rec.Fields)
		}
	}
}

// TestParse_refuses what would do nothing or something else.
func TestParse_refuses(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"daten: x":                                                      "daten",
		"licence: {x: gibtsnicht}":                                      "gibtsnicht",
		"dataset:\n  default: {gibtsnicht: x}":                          "gibtsnicht",
		"dataset:\n  default: {rdf_aside: x}":                           "nicht öffentlich",
		"dataset:\n  default: {title: {a: b}}":                          "Werte",
		"dataset:\n  default: {language: Klingonisch}":                  "Vokabular",
		"keep: 'len(1..9) > 2'":                                         "Bereiche",
		"dataset:\n  split: {title: ';'}":                               "keine Liste",
		"dataset:\n  split: {tags: ''}":                                 "Trennzeichen",
		"dataset:\n  compute: {title: '1 +'}":                           "compute",
		"dataset:\n  keep: 'true'":                                      "ganz oben",
		"keep: '1 + 1'":                                                 "keep",
		"a: [":                                                          "YAML",
		"licence: &a {x: cc-zero}\nformat: *a":                          "Anker",
		"dataset:\n  drop: [&a title, *a]":                              "Anker",
		"dataset:\n  default:\n    tags:\n    - &a [x]\n    - [*a, *a]": "Anker",
		"licence:\n  <<: {x: cc-zero}":                                  "Anker",
		"keep: '" + strings.Repeat("x", 3000) + "'":                     "länger",
		strings.Repeat("#", 300<<10):                                    "KB",
	} {
		if _, err := rules(t, text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%.50q: %v, want %s", text, err, want)
		}
	}
}

// TestParse_takesNoLongerThanTheTextIsLong: what took the parser minutes, and held up
// everybody who writes, is refused before it sees it.
func TestParse_takesNoLongerThanTheTextIsLong(t *testing.T) {
	t.Parallel()
	for _, unit := range []string{"[", "[\n", "{a: ", "- ", "? ", "- [", "%", "]", "&a ", "!!x ", "! ", "'' "} {
		text := strings.Repeat(unit, mapping.MaxBytes/8/len(unit))
		_, err := rules(t, text)
		if err == nil || len(err.Error()) > 1000 {
			t.Errorf("%q repeated: %.200v", unit, err)
		}
		if _, err := rules(t, "dataset: {drop: ["+text[:len(text)-100]); err == nil || len(err.Error()) > 1000 {
			t.Errorf("%q repeated in a list: %.200v", unit, err)
		}
	}
	if _, err := rules(t, "keep: 'title != \"[[[[[[[[[[[[[[[[[[[[\" && true'\nlicence: {'*': cc-zero, \"a & b\": cc-zero}\ndataset:\n  default:\n    title: '{{{{{{{{{{{{{{{{{{{{'\n"); err != nil {
		t.Errorf("brackets in texts: %v", err)
	}
}

// FuzzParse: whatever stands in a mapping, it is refused or works.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "keep: 'true'", "licence: {x: cc-zero}\ndataset:\n  compute: {title: 'title + \"x\"'}\n  split: {tags: ;}\nresources:\n  drop: [name]", "- a", "a: &b c"} {
		f.Add(s)
	}
	defs, err := schema.Default()
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := mapping.Parse([]byte(text), defs)
		if err != nil {
			return
		}
		rec := record()
		r.Apply(rec)
		if rec.Fields == nil {
			t.Error("no fields")
		}
	})
}
