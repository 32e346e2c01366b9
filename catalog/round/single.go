package round

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// Holdings that came by a file stand in no round. They are reviewed and decided
// one by one here; as soon as a round has one, it is decided there.

// Single is a holding of the catalogue in review.
type Single struct {
	*Review
	City vocab.City
	// Lacking are the questions whose answer keeps it from being approved.
	Lacking []*survey.Question
	// InRound is the round that has the holding now, with its id there; nothing else
	// is filled in then.
	InRound, RoundHolding string
	// With is the round in which its office has it to complete, "" for none; Asked
	// says that it was told to.
	With  string
	Asked bool
}

// single finds a holding for somebody who runs its city's survey, with its template.
func (s *Service) single(tx catalog.Tx, by catalog.Actor, id string) (*catalog.Entry, *survey.Template, vocab.City, error) {
	e, err := tx.Entry(id)
	if err != nil {
		return nil, nil, vocab.City{}, err
	}
	if e.Type != catalog.TypeHolding || e.State != catalog.StateActive || !by.IsOfficerOf(e.Owner) {
		return nil, nil, vocab.City{}, absent()
	}
	city, err := cityOf(e.Fields.String("city"))
	if err != nil {
		return nil, nil, city, err
	}
	ref := e.Fields.String("template")
	t := s.known(tx, ref)
	if ref == "" {
		t = survey.Default()
	}
	if t == nil {
		return nil, nil, city, refuse(catalog.KindConflict, "template_unknown", "Der Fragebogen "+ref+" ist hier nicht mehr bekannt; ohne ihn steht nicht fest, welche Antworten öffentlich sind.", "The questionnaire "+ref+" is not known here any more; without it nobody can tell which answers are public.")
	}
	return e, t, city, nil
}

// inRound finds the newest round to which a holding was submitted.
func inRound(tx catalog.Tx, city vocab.City, id string) (round, holding string, err error) {
	r, h, err := findHolding(tx, city, id, false, func(h *catalog.RoundHolding) bool { return h.Entry == id })
	if h == nil {
		return "", "", err
	}
	return r.Name, h.ID, nil
}

// findHolding finds the first holding made of an entry, or from it, that fits in the
// newest of a city's rounds that has one, or of those that are open; both are nil
// where there is none.
func findHolding(tx catalog.Tx, city vocab.City, entry string, open bool, fits func(*catalog.RoundHolding) bool) (*catalog.Round, *catalog.RoundHolding, error) {
	list, err := tx.RoundHoldingsOf(entry)
	if list = slices.DeleteFunc(list, func(h *catalog.RoundHolding) bool { return !fits(h) }); err != nil || len(list) == 0 {
		return nil, nil, err
	}
	rounds, err := tx.Rounds()
	if err != nil {
		return nil, nil, err
	}
	for _, r := range rounds {
		if r.City != city.Name || open && r.State != catalog.RoundOpen {
			continue
		}
		if i := slices.IndexFunc(list, func(h *catalog.RoundHolding) bool { return h.Round == r.ID }); i >= 0 {
			return r, list[i], nil
		}
	}
	return nil, nil, nil
}

