package e2e

import (
	"fmt"
	"net/http"
	"path/filepath"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

// titles counts the live datasets by title.
func titles(t *testing.T, data string) map[string]int {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(data, "trio.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	out := map[string]int{}
	if err := store.View(t.Context(), func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic}) {
			if err != nil {
				return err
			}
			out[e.Fields.String("title")]++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return out
}

// TestHarvest_twoTriosWithoutLoops: two portals harvest each other for some nights.
// Each has everything once, nothing grows, and between full comparisons changes
// and deletions come by the change log in a few requests.
func TestHarvest_twoTriosWithoutLoops(t *testing.T) {
	t.Parallel()
	var peers [2]*server
	for i := range peers {
		s, err := start("demo", "--json", "--listen", "127.0.0.1:0", "--data", filepath.Join(t.TempDir(), "data"), "--log-level", "warn")
		if err != nil {
			t.Fatal(err)
		}
		defer s.stop()
		peers[i] = s
		for n := range 12 {
			d := map[string]any{"name": fmt.Sprintf("stadt%d-%d", i, n), "title": fmt.Sprintf("Bestand %d von Stadt %d", n, i), "owner_org": "muenchen", "license_id": "dl-de-zero-2.0", "resources": []any{map[string]any{"url": fmt.Sprintf("https://stadt%d.example.org/%d.csv", i, n), "format": "CSV"}}}
			if status, body := s.post(t, "package_create", d, nil); status != http.StatusOK {
				t.Fatalf("%d %s", status, body)
			}
		}
		if status, body := s.post(t, "package_create", map[string]any{"name": "geheim", "title": "Geheim", "owner_org": "muenchen", "private": true}, nil); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	own := [2]int{len(titles(t, peers[0].Data)), len(titles(t, peers[1].Data))}
	for i, s := range peers {
		if _, errs, code := trio(t, "harvest", "source", "add", "nachbar", peers[1-i].URL, "--kind", "trio", "--org", "augsburg", "--every", "0", "--inside", "--data", s.Data, "--site-url", s.URL); code != 0 {
			t.Fatal(errs)
		}
	}
	run := func(i int) harvestJob {
		t.Helper()
		out := harvest(t, peers[i].Data, "nachbar", "--site-url", peers[i].URL)
		if out.Outcome != "ok" {
			t.Errorf("peer %d: %+v", i, out)
		}
		return out
	}
	count := func(i int) (n int) {
		for _, x := range titles(t, peers[i].Data) {
			n += x
		}
		return n
	}
	before := [2]int{count(0), count(1)}
	first := run(0)
	if first.Counts["added"] != before[1] {
		t.Errorf("the first run: %+v, the other has %d", first, before[1])
	}
	if j := run(1); j.Counts["added"] != before[0] || j.Own != before[1] {
		t.Errorf("the other way: %+v, want %d added and %d of our own", j, before[0], before[1])
	}
	run(0) // what came last is told once more
	for night := range 3 {
		for i := range peers {
			j := run(i)
			if j.Counts["added"]+j.Counts["updated"]+j.Counts["deleted"] != 0 {
				t.Errorf("night %d, peer %d: something moved: %+v", night, i, j)
			}
			if n := count(i); n != before[0]+before[1] {
				t.Errorf("night %d, peer %d: %d datasets, want %d + %d (own %v)", night, i, n, before[0], before[1], own)
			}
		}
	}
	// A change, a deletion and a hidden one.
	for name, change := range map[string]map[string]any{"stadt1-3": {"title": "Anders"}, "stadt1-4": {"private": true}} {
		change["id"] = name
		if status, body := peers[1].post(t, "package_patch", change, nil); status != http.StatusOK {
			t.Fatalf("%d %s", status, body)
		}
	}
	if status, body := peers[1].post(t, "package_delete", map[string]any{"id": "stadt1-5"}, nil); status != http.StatusOK {
		t.Fatalf("%d %s", status, body)
	}
	j := run(0)
	if j.Counts["updated"] != 1 || j.Counts["deleted"] != 2 || !j.Delta || j.Requests > 10 {
		t.Errorf("after changes: %+v", j)
	}
	got := titles(t, peers[0].Data)
	if got["Anders"] != 1 || got["Bestand 4 von Stadt 1"]+got["Bestand 5 von Stadt 1"]+got["Geheim"] != 0 {
		t.Errorf("after changes: %v", got)
	}
	if j := run(1); j.Counts["updated"]+j.Counts["deleted"]+j.Counts["added"] != 0 {
		t.Errorf("the change comes back: %+v", j)
	}
}
