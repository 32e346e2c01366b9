package main

import (
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// HarvestDisputesCmd lists what waits for a decision.
type HarvestDisputesCmd struct {
	Source string `arg:"" optional:"" help:"Name of a source; all without it."`
	JSON   bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestDisputesCmd) Help() string {
	return "Lists datasets with fields that their source and somebody here changed both.\nExit code 0: nothing waits for a decision; 1: something does, or failed; 2: called wrongly.\n\nExamples:\n  trio harvest disputes\n  trio harvest disputes stadt --json"
}

// dispute is a line of the list.
type dispute struct {
	Source string `json:"source"`
	*catalog.HarvestDispute
}

// Run lists.
func (c *HarvestDisputesCmd) Run(e *env) error {
	const most = 10_000
	list := []dispute{}
	err := e.withData(func(k *core) error {
		return k.store.View(e.ctx, func(tx catalog.Tx) error {
			sources, err := tx.HarvestSources()
			if err != nil {
				return err
			}
			if c.Source != "" {
				src, err := sourceNamed(tx, c.Source)
				if err != nil {
					return err
				}
				sources = []*catalog.HarvestSource{src}
			}
			for _, src := range sources {
				found, err := tx.HarvestDisputes(src.ID, most)
				if err != nil {
					return err
				}
				for _, d := range found {
					list = append(list, dispute{src.Name, d})
				}
			}
			return nil
		})
	})
	if err != nil {
		return err
	}
	if c.JSON {
		err = e.json(list)
	} else {
		for _, d := range list {
			e.printf("%s %s %s\n  %s\n", d.Source, d.GUID, d.Title, strings.Join(d.Fields, ", "))
		}
		if len(list) == 0 {
			e.printf("Nichts zu entscheiden.\n")
		}
	}
	if err == nil && len(list) > 0 {
		return errProblem
	}
	return err
}

// HarvestDecideCmd settles a field.
type HarvestDecideCmd struct {
	Source string `arg:"" help:"Name of the source."`
	GUID   string `arg:"" name:"guid" help:"Identifier of the record at its source."`
	Field  string `arg:"" help:"Name of the field, resources for the files."`
	How    string `arg:"" enum:"theirs,ours,lock,unlock" help:"theirs: the source's version; ours: the local one, until the source changes it again; lock: the local one for good; unlock: the source may change it again."`
	JSON   bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestDecideCmd) Help() string {
	return "Decides about a field that a source and somebody here changed both, or locks one.\nExit code 0: decided; 1: failed; 2: called wrongly.\n\nExamples:\n  trio harvest decide stadt 4711 notes ours\n  trio harvest decide stadt 4711 title lock"
}

// Run decides.
func (c *HarvestDecideCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		src, err := e.harvestSource(k, c.Source)
		if err != nil {
			return err
		}
		if _, err = k.store.Update(e.ctx, operator, func(tx catalog.WriteTx) error {
			return job.Decide(tx, k.reg, k.defs, operator, src, c.GUID, c.Field, c.How)
		}); err != nil {
			return err
		}
		if c.JSON {
			return e.json(map[string]string{"source": src.Name, "guid": c.GUID, "field": c.Field, "how": c.How})
		}
		e.printf("%s\n", map[string]string{
			job.DecideTheirs: "Die Fassung der Quelle gilt.", job.DecideOurs: "Die Fassung des Portals bleibt, bis die Quelle das Feld wieder ändert.",
			job.DecideLock: "Das Feld ist gesperrt; die Quelle ändert es nicht mehr.", job.DecideUnlock: "Die Quelle darf das Feld wieder ändern.",
		}[c.How])
		return nil
	})
}
