package job_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/harvest/fetch"
	"trio.example/harvest/job"
)

const site = "https://daten.example.org"

var admin = catalog.System("test")

// portal is a CKAN of the least kind whose packages a test changes.
type portal struct {
	mu       sync.Mutex
	packages []map[string]any
	fail     int // requests that answer with 503
	fill     string
}

func (p *portal) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail > 0 {
		p.fail--
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if p.fill != "" {
		fmt.Fprint(w, p.fill)
		return
	}
	start, err := strconv.Atoi(r.URL.Query().Get("start"))
	if err != nil || r.URL.Path != "/api/3/action/package_search" {
		w.WriteHeader(http.StatusNotFound)
		return
	}
	end := min(start+100, len(p.packages))
	page := p.packages[min(start, end):end]
	if page == nil {
		page = []map[string]any{}
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"success": true, "result": map[string]any{"count": len(p.packages), "results": page}})
}

func (p *portal) set(fn func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fn()
}

func pack(i int) map[string]any {
	return map[string]any{"id": fmt.Sprintf("id-%03d", i), "name": fmt.Sprintf("datensatz-%d", i), "title": fmt.Sprintf("Titel %d", i), "notes": "Text", "license_id": "dl-de-zero-2.0",
		"metadata_modified": "2024-01-01T00:00:00", "tags": []any{map[string]any{"name": "Baum"}}, "extras": []any{map[string]any{"key": "harvest_source_id", "value": "x"}, map[string]any{"key": "frei", "value": "ja"}},
		"resources": []any{map[string]any{"id": "r", "url": fmt.Sprintf("https://example.org/%d.csv", i), "format": "CSV", "name": "Datei"}}}
}

type house struct {
	testing.TB
	store  *sqlstore.Store
	reg    *catalog.Registry
	engine *job.Engine
	src    *portal
	dir    string
}

