package ckan

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
)

const (
	defaultActivities = 31
	maxActivities     = 100
)

// parseMoment reads a time as CKAN's activity actions take it: seconds since
// 1970 or ISO 8601, without a zone meaning UTC.
func parseMoment(args Args, name string) (time.Time, error) {
	text := args.String(name)
	if text == "" {
		return time.Time{}, nil
	}
	if f, err := strconv.ParseFloat(text, 64); err == nil && f >= 0 && f < 1e11 {
		return time.UnixMicro(int64(f * 1e6)).UTC(), nil
	}
	t, ok := catalog.ParseMoment(text)
	if !ok {
		return t, invalid(name, "Date format incorrect")
	}
	return t, nil
}

func activityFilter(c *Call) (streamFilter, error) {
	var f streamFilter
	var err error
	if f.limit, err = c.Args.Natural("limit", defaultActivities); err != nil {
		return f, err
	}
	f.limit = min(f.limit, maxActivities)
	if f.offset, err = c.Args.Natural("offset", 0); err != nil {
		return f, err
	}
	if f.before, err = parseMoment(c.Args, "before"); err != nil {
		return f, err
	}
	if f.after, err = parseMoment(c.Args, "after"); err != nil {
		return f, err
	}
	f.types, f.without = c.Args.List("activity_types"), c.Args.List("exclude_activity_types")
	if len(f.types) > 0 && len(f.without) > 0 {
		return f, invalid("activity_types", "Cannot be used together with `exclude_activity_types")
	}
	return f, nil
}

// showStream renders one page of a stream: what the reader may see of it.
func (s *Service) showStream(tx catalog.Tx, by, reader catalog.Actor, f streamFilter, hideSite bool) ([]any, error) {
	list, err := stream(tx, f)
	if err != nil {
		return nil, err
	}
	site := ""
	if u, err := tx.User(s.cfg.SiteUser); err == nil && hideSite {
		site = u.ID
	}
	v, out := s.viewer(tx, by), []any{}
	seen := s.viewer(tx, reader)
	for _, a := range f.page(list, func(a activity) bool { return (site == "" || a.user != site) && seen.seesActivity(a) }) {
		out = append(out, v.activity(a))
	}
	return out, nil
}

// activityList answers package_, group_, organization_ and user_activity_list.
func (s *Service) activityList(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		f, err := activityFilter(c)
		if err != nil {
			return nil, err
		}
		hidden := c.Args.Bool("include_hidden_activity", false)
		if hidden && !c.Actor.Sysadmin {
			return nil, denied("")
		}
		var out []any
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			switch kind {
			case "user":
				if err := s.seesUsers(c.Actor); err != nil {
					return err
				}
				u, err := tx.User(id)
				if err != nil {
					return notFound("")
				}
				f.users = []string{u.ID}
			case "package":
				e, err := s.visible(tx, c.Actor, packages, id)
				if err != nil {
					return err
				}
				f.objects = []string{e.ID}
			default:
				e, err := s.findGroup(tx, c.Actor, id)
				if err != nil {
					return err
				}
				if string(e.Type) != kind {
					return notFound("")
				}
				if f.objects, err = withDatasets(tx, e); err != nil {
					return err
				}
			}
			out, err = s.showStream(tx, c.Actor, c.Actor, f, !hidden)
			return err
		})
		return out, err
	}
}

// withDatasets lists a group and the datasets in it.
func withDatasets(tx catalog.Tx, g *catalog.Entry) ([]string, error) {
	ids := []string{g.ID}
	filter := catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, Limit: maxStream}
	if g.Type == catalog.TypeOrganization {
		filter.Owner = g.ID
	}
	for e, err := range tx.Entries(filter) {
		if err != nil {
			return nil, err
		}
		if e.Owner == g.ID || slices.Contains(e.Fields.Strings("groups"), g.ID) {
			ids = append(ids, e.ID)
		}
	}
	return ids, nil
}

