package mail_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// server is a mail server on loopback that keeps what it gets.
type server struct {
	mu   sync.Mutex
	got  []string // whole letters
	from []string
	to   []string
	// refuse, when set, answers each recipient.
	refuse *smtp.SMTPError
	// password, when set, is demanded from the user "portal".
	password string
	addr     string
	roots    *tls.Config
	secured  []bool
}

type conn struct {
	s    *server
	c    *smtp.Conn
	in   bool
	from string
	to   []string
}

func (s *server) NewSession(c *smtp.Conn) (smtp.Session, error) { return &conn{s: s, c: c}, nil }

func (c *conn) AuthMechanisms() []string { return []string{sasl.Plain} }

func (c *conn) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != "portal" || password != c.s.password {
			return errors.New("wrong user or password")
		}
		c.in = true
		return nil
	}), nil
}

func (c *conn) Mail(from string, _ *smtp.MailOptions) error {
	if c.s.password != "" && !c.in {
		return smtp.ErrAuthRequired
	}
	c.from = from
	return nil
}

func (c *conn) Rcpt(to string, _ *smtp.RcptOptions) error {
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	if c.s.refuse != nil {
		return c.s.refuse
	}
	c.to = append(c.to, to)
	return nil
}

func (c *conn) Data(r io.Reader) error {
	var b bytes.Buffer
	if _, err := io.Copy(&b, r); err != nil {
		return err
	}
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	_, secured := c.c.TLSConnectionState()
	c.s.got, c.s.from, c.s.to = append(c.s.got, b.String()), append(c.s.from, c.from), append(c.s.to, c.to...)
	c.s.secured = append(c.s.secured, secured)
	return nil
}

func (c *conn) Reset()        { c.to = nil }
func (c *conn) Logout() error { return nil }

func (s *server) hostPort() (string, int) {
	a, err := net.ResolveTCPAddr("tcp", s.addr)
	if err != nil {
		panic(err) // the listener gave it
	}
	return a.IP.String(), a.Port
}

func (s *server) letters() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.got...)
}

func (s *server) answer(e *smtp.SMTPError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = e
}

// startServer listens on loopback: "plain" without TLS, "starttls" offering it,
// "tls" speaking it from the start.
func startServer(t *testing.T, security, password string) *server {
	t.Helper()
	s := &server{password: password}
	back := smtp.NewServer(s)
	back.Domain, back.AllowInsecureAuth = "mail.test.example", security == "plain"
	back.ReadTimeout, back.WriteTimeout = 10*time.Second, 10*time.Second
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	if security != "plain" {
		conf, roots := certificate(t)
		back.TLSConfig, s.roots = conf, roots
		if security == "tls" {
			l = tls.NewListener(l, conf)
		}
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = back.Serve(l) }() // ends with an error when it is closed
	t.Cleanup(func() { _ = back.Close(); <-done })
	return s
}

func certificate(t *testing.T) (serverSide, clientSide *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	form := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"mail.test.example"}, IsCA: true, BasicConstraintsValid: true}
	raw, err := x509.CreateCertificate(rand.Reader, form, form, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{raw}, PrivateKey: key}}},
		&tls.Config{RootCAs: pool, ServerName: "mail.test.example"}
}
