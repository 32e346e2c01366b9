package round

import (
	"context"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/survey"
)

// Row is an office as a list names it.
type Row struct {
	// Ref is its place in the list, for findings.
	Ref                 string
	Name, Parent, Email string
	// Lang is the language of letters as the list names it, "" for what it was.
	Lang string
}

// Imported counts what a list changed.
type Imported struct {
	New       int               `json:"new"`
	Changed   int               `json:"changed"`
	Unchanged int               `json:"unchanged"`
	Rejected  int               `json:"rejected"`
	Findings  []catalog.Finding `json:"findings"`
}

// AddOffices takes a list of offices into a round. The same list again changes
// nothing; an office that is known gets the new address, none is ever removed.
func (s *Service) AddOffices(ctx context.Context, by catalog.Actor, idOrName string, rows []Row) (*Imported, error) {
	var out *Imported
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		known, err := tx.RoundOffices(r.ID)
		if err != nil {
			return err
		}
		a := &adding{tx: tx, round: r, by: by, offices: known, out: &Imported{Findings: []catalog.Finding{}}}
		out = a.out
		return a.all(rows)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

type adding struct {
	tx      catalog.WriteTx
	round   *catalog.Round
	by      catalog.Actor
	offices []*catalog.RoundOffice
	out     *Imported
}

// fold makes names comparable.
func fold(s string) string { return strings.ToLower(strings.Join(strings.Fields(s), " ")) }

func (a *adding) all(rows []Row) error {
	byKey := map[string]*catalog.RoundOffice{}
	for _, o := range a.offices {
		byKey[fold(o.Parent)+"\n"+fold(o.Name)] = o
	}
	put := map[*catalog.RoundOffice]bool{}
	listed := map[*catalog.RoundOffice]Row{} // where each stands in this list
	for _, row := range rows {
		row.Name, row.Parent, row.Email = strings.Join(strings.Fields(row.Name), " "), strings.Join(strings.Fields(row.Parent), " "), strings.TrimSpace(row.Email)
		if fold(row.Name) == fold(row.Parent) {
			row.Parent = "" // a department that stands in the list itself
		}
		lang, _ := letterLang(row.Lang)
		if f := a.fault(row); f != nil {
			f.Row = row.Ref
			a.out.Findings, a.out.Rejected = append(a.out.Findings, *f), a.out.Rejected+1
			continue
		}
		key := fold(row.Parent) + "\n" + fold(row.Name)
		o := byKey[key]
		switch {
		case o == nil:
			if len(a.offices) >= MaxOffices {
				return refuse(catalog.KindTooLarge, "too_many_offices", "Die Liste enthält mehr als 5.000 Dienststellen; es wurde nichts geändert.", "The list has more than 5,000 offices; nothing was changed.")
			}
			o = &catalog.RoundOffice{ID: catalog.NewID(), Round: a.round.ID, Name: row.Name, Parent: row.Parent, Email: row.Email, Lang: stored(lang), State: catalog.OfficeListed}
			a.offices, byKey[key], put[o] = append(a.offices, o), o, true
			a.out.New++
		case row.Email != "" && o.Email != row.Email, lang != "" && o.Lang != stored(lang):
			if row.Email != "" {
				o.Email = row.Email
			}
			if lang != "" {
				o.Lang = stored(lang)
			}
			put[o] = true
			a.out.Changed++
		default:
			a.out.Unchanged++
		}
		if was, twice := listed[o]; twice && row.Email != "" && was.Email != "" && row.Email != was.Email {
			a.doubt(row.Ref, "office_twice", "„"+o.Name+"“ steht mit zwei Adressen in der Liste; es gilt die letzte.", "“"+o.Name+"” stands in the list with two addresses; the last one holds.")
		}
		listed[o] = row
	}
	named := map[string]*catalog.RoundOffice{}
	for _, o := range a.offices {
		named[fold(o.Name)] = o
	}
	for _, o := range a.offices {
		if d := department(named, o); d != o.Department {
			o.Department, put[o] = d, true
		}
		if row, here := listed[o]; here && inLoop(named, o) {
			a.doubt(row.Ref, "hierarchy_loop", "„"+o.Name+"“ ist sich über „"+o.Parent+"“ selbst übergeordnet; die Gliederung der Liste führt im Kreis.", "“"+o.Name+"” stands above itself by way of “"+o.Parent+"”: the hierarchy of the list goes in a circle.")
		}
	}
	for _, o := range a.offices {
		if !put[o] {
			continue
		}
		if err := a.tx.PutRoundOffice(o); err != nil {
			return err
		}
	}
	if a.out.New+a.out.Changed == 0 {
		return nil
	}
	return event(a.tx, catalog.RoundEvent{Round: a.round.ID, What: "offices", To: "imported", Role: RoleOfficer, By: who(a.by)})
}

// doubt tells of a row that was taken and may be meant otherwise.
func (a *adding) doubt(row, code, de, en string) {
	a.out.Findings = append(a.out.Findings, catalog.Finding{Severity: catalog.SeverityWarning, Code: code, Row: row, Message: catalog.DE(de, en),
		Remedy: catalog.DE("Bitte prüfen, und die Liste berichtigt noch einmal hochladen.", "Please check, and upload the corrected list again.")})
}

// inLoop reports whether the way up from an office leads back to it.
func inLoop(named map[string]*catalog.RoundOffice, o *catalog.RoundOffice) bool {
	for up, n := named[fold(o.Parent)], 0; up != nil && up.Parent != "" && n < maxDepth; up, n = named[fold(up.Parent)], n+1 {
		if fold(up.Parent) == fold(o.Name) {
			return true
		}
	}
	return false
}

// fault says why a row cannot be taken.
func (a *adding) fault(row Row) *catalog.Finding {
	finding := func(code, field, de, en string) *catalog.Finding {
		return &catalog.Finding{Severity: catalog.SeverityError, Code: code, Field: field, Message: catalog.DE(de, en),
			Remedy: catalog.DE("Bitte die Zeile in der Liste berichtigen und die Liste noch einmal hochladen.", "Correct the row and upload the list again.")}
	}
	const maxName = 300
	switch {
	case row.Name == "":
		return finding("office_missing", "name", "In der Zeile fehlt der Name der Dienststelle.", "The row lacks the office's name.")
	case len(row.Name) > maxName || len(row.Parent) > maxName:
		return finding("name_long", "name", "Der Name ist länger als 300 Zeichen.", "The name is longer than 300 characters.")
	case row.Email != "" && !survey.Mailbox(row.Email):
		return finding("email_invalid", "email", "Die E-Mail-Adresse ist nicht lesbar.", "The e-mail address cannot be read.")
	}
	if _, ok := letterLang(row.Lang); !ok {
		return finding("language_unknown", "lang", "Die Sprache der Briefe ist weder Deutsch noch Englisch.", "The language of letters is neither German nor English.")
	}
	return nil
}

// letterLang reads the language of letters: de, en, or "" where none is named.
func letterLang(s string) (string, bool) {
	switch fold(s) {
	case "":
		return "", true
	case "de", "deu", "ger", "deutsch", "german", "d":
		return "de", true
	case "en", "eng", "englisch", "english", "e":
		return "en", true
	}
	return "", false
}

// stored is a language as offices keep it: German is the rule.
func stored(lang string) string {
	if lang == "de" {
		return ""
	}
	return lang
}

// SetLanguage chooses the language of the letters to an office.
func (s *Service) SetLanguage(ctx context.Context, by catalog.Actor, idOrName, officeID, lang string) error {
	lang, ok := letterLang(lang)
	if !ok || lang == "" {
		return refuse(catalog.KindInvalid, "language_unknown", "Briefe gibt es auf Deutsch (de) und auf Englisch (en).", "There are letters in German (de) and in English (en).")
	}
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		o, err := officeIn(tx, r, officeID)
		if err != nil || o.Lang == stored(lang) {
			return err
		}
		o.Lang = stored(lang)
		return tx.PutRoundOffice(o)
	})
}

