package site

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
)

// growthView is what a draft changes in the version before it.
type growthView struct {
	Before, Needs, Fault string
	Changes              []link // what, and the question it is about
}

func (r *request) growth(v *templateView, ref string) (*growthView, error) {
	if !v.Draft || !v.Complete {
		return nil, nil //nolint:nilnil // none is a value
	}
	g, err := r.cfg.Rounds.Growth(r.ctx, r.by, ref)
	if err != nil || g == nil {
		return nil, err
	}
	out := &growthView{Before: g.Before, Needs: r.t.Get("template.level." + g.Needs)}
	if g.Fault != nil {
		out.Fault = strings.Join(r.explain(g.Fault), " ")
	}
	for _, d := range g.Changes {
		out.Changes = append(out.Changes, link{Label: d.ID + ": " + d.Text.In(r.lang)})
	}
	return out, nil
}

// answerTypes are the kinds of answers to choose from.
func (r *request) answerTypes(on string) []choice {
	kinds := []string{"text", "multiline", "single", "multi", "boolean", "date", "integer", "list", "url", "email"}
	if on == "vocab" {
		kinds = append(kinds, on)
	}
	out := make([]choice, len(kinds))
	for i, kind := range kinds {
		out[i] = choice{Value: kind, Label: r.t.Get("template.type." + kind), On: kind == on}
	}
	return out
}

// askedQuestion is a new question as the form describes it.
func (r *request) askedQuestion(id string) survey.Question {
	q := survey.Question{ID: id, Code: strings.TrimSpace(r.form("code")), Type: r.form("type"), Level: "detail", Visibility: catalog.Level(r.form("visibility")), Label: catalog.Text{"de": strings.TrimSpace(r.form("label"))}}
	if r.form("short") != "" {
		q.Level = "core"
	}
	if q.Type == "single" || q.Type == "multi" {
		q.Options = r.form("options")
	}
	q.Required.Soft = r.form("needed") != ""
	if help := strings.TrimSpace(r.form("help")); help != "" {
		q.Help = catalog.Text{"de": help}
	}
	return q
}

// templateSection names, adds or moves a section of a complete draft.
func (r *request) templateSection(t, _ *survey.Template) error {
	id := strings.TrimSpace(r.form("id"))
	switch r.form("go") {
	case "up":
		t.MoveSection(id, -1)
	case "down":
		t.MoveSection(id, 1)
	default:
		t.SetSection(id, catalog.Text{"de": r.form("title_de"), "en": r.form("title_en")}, nil)
	}
	return nil
}

// coreQuestion edits a question of a complete template.
type coreQuestion struct {
	templateQuestion
	Self, Back, Section                 string
	LabelDE, LabelEN, HelpDE, HelpEN    string
	Required, RequiredIf, VisibleIf     string
	List                                string
	Types, Levels, Needs, Places, Lists []choice
	Offers                              []offerView
	Limits                              []limitView
	Limited                             bool // there is one
}

// limitView is one limit of an answer.
type limitView struct {
	Name, Label, Value string
	Number             bool
}

// limits are those of a question, or what was typed for them.
func (r *request) limits(v *coreQuestion, q *survey.Question) {
	have := q.Limits()
	for _, name := range survey.LimitNames {
		value := have[name]
		if r.c.Request.PostForm.Has(name) {
			value = r.form(name)
		}
		v.Limited = v.Limited || value != ""
		v.Limits = append(v.Limits, limitView{Name: name, Label: r.t.Get("template.limit." + name), Value: value, Number: !strings.HasSuffix(name, "pattern")})
	}
}

// typedLimits are the limits that a form sent.
func (r *request) typedLimits() map[string]string {
	out := map[string]string{}
	for _, name := range survey.LimitNames {
		if r.c.Request.PostForm.Has(name) {
			out[name] = r.form(name)
		}
	}
	return out
}

type offerView struct {
	Code, DE, EN string
	Retired      bool
}

// templateAskPage edits a question that the document x itself asks: any of a
// complete template, the city's own of an overlay.
func (r *request) templateAskPage(x *round.Shelf, doc []byte, t *survey.Template, q *survey.Question) error {
	var own struct {
		Lists map[string]json.RawMessage `json:"option_lists"`
	}
	if err := json.Unmarshal(doc, &own); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	path := templatePath + "/" + x.Ref()
	v := &coreQuestion{
		templateQuestion: r.templateQuestion(t, q, path, true), Self: r.local(path + "/question/" + q.ID), Back: r.local(path) + "#q-" + q.ID, Section: t.SectionOf(q.ID).Title.In(r.lang),
		LabelDE: q.Label["de"], LabelEN: q.Label["en"], HelpDE: q.Help["de"], HelpEN: q.Help["en"], RequiredIf: q.Required.If.String(), VisibleIf: q.VisibleIf.String(), List: q.Options, Types: r.answerTypes(q.Type),
	}
	switch {
	case q.Required.Hard:
		v.Required = "hard"
	case q.Required.Soft:
		v.Required = "soft"
	case q.Required.If != nil:
		v.Required = "if"
	}
	// What was typed and could not be stored stays.
	typed := func(to *string, name string) {
		if r.c.Request.PostForm.Has(name) {
			*to = r.form(name)
		}
	}
	for name, to := range map[string]*string{"label_de": &v.LabelDE, "label_en": &v.LabelEN, "help_de": &v.HelpDE, "help_en": &v.HelpEN, "required": &v.Required, "required_if": &v.RequiredIf, "visible_if": &v.VisibleIf, "options": &v.List} {
		typed(to, name)
	}
	r.limits(v, q)
	for _, need := range []string{"", "soft", "hard", "if"} {
		v.Needs = append(v.Needs, choice{Value: need, Label: r.t.Get("template.need." + need), On: need == v.Required})
	}
	for _, level := range []catalog.Level{catalog.LevelPublic, catalog.LevelPartner, catalog.LevelInternal, catalog.LevelRestricted} {
		v.Levels = append(v.Levels, choice{Value: string(level), Label: r.t.Get("circle." + string(level)), On: level == q.Visibility})
	}
	for i := range t.Sections {
		v.Places = append(v.Places, choice{Value: t.Sections[i].ID, Label: t.Sections[i].ID + " " + t.Sections[i].Title.In(r.lang), On: &t.Sections[i] == t.SectionOf(q.ID)})
	}
	if own.Lists[q.Options] == nil {
		return r.askPage(x, path, q, v) // the core's options are added to where the core uses them
	}
	for _, o := range t.OptionLists[q.Options] {
		v.Offers = append(v.Offers, offerView{o.Code, o.Label["de"], o.Label["en"], o.Retired})
	}
	return r.askPage(x, path, q, v)
}

