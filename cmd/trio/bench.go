package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/engine"
	"trio.example/web"
)

// BenchCmd measures search on this machine.
type BenchCmd struct {
	Datasets    int           `default:"20000" help:"So many made-up datasets."`
	Connections int           `default:"8" help:"So many clients at once."`
	Each        time.Duration `default:"3s" help:"How long each measurement lasts."`
	Keep        string        `help:"Keep the made-up data in this folder, and use them again." placeholder:"DIR"`
	Writes      int           `default:"500" help:"So many single writes, each found before the next."`
	JSON        bool          `name:"json" help:"Print the figures as JSON."`
}

// Help shows how the command is used.
func (BenchCmd) Help() string {
	return "Nothing of the portal's own data is touched; --data is not read.\n\nExamples:\n  trio bench\n  trio bench --datasets 100000 --json"
}

// benchReport has the figures. Ratios are to a file of 46 KB, or of the size of
// the answers, that the same program serves in the same run: they travel from
// machine to machine.
type benchReport struct {
	Datasets         int             `json:"datasets"`
	Fill             float64         `json:"stored_per_second,omitempty"`
	Rebuild          float64         `json:"rebuilt_per_second,omitempty"`
	Open             float64         `json:"open_seconds"`
	DiskPerDataset   int64           `json:"disk_bytes_per_dataset"`
	IndexPerDataset  int64           `json:"index_bytes_per_dataset"`
	Loads            map[string]load `json:"loads"`
	UncachedRatio    float64         `json:"uncached_to_static"`
	CachedRatio      float64         `json:"cached_to_static"`
	SameSizeRatio    float64         `json:"cached_to_same_size"`
	NotModifiedRatio float64         `json:"not_modified_to_small"`
	WritesPerSecond  float64         `json:"writes_found_per_second"`
	WritesTogether   float64         `json:"writes_of_32_found_per_second"`
	RSS              int64           `json:"rss_bytes"`
	Engine           map[string]span `json:"engine"`
}

// span is the time of a kind of query inside the engine, without HTTP.
type span struct {
	P50 float64 `json:"p50_ms"`
	P99 float64 `json:"p99_ms"`
}

// Run measures and prints.
func (b *BenchCmd) Run(e *env) error {
	if b.Datasets < 100 || b.Datasets > 5_000_000 {
		return catalog.Errorf(catalog.KindInvalid, "--datasets muss zwischen 100 und 5 000 000 liegen.")
	}
	dir := b.Keep
	if dir == "" {
		tmp, err := os.MkdirTemp("", "trio-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(tmp)
		dir = tmp
	}
	cfg := *e.cfg
	cfg.Data, cfg.SiteURL, cfg.Types = dir, "http://localhost", ""
	inner := &env{ctx: e.ctx, stdout: e.stdout, stderr: e.stderr, cfg: &cfg}
	r := benchReport{Datasets: b.Datasets, Loads: map[string]load{}, Engine: map[string]span{}}
	if err := inner.withCore(func(k *core) error { return b.measure(inner, k, &r) }); err != nil {
		return err
	}
	if b.JSON {
		enc := json.NewEncoder(e.stdout)
		enc.SetIndent("", "  ")
		return enc.Encode(r)
	}
	b.print(e, &r)
	return nil
}

func (b *BenchCmd) measure(e *env, k *core, r *benchReport) error {
	m := newMadeUp()
	if err := b.prepare(e, k, m, r); err != nil {
		return err
	}
	debug.FreeOSMemory()
	begun := time.Now()
	p, _, err := buildPortal(e.ctx, k, e.cfg, apiConfig(k, e.cfg), benchFiles())
	if err != nil {
		return err
	}
	defer p.Close()
	r.Open = time.Since(begun).Seconds()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	srv := web.Server(p.handler)
	go func() {
		if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			slog.Error("bench", "error", err)
		}
	}()
	defer srv.Close()
	if err := b.serve(e.ctx, listener.Addr().String(), m, r, e); err != nil {
		return err
	}
	if err := b.queries(e.ctx, p.engine, m, r); err != nil {
		return err
	}
	r.RSS = rss()
	return b.writes(e.ctx, k, p.engine, m, r)
}

// prepare fills the folder and builds the index, unless that was done before.
func (b *BenchCmd) prepare(e *env, k *core, m *madeUp, r *benchReport) error {
	last, err := lastChange(e.ctx, k)
	if err != nil {
		return err
	}
	begun := time.Now()
	if last.Seq == 0 {
		e.notef("%d datasets are being made up …\n", b.Datasets)
		if err := m.fill(e.ctx, k, b.Datasets); err != nil {
			return err
		}
		r.Fill = float64(b.Datasets) / time.Since(begun).Seconds()
	} else {
		m.shared() // the same random numbers are used up
	}
	if _, err := os.Stat(filepath.Join(indexPath(e.cfg.Data), "CURRENT")); err != nil {
		e.notef("the index is being built …\n")
		begun = time.Now()
		back := roomForIndex()
		x, err := engine.Build(e.ctx, indexPath(e.cfg.Data), k.store, search.NewBuilder(k.defs), slog.New(slog.DiscardHandler), nil)
		r.Rebuild = float64(b.Datasets) / time.Since(begun).Seconds()
		back()
		if err != nil {
			return err
		}
		if err := x.Close(); err != nil {
			return err
		}
	}
	r.DiskPerDataset = size(e.cfg.Data) / int64(b.Datasets)
	r.IndexPerDataset = size(indexPath(e.cfg.Data)) / int64(b.Datasets)
	return nil
}

