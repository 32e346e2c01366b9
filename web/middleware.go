package web

import (
	"log/slog"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"

	"trio.example/catalog"
	"trio.example/web/session"
)

// contentPolicy forbids everything a page does not need: no inline script, no
// foreign host, no framing.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

// header is one that never changes. Its value is shared by all answers: there is no
// room left in it, so that adding to one answer's copies, and setting replaces it.
type header struct {
	name  string
	value []string
}

// What protects a reader. The last three speak to documents only; data that a
// program asked for goes without, and needs nothing at all to be shown.
var (
	noSniff     = header{"X-Content-Type-Options", []string{"nosniff"}}
	pageHeaders = []header{
		noSniff,
		{"Content-Security-Policy", []string{contentPolicy}},
		{"Referrer-Policy", []string{"same-origin"}},
		{"Permissions-Policy", []string{"camera=(), geolocation=(), microphone=(), payment=(), usb=()"}},
		{"Cross-Origin-Opener-Policy", []string{"same-origin"}},
	}
	dataHeaders = []header{noSniff, {"Content-Security-Policy", []string{"default-src 'none'; frame-ancestors 'none'"}}}
)

// secure sets the headers every answer carries; pages under the API's address, such
// as one for what is not there, set their own.
func secure(c *gin.Context) {
	headers := pageHeaders
	if path := c.Request.URL.Path; path == "/api" || strings.HasPrefix(path, "/api/") {
		headers = dataHeaders
	}
	h := c.Writer.Header()
	for _, x := range headers {
		h[x.name] = x.value
	}
	c.Next()
}

// unambiguous ends a connection after a request whose length stands in its chunks.
// Of one that also names a length, Go believes the chunks and forgets the other;
// a proxy in front that believes the length would take the rest for a request.
func unambiguous(c *gin.Context) {
	if len(c.Request.TransferEncoding) > 0 {
		c.Header("Connection", "close")
	}
	c.Next()
}

// forOperators hides an address from everybody but system administrators.
func forOperators(notFound gin.HandlerFunc) gin.HandlerFunc {
	return func(c *gin.Context) {
		if session.Actor(c).Sysadmin {
			c.Header("Cache-Control", "private, no-store")
			return
		}
		if notFound != nil {
			notFound(c)
		} else {
			c.Status(http.StatusNotFound)
		}
		c.Abort()
	}
}

// number gives each request an id, which log and error pages quote.
func number(c *gin.Context) {
	session.SetRequestID(c, catalog.NewID())
	c.Next()
}

// signIn finds out who asks. A token that is not valid is anonymous, as in
// CKAN; a failing store is an error. What somebody with a token gets is theirs
// alone, unless a handler knows that everybody gets the same.
func signIn(reg *catalog.Registry) gin.HandlerFunc {
	return func(c *gin.Context) {
		token := session.Token(c)
		if token == "" {
			c.Next()
			return
		}
		c.Header("Cache-Control", "private, no-store")
		actor, ok, err := reg.Authenticate(c.Request.Context(), token)
		if err != nil {
			slog.ErrorContext(c.Request.Context(), "sign-in failed", "request", session.RequestID(c), "error", err)
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		if !ok {
			slog.InfoContext(c.Request.Context(), "token not valid", "request", session.RequestID(c))
		}
		session.SetActor(c, actor)
		c.Request = c.Request.WithContext(session.WithActor(c.Request.Context(), actor))
		c.Next()
	}
}

// observe logs and counts requests by route pattern. Paths and queries stay
// out of both: they can hold names that are not public.
func observe(metrics prometheus.Registerer) gin.HandlerFunc {
	requests := prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "trio_http_request_duration_seconds", Help: "Duration of HTTP requests by route and status code.",
		Buckets: []float64{.001, .005, .01, .05, .1, .5, 1, 5, 30},
	}, []string{"method", "route", "code"})
	metrics.MustRegister(requests)
	return func(c *gin.Context) {
		start := time.Now()
		c.Next()
		route := c.FullPath()
		if route == "" {
			route = "none"
		}
		method := c.Request.Method
		switch method {
		case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		default:
			method = "other" // a made-up method must not become a label
		}
		took := time.Since(start)
		requests.WithLabelValues(method, route, strconv.Itoa(c.Writer.Status())).Observe(took.Seconds())
		if ctx := c.Request.Context(); slog.Default().Enabled(ctx, slog.LevelDebug) { // its arguments cost, even unread
			slog.DebugContext(ctx, "request", "method", method, "route", route, "status", c.Writer.Status(),
				"bytes", c.Writer.Size(), "ms", took.Milliseconds(), "request", session.RequestID(c))
		}
	}
}

// recovery turns a panic into a 500 whose details stay in the log.
func recovery(c *gin.Context) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		if r == http.ErrAbortHandler { //nolint:errorlint // the value itself is the signal
			panic(r)
		}
		slog.ErrorContext(c.Request.Context(), "panic", "request", session.RequestID(c), "panic", r, "stack", string(debug.Stack()))
		if !c.Writer.Written() {
			c.String(http.StatusInternalServerError, "Interner Fehler, Nummer %s", session.RequestID(c))
		}
		c.Abort()
	}()
	c.Next()
}
