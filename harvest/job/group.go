package job

import (
	"context"
	"fmt"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
	"trio.example/harvest/source"
)

// localGroups finds groups of this portal by name and by id.
type localGroups map[string]string

// loadGroups reads the groups that everybody may see: a source puts datasets into
// those, and learns of no others.
func (p *planner) loadGroups(ctx context.Context) error {
	p.groups = localGroups{}
	return p.reg.Store().View(ctx, func(tx catalog.Tx) error {
		for g, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeGroup}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if catalog.CanSee(catalog.Anonymous, g) {
				p.groups[g.Name], p.groups[g.ID] = g.ID, g.ID
			}
		}
		return nil
	})
}

// link puts a record into the groups of this portal that are called as those of its
// source, or as its mapping calls them. Groups are never made: they are pages of
// this portal, and whoever looks after them decides what they are.
func (g localGroups) link(rec *source.Record, config map[string]string) {
	names := rec.Fields.Strings(groupsField)
	delete(rec.Fields, groupsField)
	if config[source.OptionGroups] == source.GroupsNone {
		return
	}
	var ids []string
	for _, name := range names {
		id, ok := g[name]
		if ok && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
		if _, theme := vocab.Lookup("theme", name); ok || theme {
			continue
		}
		rec.Findings = append(rec.Findings, catalog.Finding{Severity: catalog.SeverityInfo, Code: "no_group:" + name, Field: groupsField, Row: rec.GUID,
			Message: catalog.DE(fmt.Sprintf("Eine Gruppe „%.100s“ gibt es hier nicht.", name), fmt.Sprintf("There is no group %.100q here.", name)),
			Remedy:  catalog.DE("Die Gruppe anlegen oder den Namen in der Zuordnung der Quelle übersetzen (dataset.lookup.groups).", "Make the group, or translate the name in the source's mapping (dataset.lookup.groups).")})
	}
	rec.Fields.Set(groupsField, ids)
}

// groupsField holds the groups of a dataset: names in records, ids in entries.
const groupsField = "groups"

// mergeGroups takes what the source added and takes away what it took away; what
// somebody added here stays, and nobody has to decide.
func mergeGroups(ours, base, theirs []string) (out []string) {
	for _, id := range append(slices.Clone(ours), theirs...) {
		added := slices.Contains(theirs, id) && !slices.Contains(base, id)
		kept := slices.Contains(ours, id) && (slices.Contains(theirs, id) || !slices.Contains(base, id))
		if (added || kept) && !slices.Contains(out, id) {
			out = append(out, id)
		}
	}
	return out
}
