package sqlstore

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"trio.example/catalog"
)

const userColumns = "id, name, fullname, email, sysadmin, state, created, about, image_url, password, last_active, plugin_extras"

func scanUser(scan func(...any) error) (*catalog.User, error) {
	var u catalog.User
	var created int64
	var active sql.NullInt64
	var extras []byte
	err := scan(&u.ID, &u.Name, &u.FullName, &u.Email, &u.Sysadmin, &u.State, &created, &u.About, &u.ImageURL, &u.Password, &active, &extras)
	if err != nil {
		return nil, err
	}
	u.Created, u.LastActive = fromMicros(created), fromOpt(active)
	if err := json.Unmarshal(extras, &u.PluginExtras); err != nil {
		return nil, fmt.Errorf("decode user %s: %w", u.ID, err)
	}
	return &u, nil
}

// User implements catalog.Tx.
func (t *tx) User(idOrName string) (*catalog.User, error) {
	u, err := scanUser(t.row("SELECT "+userColumns+" FROM user WHERE id = ?1 OR name = ?1 ORDER BY id = ?1 DESC LIMIT 1", idOrName).Scan)
	return u, notFound(err, "user")
}

// Users implements catalog.Tx.
func (t *tx) Users() ([]*catalog.User, error) {
	return list(t, "users", scanUser, "SELECT "+userColumns+" FROM user ORDER BY name")
}

// PutUser implements catalog.WriteTx.
func (t *tx) PutUser(u *catalog.User) error {
	if u.PluginExtras == nil {
		u.PluginExtras = catalog.Fields{}
	}
	extras, err := json.Marshal(u.PluginExtras)
	if err == nil {
		_, err = t.exec(`INSERT INTO user (`+userColumns+`) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)
			ON CONFLICT (id) DO UPDATE SET name = excluded.name, fullname = excluded.fullname, email = excluded.email,
			sysadmin = excluded.sysadmin, state = excluded.state, about = excluded.about, image_url = excluded.image_url,
			password = excluded.password, last_active = excluded.last_active, plugin_extras = excluded.plugin_extras`,
			u.ID, u.Name, u.FullName, u.Email, u.Sysadmin, string(u.State), micros(u.Created),
			u.About, u.ImageURL, u.Password, optMicros(u.LastActive), extras)
	}
	if err != nil {
		return fmt.Errorf("put user %q: %w", u.Name, err)
	}
	return nil
}

const tokenColumns = "id, hash, name, user_id, created, expires, last_used, revoked"

func scanToken(scan func(...any) error) (*catalog.Token, error) {
	var k catalog.Token
	var created int64
	var expires, used sql.NullInt64
	err := scan(&k.ID, &k.Hash, &k.Name, &k.UserID, &created, &expires, &used, &k.Revoked)
	k.Created, k.Expires, k.LastUsed = fromMicros(created), fromOpt(expires), fromOpt(used)
	return &k, err
}

// Token implements catalog.Tx.
func (t *tx) Token(hash string) (*catalog.Token, error) {
	k, err := scanToken(t.row("SELECT "+tokenColumns+" FROM token WHERE hash = ?", hash).Scan)
	return k, notFound(err, "token")
}

// TokenByID implements catalog.Tx.
func (t *tx) TokenByID(id string) (*catalog.Token, error) {
	k, err := scanToken(t.row("SELECT "+tokenColumns+" FROM token WHERE id = ?", id).Scan)
	return k, notFound(err, "token")
}

// Tokens implements catalog.Tx.
func (t *tx) Tokens(userID string) ([]*catalog.Token, error) {
	return list(t, "tokens", scanToken, "SELECT "+tokenColumns+" FROM token WHERE user_id = ? ORDER BY created, id", userID)
}

// PutToken implements catalog.WriteTx.
func (t *tx) PutToken(k *catalog.Token) error {
	_, err := t.exec(`INSERT INTO token (`+tokenColumns+`) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, expires = excluded.expires, revoked = excluded.revoked`,
		k.ID, k.Hash, k.Name, k.UserID, micros(k.Created), optMicros(k.Expires), optMicros(k.LastUsed), k.Revoked)
	if err != nil {
		return fmt.Errorf("put token: %w", err)
	}
	return nil
}

