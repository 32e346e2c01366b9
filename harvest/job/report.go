package job

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/mapping"
)

// Report is what a run did and what is wrong with its records, by kind of fault.
type Report struct {
	Source *catalog.HarvestSource
	Job    *catalog.HarvestJob
	Groups []*Group
	// Steps are what it did, or for a plan that waits would do, from After on; More
	// says that others follow.
	Steps []Step
	After int
	More  bool
}

// Step is one line of a plan or of what became of it.
type Step struct {
	Seq                 int
	GUID, Action, Title string
	Changed, Kept       []string
	Faults              []catalog.Finding
}

// Group are records with the same fault. List and Word are set where a line of the
// source's rules would mend it: what Word of that vocabulary means.
type Group struct {
	catalog.Finding
	Count      int
	Samples    []Step
	List, Word string
}

const (
	shownSamples = 5
	shownSteps   = 100
	maxGroups    = 200
)

// repairable are the vocabularies whose unknown words a rule maps.
var repairable = map[string]string{"licence": "licence", "frequency": "frequency", "format": "file_type", "theme": "theme"}

// unknownWord takes "unknown:licence:Namensnennung" apart.
func unknownWord(code string) (list, word string) {
	rest, ok := strings.CutPrefix(code, "unknown:")
	if !ok {
		return "", ""
	}
	list, word, ok = strings.Cut(rest, ":")
	if !ok || word == "" || repairable[list] == "" {
		return "", ""
	}
	return list, word
}

// grouping counts findings that say the same.
type grouping struct {
	at  map[string]*Group
	out []*Group
}

func (g *grouping) add(s Step) {
	for _, f := range s.Faults {
		if f.Severity == catalog.SeverityInfo {
			continue
		}
		key := f.Code + "\x00" + string(f.Severity)
		list, word := unknownWord(f.Code)
		if list == "" {
			key += "\x00" + f.Field + "\x00" + f.Message.In("de")
		}
		if g.at == nil {
			g.at = map[string]*Group{}
		}
		gr := g.at[key]
		if gr == nil {
			if len(g.out) == maxGroups {
				continue
			}
			gr = &Group{Finding: f, List: list, Word: word}
			g.at[key] = gr
			g.out = append(g.out, gr)
		}
		gr.Count++
		if len(gr.Samples) < shownSamples {
			gr.Samples = append(gr.Samples, s)
		}
	}
}

func (g *grouping) sorted() []*Group {
	slices.SortStableFunc(g.out, func(a, b *Group) int {
		if x, y := a.Severity == catalog.SeverityError, b.Severity == catalog.SeverityError; x != y {
			if x {
				return -1
			}
			return 1
		}
		return b.Count - a.Count
	})
	return g.out
}

// Report tells about a run; action selects steps of one kind, after goes on.
func (d *Desk) Report(ctx context.Context, by catalog.Actor, name, id, action string, after int) (*Report, error) {
	r := &Report{After: after}
	var groups grouping
	each := func(s Step) error {
		groups.add(s)
		switch {
		case action != "" && s.Action != action, s.Seq <= after:
		case len(r.Steps) < shownSteps:
			r.Steps = append(r.Steps, s)
		default:
			r.More = true
		}
		return nil
	}
	err := d.Steps(ctx, by, name, id, func(src *catalog.HarvestSource, j *catalog.HarvestJob) error {
		r.Source, r.Job = src, j
		return nil
	}, each)
	r.Groups = groups.sorted()
	return r, err
}

// Steps walks over all that a run did, or would do: the complete report. head is
// told of the run first.
func (d *Desk) Steps(ctx context.Context, by catalog.Actor, name, id string, head func(*catalog.HarvestSource, *catalog.HarvestJob) error, each func(Step) error) error {
	var j *catalog.HarvestJob
	err := d.engine.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := managed(tx, by, name)
		if err != nil {
			return err
		}
		if j, err = jobOf(tx, src, id); err != nil {
			return err
		}
		if err := head(Shown(src), j); err != nil {
			return err
		}
		if j.State == catalog.HarvestHeld || j.Preview {
			return nil
		}
		for last := 0; ; {
			const atOnce = 1000
			list, err := tx.HarvestObjects(j.ID, last, atOnce)
			if err != nil || len(list) == 0 {
				return err
			}
			for _, o := range list {
				if err := each(Step{o.Seq, o.GUID, o.Action, o.Title, o.Changed, o.Kept, o.Faults}); err != nil {
					return err
				}
			}
			last = list[len(list)-1].Seq
		}
	})
	if err != nil || j.State != catalog.HarvestHeld && !j.Preview {
		return err
	}
	n := 0
	err = d.engine.lines(j.ID, 0, func(l *line) error {
		n++
		if l.Mark == markAbsent || l.Mark == markPresent || l.Mark == markOrigin {
			return nil
		}
		return each(Step{Seq: n, GUID: l.GUID, Action: l.Action, Title: l.Title, Changed: l.Change, Faults: l.Faults})
	})
	if errors.Is(err, os.ErrNotExist) { // no plan was made, or it is gone
		return nil
	}
	return err
}

