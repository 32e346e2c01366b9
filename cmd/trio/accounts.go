package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/mail"
)

// mailPath is the folder with the operator's own texts of letters.
func mailPath(data string) string { return filepath.Join(data, "mail") }

// checkMail says what of the settings about mail and accounts does not fit.
func (c *Config) checkMail() error {
	if c.SMTP != "" {
		if _, err := mail.NewSMTP(c.SMTP, c.smtpUserPassword("x")); err != nil {
			return err
		}
	}
	if c.MailFrom != "" {
		if _, err := mail.Address(c.MailFrom); err != nil {
			return fmt.Errorf("mail-from: %w", err)
		}
	}
	for _, p := range c.proxies() {
		_, aerr := netip.ParseAddr(p)
		if _, err := netip.ParsePrefix(p); err != nil && aerr != nil {
			return fmt.Errorf("proxies: %q is no address like 127.0.0.1 and no network like 10.0.0.0/8", p)
		}
	}
	return nil
}

// smtpUserPassword is the password when one is read from a file.
func (c *Config) smtpUserPassword(password string) string {
	if c.SMTPPasswordFile == "" {
		return ""
	}
	return password
}

func (c *Config) proxies() []string {
	return strings.FieldsFunc(c.Proxies, func(r rune) bool { return r == ',' || r == ' ' })
}

// maxSecret bounds a file with a password.
const maxSecret = 4096

// sender is the mail server, nil when none is configured.
func (c *Config) sender() (mail.Sender, error) {
	if c.SMTP == "" {
		return nil, nil //nolint:nilnil // no server is a choice
	}
	password := ""
	if c.SMTPPasswordFile != "" {
		f, err := os.Open(c.SMTPPasswordFile)
		if err != nil {
			return nil, fmt.Errorf("smtp-password-file: %w", err)
		}
		defer f.Close()
		data, err := io.ReadAll(io.LimitReader(f, maxSecret))
		if err != nil {
			return nil, fmt.Errorf("smtp-password-file: %w", err)
		}
		password = strings.TrimRight(string(data), "\r\n")
	}
	return mail.NewSMTP(c.SMTP, password)
}

// from is who letters come from.
func (c *Config) from() string {
	if c.MailFrom != "" {
		return c.MailFrom
	}
	host := "localhost"
	if u, err := url.Parse(c.SiteURL); err == nil && net.ParseIP(u.Hostname()) == nil && u.Hostname() != "" {
		host = u.Hostname()
	}
	return "noreply@" + host
}

// accounts opens the desk where people sign in.
func (c *core) accounts(cfg *Config) (*account.Desk, error) {
	texts, err := mail.LoadTemplates(mailPath(cfg.Data))
	if err != nil {
		return nil, err
	}
	sender, err := cfg.sender()
	if err != nil {
		return nil, err
	}
	portal := catalog.DE(cfg.Title, englishTitle(cfg.Title))
	outbox, err := mail.NewOutbox(c.store, texts, mail.Config{Portal: portal, SiteURL: cfg.SiteURL, From: cfg.from(), Sender: sender})
	if err != nil {
		return nil, err
	}
	demand, err := account.ParseDemand(cfg.SecondFactor)
	if err != nil {
		return nil, err
	}
	return account.New(c.reg, outbox, account.Config{Portal: portal, SiteURL: cfg.SiteURL, SecondFactor: demand})
}

// mailEvery is how often the outbox is looked at: letters may have become due,
// or come from a command beside the server.
const mailEvery = 5 * time.Second

// letters writes and sends what waits, and tidies once a day.
func letters(ctx context.Context, desk *account.Desk) {
	report := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			slog.Error(what+" failed", "error", err)
		}
	}
	var tidied time.Time
	for {
		report("reset letters", desk.HandleResets(ctx))
		report("mail", desk.Outbox().Deliver(ctx))
		if time.Since(tidied) > 24*time.Hour {
			tidied = time.Now()
			report("tidy mail", desk.Outbox().Tidy(ctx))
			report("tidy sessions", desk.Tidy(ctx))
		}
		select {
		case <-ctx.Done():
			return
		case <-desk.Outbox().Woken():
		case <-time.After(mailEvery):
		}
	}
}
