package catalog

import "time"

// MailState says what became of a mail.
type MailState string

// The states of a mail.
const (
	MailWaiting MailState = "waiting"
	MailSent    MailState = "sent"
	MailFailed  MailState = "failed"
)

// Mail is a message on its way out.
type Mail struct {
	ID, Kind, Lang string
	// UserID is the account the mail is about, Round the round of the survey;
	// both are empty for none.
	UserID, Round string
	To, Subject   string
	// Body is what goes out. It is empty once the mail is done, because it may
	// hold a link that lets its reader in; Shown is the same without it.
	Body, Shown string
	State       MailState
	Created     time.Time
	// Next is when it is tried (again), Expires when it would come too late.
	Next, Expires, Done time.Time
	Attempts            int
	// Reason is why the last attempt failed.
	Reason string
}

// MailFilter selects mails, newest first; an empty field does not filter.
type MailFilter struct {
	State MailState
	// Round selects what belongs to a round of the survey.
	Round         string
	Offset, Limit int
}

// MailTx reads the outbox.
type MailTx interface {
	Mail(id string) (*Mail, error)
	Mails(f MailFilter) ([]*Mail, error)
	CountMails(state MailState) (int, error)
	// DueMails lists waiting mails whose time has come, the oldest first.
	DueMails(at time.Time, limit int) ([]*Mail, error)
}

// MailWriteTx writes it.
type MailWriteTx interface {
	PutMail(m *Mail) error
	// DeleteMails removes what was done before a time and returns how many.
	DeleteMails(before time.Time) (int, error)
	// DeleteMailsTo removes what went or would go to an address: what belongs to
	// one of the rounds, or all of it when there are none.
	DeleteMailsTo(address string, rounds ...string) (int, error)
}
