package dcat

import (
	"bytes"
	"embed"
	"encoding/csv"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

//go:embed rules/*.csv
var tables embed.FS

// rule is one constraint of the profile's shapes.
type rule struct {
	path     []string // predicates (IRIs); more than one are alternatives
	name     string   // of the path, with prefixes
	check    string   // min, max, kind, class, datatype, pattern, not_pattern, scheme, iri_or_class
	value    string
	count    int      // of min and max
	list     []string // of class, datatype (IRIs) and scheme
	pattern  *regexp.Regexp
	severity catalog.Severity
}

// rules of a profile by target: a class (IRI), or a predicate's IRI with ^.
type ruleSet map[string][]*rule

var sets = sync.OnceValue(func() map[Profile]ruleSet {
	out := map[Profile]ruleSet{}
	for _, p := range []Profile{Profile3, Profile2, ProfileHVD} {
		s, err := loadRules("rules/" + string(p) + ".csv")
		if err != nil {
			panic(err) // the tables are part of the program; the package's test finds a fault
		}
		out[p] = s
	}
	return out
})

func rows(file string) ([][]string, error) {
	text, err := tables.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := csv.NewReader(bytes.NewReader(text))
	r.Comment = '#'
	rows, err := r.ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return rows[1:], nil
}

func loadRules(file string) (ruleSet, error) {
	list, err := rows(file)
	if err != nil {
		return nil, err
	}
	out := ruleSet{}
	for _, row := range list {
		r := &rule{name: row[1], check: row[2], value: row[3], severity: catalog.Severity(row[4])}
		for _, p := range strings.Split(row[1], "|") {
			r.path = append(r.path, rdfio.Expand(p))
		}
		switch r.check {
		case "min", "max":
			if r.count, err = strconv.Atoi(r.value); err != nil {
				return nil, fmt.Errorf("%s: %v: %w", file, row, err)
			}
		case "class", "datatype", "scheme", "iri_or_class":
			for _, v := range strings.Fields(r.value) {
				r.list = append(r.list, rdfio.Expand(v))
			}
		case "pattern":
			if r.pattern, err = regexp.Compile("(?i)" + r.value); err != nil {
				return nil, fmt.Errorf("%s: %v: %w", file, row, err)
			}
		case "kind", "not_pattern":
		default:
			return nil, fmt.Errorf("%s: unknown check %q", file, r.check)
		}
		target := "^" + rdfio.Expand(strings.TrimPrefix(row[0], "^"))
		if !strings.HasPrefix(row[0], "^") {
			target = rdfio.Expand(row[0])
		}
		out[target] = append(out[target], r)
	}
	return out, nil
}

// superclass is the background knowledge that the official validation adds.
var superclass = func() map[string]string {
	out := map[string]string{}
	for sup, subs := range map[string][]string{
		"foaf:Agent": {"foaf:Organization", "foaf:Person", "foaf:Group", "org:Organization"},
		"vcard:Kind": {"vcard:Organization", "vcard:Individual", "vcard:Group", "vcard:Location", "vcard:VCard"},
	} {
		for _, s := range subs {
			out[rdfio.Expand(s)] = rdfio.Expand(sup)
		}
	}
	return out
}()

// label is how a property is called in messages, with an example of a good value.
type label struct{ de, en, example, successor string }

var labels = sync.OnceValue(func() map[string]label {
	list, err := rows("rules/labels.csv")
	if err != nil {
		panic(err)
	}
	out := map[string]label{}
	for _, r := range list {
		out[r[0]] = label{r[1], r[2], r[3], r[4]}
	}
	return out
})
