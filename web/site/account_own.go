package site

import (
	"cmp"
	"errors"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/web/session"
)

// accountView is the page about the own account.
type accountView struct {
	form
	Name, FullName, Email string
	Sessions              []sessionView
	Others                bool
	TOTP                  bool
	Since                 time.Time
	Recovery              int
	Passkeys              []passkeyView
	KeyChoices            []selectable
	// KeyBegin is where a script asks for a new passkey, "" where there are none.
	KeyBegin, KeyPath, KeyDrop string
	SessionsPath               string
	FactorPath, OffPath        string
	RecoveryPath               string
	Mails                      string
	// Demanded says that nothing else is open before a second factor is set up.
	Demanded bool
	Tokens   tokensView
}

// sessionView is one signed-in browser.
type sessionView struct {
	ID, Device        string
	Created, LastUsed time.Time
	Here              bool
}

// passkeyView is a device that can sign in.
type passkeyView struct {
	Name              string
	Created, LastUsed time.Time
}

func (r *request) account() error {
	f := form{}
	switch done := r.c.Query("done"); done {
	case "password", "ended", "off", "passkey", "dropped", "revoked":
		f.Done = r.t.Get("done.own." + done)
	}
	return r.ownForm(f)
}

func (r *request) ownForm(f form) error { return r.ownShow(f, "") }

// ownShow shows the page; token is a new one, shown this once.
func (r *request) ownShow(f form, token string) error {
	in := r.in()
	a, err := r.cfg.Accounts.Account(r.ctx, in.Actor)
	if err != nil {
		return err
	}
	f.Action = r.local("/account/password")
	v := accountView{
		form: f, Demanded: in.Lacks, Name: a.User.Name, FullName: a.User.FullName, Email: a.User.Email, Recovery: a.Recovery, TOTP: a.TOTP != nil,
		SessionsPath: r.local("/account/sessions"), FactorPath: r.local("/account/factor"), OffPath: r.local("/account/factor/off"), RecoveryPath: r.local("/account/recovery"),
	}
	if a.TOTP != nil {
		v.Since = a.TOTP.Created
	}
	if r.cfg.Accounts.HasPasskeys() {
		v.KeyBegin, v.KeyPath, v.KeyDrop = r.local("/account/passkey/begin"), r.local("/account/passkey"), r.local("/account/passkey/drop")
	}
	for _, k := range a.Passkeys {
		x := passkeyView{Name: cmp.Or(k.Name, r.t.Get("sessions.unknown")), Created: k.Created, LastUsed: k.LastUsed}
		v.Passkeys = append(v.Passkeys, x)
		v.KeyChoices = append(v.KeyChoices, selectable{Value: k.ID, Label: x.Name + " (" + r.t.Date(k.Created) + ")"})
	}
	v.Tokens = r.tokens(f, a, token)
	if in.Actor.Sysadmin {
		v.Mails = r.local("/admin/mail")
	}
	for _, s := range a.Sessions {
		x := sessionView{ID: s.ID, Device: account.Device(s.Agent), Created: s.Created, LastUsed: s.LastUsed, Here: s.ID == in.Session.ID}
		if x.Device == "" {
			x.Device = r.t.Get("sessions.unknown")
		}
		v.Others = v.Others || !x.Here
		v.Sessions = append(v.Sessions, x)
	}
	title := r.t.Get("account.title")
	return r.showForm("account", f, &page{Title: title, Path: "/account", Nav: "dashboard", Crumbs: r.ownCrumbs(title), Body: v})
}

func (r *request) changePassword() error {
	password := r.typed("password")
	if password != r.typed("again") {
		return r.ownForm(form{Faults: []fault{{"again", r.t.Get("password.differ")}}})
	}
	key, err := r.cfg.Accounts.ChangePassword(r.ctx, r.in(), r.typed("old"), password, r.c.ClientIP(), r.lang)
	if err != nil {
		faults, err := r.faults(err, "old")
		if err != nil {
			return err
		}
		return r.ownForm(form{Faults: faults})
	}
	session.SetKey(r.c, key, r.secure())
	return r.goTo(r.local("/account") + "?done=password")
}

