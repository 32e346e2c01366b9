package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"trio.example/catalog/survey"
	intake "trio.example/harvest/survey"
)

const benchRecords = 10_000

// BenchmarkImport_untilSearchable reads a response file of ten thousand
// holdings, stores and approves them, and waits until the index has seen every
// change. TMPDIR on a memory file system shows what the syncs to disk cost.
func BenchmarkImport_untilSearchable(b *testing.B) {
	path := benchFile(b)
	city, err := cityByName("augsburg")
	if err != nil {
		b.Fatal(err)
	}
	var store, approve, index time.Duration
	defer boundMemory(b.Context())()
	forgetPeak(b)
	for b.Loop() {
		cfg := &Config{Data: filepath.Join(b.TempDir(), "data"), SiteURL: "http://localhost"}
		k, err := openCore(b.Context(), cfg)
		if err != nil {
			b.Fatal(err)
		}
		e := &env{ctx: b.Context(), stdout: os.Stdout, stderr: os.Stderr, cfg: cfg}
		engine, err := openEngine(b.Context(), k, cfg) // follows while the others work
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		r, err := importFile(e, k, intake.Delivery{City: city, Template: survey.Default()}, path)
		if err != nil {
			b.Fatal(err)
		}
		stored := time.Now()
		if r.Stored.New < benchRecords/2 {
			b.Fatalf("stored %+v", r.Stored)
		}
		a, err := k.desk.ApproveAll(b.Context(), operator, city, nil)
		if err != nil {
			b.Fatal(err)
		}
		approved := time.Now()
		if a.Published == 0 {
			b.Fatal("nothing was published")
		}
		if err := caughtUp(b.Context(), k, engine); err != nil {
			b.Fatal(err)
		}
		store += stored.Sub(start)
		approve += approved.Sub(stored)
		index += time.Since(approved)
		b.StopTimer()
		if err := engine.Close(); err != nil {
			b.Fatal(err)
		}
		if err := k.Close(); err != nil {
			b.Fatal(err)
		}
		b.StartTimer()
	}
	n := float64(b.N)
	total := store + approve + index
	b.ReportMetric(n*benchRecords/total.Seconds(), "rows/s")
	b.ReportMetric(store.Seconds()/n, "s-import")
	b.ReportMetric(approve.Seconds()/n, "s-approve")
	b.ReportMetric(index.Seconds()/n, "s-index-left")
	b.ReportMetric(peak(b), "MB-peak")
}

// forgetPeak makes the kernel count the peak anew, so that making the file does
// not count as reading it.
func forgetPeak(b *testing.B) {
	b.Helper()
	debug.FreeOSMemory()
	if err := os.WriteFile("/proc/self/clear_refs", []byte("5"), 0o200); err != nil {
		b.Logf("the peak includes the making of the file: %v", err)
	}
}

// peak is the most memory this process had resident, in MB.
func peak(b *testing.B) float64 {
	b.Helper()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if kb, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			n, _ := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(kb), " kB"), 64)
			return n / 1024
		}
	}
	return 0
}

// benchFile repeats a sample under other local identifiers.
func benchFile(b *testing.B) string {
	b.Helper()
	text, err := os.ReadFile("../../testdata/survey/augsburg-api.json")
	if err != nil {
		b.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		b.Fatal(err)
	}
	sample := doc["responses"].([]any)
	all := make([]any, benchRecords)
	for i := range all {
		r := maps.Clone(sample[i%len(sample)].(map[string]any))
		answers := maps.Clone(r["answers"].(map[string]any))
		answers["B_localid"] = fmt.Sprintf("B-%05d", i)
		r["answers"] = answers
		all[i] = r
	}
	doc["responses"] = all
	if text, err = json.Marshal(doc); err != nil {
		b.Fatal(err)
	}
	path := filepath.Join(b.TempDir(), "viele.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		b.Fatal(err)
	}
	return path
}
