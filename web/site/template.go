package site

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
	intake "trio.example/harvest/survey"
	"trio.example/web/ui"
)

const templatePath = "/survey/template"

// templatesView lists the templates.
type templatesView struct {
	Lines  []templateLine
	Cities []choice
	Bases  []choice
	URL    string // as typed before
	ByURL  bool
}

type templateLine struct {
	link
	Version, State, City, Extends, Newer, MergeURL string
}

func (r *request) templates() error {
	list, err := r.cfg.Rounds.Templates(r.ctx, r.by)
	if err != nil {
		return err
	}
	v := templatesView{URL: r.form("url"), ByURL: r.cfg.FetchTemplate != nil}
	for _, x := range list {
		path := templatePath + "/" + x.Ref()
		l := templateLine{link: link{x.Title.In(r.lang), r.local(path)}, Version: x.Ref(), State: r.t.Get("template.state." + x.Status), City: cityLabelByCode(x.City, r.lang), Extends: x.Extends, Newer: x.Newer}
		if x.Newer != "" && x.Mine {
			l.MergeURL = r.local(path+"/merge") + "?to=" + x.Newer
		}
		v.Lines = append(v.Lines, l)
		if x.Extends == "" && x.Status == catalog.TemplatePublished {
			v.Bases = append(v.Bases, choice{Value: x.Ref(), Label: x.Ref()})
		}
	}
	slices.Reverse(v.Bases)
	cities, err := r.cfg.Rounds.Cities(r.ctx, r.by)
	if err != nil {
		return err
	}
	for _, c := range cities {
		v.Cities = append(v.Cities, choice{Value: c.Code, Label: c.Label.In(r.lang), On: r.form("city") == c.Code})
	}
	return r.person("templates", &page{Title: r.t.Get("template.list"), Path: templatePath, Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {Label: r.t.Get("template.list")}}, Body: v})
}

func cityLabelByCode(code, lang string) string {
	for _, c := range vocab.Cities() {
		if c.Code == code {
			return c.Short.In(lang)
		}
	}
	return ""
}

// templateAdopt takes a template from a file or an address, or begins one of a city.
func (r *request) templateAdopt() error {
	if base := r.form("base"); base != "" {
		out, err := r.cfg.Rounds.BeginOverlay(r.ctx, r.by, base, r.form("city"), r.form("id"), r.form("title"))
		if err != nil {
			return r.again(err, r.templates)
		}
		return r.see(templatePath+"/"+out.Ref(), "saved")
	}
	doc, origin, err := r.handedIn()
	if err == nil {
		var out *round.Adopted
		if out, err = r.cfg.Rounds.Adopt(r.ctx, r.by, doc, origin); err == nil {
			done := "adopted"
			if out.Unchanged {
				done = "unchanged"
			}
			return r.see(templatePath+"/"+out.Ref(), done)
		}
	}
	return r.again(err, r.templates)
}

// handedIn reads a template's document from the form: a file, an address or text.
func (r *request) handedIn() (doc []byte, origin string, err error) {
	if address := strings.TrimSpace(r.form("url")); address != "" && r.cfg.FetchTemplate != nil {
		doc, err = r.cfg.FetchTemplate(r.ctx, address)
		var e *catalog.Error
		if errors.As(err, &e) && (e.Kind == catalog.KindDenied || e.Kind == catalog.KindUnavailable) { // of the other end, not of this page
			err = catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "address_unread", Field: "url", Message: catalog.DE(e.Message, "The address was not read: it lies in a private network, or does not answer.")})
		}
		return doc, address, err
	}
	if text := r.form("doc"); text != "" {
		return []byte(text), "", nil
	}
	file, head, err := r.c.Request.FormFile("file")
	if err != nil {
		return nil, "", catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "file_missing", Field: "file", Message: catalog.DE("Bitte eine Datei auswählen oder eine Adresse angeben.", "Choose a file or give an address.")})
	}
	defer file.Close()
	doc, err = io.ReadAll(io.LimitReader(file, survey.MaxTemplate+1))
	return doc, cut(head.Filename, 200), err
}

// templateView is one template with its questions.
type templateView struct {
	Ref, State, City, Extends, Origin string
	Description                       string
	BuiltIn, Mine, Draft, Complete    bool
	Next                              bool // a new version can be begun
	Growth                            *growthView
	PreviewURL                        string
	Retirable                         bool
	Self, Newer, MergeURL             string
	Sections                          []templateSection
	Lacking                           []string
	Doc, Prefix                       string
	Lists, Types, Places              []choice
	Short, Count                      int
	Version                           string
}

