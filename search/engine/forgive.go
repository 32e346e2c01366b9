package engine

import (
	"context"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/german"
)

// enough is with how many hits nobody needs more: a page full.
const enough = 20

// Forgiving is Search for people. When nothing is found because words are
// misspelled, it searches for what they were probably meant to be and says so;
// when next to nothing has all the words, it also finds what has some. Whether
// that is so is decided without the filters that the person chose, so that
// choosing one never changes what is searched for; always are the others.
func (e *Engine) Forgiving(ctx context.Context, q search.Query, always []search.Node) (*search.Result, error) {
	res, err := e.Search(ctx, q)
	if err != nil {
		return nil, err
	}
	res.Text = q.Text
	words := search.Typed(q.Text)
	if len(words) == 0 || res.Total >= enough { // without filters there are not fewer
		return res, nil
	}
	bare := q
	bare.Filters, bare.Facets, bare.Rows, bare.Start, bare.Highlight = always, nil, 0, 0, false
	total, err := e.Search(ctx, bare)
	if err != nil || total.Total >= enough {
		return res, err
	}
	text, said, err := e.forgive(ctx, bare, words, total.Total)
	if err != nil || !said.Loose && said.Corrections == nil {
		return res, err
	}
	q.Text = text
	if res, err = e.Search(ctx, q); err != nil {
		return nil, err
	}
	res.Text, res.Forgiven = text, said
	return res, nil
}

// forgive finds what to search for instead of a query with few hits.
func (e *Engine) forgive(ctx context.Context, bare search.Query, words []string, total int) (search.Node, search.Forgiven, error) {
	if total == 0 {
		text, list, err := e.meant(ctx, bare, words)
		if err != nil || list != nil {
			return text, search.Forgiven{Corrections: list}, err
		}
	}
	typed := bare.Text
	bare.Text = search.Loosen(typed)
	more, err := e.Search(ctx, bare)
	if err != nil || more.Total <= total {
		return typed, search.Forgiven{}, err
	}
	return bare.Text, search.Forgiven{Loose: true, Exact: total}, nil
}

// meant searches for corrected words; nil when there are none or they find nothing.
func (e *Engine) meant(ctx context.Context, q search.Query, words []string) (search.Node, []search.Correction, error) {
	e.mu.RLock()
	list, err := e.gen.over.Correct(ctx, words, q.Labels, q.AllLabels)
	e.mu.RUnlock()
	if err != nil || len(list) == 0 {
		return nil, nil, err
	}
	if err = e.spell(ctx, list); err != nil {
		return nil, nil, err
	}
	q.Text = search.Replace(q.Text, list)
	res, err := e.Search(ctx, q)
	if err != nil || res.Total == 0 {
		return nil, nil, err
	}
	return q.Text, list, nil
}

// spell gives corrections the spelling that an entry uses: the index knows folded
// forms and stems only.
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
						list[i].Spell(s.Word)
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
