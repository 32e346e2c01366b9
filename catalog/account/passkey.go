package account

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"sync"
	"time"

	"github.com/go-webauthn/webauthn/protocol"
	"github.com/go-webauthn/webauthn/webauthn"

	"trio.example/catalog"
)

// Bounds of passkeys.
const (
	maxPasskeys = 10
	// roundTime is how long somebody may take at the device.
	roundTime   = 5 * time.Minute
	maxResponse = 32 << 10
)

// passkeys speaks WebAuthn. What must be remembered between question and answer
// travels sealed with the question, so that strangers cannot fill a memory.
type passkeys struct {
	rp   *webauthn.WebAuthn
	seal cipher.AEAD
	mu   sync.Mutex
	used map[string]time.Time // challenges that were answered
}

// newPasskeys returns nil where browsers offer no passkeys: they need a name,
// not an address of numbers.
func newPasskeys(portal, siteURL string) (*passkeys, error) {
	u, err := url.Parse(siteURL)
	if err != nil || u.Hostname() == "" || net.ParseIP(u.Hostname()) != nil || u.Scheme != "https" && u.Hostname() != "localhost" {
		return nil, nil //nolint:nilnil,nilerr // there are none then
	}
	rp, err := webauthn.New(&webauthn.Config{RPID: u.Hostname(), RPDisplayName: portal, RPOrigins: []string{u.Scheme + "://" + u.Host}, AttestationPreference: protocol.PreferNoAttestation})
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	var key [32]byte
	_, _ = rand.Read(key[:]) // never fails: crypto/rand ends the program instead
	block, err := aes.NewCipher(key[:])
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	seal, err := cipher.NewGCM(block)
	if err != nil {
		return nil, fmt.Errorf("passkeys: %w", err)
	}
	return &passkeys{rp: rp, seal: seal, used: map[string]time.Time{}}, nil
}

// round is what is remembered between question and answer.
type round struct {
	For  string // "create" or "get"
	User string
	At   time.Time
	Data *webauthn.SessionData
}

func (p *passkeys) close(r round) (string, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return "", fmt.Errorf("seal: %w", err)
	}
	nonce := make([]byte, p.seal.NonceSize())
	_, _ = rand.Read(nonce) // never fails, see above
	return base64.RawURLEncoding.EncodeToString(p.seal.Seal(nonce, nonce, text, nil)), nil
}

// open reads a sealed round; ErrStale when it is not ours, too old or answered.
func (p *passkeys) open(state, what, user string, now time.Time) (*round, error) {
	raw, err := base64.RawURLEncoding.DecodeString(state)
	if err != nil || len(state) > maxResponse || len(raw) < p.seal.NonceSize() {
		return nil, ErrStale
	}
	n := p.seal.NonceSize()
	text, err := p.seal.Open(nil, raw[:n], raw[n:], nil)
	if err != nil {
		return nil, ErrStale
	}
	var r round
	if err := json.Unmarshal(text, &r); err != nil || r.For != what || r.User != user || now.Sub(r.At) > roundTime || r.Data == nil {
		return nil, ErrStale
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for c, at := range p.used {
		if now.Sub(at) > roundTime {
			delete(p.used, c)
		}
	}
	if _, again := p.used[r.Data.Challenge]; again {
		return nil, ErrStale
	}
	return &r, nil
}

// spend notes that a challenge was answered; false when somebody was faster.
func (p *passkeys) spend(r *round, now time.Time) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, again := p.used[r.Data.Challenge]; again {
		return false
	}
	p.used[r.Data.Challenge] = now
	return true
}

// holder is an account as WebAuthn sees it.
type holder struct {
	user    *catalog.User
	factors []*catalog.Factor
	creds   []webauthn.Credential
}

func (h *holder) WebAuthnID() []byte                         { return []byte(h.user.ID) }
func (h *holder) WebAuthnName() string                       { return h.user.Name }
func (h *holder) WebAuthnDisplayName() string                { return called(h.user) }
func (h *holder) WebAuthnCredentials() []webauthn.Credential { return h.creds }

