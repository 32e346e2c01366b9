package site

import (
	"fmt"
	"io"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
	intake "trio.example/harvest/survey"
)

// importView is an import: what to choose, what a look at the file tells, and
// what became of it.
type importView struct {
	Cities, Templates []choice
	Action            string
	// Key is where the file lies between look and import, "" before there is one.
	Key, File, City string
	Taken           bool
	Counts, Classes []pairView
	Stored          []pairView
	Columns         []importColumn
	Rows            []importRow
	More            int // rows that are not shown
	Findings        []string
}

type importColumn struct {
	ID, Heading, How string
	Choices          []choice
}

type importRow struct{ Place, Title, Outcome, OutcomeKey, Class string }

// importShown bounds the lists of the page.
const importShown = 200

func (r *request) importPage() error { return r.importShow(&importView{}, nil) }

// importShow shows the page; only who runs the survey of a city sees it.
func (r *request) importShow(v *importView, t *survey.Template) error {
	cities, err := r.cfg.Rounds.Cities(r.ctx, r.by)
	if err != nil {
		return err
	}
	if len(cities) == 0 {
		return catalog.Errorf(catalog.KindDenied, "no survey")
	}
	for _, c := range cities {
		v.Cities = append(v.Cities, choice{Value: c.Name, Label: c.Label.In(r.lang), On: r.form("city") == c.Name})
	}
	list, err := r.cfg.Rounds.Templates(r.ctx, r.by)
	if err != nil {
		return err
	}
	for _, x := range round.Choices(list) {
		v.Templates = append(v.Templates, choice{Value: x.Ref(), Label: x.Title.In(r.lang) + " (" + x.Ref() + ")", On: r.form("template") == x.Ref()})
	}
	v.Action = r.local("/survey/import")
	for i := range v.Columns {
		v.Columns[i].Choices = r.meanings(t, v.Columns[i])
	}
	title := r.t.Get("import.title")
	return r.person("survey-import", &page{Title: title, Path: "/survey/import", Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {Label: title}}, Body: v})
}

// meanings are what a column can hold: nothing, or a question of the template.
func (r *request) meanings(t *survey.Template, c importColumn) []choice {
	chosen := ""
	if len(c.Choices) > 0 {
		chosen = c.Choices[0].Value
	}
	out := []choice{{Value: "", Label: r.t.Get("import.column.open"), On: chosen == ""}, {Value: intake.NotRead, Label: r.t.Get("import.column.skip"), On: chosen == intake.NotRead}}
	known := chosen == "" || chosen == intake.NotRead
	for _, q := range t.Questions() {
		if q.System {
			continue
		}
		known = known || chosen == q.ID
		out = append(out, choice{Value: q.ID, Label: q.Label.In(r.lang), On: chosen == q.ID})
	}
	if !known { // an option of a question, given on the command line
		out = append(out, choice{Value: chosen, Label: chosen, On: true})
	}
	return out
}

// importTake looks at a file that was sent, looks again with other columns, or
// imports it.
func (r *request) importTake() error {
	laid, key, err := r.importFile()
	if err != nil {
		return r.again(err, r.importPage)
	}
	city, err := r.importCity(laid.City)
	if err != nil {
		return err
	}
	t := survey.Default()
	if laid.Template != "" {
		if _, _, t, err = r.cfg.Rounds.Document(r.ctx, r.by, laid.Template); err != nil {
			return err
		}
	}
	take := r.form("go") == "take"
	by := r.by
	by.Sysadmin = true // the city's organization and its groups are made where they are missing
	out, err := r.cfg.Intake.Take(r.ctx, by, intake.Delivery{City: city, Template: t, Name: laid.Name, Data: laid.Data, Columns: r.importColumns(), DryRun: !take})
	if err != nil {
		return r.again(err, r.importPage)
	}
	v := r.importReport(out)
	v.File, v.City, v.Key = laid.Name, city.Label.In(r.lang), key
	if take {
		r.shelf.Clear(key)
		v.Key, v.Taken = "", true
	}
	return r.importShow(v, t)
}

