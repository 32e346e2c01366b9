package account

import (
	"context"
	"errors"
	"log/slog"
	"net/url"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
)

// The kinds of ticket and how long they last.
const (
	TicketReset  = "reset"
	TicketInvite = "invite"

	resetTime  = 2 * time.Hour
	inviteTime = 14 * 24 * time.Hour
)

// ticketPath is the page a ticket opens.
var ticketPath = map[string]string{TicketReset: "/user/reset/new", TicketInvite: "/user/invite"}

// ticket makes a key and the address it opens.
func (d *Desk) ticket(tx catalog.WriteTx, u *catalog.User, kind, lang string) (link string, expires time.Time, err error) {
	expires = tx.Now().Add(resetTime)
	if kind == TicketInvite {
		expires = tx.Now().Add(inviteTime)
		if err := tx.DeleteTickets(u.ID, kind); err != nil {
			return "", expires, err
		}
	}
	key, hash := newKey()
	prefix := ""
	if lang == "en" {
		prefix = "/en"
	}
	link = d.cfg.SiteURL + prefix + ticketPath[kind] + "?key=" + url.QueryEscape(key)
	return link, expires, tx.PutTicket(&catalog.Ticket{Hash: hash, Kind: kind, UserID: u.ID, Created: tx.Now(), Expires: expires})
}

// maxRequests wait at most; more come from nobody who forgot a password.
const maxRequests = 1000

// AskReset takes the wish for a new password. Whether there is such an account
// is looked up afterwards, so that neither the answer nor its time tells.
func (d *Desk) AskReset(ctx context.Context, login, lang, address string) error {
	_, err := d.store.Update(ctx, catalog.Anonymous, func(tx catalog.WriteTx) error {
		if err := perAsker.take(tx, addressKey("ask", address)); err != nil {
			return err
		}
		waiting, err := tx.ResetRequests(maxRequests)
		if err != nil {
			return err
		}
		if len(waiting) >= maxRequests {
			return catalog.Errorf(catalog.KindLimited, "Gerade gibt es zu viele Anfragen. Bitte in einer Stunde noch einmal versuchen.")
		}
		return tx.PutResetRequest(&catalog.ResetRequest{ID: catalog.NewID(), Login: oneLogin(login), Lang: lang, At: tx.Now()})
	})
	if err == nil {
		d.mail.Wake()
	}
	return err
}

// HandleResets writes the letters for the wishes that wait.
func (d *Desk) HandleResets(ctx context.Context) error {
	var waiting []*catalog.ResetRequest
	err := d.store.View(ctx, func(tx catalog.Tx) (err error) {
		waiting, err = tx.ResetRequests(100)
		return err
	})
	if err != nil {
		return err
	}
	for _, r := range waiting {
		if _, err := d.store.Update(ctx, catalog.System("mail"), func(tx catalog.WriteTx) error {
			if err := tx.DeleteResetRequest(r.ID); err != nil {
				return err
			}
			return d.reset(tx, r)
		}); err != nil {
			return err
		}
	}
	return nil
}

func (d *Desk) reset(tx catalog.WriteTx, r *catalog.ResetRequest) error {
	var users []*catalog.User
	u, err := find(tx, r.Login)
	switch {
	case err != nil:
		return err
	case u != nil:
		users = append(users, u)
	case r.Login != "":
		// Several accounts with one address: each gets its letter, which names it.
		if users, err = active(tx, r.Login); err != nil {
			return err
		}
	}
	for _, u := range users[:min(len(users), 5)] {
		if _, err := mail.Address(u.Email); err != nil {
			slog.Info("no letter for an account without an address", "user", u.ID)
			continue
		}
		var wait *WaitError
		if err := perReader.take(tx, "letters:"+u.ID); errors.As(err, &wait) {
			continue
		} else if err != nil {
			return err
		}
		link, expires, err := d.ticket(tx, u, TicketReset, r.Lang)
		if err != nil {
			return err
		}
		if err := d.mail.Put(tx, mail.Draft{
			Kind: "reset", Lang: r.Lang, UserID: u.ID, To: u.Email, Expires: expires,
			Values: mail.Values{Name: called(u), Login: u.Name, Link: link, Until: d.until(expires, r.Lang)},
		}); err != nil {
			return err
		}
	}
	return nil
}

