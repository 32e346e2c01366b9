package main

import (
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

// TestHarvestMetrics_countWithoutNames: numbers by kind, and no name or address
// of a source.
func TestHarvestMetrics_countWithoutNames(t *testing.T) {
	t.Parallel()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	now := time.Now()
	src := &catalog.HarvestSource{ID: "s1", Name: "streng-geheim", Kind: "ckan", URL: "http://intern.example.org", Every: time.Hour, Created: now.Add(-3 * time.Hour), Next: now.Add(time.Hour)}
	odd := &catalog.HarvestSource{ID: "s2", Name: "zweite", Kind: "name der art", URL: "http://x.example.org", Paused: true}
	done := &catalog.HarvestJob{ID: "j1", Source: "s1", State: catalog.HarvestFinished, Outcome: catalog.HarvestOK, Counts: map[string]int{catalog.HarvestAdd: 7}, Created: now.Add(-2 * time.Hour), Finished: now.Add(-2*time.Hour + 4*time.Second)}
	held := &catalog.HarvestJob{ID: "j2", Source: "s1", State: catalog.HarvestHeld, Counts: map[string]int{}, Created: now}
	if _, err := store.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error {
		for _, s := range []*catalog.HarvestSource{src, odd} {
			if err := tx.PutHarvestSource(s); err != nil {
				return err
			}
		}
		for _, j := range []*catalog.HarvestJob{done, held} {
			if err := tx.PutHarvestJob(j); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	m := newHarvestMetrics(store)
	m.observe(src, done)
	m.observe(src, held)
	reg := prometheus.NewPedanticRegistry()
	reg.MustRegister(m)
	list, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{}
	for _, f := range list {
		for _, x := range f.GetMetric() {
			key := f.GetName()
			for _, l := range x.GetLabel() {
				key += " " + l.GetValue()
			}
			got[key] = x.GetGauge().GetValue() + x.GetCounter().GetValue() + float64(x.GetHistogram().GetSampleCount())
		}
	}
	if age := got["trio_harvest_oldest_good_run_seconds"]; age < 7000 || age > 7300 {
		t.Errorf("the oldest good run was %v s ago", age)
	}
	delete(got, "trio_harvest_oldest_good_run_seconds")
	want := map[string]float64{
		"trio_harvest_jobs_open applying": 0, "trio_harvest_jobs_open held": 1, "trio_harvest_jobs_open new": 0, "trio_harvest_jobs_open planning": 0,
		"trio_harvest_jobs_total ckan held": 1, "trio_harvest_jobs_total ckan ok": 1, "trio_harvest_records_total added ckan": 7, "trio_harvest_job_duration_seconds ckan": 1,
		"trio_harvest_sources held ckan": 1, "trio_harvest_sources paused unknown": 1,
	}
	if !maps.Equal(got, want) {
		t.Errorf("%v", got)
	}
	for _, f := range list {
		text := f.String()
		if strings.Contains(text, "geheim") || strings.Contains(text, "example.org") || strings.Contains(text, "name der art") {
			t.Errorf("tells a name: %s", text)
		}
	}
}
