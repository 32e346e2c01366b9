// Package repair sets one field of many datasets at once: looked at before,
// undone after.
package repair

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// Plan says what is to be set where.
type Plan struct {
	Field string `json:"field"`
	// Value may be a word: it is written as the field's vocabulary has it.
	Value string `json:"value"`
	// Files sets the field of the distributions instead of the dataset's.
	Files bool `json:"files,omitempty"`
	// Owners are the ids of the organizations, all without.
	Owners []string `json:"owners,omitempty"`
	// Instead, if set, is the value that is replaced; else only what has no
	// value is touched, or with All everything.
	Instead string `json:"instead,omitempty"`
	All     bool   `json:"all,omitempty"`
	// Only, if set, are the ids of the datasets that were chosen from the preview.
	Only []string `json:"only,omitempty"`
}

// Step is what happens to one dataset.
type Step struct {
	ID     string `json:"id"`
	Name   string `json:"name"`
	Title  string `json:"title"`
	Before string `json:"before"`
	After  string `json:"after"`
	// Rev is the revision before, 0 in a preview; Done the one after.
	Rev  int64 `json:"rev,omitempty"`
	Done int64 `json:"done,omitempty"`
}

// Job is a repair that was made.
type Job struct {
	ID     string    `json:"id"`
	At     time.Time `json:"at"`
	Plan   Plan      `json:"plan"`
	Steps  []Step    `json:"steps"`
	Undone bool      `json:"undone"`
}

// Shop makes repairs.
type Shop struct {
	reg  *catalog.Registry
	defs *schema.Set
}

// New makes a shop.
func New(reg *catalog.Registry, defs *schema.Set) *Shop { return &Shop{reg, defs} }

// MaxSteps bounds one repair: it is one transaction, whole or not at all.
const MaxSteps = 5000

// field finds the definition and brings the value into its normal form.
func (s *Shop) field(p *Plan) (*schema.Field, error) {
	def := s.defs.Of(catalog.TypeDataset)
	list := def.Fields
	if p.Files {
		list = def.Parts
	}
	i := slices.IndexFunc(list, func(f schema.Field) bool { return f.Name == p.Field })
	if i < 0 || list[i].Visibility != catalog.LevelPublic || list[i].Kind == schema.KindJSON {
		return nil, catalog.Errorf(catalog.KindInvalid, "Ein Feld namens %q lässt sich so nicht setzen.", p.Field)
	}
	f := &list[i]
	name := f.Vocab
	if p.Field == "license_id" {
		name = "licence"
	}
	if name == "" || p.Value == "" {
		return f, nil
	}
	c, ok := vocab.Lookup(name, p.Value)
	if !ok {
		return nil, catalog.Errorf(catalog.KindInvalid, "„%s“ steht nicht im Vokabular %s. trio vocab list %s zeigt, was es gibt.", p.Value, name, name)
	}
	if p.Value = c.URI; p.Field == "license_id" {
		p.Value = c.Attr["ckan"]
	}
	return f, nil
}

// Preview lists what would be changed and changes nothing.
func (s *Shop) Preview(ctx context.Context, by catalog.Actor, p Plan) ([]Step, error) {
	f, err := s.field(&p)
	if err != nil {
		return nil, err
	}
	var out []Step
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		out, err = steps(tx, by, f, p)
		return err
	})
	return out, err
}

func steps(tx catalog.Tx, by catalog.Actor, f *schema.Field, p Plan) ([]Step, error) {
	var out []Step
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}, Owners: p.Owners, States: []catalog.State{catalog.StateActive, catalog.StateDraft}}) {
		if err != nil {
			return nil, err
		}
		if !by.CanEdit(e) || len(p.Only) > 0 && !slices.Contains(p.Only, e.ID) {
			continue
		}
		before := e.Clone()
		if !set(e, f, p) {
			continue
		}
		if len(out) == MaxSteps {
			return nil, catalog.Errorf(catalog.KindTooLarge, "Auf einmal sind höchstens %d Datensätze möglich; bitte auf eine Organisation einschränken.", MaxSteps)
		}
		out = append(out, Step{ID: e.ID, Name: e.Name, Title: e.Fields.String("title"), Before: shown(before, f, p), After: shown(e, f, p), Rev: before.Rev})
	}
	return out, nil
}

// set changes an entry as planned and says whether it did.
func set(e *catalog.Entry, f *schema.Field, p Plan) bool {
	changed := false
	one := func(values catalog.Fields) {
		now := text(values, f)
		if !p.All && now != p.Instead || now == p.Value {
			return
		}
		switch {
		case p.Value == "":
			delete(values, f.Name)
		case f.Kind.List():
			values.Set(f.Name, []string{p.Value})
		default:
			values.Set(f.Name, p.Value)
		}
		changed = true
	}
	if !p.Files {
		one(e.Fields)
		return changed
	}
	for i := range e.Parts {
		one(e.Parts[i].Fields)
	}
	return changed
}

func text(values catalog.Fields, f *schema.Field) string {
	if f.Kind.List() {
		l := values.Strings(f.Name)
		switch len(l) {
		case 0:
			return ""
		case 1:
			return l[0]
		}
		return fmt.Sprint(l)
	}
	return values.String(f.Name)
}

