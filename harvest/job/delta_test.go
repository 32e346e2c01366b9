package job_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// dated is a CKAN that can be asked for what changed since a moment.
type dated struct {
	mu      sync.Mutex
	list    []map[string]any
	ignores bool // asked for changes it answers with everything
	filters int  // requests that asked for changes
}

const ckanMoment = "2006-01-02T15:04:05.999999"

func (d *dated) put(i int, title string, modified, created time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := pack(i)
	p["title"], p["metadata_modified"], p["metadata_created"] = title, modified.UTC().Format(ckanMoment), created.UTC().Format(ckanMoment)
	at := slices.IndexFunc(d.list, func(q map[string]any) bool { return q["id"] == p["id"] })
	if at < 0 {
		d.list = append(d.list, p)
	} else {
		d.list[at] = p
	}
}

func (d *dated) drop(i int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.list = slices.DeleteFunc(d.list, func(p map[string]any) bool { return p["id"] == pack(i)["id"] })
}

func (d *dated) ignoreFilters() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ignores = true
}

func (d *dated) filtered() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.filters
}

func (d *dated) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	q := r.URL.Query()
	start, err := strconv.Atoi(q.Get("start"))
	if err != nil {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	list := d.list
	if from, ok := strings.CutPrefix(q.Get("fq"), "metadata_modified:["); ok {
		d.filters++
		at, err := time.Parse("2006-01-02T15:04:05Z", strings.TrimSuffix(from, " TO *]"))
		if err != nil {
			w.WriteHeader(http.StatusConflict)
			return
		}
		if !d.ignores {
			list = slices.DeleteFunc(slices.Clone(list), func(p map[string]any) bool {
				m, err := time.Parse(ckanMoment, p["metadata_modified"].(string))
				return err != nil || m.Before(at)
			})
		}
	}
	const rows = 50 // whatever was asked for
	page := list[min(start, len(list)):]
	page = page[:min(len(page), rows)]
	_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": len(list), "results": append([]map[string]any{}, page...)}})
}

// TestCKAN_byDate: between two full comparisons only what changed is read; where
// the portal's count tells of something else, everything is compared after all.
func TestCKAN_byDate(t *testing.T) {
	t.Parallel()
	day := time.Now().Add(-48 * time.Hour)
	h := open(t, 0)
	d := &dated{}
	for i := range 120 {
		d.put(i, fmt.Sprint("Titel ", i), day, day)
	}
	srv := httptest.NewServer(d)
	defer srv.Close()
	source := func(fn func(*catalog.HarvestSource)) (out catalog.HarvestSource) {
		h.update(func(tx catalog.WriteTx) error {
			src, err := tx.HarvestSource("quelle")
			if err != nil {
				return err
			}
			fn(src)
			out = *src
			return tx.PutHarvestSource(src)
		})
		return out
	}
	source(func(s *catalog.HarvestSource) {
		s.URL, s.Config = srv.URL, map[string]string{"full": "168h", "delay": "0"}
	})
	run := func(what string, delta bool, want string) *catalog.HarvestJob {
		t.Helper()
		j := h.run(job.Options{})
		if j.Outcome != catalog.HarvestOK || j.Delta != delta || counts(j) != want {
			t.Errorf("%s: %s, by date %v, %s (%s %+v)", what, j.Outcome, j.Delta, counts(j), j.Reason, j.Findings)
		}
		return j
	}
	now := time.Now()
	run("the first time", false, "120/0/0/0/0")
	if j := run("nothing happened", true, "0/0/0/120/0"); j.Requests > 4 {
		t.Errorf("%d requests", j.Requests)
	}
	d.put(3, "Neuer Titel", now, day)
	run("one changed", true, "0/1/0/119/0")
	if h.get("datensatz-3").Fields.String("title") != "Neuer Titel" {
		t.Error("the change did not arrive")
	}
	d.put(120, "Ganz neu", now.Add(time.Second), now.Add(time.Second))
	run("one new", true, "1/0/0/120/0")
	d.put(4, "Spät verzeichnet", now.Add(-30*time.Minute), day)
	run("one that came late into the portal's index", true, "0/1/0/120/0")
	d.drop(7)
	run("one gone", false, "0/0/1/120/0")
	d.drop(8)
	d.put(121, "Noch einer", now.Add(2*time.Second), now.Add(2*time.Second))
	run("one gone and one new", false, "1/0/1/119/0")
	d.put(9, "Vom Jahr 9999", time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC), day)
	run("one from the future", true, "0/1/0/119/0")
	d.put(10, "Danach", now.Add(3*time.Second), day)
	run("the future did not become the mark", true, "0/1/0/119/0")
	d.put(11, "Still geändert", day, day)
	run("one changed without its date", true, "0/0/0/120/0")
	source(func(s *catalog.HarvestSource) { s.Full = time.Now().Add(-169 * time.Hour) })
	run("the time of a full comparison", false, "0/1/0/119/0")
	d.ignoreFilters()
	d.put(12, "Ohne Filter", now.Add(4*time.Second), day)
	run("a portal that gives everything", true, "0/1/0/119/0")
	if n := d.filtered(); n == 0 || h.live() != 120 {
		t.Errorf("%d filters, %d live", n, h.live())
	}
	source(func(s *catalog.HarvestSource) { s.SetMapping("dataset: {set: {language: DEU}}", time.Now()) })
	run("another mapping", false, "0/120/0/0/0")
}
