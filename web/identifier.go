package web

import (
	"context"
	"net/http"

	"github.com/gin-gonic/gin"
)

// Identifiers sends the stable identifiers of datasets, /id/CITY/LOCAL-ID, to
// their pages. They never change, whatever a dataset is called later.
type Identifiers struct {
	// Resolve returns the name of the public dataset behind an identifier.
	Resolve func(ctx context.Context, city, localID string) (name string, err error)
}

// Register mounts the address.
func (i Identifiers) Register(r gin.IRouter) {
	r.GET("/id/:city/:id", func(c *gin.Context) {
		name, err := i.Resolve(c.Request.Context(), c.Param("city"), c.Param("id"))
		if err != nil {
			// A hidden holding answers like one that does not exist.
			c.String(http.StatusNotFound, "Diese Kennung ist nicht veröffentlicht.\n")
			return
		}
		c.Redirect(http.StatusSeeOther, "/dataset/"+name)
	})
}
