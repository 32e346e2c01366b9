package site

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
)

// recordView is the way of a record from its source to our dataset.
type recordView struct {
	GUID, Source string
	Raw          string
	RawType      string
	RawAt        time.Time
	RawSize      int64
	RawCut       bool
	Mapped       []pairView
	Parts        [][]pairView
	Findings     []findingLine
	Action       string
	Diff         []catalog.HarvestDiff
	Ours, Locks  []decision
	Lockable     []choice
	Self         string
	Kept         []string
	Dataset      link
	State        string
	Missing      time.Time
	Of           link
	Why          string
	Job          link
	Duplicates   string
}

// decision is a field about which somebody may decide, with the ways to do it.
type decision struct {
	Name, Label, Old, New string
	Open, Locked          bool
	Ways                  []choice
}

func (r *request) ways(list ...string) (out []choice) {
	for _, way := range list {
		out = append(out, choice{Value: way, Label: r.t.Get("harvest.decide." + way)})
	}
	return out
}

// decisions are the fields that differ here, and those that are locked.
func (r *request) decisions(v *recordView, w *job.Way) {
	differs := map[string]bool{}
	for _, d := range w.Ours {
		differs[d.Field] = true
		x := decision{Name: d.Field, Label: r.fieldName(d.Field), Old: d.Old, New: d.New, Open: slices.Contains(w.Dispute, d.Field), Locked: slices.Contains(w.Locked, d.Field)}
		switch {
		case x.Locked:
			x.Ways = r.ways(job.DecideTheirs, job.DecideUnlock)
		case x.Open:
			x.Ways = r.ways(job.DecideTheirs, job.DecideOurs, job.DecideLock)
		default:
			x.Ways = r.ways(job.DecideTheirs, job.DecideLock)
		}
		v.Ours = append(v.Ours, x)
	}
	for _, name := range w.Locked {
		if !differs[name] {
			v.Locks = append(v.Locks, decision{Name: name, Label: r.fieldName(name), Ways: r.ways(job.DecideUnlock)})
		}
	}
	if w.Entry == nil {
		return
	}
	for _, name := range append([]string{"resources"}, w.Mapped.Names()...) {
		if !slices.Contains(w.Locked, name) && !differs[name] {
			v.Lockable = append(v.Lockable, choice{Value: name, Label: r.fieldName(name)})
		}
	}
	slices.SortFunc(v.Lockable, func(a, b choice) int { return strings.Compare(a.Label, b.Label) })
}

// recordDecide settles a field.
func (r *request) recordDecide() error {
	name, guid := r.c.Param("source"), r.c.Query("guid")
	if err := r.cfg.Harvests.Decide(r.ctx, r.by, name, guid, r.form("field"), r.form("how")); err != nil {
		return r.again(err, r.sourceRecord)
	}
	return r.see(recordPath(name, guid), "harvestdecided")
}

// disputesView lists what of a source waits for a decision.
type disputesView struct{ Lines []disputeLine }

type disputeLine struct {
	link
	Fields string
	At     time.Time
}

func (r *request) sourceDisputes() error {
	src, list, err := r.cfg.Harvests.Disputes(r.ctx, r.by, r.c.Param("source"))
	if err != nil {
		return err
	}
	v := &disputesView{}
	for _, d := range list {
		names := make([]string, len(d.Fields))
		for i, f := range d.Fields {
			names[i] = r.fieldName(f)
		}
		l := disputeLine{link: link{d.Title, r.local(recordPath(src.Name, d.GUID))}, Fields: strings.Join(names, ", "), At: d.At}
		if l.Label == "" {
			l.Label = d.GUID
		}
		v.Lines = append(v.Lines, l)
	}
	path, title := sourcePath(src.Name), r.t.Get("harvest.disputes")
	return r.person("harvest-disputes", &page{Title: title, Path: path + "/disputes", Nav: "harvest", Crumbs: []link{{r.t.Get("harvest.title"), r.local("/harvest")}, {sourceTitle(src), r.local(path)}, {Label: title}}, Body: v})
}

type pairView struct{ Label, Value string }

