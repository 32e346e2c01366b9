package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/round"
	intake "trio.example/harvest/survey"
)

// RoundCmd holds the commands of survey rounds.
type RoundCmd struct {
	Create  RoundCreateCmd  `cmd:"" help:"Open a round."`
	List    RoundListCmd    `cmd:"" help:"List the rounds."`
	Offices RoundOfficesCmd `cmd:"" help:"Take a list of offices into a round."`
	Links   RoundLinksCmd   `cmd:"" help:"Make personal links for offices and print them once."`
	Status  RoundStatusCmd  `cmd:"" help:"Tell how far the offices are."`
}

// Help shows how the commands are used.
func (RoundCmd) Help() string {
	return `A round asks the offices of a city for their data holdings. They answer by a personal link, without an account.

Examples:
  trio round create "Abfrage 2026" --city muenchen --deadline 2026-12-15
  trio round offices muenchen-abfrage-2026 dienststellen.csv
  trio round links muenchen-abfrage-2026
  trio round status muenchen-abfrage-2026`
}

// RoundCreateCmd opens a round.
type RoundCreateCmd struct {
	Name     string `arg:"" name:"title" help:"Title, such as “Abfrage 2026”."`
	City     string `required:"" placeholder:"CITY" help:"muenchen, augsburg or nuernberg."`
	Deadline string `placeholder:"DATE" help:"Last day for answers, such as 2026-12-15."`
	Contact  string `placeholder:"MAIL" help:"Mailbox the offices may write to."`
	Template string `placeholder:"FILE" help:"Another survey template than the built-in one: a file, or a reference like nue-datensilo@1.0.0."`
	Remind   bool   `help:"Remind by mail by itself: a week before the deadline and on the day after it."`
	JSON     bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (RoundCreateCmd) Help() string {
	return "The round keeps the template it is opened with.\n\nExample:\n  trio round create \"Abfrage 2026\" --city augsburg --deadline 2026-12-15 --contact daten@augsburg.example"
}

// Run opens the round and prints its name.
func (c *RoundCreateCmd) Run(e *env) error {
	city, err := cityByName(c.City)
	if err != nil {
		return err
	}
	deadline, err := round.EndOfDay(c.Deadline)
	if err != nil {
		return err
	}
	plan := round.Plan{City: city.Name, Title: c.Name, Deadline: deadline, Contact: c.Contact, Remind: c.Remind}
	switch {
	case c.Template == "":
	case isRef(c.Template):
		plan.Ref = c.Template
	default:
		if plan.Template, err = readTemplateFile(c.Template); err != nil {
			return err
		}
	}
	return e.withCore(func(k *core) error {
		r, err := k.rounds.Create(e.ctx, operator, plan)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(r)
		}
		e.printf("%s: eröffnet mit Fragebogen %s.\n", r.Name, r.Template)
		return nil
	})
}

// RoundListCmd lists rounds.
type RoundListCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (RoundListCmd) Help() string { return "Example:\n  trio round list --json" }

// roundLine is a round as --json prints it.
type roundLine struct {
	*catalog.Round
	Offices  map[string]int `json:"offices"`
	Holdings map[string]int `json:"holdings"`
	Rate     int            `json:"rate"`
	// Publishable counts holdings; only a single round's status has it.
	Publishable *int `json:"publishable,omitempty"`
}

// statusOf is a round with what its status counts.
func statusOf(o *round.Overview) roundLine {
	l := lineOf(o)
	l.Publishable = &o.Publishable
	return l
}

func lineOf(o *round.Overview) roundLine {
	return roundLine{Round: o.Round, Offices: o.Counts, Holdings: o.Holdings, Rate: o.Rate()}
}

// Run prints the rounds, newest first.
func (c *RoundListCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		list, err := k.rounds.List(e.ctx, operator)
		if err != nil {
			return err
		}
		if c.JSON {
			out := make([]roundLine, len(list))
			for i, o := range list {
				out[i] = lineOf(o)
			}
			return e.json(out)
		}
		e.none(len(list), "Es gibt noch keine Runde.")
		for _, o := range list {
			e.printf("%s  %s  %d %% von %s\n", o.Name, stateWord(o.State), o.Rate(), plural(o.Offices, "Dienststelle", "Dienststellen"))
		}
		return nil
	})
}

