package site

import (
	"encoding/json"
	"errors"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
	"trio.example/web/ui"
)

func keysOf[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// stepView is one section with its questions.
type stepView struct {
	Holding, Title, Help string
	Number, Of           int
	Short, More          []askView // short form, and what is folded away
	MoreOpen             bool
	Edit, Previous       bool
	Action, Back, Check  string
	Errors               []link // to the fields
	Conflicts            int
	Changed              time.Time
	Late                 bool
	Contact              string
	Steps                []taskView
	Pass                 bool   // the section can be passed on
	Remark, About        string // a question that could not be taken, and what it is about
	Examples             []exampleView
	ExamplePath          string
	Delegated            bool
}

// askView is a question with its field.
type askView struct {
	ID, Label, Help  string
	Kind             string
	Options          []choice
	Value            string
	Rev              int64
	Needed, Previous bool
	Public           bool
	Circle           string // who may see the answer
	Error            string
	Warn             string // what in a public answer points to a person
	Unknown          bool   // offers “I do not know” as a box of its own
	UnknownOn        bool
	Conflict         *conflictView
	Notes            []noteView
	Max              int
	Describe         string // ids of the texts that belong to the field
	Models           []string
}

type conflictView struct {
	Theirs, Author string
	At             time.Time
}

// exampleView is a holding of another city that may be taken over.
type exampleView struct{ ID, Text string }

// examples proposes holdings of other cities on the first step.
func (r *request) examples(v *stepView, st *round.Step) error {
	if st.Holding == nil || !st.Editable || v.Number != 1 || st.Delegated() {
		return nil
	}
	list, err := r.cfg.Rounds.Examples(r.ctx, r.by, r.c.Param("token"), st.Holding.ID)
	if err != nil {
		return err
	}
	v.ExamplePath = r.local(r.base() + "/holding/" + st.Holding.ID + "/example")
	for _, x := range list {
		v.Examples = append(v.Examples, exampleView{x.ID, r.t.Get("example.line", x.City.Short.In(r.lang), x.Title, x.Count)})
	}
	return nil
}

// typed are the answers of a posted form that were not stored, by question.
type typed map[string]round.Edit

func (r *request) step() error { return r.stepPage(nil, nil, nil) }

func (r *request) loadStep() (*round.Step, error) {
	return r.cfg.Rounds.Step(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding"), r.c.Param("section"))
}

// stepPage shows a section: with what was typed where it could not be stored,
// with conflicts, and with the questions whose answers cannot be read.
func (r *request) stepPage(keep typed, conflicts []round.Conflict, posted map[string]bool) error {
	st, err := r.loadStep()
	if err != nil {
		return r.gone(err)
	}
	v := r.stepView(st)
	if err := r.examples(v, st); err != nil {
		return r.gone(err)
	}
	for i := range st.Asks {
		a := r.askView(st, &st.Asks[i], posted[st.Asks[i].Question.ID])
		if e, ok := keep[a.ID]; ok {
			a.fill(e.Value, e.Unknown)
		}
		for _, c := range conflicts {
			if c.Question == a.ID {
				a.fill(c.Mine.Value, c.Mine.Unknown)
				a.Conflict = &conflictView{Theirs: r.say(st.Template, c.Theirs), Author: c.Author, At: c.Theirs.At}
				a.Rev = c.Theirs.Rev
				v.Conflicts++
				v.Errors = append(v.Errors, link{r.t.Get("conflict.short", a.Label), "#q-" + a.ID})
			}
		}
		if a.Error != "" {
			v.Errors = append(v.Errors, link{a.Error, "#q-" + a.ID})
		}
		a.Describe = a.describe()
		if st.Asks[i].Question.Short() || a.Conflict != nil || a.Needed {
			v.Short = append(v.Short, a)
		} else {
			v.More = append(v.More, a)
			v.MoreOpen = v.MoreOpen || a.Error != ""
		}
	}
	crumbs := []link{{r.t.Get("ask.overview"), r.local(r.base())}}
	if st.Holding != nil {
		crumbs = append(crumbs, link{v.Holding, v.Check})
	}
	title := v.Title
	if v.Holding != "" {
		title += " – " + v.Holding
	}
	if st.Delegated() {
		title = r.t.Get("step.part", title)
	}
	return r.person("ask-step", &page{Title: title, Path: r.stepPath(), Crumbs: append(crumbs, link{Label: v.Title}), Body: v})
}

func (r *request) stepPath() string {
	if h := r.c.Param("holding"); h != "" {
		return r.base() + "/holding/" + h + "/step/" + r.c.Param("section")
	}
	return r.base() + "/office/" + r.c.Param("section")
}

func (r *request) stepView(st *round.Step) *stepView {
	v := &stepView{
		Title: st.Section.Title.In(r.lang), Help: st.Section.Help.In(r.lang), Edit: st.Editable, Previous: st.Previous, Action: r.local(r.stepPath()),
		Back: r.local(r.base()), Late: st.Overdue(time.Now()), Contact: st.Round.Contact, Delegated: st.Delegated(), Remark: r.form("text"), About: r.form("question"),
	}
	if st.Holding == nil {
		v.Number, v.Of = 1, 1
		return v
	}
	v.Holding, v.Check = st.Holding.Title, r.local(r.base()+"/holding/"+st.Holding.ID)
	v.Changed, v.Pass = st.Holding.Changed, st.Editable && !v.Delegated
	for _, sec := range r.reach(st.Access, st.Holding.ID) {
		v.Of++
		if sec == st.Section {
			v.Number = v.Of
		}
		v.Steps = append(v.Steps, taskView{Title: sec.Title.In(r.lang), URL: r.local(r.base() + "/holding/" + st.Holding.ID + "/step/" + sec.ID), Done: sec == st.Section})
	}
	return v
}

// reach lists the sections of a holding that the link opens.
func (r *request) reach(a *round.Access, holdingID string) []*survey.Section {
	return slices.DeleteFunc(round.Steps(a.Template), func(sec *survey.Section) bool { return !a.May(holdingID, sec.ID) })
}

// radios is up to how many options are laid open; more become a list to choose from.
const radios = 10

func (r *request) askView(st *round.Step, a *round.Ask, posted bool) askView {
	q := a.Question
	v := askView{
		ID: q.ID, Label: q.Label.In(r.lang), Help: q.Help.In(r.lang), Needed: a.Needed, Public: q.Visibility == catalog.LevelPublic,
		Circle: r.t.Get("circle." + string(q.Visibility)), Previous: round.Previous(a.Answer), Max: q.MaxLength, Kind: q.Type,
	}
	if a.Answer != nil {
		v.Rev = a.Answer.Rev
	}
	options := st.Template.OptionLists[q.Options]
	unknown := st.Template.UnknownCode(q)
	switch {
	case q.Type == "boolean":
		v.Kind = "radio"
		v.Options = []choice{{Value: "ja", Label: r.t.Get("yes")}, {Value: "nein", Label: r.t.Get("no")}}
	case q.Type == "single" && len(options) > radios:
		v.Kind = "select"
	case q.Type == "single":
		v.Kind = "radio"
	case q.Type == "multi":
		v.Kind = "check"
	case q.Type == "multiline" || q.Type == "list":
		v.Kind = "area"
	case q.Type == "vocab":
		v.Kind = "text"
		if title, ok := st.Form.Value(st.Template.Question("B_title")).(string); ok && q.Options == "musterdatenkatalog-4" {
			for _, m := range vocab.Models(title) {
				v.Models = append(v.Models, m.Label.In("de"))
			}
		}
	}
	given := chosenCodes(st.Form.Value(q))
	for _, o := range options {
		if o.Retired && !slices.Contains(given, o.Code) {
			continue // not offered any more; one that was chosen stays
		}
		label := o.Label.In(r.lang)
		if o.Code == unknown {
			label = r.t.Get("ask.unknown")
		}
		v.Options = append(v.Options, choice{Value: o.Code, Label: label})
	}
	// Without a hard answer there is no holding: not to know it leads nowhere.
	v.Unknown = unknown == "" && q.Type != "boolean" && !q.Required.Hard
	v.fill(a.Value, a.Answer != nil && a.Answer.Unknown)
	if q.Type == "single" || q.Type == "multi" || q.Type == "boolean" {
		v.choose(st.Form.Value(q))
	}
	if a.Invalid {
		v.Error = r.t.Get("ask.invalid." + q.Type)
	} else if posted && a.Missing && !v.UnknownOn {
		v.Error = "" // a missing answer never stops anybody from going on; the check names it
	}
	v.Warn = r.traces(st.Form.Traces(st.Template, q))
	v.Notes = r.notes(a.Notes, func(*catalog.RoundNote) bool { return true }, st.Template)
	return v
}

// traces warns of what in a public answer points to a person, "" for nothing.
func (r *request) traces(list []survey.Trace) string {
	if len(list) == 0 {
		return ""
	}
	out := []string{r.t.Get("trace.lead")}
	for _, x := range list {
		out = append(out, r.t.Get("trace."+string(x)))
	}
	return strings.Join(out, " ")
}

// fill puts a raw value into the field.
func (v *askView) fill(value any, unknown bool) {
	v.UnknownOn = unknown
	v.Value = ""
	var chosen []string
	switch x := value.(type) {
	case string:
		v.Value, chosen = x, []string{x}
	case []string:
		v.Value, chosen = strings.Join(x, "; "), x
	}
	for i := range v.Options {
		v.Options[i].On = slices.Contains(chosen, v.Options[i].Value)
	}
}

// choose marks options by the normal form of the answer, for one that came as a
// label from elsewhere.
func (v *askView) choose(normal any) {
	chosen := chosenCodes(normal)
	if chosen == nil {
		return
	}
	for i := range v.Options {
		v.Options[i].On = slices.Contains(chosen, v.Options[i].Value)
	}
}

// chosenCodes are the options of an answer in its normal form.
func chosenCodes(normal any) []string {
	var chosen []string
	switch x := normal.(type) {
	case string:
		chosen = []string{x}
	case bool:
		chosen = []string{map[bool]string{true: "ja", false: "nein"}[x]}
	case []any:
		for _, c := range x {
			if s, ok := c.(string); ok {
				chosen = append(chosen, s)
			}
		}
	}
	return chosen
}

func (v *askView) describe() string {
	var ids []string
	if v.Help != "" {
		ids = append(ids, "h-"+v.ID)
	}
	ids = append(ids, "c-"+v.ID)
	if v.Error != "" {
		ids = append(ids, "e-"+v.ID)
	}
	if v.Warn != "" {
		ids = append(ids, "w-"+v.ID)
	}
	if v.Conflict != nil {
		ids = append(ids, "k-"+v.ID)
	}
	return strings.Join(ids, " ")
}

// say writes a stored answer for people.
func (r *request) say(t *survey.Template, a *catalog.RoundAnswer) string {
	if a.Unknown {
		return r.t.Get("ask.unknown")
	}
	var codes []string
	switch x := round.Decode(a.Value).(type) {
	case nil:
		return r.t.Get("ask.empty")
	case string:
		codes = []string{x}
	case []string:
		codes = x
	}
	q := t.Question(a.Question)
	out := make([]string, len(codes))
	for i, c := range codes {
		out[i] = c
		if o := t.Option(q.Options, c); o != nil {
			out[i] = o.Label.In(r.lang)
		}
	}
	return strings.Join(out, ", ")
}

// edits reads a posted form: a question is on it where its revision is. Taken
// from the other side are those where its value was chosen in a conflict.
func (r *request) edits() []round.Edit {
	form := r.c.Request.PostForm
	var out []round.Edit
	for _, key := range slices.Sorted(keysOf(form)) {
		id, ok := strings.CutPrefix(key, "r.")
		if !ok || form.Get("t."+id) == "theirs" {
			continue
		}
		out = append(out, round.Edit{Question: id, Base: number(form.Get(key)), Unknown: form.Get("u."+id) != "", Value: form["a."+id]})
	}
	return out
}

func number(s string) int64 {
	var n int64
	for _, c := range s {
		if c < '0' || c > '9' || n > 1<<40 {
			return 0
		}
		n = 10*n + int64(c-'0')
	}
	return n
}

// stepSave stores what was entered and goes where the button says.
func (r *request) stepSave() error {
	edits := r.edits()
	if wantsJSON(r.c.Request) {
		return r.savedJSON(r.save(edits))
	}
	before, err := r.loadStep()
	if err != nil {
		return r.gone(err)
	}
	saved, err := r.save(edits)
	posted, keep := map[string]bool{}, typed{}
	for _, e := range edits {
		posted[e.Question], keep[e.Question] = true, e
	}
	if catalog.KindOf(err) == catalog.KindNotFound && err != nil {
		return r.gone(err)
	}
	if err != nil {
		return r.again(err, func() error { return r.stepPage(keep, nil, nil) })
	}
	if len(saved.Conflicts) > 0 {
		r.status = http.StatusConflict
		return r.stepPage(nil, saved.Conflicts, posted)
	}
	after, err := r.loadStep()
	if err != nil {
		return r.gone(err)
	}
	for i := range after.Asks {
		if q := after.Asks[i].Question; r.form("go") == "next" && posted[q.ID] && after.Asks[i].Invalid {
			r.status = http.StatusUnprocessableEntity
			return r.stepPage(nil, nil, posted)
		}
	}
	return r.onward(before, after, posted)
}

// remark keeps a question or remark about an answer of the step. It comes with the
// answers, whatever button was pressed: without scripts one of them would be lost.
func (r *request) remark() error {
	if r.form("go") != "ask" && strings.TrimSpace(r.form("text")) == "" {
		return nil
	}
	return r.cfg.Rounds.Remark(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding"), r.form("question"), r.form("text"))
}

// onward leads on after a step was saved. Questions that apply only now keep
// the reader on the page.
func (r *request) onward(before, after *round.Step, posted map[string]bool) error {
	if err := r.remark(); err != nil {
		return r.again(err, r.step)
	}
	switch {
	case r.form("go") == "ask":
		return r.see(r.stepPath()+"#q-"+r.form("question"), "asked")
	case r.form("go") == "pass" && after.Holding != nil && !after.Delegated():
		return r.see(r.base()+"?section="+url.QueryEscape(after.Section.ID)+"&holding="+after.Holding.ID+"#t-pass", "saved")
	case r.form("go") == "later" || r.form("go") == "back" && after.Holding == nil:
		return r.see(r.base(), "saved")
	}
	if r.form("go") == "next" {
		shown := map[string]bool{}
		for i := range before.Asks {
			shown[before.Asks[i].Question.ID] = true
		}
		for i := range after.Asks {
			if q := after.Asks[i].Question; !shown[q.ID] && !posted[q.ID] && after.Asks[i].Answer == nil && (q.Short() || after.Asks[i].Needed) {
				return r.see(r.stepPath()+"#q-"+q.ID, "more")
			}
		}
	}
	if after.Holding == nil {
		return r.see(r.base(), "saved")
	}
	path := r.base() + "/holding/" + after.Holding.ID
	list := r.reach(after.Access, after.Holding.ID)
	i := slices.Index(list, after.Section)
	switch {
	case r.form("go") == "back" && i > 0:
		return r.see(path+"/step/"+list[i-1].ID, "saved")
	case r.form("go") == "back":
		return r.see(r.base(), "saved")
	case r.form("go") != "next":
		return r.see(r.stepPath(), "saved")
	case i+1 < len(list):
		return r.see(path+"/step/"+list[i+1].ID, "saved")
	case after.Delegated():
		return r.see(r.base(), "saved")
	default:
		return r.see(path, "saved")
	}
}

func (r *request) save(edits []round.Edit) (*round.Saved, error) {
	return r.cfg.Rounds.Save(r.ctx, r.by, r.c.Param("token"), r.c.Param("holding"), r.c.Param("section"), edits)
}

func wantsJSON(req *http.Request) bool { return req.Header.Get("Accept") == "application/json" }

// savedJSON answers the script that saves each field as it is left.
func (r *request) savedJSON(saved *round.Saved, err error) error {
	out := map[string]any{}
	status := http.StatusOK
	switch {
	case err != nil:
		if status = statusOf[catalog.KindOf(err)]; status == 0 {
			return err
		}
		out["error"] = strings.Join(append(r.explain(err), ""), " ")
		var e *catalog.Error
		if errors.As(err, &e) && len(e.Findings) == 0 && e.Kind == catalog.KindNotFound {
			out["error"] = r.t.Get("gone.title")
		}
	default:
		st := saved.After
		shown, faults, warns := []string{}, map[string]string{}, map[string]string{}
		for i := range st.Asks {
			a := r.askView(st, &st.Asks[i], false)
			shown = append(shown, a.ID)
			if _, mine := saved.Revs[a.ID]; mine && a.Error != "" {
				faults[a.ID] = a.Error
			}
			if a.Warn != "" {
				warns[a.ID] = a.Warn
			}
		}
		out = map[string]any{"revs": saved.Revs, "at": r.t.DateTime(saved.At), "shown": shown, "errors": faults, "warns": warns}
		conflicts := map[string]any{}
		for _, c := range saved.Conflicts {
			conflicts[c.Question] = map[string]any{"theirs": r.say(st.Template, c.Theirs), "rev": c.Theirs.Rev, "text": r.t.Get("conflict.script", r.t.DateTime(c.Theirs.At), r.say(st.Template, c.Theirs))}
			status = http.StatusConflict
		}
		out["conflicts"] = conflicts
	}
	body, err := json.Marshal(out)
	if err != nil {
		return err
	}
	h := r.c.Writer.Header()
	setHeaders(h)
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cache-Control", "private, no-store")
	h.Set("Content-Type", "application/json; charset=utf-8")
	ui.Send(r.c.Writer, r.c.Request, status, body)
	return nil
}
