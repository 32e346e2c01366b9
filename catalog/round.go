package catalog

import (
	"encoding/json"
	"time"
)

// Round is one survey of a city's offices (Erhebungsrunde). It keeps the
// template it was opened with: a newer one never changes a running round.
type Round struct {
	ID   string `json:"id"`
	Name string `json:"name"` // unique, in the form of all names
	// City is the name of the city's organization, Org its id.
	City  string `json:"city"`
	Org   string `json:"org"`
	Title string `json:"title"`
	// Template is the reference of the template, id@version.
	Template string    `json:"template"`
	Deadline time.Time `json:"deadline,omitzero"`
	State    string    `json:"state"`
	// Contact is the mailbox offices may write to.
	Contact string `json:"contact,omitempty"`
	// Reviewers are the accounts that answer special checks, by queue.
	Reviewers map[string][]string `json:"reviewers,omitempty"`
	// Remind says that offices are reminded by themselves, RemindedFor which
	// moments of that are over.
	Remind      bool        `json:"remind,omitempty"`
	RemindedFor []time.Time `json:"reminded_for,omitempty"`
	Creator     string      `json:"creator"`
	Created     time.Time   `json:"created"`
	Closed      time.Time   `json:"closed,omitzero"`
}

// The states of a round.
const (
	RoundOpen   = "open"
	RoundClosed = "closed"
)

// RoundOffice is one office of a round.
type RoundOffice struct {
	ID    string `json:"id"`
	Round string `json:"round"`
	Name  string `json:"name"`
	// Parent is the name of what the office belongs to, a department or another
	// office of the round; Department is what stands at the head of the line.
	Parent     string `json:"parent,omitempty"`
	Department string `json:"department,omitempty"`
	Email      string `json:"email,omitempty"`
	// Lang is the language of its letters, German for "".
	Lang  string `json:"lang,omitempty"`
	State string `json:"state"`
	// Reason says why there is nothing to describe (Fehlanzeige).
	Reason string `json:"reason,omitempty"`
	// Opened is the first visit, Changed the last answer.
	Opened    time.Time `json:"opened,omitzero"`
	Changed   time.Time `json:"changed,omitzero"`
	Reminded  time.Time `json:"reminded,omitzero"`
	Reminders int       `json:"reminders,omitempty"`
	// Told is the last letter about a question.
	Told time.Time `json:"told,omitzero"`
}

// The states of an office.
const (
	OfficeListed    = "listed" // on the list, no link yet
	OfficeInvited   = "invited"
	OfficeOpened    = "opened"
	OfficeDraft     = "draft"
	OfficeSubmitted = "submitted"
	OfficeReturned  = "returned"
	OfficeApproved  = "approved"
	OfficeNone      = "none" // Fehlanzeige
)

// OfficeStates lists the states in the order of the way.
func OfficeStates() []string {
	return []string{OfficeListed, OfficeInvited, OfficeOpened, OfficeDraft, OfficeReturned, OfficeSubmitted, OfficeApproved, OfficeNone}
}

// RoundLink lets whoever holds its token answer for an office, without an
// account. The token is kept nowhere; Hash is its SHA-256.
type RoundLink struct {
	ID     string `json:"id"`
	Hash   string `json:"-"`
	Office string `json:"office"`
	// Label says for whom a delegated link was made.
	Label string `json:"label,omitempty"`
	// Holding and Sections narrow a delegated link; empty means all.
	Holding  string   `json:"holding,omitempty"`
	Sections []string `json:"sections,omitempty"`
	// Parent is the link that delegated this one, "" for one of a data officer.
	Parent  string    `json:"parent,omitempty"`
	Issuer  string    `json:"issuer,omitempty"` // user id
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	Revoked time.Time `json:"revoked,omitzero"`
	Used    time.Time `json:"used,omitzero"`
}

// RoundHolding is a holding an office describes in a round.
type RoundHolding struct {
	ID      string `json:"id"`
	Round   string `json:"round"`
	Office  string `json:"office"`
	Seq     int    `json:"seq"`
	Title   string `json:"title"`
	LocalID string `json:"local_id"`
	// State is a code of the survey's workflow: draft, subm, retn, appr, publ.
	State string `json:"state"`
	// Entry is the holding in the catalogue, "" before the first submission.
	Entry string `json:"entry,omitempty"`
	// Previous is the entry whose answers were filled in.
	Previous    string    `json:"previous,omitempty"`
	SubmittedBy string    `json:"submitted_by,omitempty"`
	Submitted   time.Time `json:"submitted,omitzero"`
	Changed     time.Time `json:"changed,omitzero"`
	// Comment is what the data officer wrote when returning it.
	Comment string `json:"comment,omitempty"`
}

