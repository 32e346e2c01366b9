package account_test

import (
	"errors"
	"testing"
	"time"

	virtual "github.com/descope/virtualwebauthn"

	"trio.example/catalog/account"
)

var party = virtual.RelyingParty{Name: "Daten", ID: "d.example", Origin: "https://d.example"}

// device is an authenticator with one passkey.
type device struct {
	auth virtual.Authenticator
	cred virtual.Credential
}

// newCredential has a key whose coordinates fill their 32 bytes, as RFC 9053 7.1.1
// demands: one key in 128 has a leading zero, which the virtual device leaves out.
func newCredential() virtual.Credential {
	const full = 77 // bytes of a whole COSE key on P-256
	for {
		if c := virtual.NewCredential(virtual.KeyTypeEC2); len(c.Key.AttestationData()) == full {
			return c
		}
	}
}

// register sets up a passkey for kim and returns its device and the recovery codes.
func (b *bench) register(in *account.SignedIn) (*device, []string) {
	b.t.Helper()
	options, state, err := b.BeginPasskey(ctx, in.Actor, password, "192.0.2.1")
	must(b.t, err)
	parsed, err := virtual.ParseAttestationOptions(string(options))
	must(b.t, err)
	d := &device{auth: virtual.NewAuthenticatorWithOptions(virtual.AuthenticatorOptions{UserHandle: []byte(in.Actor.UserID)}), cred: newCredential()}
	answer := virtual.CreateAttestationResponse(party, d.auth, d.cred, *parsed)
	codes, err := b.FinishPasskey(ctx, in, state, []byte(answer), "Telefon\n", "de")
	must(b.t, err)
	if _, err := b.FinishPasskey(ctx, in, state, []byte(answer), "noch einmal", "de"); !errors.Is(err, account.ErrStale) {
		b.t.Errorf("one answer makes two passkeys: %v", err)
	}
	d.auth.AddCredential(d.cred)
	return d, codes
}

func (d *device) answer(t *testing.T, rp virtual.RelyingParty, options []byte) []byte {
	t.Helper()
	parsed, err := virtual.ParseAssertionOptions(string(options))
	must(t, err)
	return []byte(virtual.CreateAssertionResponse(rp, d.auth, d.cred, *parsed))
}