// maxDepth bounds the walk up a hierarchy, which may have a loop.
const maxDepth = 16

// department is what stands at the head of an office's line; named finds an
// office by its folded name.
func department(named map[string]*catalog.RoundOffice, o *catalog.RoundOffice) string {
	head := o.Parent
	for range maxDepth {
		up := named[fold(head)]
		if up == nil || up.Parent == "" {
			break
		}
		head = up.Parent
	}
	return head
}

type placed struct {
	office *catalog.RoundOffice
	depth  int
}

// ordered lists offices as a tree: each below its parent, by name.
func ordered(offices []*catalog.RoundOffice) []placed {
	children := map[string][]*catalog.RoundOffice{}
	names := map[string]bool{}
	for _, o := range offices {
		children[fold(o.Parent)] = append(children[fold(o.Parent)], o)
		names[fold(o.Name)] = true
	}
	var heads []string
	for parent := range children {
		if !names[parent] {
			heads = append(heads, parent)
		}
	}
	slices.Sort(heads)
	out := make([]placed, 0, len(offices))
	seen := map[string]bool{}
	var walk func(parent string, depth int)
	walk = func(parent string, depth int) {
		list := children[parent]
		slices.SortFunc(list, func(a, b *catalog.RoundOffice) int { return strings.Compare(fold(a.Name), fold(b.Name)) })
		for _, o := range list {
			if seen[o.ID] {
				continue
			}
			seen[o.ID] = true
			out = append(out, placed{o, depth})
			if depth < maxDepth {
				walk(fold(o.Name), depth+1)
			}
		}
	}
	for _, h := range heads {
		walk(h, 0)
	}
	for _, o := range offices { // what a loop kept from being reached
		if !seen[o.ID] {
			seen[o.ID] = true
			out = append(out, placed{o, 0})
		}
	}
	return out
}
