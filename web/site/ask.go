package site

import (
	"cmp"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
)

// tasksView is the start page of a link: what is to be done.
type tasksView struct {
	Office, Department, City string
	Round, Contact           string
	Deadline                 time.Time
	Late, Open, Delegated    bool
	State, Reason            string
	None                     bool
	Base                     string // address of the link
	OfficeTask               *taskView
	Holdings                 []holdingView
	Links                    []linkView
	Sections                 []choice // that may be passed on
	Passing                  bool     // and are being chosen
	PassTo                   string   // as typed before
	Notes                    []noteView
	Next                     *link         // where to go on
	Same                     []holdingView // from last time, complete and untouched
	Filled                   *filledView
}

type taskView struct {
	Title, URL  string
	State       string
	Done, Begun bool
	Optional    bool
	Count       string
}

type holdingView struct {
	ID, Title        string
	State, StateKey  string
	URL              string
	Tasks            []taskView
	Complete, Edit   bool
	Lacking, Notes   int
	Comment          string
	Removable, Fresh bool
	Passed           bool // chosen to be passed on
}

type linkView struct {
	ID, Label, Sections    string
	Created, Expires, Used time.Time
	Ended                  string // why it is no longer valid
	Main                   bool
}

type noteView struct {
	Who, Text, About string
	At               time.Time
	Mine             bool
}

// choice is an option of a list.
type choice struct {
	Value, Label string
	On           bool
}

// base is the address of the link in the request.
func (r *request) base() string { return secretPrefix + r.c.Param("token") }

// tasks shows what the holder of a link has to do.
func (r *request) tasks() error {
	d, err := r.cfg.Rounds.Tasks(r.ctx, r.by, r.c.Param("token"))
	if err != nil {
		return r.gone(err)
	}
	v := r.tasksView(d)
	v.Filled = r.filled
	title := r.t.Get("ask.title", v.Office)
	if v.Delegated {
		title = r.t.Get("ask.title.part", v.Office)
	}
	return r.person("ask", &page{Title: title, Path: r.base(), Crumbs: []link{{Label: d.Round.Title}}, Body: v})
}

func (r *request) tasksView(d *round.Desk) *tasksView {
	v := &tasksView{
		Office: d.Office.Name, Department: d.Office.Department, City: d.City.Label.In(r.lang), Round: d.Round.Title, Contact: d.Round.Contact,
		Deadline: d.Round.Deadline, Late: d.Late, Open: d.Open, Delegated: d.Link.Parent != "", State: r.t.Get("round.office." + d.Office.State),
		None: d.Office.State == catalog.OfficeNone, Reason: d.Office.Reason, Base: r.local(r.base()),
	}
	if d.OfficeTask != nil {
		t := r.taskView(*d.OfficeTask, r.base()+"/office/"+d.OfficeTask.Section.ID)
		v.OfficeTask = &t
		if !t.Done {
			v.Next = &link{t.Title, t.URL}
		}
	}
	for _, h := range d.Holdings {
		hv := r.holdingView(h)
		v.Holdings = append(v.Holdings, hv)
		if hv.Fresh && hv.Complete && hv.Edit && !v.Delegated {
			v.Same = append(v.Same, hv)
		}
		if v.Next == nil && hv.Edit {
			v.Next = next(hv)
		}
	}
	for _, sec := range round.Steps(d.Template) {
		on := sec.ID == r.c.Query("section") || slices.Contains(r.c.Request.PostForm["section"], sec.ID)
		v.Sections = append(v.Sections, choice{Value: sec.ID, Label: sec.Title.In(r.lang), On: on})
	}
	v.PassTo = r.form("label")
	v.Passing = v.PassTo != "" || slices.ContainsFunc(v.Sections, func(c choice) bool { return c.On })
	for _, l := range d.Delegated {
		v.Links = append(v.Links, r.linkView(l, d.Template))
	}
	v.Notes = r.notes(d.Notes, func(n *catalog.RoundNote) bool { return n.Question == "" }, d.Template)
	return v
}

