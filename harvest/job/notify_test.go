package job_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// box keeps what was sent.
type box struct {
	mu    sync.Mutex
	posts []map[string]any
	mails []string
	asked atomic.Int32
}

func (b *box) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.asked.Add(1)
	b.mu.Lock()
	defer b.mu.Unlock()
	var m map[string]any
	if json.NewDecoder(r.Body).Decode(&m) == nil {
		b.posts = append(b.posts, m)
	}
	w.WriteHeader(http.StatusNoContent)
}

func (b *box) Send(_ context.Context, to []string, subject, text string) error {
	b.mails = append(b.mails, strings.Join(to, " ")+": "+subject+": "+text)
	return nil
}

// TestNotify_staysAtItsAddress: a webhook may lie inside, as somebody who may see to
// that named it. Where it points is not asked.
func TestNotify_staysAtItsAddress(t *testing.T) {
	t.Parallel()
	h := open(t, 5)
	inner := &box{}
	elsewhere := httptest.NewServer(inner)
	defer elsewhere.Close()
	knocks := &atomic.Int32{}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		knocks.Add(1)
		code := http.StatusFound
		if r.URL.Path == "/307" {
			code = http.StatusTemporaryRedirect
		}
		http.Redirect(w, r, elsewhere.URL+"/", code)
	}))
	defer srv.Close()
	h.update(func(tx catalog.WriteTx) error {
		s, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		s.Notify = []string{srv.URL + "/302", srv.URL + "/307"}
		return tx.PutHarvestSource(s)
	})
	h.src.set(func() { h.src.fill = "<html>" })
	h.run(job.Options{})
	if knocks.Load() < 2 || inner.asked.Load() != 0 {
		t.Errorf("the webhooks were asked %d times, what they point at %d times", knocks.Load(), inner.asked.Load())
	}
}

// TestNotify: who is named hears of failures, of what is held, of unusual change
// and of the end of the trouble, and of nothing else.
func TestNotify(t *testing.T) {
	t.Parallel()
	h := open(t, 60)
	b := &box{}
	srv := httptest.NewServer(b)
	defer srv.Close()
	h.engine.SetMailer(b)
	h.update(func(tx catalog.WriteTx) error {
		s, err := tx.HarvestSource("quelle")
		if err != nil {
			return err
		}
		s.Notify = []string{srv.URL + "/haken", "amt@example.org", "http://127.0.0.1:1/nichts"}
		return tx.PutHarvestSource(s)
	})
	all := h.src.packages
	for i, c := range []struct {
		change func()
		o      job.Options
		event  string
	}{
		{func() {}, job.Options{}, ""}, // the first run is expected to bring much
		{func() {}, job.Options{}, ""},
		{func() { h.src.fill = "<html>" }, job.Options{}, "failed"},
		{func() {}, job.Options{Preview: true}, ""},
		{func() { h.src.fill = "" }, job.Options{}, "recovered"},
		{func() { h.src.packages = all[:30] }, job.Options{}, "held"},
		{func() {
			h.src.packages = all
			for i := range 40 {
				all[i]["title"] = "Anders"
			}
		}, job.Options{}, "recovered"},
		{func() {
			for i := range 20 {
				all[i]["title"] = "Wieder anders"
			}
		}, job.Options{}, "unusual"},
		{func() { delete(all[3], "id"); delete(all[3], "name") }, job.Options{}, "partial"},
	} {
		h.src.set(c.change)
		posts, mails := len(b.posts), len(b.mails)
		h.run(c.o)
		got := ""
		for _, p := range b.posts[posts:] {
			got += p["event"].(string)
			if text, _ := p["text"].(string); !strings.Contains(text, "quelle") || p["job"] == "" {
				t.Errorf("%d: %v", i, p)
			}
		}
		if got != c.event || len(b.mails)-mails != len(b.posts)-posts {
			t.Errorf("%d: told %q, want %q; %d mails", i, got, c.event, len(b.mails)-mails)
		}
	}
	if !strings.HasPrefix(b.mails[0], "amt@example.org: Abgleich quelle: gescheitert: ") {
		t.Errorf("%v", b.mails)
	}
}
