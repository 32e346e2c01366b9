package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Compact implements catalog.Store: it writes the file anew, so that nothing stays
// in it that was replaced or deleted at any time. Writers wait meanwhile.
func (s *Store) Compact(ctx context.Context) (err error) {
	ours, err := s.gate.enter(ctx, true) // behind the open group of others
	if ours {
		defer s.gate.leave()
	}
	if err != nil {
		return fmt.Errorf("wait for the writer's place: %w", err)
	}
	inner := context.WithoutCancel(ctx) // half of it would be for nothing
	conn, err := s.write.Conn(inner)
	if err != nil {
		return fmt.Errorf("compact: %w", classify(err))
	}
	defer func() { err = errors.Join(err, conn.Close()) }()
	// The copy is as large as the database: it lies in a file while it is made.
	for _, query := range []string{"PRAGMA temp_store = file", "VACUUM", "PRAGMA temp_store = memory"} {
		if _, err := conn.ExecContext(inner, query); err != nil {
			_, reset := conn.ExecContext(inner, "PRAGMA temp_store = memory")
			return fmt.Errorf("compact: %w", errors.Join(classify(err), reset))
		}
	}
	return truncate(inner, conn)
}

// truncate empties the write-ahead log. Where readers still need it, it is emptied later.
func truncate(ctx context.Context, conn *sql.Conn) error {
	var busy, pages, moved int
	if err := conn.QueryRowContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)").Scan(&busy, &pages, &moved); err != nil {
		return fmt.Errorf("compact: %w", classify(err))
	}
	return nil
}