// Single shows a holding of the catalogue with everything the reader may see of it.
func (s *Service) Single(ctx context.Context, by catalog.Actor, id string) (*Single, error) {
	out := &Single{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		e, t, city, err := s.single(tx, by, id)
		if err != nil {
			return err
		}
		if out.InRound, out.RoundHolding, err = inRound(tx, city, id); err != nil || out.InRound != "" {
			return err
		}
		office := e.Fields.String("office")
		v := &Review{
			Office: &catalog.RoundOffice{Name: office}, Entry: e, Template: t,
			Holding: &catalog.RoundHolding{ID: e.ID, Entry: e.ID, Title: e.Fields.String("title"), State: e.Fields.String("status")},
		}
		out.Review, out.City = v, city
		level, ok := catalog.LevelOf(by, e)
		if !ok {
			return absent()
		}
		shown := catalog.Fields(e.Fields.Map("answers"))
		v.parts(shown, level)
		f := t.Form(survey.Input{Raw: raw(shown), City: city.Code, Submitted: true})
		if e.Fields.String("outcome") == string(survey.OutcomeIncomplete) {
			out.Lacking = f.Lacking(t)
			if out.With, out.Asked, err = awaited(tx, city, id); err != nil {
				return err
			}
		}
		for _, q := range t.Questions() {
			if q.Visibility == catalog.LevelPublic && len(q.Map) > 0 && f.Applies(q) && shown[q.ID] == nil {
				v.Missing = append(v.Missing, Missing{Question: q})
			}
		}
		v.Describable = shown.String("E_metapub") == "ja"
		if e.Fields.Map("assessment") != nil {
			reuse, err := holding.ReuseIn(tx)
			if err != nil {
				return err
			}
			v.reuse = reuse.Elsewhere(city.Code, shown.String("B_muster"))
			v.Assessment = t.AssessReused(shown, v.reuse)
			v.explain(t, shown)
		}
		history, err := tx.Revisions(e.ID, 0, maxHistory)
		if err != nil {
			return err
		}
		v.Events, v.MayApprove = transitions(history), !entered(history, by)
		if v.Dataset, err = datasetOf(tx, by, e.ID); err != nil {
			return err
		}
		if v.Alike, err = alike(tx, by, e.ID, shown); err != nil {
			return err
		}
		v.Preview = s.preview(tx, t, city, office, e.Owner, shown)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// Lists of holdings that stand in no round.
const (
	SinglesWaiting    = ""
	SinglesIncomplete = "incomplete"
	SinglesApproved   = "approved"
	SinglesPublished  = "published"
)

// singles says which states a list has.
var singles = map[string][]holding.Status{
	SinglesWaiting: {holding.StatusSubmitted}, SinglesIncomplete: {holding.StatusDraft, holding.StatusReturned},
	SinglesApproved: {holding.StatusApproved}, SinglesPublished: {holding.StatusPublished},
}

// MaxSingles bounds a list.
const MaxSingles = 1_000

// Singles lists holdings of the reader's cities that stand in no round, the most
// urgent first.
func (s *Service) Singles(ctx context.Context, by catalog.Actor, which string) ([]*catalog.Entry, error) {
	states, ok := singles[which]
	if !ok {
		return nil, absent()
	}
	out := []*catalog.Entry{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		rounds, err := tx.Rounds()
		if err != nil {
			return err
		}
		taken := map[string]bool{}
		for _, r := range rounds {
			if !by.IsOfficerOf(r.Org) {
				continue
			}
			list, err := tx.RoundHoldings(r.ID, "")
			if err != nil {
				return err
			}
			for _, h := range list {
				taken[h.Entry] = true
			}
		}
		for e, err := range tx.Entries(catalog.EntryFilter{Types: []catalog.Type{catalog.TypeHolding}, States: []catalog.State{catalog.StateActive}}) {
			if err != nil {
				return err
			}
			if by.IsOfficerOf(e.Owner) && !taken[e.ID] && slices.Contains(states, holding.Status(e.Fields.String("status"))) {
				out = append(out, e)
			}
		}
		return nil
	})
	slices.SortStableFunc(out, func(a, b *catalog.Entry) int {
		return cmp.Or(cmp.Compare(Priority(b), Priority(a)), strings.Compare(a.Fields.String("title"), b.Fields.String("title")))
	})
	return out[:min(len(out), MaxSingles)], err
}

// Priority is the one that is kept with a holding.
func Priority(e *catalog.Entry) int {
	switch x := e.Fields.Map("assessment")["priority"].(type) {
	case float64:
		return int(x)
	case int64:
		return int(x)
	case int:
		return x
	}
	return 0
}

// raw are stored answers as somebody would enter them.
func raw(answers catalog.Fields) map[string]any {
	out := make(map[string]any, len(answers))
	for q, v := range answers {
		switch x := v.(type) {
		case string, []string:
			out[q] = x
		case bool:
			out[q] = map[bool]string{true: "ja", false: "nein"}[x]
		case []any:
			out[q] = answers.Strings(q)
		case float64:
			out[q] = strconv.FormatFloat(x, 'f', -1, 64)
		default:
			out[q] = fmt.Sprint(x)
		}
	}
	return out
}

// maxHistory bounds how many states of a holding are looked at.
const maxHistory = 200

// transitions tells from the states of a holding, the newest first, what became of it.
func transitions(history []catalog.Revision) []*catalog.RoundEvent {
	var out []*catalog.RoundEvent
	for i, now := range history {
		from := ""
		if i+1 < len(history) {
			from = history[i+1].Entry.Fields.String("status")
		}
		to := now.Entry.Fields.String("status")
		if from == to {
			continue
		}
		ev := &catalog.RoundEvent{What: "holding", From: from, To: to, At: now.Change.At, By: "user:" + now.Change.Actor, Role: RoleOfficer, Comment: now.Entry.Fields.String("decision")}
		if !catalog.IsID(now.Change.Actor) { // the program, or the command line
			ev.Role = RoleSystem
		}
		out = append(out, ev)
	}
	return out
}

// entered reports whether somebody brought the answers in force: who imported a
// file does not approve it. The command line knows no persons.
func entered(history []catalog.Revision, by catalog.Actor) bool {
	for i, now := range history {
		if i+1 < len(history) && reflect.DeepEqual(now.Entry.Fields["answers"], history[i+1].Entry.Fields["answers"]) {
			continue
		}
		return now.Change.Actor == by.UserID && catalog.IsID(by.UserID)
	}
	return false
}

// decide runs fn on a holding that no round has, and keeps what was said with it.
func (s *Service) decide(ctx context.Context, by catalog.Actor, id string, rev int64, said string, fn func(tx catalog.WriteTx, e *catalog.Entry, t *survey.Template, city vocab.City) error) error {
	if utf8.RuneCountInString(said) > maxText {
		return tooLong()
	}
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		e, t, city, err := s.single(tx, by, id)
		if err != nil {
			return err
		}
		if in, _, err := inRound(tx, city, id); err != nil || in != "" {
			if err == nil {
				err = refuse(catalog.KindConflict, "in_round", "Dieser Datenbestand steht inzwischen in einer Runde und wird dort entschieden. Bitte die Seite neu laden.", "This holding is in a round by now and is decided there. Reload the page.")
			}
			return err
		}
		if rev != 0 && rev != e.Rev {
			return decided()
		}
		if err := s.reg.ChangeIn(tx, elevated(by), e, 0, func(e *catalog.Entry) error {
			e.Fields.Set("decision", said)
			return nil
		}); err != nil {
			return err
		}
		return fn(tx, e, t, city)
	})
}

