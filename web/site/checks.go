package site

import (
	"strings"

	"trio.example/catalog/round"
)

// checksView lists what waits for special checks.
type checksView struct{ Tasks []checkTask }

type checkTask struct {
	ID, Round, RoundTitle, Queue, QueueTitle string
	Title, Office                            string
	Replies                                  []replyView
	Question                                 string
	Answers                                  []choice
}

func (r *request) checks() error {
	list, err := r.cfg.Rounds.CheckTasks(r.ctx, r.by)
	if err != nil {
		return err
	}
	v := checksView{}
	for _, x := range list {
		t := checkTask{ID: x.Holding, Round: x.Round.Name, RoundTitle: x.Round.Title, Queue: x.Queue, QueueTitle: r.t.Get("inbox.queue." + x.Queue), Title: x.Title, Office: x.Office, Question: x.Question.Label.In(r.lang)}
		for _, rep := range x.Replies {
			t.Replies = append(t.Replies, replyView{Label: rep.Question.Label.In(r.lang), Text: rep.Text.In(r.lang)})
		}
		for _, o := range x.Answers {
			t.Answers = append(t.Answers, choice{Value: o.Code, Label: o.Label.In(r.lang)})
		}
		v.Tasks = append(v.Tasks, t)
	}
	title := r.t.Get("check.title")
	return r.person("survey-checks", &page{Title: title, Path: "/survey/checks", Nav: "survey", Crumbs: []link{{r.t.Get("nav.start"), r.local("/")}, {Label: title}}, Body: v})
}

func (r *request) checkAnswer() error {
	if err := r.cfg.Rounds.AnswerCheck(r.ctx, r.by, r.form("round"), r.form("holding"), r.form("queue"), r.form("answer"), r.form("comment")); err != nil {
		return r.again(err, r.checks)
	}
	return r.see("/survey/checks", "saved")
}

func (r *request) roundReviewers() error {
	for _, queue := range []string{round.QueuePrivacy, round.QueueArchive} {
		names := strings.FieldsFunc(r.form(queue), func(c rune) bool { return c == ',' || c == ';' || c == ' ' })
		if err := r.cfg.Rounds.SetReviewers(r.ctx, r.by, r.c.Param("round"), queue, names); err != nil {
			return r.again(err, r.round)
		}
	}
	return r.see(r.roundPath(), "saved")
}