func (s *Service) recentPackages(ctx context.Context, c *Call) (any, error) {
	f, err := activityFilter(c)
	if err != nil {
		return nil, err
	}
	f.types = []string{"new package", "changed package", "deleted package"}
	var out []any
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		out, err = s.showStream(tx, c.Actor, catalog.Anonymous, f, true)
		return err
	})
	return out, err
}

// maxWatched bounds the entries whose changes one dashboard looks for.
const maxWatched = 20_000

// appendDatasets adds the datasets of a followed group or organization.
func appendDatasets(tx catalog.Tx, ids []string, group string) ([]string, error) {
	g, err := tx.Entry(group)
	if err != nil || len(ids) >= maxWatched {
		return ids, nil // purged since, or enough
	}
	list, err := withDatasets(tx, g)
	return append(ids, list[min(1, len(list)):]...), err
}

// dashboard lists what happened to what the user follows, the datasets of
// followed groups among it, and what the user and followed users did.
func (s *Service) dashboard(tx catalog.Tx, c *Call, f streamFilter) ([]activity, time.Time, error) {
	own := f
	own.users = []string{c.Actor.UserID}
	f.objects = []string{c.Actor.UserID}
	follows, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: c.Actor.UserID})
	if err != nil {
		return nil, time.Time{}, err
	}
	for _, r := range follows {
		kind, id, _ := strings.Cut(r.Key, ":")
		f.objects = append(f.objects, id)
		switch kind {
		case "user":
			own.users = append(own.users, id)
		case "group":
			if f.objects, err = appendDatasets(tx, f.objects, id); err != nil {
				return nil, time.Time{}, err
			}
		}
	}
	list, err := stream(tx, f)
	if err != nil {
		return nil, time.Time{}, err
	}
	by, err := stream(tx, own)
	if err != nil {
		return nil, time.Time{}, err
	}
	have := make(map[string]bool, len(list))
	for _, a := range list {
		have[a.id] = true
	}
	for _, a := range by {
		if !have[a.id] {
			list = append(list, a)
		}
	}
	slices.SortStableFunc(list, newestFirst)
	seen, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordSeen, Parent: c.Actor.UserID, Key: "dashboard"})
	if err != nil || len(seen) == 0 {
		return list, time.Time{}, err
	}
	at, _ := seen[0].Fields.Int("at")
	return list, time.UnixMicro(at), nil
}

func loggedIn(c *Call) error {
	if c.Actor.IsAnonymous() {
		return denied("You must be logged in to access your dashboard.")
	}
	return nil
}

func (s *Service) dashboardList(ctx context.Context, c *Call) (any, error) {
	if err := loggedIn(c); err != nil {
		return nil, err
	}
	f, err := activityFilter(c)
	if err != nil {
		return nil, err
	}
	out := []any{}
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, seen, err := s.dashboard(tx, c, f)
		v := s.viewer(tx, c.Actor)
		for _, a := range f.page(list, v.seesActivity) {
			d := v.activity(a)
			d["is_new"] = a.user != c.Actor.UserID && a.at.After(seen)
			out = append(out, d)
		}
		return err
	})
	return out, err
}

func (s *Service) dashboardCount(ctx context.Context, c *Call) (any, error) {
	if err := loggedIn(c); err != nil {
		return nil, err
	}
	n := 0
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, seen, err := s.dashboard(tx, c, streamFilter{})
		v := s.viewer(tx, c.Actor)
		for _, a := range list {
			if a.user != c.Actor.UserID && a.at.After(seen) && v.seesActivity(a) {
				n++
			}
		}
		return err
	})
	return n, err
}

func (s *Service) dashboardMark(ctx context.Context, c *Call) (any, error) {
	if err := loggedIn(c); err != nil {
		return nil, err
	}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		place := catalog.RecordFilter{Kind: catalog.RecordSeen, Parent: c.Actor.UserID, Key: "dashboard"}
		have, err := tx.Records(place)
		if err != nil {
			return err
		}
		r := &catalog.Record{Kind: place.Kind, Parent: place.Parent, Key: place.Key}
		if len(have) > 0 {
			r = have[0]
		}
		r.Fields = catalog.Fields{"at": tx.Now().UnixMicro()}
		return tx.PutRecord(r)
	})
	return nil, err
}

