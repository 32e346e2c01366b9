package round_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/schema"
)

// dataset is what became of a holding of a round.
func (w *town) dataset(id string) *catalog.Entry {
	w.t.Helper()
	var ds *catalog.Entry
	w.must(w.store.View(w.t.Context(), func(tx catalog.Tx) error {
		h, err := tx.RoundHolding(id)
		if err != nil {
			return err
		}
		e, err := tx.Entry(h.Entry)
		if err != nil {
			return err
		}
		if e.Fields.String("dataset") == "" {
			return nil
		}
		ds, err = tx.Entry(e.Fields.String("dataset"))
		return err
	}))
	return ds
}

func with(changes map[string]any) map[string]any {
	out := map[string]any{}
	for k, v := range full {
		out[k] = v
	}
	for k, v := range changes {
		out[k] = v
	}
	return out
}

// submitted is a holding that waits for approval.
func (w *town) submitted(token, title string, answers map[string]any) string {
	w.t.Helper()
	h, err := w.svc.AddHolding(w.t.Context(), nobody, token, title)
	w.must(err)
	answers["B_title"] = title
	w.say(token, "", map[string]any{"A_org1": "Referat 1", "A_funcmail": "daten@stadt.example", "A_mail": "amt@stadt.example"})
	w.say(token, h.ID, answers)
	w.must(w.svc.Submit(w.t.Context(), nobody, token, h.ID))
	return h.ID
}

// approved opens a round with one holding, submitted and approved by somebody else.
func (w *town) approved(changes map[string]any) (name, id string, ds *catalog.Entry) {
	w.t.Helper()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	id = w.submitted(tokens["Gartenamt"], "Baumkataster", with(changes))
	_, err := w.svc.Approve(w.t.Context(), w.second, name, id, 0, "")
	w.must(err)
	return name, id, w.dataset(id)
}

func TestDecide_publishesTheDescriptionAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	closed := w.submitted(token, "Altlastenkataster", with(map[string]any{"E_secrecy": []string{"sich"}, "E_derive": "nein", "E_metapub": "ja"}))
	silent := w.submitted(token, "Kampfmittel", with(map[string]any{"E_secrecy": []string{"sich"}, "E_derive": "nein"}))
	describe := holding.Decision{Description: true}
	for _, id := range []string{closed, silent} {
		_, err := w.svc.Decide(ctx, w.officer, name, id, 0, "", describe)
		w.must(err)
	}
	if w.dataset(silent) != nil {
		t.Error("without the office's yes a description went out")
	}
	ds := w.dataset(closed)
	if ds == nil || ds.Access != catalog.AccessPublic || len(ds.Parts) > 0 || !strings.HasSuffix(ds.Fields.String("access_rights"), "/NON_PUBLIC") || ds.Fields.String("url") != "" {
		t.Fatalf("the description: %+v", ds)
	}
	if text, _ := catalog.EncodeFields(ds.Fields); strings.Contains(string(text), "srv-geheim") || strings.Contains(string(text), "Grünverfahren") {
		t.Error("an inside answer went out")
	}
	defs, err := schema.Default()
	w.must(err)
	w.must(w.store.View(ctx, func(tx catalog.Tx) error {
		n, _ := dcat.NewMapper(defs, "https://daten.example.org").Publish(ds, func(id string) *catalog.Entry { e, _ := tx.Entry(id); return e }, dcat.Profile3)
		if n != nil {
			t.Error("it goes to harvesters")
		}
		return nil
	}))
}

