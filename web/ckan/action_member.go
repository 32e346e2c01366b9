package ckan

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"trio.example/catalog"
)

var roleLabels = map[catalog.Role]string{catalog.RoleAdmin: "Admin", catalog.RoleEditor: "Editor", catalog.RoleMember: "Member"}

// findGroup finds an organization or group, of one of the types if there are
// any, for those who may see it.
func (s *Service) findGroup(tx catalog.Tx, by catalog.Actor, id string, types ...catalog.Type) (*catalog.Entry, error) {
	e, err := catalog.Find(tx, groupNS, id)
	if err != nil || (len(types) > 0 && !slices.Contains(types, e.Type)) {
		return nil, notFound("")
	}
	if !catalog.CanSee(by, e) || (e.State == catalog.StateDeleted && !by.CanEdit(e)) {
		return nil, refused(by, "read group", e, id)
	}
	return e, nil
}

func (s *Service) memberList(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Given("id")
	if err != nil {
		return nil, err
	}
	typ, capacity := c.Args.String("object_type"), catalog.Role(c.Args.String("capacity"))
	out := []any{}
	done, err := s.scan(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
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
			filter := catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}}
			if e.Type == catalog.TypeOrganization {
				filter.Owner = e.ID
			}
			for p, err := range tx.Entries(filter) {
				if err = cmp.Or(err, ctx.Err()); err != nil {
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
	if err := absent(c.Args, "id", "object", "object_type", "capacity"); err != nil {
		return nil, err
	}
	return s.join(ctx, c, c.Args.String("id"), c.Args.String("object"), c.Args.String("object_type"), c.Args.String("capacity"))
}

func (s *Service) join(ctx context.Context, c *Call, id, object, kind, capacity string) (any, error) {
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		g, m, err := s.memberOf(tx, c.Actor, id, object, kind)
		if err != nil {
			return err
		}
		if kind != "user" {
			out = memberDict(g.ID, kind, m.entry.ID, capacity)
			return s.joinEntry(tx, c, g, m.entry)
		}
		role := catalog.Role(capacity)
		if !role.Valid() {
			return invalid("role", "role does not exist.")
		}
		if m.user.ID == c.Actor.UserID && c.Actor.Roles[g.ID] == catalog.RoleAdmin && role != catalog.RoleAdmin {
			return denied("Administrators cannot revoke their own admin status")
		}
		out = memberDict(g.ID, "user", m.user.ID, capacity)
		return tx.PutMembership(catalog.Membership{OrgID: g.ID, UserID: m.user.ID, Role: role})
	})
	c.Wrote(seq)
	return out, err
}

// joinEntry puts a dataset into a group or a group below another.
func (s *Service) joinEntry(tx catalog.WriteTx, c *Call, g, e *catalog.Entry) error {
	if e.Type == catalog.TypeDataset {
		return s.regroup(tx, c, e, g, true)
	}
	if err := s.noLoop(tx, g, e.ID); err != nil {
		return err
	}
	if !c.Actor.CanEdit(e) { // whoever is to stand above it has a say
		return denied("")
	}
	return s.reg.ChangeIn(tx, c.Actor, g, 0, func(x *catalog.Entry) error {
		if x.Owner == "" {
			x.Owner = e.ID
		} else if more := x.Fields.Strings("more_parents"); !slices.Contains(parents(x), e.ID) && len(more) < maxParents {
			x.Fields.Set("more_parents", append(more, e.ID))
		}
		return nil
	})
}

// member is what is in a group or shall be: an account, a dataset or a group.
type member struct {
	user  *catalog.User
	entry *catalog.Entry
}

// memberOf finds a group and the one in question, if the caller may change its
// members of that kind: administrators all of them, every member the datasets.
func (s *Service) memberOf(tx catalog.Tx, by catalog.Actor, id, object, kind string) (*catalog.Entry, member, error) {
	var m member
	g, err := catalog.Find(tx, groupNS, id)
	if err != nil || !catalog.CanSee(by, g) {
		return nil, m, notFound("Group was not found.") // a hidden one is as good as none
	}
	model, known := titleCase(kind), true
	switch kind {
	case "user":
		m.user, err = tx.User(object)
	case "package":
		m.entry, err = catalog.Find(tx, packages, object)
	case "group":
		if m.entry, err = catalog.Find(tx, groupNS, object); err == nil && !catalog.CanSee(by, m.entry) {
			err = notFound("")
		}
	default:
		known = false
	}
	secret := kind == "user" && s.seesUsers(by) != nil // whether an account exists is not told
	switch {
	case !known:
		return nil, m, withMessage(http.StatusConflict, "Validation Error", model+" isn't a valid model")
	case err != nil && !secret:
		return nil, m, notFound(model + " was not found.")
	case !by.CanEdit(g) && (kind != "package" || by.Roles[g.ID] == ""):
		return nil, m, refused(by, "edit group", g, id)
	}
	return g, m, nil
}

