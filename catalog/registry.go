package catalog

import (
	"context"
	"slices"
	"time"
)

// Rules bring an entry's fields into normal form and say what is wrong with
// them; package schema implements them from the definition files.
type Rules interface {
	Normalize(e *Entry) []Finding
}

// Registry is the one way to change the catalogue: it authorises, normalises,
// validates and writes. Pages, API, importers and command line all call it and
// get the same errors.
type Registry struct {
	store  Store
	rules  Rules
	policy Policy
	follow []Follower
}

// Follower does what a change of a dataset brings about elsewhere, in the transaction
// of the change. It changes no datasets.
type Follower func(tx WriteTx, by Actor, e *Entry) error

// Follow adds a follower; call it before the registry is used.
func (r *Registry) Follow(f Follower) { r.follow = append(r.follow, f) }

// Policy opens what is closed by default. The zero value is the safe one.
type Policy struct {
	// UsersFoundOrganizations and UsersFoundGroups let every account create
	// organizations and groups; the founder becomes their administrator.
	UsersFoundOrganizations, UsersFoundGroups bool
	// UnownedDatasets allows datasets without an organization; every account
	// may create and edit them (CKAN's create_unowned_dataset).
	UnownedDatasets bool
}

// SetPolicy replaces the policy; call it before the registry is used.
func (r *Registry) SetPolicy(p Policy) { r.policy = p }

// Policy returns what this portal opened.
func (r *Registry) Policy() Policy { return r.policy }

// mayCreate reports whether the actor may add this entry.
func (r *Registry) mayCreate(by Actor, e *Entry) bool {
	if by.Sysadmin {
		return true
	}
	switch e.Type {
	case TypeOrganization, TypeGroup:
		founds := r.policy.UsersFoundOrganizations
		if e.Type == TypeGroup {
			founds = r.policy.UsersFoundGroups
		}
		// A child needs the parent's administrator.
		return !by.IsAnonymous() && founds && (e.Owner == "" || by.Roles[e.Owner] == RoleAdmin)
	default:
		return by.CanCreateIn(e.Owner)
	}
}

// NewRegistry makes a registry over a store.
func NewRegistry(store Store, rules Rules) *Registry { return &Registry{store: store, rules: rules} }

// Store returns the store, for readers that need a whole snapshot.
func (r *Registry) Store() Store { return r.store }

// Get returns an entry by id or name if the actor may see it. An entry that
// exists but is hidden is KindDenied for CKAN's sake; its text names nothing.
func (r *Registry) Get(ctx context.Context, by Actor, namespace, idOrName string) (*Entry, error) {
	var e *Entry
	err := r.store.View(ctx, func(tx Tx) error {
		var err error
		e, err = Find(tx, namespace, idOrName)
		return err
	})
	if err != nil {
		return nil, err
	}
	if !CanSee(by, e) {
		return nil, Errorf(KindDenied, "Access denied")
	}
	return e, nil
}

// Find looks an entry up by id, then by name, within a namespace.
func Find(tx Tx, namespace, idOrName string) (*Entry, error) {
	if IsID(idOrName) {
		e, err := tx.Entry(idOrName)
		if err == nil && e.Type.Namespace() == namespace {
			return e, nil
		}
		if err != nil && KindOf(err) != KindNotFound {
			return nil, err
		}
	}
	return tx.EntryByName(namespace, idOrName)
}

// Create stores a new entry and returns its change number.
func (r *Registry) Create(ctx context.Context, by Actor, e *Entry) (int64, error) {
	return r.store.Update(ctx, by, func(tx WriteTx) error { return r.CreateIn(tx, by, e) })
}

// CreateIn is Create inside a transaction the caller has open.
func (r *Registry) CreateIn(tx WriteTx, by Actor, e *Entry) error {
	if e.ID == "" {
		e.ID = NewID()
	}
	if !by.Sysadmin || e.Creator == "" { // a catalogue moved from elsewhere keeps its creators
		e.Creator = by.UserID
	}
	if e.State == "" {
		e.State = StateActive
	}
	if e.Access == "" {
		e.Access = AccessPublic
	}
	if !r.mayCreate(by, e) {
		return Errorf(KindDenied, "Access denied")
	}
	if err := r.check(tx, e); err != nil {
		return err
	}
	return r.put(tx, by, e, OpCreate)
}

// Change loads an entry, lets fn alter it, and stores the result if it differs.
// ifRev, when not 0, must be the stored revision. The entry returned is the
// stored one.
func (r *Registry) Change(ctx context.Context, by Actor, namespace, idOrName string, ifRev int64, fn func(*Entry) error) (*Entry, int64, error) {
	var e *Entry
	seq, err := r.store.Update(ctx, by, func(tx WriteTx) error {
		var err error
		if e, err = Find(tx, namespace, idOrName); err != nil {
			return err
		}
		return r.ChangeIn(tx, by, e, ifRev, fn)
	})
	if err != nil {
		return nil, 0, err
	}
	return e, seq, nil
}

