package ckan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
)

// maxKept bounds the answers kept in memory, in bytes.
const maxKept = 48 << 20

// kept answers from memory where nothing has changed since. The tag is made of
// the number of the public log, the action and its arguments, so that a client that has the
// answer is told so before anything is searched.
func (s *Service) kept(c *gin.Context, call *Call, a *Action, run func() (reply, error)) (reply, error) {
	tag, seq := s.stateTag(c.Request.Context(), call, a)
	if tag == "" {
		return run()
	}
	call.tag = tag
	read := c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead
	if have := c.GetHeader("If-None-Match"); read && have != "" && known(have, tag) {
		return reply{status: http.StatusOK}, nil // answer makes 304 of it
	}
	if body := s.answers.Get(tag); body != nil {
		return reply{status: http.StatusOK, body: body}, nil
	}
	out, err := run()
	if err != nil || out.status != http.StatusOK {
		call.tag = ""
		return out, err
	}
	if now, _, level := s.search.Level(); now != seq || !level { // something changed meanwhile
		call.tag = ""
		return out, nil
	}
	s.answers.Put(tag, out.body)
	return out, nil
}

// stateTag names the state an answer to everybody follows from, "" where there
// is more to it: a signed-in reader, the time of day, an index that lags behind.
func (s *Service) stateTag(ctx context.Context, call *Call, a *Action) (tag string, seq int64) {
	if !a.Logged || !call.Actor.IsAnonymous() {
		return "", 0
	}
	seq, _, level := s.search.Level()
	if !level {
		return "", 0
	}
	args, err := json.Marshal(call.Args)
	if err != nil || strings.Contains(string(args), "NOW") {
		return "", 0
	}
	public, ok := s.publicAt(ctx, seq)
	if !ok {
		return "", 0
	}
	sum := sha256.Sum256(append(args, a.Name...))
	return `W/"` + s.boot + "-" + strconv.FormatInt(public, 10) + "-" + hex.EncodeToString(sum[:12]) + `"`, seq
}

// publicMark is the newest number of the public log at a number of the whole one.
type publicMark struct{ seq, public int64 }

// publicAt returns the newest number of the public log when the whole log is at
// seq. Tags are made of it: of the other one everybody could read how much
// happens that is not public.
func (s *Service) publicAt(ctx context.Context, seq int64) (public int64, ok bool) {
	if m := s.public.Load(); m != nil && m.seq == seq {
		return m.public, true
	}
	var m publicMark
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		last, err := tx.LastChange()
		if err != nil {
			return err
		}
		open, err := tx.LastPublicChange()
		m = publicMark{last.Seq, open.Seq}
		return err
	})
	if err != nil || m.seq != seq { // something changed meanwhile
		return 0, false
	}
	s.public.Store(&m)
	return m.public, true
}

// raw is a result that is JSON already.
type raw []byte

// quoted writes a text as JSON, ASCII only.
func quoted(text string) []byte {
	w := catalog.JSON{ASCII: true}
	w.Text(text)
	return w.Out
}
