package main

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog/quality"
)

const foreignTTL = `@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . @prefix ex: <https://example.org/ns#> .
<https://q.example.org/1> a dcat:Dataset ; dct:title "Bäume"@de, "Trees"@en ; dct:description "Alle"@de ; dcat:keyword "Baum"@de ; dct:accrualPeriodicity "daily" ;
  dct:publisher [ a foaf:Organization ; foaf:name "Amt" ] ; dcat:theme <https://andere.example/thema/x> ; ex:unbekannt "bleibt liegen" ;
  dcat:distribution <https://q.example.org/1/csv>, <https://q.example.org/1/pdf> .
<https://q.example.org/1/csv> a dcat:Distribution ; dcat:accessURL <https://q.example.org/a.csv> ; dct:license "cc-by 4.0" ; dct:format "csv" ; dcat:byteSize "12"^^xsd:decimal ;
  spdx:checksum [ a spdx:Checksum ; spdx:algorithm spdx:checksumAlgorithm_md5 ; spdx:checksumValue "d41d8cd98f00b204e9800998ecf8427e"^^xsd:hexBinary ] .
<https://q.example.org/1/pdf> a dcat:Distribution ; dcat:accessURL <https://q.example.org/a.pdf> ; dct:license "frei für alle" .
<https://q.example.org/2> a dcat:Dataset ; dct:title "Ohne Beschreibung"@de ; dcat:distribution <https://q.example.org/1/csv> .
[] a dcat:Dataset ; dct:title "Namenlos" ; dct:description "Eins" .
[] a dcat:Dataset ; dct:title "Namenlos" ; dct:description "Zwei" .
`

// TestImport_mendsKeepsAndHoldsBack walks the way of a foreign catalogue.
func TestImport_mendsKeepsAndHoldsBack(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "fremd.ttl")
	write(t, file, foreignTTL)
	type report struct {
		Datasets, New, Changed, Unchanged int
		HeldBack                          int `json:"held_back"`
		Findings                          []struct{ Code, Row string }
	}
	do := func(args ...string) (r report) {
		t.Helper()
		out := ok(t, append([]string{"import", file, "--org", "augsburg", "--json", "--data", data}, args...)...)
		if err := json.Unmarshal([]byte(out), &r); err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := do("--dry-run"); r.New != 4 {
		t.Errorf("dry run: %+v", r)
	}
	r := do()
	if r.Datasets != 4 || r.New != 4 || r.HeldBack != 1 {
		t.Errorf("%+v", r)
	}
	codes := map[string]bool{}
	for _, f := range r.Findings {
		codes[f.Code] = true
	}
	for _, want := range []string{"repaired:dct:license", "repaired:dct:format", "repaired:dct:accrualPeriodicity", "aside:dcat:theme", "aside:dct:license", "unknown_property", "held_back:dct:license", "held_back:dct:description"} {
		if !codes[want] {
			t.Errorf("the report lacks %s: %v", want, codes)
		}
	}
	if r := do(); r.New+r.Changed != 0 || r.Unchanged != 4 {
		t.Errorf("the same again: %+v", r)
	}
	write(t, file, strings.Replace(foreignTTL, `"Alle"@de`, `"Alle Bäume"@de`, 1))
	if r := do(); r.Changed != 1 || r.Unchanged != 3 {
		t.Errorf("one changed: %+v", r)
	}
	ttl := ok(t, "export", "--format", "ttl", "--data", data)
	for _, want := range []string{`"Trees"@en`, `"Alle Bäume"@de`, "licenses/cc-by/4.0", "file-type/CSV", "frequency/DAILY", `"12"^^xsd:nonNegativeInteger`, "checksumAlgorithm_md5", "<https://q.example.org/1> a dcat:Dataset"} {
		if !strings.Contains(ttl, want) {
			t.Errorf("the export lacks %s", want)
		}
	}
	for _, not := range []string{"a.pdf", "frei für alle", "thema/x", "bleibt liegen", "Ohne Beschreibung", "https://q.example.org/2"} {
		if strings.Contains(ttl, not) {
			t.Errorf("the export has %s", not)
		}
	}
	if n := strings.Count(ttl, `foaf:name "Stadt Augsburg"@de`); n == 0 {
		t.Error("without a publisher of its own a dataset has the city's")
	}
	code, out, _ := trio(t, nil, "validate", "--data", data)
	if code != exitOK || !strings.Contains(out, "1 öffentlicher Datensatz steht nicht im Feed") || !strings.Contains(out, "3 Datensätze, 0 Verstöße") {
		t.Errorf("%d %s", code, out)
	}
	// An officer adds what was missing: the dataset appears.
	ok(t, "repair", "set", "notes", "Jetzt mit Text", "--apply", "--data", data)
	if ttl := ok(t, "export", "--format", "ttl", "--data", data); !strings.Contains(ttl, "<https://q.example.org/2> a dcat:Dataset") || strings.Count(ttl, "checksumValue") != 1 {
		t.Errorf("the mended dataset, and the file that two share described once:\n%s", ttl)
	}
}

