package site

import (
	"cmp"
	"errors"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/job"
	"trio.example/harvest/source"
)

// editView is the form of a source.
type editView struct {
	New                                   bool
	Self, Back                            string
	Draft                                 *job.Draft
	Kinds, Orgs, Every, Duplicates        []choice
	Options                               []optionView
	Grace, Jitter, Delay, Notify          string
	HasSecret, Sysadmin, Tried, Trialless bool
	Trials                                []trialView
	Findings                              []findingLine
}

// optionView is an option of one kind, or of several that share its name.
type optionView struct{ Name, Label, Kinds, Value string }

type trialView struct {
	GUID, Title, Org string
	Left             bool
	Changes          []catalog.HarvestDiff
	Parts            int
	Pairs            []pairView
	Findings         []findingLine
}

// frequencies are the choices of how often a source runs.
var frequencies = []struct {
	key   string
	every time.Duration
}{{"manual", 0}, {"hourly", time.Hour}, {"daily", 24 * time.Hour}, {"weekly", 7 * 24 * time.Hour}, {"monthly", 30 * 24 * time.Hour}}

func (r *request) sourceNew() error {
	return r.sourceForm(&job.Draft{HarvestSource: catalog.HarvestSource{Every: 24 * time.Hour, Kind: "ckan", Duplicates: catalog.DuplicatesAsk}}, nil)
}

func (r *request) sourceEdit() error {
	s, err := r.cfg.Harvests.Source(r.ctx, r.by, r.c.Param("source"))
	if err != nil {
		return err
	}
	return r.sourceForm(&job.Draft{HarvestSource: *s.HarvestSource}, nil)
}

// sourceForm shows the form; filled adds what was tried.
func (r *request) sourceForm(d *job.Draft, filled func(*editView)) error {
	name := r.c.Param("source")
	orgs, err := r.cfg.Harvests.Orgs(r.ctx, r.by)
	if err != nil {
		return err
	}
	if len(orgs) == 0 {
		return catalog.Errorf(catalog.KindDenied, "no organization")
	}
	path := "/harvest/new"
	v := &editView{New: name == "", Draft: d, Back: r.local("/harvest"), Sysadmin: r.by.Sysadmin, HasSecret: d.Secret == job.Mask, Notify: strings.Join(d.Notify, "\n"), Delay: d.Config[source.OptionDelay]}
	if name != "" {
		path = sourcePath(name) + "/edit"
		v.Back = r.local(sourcePath(name))
	}
	v.Self = r.local(path)
	options := map[string]int{}
	for _, k := range source.Kinds() {
		if k.Files != nil && !r.by.Sysadmin {
			continue
		}
		v.Kinds = append(v.Kinds, choice{Value: k.Name, Label: k.Title.In(r.lang) + " – " + k.Hint.In(r.lang), On: k.Name == d.Kind})
		for _, o := range k.Options {
			i, ok := options[o.Name]
			if !ok {
				i = len(v.Options)
				options[o.Name] = i
				v.Options = append(v.Options, optionView{Name: o.Name, Label: o.Label.In(r.lang), Value: d.Config[o.Name]})
			} else {
				v.Options[i].Kinds += ", "
			}
			v.Options[i].Kinds += k.Title.In(r.lang)
		}
	}
	for _, e := range orgs {
		v.Orgs = append(v.Orgs, choice{Value: e.ID, Label: cmp.Or(e.Fields.String("title"), e.Name), On: e.ID == d.Owner})
	}
	known := false
	for _, f := range frequencies {
		v.Every = append(v.Every, choice{Value: strconv.Itoa(int(f.every / time.Minute)), Label: r.t.Get("harvest.every." + f.key), On: f.every == d.Every})
		known = known || f.every == d.Every
	}
	if !known {
		v.Every = append(v.Every, choice{Value: strconv.Itoa(int(d.Every / time.Minute)), Label: r.t.Get("harvest.when.every", d.Every.String()), On: true})
	}
	for _, p := range []string{"", catalog.DuplicatesAsk, catalog.DuplicatesPriority, catalog.DuplicatesNewest} {
		key := p
		if p == "" {
			key = "none"
		}
		v.Duplicates = append(v.Duplicates, choice{Value: p, Label: r.t.Get("harvest.duplicates." + key), On: p == d.Duplicates})
	}
	v.Grace, v.Jitter = days(d.Grace), minutes(d.Jitter)
	if filled != nil {
		filled(v)
	}
	title := r.t.Get("harvest.new")
	crumbs := []link{{r.t.Get("harvest.title"), r.local("/harvest")}}
	if name != "" {
		title = r.t.Get("harvest.edit")
		crumbs = append(crumbs, link{name, r.local(sourcePath(name))})
	}
	return r.person("harvest-edit", &page{Title: title, Path: path, Nav: "harvest", Crumbs: append(crumbs, link{Label: title}), Body: v})
}

const day = 24 * time.Hour

func days(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatFloat(d.Hours()/day.Hours(), 'f', -1, 64)
}

func minutes(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return strconv.FormatFloat(d.Minutes(), 'f', -1, 64)
}

