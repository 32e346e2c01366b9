package e2e

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// BenchmarkOfficers lets 300 offices answer at once, each with up to a second to
// think between two answers, and reports how long a save takes them. An
// operation is one save; run it with -benchtime 3000x or more.
func BenchmarkOfficers(b *testing.B) {
	const officers = 300
	h := newHouse(b, officers)
	h.serve(b, "info")
	transport := &http.Transport{MaxIdleConnsPerHost: officers, MaxConnsPerHost: officers}
	client := &http.Client{Transport: transport, Timeout: time.Minute, CheckRedirect: stay().CheckRedirect}
	steps := make([]string, officers)
	for i, token := range h.tokens {
		status, to, _, err := h.send(b.Context(), client, "/s/"+token+"/holding", url.Values{"title": {fmt.Sprintf("Bestand %d", i)}}, "")
		if err != nil || status != http.StatusSeeOther {
			b.Fatalf("add: %d %v", status, err)
		}
		steps[i] = strings.TrimSuffix(to, "/step/B") + "/step/C"
	}
	var mu sync.Mutex
	var took []time.Duration
	var all sync.WaitGroup
	each := (b.N + officers - 1) / officers
	b.ResetTimer()
	for i := range officers {
		all.Go(func() {
			src := rand.New(rand.NewPCG(uint64(i), 1))
			for n := range each {
				time.Sleep(time.Duration(src.Int64N(int64(time.Second))))
				start := time.Now()
				form := url.Values{"r.C_system": {strconv.Itoa(n)}, "a.C_system": {strconv.Itoa(n + 1)}}
				status, _, _, err := h.send(b.Context(), client, steps[i], form, "application/json")
				d := time.Since(start)
				if err != nil || status != http.StatusOK {
					b.Errorf("save: %d %v", status, err)
					return
				}
				mu.Lock()
				took = append(took, d)
				mu.Unlock()
			}
		})
	}
	all.Wait()
	b.StopTimer()
	slices.Sort(took)
	for _, p := range []float64{50, 95, 99} {
		b.ReportMetric(float64(took[int(float64(len(took)-1)*p/100)].Microseconds())/1000, fmt.Sprintf("p%.0f-ms", p))
	}
	b.ReportMetric(float64(len(took))/b.Elapsed().Seconds(), "saves/s")
	h.kill()
	// Beside what else the machine does this says how much of it a save takes.
	cpu := h.cmd.ProcessState.UserTime() + h.cmd.ProcessState.SystemTime()
	b.ReportMetric(float64(cpu.Microseconds())/1000/float64(len(took)), "cpu-ms/save")
}
