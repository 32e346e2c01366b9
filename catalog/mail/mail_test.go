package mail_test

import (
	"context"
	"errors"
	"io"
	"mime"
	"mime/quotedprintable"
	netmail "net/mail"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
	"trio.example/catalog/mail/mailtest"
	"trio.example/catalog/sqlstore"
)

const secret = "https://daten.example.org/user/reset?key=GEHEIM"

// bench is an outbox with a clock of its own.
type bench struct {
	*mail.Outbox
	store *sqlstore.Store
	now   time.Time
	path  string
}

func (b *bench) open(t *testing.T, sender mail.Sender) {
	t.Helper()
	var err error
	if b.store, err = sqlstore.Open(context.Background(), b.path); err != nil {
		t.Fatal(err)
	}
	store := b.store
	t.Cleanup(func() { store.Close() })
	b.store.SetClock(func() time.Time { return b.now })
	texts, err := mail.LoadTemplates("")
	if err != nil {
		t.Fatal(err)
	}
	b.Outbox, err = mail.NewOutbox(b.store, texts, mail.Config{
		Portal: catalog.DE("Offene Daten Süd", "Open Data South"), SiteURL: "https://daten.example.org", From: "Datenportal <portal@daten.example.org>", Sender: sender,
		Now: func() time.Time { return b.now },
	})
	if err != nil {
		t.Fatal(err)
	}
}

func newBench(t *testing.T, sender mail.Sender) *bench {
	t.Helper()
	b := &bench{now: time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC), path: filepath.Join(t.TempDir(), "trio.db")}
	b.open(t, sender)
	return b
}

func (b *bench) put(t *testing.T, d mail.Draft) {
	t.Helper()
	if _, err := b.store.Update(context.Background(), catalog.System("test"), func(tx catalog.WriteTx) error { return b.Put(tx, d) }); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) reset(t *testing.T) {
	t.Helper()
	b.put(t, mail.Draft{Kind: "reset", Lang: "de", To: "juergen.gross@stadt.example", UserID: "u1", Expires: b.now.Add(48 * time.Hour),
		Values: mail.Values{Name: "Jürgen Groß", Login: "jgross", Link: secret, Until: "morgen"}})
}

