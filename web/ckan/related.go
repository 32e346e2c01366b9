package ckan

import (
	"cmp"
	"slices"
	"strings"

	"trio.example/catalog"
)

// Relationships as datasets carry them. They are records of their own and no
// part of an entry: package_show adds them, and those that come with a dataset
// are stored beside it, so that a catalogue is moved with them.

const (
	asSubject = "relationships_as_subject"
	asObject  = "relationships_as_object"
)

// maxRelations bounds how many relationships of one kind a dataset shows.
const maxRelations = 1000

// related adds to the dictionary of a dataset its relationships with others that
// the reader may see, in CKAN's form.
func (v *viewer) related(e *catalog.Entry, d map[string]any) error {
	filters := []catalog.RecordFilter{{Parent: e.ID}}
	for _, typ := range forward {
		filters = append(filters, catalog.RecordFilter{Key: typ + " " + e.ID})
	}
	subject, object := []any{}, []any{}
	for _, f := range filters {
		f.Kind, f.Limit = catalog.RecordRelationship, maxRelations
		list, err := v.tx.Records(f)
		if err != nil {
			return err
		}
		// By type and other end: the order stays the same where a catalogue is moved to.
		slices.SortStableFunc(list, func(a, b *catalog.Record) int {
			return cmp.Or(strings.Compare(a.Key, b.Key), strings.Compare(a.Parent, b.Parent))
		})
		for _, r := range list {
			typ, other, _ := strings.Cut(r.Key, " ")
			row := map[string]any{"id": r.ID, "type": typ, "comment": r.Fields.String("comment"),
				"__extras": map[string]any{"subject_package_id": r.Parent, "object_package_id": other}}
			if f.Parent != "" {
				if v.shows(other) {
					subject = append(subject, row)
				}
			} else if v.shows(r.Parent) {
				object = append(object, row)
			}
		}
	}
	d[asSubject], d[asObject] = subject, object
	return nil
}

// shows reports whether the reader may know of a dataset at the other end.
func (v *viewer) shows(id string) bool {
	e := v.entry(id)
	return e != nil && e.State != catalog.StateDeleted
}

// relationFaults looks at the form of relationships that come with a dataset.
func relationFaults(args Args, f faults) error {
	for _, key := range []string{asSubject, asObject} {
		list, _, err := args.Dicts(key)
		if err != nil {
			return err
		}
		for i, m := range list {
			switch typ := toText(m["type"]); {
			case typ == "":
				f.at(key, i, "type", "Missing value")
			case opposites[typ] == "":
				f.at(key, i, "type", noRelation)
			}
		}
	}
	return nil
}

// keepRelations stores the relationships that came with a dataset. One whose
// other end is not there yet is passed over: it comes with that one, too. None is
// taken away, as they are no part of the dataset.
func (s *Service) keepRelations(tx catalog.WriteTx, by catalog.Actor, e *catalog.Entry, args Args) error {
	for key, end := range map[string]string{asSubject: "object", asObject: "subject"} {
		list, _, err := args.Dicts(key)
		if err != nil {
			return err
		}
		for _, m := range list {
			id := cmp.Or(toText(m[end]), toText(object(m["__extras"])[end+"_package_id"]))
			other, err := catalog.Find(tx, packages, id)
			if catalog.KindOf(err) == catalog.KindNotFound && err != nil || err == nil && !by.CanEdit(other) {
				continue
			}
			if err != nil {
				return err
			}
			from, to, typ := e, other, toText(m["type"])
			if key == asObject {
				from, to = other, e
			}
			if !slices.Contains(forward, typ) {
				from, to, typ = to, from, opposites[typ]
			}
			place := catalog.RecordFilter{Kind: catalog.RecordRelationship, Parent: from.ID, Key: typ + " " + to.ID}
			have, err := tx.Records(place)
			if err != nil {
				return err
			}
			if len(have) > 0 {
				continue
			}
			r := &catalog.Record{Kind: place.Kind, Parent: place.Parent, Key: place.Key, Fields: catalog.Fields{}}
			r.Fields.Set("comment", toText(m["comment"]))
			if id := toText(m["id"]); by.Sysadmin && catalog.IsID(id) { // a catalogue moved from elsewhere keeps its ids
				switch taken, err := tx.Records(catalog.RecordFilter{ID: id, Limit: 1}); {
				case err != nil:
					return err
				case len(taken) == 0:
					r.ID = id
				}
			}
			if err := tx.PutRecord(r); err != nil {
				return err
			}
		}
	}
	return nil
}
