package sqlstore

import (
	"database/sql"
	"fmt"
	"time"

	"trio.example/catalog"
)

const mailColumns = "id, kind, lang, user_id, round, recipient, subject, body, shown, state, created, next, expires, done, attempts, reason"

func scanMail(scan func(...any) error) (*catalog.Mail, error) {
	var m catalog.Mail
	var created, next int64
	var expires, done sql.NullInt64
	err := scan(&m.ID, &m.Kind, &m.Lang, &m.UserID, &m.Round, &m.To, &m.Subject, &m.Body, &m.Shown, &m.State, &created, &next, &expires, &done, &m.Attempts, &m.Reason)
	m.Created, m.Next, m.Expires, m.Done = fromMicros(created), fromMicros(next), fromOpt(expires), fromOpt(done)
	return &m, err
}

// Mail implements catalog.MailTx.
func (t *tx) Mail(id string) (*catalog.Mail, error) {
	m, err := scanMail(t.row("SELECT "+mailColumns+" FROM mail WHERE id = ?", id).Scan)
	return m, notFound(err, "mail")
}

// Mails implements catalog.MailTx.
func (t *tx) Mails(f catalog.MailFilter) ([]*catalog.Mail, error) {
	c := conditions{}
	c.eq("state", string(f.State))
	c.eq("round", f.Round)
	return list(t, "mails", scanMail, "SELECT "+mailColumns+" FROM mail"+c.where()+" ORDER BY created DESC, id DESC LIMIT ? OFFSET ?", append(c.args, f.Limit, f.Offset)...)
}

// CountMails implements catalog.MailTx.
func (t *tx) CountMails(state catalog.MailState) (int, error) {
	var n int
	err := t.row("SELECT count(*) FROM mail WHERE (?1 = '' OR state = ?1)", string(state)).Scan(&n)
	return n, err
}

// DueMails implements catalog.MailTx.
func (t *tx) DueMails(at time.Time, limit int) ([]*catalog.Mail, error) {
	return list(t, "mails", scanMail, "SELECT "+mailColumns+" FROM mail WHERE state = 'waiting' AND next <= ? ORDER BY next LIMIT ?", micros(at), limit)
}

// PutMail implements catalog.MailWriteTx.
func (t *tx) PutMail(m *catalog.Mail) error {
	_, err := t.exec(`INSERT INTO mail (`+mailColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET body = excluded.body, state = excluded.state, next = excluded.next, expires = excluded.expires,
		done = excluded.done, attempts = excluded.attempts, reason = excluded.reason`,
		m.ID, m.Kind, m.Lang, m.UserID, m.Round, m.To, m.Subject, m.Body, m.Shown, string(m.State), micros(m.Created), micros(m.Next),
		optMicros(m.Expires), optMicros(m.Done), m.Attempts, m.Reason)
	if err != nil {
		return fmt.Errorf("put mail: %w", err)
	}
	return nil
}

// DeleteMails implements catalog.MailWriteTx.
func (t *tx) DeleteMails(before time.Time) (int, error) {
	return t.deleted("DELETE FROM mail WHERE state <> 'waiting' AND done < ?", micros(before))
}

// DeleteMailsTo implements catalog.MailWriteTx.
func (t *tx) DeleteMailsTo(address string, rounds ...string) (int, error) {
	c := conditions{}
	c.add("lower(recipient) = lower(?)", address)
	c.in("round", rounds)
	return t.deleted("DELETE FROM mail"+c.where(), c.args...)
}

// deleted runs a statement and returns how many rows it touched.
func (t *tx) deleted(query string, args ...any) (int, error) {
	r, err := t.exec(query, args...)
	if err != nil {
		return 0, err
	}
	n, err := r.RowsAffected()
	return int(n), err
}