// findActivity reads one activity with the states before and after it.
func findActivity(tx catalog.Tx, id string) (a activity, before, after *catalog.Entry, err error) {
	seq, ok := activitySeq(id)
	if !ok {
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordActivity, ID: id})
		if err == nil && len(list) == 0 {
			err = notFound("Activity not found")
		}
		if err != nil {
			return a, nil, nil, err
		}
		return fromRecord(list[0]), nil, nil, nil
	}
	changes, err := tx.Changes(seq-1, 1)
	if err != nil {
		return a, nil, nil, err
	}
	if len(changes) == 0 || changes[0].Seq != seq {
		return a, nil, nil, notFound("Activity not found")
	}
	if a, ok = fromChange(changes[0]); !ok {
		return a, nil, nil, notFound("Activity not found")
	}
	revs, err := tx.Revisions(a.object, a.change.Rev+1, 2)
	if err == nil && len(revs) > 0 {
		after = revs[0].Entry
	}
	if err == nil && len(revs) > 1 {
		before = revs[1].Entry
	}
	return a, before, after, err
}

// editsObject lets those in who may edit what an activity is about: former
// states can hold what is not public.
func (s *Service) editsObject(tx catalog.Tx, by catalog.Actor, a activity) error {
	if by.Sysadmin {
		return nil
	}
	e, err := tx.Entry(a.object)
	if err != nil || !by.CanEdit(e) {
		return denied("")
	}
	return nil
}

func (v *viewer) state(e *catalog.Entry) any {
	if e == nil {
		return nil
	}
	if e.Type == catalog.TypeDataset {
		return v.dataset(e)
	}
	d := v.group(e, 0)
	v.groupDetail(e, d)
	return d
}

func (s *Service) activityShow(dataOnly bool) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		var out any
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			a, _, _, err := findActivity(tx, id)
			if err != nil {
				return err
			}
			if err := s.editsObject(tx, c.Actor, a); err != nil {
				return err
			}
			d := s.viewer(tx, c.Actor).activity(a)
			data := d["data"].(map[string]any)
			out = d
			if dataOnly {
				out = any(data)
				if want := c.Args.String("object_type"); want != "" {
					if out = data[want]; out == nil {
						return notFound("Could not find that object in the activity")
					}
				}
			}
			return nil
		})
		return out, err
	}
}

func (s *Service) activityDiff(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "id", "object_type"); err != nil {
		return nil, err
	}
	typ := cmp.Or(c.Args.String("diff_type"), "unified")
	if !slices.Contains([]string{"unified", "context", "html"}, typ) {
		return nil, invalid("diff_type", "diff_type not recognized")
	}
	var out map[string]any
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		a, before, after, err := findActivity(tx, c.Args.String("id"))
		if err != nil {
			return err
		}
		if err := s.editsObject(tx, c.Actor, a); err != nil {
			return err
		}
		if before == nil {
			return notFound("Previous activity for this object not found")
		}
		v := s.viewer(tx, c.Actor)
		old, now := v.state(before), v.state(after)
		text, err := jsonDiff(old, now, typ)
		both := []any{v.activity(a)}
		if revs, err := tx.Revisions(a.object, a.change.Rev, 1); err == nil && len(revs) > 0 {
			if prev, ok := fromChange(revs[0].Change); ok {
				both = []any{v.activity(prev), v.activity(a)}
			}
		}
		out = map[string]any{"diff": text, "activities": both}
		return err
	})
	return out, err
}

func (s *Service) activityCreate(ctx context.Context, c *Call) (any, error) {
	if !c.Actor.Sysadmin {
		return nil, denied("")
	}
	if err := missing(c.Args, "user_id", "object_id", "activity_type"); err != nil {
		return nil, err
	}
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		u, err := tx.User(c.Args.String("user_id"))
		if err != nil {
			return invalid("user_id", "Not found: User")
		}
		id := catalog.NewID()
		f := catalog.Fields{"activity_type": c.Args.String("activity_type"), "user_id": u.ID}
		if data, ok := c.Args["data"].(map[string]any); ok {
			f.Set("data", plain(data))
		}
		r := &catalog.Record{ID: id, Kind: catalog.RecordActivity, Parent: c.Args.String("object_id"), Key: id, Fields: f}
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		out = s.viewer(tx, c.Actor).activity(fromRecord(r))
		return nil
	})
	return out, err
}

