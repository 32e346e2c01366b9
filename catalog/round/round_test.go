package round_test

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/holding"
	"trio.example/catalog/round"
	"trio.example/catalog/schema"
	"trio.example/catalog/sqlstore"
	"trio.example/catalog/survey"
)

// town is a city with its survey over a real store.
type town struct {
	t       *testing.T
	store   *sqlstore.Store
	reg     *catalog.Registry
	svc     *round.Service
	org     string
	officer catalog.Actor
	second  catalog.Actor
	now     time.Time // zero follows the real clock
	path    string
}

var nobody = catalog.Anonymous

func newTown(t *testing.T) *town {
	t.Helper()
	w := &town{t: t, path: filepath.Join(t.TempDir(), "trio.db")}
	w.open()
	e := &catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}}
	if _, err := w.reg.Create(t.Context(), catalog.System("test"), e); err != nil {
		t.Fatal(err)
	}
	w.org = e.ID
	w.officer = catalog.Actor{UserID: catalog.NewID(), Name: "officer", Roles: map[string]catalog.Role{w.org: catalog.RoleAdmin}}
	w.second = catalog.Actor{UserID: catalog.NewID(), Name: "second", Roles: map[string]catalog.Role{w.org: catalog.RoleEditor}}
	return w
}

func (w *town) open() {
	w.t.Helper()
	store, err := sqlstore.Open(w.t.Context(), w.path)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(func() { _ = store.Close() })
	store.SetClock(func() time.Time {
		if w.now.IsZero() {
			return time.Now().UTC().Truncate(time.Microsecond)
		}
		return w.now
	})
	defs, err := schema.Default()
	if err != nil {
		w.t.Fatal(err)
	}
	w.store, w.reg = store, catalog.NewRegistry(store, defs)
	w.svc = round.New(w.reg, holding.NewDesk(w.reg, defs, survey.Default(), "https://daten.example.org"))
}

func (w *town) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}

// refused checks the kind of an error and, where it has one, its code.
func (w *town) refused(err error, kind catalog.Kind, code string) {
	w.t.Helper()
	var e *catalog.Error
	if !errors.As(err, &e) || e.Kind != kind || code != "" && (len(e.Findings) == 0 || e.Findings[0].Code != code) {
		w.t.Fatalf("got %v, want %v %s", err, kind, code)
	}
}

// begin opens a round with offices and returns its name and the tokens.
func (w *town) begin(title string, offices ...string) (name string, tokens map[string]string) {
	w.t.Helper()
	r, err := w.svc.Create(w.t.Context(), w.officer, round.Plan{City: "augsburg", Title: title, Deadline: time.Now().Add(24 * time.Hour)})
	w.must(err)
	var rows []round.Row
	for i, o := range offices {
		rows = append(rows, round.Row{Ref: fmt.Sprint(i + 2), Name: o, Parent: "Referat 1", Email: "stelle@stadt.example"})
	}
	_, err = w.svc.AddOffices(w.t.Context(), w.officer, r.Name, rows)
	w.must(err)
	list, err := w.svc.Invite(w.t.Context(), w.officer, r.Name, nil)
	w.must(err)
	tokens = map[string]string{}
	for _, inv := range list {
		tokens[inv.Office.Name] = inv.Token
	}
	if len(tokens) != len(offices) {
		w.t.Fatalf("%d links for %d offices", len(tokens), len(offices))
	}
	return r.Name, tokens
}

// full are the answers of a holding that may be published; all invented.
var full = map[string]any{
	"B_title": "Baumkataster", "B_desc": "Alle städtischen Bäume mit Art und Höhe.", "B_theme": []string{"envi"}, "B_freq": "mon",
	"C_system": "Grünverfahren", "C_storage": []string{"gis"}, "C_format": []string{"gjson"}, "C_path": "srv-geheim-7",
	"D_iface": []string{"wfs"}, "D_form": "pull", "E_personal": "kein", "E_secrecy": []string{"kein"}, "E_third": "kein", "E_licence": "cc0",
	"G_will": "ja", "G_pub": "ja", "G_puburl": "https://geo.stadt.example/baeume.geojson",
}

