package ckan

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
)

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
		f, err := activityFilter(c.Args, kind)
		if err != nil {
			return nil, err
		}
		id := c.Args.String("id")
		if kind != "user" {
			if id, err = authID(c, models[kind]); err != nil {
				return nil, err
			}
		}
		hidden := c.Actor.Sysadmin && c.Args.Bool("include_hidden_activity", false)
		if kind == string(catalog.TypeGroup) || kind == string(catalog.TypeOrganization) {
			done, err := s.scan(ctx)
			if err != nil {
				return nil, err
			}
			defer done()
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
				e, err := s.findGroup(tx, c.Actor, id, catalog.Type(kind))
				if err != nil {
					return err
				}
				if f.objects, err = withPublicDatasets(tx, e); err != nil {
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
	return datasetsOf(tx, g, catalog.EntryFilter{})
}

// withPublicDatasets lists what the stream of a group is about: CKAN leaves out
// private datasets also for those who see them.
func withPublicDatasets(tx catalog.Tx, g *catalog.Entry) ([]string, error) {
	return datasetsOf(tx, g, catalog.EntryFilter{Access: catalog.AccessPublic})
}

func datasetsOf(tx catalog.Tx, g *catalog.Entry, filter catalog.EntryFilter) ([]string, error) {
	ids := []string{g.ID}
	filter.Types, filter.Limit = []catalog.Type{catalog.TypeDataset}, maxStream
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
	wrong := faults{}
	f, err := wrong.page(c.Args), wrong.err()
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
	list, err := withPublicDatasets(tx, g)
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
	wrong := faults{}
	f := wrong.page(c.Args)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	if err := loggedIn(c); err != nil {
		return nil, err
	}
	out := []any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
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
func (s *Service) findActivity(tx catalog.Tx, id string) (a activity, before, after *catalog.Entry, err error) {
	seq, ok := s.activitySeq(id)
	if id == "" {
		return a, nil, nil, notFound("")
	}
	if !ok {
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordActivity, ID: id})
		if err == nil && len(list) == 0 {
			err = notFound("")
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
		return a, nil, nil, notFound("")
	}
	if a, ok = fromChange(changes[0]); !ok {
		return a, nil, nil, notFound("")
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

// opens lets those in who may edit what an activity is about, as former states
// can hold what is not public; without its data, all who see it. To others only
// datasets' activities are shown one by one, and what they may not see is not
// there: numbers of activities tell nobody what is hidden.
func (v *viewer) opens(a activity, withData bool) error {
	if v.actor.Sysadmin {
		return nil
	}
	if !v.seesActivity(a) {
		return notFound("")
	}
	if !a.ofPackage() {
		return denied("object_type not recognized")
	}
	e, err := v.tx.Entry(a.object)
	if err != nil {
		return notFound("")
	}
	if withData && !v.actor.CanEdit(e) {
		return refused(v.actor, "edit package", e, a.object)
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
	for _, computed := range []string{"display_name", "image_display_url", "num_followers", "package_count"} {
		delete(d, computed)
	}
	values := map[string]any{}
	for _, x := range extras(e, v.s.defs.Of(e.Type)) {
		m := x.(map[string]any)
		values[toText(m["key"])] = m["value"]
	}
	d["extras"] = values // what CKAN stores of a group, not what it shows
	return d
}

func (s *Service) activityShow(dataOnly bool) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Given("id")
		if err != nil {
			return nil, err
		}
		var out any
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			a, _, _, err := s.findActivity(tx, id)
			if err != nil {
				return err
			}
			v := s.viewer(tx, c.Actor)
			if err := v.opens(a, dataOnly || c.Args.Bool("include_data", true)); err != nil {
				return err
			}
			d := v.activity(a)
			data := d["data"].(map[string]any)
			out = d
			if dataOnly {
				out = any(data)
				if want := c.Args.String("object_type"); want != "" {
					if out = data[want]; out == nil {
						return notFound("Could not find that object_type in the activity")
					}
				}
			}
			return nil
		})
		return out, err
	}
}

