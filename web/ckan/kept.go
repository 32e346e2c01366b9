package ckan

import (
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
// the change number, the action and its arguments, so that a client that has the
// answer is told so before anything is searched.
func (s *Service) kept(c *gin.Context, call *Call, a *Action, run func() (reply, error)) (reply, error) {
	tag, seq := s.stateTag(call, a)
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
func (s *Service) stateTag(call *Call, a *Action) (tag string, seq int64) {
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
	sum := sha256.Sum256(append(args, a.Name...))
	return `W/"` + s.boot + "-" + strconv.FormatInt(seq, 10) + "-" + hex.EncodeToString(sum[:12]) + `"`, seq
}

// raw is a result that is JSON already.
type raw []byte

// quoted writes a text as JSON, ASCII only.
func quoted(text string) []byte {
	w := catalog.JSON{ASCII: true}
	w.Text(text)
	return w.Out
}
