package site

import (
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/web/session"
)

// maxForm bounds a form that was sent.
const maxForm = 64 << 10

// fault is something wrong in a form; Field is the id of the field, empty for the whole.
type fault struct{ Field, Text string }

// form is what every page with fields has.
type form struct {
	// Action is where it is sent to.
	Action string
	Faults []fault
	// Values are what was typed, by field; passwords never come back.
	Values map[string]string
	// Done is said above the form after something worked.
	Done string
}

// Of returns what is wrong with a field.
func (f form) Of(field string) string {
	for _, x := range f.Faults {
		if x.Field == field {
			return x.Text
		}
	}
	return ""
}

// action turns a function for a sent form into a handler: only from our own
// pages, bounded, never cached.
func (s *Site) action(lang string, f func(*request) error) gin.HandlerFunc {
	guard := http.NewCrossOriginProtection()
	trusted := guard.AddTrustedOrigin(origin(s.cfg.SiteURL))
	return func(c *gin.Context) {
		r := s.request(c, lang)
		r.personal = true
		if trusted != nil {
			r.fail(trusted)
			return
		}
		if err := guard.Check(c.Request); err != nil {
			r.foreign()
			return
		}
		c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, maxForm)
		if err := c.Request.ParseForm(); err != nil {
			var large *http.MaxBytesError
			if errors.As(err, &large) {
				r.fail(catalog.Errorf(catalog.KindTooLarge, "form too large"))
				return
			}
			r.fail(catalog.Errorf(catalog.KindInvalid, "form not readable"))
			return
		}
		if err := f(r); err != nil {
			r.fail(err)
		}
	}
}

// origin is scheme and host of an address.
func origin(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host
}

// foreign answers a form that another site sent.
func (r *request) foreign() {
	slog.WarnContext(r.ctx, "form from another site refused", "route", r.c.FullPath())
	body := errorBody{Heading: r.t.Get("error.403.heading"), Text: r.t.Get("error.403.text"), Action: r.t.Get("error.403.action")}
	html, err := r.ui.Render(r.lang, "error", r.complete(&page{Title: body.Heading, Path: "/", NoIndex: true, BoxInPage: true, Body: body}))
	if err != nil {
		html = []byte("<!doctype html><title>403</title><p>403")
	}
	r.c.Header("Cache-Control", "no-store")
	r.send(http.StatusForbidden, html)
}

// typed is a field of the sent form.
func (r *request) typed(name string) string { return r.c.Request.PostForm.Get(name) }

// goTo leads on after a form was taken, so that reloading sends nothing again.
func (r *request) goTo(path string) error {
	h := r.c.Writer.Header()
	setHeaders(h)
	h.Set("Cache-Control", "no-store")
	r.c.Redirect(http.StatusSeeOther, path)
	return nil
}

// showForm renders a page that holds a form: 422 when something is wrong with it.
func (r *request) showForm(name string, f form, p *page) error {
	status := http.StatusOK
	if len(f.Faults) > 0 {
		status = http.StatusUnprocessableEntity
		p.Title = r.t.Get("form.fault.title", p.Title)
	}
	if r.wait > 0 {
		status = http.StatusTooManyRequests
	}
	return r.showAs(status, name, p)
}

// showAs renders a page that is nobody else's business.
func (r *request) showAs(status int, name string, p *page) error {
	r.personal, p.NoIndex = true, true
	body, err := r.ui.Render(r.lang, name, r.complete(p))
	if err != nil {
		return err
	}
	r.setCache()
	r.send(status, body)
	return nil
}

// faults explains an error of a form in the reader's language. What nobody at
// the form can mend is returned.
func (r *request) faults(err error, field string) ([]fault, error) {
	var wait *account.WaitError
	var e *catalog.Error
	switch {
	case err == nil:
		return nil, nil
	case errors.As(err, &wait):
		r.wait = wait.Wait()
		seconds := int(r.wait.Seconds())
		r.c.Header("Retry-After", strconv.Itoa(seconds))
		if seconds > 90 {
			return []fault{{field, r.t.Count("form.wait.minutes", (seconds+59)/60)}}, nil
		}
		return []fault{{field, r.t.Count("form.wait.seconds", seconds)}}, nil
	case errors.Is(err, account.ErrWrong):
		return []fault{{field, r.t.Get("form.wrong." + field)}}, nil
	case errors.Is(err, account.ErrCode):
		return []fault{{field, r.t.Get("form.wrong.code")}}, nil
	case errors.As(err, &e) && e.Kind == catalog.KindInvalid && len(e.Findings) > 0:
		var out []fault
		for _, f := range e.Findings {
			out = append(out, fault{f.Field, strings.TrimSpace(f.Message.In(r.lang) + " " + f.Remedy.In(r.lang))})
		}
		return out, nil
	default:
		return nil, err
	}
}

// in is who is signed in on this browser; nil means nobody.
func (r *request) in() *account.SignedIn { return session.SignedIn(r.ctx) }

// member makes a page for people who are signed in; others sign in first.
func member(f func(*request) error) func(*request) error {
	return func(r *request) error {
		r.personal = true
		if r.in() == nil {
			next := "/dashboard"
			if r.c.Request.Method == http.MethodGet || r.c.Request.Method == http.MethodHead {
				next = r.c.Request.URL.RequestURI()
			}
			return r.goTo(r.local("/user/login") + "?next=" + url.QueryEscape(next))
		}
		if r.in().Lacks && !settingUp(r.c.FullPath()) {
			return r.goTo(r.local("/account/factor"))
		}
		return f(r)
	}
}

// settingUp reports whether a page is needed to set up a second factor, or to
// look after an account that has none yet.
func settingUp(path string) bool {
	switch strings.TrimPrefix(path, "/en") {
	case "/account", "/account/password", "/account/sessions", "/account/factor", "/account/passkey/begin", "/account/passkey":
		return true
	}
	return false
}

// ours returns an address inside the portal, fallback for any other one.
func ours(path, fallback string) string {
	u, err := url.Parse(path)
	if err != nil || len(path) > 2000 || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t") {
		return fallback
	}
	return path
}

// ownCrumbs lead to a page of the own area.
func (r *request) ownCrumbs(label string) []link {
	return []link{{r.t.Get("nav.start"), r.local("/")}, {r.t.Get("nav.dashboard"), r.local("/dashboard")}, {Label: label}}
}
