package ckan

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strings"

	"trio.example/catalog"
)

// followee is what can be followed: a user, a dataset, or a group (CKAN
// follows organizations as groups).
type followee struct{ kind, id, name string }

func (f followee) key() string { return f.kind + ":" + f.id }

// followed finds what an argument names, for those who may see it.
func (s *Service) followed(tx catalog.Tx, by catalog.Actor, kind, id string) (followee, error) {
	if kind == "user" {
		u, err := tx.User(id)
		if err != nil {
			return followee{}, noFollowee(kind)
		}
		return followee{kind, u.ID, cmp.Or(u.FullName, u.Name)}, nil
	}
	ns := packages
	if kind == "group" {
		ns = groupNS
	}
	e, err := s.visible(tx, by, ns, id)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return followee{}, noFollowee(kind)
	}
	if err != nil {
		return followee{}, err
	}
	return followee{kind, e.ID, title(e)}, nil
}

// noFollowee says that there is nothing of a kind called so.
func noFollowee(kind string) error { return invalid("id", "Not found: "+titleCase(kind)) }

// followeeID is the argument that names what is followed.
func followeeID(c *Call) (string, error) {
	id, err := c.Args.Given("id")
	if err == nil && id == "" {
		err = invalid("id", "Missing value")
	}
	return id, err
}

// mine finds what an argument names and whether the caller follows it. What is
// followed is one's own to know and to let go of, also when it is hidden by now;
// anything else that is hidden is not there.
func (s *Service) mine(tx catalog.Tx, by catalog.Actor, kind, id string) (f followee, following bool, err error) {
	all := by
	all.Sysadmin = true
	if f, err = s.followed(tx, all, kind, id); err != nil {
		return f, false, err
	}
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: by.UserID, Key: f.key()})
	if err != nil || len(list) > 0 {
		return f, true, err
	}
	if _, err := s.followed(tx, by, kind, id); err != nil {
		return followee{}, false, noFollowee(kind)
	}
	return f, false, nil
}

// unfollowable is CKAN's one message for whatever cannot be followed.
func unfollowable(what string) error {
	return withMessage(http.StatusConflict, "Validation Error", "Error validating the schema of "+what+".")
}

func followers(tx catalog.Tx, kind, id string) (int, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Key: kind + ":" + id})
	return len(list), err
}

// models are CKAN's names of what can be followed.
var models = map[string]string{"user": "User", "dataset": "Package", "package": "Package", "group": "Group", "organization": "Group"}

func (s *Service) follow(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		if c.Actor.IsAnonymous() {
			return nil, denied("You must be logged in to follow " + kind + "s")
		}
		unfit := unfollowable("the " + kind + " to follow")
		id := c.Args.String("id")
		if kind != "user" {
			if _, err := authID(c, models[kind]); err != nil && !c.Actor.Sysadmin {
				return nil, err
			}
		}
		var out map[string]any
		_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			f, err := s.followed(tx, c.Actor, kind, id)
			if e := asAPIError(err); e != nil && e.Status == http.StatusConflict {
				if kind != "user" && !c.Actor.Sysadmin {
					return notFound("") // the check of rights did not find it
				}
				return unfit
			}
			if err != nil {
				return err
			}
			if kind == "user" && f.id == c.Actor.UserID {
				return withMessage(409, "Validation Error", "You cannot follow yourself")
			}
			place := catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: c.Actor.UserID, Key: f.key()}
			have, err := tx.Records(place)
			if err != nil {
				return err
			}
			r := &catalog.Record{Kind: place.Kind, Parent: place.Parent, Key: place.Key}
			if len(have) > 0 {
				r = have[0]
			} else if err := tx.PutRecord(r); err != nil {
				return err
			}
			out = map[string]any{"follower_id": c.Actor.UserID, "object_id": f.id, "datetime": stamp(r.Created)}
			return nil
		})
		return out, err
	}
}

func (s *Service) unfollow(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		if c.Actor.IsAnonymous() {
			return nil, denied("You must be logged in to unfollow " + kind + "s")
		}
		_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			f, _, err := s.mine(tx, c.Actor, kind, c.Args.String("id"))
			if err != nil {
				return unfollowable("the object to unfollow")
			}
			_, err = tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: c.Actor.UserID, Key: f.key()})
			return err
		})
		return nil, err
	}
}

// aboutFollowed runs f with what the argument id names.
func (s *Service) aboutFollowed(ctx context.Context, c *Call, kind string, f func(catalog.Tx, followee) error) error {
	id, err := followeeID(c)
	if err != nil {
		return err
	}
	return s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		if kind == "user" {
			if err := s.seesUsers(c.Actor); err != nil {
				return err
			}
		}
		what, err := s.followed(tx, c.Actor, kind, id)
		if err != nil {
			return err
		}
		return f(tx, what)
	})
}

