package site

import (
	"encoding/json"
	"errors"
	"net/http"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/web/session"
)

// question answers the page's script: what to ask the browser, or what is wrong.
func (r *request) question(options []byte, state string, err error, field string) error {
	h := r.c.Writer.Header()
	setHeaders(h)
	h.Set("Cache-Control", "no-store")
	if err != nil {
		faults, left := r.faults(err, field)
		if left != nil && catalog.KindOf(left) == catalog.KindInternal {
			return left
		}
		text := r.t.Get("passkey.failed")
		if len(faults) > 0 {
			text = faults[0].Text
		}
		status := http.StatusUnprocessableEntity
		if r.wait > 0 {
			status = http.StatusTooManyRequests
		}
		r.c.JSON(status, map[string]string{"error": text})
		return nil
	}
	r.c.JSON(http.StatusOK, map[string]any{"options": json.RawMessage(options), "state": state})
	return nil
}

func (r *request) passkeyBegin() error {
	options, state, err := r.cfg.Accounts.BeginPasskey(r.ctx, r.in().Actor, r.typed("password-key"), r.c.ClientIP())
	return r.question(options, state, err, "password-key")
}

// passkeyFault explains a passkey that did not work.
func (r *request) passkeyFault(err error) ([]fault, error) {
	if errors.Is(err, account.ErrStale) || errors.Is(err, account.ErrCode) {
		return []fault{{"", r.t.Get("passkey.failed")}}, nil
	}
	return r.faults(err, "")
}

func (r *request) passkeyAdd() error {
	name := r.typed("name")
	if name == "" {
		name = account.Device(r.c.Request.UserAgent())
	}
	codes, err := r.cfg.Accounts.FinishPasskey(r.ctx, r.in(), r.typed("state"), []byte(r.typed("response")), cut(name, 60), r.lang)
	if err != nil {
		faults, err := r.passkeyFault(err)
		if err != nil {
			return err
		}
		return r.ownForm(form{Faults: faults})
	}
	if len(codes) > 0 {
		return r.totpShow(form{Done: r.t.Get("passkey.done")}, totpView{Codes: codes})
	}
	return r.goTo(r.local("/account") + "?done=passkey")
}

func (r *request) passkeyDrop() error {
	if err := r.cfg.Accounts.DropPasskey(r.ctx, r.in().Actor, r.typed("drop"), r.typed("password-drop"), r.c.ClientIP(), r.lang); err != nil {
		faults, err := r.faults(err, "password-drop")
		if err != nil {
			return err
		}
		return r.ownForm(form{Faults: faults})
	}
	return r.goTo(r.local("/account") + "?done=dropped")
}

func (r *request) passkeySignInBegin() error {
	options, state, err := r.cfg.Accounts.BeginPasskeySignIn()
	return r.question(options, state, err, "")
}

func (r *request) passkeySignIn() error {
	next := r.typed("next")
	key, err := r.cfg.Accounts.FinishPasskeySignIn(r.ctx, r.typed("state"), []byte(r.typed("response")), r.c.ClientIP(), r.c.Request.UserAgent())
	if err != nil {
		faults, err := r.passkeyFault(err)
		if err != nil {
			return err
		}
		return r.signInForm(form{Faults: faults}, next)
	}
	if old := session.Key(r.c.Request, r.secure()); old != "" {
		if err := r.cfg.Accounts.SignOut(r.ctx, old); err != nil {
			return err
		}
	}
	session.SetKey(r.c, key, r.secure())
	return r.goTo(ours(next, r.local("/dashboard")))
}

// keyForm is where a page's script signs in with a passkey; nil where there are none.
type keyForm struct{ Begin, Action, Next string }

func (r *request) keyForm(next string) *keyForm {
	if !r.cfg.Accounts.HasPasskeys() {
		return nil
	}
	return &keyForm{Begin: r.local("/user/passkey/begin"), Action: r.local("/user/passkey"), Next: ours(next, "")}
}