type templateSection struct {
	ID, Title, Help string
	DE, EN          string
	Questions       []templateQuestion
}

type templateQuestion struct {
	ID, Code, Label, Help, Kind, Circle string
	Options                             []string
	Short, Core, Hidden, Own, Needed    bool
	Changed                             bool
	URL, Condition                      string
}

func (r *request) templateShow() error { return r.templatePage("") }

func (r *request) templatePage(doc string) error {
	ref := r.c.Param("ref")
	x, text, t, err := r.cfg.Rounds.Document(r.ctx, r.by, ref)
	if err != nil {
		return err
	}
	if r.by.IsAnonymous() {
		return catalog.Errorf(catalog.KindNotFound, "template")
	}
	path := templatePath + "/" + x.Ref()
	v := &templateView{
		Ref: x.Ref(), State: r.t.Get("template.state." + x.Status), City: cityLabelByCode(x.City, r.lang), Extends: x.Extends, Origin: x.Origin, Description: t.Description.In(r.lang), BuiltIn: x.BuiltIn,
		Mine: x.Mine, Draft: x.Mine && x.Status == catalog.TemplateDraft, Complete: t.Extends == nil, Retirable: x.Mine && !x.BuiltIn && x.Status == catalog.TemplatePublished, Next: x.Mine && x.Status == catalog.TemplatePublished, Self: r.local(path), Version: x.Version, PreviewURL: r.local(path + "/preview"),
	}
	if v.Growth, err = r.growth(v, ref); err != nil {
		return err
	}
	if len(text) <= maxAnswers/2 {
		v.Doc = string(text)
	}
	if doc != "" {
		v.Doc = doc
	}
	v.Prefix = t.Publisher.City
	if x.Mine && x.Status != catalog.TemplateDraft && x.Extends != "" {
		v.MergeURL = r.local(path + "/merge")
	}
	for _, f := range survey.Comparable(survey.Default(), t) {
		v.Lacking = append(v.Lacking, f.Message.In(r.lang))
	}
	for i := range t.Sections {
		sec := &t.Sections[i]
		ts := templateSection{ID: sec.ID, Title: sec.Title.In(r.lang), Help: sec.Help.In(r.lang), DE: sec.Title["de"], EN: sec.Title["en"]}
		v.Places = append(v.Places, choice{Value: sec.ID, Label: sec.ID + " " + ts.Title})
		for j := range sec.Questions {
			q := &sec.Questions[j]
			v.Count++
			if q.Short() {
				v.Short++
			}
			ts.Questions = append(ts.Questions, r.templateQuestion(t, q, path, v.Draft))
		}
		v.Sections = append(v.Sections, ts)
	}
	for _, name := range slices.Sorted(keysOf(t.OptionLists)) {
		v.Lists = append(v.Lists, choice{Value: name, Label: name})
	}
	v.Types = r.answerTypes("")
	return r.person("template", &page{Title: t.Title.In(r.lang), Path: path, Nav: "survey", Crumbs: r.templateCrumbs(x.Ref(), ""), Body: v})
}

func (r *request) templateCrumbs(ref, below string) []link {
	out := []link{{r.t.Get("round.list"), r.local("/survey")}, {r.t.Get("template.list"), r.local(templatePath)}, {Label: ref}}
	if below != "" {
		out[2].URL = r.local(templatePath + "/" + ref)
		out = append(out, link{Label: below})
	}
	return out
}

func (r *request) templateQuestion(t *survey.Template, q *survey.Question, path string, edit bool) templateQuestion {
	v := templateQuestion{
		ID: q.ID, Code: q.Code, Label: q.Label.In(r.lang), Help: q.Help.In(r.lang), Kind: r.t.Get("template.type." + q.Type), Circle: r.t.Get("circle." + string(q.Visibility)),
		Short: q.Short(), Core: q.Core, Hidden: q.Hidden, Own: strings.Contains(q.ID, ":"), Needed: q.Required.Hard || q.Required.Soft, Condition: r.condition(t, q.VisibleIf),
	}
	for _, o := range t.OptionLists[q.Options] {
		label := o.Label.In(r.lang)
		if o.Retired {
			label += " (" + r.t.Get("template.retired") + ")"
		}
		v.Options = append(v.Options, label)
	}
	if edit && (!q.System || t.Extends == nil) {
		v.URL = r.local(path + "/question/" + q.ID)
	}
	return v
}

