package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
	"trio.example/harvest/fetch"
	intake "trio.example/harvest/survey"
)

// TemplateCmd holds the commands of survey templates.
type TemplateCmd struct {
	List     TemplateListCmd     `cmd:"" help:"List the templates that are kept here."`
	Show     TemplateShowCmd     `cmd:"" help:"Show what a template asks."`
	Validate TemplateValidateCmd `cmd:"" help:"Check a template's file."`
	Diff     TemplateDiffCmd     `cmd:"" help:"Tell what changed between two templates."`
	Adopt    TemplateAdoptCmd    `cmd:"" help:"Keep a template from a file or an address."`
	Merge    TemplateMergeCmd    `cmd:"" help:"Move a city's overlay to a newer version of its base."`
	Release  TemplateReleaseCmd  `cmd:"" help:"Release a draft, or retire a released template."`
	Export   TemplateExportCmd   `cmd:"" help:"Write a template as JSON, LimeSurvey structure or workbook."`
}

// Help shows how the commands are used.
func (TemplateCmd) Help() string {
	return `A template is a survey's questionnaire in one JSON document. A city extends one without copying it. Where a template is asked for, a file or a reference like man-datensilo@1.0.0 will do.

Examples:
  trio template validate vorlage.json
  trio template adopt vorlage.json
  trio template merge nue-datensilo@1.0.0 --to 1.1.0
  trio template export man-datensilo@1.0.0 --format lss --out abfrage.lss`
}

// readTemplateFile reads a template's document from a file, bounded.
func readTemplateFile(path string) ([]byte, error) {
	in, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, catalog.Errorf(catalog.KindNotFound, "Die Datei %s gibt es nicht.", path)
	}
	if err != nil {
		return nil, fmt.Errorf("template: %w", err)
	}
	defer in.Close()
	data, err := io.ReadAll(io.LimitReader(in, maxTemplate+1))
	if err != nil {
		return nil, catalog.Errorf(catalog.KindInvalid, "Die Vorlage %s kann nicht gelesen werden: %v.", path, err)
	}
	if len(data) > maxTemplate {
		return nil, catalog.Errorf(catalog.KindTooLarge, "Die Vorlage %s ist größer als 4 MB.", path)
	}
	return data, nil
}

// isRef tells a reference from a file name.
func isRef(s string) bool {
	_, _, ok := round.SplitRef(s)
	if !ok {
		return false
	}
	_, err := os.Stat(s)
	return err != nil
}

// library finds templates: those named by --base, those kept here, the built-in one.
type library struct {
	e     *env
	files map[string]*survey.Template
	kept  map[string]*survey.Template
}

// openLibrary reads the bases given as files; the data folder is looked at where
// there is one.
func openLibrary(e *env, files []string) (*library, error) {
	l := &library{e: e, files: map[string]*survey.Template{}, kept: map[string]*survey.Template{}}
	for _, path := range files {
		data, err := readTemplateFile(path)
		if err != nil {
			return nil, err
		}
		t, err := survey.Read(data, l.base)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		l.files[t.Ref()] = t
	}
	return l, nil
}

func (l *library) base(id, version string) *survey.Template {
	ref := id + "@" + version
	if t := l.files[ref]; t != nil {
		return t
	}
	if t := survey.BuiltIn(id, version); t != nil {
		return t
	}
	if t, known := l.kept[ref]; known {
		return t
	}
	if _, err := os.Stat(dbPath(l.e.cfg.Data)); err != nil {
		return nil
	}
	if err := l.e.withData(func(k *core) error {
		_, _, t, err := k.rounds.Document(l.e.ctx, operator, ref)
		if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
			return err
		}
		l.kept[ref] = t
		return nil
	}); err != nil {
		return nil
	}
	return l.kept[ref]
}

// document reads the document of a file or reference.
func (l *library) document(arg string) ([]byte, error) {
	if !isRef(arg) {
		return readTemplateFile(arg)
	}
	id, version, _ := round.SplitRef(arg)
	if survey.BuiltIn(id, version) != nil {
		return survey.Document(), nil
	}
	var doc []byte
	err := l.e.withData(func(k *core) error {
		var err error
		_, doc, _, err = k.rounds.Document(l.e.ctx, operator, arg)
		return noTemplate(err, arg)
	})
	return doc, err
}

