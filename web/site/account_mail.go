package site

import (
	"strconv"
	"time"

	"trio.example/catalog"
	"trio.example/web/session"
)

// admin makes a page for system administrators; for others there is none.
func admin(f func(*request) error) func(*request) error {
	return member(func(r *request) error {
		if !session.FromContext(r.ctx).Sysadmin {
			return catalog.Errorf(catalog.KindNotFound, "page not found")
		}
		return f(r)
	})
}

// mailsView lists letters.
type mailsView struct {
	form
	Way, From string
	States    []stateView
	Mails     []mailView
	Prev      string
	Next      string
}

// stateView is a state of letters with their number.
type stateView struct {
	Link    link
	Count   int
	Current bool
}

// mailView is one letter.
type mailView struct {
	URL, To, Subject, Kind string
	State, StateText       string
	Created, Done, Next    time.Time
	Attempts               int
	Reason, Shown          string
	Again                  string
}

// mailsShown is the number of letters on a page.
const mailsShown = 50

func (r *request) mails() error {
	f := form{}
	if r.c.Query("done") == "test" {
		f.Done = r.t.Get("mails.test.done")
	}
	return r.mailsForm(f)
}

func (r *request) mailsForm(f form) error {
	state := catalog.MailState(r.c.Query("state"))
	start, err := strconv.Atoi(r.c.Query("start"))
	if err != nil || start < 0 || start > 1_000_000 {
		start = 0
	}
	f.Action = r.local("/admin/mail")
	out := r.cfg.Accounts.Outbox()
	v := mailsView{form: f, From: out.From()}
	v.Way, _ = out.Way()
	list, counts, err := out.List(r.ctx, r.in().Actor, state, start, mailsShown+1)
	if err != nil {
		return err
	}
	for _, s := range []catalog.MailState{"", catalog.MailWaiting, catalog.MailSent, catalog.MailFailed} {
		path := r.local("/admin/mail")
		if s != "" {
			path += "?state=" + string(s)
		}
		v.States = append(v.States, stateView{link{r.t.Get("mails.state." + string(s)), path}, counts[s], s == state})
	}
	at := func(n int) string {
		return r.local("/admin/mail") + "?state=" + string(state) + "&start=" + strconv.Itoa(n)
	}
	if len(list) > mailsShown {
		list, v.Next = list[:mailsShown], at(start+mailsShown)
	}
	if start > 0 {
		v.Prev = at(max(0, start-mailsShown))
	}
	for _, m := range list {
		v.Mails = append(v.Mails, r.mailView(m))
	}
	title := r.t.Get("mails.title")
	return r.showForm("mails", f, &page{Title: title, Path: "/admin/mail", Nav: "dashboard", Crumbs: r.ownCrumbs(title), Body: v})
}

func (r *request) mailView(m *catalog.Mail) mailView {
	v := mailView{
		URL: r.local("/admin/mail/" + m.ID), To: m.To, Subject: m.Subject, Kind: m.Kind, State: string(m.State), StateText: r.t.Get("mails.state." + string(m.State)),
		Created: m.Created, Done: m.Done, Attempts: m.Attempts, Reason: m.Reason, Shown: m.Shown,
	}
	if r.t.Has("mails.reason." + m.Reason) {
		v.Reason = r.t.Get("mails.reason." + m.Reason)
	}
	if m.State == catalog.MailWaiting {
		v.Next, v.Again = m.Next, v.URL
	}
	return v
}

func (r *request) mailTest() error {
	to := r.typed("to")
	if err := r.cfg.Accounts.Outbox().Test(r.ctx, r.in().Actor, to, r.lang); err != nil {
		if catalog.KindOf(err) != catalog.KindInvalid {
			return err
		}
		return r.mailsForm(form{Faults: []fault{{"to", r.t.Get("mails.test.bad")}}, Values: map[string]string{"to": cut(to, 254)}})
	}
	return r.goTo(r.local("/admin/mail") + "?done=test")
}

func (r *request) mail() error {
	m, err := r.cfg.Accounts.Outbox().Get(r.ctx, r.in().Actor, r.c.Param("id"))
	if err != nil {
		return err
	}
	title := r.t.Get("mail.title")
	crumbs := r.ownCrumbs(title)
	crumbs = append(crumbs[:2:2], link{r.t.Get("mails.title"), r.local("/admin/mail")}, crumbs[2])
	return r.showForm("mail", form{}, &page{Title: title, Path: "/admin/mail/" + m.ID, Nav: "dashboard", Crumbs: crumbs, Body: r.mailView(m)})
}

func (r *request) mailAgain() error {
	id := r.c.Param("id")
	if err := r.cfg.Accounts.Outbox().Again(r.ctx, r.in().Actor, id); err != nil && catalog.KindOf(err) != catalog.KindConflict {
		return err
	}
	return r.goTo(r.local("/admin/mail/" + id))
}
