package site

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
)

// inboxView lists what waits for review.
type inboxView struct {
	Items  []inboxLine
	Queues []choice
	Self   string
	Since  string // heading of the time
	Empty  string
	More   string
}

type inboxLine struct {
	link
	Office, Class, Quadrant string
	Priority, Notes         int
	Submitted               time.Time
	Privacy, Archive        bool
}

func (r *request) roundInbox() error {
	queue := r.c.Query("queue")
	rd, items, err := r.cfg.Rounds.Inbox(r.ctx, r.by, r.c.Param("round"), queue)
	if err != nil {
		return err
	}
	path := "/survey/" + rd.Name
	v := &inboxView{Self: r.local(path + "/inbox"), Since: r.t.Get("inbox.since"), Empty: r.t.Get("inbox.empty")}
	for _, q := range []string{"", round.QueuePrivacy, round.QueueArchive} {
		key := q
		if key == "" {
			key = "all"
		}
		v.Queues = append(v.Queues, choice{Value: q, Label: r.t.Get("inbox.queue." + key), On: q == queue})
	}
	for _, it := range items {
		v.Items = append(v.Items, inboxLine{
			link: link{it.Holding.Title, r.local(path + "/holding/" + it.Holding.ID)}, Office: it.Office.Name, Class: r.t.Get("class." + it.Publishability), Quadrant: r.quadrant(it.Quadrant),
			Priority: it.Priority, Notes: it.Notes, Submitted: it.Holding.Submitted, Privacy: it.Privacy, Archive: it.Archive,
		})
	}
	return r.person("round-inbox", &page{Title: r.t.Get("inbox.title"), Path: path + "/inbox", Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {rd.Title, r.local(path)}, {Label: r.t.Get("inbox.title")}}, Body: v})
}

func (r *request) quadrant(id string) string {
	if id == "" {
		return ""
	}
	return r.t.Get("quadrant." + id)
}

// reviewView is a holding as the data officer sees it.
type reviewView struct {
	Title, Office, State, StateKey string
	OfficeURL, Self                string
	Rev                            int64
	Waiting, MayApprove            bool
	Class                          string
	Reasons                        []string
	// Open are the reasons that a person may call settled, Describable says that
	// the description alone may go out.
	Open, Licences []choice
	// SendBack offers to give an incomplete one to its office, With is the round where
	// the office has it.
	SendBack                      bool
	With                          string
	Describable, Published        bool
	Priority, Suitability, Effort int
	Quadrant, Confidence          string
	Scores                        []scoreView
	Best                          string
	Parts                         []partView
	Withheld                      int
	Notes                         []noteView
	Events                        []eventView
	Preview                       *previewView
	Comment                       string
	Questions                     []choice
	Missing                       []missingView
	Lacking                       []string // keeps it from being approved
	// Dataset is what was made of the holding, as far as the reader may open it.
	Dataset     link
	Hidden      bool
	EditDataset string
	Alike       []alikeView
}

// missingView are answers that nobody has given yet, and who can.
type missingView struct {
	Who  string
	List []link
}

// alikeView is a holding that may be of the same kind.
type alikeView struct{ Title, URL, Where, State, Why string }

type scoreView struct{ Score, Label, Text string }

type partView struct {
	Title   string
	Replies []replyView
}

type replyView struct {
	Label, Text, Circle string
	Warn                string
	Public              bool
	Notes               []noteView
}

func (r *request) roundReview() error {
	v, err := r.cfg.Rounds.Review(r.ctx, r.by, r.c.Param("round"), r.c.Param("holding"))
	if err != nil {
		return err
	}
	path := "/survey/" + v.Round.Name
	b := r.reviewView(v, path)
	return r.person("round-review", &page{Title: r.t.Get("review.doc", b.Title), Path: path + "/holding/" + v.Holding.ID, Nav: "survey",
		Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {v.Round.Title, r.local(path)}, {r.t.Get("inbox.title"), r.local(path + "/inbox")}, {Label: b.Title}}, Body: b})
}

