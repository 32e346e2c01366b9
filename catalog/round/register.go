package round

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// The five steps of a register's readiness, in their order.
const (
	StepDigital  = "digital"  // kept electronically
	StepKeyed    = "keyed"    // has keys
	StepStandard = "standard" // an interface after a standard
	StepIDNumber = "idnr"     // keeps the identification number
	StepNOOTS    = "noots"    // joined to once-only
)

// RegisterSteps lists the steps.
func RegisterSteps() []string {
	return []string{StepDigital, StepKeyed, StepStandard, StepIDNumber, StepNOOTS}
}

// The states of a step.
const (
	StepDone    = "done"
	StepPartly  = "partly"
	StepOpen    = "open"
	StepUnknown = "unknown"
	StepExempt  = "exempt" // does not concern this register
)

// RegisterStep is one step with what is lacking.
type RegisterStep struct {
	Name  string       `json:"step"`
	State string       `json:"state"`
	Gap   catalog.Text `json:"gap,omitempty"`
}

// Register is what the cooperation knows of one register: never its contents,
// never a number of a person.
type Register struct {
	Holding   string         `json:"holding"`
	City      string         `json:"city"` // code
	Title     string         `json:"title"`
	Name      string         `json:"name,omitempty"` // in the national register map
	MapID     string         `json:"map_id,omitempty"`
	Office    string         `json:"office"`
	Type      catalog.Text   `json:"type,omitempty"`
	Law       string         `json:"law,omitempty"`
	Authority string         `json:"authority,omitempty"`
	Keys      catalog.Text   `json:"keys,omitempty"`
	Standards catalog.Text   `json:"standards,omitempty"`
	Role      catalog.Text   `json:"noots_role,omitempty"`
	Proofs    []string       `json:"proofs,omitempty"`
	Services  []string       `json:"services,omitempty"` // LeiKa keys
	WrongKeys []string       `json:"wrong_keys,omitempty"`
	System    string         `json:"application,omitempty"`
	Vendor    string         `json:"vendor,omitempty"`
	Operator  catalog.Text   `json:"operator,omitempty"`
	Quality   catalog.Text   `json:"quality,omitempty"`
	Steps     []RegisterStep `json:"steps"`
	// Level counts the steps done in a row, Before what it was in the approved
	// answers before these, -1 where there were none.
	Level  int `json:"level"`
	Before int `json:"before"`
	// Derivative is the open dataset that comes of it, "" for none.
	Derivative string `json:"derivative,omitempty"`
	// Public reports that it is released for the public page.
	Public bool `json:"public"`
	// Mine reports that the reader may release it.
	Mine bool `json:"-"`
}

// personNumber finds what may be an identification number of a person: eleven
// digits, also in groups. None leaves the answers.
var personNumber = regexp.MustCompile(`(?:^|\D)(\d{2}[ ./-]?\d{3}[ ./-]?\d{3}[ ./-]?\d{3})(?:\D|$)`)

func withoutNumbers(s string) string {
	for range 8 {
		m := personNumber.FindStringSubmatchIndex(s)
		if m == nil {
			break
		}
		s = s[:m[2]] + "[…]" + s[m[3]:]
	}
	return s
}

var leika = regexp.MustCompile(`^99\d{12}$`)

