package catalog

import (
	"context"
	"iter"
	"time"
)

// Store keeps entries, their history, accounts and the change log. It holds no
// rules: the Registry checks before it writes.
type Store interface {
	// View runs fn on one consistent snapshot.
	View(ctx context.Context, fn func(Tx) error) error
	// Update runs fn as the only writer; all it did is durable when Update
	// returns nil, and nothing of it exists otherwise. Writers with by.Bulk let
	// interactive ones pass. It returns the newest change number after fn.
	Update(ctx context.Context, by Actor, fn func(WriteTx) error) (seq int64, err error)
	// Subscribe delivers the newest change number after commits, coalesced. It
	// is a hint only: the truth is the change log. cancel ends it.
	Subscribe() (seqs <-chan int64, cancel func())
	// Newest is the newest change number known to be committed: every Update of
	// this program that has returned is in it, those of others a moment later.
	Newest() int64
	// Compact lets nothing stay in the file that was replaced or deleted. It takes
	// as long as reading and writing all of it, and writers wait meanwhile.
	Compact(ctx context.Context) error
	Close() error
}

// Tx reads. Entries returned are the caller's own copies. An absent thing is an
// *Error of KindNotFound.
type Tx interface {
	// Now is one moment for the whole transaction, UTC in microseconds.
	Now() time.Time
	Entry(id string) (*Entry, error)
	EntryByName(namespace, name string) (*Entry, error)
	// NameTaken reports whether EntryByName would find an entry, at a fraction of its cost.
	NameTaken(namespace, name string) (bool, error)
	EntryByOrigin(source, key string) (*Entry, error)
	// EntryByPart finds the dataset a distribution belongs to.
	EntryByPart(partID string) (*Entry, error)
	Entries(f EntryFilter) iter.Seq2[*Entry, error]
	// EntryIDs lists ids in the order of Entries.
	EntryIDs(f EntryFilter) ([]string, error)
	CountEntries(f EntryFilter) (int, error)
	// Names lists names in alphabetical order.
	Names(f EntryFilter) ([]string, error)
	// PublicHeads walks the names of what everybody may see, in order of creation, and
	// PublicTotals counts it: without reading a single dataset.
	PublicHeads() iter.Seq2[Head, error]
	PublicTotals() (Totals, error)
	Revisions(id string, before int64, limit int) ([]Revision, error)
	Changes(after int64, limit int) ([]Change, error)
	LastChange() (Change, error)
	// PublicChanges and LastPublicChange read what everybody may know of the
	// log: gapless numbers of their own; Op is create when an entry becomes
	// public and delete when it stops being so. Actor and Rev stay empty.
	PublicChanges(after int64, limit int) ([]Change, error)
	LastPublicChange() (Change, error)
	// Withdrawn is the number of the newest change that took a dataset out of the
	// public (made private or a draft again, purged) or something out of its former
	// states, 0 for none: copies of the public catalogue from before it hold what
	// is not public. One that was deleted in the usual way is no secret.
	Withdrawn() (int64, error)
	// History lists changes newest first.
	History(f HistoryFilter) ([]Change, error)

	User(idOrName string) (*User, error)
	Users() ([]*User, error)
	Token(hash string) (*Token, error)
	TokenByID(id string) (*Token, error)
	Tokens(userID string) ([]*Token, error)
	Memberships(orgID, userID string) ([]Membership, error)

	Records(f RecordFilter) ([]*Record, error)
	// NamesContent reports whether an import, a record or any state of an entry,
	// former ones included, names a stored file.
	NamesContent(sum string) (bool, error)
	// Contents lists all stored files that are named.
	Contents() (map[string]bool, error)

	Import(sha256, source string) (*ImportRecord, error)
	Imports(limit int) ([]*ImportRecord, error)

	QualityTx
	RoundTx
	TemplateTx
	HarvestTx
	MailTx
	CredentialTx
}

