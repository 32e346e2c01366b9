package main

import (
	"fmt"
	netmail "net/mail"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/mail"
)

// MailCmd looks after outgoing mail.
type MailCmd struct {
	List MailListCmd `cmd:"" help:"List letters that wait, were sent or given up."`
	Test MailTestCmd `cmd:"" help:"Send a test letter now and tell what the server said."`
	Text MailTextCmd `cmd:"" help:"List the texts of letters, or print one to edit it."`
}

// Help shows how the commands are used.
func (MailCmd) Help() string {
	return "Examples:\n  trio mail test kim@stadt.example\n  trio mail list --state failed\n  trio mail text reset.de.txt"
}

// MailListCmd lists letters.
type MailListCmd struct {
	State string `placeholder:"STATE" enum:"waiting,sent,failed," default:"" help:"Only waiting, sent or failed ones."`
	Limit int    `default:"100" help:"At most that many (default ${default})."`
	JSON  bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (MailListCmd) Help() string {
	return "Links that let their reader in are never shown.\n\nExamples:\n  trio mail list\n  trio mail list --state failed --json"
}

// mailLine is one letter in the list.
type mailLine struct {
	ID       string     `json:"id"`
	Kind     string     `json:"kind"`
	To       string     `json:"to"`
	Subject  string     `json:"subject"`
	State    string     `json:"state"`
	Created  time.Time  `json:"created"`
	Done     *time.Time `json:"done"`
	Attempts int        `json:"attempts"`
	Reason   string     `json:"reason"`
}

// Run lists the letters.
func (m *MailListCmd) Run(e *env) error {
	if m.Limit < 1 || m.Limit > 10000 {
		return fmt.Errorf("%w: --limit must be from 1 to 10000", errUsage)
	}
	return e.withDesk(func(_ *core, desk *account.Desk) error {
		list, _, err := desk.Outbox().List(e.ctx, operator, catalog.MailState(m.State), 0, m.Limit)
		if err != nil {
			return err
		}
		rows := []mailLine{}
		for _, x := range list {
			row := mailLine{ID: x.ID, Kind: x.Kind, To: x.To, Subject: x.Subject, State: string(x.State), Created: x.Created, Attempts: x.Attempts, Reason: x.Reason}
			if !x.Done.IsZero() {
				row.Done = &x.Done
			}
			rows = append(rows, row)
			if !m.JSON {
				e.printf("%s  %-8s %-30s %s %s\n", x.Created.Format(time.RFC3339), x.State, x.To, x.Subject, x.Reason)
			}
		}
		if m.JSON {
			return e.json(rows)
		}
		e.none(len(rows), "Keine Briefe.")
		return nil
	})
}

// MailTestCmd sends a test.
type MailTestCmd struct {
	To string `arg:"" help:"Address the test goes to."`
}

// Help shows how the command is used.
func (MailTestCmd) Help() string {
	return "It goes straight to the server of --smtp and not through the outbox.\n\nExample:\n  trio mail test kim@stadt.example --smtp smtps://portal@mail.stadt.example --smtp-password-file /etc/trio/smtp"
}

// Run sends it.
func (m *MailTestCmd) Run(e *env) error {
	to, err := mail.Address(m.To)
	if err != nil {
		return err
	}
	from, err := mail.Address(e.cfg.from())
	if err != nil {
		return err
	}
	sender, err := e.cfg.sender()
	if err != nil {
		return err
	}
	if sender == nil {
		return catalog.Errorf(catalog.KindInvalid, "Es ist kein Mailserver eingerichtet. Bitte --smtp angeben, zum Beispiel --smtp smtp://mail.stadt.example:587.")
	}
	texts, err := mail.LoadTemplates(mailPath(e.cfg.Data))
	if err != nil {
		return err
	}
	subject, body, err := texts.Write("test", "de", mail.Values{Portal: e.cfg.Title, SiteURL: e.cfg.SiteURL})
	if err != nil {
		return err
	}
	_, host, _ := strings.Cut(from.Address, "@")
	msg := &mail.Message{From: from, To: netmail.Address{Address: to.Address}, Subject: subject, Text: body, ID: catalog.NewID() + "@" + host, Date: time.Now(), Lang: "de"}
	if err := sender.Send(e.ctx, msg); err != nil {
		return catalog.Errorf(catalog.KindUnavailable, "Die Probe wurde nicht angenommen (%s): %v", sender, err)
	}
	e.printf("Der Mailserver (%s) hat die Probe an %s angenommen.\n", sender, to.Address)
	return nil
}

// MailTextCmd prints texts.
type MailTextCmd struct {
	Name string `arg:"" optional:"" help:"Name of a text, e.g. reset.de.txt."`
}

// Help shows how the command is used.
func (MailTextCmd) Help() string {
	return "A file of the same name in the folder mail of the data folder replaces a text. Its first line is the subject.\n\nExamples:\n  trio mail text\n  trio mail text invite.de.txt > trio-data/mail/invite.de.txt"
}

// Run prints them.
func (m *MailTextCmd) Run(e *env) error {
	if m.Name == "" {
		for _, n := range mail.Names() {
			e.printf("%s\n", n)
		}
		return nil
	}
	data, err := mail.Builtin(m.Name)
	if err != nil {
		return catalog.Errorf(catalog.KindNotFound, "Den Text %s gibt es nicht; es gibt %s.", m.Name, strings.Join(mail.Names(), ", "))
	}
	e.printf("%s", data)
	return nil
}
