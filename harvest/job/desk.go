package job

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/harvest/source"
)

// Desk is what people do with sources: look, ask for runs, decide, repair. It
// checks the rights of whoever asks; the engine does not.
type Desk struct {
	engine *Engine
	wake   func()
}

// NewDesk makes a desk; wake starts what was asked for, nil leaves it to the next
// look of whoever runs harvests.
func NewDesk(e *Engine, wake func()) *Desk {
	if wake == nil {
		wake = func() {}
	}
	return &Desk{engine: e, wake: wake}
}

// Defs are the field definitions, for labels.
func (d *Desk) Defs() *schema.Set { return d.engine.defs }

// MayManage reports whether somebody may know a source with its runs and decide
// about them: who edits datasets of its organization.
func MayManage(by catalog.Actor, src *catalog.HarvestSource) bool {
	if by.IsAnonymous() {
		return false
	}
	kind, ok := source.KindOf(src.Kind)
	if ok && kind.Files != nil { // answers of the survey are not public
		return by.Sysadmin
	}
	return by.Sysadmin || src.Owner != "" && by.CanCreateIn(src.Owner)
}

// The health of a source.
const (
	HealthNew     = "new" // it never ran
	HealthGood    = "good"
	HealthPartial = "partial"
	HealthFailed  = "failed"
	HealthHeld    = "held"
	HealthLate    = "late" // its time has come long ago
	HealthPaused  = "paused"
)

// State is a source with its newest runs, the newest first.
type State struct {
	*catalog.HarvestSource
	Org      string // title of its organization
	Jobs     []*catalog.HarvestJob
	Running  *catalog.HarvestJob // nil when nothing runs
	LastGood time.Time
	Datasets int
	Health   string
	// Open counts datasets with fields about which somebody has to decide, up to
	// a hundred.
	Open int
}

// healthOf tells how a source is from its runs.
func healthOf(src *catalog.HarvestSource, jobs []*catalog.HarvestJob, now time.Time) string {
	const late = 2 * time.Hour
	i := slices.IndexFunc(jobs, func(j *catalog.HarvestJob) bool {
		return !j.Preview && (j.State == catalog.HarvestHeld || j.State == catalog.HarvestFinished)
	})
	switch {
	case src.Paused:
		return HealthPaused
	case i >= 0 && jobs[i].State == catalog.HarvestHeld:
		return HealthHeld
	case i >= 0 && jobs[i].Outcome == catalog.HarvestFailed:
		return HealthFailed
	case src.Scheduled() && !src.Next.IsZero() && now.Sub(src.Next) > late:
		return HealthLate
	case i < 0:
		return HealthNew
	case jobs[i].Outcome == catalog.HarvestPartial:
		return HealthPartial
	}
	return HealthGood
}

// running reports a job in work.
func running(j *catalog.HarvestJob) bool {
	return j.State == catalog.HarvestPlanning || j.State == catalog.HarvestApplying || j.State == catalog.HarvestNew
}

func stateOf(tx catalog.Tx, src *catalog.HarvestSource, jobs int) (*State, error) {
	s := &State{HarvestSource: Shown(src)}
	var err error
	if s.Jobs, err = tx.HarvestJobs(src.ID, false, jobs); err != nil {
		return nil, err
	}
	for _, j := range s.Jobs {
		if running(j) && s.Running == nil {
			s.Running = j
		}
	}
	s.LastGood = lastGood(s.Jobs)
	s.Health = healthOf(src, s.Jobs, time.Now())
	const few = 100
	disputes, err := tx.HarvestDisputes(src.ID, few)
	if err != nil {
		return nil, err
	}
	s.Open = len(disputes)
	if org, err := tx.Entry(src.Owner); err == nil {
		s.Org = cmp.Or(org.Fields.String("title"), org.Name)
	}
	s.Datasets, err = tx.CountEntries(catalog.EntryFilter{Source: OriginOf(src.ID), States: []catalog.State{catalog.StateActive}})
	return s, err
}

// Mask stands where a secret is.
const Mask = "********"

// Shown hides what a source keeps to itself: its secret, and the paths of
// webhooks, which are secrets too.
func Shown(src *catalog.HarvestSource) *catalog.HarvestSource {
	c := *src
	if c.Secret != "" {
		c.Secret = Mask
	}
	c.Notify = slices.Clone(c.Notify)
	for i, to := range c.Notify {
		c.Notify[i] = maskedHook(to)
	}
	return &c
}

// maskedHook leaves only the host of a webhook.
func maskedHook(to string) string {
	if !strings.Contains(to, "://") {
		return to
	}
	u, err := url.Parse(to)
	if err != nil || u.Host == "" {
		return Mask
	}
	return u.Scheme + "://" + u.Host + "/" + Mask
}

// unmasked puts back the addresses of webhooks that came back masked.
func unmasked(list, before []string) []string {
	out := slices.Clone(list)
	for i, to := range out {
		for _, old := range before {
			if strings.HasSuffix(to, Mask) && maskedHook(old) == to {
				out[i] = old
			}
		}
	}
	return out
}

// List is all sources that somebody manages.
func (d *Desk) List(ctx context.Context, by catalog.Actor) (out []*State, err error) {
	err = d.engine.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		for _, src := range list {
			if !MayManage(by, src) {
				continue
			}
			const jobs = 10
			s, err := stateOf(tx, src, jobs)
			if err != nil {
				return err
			}
			out = append(out, s)
		}
		return nil
	})
	return out, err
}