func (l *library) template(arg string) (*survey.Template, error) {
	doc, err := l.document(arg)
	if err != nil {
		return nil, err
	}
	return survey.Read(doc, l.base)
}

func noTemplate(err error, ref string) error {
	if err != nil && catalog.KindOf(err) == catalog.KindNotFound {
		return catalog.Errorf(catalog.KindNotFound, "Die Vorlage %s gibt es hier nicht. Die Vorlagen nennt trio template list.", ref)
	}
	return err
}

// TemplateListCmd lists templates.
type TemplateListCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (TemplateListCmd) Help() string { return "Example:\n  trio template list --json" }

// Run prints the templates.
func (c *TemplateListCmd) Run(e *env) error {
	return e.withCore(func(k *core) error {
		list, err := k.rounds.Templates(e.ctx, operator)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(list)
		}
		for _, t := range list {
			more := ""
			if t.Extends != "" {
				more = "  erweitert " + t.Extends
			}
			if t.Newer != "" {
				more += "  (neuer: " + t.Newer + ")"
			}
			e.printf("%s  %s  %s%s\n", t.Ref(), templateWord(t.Status), t.Title.In("de"), more)
		}
		return nil
	})
}

func templateWord(status string) string {
	switch status {
	case catalog.TemplatePublished:
		return "freigegeben"
	case catalog.TemplateRetired:
		return "zurückgezogen"
	}
	return "Entwurf"
}

// TemplateShowCmd shows a template.
type TemplateShowCmd struct {
	Template string   `arg:"" help:"File or reference."`
	Base     []string `placeholder:"FILE" help:"File of the template it extends; may be repeated."`
	JSON     bool     `help:"Print the template with its base worked in."`
}

// Help shows how the command is used.
func (TemplateShowCmd) Help() string {
	return "Example:\n  trio template show man-datensilo@1.0.0"
}

// Run prints the questions.
func (c *TemplateShowCmd) Run(e *env) error {
	l, err := openLibrary(e, c.Base)
	if err != nil {
		return err
	}
	t, err := l.template(c.Template)
	if err != nil {
		return err
	}
	if c.JSON {
		return e.json(t)
	}
	e.printf("%s  %s\n", t.Ref(), t.Title.In("de"))
	for _, sec := range t.Sections {
		e.printf("\n%s  %s\n", sec.ID, sec.Title.In("de"))
		for i := range sec.Questions {
			q := &sec.Questions[i]
			marks := ""
			if q.Short() {
				marks += " Kurzform"
			}
			if q.Core {
				marks += " vergleichbar"
			}
			if q.Hidden {
				marks += " ausgeblendet"
			}
			e.printf("  %-18s %-10s %-10s %s%s\n", q.ID, q.Type, q.Visibility, q.Label.In("de"), marks)
		}
	}
	return nil
}

// TemplateValidateCmd checks files.
type TemplateValidateCmd struct {
	Files []string `arg:"" name:"file" help:"Template files."`
	Base  []string `placeholder:"FILE" help:"File of the template they extend; may be repeated."`
	JSON  bool     `help:"Print one JSON document per file."`
}

// Help shows how the command is used.
func (TemplateValidateCmd) Help() string {
	return "Every reason against a template is told with its code. An overlay is checked together with its base: the built-in one, one kept here, or a file given by --base.\n\nExamples:\n  trio template validate vorlage.json\n  trio template validate nuernberg.json --base kern-1.1.0.json --json"
}

