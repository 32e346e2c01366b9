package account

import (
	"context"
	"errors"
	"strings"
	"time"

	"trio.example/catalog"
)

// How long somebody stays signed in.
const (
	// halfTime is for the way from the password to the second factor.
	halfTime = 10 * time.Minute
	// idleTime is without a request, wholeTime altogether.
	idleTime  = 12 * time.Hour
	wholeTime = 7 * 24 * time.Hour
	// touchEvery bounds how often the last use is written down.
	touchEvery = 5 * time.Minute
	// maxSessions of one account; the oldest make place.
	maxSessions = 50
	maxAgent    = 200
)

// stamp belongs to a password: sessions of another one are over.
func stamp(u *catalog.User) string { return catalog.HashToken("stamp:" + u.Password)[:32] }

// over reports whether a session's time has run out.
func (d *Desk) over(s *catalog.Session) bool {
	now := d.cfg.Now()
	return !now.Before(s.Expires) || s.Complete && now.Sub(s.LastUsed) > idleTime
}

// Attempt is somebody trying to sign in.
type Attempt struct {
	// Login is a name or an e-mail address.
	Login, Password string
	// Address is where the request comes from, Agent how the browser calls itself.
	Address, Agent string
}

// loginKey counts guesses under what was typed, whether an account has that name
// or not: a count that belonged to the account would tell which spellings, and
// which name and address, mean the same one. Letters fold as the store folds
// them when it looks for accounts.
func loginKey(login string) string {
	return "login:" + strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r - 'A' + 'a'
		}
		return r
	}, login)
}

// accountKey counts guesses of somebody who is signed in.
func accountKey(u *catalog.User) string { return "account:" + u.ID }

// passwordKeys are all counts of wrong passwords that keep an account waiting.
func passwordKeys(u *catalog.User) []string {
	return []string{accountKey(u), loginKey(u.Name), loginKey(u.Email)}
}

// SignIn checks name and password and opens a session. half says that the
// second factor is still to come.
func (d *Desk) SignIn(ctx context.Context, a Attempt) (key string, half bool, err error) {
	login := oneLogin(a.Login)
	by := addressKey("signin", a.Address)
	var u *catalog.User
	_, err = d.store.Update(ctx, catalog.Anonymous, func(tx catalog.WriteTx) error {
		if u, err = find(tx, login); err != nil {
			return err
		}
		if err := perAddress.take(tx, by); err != nil {
			return err
		}
		return perAccount.take(tx, loginKey(login))
	})
	if err != nil {
		return "", false, err
	}
	hash := ""
	if u != nil {
		hash = u.Password
	}
	ok, weak, err := verify(ctx, a.Password, hash)
	if err != nil {
		return "", false, err
	}
	if !ok {
		return "", false, ErrWrong
	}
	better := ""
	if weak {
		if better, err = Hash(a.Password); err != nil {
			return "", false, err
		}
	}
	_, err = d.store.Update(ctx, catalog.Actor{UserID: u.ID, Name: u.Name}, func(tx catalog.WriteTx) error {
		now, err := tx.User(u.ID)
		if err != nil || now.State != catalog.StateActive || now.Password != hash {
			return errors.Join(ErrWrong, err) // changed in between
		}
		if err := errors.Join(forget(tx, passwordKeys(now)...), give(tx, by), tx.DeleteStale()); err != nil {
			return err
		}
		if better != "" {
			now.Password = better
		}
		factors, err := confirmed(tx, u.ID)
		if err != nil {
			return err
		}
		half = len(factors) > 0
		if !half {
			now.LastActive = tx.Now()
		}
		if better != "" || !half {
			if err := tx.PutUser(now); err != nil {
				return err
			}
		}
		key, err = open(tx, now, a.Agent, !half)
		return err
	})
	return key, half, err
}

// confirmed lists the factors that are asked for.
func confirmed(tx catalog.Tx, userID string) ([]*catalog.Factor, error) {
	list, err := tx.Factors(userID, "")
	out := list[:0]
	for _, f := range list {
		if f.Kind != catalog.FactorRecovery && f.Confirmed {
			out = append(out, f)
		}
	}
	return out, err
}

