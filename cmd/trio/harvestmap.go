package main

import (
	"fmt"
	"os"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/mapping"
)

// HarvestTryCmd tries a mapping.
type HarvestTryCmd struct {
	Name    string `arg:"" help:"Name of the source."`
	Rules   string `placeholder:"FILE" help:"Mapping to try, in YAML; without it the one that the source has."`
	Records int    `default:"10" help:"How many records are read."`
	JSON    bool   `help:"Print JSON."`
}

// Help shows how the command is used.
func (HarvestTryCmd) Help() string {
	return "The source is asked, nothing is written.\n\nExamples:\n  trio harvest source try stadt\n  trio harvest source try stadt --rules stadt.map.yaml --json"
}

// Run reads records and shows them before and after.
func (c *HarvestTryCmd) Run(e *env) error {
	const most = 100
	if c.Records < 1 || c.Records > most {
		return fmt.Errorf("%w: --records must be between 1 and %d", errUsage, most)
	}
	return e.withData(func(k *core) error {
		src, err := e.harvestSource(k, c.Name)
		if err != nil {
			return err
		}
		rules := src.Mapping
		if c.Rules != "" {
			if rules, err = readRules(c.Rules); err != nil {
				return err
			}
		}
		return e.try(k, src, rules, c.Records, c.JSON)
	})
}

func (e *env) harvestSource(k *core, name string) (src *catalog.HarvestSource, err error) {
	err = k.store.View(e.ctx, func(tx catalog.Tx) error {
		src, err = sourceNamed(tx, name)
		return err
	})
	return src, err
}

func readRules(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() || info.Size() > mapping.MaxBytes {
		return "", catalog.Errorf(catalog.KindTooLarge, "%s ist keine Datei oder größer als %d KB.", path, mapping.MaxBytes>>10)
	}
	b, err := os.ReadFile(path)
	return string(b), err
}

func (e *env) try(k *core, src *catalog.HarvestSource, rules string, most int, asJSON bool) error {
	list, told, err := k.harvester(e.cfg).Try(e.ctx, src, rules, most)
	if err != nil {
		return err
	}
	if asJSON {
		return e.json(map[string]any{"source": src.Name, "mapping": mapping.Version(rules), "records": list, "findings": told})
	}
	for _, f := range told {
		e.printf("%s: %s\n", f.Severity, f.Message.In("de"))
	}
	for _, t := range list {
		e.printf("%s  %s\n", t.GUID, t.After.String("title"))
		if t.Left {
			e.printf("  bleibt weg\n")
			continue
		}
		if t.Organization != "" {
			e.printf("  geht an %s\n", t.Organization)
		}
		for _, name := range t.Changed {
			switch name {
			case "resources":
				e.printf("  resources: %d Verweise\n", len(t.Parts))
			case "organization":
			default:
				e.printf("  %s: %s → %s\n", name, shown(t.Before[name]), shown(t.After[name]))
			}
		}
		for _, f := range t.Findings {
			e.printf("  %s: %s\n", f.Severity, f.Message.In("de"))
		}
	}
	return nil
}

func shown(v any) string {
	if v == nil {
		return "leer"
	}
	s := []rune(strings.ReplaceAll(fmt.Sprint(v), "\n", " "))
	const most = 80
	if len(s) > most {
		return string(s[:most]) + "…"
	}
	return string(s)
}

// HarvestMapCmd sets a mapping.
type HarvestMapCmd struct {
	Name   string `arg:"" help:"Name of the source."`
	Rules  string `arg:"" optional:"" placeholder:"FILE" help:"Mapping in YAML; without it the present one is printed."`
	Save   bool   `help:"Save it, after it was tried on ten live records."`
	Undo   bool   `help:"Take back the last change."`
	Remove bool   `help:"Harvest without a mapping again."`
}

// Help shows how the command is used.
func (HarvestMapCmd) Help() string {
	return "The mapping is tried on ten live records and shown; --save keeps it. Versions before stay with the source.\n\nExamples:\n  trio harvest source map stadt stadt.map.yaml\n  trio harvest source map stadt stadt.map.yaml --save\n  trio harvest source map stadt --undo"
}

// Run shows, tries, saves or takes back.
func (c *HarvestMapCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		src, err := e.harvestSource(k, c.Name)
		if err != nil {
			return err
		}
		text := ""
		switch {
		case c.Undo && len(src.Mappings) == 0:
			return catalog.Errorf(catalog.KindNotFound, "Es gibt keine frühere Zuordnung.")
		case c.Undo:
			text = src.Mappings[0].Text
		case c.Remove:
		case c.Rules == "":
			e.printf("%s", src.Mapping)
			return nil
		default:
			if text, err = readRules(c.Rules); err != nil {
				return err
			}
			if err := e.try(k, src, text, 10, false); err != nil {
				return err
			}
			if !c.Save {
				e.printf("Nichts gespeichert. Speichern: trio harvest source map %s %s --save\n", c.Name, c.Rules)
				return nil
			}
		}
		_, err = k.store.Update(e.ctx, operator, func(tx catalog.WriteTx) error {
			now, err := tx.HarvestSource(src.ID)
			if err != nil {
				return err
			}
			if c.Undo { // it is gone from the list, as if it had never been
				now.Mapping, now.Mappings, now.Mark = now.Mappings[0].Text, now.Mappings[1:], ""
			} else {
				now.SetMapping(text, tx.Now())
			}
			return tx.PutHarvestSource(now)
		})
		if err == nil {
			e.printf("Gespeichert (%s). Der nächste Lauf arbeitet danach.\n", mapping.Version(text))
		}
		return err
	})
}