// say saves answers; what is on the screen is read first, as a page does.
func (w *town) say(token, holdingID string, answers map[string]any) *round.Saved {
	w.t.Helper()
	out := &round.Saved{Revs: map[string]int64{}}
	sections := map[string][]round.Edit{}
	for _, q := range survey.Default().Questions() {
		if v, ok := answers[q.ID]; ok {
			sec := survey.Default().SectionOf(q.ID).ID
			sections[sec] = append(sections[sec], round.Edit{Question: q.ID, Value: v})
		}
	}
	for sec, edits := range sections {
		scope := holdingID
		if sec == survey.Default().OfficeSection().ID {
			scope = ""
		}
		st, err := w.svc.Step(w.t.Context(), nobody, token, scope, sec)
		w.must(err)
		for i := range edits {
			for _, a := range st.Asks {
				if a.Question.ID == edits[i].Question && a.Answer != nil {
					edits[i].Base = a.Answer.Rev
				}
			}
		}
		saved, err := w.svc.Save(w.t.Context(), nobody, token, scope, sec, edits)
		w.must(err)
		out.Conflicts = append(out.Conflicts, saved.Conflicts...)
		out.Written += saved.Written
		for q, r := range saved.Revs {
			out.Revs[q] = r
		}
	}
	return out
}

// described adds a complete holding.
func (w *town) described(token, title string) *catalog.RoundHolding {
	w.t.Helper()
	h, err := w.svc.AddHolding(w.t.Context(), nobody, token, title)
	w.must(err)
	answers := map[string]any{"A_funcmail": "opendata@stadt.example"}
	for q, v := range full {
		answers[q] = v
	}
	answers["B_title"] = title
	w.say(token, h.ID, answers)
	return h
}

func (w *town) holding(id string) *catalog.RoundHolding {
	w.t.Helper()
	var h *catalog.RoundHolding
	w.must(w.store.View(w.t.Context(), func(tx catalog.Tx) error {
		var err error
		h, err = tx.RoundHolding(id)
		return err
	}))
	return h
}

func (w *town) entry(id string) *catalog.Entry {
	w.t.Helper()
	var e *catalog.Entry
	w.must(w.store.View(w.t.Context(), func(tx catalog.Tx) error {
		var err error
		e, err = tx.Entry(id)
		return err
	}))
	return e
}

func (w *town) state(name, office string) string {
	w.t.Helper()
	_, lines, err := w.svc.Status(w.t.Context(), w.officer, name)
	w.must(err)
	for _, l := range lines {
		if l.Name == office {
			return l.State
		}
	}
	return "?"
}

func TestWay_statesFollowEachStep(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage 2026", "Gartenamt")
	token := tokens["Gartenamt"]
	step := func(want string) {
		t.Helper()
		if got := w.state(name, "Gartenamt"); got != want {
			t.Fatalf("office is %s, want %s", got, want)
		}
	}
	step(catalog.OfficeInvited)
	_, err := w.svc.Tasks(ctx, nobody, token)
	w.must(err)
	step(catalog.OfficeOpened)
	h := w.described(token, "Baumkataster")
	step(catalog.OfficeDraft)
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	step(catalog.OfficeSubmitted)
	w.refused(w.svc.Submit(ctx, nobody, token, h.ID), catalog.KindConflict, "submitted")
	w.refused(w.svc.Return(ctx, w.officer, name, h.ID, "  "), catalog.KindInvalid, "text_missing")
	w.must(w.svc.Return(ctx, w.officer, name, h.ID, "Bitte ergänzen."))
	step(catalog.OfficeReturned)
	// The same answers again are submitted again.
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	step(catalog.OfficeSubmitted)
	w.must(w.svc.Withdraw(ctx, nobody, token, h.ID))
	step(catalog.OfficeDraft)
	w.refused(func() error { _, err := w.svc.Approve(ctx, w.officer, name, h.ID, 0, ""); return err }(), catalog.KindConflict, "decided")
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	_, err = w.svc.Approve(ctx, w.officer, name, h.ID, 0, "gut")
	w.must(err)
	step(catalog.OfficeApproved)
	if got := w.holding(h.ID); got.State != "publ" {
		t.Errorf("holding is %s", got.State)
	}
	d, err := w.svc.Office(ctx, w.officer, name, w.holding(h.ID).Office)
	w.must(err)
	var log []string
	for _, e := range slices.Backward(d.Events) {
		log = append(log, e.What+":"+e.To)
	}
	want := "office:invited link:created office:opened holding:draft office:draft holding:subm office:submitted holding:retn office:returned holding:subm office:submitted holding:draft office:draft holding:subm office:submitted holding:publ office:approved"
	if strings.Join(log, " ") != want {
		t.Errorf("log %s", strings.Join(log, " "))
	}
}

