package main

import (
	"trio.example/catalog"
	"trio.example/harvest/job"
)

// HarvestDuplicatesCmd lists duplicates.
type HarvestDuplicatesCmd struct {
	Source string `arg:"" optional:"" help:"Name of a source; all without it."`
	JSON   bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestDuplicatesCmd) Help() string {
	return "Lists records that are linked to a dataset of another source, and why.\n\nExample:\n  trio harvest duplicates stadt --json"
}

// Run lists.
func (c *HarvestDuplicatesCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		list := []job.Duplicate{}
		err := k.store.View(e.ctx, func(tx catalog.Tx) error {
			id := ""
			if c.Source != "" {
				s, err := sourceNamed(tx, c.Source)
				if err != nil {
					return err
				}
				id = s.ID
			}
			return job.Duplicates(tx, id, func(d job.Duplicate) error { list = append(list, d); return nil })
		})
		if err != nil {
			return err
		}
		if c.JSON {
			return e.json(list)
		}
		why := map[string]string{"identifier": "dieselbe Kennung", "address": "dieselbe Adresse", "landing page": "dieselbe Webseite", "downloads": "dieselben Verweise", "title": "fast derselbe Titel vom selben Herausgeber"}
		e.none(len(list), "Keine Dubletten.")
		for _, d := range list {
			e.printf("%s %s %s\n  wie %s: %s\n", d.Source, d.GUID, d.Title, d.Of, why[d.Why])
		}
		return nil
	})
}

// HarvestSeparateCmd undoes a link.
type HarvestSeparateCmd struct {
	Source string `arg:"" help:"Name of the source."`
	GUID   string `arg:"" name:"guid" help:"Identifier of the record at its source."`
}

// Help shows how the command is used.
func (HarvestSeparateCmd) Help() string {
	return "The next run takes the record as a dataset of its own and never links it again.\n\nExample:\n  trio harvest separate stadt 4711"
}

// Run separates.
func (c *HarvestSeparateCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		src, err := e.harvestSource(k, c.Source)
		if err != nil {
			return err
		}
		_, err = k.store.Update(e.ctx, operator, func(tx catalog.WriteTx) error { return job.Separate(tx, src, c.GUID) })
		if err == nil {
			e.printf("Getrennt. Der nächste Lauf übernimmt den Datensatz: trio harvest run %s\n", c.Source)
		}
		return err
	})
}