// TouchToken implements catalog.WriteTx.
func (t *tx) TouchToken(id string) error {
	_, err := t.exec("UPDATE token SET last_used = ? WHERE id = ?", micros(t.now), id)
	if err == nil {
		_, err = t.exec("UPDATE user SET last_active = ? WHERE id = (SELECT user_id FROM token WHERE id = ?)", micros(t.now), id)
	}
	return err
}

func scanMembership(scan func(...any) error) (catalog.Membership, error) {
	var m catalog.Membership
	err := scan(&m.OrgID, &m.UserID, &m.Role)
	return m, err
}

// Memberships implements catalog.Tx; an empty argument does not filter.
func (t *tx) Memberships(orgID, userID string) ([]catalog.Membership, error) {
	return list(t, "memberships", scanMembership, `SELECT org_id, user_id, role FROM membership
		WHERE (?1 = '' OR org_id = ?1) AND (?2 = '' OR user_id = ?2) ORDER BY org_id, rowid`, orgID, userID)
}

// PutMembership implements catalog.WriteTx.
func (t *tx) PutMembership(m catalog.Membership) error {
	_, err := t.exec("INSERT INTO membership (org_id, user_id, role) VALUES (?,?,?) ON CONFLICT (org_id, user_id) DO UPDATE SET role = excluded.role",
		m.OrgID, m.UserID, string(m.Role))
	if err != nil {
		return fmt.Errorf("put membership: %w", err)
	}
	return nil
}

// DeleteMembership implements catalog.WriteTx.
func (t *tx) DeleteMembership(orgID, userID string) error {
	_, err := t.exec("DELETE FROM membership WHERE org_id = ? AND user_id = ?", orgID, userID)
	return err
}

const importColumns = "sha256, source, file_name, size, at, actor, done, report, removed"

func scanImport(scan func(...any) error) (*catalog.ImportRecord, error) {
	var r catalog.ImportRecord
	var at, removed int64
	err := scan(&r.SHA256, &r.Source, &r.FileName, &r.Size, &at, &r.Actor, &r.Done, &r.Report, &removed)
	r.At = fromMicros(at)
	if removed > 0 {
		r.Removed = fromMicros(removed)
	}
	return &r, err
}

// Import implements catalog.Tx.
func (t *tx) Import(sha256, source string) (*catalog.ImportRecord, error) {
	r, err := scanImport(t.row("SELECT "+importColumns+" FROM import WHERE sha256 = ? AND source = ?", sha256, source).Scan)
	return r, notFound(err, "import")
}

// Imports implements catalog.Tx, newest first.
func (t *tx) Imports(limit int) ([]*catalog.ImportRecord, error) {
	return list(t, "imports", scanImport, "SELECT "+importColumns+" FROM import ORDER BY at DESC, sha256 LIMIT ?", limit)
}

// PutImport implements catalog.WriteTx.
func (t *tx) PutImport(r *catalog.ImportRecord) error {
	_, err := t.exec(`INSERT INTO import (`+importColumns+`) VALUES (?,?,?,?,?,?,?,?,0)
		ON CONFLICT (sha256, source) DO UPDATE SET done = excluded.done, report = excluded.report, at = excluded.at, removed = 0`,
		r.SHA256, r.Source, r.FileName, r.Size, micros(t.now), t.actor, r.Done, r.Report)
	if err != nil {
		return fmt.Errorf("put import: %w", err)
	}
	return nil
}

// AmendImport implements catalog.WriteTx.
func (t *tx) AmendImport(r *catalog.ImportRecord) error {
	removed := int64(0)
	if !r.Removed.IsZero() {
		removed = micros(r.Removed)
	}
	return t.derived("amend import", "UPDATE import SET report = ?, removed = ? WHERE sha256 = ? AND source = ?", r.Report, removed, r.SHA256, r.Source)
}

// list collects the rows of a query.
func list[T any](t *tx, what string, scan func(func(...any) error) (T, error), query string, args ...any) ([]T, error) {
	rows, err := t.rows(query, args...)
	if err != nil {
		return nil, fmt.Errorf("list %s: %w", what, err)
	}
	defer rows.Close()
	var out []T
	for rows.Next() {
		v, err := scan(rows.Scan)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", what, err)
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
