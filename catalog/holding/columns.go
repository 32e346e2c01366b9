package holding

import (
	"context"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Column is what a heading of a city's files means, as somebody said.
type Column struct {
	Heading string `json:"heading"`
	Meaning string `json:"meaning"`
}

// maxColumns bounds what is remembered of a city.
const maxColumns = 500

// Columns lists what the headings of a city's files mean.
func (d *Desk) Columns(ctx context.Context, city vocab.City) ([]Column, error) {
	out := []Column{}
	err := d.reg.Store().View(ctx, func(tx catalog.Tx) error {
		list, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordColumn, Parent: city.Code})
		for _, r := range list {
			out = append(out, Column{r.Fields.String("heading"), r.Fields.String("meaning")})
		}
		return err
	})
	return out, err
}

// RememberColumns keeps what headings of a city's files mean, for the files to
// come; an empty meaning forgets one. The caller has checked the right to import.
func (d *Desk) RememberColumns(ctx context.Context, by catalog.Actor, city vocab.City, meanings map[string]string) error {
	if len(meanings) == 0 {
		return nil
	}
	_, err := d.reg.Store().Update(ctx, by, func(tx catalog.WriteTx) error {
		have, err := tx.Records(catalog.RecordFilter{Kind: catalog.RecordColumn, Parent: city.Code})
		if err != nil {
			return err
		}
		known := map[string]*catalog.Record{}
		for _, r := range have {
			known[r.Key] = r
		}
		for heading, meaning := range meanings {
			key := survey.Fold(heading)
			if key == "" || len(heading) > 4<<10 {
				continue
			}
			if meaning == "" {
				if _, err := tx.DeleteRecords(catalog.RecordFilter{Kind: catalog.RecordColumn, Parent: city.Code, Key: key}); err != nil {
					return err
				}
				delete(known, key)
				continue
			}
			r := known[key]
			if r == nil {
				if len(known) >= maxColumns {
					return catalog.Errorf(catalog.KindTooLarge, "Für %s sind schon %d Spalten zugeordnet; bitte zuerst welche vergessen.", city.Label.In("de"), maxColumns)
				}
				r = &catalog.Record{ID: catalog.NewID(), Kind: catalog.RecordColumn, Parent: city.Code, Key: key, Created: tx.Now()}
				known[key] = r
			}
			r.Fields = catalog.Fields{"heading": heading, "meaning": meaning}
			if err := tx.PutRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
	return err
}
