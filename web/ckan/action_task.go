package ckan

import (
	"context"
	"slices"

	"trio.example/catalog"
)

func taskDict(r *catalog.Record) map[string]any {
	d := map[string]any{"id": r.ID, "entity_id": r.Parent, "entity_type": nil, "task_type": nil, "key": nil, "value": nil, "state": nil, "error": nil, "last_updated": nil}
	for k, v := range r.Fields {
		d[k] = v
	}
	return d
}

func taskKey(args Args) string { return args.String("task_type") + " " + args.String("key") }

func findTask(tx catalog.Tx, args Args) (*catalog.Record, error) {
	f := catalog.RecordFilter{Kind: catalog.RecordTaskStatus, ID: args.String("id")}
	if f.ID == "" {
		for _, name := range []string{"entity_id", "task_type", "key"} { // CKAN asks for one after the other
			if _, err := args.Required(name); err != nil {
				return nil, err
			}
		}
		f.Parent, f.Key = args.String("entity_id"), taskKey(args)
	}
	list, err := tx.Records(f)
	if err == nil && len(list) == 0 {
		err = notFound("")
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

func (s *Service) taskShow(ctx context.Context, c *Call) (any, error) {
	var out map[string]any
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		r, err := findTask(tx, c.Args)
		if err != nil {
			return err
		}
		out = taskDict(r)
		return nil
	})
	return out, err
}

func (s *Service) putTask(tx catalog.WriteTx, args Args) (map[string]any, error) {
	if err := missing(args, "entity_id", "entity_type", "task_type", "key"); err != nil {
		return nil, err
	}
	r, err := findTask(tx, args)
	if err != nil {
		if args.String("id") != "" {
			return nil, elseNotFound(err, "TaskStatus was not found.")
		}
		r = &catalog.Record{Kind: catalog.RecordTaskStatus}
	}
	r.Parent, r.Key = args.String("entity_id"), taskKey(args)
	if text := args.String("last_updated"); text != "" {
		if _, ok := catalog.ParseMoment(text); !ok {
			return nil, invalid("last_updated", "Date format incorrect")
		}
	}
	r.Fields = catalog.Fields{"last_updated": stamp(tx.Now())}
	for _, k := range []string{"entity_type", "task_type", "key", "value", "state", "error", "last_updated"} {
		if v, ok := args[k]; ok && v != nil {
			r.Fields.Set(k, toText(v))
		}
	}
	err = tx.PutRecord(r)
	return taskDict(r), err
}

func (s *Service) taskUpdate(ctx context.Context, c *Call) (any, error) {
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		var err error
		out, err = s.putTask(tx, c.Args)
		return err
	})
	return out, err
}

func (s *Service) taskUpdateMany(ctx context.Context, c *Call) (any, error) {
	list, ok := c.Args["data"].([]any)
	if !ok {
		return nil, invalid("data", "Missing value")
	}
	out := []any{}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		for _, x := range list {
			m, ok := x.(map[string]any)
			if !ok {
				return integrity("data", x, c.Args)
			}
			d, err := s.putTask(tx, m)
			if err != nil {
				return err
			}
			out = append(out, d)
		}
		return nil
	})
	return map[string]any{"results": out}, err
}

func (s *Service) taskDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, err
	}
	_, err = s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		n, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordTaskStatus, ID: id})
		if err == nil && n == 0 {
			return notFound("")
		}
		return err
	})
	return nil, err
}

func (s *Service) translationShow(ctx context.Context, c *Call) (any, error) {
	terms, langs := c.Args.List("terms"), c.Args.List("lang_codes")
	if len(terms) == 0 {
		return nil, plainInvalid("terms", "terms not in data")
	}
	if len(terms) > maxRows {
		return nil, invalid("terms", "At most 1000 terms are allowed")
	}
	out := []any{}
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for _, t := range terms {
			list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordTranslation, Parent: t})
			if err != nil {
				return err
			}
			for _, r := range list {
				if len(langs) == 0 || slices.Contains(langs, r.Key) {
					out = append(out, translationDict(r))
				}
			}
		}
		return nil
	})
	return out, err
}

func translationDict(r *catalog.Record) map[string]any {
	return map[string]any{"term": r.Parent, "lang_code": r.Key, "term_translation": r.Fields.String("term_translation")}
}

func (s *Service) translationUpdate(ctx context.Context, c *Call) (any, error) {
	var out map[string]any
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		var err error
		out, err = putTranslation(tx, c.Args)
		return err
	})
	return out, err
}

func putTranslation(tx catalog.WriteTx, args Args) (map[string]any, error) {
	if err := missing(args, "term", "term_translation", "lang_code"); err != nil {
		return nil, err
	}
	place := catalog.RecordFilter{Kind: catalog.RecordTranslation, Parent: args.String("term"), Key: args.String("lang_code")}
	have, err := tx.Records(place)
	if err != nil {
		return nil, err
	}
	r := &catalog.Record{Kind: place.Kind, Parent: place.Parent, Key: place.Key}
	if len(have) > 0 {
		r = have[0]
	}
	r.Fields = catalog.Fields{"term_translation": args.String("term_translation")}
	err = tx.PutRecord(r)
	return translationDict(r), err
}

func (s *Service) translationUpdateMany(ctx context.Context, c *Call) (any, error) {
	list, ok := c.Args["data"].([]any)
	if !ok {
		return nil, plainInvalid("error", "Must be a list of dicts")
	}
	_, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		for _, x := range list {
			m, ok := x.(map[string]any)
			if !ok {
				return integrity("data", x, c.Args)
			}
			if _, err := putTranslation(tx, m); err != nil {
				return err
			}
		}
		return nil
	})
	return map[string]any{"success": toText(len(list)) + " rows updated"}, err
}