// Readiness judges the answers of a register step by step.
func Readiness(t *survey.Template, a catalog.Fields) (steps []RegisterStep, level int) {
	add := func(name, state, de, en string) {
		s := RegisterStep{Name: name, State: state}
		if de != "" {
			s.Gap = catalog.DE(de, en)
		}
		steps = append(steps, s)
	}
	has := func(id string, codes ...string) bool {
		q := t.Question(id)
		given := a.Strings(id)
		if s := a.String(id); s != "" {
			given = []string{s}
		}
		return q != nil && slices.ContainsFunc(given, func(c string) bool { return slices.Contains(codes, t.Broadest(q, c)) })
	}
	switch {
	case has("H_digit", "voll"):
		add(StepDigital, StepDone, "", "")
	case has("H_digit", "teil"):
		add(StepDigital, StepPartly, "Der Altbestand liegt noch auf Papier.", "Older records are still on paper.")
	case has("H_digit", "pap"):
		add(StepDigital, StepOpen, "Das Register wird überwiegend auf Papier geführt.", "The register is kept on paper mostly.")
	default:
		add(StepDigital, StepUnknown, "Der Digitalisierungsgrad ist nicht angegeben.", "The degree of digitisation is not known.")
	}
	switch {
	case len(a.Strings("H_ids")) > 0 || has("C_ids", "ja"):
		add(StepKeyed, StepDone, "", "")
	case has("C_ids", "teil"):
		add(StepKeyed, StepPartly, "Nur ein Teil der Einträge hat ein Ordnungsmerkmal.", "Only some of the entries have a key.")
	case has("C_ids", "nein"):
		add(StepKeyed, StepOpen, "Das Register hat keine Ordnungsmerkmale.", "The register has no keys.")
	default:
		add(StepKeyed, StepUnknown, "Die Ordnungsmerkmale sind nicht angegeben.", "The keys are not known.")
	}
	standards := slices.DeleteFunc(slices.Clone(a.Strings("H_xoev")), func(c string) bool { return c == "kein" })
	switch {
	case len(standards) > 0 && has("H_auto", "ja"):
		add(StepStandard, StepDone, "", "")
	case len(standards) > 0 && a.String("H_auto") == "":
		add(StepStandard, StepPartly, "Ob ein automatisierter Abruf möglich ist, ist nicht angegeben.", "Whether it can be asked automatically is not known.")
	case len(standards) > 0:
		add(StepStandard, StepPartly, "Der Abruf ist noch nicht vollständig automatisiert.", "It cannot be asked automatically yet, or in part only.")
	case has("H_xoev", "kein"):
		add(StepStandard, StepOpen, "Es gibt keine Schnittstelle nach einem XÖV-Standard.", "There is no interface after an XÖV standard.")
	default:
		add(StepStandard, StepUnknown, "Der Standard der Schnittstelle ist nicht angegeben.", "The standard of its interface is not known.")
	}
	concerned := has("H_type", "pers", "erl", "finr")
	switch {
	case has("H_idnr", "gesp"):
		add(StepIDNumber, StepDone, "", "")
	case has("H_idnr", "n") || a.String("H_type") != "" && !concerned:
		add(StepIDNumber, StepExempt, "", "")
	case has("H_idnr", "plan"):
		add(StepIDNumber, StepPartly, "Die Identifikationsnummer ist geplant, aber noch nicht eingeführt.", "The identification number is planned, not introduced.")
	case has("H_idnr", "pfl"):
		add(StepIDNumber, StepOpen, "Die Identifikationsnummer ist Pflicht (Anlage zu § 1 IDNrG); die Einführung hat nicht begonnen.", "The identification number is a duty (annex to § 1 IDNrG); work has not begun.")
	default:
		add(StepIDNumber, StepUnknown, "Der Stand der Identifikationsnummer ist nicht angegeben.", "The state of the identification number is not known.")
	}
	switch {
	case has("H_noots", "an"):
		add(StepNOOTS, StepDone, "", "")
	case has("H_noots", "nrel"):
		add(StepNOOTS, StepExempt, "", "")
	case has("H_noots", "plan"):
		add(StepNOOTS, StepPartly, "Die Anbindung an das NOOTS ist geplant.", "Joining NOOTS is planned.")
	case has("H_noots", "rel"):
		add(StepNOOTS, StepOpen, "Das NOOTS ist für das Register wichtig, die Anbindung aber noch nicht geplant.", "NOOTS matters for the register, joining is not planned.")
	default:
		add(StepNOOTS, StepUnknown, "Der Stand der NOOTS-Anbindung ist nicht angegeben.", "The state of NOOTS is not known.")
	}
	for _, s := range steps {
		if s.State != StepDone && s.State != StepExempt {
			break
		}
		level++
	}
	return steps, level
}

// Registers are the registers of the cooperation with who needs them.
type Registers struct {
	List []Register `json:"registers"`
	// Systems groups them by application and vendor, Services by LeiKa key.
	Systems  []RegisterGroup `json:"applications"`
	Services []RegisterGroup `json:"services"`
	// Keyless are registers without a (valid) key of a service.
	Keyless []Register   `json:"without_service_key"`
	Cities  []vocab.City `json:"-"`
}

// RegisterGroup are registers that have something in common.
type RegisterGroup struct {
	Label     string         `json:"label"`
	Vendor    string         `json:"vendor,omitempty"`
	Cities    map[string]int `json:"cities"`
	Registers []Register     `json:"registers"`
}

