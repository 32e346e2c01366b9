package account_test

import (
	"cmp"
	"fmt"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/catalog/account"
)

// city fills a store with two cities, an office and things in every state.
func (b *bench) city() {
	b.t.Helper()
	b.update(func(tx catalog.WriteTx) error {
		put := func(typ catalog.Type, name, owner string, state catalog.State, access catalog.Access, fields catalog.Fields) error {
			if fields == nil {
				fields = catalog.Fields{}
			}
			fields.Set("title", "T "+name)
			return tx.PutEntry(&catalog.Entry{ID: "id-" + name, Name: name, Type: typ, Owner: owner, State: state, Access: access, Fields: fields}, catalog.OpCreate)
		}
		org := func(name, owner string) error {
			return put(catalog.TypeOrganization, name, owner, catalog.StateActive, catalog.AccessPublic, nil)
		}
		dataset := func(name, owner string, state catalog.State, access catalog.Access) error {
			return put(catalog.TypeDataset, name, owner, state, access, nil)
		}
		holding := func(name, owner, status, publishability string) error {
			return put(catalog.TypeHolding, name, owner, catalog.StateActive, catalog.AccessPrivate, catalog.Fields{"status": status, "assessment": map[string]any{"publishability": publishability}})
		}
		steps := []error{
			org("stadt", ""), org("amt", "id-stadt"), org("fremd", ""),
			dataset("offen", "id-amt", catalog.StateActive, catalog.AccessPublic), dataset("intern", "id-amt", catalog.StateActive, catalog.AccessPrivate),
			dataset("entwurf", "id-stadt", "draft", catalog.AccessPublic), dataset("weg", "id-amt", catalog.StateDeleted, catalog.AccessPrivate),
			dataset("partner", "id-stadt", catalog.StateActive, catalog.AccessPartner), dataset("fremd-intern", "id-fremd", catalog.StateActive, catalog.AccessPrivate),
			holding("frei", "id-stadt", "subm", "publishable"), holding("bedingt", "id-stadt", "subm", "conditional"), holding("nie", "id-stadt", "subm", "not_publishable"),
			holding("zurück", "id-stadt", "retn", "publishable"), holding("unfertig", "id-amt", "draft", ""), holding("wartet", "id-stadt", "appr", "publishable"),
			holding("fertig", "id-stadt", "publ", "publishable"), holding("fremder", "id-fremd", "subm", "publishable"),
		}
		return cmp.Or(steps...)
	})
}

func (b *bench) member(name, org string, role catalog.Role) catalog.Actor {
	b.t.Helper()
	b.update(func(tx catalog.WriteTx) error {
		u, err := tx.User(name)
		if err != nil {
			u = &catalog.User{ID: "user-" + name, Name: name, State: catalog.StateActive, Created: tx.Now()}
			if err := tx.PutUser(u); err != nil {
				return err
			}
		}
		return tx.PutMembership(catalog.Membership{OrgID: "id-" + org, UserID: u.ID, Role: role})
	})
	return b.actor(name)
}

func (b *bench) actor(name string) (a catalog.Actor) {
	b.t.Helper()
	must(b.t, b.store.View(ctx, func(tx catalog.Tx) (err error) {
		a, err = catalog.ActorOf(tx, name)
		return err
	}))
	return a
}

