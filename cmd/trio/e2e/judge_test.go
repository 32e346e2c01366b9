package e2e

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// shared lies beside a checkout of the cooperation's developers: official
// shapes, real catalogues, and the validator that is our independent judge.
const shared = "../../../../shared"

// python has rdflib, pySHACL and pyoxigraph; make prepare installs them.
const python = "../../../.cache/judge/bin/python"

// judge runs the Python judge over files.
func judge(t *testing.T, what string, files []string) map[string]any {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), python, append([]string{"testdata/judge.py", shared + "/conformance", what}, files...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	text, err := cmd.Output()
	if err != nil {
		t.Fatalf("judge: %v\n%s\nmake prepare installs what it needs", err, errs.String())
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// realCatalogues lists the RDF samples that lie beside the checkout.
func realCatalogues(t *testing.T) []string {
	t.Helper()
	if _, err := os.Stat(shared); err != nil {
		t.Skip("no real catalogues beside this checkout; the package tests have invented ones")
	}
	var out []string
	for _, dir := range []string{"/dcat-ap-de/samples", "/samples/harvest/dcat"} {
		err := filepath.WalkDir(shared+dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && slices.Contains([]string{".ttl", ".rdf", ".xml", ".jsonld", ".nt"}, filepath.Ext(path)) {
				out = append(out, path)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return out
}

// TestRealCatalogues_areCleanInTheFeed: whatever was imported, what goes out
// keeps every rule of the profile, says the same in all syntaxes, and is the
// same again after it was imported somewhere else.
func TestRealCatalogues_areCleanInTheFeed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var profile3, profile2, graphs []string
	datasets := 0
	same := map[string][]string{}
	for i, path := range realCatalogues(t) {
		data := filepath.Join(dir, fmt.Sprint(i))
		out, _, code := trio(t, "import", path, "--org", "amt", "--json", "--data", data)
		if code != 0 {
			continue // malformed, or no catalogue; what is said about it is tested elsewhere
		}
		var report struct {
			Datasets, New int
			HeldBack      int `json:"held_back"`
		}
		if err := json.Unmarshal([]byte(out), &report); err != nil {
			t.Fatal(err)
		}
		if report.New != report.Datasets {
			t.Errorf("%s: %d of %d entries were stored", path, report.New, report.Datasets)
		}
		datasets += report.New - report.HeldBack
		base := filepath.Join(dir, fmt.Sprintf("%d-%s", i, strings.ReplaceAll(filepath.Base(path), ".", "-")))
		export := func(data, name string, more ...string) string {
			args := append([]string{"export", "--format", strings.TrimPrefix(filepath.Ext(name), "."), "--out", name, "--data", data}, more...)
			if _, errs, code := trio(t, args...); code != 0 {
				t.Errorf("%s: export: %s", path, errs)
			}
			return name
		}
		for _, ending := range []string{".ttl", ".rdf", ".jsonld", ".nt"} {
			same[path] = append(same[path], export(data, base+ending))
		}
		profile3 = append(profile3, base+".ttl")
		profile2 = append(profile2, export(data, base+"-2.ttl", "--profile", "2.0"))
		if report.New > report.HeldBack {
			if _, errs, code := trio(t, "import", base+".rdf", "--org", "amt", "--data", data+"-again", "--site-url", "https://zweites.example.org"); code != 0 {
				t.Errorf("%s: what was exported is not imported: %s", path, errs)
				continue
			}
			same[path] = append(same[path], export(data+"-again", base+"-again.ttl", "--site-url", "https://zweites.example.org"))
		}
	}
	if datasets < 300 {
		t.Errorf("only %d datasets came through", datasets)
	}
	clean(t, "dcat-ap-de-3.0", profile3)
	clean(t, "dcat-ap-de-2.0", profile2)
	for _, files := range same {
		graphs = append(graphs, files...)
	}
	digests := judge(t, "digest", graphs)
	for path, files := range same {
		for _, f := range files[1:] {
			if digests[f] != digests[files[0]] {
				t.Errorf("%s: %s is another graph than %s: %v, %v", path, filepath.Base(f), filepath.Base(files[0]), digests[f], digests[files[0]])
			}
		}
	}
}

func clean(t *testing.T, profile string, files []string) {
	t.Helper()
	for file, verdict := range judge(t, profile, files) {
		if counts, ok := verdict.([]any); !ok || counts[0] != 0.0 {
			t.Errorf("%s breaks %s: %v", filepath.Base(file), profile, verdict)
		}
	}
}

// TestValidate_agreesWithTheJudge on real catalogues and on changed ones: some of a
// whole catalogue, most of small ones with much of the profile, where few statements
// share the faults.
func TestValidate_agreesWithTheJudge(t *testing.T) {
	t.Parallel()
	files := realCatalogues(t)
	_, _, demo := portal.get(t, "/catalog.nt")
	changed := mutations(t, [][]string{triples(t, demo, 500)}, 20)
	if changed = append(changed, mutations(t, smallCatalogues(t), 240)...); len(changed) < 200 {
		t.Fatalf("%d changed catalogues", len(changed))
	}
	files = append(files, changed...)
	for file, v := range compared(t, "3.0", "dcat-ap-de-3.0", files) {
		if v.ours != v.judge {
			t.Errorf("%s: violations, warnings, triples, datasets are %v, the judge counts %v", file, v.ours, v.judge)
		}
	}
	files = files[:len(files)-200]
	for file, v := range compared(t, "hvd", "hvd", files) {
		if v.ours != v.judge {
			t.Errorf("%s: for high-value datasets %v, the judge counts %v", file, v.ours, v.judge)
		}
	}
	// Two shapes of 2.0 say the same of a publisher, and the judge counts both.
	for file, v := range compared(t, "2.0", "dcat-ap-de-2.0", files) {
		if (v.ours[0] == 0) != (v.judge[0] == 0) {
			t.Errorf("%s: in profile 2.0 %v, the judge counts %v", file, v.ours, v.judge)
		}
	}
}

// verdict counts violations, warnings, triples and datasets.
type verdict struct{ ours, judge [4]float64 }

// compared validates files with the program and with the judge.
func compared(t *testing.T, profile, judges string, files []string) map[string]verdict {
	t.Helper()
	verdicts := judge(t, judges, files)
	all := map[string]verdict{}
	for _, file := range files {
		out, errs, _ := trio(t, "validate", "--json", "--profile", profile, file)
		counts, readable := verdicts[file].([]any)
		if !readable || out == "" {
			if readable && !refusedOnPurpose(file) {
				t.Errorf("%s: the judge reads it, trio does not: %s", file, errs)
			}
			continue
		}
		var list []struct {
			Violations, Warnings, Triples, Datasets float64
			Findings                                []struct{ Code string }
		}
		if err := json.Unmarshal([]byte(out), &list); err != nil || len(list) != 1 || len(counts) != 4 {
			t.Fatalf("%s: %v %s %v", file, err, out, counts)
		}
		o := list[0]
		for _, f := range o.Findings {
			if f.Code == "dataset_iri" || f.Code == "attribution_missing" { // rules of GovData that the shapes do not hold
				o.Warnings--
			}
		}
		v := verdict{ours: [4]float64{o.Violations, o.Warnings, o.Triples, o.Datasets}}
		for i := range counts {
			v.judge[i], _ = counts[i].(float64)
		}
		all[file] = v
	}
	if len(all) < len(files)*9/10 {
		t.Errorf("%s: only %d of %d files were compared", profile, len(all), len(files))
	}
	return all
}

// refusedOnPurpose: rdflib reads an address with a blank in it, others fail
// later; the reader refuses it with its line.
func refusedOnPurpose(file string) bool { return filepath.Base(file) == "NTI-RISPv1_Dataset.ttl" }

// triples splits N-Triples into lines.
func triples(t *testing.T, text string, least int) []string {
	t.Helper()
	lines := strings.SplitAfter(strings.TrimSpace(text), "\n")
	if len(lines) < least {
		t.Fatalf("%d triples, want %d", len(lines), least)
	}
	return lines
}

// smallCatalogues are samples as the portal writes them: together they use nearly all
// classes and properties of the profile.
func smallCatalogues(t *testing.T) (out [][]string) {
	t.Helper()
	dir := t.TempDir()
	for i, name := range []string{
		"own/valid-dcat-ap-de-3.0.ttl", "ckanext-dcatde/metadata_max.rdf", "validator-testcases/dashboard/rostock-catalog-dataset-extracted.rdf", "udata-dcat/series.xml",
		"ckanext-dcat/dcat/dataset.rdf", "dcat-ap-es-examples/ttl/1.0.0/E_DCAT-AP-ES_full.ttl", "dcat-ap-de-2.0-examples/RDF-XML/other/ex-23-dataservice.rdf",
	} {
		data := filepath.Join(dir, fmt.Sprint(i))
		if _, errs, code := trio(t, "import", shared+"/dcat-ap-de/samples/"+name, "--org", "amt", "--data", data); code != 0 {
			t.Fatalf("%s: %s", name, errs)
		}
		text, errs, code := trio(t, "export", "--format", "nt", "--data", data)
		if code != 0 {
			t.Fatalf("%s: %s", name, errs)
		}
		out = append(out, triples(t, text, 10))
	}
	return out
}

// mutations writes n catalogues, each one of those given with a few random faults: a
// statement missing, said twice, of another subject or with another value, a text for
// an address or an address for a text, another class or property.
func mutations(t *testing.T, from [][]string, n int) []string {
	t.Helper()
	dir, out := t.TempDir(), []string{}
	for i := range n {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		lines := from[i%len(from)]
		changed := slices.Clone(lines)
		split := func(line string) []string {
			return strings.SplitN(strings.TrimSuffix(strings.TrimSpace(line), " ."), " ", 3)
		}
		for range 1 + r.IntN(8) {
			k := r.IntN(len(changed))
			parts, other := split(lines[k]), split(lines[r.IntN(len(lines))])
			if len(parts) != 3 || len(other) != 3 {
				continue
			}
			value := []string{
				`"Text"`, `"Text"@de`, "<https://example.org/x>", `"2024-13-01"^^<http://www.w3.org/2001/XMLSchema#date>`, `"2024-12-01"^^<http://www.w3.org/2001/XMLSchema#date>`, "_:nobody",
				"<http://publications.europa.eu/resource/authority/language/DE>", `"-1"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>`, "<mailto:a@example.org>", other[2],
			}[r.IntN(10)]
			line := parts[0] + " " + parts[1] + " " + value + " .\n"
			switch r.IntN(6) {
			case 0:
				changed[k] = "\n"
			case 1, 2:
				changed[k] = line
			case 3: // the value stays, what it is of does not
				changed[k] = parts[0] + " " + other[1] + " " + parts[2] + " .\n"
			case 4:
				changed[k] += "\n" + other[0] + " " + parts[1] + " " + parts[2] + " .\n"
			default:
				changed[k] += "\n" + line
			}
		}
		name := filepath.Join(dir, fmt.Sprintf("mutation-%d.nt", i))
		if err := os.WriteFile(name, []byte(strings.Join(changed, "")), 0o600); err != nil {
			t.Fatal(err)
		}
		out = append(out, name)
	}
	return out
}
