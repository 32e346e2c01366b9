package ckan

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/web/session"
)

// Register mounts the API's routes. Paths and methods are CKAN's.
func (s *Service) Register(r gin.IRouter) {
	for _, base := range []string{"/api/3/action/:action", "/api/action/:action"} {
		r.GET(base, s.serve)
		r.HEAD(base, s.serve)
		r.POST(base, s.serve)
		r.OPTIONS(base, func(c *gin.Context) { cors(c); c.Status(http.StatusOK) })
	}
	for path, version := range map[string]int{"/api": 1, "/api/": 1, "/api/1": 1, "/api/2": 2, "/api/3": 3} {
		r.GET(path, func(c *gin.Context) {
			cors(c)
			writeJSON(c, http.StatusOK, map[string]any{"version": version})
		})
	}
	r.GET("/api/openapi.json", func(c *gin.Context) {
		cors(c)
		writeJSON(c, http.StatusOK, s.OpenAPI())
	})
	s.registerUtil(r)
	r.GET("/dataset/:name/resource/:id/download", s.download)
	r.GET("/dataset/:name/resource/:id/download/:file", s.download)
	r.HEAD("/dataset/:name/resource/:id/download/:file", s.download)
	r.GET("/file/download/:id", s.fileDownload)
	r.HEAD("/file/download/:id", s.fileDownload)
	r.GET("/uploads/:kind/:file", s.picture)
	r.HEAD("/uploads/:kind/:file", s.picture)
	s.registerAtom(r)
}

// callbackPattern is what a JSONP callback may look like; anything else could
// smuggle script into the answer.
var callbackPattern = regexp.MustCompile(`^[A-Za-z0-9_.$]{1,128}$`)

func (s *Service) serve(c *gin.Context) {
	cors(c)
	name := c.Param("action")
	a := s.byName[name]
	call := &Call{Actor: session.Actor(c)}
	out := s.call(c, call, a, name)
	status, body := out.status, out.body
	if out.lent {
		defer giveBack(body)
	}
	call.Args.dropFiles(c.Request.Context())
	label := name
	if a == nil {
		label = "unknown" // a made-up name must not become a metric label
	}
	s.calls.WithLabelValues(label, strconv.Itoa(status)).Inc()
	callback := ""
	if !out.plain && c.Request.Method == http.MethodGet {
		callback = c.Query("callback")
	}
	if callback != "" && status == http.StatusOK {
		if !callbackPattern.MatchString(callback) {
			writeJSON(c, http.StatusBadRequest, "Bad request: the callback must be made of letters, digits, _ . and $")
			return
		}
		c.Data(http.StatusOK, "application/javascript;charset=utf-8", fmt.Appendf(nil, "%s(%s);", callback, body))
		return
	}
	cacheHeaders(c)
	call.answer(c, status, body, a != nil && a.Free)
}

// call runs the action and returns the answer.
func (s *Service) call(c *gin.Context, call *Call, a *Action, name string) reply {
	if out, ok := s.asBefore(c, call, a); ok {
		return out
	}
	ctx := c.Request.Context()
	run := func() (reply, error) {
		result, err := s.run(ctx, c, call, a)
		return s.outcome(ctx, c, call, name, result, err)
	}
	var out reply
	err := s.admit(c, call, a, name)
	key := c.GetHeader("Idempotency-Key")
	switch {
	case err == nil && key != "" && !a.Free && !call.Actor.IsAnonymous():
		ran := false
		out, err = s.replayed(ctx, call, name, key, func() (reply, error) { ran = true; return run() })
		if err == nil && !ran {
			c.Header("Idempotency-Replayed", "true")
		}
	case err == nil:
		out, err = s.kept(c, call, a, run)
	}
	if err != nil {
		out, err = s.outcome(ctx, c, call, name, nil, err)
	}
	if err != nil {
		slog.ErrorContext(ctx, "answer failed", "action", name, "request", session.RequestID(c), "error", err)
		return reply{status: http.StatusInternalServerError, body: []byte(`"Internal Server Error"`)}
	}
	return out
}

