package ckan

import (
	"cmp"
	"context"
	"slices"

	"trio.example/catalog"
)

var roleLabels = map[catalog.Role]string{catalog.RoleAdmin: "Admin", catalog.RoleEditor: "Editor", catalog.RoleMember: "Member"}

// findGroup finds an organization or group for those who may see it.
func (s *Service) findGroup(tx catalog.Tx, by catalog.Actor, id string) (*catalog.Entry, error) {
	e, err := catalog.Find(tx, groupNS, id)
	if err != nil || (e.State == catalog.StateDeleted && !by.CanEdit(e)) {
		return nil, notFound("Group was not found.")
	}
	if !catalog.CanSee(by, e) {
		return nil, denied("")
	}
	return e, nil
}

func (s *Service) memberList(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	typ, capacity := c.Args.String("object_type"), catalog.Role(c.Args.String("capacity"))
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		e, err := s.findGroup(tx, c.Actor, id)
		if err != nil {
			return err
		}
		if typ == "" || typ == "user" {
			if err := s.seesUsers(c.Actor); err != nil {
				return err
			}
			members, err := tx.Memberships(e.ID, "")
			if err != nil {
				return err
			}
			for _, m := range members {
				if capacity == "" || m.Role == capacity {
					out = append(out, []any{m.UserID, "user", roleLabels[m.Role]})
				}
			}
		}
		if (typ == "" || typ == "package") && (capacity == "" || capacity == "public") {
			// Hidden datasets stay out: CKAN names their ids to everybody.
			for p, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}}) {
				if err != nil {
					return err
				}
				if catalog.CanSee(c.Actor, p) && (p.Owner == e.ID || slices.Contains(p.Fields.Strings("groups"), e.ID)) {
					out = append(out, []any{p.ID, "package", "Public"})
				}
			}
		}
		return nil
	})
	return out, err
}

func memberDict(groupID, kind, id, capacity string) map[string]any {
	return map[string]any{"id": tagID("member\x00" + groupID + id), "group_id": groupID, "table_name": kind, "table_id": id, "capacity": capacity, "state": "active"}
}

// memberCreate puts a user, dataset or group into a group.
func (s *Service) memberCreate(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id", "object", "object_type", "capacity"); err != nil {
		return nil, err
	}
	return s.join(ctx, c, c.Args.String("id"), c.Args.String("object"), c.Args.String("object_type"), c.Args.String("capacity"))
}

func (s *Service) join(ctx context.Context, c *Call, id, object, kind, capacity string) (any, error) {
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		g, err := joinable(tx, c.Actor, id, kind)
		if err != nil {
			return err
		}
		switch kind {
		case "user":
			u, err := tx.User(object)
			if err != nil {
				return notFound("User was not found.")
			}
			role := catalog.Role(capacity)
			if !role.Valid() {
				return invalid("role", "role does not exist.")
			}
			if u.ID == c.Actor.UserID && !c.Actor.Sysadmin && c.Actor.Roles[g.ID] == catalog.RoleAdmin && role != catalog.RoleAdmin {
				return denied("Administrators cannot revoke their own admin status")
			}
			out = memberDict(g.ID, "user", u.ID, capacity)
			return tx.PutMembership(catalog.Membership{OrgID: g.ID, UserID: u.ID, Role: role})
		case "package":
			p, err := catalog.Find(tx, packages, object)
			if err != nil {
				return notFound("Package was not found.")
			}
			out = memberDict(g.ID, "package", p.ID, capacity)
			return s.regroup(tx, c, p, g, true)
		case "group":
			child, err := catalog.Find(tx, groupNS, object)
			if err != nil {
				return notFound("Group was not found.")
			}
			if err := s.noLoop(tx, g, child.ID); err != nil {
				return err
			}
			out = memberDict(g.ID, "group", child.ID, capacity)
			return s.reg.ChangeIn(tx, c.Actor, g, 0, func(e *catalog.Entry) error {
				if e.Owner == "" {
					e.Owner = child.ID
				} else if more := e.Fields.Strings("more_parents"); !slices.Contains(parents(e), child.ID) && len(more) < maxParents {
					e.Fields.Set("more_parents", append(more, child.ID))
				}
				return nil
			})
		default:
			return withMessage(409, "Validation Error", kind+" isn't a valid model")
		}
	})
	c.Wrote(seq)
	return out, err
}

