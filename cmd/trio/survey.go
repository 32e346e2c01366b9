package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
	intake "trio.example/harvest/survey"
)

// SurveyCmd holds the commands of the data-silo survey.
type SurveyCmd struct {
	Import    SurveyImportCmd    `cmd:"" help:"Import files with answers."`
	Approve   SurveyApproveCmd   `cmd:"" help:"Approve holdings and publish those with a public address."`
	Proposals SurveyProposalsCmd `cmd:"" help:"Decide what newer answers change in datasets edited by hand."`
	Files     SurveyFilesCmd     `cmd:"" help:"List the raw files of imports, and remove old ones."`
	Forget    SurveyForgetCmd    `cmd:"" help:"Remove contacts of persons everywhere and for good."`
}

// Help shows how the commands are used.
func (SurveyCmd) Help() string {
	return "Examples:\n  trio survey import antworten.csv --city muenchen --dry-run\n  trio survey approve --city muenchen --all-publishable"
}

// SurveyImportCmd imports survey files.
type SurveyImportCmd struct {
	Files    []string `arg:"" name:"file" help:"LimeSurvey CSV, XLSX or JSON files."`
	City     string   `required:"" placeholder:"CITY" help:"muenchen, augsburg or nuernberg."`
	Template string   `placeholder:"FILE" help:"Another survey template than the built-in one: a file, or a reference like man-datensilo@1.0.0."`
	DryRun   bool     `help:"Say what would happen and change nothing."`
	Column   []string `sep:"none" placeholder:"HEADING=QUESTION" help:"What a heading means: a question, QUESTION[OPTION], - for not to be read, nothing to forget it. Remembered for the city; may be repeated."`
	JSON     bool     `help:"Print one JSON document per file."`
}

// Help shows how the command is used.
func (SurveyImportCmd) Help() string {
	return `Every record ends as valid, incomplete, rejected or superseded. The same file twice changes nothing.

Examples:
  trio survey import testdata/survey/muenchen-1-limesurvey-codes.csv --city muenchen
  trio survey import nuernberg.xlsx --city nuernberg --dry-run --json
  trio survey import nuernberg.xlsx --city nuernberg --column "Bezeichnung=B_title" --column "Bearbeitet von=-"`
}

// Run imports the files in order. A file that cannot be read changes nothing
// and does not keep the others from being imported.
func (s *SurveyImportCmd) Run(e *env) error {
	city, err := cityByName(s.City)
	if err != nil {
		return err
	}
	tmpl, err := loadTemplate(e, s.Template)
	if err != nil {
		return err
	}
	columns, err := columnsOf(s.Column)
	if err != nil {
		return err
	}
	return e.withCore(func(k *core) error {
		if s.Template != "" && !isRef(s.Template) && !s.DryRun {
			// Which answers are public stands in the template: it is kept as well.
			if _, err := adoptTemplate(e, k, s.Template); err != nil {
				return err
			}
		}
		failed := false
		for _, name := range s.Files {
			r, err := importFile(e, k, intake.Delivery{City: city, Template: tmpl, Columns: columns, DryRun: s.DryRun}, name)
			if err != nil {
				failed = true
				e.notef("%s: %s\n", name, explain(err))
				if s.JSON {
					if err := e.json(refusal(name, err)); err != nil {
						return err
					}
				}
				continue
			}
			if s.JSON {
				if err := e.json(r); err != nil {
					return err
				}
				continue
			}
			e.printf("%s: %s\n", name, takenLine(r))
			for _, c := range r.Columns {
				switch c.How {
				case intake.ColumnUnknown:
					e.printf("  Spalte „%s“: nicht erkannt, nicht gelesen\n", c.Heading)
				case intake.ColumnLike:
					e.printf("  Spalte „%s“: nach Ähnlichkeit als %s gelesen, bitte prüfen\n", c.Heading, c.Meaning)
				}
			}
		}
		if failed {
			return errProblem
		}
		return nil
	})
}

// columnsOf reads what --column says about headings.
func columnsOf(list []string) (map[string]string, error) {
	out := map[string]string{}
	for _, text := range list {
		i := strings.LastIndexByte(text, '=')
		if i < 1 {
			return nil, fmt.Errorf("%w: --column %q is not like \"Bezeichnung=B_title\"", errUsage, text)
		}
		out[text[:i]] = text[i+1:]
	}
	return out, nil
}

// refusal is the JSON document of a file that was not imported.
func refusal(name string, err error) map[string]any {
	out := map[string]any{"file": name, "error": explain(err)}
	var c *catalog.Error
	if errors.As(err, &c) && c.Findings != nil {
		out["findings"] = c.Findings
	}
	return out
}

