// Command rulegen reads SHACL shapes and prints the table of rules that package
// dcat checks. It knows the constraints that the shapes of DCAT-AP.de, DCAT-AP
// and DCAT-AP HVD use and refuses any other, so that a new release of the
// shapes cannot be taken over half. Shapes that are deactivated are left out.
//
//	go run ./catalog/dcat/rulegen -title "…" -fix SHAPES.ttl … > catalog/dcat/rules/3.0.csv
package main

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"log"
	"os"
	"slices"
	"strings"

	"trio.example/catalog/rdfio"
)

const shacl = "http://www.w3.org/ns/shacl#"

func main() {
	title := flag.String("title", "", "first line: source and licence of the shapes")
	fix := flag.Bool("fix", false, "repair the two slips of the German 3.0 shapes: the namespace of availability and the series rule without a target")
	flag.Parse()
	g := rdfio.NewGraph()
	for i, name := range flag.Args() {
		if err := load(g, name, i); err != nil {
			log.Fatal(err)
		}
	}
	rows, err := rows(g, *fix)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("# %s\n", *title)
	w := csv.NewWriter(os.Stdout)
	if err := w.WriteAll(append([][]string{{"target", "path", "check", "value", "severity"}}, rows...)); err != nil {
		log.Fatal(err)
	}
}

// load merges a file; blank nodes of different files stay apart.
func load(g *rdfio.Graph, name string, n int) error {
	f, err := os.Open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	one, err := rdfio.Read(context.Background(), f, rdfio.Turtle, rdfio.DefaultLimits)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	apart := func(t rdfio.Term) rdfio.Term {
		if t.Kind == 'b' {
			t.Value = fmt.Sprintf("f%d%s", n, t.Value)
		}
		return t
	}
	for s, what := range one.All() {
		g.Add(apart(s), what.Predicate, apart(what.Object))
	}
	return nil
}

func rows(g *rdfio.Graph, fix bool) ([][]string, error) {
	seen := map[string]bool{}
	var out [][]string
	for _, shape := range g.Subjects() {
		var targets []string
		for _, c := range g.Objects(shape, shacl+"targetClass") {
			targets = append(targets, rdfio.Compact(c.Value))
		}
		for _, p := range g.Objects(shape, shacl+"targetSubjectsOf") {
			targets = append(targets, "^"+rdfio.Compact(p.Value))
		}
		if len(targets) == 0 || isTrue(g, shape, "deactivated") {
			continue
		}
		for _, prop := range g.Objects(shape, shacl+"property") {
			list, err := property(g, prop, fix)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", shape.Value, err)
			}
			for _, t := range targets {
				for _, r := range list {
					row := append([]string{t}, r...)
					if key := strings.Join(row, "|"); !seen[key] {
						seen[key] = true
						out = append(out, row)
					}
				}
			}
		}
	}
	if fix {
		out = append(out, []string{"dcat:DatasetSeries", "dct:publisher", "min", "1", "error"})
	}
	slices.SortFunc(out, slices.Compare[[]string])
	return slices.CompactFunc(out, slices.Equal[[]string]), nil
}

func isTrue(g *rdfio.Graph, s rdfio.Term, name string) bool {
	v := g.Objects(s, shacl+name)
	return len(v) > 0 && v[0].Value == "true"
}

func severity(g *rdfio.Graph, s rdfio.Term) string {
	for _, v := range g.Objects(s, shacl+"severity") {
		if strings.HasSuffix(v.Value, "#Warning") || strings.HasSuffix(v.Value, "#Info") {
			return "warning"
		}
	}
	return "error"
}

func path(g *rdfio.Graph, prop rdfio.Term, fix bool) (string, error) {
	p := g.Objects(prop, shacl+"path")
	if len(p) != 1 {
		return "", fmt.Errorf("a property with %d paths", len(p))
	}
	if p[0].IsIRI() {
		name := rdfio.Compact(p[0].Value)
		if fix && name == "http://data.europa.eu/r5r#availability" {
			name = "dcatap:availability"
		}
		return name, nil
	}
	alternatives := g.Objects(p[0], shacl+"alternativePath")
	if len(alternatives) != 1 {
		return "", fmt.Errorf("a path that is not known: %v", g.Predicates(p[0]))
	}
	var names []string
	for _, t := range g.List(alternatives[0]) {
		names = append(names, rdfio.Compact(t.Value))
	}
	return strings.Join(names, "|"), nil
}