// next is the first section that is not done; behind the last comes the check.
func next(h holdingView) *link {
	for _, t := range h.Tasks {
		if !t.Done {
			return &link{h.Title + ": " + t.Title, t.URL}
		}
	}
	return &link{h.Title, h.URL}
}

func (r *request) taskView(t round.Task, path string) taskView {
	v := taskView{Title: t.Section.Title.In(r.lang), URL: r.local(path), Begun: t.Answered > 0, Done: t.Done() && (t.Answered > 0 || t.Asked == 0)}
	v.Count = r.t.Get("ask.of", t.Answered, t.Asked)
	switch {
	case t.Asked == 0:
		v.Optional, v.State = true, r.t.Get("ask.task.optional")
	case v.Done && t.Answered == t.Asked:
		v.State = r.t.Get("ask.task.complete")
	case v.Done:
		v.State = r.t.Get("ask.task.enough", v.Count)
	case !v.Begun:
		v.State = r.t.Get("ask.task.none")
	default:
		v.State = v.Count
	}
	return v
}

func (r *request) holdingView(h round.HoldingTasks) holdingView {
	path := r.base() + "/holding/" + h.Holding.ID
	v := holdingView{
		ID: h.Holding.ID, Title: h.Holding.Title, StateKey: h.Holding.State, State: r.t.Get("round.holding." + h.Holding.State), URL: r.local(path),
		Complete: h.Complete, Edit: h.Editable, Lacking: h.Lacking, Notes: h.Notes, Removable: h.Editable && h.Holding.Entry == "",
		Fresh: h.Holding.Changed.IsZero() && h.Holding.Previous != "", Passed: h.Holding.ID == cmp.Or(r.form("holding"), r.c.Query("holding")),
	}
	if holding.Status(h.Holding.State) == holding.StatusReturned {
		v.Comment = h.Holding.Comment
	}
	if v.Title == "" {
		v.Title = r.t.Get("ask.untitled")
	}
	for _, t := range h.Tasks {
		v.Tasks = append(v.Tasks, r.taskView(t, path+"/step/"+t.Section.ID))
	}
	return v
}

func (r *request) linkView(l *catalog.RoundLink, t *survey.Template) linkView {
	v := linkView{ID: l.ID, Label: l.Label, Created: l.Created, Expires: l.Expires, Used: l.Used, Main: l.Parent == ""}
	var titles []string
	for _, id := range l.Sections {
		if sec := t.Section(id); sec != nil {
			titles = append(titles, sec.Title.In(r.lang))
		}
	}
	v.Sections = strings.Join(titles, ", ")
	switch {
	case !l.Revoked.IsZero():
		v.Ended = r.t.Get("link.revoked")
	case time.Now().After(l.Expires):
		v.Ended = r.t.Get("link.expired")
	}
	return v
}

func (r *request) notes(list []*catalog.RoundNote, take func(*catalog.RoundNote) bool, t *survey.Template) []noteView {
	var out []noteView
	for _, n := range list {
		if !take(n) {
			continue
		}
		v := noteView{Who: r.t.Get("role." + n.Role), Text: n.Text, At: n.At, Mine: n.Role == round.RoleRespondent == r.secret}
		if q := t.Question(n.Question); q != nil {
			v.About = q.Label.In(r.lang)
		}
		out = append(out, v)
	}
	return out
}

// goneView is the page of a link that opens nothing; Typed is what was entered
// before it ended, to be copied.
type goneView struct{ Typed []link }

