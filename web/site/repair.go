package site

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/quality"
	"trio.example/catalog/repair"
	"trio.example/catalog/schema"
	"trio.example/web/session"
	"trio.example/web/ui"
)

// repairView is the page on which a field of many datasets is set.
type repairView struct {
	Self           string
	Orgs, Fields   []choice
	Which          []choice // what stands in the field now
	Field          *editField
	Chosen         string // the field, as it stands in the form
	Org, Instead   string
	Previewed      bool
	Steps          []repairStep
	Jobs           []repairJob
	Value, WhichOf string
}

type repairStep struct {
	ID            string
	Link          link
	Before, After string
}

type repairJob struct {
	ID     string
	At     time.Time
	Label  string
	Value  string
	Count  int
	Undone bool
}

// repairsShown is how many former repairs the page lists.
const repairsShown = 20

// filesPrefix marks fields of distributions in the form.
const filesPrefix = "files."

func (s *Site) registerRepair(r gin.IRouter, lang string) {
	r.GET(ui.Local(lang, "/repair"), s.personalPage(lang, false, (*request).repairPage))
	r.POST(ui.Local(lang, "/repair"), s.personalPage(lang, false, (*request).repairDo))
}

// repairPath leads from an organization's work list to what sets a property of its
// datasets at once, "" for who may not or what is no single value.
func (r *request) repairPath(org *catalog.Entry, property string) string {
	if r.cfg.Registry == nil || org == nil || property == "" || !session.FromContext(r.ctx).CanCreateIn(org.ID) {
		return ""
	}
	for _, f := range r.repairable() {
		if f.field.RDF != nil && (f.field.RDF.Predicate == property || f.field.RDF.In == property) {
			return r.local("/repair") + "?org=" + org.Name + "&field=" + f.key
		}
	}
	return ""
}

type repairField struct {
	key   string
	files bool
	field *schema.Field
}

// unrepaired are fields in which every dataset has its own value.
var unrepaired = []string{"title", "notes", "name", "url", "uri", "identifier", "download_url", "description", "size", "hash"}

// repairable are the fields that many datasets can share a value of.
func (r *request) repairable() (out []repairField) {
	def := r.cfg.Schema.Of(catalog.TypeDataset)
	for i, list := range [][]schema.Field{def.Fields, def.Parts} {
		for j := range list {
			f := &list[j]
			if !editableField(f) || slices.Contains(unrepaired, f.Name) || f.Kind == schema.KindBoolean || f.Kind == schema.KindInteger {
				continue
			}
			if i == 0 {
				out = append(out, repairField{f.Name, false, f})
			} else {
				out = append(out, repairField{filesPrefix + f.Name, true, f})
			}
		}
	}
	return out
}

func (r *request) repairPage() error { return r.repairForm(nil, nil) }

// asked is a field of the form, or of the link that leads to it.
func (r *request) asked(name string) string {
	if r.c.Request.Method == http.MethodPost {
		return r.form(name)
	}
	return r.c.Query(name)
}

// plan reads the form; owners are those the reader may edit in anyway.
func (r *request) plan() (repair.Plan, *repairField, error) {
	p := repair.Plan{Value: strings.TrimSpace(r.asked("value"))}
	switch r.asked("which") {
	case "all":
		p.All = true
	case "instead":
		p.Instead = strings.TrimSpace(r.asked("instead"))
	}
	var chosen *repairField
	for _, f := range r.repairable() {
		if f.key == r.asked("field") {
			p.Field, p.Files, chosen = f.field.Name, f.files, &f
		}
	}
	org := r.asked("org")
	if org == "" {
		return p, chosen, nil
	}
	err := r.cfg.Registry.Store().View(r.ctx, func(tx catalog.Tx) error {
		o, err := catalog.Find(tx, catalog.TypeOrganization.Namespace(), org)
		if err != nil || o.Type != catalog.TypeOrganization || !catalog.CanSee(r.by, o) {
			return catalog.Errorf(catalog.KindNotFound, "not found")
		}
		p.Owners, err = quality.Below(tx, o.ID)
		return err
	})
	return p, chosen, err
}

