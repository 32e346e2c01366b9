// Package engine keeps the index level with the change log. It follows the
// numbers, rebuilds what is missing, damaged or of another version beside what
// serves, and swaps; whoever wrote can wait until searches see it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/bleveindex"
	"trio.example/search/overlay"
)

// Engine is the search of the running program.
type Engine struct {
	dir   string
	store catalog.Store
	build *search.Builder
	log   *slog.Logger
	lock  *os.File

	mu      sync.RWMutex // guards gen among searches
	gen     *generation
	swap    sync.Mutex // held while gen is saved or replaced
	damage  error      // why the index found at opening was given up
	writing sync.Mutex // one writer: follower or rebuild

	groups atomic.Int64 // the newest change of an organization or group
	seqMu  sync.Mutex
	seq    int64
	moved  chan struct{} // closed and replaced when seq grows
	hurry  chan struct{} // somebody waits for the next change

	stop  context.CancelFunc
	done  chan struct{}
	saved chan struct{}
}

// batchSize is how many changes go into one batch.
const batchSize = 250

// Open opens the index in a folder, rebuilds it when it cannot be used, brings
// it level with the store and follows from then on.
func Open(ctx context.Context, dir string, store catalog.Store, b *search.Builder, log *slog.Logger) (*Engine, error) {
	return start(dir, store, b, log, func(e *Engine) error { return e.load(ctx) })
}

// Build is Open with an index built anew, whatever is there.
func Build(ctx context.Context, dir string, store catalog.Store, b *search.Builder, log *slog.Logger, progress func(done, total int)) (*Engine, error) {
	return start(dir, store, b, log, func(e *Engine) error { return e.Rebuild(ctx, progress) })
}

func start(dir string, store catalog.Store, b *search.Builder, log *slog.Logger, ready func(*Engine) error) (*Engine, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	lock, err := lockDir(dir)
	if err != nil {
		return nil, err
	}
	e := &Engine{dir: dir, store: store, build: b, log: log, lock: lock, moved: make(chan struct{}), hurry: make(chan struct{}, 1), done: make(chan struct{}), saved: make(chan struct{})}
	if err := ready(e); err != nil {
		return nil, errors.Join(err, lock.Close())
	}
	run, stop := context.WithCancel(context.Background())
	e.stop = stop
	go e.follow(run)
	go e.save(run)
	return e, nil
}

// lockDir keeps a second program out: two followers would write over each other.
func lockDir(dir string) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "LOCK"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open index: %w", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(catalog.Errorf(catalog.KindUnavailable, "Der Suchindex ist von einem anderen Programm geöffnet. Läuft der Server? Bitte erst beenden."), f.Close())
	}
	return f, nil
}

func (e *Engine) version() string { return e.build.Version() }