// open makes a session.
func open(tx catalog.WriteTx, u *catalog.User, agent string, complete bool) (string, error) {
	all, err := tx.Sessions(u.ID)
	if err != nil {
		return "", err
	}
	for i := maxSessions - 1; i < len(all); i++ {
		if _, err := tx.DeleteSession(u.ID, all[i].ID); err != nil {
			return "", err
		}
	}
	key, hash := newKey()
	life := wholeTime
	if !complete {
		life = halfTime
	}
	return key, tx.PutSession(&catalog.Session{
		ID: catalog.NewID(), Hash: hash, UserID: u.ID, Stamp: stamp(u), Complete: complete, Agent: oneAgent(agent),
		Created: tx.Now(), LastUsed: tx.Now(), Expires: tx.Now().Add(life),
	})
}

// session finds an open session and its account; ErrStale when there is none.
func (d *Desk) session(tx catalog.Tx, key string) (*catalog.Session, *catalog.User, error) {
	if key == "" || len(key) > 100 {
		return nil, nil, ErrStale
	}
	s, err := tx.SessionByHash(catalog.HashToken(key))
	if err == nil {
		var u *catalog.User
		if u, err = tx.User(s.UserID); err == nil && u.State == catalog.StateActive && s.Stamp == stamp(u) && !d.over(s) {
			return s, u, nil
		}
	}
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return nil, nil, err
	}
	return nil, nil, ErrStale
}

// Authenticate finds who a session's key belongs to; nil without an error means nobody.
func (d *Desk) Authenticate(ctx context.Context, key string) (*SignedIn, error) {
	var in SignedIn
	err := d.store.View(ctx, func(tx catalog.Tx) (err error) {
		if in.Session, _, err = d.session(tx, key); err != nil {
			return err
		}
		if !in.Session.Complete {
			return ErrStale
		}
		if in.Actor, err = catalog.ActorOf(tx, in.Session.UserID); err != nil {
			return err
		}
		in.Actor.Unowned = d.reg.Policy().UnownedDatasets
		if !d.cfg.SecondFactor.Of(in.Actor) {
			return nil
		}
		factors, err := confirmed(tx, in.Actor.UserID)
		if in.Lacks = len(factors) == 0; in.Lacks {
			in.Actor = withhold(in.Actor)
		}
		return err
	})
	if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	if err != nil {
		return nil, err
	}
	if s := in.Session; d.cfg.Now().Sub(s.LastUsed) > touchEvery {
		// A lost note of use is no reason to refuse the request.
		_, _ = d.store.Update(ctx, in.Actor, func(tx catalog.WriteTx) error { return touch(tx, s) })
	}
	return &in, nil
}

func touch(tx catalog.WriteTx, s *catalog.Session) error {
	again, err := tx.SessionByHash(s.Hash)
	if err != nil {
		return err // ended in between: it must not come back
	}
	again.LastUsed = tx.Now()
	u, err := tx.User(s.UserID)
	if err != nil {
		return err
	}
	u.LastActive = tx.Now()
	return errors.Join(tx.PutSession(again), tx.PutUser(u))
}

// Halfway reports whether a key belongs to somebody whose second factor is missing.
func (d *Desk) Halfway(ctx context.Context, key string) (bool, error) {
	half := false
	err := d.store.View(ctx, func(tx catalog.Tx) error {
		s, _, err := d.session(tx, key)
		half = err == nil && !s.Complete
		return err
	})
	if errors.Is(err, ErrStale) {
		err = nil
	}
	return half, err
}

// SignOut ends a session.
func (d *Desk) SignOut(ctx context.Context, key string) error {
	_, err := d.store.Update(ctx, catalog.Anonymous, func(tx catalog.WriteTx) error {
		s, err := tx.SessionByHash(catalog.HashToken(key))
		if err != nil {
			return err
		}
		_, err = tx.DeleteSession(s.UserID, s.ID)
		return err
	})
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return nil
	}
	return err
}

// EndSession ends one of the actor's sessions, EndSessions all but one ("" for none).
func (d *Desk) EndSession(ctx context.Context, by catalog.Actor, id string) error {
	_, err := d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		n, err := tx.DeleteSession(by.UserID, id)
		if err == nil && n == 0 {
			return catalog.Errorf(catalog.KindNotFound, "session not found")
		}
		return err
	})
	return err
}

// EndSessions ends all of the actor's sessions but one ("" for none).
func (d *Desk) EndSessions(ctx context.Context, by catalog.Actor, except string) error {
	_, err := d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		_, err := tx.DeleteSessions(by.UserID, except)
		return err
	})
	return err
}