// endSessions ends the session of the button that was pressed: one by its id,
// "others" or "all".
func (r *request) endSessions() error {
	in, which := r.in(), r.typed("end")
	var err error
	switch which {
	case "others":
		err = r.cfg.Accounts.EndSessions(r.ctx, in.Actor, in.Session.ID)
	case "all":
		err = r.cfg.Accounts.EndSessions(r.ctx, in.Actor, "")
	default:
		err = r.cfg.Accounts.EndSession(r.ctx, in.Actor, which)
	}
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound { // ended already
		return err
	}
	if which == "all" || which == in.Session.ID {
		session.DropKey(r.c, r.secure())
		return r.goTo(r.local("/user/login") + "?done=out")
	}
	return r.goTo(r.local("/account") + "?done=ended")
}

// totpView sets up an app with one-time codes.
type totpView struct {
	form
	// Secret is what the app needs, in groups of four; Picture the same to be
	// photographed, as the path of a drawing of Size squares.
	Secret, Picture string
	Size            int
	URL             string
	// Codes are new recovery codes, shown once.
	Codes []string
	Back  string
	// Demanded says that nothing else is open before this is done; Keys is where
	// a passkey can be set up instead, "" where there are none.
	Demanded bool
	Keys     string
}

func (r *request) totpForm(f form, v totpView) error {
	setup, err := r.cfg.Accounts.TOTPSetup(r.ctx, r.in().Actor)
	switch {
	case err == nil:
		if v.Picture, v.Size, err = picture(setup.URL); err != nil {
			return err
		}
		v.Secret, v.URL = grouped(setup.Secret), setup.URL
	case !errors.Is(err, account.ErrStale):
		return err
	}
	return r.totpShow(f, v)
}

func (r *request) totpShow(f form, v totpView) error {
	f.Action, v.Back = r.local("/account/factor"), r.local("/account")
	if v.Demanded = r.in().Lacks && len(v.Codes) == 0; v.Demanded && r.cfg.Accounts.HasPasskeys() {
		v.Keys = r.local("/account")
	}
	v.form = f
	title := r.t.Get("totp.title")
	if len(v.Codes) > 0 {
		title = r.t.Get("recovery.heading")
	}
	crumbs := r.ownCrumbs(title)
	crumbs = append(crumbs[:2:2], link{r.t.Get("account.title"), r.local("/account")}, crumbs[2])
	return r.showForm("totp", f, &page{Title: title, Path: "/account/factor", Nav: "dashboard", Crumbs: crumbs, Body: v})
}

func (r *request) totpPage() error { return r.totpForm(form{}, totpView{}) }

// totp takes the password first, then the app's first code.
func (r *request) totp() error {
	if r.typed("code") == "" && r.typed("step") == "code" {
		return r.totpForm(form{Faults: []fault{{"code", r.t.Get("factor.missing")}}}, totpView{})
	}
	if r.typed("step") != "code" {
		if err := r.cfg.Accounts.BeginTOTP(r.ctx, r.in().Actor, r.typed("password"), r.c.ClientIP()); err != nil {
			faults, err := r.faults(err, "password")
			if err != nil {
				return err
			}
			return r.totpForm(form{Faults: faults}, totpView{})
		}
		return r.goTo(r.local("/account/factor"))
	}
	codes, err := r.cfg.Accounts.ConfirmTOTP(r.ctx, r.in(), cut(r.typed("code"), 100), r.lang)
	if errors.Is(err, account.ErrStale) {
		return r.goTo(r.local("/account/factor"))
	}
	if err != nil {
		faults, err := r.faults(err, "code")
		if err != nil {
			return err
		}
		return r.totpForm(form{Faults: faults}, totpView{})
	}
	return r.totpShow(form{Done: r.t.Get("totp.done")}, totpView{Codes: codes})
}

func (r *request) totpOff() error {
	if err := r.cfg.Accounts.DropFactors(r.ctx, r.in().Actor, r.typed("password-off"), r.c.ClientIP(), r.lang); err != nil {
		faults, err := r.faults(err, "password-off")
		if err != nil {
			return err
		}
		return r.ownForm(form{Faults: faults})
	}
	return r.goTo(r.local("/account") + "?done=off")
}

func (r *request) recovery() error {
	codes, err := r.cfg.Accounts.RenewRecovery(r.ctx, r.in().Actor, r.typed("password-codes"), r.c.ClientIP(), r.lang)
	if err != nil {
		faults, err := r.faults(err, "password-codes")
		if err != nil {
			return err
		}
		return r.ownForm(form{Faults: faults})
	}
	return r.totpShow(form{Done: r.t.Get("recovery.done")}, totpView{Codes: codes})
}
