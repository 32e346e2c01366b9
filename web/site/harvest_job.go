package site

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/vocab"
	"trio.example/harvest/job"
	"trio.example/harvest/mapping"
)

// jobView is what a run did.
type jobView struct {
	jobLine
	Running, Held, Live bool
	Progress            *progressView
	Self, Source        string
	LiveURL             string
	CSV, JSON           string
	Findings            []findingLine
	Groups              []faultGroup
	Filters             []choice
	Steps               []harvestStep
	More                string
	Known, Seen         int
	Requests, Reused    int
	Mapping             string
	Filtered, Own       int
	Delta, Partial      bool
}

type findingLine struct{ Severity, SeverityKey, Place, Text string }

type faultGroup struct {
	findingLine
	Count   int
	Samples []link
	// List, Word and Choices are set where a rule mends the group.
	List, Word string
	Choices    []choice
	ID         string
}

type harvestStep struct {
	link
	Action, ActionKey string
	Fields            string
	Findings          []findingLine
}

func (r *request) findingLine(f catalog.Finding) findingLine {
	l := findingLine{Severity: r.t.Get("harvest.severity." + string(f.Severity)), SeverityKey: string(f.Severity), Text: r.findingText(f)}
	l.Place = strings.TrimSpace(strings.Join([]string{f.File, f.Row}, " "))
	return l
}

// harvestSteps are the results by which steps are chosen.
var harvestSteps = []string{catalog.HarvestAdd, catalog.HarvestUpdate, catalog.HarvestDelete, catalog.HarvestError}

func actionKey(action string) string { return strings.ReplaceAll(action, " ", "") }

func (r *request) sourceJob() error {
	name, id, action := r.c.Param("source"), r.c.Param("job"), r.c.Query("action")
	after, _ := strconv.Atoi(r.c.Query("after")) // what is no number is the beginning
	rep, err := r.cfg.Harvests.Report(r.ctx, r.by, name, id, action, max(0, after))
	if err != nil {
		return err
	}
	j, src := rep.Job, rep.Source
	path := sourcePath(src.Name) + "/job/" + j.ID
	v := &jobView{
		jobLine: r.jobLine(src.Name, j), Held: j.State == catalog.HarvestHeld, Self: r.local(path), Source: r.local(sourcePath(src.Name)), CSV: r.local(path + "/report.csv"), JSON: r.local(path + "/report.json"), LiveURL: r.local(path + "?live=1"),
		Known: j.Known, Seen: j.Seen, Requests: j.Requests, Reused: j.Reused, Mapping: j.Mapping, Filtered: j.Filtered, Own: j.Own, Delta: j.Delta, Partial: j.Partial,
	}
	v.Running = !v.Held && j.State != catalog.HarvestFinished
	if v.Running {
		v.Progress = progressOf(v.jobLine, j)
		if v.Live = r.c.Query("live") == "1"; v.Live {
			r.c.Header("Refresh", refreshEvery)
		}
	}
	for _, f := range j.Findings {
		v.Findings = append(v.Findings, r.findingLine(f))
	}
	for i, g := range rep.Groups {
		v.Groups = append(v.Groups, r.faultGroup(src.Name, i, g))
	}
	v.Filters = []choice{{Value: v.Self, Label: r.t.Get("harvest.filter.all"), On: action == ""}}
	for _, a := range harvestSteps {
		if j.Counts[a] > 0 {
			v.Filters = append(v.Filters, choice{Value: v.Self + "?action=" + url.QueryEscape(a), Label: r.t.Get("harvest.action."+actionKey(a)) + " (" + r.t.Number(int64(j.Counts[a])) + ")", On: action == a})
		}
	}
	for _, s := range rep.Steps {
		v.Steps = append(v.Steps, r.harvestStep(src.Name, s))
	}
	if rep.More && len(rep.Steps) > 0 {
		v.More = v.Self + "?action=" + url.QueryEscape(action) + "&after=" + strconv.Itoa(rep.Steps[len(rep.Steps)-1].Seq)
	}
	title := r.t.Get("harvest.job", r.t.DateTime(j.Created)) + " (" + j.ID[:min(len(j.ID), 4)] + ")"
	return r.person("harvest-job", &page{Title: title, Path: path, Nav: "harvest", Crumbs: []link{{r.t.Get("harvest.title"), r.local("/harvest")}, {sourceTitle(src), v.Source}, {Label: title}}, Body: v})
}

func (r *request) faultGroup(name string, i int, g *job.Group) faultGroup {
	v := faultGroup{findingLine: r.findingLine(g.Finding), Count: g.Count, List: g.List, Word: g.Word, ID: "g" + strconv.Itoa(i)}
	for _, s := range g.Samples {
		v.Samples = append(v.Samples, r.harvestStep(name, s).link)
	}
	if list := mapping.Vocabulary(g.List); list != "" {
		for _, c := range vocab.List(list) {
			v.Choices = append(v.Choices, choice{Value: c.URI, Label: conceptLabel(c, r.lang)})
		}
	}
	return v
}

func conceptLabel(c vocab.Concept, lang string) string {
	if s := c.Label.In(lang); s != "" {
		return s
	}
	return c.URI
}

func (r *request) harvestStep(name string, s job.Step) harvestStep {
	v := harvestStep{link: link{s.Title, r.local(recordPath(name, s.GUID))}, Action: r.t.Get("harvest.action." + actionKey(s.Action)), ActionKey: actionKey(s.Action)}
	if v.Label == "" {
		v.Label = s.GUID
	}
	names := make([]string, len(s.Changed))
	for i, f := range s.Changed {
		names[i] = r.fieldName(f)
	}
	v.Fields = strings.Join(names, ", ")
	for _, f := range s.Faults {
		v.Findings = append(v.Findings, r.findingLine(f))
	}
	return v
}

