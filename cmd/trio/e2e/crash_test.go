package e2e

import (
	"bytes"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

// step is one command of the crash test.
type step []string

// steps import everything and approve everything. Some files come again: that
// must change nothing.
func steps(big string) []step {
	var out []step
	for _, f := range files {
		out = append(out, step{"survey", "import", filepath.Join(samples, f.name), "--city", f.city, "--json", "--log-level", "error"})
	}
	out = append(out, step{"survey", "import", big, "--city", "augsburg", "--json", "--log-level", "error"})
	for _, city := range []string{"muenchen", "augsburg", "nuernberg"} {
		out = append(out, step{"survey", "approve", "--city", city, "--all-publishable", "--json", "--log-level", "error"})
	}
	return out
}

// TestKill_losesNothingAcknowledged kills imports and approvals at random
// moments. What earlier commands acknowledged stays, the folder is consistent
// after each kill, and repeating the command leads to the state of an
// undisturbed run. TRIO_CRASH_ROUNDS sets the number of kills.
func TestKill_losesNothingAcknowledged(t *testing.T) {
	rounds := 8
	if crashRounds != "" {
		n, err := strconv.Atoi(crashRounds)
		if err != nil {
			t.Fatal(err)
		}
		rounds = n
	}
	calm := filepath.Join(t.TempDir(), "calm")
	all := steps(large(t, 16))
	took := make([]time.Duration, len(all))
	after := make([]map[string]string, len(all)) // what each step acknowledged
	for i, s := range all {
		start := time.Now()
		complete(t, calm, s)
		took[i] = time.Since(start)
		after[i] = state(t, calm)
	}

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d, %d entries", seed, len(after[len(all)-1]))
	src := rand.New(rand.NewPCG(seed, 0))
	killed, faster, during := 0, 0, map[string]int{}
	for round := 0; killed < rounds; round++ {
		data := filepath.Join(t.TempDir(), "data")
		seen := map[string]string{}
		for i, s := range all {
			// One or two kills a step, spread over the time that it takes.
			for range 1 + src.IntN(2) {
				if killed == rounds {
					break
				}
				if !kill(t, data, s, time.Duration(src.Int64N(int64(took[i])+1))) {
					faster++
					continue
				}
				killed++
				during[s[1]]++
				if _, err := os.Stat(filepath.Join(data, "trio.db")); errors.Is(err, os.ErrNotExist) {
					continue // killed before anything was there
				}
				sound(t, data)
				now := state(t, data)
				for name := range seen {
					if now[name] == "" {
						t.Fatalf("seed %d: %v lost %s, which was there before", seed, s, name)
					}
				}
				seen = now
			}
			complete(t, data, s)
			if seen = state(t, data); !maps.Equal(after[i], seen) {
				t.Fatalf("seed %d: after %v the state differs from an undisturbed run:\n%.3000s", seed, s, cmp.Diff(after[i], seen))
			}
		}
		again(t, data, all)
		sound(t, data)
	}
	t.Logf("%d kills %v, %d commands were faster", killed, during, faster)
}

// kill runs a command and kills it after a while; false when it had ended.
func kill(t *testing.T, data string, s step, after time.Duration) bool {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, append(slices.Clone(s), "--data", data)...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	_ = cmd.Process.Kill() // it may have ended
	return cmd.Wait() != nil && cmd.ProcessState.ExitCode() == -1
}

func complete(t *testing.T, data string, s step) []byte {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), binary, append(slices.Clone(s), "--data", data)...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		t.Fatalf("%v: %v\n%s", s, err, errOut.String())
	}
	return out.Bytes()
}

// sound proves the folder consistent.
func sound(t *testing.T, data string) {
	t.Helper()
	if out, errOut, code := trio(t, "check", "--data", data, "--log-level", "error"); code != 0 {
		t.Fatalf("check: exit %d\n%s%s", code, out, errOut)
	}
}

// again imports all files once more; the last one of a city must find its
// holdings as they are.
func again(t *testing.T, data string, all []step) {
	t.Helper()
	for _, s := range all {
		if s[1] != "import" {
			continue
		}
		var r struct{ Stored struct{ New, Changed int } }
		if err := json.Unmarshal(complete(t, data, s), &r); err != nil {
			t.Fatal(err)
		}
		if r.Stored.New != 0 || r.Stored.Changed != 0 {
			t.Errorf("%s again: %+v", s[2], r.Stored)
		}
	}
}

// state is what the store holds, hidden entries included, by a name that does
// not depend on ids: each entry as JSON without ids and times.
func state(t *testing.T, data string) map[string]string {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(data, "trio.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	var entries []*catalog.Entry
	err = store.View(t.Context(), func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{}) {
			if err != nil {
				return err
			}
			entries = append(entries, e)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for _, e := range entries {
		names[e.ID] = string(e.Type) + ":" + e.Name
		if e.Type == catalog.TypeHolding {
			names[e.ID] = e.Origin.Source + ":" + e.Origin.Key
		}
	}
	out := map[string]string{}
	for _, e := range entries {
		name := names[e.ID]
		e.ID, e.Name, e.Created, e.Modified = "", "", time.Time{}, time.Time{}
		for i := range e.Parts {
			e.Parts[i].ID, e.Parts[i].Created, e.Parts[i].Modified = "", time.Time{}, time.Time{}
		}
		text, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		// What is left of ids are references to other entries.
		out[name] = uuid.ReplaceAllStringFunc(string(text), func(id string) string { return names[id] })
	}
	return out
}

var uuid = regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}`)

// large writes a response file of many records, so that an import takes several
// transactions.
func large(t *testing.T, copies int) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(samples, "augsburg-api.json"))
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	var all []any
	for n := range copies {
		for _, r := range doc["responses"].([]any) {
			r := maps.Clone(r.(map[string]any))
			answers := maps.Clone(r["answers"].(map[string]any))
			if id, ok := answers["B_localid"].(string); ok {
				answers["B_localid"] = id + "-" + strconv.Itoa(n)
			}
			r["answers"] = answers
			all = append(all, r)
		}
	}
	doc["responses"] = all
	if text, err = json.Marshal(doc); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "gross.json")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