// Registers lists the registers of all cities for those who run a survey or work
// with one; city narrows them to one, "" is all.
func (s *Service) Registers(ctx context.Context, by catalog.Actor, city string) (*Registers, error) {
	out := &Registers{List: []Register{}, Systems: []RegisterGroup{}, Services: []RegisterGroup{}, Keyless: []Register{}, Cities: vocab.Cities()}
	err := s.view(ctx, func(tx catalog.Tx) error {
		ok, err := officerAnywhere(tx, by)
		if err != nil {
			return err
		}
		if !ok && !by.Partner {
			return denied()
		}
		list, err := s.peers(tx, by)
		if err != nil {
			return err
		}
		for _, p := range list {
			if p.answers.String("H_isreg") != "ja" || city != "" && p.City != city {
				continue
			}
			r, err := s.register(tx, by, p)
			if err != nil {
				return err
			}
			out.List = append(out.List, r)
		}
		return nil
	})
	out.group()
	return out, err
}

func (s *Service) register(tx catalog.Tx, by catalog.Actor, p Peer) (Register, error) {
	e, err := tx.Entry(p.ID)
	if err != nil {
		return Register{}, err
	}
	a := p.answers
	say := func(id string) catalog.Text {
		q := p.template.Question(id)
		if q == nil || a[id] == nil {
			return nil
		}
		return p.template.Say(q, a)
	}
	r := Register{
		Holding: p.ID, City: p.City, Title: withoutNumbers(p.Title), Office: p.Office, Name: withoutNumbers(a.String("H_name")), MapID: a.String("H_rlk"), Type: say("H_type"), Law: withoutNumbers(a.String("H_law")), Authority: withoutNumbers(a.String("H_auth")),
		Keys: say("H_ids"), Standards: say("H_xoev"), Role: say("H_nrole"), System: p.Application, Vendor: p.Vendor, Operator: say("C_operator"), Quality: say("F_complete"), Derivative: p.Dataset, Before: -1, Public: released(e),
	}
	for _, x := range a.Strings("H_proof") {
		r.Proofs = append(r.Proofs, withoutNumbers(x))
	}
	for _, key := range a.Strings("H_leika") {
		key = strings.ReplaceAll(key, " ", "")
		if leika.MatchString(key) {
			r.Services = append(r.Services, key)
		} else {
			r.WrongKeys = append(r.WrongKeys, withoutNumbers(key))
		}
	}
	r.Steps, r.Level = Readiness(p.template, a)
	if by.IsOfficerOf(e.Owner) {
		r.Mine = true
	}
	revisions, err := tx.Revisions(e.ID, e.Rev, 50)
	if err != nil {
		return r, err
	}
	now, err := catalog.EncodeFields(e.Fields.Map("answers"))
	if err != nil {
		return r, err
	}
	for _, rev := range revisions {
		old := catalog.Fields(rev.Entry.Fields.Map("answers"))
		text, err := catalog.EncodeFields(old)
		if err != nil {
			return r, err
		}
		if status := rev.Entry.Fields.String("status"); (status == "appr" || status == "publ") && string(text) != string(now) {
			t := s.known(tx, rev.Entry.Fields.String("template"))
			if t == nil {
				t = p.template
			}
			_, r.Before = Readiness(p.template, migrated(p.template, partnerAnswers(t, old)))
			break
		}
	}
	return r, nil
}

func migrated(t *survey.Template, answers catalog.Fields) catalog.Fields {
	out, _ := t.Migrate(answers, "")
	return out
}

// released reports whether a register may stand on the public page.
func released(e *catalog.Entry) bool { return e.Fields.String("register_public") == "yes" }

func (r *Registers) group() {
	slices.SortStableFunc(r.List, func(a, b Register) int {
		return cmp.Or(strings.Compare(a.City, b.City), strings.Compare(fold(a.Title), fold(b.Title)))
	})
	systems, services := map[string]*RegisterGroup{}, map[string]*RegisterGroup{}
	into := func(m map[string]*RegisterGroup, key, label, vendor string, x Register) {
		if m[key] == nil {
			m[key] = &RegisterGroup{Label: label, Vendor: vendor, Cities: map[string]int{}}
		}
		g := m[key]
		if g.Vendor == "" {
			g.Vendor = vendor
		}
		g.Cities[x.City]++
		g.Registers = append(g.Registers, x)
	}
	for _, x := range r.List {
		if x.System != "" {
			into(systems, fold(x.System), x.System, x.Vendor, x)
		}
		for _, key := range x.Services {
			into(services, key, key, "", x)
		}
		if len(x.Services) == 0 {
			r.Keyless = append(r.Keyless, x)
		}
	}
	flat := func(m map[string]*RegisterGroup) []RegisterGroup {
		out := make([]RegisterGroup, 0, len(m))
		for _, g := range m {
			out = append(out, *g)
		}
		slices.SortFunc(out, func(a, b RegisterGroup) int {
			return cmp.Or(cmp.Compare(len(b.Cities), len(a.Cities)), cmp.Compare(len(b.Registers), len(a.Registers)), strings.Compare(a.Label, b.Label))
		})
		return out
	}
	r.Systems, r.Services = flat(systems), flat(services)
}

