package round

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// Files are the raw files of imports.
type Files interface{ Remove(sum string) error }

// UseFiles tells where raw files lie.
func (s *Service) UseFiles(f Files) { s.files = f }

// Whom says whose contact data are to be forgotten: of an office, or of one
// person by name, e-mail or telephone number as it was written.
type Whom struct {
	City, Office, Contact string
}

// Forgotten says what was removed.
type Forgotten struct {
	Holdings  int `json:"holdings"`
	Revisions int `json:"revisions"`
	Answers   int `json:"answers"` // of rounds, all revisions
	Mails     int `json:"mails"`
	Reports   int `json:"reports"`
	Files     int `json:"files"`
	// Datasets were rewritten with all their revisions.
	Datasets int `json:"datasets"`
	// Findings name datasets that mention the person and are others' to change.
	Findings []catalog.Finding `json:"findings"`

	listed bool // an office's entry in a list was cleaned
}

// Forget removes contacts of persons for good and everywhere: from holdings and
// all their revisions, from the datasets made of them, from the answers and lists
// of rounds, from the outbox, from reports of imports, and with the raw files they
// stand in.
func (s *Service) Forget(ctx context.Context, by catalog.Actor, whom Whom) (*Forgotten, error) {
	city, err := cityOf(whom.City)
	if err != nil {
		return nil, err
	}
	whom.City, whom.Office, whom.Contact = city.Name, strings.TrimSpace(whom.Office), strings.TrimSpace(whom.Contact)
	if whom.Office == "" && len(whom.Contact) < 3 {
		return nil, refuse(catalog.KindInvalid, "whom", "Bitte eine Dienststelle oder eine Person (Name, E-Mail, Telefon) angeben.", "Name an office or a person (name, e-mail, telephone).")
	}
	out := &Forgotten{}
	var sums []string
	err = s.update(ctx, by, func(tx catalog.WriteTx) error {
		*out, sums = Forgotten{Findings: []catalog.Finding{}}, nil
		ok, err := officerOfCity(tx, by, city.Code)
		if err != nil {
			return err
		}
		if !ok {
			return denied()
		}
		f := &forgetting{s: s, tx: tx, whom: whom, out: out, said: map[string]bool{}, mailboxes: map[string]bool{}, touched: map[string]bool{}}
		if whom.Contact != "" {
			f.said[whom.Contact] = true
		}
		if err := f.holdings(f.contacts); err != nil {
			return err
		}
		if err := f.rounds(func(r *catalog.Round, t *survey.Template, o *catalog.RoundOffice) error {
			return f.office(r, t, o, who(by))
		}); err != nil {
			return err
		}
		if err := f.texts(by); err != nil {
			return err
		}
		if err := f.mails(by); err != nil {
			return err
		}
		sums, err = f.imports()
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := s.removeFiles(sums); err != nil {
		return out, err
	}
	if out.empty() {
		return out, nil
	}
	return out, s.reg.Store().Compact(ctx)
}

// empty reports that nothing was found.
func (o *Forgotten) empty() bool {
	return !o.listed && o.Holdings+o.Revisions+o.Answers+o.Mails+o.Reports+o.Files+o.Datasets == 0
}

func (s *Service) removeFiles(sums []string) error {
	if s.files == nil {
		return nil
	}
	for _, sum := range sums {
		if err := s.files.Remove(sum); err != nil {
			return err
		}
	}
	return nil
}

type forgetting struct {
	s    *Service
	tx   catalog.WriteTx
	whom Whom
	out  *Forgotten
	said map[string]bool // what was removed, to look for it elsewhere
	// mailboxes are addresses that belong to no person, in lower case.
	mailboxes map[string]bool
	touched   map[string]bool // holdings that were counted
	slugs     []string        // names of persons as they stand in addresses
}

// personal lists the questions whose answers are contacts of persons.
func personal(t *survey.Template) []string {
	var out []string
	for _, q := range t.Questions() {
		if q.Personal {
			out = append(out, q.ID)
		}
	}
	return out
}

// meant reports whether answers are of those to be forgotten.
func (f *forgetting) meant(office string, answers map[string]any, questions []string) bool {
	if f.whom.Office != "" && fold(office) == fold(f.whom.Office) {
		return true
	}
	for _, q := range questions {
		if v, ok := answers[q].(string); ok && f.whom.Contact != "" && strings.EqualFold(strings.TrimSpace(v), f.whom.Contact) {
			return true
		}
	}
	return false
}

// holdings lets change rewrite every state of the city's holdings.
func (f *forgetting) holdings(change func(e *catalog.Entry, t *survey.Template) bool) error {
	ids, err := f.tx.EntryIDs(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, Source: holding.Source(f.whom.City)})
	if err != nil {
		return err
	}
	for _, id := range ids {
		n, err := f.tx.EraseIn(id, func(e *catalog.Entry) bool {
			t := f.s.known(f.tx, e.Fields.String("template"))
			if t == nil {
				t = survey.Default()
			}
			return change(e, t)
		})
		if err != nil {
			return err
		}
		if n > 0 && !f.touched[id] {
			f.touched[id] = true
			f.out.Holdings++
		}
		f.out.Revisions += n
	}
	return nil
}

// contacts removes the answers that are contacts, and notes what they said.
func (f *forgetting) contacts(e *catalog.Entry, t *survey.Template) bool {
	answers, questions := e.Fields.Map("answers"), personal(t)
	f.keepMailboxes(t, answers)
	if !f.meant(e.Fields.String("office"), answers, questions) {
		return false
	}
	erased := false
	for _, q := range questions {
		if v, ok := answers[q]; ok {
			if s, ok := v.(string); ok {
				f.said[s] = true
			}
			delete(answers, q)
			erased = true
		}
	}
	return erased
}

// keepMailboxes notes the addresses that are answers and belong to no person.
func (f *forgetting) keepMailboxes(t *survey.Template, answers map[string]any) {
	for _, q := range t.Questions() {
		if s, ok := answers[q.ID].(string); ok && q.Type == "email" && !q.Personal {
			f.mailboxes[strings.ToLower(s)] = true
		}
	}
}

func (f *forgetting) rounds(do func(*catalog.Round, *survey.Template, *catalog.RoundOffice) error) error {
	rounds, err := f.tx.Rounds()
	if err != nil {
		return err
	}
	for _, r := range rounds {
		if r.City != f.whom.City {
			continue
		}
		t, err := f.s.template(f.tx, r.ID)
		if err != nil {
			return err
		}
		offices, err := f.tx.RoundOffices(r.ID)
		if err != nil {
			return err
		}
		for _, o := range offices {
			if err := do(r, t, o); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f *forgetting) office(r *catalog.Round, t *survey.Template, o *catalog.RoundOffice, by string) error {
	questions := personal(t)
	now, err := load(f.tx, o.ID, "")
	if err != nil {
		return err
	}
	answers := map[string]any{}
	for id, a := range now {
		answers[id] = Decode(a.Value)
	}
	f.keepMailboxes(t, answers)
	hit := f.meant(o.Name, answers, questions) || f.whom.Contact != "" && strings.EqualFold(o.Email, f.whom.Contact)
	if err := f.earlier(o, now, questions, hit); err != nil || !hit {
		return err
	}
	if o.Email != "" {
		f.said[o.Email] = true
	}
	f.out.listed = true
	n, err := eraseOffice(f.tx, r, t, o, by)
	f.out.Answers += n
	return err
}

// term is how long an answer stood.
type term struct {
	said     string
	from, to time.Time // to is zero while it stands
}

func (t term) overlaps(o term) bool {
	return (o.to.IsZero() || t.from.Before(o.to)) && (t.to.IsZero() || o.from.Before(t.to))
}

// earlier notes what an office said of its contacts in all revisions: everything
// where all of it goes, else what stood beside the person who is meant. Whoever
// came after is left alone.
func (f *forgetting) earlier(o *catalog.RoundOffice, now Answers, questions []string, all bool) error {
	var terms []term
	for _, q := range questions {
		a := now[q]
		var to time.Time
		for a != nil {
			if s, ok := Decode(a.Value).(string); ok {
				terms = append(terms, term{said: s, from: a.At, to: to})
			}
			to = a.At
			if a.Rev <= 1 {
				break
			}
			old, err := f.tx.RoundAnswer(o.ID, "", q, a.Rev-1)
			if err != nil && catalog.KindOf(err) != catalog.KindNotFound {
				return err
			}
			a = old
		}
	}
	for _, t := range terms {
		beside := all || slices.ContainsFunc(terms, func(o term) bool {
			return f.whom.Contact != "" && strings.EqualFold(strings.TrimSpace(o.said), f.whom.Contact) && t.overlaps(o)
		})
		if beside {
			f.said[t.said] = true
		}
	}
	return nil
}

// eraseOffice removes the contacts of an office of a round.
func eraseOffice(tx catalog.WriteTx, r *catalog.Round, t *survey.Template, o *catalog.RoundOffice, by string) (int, error) {
	erased, err := tx.EraseRoundAnswers(o.ID, personal(t))
	if err != nil {
		return 0, err
	}
	o.Email = ""
	if err := tx.PutRoundOffice(o); err != nil {
		return 0, err
	}
	links, err := tx.RoundLinks(o.ID)
	if err != nil {
		return 0, err
	}
	for _, l := range links {
		if l.Label == "" {
			continue
		}
		l.Label = ""
		if err := tx.PutRoundLink(l); err != nil {
			return 0, err
		}
	}
	return erased, event(tx, catalog.RoundEvent{Round: r.ID, Office: o.ID, What: "contacts", To: "erased", Role: RoleOfficer, By: by})
}

// mails removes letters: of a city's officer those of the city's rounds, because
// what others write to the same address, such as a way back into an account, is
// not theirs to stop.
func (f *forgetting) mails(by catalog.Actor) error {
	var rounds []string
	if !by.Sysadmin {
		all, err := f.tx.Rounds()
		if err != nil {
			return err
		}
		for _, r := range all {
			if r.City == f.whom.City {
				rounds = append(rounds, r.ID)
			}
		}
		if rounds == nil { // without one it would be all
			return nil
		}
	}
	for s := range f.said {
		if !survey.Mailbox(s) {
			continue
		}
		n, err := f.tx.DeleteMailsTo(s, rounds...)
		if err != nil {
			return err
		}
		f.out.Mails += n
	}
	return nil
}

// imports cleans reports and lists the raw files that have to go: those of the
// city, when anything of a person was found at all. They are kept for a while
// only, and nobody can take a line out of a signed or packed file.
func (f *forgetting) imports() ([]string, error) {
	list, err := f.tx.Imports(1_000_000)
	if err != nil {
		return nil, err
	}
	var sums []string
	for _, im := range list {
		if im.Source != holding.Source(f.whom.City) {
			continue
		}
		report := im.Report
		for s := range f.said {
			quoted, err := json.Marshal(s)
			if err != nil || len(s) < 3 {
				continue
			}
			report = bytes.ReplaceAll(report, quoted[1:len(quoted)-1], []byte(struck))
		}
		changed := !bytes.Equal(report, im.Report)
		if changed {
			f.out.Reports++
			im.Report = report
		}
		if im.Removed.IsZero() {
			public, err := uploaded(f.tx, im.SHA256)
			if err != nil {
				return nil, err
			}
			if !public {
				sums = append(sums, im.SHA256)
				f.out.Files++
			}
			im.Removed, changed = f.tx.Now(), true
		}
		if changed {
			if err := f.tx.AmendImport(im); err != nil {
				return nil, err
			}
		}
	}
	return sums, nil
}

// uploaded reports whether somebody also uploaded the same content as a file of
// a dataset; that one stays.
func uploaded(tx catalog.Tx, sum string) (bool, error) {
	for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeDataset}}) {
		if err != nil {
			return false, err
		}
		for _, p := range e.Parts {
			if p.Fields.Map("upload")["sum"] == sum {
				return true, nil
			}
		}
	}
	return false, nil
}

// PurgeUploads removes raw files of imports that are older than a time; reports
// stay. It returns how many there were.
func (s *Service) PurgeUploads(ctx context.Context, by catalog.Actor, before time.Time) (int, error) {
	var sums []string
	err := s.update(ctx, by, func(tx catalog.WriteTx) error {
		sums = nil
		if !by.Sysadmin {
			return denied()
		}
		list, err := tx.Imports(1_000_000)
		if err != nil {
			return err
		}
		for _, im := range list {
			if !im.Removed.IsZero() || !strings.HasPrefix(im.Source, holding.Source("")) || !im.At.Before(before) {
				continue
			}
			public, err := uploaded(tx, im.SHA256)
			if err != nil {
				return fmt.Errorf("raw file %.12s: %w", im.SHA256, err)
			}
			if !public {
				sums = append(sums, im.SHA256)
			}
			im.Removed = tx.Now()
			if err := tx.AmendImport(im); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return len(sums), s.removeFiles(sums)
}
