package ckan

import (
	"context"
	"maps"
	"slices"

	"trio.example/catalog"
)

// tagLists are the tags of one dataset while an action about tags goes through
// all datasets.
type tagLists struct {
	free       []string
	controlled []map[string]any
	changed    bool
}

func (l *tagLists) dropFree(drop func(name string) bool) {
	n := len(l.free)
	l.free = slices.DeleteFunc(l.free, drop)
	l.changed = l.changed || len(l.free) < n
}

func (l *tagLists) dropControlled(ids ...string) {
	n := len(l.controlled)
	l.controlled = slices.DeleteFunc(l.controlled, func(t map[string]any) bool { return slices.Contains(ids, toText(t["id"])) })
	l.changed = l.changed || len(l.controlled) < n
}

// retag lets change see the tags of every dataset, writes those it altered and
// returns how many that were.
func (s *Service) retag(tx catalog.WriteTx, c *Call, change func(*tagLists)) (int, error) {
	n := 0
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}}) {
		if err != nil {
			return n, err
		}
		l := &tagLists{free: slices.Clone(e.Fields.Strings("tags")), controlled: slices.Clone(e.Fields.Maps("vocab_tags"))}
		if change(l); !l.changed {
			continue
		}
		err = s.reg.ChangeIn(tx, c.Actor, e, 0, func(e *catalog.Entry) error {
			controlled := make([]any, len(l.controlled))
			for i, t := range l.controlled {
				controlled[i] = t
			}
			e.Fields.Set("tags", l.free)
			e.Fields.Set("vocab_tags", controlled)
			return nil
		})
		if err != nil {
			return n, err
		}
		n++
	}
	return n, nil
}

// renameVocabulary tells the datasets that use a vocabulary its new name, under
// which they are found.
func (s *Service) renameVocabulary(tx catalog.WriteTx, c *Call, v *catalog.Record) error {
	_, err := s.retag(tx, c, func(l *tagLists) {
		for i, t := range l.controlled {
			if t["vocabulary_id"] == v.ID {
				t = maps.Clone(t)
				t["vocabulary"], l.controlled[i], l.changed = v.Key, t, true
			}
		}
	})
	return err
}

// tagDelete takes a tag out of its vocabulary, if it has one, and off all
// datasets.
func (s *Service) tagDelete(ctx context.Context, c *Call) (any, error) {
	id, err := c.Args.Required("id")
	if err != nil {
		return nil, errNoID
	}
	if !c.Actor.Sysadmin {
		if err := s.tagExists(ctx, c, id); err != nil {
			return nil, err // CKAN says that there is no such tag before it asks who calls
		}
		return nil, denied("User " + c.Actor.Name + " not authorized to delete tags")
	}
	seq, err := s.reg.Store().Update(ctx, c.Actor, func(tx catalog.WriteTx) error {
		record, err := findTag(tx, c.Args.String("vocabulary_id"), id)
		if err != nil {
			return err
		}
		if record != nil {
			if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordTag, ID: record.ID}); err != nil {
				return err
			}
			_, err = s.retag(tx, c, func(l *tagLists) { l.dropControlled(record.ID) })
			return err
		}
		n := 0
		if c.Args.Empty("vocabulary_id") {
			n, err = s.retag(tx, c, func(l *tagLists) { l.dropFree(func(name string) bool { return name == id || tagID(name) == id }) })
		}
		if err == nil && n == 0 {
			err = noTag(id)
		}
		return err
	})
	c.Wrote(seq)
	return nil, err
}

func noTag(id string) error { return notFound("Could not find tag \"" + id + "\"") }

// findTag looks a tag of a vocabulary up: by id or name in the one given, by id
// in all of them when none is. Without an error it may find nothing.
func findTag(tx catalog.Tx, vocabulary, id string) (*catalog.Record, error) {
	filters := []catalog.RecordFilter{{Kind: catalog.RecordTag, ID: id}}
	if vocabulary != "" {
		v, err := findVocabulary(tx, vocabulary)
		if err != nil {
			return nil, notFound("Could not find vocabulary '" + vocabulary + "'")
		}
		filters = []catalog.RecordFilter{{Kind: catalog.RecordTag, ID: id, Parent: v.ID}, {Kind: catalog.RecordTag, Key: id, Parent: v.ID}}
	}
	for _, f := range filters {
		if list, err := tx.Records(f); err != nil || len(list) > 0 {
			if err != nil {
				return nil, err
			}
			return list[0], nil
		}
	}
	return nil, nil
}

// tagExists reports a tag that is not there, or that the caller cannot see.
func (s *Service) tagExists(ctx context.Context, c *Call, id string) error {
	var record *catalog.Record
	err := s.reg.Store().View(ctx, func(tx catalog.Tx) (err error) {
		record, err = findTag(tx, c.Args.String("vocabulary_id"), id)
		return err
	})
	if err != nil || record != nil {
		return err
	}
	names, err := s.tags(ctx, c.Actor, "")
	if err == nil && (!c.Args.Empty("vocabulary_id") || !slices.ContainsFunc(names, func(n string) bool { return n == id || tagID(n) == id })) {
		err = noTag(id)
	}
	return err
}