func TestPasskey_allTheWay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add("lea", "lea@stadt.example")
	key, err := b.try("kim", password)
	must(t, err)
	in := b.in(key)
	if _, _, err := b.BeginPasskey(ctx, in.Actor, "falsch", "192.0.2.1"); !errors.Is(err, account.ErrWrong) {
		t.Errorf("without the password: %v", err)
	}
	d, codes := b.register(in)
	if len(codes) != 10 {
		t.Errorf("%d recovery codes", len(codes))
	}
	a, err := b.Account(ctx, in.Actor)
	must(t, err)
	if len(a.Passkeys) != 1 || a.Passkeys[0].Name != "Telefon" || a.Recovery != 10 {
		t.Fatalf("%+v", a)
	}

	// The password alone is not enough any more.
	half, isHalf, err := b.SignIn(ctx, account.Attempt{Login: "kim", Password: password, Address: "192.0.2.1"})
	if err != nil || !isHalf || b.in(half) != nil {
		t.Errorf("password alone: %t %v", isHalf, err)
	}
	options, state, err := b.BeginPasskeySignIn()
	must(t, err)
	answer := d.answer(t, party, options)
	got, err := b.FinishPasskeySignIn(ctx, state, answer, "192.0.2.1", "Firefox/1 Linux")
	must(t, err)
	if s := b.in(got); s == nil || s.Actor.Name != "kim" {
		t.Fatal("not signed in")
	}
	if _, err := b.FinishPasskeySignIn(ctx, state, answer, "192.0.2.1", ""); !errors.Is(err, account.ErrStale) {
		t.Errorf("an answer counts twice: %v", err)
	}

	for name, try := range map[string]func() error{
		"of another site": func() error {
			options, state, err := b.BeginPasskeySignIn()
			must(t, err)
			_, err = b.FinishPasskeySignIn(ctx, state, d.answer(t, virtual.RelyingParty{ID: "d.example", Origin: "https://falle.example"}, options), "192.0.2.2", "")
			return err
		},
		"of another question": func() error {
			options, _, err := b.BeginPasskeySignIn()
			must(t, err)
			_, state, err := b.BeginPasskeySignIn()
			must(t, err)
			_, err = b.FinishPasskeySignIn(ctx, state, d.answer(t, party, options), "192.0.2.2", "")
			return err
		},
		"without a check of the person": func() error {
			options, state, err := b.BeginPasskeySignIn()
			must(t, err)
			other := *d
			other.auth.Options.UserNotVerified = true
			_, err = b.FinishPasskeySignIn(ctx, state, other.answer(t, party, options), "192.0.2.2", "")
			return err
		},
		"with another key": func() error {
			options, state, err := b.BeginPasskeySignIn()
			must(t, err)
			other := device{auth: d.auth, cred: newCredential()}
			other.cred.ID = d.cred.ID
			_, err = b.FinishPasskeySignIn(ctx, state, other.answer(t, party, options), "192.0.2.2", "")
			return err
		},
		"for somebody else": func() error {
			options, state, err := b.BeginPasskeySignIn()
			must(t, err)
			lea, err := b.try("lea", password)
			must(t, err)
			other := device{auth: virtual.NewAuthenticatorWithOptions(virtual.AuthenticatorOptions{UserHandle: []byte(b.in(lea).Actor.UserID)}), cred: d.cred}
			_, err = b.FinishPasskeySignIn(ctx, state, other.answer(t, party, options), "192.0.2.2", "")
			return err
		},
		"too late": func() error {
			options, state, err := b.BeginPasskeySignIn()
			must(t, err)
			answer := d.answer(t, party, options)
			b.pass(6 * time.Minute)
			_, err = b.FinishPasskeySignIn(ctx, state, answer, "192.0.2.2", "")
			return err
		},
		"nonsense": func() error {
			_, state, err := b.BeginPasskeySignIn()
			must(t, err)
			_, err = b.FinishPasskeySignIn(ctx, state, []byte(`{"id":1}`), "192.0.2.2", "")
			return err
		},
		"a made-up state": func() error {
			options, _, err := b.BeginPasskeySignIn()
			must(t, err)
			_, err = b.FinishPasskeySignIn(ctx, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", d.answer(t, party, options), "192.0.2.2", "")
			return err
		},
	} {
		if err := try(); !errors.Is(err, account.ErrCode) && !errors.Is(err, account.ErrStale) {
			t.Errorf("a passkey %s: %v", name, err)
		}
	}

	// With the last factor go the recovery codes.
	if err := b.DropPasskey(ctx, in.Actor, a.Passkeys[0].ID, "falsch", "192.0.2.1", "de"); !errors.Is(err, account.ErrWrong) {
		t.Errorf("removed without the password: %v", err)
	}
	must(t, b.DropPasskey(ctx, in.Actor, a.Passkeys[0].ID, password, "192.0.2.1", "de"))
	if a, err = b.Account(ctx, in.Actor); err != nil || len(a.Passkeys) != 0 || a.Recovery != 0 {
		t.Errorf("%+v %v", a, err)
	}
	options, state, err = b.BeginPasskeySignIn()
	must(t, err)
	if _, err := b.FinishPasskeySignIn(ctx, state, d.answer(t, party, options), "192.0.2.3", ""); !errors.Is(err, account.ErrCode) {
		t.Errorf("a removed passkey lets in: %v", err)
	}
	if _, isHalf, err := b.SignIn(ctx, account.Attempt{Login: "kim", Password: password, Address: "192.0.2.1"}); err != nil || isHalf {
		t.Errorf("password after removal: %t %v", isHalf, err)
	}
}