func TestDecide_publishesAConditionalHoldingWhenAllIsSettled(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	bed := with(map[string]any{"G_will": "bed", "G_cond": "Nur ohne Privatgärten", "E_third": "unb"})
	half, whole := w.submitted(token, "Gärten", bed), w.submitted(token, "Parks", bed)
	_, err := w.svc.Decide(ctx, w.officer, name, half, 0, "", holding.Decision{Resolved: []string{"with_conditions"}})
	w.must(err)
	_, err = w.svc.Decide(ctx, w.officer, name, whole, 0, "", holding.Decision{Resolved: []string{"with_conditions", "rights_unclear"}})
	w.must(err)
	if w.dataset(half) != nil || w.holding(half).State != "appr" {
		t.Error("half settled, and published")
	}
	if ds := w.dataset(whole); ds == nil || ds.Access != catalog.AccessPublic {
		t.Fatal("all settled, and not published")
	}
	d, err := w.svc.Office(ctx, w.officer, name, w.holding(whole).Office)
	w.must(err)
	if !slices.ContainsFunc(d.Events, func(e *catalog.RoundEvent) bool {
		return e.Holding == whole && strings.Contains(e.Comment, "with_conditions, rights_unclear")
	}) {
		t.Error("the log does not tell what was settled")
	}
	// Out of the public again, with a reason; then edited and published anew.
	w.refused(w.svc.TakeDown(ctx, w.officer, name, whole, " "), catalog.KindInvalid, "text_missing")
	w.must(w.svc.TakeDown(ctx, w.officer, name, whole, "Ein Fehler in den Daten"))
	if ds := w.dataset(whole); ds.Access == catalog.AccessPublic || w.holding(whole).State != "with" {
		t.Error("it is still public")
	}
	w.must(w.svc.Withdraw(ctx, nobody, token, whole))
	w.say(token, whole, map[string]any{"G_will": "ja", "E_third": "kein"})
	w.must(w.svc.Submit(ctx, nobody, token, whole))
	_, err = w.svc.Approve(ctx, w.officer, name, whole, 0, "")
	w.must(err)
	if ds := w.dataset(whole); ds.Access != catalog.AccessPublic {
		t.Error("it is not public again")
	}
}

// TestInsight_raisesWhatAnotherCityPublishes looks at the priority before and
// after another city publishes the same model dataset.
func TestInsight_raisesWhatAnotherCityPublishes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	root := catalog.System("test")
	name, tokens := w.begin("Abfrage", "Gartenamt")
	w.submitted(tokens["Gartenamt"], "Baumkataster", with(map[string]any{"B_muster": "Baumbestand - Baumkataster", "G_benefit": "nied"}))
	priority := func() int {
		in, err := w.svc.Insight(ctx, w.officer, name, false)
		w.must(err)
		_, items, err := w.svc.Inbox(ctx, w.officer, name, "")
		w.must(err)
		if items[0].Priority != in.Points[0].Priority {
			t.Errorf("inbox says %d, insight %d", items[0].Priority, in.Points[0].Priority)
		}
		return in.Points[0].Priority
	}
	before := priority()
	r, err := w.svc.Create(ctx, root, round.Plan{City: "nuernberg", Title: "Abfrage"})
	w.must(err)
	_, err = w.svc.AddOffices(ctx, root, r.Name, []round.Row{{Ref: "2", Name: "Grünamt"}})
	w.must(err)
	list, err := w.svc.Invite(ctx, root, r.Name, nil)
	w.must(err)
	id := w.submitted(list[0].Token, "Bäume", with(map[string]any{"B_muster": "https://musterdatenkatalog.de/def/musterdatensatz/floraUndFauna/baumbestand/baumkataster"}))
	if got := priority(); got != before {
		t.Errorf("what is not published yet moved the priority from %d to %d", before, got)
	}
	_, err = w.svc.Approve(ctx, root, r.Name, id, 0, "")
	w.must(err)
	if got := priority(); got != before+5 {
		t.Errorf("priority %d, want %d", got, before+5)
	}
	// Newer answers that wait for approval say nothing about what is published.
	_, err = w.store.Update(ctx, root, func(tx catalog.WriteTx) error {
		h, err := tx.RoundHolding(id)
		if err != nil {
			return err
		}
		e, err := tx.Entry(h.Entry)
		if err != nil {
			return err
		}
		return w.reg.ChangeIn(tx, root, e, 0, func(e *catalog.Entry) error {
			e.Fields.Set("status", string(holding.StatusSubmitted))
			answers := e.Fields.Map("answers")
			answers["B_muster"] = "Gesundheit - Rettungsdienst - Defibrillator"
			e.Fields.Set("answers", answers)
			return nil
		})
	})
	w.must(err)
	if got := priority(); got != before+5 {
		t.Errorf("priority %d while newer answers wait elsewhere, want %d", got, before+5)
	}
}

