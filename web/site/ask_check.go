package site

import (
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
)

// checkView is a holding before it is submitted.
type checkView struct {
	Title, State, StateKey string
	Comment                string
	Edit, Complete         bool
	Lacking                []link
	Traced                 []link
	Class                  string
	ClassText              string
	Preview                *previewView
	Base, Self, Delegate   string
	HoldingID              string
	Steps                  []taskView
	Notes                  []noteView
	Withdrawable           bool
	Removable              bool
	Previous               bool
	Sections               []choice
}

// previewView is the entry as it would look.
type previewView struct {
	Title, Text         string
	Publisher, Office   string
	Themes, Tags        []string
	Licence             string
	Files               []link
	Details             []detail
	Public              bool
	Errors, Warnings    []string
	ContactName, Mailto string
}

func (r *request) check() error {
	c, err := r.cfg.Rounds.Check(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding"))
	if err != nil {
		return r.gone(err)
	}
	path := r.base() + "/holding/" + c.Holding.ID
	v := &checkView{
		Title: c.Holding.Title, StateKey: c.Holding.State, State: r.t.Get("round.holding." + c.Holding.State), Edit: c.Editable, Complete: c.Complete,
		Base: r.local(r.base()), Self: r.local(path), HoldingID: c.Holding.ID, Preview: r.previewView(c.Preview), Removable: c.Editable && c.Holding.Entry == "",
		Withdrawable: !c.Editable && c.Round.State == catalog.RoundOpen, Previous: c.Holding.Previous != "" && c.Holding.Changed.IsZero(),
	}
	if v.Title == "" {
		v.Title = r.t.Get("ask.untitled")
	}
	if c.Holding.State == "retn" {
		v.Comment = c.Holding.Comment
	}
	office := c.Template.OfficeSection()
	place := func(sec *survey.Section) string {
		if sec == office {
			return r.base() + "/office/" + sec.ID
		}
		return path + "/step/" + sec.ID
	}
	for _, x := range c.Traced {
		v.Traced = append(v.Traced, link{x.Question.Label.In(r.lang) + ": " + r.traceWords(x.Traces), r.local(place(x.Section)) + "#q-" + x.Question.ID})
	}
	for _, g := range c.Lacking {
		to := place(g.Section)
		label := r.t.Get("check.missing", g.Question.Label.In(r.lang), g.Section.Title.In(r.lang))
		if g.Invalid {
			label = r.t.Get("check.unreadable", g.Question.Label.In(r.lang), g.Section.Title.In(r.lang))
		}
		v.Lacking = append(v.Lacking, link{label, r.local(to) + "#q-" + g.Question.ID})
	}
	if c.Assessment != nil {
		v.Class = c.Assessment.Publishability
		v.ClassText = r.t.Get("class." + c.Assessment.Publishability + ".office")
	}
	for _, sec := range r.reach(c.Access, c.Holding.ID) {
		v.Steps = append(v.Steps, taskView{Title: sec.Title.In(r.lang), URL: r.local(path + "/step/" + sec.ID)})
		v.Sections = append(v.Sections, choice{Value: sec.ID, Label: sec.Title.In(r.lang)})
	}
	v.Notes = r.notes(c.Notes, func(*catalog.RoundNote) bool { return true }, c.Template)
	return r.person("ask-check", &page{Title: r.t.Get("check.doc", v.Title), Path: path, Crumbs: []link{{r.t.Get("ask.overview"), v.Base}, {Label: v.Title}}, Body: v})
}

// traceWords names what points to a person.
func (r *request) traceWords(list []survey.Trace) string {
	words := make([]string, len(list))
	for i, x := range list {
		words[i] = r.t.Get("trace.word." + string(x))
	}
	return strings.Join(words, ", ")
}

func (r *request) previewView(p *round.Preview) *previewView {
	if p == nil {
		return nil
	}
	f := p.Entry.Fields
	v := &previewView{Title: f.String("title"), Text: f.String("notes"), Publisher: p.Publisher, Office: p.Office, Tags: f.Strings("tags"), Public: p.Public, Details: r.details(p.Entry),
		ContactName: f.String("contact_name"), Mailto: f.String("contact_email")}
	for _, uri := range f.Strings("theme") {
		v.Themes = append(v.Themes, r.concept("theme", uri))
	}
	for i := range p.Entry.Parts {
		part := &p.Entry.Parts[i]
		v.Files = append(v.Files, link{part.Fields.String("name") + " " + part.Fields.String("format"), safeURL(part.Fields.String("url"))})
		v.Licence = r.concept("licence", part.Fields.String("license"))
	}
	for _, x := range p.Findings {
		text := r.findingText(x)
		if x.Severity == catalog.SeverityError {
			v.Errors = append(v.Errors, text)
		} else {
			v.Warnings = append(v.Warnings, text)
		}
	}
	v.Licence = strings.TrimSpace(v.Licence)
	return v
}

func (r *request) checkSubmit() error {
	if err := r.cfg.Rounds.Submit(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding")); err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			return r.gone(err)
		}
		return r.again(err, r.check)
	}
	return r.see(r.base(), "submitted")
}

func (r *request) checkWithdraw() error {
	if err := r.cfg.Rounds.Withdraw(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding")); err != nil {
		return r.again(err, r.check)
	}
	return r.see(r.base()+"/holding/"+r.c.Param("holding"), "withdrawn")
}

func (r *request) checkRemove() error {
	if err := r.cfg.Rounds.RemoveHolding(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding")); err != nil {
		return r.again(err, r.check)
	}
	return r.see(r.base(), "removed")
}
