package fetch_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// canary notes whoever comes.
type canary struct {
	mu    sync.Mutex
	heard []string
}

func (c *canary) ServeHTTP(_ http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1000))
	c.mu.Lock()
	defer c.mu.Unlock()
	c.heard = append(c.heard, r.Method+" "+r.Host+" "+string(body))
	if err != nil {
		c.heard = append(c.heard, err.Error())
	}
}

func (c *canary) all() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return strings.Join(c.heard, "; ")
}

// ways to write the address of this machine.
func ways(port string) []string {
	var out []string
	for _, host := range []string{"127.0.0.1", "localhost", "LOCALHOST.", "127.1", "127.0.0.2", "0.0.0.0", "0", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[0:0:0:0:0:0:0:1]"} {
		out = append(out, "http://"+host+":"+port+"/geheim")
	}
	return out
}

// everywhere listens on all addresses of this machine, IPv6 included where there is one.
func everywhere(t *testing.T, h http.Handler) (port string) {
	t.Helper()
	lis, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", ":0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &httptest.Server{Listener: lis, Config: &http.Server{Handler: h, ReadHeaderTimeout: time.Minute}}
	srv.Start()
	t.Cleanup(srv.Close)
	_, port, err = net.SplitHostPort(lis.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}

// TestGet_nothingInsideIsAsked: however an address of this machine is written, by
// a source, by a redirect or by one of a posted question, nothing arrives there.
func TestGet_nothingInsideIsAsked(t *testing.T) {
	t.Parallel()
	c := &canary{}
	port := everywhere(t, c)
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		code := http.StatusFound
		if r.Method == http.MethodPost {
			code = http.StatusTemporaryRedirect
		}
		http.Redirect(w, r, r.URL.Query().Get("to"), code)
	}))
	t.Cleanup(source.Close)
	lim := limits()
	lim.Tries = 1
	var wait sync.WaitGroup
	for _, to := range ways(port) {
		at := source.URL + "/?to=" + url.QueryEscape(to)
		wait.Go(func() {
			for what, o := range map[string]fetch.Options{"by itself": {Base: to}, "of another source": {Base: source.URL, Inside: true, Secret: "geheim"}} {
				o.Agent, o.Limits, o.Pause = "test", lim, new(time.Duration)
				ask := fetch.New(o)
				if doc, err := ask.Get(t.Context(), to, "*/*", nil); err == nil {
					t.Errorf("%s %s: %s", to, what, doc.Body)
				}
				ask.Close()
			}
			ask := fetch.New(fetch.Options{Agent: "test", Limits: lim, Base: source.URL, Inside: true, Secret: "geheim", Pause: new(time.Duration)})
			defer ask.Close()
			if doc, err := ask.Get(t.Context(), at, "*/*", nil); err == nil {
				t.Errorf("%s by a redirect: %s", to, doc.Body)
			}
			if doc, err := ask.Post(t.Context(), at, "application/json", []byte(`"geheim"`), "*/*", nil); err == nil {
				t.Errorf("%s by a redirect of a question: %s", to, doc.Body)
			}
		})
	}
	wait.Wait()
	if heard := c.all(); heard != "" {
		t.Errorf("the canary heard %s", heard)
	}
}

// TestPost_goesToNobodyElse: what is posted may hold a password. It goes to the
// host that was named, also when that one points elsewhere, and follows it at home.
func TestPost_goesToNobodyElse(t *testing.T) {
	t.Parallel()
	heard := &canary{}
	source := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away": // another name for the same address, which this client may ask
			_, port, _ := strings.Cut(r.Host, ":")
			http.Redirect(w, r, "http://localhost:"+port+"/", http.StatusPermanentRedirect)
		case "/home":
			http.Redirect(w, r, "/new", http.StatusPermanentRedirect)
		default:
			heard.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(source.Close)
	c := client(t, source.URL, "")
	_, err := c.Post(t.Context(), source.URL+"/away", "application/json", []byte("geheim"), "*/*", nil)
	if catalog.KindOf(err) != catalog.KindDenied || !strings.Contains(err.Error(), "nur an den genannten Rechner") || heard.all() != "" {
		t.Errorf("%v, the other host heard %q", err, heard.all())
	}
	if _, err := c.Get(t.Context(), source.URL+"/away", "*/*", nil); err != nil {
		t.Errorf("without anything to carry: %v", err)
	}
	if _, err := c.Post(t.Context(), source.URL+"/home", "application/json", []byte("frage"), "*/*", nil); err != nil || !strings.HasSuffix(heard.all(), "frage") {
		t.Errorf("%v, the source heard %q", err, heard.all())
	}
}
