package site

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/gin-gonic/gin"

	"trio.example/catalog"
	"trio.example/catalog/quality"
	"trio.example/catalog/schema"
	"trio.example/catalog/vocab"
	"trio.example/web/session"
	"trio.example/web/ui"
)

// The form of a dataset is made from the field definition: a field that is added
// there has its place here without Go.

// datasetForm is the page on which a dataset is edited or made.
type datasetForm struct {
	Self, Back    string
	UploadPath    string // where a file is put into the dataset
	New, Draft    bool
	Rev           int64
	Main, More    []editField
	Files         []editFile
	Access, Orgs  []choice
	Check         *verdictView
	Checked       bool // it was asked to check, and nothing was saved
	HistoryPath   string
	NameFault     string
	FilesOverflow int
}

// editFile is a distribution in the form; the last one is empty, for a new one.
type editFile struct {
	Legend     string
	ID, Index  string
	Main, More []editField
	New, Drop  bool
	Upload     string // name of a file that was uploaded; its address is not edited
}

// editField is one input. Kind is line, area, select or checks.
type editField struct {
	Name, ID, Label, Help, Kind, Mode string
	Value                             string
	Choices                           []choice
	Mandatory, Recommended            bool
	Max                               int
	Fault                             string
	Groups                            []editGroup // of a repeating field, whose Kind is groups
	Wrong                             bool        // something in a group is
}

// editGroup is one group of a repeating field.
type editGroup struct {
	Legend string
	Fields []editField
}

// verdictView is what the check of DCAT-AP.de says.
type verdictView struct {
	Held            bool
	Points, Percent int
	Rating          string
	Errors          int
	Findings        []verdictLine
	Gains           []verdictLine
}

type verdictLine struct {
	findingLine
	Anchor string // the input that mends it
	Points int
}

// Bounds of the form.
const (
	maxEditFiles = 100 // distributions with inputs; the others stay as they are
	maxChecks    = 20  // choices that are shown as boxes
	maxChecked   = 50  // findings that are listed
	newPart      = "new"
)

func (s *Site) registerEdit(r gin.IRouter, lang string) {
	for _, p := range []struct {
		path string
		show func(*request) error
		save func(*request) error
	}{{"/dataset/edit/:name", (*request).editPage, (*request).saveEdit}, {"/dataset/new", (*request).newPage, (*request).saveNew}} {
		r.GET(ui.Local(lang, p.path), s.personalPage(lang, false, p.show))
		r.POST(ui.Local(lang, p.path), s.personalPage(lang, false, p.save))
	}
}

// editPath is where an entry is edited, "" for who may not.
func (r *request) editPath(e *catalog.Entry) string {
	if r.cfg.Registry == nil || !session.FromContext(r.ctx).CanEdit(e) {
		return ""
	}
	return r.local("/dataset/edit/" + e.Name)
}

// editable finds the dataset of the address for somebody who may edit it.
func (r *request) editable() (*catalog.Entry, error) {
	e, err := r.cfg.Registry.Get(r.ctx, r.by, packages, r.c.Param("name"))
	switch {
	case err != nil:
		return nil, err
	case e.Type != catalog.TypeDataset || e.State == catalog.StateDeleted:
		return nil, catalog.Errorf(catalog.KindNotFound, "not found")
	case !r.by.CanEdit(e):
		return nil, catalog.Errorf(catalog.KindDenied, "Access denied")
	}
	return e, nil
}

func (r *request) editPage() error {
	e, err := r.editable()
	if err != nil {
		return err
	}
	return r.editForm(e, nil, nil)
}

// editForm shows an entry, or what was typed over it, with what is wrong.
func (r *request) editForm(e *catalog.Entry, typed *typedDataset, faults []catalog.Finding) error {
	d, err := r.directory()
	if err != nil {
		return err
	}
	path := "/dataset/edit/" + e.Name
	v := &datasetForm{Self: r.local(path), Back: r.local("/dataset/" + e.Name), Draft: e.State == catalog.StateDraft, Rev: e.Rev, HistoryPath: r.historyPath(e), UploadPath: r.uploadPath(e)}
	shown := e
	if typed != nil {
		v.Rev, v.Checked = typed.rev, typed.check
		shown = typed.over(e)
	}
	r.fillForm(v, shown, typed, faults)
	if v.Check, err = r.verdict(shown); err != nil {
		return err
	}
	return r.person("edit", &page{Title: r.t.Get("edit.title", r.title(e)), Path: path, Nav: "dataset", Crumbs: r.datasetCrumbs(e, d, r.t.Get("edit.crumb")), Body: v})
}

