package ckan

import (
	"context"
	"maps"
	"slices"

	"trio.example/catalog"
)

// options are the settings that CKAN lets administrators change at run time.
// They are kept and shown; the look of the pages does not follow them.
var options = []string{
	"ckan.site_title", "ckan.site_logo", "ckan.site_url", "ckan.site_description", "ckan.site_about", "ckan.site_intro_text", "ckan.site_custom_css",
	"ckan.theme", "logo_upload", "clear_logo_upload",
}

func (s *Service) option(tx catalog.Tx, key string) (any, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordOption, Key: key})
	if err != nil || len(list) > 0 {
		if err != nil {
			return nil, err
		}
		return list[0].Fields["value"], nil
	}
	switch key {
	case "ckan.site_title":
		return s.cfg.Title, nil
	case "ckan.site_url":
		return s.cfg.SiteURL, nil
	case "ckan.site_description":
		return s.cfg.Description, nil
	}
	return nil, nil
}

func (s *Service) configShow(ctx context.Context, c *Call) (any, error) {
	key, err := c.Args.Required("key")
	if err != nil {
		return nil, err
	}
	if !slices.Contains(options, key) {
		return nil, withMessage(409, "Validation Error", "Configuration option '"+key+"' can not be shown")
	}
	var out any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		out, err = s.option(tx, key)
		return err
	})
	return out, err
}

func (s *Service) configList(context.Context, *Call) (any, error) {
	return options, nil
}

func (s *Service) configUpdate(ctx context.Context, c *Call) (any, error) {
	for _, k := range slices.Sorted(maps.Keys(c.Args)) {
		if !slices.Contains(options, k) {
			return nil, withMessage(409, "Validation Error", "Configuration option(s) '"+k+"' can not be updated")
		}
	}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		for k, v := range c.Args {
			have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordOption, Key: k})
			if err != nil {
				return err
			}
			r := &catalog.Record{Kind: catalog.RecordOption, Key: k}
			if len(have) > 0 {
				r = have[0]
			}
			r.Fields = catalog.Fields{}
			r.Fields.Set("value", toText(v))
			if err := tx.PutRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
	return map[string]any(c.Args), err
}

// Trio has no queue of anonymous jobs: these actions answer for an empty one.
func (s *Service) jobList(context.Context, *Call) (any, error)  { return []any{}, nil }
func (s *Service) jobClear(context.Context, *Call) (any, error) { return []any{}, nil }
func (s *Service) jobShow(_ context.Context, c *Call) (any, error) {
	if _, err := c.Args.Required("id"); err != nil {
		return nil, err
	}
	return nil, notFound("")
}

// bulk answers bulk_update_private, _public and _delete for datasets of one
// organization; those of others are left alone.
func (s *Service) bulk(change func(*catalog.Entry)) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		ids := c.Args.List("datasets")
		if c.Args.Empty("org_id") && !c.Actor.Sysadmin { // rights are those in the organization
			return nil, denied("")
		}
		if len(ids) > maxRows {
			return nil, invalid("datasets", "At most 1000 datasets are allowed")
		}
		seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			org, err := catalog.Find(tx, groupNS, c.Args.String("org_id"))
			switch {
			case !c.Actor.Sysadmin && (err != nil || !c.Actor.CanEdit(org)): // rights are looked at first
				return denied("")
			case err != nil: // CKAN changes the datasets that are in it: none
				return nil
			}
			for _, id := range ids {
				e, err := catalog.Find(tx, packages, id)
				if err != nil || e.Owner != org.ID {
					continue
				}
				if err := s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error { change(e); return nil }); err != nil {
					return err
				}
			}
			return nil
		})
		c.Wrote(seq)
		return nil, err
	}
}

func (s *Service) ownerOrgUpdate(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id"); err != nil {
		return nil, err
	}
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, c.Args.String("id"))
		if err != nil {
			return elseNotFound(err, "Package was not found.")
		}
		owner := ""
		if id := c.Args.String("organization_id"); id != "" {
			org, err := catalog.Find(tx, groupNS, id)
			if err != nil || org.Type != catalog.TypeOrganization {
				return notFound("Organization was not found.")
			}
			owner = org.ID
		}
		return s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error { e.Owner = owner; return nil })
	})
	c.Wrote(seq)
	return nil, err
}
