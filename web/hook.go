package web

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Hook is an address that does one thing when it is posted to; the test server
// empties itself that way.
type Hook struct {
	Path string
	Run  func(context.Context) error
}

// Register mounts the address.
func (h Hook) Register(r gin.IRouter) {
	r.POST(h.Path, func(c *gin.Context) {
		if err := h.Run(c.Request.Context()); err != nil {
			slog.ErrorContext(c.Request.Context(), "hook failed", "path", h.Path, "error", err)
			c.String(http.StatusInternalServerError, "failed\n")
			return
		}
		c.String(http.StatusOK, "ok\n")
	})
}
