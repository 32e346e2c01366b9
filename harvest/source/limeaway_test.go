package source_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
	"trio.example/harvest/source"
)

// TestLimeSurvey_passwordStaysAtHome: a server that points elsewhere, by another
// name of the same machine or to another port, gets the question with the password
// and nobody else does; one inside is not asked without leave.
func TestLimeSurvey_passwordStaysAtHome(t *testing.T) {
	t.Parallel()
	var leaked atomic.Int32
	note := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if b, err := io.ReadAll(io.LimitReader(r.Body, 1<<10)); err != nil || strings.Contains(string(b), "geheim") {
			leaked.Add(1)
		}
	})
	elsewhere := httptest.NewServer(note)
	defer elsewhere.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, port, _ := strings.Cut(r.Host, ":")
		switch r.URL.Path {
		case "/name":
			http.Redirect(w, r, "http://localhost:"+port+"/taken", http.StatusTemporaryRedirect)
		case "/port":
			http.Redirect(w, r, elsewhere.URL, http.StatusPermanentRedirect)
		default:
			note(w, r)
		}
	}))
	defer srv.Close()
	config := map[string]string{"survey": "1", "user": "trio", "city": "augsburg"}
	for _, path := range []string{"/name", "/port"} {
		if _, _, err := files(t, "limesurvey", srv.URL+path, "geheim", config); err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%s: %v", path, err)
		}
	}
	lim := fetch.Defaults()
	lim.Tries = 1
	client := fetch.New(fetch.Options{Agent: "test", Limits: lim, Base: srv.URL, Pause: new(time.Duration)})
	defer client.Close()
	k, _ := source.KindOf("limesurvey")
	err := k.Files(t.Context(), &source.Reader{URL: srv.URL, Client: client, Config: config, Secret: "geheim", Warn: func(catalog.Finding) {}}, func(string, []byte) error { return nil })
	if catalog.KindOf(err) != catalog.KindDenied {
		t.Errorf("inside without leave: %v", err)
	}
	if leaked.Load() != 0 {
		t.Errorf("the password went %d times to somebody else", leaked.Load())
	}
}
