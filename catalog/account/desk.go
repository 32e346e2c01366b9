package account

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/base64"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // letters name German local time, also where the system has no zone files
	"unicode"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/catalog/mail"
)

// Config is what the wiring decides.
type Config struct {
	// Portal names the portal, SiteURL is its address without a final slash.
	Portal  catalog.Text
	SiteURL string
	// SecondFactor says whom a password alone does not let in.
	SecondFactor Demand
	// Now replaces the clock, for tests.
	Now func() time.Time
}

// Desk is where people sign in and look after their account.
type Desk struct {
	reg   *catalog.Registry
	store catalog.Store
	mail  *mail.Outbox
	cfg   Config
	zone  *time.Location
	keys  *passkeys // nil where there are none
}

// New makes a desk.
func New(reg *catalog.Registry, outbox *mail.Outbox, cfg Config) (*Desk, error) {
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		return nil, fmt.Errorf("load time zone: %w", err)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	keys, err := newPasskeys(cfg.Portal.In("de"), cfg.SiteURL)
	if err != nil {
		return nil, err
	}
	return &Desk{reg: reg, store: reg.Store(), mail: outbox, cfg: cfg, zone: zone, keys: keys}, nil
}

// Outbox is where its letters go.
func (d *Desk) Outbox() *mail.Outbox { return d.mail }

// Errors that pages explain in the reader's language.
var (
	// ErrWrong is one answer for an unknown name and a wrong password.
	ErrWrong = catalog.Errorf(catalog.KindUnauthenticated, "Name oder Passwort stimmen nicht.")
	// ErrCode is a code that does not fit.
	ErrCode = catalog.Errorf(catalog.KindUnauthenticated, "Der Code stimmt nicht.")
	// ErrStale is a link or a sign-in that has run out.
	ErrStale = catalog.Errorf(catalog.KindNotFound, "Der Link ist abgelaufen oder schon benutzt.")
)

// newKey makes the secret of a session or a ticket and what is kept of it.
func newKey() (key, hash string) {
	var b [32]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	key = base64.RawURLEncoding.EncodeToString(b[:])
	return key, catalog.HashToken(key)
}

// maxLogin bounds what is looked up.
const maxLogin = 254

// oneLogin cleans what somebody typed as name or address.
func oneLogin(s string) string {
	s = strings.TrimSpace(s)
	if len(s) > maxLogin || !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl) {
		return ""
	}
	return s
}

// find looks up who a name or address means. An address that several accounts
// have means none of them.
func find(tx catalog.Tx, login string) (*catalog.User, error) {
	if login == "" {
		return nil, nil //nolint:nilnil // nobody is an answer
	}
	if !strings.Contains(login, "@") {
		if strings.ContainsFunc(login, func(r rune) bool { return r > unicode.MaxASCII }) {
			return nil, nil //nolint:nilnil // names are ASCII; other letters may fold to theirs
		}
		u, err := tx.User(strings.ToLower(login))
		if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
			return nil, nil //nolint:nilnil // see above
		}
		// The store also finds by id, which is nothing to sign in with.
		if err != nil || u.State != catalog.StateActive || !strings.EqualFold(u.Name, login) {
			return nil, err
		}
		return u, nil
	}
	list, err := active(tx, login)
	if err != nil || len(list) != 1 {
		return nil, err
	}
	return list[0], nil
}

func active(tx catalog.Tx, email string) ([]*catalog.User, error) {
	list, err := tx.UsersByEmail(email)
	out := list[:0]
	for _, u := range list {
		if u.State == catalog.StateActive {
			out = append(out, u)
		}
	}
	return out, err
}

// own are the words that must not make up a password.
func (d *Desk) own(u *catalog.User) []string {
	return []string{u.Name, u.FullName, u.Email, d.cfg.Portal.In("de"), d.cfg.SiteURL}
}

// called is how a letter addresses somebody.
func called(u *catalog.User) string { return cmp.Or(u.FullName, u.Name) }

var germanMonths = []string{"Januar", "Februar", "März", "April", "Mai", "Juni", "Juli", "August", "September", "Oktober", "November", "Dezember"}

// until writes a moment for a letter.
func (d *Desk) until(t time.Time, lang string) string {
	t = t.In(d.zone)
	if lang == "en" {
		return t.Format("2 January 2006, 15:04")
	}
	return fmt.Sprintf("%d. %s %d, %s Uhr", t.Day(), germanMonths[t.Month()-1], t.Year(), t.Format("15:04"))
}

// tell writes to somebody that the account was changed; accounts without an
// address are told nothing.
func (d *Desk) tell(tx catalog.WriteTx, u *catalog.User, lang, what string) error {
	if _, err := mail.Address(u.Email); err != nil {
		return nil //nolint:nilerr // no way to reach them
	}
	return d.mail.Put(tx, mail.Draft{Kind: "changed", Lang: lang, UserID: u.ID, To: u.Email, Values: mail.Values{Name: called(u), Login: u.Name, What: what}})
}

// change names in letters what happened.
func change(lang, de, en string) string { return catalog.DE(de, en).In(lang) }

// SignedIn is somebody with an open session.
type SignedIn struct {
	Actor   catalog.Actor
	Session *catalog.Session
	// Lacks says that a second factor is demanded and not set up yet. Such an
	// actor has no rights beyond the own account.
	Lacks bool
}

// user finds the account behind an actor.
func user(tx catalog.Tx, by catalog.Actor) (*catalog.User, error) {
	if by.IsAnonymous() {
		return nil, catalog.Errorf(catalog.KindUnauthenticated, "Bitte melden Sie sich an.")
	}
	return tx.User(by.UserID)
}

// Account is what somebody sees of the own account.
type Account struct {
	User     *catalog.User
	Sessions []*catalog.Session
	// TOTP is the app with one-time codes, nil when there is none.
	TOTP *catalog.Factor
	// Passkeys are the devices that can sign in.
	Passkeys []*catalog.Factor
	// Recovery is how many recovery codes are left.
	Recovery int
	// Tokens are the API tokens that are valid.
	Tokens []*catalog.Token
}

// Account reads the own account.
func (d *Desk) Account(ctx context.Context, by catalog.Actor) (*Account, error) {
	var a Account
	err := d.store.View(ctx, func(tx catalog.Tx) (err error) {
		if a.User, err = user(tx, by); err != nil {
			return err
		}
		all, err := tx.Sessions(a.User.ID)
		if err != nil {
			return err
		}
		for _, s := range all {
			if s.Complete && s.Stamp == stamp(a.User) && !d.over(s) {
				a.Sessions = append(a.Sessions, s)
			}
		}
		tokens, err := tx.Tokens(a.User.ID)
		if err != nil {
			return err
		}
		for _, k := range tokens {
			if d.valid(k) {
				a.Tokens = append(a.Tokens, k)
			}
		}
		factors, err := tx.Factors(a.User.ID, "")
		for _, f := range factors {
			switch {
			case f.Kind == catalog.FactorTOTP && f.Confirmed:
				a.TOTP = f
			case f.Kind == catalog.FactorPasskey:
				a.Passkeys = append(a.Passkeys, f)
			case f.Kind == catalog.FactorRecovery:
				a.Recovery++
			}
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// Tidy removes what has run out.
func (d *Desk) Tidy(ctx context.Context) error {
	_, err := d.store.Update(ctx, catalog.System("account"), func(tx catalog.WriteTx) error { return tx.DeleteStale() })
	return err
}
