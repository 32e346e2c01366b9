package round_test

import (
	"testing"

	"trio.example/catalog"
)

func TestConfirm_submitsWhatIsStillRight(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt", "Tiefbauamt")
	for _, title := range []string{"Bäume", "Parks", "Beete"} {
		_, err := w.svc.Approve(ctx, w.second, name, w.submitted(tokens["Gartenamt"], title, with(nil)), 0, "")
		w.must(err)
	}
	w.submitted(tokens["Tiefbauamt"], "Baustellen", with(nil))
	name, tokens = w.begin("Abfrage danach", "Gartenamt", "Tiefbauamt")
	token := tokens["Gartenamt"]
	desk, err := w.svc.Tasks(ctx, nobody, token)
	w.must(err)
	ids := map[string]string{}
	for _, h := range desk.Holdings {
		if !h.Complete || !h.Holding.Changed.IsZero() {
			t.Errorf("%s is filled in: complete %v, changed %s", h.Holding.Title, h.Complete, h.Holding.Changed)
		}
		ids[h.Holding.Title] = h.Holding.ID
	}
	if len(ids) != 3 {
		t.Fatalf("filled in %v", ids)
	}
	w.refused(w.svc.Confirm(ctx, nobody, token, nil), catalog.KindInvalid, "holdings")
	// One that lacks an answer by now is left, the other one submitted.
	w.say(token, ids["Beete"], map[string]any{"B_freq": ""})
	w.refused(w.svc.Confirm(ctx, nobody, token, []string{ids["Beete"], ids["Bäume"]}), catalog.KindInvalid, "missing:B_freq")
	if got := w.holding(ids["Bäume"]).State; got != "publ" {
		t.Errorf("a confirmed one is %s: what was published stays so", got)
	}
	if got := w.holding(ids["Beete"]).State; got != "draft" {
		t.Errorf("one that lacks something is %s", got)
	}
	w.say(token, ids["Beete"], map[string]any{"B_freq": "mon"})
	w.must(w.svc.Confirm(ctx, nobody, token, []string{ids["Beete"], ids["Parks"]}))
	if got := w.state(name, "Gartenamt"); got != catalog.OfficeApproved {
		t.Errorf("the office is %s", got)
	}
	// Another office's holdings are not there.
	w.refused(w.svc.Confirm(ctx, nobody, tokens["Tiefbauamt"], []string{ids["Parks"]}), catalog.KindNotFound, "")
}
