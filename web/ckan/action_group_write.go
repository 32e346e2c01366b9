package ckan

import (
	"cmp"
	"context"
	"slices"

	"trio.example/catalog"
)

// groupCreate answers group_create and organization_create; the founder
// becomes the administrator.
func (s *Service) groupCreate(typ catalog.Type) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		var out map[string]any
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			e := &catalog.Entry{Type: typ, State: catalog.StateActive, Access: catalog.AccessPublic, Fields: catalog.Fields{}}
			if !c.Actor.Sysadmin && (!s.founds(typ) || c.Actor.IsAnonymous()) {
				return denied("User " + cmp.Or(c.Actor.Name, "None") + " not authorized to create " + string(typ) + "s")
			}
			var err error
			e.ID, err = givenID(tx, c, "Id already exists")
			if err := join(err, s.draftGroup(tx, c, e, true)); err != nil {
				return err
			}
			if err := s.reg.CreateIn(tx, c.Actor, e); err != nil {
				return err
			}
			if err := s.keepPicture(tx, c, e.ID, e.Fields.String("image_url")); err != nil {
				return err
			}
			if err := s.setMembers(tx, c.Args, e); err != nil {
				return err
			}
			if err := s.setPackages(tx, c, e); err != nil {
				return err
			}
			if _, err := tx.User(c.Actor.UserID); err == nil {
				if err := tx.PutMembership(catalog.Membership{OrgID: e.ID, UserID: c.Actor.UserID, Role: catalog.RoleAdmin}); err != nil {
					return err
				}
			}
			v := s.viewer(tx, c.Actor)
			out = v.group(e, 0)
			v.groupDetail(e, out)
			return nil
		})
		c.Wrote(seq)
		if err != nil {
			return nil, err
		}
		return out, s.countCreated(ctx, c.Actor, out)
	}
}

func (s *Service) founds(typ catalog.Type) bool {
	if typ == catalog.TypeOrganization {
		return s.reg.Policy().UsersFoundOrganizations
	}
	return s.reg.Policy().UsersFoundGroups
}

// groupChange answers *_update (whole) and *_patch.
func (s *Service) groupChange(typ catalog.Type, whole bool) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		// A patch asks for rights before it looks for the group.
		id, unknown := "", notFound("")
		var err error
		if whole {
			id, err = c.Args.Given("id")
			unknown = notFound("Group was not found.")
		} else {
			id, err = authID(c, "Group")
		}
		if err != nil {
			return nil, err
		}
		var out map[string]any
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			e, err := catalog.Find(tx, groupNS, id)
			switch changed := c.Args["type"] != nil && err == nil && c.Args.String("type") != groupType(e); {
			case err != nil:
				return unknown
			case whole && changed && catalog.CanSee(c.Actor, e):
				return plainInvalid("type", "Type cannot be updated")
			case !c.Actor.CanEdit(e):
				return refused(c.Actor, "edit "+string(typ), e, id)
			case e.Type != typ && typ == catalog.TypeOrganization: // clients change organizations with group_update, too
				return unknown
			case changed:
				return plainInvalid("type", "Type cannot be updated")
			}
			err = s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
				if err := c.unchanged(e); err != nil {
					return err
				}
				return s.draftGroup(tx, c, e, whole)
			})
			if err == nil {
				err = s.keepPicture(tx, c, e.ID, e.Fields.String("image_url"))
			}
			if err == nil {
				err = s.setMembers(tx, c.Args, e)
			}
			if err == nil {
				err = s.setPackages(tx, c, e)
			}
			if err != nil {
				return err
			}
			out, c.shown = s.viewer(tx, c.Actor).changedGroup(e), e.Rev
			return nil
		})
		c.Wrote(seq)
		if err != nil && !whole {
			return nil, sentData(err, c.Args)
		}
		if err != nil {
			return nil, err
		}
		if !c.Args.Empty("packages") && seq > 0 { // the answer shows them
			wait, cancel := context.WithTimeout(ctx, waitForIndex)
			defer cancel()
			_ = s.search.WaitFor(wait, seq) // stored all the same
		}
		return out, s.finishGroups(ctx, c.Actor, out)
	}
}

// groupOf finds an organization or group by id or name.
func groupOf(tx catalog.Tx, typ catalog.Type, id string) (*catalog.Entry, error) {
	e, err := catalog.Find(tx, groupNS, id)
	if err == nil && e.Type != typ {
		err = notFound("")
	}
	return e, err
}

func (s *Service) groupDelete(typ catalog.Type) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Given("id")
		if err != nil {
			return nil, err
		}
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			e, err := catalog.Find(tx, groupNS, id)
			switch {
			case err != nil:
				return notFound("Group was not found.")
			case !c.Actor.CanEdit(e):
				return refused(c.Actor, "delete "+string(typ), e, id)
			case e.Type != typ:
				return notFound("Group was not found.")
			}
			if typ == catalog.TypeOrganization {
				if err := s.disown(tx, c, e); err != nil {
					return err
				}
			}
			return s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
				e.State = catalog.StateDeleted
				return c.unchanged(e)
			})
		})
		c.Wrote(seq)
		return nil, err
	}
}

// disown takes the datasets out of an organization that goes, where datasets may
// be without one; elsewhere it must not go while it has any.
func (s *Service) disown(tx catalog.WriteTx, c *Call, org *catalog.Entry) error {
	ids, err := tx.EntryIDs(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, Owner: org.ID, States: []catalog.State{catalog.StateActive, catalog.StateDraft}})
	if err != nil || len(ids) == 0 {
		return err
	}
	if !s.reg.Policy().UnownedDatasets {
		return withMessage(409, "Validation Error", "Organization cannot be deleted while it still has datasets")
	}
	for _, id := range ids {
		p, err := tx.Entry(id)
		if err != nil {
			return err
		}
		if err := s.regroup(tx, c, p, org, false); err != nil {
			return err
		}
	}
	return nil
}

// groupPurge removes a group for good; its datasets stay without it.
func (s *Service) groupPurge(typ catalog.Type) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Given("id")
		if err != nil {
			return nil, err
		}
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			e, err := groupOf(tx, typ, id)
			if err != nil {
				return notFound(titleCase(string(typ)) + " was not found")
			}
			if !c.Actor.Sysadmin {
				return denied("")
			}
			ids, err := withDatasets(tx, e)
			if err != nil {
				return err
			}
			for _, id := range ids[1:] {
				p, err := tx.Entry(id)
				if err != nil {
					return err
				}
				if err := s.regroup(tx, c, p, e, false); err != nil {
					return err
				}
			}
			for child, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeOrganization, catalog.TypeGroup}}) {
				if err != nil {
					return err
				}
				if !slices.Contains(parents(child), e.ID) {
					continue
				}
				if err := s.reg.ChangeIn(tx, c.Actor, child, 0, func(x *catalog.Entry) error { leaveParent(x, e.ID); return nil }); err != nil {
					return err
				}
			}
			return tx.PurgeEntry(e.ID)
		})
		c.Wrote(seq)
		return nil, err
	}
}
