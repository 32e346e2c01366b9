// Package sqlstore keeps the registry in one SQLite file. One connection
// writes, several read beside it; every pragma stands in the connection's own
// set-up, so that no pooled connection runs without it.
package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net/url"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattn/go-sqlite3"

	"trio.example/catalog"
)

// Store is a catalog.Store on SQLite.
type Store struct {
	write, read *sql.DB
	gate        *gate
	open        *group // only for who has the gate
	now         func() time.Time
	sealer      Sealer // nil for none

	newest atomic.Int64

	mu     sync.Mutex
	subs   map[chan int64]struct{}
	closed chan struct{}
	once   sync.Once
	poll   sync.WaitGroup
}

var _ catalog.Store = (*Store)(nil)

// pageSize suits rows of a few kilobytes. A small write touches a dozen pages, most
// of them to add one key to an index: larger ones are dearer to write than they save
// in bulk. It has to be set before the file's first switch to WAL and is silently
// ignored afterwards.
const pageSize = 8192

// pollEvery is how often the store looks for commits of other processes, such
// as an import on the command line while the server runs.
const pollEvery = 500 * time.Millisecond

// connector opens connections with pragmas that have no key in the driver's DSN.
type connector struct {
	dsn string
	drv *sqlite3.SQLiteDriver
}

func (c connector) Connect(context.Context) (driver.Conn, error) { return c.drv.Open(c.dsn) }
func (c connector) Driver() driver.Driver                        { return c.drv }

func connect(path string, params url.Values, pragmas ...string) *sql.DB {
	drv := &sqlite3.SQLiteDriver{ConnectHook: func(conn *sqlite3.SQLiteConn) error {
		if err := register(conn); err != nil {
			return err
		}
		for _, p := range pragmas {
			if _, err := conn.Exec(p, nil); err != nil {
				return fmt.Errorf("%s: %w", p, err)
			}
		}
		return nil
	}}
	u := url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: params.Encode()}
	return sql.OpenDB(connector{dsn: u.String(), drv: drv})
}

// Open opens the database file, creates it when it is missing and brings its
// schema up to date. A file of a newer program is refused and left untouched.
func Open(ctx context.Context, path string) (*Store, error) {
	if err := create(ctx, path); err != nil {
		return nil, err
	}
	common := url.Values{
		"_journal_mode": {"WAL"}, "_busy_timeout": {"10000"}, "_foreign_keys": {"1"},
		// Small reads spend a third of their time preparing the same statements.
		"_stmt_cache_size": {"64"},
		// FULL: an acknowledged write survives a power cut, not only a crash.
		"_synchronous": {"FULL"},
	}
	// The writer's cache holds a large transaction; the many readers' hold the
	// upper pages of the trees, the system's cache has the rest.
	w := url.Values{"_txlock": {"immediate"}, "_cache_size": {"-16384"}}
	r := url.Values{"_txlock": {"deferred"}, "_query_only": {"1"}, "_cache_size": {"-4096"}}
	for k, v := range common {
		w[k], r[k] = v, v
	}
	// The write-ahead log is cut back after a checkpoint, lest one import leave it large for good.
	wal := "PRAGMA journal_size_limit = 67108864"
	s := &Store{
		write:  connect(path, w, wal, "PRAGMA temp_store = memory"),
		read:   connect(path, r),
		gate:   newGate(),
		now:    func() time.Time { return time.Now().UTC().Truncate(time.Microsecond) },
		subs:   map[chan int64]struct{}{},
		closed: make(chan struct{}),
	}
	s.write.SetMaxOpenConns(1)
	s.read.SetMaxOpenConns(max(4, 2*runtime.NumCPU()))
	s.read.SetMaxIdleConns(max(4, 2*runtime.NumCPU()))
	if err := migrate(ctx, s.write); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), s.write.Close(), s.read.Close())
	}
	var seq int64
	if err := s.read.QueryRowContext(ctx, "SELECT coalesce(max(seq), 0) FROM change").Scan(&seq); err != nil {
		return nil, errors.Join(fmt.Errorf("open database %s: %w", path, err), s.write.Close(), s.read.Close())
	}
	s.newest.Store(seq)
	s.poll.Add(1)
	go s.watchOthers()
	return s, nil
}

// create makes an empty file with the right page size; an existing file is
// only looked at.
func create(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil || !errors.Is(err, os.ErrNotExist) {
		return err
	}
	// For its owner alone, whoever made the folder; SQLite gives the files beside it
	// the same mode.
	file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", path, err)
	}
	db := connect(path, url.Values{}, fmt.Sprintf("PRAGMA page_size = %d", pageSize))
	_, err = db.ExecContext(ctx, "PRAGMA application_id = 1414678863") // "TRIO"
	if err = errors.Join(err, db.Close()); err != nil {
		return fmt.Errorf("create database %s: %w", path, err)
	}
	return nil
}

// SetClock replaces the clock, for tests.
func (s *Store) SetClock(now func() time.Time) { s.now = now }

// Close ends all subscriptions and closes the file; the write-ahead log is
// folded into it.
func (s *Store) Close() error {
	var err error
	s.once.Do(func() {
		close(s.closed)
		s.poll.Wait()
		_, ckErr := s.write.Exec("PRAGMA wal_checkpoint(TRUNCATE)")
		err = errors.Join(ckErr, s.read.Close(), s.write.Close())
	})
	return err
}

// Subscribe implements catalog.Store.
func (s *Store) Subscribe() (<-chan int64, func()) {
	ch := make(chan int64, 1)
	s.mu.Lock()
	s.subs[ch] = struct{}{}
	s.mu.Unlock()
	return ch, func() {
		s.mu.Lock()
		delete(s.subs, ch)
		s.mu.Unlock()
	}
}

// Newest implements catalog.Store.
func (s *Store) Newest() int64 { return s.newest.Load() }

// publish hands the newest number to every subscriber; an unread older number
// is replaced, nobody blocks.
func (s *Store) publish(seq int64) {
	for old := s.newest.Load(); seq > old && !s.newest.CompareAndSwap(old, seq); old = s.newest.Load() {
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for ch := range s.subs {
		select {
		case <-ch:
		default:
		}
		ch <- seq
	}
}

// watchOthers notices commits made by other processes on the same file.
func (s *Store) watchOthers() {
	defer s.poll.Done()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var last int64
	for {
		select {
		case <-s.closed:
			return
		case <-tick.C:
		}
		var seq int64
		if err := s.read.QueryRow("SELECT coalesce(max(seq), 0) FROM change").Scan(&seq); err != nil || seq == last {
			continue // a failed look is repeated at the next tick
		}
		last = seq
		s.publish(seq)
	}
}