// Repair adds to the rules of a source what a word of it means.
func (d *Desk) Repair(ctx context.Context, by catalog.Actor, name, list, word, code string) error {
	return d.change(ctx, by, name, func(tx catalog.WriteTx, src *catalog.HarvestSource) error {
		text, err := mapping.Assign(src.Mapping, list, word, code)
		if err != nil {
			return err
		}
		if _, err := mapping.Parse([]byte(text), d.engine.defs); err != nil {
			return err
		}
		src.SetMapping(text, tx.Now())
		return tx.PutHarvestSource(src)
	})
}

// Way is the way of a record from its source to our dataset.
type Way struct {
	Source *catalog.HarvestSource
	GUID   string
	Raw    *catalog.HarvestRaw // nil when nothing is kept
	// Mapped is what the source's rules made of it when it was last written.
	Mapped catalog.Fields
	Parts  []catalog.Fields
	Last   *catalog.HarvestObject // nil when no run did anything with it
	Entry  *catalog.Entry         // nil when there is no dataset
	Record *catalog.HarvestRecord // nil when it was never written
	// Ours are fields that differ here from what the source says.
	Ours []catalog.HarvestDiff
	// Of names the dataset that it is a duplicate of, Why says by what.
	Of  *catalog.Entry
	Why string
	// Locked are fields that the source may not change, Dispute those that wait
	// for a decision.
	Locked, Dispute []string
}

// Way shows what became of a record.
func (d *Desk) Way(ctx context.Context, by catalog.Actor, name, guid string) (*Way, error) {
	w := &Way{GUID: guid}
	err := d.engine.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := managed(tx, by, name)
		if err != nil {
			return err
		}
		w.Source = Shown(src)
		absent := func(err error) error {
			if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
				return nil
			}
			return err
		}
		if w.Raw, err = tx.HarvestRaw(src.ID, guid); absent(err) != nil {
			return err
		}
		if w.Last, err = tx.HarvestObjectOf(src.ID, guid); absent(err) != nil {
			return err
		}
		if w.Record, err = tx.HarvestRecord(src.ID, guid); absent(err) != nil {
			return err
		}
		if w.Raw == nil && w.Last == nil && w.Record == nil {
			return catalog.Errorf(catalog.KindNotFound, "Einen Datensatz mit dieser Kennung hat die Quelle nicht.")
		}
		if w.Record == nil {
			return nil
		}
		var base baseState
		if err := json.Unmarshal(w.Record.Base, &base); err != nil {
			return err
		}
		w.Mapped, w.Parts, w.Locked, w.Dispute = base.Fields, bare(base.Parts), base.Locked, base.Dispute
		if base.Link != nil {
			w.Why = base.Link.Why
			if w.Of, err = tx.Entry(base.Link.Of); absent(err) != nil {
				return err
			}
		}
		if w.Record.Entry == "" {
			return nil
		}
		if w.Entry, err = tx.Entry(w.Record.Entry); err != nil {
			w.Entry = nil
			return absent(err)
		}
		ours := baseState{Name: base.Name, Org: base.Org, Fields: w.Entry.Fields, Parts: w.Entry.Parts}
		w.Ours = diffOf(base, ours, differing(base, ours))
		return nil
	})
	return w, err
}

// Duplicates lists the records of a source that are linked to datasets of others.
func (d *Desk) Duplicates(ctx context.Context, by catalog.Actor, name string) (src *catalog.HarvestSource, out []Duplicate, more bool, err error) {
	const most = 500
	err = d.engine.reg.Store().View(ctx, func(tx catalog.Tx) error {
		s, err := managed(tx, by, name)
		if err != nil {
			return err
		}
		src = Shown(s)
		err = Duplicates(tx, s.ID, func(dup Duplicate) error {
			if len(out) == most {
				more = true
				return errEnough
			}
			out = append(out, dup)
			return nil
		})
		if errors.Is(err, errEnough) {
			return nil
		}
		return err
	})
	return src, out, more, err
}

// Separate takes a duplicate as a dataset of its own, with the next run.
func (d *Desk) Separate(ctx context.Context, by catalog.Actor, name, guid string) error {
	return d.change(ctx, by, name, func(tx catalog.WriteTx, src *catalog.HarvestSource) error {
		return Separate(tx, src, guid)
	})
}
