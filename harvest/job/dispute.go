package job

import (
	"context"
	"encoding/json"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/schema"
)

// What somebody decides about a field that differs here from its source.
const (
	DecideTheirs = "theirs" // the source's version is taken
	DecideOurs   = "ours"   // the local version stays, until the source changes it again
	DecideLock   = "lock"   // the local version stays whatever the source does
	DecideUnlock = "unlock" // the source may change the field again
)

// Disputes lists what of a source waits for a decision.
func (d *Desk) Disputes(ctx context.Context, by catalog.Actor, name string) (src *catalog.HarvestSource, out []*catalog.HarvestDispute, err error) {
	const most = 500
	err = d.engine.reg.Store().View(ctx, func(tx catalog.Tx) error {
		s, err := managed(tx, by, name)
		if err != nil {
			return err
		}
		src = Shown(s)
		out, err = tx.HarvestDisputes(s.ID, most)
		return err
	})
	return src, out, err
}

// Decide settles a field of a dataset.
func (d *Desk) Decide(ctx context.Context, by catalog.Actor, name, guid, field, how string) error {
	return d.change(ctx, by, name, func(tx catalog.WriteTx, src *catalog.HarvestSource) error {
		return Decide(tx, d.engine.reg, d.engine.defs, by, src, guid, field, how)
	})
}

// Decide settles a field of a dataset, for somebody who manages its source.
func Decide(tx catalog.WriteTx, reg *catalog.Registry, defs *schema.Set, by catalog.Actor, src *catalog.HarvestSource, guid, field, how string) error {
	if defs.Of(catalog.TypeDataset).Field(field) == nil && field != partsField {
		return catalog.Errorf(catalog.KindInvalid, "Ein Feld namens %.100q haben Datensätze nicht.", field)
	}
	r, err := tx.HarvestRecord(src.ID, guid)
	if err != nil {
		return catalog.Errorf(catalog.KindNotFound, "Einen Datensatz mit dieser Kennung hat die Quelle nicht.")
	}
	var base baseState
	if err := json.Unmarshal(r.Base, &base); err != nil {
		return err
	}
	not := func(name string) bool { return name == field }
	switch how {
	case DecideTheirs:
		if err := takeTheirs(tx, reg, by, r.Entry, field, &base); err != nil {
			return err
		}
		base.Locked = slices.DeleteFunc(base.Locked, not)
	case DecideOurs:
	case DecideLock:
		if !slices.Contains(base.Locked, field) {
			base.Locked = append(base.Locked, field)
		}
	case DecideUnlock:
		base.Locked = slices.DeleteFunc(base.Locked, not)
	default:
		return catalog.Errorf(catalog.KindInvalid, "Bitte wählen, welche Fassung gilt: theirs, ours, lock oder unlock.")
	}
	was := len(base.Dispute)
	if base.Dispute = slices.DeleteFunc(base.Dispute, not); how == DecideUnlock {
		was = len(base.Dispute) // a lock was a decision
	}
	if was != len(base.Dispute) {
		if err := tx.PutHarvestDispute(&catalog.HarvestDispute{Source: src.ID, GUID: guid, Title: base.Fields.String("title"), Fields: base.Dispute, At: tx.Now()}); err != nil {
			return err
		}
	}
	if r.Base, err = json.Marshal(base); err != nil {
		return err
	}
	return tx.PutHarvestRecord(r)
}

func takeTheirs(tx catalog.WriteTx, reg *catalog.Registry, by catalog.Actor, id, field string, base *baseState) error {
	entry, err := tx.Entry(id)
	if err != nil {
		return catalog.Errorf(catalog.KindNotFound, "Den Datensatz gibt es hier nicht mehr.")
	}
	return reg.ChangeIn(tx, by, entry, 0, func(e *catalog.Entry) error {
		if field != partsField {
			if v, ok := base.Fields[field]; ok {
				e.Fields[field] = v
			} else {
				delete(e.Fields, field)
			}
			return nil
		}
		var parts []catalog.Part
		for i := range base.Parts {
			p := catalog.Part{Fields: base.Parts[i].Fields.Clone()}
			for j := range e.Parts {
				if samePart(&e.Parts[j], &p) { // it keeps its id
					p.ID = e.Parts[j].ID
				}
			}
			parts = append(parts, p)
		}
		e.Parts = parts
		return nil
	})
}
