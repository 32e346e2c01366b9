package ckan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
)

func (s *Service) userList(ctx context.Context, c *Call) (any, error) {
	if err := s.seesUsers(c.Actor); err != nil {
		return nil, err
	}
	email, q := strings.ToLower(c.Args.String("email")), strings.ToLower(c.Args.String("q"))
	if email != "" && !c.Actor.Sysadmin {
		return nil, denied("")
	}
	order := cmp.Or(c.Args.String("order_by"), "display_name")
	if order == "edits" {
		return nil, withMessage(409, "Validation Error", "order_by=edits is no longer supported")
	}
	counts, err := s.createdPackages(ctx, c.Actor)
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		users, err := tx.Users()
		if err != nil {
			return err
		}
		slices.SortStableFunc(users, userOrder(order, counts))
		for _, u := range users {
			text := strings.ToLower(u.Name + "\n" + u.FullName)
			if c.Actor.Sysadmin {
				text += "\n" + strings.ToLower(u.Email)
			}
			switch {
			case u.State == catalog.StateDeleted, s.isSiteUser(u) && !c.Args.Bool("include_site_user", false):
			case email != "" && strings.ToLower(u.Email) != email, q != "" && !strings.Contains(text, q):
			case c.Args.Bool("all_fields", true):
				out = append(out, s.userDict(u, c.Actor, counts[u.ID]))
			default:
				out = append(out, u.Name)
			}
		}
		return nil
	})
	return out, err
}

func userOrder(field string, counts map[string]int) func(a, b *catalog.User) int {
	key := func(u *catalog.User) string { return strings.ToLower(cmp.Or(u.FullName, u.Name)) }
	switch field {
	case "name":
		key = func(u *catalog.User) string { return u.Name }
	case "fullname":
		key = func(u *catalog.User) string { return strings.ToLower(u.FullName) }
	case "created":
		return func(a, b *catalog.User) int { return a.Created.Compare(b.Created) }
	case "number_created_packages":
		return func(a, b *catalog.User) int { return cmp.Compare(counts[a.ID], counts[b.ID]) }
	case "id":
		key = func(u *catalog.User) string { return u.ID }
	}
	return func(a, b *catalog.User) int { return cmp.Or(cmp.Compare(key(a), key(b)), cmp.Compare(a.Name, b.Name)) }
}

// maxUserDatasets is how many datasets user_show lists, as in CKAN.
const maxUserDatasets = 50

func (s *Service) userShow(ctx context.Context, c *Call) (any, error) {
	if err := s.seesUsers(c.Actor); err != nil {
		return nil, err
	}
	id := c.Actor.UserID
	if c.Args.Has("id") {
		id = c.Args.String("id")
	}
	var d map[string]any
	var userID string
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		u, err := tx.User(id)
		if err != nil || (u.State == catalog.StateDeleted && !c.Actor.Sysadmin) {
			return notFound("")
		}
		userID = u.ID
		d = s.userDict(u, c.Actor, 0)
		if c.Actor.Sysadmin && c.Args.Bool("include_password_hash", false) {
			d["password_hash"] = optional(u.Password)
		}
		if c.Actor.Sysadmin && c.Args.Bool("include_plugin_extras", false) {
			d["plugin_extras"] = map[string]any(u.PluginExtras)
			if len(u.PluginExtras) == 0 {
				d["plugin_extras"] = nil
			}
		}
		if c.Args.Bool("include_num_followers", false) {
			d["num_followers"], err = followers(tx, "user", u.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	rows := 0
	if c.Args.Bool("include_datasets", false) {
		rows = maxUserDatasets
	}
	total, shown, err := s.userDatasets(ctx, c.Actor, userID, rows)
	if err != nil {
		return nil, err
	}
	if d["number_created_packages"] = total; rows > 0 {
		d["datasets"] = shown
	}
	return d, nil
}

func (s *Service) userAutocomplete(ctx context.Context, c *Call) (any, error) {
	if err := s.seesUsers(c.Actor); err != nil {
		return nil, err
	}
	q, err := c.Args.Given("q")
	if err != nil {
		return nil, err
	}
	limit, err := c.Args.Natural("limit", 20)
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		users, err := tx.Users()
		for _, u := range users {
			if len(out) >= limit {
				break
			}
			self := c.Args.Bool("ignore_self", false) && u.ID == c.Actor.UserID
			text := u.Name + "\n" + u.FullName
			if c.Actor.Sysadmin {
				text += "\n" + u.Email
			}
			if !self && u.State != catalog.StateDeleted && !s.isSiteUser(u) && strings.Contains(strings.ToLower(text), strings.ToLower(q)) {
				out = append(out, map[string]any{"id": u.ID, "name": u.Name, "fullname": optional(u.FullName)})
			}
		}
		return err
	})
	return out, err
}

func (s *Service) userCreate(ctx context.Context, c *Call) (any, error) {
	if !c.Actor.Sysadmin {
		return nil, denied("User " + c.Actor.Name + " not authorized to create users")
	}
	var d map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		u := &catalog.User{ID: catalog.NewID(), State: catalog.StateActive, Created: tx.Now()}
		if id := c.Args.String("id"); id != "" {
			if !catalog.IsID(id) {
				return invalid("id", "Invalid id provided")
			}
			// An id that is taken must never update that account: the new one gets
			// another, as in CKAN.
			if _, err := tx.User(id); err != nil {
				u.ID = id
			}
		}
		if err := s.draftUser(tx, c, u, true); err != nil {
			return err
		}
		if err := tx.PutUser(u); err != nil {
			return err
		}
		if err := s.keepPicture(tx, c, u.ID, u.ImageURL); err != nil {
			return err
		}
		if err := noteActivity(tx, catalog.Actor{UserID: u.ID}, "new user", u.ID, nil); err != nil {
			return err
		}
		d = s.userDict(u, c.Actor, 0)
		if extras := u.PluginExtras; len(extras) > 0 {
			d["plugin_extras"] = map[string]any(extras)
		}
		if c.Args.Bool("with_apitoken", false) {
			c.Secret()
			text, _, err := catalog.NewToken(tx, u.ID, "default", tx.Now().AddDate(1, 0, 0))
			d["token"] = text
			return err
		}
		return nil
	})
	return d, err
}

