package main

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"testing"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/engine"
)

// benchCore is a store with made-up datasets.
func benchCore(b *testing.B, n int) (*core, *madeUp) {
	b.Helper()
	k, err := openCore(b.Context(), &Config{Data: filepath.Join(b.TempDir(), "data"), SiteURL: "http://localhost"})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { k.Close() })
	m := newMadeUp()
	if err := m.fill(b.Context(), k, n); err != nil {
		b.Fatal(err)
	}
	return k, m
}

// BenchmarkRebuild builds the index of 5,000 datasets anew.
func BenchmarkRebuild(b *testing.B) {
	const n = 5000
	k, _ := benchCore(b, n)
	for b.Loop() {
		x, err := engine.Build(b.Context(), b.TempDir(), k.store, search.NewBuilder(k.defs), slog.New(slog.DiscardHandler), nil)
		if err != nil {
			b.Fatal(err)
		}
		if err := x.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(n*b.N)/b.Elapsed().Seconds(), "datasets/s")
}

// BenchmarkWrite stores datasets one by one, each found before the next.
func BenchmarkWrite(b *testing.B) {
	k, m := benchCore(b, 2000)
	x, err := engine.Build(b.Context(), b.TempDir(), k.store, search.NewBuilder(k.defs), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	i := 10_000
	for b.Loop() {
		i++
		d := m.dataset(i)
		seq, err := k.store.Update(b.Context(), catalog.Actor{Sysadmin: true}, func(tx catalog.WriteTx) error { return tx.PutEntry(d, catalog.OpCreate) })
		if err == nil {
			err = x.WaitFor(b.Context(), seq)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "writes/s")
}

// BenchmarkSearch_uncached asks the mix of trio bench over the handler, each
// question once.
func BenchmarkSearch_uncached(b *testing.B) {
	k, m := benchCore(b, 20_000)
	cfg := &Config{Data: filepath.Join(b.TempDir(), "data"), SiteURL: "http://localhost"}
	p, _, err := buildPortal(b.Context(), k, cfg, apiConfig(k, cfg))
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	ask := func(address string) {
		w := httptest.NewRecorder()
		p.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, address, http.NoBody))
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
	for start := 0; start < 20_000; start += 500 { // rendered once, as trio bench does
		ask(fmt.Sprintf("/api/3/action/package_search?rows=500&start=%d&sort=name+asc", start))
	}
	i := 0
	for b.Loop() {
		i++
		ask(m.question() + "&ext_n=" + strconv.Itoa(i))
	}
}

// BenchmarkSearch_engine counts six facets of one word's hits, without HTTP.
func BenchmarkSearch_engine(b *testing.B) {
	k, m := benchCore(b, 20_000)
	x, err := engine.Build(b.Context(), b.TempDir(), k.store, search.NewBuilder(k.defs), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		b.Fatal(err)
	}
	defer x.Close()
	q := search.Query{Labels: []string{catalog.LabelPublic}, Rows: 20, Filters: publicOnly}
	for _, f := range []string{"organization", "groups", "tags", "res_format", "license_id", "frequency"} {
		q.Facets = append(q.Facets, search.Facet{Field: f, Limit: 50, MinCount: 1})
	}
	for b.Loop() {
		q.Text = search.Words{Words: []search.Word{{Text: m.words[200+m.IntN(200)]}}}
		if _, err := x.Search(b.Context(), q); err != nil {
			b.Fatal(err)
		}
	}
}