func (r *request) reviewView(v *round.Review, path string) *reviewView {
	b := &reviewView{
		Title: v.Holding.Title, Office: v.Office.Name, State: r.t.Get("round.holding." + v.Holding.State), StateKey: v.Holding.State,
		Self: r.local(path + "/holding/" + v.Holding.ID), Waiting: v.Holding.State == "subm", MayApprove: v.MayApprove, Withheld: v.Withheld, Comment: r.form("comment"),
		Preview: r.previewView(v.Preview), Events: r.events(v.Events),
	}
	if b.Title == "" {
		b.Title = r.t.Get("ask.untitled")
	}
	if v.Office.ID != "" {
		b.OfficeURL = r.local(path + "/office/" + v.Office.ID)
	}
	if v.Entry != nil {
		b.Rev = v.Entry.Rev
	}
	if a := v.Assessment; a != nil {
		b.Class, b.Priority, b.Suitability, b.Effort, b.Quadrant = r.t.Get("class."+a.Publishability), a.Priority, a.Suitability, a.Effort, r.quadrant(a.Quadrant)
		b.Confidence = fmt.Sprintf("%d %%", int(a.Confidence*100+0.5))
		for _, reason := range a.Reasons {
			b.Reasons = append(b.Reasons, r.reason(reason))
			if a.Publishability == survey.Conditional {
				b.Open = append(b.Open, choice{Value: reason, Label: r.reason(reason), On: slices.Contains(r.c.Request.PostForm["resolved"], reason)})
			}
			if reason == "licence_undefined" {
				for _, o := range v.Licences {
					b.Licences = append(b.Licences, choice{Value: o.Code, Label: o.Label.In(r.lang), On: r.form("licence") == o.Code})
				}
			}
		}
	}
	b.Describable, b.Published = v.Describable, v.Holding.State == "publ"
	if ds := v.Dataset; ds != nil {
		b.Dataset, b.Hidden = link{r.title(ds), r.local("/dataset/" + ds.Name)}, ds.Access != catalog.AccessPublic
		b.EditDataset = r.editPath(ds)
	}
	b.Scores = r.scores(v.Scores)
	if v.Best != nil {
		b.Best = r.best(v.Best.Question.Label, v.Best.To, v.Best.Priority, v.Best.Opens)
	}
	for _, p := range v.Parts {
		part := partView{Title: p.Section.Title.In(r.lang)}
		for _, rep := range p.Replies {
			part.Replies = append(part.Replies, replyView{
				Label: rep.Question.Label.In(r.lang), Text: rep.Text.In(r.lang), Public: rep.Question.Visibility == catalog.LevelPublic, Circle: r.t.Get("circle." + string(rep.Question.Visibility)),
				Warn: r.traces(rep.Traces), Notes: r.notes(rep.Notes, func(*catalog.RoundNote) bool { return true }, v.Template),
			})
			b.Questions = append(b.Questions, choice{Value: rep.Question.ID, Label: rep.Question.Label.In(r.lang)})
		}
		b.Parts = append(b.Parts, part)
	}
	for _, m := range v.Missing {
		label := m.Question.Label.In(r.lang)
		who := cmp.Or(m.Who, v.Office.Name)
		at := slices.IndexFunc(b.Missing, func(x missingView) bool { return x.Who == who })
		if at < 0 {
			at = len(b.Missing)
			b.Missing = append(b.Missing, missingView{Who: who})
		}
		to := link{Label: label}
		if b.OfficeURL != "" { // somebody can be asked
			to.URL = b.Self + "?question=" + url.QueryEscape(m.Question.ID) + "#question"
		}
		b.Missing[at].List = append(b.Missing[at].List, to)
		b.Questions = append(b.Questions, choice{Value: m.Question.ID, Label: label})
	}
	asked := cmp.Or(r.form("question"), r.c.Query("question"))
	for i := range b.Questions {
		b.Questions[i].On = b.Questions[i].Value == asked
	}
	for _, a := range v.Alike {
		why := r.t.Get("alike.title")
		if a.Model {
			why = r.t.Get("alike.model")
		}
		to := ""
		switch {
		case a.Own != "":
			to = r.local(singlePath + a.Own)
		case a.Dataset != "":
			to = r.local("/dataset/" + a.Dataset)
		}
		b.Alike = append(b.Alike, alikeView{Title: a.Title, URL: to, Where: strings.Trim(a.City+", "+a.Office, ", "), State: r.t.Get("round.holding." + string(a.Status)), Why: why})
	}
	b.Notes = r.notes(v.Notes, func(n *catalog.RoundNote) bool { return true }, v.Template)
	return b
}

func (r *request) reason(code string) string {
	if key := "reason." + code; r.t.Has(key) {
		return r.t.Get("reason." + code)
	}
	return code
}

func (r *request) best(question, to catalog.Text, priority int, opens bool) string {
	if opens {
		return r.t.Get("score.best.opens", question.In(r.lang), to.In(r.lang))
	}
	return r.t.Get("score.best", question.In(r.lang), to.In(r.lang), priority)
}

func (r *request) scores(list []round.Scored) []scoreView {
	var out []scoreView
	for _, s := range list {
		out = append(out, scoreView{Score: r.t.Get("score." + s.Score), Label: s.Label.In(r.lang), Text: s.Text.In(r.lang)})
	}
	return out
}

func (r *request) roundApprove() error {
	how := holding.Decision{Resolved: r.c.Request.PostForm["resolved"], Description: r.form("description") != "", Licence: r.form("licence")}
	_, err := r.cfg.Rounds.Decide(r.ctx, r.by, r.c.Param("round"), r.c.Param("holding"), number(r.form("rev")), r.form("comment"), how)
	if err != nil {
		return r.again(err, r.roundReview)
	}
	return r.see(r.roundPath()+"/holding/"+r.c.Param("holding"), "approved")
}

func (r *request) roundTakeDown() error {
	if err := r.cfg.Rounds.TakeDown(r.ctx, r.by, r.c.Param("round"), r.c.Param("holding"), r.form("comment")); err != nil {
		return r.again(err, r.roundReview)
	}
	return r.see(r.roundPath()+"/holding/"+r.c.Param("holding"), "takendown")
}

