package holding

import (
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// With returns a desk that judges by another template.
func (d *Desk) With(t *survey.Template) *Desk {
	c := *d
	c.tmpl = t
	return &c
}

// CityOrgIn returns the city's organization and makes it when it is missing.
func (d *Desk) CityOrgIn(tx catalog.WriteTx, by catalog.Actor, city vocab.City) (*catalog.Entry, error) {
	return d.cityOrg(tx, by, city)
}

// SubmitIn stores one complete record inside a transaction, as an import of it
// would, and returns its holding. A record that says what is stored already
// leaves an approved holding approved; one that was returned is submitted anew.
func (d *Desk) SubmitIn(tx catalog.WriteTx, by catalog.Actor, city vocab.City, in Incoming) (*catalog.Entry, error) {
	im := &importer{desk: d, by: by, city: city, file: File{Template: d.tmpl.Ref()}}
	org, err := d.cityOrg(tx, by, city)
	if err != nil {
		return nil, err
	}
	im.org = org.ID
	p := prepared{in: &in}
	p.fields, p.hash, p.err = im.fields(&in.Result)
	if err := im.store(tx, &p); err != nil {
		return nil, err
	}
	e, err := tx.EntryByOrigin(source(city.Name), in.Result.LocalID)
	if err != nil {
		return nil, err
	}
	switch Status(e.Fields.String("status")) {
	case StatusSubmitted, StatusApproved, StatusPublished:
		return e, nil
	}
	return e, d.setStatus(tx, by, e, StatusSubmitted)
}

func (d *Desk) setStatus(tx catalog.WriteTx, by catalog.Actor, e *catalog.Entry, s Status) error {
	return d.reg.ChangeIn(tx, by, e, 0, func(e *catalog.Entry) error {
		e.Fields.Set("status", string(s))
		return nil
	})
}

// ReturnIn gives a submitted holding back to its office. A dataset that was
// published of it stays.
func (d *Desk) ReturnIn(tx catalog.WriteTx, by catalog.Actor, id string) error {
	e, err := tx.Entry(id)
	if err != nil {
		return err
	}
	if Status(e.Fields.String("status")) != StatusSubmitted {
		return catalog.Errorf(catalog.KindConflict, "Dieser Datenbestand wartet nicht mehr auf Freigabe. Bitte die Seite neu laden.")
	}
	return d.setStatus(tx, by, e, StatusReturned)
}

// WithdrawIn takes a submitted holding out of review, because its office edits it
// again. What was approved stays.
func (d *Desk) WithdrawIn(tx catalog.WriteTx, by catalog.Actor, id string) error {
	e, err := tx.Entry(id)
	if err != nil || Status(e.Fields.String("status")) != StatusSubmitted {
		return err
	}
	return d.setStatus(tx, by, e, StatusDraft)
}

// ApproveIn approves one submitted holding inside a transaction. One that may be
// published becomes a dataset as ApproveAll would make it; any other is approved
// as described and stays inside. A holding that changed since revision rev is
// refused.
func (d *Desk) ApproveIn(tx catalog.WriteTx, by catalog.Actor, city vocab.City, id string, rev int64, how Decision) (Status, []catalog.Finding, error) {
	e, err := tx.Entry(id)
	if err != nil {
		return "", nil, err
	}
	if Status(e.Fields.String("status")) != StatusSubmitted || rev != 0 && e.Rev != rev {
		return "", nil, catalog.Errorf(catalog.KindConflict, "Der Datenbestand hat sich inzwischen geändert. Bitte die Seite neu laden und noch einmal prüfen.")
	}
	out := Approval{}
	if err := d.approve(tx, by, city, id, how, &out); err != nil {
		return "", nil, err
	}
	if out.Skipped > 0 {
		return StatusApproved, out.Findings, d.setStatus(tx, by, e, StatusApproved)
	}
	if e, err = tx.Entry(id); err != nil {
		return "", nil, err
	}
	return Status(e.Fields.String("status")), out.Findings, nil
}

// TakeDownIn takes a published holding out of the public: its dataset is hidden,
// the holding stays with all it knows.
func (d *Desk) TakeDownIn(tx catalog.WriteTx, by catalog.Actor, id string) error {
	e, err := tx.Entry(id)
	if err != nil {
		return err
	}
	ds, err := tx.Entry(e.Fields.String("dataset"))
	if err != nil {
		return err
	}
	if err := d.reg.ChangeIn(tx, by, e, 0, func(x *catalog.Entry) error {
		x.Fields.Set("status", string(StatusWithdrawn))
		x.Fields.Set("published", "")
		return nil
	}); err != nil {
		return err
	}
	return d.reg.ChangeIn(tx, by, ds, 0, func(x *catalog.Entry) error {
		x.Access = catalog.AccessPrivate
		return nil
	})
}

// Preview is the dataset that the answers would become; public says whether it
// has an address that lets it be published at once.
func (d *Desk) Preview(city vocab.City, answers catalog.Fields, now time.Time) (e *catalog.Entry, public bool) {
	h := &catalog.Entry{Fields: catalog.Fields{"answers": map[string]any(answers)}}
	fields, part := d.converter(city, h).dataset()
	e = &catalog.Entry{ID: catalog.NewID(), Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPrivate, Fields: fields, Created: now, Modified: now}
	e.Name = e.ID
	if part != nil {
		e.Parts = []catalog.Part{{ID: catalog.NewID(), Fields: part, Created: now, Modified: now}}
	}
	return e, part != nil
}

// Source is where the holdings of a city come from, as their entries name it.
func Source(city string) string { return source(city) }

// Mapper writes what the desk makes as DCAT-AP.de.
func (d *Desk) Mapper() *dcat.Mapper { return dcat.NewMapper(d.defs, d.idBase) }