func size(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			if info, err := d.Info(); err == nil {
				n += info.Size()
			}
		}
		return nil
	})
	return n
}

// Sizes of the files that answers are compared with: 46 KB as all measurements
// of this kind have it, and steps of which one is as large as the answers are.
const (
	smallFile, largeFile = 60, 46 << 10
	fileStep, fileSteps  = 4 << 10, 40
)

// benchFiles are answers that cost nothing to make: what the machine can do at most.
func benchFiles() web.Fixed {
	body := func(n int) []byte { return []byte(`"` + strings.Repeat("x", n-2) + `"`) }
	out := web.Fixed{"/bench/small": body(smallFile), "/bench/large": body(largeFile)}
	for i := 1; i <= fileSteps; i++ {
		out[sameSize(i*fileStep)] = body(i * fileStep)
	}
	return out
}

// sameSize is the address of the file whose size is nearest.
func sameSize(bytes int) string {
	return fmt.Sprintf("/bench/file-%d", min(max(1, (bytes+fileStep/2)/fileStep), fileSteps))
}

// serve measures over HTTP.
func (b *BenchCmd) serve(ctx context.Context, addr string, m *madeUp, r *benchReport, e *env) error {
	const known = 200 // questions that are asked again and again
	var again []request
	for range known {
		again = append(again, request{path: m.question()})
	}
	// Every dataset is asked for once, so that the cost of rendering it for the
	// first time, which comes once after each start, is not part of the figures.
	const page = 500
	for start := 0; start < b.Datasets; start += page {
		if _, err := etag(addr, fmt.Sprintf("/api/3/action/package_search?rows=%d&start=%d&sort=name+asc", page, start)); err != nil {
			return err
		}
	}
	i := 0
	round := func() request { i++; return again[i%known] }
	tag, err := etag(addr, again[0].path)
	if err != nil {
		return err
	}
	fresh := 0
	runs := []struct {
		name        string
		connections int
		want        int
		next        func() request
	}{
		{"static_large", b.Connections, 200, func() request { return request{path: "/bench/large"} }},
		{"static_small", b.Connections, 200, func() request { return request{path: "/bench/small"} }},
		{"uncached", b.Connections, 200, func() request { fresh++; return request{path: m.question() + "&ext_n=" + strconv.Itoa(fresh)} }},
		{"uncached_one", 1, 200, func() request { fresh++; return request{path: m.question() + "&ext_n=" + strconv.Itoa(fresh)} }},
		{"cached", b.Connections, 200, round},
		{"static_same", b.Connections, 200, func() request { return request{path: sameSize(r.Loads["cached"].BytesPerHit)} }},
		{"not_modified", b.Connections, 304, func() request { return request{again[0].path, "If-None-Match: " + tag + "\r\n"} }},
	}
	for _, x := range runs {
		e.notef("%s …\n", x.name)
		warm := b.Each / 4
		if _, err := drive(ctx, addr, x.connections, warm, x.want, x.next); err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		l, err := drive(ctx, addr, x.connections, b.Each, x.want, x.next)
		if err != nil {
			return fmt.Errorf("%s: %w", x.name, err)
		}
		r.Loads[x.name] = l
	}
	r.UncachedRatio = r.Loads["uncached"].PerSecond / r.Loads["static_large"].PerSecond
	r.CachedRatio = r.Loads["cached"].PerSecond / r.Loads["static_large"].PerSecond
	r.SameSizeRatio = r.Loads["cached"].PerSecond / r.Loads["static_same"].PerSecond
	r.NotModifiedRatio = r.Loads["not_modified"].PerSecond / r.Loads["static_small"].PerSecond
	return nil
}

func etag(addr, path string) (string, error) {
	resp, err := http.Get("http://" + addr + path) //nolint:noctx // our own server on this machine
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	if tag := resp.Header.Get("ETag"); resp.StatusCode == http.StatusOK && tag != "" {
		return tag, nil
	}
	return "", fmt.Errorf("%s: %s without ETag", path, resp.Status)
}

