package mail

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/mail"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"

	"trio.example/catalog"
)

// Sender sends one letter. An error of *RefusedError is for good.
type Sender interface {
	Send(ctx context.Context, m *Message) error
}

// RefusedError is what a server will never take: another attempt is no use.
type RefusedError struct{ Err error }

func (r *RefusedError) Error() string { return r.Err.Error() }

// Unwrap returns what the server said.
func (r *RefusedError) Unwrap() error { return r.Err }

// SMTP sends through one server.
type SMTP struct {
	host     string
	ip       string // dialed instead of host, for tests
	port     int
	security string
	user     string
	password string
	roots    *tls.Config
	timeout  time.Duration
}

// The ways of a connection, as the portal names them.
const (
	secureTLS      = "TLS"
	secureSTARTTLS = "STARTTLS"
	securePlain    = "unverschlüsselt (nur im selben Rechner)"
)

// sendTimeout bounds one letter's way to the server.
const sendTimeout = 45 * time.Second

// NewSMTP reads the address of a server: smtp://host:587 demands STARTTLS,
// smtps://host:465 speaks TLS from the start. Without encryption only a server
// on the same machine is spoken to. User and password may stand in the address;
// password, when given, comes first.
func NewSMTP(address, password string) (*SMTP, error) {
	u, err := url.Parse(address)
	if err != nil || u.Hostname() == "" || (u.Scheme != "smtp" && u.Scheme != "smtps") || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, catalog.Errorf(catalog.KindInvalid, "smtp: an address looks like smtp://mail.example.org:587 or smtps://user@mail.example.org:465")
	}
	s := &SMTP{host: u.Hostname(), port: 587, security: secureSTARTTLS, user: u.User.Username(), timeout: sendTimeout}
	s.password, _ = u.User.Password()
	if password != "" {
		s.password = password
	}
	if u.Scheme == "smtps" {
		s.port, s.security = 465, secureTLS
	} else if loopback(s.host) {
		s.port, s.security = 25, securePlain
	}
	if p := u.Port(); p != "" {
		if s.port, err = strconv.Atoi(p); err != nil || s.port < 1 || s.port > 65535 {
			return nil, catalog.Errorf(catalog.KindInvalid, "smtp: %q is no port", p)
		}
	}
	if s.user == "" && s.password != "" {
		return nil, catalog.Errorf(catalog.KindInvalid, "smtp: there is a password and no user; write smtps://user@host")
	}
	return s, nil
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// String says how letters leave, without user and password.
func (s *SMTP) String() string {
	return fmt.Sprintf("%s, %s", net.JoinHostPort(s.host, strconv.Itoa(s.port)), s.security)
}

// TrustOnly replaces the certificates of the system, for tests and for servers
// with a certificate of their own.
func (s *SMTP) TrustOnly(c *tls.Config) { s.roots = c }

// DialTo connects to another address than the server's name says, for tests.
func (s *SMTP) DialTo(ip string, port int) { s.ip, s.port = ip, port }

// Send implements Sender.
func (s *SMTP) Send(ctx context.Context, m *Message) error {
	msg, err := m.build()
	if err != nil {
		return &RefusedError{err}
	}
	c, err := s.client(m.From)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	err = c.DialAndSendWithContext(ctx, msg)
	if msg.IsDelivered() {
		return nil // the server has it, however it said goodbye
	}
	return sorted(err)
}

func (s *SMTP) client(from mail.Address) (*gomail.Client, error) {
	conf := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: s.host}
	if s.roots != nil {
		conf = s.roots.Clone()
	}
	options := []gomail.Option{gomail.WithPort(s.port), gomail.WithTimeout(s.timeout), gomail.WithTLSConfig(conf), gomail.WithoutNoop()}
	switch s.security {
	case secureTLS:
		options = append(options, gomail.WithSSL())
	case secureSTARTTLS:
		options = append(options, gomail.WithTLSPolicy(gomail.TLSMandatory))
	default:
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.user != "" {
		kind := gomail.SMTPAuthAutoDiscover
		if s.security == securePlain {
			kind = gomail.SMTPAuthPlainNoEnc
		}
		options = append(options, gomail.WithSMTPAuth(kind), gomail.WithUsername(s.user), gomail.WithPassword(s.password))
	}
	// Servers judge a letter by how its sender greets them.
	if name, err := os.Hostname(); err != nil || !strings.Contains(name, ".") {
		if _, domain, ok := strings.Cut(from.Address, "@"); ok {
			options = append(options, gomail.WithHELO(domain))
		}
	}
	c, err := gomail.NewClient(cmp.Or(s.ip, s.host), options...)
	if err != nil {
		return nil, fmt.Errorf("smtp client: %w", err)
	}
	return c, nil
}

// sorted tells what is for good from what may pass. For good is only a refused
// recipient or content: a refused password or sender is a setting that somebody
// will correct, and the letters must still be there then.
func sorted(err error) error {
	if err == nil {
		return nil
	}
	var e *gomail.SendError
	if errors.As(err, &e) && !e.IsTemp() && e.ErrorCode() >= 500 {
		switch e.Reason {
		case gomail.ErrSMTPRcptTo, gomail.ErrSMTPData, gomail.ErrSMTPDataClose:
			return &RefusedError{err}
		}
	}
	return err
}
