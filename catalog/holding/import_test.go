package holding_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// TestImport_laterFilesWin imports files of one holding one after the other.
func TestImport_laterFilesWin(t *testing.T) {
	t.Parallel()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "trio.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = store.Close() })
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	desk := holding.NewDesk(catalog.NewRegistry(store, defs), defs, survey.Default(), "https://daten.example.org")
	city := vocab.Cities()[0]
	day := func(n int) time.Time { return time.Date(2026, 1, n, 12, 0, 0, 0, time.UTC) }
	for i, step := range []struct {
		file, title string
		updated     time.Time
		want        holding.Summary
		now         string
	}{
		{"a", "Erste Fassung", day(10), holding.Summary{New: 1}, "Erste Fassung"},
		{"b", "Zweite Fassung", day(20), holding.Summary{Changed: 1}, "Zweite Fassung"},
		{"a", "Erste Fassung", day(10), holding.Summary{Unchanged: 1}, "Zweite Fassung"},
		// Another file that brings the old record along.
		{"c", "Erste Fassung", day(10), holding.Summary{Older: 1}, "Zweite Fassung"},
		{"d", "Zweite Fassung", day(20), holding.Summary{Unchanged: 1}, "Zweite Fassung"},
		// A record nobody has seen yet: the later file wins, whatever the clock said.
		{"e", "Dritte Fassung", day(5), holding.Summary{Changed: 1}, "Dritte Fassung"},
		{"f", "Vierte Fassung", time.Time{}, holding.Summary{Changed: 1}, "Vierte Fassung"},
		// The first answer given once more, later.
		{"g", "Erste Fassung", day(25), holding.Summary{Changed: 1}, "Erste Fassung"},
		{"h", "Vierte Fassung", time.Time{}, holding.Summary{Changed: 1}, "Vierte Fassung"},
	} {
		result := survey.Default().Evaluate(survey.Input{Submitted: true, City: city.Code, Raw: map[string]any{"A_city": city.Code, "A_org2": "Amt", "B_localid": "X-1", "B_title": step.title}})
		got, err := desk.Import(t.Context(), catalog.System("test"), city, holding.File{Name: step.file, SHA256: fmt.Sprintf("%064s", step.file), Template: survey.Default().Ref()},
			[]holding.Incoming{{Ref: "1", Updated: step.updated, Result: result}}, holding.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got != step.want {
			t.Errorf("step %d: %+v, want %+v", i, got, step.want)
		}
		if err := store.View(t.Context(), func(tx catalog.Tx) error {
			e, err := tx.EntryByOrigin(holding.Source(city.Name), "X-1")
			if err == nil && e.Fields.String("title") != step.now {
				t.Errorf("step %d: %q, want %q", i, e.Fields.String("title"), step.now)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
}
