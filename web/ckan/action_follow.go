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
			return followee{}, invalid("id", "Not found: User")
		}
		return followee{kind, u.ID, cmp.Or(u.FullName, u.Name)}, nil
	}
	ns, what := packages, "Dataset"
	if kind == "group" {
		ns, what = groupNS, "Group"
	}
	e, err := s.visible(tx, by, ns, id)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return followee{}, invalid("id", "Not found: "+what)
	}
	if err != nil {
		return followee{}, err
	}
	return followee{kind, e.ID, title(e)}, nil
}

// unfollowable is CKAN's one message for whatever cannot be followed.
func unfollowable(what string) error {
	return withMessage(http.StatusConflict, "Validation Error", "Error validating the schema of "+what+".")
}

func followers(tx catalog.Tx, kind, id string) (int, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Key: kind + ":" + id})
	return len(list), err
}

func (s *Service) follow(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		if c.Actor.IsAnonymous() {
			return nil, denied("You must be logged in to follow users")
		}
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, unfollowable("the " + kind + " to follow")
		}
		var out map[string]any
		_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			f, err := s.followed(tx, c.Actor, kind, id)
			if e := asAPIError(err); e != nil && e.Status == http.StatusConflict {
				return unfollowable("the " + kind + " to follow")
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
			return nil, denied("You must be logged in to unfollow something.")
		}
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, unfollowable("the object to unfollow")
		}
		_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			f, err := s.followed(tx, c.Actor, kind, id)
			if e := asAPIError(err); e != nil && e.Status == http.StatusConflict {
				return unfollowable("the object to unfollow")
			}
			if err != nil {
				return err
			}
			_, err = tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: c.Actor.UserID, Key: f.key()})
			return err
		})
		return nil, err
	}
}

func (s *Service) followerCount(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		n := 0
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			f, err := s.followed(tx, c.Actor, kind, id)
			if err != nil {
				return err
			}
			n, err = followers(tx, kind, f.id)
			return err
		})
		return n, err
	}
}

func (s *Service) followerList(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		out := []any{}
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			f, err := s.followed(tx, c.Actor, kind, id)
			if err != nil {
				return err
			}
			list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Key: f.key()})
			for _, r := range list {
				if u, err := tx.User(r.Parent); err == nil && u.State == catalog.StateActive {
					out = append(out, s.userDict(u, c.Actor, 0))
				}
			}
			return err
		})
		return out, err
	}
}

func (s *Service) amFollowing(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		following := false
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			f, err := s.followed(tx, c.Actor, kind, id)
			if err != nil {
				return err
			}
			list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: c.Actor.UserID, Key: f.key()})
			following = len(list) > 0
			return err
		})
		return following, err
	}
}

// followees lists what a user follows; kinds is "" for everything. An
// organization is followed as a group and told apart by its entry.
func (s *Service) followees(tx catalog.Tx, by catalog.Actor, userID, kind, q string) ([]any, error) {
	list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordFollow, Parent: userID})
	if err != nil {
		return nil, err
	}
	out := []any{}
	v := s.viewer(tx, by)
	for _, r := range list {
		k, id, _ := strings.Cut(r.Key, ":")
		var name string
		var dict map[string]any
		if k == "user" {
			u, err := tx.User(id)
			if err != nil || u.State == catalog.StateDeleted {
				continue
			}
			name, dict = cmp.Or(u.FullName, u.Name), s.userDict(u, by, 0)
		} else {
			e := v.entry(id)
			if e == nil || e.State == catalog.StateDeleted {
				continue
			}
			name = title(e)
			if k == "dataset" {
				dict = v.dataset(e)
			} else {
				k, dict = string(e.Type), v.group(e, 0)
			}
		}
		if (kind == "" || k == kind) && (q == "" || strings.HasPrefix(strings.ToLower(name), strings.ToLower(q))) {
			out = append(out, map[string]any{"type": k, "display_name": name, "dict": dict})
		}
	}
	slices.SortStableFunc(out, func(a, b any) int {
		return cmp.Compare(toText(a.(map[string]any)["display_name"]), toText(b.(map[string]any)["display_name"]))
	})
	return out, nil
}

func (s *Service) followeeList(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		var out []any
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			u, err := ownUser(tx, c.Actor, id)
			if err != nil {
				return err
			}
			out, err = s.followees(tx, c.Actor, u.ID, kind, c.Args.String("q"))
			return err
		})
		if kind != "" {
			for i, x := range out {
				out[i] = x.(map[string]any)["dict"]
			}
		}
		return out, err
	}
}

func (s *Service) followeeCount(kind string) func(context.Context, *Call) (any, error) {
	return func(ctx context.Context, c *Call) (any, error) {
		id, err := c.Args.Required("id")
		if err != nil {
			return nil, err
		}
		n := 0
		err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
			u, err := findUser(tx, id)
			if err != nil {
				return err
			}
			list, err := s.followees(tx, c.Actor, u.ID, kind, "")
			n = len(list)
			return err
		})
		return n, err
	}
}
