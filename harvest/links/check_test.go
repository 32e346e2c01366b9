package links_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
	"trio.example/harvest/links"
)

func open(t *testing.T, urls ...string) *sqlstore.Store {
	t.Helper()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "x.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	_, err = store.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error {
		for _, u := range urls {
			if err := tx.PutLink(&catalog.Link{URL: u, History: []byte("[]")}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return store
}

func link(t *testing.T, store catalog.Store, u string) (l *catalog.Link) {
	t.Helper()
	if err := store.View(t.Context(), func(tx catalog.Tx) (err error) { l, err = tx.Link(u); return err }); err != nil {
		t.Fatal(err)
	}
	return l
}

func quick() links.Options {
	o := links.Defaults()
	o.Pause, o.Timeout, o.Inside = time.Millisecond, 2*time.Second, true
	return o
}

func TestCheck_tellsWhatAnswers(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	var asked []string
	at, most := 0, 0
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		asked = append(asked, r.Method+" "+r.URL.Path)
		at++
		most = max(most, at)
		mu.Unlock()
		defer func() { mu.Lock(); at--; mu.Unlock() }()
		switch r.URL.Path {
		case "/nohead":
			if r.Method == http.MethodHead {
				w.WriteHeader(http.StatusMethodNotAllowed)
			}
		case "/moved":
			http.Redirect(w, r, "/fine", http.StatusFound)
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusFound)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/busy":
			w.Header().Set("Retry-After", "864000")
			w.WriteHeader(http.StatusTooManyRequests)
		case "/hangs":
			<-r.Context().Done()
		case "/elsewhere":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		}
	}))
	defer srv.Close()
	want := map[string]bool{"/fine": true, "/nohead": true, "/moved": true, "/circle": false, "/gone": false, "/busy": false, "/hangs": false, "/elsewhere": false}
	var urls []string
	for p := range want {
		urls = append(urls, srv.URL+p)
	}
	urls = append(urls, "http://127.0.0.1:1/refused", "http://kein.beispiel.invalid/x", "http://[::1", "urn:x")
	store := open(t, urls...)
	r, err := links.Check(t.Context(), store, quick())
	if err != nil || r.Checked != len(urls) || r.Reached != 3 || r.Broken != len(urls)-3 {
		t.Fatalf("%+v %v", r, err)
	}
	for p, reached := range want {
		if l := link(t, store, srv.URL+p); l.Reached != reached || l.Fails == 0 != reached || !l.Next.After(time.Now()) {
			t.Errorf("%s: %+v", p, l)
		}
	}
	if busy := link(t, store, srv.URL+"/busy"); time.Until(busy.Next) < 9*24*time.Hour {
		t.Errorf("who asks for ten days is asked again at %v", busy.Next)
	}
	mu.Lock()
	before, together := len(asked), most
	mu.Unlock()
	if together > 1 {
		t.Errorf("%d requests at once to one host", together)
	}
	r, err = links.Check(t.Context(), store, quick())
	mu.Lock()
	defer mu.Unlock()
	if err != nil || r.Checked != 0 || len(asked) != before {
		t.Errorf("what is not due was asked again: %+v %v", r, err)
	}
}

// TestCheck_neverAsksInside: whoever publishes an address cannot make the
// portal knock at its neighbours, not by a redirect either.
func TestCheck_neverAsksInside(t *testing.T) {
	t.Parallel()
	var knocked atomic.Bool
	srv := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { knocked.Store(true) }))
	defer srv.Close()
	port := srv.URL[strings.LastIndexByte(srv.URL, ':'):]
	var urls []string
	for _, host := range []string{"127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"} {
		urls = append(urls, "http://"+host+port+"/")
	}
	urls = append(urls, "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://[fe80::1]/", "http://[64:ff9b::a00:1]/")
	store := open(t, urls...)
	o := quick()
	o.Inside, o.Timeout = false, time.Second
	if r, err := links.Check(t.Context(), store, o); err != nil || r.Reached != 0 || r.Checked != len(urls) {
		t.Errorf("%+v %v", r, err)
	}
	if knocked.Load() {
		t.Error("an inner address was asked")
	}
}

func TestCheck_endsWithItsContext(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	defer srv.Close()
	store := open(t, srv.URL+"/a", srv.URL+"/b")
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if _, err := links.Check(ctx, store, quick()); err == nil {
		t.Error("a run that was broken off looks complete")
	}
	if l := link(t, store, srv.URL+"/a"); l.Fails != 0 {
		t.Errorf("what was broken off counts as broken: %+v", l)
	}
}
