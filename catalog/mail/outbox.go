package mail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/mail"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
)

// Config is what the operator decides about mail.
type Config struct {
	// Portal names the portal by language, SiteURL is its address.
	Portal  catalog.Text
	SiteURL string
	// From is who letters come from; empty makes one of the site's host.
	From string
	// Sender is nil while no server is configured: letters wait.
	Sender Sender
	// Now replaces the clock, for tests.
	Now func() time.Time
}

// Outbox takes letters inside a transaction and sends them afterwards, so that
// a letter goes out exactly when the change it tells of is there.
type Outbox struct {
	store     catalog.Store
	templates *Templates
	cfg       Config
	from      mail.Address
	wake      chan struct{}
}

// NewOutbox makes an outbox.
func NewOutbox(store catalog.Store, t *Templates, cfg Config) (*Outbox, error) {
	from, err := Address(cfg.From)
	if err != nil {
		return nil, err
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Outbox{store: store, templates: t, cfg: cfg, from: from, wake: make(chan struct{}, 1)}, nil
}

// From is who letters come from, as people read it.
func (o *Outbox) From() string { return describe(o.from) }

// Way says how letters leave; false when no server is configured.
func (o *Outbox) Way() (string, bool) {
	if o.cfg.Sender == nil {
		return "", false
	}
	if s, ok := o.cfg.Sender.(fmt.Stringer); ok {
		return s.String(), true
	}
	return "", true
}

// Draft is a letter to be written.
type Draft struct {
	// Kind names the text, Lang its language.
	Kind, Lang string
	// UserID is the account it is about, Round the round of the survey it belongs
	// to, To where it goes.
	UserID, Round, To string
	Values            Values
	// Expires is when it would come too late; zero for never.
	Expires time.Time
}

// Put writes a letter and lays it into the outbox.
func (o *Outbox) Put(tx catalog.WriteTx, d Draft) error {
	to, err := Address(d.To)
	if err != nil {
		return err
	}
	d.Values.Portal, d.Values.SiteURL = o.cfg.Portal.In(d.Lang), o.cfg.SiteURL
	subject, body, err := o.templates.Write(d.Kind, d.Lang, oneLine(d.Values))
	if err != nil {
		return fmt.Errorf("write mail %s: %w", d.Kind, err)
	}
	hidden := d.Values
	hidden.Link = Withheld
	_, shown, err := o.templates.Write(d.Kind, d.Lang, oneLine(hidden))
	if err != nil {
		return fmt.Errorf("write mail %s: %w", d.Kind, err)
	}
	m := &catalog.Mail{
		ID: catalog.NewID(), Kind: d.Kind, Lang: d.Lang, UserID: d.UserID, Round: d.Round, To: to.Address, Subject: subject, Body: body, Shown: shown,
		State: catalog.MailWaiting, Created: tx.Now(), Next: tx.Now(), Expires: d.Expires,
	}
	if err := o.message(m).check(); err != nil {
		return err
	}
	return tx.PutMail(m)
}

// oneLine keeps what people typed from looking like more of the letter than it is.
func oneLine(v Values) Values {
	for _, s := range []*string{&v.Name, &v.Login, &v.Organization, &v.Role, &v.By, &v.What} {
		*s = clean(*s, 200)
		// A name with an address in it would be a link in most mail programs.
		*s = strings.NewReplacer("://", ":", "www.", "www ").Replace(*s)
	}
	return v
}

// Wake says that there may be something to send.
func (o *Outbox) Wake() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Woken delivers after Wake.
func (o *Outbox) Woken() <-chan struct{} { return o.wake }

func (o *Outbox) message(m *catalog.Mail) *Message {
	_, host, _ := strings.Cut(o.from.Address, "@")
	return &Message{
		From: o.from, To: mail.Address{Address: m.To}, Subject: m.Subject, Text: m.Body,
		ID: m.ID + "@" + host, Date: m.Created, Lang: m.Lang,
	}
}

// pauses between attempts; after the last one a letter is given up.
var pauses = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
}

const (
	// lease is how long a letter in the hands of a program is left alone: when
	// it dies in between, another attempt is made afterwards.
	lease  = 5 * time.Minute
	atOnce = 20
	// maxStuck are looked at while there is no server.
	maxStuck = 1000
	reasons  = 300 // letters kept of what a server said
)

// reasonExpired is the portal's own reason to give a letter up.
const reasonExpired = "expired"

// worker is who writes the outbox.
var worker = catalog.System("mail")

