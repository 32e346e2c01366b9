package job

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"syscall"
	"time"

	"github.com/gosimple/slug"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/schema"
	"trio.example/harvest/fetch"
	"trio.example/harvest/source"
)

// Engine runs harvests.
type Engine struct {
	reg      *catalog.Registry
	defs     *schema.Set
	mapper   *dcat.Mapper
	site     string
	dir      string // plans and fetched documents
	agent    string
	limits   fetch.Limits
	longest  time.Duration // that a source may take to be read
	progress func(done, total int)
	intake   Intake
	mailer   Mailer
	observe  func(*catalog.HarvestSource, *catalog.HarvestJob)
}

// New makes an engine that keeps its files in a folder.
func New(reg *catalog.Registry, defs *schema.Set, mapper *dcat.Mapper, siteURL, dir, agent string) *Engine {
	return &Engine{reg: reg, defs: defs, mapper: mapper, site: siteURL, dir: dir, agent: agent, limits: fetch.Defaults(), longest: longestRun}
}

// longestRun is how long a source may take to be read: one that trickles would keep
// its run, and with it its place among those that run, for ever.
const longestRun = 6 * time.Hour

// SetLongest replaces how long a source may take to be read.
func (e *Engine) SetLongest(d time.Duration) { e.longest = d }

// SetLimits replaces the bounds of a fetch.
func (e *Engine) SetLimits(l fetch.Limits) { e.limits = l }

// SetObserver is told of each run that ended or was held.
func (e *Engine) SetObserver(fn func(*catalog.HarvestSource, *catalog.HarvestJob)) { e.observe = fn }

// SetProgress is told how many records were read.
func (e *Engine) SetProgress(fn func(done, total int)) { e.progress = fn }

func (e *Engine) client(src *catalog.HarvestSource) *fetch.Client {
	secret := src.Secret
	if kind, ok := source.KindOf(src.Kind); ok && kind.Files != nil && src.Config["user"] != "" {
		secret = "" // a password, which goes into no header
	}
	o := fetch.Options{Agent: e.agent, Limits: e.limits, Secret: secret, Base: src.URL, Inside: src.Inside, Cache: filepath.Join(e.dir, "cache", src.ID)}
	if d, err := time.ParseDuration(src.Config[source.OptionDelay]); err == nil {
		o.Pause = &d
	}
	return fetch.New(o)
}

var by = func() catalog.Actor {
	a := catalog.System("harvest")
	a.Bulk = true
	return a
}()

// OriginOf names a source among the origins of entries.
func OriginOf(sourceID string) string { return "harvest:" + sourceID }

