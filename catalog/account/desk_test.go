package account_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alexedwards/argon2id"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/mail"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
)

const password = "vier Kamele trinken Limonade"

var (
	ctx  = context.Background()
	boss = catalog.Actor{UserID: "operator", Name: "operator", Sysadmin: true}
)

type bench struct {
	*account.Desk
	t     *testing.T
	store *sqlstore.Store
	reg   *catalog.Registry
	path  string
	now   atomic.Int64
}

func (b *bench) clock() time.Time     { return time.UnixMicro(b.now.Load()).UTC() }
func (b *bench) pass(d time.Duration) { b.now.Add(d.Microseconds()) }

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t}
	b.now.Store(time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC).UnixMicro())
	var err error
	b.path = filepath.Join(t.TempDir(), "trio.db")
	if b.store, err = sqlstore.Open(ctx, b.path); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { b.store.Close() })
	b.store.SetClock(b.clock)
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	b.reg = catalog.NewRegistry(b.store, defs)
	texts, err := mail.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	outbox, err := mail.NewOutbox(b.store, texts, mail.Config{Portal: catalog.DE("Daten", "Data"), SiteURL: "https://d.example", From: "p@d.example", Now: b.clock})
	if err != nil {
		t.Fatal(err)
	}
	if b.Desk, err = account.New(b.reg, outbox, account.Config{Portal: catalog.DE("Daten", "Data"), SiteURL: "https://d.example", Now: b.clock}); err != nil {
		t.Fatal(err)
	}
	b.add("kim", "kim@stadt.example")
	return b
}

func (b *bench) add(name, email string) {
	b.t.Helper()
	if err := errors.Join(b.reg.AddUser(ctx, boss, &catalog.User{Name: name, Email: email}), b.SetPassword(ctx, boss, name, password)); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) try(login, pw string) (string, error) {
	key, _, err := b.SignIn(ctx, account.Attempt{Login: login, Password: pw, Address: "192.0.2.1", Agent: "Firefox/1 Linux"})
	return key, err
}

func (b *bench) in(key string) *account.SignedIn {
	b.t.Helper()
	in, err := b.Authenticate(ctx, key)
	if err != nil {
		b.t.Fatal(err)
	}
	return in
}

func (b *bench) update(fn func(catalog.WriteTx) error) {
	b.t.Helper()
	if _, err := b.store.Update(ctx, boss, fn); err != nil {
		b.t.Fatal(err)
	}
}

func TestSignIn_whoGetsIn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add("zwei", "beide@stadt.example")
	b.add("drei", "Beide@stadt.example")
	b.update(func(tx catalog.WriteTx) error {
		for _, u := range []*catalog.User{
			{ID: catalog.NewID(), Name: "ohne", State: catalog.StateActive, Created: tx.Now()},
			{ID: catalog.NewID(), Name: "kaputt", State: catalog.StateActive, Created: tx.Now(), Password: "$argon2id$v=19$m=4294967295,t=4294967295,p=1$c2FsdHNhbHRzYWx0c2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"},
			{ID: catalog.NewID(), Name: "unlesbar", State: catalog.StateActive, Created: tx.Now(), Password: "plain"},
		} {
			if err := tx.PutUser(u); err != nil {
				return err
			}
		}
		return nil
	})
	kim := ""
	b.update(func(tx catalog.WriteTx) error {
		u, err := tx.User("kim")
		kim = u.ID
		return err
	})
	for name, c := range map[string]struct {
		login, password string
		ok              bool
	}{
		"by name":                     {"kim", password, true},
		"by name in capitals":         {" KIM ", password, true},
		"by address":                  {"Kim@Stadt.Example", password, true},
		"by id":                       {kim, password, false},
		"with a space behind":         {"kim", password + " ", false},
		"no password":                 {"kim", "", false},
		"very long":                   {"kim", strings.Repeat("x", 1<<20), false},
		"an address of two":           {"beide@stadt.example", password, false},
		"an account without password": {"ohne", "", false},
		"a hash that costs the world": {"kaputt", password, false},
		"a hash nobody can read":      {"unlesbar", "plain", false},
		"nobody":                      {"niemand", password, false},
		"no login":                    {"", password, false},
		"control signs":               {"kim\x00", password, false},
		"a pattern":                   {"%@stadt.example", password, false},
		"a letter that folds to a k":  {"\u212Aim", password, false},
	} {
		key, err := b.try(c.login, c.password)
		if (err == nil) != c.ok || err != nil && !errors.Is(err, account.ErrWrong) || (key != "") != c.ok {
			t.Errorf("%s: %v", name, err)
		}
		b.pass(2 * time.Hour)
	}
	u := &catalog.User{}
	b.update(func(tx catalog.WriteTx) (err error) {
		if u, err = tx.User("kim"); err != nil {
			return err
		}
		u.State = catalog.StateDeleted
		return tx.PutUser(u)
	})
	if _, err := b.try("kim", password); !errors.Is(err, account.ErrWrong) {
		t.Errorf("a deleted account: %v", err)
	}
}