func (r *request) fillForm(v *datasetForm, e *catalog.Entry, typed *typedDataset, faults []catalog.Finding) {
	def := r.cfg.Schema.Of(catalog.TypeDataset)
	fault := func(name string) string {
		var out []string
		for _, f := range faults {
			if f.Field == name {
				out = append(out, r.findingText(f))
			}
		}
		return strings.Join(out, " ")
	}
	values := func(prefix string, fields catalog.Fields, f *schema.Field) string {
		if typed != nil {
			if s, ok := typed.values[prefix+f.Name]; ok {
				return s
			}
		}
		return asTyped(fields, f)
	}
	v.NameFault = fault("name")
	typ := r.cfg.Schema.TypeOf(e)
	if typ == nil {
		typ = &schema.CityType{}
	}
	for i := range def.Fields {
		f := &def.Fields[i]
		if !editableField(f) {
			continue
		}
		x := r.input("f-", f, values("f-", e.Fields, f), func(path string) string { return fault(f.Name + path) })
		own := rule(typ.Fields, def.Fields, f)
		r.ruled(&x, own)
		if f.Required != "" || own != nil && own.Required || x.Value != "" || x.Fault != "" || x.Wrong || earns(f) {
			v.Main = append(v.Main, x)
		} else {
			v.More = append(v.More, x)
		}
	}
	file := func(index int, id string, p *catalog.Part) editFile {
		n := newPart
		if id != newPart {
			n = strconv.Itoa(index)
		}
		prefix := "p-" + n + "-"
		x := editFile{ID: id, Index: n, New: id == newPart, Drop: typed != nil && typed.drop[n]}
		x.Upload, _ = p.Fields.Map("upload")["name"].(string)
		for i := range def.Parts {
			f := &def.Parts[i]
			if !editableField(f) || x.Upload != "" && f.Name == "url" {
				continue
			}
			y := r.input(prefix, f, values(prefix, p.Fields, f), func(path string) string { return fault(fmt.Sprintf("resources.%d.%s", index, f.Name+path)) })
			own := rule(typ.Parts, def.Parts, f)
			r.ruled(&y, own)
			if slices.Contains(mainOfFile, f.Name) || own != nil && own.Required && !x.New || y.Fault != "" || y.Wrong {
				x.Main = append(x.Main, y)
			} else {
				x.More = append(x.More, y)
			}
		}
		x.Legend = r.t.Get("edit.file.new")
		if !x.New {
			x.Legend = r.t.Get("edit.file", index+1, cmp.Or(p.Fields.String("name"), p.Fields.String("url"), x.Upload))
		}
		return x
	}
	shown := min(len(e.Parts), maxEditFiles)
	v.FilesOverflow = len(e.Parts) - shown
	for i := range e.Parts[:shown] {
		if e.Parts[i].ID != newPart {
			v.Files = append(v.Files, file(i, e.Parts[i].ID, &e.Parts[i]))
		}
	}
	v.Files = append(v.Files, file(len(e.Parts), newPart, &catalog.Part{}))
	for _, a := range []catalog.Access{catalog.AccessPublic, catalog.AccessPrivate} {
		v.Access = append(v.Access, choice{string(a), r.t.Get("edit.access." + string(a)), e.Access == a})
	}
}

// mainOfFile are the inputs of a distribution that stand unfolded.
var mainOfFile = []string{"name", "url", "format", "license", "description"}

// editableField leaves out what is no single value for people, and what the
// portal keeps itself.
func editableField(f *schema.Field) bool {
	return f.Visibility == catalog.LevelPublic && (f.Kind != schema.KindJSON || f.Subfields != nil) && !slices.Contains([]string{"groups", "dataset_type", "hash", "hash_algorithm"}, f.Name)
}

// earns reports fields for which the EU portal gives points; the publisher follows
// from the organization.
func earns(f *schema.Field) bool {
	return f.RDF != nil && f.RDF.In != "dct:publisher" && slices.ContainsFunc(quality.Metrics(), func(m quality.Metric) bool {
		return m.Property != "" && (m.Property == f.RDF.Predicate || m.Property == f.RDF.In)
	})
}

// input is the input of a field, or those of its groups. fault says what is wrong
// with the field, or with a path inside it.
func (r *request) input(prefix string, f *schema.Field, value string, fault func(path string) string) editField {
	if f.Subfields != nil {
		return r.editGroups(prefix, f, value, fault)
	}
	return r.editField(prefix, f, value, fault(""))
}

