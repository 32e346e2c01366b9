package job_test

import (
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// TestRun_addressesOutliveAMove: the address that was made for a dataset is its
// identifier in the feed. A portal under another name has the same datasets, and
// what is new there gets an address of its own.
func TestRun_addressesOutliveAMove(t *testing.T) {
	t.Parallel()
	h := open(t, 30)
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "30/0/0/0/0")
	before := h.get("datensatz-3").Fields.String("uri")
	h.update(func(tx catalog.WriteTx) error {
		s, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		s.URL = strings.Replace(s.URL, "127.0.0.1", "localhost", 1)
		return tx.PutHarvestSource(s)
	})
	h.src.set(func() {
		h.src.packages[3]["title"] = "Anders"
		h.src.packages = append(h.src.packages, pack(30))
	})
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "1/1/0/29/0")
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "0/0/0/31/0")
	e := h.get("datensatz-3")
	if got := e.Fields.String("uri"); got != before || e.Fields.String("title") != "Anders" {
		t.Errorf("%q has the address %s, before %s", e.Fields.String("title"), got, before)
	}
	if got := h.get("datensatz-30").Fields.String("uri"); !strings.HasPrefix(got, "http://localhost:") {
		t.Errorf("the new one has the address %s", got)
	}
	// What the source itself says counts.
	h.src.set(func() {
		h.src.packages[3]["extras"] = []any{map[string]any{"key": "uri", "value": "https://id.example.org/3"}}
	})
	h.run(job.Options{})
	if got := h.get("datensatz-3").Fields.String("uri"); got != "https://id.example.org/3" {
		t.Errorf("the source says its address, kept %s", got)
	}
}
