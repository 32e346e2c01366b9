package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"trio.example/catalog"
)

// group is an open transaction that interactive writers share while others wait:
// each works behind a savepoint of its own, so that one that fails undoes nothing
// of the others, and one sync to disk acknowledges them all.
type group struct {
	sql   *sql.Tx
	begun time.Time
	size  int   // writers that stay in
	seq   int64 // newest change number
	stmts map[string]*sql.Stmt
	done  chan struct{} // closed when err is known
	err   error
}

// Bounds of a group: the first writer waits for the last.
const (
	maxGroup  = 64
	groupTime = 10 * time.Millisecond
)

// Update implements catalog.Store.
func (s *Store) Update(ctx context.Context, by catalog.Actor, fn func(catalog.WriteTx) error) (int64, error) {
	ours, err := s.gate.enter(ctx, by.Bulk)
	if err != nil {
		if ours {
			s.hand(false)
		}
		return 0, fmt.Errorf("wait for the writer's place: %w", err)
	}
	g, seq, err := s.work(ctx, by, fn)
	s.hand(err == nil && !by.Bulk)
	if err != nil {
		return 0, err
	}
	<-g.done
	return seq, g.err
}

// work runs one writer in the open group, or in a new one. It leaves the group in
// a state in which it can be committed, or gives it up.
func (s *Store) work(ctx context.Context, by catalog.Actor, fn func(catalog.WriteTx) error) (g *group, seq int64, err error) {
	// The transaction outlives the caller's context: a request that is given up
	// in the middle must not leave the connection in doubt.
	inner := context.WithoutCancel(ctx)
	if g = s.open; g == nil {
		t, err := s.write.BeginTx(inner, nil)
		if err != nil {
			return nil, 0, fmt.Errorf("begin write: %w", classify(err))
		}
		g = &group{sql: t, begun: time.Now(), done: make(chan struct{})}
		s.open = g
	} else if _, err := g.sql.ExecContext(inner, "SAVEPOINT writer"); err != nil {
		s.giveUp(g, err)
		return nil, 0, g.err
	}
	ended := false
	defer func() {
		if ended && err == nil {
			return
		}
		s.undo(inner, g)
		if !ended { // fn panicked: whoever caught it finds the place free
			s.hand(false)
		}
	}()
	w := &tx{ctx: inner, sql: g.sql, now: s.now(), actor: by.UserID, stmts: g.stmts, sealer: s.sealer}
	if err = fn(w); err == nil {
		err = ctx.Err()
	}
	if err == nil {
		if err = g.sql.QueryRowContext(inner, "SELECT coalesce(max(seq), 0) FROM change").Scan(&seq); err != nil {
			err = fmt.Errorf("read change number: %w", err)
		}
	}
	if err == nil && g.size > 0 {
		_, err = g.sql.ExecContext(inner, "RELEASE writer")
	}
	ended = true
	if err == nil {
		g.size++
		g.seq, g.stmts = seq, w.stmts
	}
	return g, seq, err
}

// undo takes back what the writer at work did.
func (s *Store) undo(ctx context.Context, g *group) {
	if g.size == 0 {
		s.open = nil
		_ = g.sql.Rollback() // nobody else is in it; the writer has its own error
		return
	}
	if _, err := g.sql.ExecContext(ctx, "ROLLBACK TO writer; RELEASE writer"); err != nil {
		// SQLite has given up the whole transaction, as it does when the disk is full.
		s.giveUp(g, err)
	}
}

// giveUp ends a group without effect and tells its writers why.
func (s *Store) giveUp(g *group, err error) {
	s.open = nil
	g.err = fmt.Errorf("write: %w", classify(err))
	if rollback := g.sql.Rollback(); rollback != nil && !errors.Is(rollback, sql.ErrTxDone) {
		g.err = errors.Join(g.err, rollback)
	}
	close(g.done)
}

// hand passes the writer's place on: with the open group to another interactive
// writer that waits, or after the commit.
func (s *Store) hand(more bool) {
	g := s.open
	if g != nil && more && g.size < maxGroup && time.Since(g.begun) < groupTime && s.gate.pass() {
		return
	}
	if g != nil {
		s.open = nil
		if err := g.sql.Commit(); err != nil {
			g.err = fmt.Errorf("commit: %w", classify(err))
			_ = g.sql.Rollback() // a commit that was refused leaves the transaction open
		} else {
			s.publish(g.seq)
		}
		close(g.done)
	}
	s.gate.leave()
}
