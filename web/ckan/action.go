package ckan

import (
	"context"

	"trio.example/catalog"
)

// Auth says who may call an action. What the action may then see or change is
// decided by the registry, entry by entry.
type Auth string

// The rights an action can ask for.
const (
	AuthAnyone   Auth = "anyone"   // also without an account
	AuthUser     Auth = "user"     // any signed-in account
	AuthEditor   Auth = "editor"   // editor or admin of the owning organization
	AuthAdmin    Auth = "admin"    // admin of the organization
	AuthSysadmin Auth = "sysadmin" // system administrators only
)

// Action is one row of the action table.
type Action struct {
	Name string
	// Free marks an action without side effects: only those answer GET.
	Free bool
	// Logged says that the answer to an anonymous reader follows from the change
	// log and the arguments alone, so that it can be kept until the next change.
	Logged bool
	Auth   Auth
	// Own marks an action whose function asks itself who calls, at the place where
	// CKAN does: what is missing or unknown is told first. Anonymous callers reach it.
	Own    bool
	Doc    catalog.Text
	Params []Param
	// Example is a set of arguments that works on the demo data.
	Example map[string]any
	// Result is the JSON schema of what the action gives, nil for a value of its own
	// kind.
	Result shape
	Run    RunFunc
}

// RunFunc carries an action out.
type RunFunc func(ctx context.Context, c *Call) (any, error)

// Param describes one parameter of an action.
type Param struct {
	Name     string
	Kind     string // string, integer, boolean, list, object
	Default  any
	Required bool
	Doc      catalog.Text
}

// Call is one request to an action.
type Call struct {
	Actor catalog.Actor
	Args  Args
	// changed collects the datasets a writing action touched.
	changed []string
	// tag is the entity tag of a kept answer.
	tag string
	// question is the digest of action and arguments, where such a state exists.
	question string
	// seq is the newest change number the action wrote.
	seq int64
	// shown is the revision of the one entry the answer shows, ifRev the revision
	// the client wants to change; 0 when there is none.
	shown, ifRev int64
	// secret answers let somebody in.
	secret bool
}

// Secret notes that the answer holds what lets somebody in, such as a token: it is
// kept nowhere.
func (c *Call) Secret() { c.secret = true }

// Wrote notes a write, so that the answer waits until searches see it.
func (c *Call) Wrote(seq int64, datasets ...string) {
	c.seq = max(c.seq, seq)
	c.changed = append(c.changed, datasets...)
}
