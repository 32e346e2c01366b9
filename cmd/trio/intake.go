package main

import (
	"context"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	intake "trio.example/harvest/survey"
)

// takeAnswers takes a file of survey answers that a source brought: the same way as
// trio survey import, into holdings that wait.
func (c *core) takeAnswers(ctx context.Context, cityName, name string, data []byte, dryRun bool) (map[string]int, []catalog.Finding, error) {
	city, err := cityByName(cityName)
	if err != nil {
		return nil, nil, err
	}
	r, err := c.intake().Take(ctx, operator, intake.Delivery{City: city, Template: survey.Default(), Name: name, Data: data, DryRun: dryRun})
	if err != nil {
		return nil, nil, err
	}
	sum := r.Stored
	return map[string]int{
		catalog.HarvestAdd: sum.New, catalog.HarvestUpdate: sum.Changed, catalog.HarvestSame: sum.Unchanged + sum.Older, catalog.HarvestError: r.Counts.Rejected,
	}, r.Findings, nil
}