// fieldName is the label of a field of a dataset.
func (r *request) fieldName(name string) string {
	switch name {
	case "name", "resources", "organization":
		return r.t.Get("harvest.field." + name)
	}
	if f := r.cfg.Schema.Of(catalog.TypeDataset).Field(name); f != nil {
		if s := f.Label.In(r.lang); s != "" {
			return s
		}
	}
	return name
}

func (r *request) sourceJobDo() error {
	name, id := r.c.Param("source"), r.c.Param("job")
	key := ""
	var err error
	switch r.form("do") {
	case "release":
		key, err = "harvestreleased", r.cfg.Harvests.Release(r.ctx, r.by, name, id)
	case "stop":
		key, err = "harveststopped", r.cfg.Harvests.Stop(r.ctx, r.by, name, id)
	default:
		err = catalog.Errorf(catalog.KindInvalid, "%s", r.t.Get("form.problem"))
	}
	if err != nil {
		return r.again(err, r.sourceJob)
	}
	return r.see(sourcePath(name)+"/job/"+id, key)
}

// sourceRepair writes what a word means into the rules of the source.
func (r *request) sourceRepair() error {
	name := r.c.Param("source")
	if err := r.cfg.Harvests.Repair(r.ctx, r.by, name, r.form("list"), r.form("word"), r.form("code")); err != nil {
		return r.again(err, r.sourceJob)
	}
	return r.see(sourcePath(name)+"/job/"+r.c.Param("job"), "harvestrepaired")
}

// download begins an answer that is a file.
func (r *request) download(mediaType, name string) {
	h := r.c.Writer.Header()
	setHeaders(h)
	h.Set("Content-Type", mediaType)
	h.Set("Content-Disposition", `attachment; filename="`+name+`"`)
	h.Set("Cache-Control", "private, no-store")
	r.c.Status(http.StatusOK)
}

var errWrite = errors.New("the reader is gone")

// sourceReportCSV is the complete report, a line per finding and one per record
// that has none; it is written as it is read.
func (r *request) sourceReportCSV() error {
	var w *csv.Writer
	line := func(cells ...string) error {
		for i := range cells {
			cells[i] = catalog.CSVCell(cells[i])
		}
		if w.Write(cells) != nil {
			return errWrite
		}
		return nil
	}
	finding := func(s job.Step, f catalog.Finding) error {
		return line(s.GUID, s.Title, s.Action, string(f.Severity), f.Code, f.Field, f.Message.In(r.lang), f.Remedy.In(r.lang))
	}
	err := r.cfg.Harvests.Steps(r.ctx, r.by, r.c.Param("source"), r.c.Param("job"), func(src *catalog.HarvestSource, j *catalog.HarvestJob) error {
		r.download("text/csv; charset=utf-8", src.Name+"-"+j.Created.UTC().Format("20060102-1504")+".csv")
		if _, err := r.c.Writer.WriteString("\uFEFF"); err != nil { // spreadsheets take it for UTF-8
			return errWrite
		}
		w = csv.NewWriter(r.c.Writer)
		w.Comma = ';'
		if err := line(strings.Split(r.t.Get("harvest.csv"), ";")...); err != nil {
			return err
		}
		for _, f := range j.Findings {
			if err := finding(job.Step{GUID: f.Row}, f); err != nil {
				return err
			}
		}
		return nil
	}, func(s job.Step) error {
		if len(s.Faults) == 0 {
			return line(s.GUID, s.Title, s.Action, "", "", strings.Join(s.Changed, " "), "", "")
		}
		for _, f := range s.Faults {
			if err := finding(s, f); err != nil {
				return err
			}
		}
		return nil
	})
	if w == nil || errors.Is(err, errWrite) {
		if w != nil {
			return nil
		}
		return err
	}
	w.Flush()
	return nil
}

// sourceReportJSON is the same as JSON.
func (r *request) sourceReportJSON() error {
	begun, first := false, true
	write := func(text string, v any) error {
		b := []byte(text)
		if v != nil {
			j, err := json.Marshal(v)
			if err != nil {
				return err
			}
			b = append(b, j...)
		}
		if _, err := r.c.Writer.Write(b); err != nil {
			return errWrite
		}
		return nil
	}
	type object struct {
		GUID     string            `json:"guid"`
		Action   string            `json:"action"`
		Title    string            `json:"title,omitempty"`
		Changed  []string          `json:"changed,omitempty"`
		Kept     []string          `json:"kept,omitempty"`
		Findings []catalog.Finding `json:"findings,omitempty"`
	}
	err := r.cfg.Harvests.Steps(r.ctx, r.by, r.c.Param("source"), r.c.Param("job"), func(src *catalog.HarvestSource, j *catalog.HarvestJob) error {
		begun = true
		r.download("application/json", src.Name+"-"+j.Created.UTC().Format("20060102-1504")+".json")
		if err := write(`{"job":`, j); err != nil {
			return err
		}
		return write(`,"objects":[`, nil)
	}, func(s job.Step) error {
		sep := ",\n"
		if first {
			sep, first = "\n", false
		}
		return write(sep, object{s.GUID, s.Action, s.Title, s.Changed, s.Kept, s.Faults})
	})
	if !begun {
		return err
	}
	if err == nil {
		_ = write("]}\n", nil) // a reader that is gone needs no end
	}
	return nil
}