// DecideSingle approves a submitted holding that no round has. Who imported its
// answers cannot.
func (s *Service) DecideSingle(ctx context.Context, by catalog.Actor, id string, rev int64, comment string, how holding.Decision) ([]catalog.Finding, error) {
	var findings []catalog.Finding
	err := s.decide(ctx, by, id, rev, logged(comment, how), func(tx catalog.WriteTx, e *catalog.Entry, t *survey.Template, city vocab.City) error {
		if holding.Status(e.Fields.String("status")) != holding.StatusSubmitted {
			return decided()
		}
		history, err := tx.Revisions(e.ID, 0, maxHistory)
		if err != nil {
			return err
		}
		if entered(history, by) {
			return fourEyes()
		}
		_, findings, err = s.desk.With(t).ApproveIn(tx, elevated(by), city, e.ID, 0, how)
		return err
	})
	return findings, err
}

// TakeDownSingle takes a published holding that no round has out of the public.
func (s *Service) TakeDownSingle(ctx context.Context, by catalog.Actor, id, reason string) error {
	reason = strings.TrimSpace(reason)
	return s.decide(ctx, by, id, 0, reason, func(tx catalog.WriteTx, e *catalog.Entry, _ *survey.Template, _ vocab.City) error {
		if holding.Status(e.Fields.String("status")) != holding.StatusPublished {
			return notPublished()
		}
		if reason == "" {
			return refuse(catalog.KindInvalid, "text_missing", "Bitte einen Text eingeben.", "Enter a text.")
		}
		return s.desk.TakeDownIn(tx, elevated(by), e.ID)
	})
}
