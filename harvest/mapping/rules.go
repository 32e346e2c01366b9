// Package mapping changes what a source says by rules that its operator writes:
// data, not code. Rules are read and checked as a whole before they are used.
package mapping

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm"
	"github.com/goccy/go-yaml"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// Rules are the mapping of a source. They work in the order in which they stand
// here.
type Rules struct {
	// Keep is a condition; a record that does not meet it is left out.
	Keep string `yaml:"keep"`
	// Licence, Format, Theme and Frequency say what words of the source mean, in
	// codes of the vocabularies.
	Licence   map[string]string `yaml:"licence"`
	Format    map[string]string `yaml:"format"`
	Theme     map[string]string `yaml:"theme"`
	Frequency map[string]string `yaml:"frequency"`
	// Dataset and Resources change fields.
	Dataset   Fields `yaml:"dataset"`
	Resources Fields `yaml:"resources"`
	// Organization says which organization gets a dataset, by publisher; who is
	// not named goes to the source's own.
	Organization map[string]string `yaml:"organization"`

	defs *schema.Set
	keep *vm.Program
}

// Fields are rules about fields, by name.
type Fields struct {
	// Keep leaves out distributions that do not meet it.
	Keep string `yaml:"keep"`
	// Rename moves a value, also out of an extra (extras.KEY), where the new field
	// is empty.
	Rename map[string]string `yaml:"rename"`
	// Split cuts the values of a list at a separator.
	Split map[string]string `yaml:"split"`
	// Lookup replaces values; "*" stands for all others, "" takes away.
	Lookup map[string]map[string]string `yaml:"lookup"`
	// Replace replaces parts of texts.
	Replace map[string]map[string]string `yaml:"replace"`
	// Default fills what is empty, Set writes in any case.
	Default map[string]any `yaml:"default"`
	Set     map[string]any `yaml:"set"`
	// Compute writes the value of an expression.
	Compute map[string]string `yaml:"compute"`
	// Drop empties fields.
	Drop []string `yaml:"drop"`

	keep    *vm.Program
	compute []computed
}

type computed struct {
	field   string
	program *vm.Program
}

// MaxBytes bounds the text of rules.
const MaxBytes = 256 << 10

// Parse reads rules. The error names the line or the rule that is wrong.
func Parse(text []byte, defs *schema.Set) (*Rules, error) {
	if len(text) > MaxBytes {
		return nil, catalog.Errorf(catalog.KindTooLarge, "Die Zuordnung ist größer als %d KB.", MaxBytes>>10)
	}
	r := &Rules{defs: defs}
	if len(bytes.TrimSpace(text)) > 0 {
		if err := shape(string(text)); err != nil {
			return nil, err
		}
		if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(r); err != nil {
			return nil, catalog.Errorf(catalog.KindInvalid, "Die Zuordnung ist kein gültiges YAML oder hat unbekannte Angaben: %s", fault(err, string(text)))
		}
	}
	if problems := r.compile(); len(problems) > 0 {
		return nil, catalog.Errorf(catalog.KindInvalid, "Die Zuordnung ist fehlerhaft: %s", strings.Join(problems, "; "))
	}
	return r, nil
}

// Version prints rules, so that everybody knows by which a run worked.
func Version(text string) string {
	if strings.TrimSpace(text) == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

func (r *Rules) compile() (problems []string) {
	bad := func(format string, args ...any) { problems = append(problems, fmt.Sprintf(format, args...)) }
	for list, table := range map[string]map[string]string{"licence": r.Licence, "file_type": r.Format, "theme": r.Theme, "frequency": r.Frequency} {
		for word, code := range table {
			if _, ok := vocab.Lookup(list, code); !ok && code != "" {
				bad("%q → %q: diesen Eintrag hat das Vokabular %s nicht", word, code, list)
			}
		}
	}
	var err error
	if r.keep, err = condition(r.Keep); err != nil {
		bad("keep: %v", err)
	}
	def := r.defs.Of(catalog.TypeDataset)
	problems = append(problems, r.Dataset.compile("dataset", def.Field)...)
	problems = append(problems, r.Resources.compile("resources", def.Part)...)
	if r.Dataset.Keep != "" {
		bad("dataset.keep: Bedingungen für Datensätze stehen ganz oben als keep")
	}
	slices.Sort(problems)
	return problems
}

func (f *Fields) compile(where string, field func(string) *schema.Field) (problems []string) {
	bad := func(format string, args ...any) {
		problems = append(problems, where+"."+fmt.Sprintf(format, args...))
	}
	known := func(rule, name string) {
		switch d := field(name); {
		case d == nil:
			bad("%s: ein Feld %q gibt es nicht", rule, name)
		case d.Visibility != catalog.LevelPublic:
			bad("%s: das Feld %q ist nicht öffentlich und kommt aus keiner Quelle", rule, name)
		}
	}
	for from, to := range f.Rename {
		if !strings.HasPrefix(from, "extras.") {
			known("rename", from)
		}
		known("rename", to)
	}
	for name, sep := range f.Split {
		known("split", name)
		if d := field(name); d != nil && !d.Kind.List() {
			bad("split: %q ist keine Liste", name)
		}
		if sep == "" {
			bad("split: das Trennzeichen für %q ist leer", name)
		}
	}
	for name := range f.Lookup {
		known("lookup", name)
	}
	for name := range f.Replace {
		known("replace", name)
	}
	for rule, set := range map[string]map[string]any{"default": f.Default, "set": f.Set} {
		for name, v := range set {
			known(rule, name)
			v, err := value(v)
			if err != nil {
				bad("%s: %q: %v", rule, name, err)
			}
			if d := field(name); d != nil {
				for _, word := range words(v) {
					if _, ok := concept(d, word); !ok {
						bad("%s: %q: %q steht nicht im Vokabular %s", rule, name, word, d.Vocab)
					}
				}
			}
		}
	}
	for _, name := range f.Drop {
		known("drop", name)
	}
	for name, text := range f.Compute {
		known("compute", name)
		p, err := program(text)
		if err != nil {
			bad("compute: %q: %v", name, err)
			continue
		}
		f.compute = append(f.compute, computed{name, p})
	}
	slices.SortFunc(f.compute, func(a, b computed) int { return strings.Compare(a.field, b.field) })
	var err error
	if f.keep, err = condition(f.Keep); err != nil {
		bad("keep: %v", err)
	}
	return problems
}

func words(v any) []string {
	switch v := v.(type) {
	case string:
		if v != "" {
			return []string{v}
		}
	case []string:
		return v
	}
	return nil
}

// concept finds the address of a word in the vocabulary of a field; fields
// without one take every word.
func concept(d *schema.Field, word string) (string, bool) {
	if d.Kind != schema.KindConcept && d.Kind != schema.KindConcepts {
		return word, true
	}
	c, ok := vocab.Lookup(d.Vocab, word)
	if !ok {
		return word, false
	}
	return c.URI, true
}

var errValue = errors.New("nur Text, Zahl, ja oder nein und Listen von Texten sind Werte")

// value brings a value of the file into the form of fields.
func value(v any) (any, error) {
	switch v := v.(type) {
	case nil:
		return "", nil
	case string, bool:
		return v, nil
	case int, int64, uint64, float64:
		return fmt.Sprint(v), nil
	case []any:
		out := []string{}
		for _, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, errValue
			}
			out = append(out, s)
		}
		return out, nil
	}
	return nil, errValue
}
