package round

import (
	"context"
	"slices"
	"strings"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/survey"
)

// RoleReviewer is who answers a special check: data protection, the archive.
const RoleReviewer = "reviewer"

// check is one special check: the question it answers, the answer that waits for
// it, and the answers a reviewer may give.
type check struct {
	question, waits string
	answers         []string
	sections        []string // what a reviewer reads for it
}

var checks = map[string]check{
	QueuePrivacy: {"E_dpo", "pend", []string{"clear", "obj", "na"}, []string{"B", "C", "E"}},
	QueueArchive: {"F_archive", "off", []string{"ja", "nein"}, []string{"B", "C", "F"}},
}

// SetReviewers names the accounts that answer a special check of a round.
func (s *Service) SetReviewers(ctx context.Context, by catalog.Actor, idOrName, queue string, names []string) error {
	if _, ok := checks[queue]; !ok {
		return absent()
	}
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		var ids []string
		for _, n := range names {
			if n = strings.TrimSpace(n); n == "" {
				continue
			}
			u, err := tx.User(n)
			if err != nil || u.State != catalog.StateActive {
				return refuse(catalog.KindInvalid, "reviewer_unknown", "Ein Konto „"+n+"“ gibt es nicht.", "There is no account “"+n+"”.")
			}
			ids = append(ids, u.ID)
		}
		if len(ids) > maxReviewers {
			return tooMany()
		}
		if r.Reviewers == nil {
			r.Reviewers = map[string][]string{}
		}
		r.Reviewers[queue] = ids
		if err := rewrite(tx, r); err != nil {
			return err
		}
		return event(tx, catalog.RoundEvent{Round: r.ID, What: "reviewers", To: queue, Role: RoleOfficer, By: who(by)})
	})
}

const maxReviewers = 50

// ReviewerNames are the accounts that answer the checks of a round.
func (s *Service) ReviewerNames(ctx context.Context, by catalog.Actor, idOrName string) (map[string][]string, error) {
	out := map[string][]string{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		r, err := officerIn(tx, by, idOrName)
		if err != nil {
			return err
		}
		for queue, ids := range r.Reviewers {
			for _, id := range ids {
				if u, err := tx.User(id); err == nil {
					out[queue] = append(out[queue], u.Name)
				}
			}
		}
		return nil
	})
	return out, err
}

// CheckTask is a holding that waits for a special check.
type CheckTask struct {
	Round         *catalog.Round
	Holding       string // in the round
	Queue         string
	Title, Office string
	Question      *survey.Question
	Template      *survey.Template
	// Replies are the answers a reviewer reads: no contacts of persons.
	Replies []Reply
	Answers []survey.Option
}

func reviews(r *catalog.Round, by catalog.Actor, queue string) bool {
	return !by.IsAnonymous() && (by.IsOfficerOf(r.Org) || slices.Contains(r.Reviewers[queue], by.UserID))
}

// CheckTasks lists what waits for the special checks of the actor. Who answers
// no check has no such list.
func (s *Service) CheckTasks(ctx context.Context, by catalog.Actor) ([]CheckTask, error) {
	out := []CheckTask{}
	err := s.view(ctx, func(tx catalog.Tx) error {
		rounds, err := tx.Rounds()
		if err != nil {
			return err
		}
		mine := false
		for _, r := range rounds {
			for _, queue := range []string{QueuePrivacy, QueueArchive} {
				if !reviews(r, by, queue) {
					continue
				}
				mine = true
				list, err := s.checkTasks(tx, r, queue)
				if err != nil {
					return err
				}
				out = append(out, list...)
			}
		}
		if !mine {
			return absent()
		}
		return nil
	})
	return out, err
}