// Run checks each file; one that is refused does not keep the others from being checked.
func (c *TemplateValidateCmd) Run(e *env) error {
	l, err := openLibrary(e, c.Base)
	if err != nil {
		return err
	}
	failed := false
	for _, name := range c.Files {
		t, err := l.template(name)
		var refusal *catalog.Error
		switch {
		case err == nil && c.JSON:
			err = e.json(map[string]any{"file": name, "valid": true, "template": t.Ref(), "questions": len(t.Questions()), "comparable": len(survey.Comparable(survey.Default(), t)) == 0})
		case err == nil:
			e.printf("%s: %s ist gültig, %d Fragen.\n", name, t.Ref(), len(t.Questions()))
		case !errors.As(err, &refusal):
			return err
		case c.JSON:
			failed = true
			err = e.json(map[string]any{"file": name, "valid": false, "error": refusal.Message, "findings": refusal.Findings})
		default:
			failed = true
			err = nil
			e.printf("%s: %s\n", name, refusal.Message)
			for _, f := range refusal.Findings {
				e.printf("  %s  %s\n", f.Code, f.Message.In("de"))
			}
		}
		if err != nil {
			return err
		}
	}
	if failed {
		return errProblem
	}
	return nil
}

// TemplateDiffCmd compares templates.
type TemplateDiffCmd struct {
	Old  string   `arg:"" help:"File or reference."`
	New  string   `arg:"" help:"File or reference."`
	Base []string `placeholder:"FILE" help:"File of the template they extend; may be repeated."`
	JSON bool     `help:"Print JSON."`
}

// Help shows how the command is used.
func (TemplateDiffCmd) Help() string {
	return "It also says by how much the version has to grow, and what keeps the two from being compared on the fixed questions.\n\nExample:\n  trio template diff man-datensilo@1.0.0 kern-1.1.0.json"
}

// Run prints what changed.
func (c *TemplateDiffCmd) Run(e *env) error {
	l, err := openLibrary(e, c.Base)
	if err != nil {
		return err
	}
	old, err := l.template(c.Old)
	if err != nil {
		return err
	}
	now, err := l.template(c.New)
	if err != nil {
		return err
	}
	diff, lacking := survey.Diff(old, now), survey.Comparable(old, now)
	if c.JSON {
		return e.json(map[string]any{"old": old.Ref(), "new": now.Ref(), "changes": diff, "needs": survey.Needed(diff), "comparable": len(lacking) == 0, "incomparable": lacking})
	}
	for _, d := range diff {
		e.printf("%-18s %-22s %s\n", d.Kind, d.ID, d.Text.In("de"))
	}
	if len(diff) == 0 {
		e.printf("Kein Unterschied.\n")
	} else {
		e.printf("Nötig ist eine neue Fassung der Stufe %s.\n", survey.Needed(diff))
	}
	for _, f := range lacking {
		e.printf("Nicht vergleichbar: %s\n", f.Message.In("de"))
	}
	return nil
}

// TemplateAdoptCmd keeps templates.
type TemplateAdoptCmd struct {
	Sources []string `arg:"" name:"source" help:"Files or addresses (http, https)."`
	JSON    bool     `help:"Print one JSON document per template."`
}

// Help shows how the command is used.
func (TemplateAdoptCmd) Help() string {
	return "The same template again changes nothing; another content under a released version is refused.\n\nExamples:\n  trio template adopt kern-1.1.0.json\n  trio template adopt https://daten.example.org/survey-template/man-datensilo@1.0.0.json"
}

// Run keeps each template.
func (c *TemplateAdoptCmd) Run(e *env) error {
	return e.withCore(func(k *core) error {
		failed := false
		for _, source := range c.Sources {
			out, err := adoptTemplate(e, k, source)
			if err != nil {
				failed = true
				e.notef("%s: %s\n", source, explain(err))
				if c.JSON {
					if err := e.json(refusal(source, err)); err != nil {
						return err
					}
				}
				continue
			}
			if c.JSON {
				if err := e.json(out); err != nil {
					return err
				}
				continue
			}
			if out.Unchanged {
				e.printf("%s: schon vorhanden.\n", out.Ref())
			} else {
				e.printf("%s: übernommen (%s).\n", out.Ref(), templateWord(out.Status))
			}
		}
		if failed {
			return errProblem
		}
		return nil
	})
}

func adoptTemplate(e *env, k *core, source string) (*round.Adopted, error) {
	var doc []byte
	var err error
	if isURL(source) {
		// Whoever runs the program here may read from inside addresses as well.
		doc, err = fetchTemplate(e.ctx, source, true)
	} else {
		doc, err = readTemplateFile(source)
	}
	if err != nil {
		return nil, err
	}
	return k.rounds.Adopt(e.ctx, operator, doc, source)
}

