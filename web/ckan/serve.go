package ckan

import (
	"context"
	"fmt"
	"log/slog"
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
	s.registerAtom(r)
}

// callbackPattern is what a JSONP callback may look like; anything else could
// smuggle script into the answer.
var callbackPattern = regexp.MustCompile(`^[A-Za-z0-9_.$]{1,128}$`)

// cors lets scripts of any page read what anonymous may read; no credentials
// ever go along.
func cors(c *gin.Context) {
	h := c.Writer.Header()
	h.Set("Access-Control-Allow-Origin", "*")
	h.Set("Access-Control-Allow-Methods", "POST, GET, OPTIONS")
	h.Set("Access-Control-Allow-Headers", "Authorization, X-CKAN-API-Key, Content-Type")
}

func (s *Service) serve(c *gin.Context) {
	cors(c)
	name := c.Param("action")
	a := s.byName[name]
	status, body := s.call(c, a, name)
	label := name
	if a == nil {
		label = "unknown" // a made-up name must not become a metric label
	}
	s.calls.WithLabelValues(label, strconv.Itoa(status)).Inc()
	if callback := c.Query("callback"); c.Request.Method == http.MethodGet && callback != "" && status == http.StatusOK {
		if !callbackPattern.MatchString(callback) {
			writeJSON(c, http.StatusBadRequest, "Bad request: the callback must be made of letters, digits, _ . and $")
			return
		}
		text, err := encode(body)
		if err != nil {
			internal(c, err)
			return
		}
		c.Data(http.StatusOK, "application/javascript;charset=utf-8", fmt.Appendf(nil, "%s(%s);", callback, text))
		return
	}
	cacheHeaders(c)
	writeJSON(c, status, body)
}

// cacheHeaders keep shared caches from storing what only a signed-in reader sees.
func cacheHeaders(c *gin.Context) {
	c.Header("Vary", "Authorization, X-CKAN-API-Key, Cookie")
	if session.Actor(c).IsAnonymous() && !session.HasCredentials(c) {
		c.Header("Cache-Control", "public, max-age=0, must-revalidate")
		return
	}
	c.Header("Cache-Control", "private, no-store")
}

// call runs the action and returns status and body of the answer.
func (s *Service) call(c *gin.Context, a *Action, name string) (status int, body any) {
	ctx := c.Request.Context()
	help := s.cfg.SiteURL + "/api/3/action/help_show?name=" + name
	result, changed, err := s.run(ctx, c, a, name)
	if err == nil {
		if v := reflect.ValueOf(result); v.Kind() == reflect.Slice && v.IsNil() {
			result = []any{} // an empty list is no null
		}
		out := map[string]any{"help": help, "success": true, "result": result}
		if len(changed) > 0 {
			slices.Sort(changed)
			out["changed_entities"] = map[string]any{"packages": slices.Compact(changed)}
		}
		return http.StatusOK, out
	}
	e := asAPIError(err)
	if e == nil {
		slog.ErrorContext(ctx, "action failed", "action", name, "request", session.RequestID(c), "error", err)
		e = withMessage(http.StatusInternalServerError, "Internal Server Error", "Internal error, request "+session.RequestID(c))
	}
	if e.Plain != "" {
		return e.Status, e.Plain
	}
	errBody := map[string]any{"__type": e.Type}
	for k, v := range e.Body {
		errBody[k] = v
	}
	return e.Status, map[string]any{"help": help, "success": false, "error": errBody}
}

// waitForIndex bounds how long a write waits until searches see it; after
// that the answer goes out anyway, the write is durable.
const waitForIndex = 5 * time.Second

// run goes through CKAN's order of checks: action known, body parses, caller
// may, then the action's own.
func (s *Service) run(ctx context.Context, c *gin.Context, a *Action, name string) (result any, changed []string, err error) {
	if a == nil {
		return nil, nil, badRequest("Action name not known: %s", name)
	}
	if c.Request.Method != http.MethodPost && !a.Free {
		return nil, nil, badRequest("JSON Error: Invalid request. Please use POST method for your request")
	}
	args, err := s.readArgs(c.Request, !a.Free && !session.Actor(c).IsAnonymous())
	if err != nil {
		return nil, nil, err
	}
	call := &Call{Actor: session.Actor(c), Args: args}
	if c.Request.Method == http.MethodGet {
		if args.Has("callback") {
			// A page of another site reads JSONP with the visitor's own
			// credentials; so there must be none.
			call.Actor = catalog.Anonymous
			delete(args, "callback")
		}
	}
	if err := s.authorize(a, call.Actor); err != nil {
		return nil, nil, err
	}
	result, err = a.Run(ctx, call)
	if call.seq > 0 {
		wait, cancel := context.WithTimeout(ctx, waitForIndex)
		defer cancel()
		if waitErr := s.search.WaitFor(wait, call.seq); waitErr != nil {
			c.Header("Warning", `199 - "stored; the search index is still catching up"`)
		}
	}
	return result, call.changed, err
}

// authorize checks the action's own gate; entry by entry the registry decides.
func (s *Service) authorize(a *Action, by catalog.Actor) error {
	switch {
	case a.Auth == AuthAnyone || by.Sysadmin:
		return nil
	case by.IsAnonymous():
		return denied("Action " + a.Name + " requires an authenticated user")
	case a.Auth == AuthSysadmin:
		return denied("User " + by.Name + " not authorized to call " + a.Name)
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
	c.Data(status, "application/json;charset=utf-8", body)
}