func (s *Service) checkTasks(tx catalog.Tx, r *catalog.Round, queue string) ([]CheckTask, error) {
	t, err := s.template(tx, r.ID)
	if err != nil {
		return nil, err
	}
	c := checks[queue]
	q := t.Question(c.question)
	list, err := tx.RoundHoldings(r.ID, "")
	if err != nil || q == nil {
		return nil, err
	}
	var out []CheckTask
	for _, h := range list {
		if holding.Status(h.State) != holding.StatusSubmitted {
			continue
		}
		e, err := entryOf(tx, h)
		if err != nil {
			return nil, err
		}
		answers := catalog.Fields(e.Fields.Map("answers"))
		if answers.String(c.question) != c.waits {
			continue
		}
		x := CheckTask{Round: r, Holding: h.ID, Queue: queue, Title: h.Title, Office: e.Fields.String("office"), Question: q, Template: t}
		for _, sec := range c.sections {
			s := t.Section(sec)
			if s == nil {
				continue
			}
			for i := range s.Questions {
				x.reply(&s.Questions[i], answers)
			}
		}
		for _, code := range c.answers {
			if o := t.Option(q.Options, code); o != nil {
				x.Answers = append(x.Answers, *o)
			}
		}
		out = append(out, x)
	}
	return out, nil
}

func (x *CheckTask) reply(q *survey.Question, answers catalog.Fields) {
	if v, ok := answers[q.ID]; ok && !q.Personal && q.Visibility != catalog.LevelRestricted && !q.System {
		x.Replies = append(x.Replies, Reply{Question: q, Value: v, Text: x.Template.Say(q, answers)})
	}
}

// AnswerCheck gives a special check's answer. It becomes an answer of the
// holding, which is judged anew; date, account and remark stand in the log.
func (s *Service) AnswerCheck(ctx context.Context, by catalog.Actor, idOrName, holdingID, queue, answer, comment string) error {
	c, ok := checks[queue]
	if !ok || !slices.Contains(c.answers, answer) {
		return refuse(catalog.KindInvalid, "check_answer", "Bitte eine der Antworten auswählen.", "Choose one of the answers.")
	}
	if comment = strings.TrimSpace(comment); len([]rune(comment)) > maxText {
		return tooLong()
	}
	return s.update(ctx, by, func(tx catalog.WriteTx) error {
		r, err := tx.Round(idOrName)
		if err != nil {
			return err
		}
		h, err := tx.RoundHolding(holdingID)
		if err != nil {
			return err
		}
		if h.Round != r.ID || !reviews(r, by, queue) {
			return absent()
		}
		if holding.Status(h.State) != holding.StatusSubmitted {
			return decided()
		}
		t, err := s.template(tx, r.ID)
		if err != nil {
			return err
		}
		e, err := tx.Entry(h.Entry)
		if err != nil {
			return err
		}
		if err := s.putCheck(tx, by, t, e, c.question, answer); err != nil {
			return err
		}
		have, err := load(tx, h.Office, h.ID)
		if err != nil {
			return err
		}
		rev := int64(0)
		if old := have[c.question]; old != nil {
			rev = old.Rev
		}
		value, err := encode(answer)
		if err != nil {
			return err
		}
		if err := tx.AddRoundAnswer(&catalog.RoundAnswer{Office: h.Office, Holding: h.ID, Question: c.question, Rev: rev + 1, Value: value, At: tx.Now(), By: who(by)}); err != nil {
			return err
		}
		return event(tx, catalog.RoundEvent{Round: r.ID, Office: h.Office, Holding: h.ID, What: "check", From: c.waits, To: answer, Role: RoleReviewer, By: who(by), Comment: comment})
	})
}

func (s *Service) putCheck(tx catalog.WriteTx, by catalog.Actor, t *survey.Template, e *catalog.Entry, question, answer string) error {
	reuse, err := holding.ReuseIn(tx)
	if err != nil {
		return err
	}
	return s.reg.ChangeIn(tx, elevated(by), e, 0, func(e *catalog.Entry) error {
		answers := catalog.Fields(e.Fields.Map("answers")).Clone()
		answers.Set(question, answer)
		e.Fields.Set("answers", map[string]any(answers))
		e.Fields.Set("assessment", t.AssessReused(answers, reuse.Elsewhere(e.Fields.String("city"), answers.String("B_muster"))).Fields())
		return nil
	})
}
