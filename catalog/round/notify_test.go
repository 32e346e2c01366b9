package round_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
)

// box keeps the letters that an outbox would send.
type box struct{ drafts []mail.Draft }

func (b *box) Put(_ catalog.WriteTx, d mail.Draft) error { b.drafts = append(b.drafts, d); return nil }
func (b *box) Wake()                                     {}
func (b *box) Way() (string, bool)                       { return "", true }

// kinds counts the letters by kind.
func (b *box) kinds() map[string]int {
	out := map[string]int{}
	for _, d := range b.drafts {
		out[d.Kind]++
	}
	return out
}

func TestReturn_tellsTheOffice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	letters := &box{}
	w.svc.UseLetters(letters, "https://daten.example.org")
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	id := w.submitted(token, "Baumkataster", with(nil))
	w.now = time.Now().UTC().Truncate(time.Microsecond)
	w.must(w.svc.Ask(ctx, w.officer, name, id, "B_desc", "Eine Frage mit Kim Quarzperson darin"))
	w.must(w.svc.Return(ctx, w.officer, name, id, "Bitte ergänzen, Kim Quarzperson"))
	if got := letters.kinds(); got["surveyquestion"] != 1 || len(letters.drafts) != 1 {
		t.Fatalf("a question and a return at once: %v", got)
	}
	d := letters.drafts[0]
	if d.To != "stelle@stadt.example" || strings.Contains(fmt.Sprint(d), "Quarzperson") {
		t.Errorf("the letter: %+v", d)
	}
	// The link lets in, beside the one that was there.
	for _, link := range []string{token, d.Values.Link[strings.LastIndex(d.Values.Link, "/")+1:]} {
		desk, err := w.svc.Tasks(ctx, nobody, link)
		w.must(err)
		if desk.Office.Name != "Gartenamt" || len(desk.Holdings) != 1 {
			t.Errorf("the link leads to %+v", desk.Office)
		}
	}
	w.must(w.svc.Submit(ctx, nobody, token, id))
	w.now = w.now.Add(2 * time.Hour)
	w.must(w.svc.Return(ctx, w.officer, name, id, "Noch etwas"))
	if got := letters.kinds(); got["surveyquestion"] != 2 {
		t.Errorf("two hours later: %v", got)
	}
	// What is refused tells nobody.
	w.refused(w.svc.Return(ctx, w.officer, name, id, "zweimal"), catalog.KindConflict, "")
	if len(letters.drafts) != 2 {
		t.Errorf("%d letters", len(letters.drafts))
	}
}

func TestRemindDue_onceForEachMoment(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	letters := &box{}
	w.svc.UseLetters(letters, "https://daten.example.org")
	start := time.Now().UTC().Truncate(time.Microsecond)
	w.now = start
	name, tokens := w.begin("Abfrage", "Gartenamt", "Tiefbauamt")
	id := w.submitted(tokens["Gartenamt"], "Baumkataster", with(nil)) // has answered
	deadline := start.Add(20 * 24 * time.Hour)
	w.must(w.svc.SetDeadline(ctx, w.officer, name, deadline))
	due := func(at time.Time, want int) {
		t.Helper()
		w.now = at
		n, err := w.svc.RemindDue(ctx, catalog.System("test"), at)
		w.must(err)
		if n != want {
			t.Errorf("%s after the start: %d letters, want %d", at.Sub(start), n, want)
		}
	}
	day := 24 * time.Hour
	due(deadline.Add(-7*day), 0) // nobody asked for it
	w.must(w.svc.SetReminding(ctx, w.officer, name, true))
	due(start.Add(day), 0)
	due(deadline.Add(-7*day), 1)
	due(deadline.Add(-7*day+time.Hour), 0) // that moment is over
	due(deadline.Add(-3*day), 0)
	// An office that somebody reminded shortly before is spared.
	w.now = deadline
	_, err := w.svc.RemindByMail(ctx, w.officer, name, nil)
	w.must(err)
	due(deadline.Add(10*time.Hour), 0)
	// A new deadline has moments of its own; one that passed long ago does not come back.
	deadline = deadline.Add(30 * day)
	w.must(w.svc.SetDeadline(ctx, w.officer, name, deadline))
	due(deadline.Add(-7*day), 1)
	due(deadline.Add(12*day), 0)
	w.must(w.svc.SetDeadline(ctx, w.officer, name, deadline.Add(30*day)))
	w.must(w.svc.SetState(ctx, w.officer, name, catalog.RoundClosed))
	due(deadline.Add(23*day), 0)
	if got := letters.kinds(); got["surveyreminder"] != 3 || len(letters.drafts) != 3 {
		t.Errorf("letters %v", got)
	}
	if w.holding(id).State != "subm" {
		t.Error("reminding changed a holding")
	}
	w.refused(w.svc.SetReminding(ctx, catalog.Actor{UserID: catalog.NewID()}, name, false), catalog.KindNotFound, "")
}