func TestSave_keepsBothVersionsWhereTwoEdit(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	_, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	h, err := w.svc.AddHolding(ctx, nobody, token, "Baumkataster")
	w.must(err)
	first := w.say(token, h.ID, map[string]any{"C_system": "Alt", "C_vendor": "Firma"})
	base := first.Revs["C_system"]
	save := func(edits ...round.Edit) *round.Saved {
		t.Helper()
		s, err := w.svc.Save(ctx, nobody, token, h.ID, "C", edits)
		w.must(err)
		return s
	}
	save(round.Edit{Question: "C_system", Value: "Von Anna", Base: base})
	// Bert still sees revision base; his other answer is saved all the same.
	s := save(round.Edit{Question: "C_system", Value: "Von Bert", Base: base}, round.Edit{Question: "C_vendor", Value: "Andere Firma", Base: first.Revs["C_vendor"]})
	if len(s.Conflicts) != 1 || s.Written != 1 || string(s.Conflicts[0].Theirs.Value) != `"Von Anna"` || s.Conflicts[0].Mine.Value != "Von Bert" {
		t.Fatalf("conflict %+v", s)
	}
	// What he had not touched is no conflict.
	if s := save(round.Edit{Question: "C_system", Value: "Alt", Base: base}); len(s.Conflicts) != 0 || s.Written != 0 {
		t.Errorf("an untouched field: %+v", s)
	}
	// The same value from both is none either.
	if s := save(round.Edit{Question: "C_system", Value: "Von Anna", Base: base}); len(s.Conflicts) != 0 || s.Revs["C_system"] != base+1 {
		t.Errorf("the same value: %+v", s)
	}
	// With the number that came back, his version counts; the older ones are kept.
	if s := save(round.Edit{Question: "C_system", Value: "Von Bert", Base: s.Conflicts[0].Theirs.Rev}); s.Written != 1 {
		t.Errorf("decided: %+v", s)
	}
	w.must(w.store.View(ctx, func(tx catalog.Tx) error {
		for rev, want := range []string{`"Alt"`, `"Von Anna"`, `"Von Bert"`} {
			a, err := tx.RoundAnswer(h.Office, h.ID, "C_system", int64(rev+1))
			if err != nil || string(a.Value) != want {
				t.Errorf("revision %d: %v %v", rev+1, a, err)
			}
		}
		return nil
	}))
	// A new question that both answer first.
	save(round.Edit{Question: "C_model", Value: "ja"})
	if s := save(round.Edit{Question: "C_model", Value: "nein"}); len(s.Conflicts) != 1 {
		t.Errorf("two first answers: %+v", s)
	}
}

