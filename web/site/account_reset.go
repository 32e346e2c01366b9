package site

import (
	"errors"
	"net/http"
	"strings"

	"trio.example/catalog/account"
)

// resetView asks for a new password.
type resetView struct {
	form
	// Sent is set after the wish was taken.
	Sent bool
	// NoMail is set when this portal cannot send mail.
	NoMail bool
}

func (r *request) resetForm(f form, sent bool) error {
	f.Action = r.local("/user/reset")
	title := r.t.Get("reset.title")
	if sent {
		title = r.t.Get("reset.sent.title")
	}
	_, can := r.cfg.Accounts.Outbox().Way()
	return r.showForm("reset", f, &page{Title: title, Path: "/user/reset", Crumbs: r.crumbs(title), Body: resetView{form: f, Sent: sent, NoMail: !can}})
}

func (r *request) resetPage() error { return r.resetForm(form{}, r.c.Query("done") == "sent") }

func (r *request) askReset() error {
	login := strings.TrimSpace(r.typed("login"))
	if login == "" {
		return r.resetForm(form{Faults: []fault{{"login", r.t.Get("signin.login.missing")}}}, false)
	}
	if err := r.cfg.Accounts.AskReset(r.ctx, login, r.lang, r.c.ClientIP()); err != nil {
		faults, err := r.faults(err, "login")
		if err != nil {
			return err
		}
		return r.resetForm(form{Faults: faults, Values: map[string]string{"login": cut(login, 254)}}, false)
	}
	return r.goTo(r.local("/user/reset") + "?done=sent")
}

// ticketView sets a new password, or takes an invitation.
type ticketView struct {
	form
	Key    string
	Invite bool
	// Login and Email say which account it is.
	Login, Email string
}

// ticketKind is the kind of the page's address.
func (r *request) ticketKind() (kind, path, title string) {
	if strings.HasSuffix(r.c.FullPath(), "/user/invite") {
		return account.TicketInvite, "/user/invite", r.t.Get("invite.title")
	}
	return account.TicketReset, "/user/reset/new", r.t.Get("reset.new.title")
}

func (r *request) ticketForm(f form, key string) error {
	kind, path, title := r.ticketKind()
	u, err := r.cfg.Accounts.Ticket(r.ctx, kind, key)
	if errors.Is(err, account.ErrStale) {
		return r.stale(kind)
	}
	if err != nil {
		return err
	}
	f.Action = r.local(path)
	return r.showForm("password", f, &page{Title: title, Path: path, Crumbs: r.crumbs(title),
		Body: ticketView{form: f, Key: key, Invite: kind == account.TicketInvite, Login: u.Name, Email: u.Email}})
}

// stale says that a link opens nothing any more, and what to do.
func (r *request) stale(kind string) error {
	body := errorBody{Heading: r.t.Get("stale.title"), Text: r.t.Get("stale.text"), Action: r.t.Get("stale.action." + kind)}
	return r.showAs(http.StatusNotFound, "error", &page{Title: body.Heading, Path: "/", BoxInPage: true, Body: body})
}

func (r *request) ticketPage() error { return r.ticketForm(form{}, r.c.Query("key")) }

func (r *request) useTicket() error {
	kind, _, _ := r.ticketKind()
	key, password := r.typed("key"), r.typed("password")
	f := form{Values: map[string]string{"fullname": cut(r.typed("fullname"), 300)}}
	if password != r.typed("again") {
		f.Faults = []fault{{"again", r.t.Get("password.differ")}}
		return r.ticketForm(f, key)
	}
	err := r.cfg.Accounts.UseTicket(r.ctx, kind, key, r.typed("fullname"), password, r.lang)
	if errors.Is(err, account.ErrStale) {
		return r.stale(kind)
	}
	if err != nil {
		if f.Faults, err = r.faults(err, "password"); err != nil {
			return err
		}
		return r.ticketForm(f, key)
	}
	if kind == account.TicketInvite {
		return r.goTo(r.local("/user/login") + "?done=invited")
	}
	return r.goTo(r.local("/user/login") + "?done=password")
}
