package feed_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/gin-gonic/gin"

	"trio.example/web/feed"
)

// TestDumps_olderOnesAreWithdrawn: what stopped being public is not offered in a dump
// from before either, neither in the list nor by its address.
func TestDumps_olderOnesAreWithdrawn(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	for day, state := range map[string]string{"2026-01-29": "", "2026-01-30": "7\n", "2026-01-31": "12\n", "2026-02-01": "nonsense"} {
		dir := filepath.Join(root, day)
		files := map[string]string{"katalog.ttl.gz": "Inhalt", feed.SumsFile: strings.Repeat("a", 64) + "  katalog.ttl.gz\n"}
		if state != "" {
			files[feed.StateFile] = state
		}
		if err := os.MkdirAll(dir, 0o700); err != nil {
			t.Fatal(err)
		}
		for name, text := range files {
			if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	var limit int64
	var fault error
	r := gin.New()
	feed.NewDumps(root, base, func(context.Context) (int64, error) { return limit, fault }).Register(r)
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	for _, c := range []struct {
		limit   int64
		offered []string
	}{{0, []string{"2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01"}}, {7, []string{"2026-01-30", "2026-01-31"}}, {8, []string{"2026-01-31"}}, {13, nil}} {
		limit = c.limit
		list := get("/dumps")
		for _, day := range []string{"2026-01-29", "2026-01-30", "2026-01-31", "2026-02-01"} {
			want := false
			for _, o := range c.offered {
				want = want || o == day
			}
			if got := strings.Contains(list.Body.String(), day); list.Code != http.StatusOK || got != want {
				t.Errorf("withdrawn at %d: %s is listed: %v", c.limit, day, got)
			}
			for _, file := range []string{"katalog.ttl.gz", feed.SumsFile} {
				if w := get("/dumps/" + day + "/" + file); (w.Code == http.StatusOK) != want || w.Header().Get("Cache-Control") == "" && want {
					t.Errorf("withdrawn at %d: %s/%s answers %d", c.limit, day, file, w.Code)
				}
			}
			if w := get("/dumps/" + day + "/" + feed.StateFile); w.Code != http.StatusNotFound {
				t.Errorf("the number of %s is told: %d", day, w.Code)
			}
		}
	}
	fault = errors.New("no store")
	if get("/dumps").Code != http.StatusInternalServerError || get("/dumps/2026-01-31/katalog.ttl.gz").Code == http.StatusOK {
		t.Error("a store that cannot be asked lets a dump out")
	}
}
