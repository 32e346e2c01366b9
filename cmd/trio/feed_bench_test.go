package main

import (
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkFeed_page makes a page of a hundred datasets, none of them kept.
func BenchmarkFeed_page(b *testing.B) {
	k, _ := benchCore(b, 1000)
	cfg := &Config{Data: filepath.Join(b.TempDir(), "data"), SiteURL: "http://localhost"}
	p, _, err := buildPortal(b.Context(), k, cfg, apiConfig(k, cfg))
	if err != nil {
		b.Fatal(err)
	}
	defer p.Close()
	for _, ext := range []string{"ttl", "rdf", "jsonld", "nt"} {
		b.Run(ext, func(b *testing.B) {
			i, size := 0, 0
			for b.Loop() {
				i++
				w := httptest.NewRecorder()
				day := time.Date(2000, 1, 1, 0, 0, i, 0, time.UTC).Format("2006-01-02T15:04:05Z")
				p.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/catalog."+ext+"?modified_since="+day, http.NoBody))
				if w.Code != http.StatusOK {
					b.Fatal(w.Code, w.Body)
				}
				size = w.Body.Len()
			}
			b.SetBytes(int64(size))
		})
	}
}
