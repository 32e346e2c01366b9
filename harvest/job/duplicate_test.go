package job_test

import (
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// second adds another source with packages of its own to a house.
func (h *house) second(policy string, priority int, packages ...map[string]any) *portal {
	h.Helper()
	p := &portal{packages: packages}
	srv := httptest.NewServer(p)
	h.Cleanup(srv.Close)
	h.update(func(tx catalog.WriteTx) error {
		first, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		return tx.PutHarvestSource(&catalog.HarvestSource{ID: "s2", Name: "zweite", Kind: "ckan", URL: srv.URL, Owner: first.Owner, Inside: true, Duplicates: policy, Priority: priority})
	})
	return p
}

func (h *house) runSecond() *catalog.HarvestJob {
	h.Helper()
	j, err := h.engine.Run(h.Context(), "zweite", job.Options{})
	if err != nil {
		h.Fatal(err)
	}
	return j
}

// titles are those of the datasets that are there.
func (h *house) titles() string {
	h.Helper()
	var out []string
	err := h.store.View(h.Context(), func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			out = append(out, e.Fields.String("title"))
		}
		return nil
	})
	if err != nil {
		h.Fatal(err)
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func other(i int, change func(map[string]any)) map[string]any {
	p := pack(i)
	p["id"], p["name"], p["title"] = "zweite-"+p["id"].(string), "zweite-"+p["name"].(string), "Zweite "+p["title"].(string)
	p["resources"] = []any{}
	if change != nil {
		change(p)
	}
	return p
}

func extra(key, value string) func(map[string]any) {
	return func(p map[string]any) { p["extras"] = []any{map[string]any{"key": key, "value": value}} }
}

// TestDuplicates: what two sources have is there once, by the policy of the one
// that comes later.
func TestDuplicates(t *testing.T) {
	t.Parallel()
	newer := func(p map[string]any) {
		extra("identifier", "kennung-1")(p)
		p["metadata_modified"] = "2025-01-01T00:00:00"
	}
	alike := func(p map[string]any) {
		p["title"], p["metadata_modified"] = "Innenstadt: Spielplatz", "2025-01-01T00:00:00"
	}
	older := func(p map[string]any) {
		extra("identifier", "kennung-1")(p)
		p["metadata_modified"] = "2020-01-01T00:00:00"
	}
	for name, c := range map[string]struct {
		policy   string
		priority int
		change   func(map[string]any)
		want     string
		linked   int
	}{
		"off":                              {"", 0, newer, "Titel 0, Titel 1, Zweite Titel 1", 0},
		"newest, it is newer":              {"newest", 0, newer, "Titel 0, Zweite Titel 1", 1},
		"newest, it is older":              {"newest", 0, older, "Titel 0, Titel 1", 1},
		"priority, higher":                 {"priority", 5, older, "Titel 0, Zweite Titel 1", 1},
		"priority, same":                   {"priority", 0, newer, "Titel 0, Titel 1", 1},
		"ask":                              {"ask", 0, newer, "Titel 0, Titel 1", 1},
		"same downloads":                   {"ask", 0, func(p map[string]any) { p["resources"] = []any{map[string]any{"url": "https://example.org/1.csv"}} }, "Titel 0, Titel 1", 1},
		"same landing page":                {"ask", 0, func(p map[string]any) { p["url"] = "http://www.example.org/seite-1/" }, "Titel 0, Titel 1", 1},
		"a page that two have":             {"ask", 0, func(p map[string]any) { p["url"] = "https://example.org/alle" }, "Titel 0, Titel 1, Zweite Titel 1", 0},
		"nothing in common":                {"ask", 0, nil, "Titel 0, Titel 1, Zweite Titel 1", 0},
		"nearly the same title":            {"ask", 0, alike, "Spielplätze der Innenstadt, Titel 0", 1},
		"nearly the same title, but newer": {"newest", 0, alike, "Spielplätze der Innenstadt, Titel 0", 1},
		"too short to identify":            {"ask", 0, extra("identifier", "1"), "Titel 0, Titel 1, Zweite Titel 1", 0},
	} {
		h := open(t, 2)
		h.src.set(func() {
			extra("identifier", "kennung-1")(h.src.packages[1])
			h.src.packages[1]["url"] = "https://example.org/seite-1"
			if strings.HasPrefix(name, "a page") {
				h.src.packages[0]["url"], h.src.packages[1]["url"] = "https://example.org/alle", "https://example.org/alle"
			}
			if strings.HasPrefix(name, "nearly") {
				h.src.packages[1]["title"] = "Spielplätze der Innenstadt"
			}
			if name == "too short to identify" {
				extra("identifier", "1")(h.src.packages[1])
			}
		})
		h.run(job.Options{})
		h.second(c.policy, c.priority, other(1, c.change))
		for range 2 { // the second run changes nothing
			j := h.runSecond()
			if got := h.titles(); got != c.want || j.Duplicates > c.linked {
				t.Errorf("%s: %s, %d linked", name, got, j.Duplicates)
			}
			h.run(job.Options{})
			if got := h.titles(); got != c.want {
				t.Errorf("%s after the first source ran again: %s", name, got)
			}
		}
		linked := 0
		if err := h.store.View(t.Context(), func(tx catalog.Tx) error {
			return job.Duplicates(tx, "", func(d job.Duplicate) error {
				linked++
				if d.Of == "" || d.Why == "" || d.Title == "" {
					t.Errorf("%s: unexplained %+v", name, d)
				}
				return nil
			})
		}); err != nil || linked != c.linked {
			t.Errorf("%s: %d are linked, want %d, %v", name, linked, c.linked, err)
		}
	}
}

// TestDuplicates_comeBack: a link ends when somebody says so, and when the other
// dataset is gone.
func TestDuplicates_comeBack(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	h.src.set(func() { extra("identifier", "kennung-1")(h.src.packages[1]) })
	h.run(job.Options{})
	p := h.second("priority", 5, other(1, extra("identifier", "kennung-1")))
	h.runSecond()
	loser := "id-001"
	separate := func(source, guid string) {
		h.update(func(tx catalog.WriteTx) error {
			s, err := tx.HarvestSource(source)
			if err != nil {
				return err
			}
			return job.Separate(tx, s, guid)
		})
	}
	p.set(func() { p.packages = nil })
	if j := h.runSecond(); j.State != catalog.HarvestHeld {
		t.Errorf("%+v", j)
	}
	if _, err := h.engine.Run(t.Context(), "zweite", job.Options{Force: true}); err != nil {
		t.Fatal(err)
	}
	h.run(job.Options{})
	if got := h.titles(); got != "Titel 0, Titel 1" {
		t.Errorf("the winner is gone: %s", got)
	}
	p.set(func() { p.packages = []map[string]any{other(1, extra("identifier", "kennung-1"))} })
	h.runSecond()
	if got := h.titles(); got != "Titel 0, Zweite Titel 1" {
		t.Errorf("it came back with the higher priority: %s", got)
	}
	separate("quelle", loser)
	h.run(job.Options{})
	if got := h.titles(); got != "Titel 0, Titel 1, Zweite Titel 1" {
		t.Errorf("separated: %s", got)
	}
	if _, err := h.store.Update(t.Context(), admin, func(tx catalog.WriteTx) error {
		return job.Separate(tx, &catalog.HarvestSource{ID: "s1"}, loser)
	}); catalog.KindOf(err) != catalog.KindConflict {
		t.Errorf("what is not linked was separated: %v", err)
	}
	h2 := open(t, 2)
	h2.src.set(func() { extra("identifier", "kennung-1")(h2.src.packages[1]) })
	h2.run(job.Options{})
	h2.second("ask", 0, other(1, extra("identifier", "kennung-1")))
	h2.runSecond()
	h = h2
	separate("zweite", "zweite-id-001")
	for range 2 {
		h2.runSecond()
		if got := h2.titles(); got != "Titel 0, Titel 1, Zweite Titel 1" {
			t.Errorf("separated: %s", got)
		}
	}
}
