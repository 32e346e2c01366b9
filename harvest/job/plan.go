// Package job runs harvests: plan, guard, apply. The plan is a file that can be
// looked at before anything is written; applying runs exactly that plan, in
// batches whose place is stored with what they write, so that it goes on after a
// crash without asking the source again.
package job

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/mapping"
	"trio.example/harvest/source"
)

// line is one step of a plan.
type line struct {
	GUID   string                `json:"guid"`
	Action string                `json:"action"`
	Entry  string                `json:"entry,omitempty"`
	Hash   string                `json:"hash,omitempty"`
	Name   string                `json:"name,omitempty"`
	Org    string                `json:"org,omitempty"` // name of the organization that the mapping gives it to
	Title  string                `json:"title,omitempty"`
	Fields catalog.Fields        `json:"fields,omitempty"`
	Parts  []catalog.Part        `json:"parts,omitempty"`
	Change []string              `json:"change,omitempty"` // names of fields that the source changed
	Diff   []catalog.HarvestDiff `json:"diff,omitempty"`
	Raw    *raw                  `json:"raw,omitempty"`
	Faults []catalog.Finding     `json:"faults,omitempty"`
	// Mark only notes that a record is missing, there again, or a duplicate.
	Mark string `json:"mark,omitempty"`
	// Link says of what it is a duplicate, Over whose place it takes; Apart is set
	// when somebody said that it is none.
	Link  *link  `json:"link,omitempty"`
	Over  string `json:"over,omitempty"`
	Apart bool   `json:"apart,omitempty"`
}

// perLook is how many records are compared within one snapshot.
const perLook = 200

// planner writes the plan while the source is read.
type planner struct {
	*Engine
	src     *catalog.HarvestSource
	job     *catalog.HarvestJob
	out     *bufio.Writer
	seen    source.Seen
	waiting []*source.Record
	live    int // records that the source had last time
	// gone are records that the source itself says are deleted.
	goneIDs map[string]bool
	deleted int
	toldAt  time.Time // when progress was written down last
	known   *others
	told    int // findings about the source as a whole
	anew    respelled
	origins map[string]any // how the source describes itself, by address
	groups  localGroups
	// unnamed are new records without an identifier, by title: they may be old ones.
	unnamed  map[string][]*line
	nameless int
}

func (e *Engine) planFile(id string) string { return filepath.Join(e.dir, id+".plan") }

// plan reads the whole source and writes what would have to be done.
func (e *Engine) plan(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob) (complete bool, err error) {
	kind, ok := source.KindOf(src.Kind)
	if !ok {
		return false, catalog.Errorf(catalog.KindInvalid, "Eine Art von Quelle namens %q gibt es nicht.", src.Kind)
	}
	rules, err := mapping.Parse([]byte(src.Mapping), e.defs)
	if err != nil {
		return false, err
	}
	job.Mapping = mapping.Version(src.Mapping)
	tmp, err := os.CreateTemp(e.dir, ".plan-*")
	if err != nil {
		return false, err
	}
	defer os.Remove(tmp.Name()) // gone after the rename
	p := &planner{Engine: e, src: src, job: job, out: bufio.NewWriterSize(tmp, 1<<16), seen: source.Seen{}, toldAt: time.Now()}
	if err := p.loadSpellings(ctx); err != nil {
		return false, err
	}
	if err := p.loadGroups(ctx); err != nil {
		return false, err
	}
	client := e.client(src)
	defer client.Close()
	r := &source.Reader{URL: src.URL, Client: client, Mapper: e.mapper, Defs: e.defs, Config: src.Config, Secret: src.Secret, Warn: p.warn}
	r.Mark, r.Gone = e.mark(src), p.goneBySource
	r.Origin = p.origin
	r.Emit = func(rec *source.Record) error {
		if !rules.Apply(rec) {
			job.Filtered++
			return nil
		}
		mapping.Tell(rec)
		p.groups.link(rec, src.Config)
		return p.take(ctx, rec)
	}
	reading, cancel := context.WithTimeout(ctx, e.longest)
	defer cancel()
	complete, err = kind.Read(reading, r)
	if err != nil && ctx.Err() == nil && reading.Err() != nil {
		err = catalog.Errorf(catalog.KindTooLarge, "Die Quelle war nach %s noch nicht zu Ende gelesen; der Lauf wurde beendet.", e.longest)
	}
	job.Requests, job.Reused = client.Requests, client.Reused
	if err == nil {
		err = p.flush(ctx)
	}
	if err == nil {
		err = p.settle(ctx)
	}
	job.Delta, job.Mark = r.Delta, r.Next
	if err == nil {
		complete = complete && p.nameless <= maxDeferred // some of them may be any
		err = p.missing(ctx, complete)
	}
	if err == nil {
		err = p.keepOrigins(ctx)
	}
	p.tellOwn()
	p.tellRespelled()
	if err == nil && job.Seen+job.Known == 0 {
		p.warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "empty",
			Message: catalog.DE("Die Quelle liefert keinen einzigen Datensatz.", "The source delivers not a single dataset."),
			Remedy:  catalog.DE("Adresse und Art der Quelle prüfen.", "Check address and kind of the source.")})
	}
	if err = errors.Join(err, p.out.Flush(), tmp.Sync(), tmp.Close()); err != nil {
		return false, err
	}
	return complete, os.Rename(tmp.Name(), e.planFile(job.ID))
}

