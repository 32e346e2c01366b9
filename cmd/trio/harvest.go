package main

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/harvest/job"
	"trio.example/harvest/source"
)

// HarvestCmd holds the commands of the harvester.
type HarvestCmd struct {
	Source  HarvestSourceCmd  `cmd:"" help:"Add, list, show, pause and remove sources."`
	Run     HarvestRunCmd     `cmd:"" help:"Harvest sources now."`
	Preview HarvestPreviewCmd `cmd:"" help:"Show what a run would do, and do nothing."`
	Release HarvestReleaseCmd `cmd:"" help:"Apply a plan that was held, exactly as it was made."`
	Report  HarvestReportCmd  `cmd:"" help:"Tell what a run did, record by record."`

	Duplicates HarvestDuplicatesCmd `cmd:"" help:"List records whose dataset another source has."`
	Separate   HarvestSeparateCmd   `cmd:"" help:"Take a duplicate as a dataset of its own."`

	Disputes HarvestDisputesCmd `cmd:"" help:"List fields that source and portal changed both."`
	Decide   HarvestDecideCmd   `cmd:"" help:"Decide whose version of a field counts, or lock it."`
}

func harvestPath(data string) string { return filepath.Join(data, "harvest") }

func (c *core) harvester(cfg *Config) *job.Engine {
	agent := fmt.Sprintf("trio-harvest/%s (+%s)", version, cfg.SiteURL)
	e := job.New(c.reg, c.defs, dcat.NewMapper(c.defs, cfg.SiteURL), cfg.SiteURL, harvestPath(cfg.Data), agent)
	e.SetIntake(c.takeAnswers)
	e.SetMailer(harvestMail{c.store})
	if c.harvested != nil {
		e.SetObserver(c.harvested.observe)
	}
	return e
}

// HarvestSourceCmd holds the commands about sources.
type HarvestSourceCmd struct {
	Add    HarvestAddCmd    `cmd:"" help:"Add a source."`
	List   HarvestListCmd   `cmd:"" help:"List sources with their state."`
	Show   HarvestShowCmd   `cmd:"" help:"Show a source with its newest runs."`
	Set    HarvestSetCmd    `cmd:"" help:"Change a source."`
	Pause  HarvestPauseCmd  `cmd:"" help:"Pause a source, or let it go on."`
	Try    HarvestTryCmd    `cmd:"" help:"Show what a mapping makes of ten live records."`
	Map    HarvestMapCmd    `cmd:"" help:"Give a source a mapping, show it or take it back."`
	Remove HarvestRemoveCmd `cmd:"" help:"Remove a source; its datasets stay."`
}

// HarvestAddCmd adds a source.
type HarvestAddCmd struct {
	Name        string            `arg:"" help:"Name of the source."`
	URL         string            `arg:"" name:"url" help:"Address."`
	Kind        string            `required:"" placeholder:"KIND" help:"What the source speaks, see below."`
	Org         string            `placeholder:"NAME" help:"Organization that gets the datasets; it is made when it is missing. Sources of survey answers take the one of their city."`
	OrgTitle    string            `placeholder:"TEXT" help:"Title of an organization that is made."`
	Label       string            `placeholder:"TEXT" help:"What the source is called."`
	Every       time.Duration     `default:"24h" help:"Time between two runs; 0 for by hand."`
	Option      map[string]string `placeholder:"NAME=VALUE" help:"An option of the kind, see below; may be repeated."`
	HarvestPlan `embed:""`
	SecretFile  string `placeholder:"FILE" help:"File with what is sent as the Authorization header, or with the password."`
	Inside      bool   `help:"The source lies on this machine or in a private network."`
	JSON        bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestAddCmd) Help() string {
	return "Kinds:\n" + kindsHelp() + "\nExamples:\n  trio harvest source add stadt https://daten.example.org --kind ckan --org augsburg\n  trio harvest source add land https://daten.example.org/catalog.ttl --kind dcat --org bayern --every 12h\n  trio harvest source add abgabe file:///srv/abgabe --kind survey --option city=augsburg\n  trio harvest source add umfrage https://umfragen.example.org/index.php/admin/remotecontrol --kind limesurvey --option city=muenchen --option survey=4711 --option user=trio --secret-file passwort.txt"
}