func open(t testing.TB, n int) *house {
	t.Helper()
	p := &portal{}
	for i := range n {
		p.packages = append(p.packages, pack(i))
	}
	srv := httptest.NewServer(p)
	t.Cleanup(srv.Close)
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	store, err := sqlstore.Open(t.Context(), filepath.Join(dir, "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	reg := catalog.NewRegistry(store, defs)
	h := &house{t, store, reg, job.New(reg, defs, dcat.NewMapper(defs, site), site, filepath.Join(dir, "harvest"), "test"), p, dir}
	lim := fetch.Defaults()
	lim.Pause, lim.Tries = time.Millisecond, 3
	h.engine.SetLimits(lim)
	org := &catalog.Entry{Name: "amt", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Amt"}}
	if _, err := reg.Create(t.Context(), admin, org); err != nil {
		t.Fatal(err)
	}
	h.update(func(tx catalog.WriteTx) error {
		return tx.PutHarvestSource(&catalog.HarvestSource{ID: "s1", Name: "quelle", Kind: "ckan", URL: srv.URL, Owner: org.ID, Inside: true})
	})
	return h
}

func (h *house) update(fn func(catalog.WriteTx) error) {
	h.Helper()
	if _, err := h.store.Update(h.Context(), admin, fn); err != nil {
		h.Fatal(err)
	}
}

func (h *house) run(o job.Options) *catalog.HarvestJob {
	h.Helper()
	j, err := h.engine.Run(h.Context(), "quelle", o)
	if err != nil {
		h.Fatal(err)
	}
	return j
}

// counts writes what a job did as added/updated/deleted/same/errored.
func counts(j *catalog.HarvestJob) string {
	return fmt.Sprintf("%d/%d/%d/%d/%d", j.Counts[catalog.HarvestAdd], j.Counts[catalog.HarvestUpdate], j.Counts[catalog.HarvestDelete], j.Counts[catalog.HarvestSame], j.Counts[catalog.HarvestError])
}

func (h *house) expect(j *catalog.HarvestJob, state, outcome, want string) {
	h.Helper()
	if j.State != state || j.Outcome != outcome || counts(j) != want {
		h.Errorf("%s %s %s (%s), want %s %s %s", j.State, j.Outcome, counts(j), j.Reason, state, outcome, want)
	}
}

func (h *house) get(name string) *catalog.Entry {
	h.Helper()
	e, err := h.reg.Get(h.Context(), admin, "package", name)
	if err != nil {
		h.Fatal(err)
	}
	return e
}

func (h *house) live() (n int) {
	h.Helper()
	err := h.store.View(h.Context(), func(tx catalog.Tx) (err error) {
		n, err = tx.CountEntries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}})
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return n
}

func TestRun_followsItsSource(t *testing.T) {
	t.Parallel()
	h := open(t, 150)
	h.expect(h.run(job.Options{}), "finished", "ok", "150/0/0/0/0")
	e := h.get("datensatz-7")
	if e.Fields.String("title") != "Titel 7" || len(e.Parts) != 1 || e.Fields.String("license_id") == "" || len(e.Fields.Maps("extras")) != 1 || e.Fields.String("publisher_name") != "" {
		t.Errorf("%+v %+v", e.Fields, e.Parts)
	}
	h.expect(h.run(job.Options{}), "finished", "ok", "0/0/0/150/0")
	h.src.set(func() {
		h.src.packages[3]["metadata_modified"] = "2025-01-01T00:00:00" // touched
		h.src.packages[4]["title"] = "Neuer Titel"
		h.src.packages[5]["name"] = "umbenannt"
		h.src.packages = append(h.src.packages, pack(200))
		h.src.packages = slices.Delete(h.src.packages, 10, 12)
	})
	seven := h.get("datensatz-10")
	h.expect(h.run(job.Options{}), "finished", "ok", "1/2/2/146/0")
	if h.get("datensatz-4").Fields.String("title") != "Neuer Titel" || h.get("umbenannt").Fields.String("title") != "Titel 5" || h.live() != 149 {
		t.Errorf("%d live", h.live())
	}
	h.src.set(func() { h.src.packages = append(h.src.packages, pack(10)) })
	h.expect(h.run(job.Options{}), "finished", "ok", "1/0/0/149/0")
	if back := h.get("datensatz-10"); back.ID != seven.ID || back.State != catalog.StateActive {
		t.Errorf("what comes back is %s %s, it was %s", back.ID, back.State, seven.ID)
	}
}

func TestGuard_holdsWhatIsImplausible(t *testing.T) {
	t.Parallel()
	h := open(t, 60)
	h.run(job.Options{})
	all := h.src.packages
	h.src.set(func() { h.src.packages = all[:40] })
	held := h.run(job.Options{})
	h.expect(held, "held", "", "0/0/20/40/0")
	if held.Reason == "" || h.live() != 60 {
		t.Errorf("%q, %d live", held.Reason, h.live())
	}
	h.src.set(func() { h.src.packages = nil })
	h.expect(h.run(job.Options{}), "held", "", "0/0/60/0/0")
	if h.live() != 60 {
		t.Error("an empty source emptied the catalogue")
	}
	if _, err := h.engine.Release(t.Context(), held.ID); catalog.KindOf(err) != catalog.KindConflict {
		t.Errorf("a plan that a newer run replaced was released: %v", err)
	}
	h.src.set(func() { h.src.packages = all[:40] })
	held = h.run(job.Options{})
	done, err := h.engine.Release(t.Context(), held.ID)
	if err != nil || h.live() != 40 {
		t.Fatalf("%v, %d live", err, h.live())
	}
	h.expect(done, "finished", "ok", "0/0/20/40/0")
	h.src.set(func() { h.src.packages = all[:20] })
	h.expect(h.run(job.Options{Force: true}), "finished", "ok", "0/0/20/20/0")
}

func TestFaults_changeNothing(t *testing.T) {
	t.Parallel()
	h := open(t, 30)
	h.run(job.Options{})
	h.src.set(func() { h.src.fail = 2 })
	h.expect(h.run(job.Options{}), "finished", "ok", "0/0/0/30/0")
	for name, answer := range map[string]string{"page": "<html>Anmelden</html>", "empty": " ", "cut": `{"success": true, "result": {"count": 3, "resu`, "other": `{"success": false, "error": {"message": "nein"}}`, "latin1": "{\"success\": \"\xfc\"}", "deep": strings.Repeat("[", 1000)} {
		h.src.set(func() { h.src.fill = answer })
		if j := h.run(job.Options{}); j.Outcome != catalog.HarvestFailed || j.Reason == "" || h.live() != 30 {
			t.Errorf("%s: %s %q, %d live", name, j.Outcome, j.Reason, h.live())
		}
	}
	h.src.set(func() { h.src.fill, h.src.fail = "", 1000 })
	h.expect(h.run(job.Options{}), "finished", "failed", "0/0/0/0/0")
	h.src.set(func() { h.src.fail = 0 })
	h.expect(h.run(job.Options{}), "finished", "ok", "0/0/0/30/0")
}

func TestPreview_writesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, 5)
	j := h.run(job.Options{Preview: true})
	h.expect(j, "finished", "ok", "5/0/0/0/0")
	n := 0
	if err := h.engine.Plan(j.ID, func(guid, action, title string, _ []string, _ []catalog.Finding) error {
		n++
		if action != catalog.HarvestAdd || !strings.HasPrefix(title, "Titel") || guid == "" {
			t.Errorf("%s %s %s", guid, action, title)
		}
		return nil
	}); err != nil || n != 5 || h.live() != 0 {
		t.Errorf("%d steps, %v, %d live", n, err, h.live())
	}
}

