package catalog

import "time"

// Session is a browser somebody signed in with; only the hash of its key is stored.
type Session struct {
	ID, Hash, UserID string
	// Stamp belongs to the password the session was opened with.
	Stamp string
	// Complete is false while the second factor is still missing.
	Complete bool
	// Agent is how the browser called itself.
	Agent                      string
	Created, LastUsed, Expires time.Time
}

// Ticket is a key sent by mail that opens one page once; only its hash is stored.
type Ticket struct {
	Hash, Kind, UserID string
	Created, Expires   time.Time
}

// FactorKind names a kind of second factor.
type FactorKind string

// The kinds of second factor.
const (
	FactorTOTP     FactorKind = "totp"     // secret: key of the app, base32
	FactorRecovery FactorKind = "recovery" // secret: hash of a code
	FactorPasskey  FactorKind = "passkey"  // secret: the public credential, JSON
)

// Factor is something beside the password that proves who signs in.
type Factor struct {
	ID, UserID string
	Kind       FactorKind
	Name       string
	Secret     string
	// Step is the time step of the last one-time code that was taken.
	Step int64
	// Confirmed is false until the first code was entered.
	Confirmed         bool
	Created, LastUsed time.Time
}

// Guess counts wrong guesses under a key; until then no further one is taken.
type Guess struct {
	Key         string
	Fails       int
	Last, Until time.Time
}

// ResetRequest is somebody's wish for a new password.
type ResetRequest struct {
	ID, Login, Lang string
	At              time.Time
}

// CredentialTx reads what signing in needs.
type CredentialTx interface {
	// UsersByEmail finds the accounts with an address, in any case of letters.
	UsersByEmail(email string) ([]*User, error)
	SessionByHash(hash string) (*Session, error)
	Sessions(userID string) ([]*Session, error)
	Ticket(hash string) (*Ticket, error)
	Factors(userID string, kind FactorKind) ([]*Factor, error)
	Guess(key string) (*Guess, error)
	// ResetRequests lists the oldest first.
	ResetRequests(limit int) ([]*ResetRequest, error)
}

// CredentialWriteTx writes it.
type CredentialWriteTx interface {
	PutSession(s *Session) error
	// DeleteSession removes one of a user's sessions, DeleteSessions all but one
	// ("" for none); they return how many there were.
	DeleteSession(userID, id string) (int, error)
	DeleteSessions(userID, except string) (int, error)
	PutTicket(t *Ticket) error
	// DeleteTickets removes a user's tickets of a kind, of all kinds for "".
	DeleteTickets(userID, kind string) error
	PutFactor(f *Factor) error
	DeleteFactor(id string) error
	PutGuess(g *Guess) error
	DeleteGuess(key string) error
	PutResetRequest(r *ResetRequest) error
	DeleteResetRequest(id string) error
	// DeleteStale removes what has run out: sessions and tickets by their end,
	// guesses older than a day.
	DeleteStale() error
}