// property turns a property shape into rows of path, check, value, severity.
func property(g *rdfio.Graph, prop rdfio.Term, fix bool) ([][]string, error) {
	if isTrue(g, prop, "deactivated") {
		return nil, nil
	}
	if len(g.Objects(prop, shacl+"path")) == 0 && len(g.Predicates(prop)) <= 2 {
		return nil, nil // a name without a rule, as in the HVD shapes
	}
	name, err := path(g, prop, fix)
	if err != nil {
		return nil, err
	}
	sev := severity(g, prop)
	var out [][]string
	for _, pred := range g.Predicates(prop) {
		for _, v := range g.Objects(prop, pred) {
			local, own := strings.CutPrefix(pred, shacl)
			if !own {
				continue
			}
			switch local {
			case "path", "severity", "message", "name", "description", "deactivated", "flags", "order":
			case "minCount":
				out = append(out, []string{name, "min", v.Value, sev})
			case "maxCount":
				out = append(out, []string{name, "max", v.Value, sev})
			case "nodeKind":
				out = append(out, []string{name, "kind", strings.TrimPrefix(v.Value, shacl), sev})
			case "class", "datatype":
				out = append(out, []string{name, local, rdfio.Compact(v.Value), sev})
			case "pattern":
				out = append(out, []string{name, "pattern", v.Value, sev})
			case "not":
				inner := g.Objects(v, shacl+"pattern")
				if len(inner) != 1 {
					return nil, fmt.Errorf("%s: sh:not of something else than a pattern", name)
				}
				out = append(out, []string{name, "not_pattern", inner[0].Value, sev})
			case "property":
				row, err := schemes(g, []rdfio.Term{v})
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				out = append(out, []string{name, "scheme", row, severity(g, v)})
			case "node":
				row, err := alternatives(g, v)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				out = append(out, []string{name, row[0], row[1], sev})
			case "or":
				row, err := either(g, v)
				if err != nil {
					return nil, fmt.Errorf("%s: %w", name, err)
				}
				out = append(out, []string{name, row[0], row[1], sev})
			default:
				return nil, fmt.Errorf("%s: sh:%s is not known", name, local)
			}
		}
	}
	return out, nil
}

// schemes reads shapes that ask for membership in a concept scheme.
func schemes(g *rdfio.Graph, list []rdfio.Term) (string, error) {
	var names []string
	for _, s := range list {
		p, v := g.Objects(s, shacl+"path"), g.Objects(s, shacl+"hasValue")
		if len(p) != 1 || len(v) != 1 || p[0].Value != rdfio.Expand("skos:inScheme") {
			return "", fmt.Errorf("a nested property that is no membership in a scheme")
		}
		names = append(names, v[0].Value)
	}
	return strings.Join(names, " "), nil
}

func alternatives(g *rdfio.Graph, s rdfio.Term) ([]string, error) {
	or := g.Objects(s, shacl+"or")
	if len(or) != 1 {
		return nil, fmt.Errorf("sh:node of something else than alternatives: %v", g.Predicates(s))
	}
	return either(g, or[0])
}

// either reads the alternatives of sh:or: data types, schemes, or the one form
// of a place (an address, or a blank node of a class).
func either(g *rdfio.Graph, head rdfio.Term) ([]string, error) {
	list := g.List(head)
	var types []string
	for _, s := range list {
		for _, v := range g.Objects(s, shacl+"datatype") {
			types = append(types, rdfio.Compact(v.Value))
		}
	}
	if len(types) == len(list) {
		return []string{"datatype", strings.Join(types, " ")}, nil
	}
	var classes []string
	for _, s := range list {
		for _, v := range g.Objects(s, shacl+"class") {
			classes = append(classes, rdfio.Compact(v.Value))
		}
	}
	if len(classes) == len(list) {
		return []string{"class", strings.Join(classes, " ")}, nil
	}
	if row, err := schemes(g, list); err == nil {
		return []string{"scheme", row}, nil
	}
	for _, s := range list {
		if c := g.Objects(s, shacl+"class"); len(list) == 2 && len(c) == 1 {
			return []string{"iri_or_class", rdfio.Compact(c[0].Value)}, nil
		}
	}
	return nil, fmt.Errorf("sh:or of alternatives that are not known")
}
