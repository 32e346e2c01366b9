package site

import (
	"errors"
	"net/url"

	"trio.example/catalog/account"
	"trio.example/web/session"
)

// signInView is the page with name and password, or with the code.
type signInView struct {
	form
	Next string
	// Reset is where a new password is asked for.
	Reset string
	// Key signs in with a passkey, nil where there are none.
	Key *keyForm
}

func (r *request) secure() bool { return session.Secure(r.cfg.SiteURL) }

func (r *request) signInForm(f form, next string) error {
	f.Action = r.local("/user/login")
	title := r.t.Get("signin.title")
	return r.showForm("login", f, &page{Title: title, Path: "/user/login", BoxInPage: false, Crumbs: r.crumbs(title),
		Body: signInView{form: f, Next: ours(next, ""), Reset: r.local("/user/reset"), Key: r.keyForm(next)}})
}

func (r *request) signInPage() error {
	next := r.c.Query("next")
	if r.in() != nil {
		return r.goTo(ours(next, r.local("/dashboard")))
	}
	return r.signInForm(form{Done: r.done()}, next)
}

func (r *request) signIn() error {
	next := r.typed("next")
	f := form{Values: map[string]string{"login": cut(r.typed("login"), 254)}}
	if r.typed("login") == "" {
		f.Faults = append(f.Faults, fault{"login", r.t.Get("signin.login.missing")})
	}
	if r.typed("password") == "" {
		f.Faults = append(f.Faults, fault{"password", r.t.Get("signin.password.missing")})
	}
	if len(f.Faults) > 0 {
		return r.signInForm(f, next)
	}
	key, half, err := r.cfg.Accounts.SignIn(r.ctx, account.Attempt{
		Login: r.typed("login"), Password: r.typed("password"), Address: r.c.ClientIP(), Agent: r.c.Request.UserAgent(),
	})
	if err != nil {
		if f.Faults, err = r.faults(err, "login"); err != nil {
			return err
		}
		return r.signInForm(f, next)
	}
	// A session somebody else may have planted in this browser ends here.
	if old := session.Key(r.c.Request, r.secure()); old != "" {
		if err := r.cfg.Accounts.SignOut(r.ctx, old); err != nil {
			return err
		}
	}
	session.SetKey(r.c, key, r.secure())
	if half {
		return r.goTo(r.local("/user/factor") + "?next=" + url.QueryEscape(ours(next, "")))
	}
	return r.goTo(ours(next, r.local("/dashboard")))
}

func (r *request) factorForm(f form, next string) error {
	f.Action = r.local("/user/factor")
	title := r.t.Get("factor.title")
	return r.showForm("factor", f, &page{Title: title, Path: "/user/factor", Crumbs: r.crumbs(title), Body: signInView{form: f, Next: ours(next, ""), Key: r.keyForm(next)}})
}

func (r *request) factorPage() error {
	half, err := r.cfg.Accounts.Halfway(r.ctx, session.Key(r.c.Request, r.secure()))
	if err != nil {
		return err
	}
	if !half {
		return r.goTo(r.local("/user/login") + "?next=" + url.QueryEscape(ours(r.c.Query("next"), "")))
	}
	return r.factorForm(form{}, r.c.Query("next"))
}

func (r *request) factor() error {
	next := r.typed("next")
	key, err := r.cfg.Accounts.SecondFactor(r.ctx, session.Key(r.c.Request, r.secure()), cut(r.typed("code"), 100), r.c.ClientIP(), r.lang)
	switch {
	case errors.Is(err, account.ErrStale):
		return r.goTo(r.local("/user/login") + "?done=stale&next=" + url.QueryEscape(ours(next, "")))
	case err != nil:
		faults, err := r.faults(err, "code")
		if err != nil {
			return err
		}
		return r.factorForm(form{Faults: faults}, next)
	}
	session.SetKey(r.c, key, r.secure())
	return r.goTo(ours(next, r.local("/dashboard")))
}

func (r *request) signOut() error {
	if err := r.cfg.Accounts.SignOut(r.ctx, session.Key(r.c.Request, r.secure())); err != nil {
		return err
	}
	session.DropKey(r.c, r.secure())
	return r.goTo(r.local("/user/login") + "?done=out")
}