func TestSave_refusesWhatDoesNotBelong(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	_, tokens := w.begin("Abfrage", "Gartenamt", "Tiefbauamt")
	token := tokens["Gartenamt"]
	h, err := w.svc.AddHolding(ctx, nobody, token, "Baumkataster")
	w.must(err)
	other, err := w.svc.AddHolding(ctx, nobody, tokens["Tiefbauamt"], "Baustellen")
	w.must(err)
	for _, c := range []struct {
		what, token, holding, section string
		edit                          round.Edit
		kind                          catalog.Kind
	}{
		{"unknown token", strings.Repeat("A", 43), h.ID, "C", round.Edit{Question: "C_system"}, catalog.KindNotFound},
		{"short token", "x", h.ID, "C", round.Edit{Question: "C_system"}, catalog.KindNotFound},
		{"other office", token, other.ID, "C", round.Edit{Question: "C_system"}, catalog.KindNotFound},
		{"no such holding", token, catalog.NewID(), "C", round.Edit{Question: "C_system"}, catalog.KindNotFound},
		{"other section", token, h.ID, "C", round.Edit{Question: "D_iface"}, catalog.KindNotFound},
		{"unknown question", token, h.ID, "C", round.Edit{Question: "C_nichts"}, catalog.KindNotFound},
		{"status", token, h.ID, "I", round.Edit{Question: "I_status", Value: "appr"}, catalog.KindNotFound},
		{"office question for a holding", token, h.ID, "A", round.Edit{Question: "A_org2", Value: "x"}, catalog.KindNotFound},
		{"holding question for the office", token, "", "B", round.Edit{Question: "B_title", Value: "x"}, catalog.KindNotFound},
		{"endless text", token, h.ID, "C", round.Edit{Question: "C_system", Value: strings.Repeat("x", 40_000)}, catalog.KindTooLarge},
		{"endless list", token, h.ID, "C", round.Edit{Question: "C_format", Value: make([]string, 300)}, catalog.KindTooLarge},
	} {
		_, err := w.svc.Save(ctx, nobody, c.token, c.holding, c.section, []round.Edit{{Question: "C_version", Value: "1"}, c.edit})
		if catalog.KindOf(err) != c.kind || err == nil {
			t.Errorf("%s: %v", c.what, err)
		}
	}
	st, err := w.svc.Step(ctx, nobody, token, h.ID, "C")
	w.must(err)
	for _, a := range st.Asks {
		if a.Answer != nil {
			t.Errorf("a refused save left %s", a.Question.ID)
		}
	}
}

func TestLinks_endWhenTheyShould(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	h := w.described(token, "Baumkataster")
	it, err := w.svc.Delegate(ctx, nobody, token, round.Delegation{Label: "IT", Holding: h.ID, Sections: []string{"C", "D"}})
	w.must(err)
	w.must(w.store.View(ctx, func(tx catalog.Tx) error {
		links, err := tx.RoundLinks(h.Office)
		for _, l := range links {
			if len(l.Hash) != 64 || l.Hash == token || l.Hash == it {
				t.Errorf("hash %q", l.Hash)
			}
		}
		return err
	}))
	// The passed-on link reaches its sections and nothing else.
	for _, c := range []struct {
		holding, section string
		ok               bool
	}{{h.ID, "C", true}, {h.ID, "D", true}, {h.ID, "E", false}, {"", "A", false}} {
		if _, err := w.svc.Step(ctx, nobody, it, c.holding, c.section); (err == nil) != c.ok {
			t.Errorf("section %s: %v", c.section, err)
		}
	}
	if _, err := w.svc.Check(ctx, nobody, it, h.ID); catalog.KindOf(err) != catalog.KindNotFound {
		t.Errorf("the passed-on link sees the preview: %v", err)
	}
	w.refused(w.svc.Submit(ctx, nobody, it, h.ID), catalog.KindNotFound, "")
	w.refused(w.svc.Declare(ctx, nobody, it, true, ""), catalog.KindNotFound, "")
	_, err = w.svc.Delegate(ctx, nobody, it, round.Delegation{Label: "weiter", Sections: []string{"C"}})
	w.refused(err, catalog.KindNotFound, "")
	_, err = w.svc.AddHolding(ctx, nobody, it, "Noch einer")
	w.refused(err, catalog.KindNotFound, "")
	w.refused(w.svc.Remark(ctx, nobody, it, h.ID, "E_personal", "?"), catalog.KindNotFound, "")
	w.must(w.svc.Remark(ctx, nobody, it, h.ID, "C_format", "Auch GML?"))
	d, err := w.svc.Tasks(ctx, nobody, it)
	w.must(err)
	if d.OfficeTask != nil || len(d.Holdings) != 1 || len(d.Holdings[0].Tasks) != 2 {
		t.Errorf("tasks of the passed-on link: %+v", d)
	}
	// Remarks about the holding as a whole are not for the passed-on link.
	w.must(w.svc.Remark(ctx, nobody, token, h.ID, "", "Nur für das Amt"))
	if d, err = w.svc.Tasks(ctx, nobody, it); err != nil || strings.Contains(fmt.Sprint(notesOf(d.Notes)), "Nur für das Amt") || len(d.Notes) != 1 {
		t.Errorf("remarks of the passed-on link: %v %v", notesOf(d.Notes), err)
	}
	// A save through it names it.
	_, err = w.svc.Save(ctx, nobody, it, h.ID, "C", []round.Edit{{Question: "C_version", Value: "7"}})
	w.must(err)
	s, err := w.svc.Save(ctx, nobody, token, h.ID, "C", []round.Edit{{Question: "C_version", Value: "8"}})
	w.must(err)
	if len(s.Conflicts) != 1 || s.Conflicts[0].Author != "IT" {
		t.Errorf("conflict %+v", s.Conflicts)
	}
	// It ends with the link it came from.
	office, err := w.svc.Office(ctx, w.officer, name, h.Office)
	w.must(err)
	w.must(w.svc.Revoke(ctx, w.officer, name, h.Office, office.Links[0].ID))
	for _, x := range []string{token, it} {
		if _, err := w.svc.Open(ctx, nobody, x); catalog.KindOf(err) != catalog.KindNotFound {
			t.Errorf("a revoked link: %v", err)
		}
		_, err := w.svc.Save(ctx, nobody, x, h.ID, "C", []round.Edit{{Question: "C_version", Value: "9"}})
		w.refused(err, catalog.KindNotFound, "")
	}
	// A new link goes on where the old one stood.
	list, err := w.svc.Invite(ctx, w.officer, name, []string{h.Office})
	w.must(err)
	st, err := w.svc.Step(ctx, nobody, list[0].Token, h.ID, "C")
	w.must(err)
	if st.Asks[0].Value != "Grünverfahren" {
		t.Errorf("the new link shows %v", st.Asks[0].Value)
	}
	w.now = list[0].Link.Expires.Add(time.Second)
	_, err = w.svc.Save(ctx, nobody, list[0].Token, h.ID, "C", []round.Edit{{Question: "C_version", Value: "9"}})
	w.refused(err, catalog.KindNotFound, "")
}