// lock keeps a source to one run. The system gives it back when the program
// ends, however it ends.
func (e *Engine) lock(sourceID string) (func(), error) {
	if err := os.MkdirAll(e.dir, 0o700); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(filepath.Join(e.dir, sourceID+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(catalog.Errorf(catalog.KindConflict, "Diese Quelle wird gerade schon abgefragt."), f.Close())
	}
	return func() { f.Close() }, nil
}

// Options of a run.
type Options struct {
	// Preview makes the plan and stops.
	Preview bool
	// Force applies a plan that the guard would hold.
	Force bool
}

// Run harvests a source: first it ends what an earlier run left, then it plans,
// and applies the plan if the guard lets it. A job that failed is no error; its
// outcome says so.
func (e *Engine) Run(ctx context.Context, idOrName string, o Options) (*catalog.HarvestJob, error) {
	src, err := e.source(ctx, idOrName)
	if err != nil {
		return nil, err
	}
	unlock, err := e.lock(src.ID)
	if err != nil {
		return nil, err
	}
	defer unlock()
	if err := e.resume(ctx, src); err != nil {
		return nil, err
	}
	job, err := e.begin(ctx, src, o)
	if err != nil {
		return nil, err
	}
	if src.Locked != "" {
		return job, e.finish(ctx, src, job, catalog.HarvestFailed, src.Locked)
	}
	if kind, ok := source.KindOf(src.Kind); ok && kind.Files != nil {
		err := e.survey(ctx, src, job, kind, o.Preview)
		job.Planned = time.Now().UTC()
		switch {
		case ctx.Err() != nil:
			return job, ctx.Err()
		case err != nil:
			return job, e.finish(ctx, src, job, catalog.HarvestFailed, explain(err))
		case job.Partial:
			return job, e.finish(ctx, src, job, catalog.HarvestPartial, "")
		}
		return job, e.finish(ctx, src, job, catalog.HarvestOK, "")
	}
	complete, err := e.plan(ctx, src, job)
	job.Planned = time.Now().UTC()
	switch {
	case ctx.Err() != nil:
		return job, ctx.Err()
	case errors.Is(err, errAborted):
		return e.aborted(ctx, src, job)
	case err != nil:
		return job, e.finish(ctx, src, job, catalog.HarvestFailed, explain(err))
	case o.Preview:
		return job, e.finish(ctx, src, job, catalog.HarvestOK, "")
	}
	if reason := guard(job, complete); reason != "" && !o.Force {
		job.State, job.Reason = catalog.HarvestHeld, reason
		if err := e.save(ctx, job); errors.Is(err, errAborted) {
			return e.aborted(ctx, src, job)
		} else if err != nil {
			return job, err
		}
		e.ended(src, job)
		e.tell(ctx, src, job)
		return job, e.schedule(ctx, src, nil)
	}
	job.Partial = !complete
	if err := e.apply(ctx, src, job); !errors.Is(err, errAborted) {
		return job, err
	}
	return e.aborted(ctx, src, job)
}

// Release applies a plan that was held, exactly as it was made.
func (e *Engine) Release(ctx context.Context, jobID string) (*catalog.HarvestJob, error) {
	_, src, err := e.job(ctx, jobID)
	if err != nil {
		return nil, err
	}
	unlock, err := e.lock(src.ID)
	if err != nil {
		return nil, err
	}
	defer unlock()
	job, src, err := e.job(ctx, jobID) // as it is now that nobody else works on it
	if err != nil {
		return nil, err
	}
	if job.State != catalog.HarvestHeld {
		return nil, catalog.Errorf(catalog.KindConflict, "Dieser Lauf wartet nicht auf eine Freigabe.")
	}
	job.Reason = ""
	return job, e.apply(ctx, src, job)
}

// resume ends what was left: a plan that was being applied is applied further,
// one that was being made or held gives way to a new one.
func (e *Engine) resume(ctx context.Context, src *catalog.HarvestSource) error {
	var open []*catalog.HarvestJob
	err := e.reg.Store().View(ctx, func(tx catalog.Tx) (err error) {
		const most = 100
		open, err = tx.HarvestJobs(src.ID, true, most)
		return err
	})
	if err != nil {
		return err
	}
	for _, job := range open {
		switch job.State {
		case catalog.HarvestNew: // begun below
		case catalog.HarvestApplying:
			if err = e.apply(ctx, src, job); errors.Is(err, errAborted) {
				_, err = e.aborted(ctx, src, job)
			}
		case catalog.HarvestHeld:
			err = e.end(ctx, src, job, catalog.HarvestFailed, job.Reason+" Ein neuer Lauf hat diesen abgelöst.")
		default:
			err = e.end(ctx, src, job, catalog.HarvestFailed, "Der Lauf wurde abgebrochen; ein neuer fängt von vorn an.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Resume ends what all sources left, as after a crash. Sources in work elsewhere
// are left alone.
func (e *Engine) Resume(ctx context.Context) error {
	var list []*catalog.HarvestSource
	err := e.reg.Store().View(ctx, func(tx catalog.Tx) (err error) { list, err = tx.HarvestSources(); return err })
	if err != nil {
		return err
	}
	for _, src := range list {
		var open []*catalog.HarvestJob
		err := e.reg.Store().View(ctx, func(tx catalog.Tx) (err error) { open, err = tx.HarvestJobs(src.ID, true, 100); return err })
		if err != nil {
			return err
		}
		waiting := true
		for _, j := range open {
			waiting = waiting && (j.State == catalog.HarvestHeld || j.State == catalog.HarvestNew)
		}
		if waiting {
			continue
		}
		if err := e.Continue(ctx, src.ID); err != nil && catalog.KindOf(err) != catalog.KindConflict { // it is in work elsewhere
			return err
		}
	}
	return nil
}

// Continue ends what a source's earlier run left, or applies a plan that was
// released; a conflict tells that somebody else is at it.
func (e *Engine) Continue(ctx context.Context, idOrName string) error {
	src, err := e.source(ctx, idOrName)
	if err != nil {
		return err
	}
	unlock, err := e.lock(src.ID)
	if err != nil {
		return err
	}
	defer unlock()
	return e.resume(ctx, src)
}

func (e *Engine) source(ctx context.Context, idOrName string) (src *catalog.HarvestSource, err error) {
	err = e.reg.Store().View(ctx, func(tx catalog.Tx) error { src, err = tx.HarvestSource(idOrName); return err })
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		err = catalog.Errorf(catalog.KindNotFound, "Eine Quelle namens %q gibt es nicht.", idOrName)
	}
	return src, err
}

func (e *Engine) job(ctx context.Context, id string) (job *catalog.HarvestJob, src *catalog.HarvestSource, err error) {
	err = e.reg.Store().View(ctx, func(tx catalog.Tx) error {
		if job, err = tx.HarvestJob(id); err != nil {
			return catalog.Errorf(catalog.KindNotFound, "Einen Lauf mit dieser Nummer gibt es nicht.")
		}
		src, err = tx.HarvestSource(job.Source)
		return err
	})
	return job, src, err
}

func (e *Engine) save(ctx context.Context, job *catalog.HarvestJob) error {
	_, err := e.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		if err := wanted(tx, job.ID); err != nil {
			return err
		}
		return tx.PutHarvestJob(job)
	})
	return err
}

func (e *Engine) ended(src *catalog.HarvestSource, job *catalog.HarvestJob) {
	if e.observe != nil {
		e.observe(src, job)
	}
}

// finish closes a job and says when the source is due again.
func (e *Engine) finish(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob, outcome, reason string) error {
	err := e.end(ctx, src, job, outcome, reason)
	if err == nil {
		e.ended(src, job)
		e.tell(ctx, src, job)
	}
	return err
}

// end closes a job without a word to anybody, as for one that a newer replaces.
func (e *Engine) end(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob, outcome, reason string) error {
	ctx = context.WithoutCancel(ctx)
	job.State, job.Outcome, job.Reason, job.Finished = catalog.HarvestFinished, outcome, reason, time.Now().UTC()
	if err := e.save(ctx, job); errors.Is(err, errAborted) {
		stopped, err := e.aborted(ctx, src, job)
		*job = *stopped
		return err
	} else if err != nil {
		return err
	}
	if !job.Preview { // the plan of a preview stays to be looked at
		if err := os.Remove(e.planFile(job.ID)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return e.schedule(ctx, src, job)
}

// schedule says when a source is due again and remembers where its job ended, if
// there is one.
func (e *Engine) schedule(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob) error {
	_, err := e.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		if err := tx.DeleteHarvestJobs(src.ID, keptJobs); err != nil {
			return err
		}
		now, err := tx.HarvestSource(src.ID)
		if err != nil {
			return err
		}
		if job != nil && job.State == catalog.HarvestFinished && !job.Preview && !job.Partial && job.Outcome != catalog.HarvestFailed && (job.Mark != now.Mark || job.Mark != "" && !job.Delta) {
			if now.Mark = job.Mark; !job.Delta {
				now.Full = job.Created
			}
			if !now.Scheduled() {
				return tx.PutHarvestSource(now)
			}
		}
		if !now.Scheduled() {
			return nil
		}
		if now.Next, err = Next(now, tx.Now()); err != nil {
			return err
		}
		return tx.PutHarvestSource(now)
	})
	return err
}

func explain(err error) string {
	var c *catalog.Error
	if errors.As(err, &c) && len(c.Findings) > 0 {
		return c.Findings[0].Message.In("de")
	}
	if errors.As(err, &c) {
		return c.Message
	}
	return err.Error()
}

// apply runs the plan from where it stands.
func (e *Engine) apply(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob) error {
	job.State = catalog.HarvestApplying
	if err := e.save(ctx, job); err != nil {
		return err
	}
	err := e.batches(ctx, job, func(batch []*line) error { return e.write(ctx, src, job, batch) })
	if errors.Is(err, os.ErrNotExist) { // as after a restored backup: the next run plans anew
		return e.finish(ctx, src, job, catalog.HarvestFailed, "Der Plan des Laufs ist nicht mehr da; der nächste Lauf macht einen neuen.")
	}
	if errors.Is(err, errAborted) {
		return err
	}
	if err != nil {
		return fmt.Errorf("apply: %w", err) // it stays as it is and goes on next time
	}
	outcome := catalog.HarvestOK
	if job.Partial || job.Counts[catalog.HarvestError] > 0 {
		outcome = catalog.HarvestPartial
	}
	return e.finish(ctx, src, job, outcome, "")
}

// batches reads the rest of a plan in pieces; the next one is read while the last
// is written.
func (e *Engine) batches(ctx context.Context, job *catalog.HarvestJob, write func([]*line) error) error {
	ctx, cancel := context.WithCancel(ctx)
	read := make(chan []*line)
	id, from := job.ID, job.Cursor // the cursor moves on while it is read
	var failed error
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer close(read)
		var batch []*line
		give := func() error {
			select {
			case read <- batch:
				batch = nil
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		failed = e.lines(id, from, func(l *line) error {
			if batch = append(batch, l); len(batch) < perBatch {
				return nil
			}
			return give()
		})
		if failed == nil && len(batch) > 0 {
			failed = give()
		}
	}()
	defer func() {
		cancel()
		<-ended
	}()
	for batch := range read {
		if err := write(batch); err != nil {
			return err
		}
	}
	return failed
}

// perBatch is how many records share a transaction at most. When somebody waits to
// write, it ends after the time that they can be made to wait.
const (
	perBatch = 500
	leastOf  = 5
	patience = 5 * time.Millisecond
)

// write does a batch in one transaction, or in several while others wait.
func (e *Engine) write(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob, batch []*line) error {
	for len(batch) > 0 {
		n, err := e.writeSome(ctx, src, job, batch)
		if err != nil {
			return err
		}
		batch = batch[n:]
	}
	return nil
}

// others tells whether somebody waits to write.
func (e *Engine) others() bool {
	w, ok := e.reg.Store().(interface{ Waiting() bool })
	return ok && w.Waiting()
}

func (e *Engine) writeSome(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob, batch []*line) (done int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	next := *job
	_, err = e.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		if err := wanted(tx, job.ID); err != nil {
			return err
		}
		next, done = *job, 0
		next.Counts = maps.Clone(job.Counts)
		start := time.Now()
		for _, l := range batch {
			if done >= leastOf && time.Since(start) > patience && e.others() {
				break
			}
			done++
			o := &catalog.HarvestObject{Job: job.ID, Seq: next.Cursor + 1, GUID: l.GUID, Entry: l.Entry, Action: l.Action, Title: l.Title, Changed: l.Change, Diff: l.Diff, Faults: l.Faults}
			if err := e.step(tx, src, l, o); err != nil {
				return fmt.Errorf("%s: %w", l.GUID, err)
			}
			if l.Raw != nil {
				if err := tx.PutHarvestRaw(l.Raw.of(src, l.GUID, tx.Now())); err != nil {
					return err
				}
			}
			if o.Action != l.Action {
				next.Counts[l.Action]--
				next.Counts[o.Action]++
			}
			next.Cursor++
			if l.Mark != "" && l.Mark != markLink {
				continue // nothing became of the dataset
			}
			if err := tx.PutHarvestObject(o); err != nil {
				return err
			}
		}
		return tx.PutHarvestJob(&next)
	})
	if err == nil {
		*job = next
	}
	return done, err
}

// step does one line. A record that the registry refuses is reported and leaves
// what is stored as it is.
func (e *Engine) step(tx catalog.WriteTx, src *catalog.HarvestSource, l *line, o *catalog.HarvestObject) error {
	refused := func(err error) error {
		var c *catalog.Error
		if !errors.As(err, &c) || c.Kind != catalog.KindInvalid {
			return err
		}
		o.Action = catalog.HarvestError
		o.Faults = append(o.Faults, c.Findings...)
		return nil
	}
	switch {
	case l.Mark == markLink:
		return putLinked(tx, src, l)
	case l.Mark == markOrigin:
		return e.putOrigins(tx, src, l)
	case l.Mark != "":
		return mark(tx, src, l)
	case l.Action == catalog.HarvestError:
		return nil
	case l.Action == catalog.HarvestDelete:
		return e.remove(tx, src, l)
	}
	now := baseState{Name: l.Name, Org: l.Org, Fields: l.Fields, Parts: l.Parts, Apart: l.Apart}
	var base baseState
	known, err := tx.EntryByOrigin(OriginOf(src.ID), l.GUID)
	switch {
	case err != nil && catalog.KindOf(err) != catalog.KindNotFound:
		return err
	case err != nil:
		owner, err := ownerOf(tx, src, l.Org, o)
		if err != nil {
			return err
		}
		entry := &catalog.Entry{Type: catalog.TypeDataset, Owner: owner, Fields: l.Fields, Parts: l.Parts, Origin: &catalog.Origin{Source: OriginOf(src.ID), Key: l.GUID, Hash: l.Hash}}
		if entry.Name, err = freeName(tx, l); err != nil {
			return err
		}
		if err := e.reg.CreateIn(tx, by, entry); err != nil {
			return refused(err)
		}
		o.Entry = entry.ID
	default:
		o.Entry = known.ID
		if r, err := tx.HarvestRecord(src.ID, l.GUID); err == nil {
			if err := json.Unmarshal(r.Base, &base); err != nil {
				return err
			}
		} else if catalog.KindOf(err) != catalog.KindNotFound {
			return err
		}
		err := e.reg.ChangeIn(tx, by, known, 0, func(entry *catalog.Entry) error {
			o.Kept = merge(entry, base, now)
			now.Locked, now.Dispute = base.Locked, disputed(entry, base.Dispute, o.Kept, now)
			if entry.State == catalog.StateDeleted {
				entry.State = catalog.StateActive // it comes back with its old name and id
			}
			entry.Origin.Hash = l.Hash
			if l.Org != base.Org {
				if err := hand(tx, src, entry, base.Org, l.Org, o); err != nil {
					return err
				}
			}
			return rename(tx, entry, base.Name, l.Name)
		})
		if err != nil {
			return refused(err)
		}
		if len(o.Kept) > 0 {
			o.Faults = append(o.Faults, catalog.Finding{Severity: catalog.SeverityWarning, Code: "conflict", Row: l.GUID,
				Message: catalog.DE("Quelle und Portal haben dieselben Felder geändert; die Fassung des Portals bleibt.", "Source and portal changed the same fields; the portal's version stays."),
				Remedy:  catalog.DE("Auf der Seite „Zu entscheiden“ der Quelle wählen, welche Fassung gilt.", "Choose on the page “To decide” of the source which version counts.")})
		}
	}
	if l.Over != "" {
		if err := e.replace(tx, l.Over, o.Entry, l.Link.Why); err != nil {
			return err
		}
	}
	if len(base.Dispute)+len(now.Dispute) > 0 {
		if err := tx.PutHarvestDispute(&catalog.HarvestDispute{Source: src.ID, GUID: l.GUID, Title: l.Title, Fields: now.Dispute, At: tx.Now()}); err != nil {
			return err
		}
	}
	b, err := json.Marshal(now)
	if err != nil {
		return err
	}
	return tx.PutHarvestRecord(&catalog.HarvestRecord{Source: src.ID, GUID: l.GUID, Entry: o.Entry, Hash: l.Hash, Base: b})
}

// remove marks a dataset as deleted; its name, id and record stay for the day it
// comes back.
func (e *Engine) remove(tx catalog.WriteTx, src *catalog.HarvestSource, l *line) error {
	r, err := tx.HarvestRecord(src.ID, l.GUID)
	if err != nil {
		return err
	}
	r.Missing = tx.Now()
	if err := tx.PutHarvestRecord(r); err != nil {
		return err
	}
	entry, err := tx.Entry(r.Entry)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return nil // purged here
		}
		return err
	}
	l.Title = entry.Fields.String("title")
	if entry.Origin == nil || entry.Origin.Source != OriginOf(src.ID) {
		return nil // it belongs to somebody else, or to people here
	}
	return e.reg.ChangeIn(tx, by, entry, 0, func(entry *catalog.Entry) error {
		entry.State = catalog.StateDeleted
		return nil
	})
}

