package site

import (
	"cmp"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/web/ui"
)

// request is one page being made.
type request struct {
	*Site
	c    *gin.Context
	ctx  context.Context
	lang string
	t    ui.Texts
	// viewer is who is signed in, "" for nobody.
	viewer string
	// version is the newest public change, changes the newest of all.
	version, changes int64
	// fresh pages show what no change number covers: they have no tag.
	fresh bool
	// wait is how long somebody has to wait who tried too often.
	wait time.Duration
	private
}

// policy forbids everything that is not ours: a value that slipped through
// escaping could still neither run nor load anything.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; object-src 'none'"

func setHeaders(h http.Header) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()")
}

func (s *Site) request(c *gin.Context, lang string) *request {
	ctx := c.Request.Context()
	r := &request{Site: s, c: c, ctx: ctx, lang: lang, t: s.ui.Texts(lang), viewer: s.cfg.Viewer(ctx)}
	r.version, r.changes = s.backend.Version(ctx)
	return r
}

// page turns a page function into a handler: headers, 304, errors.
func (s *Site) page(lang string, f func(*request) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := s.request(c, lang)
		if r.viewer == "" && strings.Contains(c.GetHeader("If-None-Match"), r.etag()) {
			setHeaders(c.Writer.Header())
			r.setCache()
			c.Status(http.StatusNotModified)
			return
		}
		if err := f(r); err != nil {
			r.fail(err)
		}
	}
}

// shows takes the tag from a page whose search answer was made before the index
// caught up, so that it is made again.
func (r *request) shows(checkpoint int64) { r.fresh = r.fresh || checkpoint < r.changes }

// etag is weak: the same page exists plain and compressed.
func (r *request) etag() string {
	sum := sha256.Sum256([]byte(r.c.Request.URL.RequestURI()))
	return fmt.Sprintf(`"%s-%s-%s-%s"`, strconv.FormatInt(r.version, 36), r.stamp, r.lang, hex.EncodeToString(sum[:4]))
}

func (r *request) setCache() {
	h := r.c.Writer.Header()
	if r.viewer != "" || r.personal {
		h.Set("Cache-Control", "private, no-store")
		return
	}
	h.Set("Cache-Control", "no-cache")
	if r.fresh {
		return
	}
	h.Set("ETag", "W/"+r.etag())
}

// show renders a page and sends it with status 200.
func (r *request) show(name string, p *page) error {
	body, err := r.ui.Render(r.lang, name, r.complete(p))
	if err != nil {
		return err
	}
	r.setCache()
	r.send(cmp.Or(r.status, http.StatusOK), body)
	return nil
}

func (r *request) send(status int, body []byte) {
	h := r.c.Writer.Header()
	setHeaders(h)
	if r.secret {
		h.Set("Referrer-Policy", "no-referrer")
	}
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", r.lang)
	ui.Send(r.c.Writer, r.c.Request, status, body)
}

// requestID is the number that log and error page share: the one the wiring
// has put into the answer's headers, else a new one.
func (r *request) requestID() string {
	h := r.c.Writer.Header()
	if id := h.Get("X-Request-Id"); id != "" {
		return id
	}
	var b [6]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	id := hex.EncodeToString(b[:])
	h.Set("X-Request-Id", id)
	return id
}
