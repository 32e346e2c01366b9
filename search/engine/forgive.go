package engine

import (
	"context"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/german"
)

// enough is with how many hits nobody needs more.
const enough = 3

// Forgiving is Search for people. When nothing is found because words are
// misspelled, it searches for what they were probably meant to be and says so;
// when next to nothing has all the words, it also finds what has some.
func (e *Engine) Forgiving(ctx context.Context, q search.Query) (*search.Result, search.Forgiven, error) {
	res, err := e.Search(ctx, q)
	words := search.Typed(q.Text)
	if err != nil || res.Total >= enough || len(words) == 0 {
		return res, search.Forgiven{}, err
	}
	if res.Total == 0 {
		if meant, list, err := e.meant(ctx, q, words); err != nil || meant != nil {
			return meant, search.Forgiven{Corrections: list}, err
		}
	}
	loose := q
	loose.Text = search.Loosen(q.Text)
	more, err := e.Search(ctx, loose)
	if err != nil || more.Total <= res.Total {
		return res, search.Forgiven{}, err
	}
	return more, search.Forgiven{Exact: res.Total, Loose: true}, nil
}

// meant searches for corrected words; nil when there are none or they find nothing.
func (e *Engine) meant(ctx context.Context, q search.Query, words []string) (*search.Result, []search.Correction, error) {
	e.mu.RLock()
	list, err := e.gen.over.Correct(ctx, words, q.Labels, q.AllLabels)
	e.mu.RUnlock()
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	q.Text = search.Replace(q.Text, list)
	res, err := e.Search(ctx, q)
	if err != nil || res.Total == 0 {
		return nil, nil, err
	}
	return res, list, e.spell(ctx, list)
}

// spell gives corrections the spelling that an entry uses: the index knows
// folded forms only.
func (e *Engine) spell(ctx context.Context, list []search.Correction) error {
	return e.store.View(ctx, func(tx catalog.Tx) error {
		for i := range list {
			entry, err := tx.Entry(list[i].Example)
			if err != nil {
				continue // gone since: the folded form has to do
			}
			for _, name := range []string{"title", "tags", "notes"} {
				for _, text := range texts(entry.Fields, name) {
					for _, s := range german.Words(text) {
						if list[i].Spelled == "" && german.Fold(s.Word) == list[i].Form {
							list[i].Spelled = s.Word
						}
					}
				}
			}
		}
		return nil
	})
}

// Suggest finds what a text that is being typed could become.
func (e *Engine) Suggest(ctx context.Context, text string, labels []string, all bool, limit int) (*search.Suggestions, error) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.gen.over.Suggest(ctx, text, labels, all, limit)
}
