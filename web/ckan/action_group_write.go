package ckan

import (
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
			if !c.Actor.Sysadmin && !s.founds(typ) {
				return denied("User " + c.Actor.Name + " not authorized to create " + string(typ) + "s")
			}
			var err error
			if e.ID, err = givenID(tx, c, "Id already exists"); err != nil {
				return err
			}
			if err := s.draftGroup(tx, c, e, true); err != nil {
				return err
			}
			if e.Fields.String("title") == "" {
				e.Fields.Set("title", e.Name)
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
		return out, err
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
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		var out map[string]any
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			e, err := s.groupOf(tx, typ, id)
			if err != nil {
				return err
			}
			if !c.Actor.CanEdit(e) {
				return refused(c.Actor, "edit group", e, id)
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
			v := s.viewer(tx, c.Actor)
			out, c.shown = v.group(e, 0), e.Rev
			v.groupDetail(e, out)
			return nil
		})
		c.Wrote(seq)
		return out, err
	}
}

func (s *Service) groupOf(tx catalog.Tx, typ catalog.Type, id string) (*catalog.Entry, error) {
	e, err := catalog.Find(tx, groupNS, id)
	if err != nil || e.Type != typ {
		what := "Group"
		if typ == catalog.TypeOrganization {
			what = "Organization"
		}
		return nil, notFound(what + " was not found.")
	}
	return e, nil
}

func (s *Service) groupDelete(typ catalog.Type) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			e, err := s.groupOf(tx, typ, id)
			if err != nil {
				return err
			}
			if !c.Actor.CanEdit(e) {
				return refused(c.Actor, "delete group", e, id)
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
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			e, err := s.groupOf(tx, typ, id)
			if err != nil {
				return err
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
