package main

import (
	"encoding/json"
	"fmt"
	"strings"

	"trio.example/catalog/holding"
)

// SurveyProposalsCmd lists and settles what newer answers propose for datasets
// that were edited by hand.
type SurveyProposalsCmd struct {
	Dataset string   `placeholder:"NAME" help:"Decide about this dataset."`
	Take    []string `placeholder:"FIELD" help:"Take what the answers say; may be repeated."`
	Drop    []string `placeholder:"FIELD" help:"Leave the field as it is; may be repeated."`
	JSON    bool     `help:"Print JSON."`
}

// Help shows how the command is used.
func (SurveyProposalsCmd) Help() string {
	return "Later answers never overwrite what somebody edited in a dataset; they propose. Fields of the dataset's file have “file.” in front.\n\nExamples:\n  trio survey proposals\n  trio survey proposals --dataset baumkataster-augsburg --take notes --drop file.name"
}

// proposingLine is a dataset as the list prints it.
type proposingLine struct {
	Dataset   string             `json:"dataset"`
	ID        string             `json:"id"`
	Title     string             `json:"title"`
	Rev       int64              `json:"rev"`
	Proposals []holding.Proposal `json:"proposals"`
}

func proposingLines(list []holding.Proposing) []proposingLine {
	out := make([]proposingLine, len(list))
	for i, p := range list {
		out[i] = proposingLine{p.Dataset.Name, p.Dataset.ID, p.Dataset.Fields.String("title"), p.Dataset.Rev, p.List}
		if p.List == nil {
			out[i].Proposals = []holding.Proposal{}
		}
	}
	return out
}

// Run lists, or decides where a dataset is named.
func (c *SurveyProposalsCmd) Run(e *env) error {
	if (c.Dataset == "") != (len(c.Take)+len(c.Drop) == 0) {
		return fmt.Errorf("%w: --dataset gehört zu --take oder --drop", errUsage)
	}
	return e.withData(func(k *core) error {
		if c.Dataset != "" {
			if _, err := k.rounds.Settle(e.ctx, operator, c.Dataset, 0, c.Take, c.Drop); err != nil {
				return err
			}
		}
		list, err := k.rounds.Proposing(e.ctx, operator)
		if err != nil {
			return err
		}
		lines := proposingLines(list)
		if c.JSON {
			return e.json(lines)
		}
		if len(lines) == 0 {
			e.printf("Nichts zu entscheiden.\n")
		}
		for _, l := range lines {
			e.printf("%s (%s)\n", l.Dataset, l.Title)
			for _, p := range l.Proposals {
				e.printf("  %s: %s -> %s\n", p.Field, said(p.Now), said(p.Proposed))
			}
		}
		return nil
	})
}

// said writes a value on one line.
func said(v any) string {
	if v == nil {
		return "–"
	}
	if s, ok := v.(string); ok {
		return strings.Join(strings.Fields(s), " ")
	}
	b, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(b)
}