func (r *request) editField(prefix string, f *schema.Field, value, fault string) editField {
	x := editField{Name: f.Name, ID: prefix + f.Name, Label: f.Label.In(r.lang), Help: f.Help.In(r.lang), Kind: "line", Value: value, Fault: fault, Mandatory: f.Required == "mandatory", Recommended: f.Required == "recommended"}
	list := vocabOf(f, r.lang)
	switch {
	case f.Kind == schema.KindBoolean:
		x.Kind = "select"
		x.Choices = []choice{{"", r.t.Get("edit.none"), value == ""}, {"true", r.t.Get("yes"), value == "true"}, {"false", r.t.Get("no"), value == "false"}}
	case f.Kind.List() && list != nil && len(list) <= maxChecks:
		x.Kind = "checks"
		chosen := lines(value)
		for _, c := range list {
			x.Choices = append(x.Choices, choice{c.Value, c.Label, slices.Contains(chosen, c.Value)})
		}
		for _, s := range chosen { // what is not in the list stays where it is
			if !slices.ContainsFunc(list, func(c choice) bool { return c.Value == s }) {
				x.Choices = append(x.Choices, choice{s, r.spelling(f, s), true})
			}
		}
	case !f.Kind.List() && list != nil:
		x.Kind = "select"
		x.Choices = []choice{{"", r.t.Get("edit.none"), value == ""}}
		known := value == ""
		for _, c := range list {
			x.Choices = append(x.Choices, choice{c.Value, c.Label, c.Value == value})
			known = known || c.Value == value
		}
		if !known {
			x.Choices = append(x.Choices, choice{value, r.spelling(f, value), true})
		}
	case f.Kind.List():
		x.Kind = "area"
		x.Help = strings.TrimSpace(x.Help + " " + r.t.Get("edit.perline"))
	case f.Kind == schema.KindMarkdown || f.RDF != nil && strings.HasPrefix(f.RDF.As, "geo"):
		x.Kind = "area"
	case f.Kind == schema.KindDate:
		x.Help = strings.TrimSpace(x.Help + " " + r.t.Get("edit.date"))
	case f.Kind == schema.KindInteger, f.Kind == schema.KindDecimal:
		x.Mode = "decimal"
	case f.Kind == schema.KindEmail:
		x.Mode = "email"
	case f.Kind == schema.KindPhone:
		x.Mode = "tel"
	case f.Kind == schema.KindURI:
		x.Mode = "url"
	}
	return x
}

// spelling is what people read for a value that its list has in another spelling.
func (r *request) spelling(f *schema.Field, value string) string {
	c, _ := vocab.Lookup(vocabName(f), value)
	return cmp.Or(c.Label.In(r.lang), value)
}

func vocabName(f *schema.Field) string {
	if f.Name == "license_id" {
		return "licence"
	}
	return f.Vocab
}

// vocabOf lists what a field chooses from, nil for none and for lists that are
// too long to choose from.
func vocabOf(f *schema.Field, lang string) (out []choice) {
	const most = 300
	list := vocab.List(vocabName(f))
	if vocabName(f) == "" || len(list) > most {
		return nil
	}
	for _, c := range list {
		value := c.URI
		if f.Name == "license_id" {
			value = c.Attr["ckan"]
		}
		if value != "" && !slices.ContainsFunc(out, func(x choice) bool { return x.Value == value }) {
			out = append(out, choice{Value: value, Label: c.Label.In(lang)})
		}
	}
	return out
}

// verdict says what harvesters would make of an entry.
func (r *request) verdict(e *catalog.Entry) (*verdictView, error) {
	if r.cfg.Check == nil {
		return nil, nil //nolint:nilnil // the page goes without
	}
	c, err := r.cfg.Check(r.ctx, e)
	if err != nil {
		return nil, err
	}
	v := &verdictView{Held: c.Held, Points: c.Points(), Percent: c.Points() * 100 / quality.MaxPoints, Rating: quality.RatingLabel(quality.Rating(float64(c.Points()))).In(r.lang)}
	anchor := func(property string) string {
		def := r.cfg.Schema.Of(catalog.TypeDataset)
		for i, list := range [][]schema.Field{def.Fields, def.Parts} {
			for j := range list {
				f := &list[j]
				if f.RDF == nil || !editableField(f) || property == "" || property != f.RDF.Predicate && property != f.RDF.In && property != f.Name {
					continue
				}
				if i == 0 {
					return "f-" + f.Name
				}
				if len(e.Parts) > 0 {
					return "p-0-" + f.Name
				}
			}
		}
		return ""
	}
	seen := map[string]bool{}
	for _, pass := range []catalog.Severity{catalog.SeverityError, catalog.SeverityWarning} {
		for _, f := range c.Findings {
			text := r.findingText(f)
			if f.Severity != pass || seen[text] || len(v.Findings) == maxChecked {
				continue
			}
			seen[text] = true
			if pass == catalog.SeverityError {
				v.Errors++
			}
			v.Findings = append(v.Findings, verdictLine{findingLine: findingLine{SeverityKey: string(f.Severity), Severity: r.t.Get("harvest.severity." + string(f.Severity)), Text: text}, Anchor: anchor(f.Field)})
		}
	}
	for _, i := range c.Gains() {
		m := quality.Metrics()[i]
		v.Gains = append(v.Gains, verdictLine{findingLine: findingLine{Place: m.Label.In(r.lang), Text: m.Remedy.In(r.lang)}, Anchor: anchor(m.Property), Points: m.Points})
	}
	slices.SortStableFunc(v.Gains, func(a, b verdictLine) int { return b.Points - a.Points })
	return v, nil
}

// faultsOf are the faults of a refused entry, nil for what nobody at the form can
// mend.
func faultsOf(err error) []catalog.Finding {
	var e *catalog.Error
	if errors.As(err, &e) && e.Kind == catalog.KindInvalid {
		return e.Findings
	}
	return nil
}
