package account

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"trio.example/catalog"
)

// limit bounds guessing under one key: so many are free, then each costs a wait
// that doubles. Forgotten is how long after the last one all is as before.
type limit struct {
	free      int
	first     time.Duration
	longest   time.Duration
	forgotten time.Duration
}

// With these a name or e-mail address stands fewer than a hundred guesses a day.
// An address of the network may have more: an office sits behind one.
var (
	perAccount = limit{free: 5, first: 30 * time.Second, longest: 20 * time.Minute, forgotten: 24 * time.Hour}
	perAddress = limit{free: 30, first: 30 * time.Second, longest: 15 * time.Minute, forgotten: time.Hour}
	// Wishes for letters: their readers would be the ones to suffer.
	perAsker    = limit{free: 10, first: 10 * time.Minute, longest: time.Hour, forgotten: time.Hour}
	perReader   = limit{free: 3, first: 20 * time.Minute, longest: 6 * time.Hour, forgotten: 24 * time.Hour}
	perInviting = limit{free: 100, first: time.Minute, longest: time.Hour, forgotten: 24 * time.Hour}
)

// WaitError says that too much was tried and when it may go on.
type WaitError struct {
	Until time.Time
	wait  time.Duration
}

func (w *WaitError) Error() string {
	return fmt.Sprintf("Zu viele Versuche. Bitte in %s noch einmal versuchen.", germanWait(w.wait))
}

// Unwrap gives the error its kind.
func (w *WaitError) Unwrap() error { return catalog.Errorf(catalog.KindLimited, "%s", w.Error()) }

// Wait is how long to wait, in whole seconds.
func (w *WaitError) Wait() time.Duration { return max(time.Second, w.wait.Round(time.Second)) }

func germanWait(d time.Duration) string {
	if d > 90*time.Second {
		return fmt.Sprintf("%d Minuten", int((d+time.Minute-1)/time.Minute))
	}
	return fmt.Sprintf("%d Sekunden", max(1, int((d+time.Second-1)/time.Second)))
}

// take counts a guess before it is looked at, so that many at the same time
// are not one. Nothing is counted while waiting.
func (l limit) take(tx catalog.WriteTx, key string) error {
	g, err := l.look(tx, key)
	if err != nil {
		return err
	}
	g.Fails++
	g.Last = tx.Now()
	g.Until = tx.Now()
	if over := g.Fails - l.free; over >= 0 {
		wait := l.longest
		if over < 16 {
			wait = min(l.longest, l.first<<over)
		}
		g.Until = tx.Now().Add(wait)
	}
	return tx.PutGuess(g)
}

// look refuses while waiting.
func (l limit) look(tx catalog.WriteTx, key string) (*catalog.Guess, error) {
	key = catalog.HashToken(key)
	g, err := tx.Guess(key)
	if err != nil {
		if catalog.KindOf(err) != catalog.KindNotFound {
			return nil, err
		}
		return &catalog.Guess{Key: key}, nil
	}
	now := tx.Now()
	if now.Before(g.Until) {
		return nil, &WaitError{Until: g.Until, wait: g.Until.Sub(now)}
	}
	if now.Sub(g.Last) > l.forgotten {
		return &catalog.Guess{Key: key}, nil
	}
	return g, nil
}

// give takes a guess back that was right.
func give(tx catalog.WriteTx, key string) error {
	g, err := tx.Guess(catalog.HashToken(key))
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return nil
		}
		return err
	}
	g.Fails, g.Until = max(0, g.Fails-1), tx.Now()
	return tx.PutGuess(g)
}

func forget(tx catalog.WriteTx, keys ...string) error {
	var errs []error
	for _, k := range keys {
		errs = append(errs, tx.DeleteGuess(catalog.HashToken(k)))
	}
	return errors.Join(errs...)
}

// addressKey counts the networks that one customer gets as one address.
func addressKey(what, address string) string {
	ip, err := netip.ParseAddr(strings.TrimSpace(address))
	if err != nil {
		return what + ":unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is6() {
		if p, err := ip.Prefix(64); err == nil {
			return what + ":" + p.String()
		}
	}
	return what + ":" + ip.String()
}