func TestRound_closingLosesNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	h := w.described(token, "Baumkataster")
	w.must(w.svc.SetState(ctx, w.officer, name, catalog.RoundClosed))
	if s := w.say(token, h.ID, map[string]any{"C_version": "2"}); s.Written != 1 {
		t.Errorf("typed while it was closed: %+v", s)
	}
	w.refused(w.svc.Submit(ctx, nobody, token, h.ID), catalog.KindConflict, "round_closed")
	w.now = time.Now().UTC().Add(25 * time.Hour)
	_, err := w.svc.Save(ctx, nobody, token, h.ID, "C", []round.Edit{{Question: "C_version", Value: "3", Base: 1}})
	w.refused(err, catalog.KindConflict, "round_closed")
	w.must(w.svc.SetState(ctx, w.officer, name, catalog.RoundOpen))
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	w.now = time.Time{}
}

func TestApprove_needsASecondPerson(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	h := w.described(token, "Baumkataster")
	// The officer submits for the office, as in an interview.
	w.must(w.svc.Submit(ctx, w.officer, token, h.ID))
	_, err := w.svc.Approve(ctx, w.officer, name, h.ID, 0, "")
	w.refused(err, catalog.KindInvalid, "four_eyes")
	v, err := w.svc.Review(ctx, w.officer, name, h.ID)
	w.must(err)
	if v.MayApprove {
		t.Error("who submitted is offered to approve")
	}
	// One answer is enough to take part.
	w.must(w.svc.Withdraw(ctx, nobody, token, h.ID))
	_, err = w.svc.Save(ctx, w.second, token, h.ID, "C", []round.Edit{{Question: "C_version", Value: "2"}})
	w.must(err)
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	_, err = w.svc.Approve(ctx, w.second, name, h.ID, 0, "")
	w.refused(err, catalog.KindInvalid, "four_eyes")
	rev := w.entry(w.holding(h.ID).Entry).Rev
	_, err = w.svc.Approve(ctx, w.officer, name, h.ID, rev-1, "")
	w.refused(err, catalog.KindConflict, "")
	_, err = w.svc.Approve(ctx, w.officer, name, h.ID, rev, "")
	w.must(err)
	for _, who := range []catalog.Actor{nobody, {UserID: "x", Name: "x"}, {UserID: "y", Name: "y", Roles: map[string]catalog.Role{w.org: catalog.RoleMember}}} {
		if _, err := w.svc.Approve(ctx, who, name, h.ID, 0, ""); catalog.KindOf(err) != catalog.KindNotFound {
			t.Errorf("%s: %v", who.Name, err)
		}
		if _, _, err := w.svc.Status(ctx, who, name); catalog.KindOf(err) != catalog.KindNotFound {
			t.Errorf("%s sees the round: %v", who.Name, err)
		}
	}
}

