package holding

import (
	"context"
	"fmt"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Approval says what became of the approved holdings.
type Approval struct {
	// Published have a public address and appear in the catalogue.
	Published int `json:"published"`
	// Waiting are approved and have no public address yet: they wait for their
	// connection and are not public.
	Waiting int `json:"waiting"`
	// Unchanged were approved before and have no new answers.
	Unchanged int `json:"unchanged"`
	// Skipped are not publishable, incomplete or returned.
	Skipped  int               `json:"skipped"`
	Findings []catalog.Finding `json:"findings"`
}

// ApproveAll approves every publishable holding of a city and turns it into a
// dataset. It stands in for the desk where a person decides one by one; only a
// data officer of the city or a sysadmin may call it.
func (d *Desk) ApproveAll(ctx context.Context, by catalog.Actor, city vocab.City, progress func(done, total int)) (*Approval, error) {
	by.Bulk = true
	var ids []string
	err := d.reg.Store().View(ctx, func(tx catalog.Tx) error {
		org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), city.Name)
		if err != nil {
			return catalog.Errorf(catalog.KindNotFound, "Für %s liegen noch keine Datenbestände vor. Bitte zuerst eine Datei importieren.", city.Label.In("de"))
		}
		if !by.CanCreateIn(org.ID) {
			return catalog.Errorf(catalog.KindDenied, "Access denied")
		}
		ids, err = tx.EntryIDs(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, Source: source(city.Name)})
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &Approval{Findings: []catalog.Finding{}}
	for start := 0; start < len(ids); start += batch {
		part := ids[start:min(start+batch, len(ids))]
		before := *out
		_, err := d.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
			*out = before
			out.Findings = slices.Clone(before.Findings)
			for _, id := range part {
				if err := d.approve(tx, by, city, id, out); err != nil {
					return fmt.Errorf("approve holding %s: %w", id, err)
				}
			}
			return nil
		})
		if err != nil {
			return out, err
		}
		if progress != nil {
			progress(start+len(part), len(ids))
		}
	}
	return out, nil
}

// approve takes one holding through approval and, where it has a public
// address, publication. Holding and dataset change in one transaction.
func (d *Desk) approve(tx catalog.WriteTx, by catalog.Actor, city vocab.City, id string, out *Approval) error {
	h, err := tx.Entry(id)
	if err != nil {
		return err
	}
	switch Status(h.Fields.String("status")) {
	case StatusApproved, StatusPublished:
		out.Unchanged++
		return nil
	case StatusSubmitted:
	default:
		out.Skipped++
		return nil
	}
	assessment := catalog.Fields(h.Fields.Map("assessment"))
	if h.State != catalog.StateActive || assessment.String("publishability") != survey.Publishable {
		out.Skipped++
		return nil
	}
	c := d.converter(city, h)
	fields, part := c.dataset()
	ds, findings, err := d.putDataset(tx, by, city, h, fields, part)
	if err != nil {
		return err
	}
	out.Findings = append(out.Findings, findings...)
	status := StatusPublished
	if part == nil {
		status = StatusApproved
		out.Waiting++
		out.Findings = append(out.Findings, waiting(h, c.answers.String("G_puburl")))
	} else {
		out.Published++
	}
	return d.reg.ChangeIn(tx, by, h, 0, func(e *catalog.Entry) error {
		e.Fields.Set("status", string(status))
		e.Fields.Set("dataset", ds.ID)
		return nil
	})
}

func waiting(h *catalog.Entry, address string) catalog.Finding {
	f := catalog.Finding{
		Severity: catalog.SeverityInfo, Code: "waiting_for_connection", Field: "G_puburl", Row: h.Fields.String("local_id"),
		Message: catalog.DE("Freigegeben, aber ohne öffentliche Adresse: Der Bestand wartet auf seine Anbindung und ist nicht öffentlich.",
			"Approved, but without a public address: the holding waits for its connection and is not public."),
		Remedy: catalog.DE("Anbindung einrichten oder die öffentliche Adresse nachtragen.", "Set up the connection or add the public address."),
	}
	if address != "" {
		f.Severity, f.Code = catalog.SeverityWarning, "address_not_public"
		f.Message = catalog.DE("Freigegeben, aber die angegebene Adresse ist nicht aus dem Internet erreichbar: Der Bestand ist nicht öffentlich.",
			"Approved, but the address given cannot be reached from the internet: the holding is not public.")
	}
	return f
}

// putDataset creates or updates the dataset of a holding. On an update only
// those fields follow the new answers that nobody edited since; the rest is
// kept and reported.
func (d *Desk) putDataset(tx catalog.WriteTx, by catalog.Actor, city vocab.City, h *catalog.Entry, fields, part catalog.Fields) (*catalog.Entry, []catalog.Finding, error) {
	org, err := d.officeOrg(tx, by, city, h.Fields.String("office"))
	if err != nil {
		return nil, nil, err
	}
	groups, err := d.themeGroups(tx, by, fields.Strings("theme"))
	if err != nil {
		return nil, nil, err
	}
	fields.Set("groups", groups)
	access := catalog.AccessPrivate
	if part != nil {
		access = catalog.AccessPublic
		if err := d.publishOrg(tx, by, org); err != nil {
			return nil, nil, err
		}
	}
	converted := map[string]any{"fields": map[string]any(fields.Clone())}
	if part != nil {
		converted["part"] = map[string]any(part.Clone())
	}
	if old, err := tx.Entry(h.Fields.String("dataset")); err == nil {
		var findings []catalog.Finding
		err := d.reg.ChangeIn(tx, by, old, 0, func(e *catalog.Entry) error {
			findings = merge(e, h, fields, part, tx.Now().Format("2006-01-02"))
			if e.Access != catalog.AccessPublic {
				e.Access = access
			}
			e.Fields.Set("converted", converted)
			return nil
		})
		return old, findings, err
	} else if catalog.KindOf(err) != catalog.KindNotFound {
		return nil, nil, err
	}
	e := &catalog.Entry{
		ID: catalog.NewID(), Type: catalog.TypeDataset, Owner: org.ID, Access: access, Fields: fields,
		Origin: &catalog.Origin{Source: "holding", Key: h.ID},
	}
	if part != nil {
		e.Fields.Set("issued", tx.Now().Format("2006-01-02"))
		e.Parts = []catalog.Part{{ID: catalog.NewID(), Fields: part}}
	}
	e.Fields.Set("converted", converted)
	if e.Name, err = datasetName(tx, city, h); err != nil {
		return nil, nil, err
	}
	return e, nil, d.reg.CreateIn(tx, by, e)
}

// datasetName derives a name that does not depend on the order of imports:
// title and city, and the local id where two holdings of a city share a title.
func datasetName(tx catalog.Tx, city vocab.City, h *catalog.Entry) (string, error) {
	base := makeSlug(h.Fields.String("title")) + "-" + city.Name
	for _, name := range []string{base, base + "-" + makeSlug(h.Fields.String("local_id")), base + "-" + h.ID[:8]} {
		if len(name) > catalog.MaxName {
			continue
		}
		if taken, err := tx.NameTaken(catalog.TypeDataset.Namespace(), name); err != nil || !taken {
			return name, err
		}
	}
	return h.ID, nil
}
