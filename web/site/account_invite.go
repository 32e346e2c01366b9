package site

import (
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/account"
)

// inviteView asks for whom to invite.
type inviteView struct {
	form
	Orgs, Roles []selectable
	NoMail      bool
}

// selectable is one option of a select field.
type selectable struct {
	Value, Label string
	Chosen       bool
}

func (r *request) inviteForm(f form) error {
	by := r.in().Actor
	orgs, err := r.backend.Organizations(r.ctx)
	if err != nil {
		return err
	}
	v := inviteView{}
	for _, o := range orgs {
		if by.CanEdit(o) {
			v.Orgs = append(v.Orgs, selectable{o.Name, r.title(o), f.Values["org"] == o.Name})
		}
	}
	if len(v.Orgs) == 0 {
		return catalog.Errorf(catalog.KindNotFound, "nobody to invite for")
	}
	slices.SortFunc(v.Orgs, func(a, b selectable) int { return strings.Compare(a.Label, b.Label) })
	for _, role := range []catalog.Role{catalog.RoleEditor, catalog.RoleAdmin, catalog.RoleMember} {
		v.Roles = append(v.Roles, selectable{string(role), r.t.Get("role." + string(role)), f.Values["role"] == string(role)})
	}
	_, can := r.cfg.Accounts.Outbox().Way()
	f.Action, v.NoMail = r.local("/account/invite"), !can
	v.form = f
	title := r.t.Get("inviting.title")
	return r.showForm("invite", f, &page{Title: title, Path: "/account/invite", Nav: "dashboard", Crumbs: r.ownCrumbs(title), Body: v})
}

func (r *request) invitePage() error {
	f := form{Values: map[string]string{"org": r.c.Query("org")}}
	switch r.c.Query("done") {
	case "invited":
		f.Done = r.t.Get("inviting.done")
	case "added":
		f.Done = r.t.Get("inviting.added")
	}
	return r.inviteForm(f)
}

func (r *request) invite() error {
	f := form{Values: map[string]string{"email": cut(r.typed("email"), 254), "org": cut(r.typed("org"), 100), "role": cut(r.typed("role"), 20)}}
	out, err := r.cfg.Accounts.Invite(r.ctx, r.in().Actor, account.Invitation{Email: r.typed("email"), Org: r.typed("org"), Role: catalog.Role(r.typed("role")), Lang: r.lang})
	if err != nil {
		if f.Faults, err = r.faults(err, "email"); err != nil {
			return err
		}
		return r.inviteForm(f)
	}
	done := "invited"
	if out.Existing {
		done = "added"
	}
	return r.goTo(r.local("/account/invite") + "?done=" + done)
}