func shown(e *catalog.Entry, f *schema.Field, p Plan) string {
	if !p.Files {
		return text(e.Fields, f)
	}
	var out []string
	for _, part := range e.Parts {
		if t := text(part.Fields, f); !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	if len(out) == 1 {
		return out[0]
	}
	return fmt.Sprint(out)
}

// Apply makes the changes in one transaction and remembers how to undo them.
func (s *Shop) Apply(ctx context.Context, by catalog.Actor, p Plan) (*Job, error) {
	f, err := s.field(&p)
	if err != nil {
		return nil, err
	}
	job := &Job{ID: catalog.NewID(), Plan: p}
	_, err = s.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		job.At, job.Steps = tx.Now(), nil
		list, err := steps(tx, by, f, p)
		if err != nil {
			return err
		}
		for _, st := range list {
			e, err := tx.Entry(st.ID)
			if err != nil {
				return err
			}
			if err := s.reg.ChangeIn(tx, by, e, st.Rev, func(e *catalog.Entry) error { set(e, f, p); return nil }); err != nil {
				return catalog.Named(err, "repair", e)
			}
			st.Done = e.Rev
			job.Steps = append(job.Steps, st)
		}
		if len(job.Steps) == 0 {
			return nil
		}
		return save(tx, job)
	})
	return job, err
}

func save(tx catalog.WriteTx, job *Job) error {
	b, err := json.Marshal(job)
	if err != nil {
		return err
	}
	fields := catalog.Fields{}
	if err := fields.UnmarshalJSON(b); err != nil {
		return err
	}
	return tx.PutRecord(&catalog.Record{ID: job.ID, Kind: catalog.RecordRepair, Key: job.ID, Created: job.At, Fields: fields})
}

// JobsOf lists the newest repairs all of whose datasets somebody may edit: they tell
// titles and values.
func (s *Shop) JobsOf(ctx context.Context, by catalog.Actor, most int) ([]*Job, error) {
	list, err := s.Jobs(ctx)
	if err != nil {
		return nil, err
	}
	var out []*Job
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for _, job := range list {
			if len(out) == most {
				return nil
			}
			may := true
			for _, st := range job.Steps {
				e, err := tx.Entry(st.ID)
				if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
					return err
				}
				if may = err == nil && by.CanEdit(e) || by.Sysadmin; !may {
					break
				}
			}
			if may {
				out = append(out, job)
			}
		}
		return nil
	})
	return out, err
}

// Jobs lists the repairs made, newest first.
func (s *Shop) Jobs(ctx context.Context) ([]*Job, error) {
	var out []*Job
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordRepair})
		for _, r := range list {
			job, err := decode(r)
			if err != nil {
				return err
			}
			out = append(out, job)
		}
		return err
	})
	slices.Reverse(out)
	return out, err
}

func decode(r *catalog.Record) (*Job, error) {
	b, err := json.Marshal(r.Fields)
	if err != nil {
		return nil, err
	}
	var job Job
	return &job, json.Unmarshal(b, &job)
}

// Undo gives the fields their values of before. What somebody has changed since
// in the same field stays, and is returned.
func (s *Shop) Undo(ctx context.Context, by catalog.Actor, id string) (undone int, kept []Step, err error) {
	_, err = s.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		undone, kept = 0, nil
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordRepair, Key: id})
		if err != nil {
			return err
		}
		if len(list) != 1 {
			return catalog.Errorf(catalog.KindNotFound, "Eine Reparatur mit dieser Nummer gibt es nicht.")
		}
		job, err := decode(list[0])
		if err != nil {
			return err
		}
		if job.Undone {
			return catalog.Errorf(catalog.KindConflict, "Diese Reparatur ist schon rückgängig gemacht.")
		}
		f, err := s.field(&job.Plan)
		if err != nil {
			return err
		}
		for _, st := range job.Steps {
			ok, err := s.undo(tx, by, f, job.Plan, st)
			if err != nil {
				return err
			}
			if ok {
				undone++
			} else {
				kept = append(kept, st)
			}
		}
		job.Undone = true
		return save(tx, job)
	})
	return undone, kept, err
}

func (s *Shop) undo(tx catalog.WriteTx, by catalog.Actor, f *schema.Field, p Plan, st Step) (bool, error) {
	e, err := tx.Entry(st.ID)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return false, nil
		}
		return false, err
	}
	if shown(e, f, p) != st.After {
		return false, nil
	}
	revs, err := tx.Revisions(st.ID, st.Rev+1, 1)
	if err != nil || len(revs) != 1 {
		return false, err
	}
	old := revs[0].Entry
	err = s.reg.ChangeIn(tx, by, e, 0, func(e *catalog.Entry) error {
		if !p.Files {
			restore(e.Fields, old.Fields, f.Name)
			return nil
		}
		for i := range e.Parts {
			for j := range old.Parts {
				if e.Parts[i].ID == old.Parts[j].ID {
					restore(e.Parts[i].Fields, old.Parts[j].Fields, f.Name)
				}
			}
		}
		return nil
	})
	return err == nil, err
}

func restore(now, before catalog.Fields, name string) {
	if v, had := before[name]; had {
		now[name] = v
	} else {
		delete(now, name)
	}
}