func (r *request) sourceRecord() error {
	w, err := r.cfg.Harvests.Way(r.ctx, r.by, r.c.Param("source"), r.c.Query("guid"))
	if err != nil {
		return err
	}
	path := sourcePath(w.Source.Name)
	v := &recordView{GUID: w.GUID, Source: sourceTitle(w.Source), Mapped: r.pairs(w.Mapped, false), Duplicates: r.local(path + "/duplicates"), Self: r.local(recordPath(w.Source.Name, w.GUID))}
	if w.Raw != nil {
		v.Raw, v.RawType, v.RawAt, v.RawSize, v.RawCut = readable(w.Raw), w.Raw.Type, w.Raw.At, int64(w.Raw.Size), w.Raw.Size > len(w.Raw.Text)
	}
	for _, p := range w.Parts {
		v.Parts = append(v.Parts, r.pairs(p, true))
	}
	if w.Last != nil {
		v.Action = r.t.Get("harvest.action." + actionKey(w.Last.Action))
		v.Job = link{r.t.Get("harvest.record.job"), r.local(path + "/job/" + w.Last.Job)}
		for _, f := range w.Last.Faults {
			v.Findings = append(v.Findings, r.findingLine(f))
		}
		v.Diff = r.labelled(w.Last.Diff)
		for _, f := range w.Last.Kept {
			v.Kept = append(v.Kept, r.fieldName(f))
		}
	}
	r.decisions(v, w)
	if w.Record != nil {
		v.Missing = w.Record.Missing
	}
	title := w.Mapped.String("title")
	if e := w.Entry; e != nil {
		v.Dataset, v.State = link{e.Fields.String("title"), r.local("/dataset/" + e.Name)}, r.t.Get("harvest.entry."+string(e.State))
		if e.State == catalog.StateDeleted {
			v.Dataset.URL = ""
		}
	}
	if w.Of != nil {
		v.Of, v.Why = link{w.Of.Fields.String("title"), r.local("/dataset/" + w.Of.Name)}, r.t.Get("harvest.why."+whyKey(w.Why))
	}
	if title == "" && w.Last != nil {
		title = w.Last.Title
	}
	if title == "" {
		title = w.GUID
	}
	return r.person("harvest-record", &page{Title: title, Path: recordPath(w.Source.Name, w.GUID), Nav: "harvest",
		Crumbs: []link{{r.t.Get("harvest.title"), r.local("/harvest")}, {v.Source, r.local(path)}, {Label: title}}, Body: v})
}

func (r *request) labelled(list []catalog.HarvestDiff) []catalog.HarvestDiff {
	out := make([]catalog.HarvestDiff, len(list))
	for i, d := range list {
		out[i] = catalog.HarvestDiff{Field: r.fieldName(d.Field), Old: d.Old, New: d.New}
	}
	return out
}

// pairs lists fields in alphabetical order of their labels' names.
func (r *request) pairs(f catalog.Fields, part bool) (out []pairView) {
	def := r.cfg.Schema.Of(catalog.TypeDataset)
	for _, name := range f.Names() {
		label := name
		d := def.Field(name)
		if part {
			d = def.Part(name)
		}
		if d != nil && d.Label.In(r.lang) != "" {
			label = d.Label.In(r.lang)
		}
		out = append(out, pairView{label, valueText(f[name])})
	}
	return out
}

func valueText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	case nil:
		return ""
	case bool, int64, float64:
		return fmt.Sprint(v)
	}
	if list, ok := v.([]any); ok {
		texts := make([]string, 0, len(list))
		for _, x := range list {
			s, ok := x.(string)
			if !ok {
				texts = nil
				break
			}
			texts = append(texts, s)
		}
		if texts != nil {
			return strings.Join(texts, ", ")
		}
	}
	b, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(b)
}

// readable puts JSON on lines.
func readable(raw *catalog.HarvestRaw) string {
	if raw.Type == "application/json" {
		var v any
		d := json.NewDecoder(strings.NewReader(string(raw.Text)))
		d.UseNumber()
		if d.Decode(&v) == nil {
			var b strings.Builder
			e := json.NewEncoder(&b)
			e.SetEscapeHTML(false)
			e.SetIndent("", "  ")
			if e.Encode(v) == nil {
				return b.String()
			}
		}
	}
	return strings.ToValidUTF8(string(raw.Text), "�")
}
