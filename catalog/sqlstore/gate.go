package sqlstore

import (
	"context"
	"sync"
	"time"
)

// gate hands the one writer's place on: interactive writers first, in order of
// arrival; a bulk writer gets it when none waits, and after burst interactive
// ones in a row, so that an import cannot starve either.
type gate struct {
	mu          sync.Mutex
	held        bool
	interactive []chan struct{}
	bulk        []chan struct{}
	row         int       // interactive grants since the last bulk one
	last        time.Time // when an interactive writer came last
}

const burst = 32

func newGate() *gate { return &gate{} }

// enter waits for the place; the caller must pass it on or leave exactly when ours
// is set, which can be with an error too: ctx ended while the place was handed over.
func (g *gate) enter(ctx context.Context, bulk bool) (ours bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	g.mu.Lock()
	if !bulk {
		g.last = time.Now()
	}
	if !g.held {
		g.held = true
		g.mu.Unlock()
		return true, nil
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
		return true, nil
	case <-ctx.Done():
	}
	g.mu.Lock()
	for i, w := range *queue {
		if w == turn {
			*queue = append((*queue)[:i:i], (*queue)[i+1:]...)
			g.mu.Unlock()
			return false, ctx.Err()
		}
	}
	g.mu.Unlock()
	return true, ctx.Err()
}

// pass hands the place to an interactive writer that waits, unless it is a bulk
// writer's turn; it reports whether it did.
func (g *gate) pass() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.interactive) == 0 || (len(g.bulk) > 0 && g.row >= burst) {
		return false
	}
	g.row++
	next := g.interactive[0]
	g.interactive = g.interactive[1:]
	close(next)
	return true
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

// lately is how long after an interactive writer others are expected.
const lately = 2 * time.Second

// waits reports whether an interactive writer waits for its turn or had one lately.
func (g *gate) waits() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return len(g.interactive) > 0 || time.Since(g.last) < lately
}

// Waiting reports whether people write while an import does, or did just now: then
// it does well to keep its transactions short, because its commit is waited for too.
func (s *Store) Waiting() bool { return s.gate.waits() }
