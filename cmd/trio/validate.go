package main

import (
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/quality"
	"trio.example/catalog/rdfio"
)

// ValidateCmd checks RDF against DCAT-AP.de.
type ValidateCmd struct {
	Files   []string `arg:"" optional:"" name:"file" help:"RDF files (ttl, rdf, jsonld, nt) or addresses of a feed, whose pages are followed; without one the public catalogue."`
	Profile string   `default:"3.0" enum:"3.0,2.0,hvd" help:"Version of DCAT-AP.de, or hvd for the rules of high-value datasets."`
	JSON    bool     `help:"Print JSON."`
}

// Help shows how the command is used.
func (ValidateCmd) Help() string {
	return "Exit code 0: no violation, warnings alone are no problem; 1: a violation, or a document that cannot be read; 2: called wrongly.\n\nExamples:\n  trio validate\n  trio validate katalog.ttl --json\n  trio validate https://opendata.example.org/catalog.rdf"
}

// result of one file or of the catalogue.
type validation struct {
	Source   string `json:"source"`
	Triples  int    `json:"triples,omitempty"`
	Datasets int    `json:"datasets"`
	// HeldBack counts public datasets of the catalogue that do not go to
	// harvesters; the findings held_back say what they lack.
	HeldBack   int               `json:"held_back,omitempty"`
	Violations int               `json:"violations"`
	Warnings   int               `json:"warnings"`
	Findings   []catalog.Finding `json:"findings"`
}

// Run validates and prints what is wrong, with the remedy.
func (v *ValidateCmd) Run(e *env) error {
	var results []*validation
	for _, name := range v.Files {
		g, err := loadGraph(e, name)
		if err != nil {
			return err
		}
		r := &validation{Source: name, Triples: g.Len(), Datasets: len(g.OfType("dcat:Dataset")), Findings: []catalog.Finding{}}
		r.add(dcat.Check(g, dcat.Profile(v.Profile)))
		results = append(results, r)
	}
	if len(v.Files) == 0 {
		r, err := validateCatalogue(e, dcat.Profile(v.Profile))
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if v.JSON {
		if err := e.json(results); err != nil {
			return err
		}
	}
	bad := false
	for _, r := range results {
		bad = bad || r.Violations > 0
		if v.JSON {
			continue
		}
		for _, f := range r.Findings {
			e.printf("%s %s: %s %s\n", f.Severity, f.Row, f.Message.In("de"), f.Remedy.In("de"))
		}
		if r.HeldBack > 0 {
			e.printf("%s nicht im Feed, weil Pflichtangaben fehlen oder ein älterer dieselbe Adresse hat.\n", plural(r.HeldBack, "öffentlicher Datensatz steht", "öffentliche Datensätze stehen"))
		}
		e.printf("%s: %s, %s, %s\n", r.Source, plural(r.Datasets, "Datensatz", "Datensätze"), plural(r.Violations, "Verstoß", "Verstöße"), plural(r.Warnings, "Warnung", "Warnungen"))
	}
	if bad {
		return errProblem
	}
	return nil
}

func (r *validation) add(findings []catalog.Finding) {
	for _, f := range findings {
		if f.Severity == catalog.SeverityError {
			r.Violations++
		} else {
			r.Warnings++
		}
	}
	r.Findings = append(r.Findings, findings...)
	slices.SortStableFunc(r.Findings, func(a, b catalog.Finding) int {
		if a.Severity != b.Severity && a.Severity == catalog.SeverityError {
			return -1
		}
		return 0
	})
}

func validateCatalogue(e *env, profile dcat.Profile) (*validation, error) {
	r := &validation{Source: "Katalog", Findings: []catalog.Finding{}}
	err := e.withData(func(k *core) error {
		mapper := dcat.NewMapper(k.defs, e.cfg.SiteURL)
		held, err := k.book(e.cfg.SiteURL).HeldBack(e.ctx)
		if err != nil {
			return err
		}
		return k.store.View(e.ctx, func(tx catalog.Tx) error {
			orgs := dcat.Public(tx)
			for entry, err := range tx.Entries(publicDatasets) {
				if err != nil {
					return err
				}
				node, findings := mapper.Publish(entry, orgs, written(profile))
				if node == nil || held[entry.ID] && written(profile) == dcat.Profile3 {
					r.HeldBack++
					r.Findings = append(r.Findings, findings...)
					if node != nil {
						r.Findings = append(r.Findings, quality.HeldAtAddress(entry, node.IRI))
					}
					continue
				}
				r.Datasets++
				g := rdfio.NewGraph()
				g.AddNode(node)
				r.Triples += g.Len()
				r.add(dcat.Check(g, profile))
			}
			return nil
		})
	})
	return r, err
}

// written is the profile in which a catalogue is written to be checked.
func written(p dcat.Profile) dcat.Profile {
	if p == dcat.ProfileHVD {
		return dcat.Profile3
	}
	return p
}
