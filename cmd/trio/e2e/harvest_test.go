package e2e

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// faultSource starts the hostile source that lies beside the checkout.
func faultSource(t *testing.T, options ...string) (source, canary string, stop func()) {
	t.Helper()
	script := shared + "/conformance/fault_source.py"
	if _, err := os.Stat(script); err != nil {
		t.Skip("no hostile source beside this checkout; the package tests have one of their own")
	}
	args := []string{script, "--port", "0", "--canary-port", "0"}
	for _, o := range options {
		args = append(args, "--set", o)
	}
	cmd := exec.CommandContext(t.Context(), "python3", args...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	stop = func() {
		_ = cmd.Process.Kill() // it has nothing to put away
		_ = cmd.Wait()
	}
	var at struct{ Source, Canary string }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil || json.Unmarshal(line, &at) != nil {
		stop()
		t.Fatalf("the hostile source did not start: %v %s", err, line)
	}
	return at.Source, at.Canary, stop
}

type harvestJob struct {
	State, Outcome, Reason string
	Counts                 map[string]int
	Requests, Reused, Own  int
	Delta                  bool
}

// sources of all kinds at the hostile source.
var harvestKinds = map[string][2]string{"ckan": {"ckan", "/ckan"}, "rdf": {"dcat", "/dcat/catalog.rdf"}, "turtle": {"dcat", "/dcat/catalog.ttl"}, "json": {"datajson", "/data.json"}, "csw": {"csw", "/csw"}, "hub": {"arcgishub", "/arcgis"}, "waf": {"waf", "/~n=12/waf/"}}

func harvest(t *testing.T, data, name string, more ...string) harvestJob {
	t.Helper()
	out, errs, _ := trio(t, append([]string{"harvest", "run", name, "--json", "--data", data}, more...)...)
	var j harvestJob
	if err := json.Unmarshal([]byte(out), &j); err != nil {
		t.Errorf("%s: %v %s %s", name, err, out, errs)
	}
	return j
}

// TestHarvest_hostileSource: whatever a source does, no dataset is lost, nothing
// inside is asked, and the report says what happened.
func TestHarvest_hostileSource(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ options, want string }{
		{"", "finished ok"}, {"zero", "held"}, {"half", "held"}, {"loop=endless", "finished"}, {"unstable", "finished"},
		{"bomb=300", "finished failed"}, {"huge=60", "finished failed"}, {"xxe", "finished"}, {"laughs", "finished"}, {"status=404", "finished failed"},
		{"redirect=loopback", "finished failed"}, {"redirect=metadata", "finished failed"}, {"redirect=file", "finished failed"}, {"redirect=userinfo", "finished failed"},
		{"nextlink=loopback", "finished"}, {"status=500 times=1", "finished ok"}, {"drop=0.5 times=1", "finished ok"}, {"badjson times=1", "finished ok"},
	} {
		source, canary, stop := faultSource(t, strings.Fields(c.options)...)
		var wait sync.WaitGroup
		for name, kind := range harvestKinds {
			if name == "turtle" || name == "hub" { // fetched and walked as rdf and json are
				continue
			}
			wait.Go(func() { hostileRun(t, source, name, kind, c.options, c.want) })
		}
		wait.Wait()
		if knocks := fetch(t, source+"/_control/canary"); strings.TrimSpace(knocks) != "[]" {
			t.Errorf("%s: the canary at %s heard %s", c.options, canary, knocks)
		}
		stop()
	}
}

func hostileRun(t *testing.T, source, name string, kind [2]string, options, want string) {
	t.Helper()
	data := filepath.Join(t.TempDir(), "data")
	if _, errs, code := trio(t, "harvest", "source", "add", name, source+kind[1], "--kind", kind[0], "--org", "amt", "--every", "0", "--option", "delay=0", "--inside", "--data", data); code != 0 {
		t.Error(errs)
		return
	}
	j := harvest(t, data, name)
	got := strings.TrimSpace(j.State + " " + j.Outcome)
	// A source that never had anything cannot be suddenly empty.
	if want != "held" && !strings.HasPrefix(got, want) {
		t.Errorf("%s %s: %s (%s), want %s", options, name, got, j.Reason, want)
	}
	if j.Outcome == "failed" && j.Reason == "" {
		t.Errorf("%s %s: failed without a reason: %+v", options, name, j)
	}
	const requests = 60
	if j.Requests > requests {
		t.Errorf("%s %s: %d requests", options, name, j.Requests)
	}
}

func fetch(t *testing.T, address string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var b strings.Builder
	if _, err := bufio.NewReader(res.Body).WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestHarvest_secondRunAsksForNothingNew: unchanged pages are not sent again and
// nothing is written.
func TestHarvest_secondRunAsksForNothingNew(t *testing.T) {
	t.Parallel()
	source, _, stop := faultSource(t)
	defer stop()
	data := filepath.Join(t.TempDir(), "data")
	for name, kind := range harvestKinds {
		if _, errs, code := trio(t, "harvest", "source", "add", name, source+kind[1], "--kind", kind[0], "--org", "amt", "--every", "0", "--option", "delay=0", "--inside", "--data", data); code != 0 {
			t.Fatal(errs)
		}
		all := 120
		if kind[0] == "waf" {
			all = 12
		}
		if j := harvest(t, data, name); j.Counts["added"] != all || j.Outcome != "ok" {
			t.Errorf("%s: %+v", name, j)
		}
		if j := harvest(t, data, name); j.Counts["not modified"] != all || len(j.Counts) != 1 || j.Reused != j.Requests {
			t.Errorf("%s again: %+v", name, j)
		}
	}
	if out, _, code := trio(t, "check", "--data", data); code != 0 {
		t.Errorf("check: %s", out)
	}
}
