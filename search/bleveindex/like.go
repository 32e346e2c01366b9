package bleveindex

import (
	"context"
	"errors"
	"fmt"

	"github.com/blevesearch/bleve/v2/mapping"
	bsearch "github.com/blevesearch/bleve/v2/search"
	"github.com/blevesearch/bleve/v2/search/searcher"
	index "github.com/blevesearch/bleve_index_api"
)

// longFuzzy is the longest word, in letters, for which Bleve may build a machine
// that finds misspellings of it. Those of longer words have too many states, as have
// patterns with many stars: strangers choose both.
const longFuzzy = 32

// like finds documents by those words of a field that begin and fit so. It looks at
// each of them, which takes as long whatever is asked for.
type like struct {
	field, begin string
	fits         func(term string) bool
}

// Searcher implements query.Query.
func (l *like) Searcher(ctx context.Context, i index.IndexReader, _ mapping.IndexMapping, o bsearch.SearcherOptions) (s bsearch.Searcher, err error) {
	dict, err := i.FieldDictPrefix(l.field, []byte(l.begin))
	if err != nil {
		return nil, fmt.Errorf("words of %s: %w", l.field, err)
	}
	defer func() { err = errors.Join(err, dict.Close()) }()
	const looks = 4096 // after how many words it is looked whether anybody still waits
	var terms []string
	for n := 1; ; n++ {
		entry, err := dict.Next()
		if err == nil && n%looks == 0 {
			err = ctx.Err()
		}
		if err != nil {
			return nil, fmt.Errorf("words of %s: %w", l.field, err)
		}
		if entry == nil {
			break
		}
		if l.fits(entry.Term) {
			terms = append(terms, entry.Term)
		}
	}
	return searcher.NewMultiTermSearcher(ctx, i, terms, l.field, 1, o, false)
}
