package fetch

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/url"
)

// Post sends a body and takes the answer within the same bounds as Get. Answers
// are not kept. Only what changes nothing at the other end may be asked so: what
// fails for a moment is sent again.
func (c *Client) Post(ctx context.Context, address, kind string, body []byte, accept string, check func(*Doc) error) (*Doc, error) {
	return c.ask(ctx, &question{address: address, accept: accept, body: body, kind: kind}, check)
}

func (q *question) request(ctx context.Context, u *url.URL) (*http.Request, error) {
	if q.kind == "" {
		return http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, u.String(), bytes.NewReader(q.body))
	if err == nil {
		req.Header.Set("Content-Type", q.kind)
	}
	return req, err
}

// Final marks an error of a check that another try would not mend.
func Final(err error) error { return permanent{err} }

// status is the answer of a server that refuses.
type status struct {
	error
	code int
}

func (s status) Unwrap() error { return s.error }

// Status is the code with which a server refused for good, 0 for other errors.
func Status(err error) int {
	var s status
	if errors.As(err, &s) {
		return s.code
	}
	return 0
}
