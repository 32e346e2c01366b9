package round_test

import (
	"fmt"
	"slices"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/schema"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// fromFile takes one record from a file and returns the holding's id.
func (w *town) fromFile(by catalog.Actor, id string, changes map[string]any) string {
	w.t.Helper()
	cities := vocab.Cities()
	city := cities[slices.IndexFunc(cities, func(c vocab.City) bool { return c.Name == "augsburg" })]
	answers := with(changes)
	for q, v := range map[string]any{"A_city": "aug", "A_org1": "Referat 1", "A_org2": "Gartenamt", "A_name": "Kim Quarzperson", "A_mail": "kim@stadt.example", "A_funcmail": "daten@stadt.example", "B_localid": id, "B_records": "1200000", "I_confirm": "ja"} {
		if _, ok := answers[q]; !ok {
			answers[q] = v
		}
	}
	defs, err := schema.Default()
	w.must(err)
	desk := holding.NewDesk(w.reg, defs, survey.Default(), "https://daten.example.org")
	result := survey.Default().Evaluate(survey.Input{Submitted: true, City: city.Code, Raw: answers})
	_, err = desk.Import(w.t.Context(), by, city, holding.File{Name: id, SHA256: fmt.Sprintf("%064s", id+catalog.NewID()[:8]), Template: survey.Default().Ref()}, []holding.Incoming{{Ref: "1", Result: result}}, holding.Options{})
	w.must(err)
	var found string
	w.must(w.store.View(w.t.Context(), func(tx catalog.Tx) error {
		e, err := tx.EntryByOrigin(holding.Source(city.Name), id)
		if err == nil {
			found = e.ID
		}
		return err
	}))
	return found
}

func TestSingle_decidesWhatCameByAFile(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	id := w.fromFile(w.officer, "GA-1", nil)
	v, err := w.svc.Single(ctx, w.officer, id)
	w.must(err)
	if v.MayApprove || v.Assessment == nil || len(v.Scores) == 0 || len(v.Lacking) > 0 || v.Withheld != 0 || v.Office.Name != "Gartenamt" || len(v.Events) != 1 || v.Events[0].To != "subm" {
		t.Errorf("who imported it: %+v", v.Review)
	}
	if !slices.ContainsFunc(v.Missing, func(m round.Missing) bool { return m.Question.ID == "B_from" }) || slices.ContainsFunc(v.Missing, func(m round.Missing) bool { return m.Question.ID == "B_crs" || m.Question.ID == "B_title" }) {
		t.Errorf("missing %v", v.Missing)
	}
	// Four eyes: who brought the answers does not approve them.
	_, err = w.svc.DecideSingle(ctx, w.officer, id, v.Entry.Rev, "", holding.Decision{})
	w.refused(err, catalog.KindInvalid, "four_eyes")
	seen, err := w.svc.Single(ctx, w.second, id)
	w.must(err)
	if !seen.MayApprove || seen.Withheld == 0 {
		t.Errorf("an editor: may approve %v, %d withheld", seen.MayApprove, seen.Withheld)
	}
	_, err = w.svc.DecideSingle(ctx, w.second, id, v.Entry.Rev+1, "", holding.Decision{})
	w.refused(err, catalog.KindConflict, "decided")
	_, err = w.svc.DecideSingle(ctx, w.second, id, v.Entry.Rev, "Geprüft mit dem Amt", holding.Decision{})
	w.must(err)
	after, err := w.svc.Single(ctx, w.second, id)
	w.must(err)
	if after.Holding.State != "publ" || after.Dataset == nil || after.Dataset.Access != catalog.AccessPublic {
		t.Fatalf("approved: %s %+v", after.Holding.State, after.Dataset)
	}
	_, err = w.svc.DecideSingle(ctx, w.second, id, 0, "", holding.Decision{})
	w.refused(err, catalog.KindConflict, "decided")
	// Out of the public again, with a reason that its history keeps.
	w.refused(w.svc.TakeDownSingle(ctx, w.second, id, " "), catalog.KindInvalid, "text_missing")
	w.must(w.svc.TakeDownSingle(ctx, w.second, id, "Ein Fehler in den Daten"))
	w.refused(w.svc.TakeDownSingle(ctx, w.second, id, "noch einmal"), catalog.KindConflict, "not_published")
	after, err = w.svc.Single(ctx, w.second, id)
	w.must(err)
	if after.Dataset.Access == catalog.AccessPublic || after.Events[0].To != "with" || after.Events[0].Comment != "Ein Fehler in den Daten" || after.Events[0].Role != round.RoleOfficer {
		t.Errorf("taken down: %+v", after.Events[0])
	}
	// A later file with new answers waits anew; the officer who brings it is not the second.
	w.fromFile(w.second, "GA-1", map[string]any{"B_desc": "Alle Bäume und Sträucher der Stadt."})
	_, err = w.svc.DecideSingle(ctx, w.second, id, 0, "", holding.Decision{})
	w.refused(err, catalog.KindInvalid, "four_eyes")
	_, err = w.svc.DecideSingle(ctx, w.officer, id, 0, "", holding.Decision{})
	w.must(err)
	// Another contact is nothing to approve anew, another mailbox for the public is.
	for _, c := range []struct {
		changes map[string]any
		want    string
	}{{map[string]any{"A_name": "Lou Anders", "A_mail": "lou@stadt.example", "I_confirm": ""}, "publ"}, {map[string]any{"A_funcmail": "offen@stadt.example"}, "subm"}} {
		c.changes["B_desc"] = "Alle Bäume und Sträucher der Stadt."
		w.fromFile(w.second, "GA-1", c.changes)
		v, err := w.svc.Single(ctx, w.officer, id)
		w.must(err)
		answers := catalog.Fields(v.Entry.Fields.Map("answers"))
		if v.Holding.State != c.want || answers.String("A_name") != "Lou Anders" && c.want == "publ" {
			t.Errorf("%v: %s, contact %q", c.changes, v.Holding.State, answers.String("A_name"))
		}
	}
}

func TestSingle_conditionsAndGaps(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	root := catalog.System("test")
	bed := w.fromFile(root, "GA-2", map[string]any{"B_title": "Gärten", "G_will": "bed", "G_cond": "Nur ohne Privatgärten"})
	gap := w.fromFile(root, "GA-3", map[string]any{"B_title": "Beete", "B_freq": "", "C_format": ""})
	v, err := w.svc.Single(ctx, w.officer, gap)
	w.must(err)
	var lacking []string
	for _, q := range v.Lacking {
		lacking = append(lacking, q.ID)
	}
	if !slices.Equal(lacking, []string{"B_freq", "C_format"}) || v.Events[0].Role != round.RoleSystem {
		t.Errorf("lacking %v, %+v", lacking, v.Events[0])
	}
	_, err = w.svc.DecideSingle(ctx, w.officer, gap, 0, "", holding.Decision{})
	w.refused(err, catalog.KindConflict, "decided")
	_, err = w.svc.DecideSingle(ctx, w.officer, bed, 0, "besprochen", holding.Decision{Resolved: []string{"with_conditions"}})
	w.must(err)
	v, err = w.svc.Single(ctx, w.officer, bed)
	w.must(err)
	if v.Holding.State != "publ" || v.Events[0].Comment != "besprochen [resolved: with_conditions]" {
		t.Errorf("%s %+v", v.Holding.State, v.Events[0])
	}
}

func TestSingle_isForTheCityAndNotForRounds(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	id := w.fromFile(catalog.System("test"), "GA-4", nil)
	for _, by := range []catalog.Actor{nobody, {UserID: catalog.NewID(), Roles: map[string]catalog.Role{w.org: catalog.RoleMember}}, {UserID: catalog.NewID(), Roles: map[string]catalog.Role{catalog.NewID(): catalog.RoleAdmin}, Partner: true}} {
		_, err := w.svc.Single(ctx, by, id)
		w.refused(err, catalog.KindNotFound, "")
		_, err = w.svc.DecideSingle(ctx, by, id, 0, "", holding.Decision{})
		w.refused(err, catalog.KindNotFound, "")
		w.refused(w.svc.TakeDownSingle(ctx, by, id, "x"), catalog.KindNotFound, "")
	}
	_, err := w.svc.Single(ctx, w.officer, w.org)
	w.refused(err, catalog.KindNotFound, "")
	// What an office submits is decided in its round.
	name, tokens := w.begin("Abfrage", "Gartenamt")
	sent := w.submitted(tokens["Gartenamt"], "Parks", with(nil))
	entry := w.holding(sent).Entry
	v, err := w.svc.Single(ctx, w.officer, entry)
	w.must(err)
	if v.InRound != name || v.RoundHolding != sent || v.Review != nil {
		t.Errorf("%+v", v)
	}
	_, err = w.svc.DecideSingle(ctx, w.officer, entry, 0, "", holding.Decision{})
	w.refused(err, catalog.KindConflict, "in_round")
}

func TestSingle_leadsToWhatMayBeTheSame(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	root := catalog.System("test")
	first := w.fromFile(root, "GA-5", map[string]any{"B_title": "Blühwiesen"})
	second := w.fromFile(root, "GA-6", map[string]any{"B_title": "Blühwiesen", "A_org2": "Umweltamt"})
	alike := func(by catalog.Actor) round.Alike {
		t.Helper()
		v, err := w.svc.Single(ctx, by, first)
		w.must(err)
		if len(v.Alike) != 1 || v.Alike[0].Office != "Umweltamt" {
			t.Fatalf("alike %+v", v.Alike)
		}
		return v.Alike[0]
	}
	if a := alike(w.officer); a.Own != second || a.Dataset != "" {
		t.Errorf("before it is published: %+v", a)
	}
	_, err := w.svc.DecideSingle(ctx, w.officer, second, 0, "", holding.Decision{})
	w.must(err)
	if a := alike(w.officer); a.Dataset == "" {
		t.Errorf("after it is published: %+v", a)
	}
}