// TestApprove_givesNothingToNamesakes: an organization elsewhere that is called as
// the office's would be gets none of its datasets.
func TestApprove_givesNothingToNamesakes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	foreign := &catalog.Entry{Type: catalog.TypeOrganization, Name: "augsburg-gartenamt", Fields: catalog.Fields{"title": "Gartenamt"}}
	_, err := w.reg.Create(ctx, catalog.System("test"), foreign)
	w.must(err)
	name, tokens := w.begin("Abfrage 2026", "Gartenamt")
	h := w.described(tokens["Gartenamt"], "Baumkataster")
	w.must(w.svc.Submit(ctx, nobody, tokens["Gartenamt"], h.ID))
	_, err = w.svc.Approve(ctx, w.officer, name, h.ID, 0, "")
	w.must(err)
	d := w.entry(w.entry(w.holding(h.ID).Entry).Fields.String("dataset"))
	org := w.entry(d.Owner)
	if org.ID == foreign.ID || org.Name != "augsburg-gartenamt-2" || org.Owner == "" {
		t.Errorf("the dataset is of %s (%s), below %q", org.Name, org.ID, org.Owner)
	}
	// The next one finds the office again.
	h = w.described(tokens["Gartenamt"], "Beete")
	w.must(w.svc.Submit(ctx, nobody, tokens["Gartenamt"], h.ID))
	_, err = w.svc.Approve(ctx, w.officer, name, h.ID, 0, "")
	w.must(err)
	if again := w.entry(w.entry(w.holding(h.ID).Entry).Fields.String("dataset")).Owner; again != org.ID {
		t.Errorf("another organization of the same office: %s", w.entry(again).Name)
	}
}

// TestApprove_cityRunsWhatItPublishes: a dataset belongs to its office; the city's
// people see and edit it although their role does not reach offices.
func TestApprove_cityRunsWhatItPublishes(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	_, _, ds := w.approved(map[string]any{"G_pub": "nein"})
	if ds.Access == catalog.AccessPublic || ds.Owner == w.org || w.second.Roles[ds.Owner] != "" {
		t.Fatalf("it waits for its connection, in the office: %s of %s", ds.Access, ds.Owner)
	}
	space := catalog.TypeDataset.Namespace()
	as := func(role catalog.Role, org string) catalog.Actor {
		return catalog.Actor{UserID: catalog.NewID(), Roles: map[string]catalog.Role{org: role}, Partner: true}
	}
	got, err := w.reg.Get(ctx, w.second, space, ds.Name)
	w.must(err)
	if level, ok := catalog.LevelOf(w.second, got); !ok || level != catalog.LevelInternal {
		t.Errorf("the city's editor reads it as %q", level)
	}
	_, _, err = w.reg.Change(ctx, w.second, space, ds.ID, 0, func(e *catalog.Entry) error {
		e.Fields.Set("notes", "Von der Stadt ergänzt.")
		return nil
	})
	w.must(err)
	_, _, err = w.reg.Change(ctx, w.second, space, ds.ID, 0, func(e *catalog.Entry) error {
		e.Owner = w.org
		return nil
	})
	w.refused(err, catalog.KindDenied, "") // it stays the office's
	member := as(catalog.RoleMember, w.org)
	_, err = w.reg.Get(ctx, member, space, ds.Name)
	w.must(err)
	_, _, err = w.reg.Change(ctx, member, space, ds.ID, 0, func(e *catalog.Entry) error { e.Fields.Set("notes", "x"); return nil })
	w.refused(err, catalog.KindDenied, "")
	for _, by := range []catalog.Actor{nobody, as(catalog.RoleAdmin, catalog.NewID()), {UserID: catalog.NewID(), Partner: true}} {
		if _, err := w.reg.Get(ctx, by, space, ds.Name); err == nil {
			t.Errorf("%+v sees it", by)
		}
	}
	// Writing the city's id into some other dataset lets nobody in.
	other := &catalog.Entry{Type: catalog.TypeDataset, Name: "anderswo", Owner: ds.Owner, Access: catalog.AccessPrivate, Fields: catalog.Fields{"title": "Anderswo", "converted": map[string]any{"city": w.org}}}
	_, err = w.reg.Create(ctx, catalog.System("test"), other)
	w.must(err)
	if catalog.CanSee(w.second, other) || w.second.CanEdit(other) {
		t.Error("a dataset that came from no holding is the city's")
	}
}

