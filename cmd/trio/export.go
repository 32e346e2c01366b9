package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// ExportCmd writes the public datasets.
type ExportCmd struct {
	Format  string `default:"jsonl" enum:"jsonl,ttl,rdf,jsonld,nt" help:"jsonl (one entry a line), ttl, rdf, jsonld or nt."`
	Out     string `placeholder:"FILE" help:"File to write; without it standard output."`
	Profile string `default:"3.0" enum:"3.0,2.0" help:"Version of DCAT-AP.de."`
}

// Help shows how the command is used.
func (ExportCmd) Help() string {
	return "Only what everybody may see is written, in order of creation.\nExit code 0: written; 1: failed; 2: called wrongly.\n\nExamples:\n  trio export --format ttl --out katalog.ttl\n  trio export > datensaetze.jsonl"
}

// Run exports. A file appears under its name only when it is complete.
func (x *ExportCmd) Run(e *env) error {
	return e.withData(func(k *core) error {
		if x.Out == "" {
			_, err := x.write(e, k, e.stdout)
			return err
		}
		tmp, err := os.CreateTemp(filepath.Dir(x.Out), ".trio-export-*")
		if err != nil {
			return fmt.Errorf("export: %w", err)
		}
		n, err := x.write(e, k, tmp)
		if err = errors.Join(err, tmp.Sync(), tmp.Close()); err == nil {
			err = os.Rename(tmp.Name(), x.Out)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("export: %w", err), os.Remove(tmp.Name()))
		}
		e.notef("%s nach %s geschrieben.\n", plural(n, "Datensatz", "Datensätze"), x.Out)
		return nil
	})
}

func (x *ExportCmd) write(e *env, k *core, out io.Writer) (n int, err error) {
	buf := bufio.NewWriter(out)
	format, isRDF := rdfio.FormatOf(x.Format)
	switch {
	case !isRDF:
		n, err = x.lines(e, k, buf)
	case x.Profile == string(dcat.Profile3):
		var w rdfio.Writer
		if w, err = rdfio.NewWriter(buf, format); err != nil {
			return 0, err
		}
		n, err = k.book(e.cfg.SiteURL).Write(e.ctx, w)
		err = errors.Join(err, w.Close())
	default:
		n, err = x.mapped(e, k, buf, format)
	}
	return n, errors.Join(err, buf.Flush())
}

// lines writes every public dataset, held back or not.
func (x *ExportCmd) lines(e *env, k *core, out io.Writer) (n int, err error) {
	enc := json.NewEncoder(out)
	err = k.store.View(e.ctx, func(tx catalog.Tx) error {
		for entry, err := range tx.Entries(publicDatasets) {
			if err != nil {
				return err
			}
			if !catalog.CanSee(catalog.Anonymous, entry) {
				continue
			}
			n++
			if err := enc.Encode(publicView(k, entry)); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// mapped writes another profile than the one that pieces are kept of.
func (x *ExportCmd) mapped(e *env, k *core, out io.Writer, format rdfio.Format) (n int, err error) {
	held, err := k.book(e.cfg.SiteURL).HeldBack(e.ctx)
	if err != nil {
		return 0, err
	}
	w, err := rdfio.NewWriter(out, format)
	if err != nil {
		return 0, err
	}
	mapper := dcat.NewMapper(k.defs, e.cfg.SiteURL)
	err = k.store.View(e.ctx, func(tx catalog.Tx) error {
		orgs, once := dcat.Public(tx), dcat.Once{}
		for entry, err := range tx.Entries(publicDatasets) {
			if err != nil {
				return err
			}
			if !catalog.CanSee(catalog.Anonymous, entry) || held[entry.ID] {
				continue
			}
			node, _ := mapper.Publish(entry, orgs, dcat.Profile(x.Profile))
			if node == nil {
				continue
			}
			n++
			once.Link(node)
			if err := w.Write(node); err != nil {
				return err
			}
		}
		return nil
	})
	return n, errors.Join(err, w.Close())
}

// publicView leaves out every field that is not public.
func publicView(k *core, e *catalog.Entry) *catalog.Entry {
	out := e.Clone()
	for _, f := range k.defs.Of(e.Type).Fields {
		if f.Visibility != catalog.LevelPublic {
			delete(out.Fields, f.Name)
		}
	}
	for _, p := range out.Parts {
		for _, f := range k.defs.Of(e.Type).Parts {
			if f.Visibility != catalog.LevelPublic {
				delete(p.Fields, f.Name)
			}
		}
	}
	out.Origin, out.Creator = nil, ""
	return out
}
