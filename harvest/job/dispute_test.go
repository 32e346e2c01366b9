package job_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// TestDisputes_areDecided: what source and portal both changed waits for somebody;
// a lock keeps the source out until it is lifted.
func TestDisputes_areDecided(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	h.run(job.Options{})
	desk := job.NewDesk(h.engine, nil)
	sysadmin := admin
	open := func() (out []string) {
		t.Helper()
		_, list, err := desk.Disputes(t.Context(), sysadmin, "quelle")
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			out = append(out, d.GUID+": "+strings.Join(d.Fields, " "))
		}
		return out
	}
	decide := func(field, how string) {
		t.Helper()
		if err := desk.Decide(t.Context(), sysadmin, "quelle", "id-001", field, how); err != nil {
			t.Fatal(err)
		}
	}
	edit := func(field string, v any) {
		t.Helper()
		if _, _, err := h.reg.Change(t.Context(), admin, "package", "datensatz-1", 0, func(e *catalog.Entry) error { e.Fields[field] = v; return nil }); err != nil {
			t.Fatal(err)
		}
	}
	theirs := func(field, v string) {
		h.src.set(func() { h.src.packages[1][field] = v })
		h.run(job.Options{})
	}
	edit("title", "Unser Titel")
	edit("notes", "Unser Text")
	theirs("title", "Ihr Titel")
	if got := open(); !slices.Equal(got, []string{"id-001: title"}) {
		t.Errorf("after both changed the title: %q", got)
	}
	theirs("notes", "Ihr Text")
	if got := open(); !slices.Equal(got, []string{"id-001: title notes"}) {
		t.Errorf("after both changed the text too: %q", got)
	}
	decide("title", job.DecideTheirs)
	decide("notes", job.DecideLock)
	if e := h.get("datensatz-1"); len(open()) != 0 || e.Fields.String("title") != "Ihr Titel" || e.Fields.String("notes") != "Unser Text" {
		t.Errorf("decided: %q %v", open(), e.Fields)
	}
	theirs("notes", "Ihr neuer Text")
	theirs("title", "Ihr neuer Titel")
	if e := h.get("datensatz-1"); len(open()) != 0 || e.Fields.String("notes") != "Unser Text" || e.Fields.String("title") != "Ihr neuer Titel" {
		t.Errorf("locked: %q %v", open(), e.Fields)
	}
	decide("notes", job.DecideUnlock)
	theirs("notes", "Ihr letzter Text")
	if got := open(); !slices.Equal(got, []string{"id-001: notes"}) {
		t.Errorf("unlocked: %q", got)
	}
	edit("notes", "Ihr letzter Text") // agreed by hand
	theirs("title", "x y z")
	if got := open(); len(got) != 0 {
		t.Errorf("both say the same: %q", got)
	}
	// All distributions are locked as one.
	decide("resources", job.DecideLock)
	h.src.set(func() {
		h.src.packages[1]["resources"] = []any{map[string]any{"url": "https://example.org/andere.csv"}}
	})
	h.run(job.Options{})
	if e := h.get("datensatz-1"); len(e.Parts) != 1 || e.Parts[0].Fields.String("url") != "https://example.org/1.csv" {
		t.Errorf("%v", e.Parts)
	}
	id := h.get("datensatz-1").Parts[0].ID
	decide("resources", job.DecideTheirs)
	if e := h.get("datensatz-1"); len(e.Parts) != 1 || e.Parts[0].Fields.String("url") != "https://example.org/andere.csv" || e.Parts[0].ID == id {
		t.Errorf("%v", e.Parts)
	}
	for _, c := range [][2]string{{"nichts", job.DecideLock}, {"title", "vielleicht"}, {"harvest", job.DecideTheirs}} {
		if err := desk.Decide(t.Context(), sysadmin, "quelle", "id-001", c[0], c[1]); catalog.KindOf(err) != catalog.KindInvalid {
			t.Errorf("%v: %v", c, err)
		}
	}
	if err := desk.Decide(t.Context(), catalog.Actor{Name: "y"}, "quelle", "id-001", "title", job.DecideLock); catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("a stranger: %v", err)
	}
}
