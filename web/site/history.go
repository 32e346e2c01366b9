package site

import (
	"cmp"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/web/session"
	"trio.example/web/ui"
)

// The pages of a dataset's versions are for those who may edit it: a former
// version can hold what was never public.

// versionsShown is how many versions a page lists.
const versionsShown = 50

// historyView lists versions; Changes compares the two that were chosen.
type historyView struct {
	Title, Self, Back string
	Versions          []versionLine
	Older             string
	Compared          bool
	From, To          int64
	Changes           []changeLine
}

type versionLine struct {
	Rev     int64
	At      time.Time
	Who     string
	What    []string // what the version changed
	More    int      // how many more changes there are
	Op      string
	URL     string
	Current bool
	// From and To say that the version is chosen for the comparison.
	From, To bool
}

// changeLine is one value two versions do not share. Where says of which file.
type changeLine struct {
	Where, Label  string
	Before, After []string
}

// versionView is one version.
type versionView struct {
	Title, History, Restore string
	Line                    versionLine
	Now                     int64
	Values                  []changeLine // in After
	Changes                 []changeLine // from this version to the present one
}

func (s *Site) registerHistory(r gin.IRouter, lang string) {
	for _, p := range []struct {
		path string
		f    func(*request) error
	}{{"/dataset/:name/history", (*request).versionsPage}, {"/dataset/:name/history/:rev", (*request).versionPage}} {
		h := s.personalPage(lang, false, p.f)
		r.GET(ui.Local(lang, p.path), h)
		r.HEAD(ui.Local(lang, p.path), h)
	}
	r.POST(ui.Local(lang, "/dataset/:name/history/:rev"), s.personalPage(lang, false, (*request).restoreVersion))
	// The address of CKAN's activity plugin.
	r.GET(ui.Local(lang, "/dataset/activity/:name"), func(c *gin.Context) {
		setHeaders(c.Writer.Header())
		c.Redirect(http.StatusFound, ui.Local(lang, "/dataset/"+strings.TrimLeft(c.Param("name"), "/\\")+"/history"))
	})
}

// historyPath is where an entry's versions are shown, "" for who may not see them.
func (r *request) historyPath(e *catalog.Entry) string {
	if r.cfg.Registry == nil || !session.FromContext(r.ctx).CanEdit(e) {
		return ""
	}
	return r.local("/dataset/" + e.Name + "/history")
}

const packages = "package"

