package ckan

import (
	"cmp"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/gin-gonic/gin"
	"github.com/klauspost/compress/gzhttp"

	"trio.example/catalog"
	"trio.example/web/session"
)

// download sends an uploaded file, or the reader on to where the data lie.
// What strangers uploaded is never shown inside our pages' origin: it goes out
// as an attachment, under a policy that allows nothing.
func (s *Service) download(c *gin.Context) {
	by := session.Actor(c)
	var p catalog.Part
	err := s.reg.Store().View(c.Request.Context(), func(tx catalog.Tx) error {
		e, i, err := part(tx, c.Param("id"))
		if err != nil {
			return err
		}
		if !catalog.CanSee(by, e) || (e.Name != c.Param("name") && e.ID != c.Param("name")) {
			return denied("")
		}
		p = e.Parts[i]
		return nil
	})
	if err != nil {
		c.String(http.StatusNotFound, "Diese Datei gibt es nicht oder sie ist nicht öffentlich.\n")
		return
	}
	up := p.Fields.Map("upload")
	if up == nil {
		url := p.Fields.String("url")
		if !safeTarget(url) {
			c.String(http.StatusNotFound, "Zu dieser Ressource gibt es keine Datei.\n")
			return
		}
		c.Redirect(http.StatusFound, url)
		return
	}
	sum, _ := up["sum"].(string)
	name, _ := up["name"].(string)
	typ, _ := up["type"].(string)
	s.sendFile(c, stored{sum: sum, name: name, typ: typ, changed: p.Modified})
}

// stored is a stored file as it is sent.
type stored struct {
	sum, typ string
	name     string // what to save it as; without one it is shown in place
	changed  time.Time
}

// sendFile sends a stored file so that nothing in it runs: as a download, or as a
// picture in a page of its own that may do nothing.
func (s *Service) sendFile(c *gin.Context, x stored) {
	f, err := s.cfg.Files.Open(x.sum)
	if err != nil {
		internal(c, err)
		return
	}
	defer f.Close()
	cacheHeaders(c)
	h := c.Writer.Header()
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("ETag", `"`+x.sum+`"`)
	if x.name != "" {
		h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": x.name}))
	}
	h.Set("Content-Type", cmp.Or(x.typ, "application/octet-stream"))
	// Clients keep the bytes as they come off the wire: ckanapi load --upload-resources
	// would store a compressed file. It also keeps the length known and the tag true.
	h.Set(gzhttp.HeaderNoCompression, "1")
	http.ServeContent(c.Writer, c.Request, x.name, x.changed, f)
}

// safeTarget reports whether a redirect may lead there.
func safeTarget(url string) bool {
	return hasPrefixFold(url, "https://") || hasPrefixFold(url, "http://") || hasPrefixFold(url, "ftp://")
}

func hasPrefixFold(s, prefix string) bool {
	return len(s) > len(prefix) && strings.ToLower(s[:len(prefix)]) == prefix
}
