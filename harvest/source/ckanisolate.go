package source

import (
	"context"
	"fmt"

	"trio.example/harvest/fetch"
)

// A portal may answer everything but the page on which one broken dataset stands:
// CKAN renders all of a page or nothing. Then smaller and smaller pages are asked
// for until the dataset stands alone, it is passed over, and the rest is read. This
// is the way where the portal's index does not tell it (fromIndex).
const (
	narrower = 2 // how much smaller the next attempt is: half costs the fewest requests
	// maxLost datasets are passed over in one walk, and maxLostRow of them one after
	// the other: beyond that it is not a dataset that is broken.
	maxLost    = 20
	maxLostRow = 3
)

// isolation is how far pages that cannot be read are narrowed down.
type isolation struct {
	// within are the pages that failed, each inside the one before.
	within    []failedPage
	lost, row int
}

type failedPage struct{ end, rows int }

func (i *isolation) active() bool { return len(i.within) > 0 }

// narrow decides what to do about a page that failed for good: it returns true when
// the walk goes on, at start, which it has moved behind a dataset it gives up.
func (w *ckanWalk) narrow(ctx context.Context, start *int, filter string, cause error) bool {
	if ctx.Err() != nil || fetch.Refused(cause) {
		return false
	}
	if !w.isolated.active() {
		if _, _, err := w.ask(fetch.Once(ctx), 0, 0, filter); err != nil {
			return false // the portal, not the page
		}
	}
	if w.rows > 1 {
		w.isolated.within = append(w.isolated.within, failedPage{*start + w.rows, w.rows})
		w.rows = max(1, w.rows/narrower)
		return true
	}
	w.isolated.lost++
	w.isolated.row++
	if w.isolated.lost > maxLost || w.isolated.row > maxLostRow {
		return false
	}
	w.Warn(unreadable("", fmt.Sprintf("Der Datensatz an Stelle %d der Liste", *start+1), fmt.Sprintf("The dataset at place %d of the list", *start+1), cause))
	*start++
	w.widen(*start)
	return true
}

// widen asks for larger pages again once a broken one is behind.
func (w *ckanWalk) widen(start int) {
	in := &w.isolated.within
	for len(*in) > 0 && start >= (*in)[len(*in)-1].end {
		w.rows = (*in)[len(*in)-1].rows
		*in = (*in)[:len(*in)-1]
	}
}