func TestWork_isOnesOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.city()
	names := func(p account.Pile) (out []string) {
		for _, e := range p.First {
			out = append(out, e.Name)
		}
		return out
	}
	type seen struct {
		Orgs, Drafts, Approve, Clarify, Returned, Connect []string
	}
	for name, c := range map[string]struct {
		actor catalog.Actor
		want  seen
	}{
		"administrator of the city": {b.member("adam", "stadt", catalog.RoleAdmin), seen{
			[]string{"stadt admin 1"}, []string{"entwurf", "intern", "partner"}, []string{"frei"}, []string{"bedingt"}, []string{"unfertig", "zurück"}, []string{"wartet"},
		}},
		"editor of the city": {b.member("eva", "stadt", catalog.RoleEditor), seen{
			[]string{"stadt editor 1"}, []string{"entwurf", "partner"}, []string{"frei"}, []string{"bedingt"}, []string{"zurück"}, []string{"wartet"},
		}},
		"editor of the office": {b.member("emil", "amt", catalog.RoleEditor), seen{[]string{"amt editor 1"}, []string{"intern"}, nil, nil, []string{"unfertig"}, nil}},
		"member of the city":   {b.member("mia", "stadt", catalog.RoleMember), seen{[]string{"stadt member 1"}, nil, nil, nil, nil, nil}},
		"nobody's":             {b.actor("kim"), seen{}},
	} {
		w, err := b.Work(ctx, c.actor)
		if err != nil {
			t.Fatal(name, err)
		}
		got := seen{nil, names(w.Drafts), names(w.Approve), names(w.Clarify), names(w.Returned), names(w.Connect)}
		for _, o := range w.Orgs {
			got.Orgs = append(got.Orgs, fmt.Sprintf("%s %s %d", o.Org.Name, o.Role, o.Datasets))
		}
		if diff := gocmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
	if _, err := b.Work(ctx, catalog.Anonymous); catalog.KindOf(err) != catalog.KindUnauthenticated {
		t.Errorf("anonymous: %v", err)
	}
}

func TestInvite_onlyForOnesOwn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.city()
	adam, eva := b.member("adam", "stadt", catalog.RoleAdmin), b.member("eva", "stadt", catalog.RoleEditor)
	for name, c := range map[string]struct {
		by   catalog.Actor
		i    account.Invitation
		want catalog.Kind
	}{
		"another city":     {adam, account.Invitation{Email: "a@b.example", Org: "fremd", Role: catalog.RoleMember}, catalog.KindNotFound},
		"as an editor":     {eva, account.Invitation{Email: "a@b.example", Org: "stadt", Role: catalog.RoleMember}, catalog.KindNotFound},
		"anonymous":        {catalog.Anonymous, account.Invitation{Email: "a@b.example", Org: "stadt", Role: catalog.RoleMember}, catalog.KindNotFound},
		"a dataset":        {adam, account.Invitation{Email: "a@b.example", Org: "offen", Role: catalog.RoleMember}, catalog.KindNotFound},
		"no role":          {adam, account.Invitation{Email: "a@b.example", Org: "stadt"}, catalog.KindInvalid},
		"two addresses":    {adam, account.Invitation{Email: "a@b.example, c@d.example", Org: "stadt", Role: catalog.RoleMember}, catalog.KindInvalid},
		"a line break":     {adam, account.Invitation{Email: "a@b.example\r\nBcc: c@d.example", Org: "stadt", Role: catalog.RoleMember}, catalog.KindInvalid},
		"a name beside it": {adam, account.Invitation{Email: "A <a@b.example>", Org: "stadt", Role: catalog.RoleMember}, catalog.KindInvalid},
	} {
		if _, err := b.Invite(ctx, c.by, c.i); err == nil || catalog.KindOf(err) != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(b.mails()); n != 0 {
		t.Errorf("%d letters", n)
	}
	first, err := b.Invite(ctx, adam, account.Invitation{Email: "neu@b.example", Org: "amt", Role: catalog.RoleEditor, Lang: "de"})
	must(t, err)
	second, err := b.Invite(ctx, adam, account.Invitation{Email: "NEU@b.example", Org: "stadt", Role: catalog.RoleMember, Lang: "de"})
	must(t, err)
	if first.User.ID != second.User.ID || first.User.Name != "neu" {
		t.Errorf("one person, two accounts: %+v %+v", first.User, second.User)
	}
	if _, err := b.Ticket(ctx, account.TicketInvite, b.key(first.Link)); err == nil {
		t.Error("the first link works beside the second")
	}
	if _, err := b.try("neu@b.example", ""); err == nil {
		t.Error("a pending account lets in")
	}
	must(t, b.AskReset(ctx, "neu@b.example", "de", "192.0.2.5"))
	must(t, b.HandleResets(ctx))
	if n := len(b.mails()); n != 2 {
		t.Errorf("a pending account gets a reset: %d letters", n)
	}
	b.pass(15 * 24 * time.Hour)
	if _, err := b.Ticket(ctx, account.TicketInvite, b.key(second.Link)); err == nil {
		t.Error("an invitation works for ever")
	}
}
