package holding

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// batch is how many records share a transaction: enough to spread the cost of
// the sync to disk, few enough that an interactive write waits only briefly.
const batch = 200

// Incoming is one record of a survey file.
type Incoming struct {
	Ref     string    // the record's place in the file
	Updated time.Time // the record's own time of change, zero when it has none
	Result  survey.Result
}

// File says where records come from.
type File struct {
	Name, SHA256, Template string
	Size                   int64
	// Report is kept with the import.
	Report any
}

// Summary counts what an import did to the stored holdings.
type Summary struct {
	New       int `json:"new"`
	Changed   int `json:"changed"`
	Unchanged int `json:"unchanged"`
	// Older counts records that were stored before and have been replaced by newer
	// ones since; they change nothing.
	Older int `json:"older"`
	// NotStored counts rejected and superseded records.
	NotStored int `json:"not_stored"`
}

// Options of an import.
type Options struct {
	// DryRun only says what would happen.
	DryRun   bool
	Progress func(done, total int)
}

// errDryRun rolls a dry run's transaction back.
var errDryRun = errors.New("dry run")

// Import stores the records of one file as holdings of a city. A later file's
// records win, whatever their time stamps say. A file whose content was imported
// before changes nothing; a record that was stored before and has been replaced by
// a newer one does not either. The answers of records are taken over: they are
// gone from the list once they are stored.
func (d *Desk) Import(ctx context.Context, by catalog.Actor, city vocab.City, f File, records []Incoming, opt Options) (Summary, error) {
	by.Bulk = true
	im := &importer{desk: d, by: by, city: city, file: f}
	if !opt.DryRun {
		if err := im.begin(ctx); err != nil {
			return im.sum, err
		}
	}
	ahead, stop := context.WithCancel(ctx)
	defer stop()
	ready := im.prepareAhead(ahead, records)
	for start := 0; start < len(records); start += batch {
		part, ok := <-ready
		if !ok {
			return im.sum, ctx.Err()
		}
		before := im.sum
		_, err := d.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
			im.sum = before
			if opt.DryRun {
				if err := im.prepare(tx); err != nil {
					return err
				}
			}
			for i := range part {
				if err := im.store(tx, &part[i]); err != nil {
					return fmt.Errorf("record %s: %w", part[i].in.Ref, err)
				}
			}
			if opt.DryRun {
				return errDryRun
			}
			if start+batch >= len(records) {
				return im.finish(tx)
			}
			return nil
		})
		if err != nil && !errors.Is(err, errDryRun) {
			return im.sum, err
		}
		if opt.Progress != nil {
			opt.Progress(start+len(part), len(records))
		}
	}
	return im.sum, nil
}

type importer struct {
	desk *Desk
	by   catalog.Actor
	city vocab.City
	org  string // id of the city's organization
	file File
	seen bool // the same content was imported before
	sum  Summary
}

// begin makes sure that the city's organization is there and notes the import.
func (im *importer) begin(ctx context.Context) error {
	_, err := im.desk.reg.Store().Update(ctx, im.by, im.prepare)
	return err
}

func (im *importer) prepare(tx catalog.WriteTx) error {
	org, err := im.desk.cityOrg(tx, im.by, im.city)
	if err != nil {
		return err
	}
	im.org = org.ID
	rec, err := tx.Import(im.file.SHA256, source(im.city.Name))
	switch {
	case err == nil:
		im.seen = rec.Done
	case catalog.KindOf(err) != catalog.KindNotFound:
		return err
	}
	return nil
}

// finish notes in the last batch's transaction that the whole file is in.
func (im *importer) finish(tx catalog.WriteTx) error {
	if im.seen {
		return nil
	}
	report, err := json.Marshal(im.file.Report)
	if err != nil {
		return fmt.Errorf("encode report: %w", err)
	}
	return tx.PutImport(&catalog.ImportRecord{
		SHA256: im.file.SHA256, Source: source(im.city.Name), FileName: im.file.Name, Size: im.file.Size, Done: true, Report: report,
	})
}

// prepared is a record with the fields and hash of its holding; fields is nil
// when it is not to be stored.
type prepared struct {
	in     *Incoming
	fields catalog.Fields
	hash   string
	err    error
}

// prepareAhead makes the fields of the next batch while one is being written.
func (im *importer) prepareAhead(ctx context.Context, records []Incoming) <-chan []prepared {
	ready := make(chan []prepared)
	go func() {
		defer close(ready)
		for part := range slices.Chunk(records, batch) {
			out := make([]prepared, len(part))
			for i := range part {
				p := &out[i]
				p.in = &part[i]
				if r := &part[i].Result; r.Outcome == survey.OutcomeValid || r.Outcome == survey.OutcomeIncomplete {
					p.fields, p.hash, p.err = im.fields(r)
					r.Answers = nil
				}
			}
			select {
			case ready <- out:
			case <-ctx.Done():
				return
			}
		}
	}()
	return ready
}

