package main

import (
	"fmt"
	"path/filepath"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/vocab"
	"trio.example/harvest/rdf"
)

// ImportCmd takes over the datasets of other catalogues.
type ImportCmd struct {
	Files    []string `arg:"" name:"file" help:"RDF files (ttl, n3, rdf, xml, jsonld, nt) or addresses of a feed, whose pages are followed."`
	Org      string   `required:"" placeholder:"NAME" help:"Organization that owns the datasets; it is made when it is missing."`
	OrgTitle string   `placeholder:"TEXT" help:"Title of an organization that is made."`
	Source   string   `placeholder:"NAME" help:"Name of the source; the same name again updates instead of doubling. Without it the name of the organization."`
	DryRun   bool     `help:"Say what would happen and change nothing."`
	JSON     bool     `help:"Print one JSON document per file."`
}

// Help shows how the command is used.
func (ImportCmd) Help() string {
	return `Everything that DCAT-AP.de knows is kept; values are brought into the form of the profile where that invents nothing. The report says what was written otherwise, what was put aside, and which datasets stay out of the feed until somebody adds what is missing.

Examples:
  trio import katalog.ttl --org muenchen --dry-run
  trio import https://opendata.example.org/catalog.rdf --org nuernberg --source altes-portal --json`
}

// Run imports the files in order; one that cannot be read changes nothing and
// does not keep the others from being imported.
func (c *ImportCmd) Run(e *env) error {
	return e.withCore(func(k *core) error {
		importer := rdf.New(k.reg, dcat.NewMapper(k.defs, e.cfg.SiteURL))
		failed := false
		for _, name := range c.Files {
			r, err := c.one(e, k, importer, name)
			switch {
			case err != nil:
				failed = true
				e.notef("%s: %s\n", name, explain(err))
				if c.JSON {
					if err := e.json(refusal(name, err)); err != nil {
						return err
					}
				}
			case c.JSON:
				if err := e.json(r); err != nil {
					return err
				}
			default:
				for _, f := range r.Findings {
					e.printf("%s %s: %s %s\n", f.Severity, f.Row, f.Message.In("de"), f.Remedy.In("de"))
				}
				e.printf("%s: %s\n", name, importLine(r))
			}
		}
		if failed {
			return errProblem
		}
		return nil
	})
}

func importLine(r *rdf.Report) string {
	text := fmt.Sprintf("%s: %d neu, %d geändert, %d unverändert; %d nicht im Feed, weil Pflichtangaben fehlen.",
		plural(r.Datasets, "Eintrag gelesen", "Einträge gelesen"), r.New, r.Changed, r.Unchanged, r.HeldBack)
	if r.DryRun {
		text += " (Probelauf: nichts gespeichert)"
	}
	return text
}

func (c *ImportCmd) one(e *env, k *core, importer *rdf.Importer, name string) (*rdf.Report, error) {
	g, err := loadGraph(e, name)
	if err != nil {
		return nil, err
	}
	owner, err := c.owner(e, k)
	if err != nil {
		return nil, err
	}
	source := c.Source
	if source == "" {
		source = c.Org
	}
	p := e.progress("Übernehmen " + filepath.Base(name))
	return importer.Import(e.ctx, operator, g, rdf.Options{Source: "rdf:" + source, Owner: owner, DryRun: c.DryRun, Progress: p.step})
}

// owner finds the organization's id, and makes the organization when it is
// missing. A dry run of one that is missing has no owner.
func (c *ImportCmd) owner(e *env, k *core) (string, error) {
	var id string
	find := func(tx catalog.Tx) error {
		org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), c.Org)
		if err == nil && org.Type != catalog.TypeOrganization {
			return catalog.Errorf(catalog.KindInvalid, "%s ist eine Gruppe und keine Organisation.", c.Org)
		}
		if err == nil {
			id = org.ID
		}
		return err
	}
	err := k.store.View(e.ctx, find)
	if err == nil || catalog.KindOf(err) != catalog.KindNotFound || c.DryRun && catalog.KindOf(err) == catalog.KindNotFound {
		if catalog.KindOf(err) == catalog.KindNotFound {
			err = nil
		}
		return id, err
	}
	org := &catalog.Entry{Name: c.Org, Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": c.Org}}
	for _, city := range vocab.Cities() {
		if city.Name == c.Org {
			org.Fields["title"], org.Fields["contributor_id"], org.Fields["cooperation"] = city.Label.In("de"), city.Contributor, true
		}
	}
	if c.OrgTitle != "" {
		org.Fields["title"] = c.OrgTitle
	}
	_, err = k.reg.Create(e.ctx, operator, org)
	return org.ID, err
}
