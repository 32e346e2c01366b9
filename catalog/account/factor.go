package account

import (
	"context"
	"errors"

	"trio.example/catalog"
)

func factorKey(u *catalog.User) string { return "factor:" + u.ID }

// SecondFactor checks a one-time or recovery code for a session whose password
// was right, and opens it under a new key.
func (d *Desk) SecondFactor(ctx context.Context, key, code, address, lang string) (newSession string, err error) {
	right := false
	_, err = d.store.Update(ctx, catalog.Anonymous, func(tx catalog.WriteTx) error {
		s, u, err := d.session(tx, key)
		if err != nil {
			return err
		}
		if s.Complete {
			return ErrStale
		}
		if err := errors.Join(perAddress.take(tx, addressKey("signin", address)), perAccount.take(tx, factorKey(u))); err != nil {
			return err
		}
		if right, err = d.useCode(tx, u, plainCode(code), lang); err != nil || !right {
			return err // the guess stays counted
		}
		if err := errors.Join(forget(tx, factorKey(u)), give(tx, addressKey("signin", address))); err != nil {
			return err
		}
		u.LastActive = tx.Now()
		if err := tx.PutUser(u); err != nil {
			return err
		}
		if _, err := tx.DeleteSession(u.ID, s.ID); err != nil {
			return err
		}
		newSession, err = open(tx, u, s.Agent, true)
		return err
	})
	if err == nil && !right {
		err = ErrCode
	}
	d.mail.Wake()
	return newSession, err
}

// useCode looks for the factor a code belongs to and uses the code up.
func (d *Desk) useCode(tx catalog.WriteTx, u *catalog.User, code, lang string) (bool, error) {
	list, err := tx.Factors(u.ID, "")
	if err != nil {
		return false, err
	}
	for _, f := range list {
		switch {
		case f.Kind == catalog.FactorTOTP && f.Confirmed && len(code) == totpDigits:
			step, ok := checkTOTP(f.Secret, code, d.cfg.Now(), f.Step)
			if !ok {
				continue
			}
			f.Step, f.LastUsed = step, tx.Now()
			return true, tx.PutFactor(f)
		case f.Kind == catalog.FactorRecovery && f.Secret == catalog.HashToken(code):
			if err := tx.DeleteFactor(f.ID); err != nil {
				return false, err
			}
			return true, d.tell(tx, u, lang, change(lang, "Ein Wiederherstellungscode wurde zur Anmeldung benutzt", "A recovery code was used to sign in"))
		}
	}
	return false, nil
}

// Setup is what an app needs to know, shown until its first code was taken.
type Setup struct{ Secret, URL string }

// BeginTOTP starts to set up an app with one-time codes; the password is asked
// for, so that an open browser is not enough. It counts from its first right code on.
func (d *Desk) BeginTOTP(ctx context.Context, by catalog.Actor, password, address string) error {
	u, err := d.confirm(ctx, by, password, address)
	if err != nil {
		return err
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		list, err := tx.Factors(u.ID, catalog.FactorTOTP)
		if err != nil {
			return err
		}
		for _, f := range list {
			if f.Confirmed {
				return catalog.Errorf(catalog.KindConflict, "Es ist schon eine App eingerichtet.")
			}
			if err := tx.DeleteFactor(f.ID); err != nil {
				return err
			}
		}
		return tx.PutFactor(&catalog.Factor{ID: catalog.NewID(), UserID: u.ID, Kind: catalog.FactorTOTP, Secret: newTOTP(), Created: tx.Now()})
	})
	return err
}

// begun finds the app being set up.
func (d *Desk) begun(tx catalog.Tx, by catalog.Actor) (*catalog.User, *catalog.Factor, error) {
	u, err := user(tx, by)
	if err != nil {
		return nil, nil, err
	}
	list, err := tx.Factors(u.ID, catalog.FactorTOTP)
	if err != nil {
		return nil, nil, err
	}
	for _, f := range list {
		if !f.Confirmed && d.cfg.Now().Sub(f.Created) < resetTime {
			return u, f, nil
		}
	}
	return u, nil, ErrStale
}

