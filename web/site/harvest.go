package site

import (
	"net/url"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
	"trio.example/harvest/source"
)

// sourcesView lists the sources that somebody manages.
type sourcesView struct {
	Sources []sourceLine
	New     string // where one is added, "" for who may not
	Words   string // where words are mapped for all, "" for who may not
	Bad     int
}

type sourceLine struct {
	link
	Kind, Org, Health, HealthKey string
	Datasets                     int
	LastGood, Next               time.Time
	Running                      string
	Paused, Manual               bool
}

// sources lists them; who manages none and may add none has nothing to see here.
func (r *request) sources() error {
	list, err := r.cfg.Harvests.List(r.ctx, r.by)
	if err != nil {
		return err
	}
	orgs, err := r.cfg.Harvests.Orgs(r.ctx, r.by)
	if err != nil {
		return err
	}
	if len(list) == 0 && len(orgs) == 0 {
		return catalog.Errorf(catalog.KindDenied, "no sources")
	}
	v := &sourcesView{}
	if len(orgs) > 0 {
		v.New = r.local("/harvest/new")
	}
	if r.by.Sysadmin && r.cfg.Vocab != "" {
		v.Words = r.local("/harvest/words")
	}
	for _, s := range list {
		l := r.sourceLine(s)
		if needsSomebody(s.Health) {
			v.Bad++
		}
		v.Sources = append(v.Sources, l)
	}
	return r.person("harvest", &page{Title: r.t.Get("harvest.title"), Path: "/harvest", Nav: "harvest", Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {Label: r.t.Get("harvest.title")}}, Body: v})
}

// harvestNote leads from the start page to the sources.
type harvestNote struct {
	URL   string
	Bad   int
	Count int
}

func (r *request) harvestNote(by catalog.Actor) (*harvestNote, error) {
	if r.cfg.Harvests == nil {
		return nil, nil
	}
	list, err := r.cfg.Harvests.List(r.ctx, by)
	if err != nil {
		return nil, err
	}
	orgs, err := r.cfg.Harvests.Orgs(r.ctx, by)
	if err != nil || len(list) == 0 && len(orgs) == 0 {
		return nil, err
	}
	n := &harvestNote{URL: r.local("/harvest"), Count: len(list)}
	for _, s := range list {
		if needsSomebody(s.Health) {
			n.Bad++
		}
	}
	return n, nil
}

func needsSomebody(health string) bool {
	return health == job.HealthFailed || health == job.HealthHeld || health == job.HealthLate
}

func sourceTitle(s *catalog.HarvestSource) string {
	if s.Title != "" {
		return s.Title
	}
	return s.Name
}

func sourcePath(name string) string { return "/harvest/source/" + url.PathEscape(name) }

func (r *request) sourceLine(s *job.State) sourceLine {
	l := sourceLine{
		link: link{sourceTitle(s.HarvestSource), r.local(sourcePath(s.Name))}, Kind: r.kindTitle(s.Kind), Org: s.Org, Health: r.t.Get("harvest.health." + s.Health), HealthKey: s.Health,
		Datasets: s.Datasets, LastGood: s.LastGood, Next: s.Next, Paused: s.Paused, Manual: !s.Scheduled(),
	}
	if s.Running != nil {
		l.Running = r.t.Get("harvest.state." + s.Running.State)
	}
	return l
}

func (r *request) kindTitle(name string) string {
	if k, ok := source.KindOf(name); ok {
		return k.Title.In(r.lang)
	}
	return name
}

// sourceView is one source with its runs.
type sourceView struct {
	sourceLine
	Name, URL, Notes, Schedule string
	Self, Edit, Duplicates     string
	Disputes                   string
	Open                       int  // that wait for a decision
	Live                       bool // the page shows itself anew
	LiveURL                    string
	Progress                   *progressView
	Held                       *jobLine
	Jobs                       []jobLine
	MayRun, Inside             bool
	Secret                     bool
	Full                       time.Time
}

// progressView is how far a run is; Percent is -1 where nobody knows how much
// there is.
type progressView struct {
	jobLine
	Done, Of, Percent int
}

type jobLine struct {
	link
	ID, State, StateKey, Outcome, Reason string
	Created, Finished                    time.Time
	Added, Updated, Deleted, Same, Error int
	Absent, Duplicates                   int
	Preview                              bool
}

func (r *request) jobLine(name string, j *catalog.HarvestJob) jobLine {
	l := jobLine{
		link: link{r.t.DateTime(j.Created), r.local(sourcePath(name) + "/job/" + j.ID)}, ID: j.ID, StateKey: j.State, State: r.t.Get("harvest.state." + j.State), Reason: j.Reason, Created: j.Created, Finished: j.Finished,
		Added: j.Counts[catalog.HarvestAdd], Updated: j.Counts[catalog.HarvestUpdate], Deleted: j.Counts[catalog.HarvestDelete], Same: j.Counts[catalog.HarvestSame], Error: j.Counts[catalog.HarvestError],
		Absent: j.Absent, Duplicates: j.Duplicates, Preview: j.Preview,
	}
	if j.State == catalog.HarvestFinished {
		l.StateKey, l.State = j.Outcome, r.t.Get("harvest.outcome."+j.Outcome)
	}
	return l
}

func progressOf(l jobLine, j *catalog.HarvestJob) *progressView {
	p := &progressView{jobLine: l, Done: j.Seen, Percent: -1}
	if j.State == catalog.HarvestApplying && j.Lines > 0 {
		p.Done, p.Of, p.Percent = j.Cursor, j.Lines, 100*j.Cursor/j.Lines
	}
	return p
}

