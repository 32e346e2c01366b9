package account

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/sqlstore"
)

// inStore runs fn in a transaction of its own at a time.
func inStore(t *testing.T) func(at time.Time, fn func(catalog.WriteTx) error) error {
	t.Helper()
	s, err := sqlstore.Open(context.Background(), filepath.Join(t.TempDir(), "trio.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return func(at time.Time, fn func(catalog.WriteTx) error) error {
		s.SetClock(func() time.Time { return at })
		_, err := s.Update(context.Background(), catalog.Anonymous, fn)
		return err
	}
}

func TestLimits_aDay(t *testing.T) {
	t.Parallel()
	run := inStore(t)
	start := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		limit    limit
		min, max int
	}{
		"account": {perAccount, 20, 100}, "address": {perAddress, 50, 150}, "letters": {perReader, 3, 12}, "asking": {perAsker, 10, 40},
	} {
		tried, now := 0, start
		for now.Before(start.Add(24 * time.Hour)) {
			err := run(now, func(tx catalog.WriteTx) error { return c.limit.take(tx, name) })
			var wait *WaitError
			switch {
			case errors.As(err, &wait):
				if wait.Wait() > c.limit.longest {
					t.Fatalf("%s: %s to wait", name, wait.Wait())
				}
				now = now.Add(wait.Wait())
			case err != nil:
				t.Fatal(err)
			default:
				tried++
			}
		}
		if tried < c.min || tried > c.max {
			t.Errorf("%s: %d a day", name, tried)
		}
	}
}

func TestLimits_forgetAndGive(t *testing.T) {
	t.Parallel()
	run := inStore(t)
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	l := limit{free: 2, first: time.Minute, longest: time.Hour, forgotten: 2 * time.Hour}
	take := func() error { return run(now, func(tx catalog.WriteTx) error { return l.take(tx, "k") }) }
	for _, want := range []bool{true, true, false, false} {
		if err := take(); (err == nil) != want {
			t.Fatal(err)
		}
	}
	now = now.Add(time.Minute)
	if take() != nil || take() == nil {
		t.Error("one more after the wait, no second")
	}
	if err := run(now, func(tx catalog.WriteTx) error { return give(tx, "k") }); err != nil || take() != nil {
		t.Errorf("a right guess is not given back: %v", err)
	}
	now = now.Add(3 * time.Hour)
	for _, want := range []bool{true, true, false} {
		if err := take(); (err == nil) != want {
			t.Errorf("after a long time: %v", err)
		}
	}
	if err := run(now, func(tx catalog.WriteTx) error { return errors.Join(forget(tx, "k"), give(tx, "unknown")) }); err != nil || take() != nil {
		t.Errorf("forgotten: %v", err)
	}
	if err := run(now.AddDate(0, 0, 2), func(tx catalog.WriteTx) error {
		if err := tx.DeleteStale(); err != nil {
			return err
		}
		if _, err := tx.Guess(catalog.HashToken("k")); catalog.KindOf(err) != catalog.KindNotFound {
			t.Errorf("kept for ever: %v", err)
		}
		return nil
	}); err != nil {
		t.Error(err)
	}
}

func TestOpen_boundsSessions(t *testing.T) {
	t.Parallel()
	run := inStore(t)
	now := time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)
	u := &catalog.User{ID: catalog.NewID(), Name: "kim", State: catalog.StateActive, Created: now}
	if err := run(now, func(tx catalog.WriteTx) error { return tx.PutUser(u) }); err != nil {
		t.Fatal(err)
	}
	last := ""
	for i := range maxSessions + 10 {
		if err := run(now.Add(time.Duration(i)*time.Second), func(tx catalog.WriteTx) (err error) {
			last, err = open(tx, u, "\x00Firefox\n"+string(make([]byte, 500)), true)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	if err := run(now, func(tx catalog.WriteTx) error {
		list, err := tx.Sessions(u.ID)
		if len(list) != maxSessions || list[0].Hash != catalog.HashToken(last) || list[0].Agent != "Firefox" {
			t.Errorf("%d sessions, newest %+v", len(list), list[0])
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
