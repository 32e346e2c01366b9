package web

import (
	"context"
	"net/http"
	"time"

	"github.com/gin-gonic/gin"
)

// health answers while the program runs at all.
func health(c *gin.Context) { c.String(http.StatusOK, "ok\n") }

// ready answers 200 when store and index can serve, 503 otherwise. It names the
// part that is not ready and nothing else.
func ready(checks map[string]func(context.Context) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		ctx, cancel := context.WithTimeout(c.Request.Context(), 2*time.Second)
		defer cancel()
		for name, check := range checks {
			if err := check(ctx); err != nil {
				c.String(http.StatusServiceUnavailable, "not ready: %s\n", name)
				return
			}
		}
		c.String(http.StatusOK, "ready\n")
	}
}
