package web

import (
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gin-gonic/gin"
)

// An answer lies in memory until its reader has taken it. Some hundred readers that
// ask for the largest and take them slowly would otherwise take all there is.
const (
	// maxInFlight bounds the bytes of large answers that are being sent; who asks
	// for one more is told to come back. Those up to smallAnswer always go out.
	maxInFlight = 256 << 20
	smallAnswer = 128 << 10
	// Whoever takes a large answer slower than that, after a while of grace, is cut off.
	slowestReader = 32 << 10 // bytes a second
	readerGrace   = 30 * time.Second
)

var errInFlight = errors.New("too many large answers are being sent")

// flight counts the bytes of large answers on their way.
type flight struct{ bytes atomic.Int64 }

func (f *flight) bound(c *gin.Context) {
	c.Writer = &boundedWriter{c.Writer, f}
	c.Next()
}

// boundedWriter refuses to begin a large answer when too many are on their way.
type boundedWriter struct {
	gin.ResponseWriter
	flight *flight
}

// Unwrap lets deadlines be set.
func (w *boundedWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func (w *boundedWriter) Write(b []byte) (int, error) {
	n := int64(len(b))
	if n <= smallAnswer {
		return w.ResponseWriter.Write(b)
	}
	defer w.flight.bytes.Add(-n)
	if all := w.flight.bytes.Add(n); all > maxInFlight && all > n { // one alone may be larger
		return w.refuse()
	}
	patience := readerGrace + time.Duration(n/slowestReader)*time.Second
	// A writer without deadlines belongs to a test or keeps its own.
	_ = http.NewResponseController(w.ResponseWriter).SetWriteDeadline(time.Now().Add(patience))
	return w.ResponseWriter.Write(b)
}

// refuse sends a short answer instead, where none has begun.
func (w *boundedWriter) refuse() (int, error) {
	if !w.Written() {
		h := w.Header()
		for _, name := range []string{"ETag", "Last-Modified", "Content-Length", "Content-Encoding"} {
			h.Del(name)
		}
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", "text/plain; charset=utf-8")
		h.Set("Retry-After", "10")
		w.WriteHeader(http.StatusServiceUnavailable)
		_, _ = io.WriteString(w.ResponseWriter, "Zurzeit werden zu viele große Antworten verschickt. Bitte gleich noch einmal.\nToo many large answers are being sent. Please ask again soon.\n")
	}
	return 0, errInFlight
}
