package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
	"trio.example/harvest/job"
	"trio.example/harvest/source"
)

// HarvestPlan is when a source runs and by which policies.
type HarvestPlan struct {
	Cron       string        `placeholder:"EXPR" help:"Times of runs instead of --every: minute, hour, day, month, weekday, as '30 3 * * 1-5'."`
	Zone       string        `placeholder:"ZONE" help:"Time zone of --cron and --window, as Europe/Berlin."`
	Window     string        `placeholder:"FROM-TO" help:"When a run may start, as 22:00-06:00."`
	Jitter     time.Duration `help:"Spread of starts."`
	Grace      time.Duration `help:"How long a dataset must be missing before it is deleted."`
	Duplicates string        `placeholder:"POLICY" help:"What becomes of datasets that another source has: priority, newest or ask; both stay without it."`
	Priority   int           `help:"The higher goes first, with --duplicates priority."`
	Notify     []string      `placeholder:"ADDRESS" help:"Webhook (http or https) or mailbox that is told when a run fails, is held or changes much; may be repeated."`
}

// apply writes what was given into a source; partly leaves the rest as it is.
func (p *HarvestPlan) apply(s *catalog.HarvestSource, partly bool) error {
	for _, f := range []struct {
		to   *string
		from string
	}{{&s.Cron, p.Cron}, {&s.Zone, p.Zone}, {&s.Window, p.Window}, {&s.Duplicates, p.Duplicates}} {
		switch {
		case f.from == "none":
			*f.to = ""
		case f.from != "" || !partly:
			*f.to = f.from
		}
	}
	if p.Jitter != 0 || !partly {
		s.Jitter = p.Jitter
	}
	if p.Grace != 0 || !partly {
		s.Grace = p.Grace
	}
	if p.Priority != 0 || !partly {
		s.Priority = p.Priority
	}
	if len(p.Notify) == 1 && p.Notify[0] == "none" {
		s.Notify = nil
	} else if len(p.Notify) > 0 {
		s.Notify = p.Notify
	}
	for _, to := range s.Notify {
		if strings.HasPrefix(to, "http://") || strings.HasPrefix(to, "https://") {
			continue
		}
		if _, err := mail.Address(strings.TrimPrefix(to, "mailto:")); err != nil {
			return err
		}
	}
	return job.CheckSource(s)
}

func readSecret(path string) (string, error) {
	const most = 16 << 10
	b, err := os.ReadFile(path)
	if err != nil || len(b) > most {
		return "", fmt.Errorf("%w: --secret-file cannot be read or is larger than 16 KB", errUsage)
	}
	return strings.TrimSpace(string(b)), nil
}

// HarvestSetCmd changes a source.
type HarvestSetCmd struct {
	Name        string            `arg:"" help:"Name of the source."`
	URL         string            `name:"url" help:"Another address."`
	Label       string            `placeholder:"TEXT" help:"What the source is called."`
	Every       time.Duration     `default:"-1s" help:"Time between two runs; 0 for by hand."`
	Option      map[string]string `placeholder:"NAME=VALUE" help:"An option of the kind; an empty value takes it away."`
	HarvestPlan `embed:""`
	SecretFile  string `placeholder:"FILE" help:"File with another secret."`
	JSON        bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestSetCmd) Help() string {
	return "What is not named stays; none takes a text away.\n\nExamples:\n  trio harvest source set stadt --cron '30 3 * * *' --zone Europe/Berlin --jitter 20m\n  trio harvest source set stadt --grace 168h --duplicates newest --notify https://chat.example.org/hook\n  trio harvest source set stadt --cron none --every 0"
}

// Run changes it.
func (c *HarvestSetCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		var s *catalog.HarvestSource
		_, err := k.store.Update(e.ctx, operator, func(tx catalog.WriteTx) (err error) {
			if s, err = sourceNamed(tx, c.Name); err != nil {
				return err
			}
			if err := c.change(s); err != nil {
				return err
			}
			if s.Next, err = job.Next(s, tx.Now()); err != nil {
				return err
			}
			return tx.PutHarvestSource(s)
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(job.Shown(s))
		}
		if s.Next.IsZero() {
			e.printf("Gespeichert. Die Quelle läuft von Hand.\n")
		} else {
			e.printf("Gespeichert. Nächster Lauf: %s\n", s.Next.Local().Format("2006-01-02 15:04"))
		}
		return nil
	})
}

func (c *HarvestSetCmd) change(s *catalog.HarvestSource) (err error) {
	kind, ok := source.KindOf(s.Kind)
	if !ok {
		return catalog.Errorf(catalog.KindInvalid, "Eine Art von Quelle namens %q gibt es nicht.", s.Kind)
	}
	if c.URL != "" {
		u, err := url.Parse(c.URL)
		if err != nil || !validSource(u, kind) {
			return fmt.Errorf("%w: %s is no address with http or https", errUsage, masked(c.URL))
		}
		s.URL, s.Mark = c.URL, ""
	}
	if c.Label != "" {
		s.Title = c.Label
	}
	if c.Every >= 0 {
		s.Every = c.Every
	}
	for name, value := range c.Option {
		if s.Config == nil {
			s.Config = map[string]string{}
		}
		if s.Config[name] = value; value == "" {
			delete(s.Config, name)
		}
	}
	if f := kind.Check(s.Config); len(f) > 0 {
		return catalog.Invalid(f...)
	}
	if c.SecretFile != "" {
		if s.Secret, err = readSecret(c.SecretFile); err != nil {
			return err
		}
	}
	return c.apply(s, true)
}

// atOnce is how many sources are harvested at the same time.
const atOnce = 4

// harvestDue starts the sources whose time has come, some at the same time, and
// does not wait for them: one that is slow does not keep the others.
func (b *background) harvestDue(ctx context.Context, slots chan struct{}, report func(error)) error {
	engine := b.core.harvester(b.cfg)
	var due, left []string
	err := b.core.store.View(ctx, func(tx catalog.Tx) error {
		const most = 10_000
		open, err := tx.HarvestJobs("", true, most)
		if err != nil {
			return err
		}
		asked, begun := map[string]bool{}, map[string]bool{}
		for _, j := range open {
			asked[j.Source] = asked[j.Source] || j.State == catalog.HarvestNew
			begun[j.Source] = begun[j.Source] || j.State == catalog.HarvestPlanning || j.State == catalog.HarvestApplying
		}
		list, err := tx.HarvestSources()
		for _, s := range list {
			if begun[s.ID] { // released, or left by a program that ended; one in work holds its lock
				left = append(left, s.ID)
			}
			if asked[s.ID] || !s.Paused && s.Scheduled() && !s.Next.After(time.Now()) {
				due = append(due, s.Name)
			}
		}
		return err
	})
	start := func(name string, fn func() error) bool {
		select {
		case slots <- struct{}{}:
		default:
			return false // the others follow in a minute
		}
		b.harvesting.Add(1)
		b.wait.Go(func() {
			defer func() { b.harvesting.Add(-1); <-slots }()
			if err := fn(); err != nil && catalog.KindOf(err) != catalog.KindConflict { // it is running already
				report(fmt.Errorf("harvest %s: %w", name, err))
			}
		})
		return true
	}
	for _, id := range left {
		if !start(id, func() error { return engine.Continue(ctx, id) }) {
			return err
		}
	}
	for _, name := range due {
		run := func() error {
			_, err := engine.Run(ctx, name, job.Options{})
			return err
		}
		if !start(name, run) {
			return err
		}
	}
	return err
}
