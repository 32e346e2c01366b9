package main

import (
	"cmp"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
)

// VocabCmd holds the commands about controlled vocabularies.
type VocabCmd struct {
	List   VocabListCmd   `cmd:"" help:"List the vocabularies, or the entries of one."`
	Check  VocabCheckCmd  `cmd:"" help:"Find values of the public datasets that no vocabulary knows."`
	Map    VocabMapCmd    `cmd:"" help:"Say what a spelling means."`
	Update VocabUpdateCmd `cmd:"" help:"Take over a newer edition of a vocabulary."`
}

func vocabPath(data string) string { return filepath.Join(data, "vocab") }

// useVocab takes the operator's own tables, if there are any.
func useVocab(data string) error {
	if _, err := os.Stat(vocabPath(data)); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err := vocab.Use(vocabPath(data)); err != nil {
		return catalog.Errorf(catalog.KindInvalid, "Die Vokabulare in %s können nicht verwendet werden: %v", vocabPath(data), err)
	}
	return nil
}

// VocabListCmd lists.
type VocabListCmd struct {
	Name string `arg:"" optional:"" help:"Vocabulary, for example licence."`
	JSON bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (VocabListCmd) Help() string {
	return "Examples:\n  trio vocab list\n  trio vocab list licence --json"
}

type vocabLine struct {
	Name    string       `json:"name"`
	Label   catalog.Text `json:"label"`
	Scheme  string       `json:"scheme"`
	Entries int          `json:"entries"`
	Source  string       `json:"source"`
	Origin  string       `json:"origin"`
	Own     bool         `json:"own"`
}

type conceptLine struct {
	URI       string            `json:"uri"`
	Code      string            `json:"code"`
	Label     catalog.Text      `json:"label"`
	Attr      map[string]string `json:"attributes,omitempty"`
	Spellings []string          `json:"spellings,omitempty"`
}

// Run lists the vocabularies with their source, or the entries of one.
func (v *VocabListCmd) Run(e *env) error {
	if err := useVocab(e.cfg.Data); err != nil {
		return err
	}
	dir := vocabPath(e.cfg.Data)
	if v.Name == "" {
		lines := []vocabLine{}
		for _, i := range vocab.Infos() {
			source, own, err := vocab.Source(dir, i.Name)
			if err != nil {
				return err
			}
			lines = append(lines, vocabLine{i.Name, i.Label, i.Scheme, len(vocab.List(i.Name)), source, i.Origin, own})
		}
		if v.JSON {
			return e.json(lines)
		}
		for _, l := range lines {
			e.printf("%-20s %5d  %s\n  %s\n", l.Name, l.Entries, l.Label.In("de"), l.Source)
		}
		return nil
	}
	if _, ok := vocab.InfoOf(v.Name); !ok {
		return fmt.Errorf("%w: no vocabulary is called %q; trio vocab list shows all", errUsage, v.Name)
	}
	spellings, err := vocab.Spellings(dir)
	if err != nil {
		return err
	}
	lines := []conceptLine{}
	for _, c := range vocab.List(v.Name) {
		l := conceptLine{URI: c.URI, Code: c.Code, Label: c.Label, Attr: c.Attr}
		for _, s := range spellings {
			if s.List == v.Name && s.Code == c.Code {
				l.Spellings = append(l.Spellings, s.Spelling)
			}
		}
		lines = append(lines, l)
	}
	if v.JSON {
		return e.json(lines)
	}
	for _, l := range lines {
		e.printf("%-24s %s\n", l.Code, l.Label.In("de"))
	}
	return nil
}

// VocabCheckCmd finds unknown values.
type VocabCheckCmd struct {
	JSON bool `help:"Print JSON."`
}

// Help shows how the command is used.
func (VocabCheckCmd) Help() string {
	return "Exit code 0: every value is known; 1: some are not. trio vocab map says what they mean.\n\nExample:\n  trio vocab check"
}

type unknownValue struct {
	Vocabulary string `json:"vocabulary"`
	Field      string `json:"field"`
	Value      string `json:"value"`
	Datasets   int    `json:"datasets"`
	Example    string `json:"example"` // name of a dataset that has it
}

// Run walks over the public datasets.
func (v *VocabCheckCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		found := map[[3]string]*unknownValue{}
		err := k.store.View(e.ctx, func(tx catalog.Tx) error {
			def := k.defs.Of(catalog.TypeDataset)
			for entry, err := range tx.Entries(publicDatasets) {
				if err != nil {
					return err
				}
				unknown(found, entry.Name, def.Fields, entry.Fields)
				for _, p := range entry.Parts {
					unknown(found, entry.Name, def.Parts, p.Fields)
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		lines := []*unknownValue{}
		for _, u := range found {
			lines = append(lines, u)
		}
		slices.SortFunc(lines, func(a, b *unknownValue) int {
			return cmp.Or(b.Datasets-a.Datasets, cmp.Compare(a.Vocabulary, b.Vocabulary), cmp.Compare(a.Value, b.Value))
		})
		if v.JSON {
			if err := e.json(lines); err != nil {
				return err
			}
		} else {
			for _, l := range lines {
				e.printf("%s: „%s“ (%s) kennt niemand; %s, zum Beispiel %s. Zuordnen: trio vocab map %s %q CODE\n", l.Vocabulary, l.Value, l.Field, plural(l.Datasets, "Datensatz", "Datensätze"), l.Example, l.Vocabulary, l.Value)
			}
			if len(lines) == 0 {
				e.printf("Alle Werte sind bekannt.\n")
			}
		}
		if len(lines) > 0 {
			return errProblem
		}
		return nil
	})
}

func unknown(found map[[3]string]*unknownValue, name string, defs []schema.Field, values catalog.Fields) {
	for i := range defs {
		f := &defs[i]
		list := f.Vocab
		switch {
		case list == "" && f.RDF != nil && f.RDF.As == "filetype":
			list = "file_type"
		case list == "" && f.Name == "license_id":
			list = "licence"
		}
		if list == "" || f.Visibility != catalog.LevelPublic {
			continue
		}
		words := values.Strings(f.Name)
		if s := values.String(f.Name); len(words) == 0 && s != "" {
			words = []string{s}
		}
		for _, w := range words {
			if _, ok := vocab.Lookup(list, w); ok || w == "" {
				continue
			}
			key := [3]string{list, f.Name, w}
			if found[key] == nil {
				found[key] = &unknownValue{Vocabulary: list, Field: f.Name, Value: w, Example: name}
			}
			found[key].Datasets++
		}
	}
}

// VocabMapCmd edits the mapping table.
type VocabMapCmd struct {
	Name     string `arg:"" help:"Vocabulary, for example licence."`
	Spelling string `arg:"" help:"What stands in catalogues."`
	Code     string `arg:"" optional:"" help:"Code of the entry it means."`
	Remove   bool   `help:"Forget the spelling."`
}

// Help shows how the command is used.
func (VocabMapCmd) Help() string {
	return "The table lies in vocab/mapping.csv of the data folder and can be edited there too. A running portal reads it when it starts; its page „Was Wörter bedeuten“ (/harvest/words) changes it at once.\n\nExamples:\n  trio vocab map licence \"Namensnennung 2.0\" dl-by-de/2.0\n  trio vocab map licence \"Namensnennung 2.0\" --remove"
}

// Run adds or removes a row.
func (v *VocabMapCmd) Run(e *env) error {
	if (v.Code == "") != v.Remove {
		return fmt.Errorf("%w: give a code, or --remove", errUsage)
	}
	if err := useVocab(e.cfg.Data); err != nil {
		return err
	}
	if err := vocab.Map(vocabPath(e.cfg.Data), v.Name, v.Spelling, v.Code); err != nil {
		return err
	}
	if v.Remove {
		e.printf("%s: „%s“ ist vergessen.\n", v.Name, v.Spelling)
		return nil
	}
	c, _ := vocab.Lookup(v.Name, v.Code)
	e.printf("%s: „%s“ bedeutet jetzt %s (%s).\n", v.Name, v.Spelling, c.Code, c.Label.In("de"))
	return nil
}

// VocabUpdateCmd takes over a SKOS document.
type VocabUpdateCmd struct {
	Name   string `arg:"" help:"Vocabulary, for example file_type."`
	File   string `arg:"" help:"SKOS document (ttl, rdf, jsonld, nt), file or address."`
	DryRun bool   `help:"Say what would change and change nothing."`
	JSON   bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (VocabUpdateCmd) Help() string {
	return "trio vocab list says where each vocabulary comes from. What only this program knows of an entry is kept.\n\nExample:\n  trio vocab update file_type filetypes-skos.rdf --dry-run"
}

// Run compares and writes the new table into the data folder.
func (v *VocabUpdateCmd) Run(e *env) error {
	if _, ok := vocab.InfoOf(v.Name); !ok {
		return fmt.Errorf("%w: no vocabulary is called %q; trio vocab list shows all", errUsage, v.Name)
	}
	if err := useVocab(e.cfg.Data); err != nil {
		return err
	}
	g, err := loadGraph(e, v.File)
	if err != nil {
		return err
	}
	concepts, err := vocab.FromSKOS(g, v.Name)
	if err != nil {
		return err
	}
	diff := struct {
		Entries int      `json:"entries"`
		Added   []string `json:"added"`
		Removed []string `json:"removed"`
	}{len(concepts), []string{}, []string{}}
	now := map[string]bool{}
	for _, c := range concepts {
		now[c.URI] = true
		if old, ok := vocab.Lookup(v.Name, c.URI); !ok || old.URI != c.URI {
			diff.Added = append(diff.Added, c.URI)
		}
	}
	for _, c := range vocab.List(v.Name) {
		if !now[c.URI] {
			diff.Removed = append(diff.Removed, c.URI)
		}
	}
	if !v.DryRun {
		rows, err := vocab.Rows(v.Name, concepts)
		if err != nil {
			return err
		}
		if err := vocab.Replace(vocabPath(e.cfg.Data), v.Name, "Taken over from "+filepath.Base(v.File), rows); err != nil {
			return err
		}
	}
	if v.JSON {
		return e.json(diff)
	}
	for _, u := range diff.Added {
		e.printf("+ %s\n", u)
	}
	for _, u := range diff.Removed {
		e.printf("- %s\n", u)
	}
	e.printf("%s: %d Einträge, %d neu, %d weggefallen.\n", v.Name, diff.Entries, len(diff.Added), len(diff.Removed))
	return nil
}
