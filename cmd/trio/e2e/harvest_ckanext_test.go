package e2e

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// peers has ckanext-harvest and ckanext-dcat; make prepare installs them.
const peers = "../../../.cache/peers/bin/python"

// TestHarvest_realHarvestersReadUs: the harvesters of ckanext-dcat and
// ckanext-harvest read the portal while datasets are changed, made and deleted
// between their pages. What was there all the time comes once, nothing twice.
func TestHarvest_realHarvestersReadUs(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat(peers); err != nil {
		t.Fatal("the harvesters of CKAN are not installed; make peers does that")
	}
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"), "--log-level", "warn")
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	act := func(name string, args map[string]any) {
		t.Helper()
		if status, body := s.post(t, name, args, nil); status != http.StatusOK {
			t.Fatalf("%s: %d %s", name, status, body)
		}
	}
	dataset := func(name, title string) map[string]any {
		return map[string]any{"name": name, "title": title, "notes": "Was es so gibt.", "owner_org": "muenchen", "license_id": "dl-de-zero-2.0", "contact_name": "Amt", "contact_email": "amt@example.org",
			"resources": []any{map[string]any{"url": "https://example.org/" + name + ".csv", "format": "CSV", "license": "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"}}}
	}
	const n = 260
	for i := range n {
		act("package_create", dataset(fmt.Sprintf("bestand-%03d", i), fmt.Sprintf("Bestand %d", i)))
	}
	gone := 0
	for _, c := range []struct {
		kind, path string
		shrinks    bool // deletions between pages are part of the promise
	}{
		{"dcat", "/catalog.rdf", true}, {"dcat", "/catalog.ttl", true}, {"dcat", "/catalog.jsonld", true}, {"ckan", "", false},
	} {
		page, always := 0, map[string]bool{}
		for i := gone; i < n; i++ {
			always[fmt.Sprintf("Bestand %d", i)] = true
		}
		records := gather(t, c.kind, s.URL+c.path, func() {
			page++
			act("package_create", dataset(fmt.Sprintf("neu-%s-%d-%d", c.kind, page, gone), fmt.Sprintf("Neu %s %d %d", c.kind, page, gone)))
			for i := range 5 { // changed, on this page and on others
				act("package_patch", map[string]any{"id": fmt.Sprintf("bestand-%03d", n-1-i*40), "notes": fmt.Sprintf("Anders %d", page)})
			}
			if c.shrinks && page > 1 {
				act("package_delete", map[string]any{"id": fmt.Sprintf("bestand-%03d", gone)})
				delete(always, fmt.Sprintf("Bestand %d", gone))
				gone++
			}
		})
		if page < 3 {
			t.Errorf("%s%s: %d pages only", c.kind, c.path, page)
		}
		ids, titles := map[string]int{}, map[string]int{}
		for _, r := range records {
			titles[r.Title]++
			if ids[r.GUID]++; ids[r.GUID] == 2 {
				t.Errorf("%s%s: %s came twice", c.kind, c.path, r.GUID)
			}
		}
		for title := range always {
			if titles[title] != 1 {
				t.Errorf("%s%s: %q came %d times", c.kind, c.path, title, titles[title])
			}
		}
		t.Logf("%s%s: %d records on %d pages", c.kind, c.path, len(records), page)
	}
}

type gathered struct{ GUID, Title string }

// gather runs a real harvester; between is called before each of its pages.
func gather(t *testing.T, kind, address string, between func()) []gathered {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), peers, "testdata/peer.py", kind, address)
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var result struct {
		Errors  []string
		Records []gathered
	}
	lines := bufio.NewScanner(out)
	lines.Buffer(nil, 64<<20)
	for lines.Scan() {
		if !strings.HasPrefix(lines.Text(), "page ") {
			if err := json.Unmarshal(lines.Bytes(), &result); err != nil {
				t.Fatalf("%v: %s", err, lines.Text())
			}
			continue
		}
		between()
		if _, err := fmt.Fprintln(in); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil || len(result.Errors) > 0 {
		t.Fatalf("%s %s: %v %q\n%s", kind, address, err, result.Errors, errs.String())
	}
	return result.Records
}
