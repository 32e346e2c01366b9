package site

import (
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
)

// proposalsView lists what newer answers would change in datasets that were
// edited by hand.
type proposalsView struct{ Datasets []proposingView }

type proposingView struct {
	link
	Name   string
	Rev    int64
	Fields []proposalView
}

type proposalView struct{ Name, Label, Now, Proposed string }

func (r *request) proposals() error {
	list, err := r.cfg.Rounds.Proposing(r.ctx, r.by)
	if err != nil {
		return err
	}
	v := proposalsView{}
	for _, x := range list {
		e := x.Dataset
		p := proposingView{link: link{Label: r.title(e)}, Name: e.Name, Rev: e.Rev}
		if catalog.CanSee(r.by, e) {
			p.URL = r.local("/dataset/" + e.Name)
		}
		for _, f := range x.List {
			p.Fields = append(p.Fields, r.proposalView(f))
		}
		v.Datasets = append(v.Datasets, p)
	}
	title := r.t.Get("proposal.title")
	return r.person("survey-proposals", &page{Title: title, Path: "/survey/proposals", Nav: "survey", Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {Label: title}}, Body: v})
}

func (r *request) proposalView(p holding.Proposal) proposalView {
	name, ofFile := strings.CutPrefix(p.Field, "file.")
	v := proposalView{Name: p.Field, Now: r.proposalText(p.Now), Proposed: r.proposalText(p.Proposed)}
	if !ofFile {
		v.Label = r.fieldName(name)
		return v
	}
	v.Label = name
	if f := r.cfg.Schema.Of(catalog.TypeDataset).Part(name); f != nil {
		v.Label = f.Label.In(r.lang)
	}
	v.Label = r.t.Get("proposal.file", v.Label)
	return v
}

func (r *request) proposalText(v any) string {
	if s := valueText(v); s != "" {
		return s
	}
	return r.t.Get("ask.empty")
}

// proposalsDecide takes the decisions about one dataset.
func (r *request) proposalsDecide() error {
	rev, err := strconv.ParseInt(r.form("rev"), 10, 64)
	if err != nil {
		return catalog.Errorf(catalog.KindInvalid, "revision missing")
	}
	var take, drop []string
	for key, values := range r.c.Request.PostForm {
		field, ok := strings.CutPrefix(key, "d.")
		if !ok || len(values) == 0 {
			continue
		}
		switch values[0] {
		case "take":
			take = append(take, field)
		case "drop":
			drop = append(drop, field)
		}
	}
	if len(take)+len(drop) == 0 {
		return r.see("/survey/proposals", "")
	}
	if _, err := r.cfg.Rounds.Settle(r.ctx, r.by, r.form("dataset"), rev, take, drop); err != nil {
		return r.again(err, r.proposals)
	}
	return r.see("/survey/proposals", "proposal")
}
