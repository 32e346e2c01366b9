package ckan

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
)

// maxKept bounds the answers kept in memory, in bytes.
const maxKept = 32 << 20

// kept answers from memory where nothing has changed since. The tag is made of
// the number of the public log, the action and its arguments, so that a client that has the
// answer is told so before anything is searched.
func (s *Service) kept(c *gin.Context, call *Call, a *Action, run func() (reply, error)) (reply, error) {
	tag, seq := s.stateTag(c.Request.Context(), call, a)
	if tag == "" {
		return run()
	}
	call.tag = tag
	if out, ok := s.fromMemory(c, tag); ok {
		return out, nil
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
	if s.asked.Again(tag) { // what is asked once only needs no place
		s.answers.Put(tag, slices.Clone(out.body))
	}
	if key := questionOf(c, a); key != "" && c.Query("callback") == "" { // a callback changes who asks
		s.questions.Put(key, []byte(call.question))
	}
	return out, nil
}

// fromMemory answers without looking anything up: that the reader has the answer
// already, or with the one that was kept.
func (s *Service) fromMemory(c *gin.Context, tag string) (reply, bool) {
	read := c.Request.Method == http.MethodGet || c.Request.Method == http.MethodHead
	if have := c.GetHeader("If-None-Match"); read && have != "" && known(have, tag) {
		return reply{status: http.StatusOK}, true // answer makes 304 of it
	}
	body := s.answers.Get(tag)
	return reply{status: http.StatusOK, body: body}, body != nil
}

// asBefore answers an address that was asked and answered before without reading
// its arguments again.
func (s *Service) asBefore(c *gin.Context, call *Call, a *Action) (reply, bool) {
	key := questionOf(c, a)
	if key == "" || !call.Actor.IsAnonymous() {
		return reply{}, false
	}
	question := s.questions.Get(key)
	if question == nil {
		return reply{}, false
	}
	tag, _ := s.tagAt(c.Request.Context(), string(question))
	if tag == "" {
		return reply{}, false
	}
	call.tag = tag
	out, ok := s.fromMemory(c, tag)
	out.plain = ok
	return out, ok
}

// What is remembered of addresses: so many bytes of digests, of which each has
// twenty-four, and addresses up to so many bytes.
const (
	maxQuestions = 4096 * 24
	maxAddress   = 1024
)

// questionOf is the address of a question that may be remembered, else "".
func questionOf(c *gin.Context, a *Action) string {
	r := c.Request
	if a == nil || !a.Free || !a.Logged || r.Method != http.MethodGet && r.Method != http.MethodHead || len(r.URL.RawQuery) > maxAddress {
		return ""
	}
	return a.Name + "?" + r.URL.RawQuery
}

// stateTag names the state an answer to everybody follows from, "" where there
// is more to it: a signed-in reader, the time of day, an index that lags behind.
func (s *Service) stateTag(ctx context.Context, call *Call, a *Action) (tag string, seq int64) {
	if !a.Logged || !call.Actor.IsAnonymous() {
		return "", 0
	}
	args, err := json.Marshal(call.Args)
	if err != nil || strings.Contains(string(args), "NOW") {
		return "", 0
	}
	sum := sha256.Sum256(append(args, a.Name...))
	call.question = hex.EncodeToString(sum[:12])
	return s.tagAt(ctx, call.question)
}

// tagAt is the tag of a question's answer as of now, "" when the index lags behind.
func (s *Service) tagAt(ctx context.Context, question string) (tag string, seq int64) {
	seq, _, level := s.search.Level()
	if !level {
		return "", 0
	}
	public, ok := s.publicAt(ctx, seq)
	if !ok {
		return "", 0
	}
	return `W/"` + s.boot + "-" + strconv.FormatInt(public, 10) + "-" + question + `"`, seq
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

// whole is an answer with CKAN's envelope, in bytes that are used again when it
// is sent.
type whole []byte

// envelope begins the answer to a call that succeeded.
func (s *Service) envelope(out []byte, action string) []byte {
	w := catalog.JSON{Out: append(out, `{"help":`...), ASCII: true}
	w.Text(s.help(action))
	return append(w.Out, `,"success":true,"result":`...)
}

// help is the address that explains an action.
func (s *Service) help(action string) string {
	return s.cfg.SiteURL + "/api/3/action/help_show?name=" + action
}

// lendable bounds the bytes of one answer that are kept for the next.
const lendable = 1 << 20

var answerBytes sync.Pool

// borrowed returns bytes to write an answer to.
func borrowed() []byte {
	if b, ok := answerBytes.Get().(*[]byte); ok {
		return (*b)[:0]
	}
	return nil
}

// giveBack returns bytes that nobody reads any more.
func giveBack(b []byte) {
	if cap(b) <= lendable {
		answerBytes.Put(&b)
	}
}
