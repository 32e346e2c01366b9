package holding

import (
	"trio.example/catalog"
)

// UseStatus keeps holdings in line with datasets that are opened or closed by hand, and
// lets somebody hear of it. Call it before the registry is used.
func (d *Desk) UseStatus(moved func(tx catalog.WriteTx, by catalog.Actor, holdingID string, s Status) error) {
	d.moved = moved
	d.reg.Follow(d.follow)
}

// follow keeps a holding in line with the dataset that was made of it: one that waited
// for its connection is published as soon as somebody adds the address and opens the
// dataset, and the office is named in public from then on.
func (d *Desk) follow(tx catalog.WriteTx, by catalog.Actor, ds *catalog.Entry) error {
	if ds.Origin == nil || ds.Origin.Source != catalog.OriginHolding || ds.Rev == 1 {
		return nil // one that was made just now is named by its holding later
	}
	h, err := tx.Entry(ds.Origin.Key)
	if err != nil || h.Fields.String("dataset") != ds.ID {
		if catalog.KindOf(err) == catalog.KindNotFound {
			err = nil
		}
		return err
	}
	public := ds.State == catalog.StateActive && ds.Access == catalog.AccessPublic
	as := by
	as.Sysadmin = true // who may edit the dataset need have no rights on the rest
	to, published := Status(h.Fields.String("status")), h.Fields.String("published")
	switch {
	case public && to == StatusApproved:
		to, published = StatusPublished, "data"
		if len(ds.Parts) == 0 {
			published = "metadata"
		}
	case !public && to == StatusPublished:
		to, published = StatusApproved, ""
	default:
		return nil
	}
	if org, err := tx.Entry(ds.Owner); err == nil && public && org.Access == catalog.AccessPrivate && org.State == catalog.StateActive {
		if err := d.publishOrg(tx, as, org); err != nil {
			return err
		}
	}
	if err := d.reg.ChangeIn(tx, as, h, 0, func(e *catalog.Entry) error {
		e.Fields.Set("status", string(to))
		e.Fields.Set("published", published)
		e.Fields.Set("decision", "")
		return nil
	}); err != nil {
		return err
	}
	if d.moved == nil {
		return nil
	}
	return d.moved(tx, by, h.ID, to)
}