func kindsHelp() string {
	var b strings.Builder
	for _, k := range source.Kinds() {
		fmt.Fprintf(&b, "  %-10s %s: %s\n", k.Name, k.Title.In("en"), k.Hint.In("en"))
		for _, o := range k.Options {
			fmt.Fprintf(&b, "            --option %s=… (%s)\n", o.Name, o.Label.In("en"))
		}
	}
	return b.String()
}

// validSource accepts addresses on the web, and what lies on this machine for
// answers of the survey.
func validSource(u *url.URL, kind source.Kind) bool {
	if u.Scheme == "file" {
		return u.Host == "" && path.IsAbs(u.Path) && kind.Name == "survey"
	}
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil
}

func kindNames() (out []string) {
	for _, k := range source.Kinds() {
		out = append(out, k.Name)
	}
	return out
}

// Run adds the source; it is due at once.
func (c *HarvestAddCmd) Run(e *env) error {
	kind, ok := source.KindOf(c.Kind)
	if !ok {
		return fmt.Errorf("%w: --kind %q is none of %s", errUsage, c.Kind, strings.Join(kindNames(), ", "))
	}
	u, err := url.Parse(c.URL)
	if err != nil || !validSource(u, kind) {
		return fmt.Errorf("%w: %s is no address with http or https (a password belongs into --secret-file)", errUsage, masked(c.URL))
	}
	if f := kind.Check(c.Option); len(f) > 0 {
		return catalog.Invalid(f...)
	}
	if kind.Files != nil {
		city, err := cityByName(c.Option["city"])
		if err != nil {
			return err
		}
		if c.Option["city"] = city.Name; c.Org == "" {
			c.Org = city.Name
		}
	}
	if c.Org == "" {
		return fmt.Errorf("%w: --org is missing", errUsage)
	}
	if f := catalog.CheckName(c.Name); len(f) > 0 {
		return catalog.Invalid(f...)
	}
	s := &catalog.HarvestSource{ID: catalog.NewID(), Name: c.Name, Kind: c.Kind, URL: c.URL, Title: c.Label, Every: c.Every, Inside: c.Inside, Config: c.Option, Created: time.Now().UTC()}
	if err := c.apply(s, false); err != nil {
		return err
	}
	if s.Scheduled() {
		s.Next = s.Created
		if s.Cron != "" || s.Window != "" {
			if s.Next, err = job.Next(s, s.Created); err != nil {
				return err
			}
		}
	}
	if c.SecretFile != "" {
		if s.Secret, err = readSecret(c.SecretFile); err != nil {
			return err
		}
	}
	return e.withCore(func(k *core) error {
		owner := ImportCmd{Org: c.Org, OrgTitle: c.OrgTitle}
		if s.Owner, err = owner.owner(e, k); err != nil {
			return err
		}
		_, err := k.store.Update(e.ctx, operator, func(tx catalog.WriteTx) error {
			if _, err := tx.HarvestSource(c.Name); err == nil {
				return catalog.Errorf(catalog.KindConflict, "Eine Quelle namens %s gibt es schon.", c.Name)
			}
			list, err := tx.HarvestSources()
			for _, other := range list {
				if strings.TrimRight(other.URL, "/") == strings.TrimRight(c.URL, "/") {
					return catalog.Errorf(catalog.KindConflict, "Diese Adresse hat schon die Quelle %s.", other.Name)
				}
			}
			if err != nil {
				return err
			}
			return tx.PutHarvestSource(s)
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(job.Shown(s))
		}
		e.printf("Quelle %s ist angelegt. Ansehen, was käme: trio harvest preview %s\n", s.Name, s.Name)
		return nil
	})
}

type sourceState struct {
	*catalog.HarvestSource
	Jobs []*catalog.HarvestJob `json:"jobs"`
}

func (e *env) sources(k *core, only string, jobs int) (out []sourceState, err error) {
	err = k.store.View(e.ctx, func(tx catalog.Tx) error {
		list, err := tx.HarvestSources()
		if only != "" {
			var one *catalog.HarvestSource
			if one, err = sourceNamed(tx, only); err != nil {
				return err
			}
			list = []*catalog.HarvestSource{one}
		}
		if err != nil {
			return err
		}
		for _, s := range list {
			j, err := tx.HarvestJobs(s.ID, false, jobs)
			if err != nil {
				return err
			}
			out = append(out, sourceState{job.Shown(s), j})
		}
		return nil
	})
	return out, err
}

// HarvestListCmd lists sources.
type HarvestListCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestListCmd) Help() string { return "Example:\n  trio harvest source list" }