// ChangeIn is Change on an entry read in the same transaction.
func (r *Registry) ChangeIn(tx WriteTx, by Actor, e *Entry, ifRev int64, fn func(*Entry) error) error {
	if !by.CanEdit(e) {
		return Errorf(KindDenied, "Access denied")
	}
	if ifRev != 0 && ifRev != e.Rev {
		return Errorf(KindConflict, "the entry has revision %d, not %d", e.Rev, ifRev)
	}
	before := e.Clone()
	if err := fn(e); err != nil {
		return err
	}
	e.ID, e.Rev, e.Created, e.Creator, e.Type = before.ID, before.Rev, before.Created, before.Creator, before.Type
	if before.Owner != e.Owner && (!by.CanMove(before) || !by.CanCreateIn(e.Owner)) {
		return Errorf(KindDenied, "Access denied")
	}
	if err := r.check(tx, e); err != nil {
		return err
	}
	stampParts(before, e, tx.Now())
	if equal(before, e) {
		*e = *before
		return nil
	}
	op := OpUpdate
	if e.State == StateDeleted && before.State != StateDeleted {
		op = OpDelete
	}
	return r.put(tx, by, e, op)
}

// Delete marks an entry as deleted; deleting again changes nothing.
func (r *Registry) Delete(ctx context.Context, by Actor, namespace, idOrName string) (int64, error) {
	_, seq, err := r.Change(ctx, by, namespace, idOrName, 0, func(e *Entry) error {
		e.State = StateDeleted
		return nil
	})
	return seq, err
}

// Purge removes an entry and its history for good.
func (r *Registry) Purge(ctx context.Context, by Actor, namespace, idOrName string) (int64, error) {
	if !by.Sysadmin {
		return 0, Errorf(KindDenied, "Access denied")
	}
	return r.store.Update(ctx, by, func(tx WriteTx) error {
		e, err := Find(tx, namespace, idOrName)
		if err != nil {
			return err
		}
		return tx.PurgeEntry(e.ID)
	})
}

// check normalises the entry and refuses it with all its faults at once.
func (r *Registry) check(tx Tx, e *Entry) error {
	findings := CheckName(e.Name)
	if e.Fields == nil {
		e.Fields = Fields{}
	}
	for i := range e.Parts {
		if e.Parts[i].ID == "" {
			e.Parts[i].ID = NewID()
		}
	}
	findings = append(findings, r.rules.Normalize(e)...)
	if e.Owner != "" {
		if o, err := tx.Entry(e.Owner); err != nil || o.Type.Namespace() != TypeOrganization.Namespace() {
			findings = append(findings, Finding{Severity: SeverityError, Code: "owner_unknown", Field: "owner_org",
				Message: DE("Diese Organisation gibt es nicht.", "Organization does not exist")})
		}
	}
	if !slices.Contains([]State{StateActive, StateDraft, StateDeleted}, e.State) {
		findings = append(findings, Finding{Severity: SeverityError, Code: "state_unknown", Field: "state",
			Message: DE("Der Zustand muss active, draft oder deleted sein.", "State must be active, draft or deleted")})
	}
	if HasErrors(findings) {
		return Invalid(findings...)
	}
	return nil
}

func (r *Registry) put(tx WriteTx, by Actor, e *Entry, op Op) error {
	for i := range e.Parts {
		p := &e.Parts[i]
		if p.Created.IsZero() {
			p.Created = tx.Now()
		}
		if p.Modified.IsZero() {
			p.Modified = tx.Now()
		}
	}
	err := tx.PutEntry(e, op)
	if err == nil && e.Type == TypeDataset {
		for _, f := range r.follow {
			if err := f(tx, by, e); err != nil {
				return err
			}
		}
	}
	if KindOf(err) != KindConflict {
		return err
	}
	if other, findErr := tx.EntryByName(e.Type.Namespace(), e.Name); findErr == nil && other.ID != e.ID {
		return &Error{Kind: KindInvalid, Message: "invalid", Err: err, Findings: []Finding{{
			Severity: SeverityError, Code: "name_taken", Field: "name",
			Message: DE("Dieser Name ist schon vergeben.", "That URL is already in use."),
			Remedy:  DE("Einen anderen Namen wählen.", "Choose another name."),
		}}}
	}
	return err
}

// stampParts keeps the times of parts that did not change.
func stampParts(before, after *Entry, now time.Time) {
	old := map[string]Part{}
	for _, p := range before.Parts {
		old[p.ID] = p
	}
	for i := range after.Parts {
		p := &after.Parts[i]
		o, known := old[p.ID]
		switch {
		case !known && p.Created.IsZero():
			p.Created, p.Modified = now, now
		case !known: // restored
			p.Modified = now
		case equalFields(o.Fields, p.Fields):
			p.Created, p.Modified = o.Created, o.Modified
		default:
			p.Created, p.Modified = o.Created, now
		}
	}
}