// Deliver sends what is due. An error is one of the store; what a mail server
// says is noted with the letter.
func (o *Outbox) Deliver(ctx context.Context) error {
	for ctx.Err() == nil {
		due, err := o.claim(ctx)
		if err != nil || len(due) == 0 {
			return err
		}
		for _, m := range due {
			if err := o.deliver(ctx, m); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// claim takes letters that are due into hand and counts the attempt before it
// is made, so that a letter that kills the program is not tried for ever.
func (o *Outbox) claim(ctx context.Context) ([]*catalog.Mail, error) {
	var due []*catalog.Mail
	limit := atOnce
	if o.cfg.Sender == nil {
		limit = maxStuck
	}
	list := func(tx catalog.Tx, now time.Time) (err error) {
		due, err = tx.DueMails(now, limit)
		if o.cfg.Sender == nil { // only what comes too late is of interest
			due = slices.DeleteFunc(due, func(m *catalog.Mail) bool { return m.Expires.IsZero() || !now.After(m.Expires) })
		}
		return err
	}
	// Mostly there is nothing, and looking costs no writer's place.
	if err := o.store.View(ctx, func(tx catalog.Tx) error { return list(tx, o.cfg.Now()) }); err != nil || len(due) == 0 {
		return nil, err
	}
	_, err := o.store.Update(ctx, worker, func(tx catalog.WriteTx) error {
		if err := list(tx, tx.Now()); err != nil {
			return err
		}
		kept := due[:0]
		for _, m := range due {
			switch {
			case !m.Expires.IsZero() && tx.Now().After(m.Expires):
				finish(m, catalog.MailFailed, tx.Now(), reasonExpired)
			case o.cfg.Sender == nil:
				continue // it goes out at once when there is a server
			default:
				m.Attempts++
				m.Next = tx.Now().Add(lease)
				kept = append(kept, m)
			}
			if err := tx.PutMail(m); err != nil {
				return err
			}
		}
		due = kept
		return nil
	})
	return due, err
}

func finish(m *catalog.Mail, state catalog.MailState, now time.Time, reason string) {
	m.State, m.Done, m.Reason, m.Body = state, now, reason, ""
}

func (o *Outbox) deliver(ctx context.Context, m *catalog.Mail) error {
	sendErr := o.cfg.Sender.Send(ctx, o.message(m))
	if sendErr != nil && ctx.Err() != nil {
		return ctx.Err() // stopped in the middle: the lease ends, another attempt follows
	}
	// What was sent must be noted even when the program is being stopped.
	_, err := o.store.Update(context.WithoutCancel(ctx), worker, func(tx catalog.WriteTx) error {
		var refused *RefusedError
		switch {
		case sendErr == nil:
			finish(m, catalog.MailSent, tx.Now(), "")
		case errors.As(sendErr, &refused) || m.Attempts > len(pauses):
			finish(m, catalog.MailFailed, tx.Now(), clean(sendErr.Error(), reasons))
		default:
			m.Next, m.Reason = tx.Now().Add(pauses[m.Attempts-1]), clean(sendErr.Error(), reasons)
		}
		return tx.PutMail(m)
	})
	if sendErr != nil {
		// The recipient stays out of the log.
		slog.WarnContext(ctx, "mail not sent", "mail", m.ID, "kind", m.Kind, "attempt", m.Attempts, "given_up", m.State == catalog.MailFailed, "error", clean(strings.ReplaceAll(sendErr.Error(), m.To, "recipient"), reasons))
	}
	return err
}

// Again makes a waiting letter due now. What was given up is not sent again: its
// text is gone, and its link is stale.
func (o *Outbox) Again(ctx context.Context, by catalog.Actor, id string) error {
	if !by.Sysadmin {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	_, err := o.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		m, err := tx.Mail(id)
		if err != nil {
			return err
		}
		if m.State != catalog.MailWaiting {
			return catalog.Errorf(catalog.KindConflict, "Die E-Mail ist schon verschickt oder aufgegeben.")
		}
		m.Next = tx.Now()
		return tx.PutMail(m)
	})
	if err == nil {
		o.Wake()
	}
	return err
}

// Test lays a letter to an address into the outbox.
func (o *Outbox) Test(ctx context.Context, by catalog.Actor, to, lang string) error {
	if !by.Sysadmin {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	_, err := o.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		return o.Put(tx, Draft{Kind: "test", Lang: lang, To: to, Expires: tx.Now().Add(time.Hour)})
	})
	if err == nil {
		o.Wake()
	}
	return err
}

// keptFor is how long what was sent can be looked up.
const keptFor = 90 * 24 * time.Hour

// Tidy removes what was done long ago.
func (o *Outbox) Tidy(ctx context.Context) error {
	_, err := o.store.Update(ctx, worker, func(tx catalog.WriteTx) error {
		_, err := tx.DeleteMails(tx.Now().Add(-keptFor))
		return err
	})
	return err
}
