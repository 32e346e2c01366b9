package job

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// Mailer sends a message to mailboxes.
type Mailer interface {
	Send(ctx context.Context, to []string, subject, text string) error
}

// SetMailer says who sends mail; without it only webhooks are told.
func (e *Engine) SetMailer(m Mailer) { e.mailer = m }

// The occasions on which somebody is told.
const (
	noticeFailed  = "failed"
	noticeHeld    = "held"
	noticePartial = "partial"
	noticeUnusual = "unusual" // it changed much at once
	noticeAgain   = "recovered"
)

// notice is what a webhook gets. Text is a sentence, under the name that chat
// programs show.
type notice struct {
	Text    string         `json:"text"`
	Event   string         `json:"event"`
	Source  string         `json:"source"`
	Job     string         `json:"job"`
	State   string         `json:"state"`
	Outcome string         `json:"outcome,omitempty"`
	Reason  string         `json:"reason,omitempty"`
	Counts  map[string]int `json:"counts"`
}

// occasion says why somebody should be told of a run, "" for nothing.
func occasion(job, before *catalog.HarvestJob) string {
	const few, share = 10, 5
	changed := job.Counts[catalog.HarvestAdd] + job.Counts[catalog.HarvestUpdate] + job.Counts[catalog.HarvestDelete]
	switch {
	case job.Preview:
		return ""
	case job.State == catalog.HarvestHeld:
		return noticeHeld
	case job.Outcome == catalog.HarvestFailed:
		return noticeFailed
	case job.Outcome == catalog.HarvestPartial:
		return noticePartial
	case before != nil && (before.Outcome == catalog.HarvestFailed || before.State == catalog.HarvestHeld):
		return noticeAgain
	case job.Known > 0 && changed > max(few, job.Known/share):
		return noticeUnusual
	}
	return ""
}

// tell informs whom a source names. A message that does not arrive is logged and
// nothing else: the harvest does not depend on it.
func (e *Engine) tell(ctx context.Context, src *catalog.HarvestSource, job *catalog.HarvestJob) {
	if len(src.Notify) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	var before *catalog.HarvestJob
	err := e.reg.Store().View(ctx, func(tx catalog.Tx) error {
		const most = 10
		list, err := tx.HarvestJobs(src.ID, false, most)
		for _, j := range list {
			if before == nil && j.ID != job.ID && !j.Preview && j.Created.Before(job.Created) {
				before = j
			}
		}
		return err
	})
	event := occasion(job, before)
	if err != nil || event == "" {
		return
	}
	n := notice{Text: sentence(src, job, event), Event: event, Source: src.Name, Job: job.ID, State: job.State, Outcome: job.Outcome, Reason: job.Reason, Counts: job.Counts}
	var boxes []string
	for _, to := range src.Notify {
		if !strings.HasPrefix(to, "http://") && !strings.HasPrefix(to, "https://") {
			boxes = append(boxes, strings.TrimPrefix(to, "mailto:"))
			continue
		}
		if err := e.hook(ctx, to, n); err != nil {
			// Addresses of webhooks hold secrets, and errors hold addresses.
			slog.Warn("harvest: a webhook did not take the message", "source", src.Name, "host", hostOf(to), "status", fetch.Status(err))
		}
	}
	switch {
	case len(boxes) == 0:
	case e.mailer == nil:
		slog.Warn("harvest: no mail is set up", "source", src.Name)
	default:
		if err := e.mailer.Send(ctx, boxes, "Abgleich "+src.Name+": "+title(event), n.Text); err != nil {
			slog.Warn("harvest: mail was not sent", "source", src.Name, "error", err)
		}
	}
}

func hostOf(address string) string {
	if u, err := url.Parse(address); err == nil {
		return u.Hostname()
	}
	return ""
}

func title(event string) string {
	return map[string]string{noticeFailed: "gescheitert", noticeHeld: "angehalten", noticePartial: "unvollständig", noticeUnusual: "ungewöhnlich viele Änderungen", noticeAgain: "wieder in Ordnung"}[event]
}

func sentence(src *catalog.HarvestSource, job *catalog.HarvestJob, event string) string {
	text := fmt.Sprintf("Der Abgleich mit der Quelle %s ist %s", src.Name, title(event))
	if event == noticeUnusual {
		text = fmt.Sprintf("Der Abgleich mit der Quelle %s brachte ungewöhnlich viele Änderungen", src.Name)
	}
	text += fmt.Sprintf(": %d neu, %d geändert, %d gelöscht, %d unverändert, %d fehlerhaft.", job.Counts[catalog.HarvestAdd], job.Counts[catalog.HarvestUpdate], job.Counts[catalog.HarvestDelete], job.Counts[catalog.HarvestSame], job.Counts[catalog.HarvestError])
	if job.Reason != "" {
		text += " " + job.Reason
	}
	next := "trio harvest report " + job.ID
	if event == noticeHeld {
		next = "trio harvest release " + job.ID
	}
	return text + " Weiter: " + next
}

// hook posts a notice. Only operators name webhooks, so one in their own network
// is asked too.
func (e *Engine) hook(ctx context.Context, address string, n notice) error {
	body, err := json.Marshal(n)
	if err != nil {
		return err
	}
	lim := e.limits
	lim.Tries, lim.Wait, lim.Whole = 2, 10*time.Second, 20*time.Second
	client := fetch.New(fetch.Options{Agent: e.agent, Limits: lim, Base: address, Inside: true, Pause: new(time.Duration)})
	defer client.Close()
	_, err = client.Post(ctx, address, "application/json", body, "*/*", nil)
	if code := fetch.Status(err); code >= 200 && code < 300 {
		return nil // taken without a word
	}
	return err
}