// TestMerge_localEditsSurvive: what was edited here stays, what the source
// changed comes, and where both did the report says so.
func TestMerge_localEditsSurvive(t *testing.T) {
	t.Parallel()
	h := open(t, 3)
	h.run(job.Options{})
	if _, _, err := h.reg.Change(t.Context(), admin, "package", "datensatz-1", 0, func(e *catalog.Entry) error {
		e.Fields["notes"], e.Fields["contact_email"], e.Fields["title"] = "Unser Text", "amt@example.org", "Unser Titel"
		e.Parts[0].Fields["description"] = "Unsere Beschreibung"
		e.Parts = append(e.Parts, catalog.Part{Fields: catalog.Fields{"url": "https://example.org/unser.csv"}})
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	id := h.get("datensatz-1").Parts[0].ID
	h.src.set(func() {
		h.src.packages[1]["title"] = "Ihr Titel"
		h.src.packages[1]["author"] = "Ihre Redaktion"
		h.src.packages[1]["resources"] = append(h.src.packages[1]["resources"].([]any), map[string]any{"url": "https://example.org/neu.csv"})
	})
	j := h.run(job.Options{})
	h.expect(j, "finished", "ok", "0/1/0/2/0")
	e := h.get("datensatz-1")
	if e.Fields.String("title") != "Unser Titel" || e.Fields.String("notes") != "Unser Text" || e.Fields.String("contact_email") == "" || e.Fields.String("author") != "Ihre Redaktion" {
		t.Errorf("%v", e.Fields)
	}
	var urls []string
	for _, p := range e.Parts {
		urls = append(urls, p.Fields.String("url"))
	}
	if strings.Join(urls, " ") != "https://example.org/1.csv https://example.org/neu.csv https://example.org/unser.csv" || e.Parts[0].ID != id || e.Parts[0].Fields.String("description") != "Unsere Beschreibung" {
		t.Errorf("%v %v", urls, e.Parts[0])
	}
	var objects []*catalog.HarvestObject
	if err := h.store.View(t.Context(), func(tx catalog.Tx) (err error) { objects, err = tx.HarvestObjects(j.ID, 0, 10); return err }); err != nil || len(objects) != 1 || !slices.Equal(objects[0].Kept, []string{"title"}) || len(objects[0].Faults) == 0 {
		t.Errorf("%+v %v", objects, err)
	}
}

func TestOwnDatasets_areNotTakenBack(t *testing.T) {
	t.Parallel()
	h := open(t, 2)
	h.src.set(func() {
		h.src.packages[1]["extras"] = []any{map[string]any{"key": "uri", "value": site + "/dataset/0b9275a6-056b-4304-aa89-2e904a53e2cf"}}
	})
	j := h.run(job.Options{})
	h.expect(j, "finished", "ok", "1/0/0/0/0")
	if j.Own != 1 || len(j.Findings) != 1 || j.Findings[0].Code != "own" {
		t.Errorf("our own: %+v", j)
	}
}

// dying is a store that fails after some writes, as a program does that is killed.
type dying struct {
	catalog.Store
	left int
}

func (d *dying) Update(ctx context.Context, by catalog.Actor, fn func(catalog.WriteTx) error) (int64, error) {
	if d.left--; d.left < 0 {
		return 0, fmt.Errorf("killed")
	}
	return d.Store.Update(ctx, by, fn)
}

// Waiting: somebody else always wants to write, so that transactions are short.
func (d *dying) Waiting() bool { return true }

// TestResume_endsWhereAnUndisturbedRunEnds, wherever the run was cut off, and
// without asking the source again once the plan is made.
func TestResume_endsWhereAnUndisturbedRunEnds(t *testing.T) {
	t.Parallel()
	for left := 1; left <= 6; left++ {
		h := open(t, 350)
		defs, err := schema.Default()
		if err != nil {
			t.Fatal(err)
		}
		d := &dying{h.store, left}
		reg := catalog.NewRegistry(d, defs)
		broken := job.New(reg, defs, dcat.NewMapper(defs, site), site, filepath.Join(h.dir, "harvest"), "test")
		if _, err := broken.Run(t.Context(), "quelle", job.Options{}); err == nil {
			t.Fatalf("after %d writes: the run was not cut off", left)
		}
		before := h.live()
		if left > 2 {
			h.src.set(func() { h.src.fail = 1000 }) // nobody needs it any more
		}
		if err := h.engine.Resume(t.Context()); err != nil {
			t.Fatal(err)
		}
		if left > 2 && h.live() != 350 {
			t.Errorf("after %d writes: %d live before, %d after", left, before, h.live())
		}
		h.src.set(func() { h.src.fail = 0 })
		j := h.run(job.Options{})
		if h.live() != 350 || j.Outcome != catalog.HarvestOK {
			t.Errorf("after %d writes: %d live, %s", left, h.live(), counts(j))
		}
		var open []*catalog.HarvestJob
		if err := h.store.View(t.Context(), func(tx catalog.Tx) (err error) { open, err = tx.HarvestJobs("", true, 10); return err }); err != nil || len(open) != 0 {
			t.Errorf("jobs left open: %+v %v", open, err)
		}
	}
}

// TestResume_withoutItsPlan: a database that was restored from a backup knows of
// a run whose plan is gone.
func TestResume_withoutItsPlan(t *testing.T) {
	t.Parallel()
	h := open(t, 20)
	h.update(func(tx catalog.WriteTx) error {
		return tx.PutHarvestJob(&catalog.HarvestJob{ID: "verloren", Source: "s1", State: catalog.HarvestApplying, Counts: map[string]int{}, Created: time.Now()})
	})
	h.expect(h.run(job.Options{}), "finished", "ok", "20/0/0/0/0")
	if err := h.store.View(t.Context(), func(tx catalog.Tx) error {
		j, err := tx.HarvestJob("verloren")
		if err == nil && (j.State != catalog.HarvestFinished || j.Outcome != catalog.HarvestFailed || j.Reason == "") {
			t.Errorf("%+v", j)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}

func TestLock_oneRunAtATime(t *testing.T) {
	t.Parallel()
	h := open(t, 1)
	slow := make(chan struct{})
	entered := make(chan struct{}, 1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		<-slow
		h.src.ServeHTTP(w, r)
	}))
	defer srv.Close()
	h.update(func(tx catalog.WriteTx) error {
		s, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		s.URL = srv.URL
		return tx.PutHarvestSource(s)
	})
	done := make(chan error)
	go func() {
		_, err := h.engine.Run(context.WithoutCancel(t.Context()), "quelle", job.Options{})
		done <- err
	}()
	<-entered
	if _, err := h.engine.Run(t.Context(), "quelle", job.Options{}); catalog.KindOf(err) != catalog.KindConflict {
		t.Errorf("a second run: %v", err)
	}
	close(slow)
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func TestUnknownSource(t *testing.T) {
	t.Parallel()
	h := open(t, 0)
	if _, err := h.engine.Run(t.Context(), "nichts", job.Options{}); catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("%v", err)
	}
	if _, err := h.engine.Release(t.Context(), "nichts"); catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("%v", err)
	}
}

// TestNoIdentifier_deletesNothing: records that lost their identifier are not
// taken for deleted; those that come without one instead may be they.
func TestNoIdentifier_deletesNothing(t *testing.T) {
	t.Parallel()
	h := open(t, 30)
	h.run(job.Options{})
	h.src.set(func() { delete(h.src.packages[4], "id") })
	h.expect(h.run(job.Options{}), "finished", "partial", "0/0/0/29/1")
	h.src.set(func() {
		h.src.packages[4]["id"] = "id-004"
		h.src.packages = append(h.src.packages, pack(77))
		delete(h.src.packages[30], "id")
	})
	h.expect(h.run(job.Options{}), "finished", "ok", "1/0/0/30/0")
	h.src.set(func() { h.src.packages = h.src.packages[:30] })
	h.expect(h.run(job.Options{}), "finished", "ok", "0/0/1/30/0")
	h.src.set(func() { delete(h.src.packages[5], "id"); delete(h.src.packages[5], "name") })
	j := h.run(job.Options{})
	if h.live() != 30 || j.Counts[catalog.HarvestDelete] != 0 {
		t.Errorf("%d live after %s", h.live(), counts(j))
	}
}

// TestAbort_stopsARun while it reads and while it writes, and what is written stays.
func TestAbort_stopsARun(t *testing.T) {
	t.Parallel()
	h := open(t, 450)
	reading := true
	h.engine.SetProgress(func(int, int) {
		if !reading {
			return
		}
		reading = false
		h.update(func(tx catalog.WriteTx) error {
			list, err := tx.HarvestJobs("s1", true, 1)
			if err != nil {
				return err
			}
			return job.Abort(tx, list[0])
		})
	})
	j := h.run(job.Options{})
	if j.State != catalog.HarvestFinished || j.Outcome != catalog.HarvestFailed || !strings.Contains(j.Reason, "abgebrochen") || h.live() != 0 {
		t.Errorf("%+v, %d live", j, h.live())
	}
	h.update(func(tx catalog.WriteTx) error {
		s, err := tx.HarvestSource("s1")
		if err != nil {
			return err
		}
		asked := job.NewJob(s)
		asked.ID = "gewünscht"
		return tx.PutHarvestJob(asked)
	})
	if j := h.run(job.Options{}); j.ID != "gewünscht" || j.Outcome != catalog.HarvestOK || h.live() != 450 {
		t.Errorf("a job that was asked for: %+v, %d live", j, h.live())
	}
	h.update(func(tx catalog.WriteTx) error { return tx.DeleteHarvestJobs("s1", 1) })
	if err := h.store.View(t.Context(), func(tx catalog.Tx) error {
		list, err := tx.HarvestJobs("s1", false, 10)
		if len(list) != 1 || list[0].ID != "gewünscht" {
			t.Errorf("%d jobs are left", len(list))
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