func (r *request) askPage(x *round.Shelf, path string, q *survey.Question, v *coreQuestion) error {
	return r.person("template-ask", &page{Title: q.Label.In(r.lang), Path: path + "/question/" + q.ID, Nav: "survey", Crumbs: r.templateCrumbs(x.Ref(), q.Label.In(r.lang)), Body: v})
}

// templateAsk does what a button of the page says; id follows a renamed question.
func (r *request) templateAsk(t *survey.Template, id *string) error {
	list, code := strings.TrimSpace(r.form("list")), strings.TrimSpace(r.form("code"))
	switch r.form("do") {
	case "up":
		t.Move(*id, -1)
	case "down":
		t.Move(*id, 1)
	case "remove":
		t.DropQuestion(*id)
	case "option":
		t.SetOption(list, survey.Option{Code: code, Label: catalog.Text{"de": r.form("label_de"), "en": r.form("label_en")}, Retired: r.form("retired") != ""})
	case "option-up":
		t.MoveOption(list, code, -1)
	case "option-down":
		t.MoveOption(list, code, 1)
	default:
		was := *id
		if to := strings.TrimSpace(r.form("id")); to != "" {
			*id = to
		}
		return t.Ask(was, survey.Asked{
			ID: r.form("id"), Section: r.form("section"), Label: catalog.Text{"de": r.form("label_de"), "en": r.form("label_en")}, Help: catalog.Text{"de": r.form("help_de"), "en": r.form("help_en")},
			Type: r.form("type"), Options: strings.TrimSpace(r.form("options")), Short: r.form("short") != "", Compared: r.form("compared") != "", Visibility: catalog.Level(r.form("visibility")),
			Required: r.form("required"), RequiredIf: r.form("required_if"), VisibleIf: r.form("visible_if"),
			Limits: r.typedLimits(),
		})
	}
	return nil
}

// formView is a section of the form as those who are asked will see it.
type formView struct {
	Title, Help, Self, Back, Section string
	Steps                            []taskView
	Short, More                      []askView
}

// templatePreview shows the form without a round: only what applies to the answers
// that were tried. Nothing is kept.
func (r *request) templatePreview() error {
	x, _, t, err := r.cfg.Rounds.Document(r.ctx, r.by, r.c.Param("ref"))
	if err != nil {
		return err
	}
	if r.by.IsAnonymous() {
		return catalog.Errorf(catalog.KindNotFound, "template")
	}
	path := templatePath + "/" + x.Ref()
	query := r.c.Request.URL.Query()
	st := round.PreviewStep(t, query.Get("section"), tried(query))
	v := &formView{Title: st.Section.Title.In(r.lang), Help: st.Section.Help.In(r.lang), Self: r.local(path + "/preview"), Back: r.local(path), Section: st.Section.ID}
	for _, sec := range round.Shown(t) {
		v.Steps = append(v.Steps, taskView{Title: sec.Title.In(r.lang), URL: v.Self + "?section=" + url.QueryEscape(sec.ID), Done: sec == st.Section})
	}
	for i := range st.Asks {
		a := r.askView(st, &st.Asks[i], true)
		a.Describe = a.describe()
		if st.Asks[i].Question.Short() || a.Needed {
			v.Short = append(v.Short, a)
		} else {
			v.More = append(v.More, a)
		}
	}
	return r.person("template-preview", &page{Title: r.t.Get("template.preview.title", t.Title.In(r.lang)), Path: path + "/preview", Nav: "survey", Crumbs: r.templateCrumbs(x.Ref(), r.t.Get("template.preview")), Body: v})
}

// tried are the answers that stand in the address of a preview.
func tried(query url.Values) map[string]any {
	out := map[string]any{}
	for name, values := range query {
		id, ok := strings.CutPrefix(name, "a.")
		switch {
		case !ok:
		case len(values) > 1:
			out[id] = values
		case values[0] != "":
			out[id] = values[0]
		}
	}
	return out
}