func holderOf(tx catalog.Tx, u *catalog.User) (*holder, error) {
	list, err := tx.Factors(u.ID, catalog.FactorPasskey)
	if err != nil {
		return nil, err
	}
	h := &holder{user: u, factors: list}
	for _, f := range list {
		var c webauthn.Credential
		if err := json.Unmarshal([]byte(f.Secret), &c); err != nil {
			return nil, fmt.Errorf("decode passkey %s: %w", f.ID, err)
		}
		h.creds = append(h.creds, c)
	}
	return h, nil
}

// HasPasskeys reports whether this portal can take passkeys at all.
func (d *Desk) HasPasskeys() bool { return d.keys != nil }

// errNoPasskeys is for portals without a name of their own.
var errNoPasskeys = catalog.Errorf(catalog.KindNotFound, "Dieses Portal nimmt keine Passkeys.")

// BeginPasskey asks the browser for a new passkey; the password is asked for as
// with every change of who gets in. state comes back with the answer.
func (d *Desk) BeginPasskey(ctx context.Context, by catalog.Actor, password, address string) (options []byte, state string, err error) {
	if d.keys == nil {
		return nil, "", errNoPasskeys
	}
	u, err := d.confirm(ctx, by, password, address)
	if err != nil {
		return nil, "", err
	}
	var h *holder
	if err := d.store.View(ctx, func(tx catalog.Tx) (err error) {
		h, err = holderOf(tx, u)
		return err
	}); err != nil {
		return nil, "", err
	}
	if len(h.creds) >= maxPasskeys {
		return nil, "", catalog.Errorf(catalog.KindConflict, "Mehr als %d Passkeys hat kein Konto.", maxPasskeys)
	}
	exclude := make([]protocol.CredentialDescriptor, len(h.creds))
	for i := range h.creds {
		exclude[i] = h.creds[i].Descriptor()
	}
	question, data, err := d.keys.rp.BeginRegistration(h, webauthn.WithExclusions(exclude), webauthn.WithAuthenticatorSelection(protocol.AuthenticatorSelection{
		ResidentKey: protocol.ResidentKeyRequirementRequired, UserVerification: protocol.VerificationRequired,
	}))
	if err != nil {
		return nil, "", fmt.Errorf("begin passkey: %w", err)
	}
	return d.question(question, round{For: "create", User: u.ID, At: d.cfg.Now(), Data: data})
}

func (d *Desk) question(question any, r round) ([]byte, string, error) {
	options, err := json.Marshal(question)
	if err != nil {
		return nil, "", fmt.Errorf("passkey options: %w", err)
	}
	state, err := d.keys.close(r)
	return options, state, err
}

// FinishPasskey takes the browser's answer. With the first factor of an account
// come recovery codes, which are not shown again. Other sessions end.
func (d *Desk) FinishPasskey(ctx context.Context, in *SignedIn, state string, response []byte, name, lang string) (recovery []string, err error) {
	if d.keys == nil {
		return nil, errNoPasskeys
	}
	r, err := d.keys.open(state, "create", in.Actor.UserID, d.cfg.Now())
	if err != nil {
		return nil, err
	}
	if len(response) > maxResponse {
		return nil, ErrCode
	}
	parsed, err := protocol.ParseCredentialCreationResponseBytes(response)
	if err != nil {
		return nil, ErrCode
	}
	_, err = d.store.Update(ctx, in.Actor, func(tx catalog.WriteTx) error {
		u, err := user(tx, in.Actor)
		if err != nil {
			return err
		}
		h, err := holderOf(tx, u)
		if err != nil {
			return err
		}
		cred, err := d.keys.rp.CreateCredential(h, *r.Data, parsed)
		if err != nil || len(h.creds) >= maxPasskeys || !d.keys.spend(r, d.cfg.Now()) {
			return ErrCode
		}
		text, err := json.Marshal(cred)
		if err != nil {
			return fmt.Errorf("encode passkey: %w", err)
		}
		had, err := confirmed(tx, u.ID)
		if err != nil {
			return err
		}
		if err := tx.PutFactor(&catalog.Factor{ID: catalog.NewID(), UserID: u.ID, Kind: catalog.FactorPasskey, Name: oneAgent(name), Secret: string(text), Confirmed: true, Created: tx.Now()}); err != nil {
			return err
		}
		if len(had) == 0 {
			if recovery, err = renew(tx, u); err != nil {
				return err
			}
		}
		if _, err := tx.DeleteSessions(u.ID, in.Session.ID); err != nil {
			return err
		}
		return d.tell(tx, u, lang, change(lang, "Ein Passkey wurde eingerichtet", "A passkey was set up"))
	})
	d.mail.Wake()
	return recovery, err
}

