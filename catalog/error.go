package catalog

import (
	"errors"
	"fmt"
	"strings"
)

// Kind classes an error by what the caller can do about it. The web layer maps
// each kind to one status code; an error without a kind is internal, and its
// text stays in the log.
type Kind int

// The kinds of error.
const (
	KindInternal Kind = iota
	KindInvalid
	KindNotFound
	KindConflict
	KindDenied
	KindUnauthenticated
	KindTooLarge
	KindLimited
	KindUnavailable
)

var kindNames = map[Kind]string{
	KindInternal: "internal", KindInvalid: "invalid", KindNotFound: "not found",
	KindConflict: "conflict", KindDenied: "denied", KindUnauthenticated: "unauthenticated",
	KindTooLarge: "too large", KindLimited: "limited", KindUnavailable: "unavailable",
}

// String returns the kind's English name, as used in logs.
func (k Kind) String() string { return kindNames[k] }

// Error is an error that may be shown to whoever caused it.
type Error struct {
	Kind Kind
	// Message is safe to show: it names nothing the caller may not see.
	Message string
	// Findings lists what is wrong field by field, for KindInvalid.
	Findings []Finding
	// Err is the cause; it is logged and never shown.
	Err error
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if e.Message == "" {
		b.WriteString(e.Kind.String())
	}
	for _, f := range e.Findings {
		fmt.Fprintf(&b, "; %s: %s", f.Code, f.Message.In("en"))
	}
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	return b.String()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error of a kind with a message that may be shown.
func Errorf(k Kind, format string, args ...any) *Error {
	return &Error{Kind: k, Message: fmt.Sprintf(format, args...)}
}

// Invalid makes a KindInvalid error from findings.
func Invalid(findings ...Finding) *Error {
	return &Error{Kind: KindInvalid, Message: "invalid", Findings: findings}
}

// KindOf returns the kind of the first Error in err's chain, KindInternal when
// there is none.
func KindOf(err error) Kind {
	var e *Error
	if errors.As(err, &e) {
		return e.Kind
	}
	return KindInternal
}

// Named says in an error what was done to which entry.
func Named(err error, verb string, e *Entry) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s %s %q: %w", verb, e.Type, e.Name, err)
}
