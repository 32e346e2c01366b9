package account

import (
	"context"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/mail"
)

// statePending is CKAN's state of an account nobody has taken yet.
const statePending = catalog.State("pending")

// roleNames are what letters call the roles.
var roleNames = map[catalog.Role]catalog.Text{
	catalog.RoleAdmin:  catalog.DE("Verwaltung", "administrator"),
	catalog.RoleEditor: catalog.DE("Bearbeitung", "editor"),
	catalog.RoleMember: catalog.DE("Mitglied", "member"),
}

// RoleName is a role in words.
func RoleName(r catalog.Role, lang string) string { return roleNames[r].In(lang) }

// Invitation asks somebody to work for an organization or group.
type Invitation struct {
	Email string
	// Org is the organization's id or name.
	Org  string
	Role catalog.Role
	Lang string
}

// Invited says what became of an invitation.
type Invited struct {
	User *catalog.User
	// Link opens the new account. It is for operators only; people get it by mail.
	Link string
	// Existing is set when there was an account, which now has the role.
	Existing bool
}

// Invite sends an invitation, or gives the role to the account that is there.
func (d *Desk) Invite(ctx context.Context, by catalog.Actor, i Invitation) (*Invited, error) {
	var out *Invited
	address, err := mail.Address(strings.TrimSpace(i.Email))
	if err != nil || address.Name != "" {
		return nil, catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "email_invalid", Field: "email",
			Message: catalog.DE("Das ist keine E-Mail-Adresse. Bitte eine wie vorname.nachname@stadt.example angeben.", "This is no e-mail address. Enter one like name@city.example.")})
	}
	if !i.Role.Valid() {
		return nil, catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "role_invalid", Field: "role",
			Message: catalog.DE("Diese Rolle gibt es nicht. Bitte eine der Rollen auswählen.", "There is no such role. Choose one of the roles.")})
	}
	_, err = d.store.Update(ctx, by, func(tx catalog.WriteTx) error {
		org, err := catalog.Find(tx, catalog.TypeOrganization.Namespace(), i.Org)
		if err != nil || org.State != catalog.StateActive || !catalog.CanSee(by, org) || !by.CanEdit(org) {
			return catalog.Errorf(catalog.KindNotFound, "Diese Organisation gibt es nicht, oder Sie dürfen für sie niemanden einladen.")
		}
		out, err = d.invite(tx, by, org, address.Address, i)
		return err
	})
	if err == nil {
		d.mail.Wake()
	}
	return out, err
}

func (d *Desk) invite(tx catalog.WriteTx, by catalog.Actor, org *catalog.Entry, email string, i Invitation) (*Invited, error) {
	known, err := tx.UsersByEmail(email)
	if err != nil {
		return nil, err
	}
	for _, u := range known {
		if u.State == catalog.StateActive {
			if err := d.bounded(tx, by); err != nil {
				return nil, err
			}
			if err := tx.PutMembership(catalog.Membership{OrgID: org.ID, UserID: u.ID, Role: i.Role}); err != nil {
				return nil, err
			}
			v := d.values(tx, by, org, i.Role, i.Lang)
			v.Name, v.Login = called(u), u.Name
			return &Invited{User: u, Existing: true}, d.mail.Put(tx, mail.Draft{Kind: "added", Lang: i.Lang, UserID: u.ID, To: u.Email, Values: v})
		}
	}
	var u *catalog.User
	for _, k := range known {
		if k.State == statePending {
			u = k
		}
	}
	if u == nil {
		u = &catalog.User{ID: catalog.NewID(), Name: freeName(tx, email), Email: email, State: statePending, Created: tx.Now()}
		if err := tx.PutUser(u); err != nil {
			return nil, err
		}
	}
	if err := tx.PutMembership(catalog.Membership{OrgID: org.ID, UserID: u.ID, Role: i.Role}); err != nil {
		return nil, err
	}
	link, err := d.InviteIn(tx, by, u, org, i.Role, i.Lang)
	return &Invited{User: u, Link: link}, err
}

// InviteIn writes the letter of an invitation to a pending account inside the
// transaction that made it.
func (d *Desk) InviteIn(tx catalog.WriteTx, by catalog.Actor, u *catalog.User, org *catalog.Entry, role catalog.Role, lang string) (link string, err error) {
	if err := d.bounded(tx, by); err != nil {
		return "", err
	}
	link, expires, err := d.ticket(tx, u, TicketInvite, lang)
	if err != nil {
		return "", err
	}
	v := d.values(tx, by, org, role, lang)
	v.Link, v.Until = link, d.until(expires, lang)
	return link, d.mail.Put(tx, mail.Draft{Kind: "invite", Lang: lang, UserID: u.ID, To: u.Email, Expires: expires, Values: v})
}

// bounded keeps an account from writing to everybody.
func (d *Desk) bounded(tx catalog.WriteTx, by catalog.Actor) error {
	return perInviting.take(tx, "invite:"+by.UserID)
}

func (d *Desk) values(tx catalog.Tx, by catalog.Actor, org *catalog.Entry, role catalog.Role, lang string) mail.Values {
	v := mail.Values{Organization: org.Name, Role: RoleName(role, lang), By: d.cfg.Portal.In(lang)}
	if t := org.Fields.String("title"); t != "" {
		v.Organization = t
	}
	if u, err := tx.User(by.UserID); err == nil {
		v.By = called(u)
	}
	return v
}

// freeName makes an account name of an address.
func freeName(tx catalog.Tx, email string) string {
	local, _, _ := strings.Cut(strings.ToLower(email), "@")
	local = strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= '0' && r <= '9' || r == '-' || r == '_' {
			return r
		}
		return '-'
	}, local)
	name := local[:min(len(local), 80)]
	if _, err := tx.User(name); err != nil && len(catalog.CheckName(name)) == 0 {
		return name
	}
	return name + "-" + catalog.NewID()[:8]
}