func (r *request) versionsPage() error {
	before, _ := strconv.ParseInt(r.c.Query("before"), 10, 64)
	e, list, err := r.cfg.Registry.Versions(r.ctx, r.by, packages, r.c.Param("name"), before, versionsShown+1)
	if err != nil {
		return err
	}
	path := "/dataset/" + e.Name + "/history"
	if e.Name != r.c.Param("name") {
		r.redirect(path)
		return nil
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	v := &historyView{Title: r.title(e), Self: r.local(path), Back: r.local("/dataset/" + e.Name)}
	v.From, v.To = 0, e.Rev
	from, errFrom := strconv.ParseInt(r.c.Query("from"), 10, 64)
	to, errTo := strconv.ParseInt(r.c.Query("to"), 10, 64)
	if errFrom == nil && errTo == nil {
		v.From, v.To = min(from, to), max(from, to)
		if v.Changes, err = r.compareVersions(e, d, v.From, v.To); err != nil {
			return err
		}
		v.Compared = true
	}
	for i := range list[:min(len(list), versionsShown)] {
		line := r.versionLine(e, list[i])
		if i+1 < len(list) {
			changes := r.changeLines(e, d, list[i+1].Entry, list[i].Entry)
			line.What, line.More = labels(changes)
		}
		line.From, line.To = line.Rev == v.From || !v.Compared && line.Rev == e.Rev-1, line.Rev == v.To
		v.Versions = append(v.Versions, line)
	}
	if len(list) > versionsShown {
		v.Older = r.local(path) + "?before=" + strconv.FormatInt(list[versionsShown-1].Change.Rev, 10)
	}
	return r.person("history", &page{Title: r.t.Get("history.title", v.Title), Path: path, Nav: "dataset", Crumbs: r.datasetCrumbs(e, d, r.t.Get("history.crumb")), Body: v})
}

// labels names at most a handful of what changed.
func labels(changes []changeLine) (names []string, more int) {
	const most = 5
	seen := map[string]bool{}
	for _, c := range changes {
		name := c.Label
		if c.Where != "" {
			name = c.Where + ": " + c.Label
		}
		switch {
		case seen[name]:
		case len(names) < most:
			names = append(names, name)
		default:
			more++
		}
		seen[name] = true
	}
	return names, more
}

func (r *request) versionLine(e *catalog.Entry, v catalog.Revision) versionLine {
	return versionLine{
		Rev: v.Change.Rev, At: v.Change.At, Who: r.cfg.Who(r.ctx, v.Change.Actor), Op: r.t.Get("history.op." + string(v.Change.Op)),
		URL: r.local("/dataset/" + e.Name + "/history/" + strconv.FormatInt(v.Change.Rev, 10)), Current: v.Change.Rev == e.Rev,
	}
}

func (r *request) compareVersions(e *catalog.Entry, d *directory, from, to int64) ([]changeLine, error) {
	_, old, err := r.cfg.Registry.Version(r.ctx, r.by, packages, e.ID, from)
	if err != nil {
		return nil, err
	}
	_, now, err := r.cfg.Registry.Version(r.ctx, r.by, packages, e.ID, to)
	if err != nil {
		return nil, err
	}
	return r.changeLines(e, d, old.Entry, now.Entry), nil
}

// changeLines puts how two states differ into words, as far as the reader may
// know the values.
func (r *request) changeLines(e *catalog.Entry, d *directory, before, after *catalog.Entry) []changeLine {
	level, _ := catalog.LevelOf(r.by, e)
	def := r.cfg.Schema.Of(e.Type)
	var out []changeLine
	for _, c := range catalog.Compare(before, after) {
		line := changeLine{}
		field := def.Field
		if c.Part != "" {
			field, line.Where = def.Part, r.partName(c.Part, after, before)
		}
		switch f := field(c.Field); {
		case c.Field == "" && c.Before != nil && c.After != nil:
			line.Label, line.Before, line.After = r.t.Get("history.place"), r.plain(c.Before), r.plain(c.After)
		case c.Field == "" && c.Before == nil:
			line.Label, line.After = r.t.Get("history.added"), r.partText(c.After)
		case c.Field == "":
			line.Label, line.Before = r.t.Get("history.removed"), r.partText(c.Before)
		case c.Part == "" && r.t.Has("history.head."+c.Field):
			line.Label, line.Before, line.After = r.t.Get("history.head."+c.Field), r.headText(d, c.Field, c.Before), r.headText(d, c.Field, c.After)
		case c.Field == "upload":
			line.Label, line.Before, line.After = r.t.Get("history.file"), fileText(c.Before), fileText(c.After)
		case f == nil || !level.Covers(f.Visibility):
			continue
		default:
			line.Label, line.Before, line.After = f.Label.In(r.lang), r.valueText(d, f, c.Before), r.valueText(d, f, c.After)
		}
		out = append(out, line)
	}
	return out
}

// partName says of which file a change is.
func (r *request) partName(id string, entries ...*catalog.Entry) string {
	for _, e := range entries {
		for _, p := range e.Parts {
			if name := cmp.Or(p.Fields.String("name"), p.Fields.String("url")); p.ID == id && name != "" {
				return cut(name, maxDetail)
			}
		}
	}
	return r.t.Get("history.part", id[:min(8, len(id))])
}

func (r *request) partText(v any) []string {
	m, _ := v.(map[string]any)
	var out []string
	for _, name := range []string{"name", "format", "url"} {
		if s := catalog.Fields(m).String(name); s != "" {
			out = append(out, cut(s, maxDetail))
		}
	}
	return out
}

func fileText(v any) []string {
	m, _ := v.(map[string]any)
	if name, _ := m["name"].(string); name != "" {
		return []string{name}
	}
	return nil
}

// headText shows what an entry has beside its fields.
func (r *request) headText(d *directory, field string, v any) []string {
	text, _ := v.(string)
	if text == "" {
		return nil
	}
	if field == "owner" {
		if o := d.org(text); o != nil {
			text = r.title(o)
		}
	} else if key := "history.value." + text; r.t.Has(key) {
		text = r.t.Get("history.value." + text)
	}
	return []string{text}
}

// valueText shows a value as the dataset's page does; what it shows nowhere, as JSON.
func (r *request) valueText(d *directory, f *schema.Field, v any) []string {
	if v == nil {
		return nil
	}
	if f.Name == "groups" {
		var out []string
		for _, id := range (catalog.Fields{"g": v}).Strings("g") {
			if g := d.group(id); g != nil {
				id = r.title(g)
			}
			out = append(out, id)
		}
		return out
	}
	if f.Kind != schema.KindJSON || f.Subfields != nil {
		var out []string
		for _, l := range r.detail(f, catalog.Fields{f.Name: v}).Values {
			out = append(out, l.Label)
		}
		if out != nil {
			return out
		}
	}
	if f.Name == "extras" {
		var out []string
		for _, x := range extras(catalog.Fields{"extras": v}) {
			out = append(out, x.Label+" = "+x.Values[0].Label)
		}
		return out
	}
	return r.plain(v)
}

func (r *request) plain(v any) []string {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return []string{cut(v, maxDetail)}
	case int64:
		return []string{r.t.Number(v)}
	}
	text, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	return []string{cut(string(text), maxDetail)}
}