func TestSignIn_umlautsInBothForms(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.SetPassword(ctx, boss, "kim", "grüne Schrauben singen leise"); err != nil { // one sign
		t.Fatal(err)
	}
	if _, err := b.try("kim", "gru\u0308ne Schrauben singen leise"); err != nil { // letter and dots
		t.Error(err)
	}
}

func TestSignIn_strengthensOldHashes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	weak, err := argon2id.CreateHash(password, &argon2id.Params{Memory: 1024, Iterations: 1, Parallelism: 1, SaltLength: 16, KeyLength: 32})
	if err != nil {
		t.Fatal(err)
	}
	b.update(func(tx catalog.WriteTx) error {
		u, err := tx.User("kim")
		if err != nil {
			return err
		}
		u.Password = weak
		return tx.PutUser(u)
	})
	key, err := b.try("kim", password)
	if err != nil || b.in(key) == nil {
		t.Fatal(err)
	}
	b.update(func(tx catalog.WriteTx) error {
		u, err := tx.User("kim")
		if err == nil && (u.Password == weak || !strings.Contains(u.Password, "m=19456,t=2,p=1")) {
			t.Error(u.Password)
		}
		return err
	})
}

func TestSessions_end(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(b *bench, in *account.SignedIn, key string){
		"sign out":        func(b *bench, _ *account.SignedIn, key string) { must(b.t, b.SignOut(ctx, key)) },
		"ended":           func(b *bench, in *account.SignedIn, _ string) { must(b.t, b.EndSession(ctx, in.Actor, in.Session.ID)) },
		"all ended":       func(b *bench, in *account.SignedIn, _ string) { must(b.t, b.EndSessions(ctx, in.Actor, "")) },
		"idle":            func(b *bench, _ *account.SignedIn, _ string) { b.pass(12*time.Hour + time.Minute) },
		"set by operator": func(b *bench, _ *account.SignedIn, _ string) { must(b.t, b.SetPassword(ctx, boss, "kim", password)) },
		"set over the API": func(b *bench, _ *account.SignedIn, _ string) {
			b.change(func(u *catalog.User) { u.Password = "$argon2id$other" })
		},
		"account deleted": func(b *bench, _ *account.SignedIn, _ string) {
			b.change(func(u *catalog.User) { u.State = catalog.StateDeleted })
		},
		"account destroyed": func(b *bench, in *account.SignedIn, _ string) {
			b.update(func(tx catalog.WriteTx) error { return tx.DeleteUser(in.Actor.UserID) })
		},
		"a week": func(b *bench, _ *account.SignedIn, key string) {
			for range 7 * 4 { // used all the time
				b.pass(6 * time.Hour)
				b.in(key)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			key, err := b.try("kim", password)
			if err != nil {
				t.Fatal(err)
			}
			in := b.in(key)
			if in == nil || in.Actor.Name != "kim" {
				t.Fatal("not signed in")
			}
			end(b, in, key)
			if b.in(key) != nil {
				t.Error("still signed in")
			}
		})
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (b *bench) change(fn func(*catalog.User)) {
	b.t.Helper()
	b.update(func(tx catalog.WriteTx) error {
		u, err := tx.User("kim")
		if err != nil {
			return err
		}
		fn(u)
		return tx.PutUser(u)
	})
}

func TestSessions_belongToOne(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add("lea", "lea@stadt.example")
	key, err := b.try("kim", password)
	must(t, err)
	other, err := b.try("lea", password)
	must(t, err)
	if err := b.EndSession(ctx, b.in(other).Actor, b.in(key).Session.ID); catalog.KindOf(err) != catalog.KindNotFound {
		t.Error(err)
	}
	if b.in(key) == nil {
		t.Error("somebody else ended the session")
	}
	for _, k := range []string{"", "x", key + "x", strings.Repeat("x", 1000), b.in(key).Session.Hash, b.in(key).Session.ID} {
		if b.in(k) != nil {
			t.Errorf("%q lets in", k)
		}
	}
	a, err := b.Account(ctx, b.in(other).Actor)
	must(t, err)
	if len(a.Sessions) != 1 {
		t.Errorf("lea has %d sessions", len(a.Sessions))
	}
}

func TestGuesses_manyAtOnceAreMany(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var wrong, waits atomic.Int32
	var wg sync.WaitGroup
	for range 40 {
		wg.Go(func() {
			_, _, err := b.SignIn(ctx, account.Attempt{Login: "kim", Password: "falsch", Address: catalog.NewID()})
			var wait *account.WaitError
			switch {
			case errors.As(err, &wait):
				waits.Add(1)
			case errors.Is(err, account.ErrWrong):
				wrong.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if wrong.Load() != 5 || waits.Load() != 35 {
		t.Errorf("%d were looked at, %d had to wait", wrong.Load(), waits.Load())
	}
}

// TestGuesses_tellNoAccounts guesses under several spellings, and under a name
// and the address that belongs to it: whether there is such an account must not
// show in when the waiting begins.
func TestGuesses_tellNoAccounts(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	turns := func(logins ...string) (out []bool) {
		for _, login := range logins {
			_, _, err := b.SignIn(ctx, account.Attempt{Login: login, Password: "falsch", Address: catalog.NewID()})
			var wait *account.WaitError
			if !errors.As(err, &wait) && !errors.Is(err, account.ErrWrong) {
				t.Fatal(err)
			}
			out = append(out, errors.As(err, &wait))
		}
		return out
	}
	known := turns("kim", "KIM", " Kim", "kIm", "kiM ", "KiM", "kim@stadt.example", "\u212Aim")
	nobody := turns("kai", "KAI", " Kai", "kAi", "kaI ", "KaI", "kai@stadt.example", "\u212Aai")
	if !slices.Equal(known, nobody) {
		t.Errorf("an account answers %v, nobody %v", known, nobody)
	}
	if !known[5] {
		t.Error("another spelling is another count")
	}
	known = turns("kim@stadt.example", "KIM@stadt.example", "Kim@Stadt.example", "kim@STADT.example", "kim@stadt.EXAMPLE", "k\u0131m@stadt.example", "kım@STADT.example")
	nobody = turns("kai@stadt.example", "KAI@stadt.example", "Kai@Stadt.example", "kai@STADT.example", "kai@stadt.EXAMPLE", "ka\u0131@stadt.example", "kaı@STADT.example")
	if !slices.Equal(known, nobody) || !known[4] {
		t.Errorf("an address answers %v, nobody %v", known, nobody)
	}
	// Who signs in waits no longer, under neither of the two.
	b.pass(25 * time.Hour)
	turns("kim", "kim", "kim", "kim@stadt.example", "kim@stadt.example", "kim@stadt.example", "kim@stadt.example", "kim@stadt.example")
	if _, err := b.try("kim", password); err != nil {
		t.Fatal(err)
	}
	if _, err := b.try("kim@stadt.example", password); err != nil {
		t.Errorf("after a sign-in: %v", err)
	}
}

func TestGuesses_byAddress(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var wait *account.WaitError
	n := 0
	for ; n < 100; n++ {
		if _, err := b.try("niemand"+string(rune('a'+n%26))+string(rune('a'+n/26)), "falsch"); errors.As(err, &wait) {
			break
		}
	}
	if n != 30 {
		t.Errorf("%d accounts could be tried from one address", n)
	}
	if _, err := b.try("kim", password); !errors.As(err, &wait) {
		t.Error("the address may go on with another account")
	}
	if _, _, err := b.SignIn(ctx, account.Attempt{Login: "kim", Password: password, Address: "192.0.2.99"}); err != nil {
		t.Errorf("another address has to wait too: %v", err)
	}
	if catalog.KindOf(wait) != catalog.KindLimited || !strings.Contains(wait.Error(), "Sekunden") {
		t.Error(wait)
	}
}

func TestReset_tellsNothingAndIsBounded(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.add("ohnemail", "")
	b.add("eins", "beide@stadt.example")
	b.add("zwei", "beide@stadt.example")
	for i, login := range []string{"kim", "KIM@stadt.example", "niemand", "niemand@x.example", "ohnemail", "beide@stadt.example", "", "\x00", strings.Repeat("x", 5000)} {
		if err := b.AskReset(ctx, login, "de", "198.51.100."+string(rune('1'+i))); err != nil {
			t.Errorf("%.20q: %v", login, err)
		}
	}
	must(t, b.HandleResets(ctx))
	to := map[string]int{}
	for _, m := range b.mails() {
		to[m.To]++
	}
	if len(to) != 2 || to["kim@stadt.example"] != 2 || to["beide@stadt.example"] != 2 {
		t.Errorf("letters: %v", to)
	}
	for i := range 20 {
		must(t, b.AskReset(ctx, "kim", "de", "203.0.113."+string(rune('1'+i%9))+string(rune('0'+i/9))))
	}
	must(t, b.HandleResets(ctx))
	if n := len(b.mails()); n != 5 {
		t.Errorf("%d letters, somebody's inbox is flooded", n)
	}
	var wait *account.WaitError
	var err error
	for range 11 {
		err = b.AskReset(ctx, "niemand", "de", "192.0.2.7")
	}
	if !errors.As(err, &wait) {
		t.Errorf("one address asks as often as it likes: %v", err)
	}
}

func (b *bench) mails() []*catalog.Mail {
	b.t.Helper()
	var out []*catalog.Mail
	must(b.t, b.store.View(ctx, func(tx catalog.Tx) (err error) {
		out, err = tx.Mails(catalog.MailFilter{Limit: 100})
		return err
	}))
	return out
}

func (b *bench) key(link string) string {
	_, key, _ := strings.Cut(link, "key=")
	return key
}

func TestTickets_runOutAndCountOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	link, err := b.ResetLink(ctx, boss, "kim")
	must(t, err)
	second, err := b.ResetLink(ctx, boss, "kim")
	must(t, err)
	b.pass(2*time.Hour + time.Second)
	if _, err := b.Ticket(ctx, account.TicketReset, b.key(link)); !errors.Is(err, account.ErrStale) {
		t.Errorf("after two hours: %v", err)
	}
	third, err := b.ResetLink(ctx, boss, "kim")
	must(t, err)
	var ok, stale atomic.Int32
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := b.UseTicket(ctx, account.TicketReset, b.key(third), "", "grüne Schrauben singen leise", "de")
			switch {
			case err == nil:
				ok.Add(1)
			case errors.Is(err, account.ErrStale):
				stale.Add(1)
			default:
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if ok.Load() != 1 || stale.Load() != 7 {
		t.Errorf("one key set %d passwords", ok.Load())
	}
	for _, l := range []string{link, second, third, "", "x", strings.Repeat("k", 500)} {
		if err := b.UseTicket(ctx, account.TicketReset, b.key(l), "", password+"!", "de"); !errors.Is(err, account.ErrStale) {
			t.Errorf("%s: %v", l, err)
		}
	}
	if _, err := b.ResetLink(ctx, catalog.Actor{UserID: "x"}, "kim"); catalog.KindOf(err) != catalog.KindDenied {
		t.Error(err)
	}
}

// Nothing that lets in lies in the database as it is.
func TestStore_keepsNoKeys(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	key, err := b.try("kim", password)
	must(t, err)
	link, err := b.ResetLink(ctx, boss, "kim")
	must(t, err)
	must(t, b.store.Close()) // folds the log into the file
	data, err := os.ReadFile(b.path)
	must(t, err)
	if len(data) < 10_000 {
		t.Fatalf("only %d bytes", len(data))
	}
	for what, secret := range map[string]string{"session": key, "link": b.key(link), "password": password} {
		if bytes.Contains(data, []byte(secret)) {
			t.Errorf("the file holds the %s", what)
		}
	}
}

func TestSetPassword_bounds(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if err := b.SetPassword(ctx, boss, "niemand", password); catalog.KindOf(err) != catalog.KindNotFound {
		t.Error(err)
	}
	if err := b.SetPassword(ctx, boss, "kim", "kurz"); catalog.KindOf(err) != catalog.KindInvalid {
		t.Error(err)
	}
	if err := b.SetPassword(ctx, catalog.Actor{UserID: "x"}, "kim", password); catalog.KindOf(err) != catalog.KindDenied {
		t.Error(err)
	}
	for range 6 {
		_, _ = b.try("kim", "falsch")
	}
	must(t, b.Unlock(ctx, boss, "kim"))
	if _, err := b.try("kim", password); err != nil {
		t.Errorf("unlocked: %v", err)
	}
}
