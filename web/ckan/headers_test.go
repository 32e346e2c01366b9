package ckan_test

import (
	"net/http"
	"slices"
	"testing"
)

// TestHeaders_sayWhatIsMeantForWhoAsks holds the headers of data: what browsers read
// only when a page of another site asks is sent to these, and caches are told so.
func TestHeaders_sayWhatIsMeantForWhoAsks(t *testing.T) {
	t.Parallel()
	p := open(t)
	all := []string{"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers"}
	const action, page, open = "/api/3/action/license_list", "/dataset/none/resource/none/download", "public, max-age=0, must-revalidate"
	for _, c := range []struct {
		method, path string
		header       []string
		cors         bool
		vary, cache  string
	}{
		{http.MethodGet, action, nil, false, "Accept-Encoding, Origin, Authorization, X-CKAN-API-Key, Cookie", open},
		{http.MethodGet, action, []string{"Origin", "https://karte.example"}, true, "Accept-Encoding, Origin, Authorization, X-CKAN-API-Key, Cookie", open},
		{http.MethodGet, action, []string{"Authorization", p.tokens["editor"]}, false, "Accept-Encoding, Origin, Authorization, X-CKAN-API-Key, Cookie", "private, no-store"},
		{http.MethodGet, action, []string{"Accept-Encoding", "gzip"}, false, "Accept-Encoding, Origin, Authorization, X-CKAN-API-Key, Cookie", open},
		{http.MethodOptions, action, nil, true, "Accept-Encoding, Origin", ""},
		{http.MethodGet, "/api/3", nil, false, "Accept-Encoding, Origin", ""},
	} {
		res, _ := p.raw("", c.method, c.path, nil, c.header...)
		h := res.Header
		if h.Get("Access-Control-Allow-Origin") != "*" || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("%s %s %v: %v", c.method, c.path, c.header, h)
		}
		for _, name := range all {
			if (h.Get(name) != "") != c.cors {
				t.Errorf("%s %s %v: %s is %q", c.method, c.path, c.header, name, h.Get(name))
			}
		}
		if got := h.Values("Vary"); !slices.Equal(got, []string{c.vary}) || h.Get("Cache-Control") != c.cache {
			t.Errorf("%s %s %v: Vary %q, Cache-Control %q", c.method, c.path, c.header, got, h.Get("Cache-Control"))
		}
		if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" || h.Get("Referrer-Policy") != "" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s %s: data with %v", c.method, c.path, h)
		}
	}
	if res, _ := p.raw("", http.MethodGet, page, nil); res.Header.Get("Referrer-Policy") == "" || res.Header.Get("Cross-Origin-Opener-Policy") == "" {
		t.Errorf("a file has %v", res.Header)
	}
}
