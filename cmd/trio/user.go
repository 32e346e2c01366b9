package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/mail"
)

// UserCmd manages accounts.
type UserCmd struct {
	Add        UserAddCmd        `cmd:"" help:"Create an account."`
	Password   UserPasswordCmd   `cmd:"" help:"Set a password, or print a link to set one."`
	Invite     UserInviteCmd     `cmd:"" help:"Invite somebody into an organization by mail."`
	List       UserListCmd       `cmd:"" help:"List accounts."`
	Unlock     UserUnlockCmd     `cmd:"" help:"Forget wrong guesses, so that somebody can sign in at once."`
	DropFactor UserDropFactorCmd `cmd:"" help:"Switch off somebody's second factor, when phone and recovery codes are lost."`
}

// Help shows how the commands are used.
func (UserCmd) Help() string {
	return "Examples:\n  trio user add anna --sysadmin --email anna@stadt.example\n  trio user password anna\n  trio user invite kim@stadt.example --org muenchen --role editor\n  trio user list"
}

// UserAddCmd creates an account.
type UserAddCmd struct {
	Name     string `arg:"" help:"Name of the account."`
	Sysadmin bool   `help:"May do everything."`
	Email    string `help:"E-mail address."`
	FullName string `name:"fullname" help:"Full name."`
}

// Help shows how the command is used.
func (UserAddCmd) Help() string {
	return "To sign in on the pages the account needs a password, see trio user password.\n\nExample:\n  trio user add anna --sysadmin --email anna@stadt.example"
}

// Run creates the account.
func (u *UserAddCmd) Run(e *env) error {
	if u.Email != "" {
		if _, err := mail.Address(u.Email); err != nil {
			return err
		}
	}
	return e.withRegistry(func(reg *catalog.Registry) error {
		err := reg.AddUser(e.ctx, operator, &catalog.User{Name: u.Name, Sysadmin: u.Sysadmin, Email: u.Email, FullName: u.FullName})
		if err != nil {
			return err
		}
		e.printf("Konto %s angelegt.\n", u.Name)
		return nil
	})
}

// withDesk runs fn on the desk of a data folder that is there.
func (e *env) withDesk(fn func(*core, *account.Desk) error) error {
	return e.withData(func(k *core) error {
		desk, err := k.accounts(e.cfg)
		if err != nil {
			return err
		}
		return fn(k, desk)
	})
}

// UserPasswordCmd sets a password.
type UserPasswordCmd struct {
	Name string `arg:"" help:"Name or e-mail address of the account."`
	File string `placeholder:"FILE" help:"Read the password from this file, - for standard input. Without it you are asked."`
	Link bool   `help:"Print a link under which the person sets the password; it works for two hours and once."`
}

// Help shows how the command is used.
func (UserPasswordCmd) Help() string {
	return "All sessions of the account end. A password has 12 to 256 characters; common ones are refused.\n\nExamples:\n  trio user password anna\n  trio user password anna --link\n  trio user password anna --file - < secret.txt"
}

// Run sets the password.
func (u *UserPasswordCmd) Run(e *env) error {
	if u.Link && u.File != "" {
		return fmt.Errorf("%w: either --link or --file", errUsage)
	}
	return e.withDesk(func(_ *core, desk *account.Desk) error {
		if u.Link {
			link, err := desk.ResetLink(e.ctx, operator, u.Name)
			if err == nil {
				e.printf("%s\n", link)
			}
			return err
		}
		password, err := e.password(u.File)
		if err != nil {
			return err
		}
		if err := desk.SetPassword(e.ctx, operator, u.Name, password); err != nil {
			return err
		}
		e.notef("Das Passwort von %s ist gesetzt. Alle Anmeldungen dieses Kontos sind beendet.\n", u.Name)
		return nil
	})
}

// password reads one from a file, standard input or the terminal.
func (e *env) password(file string) (string, error) {
	var in io.Reader = os.Stdin
	switch {
	case file != "" && file != "-":
		f, err := os.Open(file)
		if err != nil {
			return "", fmt.Errorf("password: %w", err)
		}
		defer f.Close()
		in = f
	case file == "":
		fd := int(os.Stdin.Fd()) //nolint:gosec // a descriptor fits
		if !term.IsTerminal(fd) {
			return "", fmt.Errorf("%w: no terminal to ask at; use --file - to read the password from standard input", errUsage)
		}
		return e.ask(fd)
	}
	line, err := bufio.NewReader(io.LimitReader(in, maxSecret)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("password: %w", err)
	}
	return strings.TrimRight(line, "\r\n"), nil
}

// ask reads a password twice without showing it.
func (e *env) ask(fd int) (string, error) {
	var given [2]string
	for i, text := range []string{"Neues Passwort: ", "Noch einmal: "} {
		e.notef("%s", text)
		b, err := term.ReadPassword(fd)
		e.notef("\n")
		if err != nil {
			return "", fmt.Errorf("password: %w", err)
		}
		given[i] = string(b)
	}
	if given[0] != given[1] {
		return "", catalog.Errorf(catalog.KindInvalid, "Die beiden Eingaben sind verschieden.")
	}
	return given[0], nil
}