func (b *bench) deliver(t *testing.T) {
	t.Helper()
	if err := b.Deliver(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) mails(t *testing.T) []*catalog.Mail {
	t.Helper()
	var out []*catalog.Mail
	err := b.store.View(context.Background(), func(tx catalog.Tx) (err error) {
		out, err = tx.Mails(catalog.MailFilter{Limit: 100})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func sender(t *testing.T, s *mailtest.Server, address, password string) *mail.SMTP {
	t.Helper()
	out, err := mail.NewSMTP(address, password)
	if err != nil {
		t.Fatal(err)
	}
	if s.Roots != nil {
		out.TrustOnly(s.Roots)
	}
	return out
}

func TestLetter_arrivesAsItWasWritten(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, "plain", "")
	b := newBench(t, sender(t, s, "smtp://"+s.Addr, ""))
	b.put(t, mail.Draft{Kind: "reset", Lang: "de", To: "anna@stadt.example", UserID: "u1", Expires: b.now.Add(time.Hour),
		Values: mail.Values{Name: "Änne Öß", Login: "aenne", Link: secret + "&x=" + strings.Repeat("a", 120), Until: "25. November 2026, 14:00 Uhr"}})
	b.deliver(t)
	got := s.Letters()
	if len(got) != 1 || got[0].From != "portal@daten.example.org" || got[0].To != "anna@stadt.example" {
		t.Fatalf("letters %+v", got)
	}
	raw := got[0].Raw
	m, err := netmail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	subject, err := new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject"))
	if err != nil || subject != "Neues Passwort für Offene Daten Süd" {
		t.Errorf("subject %q, %v", subject, err)
	}
	body, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil || !strings.Contains(string(body), "Guten Tag Änne Öß,\r\n") || !strings.Contains(string(body), secret+"&x="+strings.Repeat("a", 120)) {
		t.Errorf("body %q, %v", body, err)
	}
	for key, want := range map[string]string{
		"Content-Type": "text/plain; charset=UTF-8", "Auto-Submitted": "auto-generated", "Mime-Version": "1.0",
		"Content-Language": "de", "Message-Id": "<" + b.mails(t)[0].ID + "@daten.example.org>",
	} {
		if got := m.Header.Get(key); !strings.EqualFold(got, want) {
			t.Errorf("%s: %q, want %q", key, got, want)
		}
	}
	for line := range strings.Lines(raw) {
		if len(line) > 998 || strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
			t.Errorf("line is not fit for every server: %q", line)
		}
	}
	sent := b.mails(t)[0]
	if sent.State != catalog.MailSent || sent.Body != "" || !strings.Contains(sent.Shown, mail.Withheld) || strings.Contains(sent.Shown, "GEHEIM") || sent.Done.IsZero() {
		t.Errorf("kept of it: %+v", sent)
	}
}

func TestSMTP_securesTheWay(t *testing.T) {
	t.Parallel()
	starttls, direct, plain := mailtest.Start(t, "starttls", "gut"), mailtest.Start(t, "tls", "gut"), mailtest.Start(t, "plain", "")
	m := &mail.Message{From: netmail.Address{Address: "a@b.example"}, To: netmail.Address{Address: "c@d.example"}, Subject: "S", Text: "T", ID: "1@b.example", Date: time.Now()}
	ctx := context.Background()
	// A name that is not known as loopback, so that STARTTLS is demanded.
	far := func(s *mailtest.Server, address, password string) *mail.SMTP {
		x := sender(t, s, address, password)
		x.DialTo(s.HostPort())
		return x
	}
	if err := far(starttls, "smtp://portal@mail.test.example", "gut").Send(ctx, m); err != nil || !starttls.Letters()[0].Secured {
		t.Errorf("STARTTLS: %v", err)
	}
	if err := far(direct, "smtps://portal:gut@mail.test.example", "").Send(ctx, m); err != nil || !direct.Letters()[0].Secured {
		t.Errorf("TLS: %v", err)
	}
	var refused *mail.RefusedError
	err := far(direct, "smtps://portal@mail.test.example", "falsch").Send(ctx, m)
	if err == nil || errors.As(err, &refused) || strings.Contains(err.Error(), "falsch") {
		t.Errorf("a wrong password is a setting to be corrected: %v", err)
	}
	if err := far(plain, "smtp://mail.test.example", "").Send(ctx, m); err == nil || len(plain.Letters()) > 0 {
		t.Errorf("a server without STARTTLS got a letter: %v", err)
	}
	untrusted, err := mail.NewSMTP("smtps://portal:gut@mail.test.example", "")
	if err != nil {
		t.Fatal(err)
	}
	untrusted.DialTo(direct.HostPort())
	if err := untrusted.Send(ctx, m); err == nil || len(direct.Letters()) != 1 {
		t.Errorf("a server nobody vouches for got a letter: %v", err)
	}
}

func TestSMTP_addresses(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]string{
		"smtp://mail.example.org":               "mail.example.org:587, STARTTLS",
		"smtps://u:p@mail.example.org":          "mail.example.org:465, TLS",
		"smtp://127.0.0.1:1025":                 "127.0.0.1:1025, unverschlüsselt (nur im selben Rechner)",
		"smtp://[::1]":                          "[::1]:25, unverschlüsselt (nur im selben Rechner)",
		"mail.example.org":                      "",
		"http://mail.example.org":               "",
		"smtp://":                               "",
		"smtp://mail.example.org:0":             "",
		"smtp://mail.example.org/x":             "",
		"smtp://mail.example.org?tls=off":       "",
		"smtp://:geheim@mail.example.org:25":    "",
		"smtp://mail.example.org:99999":         "",
		"smtp://127.0.0.1.example.org:25":       "127.0.0.1.example.org:25, STARTTLS",
		"smtp://localhost.evil.example.org:587": "localhost.evil.example.org:587, STARTTLS",
	} {
		s, err := mail.NewSMTP(address, "")
		if (err == nil) != (want != "") || err == nil && s.String() != want {
			t.Errorf("%s: %v, %v", address, s, err)
		}
		if err != nil && strings.Contains(err.Error(), "geheim") {
			t.Errorf("the password stands in the message: %v", err)
		}
	}
}

func TestMessage_refusesForeignHeaders(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, "plain", "")
	send := sender(t, s, "smtp://"+s.Addr, "")
	good := mail.Message{From: netmail.Address{Address: "a@b.example"}, To: netmail.Address{Address: "c@d.example"}, Subject: "S", Text: "T", ID: "1@b.example"}
	for name, change := range map[string]func(*mail.Message){
		"line break in the subject":   func(m *mail.Message) { m.Subject = "S\r\nBcc: x@y.example" },
		"bare line feed":              func(m *mail.Message) { m.Subject = "S\nBcc: x@y.example" },
		"bare carriage return":        func(m *mail.Message) { m.Subject = "S\rBcc: x@y.example" },
		"separator of lines":          func(m *mail.Message) { m.Subject = "S\u2028Bcc: x@y.example" },
		"line break in the address":   func(m *mail.Message) { m.To.Address = "c@d.example\r\nBcc: x@y.example" },
		"two addresses":               func(m *mail.Message) { m.To.Address = "c@d.example, x@y.example" },
		"line break in the name":      func(m *mail.Message) { m.From.Name = "A\r\nBcc: x@y.example" },
		"line break in the language":  func(m *mail.Message) { m.Lang = "de\r\nBcc: x@y.example" },
		"line break in the id":        func(m *mail.Message) { m.ID = "1@b\r\nBcc: x@y.example" },
		"no text that a mail can be":  func(m *mail.Message) { m.Text = "a\x00b" },
		"bytes that are no text":      func(m *mail.Message) { m.Subject = "\xff\xfe" },
		"no subject":                  func(m *mail.Message) { m.Subject = "" },
		"command after the recipient": func(m *mail.Message) { m.To.Address = "c@d.example> NOTIFY=NEVER\r\nDATA" },
	} {
		m := good
		change(&m)
		var refused *mail.RefusedError
		if err := send.Send(context.Background(), &m); !errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	dots := good
	dots.Text = "eins\n.\nQUIT\n..\nzwei"
	if err := send.Send(context.Background(), &dots); err != nil || len(s.Letters()) != 1 || !strings.Contains(s.Letters()[0].Text, "zwei") {
		t.Errorf("a line of one dot cuts the letter: %v %+v", err, s.Letters())
	}
}

func TestPut_refusesAddresses(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	for _, to := range []string{"", "x", "a@b.example\r\nBcc: c@d.example", "a@b.example, c@d.example", "@", strings.Repeat("a", 300) + "@b.example"} {
		_, err := b.store.Update(context.Background(), catalog.System("test"), func(tx catalog.WriteTx) error {
			return b.Put(tx, mail.Draft{Kind: "test", Lang: "de", To: to})
		})
		if catalog.KindOf(err) != catalog.KindInvalid {
			t.Errorf("%q: %v", to, err)
		}
	}
	if n := len(b.mails(t)); n != 0 {
		t.Errorf("%d letters wait", n)
	}
}

func TestPut_namesStayNames(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.put(t, mail.Draft{Kind: "invite", Lang: "de", To: "a@b.example", Values: mail.Values{By: "Kim\r\n\r\nhttps://falle.example", Organization: "Amt\nBetreff: x", Role: "R", Link: secret, Until: "U"}})
	m := b.mails(t)[0]
	if strings.Contains(m.Subject, "\n") || strings.Contains(m.Body, "https://falle") || !strings.Contains(m.Body, "Kim https:falle.example lädt Sie ein") {
		t.Errorf("%q\n%s", m.Subject, m.Body)
	}
}

func TestOutbox_triesAgainAndGivesUp(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, "plain", "")
	b := newBench(t, sender(t, s, "smtp://"+s.Addr, ""))
	s.Answer(451, "later\r\nplease")
	b.reset(t)
	b.deliver(t)
	m := b.mails(t)[0]
	if m.State != catalog.MailWaiting || m.Attempts != 1 || !m.Next.Equal(b.now.Add(time.Minute)) || !strings.Contains(m.Reason, "later") || strings.Contains(m.Reason, "\n") || m.Body == "" {
		t.Fatalf("after the first attempt: %+v", m)
	}
	b.deliver(t)
	if m = b.mails(t)[0]; m.Attempts != 1 {
		t.Errorf("tried again at once: %+v", m)
	}
	last := time.Duration(0)
	for range 20 {
		m = b.mails(t)[0]
		if m.State != catalog.MailWaiting {
			break
		}
		if wait := m.Next.Sub(b.now); wait < last {
			t.Errorf("pause shrinks from %s to %s", last, wait)
		} else {
			last = wait
		}
		b.now = m.Next
		b.deliver(t)
	}
	if m.State != catalog.MailFailed || m.Attempts != 9 || !strings.Contains(m.Reason, "451") || m.Body != "" || len(s.Letters()) != 0 {
		t.Errorf("in the end: %+v", m)
	}
	b.put(t, mail.Draft{Kind: "test", Lang: "de", To: "a@b.example", Expires: b.now.Add(time.Minute)})
	b.now = b.now.Add(2 * time.Minute)
	s.Answer(0, "")
	b.deliver(t)
	if m := b.mails(t)[0]; m.State != catalog.MailFailed || m.Reason != "expired" || len(s.Letters()) != 0 {
		t.Errorf("a letter that comes too late: %+v", m)
	}
}

