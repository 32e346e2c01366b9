package round_test

import (
	"reflect"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/holding"
)

// answer takes new answers of a published holding and approves them again.
func (w *town) answer(name, id string, changes map[string]any) *catalog.Entry {
	w.t.Helper()
	ctx := w.t.Context()
	_, err := w.store.Update(ctx, w.officer, func(tx catalog.WriteTx) error {
		h, err := tx.RoundHolding(id)
		if err != nil {
			return err
		}
		e, err := tx.Entry(h.Entry)
		if err != nil {
			return err
		}
		h.State = string(holding.StatusSubmitted)
		if err := tx.PutRoundHolding(h); err != nil {
			return err
		}
		return w.reg.ChangeIn(tx, catalog.System("test"), e, 0, func(e *catalog.Entry) error {
			answers := e.Fields.Map("answers")
			for k, v := range changes {
				answers[k] = v
			}
			e.Fields.Set("answers", answers)
			e.Fields.Set("status", string(holding.StatusSubmitted))
			return nil
		})
	})
	w.must(err)
	_, err = w.svc.Approve(ctx, w.second, name, id, 0, "")
	w.must(err)
	return w.dataset(id)
}

// edit changes a dataset by hand.
func (w *town) edit(ds *catalog.Entry, fn func(e *catalog.Entry)) {
	w.t.Helper()
	_, _, err := w.reg.Change(w.t.Context(), catalog.System("test"), catalog.TypeDataset.Namespace(), ds.ID, 0, func(e *catalog.Entry) error { fn(e); return nil })
	w.must(err)
}

func proposals(e *catalog.Entry) map[string]any {
	out := map[string]any{}
	for _, p := range holding.Proposals(e) {
		out[p.Field] = p.Proposed
	}
	return out
}

