package schema

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml"

	"trio.example/catalog"
)

//go:embed definitions/*.yaml
var definitions embed.FS

// Set holds the definitions of all types.
type Set struct {
	byType map[catalog.Type]*Definition
	types  []*CityType
}

// Default loads the definitions built into the program.
func Default() (*Set, error) {
	sub, err := fs.Sub(definitions, "definitions")
	if err != nil {
		return nil, fmt.Errorf("open built-in definitions: %w", err)
	}
	return Load(sub)
}

// Load reads every *.yaml file of a file system and checks it. All faults of a
// file are reported together, with its name.
func Load(fsys fs.FS) (*Set, error) {
	names, err := fs.Glob(fsys, "*.yaml")
	if err != nil {
		return nil, fmt.Errorf("list definitions: %w", err)
	}
	s := &Set{byType: map[catalog.Type]*Definition{}}
	var faults []error
	for _, name := range names {
		data, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read definition %s: %w", name, err)
		}
		d, err := parse(data)
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", path.Base(name), err))
			continue
		}
		if s.byType[d.Type] != nil {
			faults = append(faults, fmt.Errorf("%s: type %q is defined twice", name, d.Type))
		}
		s.byType[d.Type] = d
	}
	return s, errors.Join(faults...)
}

// Of returns the definition of a type, nil when the type is unknown.
func (s *Set) Of(t catalog.Type) *Definition { return s.byType[t] }

// Types lists the defined types in alphabetical order.
func (s *Set) Types() []catalog.Type {
	var out []catalog.Type
	for t := range s.byType {
		out = append(out, t)
	}
	slices.Sort(out)
	return out
}

func parse(data []byte) (*Definition, error) {
	var d Definition
	if err := yaml.NewDecoder(bytes.NewReader(data), yaml.Strict()).Decode(&d); err != nil {
		return nil, errors.New(yaml.FormatError(err, false, true))
	}
	var faults []error
	if d.Type == "" {
		faults = append(faults, errors.New("type is missing"))
	}
	var err error
	if d.fields, err = check(d.Fields); err != nil {
		faults = append(faults, err)
	}
	if d.parts, err = check(d.Parts); err != nil {
		faults = append(faults, err)
	}
	return &d, errors.Join(faults...)
}

var (
	fieldName = regexp.MustCompile(`^[a-z][a-z0-9_]{0,63}$`)
	kinds     = []Kind{
		KindText, KindMarkdown, KindTags, KindTexts, KindConcept, KindConcepts, KindURI, KindURIs,
		KindEmail, KindPhone, KindDate, KindInteger, KindDecimal, KindBoolean, KindJSON,
	}
)

func check(fields []Field) (map[string]*Field, error) {
	byName := map[string]*Field{}
	ckan := map[CKAN]string{}
	var faults []error
	fault := func(f *Field, format string, args ...any) {
		faults = append(faults, fmt.Errorf("field %q: %s", f.Name, fmt.Sprintf(format, args...)))
	}
	for i := range fields {
		f := &fields[i]
		switch {
		case !fieldName.MatchString(f.Name):
			fault(f, "the name must be lower-case letters, digits and underscores")
		case byName[f.Name] != nil:
			fault(f, "defined twice")
		}
		byName[f.Name] = f
		if !slices.Contains(kinds, f.Kind) {
			fault(f, "unknown kind %q", f.Kind)
		}
		if f.Label["de"] == "" || f.Label["en"] == "" {
			fault(f, "needs a label in de and en")
		}
		if !f.Visibility.Valid() {
			fault(f, "visibility %q is none of public, partner, internal, restricted", f.Visibility)
		}
		if !slices.Contains([]string{"", "recommended", "mandatory"}, f.Required) {
			fault(f, "required must be mandatory, recommended or left out")
		}
		if (f.Kind == KindConcept || f.Kind == KindConcepts) && f.Vocab == "" {
			fault(f, "a concept needs a vocab")
		}
		if f.Visibility != catalog.LevelPublic && (f.RDF != nil || f.CKAN != CKAN{}) {
			fault(f, "only public fields may have a ckan key or an rdf mapping")
		}
		if f.CKAN != (CKAN{}) {
			if other := ckan[f.CKAN]; other != "" {
				fault(f, "has the same CKAN key as %q", other)
			}
			ckan[f.CKAN] = f.Name
		}
		if f.RDF != nil && f.RDF.Predicate == "" && (f.RDF.As != "node" || f.RDF.In == "") {
			fault(f, "rdf needs a predicate")
		}
	}
	return byName, errors.Join(faults...)
}
