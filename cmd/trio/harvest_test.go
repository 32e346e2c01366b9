package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"trio.example/catalog"
)

// city is a CKAN of two packages, the second with a licence that nobody knows.
func city(t *testing.T, prefix string) string {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		list := []any{}
		if r.URL.Query().Get("start") == "0" {
			for i, licence := range []string{"dl-de-zero-2.0", "Namensnennung"} {
				list = append(list, map[string]any{"id": fmt.Sprint(prefix, i), "name": fmt.Sprint(prefix, "satz-", i), "title": fmt.Sprint("Satz ", i), "license_id": licence, "notes": "Text",
					"extras": []any{map[string]any{"key": "identifier", "value": fmt.Sprint("kennung-", i)}}})
			}
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": 2, "results": list}})
	}))
	t.Cleanup(srv.Close)
	return srv.URL
}

// TestHarvest_fromTryingToSeparating goes the way of an operator with two sources.
func TestHarvest_fromTryingToSeparating(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	rules := filepath.Join(t.TempDir(), "stadt.map.yaml")
	write(t, rules, "licence: {Namensnennung: dl-by-de/2.0}\ndataset:\n  default: {contact_name: Amt}\n")
	on := func(args ...string) string { t.Helper(); return ok(t, append(args, "--data", data)...) }
	has := func(text string, parts ...string) {
		t.Helper()
		for _, p := range parts {
			if !strings.Contains(text, p) {
				t.Errorf("%q is missing in:\n%s", p, text)
			}
		}
	}
	on("harvest", "source", "add", "stadt", city(t, "a"), "--kind", "ckan", "--org", "amt", "--cron", "30 3 * * *", "--zone", "Europe/Berlin", "--inside")
	has(on("harvest", "source", "try", "stadt"), "Satz 1", "Namensnennung")
	has(on("harvest", "source", "map", "stadt", rules), "license_id: Namensnennung → dl-de-by-2.0", "contact_name: leer → Amt", "Nichts gespeichert")
	has(on("harvest", "source", "map", "stadt", rules, "--save"), "Gespeichert")
	has(on("harvest", "source", "map", "stadt"), "Namensnennung: dl-by-de/2.0")
	has(on("harvest", "run", "stadt"), "2 neu")
	has(on("harvest", "report", "stadt", "--csv"), "Kennung;Titel;Ergebnis", "a0;Satz 0;added;")
	has(on("harvest", "source", "map", "stadt", "--remove"), "Gespeichert")
	has(on("harvest", "run", "stadt"), "2 geändert")
	has(on("harvest", "source", "map", "stadt", "--undo"), "Gespeichert")
	has(on("harvest", "run", "stadt"), "2 geändert")
	has(on("harvest", "source", "set", "stadt", "--window", "22:00-06:00", "--grace", "48h", "--notify", "amt@example.org"), "Nächster Lauf")
	on("harvest", "source", "add", "land", city(t, "b"), "--kind", "ckan", "--org", "bayern", "--every", "0", "--inside", "--duplicates", "ask")
	has(on("harvest", "run", "land"), "2 doppelt")
	has(on("harvest", "duplicates"), "land b0 Satz 0", "wie asatz-0: dieselbe Kennung")
	on("harvest", "separate", "land", "b1")
	has(on("harvest", "run", "land"), "1 neu", "1 doppelt")
	has(on("harvest", "report", "land"), "1 × Die Lizenz", "trio vocab map licence")
	for _, args := range [][]string{
		{"harvest", "source", "set", "stadt", "--cron", "immer"},
		{"harvest", "source", "set", "stadt", "--notify", "kein Postfach"},
		{"harvest", "source", "set", "stadt", "--option", "x=y"},
		{"harvest", "source", "set", "nichts", "--every", "1h"},
		{"harvest", "source", "add", "x", "https://x.example.org", "--kind", "limesurvey", "--option", "city=augsburg"},
		{"harvest", "separate", "land", "b1"},
		{"harvest", "separate", "land", "nichts"},
		{"harvest", "source", "try", "nichts"},
	} {
		if code, _, errs := trio(t, nil, append(args, "--data", data)...); code != 1 || errs == "" {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
	}
	for _, args := range [][]string{
		{"harvest", "source", "add", "x", "file:///etc/passwd", "--kind", "ckan", "--org", "amt"},
		{"harvest", "source", "add", "x", "https://x.example.org", "--kind", "ckan"},
		{"harvest", "source", "add", "x", "https://x.example.org", "--kind", "nichts", "--org", "amt"},
		{"harvest", "source", "add", "x", "file:///srv", "--kind", "survey", "--option", "city=berlin"},
		{"harvest", "source", "try", "stadt", "--records", "1000"},
	} {
		if code, _, errs := trio(t, nil, append(args, "--data", data)...); code != 2 || errs == "" {
			t.Errorf("%v: exit %d %s", args, code, errs)
		}
	}
}

// TestHarvest_decidesWhoseVersionCounts: what source and portal changed both is
// listed, and decided on the command line.
func TestHarvest_decidesWhoseVersionCounts(t *testing.T) {
	t.Parallel()
	data := filepath.Join(t.TempDir(), "data")
	notes := atomic.Pointer[string]{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": 1, "results": []any{
			map[string]any{"id": "a0", "name": "satz", "title": "Satz", "notes": *notes.Load()},
		}}})
	}))
	defer srv.Close()
	say := func(s string) { notes.Store(&s) }
	on := func(args ...string) string { t.Helper(); return ok(t, append(args, "--data", data)...) }
	text := func() (s string) {
		t.Helper()
		change(t, data, "satz", func(e *catalog.Entry) { s = e.Fields.String("notes") })
		return s
	}
	say("Erste Fassung")
	on("harvest", "source", "add", "stadt", srv.URL, "--kind", "ckan", "--org", "amt", "--inside")
	on("harvest", "run", "stadt")
	change(t, data, "satz", func(e *catalog.Entry) { e.Fields.Set("notes", "Von Hand") })
	on("harvest", "disputes")
	say("Zweite Fassung")
	on("harvest", "run", "stadt")
	if code, out, _ := trio(t, nil, "harvest", "disputes", "stadt", "--json", "--data", data); code != 1 || !strings.Contains(out, `"guid": "a0"`) || !strings.Contains(out, `"notes"`) {
		t.Errorf("exit %d: %s", code, out)
	}
	if text() != "Von Hand" {
		t.Errorf("before the decision: %q", text())
	}
	on("harvest", "decide", "stadt", "a0", "notes", "theirs")
	on("harvest", "disputes")
	if text() != "Zweite Fassung" {
		t.Errorf("after it: %q", text())
	}
	for args, want := range map[string]int{"stadt a0 nichts ours": 1, "stadt a9 notes ours": 1, "andere a0 notes ours": 1, "stadt a0 notes vielleicht": 2} {
		if code, _, errs := trio(t, nil, append(append([]string{"harvest", "decide"}, strings.Fields(args)...), "--data", data)...); code != want || errs == "" {
			t.Errorf("%s: exit %d %s", args, code, errs)
		}
	}
}

// change edits a dataset as an officer would.
func change(t *testing.T, data, name string, fn func(e *catalog.Entry)) {
	t.Helper()
	k, err := openCore(t.Context(), &Config{Data: data, SiteURL: "https://daten.example.org"})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = k.reg.Change(t.Context(), operator, catalog.TypeDataset.Namespace(), name, 0, func(e *catalog.Entry) error { fn(e); return nil })
	if err = errors.Join(err, k.Close()); err != nil {
		t.Fatal(err)
	}
}
