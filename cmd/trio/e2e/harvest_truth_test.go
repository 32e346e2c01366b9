package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

// moody stands before the hostile source and gives it options that a test
// changes, while the address that is harvested stays the same.
type moody struct {
	*httptest.Server
	options atomic.Value
}

func before(t *testing.T, source string) *moody {
	t.Helper()
	to, err := url.Parse(source)
	if err != nil {
		t.Fatal(err)
	}
	m := &moody{}
	m.options.Store("")
	m.Server = httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(to)
			r.Out.Host = r.In.Host // the links of the source lead here
			if o := m.options.Load().(string); !strings.HasPrefix(r.In.URL.Path, "/~") && o != "" {
				r.Out.URL.Path = "/~" + o + r.In.URL.Path
				r.Out.URL.RawPath = ""
			}
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { // a connection that broke breaks here too
			if c, _, err := http.NewResponseController(w).Hijack(); err == nil {
				c.Close()
			}
		},
	})
	t.Cleanup(m.Close)
	return m
}

// live counts the datasets that are there and not deleted.
func live(t *testing.T, data string) (n int) {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(data, "trio.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.View(t.Context(), func(tx catalog.Tx) (err error) {
		n, err = tx.CountEntries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}})
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return n
}

type truth struct {
	Count int
	Diff  struct{ Added, Returned, Removed, Changed, Touched, Silent, Renamed []string }
}

func (m *moody) truth(t *testing.T, epoch, prev int) (out truth) {
	t.Helper()
	text := fetch(t, fmt.Sprintf("%s/~n=120,epoch=%d/_truth?prev=%d", m.URL, epoch, prev))
	if err := json.Unmarshal([]byte(text), &out); err != nil {
		t.Fatalf("%v: %.200s", err, text)
	}
	return out
}

// feeds are the kinds that see the whole catalogue; a folder is the same mapping
// as csw, with a request per record.
var feeds = map[string][2]string{"ckan": {"ckan", "/ckan"}, "rdf": {"dcat", "/dcat/catalog.rdf"}, "view": {"dcat", "/dcat-view/catalog.jsonld"}, "json": {"datajson", "/data.json"}, "csw": {"csw", "/csw"}, "hub": {"arcgishub", "/arcgis"}}

// TestHarvest_tellsTheTruth: through four nights of changes each kind ends with
// what its source has, and the numbers of each run are the numbers of what changed.
func TestHarvest_tellsTheTruth(t *testing.T) {
	t.Parallel()
	source, _, stop := faultSource(t)
	defer stop()
	m := before(t, source)
	for name, kind := range feeds {
		data := filepath.Join(t.TempDir(), "data")
		if _, errs, code := trio(t, "harvest", "source", "add", name, m.URL+kind[1], "--kind", kind[0], "--org", "amt", "--every", "0", "--option", "delay=0", "--inside", "--data", data); code != 0 {
			t.Fatal(errs)
		}
		for epoch := range 4 {
			m.options.Store(fmt.Sprintf("epoch=%d", epoch))
			j := harvest(t, data, name)
			want := m.truth(t, epoch, max(0, epoch-1))
			d := want.Diff
			added, updated := len(d.Added), len(d.Changed)
			if epoch == 0 {
				added = want.Count
			}
			if kind[0] == "csw" || kind[0] == "dcat" {
				updated -= len(d.Renamed) // what they say has no such name
			}
			got := fmt.Sprint(j.Counts["added"], j.Counts["updated"], j.Counts["deleted"], live(t, data), j.Outcome)
			if s := fmt.Sprint(added, updated, len(d.Removed), want.Count, "ok"); got != s {
				t.Errorf("%s at epoch %d: added, updated, deleted, live, outcome: %s, want %s (%d touched, %d silent, %d returned, %d renamed) %s", name, epoch, got, s, len(d.Touched), len(d.Silent), len(d.Returned), len(d.Renamed), j.Reason)
			}
		}
	}
}

// TestHarvest_nothingIsLostToFaults: whatever a source that was read once does
// later, its datasets stay, the run says why, and the next good run heals.
func TestHarvest_nothingIsLostToFaults(t *testing.T) {
	t.Parallel()
	source, _, stop := faultSource(t)
	defer stop()
	var wait sync.WaitGroup
	for name, kind := range feeds {
		if name == "hub" { // fetched and walked as json is
			continue
		}
		wait.Go(func() {
			m := before(t, source)
			data := filepath.Join(t.TempDir(), "data")
			if _, errs, code := trio(t, "harvest", "source", "add", name, m.URL+kind[1], "--kind", kind[0], "--org", "amt", "--every", "0", "--option", "delay=0", "--inside", "--data", data); code != 0 {
				t.Error(errs)
				return
			}
			if j := harvest(t, data, name); j.Counts["added"] != 120 {
				t.Errorf("%s: %+v", name, j)
			}
			for _, fault := range []string{"zero", "half", "html", "countlow", "counthigh", "loop=self", "loop=ab", "loop=endless", "emptypage", "unstable", "shift", "truncate=0.7", "charset=latin1", "drop=0.5", "status=404", "always304", "dup", "noid", "longtitle"} {
				m.options.Store(fault)
				j := harvest(t, data, name)
				if n := live(t, data); n < 120 {
					t.Errorf("%s: %d live, %d deleted after %s: %s %s %s", name, n, j.Counts["deleted"], fault, j.State, j.Outcome, j.Reason)
				}
				if (j.Outcome == "failed" || j.State == "held") && j.Reason == "" {
					t.Errorf("%s: no reason after %s: %+v", name, fault, j)
				}
				const most = 100
				if j.Requests > most {
					t.Errorf("%s: %d requests after %s", name, j.Requests, fault)
				}
			}
			m.options.Store("")
			if j := harvest(t, data, name); j.Outcome != "ok" || live(t, data) != 120 {
				t.Errorf("%s does not heal: %d live, %+v", name, live(t, data), j)
			}
		})
	}
	wait.Wait()
}
