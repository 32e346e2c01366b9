package round_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/survey"
	"trio.example/catalog/vocab"
)

// shelf remembers which raw files were removed.
type shelf map[string]bool

func (s shelf) Remove(sum string) error { s[sum] = true; return nil }

// imported stores a file with one record, and the same record changed.
func (w *town) imported(sum string, raw map[string]any) {
	w.t.Helper()
	defs := holding.NewDesk(w.reg, nil, survey.Default(), "https://daten.example.org")
	var city vocab.City
	for _, c := range vocab.Cities() {
		if c.Name == "augsburg" {
			city = c
		}
	}
	r := survey.Default().Evaluate(survey.Input{Raw: raw, City: "aug", Submitted: true})
	_, err := defs.Import(w.t.Context(), catalog.System("test"), city, holding.File{Name: "liste.csv", SHA256: sum, Size: 1, Template: survey.Default().Ref(), Report: map[string]string{"note": "von " + "Erika Geheim"}}, []holding.Incoming{{Ref: "1", Result: r}}, holding.Options{})
	w.must(err)
}

func TestForget_removesAPersonEverywhere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	files := shelf{}
	w.svc.UseFiles(files)
	answers := with(map[string]any{"A_org1": "Referat", "A_org2": "Gartenamt", "A_name": "Erika Geheim", "A_mail": "erika.geheim@stadt.example", "A_phone": "0821 000000", "A_funcmail": "daten@stadt.example", "B_localid": "g-1"})
	w.imported(strings.Repeat("a", 64), answers)
	answers["B_desc"] = "Geändert, damit es zwei Fassungen gibt. Fragen an Erika.Geheim@stadt.example oder daten@stadt.example"
	answers["I_note"] = "Erika Geheim weiß mehr"
	w.imported(strings.Repeat("b", 64), answers)
	name, tokens := w.begin("Abfrage", "Gartenamt", "Tiefbauamt")
	w.say(tokens["Gartenamt"], "", map[string]any{"A_name": "Erika Geheim", "A_mail": "erika.geheim@stadt.example"})
	w.say(tokens["Tiefbauamt"], "", map[string]any{"A_name": "Max Anders", "A_mail": "max.anders@stadt.example"})
	// What looks like the marks of JSON stays text.
	odd := w.described(tokens["Tiefbauamt"], "Baustellen")
	w.say(tokens["Tiefbauamt"], odd.ID, map[string]any{"C_path": "Schrank von ERIKA GEHEIM \",\"x\":\""})
	w.must(w.svc.Remark(ctx, nobody, tokens["Tiefbauamt"], odd.ID, "", "Erika Geheim kennt sich aus"))
	held := func(s string) bool {
		w.must(w.store.Close())
		found := false
		for _, suffix := range []string{"", "-wal"} {
			data, err := os.ReadFile(w.path + suffix)
			found = found || err == nil && bytes.Contains(data, []byte(s))
		}
		_ = filepath.Base
		w.open()
		w.svc.UseFiles(files)
		return found
	}
	if !held("Erika Geheim") {
		t.Fatal("the test does not look where the data lie")
	}
	member := catalog.Actor{UserID: catalog.NewID(), Roles: map[string]catalog.Role{w.org: catalog.RoleMember}}
	w.refused(func() error {
		_, err := w.svc.Forget(ctx, member, round.Whom{City: "augsburg", Contact: "Erika Geheim"})
		return err
	}(), catalog.KindDenied, "")
	w.refused(func() error { _, err := w.svc.Forget(ctx, w.officer, round.Whom{City: "augsburg"}); return err }(), catalog.KindInvalid, "whom")
	out, err := w.svc.Forget(ctx, w.officer, round.Whom{City: "augsburg", Contact: "erika geheim"})
	w.must(err)
	if out.Holdings != 1 || out.Revisions < 3 || out.Answers < 2 || out.Files != 2 || len(files) != 2 || out.Reports != 2 {
		t.Errorf("removed: %+v, files %v", out, files)
	}
	for _, s := range []string{"Erika Geheim", "erika.geheim@", "0821 000000", "Erika.Geheim@", "ERIKA GEHEIM"} {
		if held(s) {
			t.Errorf("%q is still in the database", s)
		}
	}
	if st, err := w.svc.Step(ctx, nobody, tokens["Tiefbauamt"], odd.ID, "C"); err != nil || !slices.ContainsFunc(st.Asks, func(a round.Ask) bool { return a.Value == "Schrank von [entfernt] \",\"x\":\"" }) {
		t.Errorf("another answer that named the person: %v", err)
	}
	if !held("Max Anders") || !held("Geändert, damit") || !held("oder daten@stadt.example") || !held("[entfernt] kennt sich aus") {
		t.Error("more was removed than asked for")
	}
	if again, err := w.svc.Forget(ctx, w.officer, round.Whom{City: "augsburg", Contact: "Erika Geheim"}); err != nil || again.Holdings+again.Answers+again.Files != 0 {
		t.Errorf("again: %+v %v", again, err)
	}
	_ = name
}

func TestPurgeUploads_removesWhatIsOld(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	files := shelf{}
	w.svc.UseFiles(files)
	w.imported(strings.Repeat("c", 64), with(map[string]any{"A_org1": "R", "A_org2": "Amt", "A_mail": "a@stadt.example", "A_funcmail": "d@stadt.example", "B_localid": "x-1"}))
	root := catalog.System("test")
	if n, err := w.svc.PurgeUploads(t.Context(), root, time.Now().Add(-time.Hour)); err != nil || n != 0 {
		t.Errorf("too early: %d %v", n, err)
	}
	if n, err := w.svc.PurgeUploads(t.Context(), root, time.Now().Add(time.Hour)); err != nil || n != 1 || len(files) != 1 {
		t.Errorf("in time: %d %v", n, err)
	}
	if n, err := w.svc.PurgeUploads(t.Context(), root, time.Now().Add(time.Hour)); err != nil || n != 0 {
		t.Errorf("again: %d %v", n, err)
	}
	w.refused(func() error { _, err := w.svc.PurgeUploads(t.Context(), w.officer, time.Now()); return err }(), catalog.KindDenied, "")
}
