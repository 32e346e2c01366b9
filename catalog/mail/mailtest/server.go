// Package mailtest is a mail server on loopback for tests: it takes letters as a
// real one does and keeps them.
package mailtest

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
	"mime"
	"mime/quotedprintable"
	"net"
	"net/mail"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// Letter is what the server got.
type Letter struct {
	From, To string
	// Raw is the whole letter, Subject and Text what people read of it.
	Raw, Subject, Text string
	// Secured says that it came over TLS.
	Secured bool
}

// Server is a mail server on loopback that keeps what it gets.
type Server struct {
	mu  sync.Mutex
	got []Letter
	// refuse, when set, answers each recipient.
	refuse   *smtp.SMTPError
	password string
	// Addr is host and port, Roots what makes a client trust its certificate.
	Addr  string
	Roots *tls.Config
}

type conn struct {
	s    *Server
	c    *smtp.Conn
	in   bool
	from string
	to   []string
}

// NewSession implements smtp.Backend.
func (s *Server) NewSession(c *smtp.Conn) (smtp.Session, error) { return &conn{s: s, c: c}, nil }

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
	m, err := mail.ReadMessage(strings.NewReader(b.String()))
	if err != nil {
		return err
	}
	l := Letter{From: c.from, To: strings.Join(c.to, ", "), Raw: b.String()}
	_, l.Secured = c.c.TLSConnectionState()
	if l.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return err
	}
	text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
	if err != nil {
		return err
	}
	l.Text = strings.ReplaceAll(string(text), "\r\n", "\n")
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.got = append(c.s.got, l)
	return nil
}

func (c *conn) Reset()        { c.to = nil }
func (c *conn) Logout() error { return nil }

// HostPort is Addr in parts.
func (s *Server) HostPort() (ip string, port int) {
	a, err := net.ResolveTCPAddr("tcp", s.Addr)
	if err != nil {
		panic(err) // the listener gave it
	}
	return a.IP.String(), a.Port
}

// Letters returns what came in so far.
func (s *Server) Letters() []Letter {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.got)
}

// Wait returns the first n letters; the test fails when they do not come.
func (s *Server) Wait(t *testing.T, n int) []Letter {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if got := s.Letters(); len(got) >= n {
			return got
		}
	}
	t.Fatalf("%d letters came, want %d", len(s.Letters()), n)
	return nil
}

// Answer makes the server refuse every recipient, or take them again for 0.
func (s *Server) Answer(code int, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = nil
	if code != 0 {
		s.refuse = &smtp.SMTPError{Code: code, EnhancedCode: smtp.EnhancedCodeNotSet, Message: message}
	}
}

// Start listens on loopback; password, when set, is demanded from the user
// "portal". security is "plain" without TLS, "starttls" offering it,
// "tls" speaking it from the start.
func Start(t *testing.T, security, password string) *Server {
	t.Helper()
	s := &Server{password: password}
	back := smtp.NewServer(s)
	back.Domain, back.AllowInsecureAuth = "mail.test.example", security == "plain"
	back.ReadTimeout, back.WriteTimeout = 10*time.Second, 10*time.Second
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.Addr = l.Addr().String()
	if security != "plain" {
		conf, roots := certificate(t)
		back.TLSConfig, s.Roots = conf, roots
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