// TOTPSetup shows what the app being set up needs; ErrStale when none is.
func (d *Desk) TOTPSetup(ctx context.Context, by catalog.Actor) (*Setup, error) {
	var out Setup
	err := d.store.View(ctx, func(tx catalog.Tx) error {
		u, f, err := d.begun(tx, by)
		if err != nil {
			return err
		}
		out = Setup{Secret: f.Secret, URL: totpURL(d.cfg.Portal.In("de"), u.Name, f.Secret)}
		return nil
	})
	return &out, err
}

// ConfirmTOTP takes the app's first code. From then on it is asked for; the
// recovery codes returned are not shown again. Other sessions end.
func (d *Desk) ConfirmTOTP(ctx context.Context, in *SignedIn, code, lang string) (recovery []string, err error) {
	right := false
	_, err = d.store.Update(ctx, in.Actor, func(tx catalog.WriteTx) error {
		u, f, err := d.begun(tx, in.Actor)
		if err != nil {
			return err
		}
		if err := perAccount.take(tx, factorKey(u)); err != nil {
			return err
		}
		var step int64
		if step, right = checkTOTP(f.Secret, plainCode(code), d.cfg.Now(), 0); !right {
			return nil
		}
		f.Confirmed, f.Step, f.LastUsed = true, step, tx.Now()
		if err := errors.Join(tx.PutFactor(f), forget(tx, factorKey(u))); err != nil {
			return err
		}
		if recovery, err = renew(tx, u); err != nil {
			return err
		}
		if _, err := tx.DeleteSessions(u.ID, in.Session.ID); err != nil {
			return err
		}
		return d.tell(tx, u, lang, change(lang, "Ein zweiter Faktor wurde eingerichtet", "A second factor was set up"))
	})
	if err == nil && !right {
		return nil, ErrCode
	}
	d.mail.Wake()
	return recovery, err
}

// renew makes new recovery codes; the old ones end.
func renew(tx catalog.WriteTx, u *catalog.User) ([]string, error) {
	old, err := tx.Factors(u.ID, catalog.FactorRecovery)
	if err != nil {
		return nil, err
	}
	for _, f := range old {
		if err := tx.DeleteFactor(f.ID); err != nil {
			return nil, err
		}
	}
	var out []string
	for range recoveryCodes {
		code := newRecoveryCode()
		out = append(out, code)
		if err := tx.PutFactor(&catalog.Factor{ID: catalog.NewID(), UserID: u.ID, Kind: catalog.FactorRecovery, Secret: catalog.HashToken(plainCode(code)), Confirmed: true, Created: tx.Now()}); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// RenewRecovery makes new recovery codes.
func (d *Desk) RenewRecovery(ctx context.Context, by catalog.Actor, password, address, lang string) (codes []string, err error) {
	u, err := d.confirm(ctx, by, password, address)
	if err != nil {
		return nil, err
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		list, err := confirmed(tx, u.ID)
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return catalog.Errorf(catalog.KindConflict, "Zuerst muss ein zweiter Faktor eingerichtet sein.")
		}
		if codes, err = renew(tx, u); err != nil {
			return err
		}
		return d.tell(tx, u, lang, change(lang, "Neue Wiederherstellungscodes wurden erzeugt", "New recovery codes were made"))
	})
	d.mail.Wake()
	return codes, err
}

// DropFactors takes away the actor's second factors.
func (d *Desk) DropFactors(ctx context.Context, by catalog.Actor, password, address, lang string) error {
	u, err := d.confirm(ctx, by, password, address)
	if err != nil {
		return err
	}
	return d.drop(ctx, by, u.ID, lang)
}

// DropFactorsOf takes away somebody's second factors, for operators: when phone
// and recovery codes are lost.
func (d *Desk) DropFactorsOf(ctx context.Context, by catalog.Actor, name string) error {
	if !by.Sysadmin {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	return d.drop(ctx, by, name, "de")
}

func (d *Desk) drop(ctx context.Context, by catalog.Actor, name, lang string) error {
	_, err := d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		u, err := named(tx, name)
		if err != nil {
			return err
		}
		list, err := tx.Factors(u.ID, "")
		if err != nil {
			return err
		}
		for _, f := range list {
			if err := tx.DeleteFactor(f.ID); err != nil {
				return err
			}
		}
		if len(list) == 0 {
			return nil
		}
		return d.tell(tx, u, lang, change(lang, "Der zweite Faktor wurde ausgeschaltet", "The second factor was switched off"))
	})
	d.mail.Wake()
	return err
}
