package web

import (
	"log/slog"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog/account"
	"trio.example/web/session"
)

// browser finds out who signed in on a page. Cookies count for pages and files
// only: programs show a token, so no foreign page can make a browser call the
// API, or read from it, in somebody's name.
func browser(desk *account.Desk, secure bool) gin.HandlerFunc {
	return func(c *gin.Context) {
		key := session.Key(c.Request, secure)
		if key == "" || session.HasCredentials(c) || forPrograms(c.Request.URL.Path) {
			c.Next()
			return
		}
		in, err := desk.Authenticate(c.Request.Context(), key)
		if err != nil {
			slog.ErrorContext(c.Request.Context(), "session not read", "request", session.RequestID(c), "error", err)
			c.AbortWithStatus(http.StatusServiceUnavailable)
			return
		}
		if in != nil {
			c.Header("Cache-Control", "private, no-store")
			session.SetActor(c, in.Actor)
			c.Request = c.Request.WithContext(session.WithSignedIn(c.Request.Context(), in))
		}
		c.Next()
	}
}

func forPrograms(path string) bool {
	return strings.HasPrefix(path, "/api/") || strings.HasPrefix(path, "/feeds/") || path == "/api" || path == "/feeds"
}