func stateWord(state string) string {
	if state == catalog.RoundOpen {
		return "läuft"
	}
	return "beendet"
}

// RoundOfficesCmd takes a list of offices.
type RoundOfficesCmd struct {
	Round string `arg:"" help:"Name of the round."`
	File  string `arg:"" help:"CSV or XLSX with a header: Referat, Dienststelle, E-Mail."`
	JSON  bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (RoundOfficesCmd) Help() string {
	return "The same list again changes nothing; an office is never removed. Rows that cannot be taken are named and leave the others alone.\n\nExample:\n  trio round offices muenchen-abfrage-2026 dienststellen.xlsx"
}

// Run takes the list into the round.
func (c *RoundOfficesCmd) Run(e *env) error {
	in, err := os.Open(c.File)
	if errors.Is(err, os.ErrNotExist) {
		return catalog.Errorf(catalog.KindNotFound, "Die Datei %s gibt es nicht.", c.File)
	}
	if err != nil {
		return fmt.Errorf("list of offices: %w", err)
	}
	defer in.Close()
	rows, findings, err := intake.ReadOffices(e.ctx, filepath.Base(c.File), in)
	if err != nil {
		return err
	}
	return e.withData(func(k *core) error {
		out, err := k.rounds.AddOffices(e.ctx, operator, c.Round, rows)
		if err != nil {
			return noRound(err, c.Round)
		}
		out.Findings = append(findings, out.Findings...)
		if c.JSON {
			if err := e.json(out); err != nil {
				return err
			}
		} else {
			e.printf("%d neu, %d geändert, %d unverändert, %d nicht übernommen.\n", out.New, out.Changed, out.Unchanged, out.Rejected)
			for _, f := range out.Findings {
				e.notef("Zeile %s: %s %s\n", f.Row, f.Message.In("de"), f.Remedy.In("de"))
			}
		}
		if catalog.HasErrors(out.Findings) {
			return errProblem
		}
		return nil
	})
}

// noRound says which round is not there.
func noRound(err error, name string) error {
	if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
		return catalog.Errorf(catalog.KindNotFound, "Es gibt keine Runde oder Dienststelle mit dem Namen %s. Die Runden nennt trio round list.", name)
	}
	return err
}

// RoundLinksCmd makes links.
type RoundLinksCmd struct {
	Round  string   `arg:"" help:"Name of the round."`
	Office []string `placeholder:"NAME" help:"Only for this office, also when it has a link already; may be repeated."`
	Mail   bool     `help:"Send the links by mail instead of printing them."`
	JSON   bool     `help:"Print JSON."`
}

// Help shows how the command is used.
func (RoundLinksCmd) Help() string {
	return "Links are printed once and kept nowhere; whoever has one can answer for the office. Without --office every office gets one that has no valid one.\n\nExamples:\n  trio round links muenchen-abfrage-2026\n  trio round links muenchen-abfrage-2026 --mail\n  trio round links muenchen-abfrage-2026 --office Gartenbauamt --json"
}

// invited is a link as --json prints it.
type invited struct {
	Office  string    `json:"office"`
	Email   string    `json:"email,omitempty"`
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}

// Run makes the links and prints them.
func (c *RoundLinksCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		ids, err := c.offices(e, k)
		if err != nil {
			return err
		}
		if c.Mail {
			return c.mail(e, k, ids)
		}
		list, err := k.rounds.Invite(e.ctx, operator, c.Round, ids)
		if err != nil {
			return noRound(err, c.Round)
		}
		out := make([]invited, len(list))
		for i, inv := range list {
			out[i] = invited{Office: inv.Office.Name, Email: inv.Office.Email, URL: e.cfg.SiteURL + "/s/" + inv.Token, Expires: inv.Link.Expires}
		}
		if c.JSON {
			return e.json(out)
		}
		for _, inv := range out {
			e.printf("%s\t%s\t%s\n", inv.Office, inv.Email, inv.URL)
		}
		e.notef("%s. Sie gelten, wie in --site-url angegeben, unter %s.\n", plural(len(out), "Link erstellt", "Links erstellt"), e.cfg.SiteURL)
		return nil
	})
}

