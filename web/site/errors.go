package site

import (
	"log/slog"
	"net/http"
	"regexp"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/web/ui"
)

var statusOf = map[catalog.Kind]int{
	catalog.KindInvalid: http.StatusBadRequest, catalog.KindNotFound: http.StatusNotFound,
	catalog.KindConflict: http.StatusConflict,
	// Hidden and absent look the same from outside.
	catalog.KindDenied: http.StatusNotFound, catalog.KindUnauthenticated: http.StatusNotFound,
	catalog.KindTooLarge: http.StatusRequestEntityTooLarge, catalog.KindLimited: http.StatusTooManyRequests,
	catalog.KindUnavailable: http.StatusServiceUnavailable,
}

// errorBody is what an error page says.
type errorBody struct {
	Heading, Text, Action string
	// RequestID is shown for faults on our side, to be quoted.
	RequestID string
	// Near are datasets whose address resembles the one asked for.
	Near []link
}

// NotFound is the page for addresses without a route.
func (s *Site) NotFound(c *gin.Context) {
	s.Fail(c, catalog.Errorf(catalog.KindNotFound, "page not found"))
}

// Fail shows the page that belongs to an error, in the language of the address.
func (s *Site) Fail(c *gin.Context, err error) {
	r := s.request(c, langOf(c.Request.URL.Path))
	r.secret = isSecret(c.Request.URL.Path)
	r.fail(err)
}

func langOf(path string) string {
	for _, l := range ui.Languages()[1:] {
		if path == "/"+l || strings.HasPrefix(path, "/"+l+"/") {
			return l
		}
	}
	return ui.Languages()[0]
}

func (r *request) fail(err error) {
	status := statusOf[catalog.KindOf(err)]
	if in := r.in(); status == http.StatusNotFound && in != nil && in.Lacks {
		// Hidden perhaps only until the second factor is set up.
		if r.goTo(r.local("/account/factor")) == nil {
			return
		}
	}
	body := errorBody{}
	if status == 0 {
		status = http.StatusInternalServerError
		body.RequestID = r.requestID()
		slog.ErrorContext(r.ctx, "page failed", "request_id", body.RequestID, "route", r.c.FullPath(), "err", err)
	}
	switch status {
	case http.StatusNotFound:
		body.Heading, body.Text, body.Action = r.t.Get("error.404.heading"), r.t.Get("error.404.text"), r.t.Get("error.404.action")
		body.Near = r.near()
	case http.StatusServiceUnavailable, http.StatusTooManyRequests:
		r.c.Header("Retry-After", "30")
		body.Heading, body.Text, body.Action = r.t.Get("error.503.heading"), r.t.Get("error.503.text"), r.t.Get("error.503.action")
	case http.StatusInternalServerError:
		body.Heading, body.Text, body.Action = r.t.Get("error.500.heading"), r.t.Get("error.500.text"), r.t.Get("error.500.action")
	default:
		body.Heading, body.Text, body.Action = r.t.Get("error.400.heading"), r.t.Get("error.400.text"), r.t.Get("error.400.action")
	}
	html, rerr := r.ui.Render(r.lang, "error", r.complete(&page{Title: body.Heading, Path: "/", NoIndex: true, BoxInPage: true, Body: body}))
	if rerr != nil {
		html = []byte("<!doctype html><title>500</title><p>500")
		status = http.StatusInternalServerError
	}
	r.c.Header("Cache-Control", "no-store")
	r.send(status, html)
}

var datasetPath = regexp.MustCompile(`/dataset/([^/]{2,100})`)

// near looks for datasets that an outdated or mistyped address may have meant.
func (r *request) near() []link {
	m := datasetPath.FindStringSubmatch(r.c.Request.URL.Path)
	if m == nil {
		return nil
	}
	text := plainWords(clean(strings.NewReplacer("-", " ", "_", " ", ".", " ").Replace(m[1]), 100))
	_, entries, err := r.backend.Search(r.ctx, search.Query{Text: text, Rows: 3})
	if err != nil {
		return nil
	}
	var out []link
	for _, e := range entries {
		out = append(out, link{r.title(e), r.local("/dataset/" + e.Name)})
	}
	return out
}
