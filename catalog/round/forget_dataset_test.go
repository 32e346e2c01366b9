package round_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/round"
)

// holds reports whether the files of the database hold a text.
func (w *town) holds(s string) bool {
	w.t.Helper()
	w.must(w.store.Close())
	found := false
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(w.path + suffix)
		found = found || err == nil && bytes.Contains(data, []byte(s))
	}
	w.open()
	return found
}

func TestForget_rewritesDatasetsThatNameThePerson(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	root := catalog.System("test")
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	w.say(token, "", map[string]any{"A_name": "Erika Geheim", "A_mail": "erika.geheim@stadt.example"})
	id := w.submitted(token, "Sammlung Erika Geheim", with(map[string]any{"B_desc": "Gepflegt von Erika Geheim seit 1990.", "B_keywords": []string{"Bäume", "Erika Geheim"}}))
	_, err := w.svc.Approve(ctx, w.second, name, id, 0, "")
	w.must(err)
	ds := w.dataset(id)
	if ds == nil || ds.Access != catalog.AccessPublic || !strings.Contains(ds.Name, "erika-geheim") {
		t.Fatalf("the dataset: %+v", ds)
	}
	// Somebody edits it by hand, and makes another dataset that belongs to nobody's survey.
	edit := func(fields catalog.Fields) {
		_, _, err := w.reg.Change(ctx, root, "package", ds.ID, 0, func(e *catalog.Entry) error {
			for k, v := range fields {
				e.Fields.Set(k, v)
			}
			e.Parts[0].Fields.Set("description", "Fragen an erika.geheim@stadt.example")
			return nil
		})
		w.must(err)
	}
	edit(catalog.Fields{"contact_name": "Erika Geheim", "contact_email": "erika.geheim@stadt.example", "author": "Gartenamt (Erika Geheim)"})
	edit(catalog.Fields{"contact_name": "Servicestelle"})
	w.must(w.store.View(ctx, func(tx catalog.Tx) error { ds, err = tx.Entry(ds.ID); return err }))
	other := &catalog.Entry{Name: "fremd", Type: catalog.TypeDataset, Owner: w.org, Fields: catalog.Fields{"title": "Fremd", "notes": "Erika Geheim hat es gemacht"}}
	_, err = w.reg.Create(ctx, root, other)
	w.must(err)
	repaired := catalog.Fields{"plan": map[string]any{"value": "Erika Geheim"}, "steps": []any{map[string]any{"id": ds.ID, "before": "Erika Geheim", "after": "Servicestelle"}}}
	_, err = w.store.Update(ctx, root, func(tx catalog.WriteTx) error {
		for _, r := range []*catalog.Record{
			{Kind: catalog.RecordRepair, Key: "r", Fields: repaired},
			{Kind: catalog.RecordActivity, Parent: ds.ID, Key: "a", Fields: catalog.Fields{"data": map[string]any{"title": "Sammlung Erika Geheim"}}},
			{Kind: catalog.RecordAnswer, Parent: "u", Key: "k", Fields: catalog.Fields{"request": "1", "body": `{"title": "Sammlung Erika Geheim"}`}},
		} {
			if err := tx.PutRecord(r); err != nil {
				return err
			}
		}
		return nil
	})
	w.must(err)

	out, err := w.svc.Forget(ctx, w.officer, round.Whom{City: "augsburg", Contact: "Erika Geheim"})
	w.must(err)
	if out.Datasets != 1 || len(out.Findings) != 1 || out.Findings[0].Code != "person_elsewhere" || out.Findings[0].Row != "fremd" {
		t.Errorf("removed: %+v", out)
	}
	before := ds
	w.must(w.store.View(ctx, func(tx catalog.Tx) error { ds, err = tx.Entry(ds.ID); return err }))
	if ds.Rev != before.Rev+1 || ds.Access != catalog.AccessPublic {
		t.Errorf("readers do not learn of it: revision %d after %d", ds.Rev, before.Rev)
	}
	f := ds.Fields
	if f.String("title") != "Sammlung [entfernt]" || f.String("notes") != "Gepflegt von [entfernt] seit 1990." || len(f.Strings("tags")) != 1 || f.String("author") != "Gartenamt ([entfernt])" ||
		f.String("contact_name") != "Servicestelle" || f.String("contact_email") != "" || strings.Contains(ds.Name, "geheim") || ds.Parts[0].Fields.String("description") != "Fragen an [entfernt]" {
		t.Errorf("the dataset: %s %v %v", ds.Name, ds.Fields, ds.Parts)
	}
	// The one that belongs to nobody's survey is all that still names the person.
	_, err = w.reg.Purge(ctx, root, "package", other.ID)
	w.must(err)
	for _, s := range []string{"Erika Geheim", "erika.geheim", "erika-geheim"} {
		if w.holds(s) {
			t.Errorf("%q is still in the database", s)
		}
	}
	// Answering again does not bring the person back, and nothing looks edited by the removal.
	if again, err := w.svc.Forget(ctx, w.officer, round.Whom{City: "augsburg", Contact: "Erika Geheim"}); err != nil || again.Datasets != 0 {
		t.Errorf("again: %+v %v", again, err)
	}
}

func TestForget_leavesOtherOfficesAndCitiesAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt", "Tiefbauamt")
	ids := map[string]string{}
	for office, token := range tokens {
		w.say(token, "", map[string]any{"A_name": "Erika Geheim", "A_mail": "erika.geheim@stadt.example"})
		ids[office] = w.submitted(token, "Liste "+office, with(map[string]any{"B_desc": "Eine Liste, gepflegt von Erika Geheim."}))
		_, err := w.svc.Approve(ctx, w.second, name, ids[office], 0, "")
		w.must(err)
	}
	out, err := w.svc.Forget(ctx, w.officer, round.Whom{City: "augsburg", Office: "Gartenamt"})
	w.must(err)
	if out.Datasets != 1 || w.dataset(ids["Gartenamt"]).Fields.String("notes") != "Eine Liste, gepflegt von [entfernt]." || w.dataset(ids["Tiefbauamt"]).Fields.String("notes") != "Eine Liste, gepflegt von Erika Geheim." {
		t.Errorf("of one office: %+v", out)
	}
	// Another city's officer forgets only what is that city's.
	root := catalog.System("test")
	_, err = w.svc.Create(ctx, root, round.Plan{City: "nuernberg", Title: "Abfrage"})
	w.must(err)
	out, err = w.svc.Forget(ctx, root, round.Whom{City: "nuernberg", Contact: "Erika Geheim"})
	w.must(err)
	if out.Datasets != 0 || w.dataset(ids["Tiefbauamt"]).Fields.String("notes") != "Eine Liste, gepflegt von Erika Geheim." || len(out.Findings) != 1 {
		t.Errorf("of another city: %+v", out)
	}
}
