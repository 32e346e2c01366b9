package site

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/round"
	intake "trio.example/harvest/survey"
)

// sendTable sends a table as a file in the form its ending names; whole is what
// goes out as JSON.
func (r *request) sendTable(name, format string, t round.Table, whole any) error {
	var out bytes.Buffer
	kind := ""
	switch format {
	case "csv":
		kind = "text/csv; charset=utf-8"
		out.WriteString("\uFEFF") // spreadsheets take it for UTF-8
		if err := t.WriteCSV(csv.NewWriter(&out)); err != nil {
			return err
		}
	case "xlsx":
		kind = sheetType
		if err := intake.WriteTable(&out, "Daten", t.Columns, t.Rows); err != nil {
			return err
		}
	case "json":
		kind = "application/json; charset=utf-8"
		enc := json.NewEncoder(&out)
		enc.SetIndent("", " ")
		if err := enc.Encode(whole); err != nil {
			return fmt.Errorf("write table: %w", err)
		}
	default:
		return catalog.Errorf(catalog.KindNotFound, "format")
	}
	r.saveAs(name+"."+format, kind, out.Bytes())
	return nil
}

// objects turns a table into rows by name of column.
func objects(t round.Table) []map[string]string {
	out := make([]map[string]string, len(t.Rows))
	for i, row := range t.Rows {
		out[i] = map[string]string{}
		for j, c := range t.Columns {
			out[i][c] = row[j]
		}
	}
	return out
}

// compareView puts the cities side by side.
type compareView struct {
	City           string
	Cities         []choice
	Names          []string
	Gaps, Missing  []kindView
	Kinds          []kindView
	Applications   []countView
	Interfaces     []countView
	Formats        []countView
	Self           string
	CSV, XLSX, JSN string
}

type kindView struct {
	Label string
	Model bool
	Cells [][]peerView // by city
}

type peerView struct {
	link
	Published             bool
	Interfaces, Licence   string
	Application           string
	Effort                int
	Office, State, Mailto string
}

type countView struct {
	Label string
	Cells []string
	Total string
}

func (r *request) compare() error {
	c, err := r.cfg.Rounds.Compare(r.ctx, r.by, r.c.Query("city"))
	if err != nil {
		return err
	}
	path := r.local("/survey/compare")
	v := &compareView{City: c.City.Short.In(r.lang), Self: path, CSV: path + ".csv", XLSX: path + ".xlsx", JSN: path + ".json"}
	for _, x := range c.Cities {
		v.Cities = append(v.Cities, choice{Value: x.Name, Label: x.Short.In(r.lang), On: x.Code == c.City.Code})
		v.Names = append(v.Names, x.Short.In(r.lang))
	}
	v.Gaps, v.Missing, v.Kinds = r.kinds(c, c.Gaps), r.kinds(c, c.Missing), r.kinds(c, c.Kinds)
	v.Applications, v.Interfaces, v.Formats = r.counts(c, c.Applications), r.counts(c, c.Interfaces), r.counts(c, c.Formats)
	return r.person("survey-compare", &page{Title: r.t.Get("compare.title"), Path: "/survey/compare", Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {Label: r.t.Get("compare.title")}}, Body: v})
}

// shownKinds bounds the lines of a table on the page; the files have them all.
const shownKinds = 200

func (r *request) kinds(c *round.Comparison, list []round.Kind) []kindView {
	var out []kindView
	for i, k := range list {
		if i == shownKinds {
			break
		}
		kv := kindView{Label: k.Label, Model: k.Model}
		for _, city := range c.Cities {
			var cell []peerView
			for _, p := range k.Peers[city.Code] {
				pv := peerView{link: link{Label: p.Title}, Published: p.Published, Interfaces: p.Interfaces.In(r.lang), Licence: p.Licence.In(r.lang), Application: p.Application, Effort: p.Effort, Office: p.Office, State: r.t.Get("round.holding." + string(p.Status)), Mailto: p.Mailbox}
				if p.Dataset != "" {
					pv.URL = r.local("/dataset/" + p.Dataset)
				}
				cell = append(cell, pv)
			}
			kv.Cells = append(kv.Cells, cell)
		}
		out = append(out, kv)
	}
	return out
}

func (r *request) counts(c *round.Comparison, list []round.Count) []countView {
	var out []countView
	for i, x := range list {
		if i == 40 {
			break
		}
		cv := countView{Label: x.Label, Total: r.t.Number(int64(x.Total))}
		for _, city := range c.Cities {
			cv.Cells = append(cv.Cells, r.t.Number(int64(x.Cities[city.Code])))
		}
		out = append(out, cv)
	}
	return out
}

func compareFile(format string) func(*request) error {
	return func(r *request) error {
		c, err := r.cfg.Rounds.Compare(r.ctx, r.by, r.c.Query("city"))
		if err != nil {
			return err
		}
		t := c.Table(r.lang)
		return r.sendTable("vergleich", format, t, objects(t))
	}
}

// registersView is the inventory of registers.
type registersView struct {
	Cities         []choice
	Lines          []registerView
	Systems        []registerGroup
	Services       []registerGroup
	Keyless        []string
	Steps          []string
	Self           string
	CSV, XLSX, JSN string
}

