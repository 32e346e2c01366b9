package ckan

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// harvestReindex answers the actions by which CKAN's index is brought up to date: ours
// follows by itself, so that who may ask is told that it is done.
func (s *Service) harvestReindex(ctx context.Context, c *Call) (any, error) {
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		_, err := s.managed(tx, c, "id")
		return err
	})
	return true, err
}

func (s *Service) harvestReindexAll(context.Context, *Call) (any, error) { return true, nil }

// harvestIndexClear checks who asks and answers as CKAN does. A dataset that is in
// the catalogue is in the index.
func (s *Service) harvestIndexClear(ctx context.Context, c *Call) (out any, err error) {
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := s.managed(tx, c, "id")
		if err == nil {
			out = map[string]any{"id": src.ID}
		}
		return err
	})
	return out, err
}

// harvestAbortFailed stops the open runs that began more than life_span days ago,
// of the sources of include without those of exclude.
func (s *Service) harvestAbortFailed(ctx context.Context, c *Call) (any, error) {
	days, err := c.Args.Natural("life_span", 7)
	if err != nil {
		return nil, err
	}
	listed := func(names []string, src *catalog.HarvestSource) bool {
		return slices.Contains(names, src.ID) || slices.Contains(names, src.Name)
	}
	names := func(key string) []string {
		return strings.FieldsFunc(c.Args.String(key), func(r rune) bool { return r == ',' || r == ' ' })
	}
	include, exclude := names("include"), names("exclude")
	before := time.Now().AddDate(0, 0, -min(days, 36500))
	n := 0
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		n = 0
		list, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		for _, src := range list {
			if len(include) > 0 && !listed(include, src) || listed(exclude, src) {
				continue
			}
			jobs, err := tx.HarvestJobs(src.ID, true, 10)
			if err != nil {
				return err
			}
			for _, j := range jobs {
				if j.Created.After(before) {
					continue
				}
				if err := job.Abort(tx, j); err != nil {
					return err
				}
				n++
			}
		}
		return nil
	})
	return fmt.Sprintf("Done. Aborted jobs: %d", n), err
}

// harvestLog lists how runs went, the newest first, in the form of ckanext-harvest's
// log.
func (s *Service) harvestLog(ctx context.Context, c *Call) (any, error) {
	const usual, most = 100, 1000
	limit, err := c.Args.Natural("limit", usual)
	if err == nil && !c.Args.Has("limit") {
		limit, err = c.Args.Natural("per_page", usual)
	}
	if err != nil {
		return nil, err
	}
	offset, err := c.Args.Natural("offset", 0)
	if err != nil {
		return nil, err
	}
	const deepest = 100_000
	offset = min(offset, deepest)
	level := strings.ToUpper(c.Args.String("level"))
	if level != "" && !slices.Contains([]string{"DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"}, level) {
		return nil, invalid("level", "Value must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL")
	}
	type line struct {
		at             time.Time
		level, content string
	}
	var lines []line
	err = s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		name := map[string]string{}
		for _, src := range list {
			name[src.ID] = src.Name
		}
		jobs, err := tx.HarvestJobs("", false, offset+most)
		for _, j := range jobs {
			lines = append(lines, line{j.Created, "INFO", fmt.Sprintf("%s: job %s created", name[j.Source], j.ID)})
			if j.Finished.IsZero() {
				continue
			}
			l := line{j.Finished, "INFO", fmt.Sprintf("%s: job %s finished: %s", name[j.Source], j.ID, cmp.Or(j.Outcome, catalog.HarvestOK))}
			switch j.Outcome {
			case catalog.HarvestOK:
			case catalog.HarvestPartial:
				l.level = "WARNING"
			default:
				l.level = "ERROR"
			}
			if j.Reason != "" {
				l.content += " (" + j.Reason + ")"
			}
			lines = append(lines, l)
		}
		return err
	})
	lines = slices.DeleteFunc(lines, func(l line) bool { return level != "" && l.level != level })
	slices.SortStableFunc(lines, func(a, b line) int { return b.at.Compare(a.at) })
	out := []any{}
	lines = lines[min(offset, len(lines)):]
	for _, l := range lines[:min(limit, most, len(lines))] {
		out = append(out, map[string]any{"content": l.content, "level": l.level, "created": stamp(l.at)})
	}
	return out, err
}

// harvestRecipients lists who is told by mail when a run of a source fails.
func (s *Service) harvestRecipients(ctx context.Context, c *Call) (any, error) {
	out := []any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := s.managed(tx, c, "source_id")
		if err != nil {
			return err
		}
		for _, to := range src.Notify {
			if box, ok := strings.CutPrefix(to, "mailto:"); ok || !strings.Contains(to, "://") {
				out = append(out, map[string]any{"name": box, "email": box})
			}
		}
		return nil
	})
	return out, err
}
