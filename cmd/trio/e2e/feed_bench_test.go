package e2e

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// BenchmarkFeedPage serves a page of a hundred datasets over HTTP: made anew, as it
// was made for somebody before, and unchanged for who has it. It reports how many times faster that is than ckanext-dcat makes the
// same page of the same datasets (its serialiser alone: nothing is read from a
// database or sent).
func BenchmarkFeedPage(b *testing.B) {
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(b.TempDir(), "data"), "--log-level", "warn")
	if err != nil {
		b.Fatal(err)
	}
	defer s.stop()
	fill(b, s, 100)
	_, _, packages := fetchAs(b, "", s.URL+"/api/3/action/package_search?rows=100&sort=metadata_created+asc")
	for _, format := range []string{"ttl", "xml"} {
		var peer struct {
			Seconds float64
			Triples int
		}
		cmd := exec.CommandContext(b.Context(), peers, "testdata/serialise.py", format)
		cmd.Stdin = strings.NewReader(packages)
		out, err := cmd.Output()
		if err != nil {
			b.Fatalf("%v (make peers installs ckanext-dcat)", err)
		}
		if err := json.Unmarshal(out, &peer); err != nil || peer.Triples == 0 {
			b.Fatalf("%v: %s", err, out)
		}
		address := s.URL + "/catalog." + map[string]string{"ttl": "ttl", "xml": "rdf"}[format]
		ratio := func(b *testing.B) {
			b.Helper()
			b.ReportMetric(peer.Seconds/(b.Elapsed().Seconds()/float64(b.N)), "x-ckanext-dcat")
		}
		b.Run(format+"-kept", func(b *testing.B) {
			for b.Loop() {
				fetchAll(b, address, "")
			}
			ratio(b)
		})
		b.Run(format+"-made", func(b *testing.B) {
			i := 0
			for b.Loop() {
				i++ // another address each time, so that no answer is kept
				day := time.Date(2000, 1, 1, 0, 0, i, 0, time.UTC).Format("2006-01-02T15:04:05Z")
				fetchAll(b, address+"?modified_since="+day, "")
			}
			ratio(b)
		})
		b.Run(format+"-304", func(b *testing.B) {
			res, err := http.Get(address) //nolint:noctx // the server is ours
			if err != nil {
				b.Fatal(err)
			}
			res.Body.Close()
			tag := res.Header.Get("ETag")
			for b.Loop() {
				if body := fetchAll(b, address, tag); len(body) > 0 {
					b.Fatal("not 304")
				}
			}
		})
	}
}

// fill makes datasets until there are n.
func fill(b *testing.B, s *server, n int) {
	b.Helper()
	var have struct {
		Result struct{ Count int }
	}
	_, _, body := fetchAs(b, "", s.URL+"/api/3/action/package_search?rows=0")
	if err := json.Unmarshal([]byte(body), &have); err != nil {
		b.Fatal(err)
	}
	for i := have.Result.Count; i < n; i++ {
		name := fmt.Sprintf("messwerte-%03d", i)
		args := map[string]any{"name": name, "title": fmt.Sprintf("Messwerte der Station %d", i), "notes": "Stündliche Messwerte von Luft und Lärm.", "owner_org": "muenchen", "license_id": "dl-de-zero-2.0",
			"contact_name": "Umweltamt", "contact_email": "umwelt@example.org", "tags": []any{map[string]any{"name": "Luft"}, map[string]any{"name": "Lärm"}},
			"extras":    []any{map[string]any{"key": "theme", "value": `["http://publications.europa.eu/resource/authority/data-theme/ENVI"]`}, map[string]any{"key": "frequency", "value": "http://publications.europa.eu/resource/authority/frequency/HOURLY"}},
			"resources": []any{map[string]any{"url": "https://example.org/" + name + ".csv", "name": "Tabelle", "format": "CSV", "license": "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"}, map[string]any{"url": "https://example.org/" + name + ".json", "name": "JSON", "format": "JSON", "license": "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"}}}
		if status, body := s.post(b, "package_create", args, nil); status != http.StatusOK {
			b.Fatalf("%d %s", status, body)
		}
	}
}

func fetchAll(b *testing.B, address, tag string) []byte {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, address, http.NoBody)
	if err != nil {
		b.Fatal(err)
	}
	req.Header.Set("Accept-Encoding", "gzip") // as harvesters ask; unpacking is theirs
	if tag != "" {
		req.Header.Set("If-None-Match", tag)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		b.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK && res.StatusCode != http.StatusNotModified {
		b.Fatalf("%s: %d %v", address, res.StatusCode, err)
	}
	return body
}
