package fetch_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"trio.example/harvest/fetch"
)

// TestGet_repeatsWhatTheServerSays: its own sentence stands beside the status, in
// one bounded line, without the secret it was sent and without web pages.
func TestGet_repeatsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("lang ", 1000)
	for what, c := range map[string]struct{ kind, body, want string }{
		"CKAN":       {"application/json;charset=utf-8", `{"help": "http://x", "success": false, "error": {"__type": "Search Error", "message": "Search error: \"Solr\nis down\"."}}`, " („Search error: \"Solr is down\"“)."},
		"by field":   {"application/json", `{"error": {"__type": "Validation Error", "rows": ["Invalid integer"], "fq": ["a", "b"]}}`, " („fq: a, b; rows: Invalid integer“)."},
		"text":       {"text/plain", "Wartung\r\n\tbis 6 Uhr", " („Wartung bis 6 Uhr“)."},
		"problem":    {"application/problem+json", `{"title": "Too old", "status": 400}`, " („Too old“)."},
		"ArcGIS":     {"application/json", `{"error": {"code": 400, "details": ["Invalid where"], "message": ""}}`, " („details: Invalid where“)."},
		"a list":     {"application/json", `{"errors": ["a", {"b": 1}, "c"]}`, " („a, c“)."},
		"secret":     {"text/plain", "wrong key geheim", " („wrong key ***“)."},
		"controls":   {"text/plain", "a\x1b[31mb\u202ec", " („a[31mbc“)."},
		"page":       {"text/html", "<h1>Fehler</h1>", "."},
		"no kind":    {"application/octet-stream", "Fehler", "."},
		"broken":     {"application/json", `{"error": `, "."},
		"nothing":    {"application/json", `[]`, "."},
		"long":       {"text/plain", long, "…“)."},
		"packed":     {"text/plain", string(zipped(16 << 20)), "0…“)."},
		"very large": {"text/plain", strings.Repeat(long, 100), "…“)."},
	} {
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", c.kind)
			if what == "packed" {
				w.Header().Set("Content-Encoding", "gzip")
			}
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(c.body))
		}))
		_, err := client(t, srv.URL, "").Get(t.Context(), srv.URL, "*/*", nil)
		if err == nil || !strings.HasSuffix(err.Error(), c.want) || len(err.Error()) > 500 || fetch.Status(err) != http.StatusBadRequest {
			t.Errorf("%s: %v", what, err)
		}
		_, err = client(t, srv.URL, "").Post(t.Context(), srv.URL, "text/plain", []byte("geheim"), "*/*", nil)
		if err == nil || strings.Contains(err.Error(), "„") {
			t.Errorf("%s, posted: %v", what, err)
		}
		srv.Close()
	}
}