// ownerOf finds the organization that a mapping names; one that is not there is
// reported and the source's own takes its place.
func ownerOf(tx catalog.Tx, src *catalog.HarvestSource, name string, o *catalog.HarvestObject) (string, error) {
	if name == "" {
		return src.Owner, nil
	}
	org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), name)
	if err == nil && org.Type == catalog.TypeOrganization && org.State == catalog.StateActive {
		return org.ID, nil
	}
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return "", err
	}
	o.Faults = append(o.Faults, catalog.Finding{Severity: catalog.SeverityWarning, Code: "unknown:organization:" + name, Field: "organization", Row: o.GUID,
		Message: catalog.DE(fmt.Sprintf("Die Organisation „%.100s“ aus der Zuordnung gibt es hier nicht.", name), fmt.Sprintf("The organization %.100q of the mapping does not exist here.", name)),
		Remedy:  catalog.DE("Die Organisation anlegen oder die Zuordnung ändern.", "Make the organization or change the mapping.")})
	return src.Owner, nil
}

// hand gives a dataset to the organization that the mapping names now, unless
// somebody here gave it to another.
func hand(tx catalog.Tx, src *catalog.HarvestSource, entry *catalog.Entry, old, now string, o *catalog.HarvestObject) error {
	was, err := ownerOf(tx, src, old, &catalog.HarvestObject{})
	if err != nil || was != entry.Owner {
		return err
	}
	entry.Owner, err = ownerOf(tx, src, now, o)
	return err
}

// rename follows the source when it renames a dataset that still has its name.
func rename(tx catalog.Tx, entry *catalog.Entry, old, now string) error {
	if now == "" || old == now || entry.Name != old || catalog.HasErrors(catalog.CheckName(now)) {
		return nil
	}
	taken, err := tx.NameTaken(catalog.TypeDataset.Namespace(), now)
	if err == nil && !taken {
		entry.Name = now
	}
	return err
}

// freeName takes the name that the dataset has at its source, else one from its
// title; a number makes it unique.
func freeName(tx catalog.Tx, l *line) (string, error) {
	base := l.Name
	if catalog.HasErrors(catalog.CheckName(base)) {
		base = catalog.NameOf(slug.MakeLang(l.Title, "de"))
	} else if taken, err := tx.NameTaken(catalog.TypeDataset.Namespace(), base); err != nil || !taken {
		return base, err
	} else {
		base = catalog.NameOf(base) // with room for a number
	}
	return catalog.FreeName(tx, catalog.TypeDataset.Namespace(), base, catalog.RandomTail)
}