// joinable finds a group whose members of a kind the caller may change: its
// administrators all of them, every member the datasets in it.
func joinable(tx catalog.Tx, by catalog.Actor, id, kind string) (*catalog.Entry, error) {
	g, err := catalog.Find(tx, groupNS, id)
	if err != nil {
		return nil, notFound("Group was not found.")
	}
	if !by.CanEdit(g) && (kind != "package" || by.Roles[g.ID] == "") {
		return nil, refused(by, "edit group", g, id)
	}
	return g, nil
}

// regroup puts a dataset into a group or takes it out. Who belongs to the
// group may do that without owning the dataset, as in CKAN.
func (s *Service) regroup(tx catalog.WriteTx, c *Call, p, g *catalog.Entry, in bool) error {
	if !catalog.CanSee(c.Actor, p) {
		return denied("")
	}
	by := c.Actor
	by.Sysadmin = true // allowed by the group, see join and leave
	err := s.reg.ChangeIn(tx, by, p, 0, func(e *catalog.Entry) error {
		if g.Type == catalog.TypeOrganization {
			if !c.Actor.Sysadmin && !c.Actor.CanEdit(p) {
				return denied("")
			}
			if in {
				e.Owner = g.ID
			} else if e.Owner == g.ID {
				e.Owner = ""
			}
			return nil
		}
		ids := slices.DeleteFunc(e.Fields.Strings("groups"), func(id string) bool { return id == g.ID })
		if in {
			ids = append(ids, g.ID)
		}
		e.Fields.Set("groups", ids)
		return nil
	})
	return err
}

// noLoop refuses a parent that is the group itself or below it.
func (s *Service) noLoop(tx catalog.Tx, g *catalog.Entry, parent string) error {
	seen := map[string]bool{}
	for next := []string{parent}; len(next) > 0; {
		id := next[0]
		next = next[1:]
		if seen[id] {
			continue
		}
		if id == g.ID || len(seen) > 1000 {
			return invalid("groups", "This parent would create a loop in the hierarchy")
		}
		seen[id] = true
		e, err := tx.Entry(id)
		if err != nil {
			return err
		}
		next = append(next, parents(e)...)
	}
	return nil
}

// leaveParent takes a group out of another; the next of its parents owns it then.
func leaveParent(e *catalog.Entry, id string) {
	ids := slices.DeleteFunc(parents(e), func(p string) bool { return p == id })
	e.Owner = ""
	e.Fields.Set("more_parents", nil)
	if len(ids) > 0 {
		e.Owner = ids[0]
		e.Fields.Set("more_parents", ids[1:])
	}
}

func (s *Service) memberDelete(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id", "object", "object_type"); err != nil {
		return nil, err
	}
	return s.leave(ctx, c, c.Args.String("id"), c.Args.String("object"), c.Args.String("object_type"))
}

func (s *Service) leave(ctx context.Context, c *Call, id, object, kind string) (any, error) {
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		g, err := joinable(tx, c.Actor, id, kind)
		if err != nil {
			return err
		}
		switch kind {
		case "user":
			u, err := tx.User(object)
			if err != nil {
				return notFound("User was not found.")
			}
			return tx.DeleteMembership(g.ID, u.ID)
		case "package":
			p, err := catalog.Find(tx, packages, object)
			if err != nil {
				return notFound("Package was not found.")
			}
			return s.regroup(tx, c, p, g, false)
		case "group":
			child, err := catalog.Find(tx, groupNS, object)
			if err != nil {
				return notFound("Group was not found.")
			}
			return s.reg.ChangeIn(tx, c.Actor, g, 0, func(e *catalog.Entry) error {
				leaveParent(e, child.ID)
				return nil
			})
		default:
			return withMessage(409, "Validation Error", kind+" isn't a valid model")
		}
	})
	c.Wrote(seq)
	return nil, err
}

