// Package rdf brings RDF documents of other catalogues into this one: read as
// DCAT-AP.de, mended, stored as entries of an organization.
package rdf

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
)

// Options say where a document belongs.
type Options struct {
	// Source names the catalogue that the document is of; with a resource's own
	// address it tells a known one from a new one.
	Source string
	// Owner is the id of the organization.
	Owner  string
	DryRun bool
	// Progress, if set, is called with what is done of what there is.
	Progress func(done, total int)
}

// Report says what became of a document.
type Report struct {
	Source    string `json:"source"`
	Triples   int    `json:"triples"`
	Datasets  int    `json:"datasets"` // with series and services
	New       int    `json:"new"`
	Changed   int    `json:"changed"`
	Unchanged int    `json:"unchanged"`
	// HeldBack counts those that are stored but do not go to harvesters, because
	// something mandatory is missing that nobody may invent.
	HeldBack int `json:"held_back"`
	// Unused counts triples that belong to no dataset: vocabularies, paging.
	Unused   int               `json:"unused_triples"`
	Findings []catalog.Finding `json:"findings"`
	DryRun   bool              `json:"dry_run"`
}

// Importer writes documents into the catalogue.
type Importer struct {
	reg    *catalog.Registry
	mapper *dcat.Mapper
}

// New makes an importer.
func New(reg *catalog.Registry, mapper *dcat.Mapper) *Importer { return &Importer{reg, mapper} }

// perWrite is how many resources one transaction takes: few enough to let
// others in between, many enough to share the cost of a durable write.
const perWrite = 200

// Import stores what a graph describes. It can be repeated: what is known and
// unchanged is left alone. Local edits of what the source did not change stay.
func (im *Importer) Import(ctx context.Context, by catalog.Actor, g *rdfio.Graph, o Options) (*Report, error) {
	by.Bulk = true
	doc := im.mapper.Read(g)
	r := &Report{Source: o.Source, Triples: g.Len(), Datasets: len(doc.Resources), Unused: doc.Unused, Findings: append([]catalog.Finding{}, doc.Findings...), DryRun: o.DryRun}
	if len(doc.Resources) == 0 {
		return r, catalog.Errorf(catalog.KindInvalid, "Das Dokument enthält keinen Datensatz (dcat:Dataset).")
	}
	list := number(doc.Resources)
	for batch := range slices.Chunk(list, perWrite) {
		if err := im.write(ctx, by, batch, o, r); err != nil {
			return r, err
		}
		if o.Progress != nil {
			o.Progress(r.New+r.Changed+r.Unchanged, len(list))
		}
	}
	if o.DryRun || len(doc.Catalogs) == 0 || o.Owner == "" {
		return r, nil
	}
	_, err := im.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		org, err := tx.Entry(o.Owner)
		if err != nil {
			return err
		}
		return im.reg.ChangeIn(tx, by, org, 0, func(org *catalog.Entry) error {
			im.mapper.KeepOrigins(org, doc.Catalogs)
			return nil
		})
	})
	return r, err
}

// keyed is a resource with the key that tells it from all others of its source.
type keyed struct {
	*dcat.Resource
	key string
}

// number gives keys. Several resources without an address may look alike; they
// are counted in the order of their contents, because a document has no order of
// such things that another reading would find again.
func number(list []*dcat.Resource) []keyed {
	alike := map[string][]int{}
	out := make([]keyed, len(list))
	for i, res := range list {
		out[i] = keyed{res, res.Key()}
		alike[out[i].key] = append(alike[out[i].key], i)
	}
	for key, places := range alike {
		slices.SortFunc(places, func(a, b int) int { return strings.Compare(list[a].Hash(), list[b].Hash()) })
		for n, i := range places[1:] {
			out[i].key = fmt.Sprintf("%s#%d", key, n+2)
		}
	}
	return out
}

// errDry ends a transaction that must leave no trace.
var errDry = catalog.Errorf(catalog.KindConflict, "dry run")

func (im *Importer) write(ctx context.Context, by catalog.Actor, batch []keyed, o Options, r *Report) error {
	var part Report
	_, err := im.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		part = Report{}
		for _, res := range batch {
			if err := im.one(tx, by, res, o, &part); err != nil {
				return fmt.Errorf("%s: %w", res.key, err)
			}
		}
		if o.DryRun {
			return errDry
		}
		return nil
	})
	if err != nil && !errors.Is(err, errDry) {
		return err
	}
	r.New, r.Changed, r.Unchanged, r.HeldBack = r.New+part.New, r.Changed+part.Changed, r.Unchanged+part.Unchanged, r.HeldBack+part.HeldBack
	r.Findings = append(r.Findings, part.Findings...)
	return nil
}

func (im *Importer) one(tx catalog.WriteTx, by catalog.Actor, res keyed, o Options, r *Report) error {
	r.Findings = append(r.Findings, res.Findings...)
	origin := &catalog.Origin{Source: o.Source, Key: res.key, Hash: res.Hash()}
	e, err := tx.EntryByOrigin(o.Source, origin.Key)
	switch {
	case catalog.KindOf(err) == catalog.KindNotFound && err != nil:
		e = &catalog.Entry{Type: catalog.TypeDataset, Owner: o.Owner, Origin: origin, Fields: catalog.Fields{}}
		im.mapper.Apply(res.Resource, e)
		if e.Name, err = freeName(tx, res); err != nil {
			return err
		}
		if err := im.reg.CreateIn(tx, by, e); err != nil {
			return err
		}
		r.New++
	case err != nil:
		return err
	case e.Origin.Hash == origin.Hash && e.State != catalog.StateDeleted:
		r.Unchanged++
	default:
		rev := e.Rev
		err := im.reg.ChangeIn(tx, by, e, 0, func(e *catalog.Entry) error {
			im.mapper.Apply(res.Resource, e)
			if e.State == catalog.StateDeleted {
				e.State = catalog.StateActive
			}
			e.Origin = origin
			return nil
		})
		if err != nil {
			return err
		}
		if e.Rev == rev {
			r.Unchanged++
		} else {
			r.Changed++
		}
	}
	n, findings := im.mapper.Publish(e, func(id string) *catalog.Entry {
		org, err := tx.Entry(id)
		if err != nil {
			return nil
		}
		return org
	}, dcat.Profile3)
	if n == nil {
		r.HeldBack++
	}
	for _, f := range findings {
		if f.Severity == catalog.SeverityError || strings.HasPrefix(f.Code, "left_out:") {
			f.Severity = catalog.SeverityWarning // it is stored all the same
			r.Findings = append(r.Findings, f)
		}
	}
	return nil
}

// freeName finds a name that nobody has: by counting up, and where many have the
// same title by a part of the key.
func freeName(tx catalog.Tx, res keyed) (string, error) {
	return catalog.FreeName(tx, catalog.TypeDataset.Namespace(), res.Name(), func(n int) string {
		sum := sha256.Sum256([]byte(res.key + strings.Repeat("+", n)))
		return hex.EncodeToString(sum[:5])
	})
}