// takenLine tells what an import did. What it says goes to --json as well.
func takenLine(r *intake.Taken) string {
	c := r.Counts
	text := fmt.Sprintf("%s: %d vollständig, %d unvollständig, %d abgelehnt, %d überholt; %d veröffentlichbar. Gespeichert: %d neu, %d geändert, %d unverändert.",
		plural(r.Records, "Datensatz gelesen", "Datensätze gelesen"), c.Valid, c.Incomplete, c.Rejected, c.Superseded,
		r.Publishable.Publishable, r.Stored.New, r.Stored.Changed, r.Stored.Unchanged+r.Stored.Older)
	if r.DryRun {
		text += " (Probelauf: nichts gespeichert)"
	}
	return text
}

func cityByName(name string) (vocab.City, error) {
	for _, c := range vocab.Cities() {
		if c.Name == name || c.Code == name {
			return c, nil
		}
	}
	return vocab.City{}, fmt.Errorf("%w: --city %q is none of muenchen, augsburg, nuernberg", errUsage, name)
}

// maxTemplate bounds a template file, in bytes.
const maxTemplate = 4 << 20

// loadTemplate finds a template by file or reference; "" is the built-in one.
func loadTemplate(e *env, arg string) (*survey.Template, error) {
	if arg == "" {
		return survey.Default(), nil
	}
	l, err := openLibrary(e, nil)
	if err != nil {
		return nil, err
	}
	return l.template(arg)
}

// importFile reads one file, keeps the original privately and stores its records.
func importFile(e *env, k *core, d intake.Delivery, path string) (*intake.Taken, error) {
	var err error
	if d.Data, err = intake.Load(path); err != nil {
		return nil, err
	}
	d.Name, d.Reading = filepath.Base(path), e.progress("Lesen").step
	storing := sync.OnceValue(func() *progress { return e.progress("Speichern") }) // its clock starts with the first batch
	d.Storing = func(done, total int) { storing().step(done, total) }
	return k.intake().Take(e.ctx, operator, d)
}

// intake takes files with answers.
func (c *core) intake() *intake.Intake {
	return &intake.Intake{Store: c.store, Desk: c.desk, Blobs: c.blobs}
}

// SurveyApproveCmd approves holdings.
type SurveyApproveCmd struct {
	City           string   `required:"" placeholder:"CITY" help:"muenchen, augsburg or nuernberg."`
	AllPublishable bool     `required:"" xor:"what" help:"Approve every holding that may be published."`
	Holding        string   `required:"" xor:"what" placeholder:"ID" help:"Approve this one, by its local identifier; one that may not be published is approved as described."`
	Resolved       []string `placeholder:"REASON,…" help:"Reasons that are settled, of a holding that may be published under conditions."`
	Licence        string   `placeholder:"CODE" help:"Licence under which the data go out where the office named none, such as dlby."`
	Description    bool     `help:"Publish the description only, where the office agreed."`
	Comment        string   `help:"Remark for the history."`
	JSON           bool     `help:"Print JSON."`
}

// Help shows how the command is used.
func (SurveyApproveCmd) Help() string {
	return "Only complete and publishable holdings are approved; those without a public address wait for their connection and stay hidden. A single one may be any complete one that stands in no round.\n\nExamples:\n  trio survey approve --city augsburg --all-publishable\n  trio survey approve --city augsburg --holding A-17 --resolved rights_unclear"
}

// Run approves and says what became of the holdings.
func (s *SurveyApproveCmd) Run(e *env) error {
	city, err := cityByName(s.City)
	if err != nil {
		return err
	}
	if s.Holding != "" {
		return s.one(e, city)
	}
	return e.withData(func(k *core) error {
		a, err := k.desk.ApproveAll(e.ctx, operator, city, e.progress("Freigeben").step)
		if err != nil {
			return err
		}
		if s.JSON {
			return e.json(a)
		}
		e.printf("%s\n", approvalLine(city, a))
		return nil
	})
}

// one approves a single holding.
func (s *SurveyApproveCmd) one(e *env, city vocab.City) error {
	return e.withData(func(k *core) error {
		var id string
		err := k.store.View(e.ctx, func(tx catalog.Tx) error {
			h, err := tx.EntryByOrigin(holding.Source(city.Name), s.Holding)
			if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
				return catalog.Errorf(catalog.KindNotFound, "%s hat keinen Datenbestand mit der Kennung %q.", city.Label.In("de"), s.Holding)
			}
			if err == nil {
				id = h.ID
			}
			return err
		})
		if err != nil {
			return err
		}
		findings, err := k.rounds.DecideSingle(e.ctx, operator, id, 0, s.Comment, holding.Decision{Resolved: s.Resolved, Description: s.Description, Licence: s.Licence})
		if err != nil {
			return err
		}
		v, err := k.rounds.Single(e.ctx, operator, id)
		if err != nil {
			return err
		}
		if s.JSON {
			out := map[string]any{"holding": id, "status": v.Holding.State, "findings": append([]catalog.Finding{}, findings...)}
			if v.Dataset != nil {
				out["dataset"] = v.Dataset.Name
			}
			return e.json(out)
		}
		what := "freigegeben und nicht veröffentlicht"
		if v.Holding.State == string(holding.StatusPublished) {
			what = "veröffentlicht"
		}
		e.printf("%s (%s): %s.\n", v.Holding.Title, s.Holding, what)
		for _, f := range findings {
			e.notef("  %s\n", f.Message.In("de"))
		}
		return nil
	})
}