// BeginPasskeySignIn asks the browser for any passkey of this portal.
func (d *Desk) BeginPasskeySignIn() (options []byte, state string, err error) {
	if d.keys == nil {
		return nil, "", errNoPasskeys
	}
	question, data, err := d.keys.rp.BeginDiscoverableLogin(webauthn.WithUserVerification(protocol.VerificationRequired))
	if err != nil {
		return nil, "", fmt.Errorf("begin sign-in by passkey: %w", err)
	}
	return d.question(question, round{For: "get", At: d.cfg.Now(), Data: data})
}

// FinishPasskeySignIn takes the answer and opens a session: device and its
// check of the person are two factors.
func (d *Desk) FinishPasskeySignIn(ctx context.Context, state string, response []byte, address, agent string) (key string, err error) {
	if d.keys == nil {
		return "", errNoPasskeys
	}
	from := addressKey("signin", address)
	if _, err := d.store.Update(ctx, catalog.Anonymous, func(tx catalog.WriteTx) error { return perAddress.take(tx, from) }); err != nil {
		return "", err
	}
	r, err := d.keys.open(state, "get", "", d.cfg.Now())
	if err != nil {
		return "", err
	}
	if len(response) > maxResponse {
		return "", ErrCode
	}
	parsed, err := protocol.ParseCredentialRequestResponseBytes(response)
	if err != nil {
		return "", ErrCode
	}
	_, err = d.store.Update(ctx, catalog.Anonymous, func(tx catalog.WriteTx) error {
		var h *holder
		_, cred, err := d.keys.rp.ValidatePasskeyLogin(func(_, handle []byte) (webauthn.User, error) {
			u, err := tx.User(string(handle))
			if err != nil || u.ID != string(handle) || u.State != catalog.StateActive {
				return nil, errors.Join(ErrCode, err)
			}
			h, err = holderOf(tx, u)
			return h, err
		}, *r.Data, parsed)
		if err != nil || cred.Authenticator.CloneWarning || !d.keys.spend(r, d.cfg.Now()) {
			return ErrCode
		}
		for i := range h.creds {
			if string(h.creds[i].ID) != string(cred.ID) {
				continue
			}
			text, err := json.Marshal(cred)
			if err != nil {
				return fmt.Errorf("encode passkey: %w", err)
			}
			f := h.factors[i]
			f.Secret, f.LastUsed = string(text), tx.Now()
			if err := tx.PutFactor(f); err != nil {
				return err
			}
		}
		h.user.LastActive = tx.Now()
		if err := errors.Join(give(tx, from), tx.PutUser(h.user)); err != nil {
			return err
		}
		key, err = open(tx, h.user, agent, true)
		return err
	})
	return key, err
}

// DropPasskey takes one of the actor's passkeys away; with the last factor go
// the recovery codes.
func (d *Desk) DropPasskey(ctx context.Context, by catalog.Actor, id, password, address, lang string) error {
	u, err := d.confirm(ctx, by, password, address)
	if err != nil {
		return err
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		list, err := tx.Factors(u.ID, "")
		if err != nil {
			return err
		}
		found, left := false, 0
		for _, f := range list {
			switch {
			case f.ID == id && f.Kind == catalog.FactorPasskey:
				found = true
			case f.Kind != catalog.FactorRecovery && f.Confirmed:
				left++
			}
		}
		if !found {
			return nil // gone already
		}
		for _, f := range list {
			if f.ID == id || left == 0 && f.Kind == catalog.FactorRecovery {
				if err := tx.DeleteFactor(f.ID); err != nil {
					return err
				}
			}
		}
		return d.tell(tx, u, lang, change(lang, "Ein Passkey wurde entfernt", "A passkey was removed"))
	})
	d.mail.Wake()
	return err
}
