package site

import (
	"time"

	"trio.example/catalog"
	"trio.example/catalog/account"
	"trio.example/catalog/round"
)

// dashboardView is the start page after signing in.
type dashboardView struct {
	Name    string
	Factor  bool
	Account string
	Setup   string
	Invite  string
	Orgs    []orgView
	Tasks   []deskTask
	Mails   string
	Letters int
	// Harvest is where sources are, with how many of them need somebody.
	Harvest *harvestNote
	// Rounds are the survey rounds that run in the reader's cities.
	Rounds []roundLine
	// Checks leads to special checks that wait, with their number.
	Checks *link
}

// orgView is one of the reader's organizations.
type orgView struct {
	Link     link
	Role     string
	Datasets int
	Quality  link
	Invite   string
	New      string // where a dataset of it is made
	// Points of 405, the average of its public datasets.
	Points, Percent int
}

// deskTask is a pile of things to do.
type deskTask struct {
	ID, Heading, Text string
	Count             string
	Items             []itemView
	Rest              int
	All               string // the list the rest stands in
	More              bool
}

// itemView is one of them.
type itemView struct {
	Link     link
	Modified time.Time
}

// maxMeasured bounds for how many organizations quality is shown.
const maxMeasured = 12

func (r *request) dashboard() error {
	w, err := r.cfg.Accounts.Work(r.ctx, r.in().Actor)
	if err != nil {
		return err
	}
	v := dashboardView{Name: w.User.FullName, Factor: w.Factor, Account: r.local("/account"), Setup: r.local("/account/factor"), Letters: w.Letters}
	if v.Name == "" {
		v.Name = w.User.Name
	}
	by := r.in().Actor
	if by.Sysadmin {
		v.Mails, v.Invite = r.local("/admin/mail"), r.local("/account/invite")
	}
	if v.Harvest, err = r.harvestNote(by); err != nil {
		return err
	}
	for i, o := range w.Orgs {
		x := orgView{Link: link{r.title(o.Org), r.local("/organization/" + o.Org.Name)}, Role: r.t.Get("role." + string(o.Role)), Datasets: o.Datasets}
		if r.cfg.Registry != nil && by.CanCreateIn(o.Org.ID) {
			x.New = r.local("/dataset/new") + "?org=" + o.Org.Name
		}
		if by.CanEdit(o.Org) {
			x.Invite = r.local("/account/invite") + "?org=" + o.Org.Name
		}
		if o.Datasets > 0 && i < maxMeasured {
			rep, err := r.backend.Quality(r.ctx, o.Org.Name, 0)
			if err != nil {
				return err
			}
			x.Points = int(rep.Points() + .5)
			x.Percent = x.Points * 100 / 405
			x.Quality = link{r.t.Get("dashboard.quality", x.Points), r.local("/quality/" + o.Org.Name)}
		}
		v.Orgs = append(v.Orgs, x)
	}
	for _, p := range []struct {
		id   string
		pile account.Pile
	}{{"approve", w.Approve}, {"clarify", w.Clarify}, {"drafts", w.Drafts}, {"returned", w.Returned}, {"connect", w.Connect}} {
		if t := r.task(p.id, p.pile); t.Count != "" {
			v.Tasks = append(v.Tasks, t)
		}
	}
	if v.Rounds, err = r.runningRounds(by); err != nil {
		return err
	}
	if r.cfg.Rounds != nil {
		list, err := r.cfg.Rounds.CheckTasks(r.ctx, by)
		if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
			return err
		}
		if len(list) > 0 {
			v.Checks = &link{r.t.Get("check.title"), r.local("/survey/checks")}
		}
	}
	title := r.t.Get("nav.dashboard")
	return r.showForm("dashboard", form{}, &page{Title: title, Path: "/dashboard", Nav: "dashboard", Crumbs: r.crumbs(title), Body: v})
}

// taskQueues are the lists of holdings that stand in no round, by task.
var taskQueues = map[string]string{
	"approve": "", "clarify": "", "returned": "?queue=" + round.SinglesIncomplete, "connect": "?queue=" + round.SinglesApproved,
}

func (r *request) task(id string, p account.Pile) deskTask {
	if p.Count == 0 {
		return deskTask{}
	}
	t := deskTask{ID: id, Heading: r.t.Get("task." + id), Text: r.t.Get("task." + id + ".text"), Count: r.t.Number(int64(p.Count)), Rest: p.Count - len(p.First), More: p.More}
	if queue, ok := taskQueues[id]; ok && r.cfg.Rounds != nil {
		t.All = r.local("/survey/holding" + queue)
	}
	for _, e := range p.First {
		x := itemView{Link: link{Label: r.title(e)}, Modified: e.Modified}
		if e.Type == catalog.TypeDataset && e.State == catalog.StateActive {
			x.Link.URL = r.local("/dataset/" + e.Name)
		}
		if e.Type == catalog.TypeHolding && r.cfg.Rounds != nil {
			x.Link.URL = r.local(singlePath + e.ID)
		}
		t.Items = append(t.Items, x)
	}
	return t
}