// Run lists.
func (c *HarvestListCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		list, err := e.sources(k, "", 1)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(append([]sourceState{}, list...))
		}
		e.none(len(list), "Noch keine Quelle.")
		for _, s := range list {
			last := "noch nie gelaufen"
			if len(s.Jobs) > 0 {
				last = jobLine(s.Jobs[0])
			}
			if s.Paused {
				last += "; angehalten"
			}
			e.printf("%-20s %-9s %s\n  %s\n", s.Name, s.Kind, s.URL, last)
		}
		return nil
	})
}

// HarvestShowCmd shows a source.
type HarvestShowCmd struct {
	Name string `arg:"" help:"Name of the source."`
	JSON bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestShowCmd) Help() string { return "Example:\n  trio harvest source show stadt --json" }

// Run shows it.
func (c *HarvestShowCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		list, err := e.sources(k, c.Name, 20)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(list[0])
		}
		s := list[0]
		e.printf("%s (%s)\n%s\n", s.Name, s.Kind, s.URL)
		for _, j := range s.Jobs {
			e.printf("  %s  %s\n", j.ID, jobLine(j))
		}
		return nil
	})
}

func jobLine(j *catalog.HarvestJob) string {
	state := map[string]string{catalog.HarvestPlanning: "liest", catalog.HarvestHeld: "angehalten, wartet auf Freigabe", catalog.HarvestApplying: "schreibt"}[j.State]
	if j.State == catalog.HarvestFinished {
		state = map[string]string{catalog.HarvestOK: "fertig", catalog.HarvestPartial: "fertig, aber unvollständig", catalog.HarvestFailed: "gescheitert"}[j.Outcome]
	}
	text := fmt.Sprintf("%s %s: %d neu, %d geändert, %d gelöscht, %d unverändert, %d fehlerhaft", j.Created.Local().Format("2006-01-02 15:04"), state,
		j.Counts[catalog.HarvestAdd], j.Counts[catalog.HarvestUpdate], j.Counts[catalog.HarvestDelete], j.Counts[catalog.HarvestSame], j.Counts[catalog.HarvestError])
	if j.Absent > 0 {
		text += fmt.Sprintf(", %d vermisst", j.Absent)
	}
	if j.Duplicates > 0 {
		text += fmt.Sprintf(", %d doppelt", j.Duplicates)
	}
	if j.Filtered > 0 {
		text += fmt.Sprintf(", %d ausgelassen", j.Filtered)
	}
	if j.Preview {
		text += " (nur Vorschau)"
	}
	if j.Reason != "" {
		text += ". " + j.Reason
	}
	return text
}

// sourceNamed finds a source for a command.
func sourceNamed(tx catalog.Tx, name string) (*catalog.HarvestSource, error) {
	s, err := tx.HarvestSource(name)
	if err != nil {
		return nil, catalog.Errorf(catalog.KindNotFound, "Eine Quelle namens %q gibt es nicht.", name)
	}
	return s, nil
}

// HarvestPauseCmd pauses.
type HarvestPauseCmd struct {
	Name string `arg:"" help:"Name of the source."`
	Off  bool   `help:"Let it go on."`
}

// Help shows how the command is used.
func (HarvestPauseCmd) Help() string {
	return "Examples:\n  trio harvest source pause stadt\n  trio harvest source pause stadt --off"
}

// Run pauses.
func (c *HarvestPauseCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		_, err := k.store.Update(e.ctx, operator, func(tx catalog.WriteTx) error {
			s, err := sourceNamed(tx, c.Name)
			if err != nil {
				return err
			}
			s.Paused = !c.Off
			return tx.PutHarvestSource(s)
		})
		return err
	})
}

// HarvestRemoveCmd removes a source.
type HarvestRemoveCmd struct {
	Name string `arg:"" help:"Name of the source."`
}

// Help shows how the command is used.
func (HarvestRemoveCmd) Help() string {
	return "Its runs and reports go; the datasets stay and belong to their organization.\n\nExample:\n  trio harvest source remove stadt"
}

