package ckan

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/web/session"
)

// Values of headers that many answers share. There is no room left in them: adding
// to one answer's copies, and setting replaces it.
var (
	anyOrigin   = []string{"*"}
	corsMethods = []string{"POST, GET, OPTIONS"}
	corsTakes   = []string{"Authorization, X-CKAN-API-Key, Content-Type, If-Match, If-None-Match, Idempotency-Key"}
	corsShows   = []string{"ETag, X-Request-Id, Idempotency-Replayed"}
	cacheOpen   = []string{"public, max-age=0, must-revalidate"}
	cacheNever  = []string{"private, no-store"}
	typeJSON    = []string{"application/json;charset=utf-8"}
)

// cors lets scripts of any page read what anonymous may read; no credentials
// ever go along. What only browsers with such a page read is sent to these.
func cors(c *gin.Context) {
	h := c.Writer.Header()
	h["Access-Control-Allow-Origin"] = anyOrigin
	if c.Request.Method == http.MethodOptions || c.GetHeader("Origin") != "" {
		h["Access-Control-Allow-Methods"] = corsMethods
		h["Access-Control-Allow-Headers"] = corsTakes
		h["Access-Control-Expose-Headers"] = corsShows
	}
	vary(h, "Origin")
}

// cacheHeaders keep shared caches from storing what only a signed-in reader sees.
func cacheHeaders(c *gin.Context) {
	h := c.Writer.Header()
	vary(h, "Authorization, X-CKAN-API-Key, Cookie")
	h["Cache-Control"] = cacheNever
	if session.Actor(c).IsAnonymous() && !session.HasCredentials(c) {
		h["Cache-Control"] = cacheOpen
	}
}

// vary says in one line what an answer depends on beside its address, behind what was
// said before: packing speaks first.
func vary(h http.Header, by string) {
	h["Vary"] = []string{strings.Join(append(slices.Clip(h["Vary"]), by), ", ")}
}