// mail lays letters with links into the outbox, which the running portal sends.
func (c *RoundLinksCmd) mail(e *env, k *core, ids []string) error {
	desk, err := k.accounts(e.cfg)
	if err != nil {
		return err
	}
	k.rounds.UseLetters(desk.Outbox(), e.cfg.SiteURL)
	sent, err := k.rounds.InviteByMail(e.ctx, operator, c.Round, ids)
	if err != nil {
		return noRound(err, c.Round)
	}
	if c.JSON {
		return e.json(sent)
	}
	e.printf("%s im Postausgang, %s ohne E-Mail-Adresse.\n", plural(sent.Letters, "Einladung", "Einladungen"), plural(sent.Lacking, "Dienststelle", "Dienststellen"))
	return nil
}

// offices finds the ids of the named offices.
func (c *RoundLinksCmd) offices(e *env, k *core) ([]string, error) {
	if len(c.Office) == 0 {
		return nil, nil
	}
	_, lines, err := k.rounds.Status(e.ctx, operator, c.Round)
	if err != nil {
		return nil, noRound(err, c.Round)
	}
	var ids []string
	for _, name := range c.Office {
		found := false
		for _, l := range lines {
			if l.Name == name || l.ID == name {
				ids, found = append(ids, l.ID), true
			}
		}
		if !found {
			return nil, noRound(catalog.Errorf(catalog.KindNotFound, "office"), name)
		}
	}
	return ids, nil
}

// RoundStatusCmd shows how far offices are.
type RoundStatusCmd struct {
	Round string `arg:"" help:"Name of the round."`
	JSON  bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (RoundStatusCmd) Help() string {
	return "States of offices: listed, invited, opened, draft, returned, submitted, approved, none (Fehlanzeige).\n\nExample:\n  trio round status muenchen-abfrage-2026 --json"
}

// statusLine is an office as --json prints it.
type statusLine struct {
	Office     string    `json:"office"`
	Department string    `json:"department,omitempty"`
	Lang       string    `json:"lang,omitempty"`
	State      string    `json:"state"`
	Holdings   int       `json:"holdings"`
	Waiting    int       `json:"waiting"`
	Late       bool      `json:"late"`
	Changed    time.Time `json:"changed,omitzero"`
	Reminders  int       `json:"reminders"`
	// Unreachable: neither the list nor the answers name an address to ask at.
	Unreachable bool `json:"unreachable,omitempty"`
}

// Run prints the offices with their states.
func (c *RoundStatusCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		o, lines, err := k.rounds.Status(e.ctx, operator, c.Round)
		if err != nil {
			return noRound(err, c.Round)
		}
		out := make([]statusLine, len(lines))
		for i, l := range lines {
			out[i] = statusLine{Office: l.Name, Department: l.Department, State: l.State, Holdings: l.Holdings, Waiting: l.Waiting, Late: l.Late, Changed: l.Changed, Reminders: l.Reminders, Unreachable: l.Unreachable}
		}
		if c.JSON {
			return e.json(map[string]any{"round": statusOf(o), "offices": out})
		}
		e.printf("%s (%s): Rücklauf %d %%, %d von %s haben geantwortet, %d warten auf Prüfung, %d offen geeignet.\n", o.Title, stateWord(o.State), o.Rate(), o.Answered(), plural(o.Offices, "Dienststelle", "Dienststellen"), o.Holdings["subm"], o.Publishable)
		for _, l := range out {
			late := ""
			if l.Late {
				late = "  überfällig"
			}
			if l.Unreachable {
				late += "  ohne Ansprechperson"
			}
			e.printf("  %-10s %s (%d)%s\n", l.State, l.Office, l.Holdings, late)
		}
		return nil
	})
}