// queries measures the engine alone.
func (b *BenchCmd) queries(ctx context.Context, x *engine.Engine, m *madeUp, r *benchReport) error {
	facets := []search.Facet{}
	for _, f := range []string{"organization", "groups", "tags", "res_format", "license_id", "frequency"} {
		facets = append(facets, search.Facet{Field: f, Limit: 50, MinCount: 1})
	}
	filters := []search.Node{search.Term{Field: "state", Value: "active"}, search.Term{Field: "capacity", Value: "public"}}
	word := func(w string) search.Node { return search.Words{Words: []search.Word{{Text: w}}} }
	for name, text := range map[string]func() search.Node{
		"frequent_word": func() search.Node { return word([]string{"Haushalt", "Schule", "Wasser", "Verkehr"}[m.IntN(4)]) },
		"medium_word":   func() search.Node { return word(m.words[200+m.IntN(200)]) },
		"rare_word":     func() search.Node { return word(m.words[5000+m.IntN(5000)]) },
		"empty_by_date": func() search.Node { return nil },
		"phrase": func() search.Node {
			return search.Words{Words: []search.Word{{Text: m.word() + " " + m.word(), Phrase: true}}}
		},
	} {
		var times []time.Duration
		for range 60 {
			q := search.Query{Text: text(), Filters: filters, Labels: []string{catalog.LabelPublic}, Rows: 20, Facets: facets}
			if name == "empty_by_date" {
				q.Sort, q.Start = []search.Sort{{Field: "metadata_modified", Desc: true}}, 20*m.IntN(500)
			}
			begun := time.Now()
			if _, err := x.Search(ctx, q); err != nil {
				return err
			}
			times = append(times, time.Since(begun))
		}
		r.Engine[name] = spanOf(times[10:])
	}
	return nil
}

// writes stores datasets one by one, each found by a search before the next.
func (b *BenchCmd) writes(ctx context.Context, k *core, x *engine.Engine, m *madeUp, r *benchReport) error {
	if b.Writes < 1 {
		return nil
	}
	begun := time.Now()
	for range b.Writes {
		if err := writeAndFind(ctx, k, x, m.dataset(0)); err != nil {
			return err
		}
	}
	r.WritesPerSecond = float64(b.Writes) / time.Since(begun).Seconds()
	work := make(chan *catalog.Entry, writers*b.Writes/4)
	for range cap(work) {
		work <- m.dataset(0)
	}
	close(work)
	failed := make(chan error, writers)
	begun = time.Now()
	for range writers {
		go func() {
			for d := range work {
				if err := writeAndFind(ctx, k, x, d); err != nil {
					failed <- err
					return
				}
			}
			failed <- nil
		}()
	}
	var err error
	for range writers {
		err = errors.Join(err, <-failed)
	}
	r.WritesTogether = float64(cap(work)) / time.Since(begun).Seconds()
	return err
}

// writers are so many that write at the same time.
const writers = 32

// writeAndFind returns when a search has found the new dataset.
func writeAndFind(ctx context.Context, k *core, x *engine.Engine, d *catalog.Entry) error {
	d.Name = "neu-" + d.ID
	seq, err := k.store.Update(ctx, catalog.Actor{Sysadmin: true}, func(tx catalog.WriteTx) error { return tx.PutEntry(d, catalog.OpCreate) })
	if err == nil {
		err = x.WaitFor(ctx, seq)
	}
	if err != nil {
		return err
	}
	res, err := x.Search(ctx, search.Query{Filters: []search.Node{search.Term{Field: "name", Value: d.Name}}, Labels: []string{catalog.LabelPublic}, Rows: 1})
	if err == nil && res.Total != 1 {
		err = fmt.Errorf("the dataset %s was not found after its write", d.Name)
	}
	return err
}

// rss is the memory of this program that lies in RAM, 0 where the system does not tell.
func rss() int64 {
	runtime.GC()
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, _ := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(rest), "kB")), 10, 64)
			return kb << 10
		}
	}
	return 0
}

func (b *BenchCmd) print(e *env, r *benchReport) {
	line := func(name, format string, args ...any) {
		e.printf("%-44s "+format+"\n", append([]any{name}, args...)...)
	}
	line("datasets", "%d", r.Datasets)
	if r.Fill > 0 {
		line("stored", "%.0f /s", r.Fill)
	}
	if r.Rebuild > 0 {
		line("index built", "%.0f /s", r.Rebuild)
	}
	line("open the index", "%.2f s", r.Open)
	line("disk per dataset", "%d bytes, %d of them index", r.DiskPerDataset, r.IndexPerDataset)
	for _, name := range []string{"static_large", "static_small", "static_same", "uncached", "uncached_one", "cached", "not_modified"} {
		l := r.Loads[name]
		line(name, "%.0f /s, p50 %.2f ms, p99 %.2f ms, %d bytes", l.PerSecond, l.P50, l.P99, l.BytesPerHit)
	}
	line("uncached : static", "%.2f", r.UncachedRatio)
	line("cached : static", "%.2f", r.CachedRatio)
	line("cached : static of the same size", "%.2f", r.SameSizeRatio)
	line("304 : small static", "%.2f", r.NotModifiedRatio)
	for _, name := range []string{"frequent_word", "medium_word", "rare_word", "empty_by_date", "phrase"} {
		line("engine: "+name, "p50 %.2f ms, p99 %.2f ms", r.Engine[name].P50, r.Engine[name].P99)
	}
	line("single writes, each found by a search", "%.0f /s", r.WritesPerSecond)
	line(fmt.Sprintf("the same by %d writers at once", writers), "%.0f /s", r.WritesTogether)
	line("memory (RSS)", "%d MB", r.RSS>>20)
}