// ResetLink makes a link to a new password for an operator to hand over.
func (d *Desk) ResetLink(ctx context.Context, by catalog.Actor, name string) (link string, err error) {
	if !by.Sysadmin {
		return "", catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		u, err := named(tx, name)
		if err != nil {
			return err
		}
		kind := TicketReset
		if u.State == statePending {
			kind = TicketInvite
		}
		link, _, err = d.ticket(tx, u, kind, "de")
		return err
	})
	return link, err
}

// named finds an account for an operator.
func named(tx catalog.Tx, name string) (*catalog.User, error) {
	u, err := tx.User(name)
	if err == nil && u.State != catalog.StateDeleted {
		return u, nil
	}
	if list, lerr := tx.UsersByEmail(name); lerr == nil && len(list) == 1 && list[0].State != catalog.StateDeleted {
		return list[0], nil
	}
	return nil, catalog.Errorf(catalog.KindNotFound, "Es gibt kein Konto mit dem Namen %s.", name)
}

// open finds the account a key opens, without using it up.
func (d *Desk) byTicket(tx catalog.Tx, kind, key string) (*catalog.User, error) {
	if key == "" || len(key) > 100 {
		return nil, ErrStale
	}
	k, err := tx.Ticket(catalog.HashToken(key))
	if err == nil && (k.Kind != kind || !d.cfg.Now().Before(k.Expires)) {
		return nil, ErrStale
	}
	if err == nil {
		var u *catalog.User
		if u, err = tx.User(k.UserID); err == nil && (u.State == catalog.StateActive || kind == TicketInvite && u.State == statePending) {
			return u, nil
		}
	}
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return nil, err
	}
	return nil, ErrStale
}

// Ticket finds the account a key opens; ErrStale when it opens nothing.
func (d *Desk) Ticket(ctx context.Context, kind, key string) (u *catalog.User, err error) {
	err = d.store.View(ctx, func(tx catalog.Tx) (err error) {
		u, err = d.byTicket(tx, kind, key)
		return err
	})
	return u, err
}

// maxFullName bounds what people call themselves.
const maxFullName = 200

// UseTicket sets a new password with a key, which is used up; an invited account
// becomes active under the given name. All sessions of the account end.
func (d *Desk) UseTicket(ctx context.Context, kind, key, fullName, password, lang string) error {
	u, err := d.Ticket(ctx, kind, key)
	if err != nil {
		return err
	}
	fullName = oneAgent(fullName)
	if kind == TicketInvite {
		if fullName == "" || len(fullName) > maxFullName {
			return catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "fullname_missing", Field: "fullname",
				Message: catalog.DE("Bitte geben Sie Ihren Namen an, höchstens 200 Zeichen.", "Enter your name, at most 200 characters.")})
		}
		u.FullName = fullName
	}
	hash, err := d.newPassword(ctx, password, u)
	if err != nil {
		return err
	}
	_, err = d.store.Update(ctx, catalog.Actor{UserID: u.ID, Name: u.Name}, func(tx catalog.WriteTx) error {
		u, err := d.byTicket(tx, kind, key) // once more: it counts once
		if err != nil {
			return err
		}
		if kind == TicketInvite {
			u.FullName, u.State = fullName, catalog.StateActive
		}
		if err := d.setPassword(tx, u, hash, ""); err != nil {
			return err
		}
		if kind == TicketInvite {
			return nil
		}
		return d.tell(tx, u, lang, change(lang, "Das Passwort wurde neu festgelegt", "The password was set anew"))
	})
	if err == nil {
		d.mail.Wake()
	}
	return err
}