// maxFindings bounds what a job tells about the source as a whole.
const maxFindings = 200

func (p *planner) warn(f catalog.Finding) {
	if p.told++; len(p.job.Findings) < maxFindings {
		p.job.Findings = append(p.job.Findings, f)
	}
}

func (p *planner) take(ctx context.Context, rec *source.Record) error {
	if p.seen.Has(rec.GUID) {
		p.warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "doubled", Row: rec.GUID,
			Message: catalog.DE("Die Quelle liefert diesen Datensatz zweimal; der zweite wurde nicht übernommen.", "The source delivers this dataset twice; the second was not taken.")})
		return nil
	}
	p.seen.Add(rec.GUID)
	p.waiting = append(p.waiting, rec)
	if len(p.waiting) < perLook {
		return nil
	}
	return p.flush(ctx)
}

// flush compares the waiting records with what is known of them.
func (p *planner) flush(ctx context.Context) error {
	list := p.waiting
	p.waiting = nil
	if err := p.tellProgress(ctx); err != nil {
		return err
	}
	source.Print(list)
	crowded := false
	err := p.reg.Store().View(ctx, func(tx catalog.Tx) error {
		if err := wanted(tx, p.job.ID); err != nil {
			return err
		}
		for _, rec := range list {
			l, err := p.compare(tx, rec)
			if err != nil {
				return err
			}
			if l == nil {
				continue
			}
			if err := p.write(l); err != nil {
				return err
			}
		}
		if len(p.anew.waiting) > maxDeferred {
			crowded = true
		}
		if p.progress != nil {
			p.progress(len(p.seen), 0)
		}
		return nil
	})
	if err != nil || !crowded {
		return err
	}
	known := p.anew.known
	err = p.settle(ctx)
	p.anew.known = known
	return err
}

// tellEvery is how often a run writes down how far it is, for whoever watches.
const tellEvery = 2 * time.Second

func (p *planner) tellProgress(ctx context.Context) error {
	if time.Since(p.toldAt) < tellEvery {
		return nil
	}
	p.toldAt = time.Now()
	p.job.Seen = len(p.seen)
	return p.save(ctx, p.job)
}

