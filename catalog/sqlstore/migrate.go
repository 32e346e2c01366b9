package sqlstore

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"trio.example/catalog"
)

//go:embed migrations/*.sql
var migrations embed.FS

// migrate applies the numbered files that the database has not seen, each in
// its own transaction together with the new number. There is no way back: an
// older program refuses instead of damaging what it does not know.
func migrate(ctx context.Context, db *sql.DB) error {
	names, err := fs.Glob(migrations, "migrations/*.sql") // sorted by name
	if err != nil {
		return fmt.Errorf("list migrations: %w", err)
	}
	var have int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		return fmt.Errorf("read schema version: %w", err)
	}
	known := 0
	if len(names) > 0 {
		if known, err = numberOf(names[len(names)-1]); err != nil {
			return err
		}
	}
	if have > known {
		return catalog.Errorf(catalog.KindUnavailable,
			"Die Datenbank hat den Stand %d, dieses Programm kennt nur Stand %d. Bitte eine neuere Programmversion verwenden; die Datenbank bleibt unverändert.", have, known)
	}
	for _, name := range names {
		if err := apply(ctx, db, name); err != nil { // passes over what is there already
			return fmt.Errorf("migration %s: %w", name, err)
		}
	}
	return nil
}

func numberOf(name string) (int, error) {
	n, err := strconv.Atoi(strings.TrimPrefix(name, "migrations/")[:4])
	if err != nil {
		return 0, fmt.Errorf("number of %s: %w", name, err)
	}
	return n, nil
}

func apply(ctx context.Context, db *sql.DB, name string) error {
	n, err := numberOf(name)
	if err != nil {
		return err
	}
	text, err := migrations.ReadFile(name)
	if err != nil {
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	var have int
	if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil || have >= n {
		return err // another process was faster
	}
	if _, err := tx.ExecContext(ctx, string(text)); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", n)); err != nil {
		return err
	}
	return tx.Commit()
}