// gone shows what to do when a link is unknown, expired or revoked; which of
// these it is stays untold.
func (r *request) gone(err error) error {
	if catalog.KindOf(err) != catalog.KindNotFound {
		return err
	}
	v := goneView{}
	for _, key := range slices.Sorted(keysOf(r.c.Request.PostForm)) {
		if id, ok := strings.CutPrefix(key, "a."); ok {
			if text := strings.TrimSpace(strings.Join(r.c.Request.PostForm[key], ", ")); text != "" {
				v.Typed = append(v.Typed, link{Label: cut(id, 40), URL: text})
			}
		}
	}
	r.status = http.StatusNotFound
	return r.person("ask-gone", &page{Title: r.t.Get("gone.title"), Path: "/", Body: v})
}

// taskAdd begins a holding and leads to its first section.
func (r *request) taskAdd() error {
	h, err := r.cfg.Rounds.AddHolding(r.ctx, r.by, r.c.Param("token"), r.form("title"))
	if err != nil {
		return r.again(err, r.tasks)
	}
	return r.see(r.base()+"/holding/"+h.ID+"/step/B", "")
}

// taskNone declares that there is nothing to describe, or takes that back.
func (r *request) taskNone() error {
	if err := r.cfg.Rounds.Declare(r.ctx, r.by, r.c.Param("token"), r.form("none") != "no", r.form("reason")); err != nil {
		return r.again(err, r.tasks)
	}
	return r.see(r.base(), "saved")
}

// taskConfirm submits what was filled in from last time and is still right.
func (r *request) taskConfirm() error {
	if err := r.cfg.Rounds.Confirm(r.ctx, r.by, r.c.Param("token"), r.c.Request.PostForm["holding"]); err != nil {
		return r.again(err, r.tasks)
	}
	return r.see(r.base(), "confirmed")
}

// delegatedView shows a link that was passed on, once. Mail opens the reader's own
// mail program with it: the portal needs no colleague's address for that.
type delegatedView struct{ URL, Mail, Back string }

func (r *request) taskDelegate() error {
	token, label := r.c.Param("token"), strings.TrimSpace(r.form("label"))
	secret, err := r.cfg.Rounds.Delegate(r.ctx, r.by, token, round.Delegation{Label: label, Holding: r.form("holding"), Sections: r.c.Request.PostForm["section"]})
	if err != nil {
		return r.again(err, r.tasks)
	}
	d, err := r.cfg.Rounds.Tasks(r.ctx, r.by, token)
	if err != nil {
		return r.gone(err)
	}
	var titles []string
	for _, sec := range round.Steps(d.Template) {
		if slices.Contains(r.c.Request.PostForm["section"], sec.ID) {
			titles = append(titles, "- "+sec.Title.In(r.lang))
		}
	}
	v := delegatedView{URL: r.cfg.SiteURL + r.local(secretPrefix+secret), Back: r.local(r.base())}
	body := r.t.Get("delegate.mail.body", d.Office.Name, d.Round.Title, strings.Join(titles, "\n"), v.URL)
	v.Mail = "mailto:?subject=" + url.PathEscape(r.t.Get("delegate.mail.subject", d.Round.Title)) + "&body=" + url.PathEscape(strings.ReplaceAll(body, "\n", "\r\n"))
	return r.person("ask-link", &page{Title: r.t.Get("delegate.done", label), Path: r.base(), Body: v})
}

func (r *request) taskRecall() error {
	if err := r.cfg.Rounds.Recall(r.ctx, r.by, r.c.Param("token"), r.form("link")); err != nil {
		return r.again(err, r.tasks)
	}
	return r.see(r.base(), "revoked")
}

// taskRemark adds a question or remark; it leads back to where it was written.
func (r *request) taskRemark() error {
	holding, question := r.form("holding"), r.form("question")
	if err := r.cfg.Rounds.Remark(r.ctx, r.by, r.c.Param("token"), holding, question, r.form("text")); err != nil {
		return r.again(err, r.tasks)
	}
	path := r.base()
	if holding != "" && catalog.IsID(holding) {
		path += "/holding/" + holding
	}
	return r.see(path, "asked")
}