func (s *Service) activityDiff(ctx context.Context, c *Call) (any, error) {
	for _, name := range []string{"id", "object_type"} { // one after the other, as in CKAN
		if err := absent(c.Args, name); err != nil {
			return nil, err
		}
	}
	typ := cmp.Or(c.Args.String("diff_type"), "unified")
	var out map[string]any
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		a, before, after, err := s.findActivity(tx, c.Args.String("id"))
		if err != nil {
			return err
		}
		v := s.viewer(tx, c.Actor)
		switch err := v.opens(a, true); {
		case err != nil:
			return err
		case before == nil:
			return notFound("Previous activity for this object not found")
		case c.Args.String("object_type") != a.noun():
			return notFound("Could not find object in the activity data")
		case !slices.Contains([]string{"unified", "context", "html"}, typ):
			return withMessage(http.StatusConflict, "Validation Error", "diff_type not recognized")
		}
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
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		f := faults{}
		u, err := tx.User(c.Args.String("user_id"))
		if err != nil && !c.Args.Empty("user_id") {
			f.add("user_id", "Not found: User")
		}
		activityFaults(tx, c.Args, f)
		if err := join(f.err(), missing(c.Args, "user_id", "object_id", "activity_type")); err != nil {
			return err
		}
		id := catalog.NewID()
		fields := catalog.Fields{"activity_type": c.Args.String("activity_type"), "user_id": u.ID}
		if data, ok := c.Args["data"].(map[string]any); ok {
			fields.Set("data", plain(data))
		}
		if labels := c.Args.List("permission_labels"); len(labels) > 0 {
			fields.Set("labels", labels)
		}
		r := &catalog.Record{ID: id, Kind: catalog.RecordActivity, Parent: c.Args.String("object_id"), Key: id, Fields: fields}
		if err := tx.PutRecord(r); err != nil {
			return err
		}
		out = s.viewer(tx, c.Actor).activity(fromRecord(r))
		return nil
	})
	return out, err
}

// period reads which activities activity_delete and its count are about.
func (f faults) period(args Args) streamFilter {
	const unreadable = "Date format incorrect"
	out := streamFilter{after: f.moment(args, "start_date", unreadable), before: f.moment(args, "end_date", unreadable)}
	if days := f.natural(args, "offset_days", 0); !args.Empty("offset_days") {
		out.before = time.Now().AddDate(0, 0, -min(days, 36500))
	}
	out.types, out.without = args.List("activity_types"), args.List("exclude_activity_types")
	return out
}

// deletable selects the activities that are records; the change log is the
// history of the catalogue and is never cut.
func deletable(tx catalog.Tx, f streamFilter) ([]activity, error) {
	if !f.after.IsZero() && !f.before.IsZero() && f.after.After(f.before) {
		return nil, withMessage(409, "Validation Error", "start_date cannot be greater than end_date.")
	}
	records, err := activityRecords(tx, f)
	return slices.DeleteFunc(records, func(a activity) bool {
		return (!f.after.IsZero() && a.at.Before(f.after)) || (!f.before.IsZero() && a.at.After(f.before)) ||
			(len(f.types) > 0 && !slices.Contains(f.types, a.kind)) || slices.Contains(f.without, a.kind)
	}), err
}

// activityDelete answers activity_delete (by id or range) and activity_delete_all.
func (s *Service) activityDelete(all bool) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		wrong := faults{}
		f := wrong.period(c.Args)
		keep := wrong.natural(c.Args, "keep", 0)
		wrong.natural(c.Args, "batch_size", 0)
		id := strings.TrimSpace(c.Args.String("id"))
		if !all && id == "" && c.Args.Empty("offset_days") && (c.Args.Empty("start_date") || c.Args.Empty("end_date")) {
			wrong.add("__before", "Either both start_date and end_date must be specified, or offset_days must be provided.")
		}
		switch err := wrong.err(); {
		case err != nil && !all:
			return nil, err
		case !c.Actor.Sysadmin:
			return nil, denied("")
		case id != "" && !all:
			return s.activityPurge(ctx, c, id)
		}
		n := 0
		_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			list, err := deletable(tx, f)
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
		if _, _, _, err := s.findActivity(tx, id); err != nil {
			return elseNotFound(err, "Activity not found")
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
	wrong := faults{}
	f := wrong.period(c.Args)
	if err := wrong.err(); err != nil {
		return nil, err
	}
	out := map[string]any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := deletable(tx, f)
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
