package sqlstore

import (
	"database/sql"
	"fmt"
	"time"

	"trio.example/catalog"
)

// UsersByEmail implements catalog.CredentialTx.
func (t *tx) UsersByEmail(email string) ([]*catalog.User, error) {
	return list(t, "users", scanUser, "SELECT "+userColumns+" FROM user WHERE email <> '' AND lower(email) = lower(?) ORDER BY created, id", email)
}

const sessionColumns = "id, hash, user_id, stamp, complete, agent, created, last_used, expires"

func scanSession(scan func(...any) error) (*catalog.Session, error) {
	var s catalog.Session
	var created, used, expires int64
	err := scan(&s.ID, &s.Hash, &s.UserID, &s.Stamp, &s.Complete, &s.Agent, &created, &used, &expires)
	s.Created, s.LastUsed, s.Expires = fromMicros(created), fromMicros(used), fromMicros(expires)
	return &s, err
}

// SessionByHash implements catalog.CredentialTx.
func (t *tx) SessionByHash(hash string) (*catalog.Session, error) {
	s, err := scanSession(t.row("SELECT "+sessionColumns+" FROM session WHERE hash = ?", hash).Scan)
	return s, notFound(err, "session")
}

// Sessions implements catalog.CredentialTx, the last used first.
func (t *tx) Sessions(userID string) ([]*catalog.Session, error) {
	return list(t, "sessions", scanSession, "SELECT "+sessionColumns+" FROM session WHERE user_id = ? ORDER BY last_used DESC, id", userID)
}

// PutSession implements catalog.CredentialWriteTx.
func (t *tx) PutSession(s *catalog.Session) error {
	_, err := t.exec(`INSERT INTO session (`+sessionColumns+`) VALUES (?,?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET hash = excluded.hash, stamp = excluded.stamp, complete = excluded.complete,
		last_used = excluded.last_used, expires = excluded.expires`,
		s.ID, s.Hash, s.UserID, s.Stamp, s.Complete, s.Agent, micros(s.Created), micros(s.LastUsed), micros(s.Expires))
	if err != nil {
		return fmt.Errorf("put session: %w", err)
	}
	return nil
}

// DeleteSession implements catalog.CredentialWriteTx.
func (t *tx) DeleteSession(userID, id string) (int, error) {
	return t.deleted("DELETE FROM session WHERE user_id = ? AND id = ?", userID, id)
}

// DeleteSessions implements catalog.CredentialWriteTx.
func (t *tx) DeleteSessions(userID, except string) (int, error) {
	return t.deleted("DELETE FROM session WHERE user_id = ? AND id <> ?", userID, except)
}

// Ticket implements catalog.CredentialTx.
func (t *tx) Ticket(hash string) (*catalog.Ticket, error) {
	var k catalog.Ticket
	var created, expires int64
	err := t.row("SELECT hash, kind, user_id, created, expires FROM ticket WHERE hash = ?", hash).Scan(&k.Hash, &k.Kind, &k.UserID, &created, &expires)
	k.Created, k.Expires = fromMicros(created), fromMicros(expires)
	return &k, notFound(err, "ticket")
}

// PutTicket implements catalog.CredentialWriteTx.
func (t *tx) PutTicket(k *catalog.Ticket) error {
	_, err := t.exec("INSERT INTO ticket (hash, kind, user_id, created, expires) VALUES (?,?,?,?,?)", k.Hash, k.Kind, k.UserID, micros(k.Created), micros(k.Expires))
	if err != nil {
		return fmt.Errorf("put ticket: %w", err)
	}
	return nil
}

// DeleteTickets implements catalog.CredentialWriteTx.
func (t *tx) DeleteTickets(userID, kind string) error {
	_, err := t.exec("DELETE FROM ticket WHERE user_id = ?1 AND (?2 = '' OR kind = ?2)", userID, kind)
	return err
}

const factorColumns = "id, user_id, kind, name, secret, step, confirmed, created, last_used"

func scanFactor(scan func(...any) error) (*catalog.Factor, error) {
	var f catalog.Factor
	var created int64
	var used sql.NullInt64
	err := scan(&f.ID, &f.UserID, &f.Kind, &f.Name, &f.Secret, &f.Step, &f.Confirmed, &created, &used)
	f.Created, f.LastUsed = fromMicros(created), fromOpt(used)
	return &f, err
}