func TestSubmit_leavesHiddenAnswersBehind(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	h := w.described(token, "Baumkataster")
	w.say(token, h.ID, map[string]any{"G_will": "nein"})
	w.say(token, h.ID, map[string]any{"G_reason": "Verschlossener Grund"})
	w.say(token, h.ID, map[string]any{"G_will": "ja"})
	st, err := w.svc.Step(ctx, nobody, token, h.ID, "G")
	w.must(err)
	for _, a := range st.Asks {
		if a.Question.ID == "G_reason" {
			t.Error("a question that does not apply is shown")
		}
	}
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	e := w.entry(w.holding(h.ID).Entry)
	text, err := catalog.EncodeEntry(e)
	w.must(err)
	if strings.Contains(string(text), "Verschlossener Grund") {
		t.Error("the holding has an answer to a question that does not apply")
	}
	v, err := w.svc.Review(ctx, w.officer, name, h.ID)
	w.must(err)
	if strings.Contains(fmt.Sprint(v.Parts), "Verschlossener Grund") {
		t.Error("the review shows it")
	}
	// It is not lost: once the question applies again, it is back.
	w.must(w.svc.Withdraw(ctx, nobody, token, h.ID))
	w.say(token, h.ID, map[string]any{"G_will": "nein"})
	st, err = w.svc.Step(ctx, nobody, token, h.ID, "G")
	w.must(err)
	if !slices.ContainsFunc(st.Asks, func(a round.Ask) bool { return a.Value == "Verschlossener Grund" }) {
		t.Error("the answer is lost")
	}
}

func TestSubmit_refusesWhatIsNotComplete(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	_, tokens := w.begin("Abfrage", "Gartenamt", "Tiefbauamt")
	token := tokens["Gartenamt"]
	h := w.described(token, "Baumkataster")
	w.say(token, h.ID, map[string]any{"B_desc": "zu kurz"})
	w.refused(w.svc.Submit(ctx, nobody, token, h.ID), catalog.KindInvalid, "invalid:B_desc")
	c, err := w.svc.Check(ctx, nobody, token, h.ID)
	w.must(err)
	if len(c.Lacking) != 1 || c.Lacking[0].Question.ID != "B_desc" || !c.Lacking[0].Invalid || c.Complete {
		t.Errorf("check %+v", c.Lacking)
	}
	w.say(token, h.ID, map[string]any{"B_desc": full["B_desc"]})
	// A local id of another office would overwrite that office's holding.
	o := w.described(tokens["Tiefbauamt"], "Baustellen")
	w.must(w.svc.Submit(ctx, nobody, tokens["Tiefbauamt"], o.ID))
	w.say(token, h.ID, map[string]any{"B_localid": w.holding(o.ID).LocalID})
	w.refused(w.svc.Submit(ctx, nobody, token, h.ID), catalog.KindInvalid, "taken:B_localid")
	w.say(token, h.ID, map[string]any{"B_localid": "garten-neu"})
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	// Not publishable: approved as described, and nothing of it public.
	w.must(w.svc.Withdraw(ctx, nobody, token, h.ID))
	w.say(token, h.ID, map[string]any{"G_will": "nein"})
	w.say(token, h.ID, map[string]any{"G_reason": "Bitte nicht"})
	w.must(w.svc.Submit(ctx, nobody, token, h.ID))
	_, err = w.svc.Approve(ctx, w.officer, "augsburg-abfrage", h.ID, 0, "")
	w.must(err)
	if got := w.holding(h.ID); got.State != "appr" || w.entry(got.Entry).Fields.String("dataset") != "" {
		t.Errorf("holding %+v", got)
	}
}

