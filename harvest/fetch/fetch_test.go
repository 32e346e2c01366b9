package fetch_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

func limits() fetch.Limits {
	l := fetch.Defaults()
	l.Pause, l.Idle, l.Bytes, l.Unpacked = time.Millisecond, time.Second, 1<<20, 4<<20
	return l
}

func client(t *testing.T, base, cache string) *fetch.Client {
	t.Helper()
	c := fetch.New(fetch.Options{Agent: "test", Limits: limits(), Base: base, Inside: true, Secret: "geheim", Cache: cache, Pause: new(time.Duration)})
	t.Cleanup(c.Close)
	return c
}

func zipped(n int) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(bytes.Repeat([]byte("0"), n)); err != nil {
		panic(err)
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}

func TestGet_boundsAndSentences(t *testing.T) {
	t.Parallel()
	var other atomic.Int32
	bomb, dense := zipped(16<<20), zipped(3<<20)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { other.Add(1) }))
	defer elsewhere.Close()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/huge":
			for range 64 {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(bomb)
		case "/ratio":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(dense)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = w.Write([]byte("halb"))
		case "/nozip":
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write([]byte("kein gzip, wirklich nicht"))
		case "/hang":
			<-r.Context().Done()
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/file":
			http.Redirect(w, r, "file:///etc/passwd", http.StatusFound)
		case "/user":
			http.Redirect(w, r, "http://a:b@"+r.Host+"/fine", http.StatusFound)
		case "/circle":
			http.Redirect(w, r, "/circle", http.StatusFound)
		case "/gone":
			w.WriteHeader(http.StatusGone)
		case "/always304":
			w.WriteHeader(http.StatusNotModified)
		default:
			fmt.Fprint(w, "gut")
		}
	}))
	defer srv.Close()
	for path, want := range map[string]string{
		"/huge": "größer als 1 MB", "/bomb": "ausgepackt zu groß", "/ratio": "ausgepackt zu groß", "/cut": "bricht mittendrin ab", "/nozip": "nicht richtig gepackt", "/hang": "nicht in der erlaubten Zeit",
		"/away": "privaten Netz", "/file": "unzulässige Adresse", "/user": "unzulässige Adresse", "/circle": "leitet zu oft", "/gone": "Status 410", "/always304": "unverändert", "/fine": "",
	} {
		doc, err := client(t, srv.URL, "").Get(t.Context(), srv.URL+path, "*/*", nil)
		if want == "" {
			if err != nil || string(doc.Body) != "gut" {
				t.Errorf("%s: %v %v", path, doc, err)
			}
			continue
		}
		var known *catalog.Error
		if !errors.As(err, &known) || !strings.Contains(known.Message, want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
	for _, address := range []string{"ftp://example.org/", "http://", "x", "javascript:1"} {
		if _, err := client(t, srv.URL, "").Get(t.Context(), address, "*/*", nil); catalog.KindOf(err) != catalog.KindInvalid {
			t.Errorf("%s: %v", address, err)
		}
	}
	if other.Load() != 0 {
		t.Error("another host inside was asked")
	}
}

func TestGet_triesAgainWaitsAndKeepsTheSecret(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	var first, second atomic.Int64 // moments, in nanoseconds
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch n.Add(1) {
		case 1:
			first.Store(time.Now().UnixNano())
			w.Header().Set("Retry-After", "1")
			w.WriteHeader(http.StatusTooManyRequests)
		case 2:
			second.Store(time.Now().UnixNano())
			fmt.Fprint(w, "hal")
		default:
			fmt.Fprint(w, "ganz "+r.Header.Get("Authorization"))
		}
	}))
	defer srv.Close()
	doc, err := client(t, srv.URL, "").Get(t.Context(), srv.URL+"/", "*/*", func(d *fetch.Doc) error {
		if !bytes.HasPrefix(d.Body, []byte("ganz")) {
			return errors.New("cut")
		}
		return nil
	})
	if err != nil || string(doc.Body) != "ganz geheim" || n.Load() != 3 {
		t.Errorf("%v %v after %d requests", doc, err, n.Load())
	}
	if waited := time.Duration(second.Load() - first.Load()); waited < time.Second {
		t.Errorf("asked again after %v, the server wanted a second", waited)
	}
}

// TestGet_waitsForASearchThatBegins: CKAN answers with a conflict while the cores of
// its search are loaded.
func TestGet_waitsForASearchThatBegins(t *testing.T) {
	t.Parallel()
	var n atomic.Int32
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if n.Add(1) == 1 {
			w.WriteHeader(http.StatusConflict)
			return
		}
		fmt.Fprint(w, "gut")
	}))
	defer srv.Close()
	if doc, err := client(t, srv.URL, "").Get(t.Context(), srv.URL+"/", "*/*", nil); err != nil || string(doc.Body) != "gut" {
		t.Errorf("%v %v", doc, err)
	}
}

func TestGet_asksOnlyForWhatIsNew(t *testing.T) {
	t.Parallel()
	var version, sent atomic.Int32
	version.Store(1)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tag := fmt.Sprintf(`"%d"`, version.Load())
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		sent.Add(1)
		fmt.Fprint(w, "Fassung ", version.Load())
	}))
	defer srv.Close()
	dir := t.TempDir()
	get := func(want string) *fetch.Client {
		t.Helper()
		c := client(t, srv.URL, dir)
		if doc, err := c.Get(t.Context(), srv.URL+"/", "*/*", nil); err != nil || string(doc.Body) != want {
			t.Errorf("%v %v", doc, err)
		}
		return c
	}
	get("Fassung 1")
	if c := get("Fassung 1"); c.Reused != 1 || sent.Load() != 1 {
		t.Errorf("reused %d, sent %d", c.Reused, sent.Load())
	}
	version.Store(2)
	get("Fassung 2")
	// A document that went astray is asked for as if nothing were known.
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 2 {
		t.Fatalf("%v %v", files, err)
	}
	for _, f := range files {
		if !strings.HasSuffix(f, ".json") {
			if err := os.Remove(f); err != nil {
				t.Fatal(err)
			}
		}
	}
	get("Fassung 2")
}

func TestOutside(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]bool{
		"93.184.216.34:80": true, "[2606:2800:220:1::1]:443": true, "127.0.0.1:80": false, "10.1.2.3:80": false, "192.168.1.1:80": false, "172.20.0.1:80": false, "169.254.169.254:80": false,
		"100.64.0.1:80": false, "0.0.0.0:80": false, "[::1]:80": false, "[fe80::1]:80": false, "[fd00::1]:80": false, "[::ffff:10.0.0.1]:80": false, "[64:ff9b::7f00:1]:80": false, "224.0.0.1:80": false, "x": false,
	} {
		if got := fetch.Outside(address); got != want {
			t.Errorf("%s: %t", address, got)
		}
	}
}
