package round

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Peer is a holding as the cities of the cooperation see it: answers of the
// circles public and partner, as its own template says, and nothing else.
type Peer struct {
	ID, City, Title, Office string
	Status                  holding.Status
	Published               bool
	// Interfaces, Formats, Application and the like are put into words.
	Interfaces, Formats catalog.Text
	Licence, Form       catalog.Text
	Application, Vendor string
	Mailbox             string
	Effort, Suitability int
	Dataset             string // name of the public dataset, "" for none
	answers             catalog.Fields
	template            *survey.Template
}

// Kind groups the holdings that say to be of the same kind: by model dataset,
// else by title. A person decides whether they are.
type Kind struct {
	Key, Label string
	Model      bool
	Peers      map[string][]Peer // by the code of the city
}

// Comparison is what the cities have in common and what not.
type Comparison struct {
	Cities []vocab.City
	Kinds  []Kind
	// Gaps are kinds that another city publishes and the city looked at holds but
	// does not publish; Missing those it does not even hold.
	City          vocab.City
	Gaps, Missing []Kind
	// Applications, Interfaces and Formats count holdings by city.
	Applications, Interfaces, Formats []Count
}

// Count is a line of the landscape: how many holdings of each city.
type Count struct {
	Label  string
	Cities map[string]int
	Total  int
}

// partnerAnswers leaves the answers that partners may see: by the visibility of
// the question in the template they were given with.
func partnerAnswers(t *survey.Template, answers catalog.Fields) catalog.Fields {
	out := catalog.Fields{}
	for id, v := range answers {
		if q := t.Question(id); q != nil && catalog.LevelPartner.Covers(q.Visibility) {
			out[id] = v
		}
	}
	return out
}

// peers reads the holdings of all cities that the actor may know of, with their
// assessment by the core template.
func (s *Service) peers(tx catalog.Tx, by catalog.Actor) ([]Peer, error) {
	templates := map[string]*survey.Template{}
	var out []Peer
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, States: []catalog.State{catalog.StateActive}}) {
		if err != nil {
			return nil, err
		}
		level, ok := catalog.LevelOf(by, e)
		if !ok || !level.Covers(catalog.LevelPartner) || e.Fields.Map("assessment") == nil {
			continue
		}
		ref := e.Fields.String("template")
		t, seen := templates[ref]
		if !seen {
			t = s.known(tx, ref)
			templates[ref] = t
		}
		if t == nil {
			continue // without its template nobody knows which answers partners may see
		}
		p := Peer{ID: e.ID, City: e.Fields.String("city"), Title: e.Fields.String("title"), Office: e.Fields.String("office"), Status: holding.Status(e.Fields.String("status")), Published: holding.Published(e), template: t}
		p.answers = partnerAnswers(t, catalog.Fields(e.Fields.Map("answers")))
		say := func(id string) catalog.Text {
			if q := t.Question(id); q != nil && p.answers[id] != nil {
				return t.Say(q, p.answers)
			}
			return nil
		}
		p.Interfaces, p.Formats, p.Licence, p.Form = say("D_iface"), say("C_format"), say("E_licence"), say("D_form")
		p.Application, p.Vendor, p.Mailbox = p.answers.String("C_system"), p.answers.String("C_vendor"), p.answers.String("A_funcmail")
		a := catalog.Fields(e.Fields.Map("assessment"))
		effort, _ := a.Int("effort")
		suitability, _ := a.Int("suitability")
		p.Effort, p.Suitability = int(effort), int(suitability)
		if p.Published {
			if ds, err := tx.Entry(e.Fields.String("dataset")); err == nil && catalog.CanSee(catalog.Anonymous, ds) {
				p.Dataset = ds.Name
			}
		}
		out = append(out, p)
	}
	return out, nil
}

// Compare puts the cities side by side on the fixed questions. city is the code
// or name of the one whose gaps are looked for.
func (s *Service) Compare(ctx context.Context, by catalog.Actor, city string) (*Comparison, error) {
	out := &Comparison{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		ok, err := officerAnywhere(tx, by)
		if err != nil {
			return err
		}
		if !ok && !by.Partner {
			return denied()
		}
		if city == "" {
			city = firstCity(tx, by)
		}
		if out.City, err = cityOf(city); err != nil {
			return err
		}
		list, err := s.peers(tx, by)
		if err != nil {
			return err
		}
		out.compare(list)
		return nil
	})
	return out, err
}