func TestRound_startsFromTheLastOne(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage 2025", "Gartenamt")
	h := w.described(tokens["Gartenamt"], "Baumkataster")
	w.say(tokens["Gartenamt"], "", map[string]any{"A_name": "Kim Alt", "A_unit": "Sachgebiet 2"})
	w.must(w.svc.Submit(ctx, nobody, tokens["Gartenamt"], h.ID))
	_, err := w.svc.Approve(ctx, w.officer, name, h.ID, 0, "")
	w.must(err)
	before := w.entry(w.holding(h.ID).Entry)

	next, tokens := w.begin("Abfrage 2026", "Gartenamt")
	token := tokens["Gartenamt"]
	d, err := w.svc.Tasks(ctx, nobody, token)
	w.must(err)
	if len(d.Holdings) != 1 || !d.Holdings[0].Complete || d.Office.State != catalog.OfficeOpened {
		t.Fatalf("the last answers are not there: %+v", d.Holdings)
	}
	st, err := w.svc.Step(ctx, nobody, token, "", "A")
	w.must(err)
	got := map[string]any{}
	for _, a := range st.Asks {
		got[a.Question.ID] = a.Value
	}
	if got["A_unit"] != "Sachgebiet 2" || got["A_name"] != nil || got["A_org2"] != "Gartenamt" || !st.Previous {
		t.Errorf("office section %v", got)
	}
	// Confirmed without changes, it stays approved and is the same holding.
	id := d.Holdings[0].Holding.ID
	w.say(token, "", map[string]any{"A_name": "Kim Alt"})
	w.must(w.svc.Submit(ctx, nobody, token, id))
	if got := w.holding(id); got.State != "publ" || got.Entry != before.ID {
		t.Errorf("confirmed: %+v", got)
	}
	if after := w.entry(before.ID); after.Rev != before.Rev {
		t.Errorf("confirming made revision %d of %d", after.Rev, before.Rev)
	}
	// A change goes through review; what is published stays meanwhile.
	w.must(w.svc.Withdraw(ctx, nobody, token, id))
	w.say(token, id, map[string]any{"B_title": "Baumkataster mit Höhen"})
	w.must(w.svc.Submit(ctx, nobody, token, id))
	changed := w.entry(before.ID)
	ds := w.entry(changed.Fields.String("dataset"))
	if w.holding(id).State != "subm" || ds.Fields.String("title") != "Baumkataster" || ds.Access != catalog.AccessPublic {
		t.Errorf("before approval: %v", ds.Fields.String("title"))
	}
	_, err = w.svc.Approve(ctx, w.officer, next, id, 0, "")
	w.must(err)
	if ds := w.entry(ds.ID); ds.Fields.String("title") != "Baumkataster mit Höhen" {
		t.Errorf("after approval: %v", ds.Fields.String("title"))
	}
}

func TestContacts_areErasedForGood(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	w.say(token, "", map[string]any{"A_name": "Kim Eins"})
	w.say(token, "", map[string]any{"A_name": "Kim Zwei", "A_unit": "Sachgebiet 2"})
	d, err := w.svc.Tasks(ctx, nobody, token)
	w.must(err)
	n, err := w.svc.EraseContacts(ctx, w.officer, name, d.Office.ID)
	if err != nil || n < 3 {
		t.Fatalf("%d erased, %v", n, err)
	}
	st, err := w.svc.Step(ctx, nobody, token, "", "A")
	w.must(err)
	for _, a := range st.Asks {
		if a.Question.Personal && a.Answer != nil {
			t.Errorf("%s is still there", a.Question.ID)
		}
		if a.Question.ID == "A_unit" && a.Value != "Sachgebiet 2" {
			t.Error("another answer went with it")
		}
	}
	w.must(w.store.View(ctx, func(tx catalog.Tx) error {
		for rev := range int64(5) {
			if a, err := tx.RoundAnswer(d.Office.ID, "", "A_name", rev); err == nil {
				t.Errorf("revision %d: %s", rev, a.Value)
			}
		}
		return nil
	}))
}

func TestAnswers_surviveARestart(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	_, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	h := w.described(token, "Baumkataster")
	w.open() // a second program over the same file; the first one never closed it
	st, err := w.svc.Step(context.Background(), nobody, token, h.ID, "C")
	w.must(err)
	if st.Asks[0].Value != "Grünverfahren" || st.Asks[0].Answer.Rev != 1 {
		t.Errorf("after the restart: %+v", st.Asks[0])
	}
}

func notesOf(list []*catalog.RoundNote) []string {
	var out []string
	for _, n := range list {
		out = append(out, n.Text)
	}
	return out
}
