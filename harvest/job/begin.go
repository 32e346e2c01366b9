package job

import (
	"context"
	"errors"
	"os"
	"time"

	"trio.example/catalog"
)

// begin takes a job that was asked for, or makes one.
func (e *Engine) begin(ctx context.Context, src *catalog.HarvestSource, o Options) (*catalog.HarvestJob, error) {
	job := NewJob(src)
	job.Preview = o.Preview
	if !o.Preview {
		err := e.reg.Store().View(ctx, func(tx catalog.Tx) error {
			const most = 100
			open, err := tx.HarvestJobs(src.ID, true, most)
			for _, j := range open {
				if j.State == catalog.HarvestNew {
					job = j
				}
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	job.State = catalog.HarvestPlanning
	_, err := e.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error { return tx.PutHarvestJob(job) })
	return job, err
}

// NewJob is a job that somebody asks for; the next run of the source takes it.
func NewJob(src *catalog.HarvestSource) *catalog.HarvestJob {
	return &catalog.HarvestJob{ID: catalog.NewID(), Source: src.ID, State: catalog.HarvestNew, Counts: map[string]int{}, Created: time.Now().UTC()}
}

// errAborted ends a run that somebody stopped, or whose source is gone.
var errAborted = errors.New("aborted")

// wanted reports whether a job still is to go on.
func wanted(tx catalog.Tx, id string) error {
	j, err := tx.HarvestJob(id)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return errAborted
		}
		return err
	}
	if j.State == catalog.HarvestFinished {
		return errAborted
	}
	return nil
}

// Abort stops a job: nothing more is written, what is written stays. A run that
// goes on elsewhere notices at its next batch.
func Abort(tx catalog.WriteTx, job *catalog.HarvestJob) error {
	if job.State == catalog.HarvestFinished {
		return nil
	}
	job.State, job.Outcome, job.Reason, job.Finished = catalog.HarvestFinished, catalog.HarvestFailed, "Der Lauf wurde abgebrochen.", tx.Now()
	return tx.PutHarvestJob(job)
}

// aborted returns the job as whoever stopped it left it.
func (e *Engine) aborted(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob) (*catalog.HarvestJob, error) {
	if err := os.Remove(e.planFile(job.ID)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return job, err
	}
	err := e.reg.Store().View(ctx, func(tx catalog.Tx) error {
		j, err := tx.HarvestJob(job.ID)
		if err == nil {
			job = j
		} else if catalog.KindOf(err) == catalog.KindNotFound { // its source is gone
			job.State, job.Outcome, job.Reason = catalog.HarvestFinished, catalog.HarvestFailed, "Die Quelle wurde entfernt."
			return nil
		}
		return err
	})
	if err != nil {
		return job, err
	}
	if err := e.schedule(ctx, src, nil); err != nil && catalog.KindOf(err) != catalog.KindNotFound {
		return job, err
	}
	return job, nil
}

// keptJobs is how many runs of a source are remembered.
const keptJobs = 200