func TestOutbox_sendsWhenTheServerIsBack(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, "plain", "")
	b := newBench(t, sender(t, s, "smtp://"+s.Addr, ""))
	s.Answer(421, "busy")
	b.put(t, mail.Draft{Kind: "test", Lang: "en", To: "a@b.example"})
	b.deliver(t)
	s.Answer(0, "")
	b.now = b.now.Add(2 * time.Minute)
	b.deliver(t)
	if m := b.mails(t)[0]; m.State != catalog.MailSent || m.Attempts != 2 || len(s.Letters()) != 1 {
		t.Errorf("%+v", m)
	}
	s.Answer(550, "no such user")
	b.put(t, mail.Draft{Kind: "test", Lang: "en", To: "nobody@b.example"})
	b.now = b.now.Add(time.Second)
	b.deliver(t)
	if m := b.mails(t)[0]; m.State != catalog.MailFailed || m.Attempts != 1 || !strings.Contains(m.Reason, "no such user") {
		t.Errorf("an unknown recipient is tried again: %+v", m)
	}
}

// dying is a sender whose program is ended in the middle of a letter.
type dying context.CancelFunc

func (d dying) Send(ctx context.Context, _ *mail.Message) error {
	d()
	return ctx.Err()
}

func TestOutbox_survivesRestarts(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, "plain", "")
	b := newBench(t, nil)
	b.reset(t)
	b.deliver(t)
	if m := b.mails(t)[0]; m.State != catalog.MailWaiting || m.Attempts != 0 || m.Reason != "" {
		t.Fatalf("without a server: %+v", m)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	b.open(t, dying(cancel))
	if err := b.Deliver(ctx); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	if err := b.store.Close(); err != nil {
		t.Fatal(err)
	}
	b.open(t, sender(t, s, "smtp://"+s.Addr, ""))
	b.deliver(t)
	if len(s.Letters()) != 0 {
		t.Error("a letter in other hands was taken")
	}
	b.now = b.now.Add(6 * time.Minute)
	b.deliver(t)
	if m := b.mails(t)[0]; m.State != catalog.MailSent || m.Attempts != 2 || len(s.Letters()) != 1 {
		t.Errorf("%+v", m)
	}
}

