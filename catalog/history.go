package catalog

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
)

// Versions lists the states of an entry before a revision, newest first; before
// 0 begins with the present one. A former state can hold what was never public,
// so only those who may edit an entry see its states.
func (r *Registry) Versions(ctx context.Context, by Actor, namespace, idOrName string, before int64, limit int) (*Entry, []Revision, error) {
	var e *Entry
	var list []Revision
	err := r.store.View(ctx, func(tx Tx) error {
		var err error
		if e, err = editable(tx, by, namespace, idOrName); err != nil {
			return err
		}
		list, err = tx.Revisions(e.ID, before, limit)
		return err
	})
	return e, list, err
}

// Version reads one state of an entry.
func (r *Registry) Version(ctx context.Context, by Actor, namespace, idOrName string, rev int64) (*Entry, *Revision, error) {
	var e *Entry
	var v *Revision
	err := r.store.View(ctx, func(tx Tx) error {
		var err error
		if e, err = editable(tx, by, namespace, idOrName); err == nil {
			v, err = version(tx, e, rev)
		}
		return err
	})
	return e, v, err
}

func editable(tx Tx, by Actor, namespace, idOrName string) (*Entry, error) {
	e, err := Find(tx, namespace, idOrName)
	if err == nil && !by.CanEdit(e) {
		err = Errorf(KindDenied, "Access denied")
	}
	return e, err
}

func version(tx Tx, e *Entry, rev int64) (*Revision, error) {
	if rev < 1 || rev > e.Rev {
		return nil, Errorf(KindNotFound, "version not found")
	}
	list, err := tx.Revisions(e.ID, rev+1, 1)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 || list[0].Change.Rev != rev {
		return nil, Errorf(KindNotFound, "version not found")
	}
	return &list[0], nil
}

// Restore makes an entry what it was at a revision: name, owner, state, access,
// values and distributions. That is a change like any other, with the same
// rights and checks, and can itself be undone by restoring. ifRev, when not 0,
// must be the present revision.
func (r *Registry) Restore(ctx context.Context, by Actor, namespace, idOrName string, rev, ifRev int64) (e *Entry, seq int64, err error) {
	seq, err = r.store.Update(ctx, by, func(tx WriteTx) error {
		var err error
		if e, err = editable(tx, by, namespace, idOrName); err != nil {
			return err
		}
		old, err := version(tx, e, rev)
		if err != nil {
			return err
		}
		return r.ChangeIn(tx, by, e, ifRev, func(e *Entry) error {
			was := old.Entry
			e.Name, e.Owner, e.State, e.Access = was.Name, was.Owner, was.State, was.Access
			e.Fields, e.Parts = was.Fields, was.Parts
			return nil
		})
	})
	return e, seq, err
}

// Difference is one value that two states of an entry do not share. Field is a
// field of its definition, or name, owner, state or access; Part is the id of
// the distribution it belongs to. A distribution that only one state has, or
// that stands in another place, is a difference without Field.
type Difference struct {
	Part, Field   string
	Before, After any
}

// Compare lists how two states of an entry differ: the entry's own values by
// name, then distribution by distribution.
func Compare(before, after *Entry) []Difference {
	var out []Difference
	head := func(e *Entry) Fields {
		f := e.Fields.Clone()
		if f == nil {
			f = Fields{}
		}
		for name, v := range map[string]string{"name": e.Name, "owner": e.Owner, "state": string(e.State), "access": string(e.Access)} {
			f.Set(name, v)
		}
		return f
	}
	out = append(out, compareFields("", head(before), head(after))...)
	place := func(e *Entry, id string) int {
		return slices.IndexFunc(e.Parts, func(p Part) bool { return p.ID == id })
	}
	for i, p := range before.Parts {
		j := place(after, p.ID)
		switch {
		case j < 0:
			out = append(out, Difference{Part: p.ID, Before: map[string]any(p.Fields)})
			continue
		case i != j && len(before.Parts) == len(after.Parts):
			out = append(out, Difference{Part: p.ID, Before: int64(i + 1), After: int64(j + 1)})
		}
		out = append(out, compareFields(p.ID, p.Fields, after.Parts[j].Fields)...)
	}
	for _, p := range after.Parts {
		if place(before, p.ID) < 0 {
			out = append(out, Difference{Part: p.ID, After: map[string]any(p.Fields)})
		}
	}
	return out
}

func compareFields(part string, before, after Fields) []Difference {
	names := map[string]bool{}
	for name := range before {
		names[name] = true
	}
	for name := range after {
		names[name] = true
	}
	var out []Difference
	for _, name := range slices.SortedFunc(maps.Keys(names), cmp.Compare[string]) {
		if !equalFields(Fields{name: before[name]}, Fields{name: after[name]}) {
			out = append(out, Difference{Part: part, Field: name, Before: before[name], After: after[name]})
		}
	}
	return out
}

// String is for logs and tests.
func (d Difference) String() string {
	return fmt.Sprintf("%s.%s: %v → %v", d.Part, d.Field, d.Before, d.After)
}