// RoundAnswer is one revision of one answer as it was entered. Holding is "" for
// what an office answers once for all of its holdings.
type RoundAnswer struct {
	Office, Holding, Question string
	Rev                       int64
	// Value is a text or a list of texts in JSON, null for an emptied answer.
	Value json.RawMessage
	// Unknown marks “I do not know”.
	Unknown bool
	At      time.Time
	By      string // "link:ID", "user:ID" or "previous"
}

// RoundNote is a remark or question about an answer, a holding or an office.
type RoundNote struct {
	ID       string    `json:"id"`
	Office   string    `json:"office"`
	Holding  string    `json:"holding,omitempty"`
	Question string    `json:"question,omitempty"`
	Text     string    `json:"text"`
	By       string    `json:"by"`
	Role     string    `json:"role"`
	At       time.Time `json:"at"`
}

// RoundEvent is one transition, written and never changed.
type RoundEvent struct {
	Seq     int64     `json:"seq"`
	Round   string    `json:"round"`
	Office  string    `json:"office,omitempty"`
	Holding string    `json:"holding,omitempty"`
	What    string    `json:"what"` // e.g. "office", "holding", "link"
	From    string    `json:"from,omitempty"`
	To      string    `json:"to"`
	Role    string    `json:"role"` // respondent, data_officer or system
	By      string    `json:"by"`
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"`
}

// RoundTx reads rounds and what belongs to them.
type RoundTx interface {
	Round(idOrName string) (*Round, error)
	// Rounds lists the newest first.
	Rounds() ([]*Round, error)
	// RoundTemplate is the document of a round's template.
	RoundTemplate(id string) ([]byte, error)
	RoundOffice(id string) (*RoundOffice, error)
	RoundOffices(round string) ([]*RoundOffice, error)
	// RoundLink finds a link by the hash of its token.
	RoundLink(hash string) (*RoundLink, error)
	RoundLinks(office string) ([]*RoundLink, error)
	RoundHolding(id string) (*RoundHolding, error)
	// RoundHoldings lists those of an office, or of a whole round where office is "".
	RoundHoldings(round, office string) ([]*RoundHolding, error)
	// RoundHoldingsOf lists those that became an entry of the catalogue, and those
	// whose answers were filled in from it.
	RoundHoldingsOf(entry string) ([]*RoundHolding, error)
	// RoundAnswers lists the newest revision of each answer of a holding.
	RoundAnswers(office, holding string) ([]*RoundAnswer, error)
	RoundAnswer(office, holding, question string, rev int64) (*RoundAnswer, error)
	RoundNotes(office string) ([]*RoundNote, error)
	// RoundEvents lists the newest first; office "" means the whole round.
	RoundEvents(round, office string, limit int) ([]*RoundEvent, error)
}

// RoundWriteTx stores them.
type RoundWriteTx interface {
	// PutRound stores a round; template is kept at the first time only.
	PutRound(r *Round, template []byte) error
	PutRoundOffice(o *RoundOffice) error
	PutRoundLink(l *RoundLink) error
	PutRoundHolding(h *RoundHolding) error
	DeleteRoundHolding(id string) error
	// AddRoundAnswer appends a revision; one that is taken is KindConflict. The
	// newest hundred of each answer are kept.
	AddRoundAnswer(a *RoundAnswer) error
	AddRoundNote(n *RoundNote) error
	AddRoundEvent(e *RoundEvent) error
	// EraseRoundAnswers removes all revisions of an office's answers to the
	// questions for good and returns how many there were.
	EraseRoundAnswers(office string, questions []string) (int, error)
	// EraseRoundTexts rewrites in place, as JSON, what was written in a round or,
	// with its id, about one of its offices: answers with all revisions, notes,
	// holdings, transitions. It returns how many of them changed.
	EraseRoundTexts(round, office string, strike func([]byte) []byte) (int, error)
}
