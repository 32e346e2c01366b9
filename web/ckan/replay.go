package ckan

import (
	"context"
	"crypto/aes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"trio.example/catalog"
)

// A client that lost the answer to a write sends it again under the same
// Idempotency-Key and gets the first answer instead of a second write. The key
// is noted before the action runs and the answer after it: after a crash in
// between the outcome is unknown, and the client is told so instead of being
// served twice.

const (
	// keepAnswers is how long an answer is kept, maxAnswers how many an account
	// may keep; then the oldest go.
	keepAnswers = 24 * time.Hour
	maxAnswers  = 200
	// maxAnswer bounds a kept answer, in bytes; of a longer one only the status stays.
	maxAnswer = 256 << 10
)

var replayKey = regexp.MustCompile(`^[\x21-\x7E]{1,255}$`)

// reply is an answer as it goes out.
type reply struct {
	status int
	body   []byte
	lent   bool // the bytes are used again when the answer is sent
	plain  bool // the address is known to ask for no callback
}

// replayed runs an action under a key, or gives the answer it gave before.
func (s *Service) replayed(ctx context.Context, c *Call, action, key string, run func() (reply, error)) (reply, error) {
	if !replayKey.MatchString(key) {
		return reply{}, badRequest("Idempotency-Key must be 1 to 255 printable ASCII characters without blanks")
	}
	request, err := s.fingerprint(action, c.Args)
	if err != nil {
		return reply{}, err
	}
	old, err := s.claim(ctx, c.Actor, key, request)
	if err != nil {
		return reply{}, err
	}
	if old != nil {
		return again(old, request)
	}
	out, err := run()
	if err != nil {
		return out, err
	}
	_, err = s.reg.Store().Update(context.WithoutCancel(ctx), c.Actor, func(tx catalog.WriteTx) error {
		place := catalog.RecordFilter{Kind: catalog.RecordAnswer, Parent: c.Actor.UserID, Key: key}
		if out.status >= http.StatusInternalServerError || out.status == http.StatusTooManyRequests {
			_, err := tx.DeleteRecords(place) // nothing was done; the client may try again
			return err
		}
		records, err := tx.Records(place)
		if err != nil || len(records) == 0 {
			return err
		}
		r := records[0]
		r.Fields.Set("status", int64(out.status))
		if len(out.body) <= maxAnswer && !c.secret {
			r.Fields.Set("body", string(out.body))
		}
		return tx.PutRecord(r)
	})
	return out, err
}

// fingerprint tells one request from another. It is encrypted, because from the bare
// hash of a request that sets a password that is soon found.
func (s *Service) fingerprint(action string, args Args) (string, error) {
	text, err := encode(map[string]any(args))
	if err != nil {
		return "", fmt.Errorf("fingerprint of a request: %w", err)
	}
	sum := sha256.Sum256(append([]byte(action+"\x00"), text...))
	for half := sum[:]; len(half) > 0; half = half[aes.BlockSize:] {
		s.cfg.Key.Encrypt(half, half)
	}
	return hex.EncodeToString(sum[:]), nil
}

// claim notes the key; it returns the record that is there already. Records past
// their time or number go.
func (s *Service) claim(ctx context.Context, by catalog.Actor, key, request string) (*catalog.Record, error) {
	var old *catalog.Record
	_, err := s.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		records, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordAnswer, Parent: by.UserID})
		if err != nil {
			return err
		}
		for i, r := range records {
			if tx.Now().Sub(r.Created) > keepAnswers || len(records)-i >= maxAnswers {
				if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordAnswer, ID: r.ID}); err != nil {
					return err
				}
			} else if r.Key == key {
				old = r
			}
		}
		if old != nil {
			return nil
		}
		return tx.PutRecord(&catalog.Record{Kind: catalog.RecordAnswer, Parent: by.UserID, Key: key, Fields: catalog.Fields{"request": request}})
	})
	return old, err
}

func again(old *catalog.Record, request string) (reply, error) {
	if old.Fields.String("request") != request {
		return reply{}, withMessage(http.StatusUnprocessableEntity, "Idempotency Error", "This Idempotency-Key was used for another request. Use a new key for a new request.")
	}
	status, done := old.Fields.Int("status")
	if !done {
		return reply{}, withMessage(http.StatusConflict, "Idempotency Error",
			"The first request with this Idempotency-Key is still running or was cut off. See whether its change is there before you send it again with a new key.")
	}
	body := old.Fields.String("body")
	if body == "" {
		return reply{}, withMessage(http.StatusConflict, "Idempotency Error", fmt.Sprintf("The first request was answered with status %d; its answer is not kept, because it was too long or holds a secret.", status))
	}
	return reply{status: int(status), body: []byte(body)}, nil
}