// condition puts into words when a question is asked.
func (r *request) condition(t *survey.Template, c *survey.Condition) string {
	join := func(list []*survey.Condition, key string) string {
		parts := make([]string, len(list))
		for i, x := range list {
			parts[i] = r.condition(t, x)
		}
		return strings.Join(parts, " "+r.t.Get(key)+" ")
	}
	switch {
	case c == nil:
		return ""
	case c.All != nil:
		return join(c.All, "cond.and")
	case c.Any != nil:
		return join(c.Any, "cond.or")
	case c.Not != nil:
		return r.t.Get("cond.not") + " (" + r.condition(t, c.Not) + ")"
	}
	q := t.Question(c.Q)
	if q == nil {
		return ""
	}
	label := "„" + q.Label.In(r.lang) + "“"
	if c.Op != "in" {
		return label + " " + r.t.Get("cond."+c.Op)
	}
	var values []string
	for _, code := range c.Value {
		if o := t.Option(q.Options, code); o != nil {
			values = append(values, o.Label.In(r.lang))
		}
	}
	return label + " = " + strings.Join(values, " / ")
}

// templateDo does what a button of the page says.
func (r *request) templateDo() error {
	ref := r.c.Param("ref")
	path := templatePath + "/" + ref
	var err error
	switch r.c.Param("do") {
	case "release":
		err = r.cfg.Rounds.Release(r.ctx, r.by, ref)
	case "retire":
		err = r.cfg.Rounds.Retire(r.ctx, r.by, ref)
	case "discard":
		if err = r.cfg.Rounds.Discard(r.ctx, r.by, ref); err == nil {
			return r.see(templatePath, "saved")
		}
	case "next":
		var out *round.Adopted
		if out, err = r.cfg.Rounds.NextVersion(r.ctx, r.by, ref, r.form("version")); err == nil {
			return r.see(templatePath+"/"+out.Ref(), "saved")
		}
	case "merge":
		var out *round.Adopted
		if out, err = r.cfg.Rounds.AcceptMerge(r.ctx, r.by, ref, r.form("to"), r.settled()); err == nil {
			return r.see(templatePath+"/"+out.Ref(), "merged")
		}
		return r.again(err, r.templateMerge)
	case "doc":
		return r.templateDoc(ref)
	case "section":
		_, err = r.cfg.Rounds.EditTemplate(r.ctx, r.by, ref, r.templateSection)
	case "add":
		out, err := r.templateAdd(ref)
		if err != nil {
			return r.again(err, r.templateShow)
		}
		return r.see(templatePath+"/"+out.Ref(), "saved")
	default:
		return catalog.Errorf(catalog.KindNotFound, "action")
	}
	if err != nil {
		return r.again(err, r.templateShow)
	}
	return r.see(path, "saved")
}

// templateDoc stores the whole document as it was edited; what is wrong with it
// is said and the text stays.
func (r *request) templateDoc(ref string) error {
	doc, _, err := r.handedIn()
	if err == nil {
		var out *round.Adopted
		out, err = r.cfg.Rounds.EditTemplate(r.ctx, r.by, ref, func(t, _ *survey.Template) error { return t.Replace(doc) })
		if err == nil {
			return r.see(templatePath+"/"+out.Ref(), "saved")
		}
	}
	return r.again(err, func() error { return r.templatePage(r.form("doc")) })
}

// templateAdd adds an own question to an overlay.
func (r *request) templateAdd(ref string) (*round.Adopted, error) {
	return r.cfg.Rounds.EditTemplate(r.ctx, r.by, ref, func(t, base *survey.Template) error {
		city := t.Publisher.City
		section := r.form("section")
		if t.Extends == nil {
			q := r.askedQuestion(section + "_" + strings.ToLower(strings.TrimSpace(r.form("name"))))
			return t.NewQuestion(section, q)
		}
		letter := "N"
		if base.Section(section) != nil {
			letter = section
		} else if section == "" {
			section = city + ":N"
		}
		q := r.askedQuestion(city + ":" + letter + "_" + strings.ToLower(strings.TrimSpace(r.form("name"))))
		t.AddQuestion(section, r.t.Get("template.own"), "G", q)
		return nil
	})
}

// questionView edits what an overlay does with one question.
type questionView struct {
	templateQuestion
	Self, Back                     string
	Hide, Require, Hideable        bool
	LabelDE, LabelEN               string
	HelpDE, HelpEN                 string
	TheirDE, TheirEN               string
	Default                        string
	Levels                         []choice
	List                           string
	Choices, Added                 []choice
	Section                        string
	OptionCode, OptionLabel, Wider string
}