func (r *request) versionPage() error {
	rev, err := strconv.ParseInt(r.c.Param("rev"), 10, 64)
	if err != nil {
		return catalog.Errorf(catalog.KindNotFound, "no such version")
	}
	e, old, err := r.cfg.Registry.Version(r.ctx, r.by, packages, r.c.Param("name"), rev)
	if err != nil {
		return err
	}
	d, err := r.directory()
	if err != nil {
		return err
	}
	path := "/dataset/" + e.Name + "/history"
	v := &versionView{Title: r.title(old.Entry), History: r.local(path), Line: r.versionLine(e, *old), Now: e.Rev}
	v.Restore = v.Line.URL
	empty := &catalog.Entry{Type: e.Type, Fields: catalog.Fields{}}
	v.Values = r.changeLines(e, d, empty, old.Entry)
	if !v.Line.Current {
		if v.Changes, err = r.compareVersions(e, d, rev, e.Rev); err != nil {
			return err
		}
	}
	crumbs := r.datasetCrumbs(e, d, r.t.Get("history.crumb"))
	crumbs[len(crumbs)-1].URL = r.local(path)
	number := r.t.Get("history.version", r.t.Number(rev))
	return r.person("version", &page{Title: r.t.Get("history.of", number, v.Title), Path: path + "/" + strconv.FormatInt(rev, 10), Nav: "dataset", Crumbs: append(crumbs, link{Label: number}), Body: v})
}

// restoreVersion makes the dataset what it was; the form says which version it
// replaces, so that nobody's change made meanwhile is lost unseen.
func (r *request) restoreVersion() error {
	rev, err := strconv.ParseInt(r.c.Param("rev"), 10, 64)
	if err != nil {
		return catalog.Errorf(catalog.KindNotFound, "no such version")
	}
	now, err := strconv.ParseInt(r.form("now"), 10, 64)
	if err != nil || now < 1 {
		return catalog.Errorf(catalog.KindInvalid, "form without the present version")
	}
	e, _, err := r.cfg.Registry.Restore(r.ctx, r.by, packages, r.c.Param("name"), rev, now)
	switch {
	case catalog.KindOf(err) == catalog.KindConflict && err != nil:
		return r.again(catalog.Errorf(catalog.KindConflict, "%s", r.t.Get("history.conflict")), r.versionPage)
	case err != nil:
		return r.again(err, r.versionPage)
	}
	return r.see("/dataset/"+e.Name+"/history", "restored")
}