func (p *planner) compare(tx catalog.Tx, rec *source.Record) (*line, error) {
	l := &line{GUID: rec.GUID, Name: rec.Name, Org: rec.Organization, Title: rec.Fields.String("title"), Faults: rec.Findings}
	if uri := rec.Fields.String("uri"); uri != "" && strings.HasPrefix(uri, p.site+"/") {
		p.job.Own++
		return nil, nil
	}
	if rec.Failed() {
		l.Action = catalog.HarvestError // what is stored stays as it is
		l.Raw = p.raw(rec)
		return l, nil
	}
	l.Hash = rec.Hash()
	old, err := tx.HarvestRecord(p.src.ID, rec.GUID)
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return nil, err
	}
	if err != nil && p.waits(rec) {
		return nil, nil
	}
	if err != nil {
		l.Action, l.Fields, l.Parts, l.Raw = catalog.HarvestAdd, rec.Fields, rec.Parts, p.raw(rec)
		if garbled(rec.Fields) {
			l.Faults = append(l.Faults, garbledFinding(rec.GUID, catalog.SeverityWarning))
		}
		if slices.ContainsFunc(rec.Findings, func(f catalog.Finding) bool { return f.Code == "no_id" }) {
			if p.unnamed == nil {
				p.unnamed = map[string][]*line{}
			}
			if p.nameless++; p.nameless <= maxDeferred {
				p.unnamed[l.Title] = append(p.unnamed[l.Title], l)
				return nil, nil // it is decided when all is read
			}
		}
		return l, p.duplicate(tx, rec, l)
	}
	l.Entry = old.Entry
	// Most records are unchanged and no duplicates: their base is not read.
	var base baseState
	if old.Hash != l.Hash || !old.Missing.IsZero() || bytes.Contains(old.Base, []byte(`"link":{`)) {
		if err := json.Unmarshal(old.Base, &base); err != nil {
			return nil, err
		}
		rec.Keep(base.Fields.String("uri"))
		l.Hash = rec.Hash()
	}
	l.Apart = base.Apart
	if base.Link != nil {
		if done, err := p.linked(tx, rec, l, old, &base); done || err != nil {
			return l, err
		}
	}
	waiting, err := p.inGrace(tx, old)
	if err != nil {
		return nil, err
	}
	if waiting && old.Hash == l.Hash {
		l.Action, l.Mark = catalog.HarvestSame, markPresent
		return l, nil
	}
	if waiting { // it never went
		old.Missing = time.Time{}
	}
	if old.Hash == l.Hash && old.Missing.IsZero() {
		l.Action = catalog.HarvestSame
		return l, nil
	}
	l.Action, l.Fields, l.Parts, l.Raw = catalog.HarvestUpdate, rec.Fields, rec.Parts, p.raw(rec)
	if !old.Missing.IsZero() || old.Entry == "" {
		l.Action = catalog.HarvestAdd // it comes back
		if !base.Apart {
			return l, p.duplicate(tx, rec, l)
		}
	} else {
		now := baseState{Name: rec.Name, Org: rec.Organization, Fields: rec.Fields, Parts: rec.Parts}
		l.Change = differing(base, now)
		l.Diff = diffOf(base, now, l.Change)
		if garbled(rec.Fields) && !garbled(base.Fields) {
			l.Action, l.Fields, l.Parts, l.Faults = catalog.HarvestError, nil, nil, append(l.Faults, garbledFinding(rec.GUID, catalog.SeverityError))
			return l, nil
		}
		if emptied(base, now) {
			p.job.Emptied++
		}
	}
	return l, nil
}

func (p *planner) write(l *line) error {
	switch l.Mark {
	case markAbsent:
		p.job.Absent++
	case markLink, markOrigin: // counted as a duplicate, or no record at all
	default:
		p.job.Counts[l.Action]++
	}
	if l.Action == catalog.HarvestSame && l.Mark == "" {
		return nil // a counter, not thirty thousand lines a day
	}
	b, err := json.Marshal(l)
	if err != nil {
		return err
	}
	p.job.Lines++
	_, err = p.out.Write(append(b, '\n'))
	return err
}

