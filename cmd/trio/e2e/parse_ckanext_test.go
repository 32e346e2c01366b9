package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestFeed_ckanextReadsAllOfIt: ckanext-dcat's parser, on which GovData's harvester is
// built, gives up a whole catalogue at one statement it does not expect. With everything
// the profile has in it, entered and taken over, it reads each page in each of its
// profiles, and the pages keep the rules of 3.0.
func TestFeed_ckanextReadsAllOfIt(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	if _, errs, code := trio(t, "import", "testdata/rare.ttl", "--org", "amt", "--data", data); code != 0 {
		t.Fatal(errs)
	}
	s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", data, "--log-level", "warn")
	if err != nil {
		t.Fatal(err)
	}
	defer s.stop()
	const (
		point = `{"type":"Point","coordinates":[11.5,48.1]}`
		box   = `{"type":"Polygon","coordinates":[[[11,48],[12,48],[12,49],[11,49],[11,48]]]}`
		many  = `{"type":"MultiPolygon","coordinates":[[[[11,48],[12,48],[12,49],[11,48]]],[[[10,47.5],[10.5,47.5],[10.5,48],[10,47.5]]]]}`
		round = `{"type":"Polygon","coordinates":[[[10,47.5],[12,47.5],[12,49],[10,49],[10,47.5]]]}`
	)
	// What is entered in spatial, and what ckanext-dcat makes of it.
	entered := map[string]map[string]string{
		point: {"spatial_centroid": point}, box: {"spatial_bbox": box}, many: {"spatial_bbox": round}, "Stadtgebiet": {}, "POLYGON((": {},
		"POINT(11.5 48.1)": {"spatial_centroid": `{"type": "Point", "coordinates": [11.5, 48.1]}`},
	}
	ids := map[string]string{}
	for spatial := range entered {
		var made struct{ ID string }
		if status, body := s.post(t, "package_create", map[string]any{
			"name": fmt.Sprintf("ort-%d", len(ids)), "title": "Ort", "notes": "Wo es ist.", "owner_org": "muenchen", "spatial": spatial, "temporal_coverage": []any{map[string]any{"start": "2020"}},
			"resources": []any{map[string]any{"url": "https://example.org/x.csv", "format": "CSV", "license": "http://dcat-ap.de/def/licenses/dl-zero-de/2.0"}},
		}, &made); status != http.StatusOK {
			t.Fatalf("%s: %d %s", spatial, status, body)
		}
		ids[spatial] = s.URL + "/dataset/" + made.ID
	}
	var files []string
	for _, format := range []string{"ttl", "rdf", "jsonld"} {
		cmd := exec.CommandContext(t.Context(), peers, "testdata/parse.py", s.URL+"/catalog."+format)
		text, err := cmd.Output()
		var read struct {
			Errors []struct {
				Profiles []string
				Error    string
			}
			Places map[string]map[string]any
		}
		if err == nil {
			err = json.Unmarshal(text, &read)
		}
		if err != nil {
			t.Fatalf("%s: %v", format, err)
		}
		for _, e := range read.Errors {
			t.Errorf("%s, %v: %s", format, e.Profiles, e.Error)
		}
		for spatial, want := range entered {
			for _, key := range []string{"spatial", "spatial_bbox", "spatial_centroid"} {
				if got, _ := read.Places[ids[spatial]][key].(string); got != want[key] {
					t.Errorf("%s: of %s it has %s %q, want %q", format, spatial, key, got, want[key])
				}
			}
		}
		if read.Places["https://q.example.org/alles"] == nil || read.Places["https://q.example.org/alles-1"] == nil {
			t.Errorf("%s: what was taken over is not there", format)
		}
		_, _, page := s.get(t, "/catalog."+format)
		files = append(files, filepath.Join(dir, "seite."+format))
		if err := os.WriteFile(files[len(files)-1], []byte(page), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(shared); err == nil {
		clean(t, "dcat-ap-de-3.0", files)
	}
}