// Run removes.
func (c *HarvestRemoveCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		_, err := k.store.Update(e.ctx, operator, func(tx catalog.WriteTx) error {
			s, err := sourceNamed(tx, c.Name)
			if err != nil {
				return err
			}
			return tx.DeleteHarvestSource(s.ID)
		})
		return err
	})
}

// HarvestRunCmd harvests.
type HarvestRunCmd struct {
	Names []string `arg:"" name:"source" help:"Names of sources."`
	Force bool     `help:"Apply the plan even if the guard would hold it."`
	JSON  bool     `help:"Print one JSON document per source."`
}

// Help shows how the command is used.
func (HarvestRunCmd) Help() string {
	return "Exit code 0: all went well; 1: a run failed, was incomplete or is held.\n\nExample:\n  trio harvest run stadt land"
}

// Run harvests one after the other; one that fails does not keep the others.
func (c *HarvestRunCmd) Run(e *env) error {
	return e.withData(func(k *core) error { return e.harvest(k, c.Names, job.Options{Force: c.Force}, c.JSON) })
}

func (e *env) harvest(k *core, names []string, o job.Options, asJSON bool) error {
	engine := k.harvester(e.cfg)
	engine.SetProgress(func(done, _ int) {
		if isTerminal(e.stderr) {
			fmt.Fprintf(e.stderr, "\r%d Datensätze gelesen ", done)
		}
	})
	bad := false
	for _, name := range names {
		j, err := engine.Run(e.ctx, name, o)
		switch {
		case err != nil:
			bad = true
			e.notef("%s: %s\n", name, explain(err))
			continue
		case asJSON:
			if err := e.json(j); err != nil {
				return err
			}
		default:
			e.printf("%s: %s\n", name, jobLine(j))
			if j.State == catalog.HarvestHeld {
				e.printf("Trotzdem anwenden: trio harvest release %s\n", j.ID)
			}
			if o.Preview {
				if err := e.printPlan(engine, j.ID); err != nil {
					return err
				}
			}
		}
		bad = bad || j.State == catalog.HarvestHeld || j.Outcome != catalog.HarvestOK
	}
	if bad {
		return errProblem
	}
	return nil
}

func (e *env) printPlan(engine *job.Engine, id string) error {
	verb := map[string]string{catalog.HarvestAdd: "neu", catalog.HarvestUpdate: "geändert", catalog.HarvestDelete: "gelöscht", catalog.HarvestError: "fehlerhaft"}
	err := engine.Plan(id, func(guid, action, title string, changed []string, faults []catalog.Finding) error {
		e.printf("  %-10s %s %s", verb[action], guid, title)
		if len(changed) > 0 {
			e.printf(" (%s)", strings.Join(changed, ", "))
		}
		e.printf("\n")
		for _, f := range faults {
			e.printf("    %s: %s\n", f.Severity, f.Message.In("de"))
		}
		return nil
	})
	if errors.Is(err, os.ErrNotExist) { // answers of the survey have no plan
		return nil
	}
	return err
}

// HarvestPreviewCmd plans.
type HarvestPreviewCmd struct {
	Name string `arg:"" help:"Name of the source."`
	JSON bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestPreviewCmd) Help() string { return "Example:\n  trio harvest preview stadt" }

// Run plans and shows.
func (c *HarvestPreviewCmd) Run(e *env) error {
	return e.withData(func(k *core) error { return e.harvest(k, []string{c.Name}, job.Options{Preview: true}, c.JSON) })
}

// HarvestReleaseCmd applies a held plan.
type HarvestReleaseCmd struct {
	Job  string `arg:"" help:"Number of the run."`
	JSON bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestReleaseCmd) Help() string {
	return "Example:\n  trio harvest release 0b9275a6-056b-4304-aa89-2e904a53e2cf"
}

// Run applies.
func (c *HarvestReleaseCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		j, err := k.harvester(e.cfg).Release(e.ctx, c.Job)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(j)
		}
		e.printf("%s\n", jobLine(j))
		return nil
	})
}

// HarvestReportCmd reports.
type HarvestReportCmd struct {
	Job  string `arg:"" help:"Number of a run, or name of a source for its newest."`
	JSON bool   `help:"Print JSON."`
	CSV  bool   `name:"csv" help:"Print a table for spreadsheet programs."`
}