// repairForm shows the form, with the preview of a plan when there is one.
func (r *request) repairForm(p *repair.Plan, steps []repair.Step) error {
	if len(r.by.Roles) == 0 && !r.by.Sysadmin {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	v := &repairView{Self: r.local("/repair"), Chosen: r.asked("field"), Org: r.asked("org"), Previewed: p != nil, Value: r.asked("value"), WhichOf: r.asked("which"), Instead: r.asked("instead")}
	orgs, err := r.creatable()
	if err != nil {
		return err
	}
	if len(orgs) == 0 {
		return catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	v.Orgs = []choice{{"", r.t.Get("repair.allorgs"), v.Org == ""}}
	for _, o := range orgs {
		v.Orgs = append(v.Orgs, choice{o.Name, r.title(o), o.Name == v.Org})
	}
	for _, f := range r.repairable() {
		label := f.field.Label.In(r.lang)
		if f.files {
			label = r.t.Get("repair.offiles", label)
		}
		v.Fields = append(v.Fields, choice{f.key, label, f.key == v.Chosen})
		if f.key == v.Chosen {
			x := r.editField("", f.field, v.Value, "")
			x.ID = "value"
			if x.Kind == "checks" {
				x.Kind = "select"
				x.Choices = append([]choice{{"", r.t.Get("edit.none"), v.Value == ""}}, x.Choices...)
			}
			if x.Kind == "area" {
				x.Kind, x.Help = "line", ""
			}
			v.Field = &x
		}
	}
	for _, w := range []string{"empty", "instead", "all"} {
		v.Which = append(v.Which, choice{w, r.t.Get("repair.which." + w), w == v.WhichOf || w == "empty" && v.WhichOf == ""})
	}
	for _, st := range steps {
		v.Steps = append(v.Steps, repairStep{st.ID, link{st.Title, r.local("/dataset/" + st.Name)}, st.Before, st.After})
	}
	jobs, err := r.shop().JobsOf(r.ctx, r.by, repairsShown)
	if err != nil {
		return err
	}
	for _, j := range jobs {
		x := repairJob{ID: j.ID, At: j.At, Value: j.Plan.Value, Count: len(j.Steps), Undone: j.Undone, Label: j.Plan.Field}
		for _, f := range r.repairable() {
			if f.field.Name == j.Plan.Field && f.files == j.Plan.Files {
				x.Label = f.field.Label.In(r.lang)
			}
		}
		v.Jobs = append(v.Jobs, x)
	}
	title := r.t.Get("repair.title")
	return r.person("repair", &page{Title: title, Path: "/repair", Nav: "quality", Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {r.t.Get("quality.title"), r.local("/quality")}, {Label: title}}, Body: v})
}

func (r *request) shop() *repair.Shop { return repair.New(r.cfg.Registry, r.cfg.Schema) }

// repairDo looks what would be set, sets it for the chosen, or undoes it.
func (r *request) repairDo() error {
	if id := r.form("undo"); id != "" {
		return r.undoRepair(id)
	}
	p, field, err := r.plan()
	if err != nil {
		return err
	}
	switch {
	case field == nil || r.form("do") == "field":
		return r.repairForm(nil, nil)
	case p.Value == "":
		return r.again(catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "value_missing", Field: "value",
			Message: catalog.DE("Es fehlt der Wert, der gesetzt werden soll.", "The value that is to be set is missing.")}), func() error { return r.repairForm(nil, nil) })
	case r.form("do") == "apply":
		if p.Only = r.c.Request.PostForm["only"]; len(p.Only) == 0 {
			return r.again(catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "nothing_chosen", Field: "only",
				Message: catalog.DE("Es ist kein Datensatz ausgewählt.", "No dataset is chosen.")}), func() error { return r.repairForm(nil, nil) })
		}
		if _, err := r.shop().Apply(r.ctx, r.by, p); err != nil {
			return r.again(err, func() error { return r.repairForm(nil, nil) })
		}
		return r.see("/repair?org="+r.form("org"), "repair.applied")
	}
	steps, err := r.shop().Preview(r.ctx, r.by, p)
	if err != nil {
		return r.again(err, func() error { return r.repairForm(nil, nil) })
	}
	return r.repairForm(&p, steps)
}

func (r *request) undoRepair(id string) error {
	jobs, err := r.shop().JobsOf(r.ctx, r.by, repairsShown)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(jobs, func(j *repair.Job) bool { return j.ID == id }) {
		return catalog.Errorf(catalog.KindNotFound, "not found")
	}
	_, kept, err := r.shop().Undo(r.ctx, r.by, id)
	if err != nil {
		return r.again(err, func() error { return r.repairForm(nil, nil) })
	}
	done := "repair.undone"
	if len(kept) > 0 {
		done = "repair.partly"
	}
	return r.see("/repair", done)
}
