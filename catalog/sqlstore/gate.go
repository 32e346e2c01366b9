package sqlstore

import (
	"context"
	"sync"
)

// gate hands the one writer's place on: interactive writers first, in order of
// arrival; a bulk writer gets it when none waits, and after burst interactive
// ones in a row, so that an import cannot starve either.
type gate struct {
	mu          sync.Mutex
	held        bool
	interactive []chan struct{}
	bulk        []chan struct{}
	row         int // interactive grants since the last bulk one
}

const burst = 32

func newGate() *gate { return &gate{} }

// enter waits for the place; the caller must leave exactly when err is nil.
func (g *gate) enter(ctx context.Context, bulk bool) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g.mu.Lock()
	if !g.held {
		g.held = true
		g.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	queue := &g.interactive
	if bulk {
		queue = &g.bulk
	}
	*queue = append(*queue, turn)
	g.mu.Unlock()

	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	for i, w := range *queue {
		if w == turn {
			*queue = append((*queue)[:i:i], (*queue)[i+1:]...)
			g.mu.Unlock()
			return ctx.Err()
		}
	}
	g.mu.Unlock()
	g.leave() // the place was ours already
	return ctx.Err()
}

func (g *gate) leave() {
	g.mu.Lock()
	defer g.mu.Unlock()
	queue := &g.interactive
	if len(g.interactive) == 0 || (len(g.bulk) > 0 && g.row >= burst) {
		queue = &g.bulk
	}
	if len(*queue) == 0 {
		g.held = false
		return
	}
	if queue == &g.interactive {
		g.row++
	} else {
		g.row = 0
	}
	next := (*queue)[0]
	*queue = (*queue)[1:]
	close(next)
}