// TestApprove_publishedByHand: a dataset that waited for its address is completed and
// opened by hand; the survey knows, and so it does when it is closed again.
func TestApprove_publishedByHand(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, id, ds := w.approved(map[string]any{"G_pub": "nein"})
	single := w.fromFile(catalog.System("test"), "GA-9", map[string]any{"B_title": "Beete", "G_pub": "nein"})
	_, err := w.svc.DecideSingle(ctx, w.officer, single, 0, "", holding.Decision{})
	w.must(err)
	other := w.entry(w.entry(single).Fields.String("dataset"))
	if w.holding(id).State != "appr" || w.entry(ds.Owner).Access != catalog.AccessPrivate {
		t.Fatalf("it waits, and its office is unnamed: %s", w.holding(id).State)
	}
	open := func(ds *catalog.Entry, access catalog.Access) {
		t.Helper()
		_, _, err := w.reg.Change(ctx, w.second, catalog.TypeDataset.Namespace(), ds.ID, 0, func(e *catalog.Entry) error {
			e.Access = access
			e.Parts = []catalog.Part{{Fields: catalog.Fields{"url": "https://geo.stadt.example/x.csv", "name": "Datei"}}}
			return nil
		})
		w.must(err)
	}
	open(ds, catalog.AccessPublic)
	open(other, catalog.AccessPublic)
	if got := w.holding(id).State; got != "publ" || !holding.Published(w.entry(w.holding(id).Entry)) {
		t.Errorf("opened by hand, and the round says %s", got)
	}
	if got := w.entry(single).Fields.String("status"); got != "publ" {
		t.Errorf("the one from a file is %s", got)
	}
	if w.entry(ds.Owner).Access != catalog.AccessPublic {
		t.Error("the office is not named although something of it is public")
	}
	in, err := w.svc.Insight(ctx, w.officer, name, true)
	w.must(err)
	if in.Published != 2 || len(in.Next) != 0 {
		t.Errorf("%d published, %d next", in.Published, len(in.Next))
	}
	open(ds, catalog.AccessPrivate)
	if got := w.holding(id).State; got != "appr" || holding.Published(w.entry(w.holding(id).Entry)) {
		t.Errorf("closed by hand, and the round says %s", got)
	}
	open(ds, catalog.AccessPublic)
	w.must(w.svc.TakeDown(ctx, w.officer, name, id, "Ein Fehler"))
	if got := w.holding(id).State; got != "with" || w.entry(w.holding(id).Entry).Fields.String("status") != "with" {
		t.Errorf("taken down, and it is %s", got)
	}
}

// TestDecide_noLicenceNoPublication: that no licence is named yet is settled by
// naming one, not by a tick.
func TestDecide_noLicenceNoPublication(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	id := w.submitted(tokens["Gartenamt"], "Baumkataster", with(map[string]any{"E_licence": "undef", "E_attrib": ""}))
	for licence, code := range map[string]string{"": "licence_missing", "undef": "licence_unknown", "restr": "licence_unknown", "nix": "licence_unknown"} {
		_, err := w.svc.Decide(ctx, w.officer, name, id, 0, "", holding.Decision{Resolved: []string{"licence_undefined"}, Licence: licence})
		w.refused(err, catalog.KindInvalid, code)
	}
	if ds := w.dataset(id); ds != nil {
		t.Fatal("a dataset was made without a licence")
	}
	_, err := w.svc.Decide(ctx, w.officer, name, id, 0, "", holding.Decision{Licence: "ccby"})
	w.must(err)
	ds := w.dataset(id)
	if ds == nil || ds.Access != catalog.AccessPublic || ds.Fields.String("license_id") == "" || ds.Parts[0].Fields.String("license") != "http://dcat-ap.de/def/licenses/cc-by/4.0" || ds.Parts[0].Fields.String("attribution") == "" {
		t.Errorf("the dataset does not have the licence that was decided: %+v", ds)
	}
}
