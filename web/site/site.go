package site

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/gin-gonic/gin"

	intake "trio.example/harvest/survey"
	"trio.example/web/cache"
	"trio.example/web/ui"
)

// Site serves the public pages.
type Site struct {
	cfg     Config
	backend Backend
	ui      *ui.UI
	// stamp changes with everything that shapes a page besides the data:
	// templates, texts, assets and configuration.
	stamp string
	dir   directoryCache
	text  *writer
	shelf intake.Shelf // files between look and import
	// sitemaps are kept for each state of the public change log.
	sitemaps *cache.Cache
}

// New checks the configuration and prepares templates and assets.
func New(cfg Config, b Backend) (*Site, error) {
	cfg, err := cfg.withDefaults()
	if err != nil {
		return nil, err
	}
	u, err := ui.New()
	if err != nil {
		return nil, fmt.Errorf("prepare pages: %w", err)
	}
	h := sha256.New()
	h.Write([]byte(u.Hash()))
	if err := json.NewEncoder(h).Encode([]any{cfg.SiteURL, cfg.Title, cfg.Version, cfg.Cities, cfg.Operator, cfg.LoginPath, cfg.FeedPath, cfg.DatasetRDF != nil}); err != nil {
		return nil, fmt.Errorf("hash configuration: %w", err)
	}
	return &Site{cfg: cfg, backend: b, ui: u, stamp: hex.EncodeToString(h.Sum(nil)[:6]), text: newWriter(), sitemaps: cache.New(maxSitemaps)}, nil
}

// Register makes a Site and mounts all its routes. The returned Site also
// gives the pages for what has no route: NotFound and Fail.
func Register(r gin.IRouter, cfg Config, b Backend) (*Site, error) {
	s, err := New(cfg, b)
	if err != nil {
		return nil, err
	}
	s.Register(r)
	return s, nil
}
