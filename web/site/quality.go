package site

import (
	"encoding/csv"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/quality"
	"trio.example/web/ui"
)

// qualityView is the page about how well datasets are described. Every drawing
// stands beside the numbers it draws.
type qualityView struct {
	Scope      string // title of the organization, "" for the whole
	Points     string
	Percent    int
	Rating     string
	Datasets   int
	Held       int
	Dimensions []bar
	Ratings    []bar
	Orgs       []bar
	Sources    []bar
	Works      []work
	Metrics    []bar
	GovData    []bar
	HVD, Whole int
	Days       []bar
	Line       string // points of the history's line, in a box of 600 × 160
	List       []bar  // datasets, worst first
	More       int
	CSV        string
}

// bar is a line of a table with its drawing.
type bar struct {
	Label, URL string
	Value      string // as it is said
	Percent    int
	Note       string
	Count      int
}

type work struct {
	Label, Remedy, Gain string
	Datasets            int
	Repair              string // where it is set for all of them, for who may
}

// listedDatasets bounds the list on the page; the file has all.
const listedDatasets = 100

func (r *request) quality() error {
	name := r.c.Param("name")
	r.fresh = true
	most := 0
	if name != "" {
		most = listedDatasets
	}
	rep, err := r.backend.Quality(r.ctx, name, most)
	if err != nil {
		return err
	}
	if rep.Scope != nil && rep.Scope.Name != name {
		r.redirect("/quality/" + rep.Scope.Name)
		return nil
	}
	v := r.qualityView(rep)
	path, title := "/quality", r.t.Get("quality.title")
	crumbs := []link{{r.t.Get("nav.start"), r.local("/")}}
	if rep.Scope == nil {
		crumbs = append(crumbs, link{Label: title})
	} else {
		path += "/" + rep.Scope.Name
		crumbs = append(crumbs, link{title, r.local("/quality")}, link{Label: v.Scope})
		title += ": " + v.Scope
	}
	return r.show("quality", &page{Title: title, Description: r.t.Get("quality.lead"), Path: path, Nav: "quality", Crumbs: crumbs, Body: v})
}