// missing plans the deletion of what did not come, if all there is was seen.
func (p *planner) missing(ctx context.Context, complete bool) error {
	return p.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for r, err := range tx.HarvestRecords(p.src.ID) {
			if err != nil {
				return err
			}
			waiting, err := p.inGrace(tx, &r)
			if err != nil {
				return err
			}
			if !r.Missing.IsZero() && !waiting {
				continue
			}
			p.live++
			if p.seen.Has(r.GUID) {
				continue
			}
			if p.job.Delta {
				if err := p.unchanged(&r, waiting); err != nil {
					return err
				}
				continue
			}
			if lost, err := p.lostName(tx, &r); lost || err != nil {
				if err != nil {
					return err
				}
				continue
			}
			if !complete {
				continue
			}
			if err := p.gone(&r, waiting); err != nil {
				return err
			}
		}
		p.job.Known, p.job.Seen = p.live, len(p.seen)-p.anew.found
		if p.job.Delta {
			p.job.Seen = p.live - p.deleted + p.job.Counts[catalog.HarvestAdd]
		}
		for _, title := range slices.Sorted(maps.Keys(p.unnamed)) {
			for _, l := range p.unnamed[title] {
				if err := p.write(l); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// lostName tells a record that is missing from one that came without its
// identifier: the latter is reported and left as it is.
func (p *planner) lostName(tx catalog.Tx, r *catalog.HarvestRecord) (bool, error) {
	if len(p.unnamed) == 0 {
		return false, nil
	}
	full, err := tx.HarvestRecord(p.src.ID, r.GUID)
	if err != nil {
		return false, err
	}
	var base baseState
	if err := json.Unmarshal(full.Base, &base); err != nil {
		return false, err
	}
	title := base.Fields.String("title")
	list := p.unnamed[title]
	if len(list) == 0 {
		return false, nil
	}
	l := list[0]
	if p.unnamed[title] = list[1:]; len(list) == 1 {
		delete(p.unnamed, title)
	}
	f := catalog.Finding{Severity: catalog.SeverityError, Code: "lost_id", Row: r.GUID,
		Message: catalog.DE("Der Datensatz kam ohne seine Kennung; er bleibt, wie er ist.", "The record came without its identifier; it stays as it is."),
		Remedy:  catalog.DE("Beim Betreiber der Quelle nachfragen.", "Ask whoever runs the source.")}
	return true, p.write(&line{GUID: r.GUID, Entry: r.Entry, Action: catalog.HarvestError, Title: title, Faults: append(l.Faults, f)})
}

// guard says why a plan must not be applied without somebody looking at it.
func guard(job *catalog.HarvestJob, complete bool) string {
	const few, share, suddenly = 10, 10, 2
	deleted := job.Counts[catalog.HarvestDelete] + job.Absent - job.Doubled
	switch {
	case job.Known > 0 && job.Seen == 0:
		return fmt.Sprintf("Die Quelle liefert nichts mehr; zuletzt waren es %d Datensätze.", job.Known)
	case complete && deleted > max(few, job.Known/share):
		return fmt.Sprintf("%d von %d Datensätzen fehlen auf einmal.", deleted, job.Known)
	case job.Known > 2*few && job.Seen*suddenly < job.Known:
		return fmt.Sprintf("Die Quelle ist plötzlich klein: %d Datensätze, zuletzt waren es %d.", job.Seen, job.Known)
	}
	return emptying(job)
}

// Plan lets somebody look at the steps of a plan.
func (e *Engine) Plan(id string, each func(guid, action, title string, changed []string, faults []catalog.Finding) error) error {
	return e.lines(id, 0, func(l *line) error {
		if l.Mark == markOrigin {
			return nil
		}
		return each(l.GUID, l.Action, l.Title, l.Change, l.Faults)
	})
}

// lines walks over a plan from a place on.
func (e *Engine) lines(id string, from int, each func(*line) error) error {
	f, err := os.Open(e.planFile(id))
	if err != nil {
		return err
	}
	defer f.Close()
	d := json.NewDecoder(bufio.NewReaderSize(f, 1<<16))
	for n := 0; ; n++ {
		if n < from {
			var skipped json.RawMessage
			if err := d.Decode(&skipped); err != nil {
				return err
			}
			continue
		}
		var l line
		if err := d.Decode(&l); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("plan %s: %w", id, err)
		}
		if err := each(&l); err != nil {
			return err
		}
	}
}

// differing names the fields in which two states differ.
func differing(a, b baseState) []string {
	var out []string
	if a.Name != b.Name {
		out = append(out, "name")
	}
	if a.Org != b.Org {
		out = append(out, "organization")
	}
	for _, name := range union(a.Fields, b.Fields) {
		if !same(a.Fields[name], b.Fields[name]) {
			out = append(out, name)
		}
	}
	if !same(bare(a.Parts), bare(b.Parts)) {
		out = append(out, "resources")
	}
	return out
}

func union(a, b catalog.Fields) []string {
	names := append(a.Names(), b.Names()...)
	slices.Sort(names)
	return slices.Compact(names)
}
