package round

import (
	"context"
	"errors"
	"sync"

	"trio.example/catalog"
)

// batcher writes what many offices save at one moment in one transaction: the
// sync to disk costs as much for one answer as for fifty. A lone save waits for
// nobody.
type batcher struct {
	mu      sync.Mutex
	waiting []*saving
	running bool
}

// maxBatch bounds how long others wait for one transaction.
const maxBatch = 64

type saving struct {
	ctx  context.Context
	fn   func(catalog.WriteTx) error
	err  error
	done chan struct{}
}

// errApart rolls back a transaction in which one save failed: each is then tried
// on its own, so that nobody fails for another one's fault.
var errApart = errors.New("one of several saves failed")

// together runs fn in a transaction, maybe with others; what it wrote is durable
// when together returns nil. fn may run more than once.
func (s *Service) together(ctx context.Context, fn func(catalog.WriteTx) error) error {
	j := &saving{ctx: ctx, fn: fn, done: make(chan struct{})}
	b := &s.saves
	b.mu.Lock()
	b.waiting = append(b.waiting, j)
	if !b.running {
		b.running = true
		go s.drain()
	}
	b.mu.Unlock()
	<-j.done
	return j.err
}

// drain writes until nobody waits.
func (s *Service) drain() {
	b := &s.saves
	for {
		b.mu.Lock()
		n := min(len(b.waiting), maxBatch)
		if n == 0 {
			b.running = false
			b.mu.Unlock()
			return
		}
		part := b.waiting[:n:n]
		b.waiting = b.waiting[n:]
		b.mu.Unlock()
		s.writeAll(part)
		for _, j := range part {
			close(j.done)
		}
	}
}

func (s *Service) writeAll(part []*saving) {
	if len(part) > 1 {
		err := s.update(context.Background(), catalog.Anonymous, func(tx catalog.WriteTx) error {
			for _, j := range part {
				if j.fn(tx) != nil {
					return errApart
				}
			}
			return nil
		})
		if err == nil {
			return
		}
	}
	for _, j := range part {
		j.err = s.update(j.ctx, catalog.Anonymous, j.fn)
	}
}
