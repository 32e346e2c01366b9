package ckan

import (
	"context"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// harvestDisputes lists what waits for a decision.
func (s *Service) harvestDisputes(ctx context.Context, c *Call) (any, error) {
	out := []any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		src, err := s.managed(tx, c, "source_id")
		if err != nil {
			return err
		}
		const most = 1000
		list, err := tx.HarvestDisputes(src.ID, most)
		for _, d := range list {
			out = append(out, map[string]any{"guid": d.GUID, "title": d.Title, "fields": d.Fields, "since": stamp(d.At)})
		}
		return err
	})
	return out, err
}

// harvestDecide settles a field.
func (s *Service) harvestDecide(ctx context.Context, c *Call) (any, error) {
	if err := missing(c.Args, "source_id", "guid", "field", "how"); err != nil {
		return nil, err
	}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		src, err := s.managed(tx, c, "source_id")
		if err != nil {
			return err
		}
		return job.Decide(tx, s.reg, s.defs, c.Actor, src, c.Args.String("guid"), c.Args.String("field"), c.Args.String("how"))
	})
	return map[string]any{"guid": c.Args.String("guid"), "field": c.Args.String("field"), "how": c.Args.String("how")}, err
}

// harvestReimport writes datasets again from what is stored, and says how many.
func (s *Service) harvestReimport(ctx context.Context, c *Call) (any, error) {
	type record struct {
		src  *catalog.HarvestSource
		guid string
	}
	var list []record
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		sources, err := tx.HarvestSources()
		if err != nil {
			return err
		}
		if !c.Args.Empty("source_id") {
			src, err := s.findSource(tx, c, "source_id")
			if err != nil {
				return err
			}
			sources = []*catalog.HarvestSource{src}
		}
		guid, entry := c.Args.String("guid"), c.Args.String("package_id")
		if object := c.Args.String("harvest_object_id"); object != "" && entry == "" {
			entry = object // our objects have the id of their dataset
		}
		if entry != "" {
			e, err := catalog.Find(tx, catalog.TypeDataset.Namespace(), entry)
			if err != nil {
				return err
			}
			if e.Origin == nil || !strings.HasPrefix(e.Origin.Source, job.OriginOf("")) {
				return notFound("Harvest object not found")
			}
			guid = e.Origin.Key
		}
		if guid == "" && c.Args.Empty("source_id") {
			return invalid("source_id", "Missing value: source_id, guid, harvest_object_id or package_id")
		}
		for _, src := range sources {
			if guid != "" {
				if _, err := tx.HarvestRecord(src.ID, guid); err == nil {
					list = append(list, record{src, guid})
				} else if catalog.KindOf(err) != catalog.KindNotFound {
					return err
				}
				continue
			}
			for r, err := range tx.HarvestRecords(src.ID) {
				if err != nil {
					return err
				}
				list = append(list, record{src, r.GUID})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, notFound("Harvest object not found")
	}
	const atOnce = 200
	done := 0
	for len(list) > 0 {
		part := list[:min(atOnce, len(list))]
		list = list[len(part):]
		n := 0
		_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
			n = 0
			for _, r := range part {
				ok, err := job.Reimport(tx, s.reg, c.Actor, r.src, r.guid)
				if err != nil {
					return err
				}
				if ok {
					n++
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		done += n
	}
	return done, nil
}
