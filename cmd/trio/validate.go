package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
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
	Source     string            `json:"source"`
	Triples    int               `json:"triples,omitempty"`
	Datasets   int               `json:"datasets"`
	Violations int               `json:"violations"`
	Warnings   int               `json:"warnings"`
	Findings   []catalog.Finding `json:"findings"`
}

// Run validates and prints what is wrong, with the remedy.
func (v *ValidateCmd) Run(e *env) error {
	var results []*validation
	for _, name := range v.Files {
		validate := validateFile
		if isURL(name) {
			validate = validateURL
		}
		r, err := validate(e, name, dcat.Profile(v.Profile))
		if err != nil {
			return err
		}
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

func validateFile(e *env, name string, profile dcat.Profile) (*validation, error) {
	format, ok := rdfio.FormatOf(filepath.Ext(name))
	if !ok {
		return nil, fmt.Errorf("%w: %s: the ending must be ttl, n3, rdf, xml, jsonld or nt", errUsage, name)
	}
	in, err := os.Open(name)
	if err != nil {
		return nil, catalog.Errorf(catalog.KindNotFound, "Die Datei %s lässt sich nicht öffnen: %s", name, reason(err))
	}
	defer in.Close()
	g, err := rdfio.Read(e.ctx, in, format, rdfio.DefaultLimits)
	if err != nil {
		return nil, err
	}
	r := &validation{Source: name, Triples: g.Len(), Datasets: len(g.OfType("dcat:Dataset")), Findings: []catalog.Finding{}}
	r.add(dcat.Check(g, profile))
	return r, nil
}

// reason says in German why a file did not open.
func reason(err error) string {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "Es gibt sie nicht."
	case errors.Is(err, fs.ErrPermission):
		return "Der Zugriff ist nicht erlaubt."
	}
	return err.Error()
}

func validateURL(e *env, address string, profile dcat.Profile) (*validation, error) {
	r := &validation{Source: address, Findings: []catalog.Finding{}}
	err := fetchPages(e.ctx, address, func(_ string, g *rdfio.Graph) {
		r.Triples += g.Len()
		r.Datasets += len(g.OfType("dcat:Dataset"))
		r.add(dcat.Check(g, profile))
	})
	return r, err
}

func validateCatalogue(e *env, profile dcat.Profile) (*validation, error) {
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
				g := rdfio.NewGraph()
				g.AddNode(mapper.Dataset(entry, orgs, written(profile)))
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