func (r *request) qualityView(rep *quality.Report) *qualityView {
	v := &qualityView{
		Points: r.decimal(rep.Points()), Percent: percent(rep.Points(), quality.MaxPoints), Rating: quality.RatingLabel(quality.Rating(rep.Points())).In(r.lang),
		Datasets: rep.Summary.Datasets, Held: rep.Held, HVD: rep.HVD, Whole: rep.HVDComplete, CSV: "/quality.csv",
	}
	if rep.Scope != nil {
		v.Scope = r.title(rep.Scope)
		v.CSV += "?organization=" + rep.Scope.Name
	}
	for _, d := range quality.Dimensions() {
		points, most := rep.Dimension(d)
		v.Dimensions = append(v.Dimensions, bar{Label: quality.DimensionLabel(d).In(r.lang), Value: r.t.Get("quality.of", r.decimal(points), fmt.Sprint(most)), Percent: percent(points, float64(most))})
	}
	for _, g := range []string{"excellent", "good", "sufficient", "bad"} {
		n := rep.Ratings[g]
		v.Ratings = append(v.Ratings, bar{Label: quality.RatingLabel(g).In(r.lang), Value: r.t.Number(int64(n)), Percent: percent(float64(n), float64(rep.Summary.Datasets))})
	}
	for _, o := range rep.Orgs {
		v.Orgs = append(v.Orgs, bar{Label: r.title(o.Org), URL: r.local("/quality/" + o.Org.Name), Value: r.decimal(o.Points()), Percent: percent(o.Points(), quality.MaxPoints), Count: o.Datasets})
	}
	for _, s := range rep.Sources {
		v.Sources = append(v.Sources, bar{Label: sourceTitle(s.Source), Value: r.decimal(s.Points), Percent: percent(s.Points, quality.MaxPoints), Count: s.Datasets})
	}
	for _, w := range rep.Works {
		v.Works = append(v.Works, work{w.Metric.Label.In(r.lang), w.Metric.Remedy.In(r.lang), r.decimal(w.Gain), w.Datasets, r.repairPath(rep.Scope, w.Metric.Property)})
	}
	for i, m := range quality.Metrics() {
		s := rep.Met[i]
		v.Metrics = append(v.Metrics, bar{Label: m.Label.In(r.lang), Value: r.share(s), Percent: percent(s.Part(), 1), Note: fmt.Sprint(m.Points)})
	}
	for i, m := range quality.GovDataRules() {
		s := rep.GovData[i]
		v.GovData = append(v.GovData, bar{Label: m.Label.In(r.lang), Value: r.share(s), Percent: percent(s.Part(), 1)})
	}
	r.history(v, rep.Days)
	if len(rep.Datasets) > 0 {
		v.More = max(0, rep.Summary.Datasets-listedDatasets)
	}
	for i, d := range rep.Datasets {
		if i == listedDatasets {
			break
		}
		var lacks []string
		switch {
		case slices.Contains(d.Result.Lacks, quality.HeldAddress):
			lacks = append(lacks, r.t.Get("quality.held.address"))
		case d.Result.Held:
			lacks = append(lacks, r.t.Get("quality.held.mandatory"))
		}
		for _, g := range d.Result.Gains() {
			lacks = append(lacks, quality.Metrics()[g].Label.In(r.lang))
		}
		v.List = append(v.List, bar{Label: r.title(d.Entry), URL: r.local("/dataset/" + d.Entry.Name), Value: fmt.Sprint(d.Points), Percent: percent(float64(d.Points), quality.MaxPoints), Note: strings.Join(lacks, ", ")})
	}
	return v
}

// history draws the points of each day from left to right.
func (r *request) history(v *qualityView, days []catalog.QualityDay) {
	const width, height = 600.0, 160.0
	var line []string
	for i, d := range days {
		v.Days = append(v.Days, bar{Label: d.Day, Value: r.decimal(d.Points), Count: d.Datasets})
		if len(days) > 1 {
			line = append(line, fmt.Sprintf("%.1f,%.1f", width*float64(i)/float64(len(days)-1), height-height*d.Points/quality.MaxPoints))
		}
	}
	v.Line = strings.Join(line, " ")
}

func (r *request) share(s quality.Share) string {
	return r.t.Get("quality.share", r.t.Number(int64(s.Met)), r.t.Number(int64(s.Of)))
}

// decimal writes one digit behind the sign of the language.
func (r *request) decimal(f float64) string {
	s := fmt.Sprintf("%.1f", f)
	s = strings.TrimSuffix(s, ".0")
	if r.lang == "de" {
		s = strings.ReplaceAll(s, ".", ",")
	}
	return s
}

func percent(part, whole float64) int {
	if whole == 0 {
		return 0
	}
	return int(part/whole*100 + 0.5)
}

// qualityCSV is the work list as a file.
func (s *Site) qualityCSV(c *gin.Context) {
	rep, err := s.backend.Quality(c.Request.Context(), c.Query("organization"), -1)
	if err != nil {
		s.Fail(c, err)
		return
	}
	var b strings.Builder
	b.WriteString("\uFEFF") // spreadsheets take it for UTF-8
	if err := quality.WriteCSV(csv.NewWriter(&b), s.cfg.SiteURL, rep); err != nil {
		s.Fail(c, err)
		return
	}
	h := c.Writer.Header()
	setHeaders(h)
	h.Set("Content-Type", "text/csv; charset=utf-8")
	h.Set("Content-Disposition", `attachment; filename="qualitaet.csv"`)
	h.Set("Cache-Control", "no-cache")
	ui.Send(c.Writer, c.Request, http.StatusOK, []byte(b.String()))
}
