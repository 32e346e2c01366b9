package web

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/web/session"
)

// Mount adds a part of the product, such as the Action API, to the router.
type Mount interface{ Register(r gin.IRouter) }

// Config is what the server is built from.
type Config struct {
	Registry *catalog.Registry
	Metrics  *prometheus.Registry
	// Ready are the checks behind /readyz, by name.
	Ready map[string]func(context.Context) error
	// Parts are mounted in order.
	Parts []Mount
	// NotFound answers addresses no part knows.
	NotFound gin.HandlerFunc
	// Accounts knows who signed in on the pages; nil when nobody can.
	Accounts *account.Desk
	// SiteURL is the public address.
	SiteURL string
	// Proxies are the addresses or networks whose word on a client's address is taken.
	Proxies []string
}

// New returns the handler with all routes and everything that surrounds them.
func New(cfg Config) (http.Handler, error) {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.HandleMethodNotAllowed = true
	r.RedirectTrailingSlash = true
	// Only named proxies are believed, and only about a client's address: it
	// bounds guesses. Addresses in links come from the configuration.
	if err := r.SetTrustedProxies(cfg.Proxies); err != nil {
		return nil, err
	}
	r.Use(number, secure, unambiguous, observe(cfg.Metrics), recovery, new(flight).bound, signIn(cfg.Registry))
	if cfg.Accounts != nil {
		r.Use(browser(cfg.Accounts, session.Secure(cfg.SiteURL)))
	}
	r.GET("/healthz", health)
	r.GET("/readyz", ready(cfg.Ready))
	r.GET("/metrics", forOperators(cfg.NotFound), gin.WrapH(promhttp.HandlerFor(cfg.Metrics, promhttp.HandlerOpts{})))
	for _, p := range cfg.Parts {
		p.Register(r)
	}
	if cfg.NotFound != nil {
		r.NoRoute(cfg.NotFound)
	}
	// Whoever watches or tests a portal can tell all its addresses from the log.
	for _, route := range r.Routes() {
		slog.Debug("route", "method", route.Method, "path", route.Path)
	}
	compress, err := gzhttp.NewWrapper(gzhttp.MinSize(1024), gzhttp.CompressionLevel(5))
	if err != nil {
		return nil, err
	}
	return unprefixed(spoken(compress(r))), nil
}

// spoken drops the language that clients of CKAN may put before the API's address:
// what it answers is the same, and so are the rules that look at addresses.
func spoken(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for _, language := range []string{"/de", "/en"} {
			if strings.HasPrefix(r.URL.Path, language+"/api/") && strings.HasPrefix(r.URL.EscapedPath(), language+"/api/") {
				r.URL.Path, r.URL.RawPath = r.URL.Path[len(language):], strings.TrimPrefix(r.URL.RawPath, language)
			}
		}
		h.ServeHTTP(w, r)
	})
}

// unprefixed drops what the router would put before the paths it redirects to:
// nobody may say where the portal lies but its configuration.
func unprefixed(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("X-Forwarded-Prefix")
		h.ServeHTTP(w, r)
	})
}

// Limits of a connection. Slow clients are cut off; a large answer may take its time.
const (
	readHeaderTimeout = 10 * time.Second
	readTimeout       = 2 * time.Minute
	writeTimeout      = 10 * time.Minute
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
)

// Server returns an http.Server with time-outs around a handler.
func Server(h http.Handler) *http.Server {
	return &http.Server{
		Handler: h, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
}