func TestOutbox_givesUpWhatIsStaleWithoutAServer(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.reset(t)
	b.put(t, mail.Draft{Kind: "test", Lang: "de", To: "a@b.example"})
	b.now = b.now.Add(49 * time.Hour)
	b.deliver(t)
	for _, m := range b.mails(t) {
		if stale := m.Kind == "reset"; stale != (m.State == catalog.MailFailed) || stale != (m.Body == "") {
			t.Errorf("%+v", m)
		}
	}
}

func TestOutbox_forAdministratorsOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t, nil)
	b.reset(t)
	id := b.mails(t)[0].ID
	by := catalog.Actor{UserID: "u2", Name: "kim"}
	if err := b.Again(context.Background(), by, id); catalog.KindOf(err) != catalog.KindDenied {
		t.Error(err)
	}
	if err := b.Test(context.Background(), by, "a@b.example", "de"); catalog.KindOf(err) != catalog.KindDenied {
		t.Error(err)
	}
	b.deliver(t)
	by.Sysadmin = true
	if err := b.Again(context.Background(), by, id); err != nil {
		t.Error(err)
	}
	if m := b.mails(t)[0]; !m.Next.Equal(b.now) {
		t.Errorf("not due at once: %+v", m)
	}
	if err := b.Again(context.Background(), by, "nothing"); catalog.KindOf(err) != catalog.KindNotFound {
		t.Error(err)
	}
}

