package mapping

import (
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/harvest/source"
)

// TestRun_stillComputes: what is bounded does what it did.
func TestRun_stillComputes(t *testing.T) {
	t.Parallel()
	env := environment{"title": "Bäume", "n": 2, "tags": []string{"a", "b"}, "resources": []map[string]any{{"format": "CSV"}, {"format": "PDF"}}}
	for text, want := range map[string]any{
		`title + " " + title`: "Bäume Bäume", `1 + 2`: 3, `n + 0.5`: 2.5, `join(tags, ";")`: "a;b", `join(map(resources, .format), "+")`: "CSV+PDF", `count(resources, .format == "CSV")`: 1, `repeat("x", 3)`: "xxx",
		`replace(title, "ä", "ae")`: "Baeume", `split("a,b", ",")[1]`: "b", `string(n)`: "2", `len(flatten([tags, ["c"]]))`: 3, `len(concat(tags, tags))`: 4, `any(tags, # == "b") ? upper(title) : ""`: "BÄUME", `reduce(tags, #acc + #, "")`: "ab",
		`sum(map(resources, 1))`: 2, `filter(tags, # != "a")[0]`: "b", `title + string(len(tags))`: "Bäume2", `nirgends ?? "leer"`: "leer",
	} {
		p, err := program(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got, err := run(p, env)
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s is %v (%v), want %v", text, got, err, want)
		}
	}
	for _, text := range []string{`__round(1)`, `let __meter = 1; title + title`, `toJSON(tags)`, `1..3`} {
		p, err := program(text)
		if err == nil {
			_, err = run(p, env)
		}
		if err == nil {
			t.Errorf("%s is taken", text)
		}
	}
}

// TestReplace_isBounded: a table that puts words into words grows no text without end.
func TestReplace_isBounded(t *testing.T) {
	t.Parallel()
	f := Fields{Replace: map[string]map[string]string{"title": {}}}
	for _, c := range "abcdefgh" {
		f.Replace["title"][string(c)] = strings.Repeat(string(c+1), 100)
	}
	rec := &source.Record{GUID: "g", Fields: catalog.Fields{"title": "a"}}
	f.apply(rec, rec.Fields, func(string) *schema.Field { return nil }, nil)
	if len(rec.Fields.String("title")) > maxText || !rec.Failed() {
		t.Errorf("%d bytes, findings %v", len(rec.Fields.String("title")), rec.Findings)
	}
}

// TestRun_isBounded: no expression costs more than moments and a few megabytes,
// whatever it multiplies.
func TestRun_isBounded(t *testing.T) {
	// Not beside others: what the whole process allocates is counted.
	var resources []any
	for i := range 2000 {
		resources = append(resources, map[string]any{"url": fmt.Sprint("https://x.example/", i)})
	}
	env := environment{"title": strings.Repeat("wort ", 20_000), "resources": resources}
	nested := "1"
	for range 8 {
		nested = "count(resources, " + nested + " > 0)"
	}
	for _, text := range []string{
		`repeat(repeat("a", 50000), 50000)`, `repeat(title, 99999)`, `join(map(resources, repeat("a", 90000)))`, nested,
		`map(resources, map(resources, map(resources, #)))`, `filter(split(title, ""), any(split(title, ""), all(split(title, ""), # != "x")))`,
		`replace(replace(title, "w", title), "o", title)`, `join(map(split(title, ""), title))`, `reduce(split(title, ""), #acc + #acc + title, "")`,
		`map(resources, repeat("a", 1000000))`, `map(resources, map(resources, title + title))`, `map(resources, split(title, " "))`,
		`title matches "(a+)+$"`, `sortBy(split(title, ""), repeat(#, 1000))`, `concat(resources, concat(resources, concat(resources, resources)))`, `toJSON(map(resources, resources))`,
		`let a = repeat("a", 60000); let b = a + a; let c = b + b; let d = c + c; let e = d + d; let f = e + e; f + f`,
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		begin := time.Now()
		done := make(chan error, 1)
		go func() {
			p, err := program(text)
			if err == nil {
				_, err = run(p, env)
			}
			done <- err
		}()
		select {
		case err := <-done:
			runtime.ReadMemStats(&after)
			if took, grown := time.Since(begin), (after.TotalAlloc-before.TotalAlloc)>>20; took > 30*time.Second || grown > 200 {
				t.Errorf("%.60s: %s, %d MB, %v", text, took, grown, err)
			}
		case <-time.After(time.Minute):
			t.Errorf("%.60s: does not end", text)
		}
	}
}
