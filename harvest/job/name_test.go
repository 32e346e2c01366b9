package job_test

import (
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// TestRun_keepsTheNamesOfItsSource: names as long as CKAN lets them be are kept, and
// where somebody has one already a number finds room behind it.
func TestRun_keepsTheNamesOfItsSource(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	long := strings.Repeat("ein-langer-name-", 6) + "0001" // 100 letters
	if _, err := h.reg.Create(t.Context(), admin, &catalog.Entry{Name: "datensatz-1", Type: catalog.TypeDataset, Fields: catalog.Fields{"title": "Eigener", "notes": "x"}}); err != nil {
		t.Fatal(err)
	}
	h.src.set(func() {
		h.src.packages[0]["name"] = long
		more := pack(2)
		more["name"] = long // two cannot have it
		h.src.packages = append(h.src.packages, more)
	})
	h.expect(h.run(job.Options{}), catalog.HarvestFinished, catalog.HarvestOK, "3/0/0/0/0")
	for name, title := range map[string]string{long: "Titel 0", "datensatz-1-2": "Titel 1", strings.TrimRight(long[:80], "-"): "Titel 2"} {
		if got := h.get(name).Fields.String("title"); got != title {
			t.Errorf("%s is %q and not %q", name, got, title)
		}
	}
}