func TestImport_refusals(t *testing.T) {
	data := t.TempDir()
	empty, broken := filepath.Join(data, "leer.ttl"), filepath.Join(data, "kaputt.ttl")
	write(t, empty, "<https://example.org/x> a <http://www.w3.org/2004/02/skos/core#Concept> .")
	write(t, broken, "<https://example.org/x> a ")
	for file, want := range map[string]string{empty: "keinen Datensatz", broken: "Zeile 1", filepath.Join(data, "fehlt.ttl"): "gibt sie nicht"} {
		if code, _, errs := trio(t, nil, "import", file, "--org", "amt", "--data", data); code != exitProblem || !strings.Contains(errs, want) && !strings.Contains(errs, "line 1") {
			t.Errorf("%s: %d %s", file, code, errs)
		}
	}
	if code, _, _ := trio(t, nil, "import", filepath.Join(data, "x.doc"), "--org", "amt", "--data", data); code == exitOK {
		t.Error("an unknown ending was taken")
	}
}

func TestDumpAndQuality(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "fremd.ttl")
	write(t, file, foreignTTL)
	ok(t, "import", file, "--org", "augsburg", "--data", data)
	var info dumpInfo
	if err := json.Unmarshal([]byte(ok(t, "dump", "--json", "--data", data)), &info); err != nil || info.Datasets != 3 || len(info.Files) != 5 {
		t.Fatalf("%+v %v", info, err)
	}
	ok(t, "dump", "--data", data) // the same day again
	f, err := os.Open(filepath.Join(dumpPath(data), info.Day, "katalog.nt.gz"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(z)
	if err != nil || strings.Count(string(text), "<http://www.w3.org/ns/dcat#Dataset> .") != 3 {
		t.Errorf("%v\n%s", err, text)
	}
	var doc quality.Document
	if err := json.Unmarshal([]byte(ok(t, "quality", "--json", "--data", data)), &doc); err != nil || doc.Datasets != 4 || doc.Held != 1 || doc.Points <= 0 || len(doc.Works) == 0 {
		t.Errorf("%+v %v", doc, err)
	}
	if csv := ok(t, "quality", "augsburg", "--csv", "--data", data); strings.Count(csv, "\n") != 5 || !strings.Contains(csv, ";nein;") {
		t.Errorf("%s", csv)
	}
}

func TestVocab(t *testing.T) {
	data := t.TempDir()
	file := filepath.Join(data, "fremd.ttl")
	write(t, file, foreignTTL)
	ok(t, "import", file, "--org", "augsburg", "--data", data)
	if out := ok(t, "vocab", "list", "licence", "--data", data); !strings.Contains(out, "dl-by-de/2.0") {
		t.Errorf("%s", out)
	}
	ok(t, "repair", "set", "format", "Sternkarte", "--files", "--all", "--apply", "--data", data)
	code, out, _ := trio(t, nil, "vocab", "check", "--data", data)
	if code != exitProblem || !strings.Contains(out, "Sternkarte") {
		t.Errorf("%d %s", code, out)
	}
	skos := filepath.Join(data, "status.ttl")
	write(t, skos, `@prefix skos: <http://www.w3.org/2004/02/skos/core#> . <http://publications.europa.eu/resource/authority/distribution-status/NEW> a skos:Concept ; skos:prefLabel "neu"@de ; skos:inScheme <http://publications.europa.eu/resource/authority/distribution-status> .`)
	if out := ok(t, "vocab", "update", "distribution_status", skos, "--dry-run", "--data", data); !strings.Contains(out, "1 Einträge, 1 neu, 5 weggefallen.") {
		t.Errorf("%s", out)
	}
	for _, args := range [][]string{{"vocab", "map", "licence", "x"}, {"vocab", "map", "licence", "x", "gibt-es-nicht"}, {"vocab", "map", "nichts", "x", "y"}, {"vocab", "list", "nichts"}, {"vocab", "update", "licence", skos}} {
		if code, _, _ := trio(t, nil, append(args, "--data", data)...); code == exitOK {
			t.Errorf("%v was taken", args)
		}
	}
	if _, err := os.Stat(vocabPath(data)); !os.IsNotExist(err) {
		t.Error("a refused change left something behind")
	}
}