func (s *Service) followerCount(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		n := 0
		err := s.aboutFollowed(ctx, c, kind, func(tx catalog.Tx, f followee) (err error) {
			n, err = followers(tx, kind, f.id)
			return err
		})
		return n, err
	}
}

func (s *Service) followerList(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		counts, err := s.createdPackages(ctx, c.Actor)
		if err != nil {
			return nil, err
		}
		out := []any{}
		err = s.aboutFollowed(ctx, c, kind, func(tx catalog.Tx, f followee) error {
			list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Key: f.key()})
			for _, r := range list {
				if u, err := tx.User(r.Parent); err == nil && u.State == catalog.StateActive {
					out = append(out, s.listedUser(u, counts))
				}
			}
			return err
		})
		slices.SortStableFunc(out, byText("name"))
		return out, err
	}
}

func (s *Service) amFollowing(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := followeeID(c)
		if err != nil {
			return nil, err
		}
		following := false
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) (err error) {
			if c.Actor.IsAnonymous() {
				if _, err := s.followed(tx, c.Actor, kind, id); err != nil && kind != "user" {
					return err
				}
				return denied("")
			}
			_, following, err = s.mine(tx, c.Actor, kind, id)
			return err
		})
		return following, err
	}
}

// watched is one thing that a user follows.
type watched struct {
	kind string
	user *catalog.User
	// entry is a dataset, group or organization.
	entry *catalog.Entry
}

// followees lists what a user follows; kind is "" for everything. An
// organization is followed as a group and told apart by its entry.
func followees(tx catalog.Tx, v *viewer, userID, kind string) ([]watched, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: userID})
	if err != nil {
		return nil, err
	}
	var out []watched
	for _, r := range list {
		k, id, _ := strings.Cut(r.Key, ":")
		w := watched{kind: k}
		if k == "user" {
			u, err := tx.User(id)
			if err != nil || u.State == catalog.StateDeleted {
				continue
			}
			w.user = u
		} else {
			if w.entry = v.entry(id); w.entry == nil || w.entry.State == catalog.StateDeleted {
				continue
			}
			if k == "group" {
				w.kind = string(w.entry.Type)
			}
		}
		if kind == "" || w.kind == kind {
			out = append(out, w)
		}
	}
	return out, nil
}

// followeeDict shows one thing that is followed as CKAN does, with its name.
func (s *Service) followeeDict(v *viewer, w watched, counts map[string]int) (name string, d map[string]any) {
	switch w.kind {
	case "user":
		return cmp.Or(w.user.FullName, w.user.Name), s.listedUser(w.user, counts)
	case "dataset":
		return title(w.entry), v.dataset(w.entry)
	}
	return title(w.entry), v.changedGroup(w.entry)
}

// maxFollowees bounds how much of what somebody follows is shown whole.
const maxFollowees = 1000

// followeeList answers *_followee_list, and followee_list where kind is "": what
// an account follows is for itself and system administrators.
func (s *Service) followeeList(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		counts, err := s.createdPackages(ctx, c.Actor)
		if err != nil {
			return nil, err
		}
		q := strings.ToLower(strings.TrimSpace(c.Args.String("q")))
		out := []any{}
		var groups []map[string]any
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			u, err := tx.User(c.Args.String("id"))
			switch self := err == nil && u.ID == c.Actor.UserID; {
			case c.Actor.IsAnonymous() && s.seesUsers(c.Actor) != nil, kind != "" && !self && !c.Actor.Sysadmin:
				return denied("Not authorized")
			case c.Args.Empty("id"):
				return invalid("id", "Missing value")
			case err != nil:
				return invalid("id", "Not found: User")
			case !self && !c.Actor.Sysadmin:
				return denied("Not authorized")
			}
			v := s.viewer(tx, c.Actor)
			list, err := followees(tx, v, u.ID, kind)
			for _, w := range list[:min(len(list), maxFollowees)] {
				name, d := s.followeeDict(v, w, counts)
				switch {
				case kind != "":
					out = append(out, d)
				case strings.HasPrefix(strings.ToLower(name), q):
					out = append(out, map[string]any{"type": w.kind, "display_name": name, "dict": d})
				default:
					continue
				}
				if w.kind == "group" || w.kind == "organization" {
					groups = append(groups, d)
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
		if err := s.finishGroups(ctx, c.Actor, groups...); err != nil {
			return nil, err
		}
		switch kind {
		case "":
			slices.SortStableFunc(out, byText("display_name"))
		case "user":
			slices.SortStableFunc(out, byText("name"))
		}
		return out, err
	}
}

func (s *Service) followeeCount(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		n := 0
		err := s.aboutFollowed(ctx, c, "user", func(tx catalog.Tx, f followee) error {
			list, err := followees(tx, s.viewer(tx, c.Actor), f.id, kind)
			n = len(list)
			return err
		})
		return n, err
	}
}