// fetchTemplate reads a template from an address; inside allows one of this
// machine or a private network.
func fetchTemplate(ctx context.Context, address string, inside bool) ([]byte, error) {
	limits := fetch.Defaults()
	limits.Bytes, limits.Unpacked, limits.Whole, limits.Tries = maxTemplate, maxTemplate, time.Minute, 2
	client := fetch.New(fetch.Options{Agent: "trio/" + version, Limits: limits, Base: address, Inside: inside})
	defer client.Close()
	doc, err := client.Get(ctx, address, "application/json", nil)
	if err != nil {
		return nil, err
	}
	return doc.Body, nil
}

// TemplateMergeCmd moves an overlay to a newer base.
type TemplateMergeCmd struct {
	Overlay string   `arg:"" help:"File or reference of the city's template."`
	To      string   `required:"" placeholder:"VERSION" help:"Version of the base, such as 1.1.0, or a file of it."`
	Base    []string `placeholder:"FILE" help:"File of a template it needs; may be repeated."`
	Choose  []string `sep:"none" placeholder:"KEY=WAY" help:"Settle a conflict another way than proposed; may be repeated."`
	Out     string   `placeholder:"FILE" help:"Write the merged draft to this file."`
	Accept  bool     `help:"Keep the merged draft here as a new version."`
	JSON    bool     `help:"Print JSON."`
}

// Help shows how the command is used.
func (TemplateMergeCmd) Help() string {
	return "Shows what moves along by itself and every conflict with both sides and the ways to settle it. The draft follows what is chosen, else the proposals. Nothing stored changes without --accept.\n\nExamples:\n  trio template merge nue-datensilo@1.0.0 --to 1.1.0\n  trio template merge nue-datensilo@1.0.0 --to 1.1.0 --choose label:A_org1=theirs --accept\n  trio template merge nuernberg.json --to kern-1.1.0.json --out nuernberg-neu.json"
}

// Run prints the merge.
func (c *TemplateMergeCmd) Run(e *env) error {
	l, err := openLibrary(e, c.Base)
	if err != nil {
		return err
	}
	doc, err := l.document(c.Overlay)
	if err != nil {
		return err
	}
	ours, err := survey.Read(doc, l.base)
	if err != nil {
		return err
	}
	if ours.Extends == nil {
		return catalog.Errorf(catalog.KindInvalid, "Die Vorlage %s baut auf keiner anderen auf.", ours.Ref())
	}
	now := l.base(ours.Extends.ID, c.To)
	if now == nil {
		if _, err := os.Stat(c.To); err != nil {
			return catalog.Errorf(catalog.KindNotFound, "Die Vorlage %s@%s ist hier nicht bekannt.", ours.Extends.ID, c.To)
		}
		if now, err = l.template(c.To); err != nil {
			return err
		}
	}
	settle := map[string]string{}
	for _, text := range c.Choose {
		key, value, ok := strings.Cut(text, "=")
		if !ok {
			return fmt.Errorf("%w: --choose %q is not like \"label:A_org1=theirs\"", errUsage, text)
		}
		settle[key] = value
	}
	m, err := survey.Update(doc, l.base(ours.Extends.ID, ours.Extends.Version), now, settle)
	if err != nil {
		return err
	}
	if c.Accept {
		if err := acceptMerge(e, c.Overlay, now.Version, settle); err != nil {
			return err
		}
	}
	if c.Out != "" {
		if err := os.WriteFile(c.Out, m.Draft, 0o600); err != nil {
			return fmt.Errorf("draft: %w", err)
		}
	}
	if c.JSON {
		return e.json(m)
	}
	e.printf("%s: von %s nach %s\n", m.Ours, m.Base, m.Theirs)
	for _, x := range m.Automatic {
		e.printf("  von selbst  %-22s %s\n", x.ID, x.Text.In("de"))
	}
	for _, x := range m.Conflicts {
		e.printf("  Konflikt    %-22s %s\n", x.ID, x.Text.In("de"))
		if x.Ours != "" {
			e.printf("    unsere Seite:  %s\n", x.Ours)
		}
		if x.Theirs != "" {
			e.printf("    Kernvorlage:   %s\n", x.Theirs)
		}
		for i, w := range x.Ways {
			mark, word := " ", ""
			if w.Value == x.Chosen {
				mark = "*"
			}
			if i == 0 {
				word = " (Vorschlag)"
			}
			e.printf("    %s %s=%s  %s%s\n", mark, x.Key, w.Value, w.Text.In("de"), word)
		}
	}
	e.printf("Antworten: keine verloren, umgezogen: %s. Laufende Runden bleiben auf ihrer Fassung.\n", strings.Join(append([]string{}, m.Answers.Migrated...), ", "))
	return nil
}