// outcome puts a result or an error into CKAN's envelope.
func (s *Service) outcome(ctx context.Context, c *gin.Context, call *Call, name string, result any, err error) (reply, error) {
	help := s.help(name)
	send := func(status int, v any) (reply, error) {
		body, err := encode(v)
		return reply{status: status, body: body}, err
	}
	if err == nil {
		if v := reflect.ValueOf(result); v.Kind() == reflect.Slice && v.IsNil() {
			result = []any{} // an empty list is no null
		}
		if w, ok := result.(whole); ok {
			return reply{status: http.StatusOK, body: w, lent: true}, nil
		}
		out := map[string]any{"help": help, "success": true, "result": result}
		if len(call.changed) > 0 {
			slices.Sort(call.changed)
			out["changed_entities"] = map[string]any{"packages": slices.Compact(call.changed)}
		}
		return send(http.StatusOK, out)
	}
	e := asAPIError(err)
	if e == nil {
		slog.ErrorContext(ctx, "action failed", "action", name, "request", session.RequestID(c), "error", err)
		e = withMessage(http.StatusInternalServerError, "Internal Server Error", "Internal error, request "+session.RequestID(c))
	}
	if e.Plain != "" {
		return send(e.Status, e.Plain)
	}
	e = reasoned(s.byName[name], call, e)
	errBody := map[string]any{"__type": e.Type}
	maps.Copy(errBody, e.Body)
	return send(e.Status, map[string]any{"help": help, "success": false, "error": errBody})
}

// waitForIndex bounds how long a write waits until searches see it; after
// that the answer goes out anyway, the write is durable.
const waitForIndex = 5 * time.Second

// admit goes through CKAN's order of checks: action known, body parses, caller
// may; then comes the action's own.
func (s *Service) admit(c *gin.Context, call *Call, a *Action, name string) error {
	if a == nil {
		return badRequest("Action name not known: %s", name+leftOut(name))
	}
	if c.Request.Method != http.MethodPost && !a.Free {
		return badRequest("JSON Error: Invalid request. Please use POST method for your request")
	}
	args, err := s.readArgs(c.Writer, c.Request, boundsFor(call.Actor, a))
	if err != nil {
		return err
	}
	call.Args = args
	if c.Request.Method == http.MethodGet && args.Has("callback") {
		// A page of another site reads JSONP with the visitor's own
		// credentials; so there must be none.
		call.Actor = catalog.Anonymous
		delete(args, "callback")
	}
	if err := s.authorize(a, call.Actor, call.Args); err != nil {
		return err
	}
	if a.Free {
		return nil
	}
	return call.condition(c.Request.Header)
}

// run carries the action out and waits until searches see what it wrote.
func (s *Service) run(ctx context.Context, c *gin.Context, call *Call, a *Action) (any, error) {
	result, err := a.Run(ctx, call)
	if err != nil {
		s.takeBack(ctx, call)
	}
	if call.seq > 0 {
		wait, cancel := context.WithTimeout(ctx, waitForIndex)
		defer cancel()
		if waitErr := s.search.WaitFor(wait, call.seq); waitErr != nil {
			c.Header("Warning", `199 - "stored; the search index is still catching up"`)
		}
	}
	return result, err
}

// authorize checks the action's own gate; entry by entry the registry decides.
func (s *Service) authorize(a *Action, by catalog.Actor, args Args) error {
	switch {
	case a.Auth == AuthAnyone || a.Own || by.Sysadmin:
		return nil
	case by.IsAnonymous(), a.Auth == AuthSysadmin:
		return refusals[a.Name].close(by, args)
	default:
		return nil
	}
}

func internal(c *gin.Context, err error) {
	slog.ErrorContext(c.Request.Context(), "answer failed", "request", session.RequestID(c), "error", err)
	c.Status(http.StatusInternalServerError)
}

func writeJSON(c *gin.Context, status int, v any) {
	body, err := encode(v)
	if err != nil {
		internal(c, err)
		return
	}
	sendJSON(c, status, body)
}

// sendJSON sends what is encoded already.
func sendJSON(c *gin.Context, status int, body []byte) {
	h := c.Writer.Header()
	h["Content-Type"] = typeJSON
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	c.Status(status)
	if _, err := c.Writer.Write(body); err != nil { // the client has gone
		_ = c.Error(err)
		c.Abort()
	}
}
