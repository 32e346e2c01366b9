package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"

	"trio.example/catalog"
)

// tx is one transaction; reading and writing share it.
type tx struct {
	ctx   context.Context
	sql   *sql.Tx
	now   time.Time
	actor string
	stmts map[string]*sql.Stmt      // nil for a statement that ran once
	orgs  map[string]*catalog.Entry // organizations and groups already read, by id and by name

	sealer Sealer
}

// View implements catalog.Store.
func (s *Store) View(ctx context.Context, fn func(catalog.Tx) error) error {
	t, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return fmt.Errorf("begin read: %w", err)
	}
	defer t.Rollback() //nolint:errcheck // a read has nothing to undo
	return fn(&tx{ctx: ctx, sql: t, now: s.now(), sealer: s.sealer})
}

// Now implements catalog.Tx.
func (t *tx) Now() time.Time { return t.now }

func (t *tx) exec(query string, args ...any) (sql.Result, error) {
	if s := t.prepared(query); s != nil { //nolint:sqlclosecheck // closed with its transaction
		r, err := s.ExecContext(t.ctx, args...)
		return r, classify(err)
	}
	r, err := t.sql.ExecContext(t.ctx, query, args...)
	return r, classify(err)
}

func (t *tx) row(query string, args ...any) *sql.Row {
	if s := t.prepared(query); s != nil { //nolint:sqlclosecheck // closed with its transaction
		return s.QueryRowContext(t.ctx, args...)
	}
	return t.sql.QueryRowContext(t.ctx, query, args...)
}

// rows is for lists. Their statements are not shared: while one list is read, its
// reader may ask for another one by the same query.
func (t *tx) rows(query string, args ...any) (*sql.Rows, error) {
	return t.sql.QueryContext(t.ctx, query, args...)
}

// one is for a single row, which the caller reads before it asks anything else.
func (t *tx) one(query string, args ...any) (*sql.Rows, error) {
	if s := t.prepared(query); s != nil { //nolint:sqlclosecheck // closed with its transaction
		return s.QueryContext(t.ctx, args...)
	}
	return t.sql.QueryContext(t.ctx, query, args...)
}

// maxStmts bounds the statements kept: a filter's list makes one for each length.
const maxStmts = 64

// prepared returns a statement that the transaction runs for the second time or
// more, nil otherwise: an import runs the same few thousands of times. They end
// with the transaction.
func (t *tx) prepared(query string) *sql.Stmt {
	s, again := t.stmts[query]
	if s != nil || len(t.stmts) >= maxStmts {
		return s
	}
	if again {
		s, _ = t.sql.PrepareContext(t.ctx, query) // what is wrong with it shows when it runs
	}
	if t.stmts == nil {
		t.stmts = map[string]*sql.Stmt{}
	}
	t.stmts[query] = s
	return s
}

// classify turns SQLite's error codes into kinds the caller can act on.
func classify(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case e.ExtendedCode == sqlite3.ErrConstraintUnique || e.ExtendedCode == sqlite3.ErrConstraintPrimaryKey:
		return &catalog.Error{Kind: catalog.KindConflict, Message: "already exists", Err: err}
	case e.Code == sqlite3.ErrFull || e.Code == sqlite3.ErrIoErr:
		return &catalog.Error{Kind: catalog.KindUnavailable, Message: "Der Speicher ist voll oder nicht beschreibbar; es wurde nichts geändert.", Err: err}
	case e.Code == sqlite3.ErrBusy || e.Code == sqlite3.ErrLocked:
		return &catalog.Error{Kind: catalog.KindUnavailable, Message: "Die Datenbank ist gerade belegt; bitte noch einmal versuchen.", Err: err}
	default:
		return err
	}
}

func notFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return catalog.Errorf(catalog.KindNotFound, "%s not found", what)
	}
	return err
}

func micros(t time.Time) int64 { return t.UnixMicro() }

func fromMicros(us int64) time.Time { return time.UnixMicro(us).UTC() }

// optMicros stores a zero time as NULL.
func optMicros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

func fromOpt(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return fromMicros(us.Int64)
}
