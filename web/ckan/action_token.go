package ckan

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"trio.example/catalog"
)

// maxTokens bounds the tokens of one account.
const maxTokens = 1000

func (s *Service) tokenCreate(ctx context.Context, c *Call) (any, error) {
	if err := absent(c.Args, "user", "name"); err != nil {
		return nil, err
	}
	if err := s.seesUsers(c.Actor); err != nil {
		return nil, err
	}
	name := c.Args.String("name")
	if len(name) > 200 {
		return nil, invalid("name", "Must be a maximum of 200 characters long")
	}
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		u, err := ownUser(tx, c.Actor, c.Args.String("user"))
		if err == nil {
			f := faults{}
			draftPluginExtras(c.Args, f)
			err = join(missing(c.Args, "name"), f.err())
		}
		if err != nil {
			return err
		}
		have, err := tx.Tokens(u.ID)
		if err != nil {
			return err
		}
		active := 0 // several may have one name
		for _, k := range have {
			if !k.Revoked {
				active++
			}
		}
		if active >= maxTokens {
			return invalid("user", "This account has too many API tokens; revoke one first")
		}
		expires, err := tokenExpiry(c.Args, tx.Now())
		if err != nil {
			return err
		}
		c.Secret()
		text, id, err := catalog.NewToken(tx, u.ID, name, expires)
		out = map[string]any{"token": text, "id": id}
		return err
	})
	return out, err
}

// tokenExpiry reads expires_in with its unit in seconds, as the plugin
// expire_api_token does.
func tokenExpiry(args Args, now time.Time) (time.Time, error) {
	in := args.String("expires_in")
	if in == "" {
		return time.Time{}, nil
	}
	n, err := strconv.ParseInt(in, 10, 64)
	unit, unitErr := strconv.ParseInt(cmp.Or(args.String("unit"), "1"), 10, 64)
	const century = 100 * 365 * 24 * 3600
	if err != nil || unitErr != nil || n <= 0 || unit <= 0 || n > century || unit > century || n*unit > century {
		return time.Time{}, invalid("expires_in", "Must be a positive integer")
	}
	return now.Add(time.Duration(n*unit) * time.Second), nil
}

func (s *Service) tokenList(ctx context.Context, c *Call) (any, error) {
	key := "user"
	if c.Args.Has("user_id") {
		key = "user_id"
	}
	id := c.Args.String(key)
	if id == "" {
		return nil, invalid("user_id", "Missing value")
	}
	if c.Actor.IsAnonymous() {
		return nil, denied("")
	}
	out := []any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		u, err := ownUser(tx, c.Actor, id)
		switch {
		case err != nil && !c.Actor.Sysadmin:
			return denied("")
		case err != nil:
			return err
		}
		tokens, err := tx.Tokens(u.ID)
		for _, k := range tokens {
			if k.Revoked {
				continue
			}
			d := map[string]any{"id": k.ID, "name": k.Name, "user_id": k.UserID, "created_at": stamp(k.Created), "last_access": nil}
			if !k.LastUsed.IsZero() {
				d["last_access"] = stamp(k.LastUsed)
			}
			if !k.Expires.IsZero() {
				d["expires_at"] = stamp(k.Expires)
			}
			out = append(out, d)
		}
		return err
	})
	return out, err
}

func (s *Service) tokenRevoke(ctx context.Context, c *Call) (any, error) {
	text, id := c.Args.String("token"), c.Args.String("jti")
	if id == "" {
		if err := absent(c.Args, "token"); err != nil {
			return nil, err
		}
	}
	if c.Actor.IsAnonymous() {
		return nil, denied("")
	}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		var k *catalog.Token
		var err error
		if id == "" {
			k, err = tx.Token(catalog.HashToken(text))
		} else {
			k, err = tx.TokenByID(id)
		}
		if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
			if c.Actor.Sysadmin {
				return nil // CKAN answers 200
			}
			return denied("")
		}
		if err != nil {
			return err
		}
		if !c.Actor.Sysadmin && c.Actor.UserID != k.UserID {
			return denied("")
		}
		k.Revoked = true
		return tx.PutToken(k)
	})
	return nil, err
}
