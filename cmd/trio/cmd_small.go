package main

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"time"

	"trio.example/catalog"
)

// VersionCmd prints the version.
type VersionCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (VersionCmd) Help() string { return "Example:\n  trio version --json" }

// Run prints the version.
func (v *VersionCmd) Run(e *env) error {
	if v.JSON {
		return e.json(map[string]string{"version": version, "go": runtime.Version()})
	}
	e.printf("trio %s (%s)\n", version, runtime.Version())
	return nil
}

// SettingsCmd prints the configuration.
type SettingsCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (SettingsCmd) Help() string {
	return "Examples:\n  trio config\n  TRIO_LISTEN=127.0.0.1:9000 trio config --json"
}

// Run prints each value with its source. No setting of today is a secret; a
// password inside an address is masked all the same.
func (s *SettingsCmd) Run(e *env) error {
	if s.JSON {
		return e.json(e.settings)
	}
	for _, st := range e.settings {
		e.printf("%-18s %-44s %s\n", st.Key, st.Value, st.Source)
	}
	return nil
}

// TokenCmd manages API tokens.
type TokenCmd struct {
	Add TokenAddCmd `cmd:"" help:"Make an API token and print it once."`
}

// Help shows how the command is used.
func (TokenCmd) Help() string { return "Example:\n  trio token add --user anna --expires 2160h" }

// TokenAddCmd makes a token.
type TokenAddCmd struct {
	User    string        `required:"" placeholder:"NAME" help:"Account the token belongs to."`
	Name    string        `default:"cli" help:"What the token is for."`
	Expires time.Duration `placeholder:"DURATION" help:"Valid that long, e.g. 2160h; without it until revoked."`
}

// Help shows how the command is used.
func (TokenAddCmd) Help() string {
	return "The token alone goes to standard output and is not kept anywhere.\n\nExample:\n  TOKEN=$(trio token add --user anna)"
}

// Run makes the token.
func (t *TokenAddCmd) Run(e *env) error {
	if t.Expires < 0 {
		return fmt.Errorf("%w: --expires must be in the future", errUsage)
	}
	return e.withData(func(k *core) error {
		var expires time.Time
		if t.Expires > 0 {
			expires = time.Now().Add(t.Expires)
		}
		text, err := k.reg.AddToken(e.ctx, operator, t.User, t.Name, expires)
		if err != nil {
			return err
		}
		e.printf("%s\n", text)
		return nil
	})
}

// operator is who acts on the command line: whoever may read the data folder
// may do everything.
var operator = catalog.Actor{UserID: "operator", Name: "operator", Sysadmin: true}

// json prints a value as one indented document.
func (e *env) json(v any) error {
	enc := json.NewEncoder(e.stdout)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

// plural is the German form of a count.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strings.Join([]string{fmt.Sprint(n), many}, " ")
}