// load opens the current generation, or builds one.
func (e *Engine) load(ctx context.Context) error {
	text, err := os.ReadFile(filepath.Join(e.dir, "CURRENT"))
	named := err == nil
	if named {
		var g *generation
		if g, err = openGeneration(e.dir, filepath.Base(strings.TrimSpace(string(text))), e.version(), e.log); err == nil {
			if err = errors.Join(sameLog(ctx, e.store, g.over.Checkpoint()), sameLog(ctx, e.store, g.pos)); err == nil {
				e.gen = g
				err = e.catchUp(ctx)
			}
			if err == nil {
				e.sweep()
				return nil
			}
			e.gen = nil
			err = errors.Join(err, g.discard())
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if named && !errors.Is(err, bleveindex.ErrVersion) && !errors.Is(err, overlay.ErrVersion) {
		e.damage = err // it says it is there, and is not
	}
	if !errors.Is(err, os.ErrNotExist) {
		e.log.Warn("the index cannot be used and is built anew", "error", err)
	}
	return e.Rebuild(ctx, e.logged())
}

// Damage says why the index found at opening could not be used and was built
// anew; nil when it was sound, missing or of another version.
func (e *Engine) Damage() error { return e.damage }

// logEvery is how often a rebuild at opening says how far it is.
const logEvery = 5 * time.Second

func (e *Engine) logged() func(done, total int) {
	last := time.Now()
	return func(done, total int) {
		if time.Since(last) < logEvery {
			return
		}
		last = time.Now()
		e.log.Info("building the index", "done", done, "total", total)
	}
}

var errOtherLog = errors.New("the index belongs to another state of the database")

// Close lets the follower finish its batch and closes the index.
func (e *Engine) Close() error {
	e.stop()
	<-e.done
	<-e.saved
	e.mu.Lock()
	defer e.mu.Unlock()
	if err := e.gen.store(); err != nil {
		e.log.Warn("the index was not written to disk; the next start reads the change log instead", "error", err)
	}
	return errors.Join(e.gen.discard(), e.lock.Close())
}

// retryAfter is how long the follower waits after a fault, gatherFor how long it
// gathers changes that nobody waits for: an import writes many short
// transactions, and few large batches cost the index a fraction of many small ones.
const (
	retryAfter = 2 * time.Second
	gatherFor  = 500 * time.Millisecond
)

func (e *Engine) follow(ctx context.Context) {
	defer close(e.done)
	seqs, cancel := e.store.Subscribe()
	defer cancel()
	for {
		if err := e.catchUp(ctx); err != nil && ctx.Err() == nil {
			e.log.Error("the index could not follow", "error", err)
			select {
			case <-ctx.Done():
				return
			case <-time.After(retryAfter):
				continue
			}
		}
		select {
		case <-ctx.Done():
			return
		case seq := <-seqs:
			e.gather(ctx, seq, seqs)
		}
	}
}

// saveEvery is how often the engine looks whether the overlay should be saved.
const saveEvery = 500 * time.Millisecond

// save keeps the overlay's files so near to the log that a start after a crash
// has little to read. It runs beside searches and writers.
func (e *Engine) save(ctx context.Context) {
	defer close(e.saved)
	tick := time.NewTicker(saveEvery)
	defer tick.Stop()
	seen, since := e.Checkpoint(), time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if seq := e.Checkpoint(); seq != seen {
			seen, since = seq, time.Now()
		}
		e.swap.Lock()
		if e.gen.over.Due(time.Since(since)) {
			if err := e.gen.over.Save(); err != nil {
				e.log.Error("the index could not be saved; a start after a crash takes longer", "error", err)
			}
		}
		e.swap.Unlock()
	}
}

// gather waits until a batch is full, somebody waits for it, or its time is up.
func (e *Engine) gather(ctx context.Context, newest int64, seqs <-chan int64) {
	up := time.NewTimer(gatherFor)
	defer up.Stop()
	for newest-e.Checkpoint() < batchSize {
		select {
		case newest = <-seqs:
		case <-e.hurry:
			return
		case <-up.C:
			return
		case <-ctx.Done():
			return
		}
	}
}

// catchUp applies batches until the index is level with the log. A batch that is
// not full was the last: what is committed after it announces itself.
func (e *Engine) catchUp(ctx context.Context) error {
	e.writing.Lock()
	defer e.writing.Unlock()
	for ctx.Err() == nil {
		e.mu.RLock()
		g := e.gen
		e.mu.RUnlock()
		n, seq, err := e.step(ctx, g)
		if err != nil {
			return err
		}
		e.reached(seq)
		if n < batchSize {
			return nil
		}
	}
	return ctx.Err()
}

// step applies one batch of changes; n is how many there were.
func (e *Engine) step(ctx context.Context, g *generation) (n int, seq int64, err error) {
	var docs []*search.Document
	var gone []string
	shared := false
	upto := g.pos
	err = e.store.View(ctx, func(tx catalog.Tx) error {
		changes, err := tx.Changes(g.pos.Seq, batchSize)
		if err != nil || len(changes) == 0 {
			return err
		}
		n = len(changes)
		last := changes[n-1]
		upto = overlay.Checkpoint{Seq: last.Seq, Entry: last.ID, Micros: last.At.UnixMicro()}
		shared = slices.ContainsFunc(changes, func(c catalog.Change) bool { return c.Type == catalog.TypeOrganization || c.Type == catalog.TypeGroup })
		docs, gone, err = e.collect(tx, changes)
		return err
	})
	if err != nil || n == 0 {
		return 0, g.pos.Seq, err
	}
	if shared {
		defer func() { e.groups.Store(upto.Seq) }() // seen before the change is
	}
	return n, upto.Seq, g.apply(ctx, docs, gone, upto, upto.Seq)
}

func (e *Engine) reached(seq int64) {
	e.seqMu.Lock()
	defer e.seqMu.Unlock()
	if seq != e.seq {
		e.seq = seq
		close(e.moved)
		e.moved = make(chan struct{})
	}
}

// Checkpoint is the number of the newest change that searches see.
func (e *Engine) Checkpoint() int64 {
	e.seqMu.Lock()
	defer e.seqMu.Unlock()
	return e.seq
}

// Level returns the newest change number when searches see all that the store
// has, and the newest one that touched an organization or group.
func (e *Engine) Level() (seq, groups int64, ok bool) {
	seq = e.Checkpoint()
	return seq, e.groups.Load(), seq == e.store.Newest()
}

// WaitFor returns when searches see a change, or with the end of ctx.
func (e *Engine) WaitFor(ctx context.Context, seq int64) error {
	for {
		e.seqMu.Lock()
		now, moved := e.seq, e.moved
		e.seqMu.Unlock()
		if now >= seq {
			return nil
		}
		select {
		case e.hurry <- struct{}{}:
		default:
		}
		select {
		case <-moved:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}
