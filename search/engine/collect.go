package engine

import (
	"slices"

	"trio.example/catalog"
	"trio.example/search"
)

// collect loads the present state of what changed; of several changes of one
// entry the last wins by itself. When an organization or group changes, the
// entries that name it are written anew.
func (e *Engine) collect(tx catalog.Tx, changes []catalog.Change) (docs []*search.Document, gone []string, err error) {
	ids := map[string]bool{}
	for _, c := range changes {
		ids[c.ID] = true
		if c.Op == catalog.OpCreate {
			continue
		}
		switch c.Type {
		case catalog.TypeOrganization:
			err = owned(tx, c.ID, ids, 0)
		case catalog.TypeGroup:
			err = members(tx, c.ID, ids)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	refs := references(tx)
	for id := range ids {
		entry, err := tx.Entry(id)
		switch {
		case catalog.KindOf(err) == catalog.KindNotFound && err != nil:
			gone = append(gone, id)
		case err != nil:
			return nil, nil, err
		default:
			docs = append(docs, e.build.Document(entry, refs))
		}
	}
	return docs, gone, nil
}

// references looks organizations and groups up, each once.
func references(tx catalog.Tx) search.Refs {
	seen := map[string]*catalog.Entry{}
	return func(id string) *catalog.Entry {
		if id == "" {
			return nil
		}
		if e, ok := seen[id]; ok {
			return e
		}
		e, err := tx.Entry(id)
		if err != nil {
			e = nil
		}
		seen[id] = e
		return e
	}
}

const maxDepth = 16

// owned adds the entries below an organization.
func owned(tx catalog.Tx, org string, ids map[string]bool, depth int) error {
	for e, err := range tx.Entries(catalog.EntryFilter{Owner: org}) {
		if err != nil {
			return err
		}
		ids[e.ID] = true
		if e.Type == catalog.TypeOrganization && depth < maxDepth {
			if err := owned(tx, e.ID, ids, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// members adds the datasets of a group.
func members(tx catalog.Tx, group string, ids map[string]bool) error {
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}}) {
		if err != nil {
			return err
		}
		if slices.Contains(e.Fields.Strings("groups"), group) {
			ids[e.ID] = true
		}
	}
	return nil
}
