package round_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/round"
)

// TestSendBack_incompleteHoldingsGoToTheirOffice: with one step, in the round that
// runs or in one that is opened for it; the office finds its answers and what lacks.
func TestSendBack_incompleteHoldingsGoToTheirOffice(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	whole := w.fromFile(w.officer, "GA-0", nil)
	first, second := w.fromFile(w.officer, "GA-1", map[string]any{"B_freq": "", "C_system": ""}), w.fromFile(w.officer, "GA-2", map[string]any{"B_freq": ""})
	_, err := w.svc.SendBack(ctx, w.officer, whole, "")
	w.refused(err, catalog.KindConflict, "decided")
	_, err = w.svc.SendBack(ctx, nobody, first, "")
	if catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("somebody sends a holding back: %v", err)
	}
	out, err := w.svc.SendBack(ctx, w.officer, first, "Danke!")
	w.must(err)
	if out.Invitation == nil || !strings.HasPrefix(out.Round.Title, "Nachträge ") || out.Office.Name != "Gartenamt" || out.Office.Email != "kim@stadt.example" {
		t.Fatalf("it went to %+v %+v", out.Round, out.Office)
	}
	v, err := w.svc.Single(ctx, w.officer, first)
	w.must(err)
	if v.With != out.Round.Name {
		t.Errorf("the holding is said to be with %q", v.With)
	}
	_, err = w.svc.SendBack(ctx, w.officer, first, "")
	w.refused(err, catalog.KindConflict, "in_round")
	again, err := w.svc.SendBack(ctx, w.officer, second, "")
	w.must(err)
	if again.Round.ID != out.Round.ID || again.Invitation != nil {
		t.Errorf("the second went to %+v, with a link: %v", again.Round, again.Invitation != nil)
	}
	token := out.Invitation.Token
	sheet, err := w.svc.Tasks(ctx, nobody, token)
	w.must(err)
	i := slices.IndexFunc(sheet.Holdings, func(x round.HoldingTasks) bool { return x.Holding.LocalID == "GA-1" })
	if len(sheet.Holdings) != 3 || i < 0 || sheet.Holdings[i].Holding.State != "retn" {
		t.Fatalf("the office's list: %+v", sheet.Holdings)
	}
	id := sheet.Holdings[i].Holding.ID
	step, err := w.svc.Step(ctx, nobody, token, id, "B")
	w.must(err)
	if title := step.Form.Value(step.Template.Question("B_desc")); title == nil {
		t.Error("what was known is not filled in")
	}
	w.say(token, "", map[string]any{"A_mail": "kim@stadt.example"})
	w.say(token, id, map[string]any{"B_freq": "mon", "C_system": "GIS"})
	w.must(w.svc.Submit(ctx, nobody, token, id))
	if e := w.entry(first); e.Fields.String("status") != "subm" || e.Fields.String("outcome") != "valid" {
		t.Errorf("the completed holding is %v", e.Fields)
	}
}