// newPassword checks a password against the rules and hashes it.
func (d *Desk) newPassword(ctx context.Context, password string, u *catalog.User) (string, error) {
	if faults := CheckPassword(password, d.own(u)...); len(faults) > 0 {
		return "", catalog.Invalid(faults...)
	}
	done, err := turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	return Hash(password)
}

// setPassword stores a password, uses up all tickets, ends all sessions but one
// and forgets wrong guesses: who proved who they are need not wait.
func (d *Desk) setPassword(tx catalog.WriteTx, u *catalog.User, hash, except string) error {
	u.Password = hash
	if err := tx.PutUser(u); err != nil {
		return err
	}
	if _, err := tx.DeleteSessions(u.ID, except); err != nil {
		return err
	}
	return errors.Join(tx.DeleteTickets(u.ID, ""), forget(tx, append(passwordKeys(u), factorKey(u), "letters:"+u.ID)...))
}

// SetPassword sets somebody's password, for operators.
func (d *Desk) SetPassword(ctx context.Context, by catalog.Actor, name, password string) error {
	if !by.Sysadmin {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	var u *catalog.User
	if err := d.store.View(ctx, func(tx catalog.Tx) (err error) {
		u, err = named(tx, name)
		return err
	}); err != nil {
		return err
	}
	hash, err := d.newPassword(ctx, password, u)
	if err != nil {
		return err
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		u, err := named(tx, u.ID)
		if err != nil {
			return err
		}
		if u.State == statePending {
			u.State = catalog.StateActive
		}
		return d.setPassword(tx, u, hash, "")
	})
	return err
}

// Unlock forgets the wrong guesses of an account.
func (d *Desk) Unlock(ctx context.Context, by catalog.Actor, name string) error {
	if !by.Sysadmin {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	_, err := d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		u, err := named(tx, name)
		if err != nil {
			return err
		}
		return forget(tx, append(passwordKeys(u), factorKey(u), "letters:"+u.ID)...)
	})
	return err
}

// ChangePassword replaces the actor's password. Other sessions end; the one it
// was done in goes on under a new key.
func (d *Desk) ChangePassword(ctx context.Context, in *SignedIn, old, password, address, lang string) (key string, err error) {
	u, err := d.confirm(ctx, in.Actor, old, address)
	if err != nil {
		return "", err
	}
	hash, err := d.newPassword(ctx, password, u)
	if err != nil {
		return "", err
	}
	before := u.Password
	_, err = d.store.Update(ctx, in.Actor, func(tx catalog.WriteTx) error {
		u, err := user(tx, in.Actor)
		if err != nil || u.Password != before {
			return errors.Join(ErrWrong, err)
		}
		s, err := tx.SessionByHash(in.Session.Hash)
		if err != nil {
			return err
		}
		if err := d.setPassword(tx, u, hash, s.ID); err != nil {
			return err
		}
		key, s.Hash = newKey()
		s.Stamp = stamp(u)
		if err := tx.PutSession(s); err != nil {
			return err
		}
		return d.tell(tx, u, lang, change(lang, "Das Passwort wurde geändert", "The password was changed"))
	})
	if err == nil {
		d.mail.Wake()
	}
	return key, err
}

// confirm checks the actor's password before something that decides who gets in.
func (d *Desk) confirm(ctx context.Context, by catalog.Actor, password, address string) (*catalog.User, error) {
	var u *catalog.User
	_, err := d.store.Update(ctx, by, func(tx catalog.WriteTx) (err error) {
		if u, err = user(tx, by); err != nil {
			return err
		}
		return errors.Join(perAddress.take(tx, addressKey("signin", address)), perAccount.take(tx, accountKey(u)))
	})
	if err != nil {
		return nil, err
	}
	ok, _, err := verify(ctx, password, u.Password)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, ErrWrong
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		return errors.Join(forget(tx, accountKey(u)), give(tx, addressKey("signin", address)))
	})
	return u, err
}
