package web_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/web"
)

// sized answers addresses with bytes.
type sized map[string][]byte

func (s sized) Register(r gin.IRouter) {
	for path, body := range s {
		answer := func(c *gin.Context) {
			c.Header("ETag", `"x"`)
			c.Data(http.StatusOK, "text/csv", body)
		}
		r.GET(path, answer)
		r.HEAD(path, answer)
	}
}

// TestLargeAnswers_areBoundedTogether holds back those who ask for large answers while
// others do not take theirs; small ones go out all the time.
func TestLargeAnswers_areBoundedTogether(t *testing.T) {
	t.Parallel()
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	h, err := web.New(web.Config{Registry: catalog.NewRegistry(store, defs), Metrics: prometheus.NewRegistry(), Parts: []web.Mount{sized{"/large": make([]byte, 100<<20), "/small": make([]byte, 60<<10)}}})
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewServer(h)
	defer srv.Close()
	head := func(path string) (int, http.Header) {
		t.Helper()
		res, err := http.Head(srv.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		return res.StatusCode, res.Header
	}
	if status, _ := head("/large"); status != http.StatusOK {
		t.Fatalf("nobody waits: %d", status)
	}
	var lines []net.Conn
	for range 2 {
		c, err := net.Dial("tcp", strings.TrimPrefix(srv.URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		fmt.Fprint(c, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
		lines = append(lines, c)
	}
	until := func(path string, want int) http.Header {
		t.Helper()
		for end := time.Now().Add(time.Minute); ; time.Sleep(5 * time.Millisecond) {
			status, h := head(path)
			if status == want {
				return h
			}
			if time.Now().After(end) {
				t.Fatalf("%s gives %d and never %d", path, status, want)
			}
		}
	}
	if h := until("/large", http.StatusServiceUnavailable); h.Get("Retry-After") == "" || h.Get("ETag") != "" || h.Get("Cache-Control") != "no-store" {
		t.Errorf("refused with %v", h)
	}
	if status, _ := head("/small"); status != http.StatusOK {
		t.Errorf("a small answer: %d", status)
	}
	for _, c := range lines {
		_ = c.Close()
	}
	until("/large", http.StatusOK)
}