type registerView struct {
	ID, Title, Name, City, Office, Type, Law, Authority, System string
	Level                                                       int
	Change                                                      string
	Steps                                                       []stepState
	Gaps                                                        []string
	Proofs, Services, Wrong                                     string
	Public, Mine, Releasable                                    bool
	Dataset                                                     string
}

type stepState struct{ Name, State, Key string }

type registerGroup struct {
	Label, Vendor string
	Cities        string
	Registers     []string
}

func (r *request) registers() error {
	city := r.c.Query("city")
	list, err := r.cfg.Rounds.Registers(r.ctx, r.by, city)
	if err != nil {
		return err
	}
	path := r.local("/survey/registers")
	query := ""
	if city != "" {
		query = "?city=" + city
	}
	v := &registersView{Self: path, CSV: path + ".csv" + query, XLSX: path + ".xlsx" + query, JSN: path + ".json" + query}
	names := map[string]string{}
	v.Cities = append(v.Cities, choice{Label: r.t.Get("register.all"), On: city == ""})
	for _, c := range list.Cities {
		names[c.Code] = c.Short.In(r.lang)
		v.Cities = append(v.Cities, choice{Value: c.Code, Label: names[c.Code], On: c.Code == city})
	}
	for _, s := range round.RegisterSteps() {
		v.Steps = append(v.Steps, r.t.Get("register.step."+s))
	}
	for _, x := range list.List {
		v.Lines = append(v.Lines, r.registerView(x, names))
	}
	group := func(g round.RegisterGroup) registerGroup {
		gv := registerGroup{Label: g.Label, Vendor: g.Vendor}
		var cities []string
		for _, c := range list.Cities {
			if n := g.Cities[c.Code]; n > 0 {
				cities = append(cities, fmt.Sprintf("%s %d", names[c.Code], n))
			}
		}
		gv.Cities = strings.Join(cities, ", ")
		for _, x := range g.Registers {
			gv.Registers = append(gv.Registers, x.Title+" ("+names[x.City]+")")
		}
		return gv
	}
	for _, g := range list.Systems {
		v.Systems = append(v.Systems, group(g))
	}
	for _, g := range list.Services {
		v.Services = append(v.Services, group(g))
	}
	for _, x := range list.Keyless {
		v.Keyless = append(v.Keyless, x.Title+" ("+names[x.City]+")")
	}
	return r.person("survey-registers", &page{Title: r.t.Get("register.title"), Path: "/survey/registers", Nav: "survey", Crumbs: []link{{r.t.Get("round.list"), r.local("/survey")}, {Label: r.t.Get("register.title")}}, Body: v})
}

func (r *request) registerView(x round.Register, names map[string]string) registerView {
	v := registerView{
		ID: x.Holding, Title: x.Title, Name: x.Name, City: names[x.City], Office: x.Office, Type: x.Type.In(r.lang), Law: x.Law, Authority: x.Authority, System: strings.TrimSpace(x.System + " " + x.Vendor), Level: x.Level,
		Proofs: strings.Join(x.Proofs, ", "), Services: strings.Join(x.Services, ", "), Wrong: strings.Join(x.WrongKeys, ", "), Public: x.Public, Mine: x.Mine, Releasable: x.Mine && x.Derivative != "",
	}
	if x.Derivative != "" {
		v.Dataset = r.local("/dataset/" + x.Derivative)
	}
	if x.Before >= 0 && x.Before != x.Level {
		v.Change = r.t.Get("register.change", x.Before, x.Level)
	}
	for _, s := range x.Steps {
		v.Steps = append(v.Steps, stepState{Name: r.t.Get("register.step." + s.Name), State: r.t.Get("register.state." + s.State), Key: s.State})
		if s.Gap != nil {
			v.Gaps = append(v.Gaps, s.Gap.In(r.lang))
		}
	}
	return v
}

func registersFile(format string) func(*request) error {
	return func(r *request) error {
		list, err := r.cfg.Rounds.Registers(r.ctx, r.by, r.c.Query("city"))
		if err != nil {
			return err
		}
		return r.sendTable("register", format, list.Table(r.lang), list)
	}
}

func (r *request) registerRelease() error {
	if err := r.cfg.Rounds.ReleaseRegister(r.ctx, r.by, r.form("holding"), r.form("public") == "yes"); err != nil {
		return r.again(err, r.registers)
	}
	return r.see("/survey/registers", "saved")
}

// publicRegistersView is the page for everybody.
type publicRegistersView struct{ Cities []publicCity }

type publicCity struct {
	Name      string
	Registers []publicRegister
}

type publicRegister struct {
	link
	Text, Office, Law string
	Data              bool
}

func (r *request) publicRegisters() error {
	list, err := r.cfg.Rounds.PublicRegisters(r.ctx)
	if err != nil {
		return err
	}
	v := publicRegistersView{}
	for _, x := range list {
		if n := len(v.Cities); n == 0 || v.Cities[n-1].Name != cityLabel(x.City, r.lang) {
			v.Cities = append(v.Cities, publicCity{Name: cityLabel(x.City, r.lang)})
		}
		c := &v.Cities[len(v.Cities)-1]
		c.Registers = append(c.Registers, publicRegister{link: link{x.Title, r.local("/dataset/" + x.Dataset)}, Text: cut(x.Text, 400), Office: x.Office, Law: x.Law, Data: x.Data})
	}
	title := r.t.Get("register.public.title")
	return r.show("registers", &page{Title: title, Path: "/registers", Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {Label: title}}, Body: v})
}
