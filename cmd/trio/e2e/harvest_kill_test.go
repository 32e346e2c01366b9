package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

// catalogue is a CKAN of made-up packages. From one night to the next some are
// changed, some gone, some new.
type catalogue struct {
	n       int
	licence string // "" for one that everybody knows
	night   atomic.Int32
}

func (c *catalogue) packages() (out []map[string]any) {
	night := int(c.night.Load())
	for i := range c.n + 50*night {
		if night > 0 && i%40 == 7 {
			continue // gone
		}
		p := map[string]any{"id": fmt.Sprintf("id-%05d", i), "name": fmt.Sprintf("datensatz-%d", i), "title": fmt.Sprintf("Datensatz %d", i), "notes": "Was es so gibt.",
			"license_id": "dl-de-zero-2.0", "tags": []any{map[string]any{"name": "Baum"}},
			"resources": []any{map[string]any{"url": fmt.Sprintf("https://example.org/%d.csv", i), "format": "CSV"}, map[string]any{"url": fmt.Sprintf("https://example.org/%d.json", i), "format": "JSON"}}}
		if c.licence != "" {
			p["license_id"] = c.licence
		}
		if night > 0 && i%10 == 3 {
			p["title"] = fmt.Sprintf("Datensatz %d, Fassung %d", i, night)
		}
		out = append(out, p)
	}
	return out
}

func (c *catalogue) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	list := c.packages()
	start, err := strconv.Atoi(r.URL.Query().Get("start"))
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	page := list[min(start, len(list)):]
	page = page[:min(len(page), 1000)]
	_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": len(list), "results": append([]map[string]any{}, page...)}})
}

// TestHarvest_killedAnywhere kills harvests of two thousand records, of ten thousand in the long form,
// at random moments, through a first night and a second one that changes, adds and deletes.
// Every time the folder is sound, and in the end all is as without the kills.
func TestHarvest_killedAnywhere(t *testing.T) {
	rounds, records := 12, 2000
	if crashRounds != "" {
		n, err := strconv.Atoi(crashRounds)
		if err != nil {
			t.Fatal(err)
		}
		rounds, records = n, 10_000
	}
	c := &catalogue{n: records}
	srv := httptest.NewServer(c)
	defer srv.Close()
	run := step{"harvest", "run", "quelle", "--json", "--log-level", "error"}
	add := step{"harvest", "source", "add", "quelle", srv.URL, "--kind", "ckan", "--org", "amt", "--every", "0", "--inside", "--json"}

	calm := filepath.Join(t.TempDir(), "calm")
	complete(t, calm, add)
	var took [2]time.Duration
	var want [2]map[string]string
	for night := range 2 {
		c.night.Store(int32(night))
		start := time.Now()
		complete(t, calm, run)
		took[night] = time.Since(start)
		want[night] = state(t, calm)
	}
	seed := uint64(time.Now().UnixNano())
	src := rand.New(rand.NewPCG(seed, 0))
	killed, faster := 0, 0
	for killed < rounds {
		data := filepath.Join(t.TempDir(), fmt.Sprint("data", killed))
		complete(t, data, add)
		for night := range 2 {
			c.night.Store(int32(night))
			for range 1 + src.IntN(3) {
				if killed == rounds {
					break
				}
				if !kill(t, data, run, time.Duration(src.Int64N(int64(took[night])+1))) {
					faster++
					continue
				}
				killed++
				sound(t, data)
			}
			complete(t, data, run)
			if got := state(t, data); !maps.Equal(want[night], got) {
				t.Fatalf("seed %d, night %d: the state differs from an undisturbed run:\n%.3000s", seed, night, cmp.Diff(want[night], got))
			}
		}
		noneOpen(t, data)
	}
	t.Logf("seed %d, %d kills, %d runs were faster; undisturbed nights took %v", seed, killed, faster, took)
}

// noneOpen: no job is left that says it runs.
func noneOpen(t *testing.T, data string) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(data, "trio.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.View(t.Context(), func(tx catalog.Tx) error {
		open, err := tx.HarvestJobs("", true, 10)
		for _, j := range open {
			t.Errorf("left open: %+v", j)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