func TestProposals_laterAnswersWaitForADecision(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, id, ds := w.approved(nil)
	if got := proposals(ds); len(got) != 0 {
		t.Fatalf("fresh: %v", got)
	}
	desk := catalog.Actor{UserID: catalog.NewID(), Name: "desk", Roles: map[string]catalog.Role{ds.Owner: catalog.RoleEditor}}
	first := ds.Fields.String("notes")
	w.edit(ds, func(e *catalog.Entry) {
		e.Fields.Set("notes", "Von Hand geschrieben und besser als zuvor.")
		e.Parts[0].Fields.Set("name", "Eigener Name")
	})

	// An edited field is kept and proposed, an untouched one follows.
	ds = w.answer(name, id, map[string]any{"B_desc": "Eine neue Beschreibung aus der nächsten Runde.", "B_freq": "day", "B_title": "Baumkataster neu"})
	if ds.Fields.String("notes") != "Von Hand geschrieben und besser als zuvor." || ds.Fields.String("title") != "Baumkataster neu" {
		t.Errorf("%q %q", ds.Fields.String("notes"), ds.Fields.String("title"))
	}
	got := proposals(ds)
	if got["notes"] != "Eine neue Beschreibung aus der nächsten Runde." {
		t.Errorf("proposals %v", got)
	}
	// It stays open when other answers come, and follows newer ones.
	ds = w.answer(name, id, map[string]any{"B_freq": "week"})
	if got := proposals(ds); got["notes"] != "Eine neue Beschreibung aus der nächsten Runde." {
		t.Errorf("after other answers: %v", got)
	}
	ds = w.answer(name, id, map[string]any{"B_desc": "Noch eine Beschreibung aus der übernächsten Runde."})
	if got := proposals(ds); got["notes"] != "Noch eine Beschreibung aus der übernächsten Runde." {
		t.Errorf("after newer answers: %v", got)
	}
	list, err := w.svc.Proposing(ctx, desk)
	w.must(err)
	if len(list) != 1 || list[0].Dataset.ID != ds.ID {
		t.Errorf("list %v", list)
	}

	// A city's editor publishes what its offices hold, and so decides here too, with no role in the office.
	if list, err := w.svc.Proposing(ctx, w.second); err != nil || len(list) != 1 {
		t.Errorf("city's editor: %v %v", list, err)
	}
	mine, err := w.svc.Settle(ctx, w.second, ds.ID, ds.Rev, nil, []string{"file.name"})
	w.must(err)
	if proposals(mine)["file.name"] != nil {
		t.Errorf("the city's editor dropped it: %v", proposals(mine))
	}
	ds = w.answer(name, id, map[string]any{"B_title": "Baumkataster neuer"})

	// Strangers see and decide nothing; a stale look is refused, and so is a field nobody proposes.
	stranger := catalog.Actor{UserID: catalog.NewID(), Name: "stranger", Roles: map[string]catalog.Role{catalog.NewID(): catalog.RoleAdmin}, Partner: true}
	if list, err := w.svc.Proposing(ctx, stranger); err != nil || len(list) != 0 {
		t.Errorf("stranger: %v %v", list, err)
	}
	_, err = w.svc.Settle(ctx, stranger, ds.ID, 0, []string{"notes"}, nil)
	w.refused(err, catalog.KindNotFound, "")
	_, err = w.svc.Settle(ctx, desk, ds.ID, ds.Rev-1, []string{"notes"}, nil)
	w.refused(err, catalog.KindConflict, "")
	_, err = w.svc.Settle(ctx, desk, ds.ID, 0, []string{"title"}, nil)
	w.refused(err, catalog.KindConflict, "")

	// Left as it is: it does not come back before the answers say something new.
	ds, err = w.svc.Settle(ctx, desk, ds.Name, ds.Rev, nil, []string{"notes"})
	w.must(err)
	if proposals(ds)["notes"] != nil || ds.Fields.String("notes") != "Von Hand geschrieben und besser als zuvor." {
		t.Errorf("dropped: %v", proposals(ds))
	}
	ds = w.answer(name, id, map[string]any{"B_freq": "mon"})
	if got := proposals(ds); got["notes"] != nil || got["file.name"] != "Baumkataster neuer" {
		t.Errorf("came back: %v", got)
	}
	ds = w.answer(name, id, map[string]any{"B_desc": first})
	ds, err = w.svc.Settle(ctx, desk, ds.ID, 0, []string{"notes"}, nil)
	w.must(err)
	if ds.Fields.String("notes") != first || proposals(ds)["notes"] != nil {
		t.Errorf("taken: %q", ds.Fields.String("notes"))
	}

	// An edit that says what is proposed settles it; a field emptied by the answers is proposed empty.
	w.edit(ds, func(e *catalog.Entry) { e.Fields.Set("notes", "Noch einmal von Hand geschrieben.") })
	ds = w.answer(name, id, map[string]any{"B_desc": "Dritte Beschreibung der Dienststelle."})
	w.edit(ds, func(e *catalog.Entry) { e.Fields.Set("notes", "Dritte Beschreibung der Dienststelle.") })
	if got := proposals(w.dataset(id)); got["notes"] != nil {
		t.Errorf("settled by an edit: %v", got)
	}
}

func TestProposals_ofTheFileAndItsAddress(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, id, ds := w.approved(nil)
	w.edit(ds, func(e *catalog.Entry) {
		e.Parts[0].Fields.Set("url", "https://www.stadt.example/von-hand.csv")
	})
	ds = w.answer(name, id, map[string]any{"G_puburl": "https://www.stadt.example/neu.csv"})
	if got := proposals(ds); !reflect.DeepEqual(got, map[string]any{"file.url": "https://www.stadt.example/neu.csv"}) || len(ds.Parts) != 1 {
		t.Fatalf("%v, %d files", got, len(ds.Parts))
	}
	ds, err := w.svc.Settle(ctx, catalog.System("test"), ds.ID, 0, []string{"file.url"}, nil)
	w.must(err)
	if len(ds.Parts) != 1 || ds.Parts[0].Fields.String("url") != "https://www.stadt.example/neu.csv" || len(proposals(ds)) != 0 {
		t.Errorf("%v %v", ds.Parts[0].Fields, proposals(ds))
	}
	// The next answers find the file again.
	ds = w.answer(name, id, map[string]any{"G_puburl": "https://www.stadt.example/neuer.csv"})
	if len(ds.Parts) != 1 || ds.Parts[0].Fields.String("url") != "https://www.stadt.example/neuer.csv" {
		t.Errorf("%v", ds.Parts)
	}
}