// Table lists the registers with their readiness.
func (r *Registers) Table(lang string) Table {
	t := Table{Columns: []string{"Stadt", "Register", "Name in der Registerlandkarte", "Dienststelle", "Registertyp", "Rechtsgrundlage", "Registerführende Stelle", "Fachverfahren", "Hersteller", "Stufe", "Lücken", "Nachweise", "Leistungen"}}
	if lang == "en" {
		t.Columns = []string{"City", "Register", "Name in the register map", "Office", "Type", "Legal basis", "Authority", "Application", "Vendor", "Level", "Gaps", "Proofs", "Services"}
	}
	names := map[string]string{}
	for _, c := range r.Cities {
		names[c.Code] = c.Short.In(lang)
	}
	for _, x := range r.List {
		var gaps []string
		for _, s := range x.Steps {
			if s.Gap != nil {
				gaps = append(gaps, s.Gap.In(lang))
			}
		}
		t.Rows = append(t.Rows, []string{names[x.City], x.Title, x.Name, x.Office, x.Type.In(lang), x.Law, x.Authority, x.System, x.Vendor, itoa(x.Level), strings.Join(gaps, " "), strings.Join(x.Proofs, "; "), strings.Join(x.Services, "; ")})
	}
	return t
}

// ReleaseRegister puts a register on the public page, or takes it off. Only one
// whose description is public already can be there.
func (s *Service) ReleaseRegister(ctx context.Context, by catalog.Actor, holdingID string, public bool) error {
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		e, err := tx.Entry(holdingID)
		if err != nil {
			return err
		}
		if e.Type != catalog.TypeHolding || !by.IsOfficerOf(e.Owner) {
			return absent()
		}
		ds, err := tx.Entry(e.Fields.String("dataset"))
		if public && (err != nil || !catalog.CanSee(catalog.Anonymous, ds)) {
			return refuse(catalog.KindConflict, "register_not_public", "Zu diesem Register ist noch keine Beschreibung veröffentlicht.", "No description of this register is published yet.")
		}
		return s.reg.ChangeIn(tx, elevated(by), e, 0, func(e *catalog.Entry) error {
			value := ""
			if public {
				value = "yes"
			}
			e.Fields.Set("register_public", value)
			return nil
		})
	})
}

// PublicRegister is a released register as everybody may see it: what its public
// dataset says, nothing of the survey.
type PublicRegister struct {
	City                              string // name of the city's organization
	Title, Text, Office, Law, Dataset string
	Data                              bool // the data are public too
}

// PublicRegisters lists the released ones.
func (s *Service) PublicRegisters(ctx context.Context) ([]PublicRegister, error) {
	out := []PublicRegister{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if !released(e) {
				continue
			}
			ds, err := tx.Entry(e.Fields.String("dataset"))
			if err != nil || ds.State != catalog.StateActive || !catalog.CanSee(catalog.Anonymous, ds) {
				continue
			}
			city, err := cityOf(e.Fields.String("city"))
			if err != nil {
				continue
			}
			p := PublicRegister{City: city.Name, Title: ds.Fields.String("title"), Text: ds.Fields.String("notes"), Law: ds.Fields.String("legal_basis"), Dataset: ds.Name, Data: len(ds.Parts) > 0}
			if org, err := tx.Entry(ds.Owner); err == nil && catalog.CanSee(catalog.Anonymous, org) {
				p.Office = cmp.Or(org.Fields.String("title"), org.Name)
			}
			out = append(out, p)
		}
		return nil
	})
	slices.SortFunc(out, func(a, b PublicRegister) int {
		return cmp.Or(strings.Compare(a.City, b.City), strings.Compare(fold(a.Title), fold(b.Title)))
	})
	return out, err
}
