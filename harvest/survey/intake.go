package survey

import (
	"bytes"
	"context"
	"fmt"
	"maps"

	"trio.example/catalog"
	"trio.example/catalog/blob"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Intake takes files with answers into the holdings of a city; commands, pages,
// actions and sources go through it.
type Intake struct {
	Store catalog.Store
	Desk  *holding.Desk
	Blobs *blob.Dir
}

// Delivery is one file and how it is to be taken.
type Delivery struct {
	City     vocab.City
	Template *survey.Template
	Name     string
	Data     []byte
	// Columns says what headings mean; it is remembered for the city's next files.
	Columns map[string]string
	// DryRun only says what would happen.
	DryRun bool
	// Reading and Storing are told how far it is; nil is nobody.
	Reading, Storing func(done, total int)
}

// Taken is what an import tells: the report on the file and what happened to the
// store.
type Taken struct {
	*Report
	Stored holding.Summary `json:"stored"`
	DryRun bool            `json:"dry_run"`
}

// Take reads a file, keeps the original privately and stores its records. The
// caller has checked that by may import for the city.
func (i *Intake) Take(ctx context.Context, by catalog.Actor, d Delivery) (*Taken, error) {
	var reuse holding.Reuse
	if err := i.Store.View(ctx, func(tx catalog.Tx) (err error) {
		reuse, err = holding.ReuseIn(tx)
		return err
	}); err != nil {
		return nil, err
	}
	meanings, given, err := i.meanings(ctx, d)
	if err != nil {
		return nil, err
	}
	f, err := ReadBytes(ctx, d.Name, d.Data, d.Template, Options{
		City: d.City.Code, Progress: d.Reading, Columns: meanings,
		Reuse: func(model string) bool { return reuse.Elsewhere(d.City.Code, model) },
	})
	if err != nil {
		return nil, err
	}
	out := &Taken{Report: f.Report(), DryRun: d.DryRun}
	if !d.DryRun {
		if _, _, err := i.Blobs.Put(bytes.NewReader(d.Data), int64(len(d.Data))); err != nil {
			return nil, err
		}
		if err := i.Desk.RememberColumns(ctx, by, d.City, given); err != nil {
			return nil, err
		}
	}
	incoming := make([]holding.Incoming, len(f.Records))
	for n := range f.Records {
		incoming[n] = holding.Incoming{Ref: fmt.Sprint(f.Records[n].Ref), Updated: f.Records[n].Updated, Result: f.Records[n].Result}
	}
	out.Stored, err = i.Desk.With(d.Template).Import(ctx, by, d.City, holding.File{
		Name: f.Name, SHA256: f.SHA256, Size: f.Size, Template: f.Template, Report: out.Report,
	}, incoming, holding.Options{DryRun: d.DryRun, Progress: d.Storing})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// meanings joins what is remembered of the city's headings with what was said
// for this file, which is given back in one form. What is remembered and does
// not fit this template is passed over.
func (i *Intake) meanings(ctx context.Context, d Delivery) (all, given map[string]string, err error) {
	list, err := i.Desk.Columns(ctx, d.City)
	if err != nil {
		return nil, nil, err
	}
	all = map[string]string{}
	for _, c := range list {
		if _, err := Meaning(d.Template, c.Meaning); err == nil {
			all[survey.Fold(c.Heading)] = c.Meaning
		}
	}
	given = map[string]string{}
	for heading, text := range d.Columns {
		if text == "" { // forget it
			given[heading] = ""
			delete(all, survey.Fold(heading))
			continue
		}
		if given[heading], err = Meaning(d.Template, text); err != nil {
			return nil, nil, err
		}
	}
	folded := map[string]string{}
	for heading, text := range given {
		if text != "" {
			folded[survey.Fold(heading)] = text
		}
	}
	maps.Copy(all, folded)
	return all, given, nil
}