func (s *Service) userUpdate(ctx context.Context, c *Call) (any, error) {
	return s.changeUser(ctx, c, true)
}
func (s *Service) userPatch(ctx context.Context, c *Call) (any, error) {
	return s.changeUser(ctx, c, false)
}

func (s *Service) changeUser(ctx context.Context, c *Call, whole bool) (any, error) {
	// A patch asks for rights before it looks for the account.
	id, unknown := "", notFound("")
	var err error
	switch {
	case whole:
		id, err = c.Args.Given("id")
		unknown = notFound("User was not found.")
	default:
		id, err = authID(c, "User")
		if !c.Actor.Sysadmin {
			unknown = denied("User not found")
		}
	}
	if err != nil {
		return nil, err
	}
	if c.Actor.IsAnonymous() && s.seesUsers(c.Actor) != nil {
		return nil, denied("Have to be logged in to edit user") // whether an account exists is not told
	}
	var d map[string]any
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		u, err := tx.User(id)
		switch {
		case err != nil:
			return unknown
		case c.Actor.IsAnonymous():
			return denied("Have to be logged in to edit user")
		case !c.Actor.Sysadmin && c.Actor.UserID != u.ID:
			return denied("User " + c.Actor.Name + " not authorized to edit user " + u.ID)
		}
		if err := s.draftUser(tx, c, u, whole); err != nil {
			return err
		}
		if err := tx.PutUser(u); err != nil {
			return err
		}
		if err := s.keepPicture(tx, c, u.ID, u.ImageURL); err != nil {
			return err
		}
		d = s.userDict(u, c.Actor, 0)
		if c.Actor.Sysadmin && len(u.PluginExtras) > 0 && c.Args.Has("plugin_extras") {
			d["plugin_extras"] = map[string]any(u.PluginExtras)
		}
		return noteActivity(tx, catalog.Actor{UserID: u.ID}, "changed user", u.ID, nil)
	})
	if err != nil {
		return nil, err
	}
	counts, err := s.createdPackages(ctx, c.Actor)
	d["number_created_packages"] = counts[d["id"].(string)]
	return d, err
}

// userDelete marks an account as deleted and takes away what it could do.
func (s *Service) userDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Given("id")
	if err != nil {
		return nil, err
	}
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		u, err := tx.User(id)
		if err != nil {
			return notFound(fmt.Sprintf("User %q was not found.", id))
		}
		u.State = catalog.StateDeleted
		if err := tx.PutUser(u); err != nil {
			return err
		}
		members, err := tx.Memberships("", u.ID)
		if err != nil {
			return err
		}
		for _, m := range members {
			if err := tx.DeleteMembership(m.OrgID, u.ID); err != nil {
				return err
			}
		}
		_, err = tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordCollaborator, Key: u.ID})
		return err
	})
	return nil, err
}

func (s *Service) siteUser(ctx context.Context, c *Call) (any, error) {
	if !c.Actor.Sysadmin {
		return nil, denied("Only internal services allowed to use this action")
	}
	name := cmp.Or(s.cfg.SiteUser, c.Actor.Name)
	var out map[string]any
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		u, err := tx.User(name)
		if err != nil {
			out = map[string]any{"id": c.Actor.UserID, "name": c.Actor.Name, "apikey": nil}
			return nil
		}
		out = map[string]any{"id": u.ID, "name": u.Name, "apikey": nil}
		return nil
	})
	return out, err
}

// userInvite makes a pending account, puts it into a group and sends the
// invitation, all or nothing.
func (s *Service) userInvite(ctx context.Context, c *Call) (any, error) {
	if err := absent(c.Args, "group_id"); err != nil {
		return nil, err
	}
	var d map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		g, unknown := catalog.Find(tx, groupNS, c.Args.String("group_id"))
		if !c.Actor.Sysadmin && (unknown != nil || !c.Actor.CanEdit(g)) {
			return denied("User " + c.Actor.Name + " not authorized to add members")
		}
		u := &catalog.User{ID: catalog.NewID(), State: "pending", Created: tx.Now()}
		f := faults{}
		draftUserEmail(tx, c.Args, u, true, f)
		if err := join(f.err(), missing(c.Args, "group_id", "role")); err != nil {
			return err
		}
		if unknown != nil {
			return notFound("")
		}
		role := catalog.Role(c.Args.String("role"))
		if !role.Valid() {
			return invalid("role", "role does not exist.")
		}
		u.Name = freeUserName(tx, u.Email)
		if err := tx.PutUser(u); err != nil {
			return err
		}
		d = s.userDict(u, c.Actor, 0)
		if err := tx.PutMembership(catalog.Membership{OrgID: g.ID, UserID: u.ID, Role: role}); err != nil || s.cfg.Invite == nil {
			return err
		}
		return s.cfg.Invite(tx, c.Actor, u, g, role)
	})
	return d, err
}

// freeUserName makes an account name of the local part of an address.
func freeUserName(tx catalog.Tx, email string) string {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	local = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, local)
	return local[:min(len(local), 80)] + "-" + catalog.NewID()[:8]
}
