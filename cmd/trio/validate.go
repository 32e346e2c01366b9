package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// ValidateCmd checks RDF against DCAT-AP.de.
type ValidateCmd struct {
	Files []string `arg:"" optional:"" name:"file" help:"RDF files (ttl, rdf, jsonld, nt); without one the public catalogue."`
	JSON  bool     `help:"Print JSON."`
}

// Help shows how the command is used.
func (ValidateCmd) Help() string {
	return "Exit code 1 when there is a violation; warnings alone are no problem.\n\nExamples:\n  trio validate\n  trio validate katalog.ttl --json"
}

// result of one file or of the catalogue.
type validation struct {
	Source     string            `json:"source"`
	Datasets   int               `json:"datasets"`
	Violations int               `json:"violations"`
	Warnings   int               `json:"warnings"`
	Findings   []catalog.Finding `json:"findings"`
}

// Run validates and prints what is wrong, with the remedy.
func (v *ValidateCmd) Run(e *env) error {
	var results []*validation
	for _, name := range v.Files {
		r, err := validateFile(e, name)
		if err != nil {
			return err
		}
		results = append(results, r)
	}
	if len(v.Files) == 0 {
		r, err := validateCatalogue(e)
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
		e.printf("%s: %s, %d Verstöße, %d Warnungen\n", r.Source, plural(r.Datasets, "Datensatz", "Datensätze"), r.Violations, r.Warnings)
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

func validateFile(e *env, name string) (*validation, error) {
	format, ok := rdfio.FormatOf(filepath.Ext(name))
	if !ok {
		return nil, fmt.Errorf("%w: %s: the ending must be ttl, n3, rdf, xml, jsonld or nt", errUsage, name)
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer in.Close()
	g, err := rdfio.Read(e.ctx, in, format, rdfio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	r := &validation{Source: name, Datasets: len(g.OfType("dcat:Dataset")), Findings: []catalog.Finding{}}
	r.add(dcat.Check(g))
	return r, nil
}

func validateCatalogue(e *env) (*validation, error) {
	r := &validation{Source: "Katalog", Findings: []catalog.Finding{}}
	err := e.withData(func(k *core) error {
		mapper := dcat.NewMapper(k.defs, e.cfg.SiteURL)
		return k.store.View(e.ctx, func(tx catalog.Tx) error {
			orgs := orgsOf(tx)
			for entry, err := range tx.Entries(publicDatasets) {
				if err != nil {
					return err
				}
				r.Datasets++
				r.add(dcat.CheckNode(mapper.Dataset(entry, orgs, dcat.Profile3)))
			}
			return nil
		})
	})
	return r, err
}
