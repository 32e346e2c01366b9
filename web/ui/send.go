package ui

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"sync"

	"github.com/klauspost/compress/gzip"
)

// gzipLevel costs a fifth of the best level's time for nearly its size.
const gzipLevel = 5

// zippers is a pool per program: a writer holds 800 kB that are worth keeping.
var zippers = sync.Pool{New: func() any {
	w, err := gzip.NewWriterLevel(nil, gzipLevel)
	if err != nil {
		return gzip.NewWriter(nil)
	}
	return w
}}

// Pack writes a body compressed.
func Pack(w io.Writer, body []byte) error {
	z, _ := zippers.Get().(*gzip.Writer)
	defer zippers.Put(z)
	z.Reset(w)
	_, err := z.Write(body)
	return errors.Join(err, z.Close())
}

// SendPacked writes a body that is compressed already, and takes it apart for a
// client that wants it plain.
func SendPacked(w http.ResponseWriter, r *http.Request, status int, packed []byte) {
	h := w.Header()
	zip := AcceptsGzip(r)
	if zip {
		h.Set("Content-Encoding", "gzip")
		h.Set("Content-Length", strconv.Itoa(len(packed)))
	}
	w.WriteHeader(status)
	switch {
	case r.Method == http.MethodHead:
	case zip:
		_, _ = w.Write(packed) // the client has gone: nothing to be done
	default:
		if z, err := gzip.NewReader(bytes.NewReader(packed)); err == nil {
			_, _ = io.Copy(w, z) //nolint:gosec // our own, bounded by what was packed
		}
	}
}

// Send writes a body, compressed when the client takes it and it is worth it.
func Send(w http.ResponseWriter, r *http.Request, status int, body []byte) {
	h := w.Header()
	h.Add("Vary", "Accept-Encoding")
	zip := len(body) > 800 && AcceptsGzip(r)
	if zip {
		h.Set("Content-Encoding", "gzip")
	} else {
		h.Set("Content-Length", strconv.Itoa(len(body)))
	}
	w.WriteHeader(status)
	switch {
	case r.Method == http.MethodHead:
	case zip:
		_ = Pack(w, body) // the client has gone: nothing to be done
	default:
		_, _ = w.Write(body)
	}
}