// UserInviteCmd invites somebody.
type UserInviteCmd struct {
	Email string `arg:"" help:"E-mail address of the person."`
	Org   string `required:"" placeholder:"NAME" help:"Organization the person is to work for."`
	Role  string `default:"editor" enum:"admin,editor,member" help:"admin, editor or member (default ${default})."`
	Lang  string `default:"de" enum:"de,en" help:"Language of the letter (default ${default})."`
	Link  bool   `help:"Also print the link of the invitation, to hand it over another way."`
}

// Help shows how the command is used.
func (UserInviteCmd) Help() string {
	return "The running portal sends the letter. Who has an account already gets the role at once and is told by mail.\n\nExamples:\n  trio user invite kim@stadt.example --org muenchen\n  trio user invite kim@stadt.example --org muenchen --role admin --link"
}

// Run invites.
func (u *UserInviteCmd) Run(e *env) error {
	return e.withDesk(func(_ *core, desk *account.Desk) error {
		out, err := desk.Invite(e.ctx, operator, account.Invitation{Email: u.Email, Org: u.Org, Role: catalog.Role(u.Role), Lang: u.Lang})
		if err != nil {
			return err
		}
		switch {
		case out.Existing:
			e.notef("%s hat schon ein Konto (%s) und jetzt die Rolle.\n", u.Email, out.User.Name)
		case u.Link:
			e.printf("%s\n", out.Link)
		default:
			e.notef("Die Einladung an %s liegt im Postausgang.\n", u.Email)
		}
		if _, can := desk.Outbox().Way(); !can {
			e.notef("Es ist kein Mailserver eingerichtet (--smtp); der Brief wartet, --link gibt den Link aus.\n")
		}
		return nil
	})
}

// UserListCmd lists accounts.
type UserListCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (UserListCmd) Help() string { return "Example:\n  trio user list --json" }

// userLine is one account in the list.
type userLine struct {
	Name         string     `json:"name"`
	FullName     string     `json:"fullname"`
	Email        string     `json:"email"`
	Sysadmin     bool       `json:"sysadmin"`
	State        string     `json:"state"`
	Password     bool       `json:"password"`
	SecondFactor bool       `json:"second_factor"`
	LastActive   *time.Time `json:"last_active"`
}

// Run lists the accounts.
func (u *UserListCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		rows := []userLine{}
		err := k.store.View(e.ctx, func(tx catalog.Tx) error {
			users, err := tx.Users()
			if err != nil {
				return err
			}
			for _, x := range users {
				row := userLine{Name: x.Name, FullName: x.FullName, Email: x.Email, Sysadmin: x.Sysadmin, State: string(x.State), Password: x.Password != ""}
				if !x.LastActive.IsZero() {
					row.LastActive = &x.LastActive
				}
				factors, err := tx.Factors(x.ID, "")
				if err != nil {
					return err
				}
				for _, f := range factors {
					row.SecondFactor = row.SecondFactor || f.Confirmed && f.Kind != catalog.FactorRecovery
				}
				rows = append(rows, row)
			}
			return nil
		})
		if err != nil {
			return err
		}
		if u.JSON {
			return e.json(rows)
		}
		e.none(len(rows), "Noch kein Konto.")
		for _, x := range rows {
			e.printf("%-30s %-8s sysadmin=%t password=%t second_factor=%t %s\n", x.Name, x.State, x.Sysadmin, x.Password, x.SecondFactor, cmp.Or(x.Email, "-"))
		}
		return nil
	})
}

// UserUnlockCmd forgets wrong guesses.
type UserUnlockCmd struct {
	Name string `arg:"" help:"Name or e-mail address of the account."`
}

// Help shows how the command is used.
func (UserUnlockCmd) Help() string { return "Example:\n  trio user unlock anna" }

// Run forgets.
func (u *UserUnlockCmd) Run(e *env) error {
	return e.withDesk(func(_ *core, desk *account.Desk) error {
		if err := desk.Unlock(e.ctx, operator, u.Name); err != nil {
			return err
		}
		e.printf("%s kann sich sofort wieder anmelden.\n", u.Name)
		return nil
	})
}

// UserDropFactorCmd switches off a second factor.
type UserDropFactorCmd struct {
	Name string `arg:"" help:"Name or e-mail address of the account."`
}

// Help shows how the command is used.
func (UserDropFactorCmd) Help() string {
	return "Make sure first that it is the person who asks. They are told by mail.\n\nExample:\n  trio user drop-factor anna"
}

// Run switches it off.
func (u *UserDropFactorCmd) Run(e *env) error {
	return e.withDesk(func(_ *core, desk *account.Desk) error {
		if err := desk.DropFactorsOf(e.ctx, operator, u.Name); err != nil {
			return err
		}
		e.printf("Der zweite Faktor von %s ist ausgeschaltet.\n", u.Name)
		return nil
	})
}