func approvalLine(city vocab.City, a *holding.Approval) string {
	return fmt.Sprintf("%s: %d veröffentlicht, %d freigegeben und warten auf Anbindung, %d schon freigegeben, %d nicht freigegeben.",
		city.Label.In("de"), a.Published, a.Waiting, a.Unchanged, a.Skipped)
}

// SurveyFilesCmd lists and removes raw files.
type SurveyFilesCmd struct {
	Purge bool `help:"Remove those whose time is over now, without waiting for the night."`
	JSON  bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (SurveyFilesCmd) Help() string {
	return "Raw files are private and are removed when --keep-raw days are over; what was read of them stays.\n\nExamples:\n  trio survey files\n  trio survey files --purge --keep-raw 30"
}

// rawFile is a raw file as --json prints it.
type rawFile struct {
	File    string    `json:"file"`
	City    string    `json:"city"`
	SHA256  string    `json:"sha256"`
	Size    int64     `json:"size"`
	At      time.Time `json:"imported"`
	Until   time.Time `json:"kept_until,omitzero"`
	Removed time.Time `json:"removed,omitzero"`
}

// Run lists the files.
func (c *SurveyFilesCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		if c.Purge {
			n, err := k.rounds.PurgeUploads(e.ctx, operator, time.Now().Add(-e.cfg.keepRaw()))
			if err != nil {
				return err
			}
			e.notef("%s entfernt.\n", plural(n, "Rohdatei", "Rohdateien"))
		}
		out := []rawFile{}
		if err := k.store.View(e.ctx, func(tx catalog.Tx) error {
			list, err := tx.Imports(1_000_000)
			for _, im := range list {
				city, ok := strings.CutPrefix(im.Source, holding.Source(""))
				if !ok {
					continue
				}
				f := rawFile{File: im.FileName, City: city, SHA256: im.SHA256, Size: im.Size, At: im.At, Removed: im.Removed}
				if f.Removed.IsZero() {
					f.Until = im.At.Add(e.cfg.keepRaw())
				}
				out = append(out, f)
			}
			return err
		}); err != nil {
			return err
		}
		if c.JSON {
			return e.json(out)
		}
		for _, f := range out {
			state := "bis " + f.Until.Format("02.01.2006")
			if !f.Removed.IsZero() {
				state = "entfernt am " + f.Removed.Format("02.01.2006")
			}
			e.printf("%-12s %s  %s\n", f.City, f.File, state)
		}
		return nil
	})
}

// SurveyForgetCmd removes contacts.
type SurveyForgetCmd struct {
	City    string `required:"" placeholder:"CITY" help:"muenchen, augsburg or nuernberg."`
	Office  string `placeholder:"NAME" help:"All contacts of this office."`
	Contact string `placeholder:"TEXT" help:"One person, by name, e-mail or telephone number as it was written."`
	JSON    bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (SurveyForgetCmd) Help() string {
	return "Removed are answers with all revisions, mentions in the datasets made of them, addresses in lists, letters, mentions in reports, and the city's raw files. There is no way back.\n\nExamples:\n  trio survey forget --city augsburg --office Gartenamt\n  trio survey forget --city augsburg --contact \"Kim Beispiel\""
}

// Run removes them and says how many.
func (c *SurveyForgetCmd) Run(e *env) error {
	if c.Office == "" && c.Contact == "" {
		return fmt.Errorf("%w: --office or --contact", errUsage)
	}
	city, err := cityByName(c.City)
	if err != nil {
		return err
	}
	return e.withData(func(k *core) error {
		out, err := k.rounds.Forget(e.ctx, operator, round.Whom{City: city.Name, Office: c.Office, Contact: c.Contact})
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(out)
		}
		e.printf("Entfernt: Kontakte in %s und %s (%d Fassungen), %d Antworten in Runden, %d Briefe, %d Berichte, %d Rohdateien.\n", plural(out.Holdings, "Datenbestand", "Datenbeständen"), plural(out.Datasets, "Datensatz", "Datensätzen"), out.Revisions, out.Answers, out.Mails, out.Reports, out.Files)
		for _, f := range out.Findings {
			e.printf("  %s %s\n", f.Message.In("de"), f.Remedy.In("de"))
		}
		return nil
	})
}