// deletable selects the activities that are records; the change log is the
// history of the catalogue and is never cut.
func (s *Service) deletable(tx catalog.Tx, c *Call) ([]activity, error) {
	f := streamFilter{}
	var err error
	if f.after, err = parseMoment(c.Args, "start_date"); err != nil {
		return nil, err
	}
	if f.before, err = parseMoment(c.Args, "end_date"); err != nil {
		return nil, err
	}
	if !f.after.IsZero() && !f.before.IsZero() && f.after.After(f.before) {
		return nil, withMessage(409, "Validation Error", "start_date cannot be greater than end_date.")
	}
	if days, err := c.Args.Natural("offset_days", 0); err != nil {
		return nil, err
	} else if !c.Args.Empty("offset_days") {
		f.before = time.Now().AddDate(0, 0, -min(days, 36500))
	}
	f.types, f.without = c.Args.List("activity_types"), c.Args.List("exclude_activity_types")
	records, err := activityRecords(tx, f)
	return slices.DeleteFunc(records, func(a activity) bool {
		return (!f.after.IsZero() && a.at.Before(f.after)) || (!f.before.IsZero() && a.at.After(f.before)) ||
			(len(f.types) > 0 && !slices.Contains(f.types, a.kind)) || slices.Contains(f.without, a.kind)
	}), err
}

// activityDelete answers activity_delete (by id or range) and activity_delete_all.
func (s *Service) activityDelete(all bool) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		if id := strings.TrimSpace(c.Args.String("id")); id != "" && !all {
			return s.activityPurge(ctx, c, id)
		}
		if !all && c.Args.Empty("offset_days") && (c.Args.Empty("start_date") || c.Args.Empty("end_date")) {
			return nil, invalid("__before", "Either both start_date and end_date must be specified, or offset_days must be provided.")
		}
		keep, err := c.Args.Natural("keep", 0)
		if err != nil {
			return nil, err
		}
		n := 0
		_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			list, err := s.deletable(tx, c)
			if err != nil {
				return err
			}
			slices.SortStableFunc(list, newestFirst)
			kept := map[string]int{} // by object
			for _, a := range list {
				if kept[a.object]++; kept[a.object] <= keep && !all {
					continue
				}
				if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordActivity, ID: a.id}); err != nil {
					return err
				}
				n++
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		if n == 0 {
			return map[string]any{"message": "No activities found matching the specified criteria."}, nil
		}
		return map[string]any{"message": "Deleted " + strconv.Itoa(n) + " rows from the activity table."}, nil
	}
}

// activityPurge removes one activity that was written by hand. A line of the
// change log stays.
func (s *Service) activityPurge(ctx context.Context, c *Call, id string) (any, error) {
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		if _, _, _, err := findActivity(tx, id); err != nil {
			return err
		}
		n, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordActivity, ID: id})
		if err == nil && n == 0 {
			return withMessage(409, "Validation Error", "This activity is a line of the change log, which is never cut.")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return map[string]any{"message": "Activity purged"}, nil
}

func (s *Service) activityDeleteCounts(ctx context.Context, c *Call) (any, error) {
	out := map[string]any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := s.deletable(tx, c)
		if err != nil {
			return err
		}
		now := time.Now()
		for key, days := range map[string]int{"older_than_1_day": 1, "older_than_30_days": 30, "older_than_365_days": 365} {
			n := 0
			for _, a := range list {
				if a.at.Before(now.AddDate(0, 0, -days)) {
					n++
				}
			}
			out[key] = n
		}
		out["total"] = len(list)
		return nil
	})
	return out, err
}

// emailNotifications is there for scripts that call it every night; there is
// no mail to send.
func (s *Service) emailNotifications(context.Context, *Call) (any, error) {
	return nil, withMessage(409, "Validation Error", "ckan.activity_streams_email_notifications is not enabled in config")
}
