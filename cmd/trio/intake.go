package main

import (
	"bytes"
	"context"
	"fmt"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
	intake "trio.example/harvest/survey"
)

// intake takes a file of survey answers that a source brought: the same way as
// trio survey import, into holdings that wait.
func (c *core) intake(ctx context.Context, cityName, name string, data []byte, dryRun bool) (map[string]int, []catalog.Finding, error) {
	city, err := cityByName(cityName)
	if err != nil {
		return nil, nil, err
	}
	f, err := intake.ReadBytes(ctx, name, data, survey.Default(), intake.Options{City: city.Code})
	if err != nil {
		return nil, nil, err
	}
	r := f.Report()
	if !dryRun {
		if _, _, err := c.blobs.Put(bytes.NewReader(data), int64(len(data))); err != nil {
			return nil, nil, err
		}
	}
	incoming := make([]holding.Incoming, len(f.Records))
	for i := range f.Records {
		incoming[i] = holding.Incoming{Ref: fmt.Sprint(f.Records[i].Ref), Updated: f.Records[i].Updated, Result: f.Records[i].Result}
	}
	sum, err := c.desk.Import(ctx, operator, city, holding.File{Name: f.Name, SHA256: f.SHA256, Size: f.Size, Template: f.Template, Report: r}, incoming, holding.Options{DryRun: dryRun})
	if err != nil {
		return nil, nil, err
	}
	return map[string]int{
		catalog.HarvestAdd: sum.New, catalog.HarvestUpdate: sum.Changed, catalog.HarvestSame: sum.Unchanged + sum.Older, catalog.HarvestError: r.Counts.Rejected,
	}, r.Findings, nil
}
