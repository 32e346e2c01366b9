package site

import (
	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/vocab"
)

// singlePath is where holdings are reviewed that stand in no round.
const singlePath = "/survey/holding/"

// single shows a holding of the catalogue, or leads to the round that has it.
func (r *request) single() error {
	v, err := r.cfg.Rounds.Single(r.ctx, r.by, r.c.Param("holding"))
	if err != nil {
		return err
	}
	if v.InRound != "" {
		return r.see("/survey/"+v.InRound+"/holding/"+v.RoundHolding, "")
	}
	b := r.reviewView(v.Review, "/survey")
	for _, q := range v.Lacking {
		b.Lacking = append(b.Lacking, q.Label.In(r.lang))
	}
	b.SendBack = v.Lacking != nil && !v.Asked
	if v.With != "" {
		b.With = r.local("/survey/" + v.With)
	}
	return r.person("round-review", &page{Title: r.t.Get("review.doc", b.Title), Path: singlePath + v.Holding.ID, Nav: "survey",
		Crumbs: []link{{r.t.Get("single.back"), r.local("/survey")}, {r.t.Get("singles.title"), r.local("/survey/holding")}, {Label: b.Title}}, Body: b})
}

func (r *request) singleApprove() error {
	how := holding.Decision{Resolved: r.c.Request.PostForm["resolved"], Description: r.form("description") != "", Licence: r.form("licence")}
	if _, err := r.cfg.Rounds.DecideSingle(r.ctx, r.by, r.c.Param("holding"), number(r.form("rev")), r.form("comment"), how); err != nil {
		return r.again(err, r.single)
	}
	return r.see(singlePath+r.c.Param("holding"), "approved")
}

// singleBack gives an incomplete holding to its office; a link is shown where no
// letter takes it there.
func (r *request) singleBack() error {
	out, err := r.cfg.Rounds.SendBack(r.ctx, r.by, r.c.Param("holding"), r.form("comment"))
	if err != nil {
		return r.again(err, r.single)
	}
	path := "/survey/" + out.Round.Name
	if out.Invitation != nil {
		return r.showLinks(path, []round.Invitation{*out.Invitation})
	}
	return r.see(path+"/office/"+out.Office.ID, "sentback")
}

func (r *request) singleTakeDown() error {
	if err := r.cfg.Rounds.TakeDownSingle(r.ctx, r.by, r.c.Param("holding"), r.form("comment")); err != nil {
		return r.again(err, r.single)
	}
	return r.see(singlePath+r.c.Param("holding"), "takendown")
}

// singles lists what came by files and stands in no round.
func (r *request) singles() error {
	cities, err := r.cfg.Rounds.Cities(r.ctx, r.by)
	if err != nil {
		return err
	}
	if len(cities) == 0 {
		return catalog.Errorf(catalog.KindDenied, "no survey")
	}
	which := r.c.Query("queue")
	list, err := r.cfg.Rounds.Singles(r.ctx, r.by, which)
	if err != nil {
		return err
	}
	v := &inboxView{Self: r.local("/survey/holding"), Since: r.t.Get("singles.since"), Empty: r.t.Get("singles.empty")}
	for _, q := range []string{round.SinglesWaiting, round.SinglesIncomplete, round.SinglesApproved, round.SinglesPublished} {
		key := q
		if key == "" {
			key = "waiting"
		}
		v.Queues = append(v.Queues, choice{Value: q, Label: r.t.Get("singles.queue." + key), On: q == which})
	}
	if len(list) == round.MaxSingles {
		v.More = r.t.Get("singles.more")
	}
	for _, e := range list {
		a := catalog.Fields(e.Fields.Map("assessment"))
		line := inboxLine{link: link{r.title(e), r.local(singlePath + e.ID)}, Office: e.Fields.String("office"), Quadrant: r.quadrant(a.String("quadrant")), Submitted: e.Modified}
		if class := a.String("publishability"); class != "" {
			line.Class = r.t.Get("class." + class)
		}
		line.Priority = round.Priority(e)
		if len(cities) > 1 {
			line.Office = cityShort(e.Fields.String("city"), r.lang) + ", " + line.Office
		}
		v.Items = append(v.Items, line)
	}
	title := r.t.Get("singles.title")
	return r.person("round-inbox", &page{Title: title, Path: "/survey/holding", Nav: "survey", Crumbs: []link{{r.t.Get("single.back"), r.local("/survey")}, {Label: title}}, Body: v})
}

func cityShort(code, lang string) string {
	for _, c := range vocab.Cities() {
		if c.Code == code {
			return c.Short.In(lang)
		}
	}
	return code
}