func (r *request) templateQuestionPage() error {
	ref := r.c.Param("ref")
	x, doc, t, err := r.cfg.Rounds.Document(r.ctx, r.by, ref)
	if err != nil {
		return err
	}
	q := t.Question(r.c.Param("question"))
	if q == nil || !x.Mine || x.Status != catalog.TemplateDraft {
		return catalog.Errorf(catalog.KindNotFound, "question")
	}
	if t.Extends == nil || strings.Contains(q.ID, ":") {
		return r.templateAskPage(x, doc, t, q)
	}
	path := templatePath + "/" + x.Ref()
	v := &questionView{templateQuestion: r.templateQuestion(t, q, path, true), Self: r.local(path + "/question/" + q.ID), Back: r.local(path), Hide: q.Hidden, Section: t.SectionOf(q.ID).Title.In(r.lang), List: q.Options}
	o := t.Overlay
	if o == nil {
		o = &survey.Overlay{}
	}
	v.Require = slices.Contains(o.Require, q.ID)
	v.Hideable = !q.Core && !q.Short()
	v.LabelDE, v.LabelEN, v.HelpDE, v.HelpEN = o.Relabel[q.ID].Label["de"], o.Relabel[q.ID].Label["en"], o.Relabel[q.ID].Help["de"], o.Relabel[q.ID].Help["en"]
	v.TheirDE, v.TheirEN = q.Label["de"], q.Label["en"]
	switch p := t.Preset(q).(type) {
	case string:
		v.Default = p
	case []string:
		v.Default = strings.Join(p, "; ")
	}
	for _, level := range []catalog.Level{catalog.LevelPublic, catalog.LevelPartner, catalog.LevelInternal, catalog.LevelRestricted} {
		if _, raised := o.Visibility[q.ID]; level.Covers(q.Visibility) || raised {
			v.Levels = append(v.Levels, choice{Value: string(level), Label: r.t.Get("circle." + string(level)), On: level == q.Visibility})
		}
	}
	for _, opt := range t.OptionLists[q.Options] {
		c := choice{Value: opt.Code, Label: opt.Label.In(r.lang)}
		if slices.ContainsFunc(o.AddOptions[q.Options], func(a survey.Option) bool { return a.Code == opt.Code }) {
			v.Added = append(v.Added, c)
		} else {
			v.Choices = append(v.Choices, c)
		}
	}
	return r.person("template-question", &page{Title: q.Label.In(r.lang), Path: path + "/question/" + q.ID, Nav: "survey", Crumbs: r.templateCrumbs(x.Ref(), q.Label.In(r.lang)), Body: v})
}

func (r *request) templateQuestionSave() error {
	ref, id := r.c.Param("ref"), r.c.Param("question")
	_, err := r.cfg.Rounds.EditTemplate(r.ctx, r.by, ref, func(t, base *survey.Template) error {
		if t.Extends == nil || strings.Contains(id, ":") {
			return r.templateAsk(t, &id)
		}
		switch {
		case r.form("drop") != "":
			t.DropOption(r.form("list"), r.form("drop"))
		case r.form("do") == "option":
			t.AddOption(r.form("list"), survey.Option{Code: strings.TrimSpace(r.form("code")), Label: catalog.Text{"de": strings.TrimSpace(r.form("label"))}, Broader: r.form("broader")})
		default:
			return t.Choose(base, id, survey.Choice{
				Hide: r.form("hide") != "", Require: r.form("require") != "", Label: catalog.Text{"de": r.form("label_de"), "en": r.form("label_en")}, Help: catalog.Text{"de": r.form("help_de"), "en": r.form("help_en")},
				Visibility: catalog.Level(r.form("visibility")), Default: r.form("default"),
			})
		}
		return nil
	})
	if err != nil {
		return r.again(err, r.templateQuestionPage)
	}
	if r.form("do") == "remove" {
		return r.see(templatePath+"/"+ref, "saved")
	}
	return r.see(templatePath+"/"+ref+"#q-"+id, "saved")
}

// mergeView shows what moving to a newer base comes to.
type mergeView struct {
	*survey.Merge
	Self, To string
	Auto     []mergeLine
	Clash    []mergeLine
	Migrated string
	Bases    []choice
}

type mergeLine struct {
	ID, Text, Ours, Theirs string
	Key                    string // name of the field
	Ways                   []choice
}

