package job

import (
	"encoding/json"

	"trio.example/catalog"
)

// Reimport puts a dataset back as its source said last, without asking the source:
// one that was deleted or purged here comes back, local edits and locks stay. false
// for a record whose dataset the source does not have now, or somebody else has.
func Reimport(tx catalog.WriteTx, reg *catalog.Registry, by catalog.Actor, src *catalog.HarvestSource, guid string) (bool, error) {
	r, err := tx.HarvestRecord(src.ID, guid)
	if err != nil {
		return false, err
	}
	var base baseState
	if err := json.Unmarshal(r.Base, &base); err != nil {
		return false, err
	}
	if !r.Missing.IsZero() || base.Link != nil {
		return false, nil
	}
	entry, err := tx.EntryByOrigin(OriginOf(src.ID), guid)
	if err == nil {
		return true, reg.ChangeIn(tx, by, entry, 0, func(e *catalog.Entry) error {
			e.State = catalog.StateActive
			return nil
		})
	}
	if catalog.KindOf(err) != catalog.KindNotFound {
		return false, err
	}
	owner, err := ownerOf(tx, src, base.Org, &catalog.HarvestObject{})
	if err != nil {
		return false, err
	}
	entry = &catalog.Entry{Type: catalog.TypeDataset, Owner: owner, Fields: base.Fields, Parts: base.Parts, Origin: &catalog.Origin{Source: OriginOf(src.ID), Key: guid, Hash: r.Hash}}
	if entry.Name, err = freeName(tx, &line{Name: base.Name, Title: base.Fields.String("title")}); err != nil {
		return false, err
	}
	if err := reg.CreateIn(tx, by, entry); err != nil {
		return false, err
	}
	r.Entry = entry.ID
	return true, tx.PutHarvestRecord(r)
}