// refreshEvery is how often a page shows itself anew for who wants that, in
// seconds, as the header says it.
const refreshEvery = "5"

func (r *request) source() error {
	s, err := r.cfg.Harvests.Source(r.ctx, r.by, r.c.Param("source"))
	if err != nil {
		return err
	}
	path := sourcePath(s.Name)
	v := &sourceView{
		sourceLine: r.sourceLine(s), Name: s.Name, URL: s.URL, Notes: s.Notes, Schedule: r.schedule(s.HarvestSource), Self: r.local(path), Edit: r.local(path + "/edit"), Duplicates: r.local(path + "/duplicates"), Disputes: r.local(path + "/disputes"), Open: s.Open,
		Live: r.c.Query("live") == "1", LiveURL: r.local(path + "?live=1"), MayRun: s.Running == nil && !s.Paused, Inside: s.Inside, Secret: s.Secret != "", Full: s.Full,
	}
	for _, j := range s.Jobs {
		l := r.jobLine(s.Name, j)
		v.Jobs = append(v.Jobs, l)
		if j.State == catalog.HarvestHeld && v.Held == nil {
			v.Held = &l
		}
	}
	if s.Running != nil {
		v.Progress = progressOf(r.jobLine(s.Name, s.Running), s.Running)
	}
	if v.Live = v.Live && s.Running != nil; v.Live {
		r.c.Header("Refresh", refreshEvery)
	}
	return r.person("harvest-source", &page{Title: v.Label, Path: path, Nav: "harvest", Crumbs: []link{{r.t.Get("harvest.title"), r.local("/harvest")}, {Label: v.Label}}, Body: v})
}

// schedule says in words when a source runs.
func (r *request) schedule(s *catalog.HarvestSource) string {
	text := r.t.Get("harvest.when.manual")
	switch {
	case s.Cron != "":
		text = r.t.Get("harvest.when.cron", s.Cron)
	case s.Every > 0:
		text = r.t.Get("harvest.when.every", s.Every.String())
		for _, c := range frequencies {
			if c.every == s.Every {
				text = r.t.Get("harvest.every." + c.key)
			}
		}
	}
	if s.Window != "" {
		text += ", " + r.t.Get("harvest.when.window", s.Window)
	}
	if s.Zone != "" {
		text += " (" + s.Zone + ")"
	}
	return text
}

func (r *request) sourceDo() error {
	name := r.c.Param("source")
	h, key := r.cfg.Harvests, ""
	var err error
	switch r.form("do") {
	case "run":
		key, err = "harvestasked", h.Run(r.ctx, r.by, name)
	case "pause":
		key, err = "harvestpaused", h.Pause(r.ctx, r.by, name, true)
	case "resume":
		key, err = "harvestresumed", h.Pause(r.ctx, r.by, name, false)
	case "remove":
		if r.form("sure") != "yes" {
			err = catalog.Errorf(catalog.KindInvalid, "%s", r.t.Get("harvest.remove.sure"))
			break
		}
		if err = h.Remove(r.ctx, r.by, name); err == nil {
			return r.see("/harvest", "harvestremoved")
		}
	default:
		err = catalog.Errorf(catalog.KindInvalid, "%s", r.t.Get("form.problem"))
	}
	if err != nil {
		return r.again(err, r.source)
	}
	path := sourcePath(name)
	if key == "harvestasked" {
		path += "?live=1"
	}
	return r.see(path, key)
}

// duplicatesView lists the records whose dataset somebody else has.
type duplicatesView struct {
	Lines      []duplicateLine
	More       bool
	Self, Back string
	Policy     string
}

type duplicateLine struct {
	Title, GUID, Why string
	Record, Of       link
}

func (r *request) sourceDuplicates() error {
	src, list, more, err := r.cfg.Harvests.Duplicates(r.ctx, r.by, r.c.Param("source"))
	if err != nil {
		return err
	}
	path := sourcePath(src.Name)
	policy := src.Duplicates
	if policy == "" {
		policy = "none"
	}
	v := &duplicatesView{More: more, Self: r.local(path + "/duplicates"), Back: r.local(path), Policy: r.t.Get("harvest.duplicates." + policy)}
	for _, d := range list {
		l := duplicateLine{Title: d.Title, GUID: d.GUID, Why: r.t.Get("harvest.why." + whyKey(d.Why)), Record: link{d.Title, r.local(recordPath(src.Name, d.GUID))}}
		if l.Title == "" {
			l.Title, l.Record.Label = d.GUID, d.GUID
		}
		if d.Of != "" {
			l.Of = link{d.Of, r.local("/dataset/" + d.Of)}
		}
		v.Lines = append(v.Lines, l)
	}
	title := r.t.Get("harvest.duplicates")
	return r.person("harvest-duplicates", &page{Title: title, Path: path + "/duplicates", Nav: "harvest", Crumbs: []link{{r.t.Get("harvest.title"), r.local("/harvest")}, {sourceTitle(src), r.local(path)}, {Label: title}}, Body: v})
}

func whyKey(why string) string {
	if why == "landing page" {
		return "page"
	}
	return why
}

func recordPath(name, guid string) string {
	return sourcePath(name) + "/record?guid=" + url.QueryEscape(guid)
}

func (r *request) sourceSeparate() error {
	name := r.c.Param("source")
	if err := r.cfg.Harvests.Separate(r.ctx, r.by, name, r.form("guid")); err != nil {
		return r.again(err, r.sourceDuplicates)
	}
	return r.see(sourcePath(name)+"/duplicates", "harvestseparated")
}