// importFile is the file that was sent, or the one that lies here already.
func (r *request) importFile() (*intake.Laid, string, error) {
	if key := r.form("key"); key != "" {
		if l := r.shelf.Find(key, r.by.UserID); l != nil {
			return l, key, nil
		}
		return nil, "", fileMissing("Die Datei liegt hier nicht mehr. Bitte noch einmal hochladen.", "The file is not here any more. Please upload it again.")
	}
	cities, err := r.cfg.Rounds.Cities(r.ctx, r.by)
	if err != nil {
		return nil, "", err
	}
	if len(cities) == 0 {
		return nil, "", catalog.Errorf(catalog.KindDenied, "no survey")
	}
	file, head, err := r.c.Request.FormFile("file")
	if err != nil {
		return nil, "", fileMissing("Bitte eine Datei auswählen.", "Please choose a file.")
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, maxUpload+1))
	if err != nil {
		return nil, "", err
	}
	l := &intake.Laid{User: r.by.UserID, City: r.form("city"), Template: r.form("template"), Name: cut(head.Filename, 200), Data: data}
	if l.City == "" && len(cities) == 1 {
		l.City = cities[0].Name
	}
	if _, err := r.importCity(l.City); err != nil {
		return nil, "", err
	}
	return l, r.shelf.Lay(l), nil
}

func fileMissing(de, en string) error {
	return catalog.Invalid(catalog.Finding{Severity: catalog.SeverityError, Code: "file_missing", Message: catalog.DE(de, en)})
}

// importCity is the city of an import, for somebody who runs its survey.
func (r *request) importCity(name string) (vocab.City, error) {
	cities, err := r.cfg.Rounds.Cities(r.ctx, r.by)
	if err != nil {
		return vocab.City{}, err
	}
	for _, c := range cities {
		if c.Name == name {
			return c, nil
		}
	}
	return vocab.City{}, catalog.Errorf(catalog.KindDenied, "not the officer of %.40q", name)
}

// importColumns is what was said about columns.
func (r *request) importColumns() map[string]string {
	out := map[string]string{}
	for key, values := range r.c.Request.PostForm {
		if id, ok := strings.CutPrefix(key, "h."); ok && len(values) > 0 && r.c.Request.PostForm.Has("c."+id) {
			out[values[0]] = r.form("c." + id)
		}
	}
	return out
}

func (r *request) importReport(out *intake.Taken) *importView {
	n := func(label string, n int) pairView { return pairView{label, fmt.Sprint(n)} }
	v := &importView{
		Counts: []pairView{n(r.t.Get("outcome.valid"), out.Counts.Valid), n(r.t.Get("outcome.incomplete"), out.Counts.Incomplete), n(r.t.Get("outcome.rejected"), out.Counts.Rejected), n(r.t.Get("outcome.superseded"), out.Counts.Superseded)},
		Classes: []pairView{n(r.t.Get("class.publishable"), out.Publishable.Publishable), n(r.t.Get("class.conditional"), out.Publishable.Conditional),
			n(r.t.Get("class.not_publishable"), out.Publishable.NotPublishable)},
		Stored: []pairView{n(r.t.Get("import.new"), out.Stored.New), n(r.t.Get("import.changed"), out.Stored.Changed), n(r.t.Get("import.unchanged"), out.Stored.Unchanged), n(r.t.Get("import.older"), out.Stored.Older), n(r.t.Get("import.left"), out.Stored.NotStored)},
	}
	for i, c := range out.Columns {
		if i >= importShown {
			break
		}
		v.Columns = append(v.Columns, importColumn{ID: fmt.Sprint(i), Heading: c.Heading, How: r.t.Get("import.column." + c.How), Choices: []choice{{Value: c.Meaning}}})
	}
	for i := range out.Rows {
		row := &out.Rows[i]
		if i >= importShown {
			v.More = len(out.Rows) - importShown
			break
		}
		x := importRow{Place: fmt.Sprint(row.Record), Outcome: r.t.Get("outcome." + string(row.Outcome)), OutcomeKey: string(row.Outcome)}
		if row.Title != nil {
			x.Title = *row.Title
		}
		if row.Assessed != nil {
			x.Class = r.t.Get("class." + row.Publishability)
		}
		v.Rows = append(v.Rows, x)
	}
	for _, f := range out.Findings {
		if f.Severity == catalog.SeverityInfo && f.Row != "" || len(v.Findings) >= importShown {
			continue
		}
		place := f.Row
		if f.Cell != "" {
			place = f.Cell
		}
		if place != "" {
			place = r.t.Get("import.place", place) + " "
		}
		v.Findings = append(v.Findings, place+r.findingText(f))
	}
	return v
}
