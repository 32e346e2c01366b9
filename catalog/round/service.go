// Package round runs a survey of a city's offices: rounds with their list of
// offices, personal links, answers saved step by step, submission, review and
// approval. What the answers mean is package survey's business, what becomes of
// them package holding's; this package only says who may do what and when, and
// keeps every step.
package round

import (
	"context"
	"fmt"
	"sync"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Service runs rounds over a registry.
type Service struct {
	reg  *catalog.Registry
	desk *holding.Desk

	mu sync.Mutex
	// templates are by round: a round never changes the one it was opened with.
	templates map[string]*survey.Template
	saves     batcher
	// letters is nil where nothing goes out by mail.
	letters Letters
	site    string
	files   Files
}

// New makes a service.
func New(reg *catalog.Registry, desk *holding.Desk) *Service {
	s := &Service{reg: reg, desk: desk, templates: map[string]*survey.Template{}}
	desk.UseTemplates(s.known)
	desk.UseStatus(s.moved)
	return s
}

// known finds the template of answers: among those that are kept, and those that
// rounds were opened with.
func (s *Service) known(tx catalog.Tx, ref string) *survey.Template {
	if id, version, ok := SplitRef(ref); ok {
		if t := survey.BuiltIn(id, version); t != nil {
			return t
		}
		if _, doc, err := tx.Template(id, version); err == nil {
			if t, err := survey.Read(doc, bases(tx)); err == nil {
				return t
			}
		}
	}
	rounds, err := tx.Rounds()
	if err != nil {
		return nil
	}
	for _, r := range rounds {
		if r.Template == ref {
			if t, err := s.template(tx, r.ID); err == nil {
				return t
			}
		}
	}
	return nil
}

// The roles in the log of transitions.
const (
	RoleRespondent = "respondent"
	RoleOfficer    = "data_officer"
	RoleSystem     = "system"
)

// Bounds of what people enter.
const (
	MaxOffices  = 5_000
	MaxHoldings = 500            // of one office
	maxLinks    = 200            // of one office
	maxNotes    = 1_000          // of one office
	maxText     = 4_000          // of a comment, in letters
	maxAnswer   = 32_000         // of one text, in bytes
	maxChoices  = 200            // of one answer
	maxEdits    = 300            // in one step
	grace       = 24 * time.Hour // answers typed while a round is closed are still taken
)

func refuse(kind catalog.Kind, code, de, en string) error {
	return &catalog.Error{Kind: kind, Message: de, Findings: []catalog.Finding{{Severity: catalog.SeverityError, Code: code, Message: catalog.DE(de, en)}}}
}

func denied() error { return catalog.Errorf(catalog.KindDenied, "Access denied") }

func absent() error { return catalog.Errorf(catalog.KindNotFound, "not found") }

// template reads the template a round was opened with; it is parsed once.
func (s *Service) template(tx catalog.Tx, round string) (*survey.Template, error) {
	s.mu.Lock()
	t := s.templates[round]
	s.mu.Unlock()
	if t != nil {
		return t, nil
	}
	doc, err := tx.RoundTemplate(round)
	if err != nil {
		return nil, err
	}
	if t, err = survey.Parse(doc); err != nil {
		return nil, fmt.Errorf("template of a round: %w", err)
	}
	s.mu.Lock()
	s.templates[round] = t
	s.mu.Unlock()
	return t, nil
}

func cityOf(name string) (vocab.City, error) {
	for _, c := range vocab.Cities() {
		if c.Name == name || c.Code == name {
			return c, nil
		}
	}
	return vocab.City{}, refuse(catalog.KindInvalid, "city_unknown", "Diese Stadt gehört nicht zur Kooperation.", "This city does not belong to the cooperation.")
}

// officerIn finds a round for somebody who runs it. For everybody else it is not
// there.
func officerIn(tx catalog.Tx, by catalog.Actor, idOrName string) (*catalog.Round, error) {
	r, err := tx.Round(idOrName)
	if err != nil {
		return nil, err
	}
	if !by.IsOfficerOf(r.Org) {
		return nil, absent()
	}
	return r, nil
}

// officeIn finds an office of a round.
func officeIn(tx catalog.Tx, r *catalog.Round, id string) (*catalog.RoundOffice, error) {
	o, err := tx.RoundOffice(id)
	if err != nil {
		return nil, err
	}
	if o.Round != r.ID {
		return nil, absent()
	}
	return o, nil
}

// elevated lets an officer's approval make organizations and groups where they
// are missing; the log still names the person.
func elevated(by catalog.Actor) catalog.Actor {
	by.Sysadmin = true
	return by
}

func (s *Service) view(ctx context.Context, fn func(catalog.Tx) error) error {
	return s.reg.Store().View(ctx, fn)
}

func (s *Service) update(ctx context.Context, by catalog.Actor, fn func(catalog.WriteTx) error) error {
	_, err := s.reg.Store().Update(ctx, by, fn)
	return err
}

// moved follows a holding whose dataset was opened or closed by hand.
func (s *Service) moved(tx catalog.WriteTx, by catalog.Actor, entry string, to holding.Status) error {
	e, err := tx.Entry(entry)
	if err != nil {
		return err
	}
	city, err := cityOf(e.Fields.String("city"))
	if err != nil {
		return nil // what no city has stands in no round
	}
	name, id, err := inRound(tx, city, entry)
	if err != nil || name == "" {
		return err
	}
	h, err := tx.RoundHolding(id)
	if err != nil || editable(h) || holding.Status(h.State) == holding.StatusSubmitted {
		return err
	}
	return moveHolding(tx, h, to, RoleOfficer, who(by), "")
}

// event notes a transition.
func event(tx catalog.WriteTx, e catalog.RoundEvent) error {
	e.At = tx.Now()
	return tx.AddRoundEvent(&e)
}

// moveOffice sets an office's state and notes it; the office is stored in any case.
func moveOffice(tx catalog.WriteTx, o *catalog.RoundOffice, to, role, by, comment string) error {
	from := o.State
	o.State = to
	if err := tx.PutRoundOffice(o); err != nil || from == to {
		return err
	}
	return event(tx, catalog.RoundEvent{Round: o.Round, Office: o.ID, What: "office", From: from, To: to, Role: role, By: by, Comment: comment})
}

// moveHolding sets a holding's state and notes it.
func moveHolding(tx catalog.WriteTx, h *catalog.RoundHolding, to holding.Status, role, by, comment string) error {
	from := h.State
	h.State = string(to)
	if err := tx.PutRoundHolding(h); err != nil || from == h.State {
		return err
	}
	return event(tx, catalog.RoundEvent{Round: h.Round, Office: h.Office, Holding: h.ID, What: "holding", From: from, To: h.State, Role: role, By: by, Comment: comment})
}

// settle brings an office's state in line with its holdings.
func settle(tx catalog.WriteTx, o *catalog.RoundOffice, role, by string) error {
	list, err := tx.RoundHoldings(o.Round, o.ID)
	if err != nil {
		return err
	}
	return moveOffice(tx, o, stateOf(o, list), role, by, "")
}

// stateOf is the state of an office that follows from its holdings.
func stateOf(o *catalog.RoundOffice, list []*catalog.RoundHolding) string {
	count := map[holding.Status]int{}
	for _, h := range list {
		count[holding.Status(h.State)]++
	}
	done := count[holding.StatusApproved] + count[holding.StatusPublished] + count[holding.StatusWithdrawn]
	switch {
	case o.State == catalog.OfficeNone && len(list) == 0:
		return catalog.OfficeNone
	case count[holding.StatusReturned] > 0:
		return catalog.OfficeReturned
	case len(list) == 0 || count[holding.StatusDraft] > 0:
		if o.Changed.IsZero() { // nothing was entered yet
			if o.Opened.IsZero() {
				return o.State
			}
			return catalog.OfficeOpened
		}
		return catalog.OfficeDraft
	case done == len(list):
		return catalog.OfficeApproved
	default:
		return catalog.OfficeSubmitted
	}
}
