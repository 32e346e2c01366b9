package main

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/quality"
	"trio.example/harvest/links"
)

// background is what the portal does beside answering: measuring what changed,
// and at night dumps, links and the day's state of quality.
type background struct {
	core *core
	cfg  *Config
	book *quality.Book
	stop context.CancelFunc
	wait sync.WaitGroup
	// harvesting counts the harvests that run here.
	harvesting atomic.Int32
}

func startBackground(ctx context.Context, k *core, cfg *Config, book *quality.Book, desk *account.Desk) *background {
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	b := &background{core: k, cfg: cfg, book: book, stop: stop}
	b.wait.Go(func() { b.measure(ctx) })
	b.wait.Go(func() { b.harvests(ctx) })
	b.wait.Go(func() { letters(ctx, desk) })
	b.wait.Go(func() { b.reminders(ctx) })
	if at, ok := nightly(cfg.Nightly); ok {
		b.wait.Go(func() { b.nights(ctx, at) })
	}
	return b
}

// Close ends the work; what is in the middle is given up and done again later.
func (b *background) Close() {
	b.stop()
	b.wait.Wait()
}

// measure follows the change log, a moment behind it so that a burst of changes
// is one piece of work. A harvest and the search that follows it go first for a
// while; whoever asks for the feed or for quality before gets it measured at once.
func (b *background) measure(ctx context.Context) {
	const calm, longest = 2 * time.Second, 30 * time.Second
	changes, cancel := b.core.store.Subscribe()
	defer cancel()
	for {
		if err := b.book.CatchUp(ctx); err != nil && ctx.Err() == nil {
			slog.Error("quality not measured", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-changes:
		}
		for waited := time.Duration(0); waited == 0 || b.harvesting.Load() > 0 && waited < longest; waited += calm {
			select {
			case <-ctx.Done():
				return
			case <-time.After(calm):
			}
		}
	}
}

// harvests ends what a crash left, then looks every minute which source is due.
func (b *background) harvests(ctx context.Context) {
	report := func(err error) {
		if err != nil && ctx.Err() == nil {
			slog.Error("harvest", "error", err)
		}
	}
	report(b.core.harvester(b.cfg).Resume(ctx))
	slots := make(chan struct{}, atOnce)
	for {
		report(b.harvestDue(ctx, slots, report))
		select {
		case <-ctx.Done():
			return
		case <-b.core.due:
		case <-time.After(time.Minute):
		}
	}
}

// reminders looks now and then whether offices are to be reminded by themselves.
func (b *background) reminders(ctx context.Context) {
	const every = 10 * time.Minute
	for {
		n, err := b.core.rounds.RemindDue(ctx, operator, time.Now())
		if err != nil && ctx.Err() == nil {
			slog.Error("reminders of a survey failed", "error", err)
		}
		if n > 0 {
			slog.Info("offices reminded", "letters", n)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(every):
		}
	}
}

// nightly reads a time of day.
func nightly(s string) (at time.Duration, ok bool) {
	t, err := time.Parse("15:04", s)
	if err != nil {
		return 0, false
	}
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, true
}

func (b *background) nights(ctx context.Context, at time.Duration) {
	for {
		now := time.Now()
		next := time.Date(now.Year(), now.Month(), now.Day(), int(at.Hours()), int(at.Minutes())%60, 0, 0, now.Location())
		if !next.After(now) {
			next = next.AddDate(0, 0, 1)
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Until(next)):
		}
		b.night(ctx)
	}
}

// purge removes raw files of the survey whose time is over.
func (b *background) purge(ctx context.Context) error {
	n, err := b.core.rounds.PurgeUploads(ctx, operator, time.Now().Add(-b.cfg.keepRaw()))
	if n > 0 {
		slog.Info("raw files of the survey removed", "files", n)
	}
	return err
}

func (b *background) night(ctx context.Context) {
	report := func(what string, err error) {
		if err != nil && ctx.Err() == nil {
			slog.Error(what+" failed", "error", err)
		}
	}
	r, err := checkLinks(ctx, b.core, b.cfg, b.book, links.Defaults())
	report("link check", err)
	if r != nil {
		slog.Info("links checked", "checked", r.Checked, "reached", r.Reached, "broken", r.Broken, "changed", r.Changed)
	}
	n, err := sweepFiles(ctx, b.core)
	report("removal of files", err)
	if n > 0 {
		slog.Info("files that nothing names removed", "files", n)
	}
	report("removal of raw files", b.purge(ctx))
	report("quality of the day", b.book.Keep(ctx, time.Now()))
	d, err := writeDump(ctx, b.core, b.cfg, time.Now())
	report("dump", err)
	if d != nil {
		slog.Info("dump written", "datasets", d.Datasets, "files", len(d.Files))
	}
}

// sweepFiles removes stored files that nothing names any more: those of purged
// datasets, and what a crash left between file and database. Only what is a day
// old goes, as an import stores its file before it notes it.
func sweepFiles(ctx context.Context, k *core) (int, error) {
	stored, err := k.blobs.Stored(24 * time.Hour)
	if err != nil || len(stored) == 0 {
		return 0, err
	}
	var named map[string]bool
	if err := k.store.View(ctx, func(tx catalog.Tx) error { named, err = tx.Contents(); return err }); err != nil {
		return 0, err
	}
	n := 0
	for _, sum := range stored {
		if named[sum] {
			continue
		}
		err := k.blobs.Remove(sum, func() (yes bool, err error) {
			err = k.store.View(ctx, func(tx catalog.Tx) error { yes, err = tx.NamesContent(sum); return err })
			return yes, err
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// checkLinks asks what is due and measures anew when something changed.
func checkLinks(ctx context.Context, k *core, cfg *Config, book *quality.Book, o links.Options) (*links.Result, error) {
	if err := book.CatchUp(ctx); err != nil { // it finds the addresses
		return nil, err
	}
	o.Agent = fmt.Sprintf("trio-links/%s (+%s)", version, cfg.SiteURL)
	r, err := links.Check(ctx, k.store, o)
	if err != nil || r.Changed == 0 {
		return r, err
	}
	if err := book.Again(ctx); err != nil {
		return r, err
	}
	return r, book.CatchUp(ctx)
}