// acceptMerge keeps the draft of a merge. Only what is kept here can be moved on.
func acceptMerge(e *env, overlay, to string, settle map[string]string) error {
	if !isRef(overlay) {
		return fmt.Errorf("%w: --accept needs a template that is kept here, such as nue-datensilo@1.0.0", errUsage)
	}
	return e.withData(func(k *core) error {
		out, err := k.rounds.AcceptMerge(e.ctx, operator, overlay, to, settle)
		if err != nil {
			return noTemplate(err, overlay)
		}
		e.notef("%s: als Entwurf abgelegt.\n", out.Ref())
		return nil
	})
}

// TemplateReleaseCmd releases or retires.
type TemplateReleaseCmd struct {
	Template string `arg:"" help:"Reference, such as nue-datensilo@1.0.0."`
	Retire   bool   `help:"Take a released template out of use instead."`
}

// Help shows how the command is used.
func (TemplateReleaseCmd) Help() string {
	return "A released version never changes again. Its version must have grown by what changed. Running rounds keep the template they were opened with.\n\nExamples:\n  trio template release nue-datensilo@1.0.0\n  trio template release nue-datensilo@1.0.0 --retire"
}

// Run changes the state.
func (c *TemplateReleaseCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		change, word := k.rounds.Release, "freigegeben"
		if c.Retire {
			change, word = k.rounds.Retire, "zurückgezogen"
		}
		if err := change(e.ctx, operator, c.Template); err != nil {
			return noTemplate(err, c.Template)
		}
		e.printf("%s: %s.\n", c.Template, word)
		return nil
	})
}

// TemplateExportCmd writes a template in other forms.
type TemplateExportCmd struct {
	Template string   `arg:"" help:"File or reference."`
	Format   string   `default:"json" enum:"json,lss,xlsx" help:"json, lss (LimeSurvey) or xlsx (workbook to be filled offline)."`
	Out      string   `required:"" placeholder:"FILE" help:"File to write; - is the terminal."`
	Base     []string `placeholder:"FILE" help:"File of the template it extends; may be repeated."`
}

// Help shows how the command is used.
func (TemplateExportCmd) Help() string {
	return "Answers from all of them are read by trio survey import.\n\nExamples:\n  trio template export man-datensilo@1.0.0 --format xlsx --out abfrage.xlsx\n  trio template export nuernberg.json --format lss --out abfrage.lss"
}

// Run writes the file.
func (c *TemplateExportCmd) Run(e *env) error {
	l, err := openLibrary(e, c.Base)
	if err != nil {
		return err
	}
	doc, err := l.document(c.Template)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	switch c.Format {
	case "json":
		out.Write(doc)
	default:
		t, err := survey.Read(doc, l.base)
		if err != nil {
			return err
		}
		write := intake.WriteLSS
		if c.Format == "xlsx" {
			write = func(w io.Writer, t *survey.Template) error { return intake.WriteForm(w, t, nil) }
		}
		if err := write(&out, t); err != nil {
			return err
		}
	}
	if c.Out == "-" {
		e.printf("%s", out.String())
		return nil
	}
	if err := os.WriteFile(c.Out, out.Bytes(), 0o600); err != nil {
		return fmt.Errorf("export: %w", err)
	}
	e.printf("%s geschrieben.\n", c.Out)
	return nil
}
