package ckan

import (
	"cmp"
	"context"
	"errors"
	"maps"

	"trio.example/catalog"
)

const (
	packages = "package"
	groupNS  = "group"
)

func (s *Service) packageShow(ctx context.Context, c *Call) (any, error) {
	id := c.Args.String("id")
	switch {
	case id != "":
	case c.Args.Empty("name_or_id"):
		return nil, invalid("name_or_id", "Missing value")
	default: // CKAN asks for it and then wants the other
		return nil, noID("Package")
	}
	var out map[string]any
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		e, err := s.visible(tx, c.Actor, packages, id)
		if err != nil {
			return err
		}
		v := s.viewer(tx, c.Actor)
		out, c.shown = v.dataset(e), e.Rev
		if c.Args.Bool("include_plugin_data", false) {
			withPluginData(c, e, out)
		}
		return v.related(e, out)
	})
	return out, err
}

// withPluginData adds what only system administrators see.
func withPluginData(c *Call, e *catalog.Entry, out map[string]any) {
	if data := e.Fields.Map("plugin_data"); c.Actor.Sysadmin && data != nil {
		out["plugin_data"] = data
	}
}

// visible finds an entry the caller may see; a deleted one shows itself only to
// those who may edit it.
func (s *Service) visible(tx catalog.Tx, by catalog.Actor, namespace, id string) (*catalog.Entry, error) {
	e, err := catalog.Find(tx, namespace, id)
	if err != nil {
		return nil, err
	}
	if !catalog.CanSee(by, e) || (e.State == catalog.StateDeleted && !by.CanEdit(e)) {
		return nil, denied("")
	}
	return e, nil
}

// wider takes in what administrators ask for when they move a catalogue; CKAN
// itself leaves these arguments of ckanapi unread.
func wider(f *catalog.EntryFilter, args Args) {
	if args.Bool("include_private", false) {
		f.Access = ""
	}
	if args.Bool("include_drafts", false) {
		f.States = append(f.States, catalog.StateDraft)
	}
	if args.Bool("include_deleted", false) {
		f.States = append(f.States, catalog.StateDeleted)
	}
}

func (s *Service) packageList(ctx context.Context, c *Call) (any, error) {
	limit, err := c.Args.Natural("limit", 0)
	if err != nil {
		return nil, err
	}
	offset, err := c.Args.Natural("offset", 0)
	if err != nil {
		return nil, err
	}
	names := []string{}
	f := catalog.EntryFilter{
		Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic,
		Offset: offset, Limit: limit,
	}
	if c.Actor.Sysadmin {
		wider(&f, c.Args)
	}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		var err error
		names, err = tx.Names(f)
		return err
	})
	return names, err
}

func (s *Service) currentPackageList(ctx context.Context, c *Call) (any, error) {
	limit, err := c.Args.Natural("limit", 10)
	if err != nil {
		return nil, err
	}
	offset, err := c.Args.Natural("offset", 0)
	if err != nil {
		return nil, err
	}
	if !c.Args.Empty("page") {
		page, err := c.Args.Natural("page", 1)
		if err != nil || page < 1 {
			return nil, cmp.Or[error](err, invalid("page", "Must be a positive integer"))
		}
		if !c.Args.Has("offset") && !c.Args.Empty("limit") {
			offset = (page - 1) * limit
		}
	}
	args := Args{"q": "*:*", "sort": "metadata_modified desc", "rows": toText(limit), "start": toText(offset), "facet": false}
	if c.Actor.Sysadmin {
		args["include_private"] = true
	}
	_, results, err := s.datasets(ctx, &Call{Actor: c.Actor, Args: args})
	return results, err
}

func (s *Service) packageCreate(ctx context.Context, c *Call) (any, error) {
	var out map[string]any
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		id, idErr := givenID(tx, c, "Dataset id already exists")
		e, err := s.draft(tx, c.Actor, c.Args, nil)
		if err = join(idErr, err); err != nil {
			return err
		}
		e.ID = id
		if id := c.Args.String("creator_user_id"); c.Actor.Sysadmin && catalog.IsID(id) {
			e.Creator = id
		}
		if err := s.freeName(tx, e); err != nil {
			return err
		}
		if err := s.reg.CreateIn(tx, c.Actor, e); err != nil {
			return err
		}
		for i := range e.Parts {
			if _, err := s.defaultViews(tx, c.Actor, e, &e.Parts[i]); err != nil {
				return err
			}
		}
		if err := s.keepRelations(tx, c.Actor, e, c.Args); err != nil {
			return err
		}
		v := s.viewer(tx, c.Actor)
		out = v.dataset(e)
		if c.Args.Has("plugin_data") {
			withPluginData(c, e, out)
		}
		return errors.Join(v.related(e, out), c.keepFiles())
	})
	c.Wrote(seq)
	return out, err
}