// Help shows how the command is used.
func (HarvestReportCmd) Help() string {
	return "Examples:\n  trio harvest report stadt\n  trio harvest report stadt --csv > bericht.csv"
}

// Run prints every record that changed or failed.
func (c *HarvestReportCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		var j *catalog.HarvestJob
		objects := []*catalog.HarvestObject{}
		err := k.store.View(e.ctx, func(tx catalog.Tx) error {
			var err error
			if s, sErr := tx.HarvestSource(c.Job); sErr == nil {
				jobs, err := tx.HarvestJobs(s.ID, false, 1)
				if err != nil {
					return err
				}
				if len(jobs) == 0 {
					return catalog.Errorf(catalog.KindNotFound, "Die Quelle %s ist noch nie gelaufen.", c.Job)
				}
				j = jobs[0]
			} else if j, err = tx.HarvestJob(c.Job); err != nil {
				return catalog.Errorf(catalog.KindNotFound, "Es gibt weder einen Lauf noch eine Quelle namens %q.", c.Job)
			}
			for after := 0; ; {
				const atOnce = 1000
				list, err := tx.HarvestObjects(j.ID, after, atOnce)
				if err != nil || len(list) == 0 {
					return err
				}
				objects = append(objects, list...)
				after = list[len(list)-1].Seq
			}
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(struct {
				Job     *catalog.HarvestJob      `json:"job"`
				Objects []*catalog.HarvestObject `json:"objects"`
			}{j, objects})
		}
		if c.CSV {
			return reportCSV(csv.NewWriter(e.stdout), j, objects)
		}
		e.printf("%s\n", jobLine(j))
		for _, f := range j.Findings {
			e.printf("  %s: %s%s %s\n", f.Severity, place(f), f.Message.In("de"), f.Remedy.In("de"))
		}
		for _, g := range grouped(objects) {
			e.printf("  %d × %s %s\n", g.n, g.Message.In("de"), g.Remedy.In("de"))
		}
		for _, o := range objects {
			e.printf("  %-9s %s %s\n", o.Action, o.GUID, o.Title)
			for _, f := range o.Faults {
				e.printf("    %s: %s %s\n", f.Severity, f.Message.In("de"), f.Remedy.In("de"))
			}
		}
		return nil
	})
}

// reportCSV writes a line per finding, and one per record that has none; what
// would be a formula is made harmless.
func reportCSV(w *csv.Writer, j *catalog.HarvestJob, objects []*catalog.HarvestObject) error {
	w.Comma = ';'
	line := func(cells ...string) {
		for i := range cells {
			cells[i] = catalog.CSVCell(cells[i])
		}
		_ = w.Write(cells) // Error keeps the first fault
	}
	line("Kennung", "Titel", "Ergebnis", "Datensatz", "Schwere", "Schlüssel", "Feld", "Meldung", "Abhilfe")
	for _, f := range j.Findings {
		line(f.Row, "", "", "", string(f.Severity), f.Code, f.Field, f.Message.In("de"), f.Remedy.In("de"))
	}
	for _, o := range objects {
		if len(o.Faults) == 0 {
			line(o.GUID, o.Title, o.Action, o.Entry, "", "", strings.Join(o.Changed, " "), "", "")
		}
		for _, f := range o.Faults {
			line(o.GUID, o.Title, o.Action, o.Entry, string(f.Severity), f.Code, f.Field, f.Message.In("de"), f.Remedy.In("de"))
		}
	}
	w.Flush()
	return w.Error()
}

// group counts findings that say the same.
type group struct {
	catalog.Finding
	n int
}

// grouped counts what objects say, the most frequent first.
func grouped(objects []*catalog.HarvestObject) []group {
	at := map[string]int{}
	var out []group
	for _, o := range objects {
		for _, f := range o.Faults {
			key := f.Code + f.Message.In("de")
			if f.Severity == catalog.SeverityInfo {
				continue
			}
			if i, ok := at[key]; ok {
				out[i].n++
				continue
			}
			at[key] = len(out)
			out = append(out, group{f, 1})
		}
	}
	slices.SortStableFunc(out, func(a, b group) int { return b.n - a.n })
	return out
}

// place says where a finding about a file sits.
func place(f catalog.Finding) string {
	at := strings.TrimSpace(f.File + " " + f.Row)
	if at == "" {
		return ""
	}
	return at + ": "
}
