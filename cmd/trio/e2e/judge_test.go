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

// TestValidate_agreesWithTheJudge on real catalogues and on changed ones.
func TestValidate_agreesWithTheJudge(t *testing.T) {
	t.Parallel()
	files := append(realCatalogues(t), mutations(t, 60)...)
	if len(files) < 100 {
		t.Fatalf("%d files", len(files))
	}
	verdicts := judge(t, "dcat-ap-de-3.0", files)
	agreed := 0
	for _, file := range files {
		out, errs, _ := trio(t, "validate", "--json", file)
		counts, readable := verdicts[file].([]any)
		if !readable || out == "" {
			if readable && !refusedOnPurpose(file) {
				t.Errorf("%s: the judge reads it, trio does not: %s", file, errs)
			}
			continue
		}
		var ours []struct{ Violations, Warnings, Triples, Datasets float64 }
		if err := json.Unmarshal([]byte(out), &ours); err != nil || len(ours) != 1 {
			t.Fatalf("%s: %v %s", file, err, out)
		}
		o := ours[0]
		if o.Violations != counts[0] || o.Triples != counts[2] || o.Datasets != counts[3] {
			t.Errorf("%s: violations, triples, datasets are %v %v %v, the judge counts %v", file, o.Violations, o.Triples, o.Datasets, counts)
			continue
		}
		agreed++
	}
	t.Logf("%d of %d files: the same verdict", agreed, len(files))
}

// refusedOnPurpose: rdflib reads an address with a blank in it, others fail
// later; the reader refuses it with its line.
func refusedOnPurpose(file string) bool { return filepath.Base(file) == "NTI-RISPv1_Dataset.ttl" }

// mutations writes the public catalogue of the demo as N-Triples with a few
// random faults each: a statement missing, twice with another value, with a
// text for an address or an address for a text, of another class.
func mutations(t *testing.T, n int) []string {
	t.Helper()
	_, _, body := portal.get(t, "/catalog.nt")
	lines := strings.SplitAfter(strings.TrimSpace(body), "\n")
	if len(lines) < 500 {
		t.Fatalf("the demo has %d triples", len(lines))
	}
	dir, out := t.TempDir(), []string{}
	for i := range n {
		r := rand.New(rand.NewPCG(7, uint64(i)))
		changed := slices.Clone(lines)
		for range 1 + r.IntN(8) {
			k := r.IntN(len(changed))
			parts := strings.SplitN(strings.TrimSuffix(strings.TrimSpace(changed[k]), " ."), " ", 3)
			if len(parts) != 3 {
				continue
			}
			other := []string{`"Text"`, `"Text"@de`, "<https://example.org/x>", `"2024-13-01"^^<http://www.w3.org/2001/XMLSchema#date>`, "_:nobody",
				"<http://publications.europa.eu/resource/authority/language/DE>", `"-1"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger>`}[r.IntN(7)]
			line := parts[0] + " " + parts[1] + " " + other + " .\n"
			switch r.IntN(3) {
			case 0:
				changed[k] = "\n"
			case 1:
				changed[k] = line
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
