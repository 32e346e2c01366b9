package fetch

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"
)

func TestCrawlDelay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]time.Duration{
		"":                              0,
		"User-agent: *\nCrawl-delay: 2": 2 * time.Second,
		"User-Agent: *\nCrawl-Delay: 0.5 # kurz\nDisallow: /x":                      500 * time.Millisecond,
		"User-agent: *\nDisallow: /api/\n\nUser-agent: andere\nCrawl-delay: 9":      0,
		"User-agent: trio-harvest\nCrawl-delay: 1\n\nUser-agent: *\nCrawl-delay: 7": time.Second,
		"User-agent: *\nCrawl-delay: 7\n\nUser-agent: trio\nDisallow:":              0,
		"User-agent: a\nUser-agent: *\nCrawl-delay: 3":                              3 * time.Second,
		"User-agent: *\nCrawl-delay: 3600":                                          maxDelay,
		"User-agent: *\nCrawl-delay: -1":                                            0,
		"User-agent: *\nCrawl-delay: viel":                                          0,
		"Crawl-delay: 5":                                                            0,
		"\uFEFFUser-agent: *\r\nCrawl-delay: 4\r\n":                                 4 * time.Second,
	} {
		if got := crawlDelay([]byte(text), "trio-harvest/1 (+https://example.org)"); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// TestGet_keepsTheDelay: between two requests lies what robots.txt asks for, or
// what the operator says.
func TestGet_keepsTheDelay(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []time.Time
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/robots.txt" {
			fmt.Fprint(w, "User-agent: *\nCrawl-delay: 0.3\n")
			return
		}
		mu.Lock()
		defer mu.Unlock()
		asked = append(asked, time.Now())
		fmt.Fprint(w, "gut")
	}))
	defer srv.Close()
	lim := Defaults()
	get := func(pause time.Duration) (between time.Duration, requests int) {
		t.Helper()
		mu.Lock()
		asked = nil
		mu.Unlock()
		c := New(Options{Agent: "test", Limits: lim, Base: srv.URL, Inside: true, Pause: &pause})
		if pause < 0 {
			c = New(Options{Agent: "test", Limits: lim, Base: srv.URL, Inside: true})
		}
		defer c.Close()
		begin := time.Now() // the first may take its time to arrive: the pause counts from when it is sent
		for range 2 {
			if _, err := c.Get(t.Context(), srv.URL+"/", "*/*", nil); err != nil {
				t.Fatal(err)
			}
		}
		mu.Lock()
		defer mu.Unlock()
		return asked[1].Sub(begin), c.Requests
	}
	if d, n := get(-1); d < 300*time.Millisecond || n != 2 {
		t.Errorf("by robots.txt: %v, %d requests", d, n)
	}
	// A busy machine may be slow once; with the delay no try could be quicker.
	quickest := time.Hour
	for range 5 {
		d, _ := get(0)
		quickest = min(quickest, d)
	}
	if quickest >= 300*time.Millisecond {
		t.Errorf("the operator says none: %v", quickest)
	}
}