// readDraft reads the form. What cannot be read is left out and told.
func (r *request) readDraft() (*job.Draft, []string) {
	var faults []string
	number := func(field string, unit time.Duration) time.Duration {
		s := strings.ReplaceAll(strings.TrimSpace(r.form(field)), ",", ".")
		if s == "" {
			return 0
		}
		n, err := strconv.ParseFloat(s, 64)
		if err != nil || n < 0 || n > 100_000 {
			faults = append(faults, r.t.Get("harvest.nonumber", r.t.Get("harvest.form."+field)))
			return 0
		}
		return time.Duration(n * float64(unit))
	}
	d := &job.Draft{NoSecret: r.form("nosecret") == "yes"}
	d.Name, d.Title, d.Notes = strings.TrimSpace(r.form("name")), strings.TrimSpace(r.form("title")), strings.TrimSpace(r.form("notes"))
	d.Kind, d.URL, d.Owner, d.Secret = r.form("kind"), strings.TrimSpace(r.form("url")), r.form("owner"), strings.TrimSpace(r.form("secret"))
	d.Cron, d.Zone, d.Window = strings.TrimSpace(r.form("cron")), strings.TrimSpace(r.form("zone")), strings.TrimSpace(r.form("window"))
	d.Every, d.Grace, d.Jitter = number("every", time.Minute), number("grace", day), number("jitter", time.Minute)
	d.Duplicates, d.Inside, d.Mapping = r.form("duplicates"), r.form("inside") == "yes", strings.ReplaceAll(r.form("mapping"), "\r\n", "\n")
	if d.Cron != "" {
		d.Every = 0
	}
	if p := strings.TrimSpace(r.form("priority")); p != "" {
		n, err := strconv.Atoi(p)
		if err != nil {
			faults = append(faults, r.t.Get("harvest.nonumber", r.t.Get("harvest.form.priority")))
		}
		d.Priority = n
	}
	for _, line := range strings.Fields(r.form("notify")) {
		d.Notify = append(d.Notify, strings.Trim(line, ","))
	}
	d.Config = map[string]string{}
	if k, ok := source.KindOf(d.Kind); ok {
		for _, o := range k.Options {
			if s := strings.TrimSpace(r.form("option." + o.Name)); s != "" {
				d.Config[o.Name] = s
			}
		}
	}
	if s := strings.TrimSpace(r.form("option.delay")); s != "" {
		d.Config[source.OptionDelay] = s
	}
	return d, faults
}

// sourceSave tries or saves what the form says.
func (r *request) sourceSave() error {
	name := r.c.Param("source")
	d, faults := r.readDraft()
	show := func(filled func(*editView)) func() error {
		return func() error {
			had := false
			if name != "" {
				if s, err := r.cfg.Harvests.Source(r.ctx, r.by, name); err == nil {
					had = s.Secret != ""
				}
			}
			d.Secret = "" // it is not sent back
			return r.sourceForm(d, func(v *editView) {
				v.HasSecret = had
				if filled != nil {
					filled(v)
				}
			})
		}
	}
	if len(faults) > 0 {
		r.alerts = append(r.alerts, faults...)
		r.status = 422
		return show(nil)()
	}
	if r.form("do") == "save" {
		src, err := r.cfg.Harvests.Save(r.ctx, r.by, name, d)
		if err != nil {
			return r.again(err, show(nil))
		}
		return r.see(sourcePath(src.Name), "harvestsaved")
	}
	trials, told, err := r.cfg.Harvests.Trial(r.ctx, r.by, name, d)
	tried := func(v *editView) {
		v.Tried = true
		for _, f := range told {
			v.Findings = append(v.Findings, r.findingLine(f))
		}
		for _, t := range trials {
			v.Trials = append(v.Trials, r.trialView(t))
		}
	}
	if err != nil {
		var known *catalog.Error
		if errors.As(err, &known) && known.Kind != catalog.KindNotFound && known.Kind != catalog.KindUnauthenticated {
			r.alerts = append(r.alerts, r.sentences(known)...)
			r.status = 422
			// One that cannot be asked now may be saved all the same.
			return show(func(v *editView) { tried(v); v.Trialless = len(known.Findings) == 0 })()
		}
		return err
	}
	return show(tried)()
}

// sentences are what an error says to people.
func (r *request) sentences(e *catalog.Error) (out []string) {
	for _, f := range e.Findings {
		out = append(out, r.findingText(f))
	}
	if out == nil {
		out = []string{e.Message}
	}
	return out
}

func (r *request) trialView(t job.Trial) trialView {
	v := trialView{GUID: t.GUID, Title: t.After.String("title"), Org: t.Organization, Left: t.Left, Parts: len(t.Parts), Pairs: r.pairs(t.After, false)}
	for _, name := range t.Changed {
		if name == "resources" || name == "organization" {
			continue
		}
		v.Changes = append(v.Changes, catalog.HarvestDiff{Field: r.fieldName(name), Old: valueText(t.Before[name]), New: valueText(t.After[name])})
	}
	for _, f := range t.Findings {
		v.Findings = append(v.Findings, r.findingLine(f))
	}
	return v
}