const settlePrefix = "way:"

// settled reads which way each conflict was settled.
func (r *request) settled() map[string]string {
	out := map[string]string{}
	if r.c.Request.PostForm == nil {
		return nil
	}
	for name, values := range r.c.Request.PostForm {
		if key, ok := strings.CutPrefix(name, settlePrefix); ok && len(values) > 0 {
			out[key] = values[0]
		}
	}
	return out
}

func (r *request) templateMerge() error {
	ref := r.c.Param("ref")
	x, _, t, err := r.cfg.Rounds.Document(r.ctx, r.by, ref)
	if err != nil {
		return err
	}
	if !x.Mine || t.Extends == nil {
		return catalog.Errorf(catalog.KindNotFound, "merge")
	}
	v := &mergeView{Self: r.local(templatePath + "/" + ref), To: r.c.Query("to")}
	if to := r.form("to"); to != "" {
		v.To = to
	}
	list, err := r.cfg.Rounds.Templates(r.ctx, r.by)
	if err != nil {
		return err
	}
	for _, b := range list {
		if b.ID == t.Extends.ID && b.Status == catalog.TemplatePublished && survey.CompareVersions(b.Version, t.Extends.Version) > 0 {
			v.Bases = append(v.Bases, choice{Value: b.Version, Label: b.Ref(), On: b.Version == v.To})
		}
	}
	if v.To != "" {
		if v.Merge, err = r.cfg.Rounds.MergeBase(r.ctx, r.by, ref, v.To, nil); err != nil && r.alerts == nil {
			v.To = ""
			alerts := r.explain(err)
			if alerts == nil {
				return err
			}
			r.alerts, r.status = append(r.alerts, alerts...), http.StatusUnprocessableEntity
		}
	}
	if v.Merge != nil {
		for _, m := range v.Automatic {
			v.Auto = append(v.Auto, mergeLine{ID: m.ID, Text: m.Text.In(r.lang)})
		}
		settled := r.settled() // what was chosen stays when it could not be kept
		for _, m := range v.Conflicts {
			l := mergeLine{ID: m.ID, Text: m.Text.In(r.lang), Ours: m.Ours, Theirs: m.Theirs, Key: settlePrefix + m.Key}
			on := m.Chosen
			if settled[m.Key] != "" {
				on = settled[m.Key]
			}
			for i, w := range m.Ways {
				label := w.Text.In(r.lang)
				if i == 0 && len(m.Ways) > 1 {
					label += " (" + r.t.Get("merge.proposal") + ")"
				}
				l.Ways = append(l.Ways, choice{Value: w.Value, Label: label, On: w.Value == on})
			}
			v.Clash = append(v.Clash, l)
		}
		v.Migrated = strings.Join(v.Answers.Migrated, ", ")
	}
	return r.person("template-merge", &page{Title: r.t.Get("merge.title"), Path: templatePath + "/" + ref + "/merge", Nav: "survey", Crumbs: r.templateCrumbs(ref, r.t.Get("merge.title")), Body: v})
}

// templateFile sends a template as a file: JSON, LimeSurvey structure or workbook.
// Released ones hold no data and are for everybody.
func (r *request) templateFile() error {
	ref, format, ok := cutLast(r.c.Param("file"), ".")
	if !ok {
		return catalog.Errorf(catalog.KindNotFound, "file")
	}
	_, doc, t, err := r.cfg.Rounds.Document(r.ctx, r.by, ref)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	kind := ""
	switch format {
	case "json":
		kind = "application/json; charset=utf-8"
		out.Write(doc)
	case "lss":
		kind = "application/xml; charset=utf-8"
		err = intake.WriteLSS(&out, t)
	case "xlsx":
		kind = sheetType
		err = intake.WriteForm(&out, t, nil)
	default:
		err = catalog.Errorf(catalog.KindNotFound, "format")
	}
	if err != nil {
		return err
	}
	r.saveAs(fmt.Sprintf("%s-%s.%s", t.ID, t.Version, format), kind, out.Bytes())
	return nil
}

const sheetType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

func cutLast(s, sep string) (before, after string, found bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

// saveAs sends something to be saved; only the reader may keep it.
func (r *request) saveAs(name, kind string, body []byte) {
	h := r.c.Writer.Header()
	setHeaders(h)
	if r.secret {
		h.Set("Referrer-Policy", "no-referrer")
	}
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "private, no-store")
	ui.Send(r.c.Writer, r.c.Request, http.StatusOK, body)
}
