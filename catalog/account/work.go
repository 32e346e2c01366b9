package account

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// Work is what waits for somebody.
type Work struct {
	User *catalog.User
	// Factor is false while the account has no second factor.
	Factor bool
	// Orgs are the organizations somebody belongs to, by title.
	Orgs []OrgWork
	// Drafts are datasets that are not public, those changed last first.
	Drafts Pile
	// Approve are complete holdings that wait for approval by somebody who may,
	// Clarify those that may be published under conditions only, Returned those
	// back at the office, Connect the approved ones without an address.
	Approve, Clarify, Returned, Connect Pile
	// Letters counts mails given up, for administrators.
	Letters int
}

// OrgWork is one of somebody's organizations.
type OrgWork struct {
	Org  *catalog.Entry
	Role catalog.Role
	// Datasets counts the public ones, those of organizations below included.
	Datasets int
}

// Pile is a number of entries, the first of them by name.
type Pile struct {
	Count int
	First []*catalog.Entry
	// More is set when there are more than were counted.
	More bool
}

const (
	pileShown = 10
	// maxWalked bounds what is read to count a pile.
	maxWalked = 5000
)

func (p *Pile) add(e *catalog.Entry) {
	p.Count++
	if len(p.First) < pileShown {
		p.First = append(p.First, e)
	}
}

// Work collects what waits for the actor.
func (d *Desk) Work(ctx context.Context, by catalog.Actor) (*Work, error) {
	var w Work
	err := d.store.View(ctx, func(tx catalog.Tx) (err error) {
		if w.User, err = user(tx, by); err != nil {
			return err
		}
		factors, err := confirmed(tx, w.User.ID)
		if err != nil {
			return err
		}
		w.Factor = len(factors) > 0
		if by.Sysadmin {
			if w.Letters, err = tx.CountMails(catalog.MailFailed); err != nil {
				return err
			}
		}
		if err := w.organizations(tx, by); err != nil {
			return err
		}
		if err := w.drafts(tx, by); err != nil {
			return err
		}
		return w.holdings(tx, by)
	})
	if err != nil {
		return nil, err
	}
	return &w, nil
}

func (w *Work) organizations(tx catalog.Tx, by catalog.Actor) error {
	members, err := tx.Memberships("", by.UserID)
	if err != nil {
		return err
	}
	for _, m := range members {
		org, err := tx.Entry(m.OrgID)
		if err != nil || org.Type != catalog.TypeOrganization || org.State != catalog.StateActive {
			continue
		}
		all, err := below(tx, org.ID)
		if err != nil {
			return err
		}
		n, err := tx.CountEntries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, Owners: all, States: []catalog.State{catalog.StateActive}, Access: catalog.AccessPublic})
		if err != nil {
			return err
		}
		w.Orgs = append(w.Orgs, OrgWork{Org: org, Role: m.Role, Datasets: n})
	}
	slices.SortFunc(w.Orgs, func(a, b OrgWork) int { return strings.Compare(title(a.Org), title(b.Org)) })
	return nil
}

// maxBelow bounds the walk through a hierarchy, which may be a circle.
const maxBelow = 2000

// below lists an organization and all under it.
func below(tx catalog.Tx, id string) ([]string, error) {
	all, seen := []string{id}, map[string]bool{id: true}
	for i := 0; i < len(all) && len(all) < maxBelow; i++ {
		children, err := tx.EntryIDs(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeOrganization}, Owner: all[i]})
		if err != nil {
			return nil, err
		}
		for _, c := range children {
			if !seen[c] {
				seen[c] = true
				all = append(all, c)
			}
		}
	}
	return all, nil
}

func title(e *catalog.Entry) string { return cmp.Or(e.Fields.String("title"), e.Name) }

// owners are the organizations whose entries the actor may change; nil with all
// set means every one.
func owners(by catalog.Actor) (list []string, all bool) {
	for id, role := range by.Roles {
		if role == catalog.RoleAdmin || role == catalog.RoleEditor {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list, by.Sysadmin
}

// mine walks over what the actor may change, within bounds.
func mine(tx catalog.Tx, by catalog.Actor, f catalog.EntryFilter, p *Pile, fn func(*catalog.Entry)) error {
	list, all := owners(by)
	if len(list) == 0 && !all {
		return nil
	}
	if !all {
		f.Owners = list
	}
	f.Limit = maxWalked + 1
	n := 0
	for e, err := range tx.Entries(f) {
		if err != nil {
			return err
		}
		if n++; n > maxWalked {
			p.More = true
			return nil
		}
		if by.CanEdit(e) && catalog.CanSee(by, e) {
			fn(e)
		}
	}
	return nil
}

func (w *Work) drafts(tx catalog.Tx, by catalog.Actor) error {
	var found []*catalog.Entry
	f := catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, States: []catalog.State{catalog.StateActive, "draft"}}
	// Most datasets of a portal are public: they are not read for this.
	for _, access := range []catalog.Access{catalog.AccessPrivate, catalog.AccessPartner} {
		f.Access = access
		if err := mine(tx, by, f, &w.Drafts, func(e *catalog.Entry) { found = append(found, e) }); err != nil {
			return err
		}
	}
	f.Access, f.States = catalog.AccessPublic, []catalog.State{"draft"}
	if err := mine(tx, by, f, &w.Drafts, func(e *catalog.Entry) { found = append(found, e) }); err != nil {
		return err
	}
	slices.SortFunc(found, func(a, b *catalog.Entry) int {
		return cmp.Or(b.Modified.Compare(a.Modified), strings.Compare(title(a), title(b)))
	})
	for _, e := range found {
		w.Drafts.add(e)
	}
	return nil
}

func (w *Work) holdings(tx catalog.Tx, by catalog.Actor) error {
	f := catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, States: []catalog.State{catalog.StateActive}}
	return mine(tx, by, f, &w.Approve, func(e *catalog.Entry) {
		switch e.Fields.String("status") {
		case "subm":
			switch e.Fields.Map("assessment")["publishability"] {
			case survey.Publishable:
				w.Approve.add(e)
			case survey.Conditional:
				w.Clarify.add(e)
			}
		case "retn", "draft":
			w.Returned.add(e)
		case "appr":
			w.Connect.add(e)
		}
	})
}