// givenID returns the id that a system administrator gives to a new entry, ""
// when none is given.
func givenID(tx catalog.Tx, c *Call, taken string) (string, error) {
	id := c.Args.String("id")
	switch {
	case id == "":
		return "", nil
	case !c.Actor.Sysadmin:
		return "", invalid("id", "The input field id was not expected.")
	case !catalog.IsID(id):
		return "", invalid("id", "Invalid id provided")
	}
	if _, err := tx.Entry(id); err == nil {
		return "", invalid("id", taken)
	}
	return id, nil
}

// freeName lets a new dataset take the name of a deleted one, which is called
// by its id from then on, as in CKAN.
func (s *Service) freeName(tx catalog.WriteTx, e *catalog.Entry) error {
	old, err := tx.EntryByName(packages, e.Name)
	if err != nil || old.State != catalog.StateDeleted || old.ID == e.ID {
		return nil
	}
	return s.reg.ChangeIn(tx, catalog.System("names"), old, 0, func(x *catalog.Entry) error { x.Name = x.ID; return nil })
}

func (s *Service) packageUpdate(ctx context.Context, c *Call) (any, error) {
	if c.Args.Empty("id") && c.Args.Empty("name") {
		return nil, plainInvalid("id", "Missing value")
	}
	out, changed, err := s.changePackage(ctx, c, "Package was not found.", func(_ *viewer, _ *catalog.Entry) (Args, error) { return c.Args, nil })
	c.Wrote(0, changed...)
	return out, err
}

// packagePatch changes the keys given and keeps the rest, by laying them over
// the dictionary as it is shown.
func (s *Service) packagePatch(ctx context.Context, c *Call) (any, error) {
	if _, err := authID(c, "Package"); err != nil {
		return nil, err
	}
	out, _, err := s.changePackage(ctx, c, "", func(v *viewer, e *catalog.Entry) (Args, error) {
		shown, err := encode(v.dataset(e))
		if err != nil {
			return nil, err
		}
		args, err := parseJSON(shown, ours)
		if err != nil {
			return nil, err
		}
		maps.Copy(args, c.Args)
		return args, nil
	})
	return out, sentData(err, c.Args)
}

// changePackage replaces a dataset by a dictionary made of the arguments, and
// tells whether that changed it by its id; gone is said when it is not there.
func (s *Service) changePackage(ctx context.Context, c *Call, gone string, arguments func(*viewer, *catalog.Entry) (Args, error)) (out map[string]any, changed []string, err error) {
	id := c.Args.String("id")
	if id == "" {
		id = c.Args.String("name")
	}
	if id == "" {
		return nil, nil, invalid("id", "Missing value")
	}
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		e, err := catalog.Find(tx, packages, id)
		if err != nil {
			return elseNotFound(err, gone)
		}
		if !c.Actor.CanEdit(e) {
			return refused(c.Actor, "edit package", e, id)
		}
		args, err := arguments(s.viewer(tx, c.Actor), e)
		if err != nil {
			return err
		}
		rev := e.Rev
		if err := s.redraft(tx, c, e, args); err != nil {
			return err
		}
		if changed = nil; e.Rev != rev {
			changed = nonEmpty(e.ID)
		}
		v := s.viewer(tx, c.Actor)
		out, c.shown = v.dataset(e), e.Rev
		if c.Args.Has("plugin_data") {
			withPluginData(c, e, out)
		}
		return errors.Join(v.related(e, out), c.keepFiles())
	})
	c.Wrote(seq)
	return out, changed, err
}

// redraft replaces a dataset by a dictionary.
func (s *Service) redraft(tx catalog.WriteTx, c *Call, e *catalog.Entry, args Args) error {
	err := s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
		if err := c.unchanged(e); err != nil {
			return err
		}
		next, err := s.draft(tx, c.Actor, args, e)
		if err != nil {
			return err
		}
		*e = *next
		return nil
	})
	if err != nil {
		return err
	}
	return s.keepRelations(tx, c.Actor, e, args)
}

func (s *Service) packageDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	_, seq, err := s.reg.Change(ctx, c.Actor, packages, id, 0, func(e *catalog.Entry) error {
		if err := c.unchanged(e); err != nil {
			return err
		}
		e.State = catalog.StateDeleted
		return nil
	})
	c.Wrote(seq)
	return nil, err
}

func (s *Service) datasetPurge(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	seq, err := s.reg.Purge(ctx, c.Actor, packages, id)
	if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
		return nil, notFound("Dataset was not found")
	}
	c.Wrote(seq)
	return nil, err
}

func (s *Service) resourceShow(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	var out map[string]any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		e, err := tx.EntryByPart(id)
		if err != nil {
			return err
		}
		if !catalog.CanSee(c.Actor, e) || e.State == catalog.StateDeleted {
			return denied("")
		}
		for i := range e.Parts {
			if e.Parts[i].ID == id {
				out, c.shown = s.viewer(tx, c.Actor).resource(e, i), e.Rev
			}
		}
		return nil
	})
	return out, err
}
