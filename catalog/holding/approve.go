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
				if err := d.approve(tx, by, city, id, Decision{}, out); err != nil {
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

// Decision is what a person decided beyond approving the answers.
type Decision struct {
	// Resolved are the reasons of a conditional holding that are settled.
	Resolved []string
	// Description publishes the description alone, of a holding whose data stay
	// inside. The office must have agreed to that.
	Description bool
	// Licence is the option of the licence question under which the data go out,
	// where the office named none.
	Licence string
}

// qLicence is the question that the rules of licences name, noLicence the reason
// that only a licence settles.
const (
	qLicence  = "E_licence"
	noLicence = "licence_undefined"
)

// licensed are the answers and their assessment with the licence that was decided.
// Nobody publishes data without one: DCAT-AP.de demands it of every distribution.
func (d *Desk) licensed(how Decision, answers, assessment catalog.Fields) (catalog.Fields, catalog.Fields, error) {
	open := slices.Contains(assessment.Strings("publish_reasons"), noLicence)
	switch {
	case how.Licence == "" && open && slices.Contains(how.Resolved, noLicence):
		return nil, nil, refuseLicence("licence_missing", "Bitte die Lizenz wählen, unter der die Daten veröffentlicht werden. Ohne Lizenz darf sie niemand nutzen, und kein Portal nimmt sie an.", "Choose the licence under which the data are published. Without one nobody may use them, and no portal takes them.")
	case how.Licence == "" || !open:
		return answers, assessment, nil
	}
	if !slices.ContainsFunc(Licences(d.tmpl), func(o survey.Option) bool { return o.Code == how.Licence }) {
		return nil, nil, refuseLicence("licence_unknown", "Diese Lizenz steht nicht zur Wahl.", "This licence cannot be chosen.")
	}
	answers = answers.Clone()
	answers.Set(qLicence, how.Licence)
	return answers, d.tmpl.Assess(answers).Fields(), nil
}

func refuseLicence(code, de, en string) error {
	return catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: code, Field: "licence", Message: catalog.DE(de, en)})
}

// Licences are the options under which data can be published.
func Licences(t *survey.Template) []survey.Option {
	q := t.Question(qLicence)
	if q == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(t.OptionLists[q.Options]), func(o survey.Option) bool {
		with := catalog.Fields{qLicence: o.Code}
		a := t.Assess(with)
		return o.Retired || a.Publishability == survey.NotPublishable || slices.Contains(a.Reasons, noLicence)
	})
}

// publishes reports what may go out: the data, the description alone, or nothing.
func (c Decision) publishes(a, answers catalog.Fields) (data, description bool) {
	switch a.String("publishability") {
	case survey.Publishable:
		data = true
	case survey.Conditional:
		data = !slices.ContainsFunc(a.Strings("publish_reasons"), func(r string) bool { return !slices.Contains(c.Resolved, r) })
	}
	if data && !c.Description {
		return true, false
	}
	return false, c.Description && answers.String("E_metapub") == "ja"
}

// approve takes one holding through approval and, where it has a public
// address, publication. Holding and dataset change in one transaction.
func (d *Desk) approve(tx catalog.WriteTx, by catalog.Actor, city vocab.City, id string, how Decision, out *Approval) error {
	h, err := tx.Entry(id)
	if err != nil {
		return err
	}
	if d = d.forHolding(tx, h); d == nil {
		out.Skipped++
		out.Findings = append(out.Findings, catalog.Finding{Severity: catalog.SeverityError, Code: "template_unknown", Row: h.Fields.String("local_id"),
			Message: catalog.DE("Der Fragebogen "+h.Fields.String("template")+" ist hier nicht mehr bekannt; ohne ihn steht nicht fest, welche Antworten öffentlich sind.", "The questionnaire "+h.Fields.String("template")+" is not known here any more; without it nobody can tell which answers are public."),
			Remedy:  catalog.DE("Den Fragebogen übernehmen und noch einmal freigeben.", "Adopt the questionnaire and approve again.")})
		return nil
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
	answers, assessment, err := d.licensed(how, catalog.Fields(h.Fields.Map("answers")), catalog.Fields(h.Fields.Map("assessment")))
	if err != nil {
		return err
	}
	data, description := how.publishes(assessment, answers)
	if h.State != catalog.StateActive || !data && !description {
		out.Skipped++
		return nil
	}
	c := d.converter(city, h)
	c.answers = answers
	fields, part := c.dataset()
	if description {
		part = nil
		describeOnly(fields)
	}
	ds, findings, err := d.putDataset(tx, by, city, h, fields, part, part != nil || description)
	if err != nil {
		return err
	}
	out.Findings = append(out.Findings, findings...)
	status, published := StatusPublished, "data"
	switch {
	case description:
		published = "metadata"
		out.Published++
	case part == nil:
		published = h.Fields.String("published")
		status = StatusApproved
		out.Waiting++
		out.Findings = append(out.Findings, waiting(h, c.answers.String("G_puburl")))
	default:
		out.Published++
	}
	return d.reg.ChangeIn(tx, by, h, 0, func(e *catalog.Entry) error {
		e.Fields.Set("status", string(status))
		e.Fields.Set("published", published)
		e.Fields.Set("dataset", ds.ID)
		return nil
	})
}

// describeOnly turns a dataset's fields into those of an entry whose data stay
// inside. Such an entry goes to no harvester.
func describeOnly(fields catalog.Fields) {
	fields.Set("access_rights", accessNonPublic)
	fields.Set("url", "")
	fields.Set("license_id", "")
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
func (d *Desk) putDataset(tx catalog.WriteTx, by catalog.Actor, city vocab.City, h *catalog.Entry, fields, part catalog.Fields, public bool) (*catalog.Entry, []catalog.Finding, error) {
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
	if public {
		access = catalog.AccessPublic
		if err := d.publishOrg(tx, by, org); err != nil {
			return nil, nil, err
		}
	}
	converted := map[string]any{"fields": map[string]any(fields.Clone()), "city": h.Owner}
	if part != nil {
		converted["part"] = map[string]any(part.Clone())
	}
	if old, err := tx.Entry(h.Fields.String("dataset")); err == nil {
		var findings []catalog.Finding
		err := d.reg.ChangeIn(tx, by, old, 0, func(e *catalog.Entry) error {
			var open proposals
			findings, open = merge(e, h, fields, part, tx.Now().Format("2006-01-02"))
			if e.Access != catalog.AccessPublic {
				e.Access = access
			}
			open.into(converted)
			e.Fields.Set("converted", converted)
			return nil
		})
		return old, findings, err
	} else if catalog.KindOf(err) != catalog.KindNotFound {
		return nil, nil, err
	}
	e := &catalog.Entry{
		ID: catalog.NewID(), Type: catalog.TypeDataset, Owner: org.ID, Access: access, Fields: fields,
		Origin: &catalog.Origin{Source: catalog.OriginHolding, Key: h.ID},
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