// groupMemberCreate answers group_member_create and organization_member_create.
func (s *Service) groupMemberCreate(typ catalog.Type) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		if err := missing(c.Args, "id", "username", "role"); err != nil {
			return nil, err
		}
		f := faults{}
		err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			if g, err := catalog.Find(tx, groupNS, c.Args.String("id")); err != nil || g.Type != typ {
				f.add("id", "That group name or ID does not exist.")
			}
			if _, err := tx.User(c.Args.String("username")); err != nil {
				f.add("username", "User not found")
			}
			if !catalog.Role(c.Args.String("role")).Valid() {
				f.add("role", "role does not exist.")
			}
			return f.err()
		})
		if err != nil {
			return nil, err
		}
		return s.join(ctx, c, c.Args.String("id"), c.Args.String("username"), "user", c.Args.String("role"))
	}
}

func (s *Service) groupMemberDelete(typ catalog.Type) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		user := cmp.Or(c.Args.String("username"), c.Args.String("user_id"))
		if err := missing(Args{"id": c.Args["id"], "username": user}, "id", "username"); err != nil {
			return nil, err
		}
		return s.leave(ctx, c, c.Args.String("id"), user, "user")
	}
}

func (s *Service) memberRoles(_ context.Context, c *Call) (any, error) {
	out := []any{}
	for _, r := range []catalog.Role{catalog.RoleAdmin, catalog.RoleEditor, catalog.RoleMember} {
		if r == catalog.RoleEditor && c.Args.String("group_type") == string(catalog.TypeGroup) {
			continue
		}
		out = append(out, map[string]any{"text": roleLabels[r], "value": string(r)})
	}
	return out, nil
}

// permissions are what the roles give in an organization, as CKAN names them.
var permissions = map[catalog.Role][]string{
	catalog.RoleAdmin:  {"admin", "read", "delete_dataset", "create_dataset", "update_dataset", "manage_group", "membership", "update", "delete"},
	catalog.RoleEditor: {"read", "delete_dataset", "create_dataset", "update_dataset", "manage_group"},
	catalog.RoleMember: {"read", "manage_group"},
}

// holds reports whether a role has a permission; a made-up one nobody has.
func holds(r catalog.Role, permission string) bool {
	return slices.Contains(permissions[r], permission)
}

// organizationsForUser answers organization_list_for_user.
func (s *Service) organizationsForUser(ctx context.Context, c *Call) (any, error) {
	permission := cmp.Or(c.Args.String("permission"), "manage_group")
	counts, err := s.facetCounts(ctx, c.Actor, "organization")
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		who := c.Actor
		if id := c.Args.String("id"); id != "" {
			u, err := findUser(tx, id)
			if err != nil {
				return err
			}
			if u.ID != c.Actor.UserID {
				if err := s.seesUsers(c.Actor); err != nil {
					return err
				}
				if who, err = catalog.ActorOf(tx, u.ID); err != nil {
					return nil // a deleted account has no organizations
				}
			}
		}
		if who.IsAnonymous() {
			return nil
		}
		v := s.viewer(tx, c.Actor)
		orgs, err := v.groups(catalog.TypeOrganization, nil, "")
		for _, o := range orgs {
			role := who.Roles[o.ID]
			if who.Sysadmin {
				role = catalog.RoleAdmin
			}
			if role != "" && holds(role, permission) {
				d := v.group(o, counts[o.Name])
				d["capacity"] = string(role)
				out = append(out, d)
			}
		}
		return err
	})
	return out, err
}

// groupsForUser answers group_list_authz.
func (s *Service) groupsForUser(ctx context.Context, c *Call) (any, error) {
	out := []any{}
	if c.Actor.IsAnonymous() {
		return out, nil
	}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v := s.viewer(tx, c.Actor)
		groups, err := v.groups(catalog.TypeGroup, nil, "")
		for _, g := range groups {
			role := c.Actor.Roles[g.ID]
			if (c.Actor.Sysadmin && !c.Args.Bool("am_member", false)) || holds(role, "manage_group") && role != "" {
				out = append(out, v.group(g, 0))
			}
		}
		return err
	})
	return out, err
}