func (im *importer) store(tx catalog.WriteTx, p *prepared) error {
	if p.err != nil {
		return p.err
	}
	if p.fields == nil {
		im.sum.NotStored++
		return nil
	}
	in, r, fields, hash := p.in, &p.in.Result, p.fields, p.hash
	old, err := tx.EntryByOrigin(source(im.city.Name), r.LocalID)
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		im.sum.New++
		e := &catalog.Entry{
			ID: catalog.NewID(), Type: catalog.TypeHolding, Owner: im.org, Access: catalog.AccessPartner, Fields: fields,
			Origin: &catalog.Origin{Source: source(im.city.Name), Key: r.LocalID, Hash: hash, Updated: in.Updated},
		}
		e.Name = e.ID
		return im.desk.reg.CreateIn(tx, im.by, e)
	}
	if err != nil {
		return err
	}
	switch {
	case im.seen || old.Origin.Hash == hash:
		im.sum.Unchanged++
		return nil
	case !in.Updated.IsZero() && !old.Origin.Updated.IsZero() && in.Updated.Before(old.Origin.Updated):
		again, err := storedBefore(tx, old.ID, hash, in.Updated)
		if err != nil {
			return err
		}
		if again {
			im.sum.Older++
			return nil
		}
	}
	im.sum.Changed++
	same, err := im.sameButContacts(old, fields)
	if err != nil {
		return err
	}
	return im.desk.reg.ChangeIn(tx, im.by, old, 0, func(e *catalog.Entry) error {
		// The link to the dataset stays: what is published remains published
		// until the new answers are approved.
		fields.Set("dataset", e.Fields.String("dataset"))
		fields.Set("published", e.Fields.String("published"))
		fields.Set("register_public", e.Fields.String("register_public"))
		if same {
			fields.Set("status", e.Fields.String("status"))
		}
		e.Fields = fields
		e.State = catalog.StateActive
		e.Origin.Hash, e.Origin.Updated = hash, in.Updated
		return nil
	})
}

// sameButContacts reports whether an approved holding gets nothing new but what belongs
// to the occasion, such as who is to be asked: nobody has to approve it again.
func (im *importer) sameButContacts(old *catalog.Entry, fields catalog.Fields) (bool, error) {
	switch Status(old.Fields.String("status")) {
	case StatusApproved, StatusPublished:
	default:
		return false, nil
	}
	if old.Fields.String("template") != fields.String("template") || im.desk.tmpl.Ref() != fields.String("template") {
		return false, nil
	}
	var texts [2]string
	for i, f := range []catalog.Fields{old.Fields, fields} {
		answers := catalog.Fields(f.Map("answers")).Clone()
		for _, q := range im.desk.tmpl.Questions() {
			if q.OfOccasion() {
				delete(answers, q.ID)
			}
		}
		text, err := catalog.EncodeFields(answers)
		if err != nil {
			return false, fmt.Errorf("compare answers: %w", err)
		}
		texts[i] = string(text) + "\n" + f.String("outcome")
	}
	return texts[0] == texts[1], nil
}

// storedBefore reports whether an earlier state of a holding was this very record:
// files that overlap bring old records along with new ones.
func storedBefore(tx catalog.Tx, id, hash string, updated time.Time) (bool, error) {
	const page = 100
	for before := int64(0); ; {
		list, err := tx.Revisions(id, before, page)
		if err != nil {
			return false, err
		}
		for _, r := range list {
			if o := r.Entry.Origin; o != nil && o.Hash == hash && o.Updated.Equal(updated) {
				return true, nil
			}
		}
		if len(list) < page {
			return false, nil
		}
		before = list[len(list)-1].Change.Rev
	}
}

// fields builds a holding's fields. Its status depends on the outcome alone:
// what a file claims about it has no effect.
func (im *importer) fields(r *survey.Result) (catalog.Fields, string, error) {
	status := StatusSubmitted
	if r.Outcome == survey.OutcomeIncomplete {
		status = StatusDraft
	}
	f := catalog.Fields{}
	f.Set("title", r.Title)
	f.Set("city", im.city.Code)
	f.Set("local_id", r.LocalID)
	f.Set("office", r.Answers.String("A_org2"))
	f.Set("status", string(status))
	f.Set("outcome", string(r.Outcome))
	f.Set("reasons", r.Reasons)
	f.Set("template", im.file.Template)
	f.Set("answers", map[string]any(r.Answers))
	text, err := catalog.EncodeFields(f)
	if err != nil {
		return nil, "", fmt.Errorf("hash answers: %w", err)
	}
	sum := sha256.Sum256(text)
	// What other cities publish moves the priority, and is no news of this record.
	if r.Assessment != nil {
		f.Set("assessment", r.Assessment.Fields())
	}
	return f, hex.EncodeToString(sum[:]), nil
}
