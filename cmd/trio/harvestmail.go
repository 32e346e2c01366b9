package main

import (
	"context"
	"errors"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
)

// harvestMail lays what a harvest has to say into the outbox, from where it goes
// out like every letter.
type harvestMail struct{ store catalog.Store }

// Send implements job.Mailer. An address that is none does not keep the others
// from being told.
func (h harvestMail) Send(ctx context.Context, to []string, subject, text string) error {
	const stale = 3 * 24 * time.Hour // nobody wants to hear of it later
	var bad error
	_, err := h.store.Update(ctx, operator, func(tx catalog.WriteTx) error {
		bad = nil
		for _, box := range to {
			at, err := mail.Address(box)
			if err != nil {
				bad = errors.Join(bad, err)
				continue
			}
			m := &catalog.Mail{ID: catalog.NewID(), Kind: "harvest", Lang: "de", To: at.Address, Subject: subject, Body: text, Shown: text,
				State: catalog.MailWaiting, Created: tx.Now(), Next: tx.Now(), Expires: tx.Now().Add(stale)}
			if err := tx.PutMail(m); err != nil {
				return err
			}
		}
		return nil
	})
	return errors.Join(err, bad)
}
