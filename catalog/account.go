package catalog

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"time"
)

// HashToken returns what the store keeps of an API token. Tokens are 256 random
// bits, so a plain hash cannot be searched.
func HashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// touchEvery bounds how often the last use of a token is written down.
const touchEvery = time.Hour

// Authenticate finds who a token belongs to. An unknown, expired or revoked
// token and a deleted user give Anonymous and false.
func (r *Registry) Authenticate(ctx context.Context, token string) (Actor, bool, error) {
	var a Actor
	var k *Token
	var now time.Time
	err := r.store.View(ctx, func(tx Tx) error {
		var err error
		if k, err = tx.Token(HashToken(token)); err != nil {
			return err
		}
		now = tx.Now()
		if k.Revoked || (!k.Expires.IsZero() && now.After(k.Expires)) {
			return Errorf(KindNotFound, "token not found")
		}
		a, err = ActorOf(tx, k.UserID)
		a.Unowned = r.policy.UnownedDatasets
		return err
	})
	if KindOf(err) == KindNotFound && err != nil {
		return Anonymous, false, nil
	}
	if err != nil {
		return Anonymous, false, err
	}
	if now.Sub(k.LastUsed) > touchEvery {
		// A lost note of use is no reason to refuse the request.
		_, _ = r.store.Update(ctx, a, func(tx WriteTx) error { return tx.TouchToken(k.ID) })
	}
	return a, true, nil
}

// ActorOf builds the actor of a user with all roles, those included that
// cascade from an organization to the ones below it (CKAN: admin only).
func ActorOf(tx Tx, idOrName string) (Actor, error) {
	u, err := tx.User(idOrName)
	if err != nil {
		return Anonymous, err
	}
	if u.State != StateActive {
		return Anonymous, Errorf(KindNotFound, "user not found")
	}
	a := Actor{UserID: u.ID, Name: u.Name, Sysadmin: u.Sysadmin, Roles: map[string]Role{}}
	members, err := tx.Memberships("", u.ID)
	if err != nil {
		return Anonymous, err
	}
	for _, m := range members {
		if err := a.grant(tx, m.OrgID, m.Role, 0); err != nil {
			return Anonymous, err
		}
	}
	shared, err := tx.Records(RecordFilter{Kind: RecordCollaborator, Key: u.ID})
	if err != nil {
		return Anonymous, err
	}
	if len(shared) > 0 {
		a.Collaborates = map[string]Role{}
	}
	for _, s := range shared {
		a.Collaborates[s.Parent] = Role(s.Fields.String("capacity"))
	}
	return a, nil
}

// maxOrgDepth bounds the walk through the hierarchy of organizations.
const maxOrgDepth = 16

func (a *Actor) grant(tx Tx, orgID string, role Role, depth int) error {
	if a.Roles[orgID] != RoleAdmin {
		a.Roles[orgID] = role
	}
	org, err := tx.Entry(orgID)
	if err != nil {
		return err
	}
	if depth == 0 && !a.Partner {
		a.Partner = inCooperation(tx, org)
	}
	if role != RoleAdmin || depth >= maxOrgDepth {
		return nil
	}
	for child, err := range tx.Entries(EntryFilter{Types: []Type{TypeOrganization}, Owner: orgID}) {
		if err != nil {
			return err
		}
		if err := a.grant(tx, child.ID, role, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// inCooperation reports whether the organization or one above it is a member
// of the cooperation.
func inCooperation(tx Tx, org *Entry) bool {
	for range maxOrgDepth {
		if org.Fields.Bool("cooperation") {
			return true
		}
		parent, err := tx.Entry(org.Owner)
		if err != nil {
			return false
		}
		org = parent
	}
	return false
}

// AddUser creates an account.
func (r *Registry) AddUser(ctx context.Context, by Actor, u *User) error {
	if !by.Sysadmin {
		return Errorf(KindDenied, "Access denied")
	}
	if findings := CheckName(u.Name); len(findings) > 0 {
		return Invalid(findings...)
	}
	if u.ID == "" {
		u.ID = NewID()
	}
	if u.FullName == "" {
		u.FullName = u.Name
	}
	u.State = StateActive
	_, err := r.store.Update(ctx, by, func(tx WriteTx) error {
		u.Created = tx.Now()
		if _, err := tx.User(u.Name); err == nil {
			return Errorf(KindConflict, "Es gibt schon ein Konto mit dem Namen %s.", u.Name)
		}
		return tx.PutUser(u)
	})
	return err
}

// NewToken makes an API token for a user inside a transaction and returns its
// text, which is not kept anywhere. A zero expires means it does not expire.
func NewToken(tx WriteTx, userID, name string, expires time.Time) (text, id string, err error) {
	var secret [32]byte
	_, _ = rand.Read(secret[:]) // never fails: crypto/rand ends the program instead
	text = "trio_" + base64.RawURLEncoding.EncodeToString(secret[:])
	id = NewID()
	err = tx.PutToken(&Token{ID: id, Hash: HashToken(text), Name: name, UserID: userID, Created: tx.Now(), Expires: expires})
	return text, id, err
}

// AddToken makes an API token for a user and returns its text.
func (r *Registry) AddToken(ctx context.Context, by Actor, userName, tokenName string, expires time.Time) (text string, err error) {
	_, err = r.store.Update(ctx, by, func(tx WriteTx) error {
		u, err := tx.User(userName)
		if err != nil {
			return Errorf(KindNotFound, "Es gibt kein Konto mit dem Namen %s.", userName)
		}
		if !by.Sysadmin && by.UserID != u.ID {
			return Errorf(KindDenied, "Access denied")
		}
		text, _, err = NewToken(tx, u.ID, tokenName, expires)
		return err
	})
	if err != nil {
		return "", err
	}
	return text, nil
}
