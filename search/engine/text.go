package engine

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"trio.example/search"
	"trio.example/search/bleveindex"
	"trio.example/search/overlay"
)

// textSide feeds Bleve behind the overlay: many small changes become few large
// batches, and only a search that needs Bleve waits for what it has not seen.
type textSide struct {
	idx *bleveindex.Index
	log *slog.Logger

	mu    sync.Mutex
	docs  map[string]*search.Document
	gone  map[string]bool
	upto  overlay.Checkpoint
	put   int64 // batches put and done; a reader waits for the ones before it
	done  int64
	moved chan struct{} // closed and replaced at every step
	hurry bool
	wake  chan struct{}
	stop  chan struct{}
	ended chan struct{}
}

// textBatch is how many documents make a batch worth writing at once; twice as
// many may wait.
const (
	textBatch = 1000
	textWait  = time.Second
)

func newTextSide(idx *bleveindex.Index, log *slog.Logger) *textSide {
	t := &textSide{idx: idx, log: log, docs: map[string]*search.Document{}, gone: map[string]bool{}, moved: make(chan struct{}),
		wake: make(chan struct{}, 1), stop: make(chan struct{}), ended: make(chan struct{})}
	go t.run()
	return t
}

func (t *textSide) step() {
	close(t.moved)
	t.moved = make(chan struct{})
}

func (t *textSide) signal() {
	select {
	case t.wake <- struct{}{}:
	default:
	}
}

// add takes a batch; it waits while too many are on their way.
func (t *textSide) add(ctx context.Context, docs []*search.Document, gone []string, upto overlay.Checkpoint) error {
	t.mu.Lock()
	for len(t.docs)+len(t.gone) >= 2*textBatch {
		moved := t.moved
		t.mu.Unlock()
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
		t.mu.Lock()
	}
	for _, d := range docs {
		t.docs[d.ID] = d
		delete(t.gone, d.ID)
	}
	for _, id := range gone {
		t.gone[id] = true
		delete(t.docs, id)
	}
	if upto != (overlay.Checkpoint{}) {
		t.upto = upto
	}
	t.put++
	t.mu.Unlock()
	t.signal()
	return nil
}

func (t *textSide) run() {
	defer close(t.ended)
	for {
		select {
		case <-t.stop:
			return
		case <-t.wake:
		}
		if !t.gather() {
			return
		}
		if err := t.write(); err != nil {
			t.log.Error("the text index could not follow", "error", err)
			select {
			case <-t.stop:
				return
			case <-time.After(retryAfter):
				t.signal()
			}
		}
	}
}

// gather waits until a batch is full, somebody waits for it, or its time is up.
func (t *textSide) gather() bool {
	up := time.NewTimer(textWait)
	defer up.Stop()
	for {
		t.mu.Lock()
		ready := t.hurry || len(t.docs)+len(t.gone) >= textBatch
		t.mu.Unlock()
		if ready {
			return true
		}
		select {
		case <-t.stop:
			return false
		case <-up.C:
			return true
		case <-t.wake:
		}
	}
}

func (t *textSide) write() error {
	t.mu.Lock()
	docs, gone, upto, put := t.docs, t.gone, t.upto, t.put
	if put == t.done {
		t.hurry = false
		t.mu.Unlock()
		return nil
	}
	t.docs, t.gone, t.hurry = map[string]*search.Document{}, map[string]bool{}, false
	t.step() // there is room again
	t.mu.Unlock()
	list, ids := make([]*search.Document, 0, len(docs)), make([]string, 0, len(gone))
	for _, d := range docs {
		list = append(list, d)
	}
	for id := range gone {
		ids = append(ids, id)
	}
	err := t.idx.Apply(list, ids, upto)
	t.mu.Lock()
	defer t.mu.Unlock()
	if err != nil { // back they go, unless something newer came
		for id, d := range docs {
			if t.docs[id] == nil && !t.gone[id] {
				t.docs[id] = d
			}
		}
		for id := range gone {
			if t.docs[id] == nil {
				t.gone[id] = true
			}
		}
		return err
	}
	t.done = put
	t.step()
	return nil
}

// level returns when Bleve has seen all that was put before.
func (t *textSide) level(ctx context.Context) error {
	t.mu.Lock()
	want := t.put
	for t.done < want {
		t.hurry = true
		moved := t.moved
		t.mu.Unlock()
		t.signal()
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		case <-t.ended:
			return context.Canceled
		}
		t.mu.Lock()
	}
	t.mu.Unlock()
	return nil
}

// Match implements overlay.Text.
func (t *textSide) Match(ctx context.Context, public bool, n search.Node) ([]string, []float64, error) {
	if err := t.level(ctx); err != nil {
		return nil, nil, err
	}
	return t.idx.Match(ctx, public, n)
}