func TestTidy_removesWhatIsDone(t *testing.T) {
	t.Parallel()
	s := mailtest.Start(t, "plain", "")
	b := newBench(t, sender(t, s, "smtp://"+s.Addr, ""))
	b.put(t, mail.Draft{Kind: "test", Lang: "de", To: "a@b.example"})
	b.deliver(t)
	b.now = b.now.AddDate(0, 0, 91)
	b.put(t, mail.Draft{Kind: "test", Lang: "de", To: "c@d.example"})
	if err := b.Tidy(context.Background()); err != nil {
		t.Fatal(err)
	}
	if left := b.mails(t); len(left) != 1 || left[0].To != "c@d.example" {
		t.Errorf("%+v", left)
	}
}

func TestTemplates_ownTexts(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ file, text, fault string }{
		"own text":        {"reset.de.txt", "Betreff: Hallo\n\nNeu: {{.Link}}\n", ""},
		"windows lines":   {"reset.de.txt", "\ufeffBetreff: Hallo\r\n\r\nNeu: {{.Link}}\r\n", ""},
		"no link":         {"reset.de.txt", "Betreff: Hallo\n\nNeu.\n", "Link"},
		"link in subject": {"reset.de.txt", "Betreff: {{.Link}}\n\nNeu: {{.Link}}\n", "Betreff"},
		"unknown value":   {"added.de.txt", "Betreff: Hallo\n\n{{.Password}}\n", "Password"},
		"broken":          {"added.de.txt", "Betreff: Hallo\n\n{{.Name\n", "unclosed"},
		"no subject":      {"added.de.txt", "\n\nText\n", "Betreff"},
		"unknown file":    {"resett.de.txt", "Betreff: Hallo\n\nText\n", "gibt es nicht"},
		"endless":         {"added.de.txt", "Betreff: Hallo\n\n{{range 100000000}}aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa{{end}}\n", "länger"},
		"not utf-8":       {"added.de.txt", "Betreff: Gr\xfc\xdfe\n\nText\n", "UTF-8"},
		"too large":       {"added.de.txt", "Betreff: Hallo\n\n" + strings.Repeat("x", 40<<10), "größer"},
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := mail.LoadTemplates(dir)
		if (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