// Orgs are the organizations for which somebody may add a source.
func (d *Desk) Orgs(ctx context.Context, by catalog.Actor) (out []*catalog.Entry, err error) {
	err = d.engine.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeOrganization}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if !by.IsAnonymous() && by.CanCreateIn(e.ID) {
				out = append(out, e)
			}
		}
		return nil
	})
	slices.SortFunc(out, func(a, b *catalog.Entry) int {
		if x, y := a.Fields.String("title"), b.Fields.String("title"); x < y {
			return -1
		} else if x > y {
			return 1
		}
		return 0
	})
	return out, err
}

// managed finds a source that somebody manages; others do not learn that it is.
func managed(tx catalog.Tx, by catalog.Actor, idOrName string) (*catalog.HarvestSource, error) {
	src, err := tx.HarvestSource(idOrName)
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return nil, err
	}
	if err != nil || !MayManage(by, src) {
		return nil, catalog.Errorf(catalog.KindNotFound, "Eine Quelle namens %.100q gibt es nicht.", idOrName)
	}
	return src, nil
}

// Source is one source with its newest runs.
func (d *Desk) Source(ctx context.Context, by catalog.Actor, name string) (s *State, err error) {
	err = d.engine.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := managed(tx, by, name)
		if err != nil {
			return err
		}
		const jobs = 30
		s, err = stateOf(tx, src, jobs)
		return err
	})
	return s, err
}

// change does something with a source that somebody manages.
func (d *Desk) change(ctx context.Context, by catalog.Actor, name string, fn func(tx catalog.WriteTx, src *catalog.HarvestSource) error) error {
	_, err := d.engine.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		src, err := managed(tx, by, name)
		if err != nil {
			return err
		}
		return fn(tx, src)
	})
	if err == nil {
		d.wake()
	}
	return err
}

// Run asks for a run.
func (d *Desk) Run(ctx context.Context, by catalog.Actor, name string) error {
	return d.change(ctx, by, name, func(tx catalog.WriteTx, src *catalog.HarvestSource) error {
		if src.Paused {
			return catalog.Errorf(catalog.KindConflict, "Die Quelle ist angehalten. Lassen Sie sie erst weiterlaufen.")
		}
		const most = 100
		open, err := tx.HarvestJobs(src.ID, true, most)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(open, running) {
			return catalog.Errorf(catalog.KindConflict, "Diese Quelle wird gerade schon abgefragt.")
		}
		return tx.PutHarvestJob(NewJob(src))
	})
}

// Pause stops a source from running by itself, or lets it go on.
func (d *Desk) Pause(ctx context.Context, by catalog.Actor, name string, paused bool) error {
	return d.change(ctx, by, name, func(tx catalog.WriteTx, src *catalog.HarvestSource) error {
		src.Paused = paused
		return tx.PutHarvestSource(src)
	})
}

// Remove takes a source away; its datasets stay.
func (d *Desk) Remove(ctx context.Context, by catalog.Actor, name string) error {
	return d.change(ctx, by, name, func(tx catalog.WriteTx, src *catalog.HarvestSource) error {
		return tx.DeleteHarvestSource(src.ID)
	})
}

// job does something with a run of a source.
func (d *Desk) job(ctx context.Context, by catalog.Actor, name, id string, fn func(tx catalog.WriteTx, src *catalog.HarvestSource, j *catalog.HarvestJob) error) error {
	return d.change(ctx, by, name, func(tx catalog.WriteTx, src *catalog.HarvestSource) error {
		j, err := jobOf(tx, src, id)
		if err != nil {
			return err
		}
		return fn(tx, src, j)
	})
}

func jobOf(tx catalog.Tx, src *catalog.HarvestSource, id string) (*catalog.HarvestJob, error) {
	j, err := tx.HarvestJob(id)
	if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return nil, err
	}
	if err != nil || j.Source != src.ID {
		return nil, catalog.Errorf(catalog.KindNotFound, "Einen Lauf mit dieser Nummer gibt es nicht.")
	}
	return j, nil
}

// Release lets a plan that was held be applied, exactly as it was made.
func (d *Desk) Release(ctx context.Context, by catalog.Actor, name, id string) error {
	return d.job(ctx, by, name, id, func(tx catalog.WriteTx, _ *catalog.HarvestSource, j *catalog.HarvestJob) error {
		if j.State != catalog.HarvestHeld {
			return catalog.Errorf(catalog.KindConflict, "Dieser Lauf wartet nicht auf eine Freigabe.")
		}
		j.State, j.Reason = catalog.HarvestApplying, ""
		return tx.PutHarvestJob(j)
	})
}

// Stop discards a plan that was held, or ends a run; what is written stays.
func (d *Desk) Stop(ctx context.Context, by catalog.Actor, name, id string) error {
	return d.job(ctx, by, name, id, func(tx catalog.WriteTx, _ *catalog.HarvestSource, j *catalog.HarvestJob) error {
		held := j.State == catalog.HarvestHeld
		reason := j.Reason
		if err := Abort(tx, j); err != nil || !held {
			return err
		}
		j.Reason = "Der Plan wurde verworfen. " + reason
		return tx.PutHarvestJob(j)
	})
}

// Healths tells how all sources are and when each last had a good run.
func Healths(tx catalog.Tx, each func(src *catalog.HarvestSource, health string, good time.Time)) error {
	list, err := tx.HarvestSources()
	if err != nil {
		return err
	}
	for _, src := range list {
		const few = 10
		jobs, err := tx.HarvestJobs(src.ID, false, few)
		if err != nil {
			return err
		}
		each(src, healthOf(src, jobs, time.Now()), lastGood(jobs))
	}
	return nil
}

func lastGood(jobs []*catalog.HarvestJob) time.Time {
	for _, j := range jobs {
		if !j.Preview && j.State == catalog.HarvestFinished && j.Outcome != catalog.HarvestFailed {
			return j.Finished
		}
	}
	return time.Time{}
}