// WriteTx also writes. Every PutEntry appends a revision and a change in the
// same transaction.
type WriteTx interface {
	Tx
	// PutEntry stores e as revision e.Rev+1 and updates e.Rev. It fails with
	// KindConflict when e.Rev is not the stored revision or the name is taken.
	PutEntry(e *Entry, op Op) error
	// PurgeEntry removes an entry with its history and the records that hang on it;
	// a change of Op purge stays.
	PurgeEntry(id string) error

	PutUser(u *User) error
	PutToken(t *Token) error
	TouchToken(id string) error
	PutMembership(m Membership) error
	DeleteMembership(orgID, userID string) error
	PutImport(r *ImportRecord) error
	// AmendImport changes the report of an import and when its file was removed.
	AmendImport(r *ImportRecord) error
	// EraseIn takes something out of an entry and of all its revisions for good,
	// without a change in the log; change reports whether it took out anything.
	EraseIn(id string, change func(*Entry) bool) (int, error)

	PutRecord(r *Record) error
	// DeleteRecords returns how many there were.
	DeleteRecords(f RecordFilter) (int, error)
	QualityWriteTx
	RoundWriteTx
	TemplateWriteTx
	HarvestWriteTx
	MailWriteTx
	CredentialWriteTx
	// DeleteUser removes an account with its tokens and memberships for good.
	DeleteUser(id string) error
}

// Head is the least that there is to say of a dataset.
type Head struct {
	Name     string
	Modified time.Time
}

// Totals are the numbers of public datasets and of their distributions, and when the
// last of them changed, zero when there is none.
type Totals struct {
	Datasets, Parts int
	Modified        time.Time
}

// EntryFilter selects entries; an empty field does not filter. The order is
// that of creation (created, id), which no edit can shift.
type EntryFilter struct {
	Types  []Type
	Owner  string
	Source string // Origin.Source
	States []State
	Access Access
	// ModifiedSince selects entries changed at or after that time.
	ModifiedSince time.Time
	IDs           []string
	// Owners selects entries of any of these organizations.
	Owners []string
	// After selects entries behind a place in the order of creation.
	After         Place
	Offset, Limit int
}

// Place is where an entry stands in the order of creation; it stays there for
// good, whatever comes before it or goes.
type Place struct {
	Created time.Time
	ID      string
}

// HistoryFilter selects changes; an empty field does not filter.
type HistoryFilter struct {
	Entries []string // entry ids
	Actors  []string // user ids
	Types   []Type
	// After and Before are exclusive.
	After, Before time.Time
	Limit         int
	Oldest        bool // begin with the oldest
}

// Op says what a change did.
type Op string

// The operations of the change log.
const (
	OpCreate Op = "create"
	OpUpdate Op = "update"
	OpDelete Op = "delete"
	OpPurge  Op = "purge"
)

// Change is one line of the gapless change log. Seq starts at 1.
type Change struct {
	Seq   int64     `json:"seq"`
	At    time.Time `json:"at"`
	Actor string    `json:"actor"` // user id
	Op    Op        `json:"op"`
	Type  Type      `json:"type"`
	ID    string    `json:"id"`
	Rev   int64     `json:"rev"`
}

// Revision is one stored state of an entry.
type Revision struct {
	Change Change `json:"change"`
	Entry  *Entry `json:"entry"`
}

// User is an account.
type User struct {
	ID, Name, FullName, Email string
	About, ImageURL           string
	// Password is an argon2id hash, empty for accounts without one.
	Password string
	Sysadmin bool
	State    State
	Created  time.Time
	// LastActive is zero until the user did something.
	LastActive time.Time
	// PluginExtras are values that system administrators keep with an account.
	PluginExtras Fields
}

// Token is an API token; only its hash is stored.
type Token struct {
	ID, Hash, Name, UserID string
	Created                time.Time
	// Expires and LastUsed are zero when not set.
	Expires, LastUsed time.Time
	Revoked           bool
}

// Membership gives a user a role in an organization or group.
type Membership struct {
	OrgID, UserID string
	Role          Role
}

// ImportRecord remembers an imported file by content, so that the same file
// again changes nothing. Report is the JSON the import printed.
type ImportRecord struct {
	SHA256, Source, FileName string
	Size                     int64
	At                       time.Time
	Actor                    string
	Report                   []byte
	// Done is false while the import is still being written in batches.
	Done bool
	// Removed is when the file itself was removed, zero while it is kept.
	Removed time.Time
}