// firstCity is a city whose survey the actor runs, else the first there is.
func firstCity(tx catalog.Tx, by catalog.Actor) string {
	for _, c := range vocab.Cities() {
		org, err := tx.EntryByName(catalog.TypeOrganization.Namespace(), c.Name)
		if err == nil && !by.Sysadmin && by.IsOfficerOf(org.ID) {
			return c.Name
		}
	}
	return vocab.Cities()[0].Name
}

func (c *Comparison) compare(list []Peer) {
	c.Cities = vocab.Cities()
	kinds := map[string]*Kind{}
	apps, ifaces, formats := map[string]*Count{}, map[string]*Count{}, map[string]*Count{}
	for _, p := range list {
		model := p.answers.String("B_muster")
		key, label := holding.ModelKey(model), model
		if m, ok := vocab.Model(model); ok {
			label = m.Label.In("de")
		}
		if key == "" {
			key, label = "title:"+fold(p.Title), p.Title
		}
		if kinds[key] == nil {
			kinds[key] = &Kind{Key: key, Label: label, Model: model != "", Peers: map[string][]Peer{}}
		}
		kinds[key].Peers[p.City] = append(kinds[key].Peers[p.City], p)
		if p.Application != "" {
			count(apps, fold(p.Application), strings.TrimSpace(p.Application+vendorOf(p)), p.City)
		}
		for _, code := range p.answers.Strings("D_iface") {
			count(ifaces, code, p.option("D_iface", code), p.City)
		}
		for _, code := range p.answers.Strings("C_format") {
			count(formats, code, p.option("C_format", code), p.City)
		}
	}
	for _, k := range kinds {
		c.Kinds = append(c.Kinds, *k)
		elsewhere := false
		for city, list := range k.Peers {
			elsewhere = elsewhere || city != c.City.Code && slices.ContainsFunc(list, func(p Peer) bool { return p.Published })
		}
		own := k.Peers[c.City.Code]
		switch {
		case !elsewhere || slices.ContainsFunc(own, func(p Peer) bool { return p.Published }):
		case len(own) > 0:
			c.Gaps = append(c.Gaps, *k)
		default:
			c.Missing = append(c.Missing, *k)
		}
	}
	byLabel := func(a, b Kind) int {
		return cmp.Or(cmp.Compare(len(b.Peers), len(a.Peers)), strings.Compare(a.Label, b.Label), strings.Compare(a.Key, b.Key))
	}
	for _, list := range [][]Kind{c.Kinds, c.Gaps, c.Missing} {
		slices.SortFunc(list, byLabel)
	}
	c.Applications, c.Interfaces, c.Formats = counted(apps), counted(ifaces), counted(formats)
}

func vendorOf(p Peer) string {
	if p.Vendor == "" {
		return ""
	}
	return " (" + p.Vendor + ")"
}

// option is the label of a chosen option, of the core where a city added it.
func (p Peer) option(question, code string) string {
	q := p.template.Question(question)
	if o := p.template.Option(q.Options, p.template.Broadest(q, code)); o != nil {
		return o.Label.In("de")
	}
	return code
}

func count(m map[string]*Count, key, label, city string) {
	if m[key] == nil {
		m[key] = &Count{Label: label, Cities: map[string]int{}}
	}
	m[key].Cities[city]++
	m[key].Total++
}

func counted(m map[string]*Count) []Count {
	out := make([]Count, 0, len(m))
	for _, c := range m {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Count) int { return cmp.Or(cmp.Compare(b.Total, a.Total), strings.Compare(a.Label, b.Label)) })
	return out
}

// Table is a table for spreadsheet programs and others.
type Table struct {
	Columns []string
	Rows    [][]string
}

// Table lists every holding of the comparison.
func (c *Comparison) Table(lang string) Table {
	t := Table{Columns: []string{"Art", "Stadt", "Titel", "Dienststelle", "Veröffentlicht", "Schnittstellen", "Formate", "Lizenz", "Fachverfahren", "Hersteller", "Aufwand", "Postfach"}}
	if lang == "en" {
		t.Columns = []string{"Kind", "City", "Title", "Office", "Published", "Interfaces", "Formats", "Licence", "Application", "Vendor", "Effort", "Mailbox"}
	}
	for _, k := range c.Kinds {
		for _, city := range c.Cities {
			for _, p := range k.Peers[city.Code] {
				t.Rows = append(t.Rows, []string{k.Label, city.Short.In(lang), p.Title, p.Office, yesNo(p.Published, lang), p.Interfaces.In(lang), p.Formats.In(lang), p.Licence.In(lang), p.Application, p.Vendor, itoa(p.Effort), p.Mailbox})
			}
		}
	}
	return t
}
