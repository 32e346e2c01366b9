package mail

import (
	"context"

	"trio.example/catalog"
)

// List reads letters, the newest first, and counts them by state; "" is all.
func (o *Outbox) List(ctx context.Context, by catalog.Actor, state catalog.MailState, offset, limit int) (list []*catalog.Mail, counts map[catalog.MailState]int, err error) {
	if !by.Sysadmin {
		return nil, nil, catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	counts = map[catalog.MailState]int{}
	err = o.store.View(ctx, func(tx catalog.Tx) (err error) {
		for _, s := range []catalog.MailState{catalog.MailWaiting, catalog.MailSent, catalog.MailFailed} {
			if counts[s], err = tx.CountMails(s); err != nil {
				return err
			}
			counts[""] += counts[s]
		}
		list, err = tx.Mails(catalog.MailFilter{State: state, Offset: offset, Limit: limit})
		return err
	})
	return without(list), counts, err
}

// Get reads one letter.
func (o *Outbox) Get(ctx context.Context, by catalog.Actor, id string) (m *catalog.Mail, err error) {
	if !by.Sysadmin {
		return nil, catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	err = o.store.View(ctx, func(tx catalog.Tx) (err error) {
		m, err = tx.Mail(id)
		return err
	})
	if err != nil {
		return nil, err
	}
	return without([]*catalog.Mail{m})[0], nil
}

// without takes away what only the recipient may read.
func without(list []*catalog.Mail) []*catalog.Mail {
	for _, m := range list {
		m.Body = ""
	}
	return list
}
