package job_test

import (
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// TestGuard_holdsEmptying: a source that suddenly sends records without files is
// held as one that lost them.
func TestGuard_holdsEmptying(t *testing.T) {
	t.Parallel()
	h := open(t, 40)
	h.run(job.Options{})
	h.src.set(func() {
		for _, p := range h.src.packages[:11] {
			p["resources"] = nil
		}
	})
	if j := h.run(job.Options{}); j.State != catalog.HarvestHeld || !strings.Contains(j.Reason, "11 von 40") {
		t.Errorf("%+v", j)
	}
	h.src.set(func() { h.src.packages[0]["resources"] = []any{map[string]any{"url": "https://example.org/x.csv"}} })
	if j := h.run(job.Options{}); j.State != catalog.HarvestFinished || j.Counts[catalog.HarvestUpdate] != 11 {
		t.Errorf("ten may be meant so: %+v", j)
	}
}

// TestGarbled_doesNotReplaceGood: entstellte Umlaute replace nothing that was good;
// what comes so from the beginning is taken and told.
func TestGarbled_doesNotReplaceGood(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	h.src.set(func() {
		h.src.packages[0]["title"], h.src.packages[2]["title"] = "Bäume für München", "Schon immer fÃ¼r alle"
		h.src.packages[1]["notes"] = "Ein Ãrgernis ist kein Fehler, â auch nicht" // signs that stand alone
	})
	j := h.run(job.Options{})
	h.expect(j, "finished", "ok", "3/0/0/0/0")
	h.src.set(func() {
		h.src.packages[0]["title"], h.src.packages[1]["notes"] = "BÃ¤ume fÃ¼r MÃ¼nchen", "Ein Ärgernis"
	})
	j = h.run(job.Options{})
	h.expect(j, "finished", "partial", "0/1/0/1/1")
	if got := h.titles(); !strings.Contains(got, "Bäume für München") {
		t.Error(got)
	}
}