// titleCase writes a name with one capital, as CKAN names its models.
func titleCase(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + strings.ToLower(s[1:])
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
			if !c.Actor.CanMove(p) {
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

const loopText = "This parent would create a loop in the hierarchy"

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
			return invalid("groups", loopText)
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
	if err := absent(c.Args, "id", "object", "object_type"); err != nil {
		return nil, err
	}
	return s.leave(ctx, c, c.Args.String("id"), c.Args.String("object"), c.Args.String("object_type"))
}

func (s *Service) leave(ctx context.Context, c *Call, id, object, kind string) (any, error) {
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		g, m, err := s.memberOf(tx, c.Actor, id, object, kind)
		switch {
		case err != nil:
			return err
		case kind == "user":
			return tx.DeleteMembership(g.ID, m.user.ID)
		case kind == "package":
			return s.regroup(tx, c, m.entry, g, false)
		}
		return s.reg.ChangeIn(tx, c.Actor, g, 0, func(e *catalog.Entry) error {
			leaveParent(e, m.entry.ID)
			return nil
		})
	})
	c.Wrote(seq)
	return nil, err
}

// groupMemberCreate answers group_member_create and organization_member_create.
func (s *Service) groupMemberCreate(ctx context.Context, c *Call) (any, error) {
	f := faults{}
	check := func(name, message string, ok func(string) bool) {
		if !c.Args.Has(name) {
			f.add(name, "Missing value")
		} else if !ok(c.Args.String(name)) {
			f.add(name, message)
		}
	}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		g, err := catalog.Find(tx, groupNS, c.Args.String("id"))
		if c.Args.Has("id") && !c.Actor.Sysadmin && (err != nil || !c.Actor.CanEdit(g)) {
			return denied("User " + c.Actor.Name + " not authorized to add members")
		}
		check("id", "That group name or ID does not exist.", func(string) bool { return err == nil })
		if c.Actor.IsAnonymous() {
			return f.err() // whether an account exists is not told
		}
		check("username", "User not found", func(name string) bool { _, err := tx.User(name); return err == nil })
		check("role", "role does not exist.", func(role string) bool { return catalog.Role(role).Valid() })
		return f.err()
	})
	if err != nil {
		return nil, err
	}
	return s.join(ctx, c, c.Args.String("id"), c.Args.String("username"), "user", c.Args.String("role"))
}

func (s *Service) groupMemberDelete(ctx context.Context, c *Call) (any, error) {
	user := Args{"id": c.Args["id"]}
	for _, name := range []string{"user_id", "username"} {
		if v := c.Args[name]; v != nil {
			user["object"] = v
		}
	}
	if err := absent(c.Args, "id"); err != nil {
		return nil, err
	}
	if c.Actor.IsAnonymous() && user.String("object") != "" {
		return nil, denied("Action member_delete requires an authenticated user")
	}
	return s.leave(ctx, c, user.String("id"), user.String("object"), "user")
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
	catalog.RoleEditor: {"read", "delete_dataset", "create_dataset", "update_dataset", "manage_group"},
	catalog.RoleMember: {"read", "manage_group"},
}

// holds reports whether a role has a permission; administrators have any, also
// one that is made up.
func holds(r catalog.Role, permission string) bool {
	return r == catalog.RoleAdmin || slices.Contains(permissions[r], permission)
}

// organizationsForUser answers organization_list_for_user.
func (s *Service) organizationsForUser(ctx context.Context, c *Call) (any, error) {
	permission := "manage_group"
	if c.Args.Has("permission") {
		permission = c.Args.String("permission")
	}
	counts, err := s.facetCounts(ctx, c.Actor, "organization")
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		who := c.Actor
		if id := c.Args.String("id"); id != "" {
			if err := s.seesUsers(c.Actor); err != nil {
				return err
			}
			u, err := tx.User(id)
			if err != nil {
				return notFound("")
			}
			if u.ID != c.Actor.UserID {
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
				d := v.listedGroup(o, counts[o.Name], c.Args)
				d["capacity"] = string(role)
				out = append(out, d)
			}
		}
		return err
	})
	slices.SortStableFunc(out, byText("display_name"))
	return out, err
}

// listedGroup is a group as lists of one's own groups show it: without parts,
// with the numbers that were asked for.
func (v *viewer) listedGroup(e *catalog.Entry, count int, args Args) map[string]any {
	d := v.group(e, count)
	delete(d, "num_followers")
	if !args.Bool("include_dataset_count", false) {
		delete(d, "package_count")
	}
	if args.Bool("include_member_count", false) {
		if list, err := v.tx.Memberships(e.ID, ""); err == nil {
			d["member_count"] = len(list)
		}
	}
	return d
}

// groupsForUser answers group_list_authz.
func (s *Service) groupsForUser(ctx context.Context, c *Call) (any, error) {
	out := []any{}
	if c.Actor.IsAnonymous() {
		return out, nil
	}
	counts, err := s.facetCounts(ctx, c.Actor, "groups")
	if err != nil {
		return nil, err
	}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		v := s.viewer(tx, c.Actor)
		groups, err := v.groups(catalog.TypeGroup, nil, "")
		for _, g := range groups {
			role := c.Actor.Roles[g.ID]
			if (c.Actor.Sysadmin && !c.Args.Bool("am_member", false)) || role != "" && holds(role, "manage_group") {
				out = append(out, v.listedGroup(g, counts[g.Name], c.Args))
			}
		}
		return err
	})
	slices.SortStableFunc(out, byText("display_name"))
	return out, err
}
