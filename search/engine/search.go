package engine

import (
	"context"
	"strings"

	"trio.example/catalog"
	"trio.example/search"
)

// Search answers a query.
func (e *Engine) Search(ctx context.Context, q search.Query) (*search.Result, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	seq := e.Checkpoint() // before the search: it may see more, never less
	res, err := e.gen.over.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	res.Checkpoint = seq
	if q.Highlight {
		err = e.highlight(ctx, q, res)
	}
	return res, err
}

// Complete finds entries whose name or title contains a text.
func (e *Engine) Complete(ctx context.Context, text string, labels []string, all bool, limit int) ([]search.Hit, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.gen.over.Complete(ctx, text, labels, all, limit)
}

// highlight adds the places where the query's words stand in title, notes and
// keywords. The text comes from the database: the index stores none.
func (e *Engine) highlight(ctx context.Context, q search.Query, res *search.Result) error {
	marker := search.NewMarker(q.Text)
	if marker == nil {
		return nil
	}
	return e.store.View(ctx, func(tx catalog.Tx) error {
		for i := range res.Hits {
			entry, err := tx.Entry(res.Hits[i].ID)
			if err != nil {
				continue // gone since: the hit is dropped when it is loaded
			}
			found := map[string][]string{}
			for _, name := range []string{"title", "notes", "tags"} {
				if s, ok := marker.Mark(strings.Join(texts(entry.Fields, name), ", ")); ok {
					found[name] = []string{s}
				}
			}
			if len(found) > 0 {
				res.Hits[i].Fragments = found
			}
		}
		return nil
	})
}

func texts(f catalog.Fields, name string) []string {
	if l := f.Strings(name); len(l) > 0 {
		return l
	}
	return []string{f.String(name)}
}