// Factors implements catalog.CredentialTx; an empty kind does not filter.
func (t *tx) Factors(userID string, kind catalog.FactorKind) ([]*catalog.Factor, error) {
	return list(t, "factors", scanFactor, "SELECT "+factorColumns+" FROM factor WHERE user_id = ?1 AND (?2 = '' OR kind = ?2) ORDER BY created, id", userID, string(kind))
}

// PutFactor implements catalog.CredentialWriteTx.
func (t *tx) PutFactor(f *catalog.Factor) error {
	_, err := t.exec(`INSERT INTO factor (`+factorColumns+`) VALUES (?,?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, secret = excluded.secret, step = excluded.step,
		confirmed = excluded.confirmed, last_used = excluded.last_used`,
		f.ID, f.UserID, string(f.Kind), f.Name, f.Secret, f.Step, f.Confirmed, micros(f.Created), optMicros(f.LastUsed))
	if err != nil {
		return fmt.Errorf("put factor: %w", err)
	}
	return nil
}

// DeleteFactor implements catalog.CredentialWriteTx.
func (t *tx) DeleteFactor(id string) error {
	_, err := t.exec("DELETE FROM factor WHERE id = ?", id)
	return err
}

// Guess implements catalog.CredentialTx.
func (t *tx) Guess(key string) (*catalog.Guess, error) {
	g := catalog.Guess{Key: key}
	var last, until int64
	err := t.row("SELECT fails, last, until FROM guess WHERE key = ?", key).Scan(&g.Fails, &last, &until)
	g.Last, g.Until = fromMicros(last), fromMicros(until)
	return &g, notFound(err, "guess")
}

// PutGuess implements catalog.CredentialWriteTx.
func (t *tx) PutGuess(g *catalog.Guess) error {
	_, err := t.exec(`INSERT INTO guess (key, fails, last, until) VALUES (?,?,?,?)
		ON CONFLICT (key) DO UPDATE SET fails = excluded.fails, last = excluded.last, until = excluded.until`, g.Key, g.Fails, micros(g.Last), micros(g.Until))
	return err
}

// DeleteGuess implements catalog.CredentialWriteTx.
func (t *tx) DeleteGuess(key string) error {
	_, err := t.exec("DELETE FROM guess WHERE key = ?", key)
	return err
}

func scanResetRequest(scan func(...any) error) (*catalog.ResetRequest, error) {
	var r catalog.ResetRequest
	var at int64
	err := scan(&r.ID, &r.Login, &r.Lang, &at)
	r.At = fromMicros(at)
	return &r, err
}

// ResetRequests implements catalog.CredentialTx.
func (t *tx) ResetRequests(limit int) ([]*catalog.ResetRequest, error) {
	return list(t, "reset requests", scanResetRequest, "SELECT id, login, lang, at FROM reset_request ORDER BY at, id LIMIT ?", limit)
}

// PutResetRequest implements catalog.CredentialWriteTx.
func (t *tx) PutResetRequest(r *catalog.ResetRequest) error {
	_, err := t.exec("INSERT INTO reset_request (id, login, lang, at) VALUES (?,?,?,?)", r.ID, r.Login, r.Lang, micros(r.At))
	return err
}

// DeleteResetRequest implements catalog.CredentialWriteTx.
func (t *tx) DeleteResetRequest(id string) error {
	_, err := t.exec("DELETE FROM reset_request WHERE id = ?", id)
	return err
}

// guessesKept is how long wrong guesses are remembered.
const guessesKept = 24 * time.Hour

// DeleteStale implements catalog.CredentialWriteTx.
func (t *tx) DeleteStale() error {
	now := micros(t.now)
	for _, q := range []struct {
		query string
		at    int64
	}{
		{"DELETE FROM session WHERE expires < ?", now}, {"DELETE FROM ticket WHERE expires < ?", now},
		{"DELETE FROM guess WHERE last < ?", micros(t.now.Add(-guessesKept))},
	} {
		if _, err := t.exec(q.query, q.at); err != nil {
			return fmt.Errorf("delete what has run out: %w", err)
		}
	}
	return nil
}
