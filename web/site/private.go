package site

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/web/session"
	"trio.example/web/ui"
)

// private is what a request has that is meant for one person.
type private struct {
	// personal pages are kept by no cache; secret ones have a token in their
	// address, which no other site and no log may learn.
	personal, secret bool
	by               catalog.Actor
	// streamed forms are read by the page function itself, and bounded there.
	streamed bool
	// status and alerts are for a page shown once more.
	status int
	alerts []string
	// filled is what became of a form that was filled offline.
	filled *filledView
}

// Bounds of what is sent to private pages.
const (
	maxAnswers = 1 << 20
	maxUpload  = 8 << 20
)

// secretPrefix is where addresses hold a token.
const secretPrefix = "/s/"

// isSecret reports whether an address may hold a token.
func isSecret(path string) bool {
	for _, lang := range ui.Languages() {
		if strings.HasPrefix(path, ui.Local(lang, secretPrefix)) {
			return true
		}
	}
	return false
}

// personalPage turns a page function into a handler for somebody who is signed
// in, or, with secret, for whoever holds the token in the address.
func (s *Site) personalPage(lang string, secret bool, f func(*request) error) gin.HandlerFunc {
	return s.privatePage(lang, private{personal: true, secret: secret}, f)
}

// streamedPage is a personal page whose form may be larger than memory.
func (s *Site) streamedPage(lang string, f func(*request) error) gin.HandlerFunc {
	return s.privatePage(lang, private{personal: true, streamed: true}, f)
}

func (s *Site) privatePage(lang string, kind private, f func(*request) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := s.request(c, lang)
		r.private = kind
		r.by = session.FromContext(c.Request.Context())
		c.Header("X-Robots-Tag", "noindex, nofollow")
		if err := r.admit(); err != nil {
			r.fail(err)
			return
		}
		if c.IsAborted() {
			return
		}
		if err := f(r); err != nil {
			r.fail(err)
		}
	}
}

// openPage is for what everybody may ask for and what depends on who asks.
func (s *Site) openPage(lang string, f func(*request) error) gin.HandlerFunc {
	return func(c *gin.Context) {
		r := s.request(c, lang)
		r.personal, r.by = true, session.FromContext(c.Request.Context())
		if err := f(r); err != nil {
			r.fail(err)
		}
	}
}

// sameSite refuses writes that another site's page makes a signed-in browser send.
var sameSite = http.NewCrossOriginProtection()

// admit checks who asks and bounds what they send.
func (r *request) admit() error {
	if !r.secret && r.by.IsAnonymous() {
		if r.loginPath() == "" {
			return catalog.Errorf(catalog.KindUnauthenticated, "not signed in")
		}
		setHeaders(r.c.Writer.Header())
		r.c.Header("Cache-Control", "private, no-store")
		r.c.Redirect(http.StatusSeeOther, r.loginPath()+"?next="+url.QueryEscape(r.c.Request.URL.RequestURI()))
		r.c.Abort()
		return nil
	}
	if r.c.Request.Method != http.MethodPost {
		return nil
	}
	// A token in the address is what another site cannot know; a session is not.
	if err := sameSite.Check(r.c.Request); err != nil && !r.secret {
		return catalog.Errorf(catalog.KindDenied, "cross-site request")
	}
	if r.streamed {
		return nil
	}
	limit := int64(maxAnswers)
	if strings.HasPrefix(r.c.ContentType(), "multipart/") {
		limit = maxUpload
	}
	r.c.Request.Body = http.MaxBytesReader(r.c.Writer, r.c.Request.Body, limit)
	err := r.c.Request.ParseForm()
	if err == nil && limit == maxUpload {
		err = r.c.Request.ParseMultipartForm(maxUpload)
	}
	var large *http.MaxBytesError
	if errors.As(err, &large) {
		return catalog.Errorf(catalog.KindTooLarge, "form too large")
	}
	if err != nil {
		return catalog.Errorf(catalog.KindInvalid, "form not readable")
	}
	return nil
}

// form returns a field of a posted form.
func (r *request) form(name string) string { return r.c.Request.PostForm.Get(name) }

// see leads to another page after something was done. done is the key of a
// text that the page shows.
func (r *request) see(path, done string) error {
	setHeaders(r.c.Writer.Header())
	if r.secret {
		r.c.Header("Referrer-Policy", "no-referrer")
	}
	r.c.Header("Cache-Control", "private, no-store")
	if done != "" {
		base, hash, found := strings.Cut(path, "#")
		sep := "?"
		if strings.Contains(base, "?") {
			sep = "&"
		}
		path = base + sep + "done=" + url.QueryEscape(done)
		if found {
			path += "#" + hash
		}
	}
	r.c.Redirect(http.StatusSeeOther, r.local(path))
	return nil
}

// done is the text about what was done before the page was asked for.
func (r *request) done() string {
	key := "done." + r.c.Query("done")
	if !r.t.Has(key) {
		return ""
	}
	return r.t.Get("done." + r.c.Query("done"))
}

// again shows a page once more with what was wrong; an error nobody can act on
// is passed on.
func (r *request) again(err error, page func() error) error {
	alerts := r.explain(err)
	if alerts == nil {
		return err
	}
	r.alerts = append(r.alerts, alerts...)
	switch kind := catalog.KindOf(err); kind {
	case catalog.KindInvalid:
		r.status = http.StatusUnprocessableEntity
	default:
		r.status = statusOf[kind]
	}
	return page()
}

// explain puts an error into sentences for who caused it, nil when it is not
// theirs.
func (r *request) explain(err error) []string {
	var e *catalog.Error
	if !errors.As(err, &e) {
		return nil
	}
	switch e.Kind {
	case catalog.KindInvalid, catalog.KindConflict, catalog.KindTooLarge, catalog.KindLimited:
	default:
		return nil
	}
	var out []string
	for _, f := range e.Findings {
		out = append(out, r.findingText(f))
	}
	if out == nil && e.Message != "" {
		out = []string{e.Message}
	}
	return out
}

// findingText is a finding with what to do about it.
func (r *request) findingText(f catalog.Finding) string {
	s := f.Message.In(r.lang)
	if remedy := f.Remedy.In(r.lang); remedy != "" {
		s += " " + remedy
	}
	return s
}

// person shows a private page.
func (r *request) person(name string, p *page) error {
	p.NoIndex = true
	p.BoxInPage = r.secret // a search box would carry nothing here
	p.Done = r.done()
	return r.show(name, p)
}