func (r *request) roundReturn() error {
	if err := r.cfg.Rounds.Return(r.ctx, r.by, r.c.Param("round"), r.c.Param("holding"), r.form("comment")); err != nil {
		return r.again(err, r.roundReview)
	}
	return r.see(r.roundPath()+"/inbox", "returned")
}

func (r *request) roundAsk() error {
	if err := r.cfg.Rounds.Ask(r.ctx, r.by, r.c.Param("round"), r.c.Param("holding"), r.form("question"), r.form("text")); err != nil {
		return r.again(err, r.roundReview)
	}
	return r.see(r.roundPath()+"/holding/"+r.c.Param("holding"), "asked")
}

// insightView is what a city learns.
type insightView struct {
	Whole                               bool
	Self, Switch, CSV, XLSX, JSN        string
	Count, Published, Incomplete, Ready int
	Quadrants                           []bar
	Spreads                             []spread
	Dots                                []dot
	Next                                []pointView
	Blocks                              []blockView
	All                                 []pointView
	HVD                                 []pointView
}

type dot struct {
	X, Y  int
	Class string
	Title string
}

type pointView struct {
	link
	Office, Class, Quadrant       string
	Priority, Suitability, Effort int
	Best                          string
	Scores                        []scoreView
}

type blockView struct {
	Reason string
	Hard   bool
	Count  int
	Points []link
}

// shownBlocks bounds the holdings named below one reason.
const shownBlocks = 20

func (r *request) roundInsight() error {
	whole := r.c.Query("scope") == "city"
	in, err := r.cfg.Rounds.Insight(r.ctx, r.by, r.c.Param("round"), whole)
	if err != nil {
		return err
	}
	path := "/survey/" + in.Round.Name
	v := &insightView{Whole: whole, Self: r.local(path + "/insight"), Switch: r.local(path + "/insight?scope=city"), CSV: r.local(path + "/insight.csv"), Count: len(in.Points), Published: in.Published, Incomplete: in.Incomplete}
	if whole {
		v.Switch, v.CSV = r.local(path+"/insight"), v.CSV+"?scope=city"
	}
	v.XLSX, v.JSN = strings.Replace(v.CSV, "insight.csv", "insight.xlsx", 1), strings.Replace(v.CSV, "insight.csv", "insight.json", 1)
	for _, id := range []string{"quick_win", "project", "fill_in", "later"} {
		v.Quadrants = append(v.Quadrants, bar{Label: r.quadrant(id), Value: r.t.Number(int64(in.Quadrants[id])), Percent: percent(float64(in.Quadrants[id]), float64(len(in.Points)))})
	}
	if len(in.Points) > 0 {
		v.Spreads = r.spreads(in)
	}
	for _, p := range in.Points {
		pv := r.pointView(in, p, path)
		v.All = append(v.All, pv)
		if p.Suitability > 0 {
			// Effort grows to the right, suitability upwards.
			v.Dots = append(v.Dots, dot{X: 40 + 5*p.Effort, Y: 520 - 5*p.Suitability, Class: p.Quadrant, Title: p.Title})
		}
	}
	for _, p := range in.Next {
		pv := r.pointView(in, p, path)
		pv.Scores = r.scores(in.Scores(p))
		if c := in.Best(p); c != nil {
			pv.Best = r.best(c.Question.Label, c.To, c.Priority, c.Opens)
		}
		v.Next = append(v.Next, pv)
	}
	v.Ready = len(in.Next)
	for _, p := range in.HVD {
		v.HVD = append(v.HVD, r.pointView(in, p, path))
	}
	for _, b := range in.Blocks {
		bv := blockView{Reason: r.reason(b.Reason), Hard: b.Hard, Count: len(b.Points)}
		for i, p := range b.Points {
			if i == shownBlocks {
				break
			}
			bv.Points = append(bv.Points, r.pointView(in, p, path).link)
		}
		v.Blocks = append(v.Blocks, bv)
	}
	title := r.t.Get("insight.title", in.Round.Title)
	if whole {
		title = r.t.Get("insight.title.city", in.Round.Title)
	}
	return r.person("round-insight", &page{Title: title, Path: path + "/insight", Nav: "survey",
		Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {in.Round.Title, r.local(path)}, {Label: r.t.Get("insight.nav")}}, Body: v})
}

func (r *request) pointView(_ *round.Insight, p round.Point, path string) pointView {
	v := pointView{link: link{Label: p.Title}, Office: p.Office, Class: r.t.Get("class." + p.Publishability), Quadrant: r.quadrant(p.Quadrant), Priority: p.Priority, Suitability: p.Suitability, Effort: p.Effort}
	if v.URL = r.local(singlePath + p.ID); p.RoundHolding != "" {
		v.URL = r.local(path + "/holding/" + p.RoundHolding)
	}
	return v
}

// insightFile is the table as a file.
func insightFile(format string) func(*request) error {
	return func(r *request) error {
		in, err := r.cfg.Rounds.Insight(r.ctx, r.by, r.c.Param("round"), r.c.Query("scope") == "city")
		if err != nil {
			return err
		}
		t := in.Table(r.lang, r.reason)
		return r.sendTable(in.Round.Name, format, t, objects(t))
	}
}
