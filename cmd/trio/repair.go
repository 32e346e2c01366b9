package main

import (
	"fmt"

	"trio.example/catalog"
	"trio.example/catalog/quality"
	"trio.example/catalog/repair"
)

// RepairCmd holds the commands of bulk repair.
type RepairCmd struct {
	Set  RepairSetCmd  `cmd:"" help:"Set a field; without --apply only the preview is shown."`
	List RepairListCmd `cmd:"" help:"List the repairs made."`
	Undo RepairUndoCmd `cmd:"" help:"Give the fields their values of before."`
}

// RepairSetCmd sets a field.
type RepairSetCmd struct {
	Field   string `arg:"" help:"Field, for example license_id, frequency or contact_email."`
	Value   string `arg:"" help:"Value; for fields with a vocabulary any spelling it knows."`
	Org     string `placeholder:"NAME" help:"Only datasets of this organization and those below it."`
	Files   bool   `help:"Set the field of the distributions instead of the dataset's."`
	Instead string `placeholder:"VALUE" help:"Replace this value instead of filling what is empty."`
	All     bool   `help:"Set it everywhere, whatever stands there."`
	Apply   bool   `help:"Do it. Without this only the preview is shown."`
	JSON    bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (RepairSetCmd) Help() string {
	return "Examples:\n  trio repair set license_id dl-de/by-2-0 --org augsburg\n  trio repair set license_id dl-de/by-2-0 --org augsburg --apply\n  trio repair set license \"cc-by 4.0\" --files --instead http://dcat-ap.de/def/licenses/cc-by --apply"
}

// Run shows or does it.
func (c *RepairSetCmd) Run(e *env) error {
	if c.All && c.Instead != "" {
		return fmt.Errorf("%w: --all and --instead exclude each other", errUsage)
	}
	return e.withData(func(k *core) error {
		p := repair.Plan{Field: c.Field, Value: c.Value, Files: c.Files, Instead: c.Instead, All: c.All}
		if c.Org != "" {
			err := k.store.View(e.ctx, func(tx catalog.Tx) error {
				org, err := catalog.Find(tx, catalog.TypeOrganization.Namespace(), c.Org)
				if err != nil {
					return catalog.Errorf(catalog.KindNotFound, "Eine Organisation namens %q gibt es nicht.", c.Org)
				}
				p.Owners, err = quality.Below(tx, org.ID)
				return err
			})
			if err != nil {
				return err
			}
		}
		shop := repair.New(k.reg, k.defs)
		var steps []repair.Step
		var job *repair.Job
		var err error
		if c.Apply {
			if job, err = shop.Apply(e.ctx, operator, p); err == nil {
				steps = job.Steps
			}
		} else {
			steps, err = shop.Preview(e.ctx, operator, p)
		}
		if err != nil {
			return err
		}
		if c.JSON {
			if job != nil {
				return e.json(job)
			}
			return e.json(map[string]any{"preview": true, "steps": append([]repair.Step{}, steps...)})
		}
		for _, s := range steps {
			e.printf("%s: „%s“ → „%s“\n", s.Name, s.Before, s.After)
		}
		switch {
		case !c.Apply:
			e.printf("Vorschau: %s. Mit --apply wird es gemacht.\n", plural(len(steps), "Datensatz", "Datensätze"))
		case len(steps) == 0:
			e.printf("Nichts zu tun.\n")
		default:
			e.printf("%s geändert. Rückgängig: trio repair undo %s\n", plural(len(steps), "Datensatz", "Datensätze"), job.ID)
		}
		return nil
	})
}

// RepairListCmd lists repairs.
type RepairListCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (RepairListCmd) Help() string { return "Example:\n  trio repair list" }

// Run lists, newest first.
func (c *RepairListCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		jobs, err := repair.New(k.reg, k.defs).Jobs(e.ctx)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(append([]*repair.Job{}, jobs...))
		}
		e.none(len(jobs), "Noch keine Reparatur.")
		for _, j := range jobs {
			state := ""
			if j.Undone {
				state = " (rückgängig gemacht)"
			}
			e.printf("%s  %s  %s = „%s“, %s%s\n", j.At.Local().Format("2006-01-02 15:04"), j.ID, j.Plan.Field, j.Plan.Value, plural(len(j.Steps), "Datensatz", "Datensätze"), state)
		}
		return nil
	})
}

// RepairUndoCmd undoes a repair.
type RepairUndoCmd struct {
	ID   string `arg:"" help:"Number of the repair; trio repair list shows it."`
	JSON bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (RepairUndoCmd) Help() string {
	return "What somebody has changed since in the same field stays as it is.\n\nExample:\n  trio repair undo 0b9275a6-056b-4304-aa89-2e904a53e2cf"
}

// Run undoes.
func (c *RepairUndoCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		n, kept, err := repair.New(k.reg, k.defs).Undo(e.ctx, operator, c.ID)
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(map[string]any{"undone": n, "kept": append([]repair.Step{}, kept...)})
		}
		for _, s := range kept {
			e.printf("%s: seitdem geändert, bleibt wie es ist\n", s.Name)
		}
		e.printf("%s zurückgesetzt.\n", plural(n, "Datensatz", "Datensätze"))
		return nil
	})
}
