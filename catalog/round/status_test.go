package round_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
	"trio.example/catalog/round"
)

func TestStatus_countsWhatMayBecomeOpen(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	token := tokens["Gartenamt"]
	open := func() int {
		t.Helper()
		o, _, err := w.svc.Status(ctx, w.officer, name)
		w.must(err)
		return o.Publishable
	}
	begun := w.described(token, "Spielplätze") // what is not submitted is nobody's yet
	if n := open(); n != 0 {
		t.Errorf("%d before anything is submitted", n)
	}
	trees := w.submitted(token, "Baumkataster", with(nil))
	w.submitted(token, "Kampfmittel", with(map[string]any{"E_secrecy": []string{"sich"}, "E_derive": "nein"}))
	w.submitted(token, "Gärten", with(map[string]any{"G_will": "bed", "G_cond": "Nur ohne Privatgärten"}))
	if n := open(); n != 1 {
		t.Errorf("%d of three submitted ones", n)
	}
	w.must(w.svc.Submit(ctx, nobody, token, begun.ID))
	_, err := w.svc.Approve(ctx, w.second, name, trees, 0, "")
	w.must(err)
	if n := open(); n != 2 {
		t.Errorf("%d after a further one is submitted and one is approved", n)
	}
	// What was removed from the catalogue meanwhile counts no more, and stops nothing.
	entry := w.entry(w.holding(begun.ID).Entry)
	_, err = w.store.Update(ctx, catalog.System("test"), func(tx catalog.WriteTx) error {
		return tx.PurgeEntry(entry.ID)
	})
	w.must(err)
	if n := open(); n != 1 {
		t.Errorf("%d after one was removed", n)
	}
}

func TestStatus_namesOfficesThatNobodyCanAsk(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	name, tokens := w.begin("Abfrage", "Gartenamt")
	_, err := w.svc.AddOffices(ctx, w.officer, name, []round.Row{{Ref: "3", Name: "Tiefbauamt"}, {Ref: "4", Name: "Archiv"}})
	w.must(err)
	list, err := w.svc.Invite(ctx, w.officer, name, nil)
	w.must(err)
	for _, inv := range list {
		tokens[inv.Office.Name] = inv.Token
	}
	lost := func(want ...string) {
		t.Helper()
		_, lines, err := w.svc.Status(ctx, w.officer, name)
		w.must(err)
		var got []string
		for _, l := range lines {
			if l.Unreachable {
				got = append(got, l.Name)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Errorf("nobody to ask at %v, want %v", got, want)
		}
	}
	lost("Archiv", "Tiefbauamt")
	// A mailbox for everybody is no contact, and what is no address is none either.
	w.say(tokens["Tiefbauamt"], "", map[string]any{"A_funcmail": "bau@stadt.example"})
	w.say(tokens["Archiv"], "", map[string]any{"A_mail": "Frau Beispiel, Zimmer 3"})
	lost("Archiv", "Tiefbauamt")
	w.say(tokens["Tiefbauamt"], "", map[string]any{"A_mail": "kim@stadt.example"})
	lost("Archiv")
	_, err = w.svc.AddOffices(ctx, w.officer, name, []round.Row{{Ref: "4", Name: "Archiv", Email: "archiv@stadt.example"}})
	w.must(err)
	lost()
}

// posting lets the town's letters lie in a real outbox.
func (w *town) posting() {
	w.t.Helper()
	texts, err := mail.LoadTemplates("")
	w.must(err)
	outbox, err := mail.NewOutbox(w.store, texts, mail.Config{Portal: catalog.DE("Offene Daten", "Open data"), SiteURL: "https://daten.example.org", From: "portal@daten.example.org"})
	w.must(err)
	w.svc.UseLetters(outbox, "https://daten.example.org")
}

func TestSent_listsTheLettersOfTheRoundAlone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.posting()
	ctx := t.Context()
	w.now = time.Now().UTC().Truncate(time.Microsecond)
	root := catalog.System("test")
	opened := func(city, title, office string) string {
		t.Helper()
		r, err := w.svc.Create(ctx, root, round.Plan{City: city, Title: title, Deadline: w.now.Add(24 * time.Hour)})
		w.must(err)
		// An address that several rounds and cities have; letters of all of them go there.
		_, err = w.svc.AddOffices(ctx, root, r.Name, []round.Row{{Ref: "2", Name: office, Email: "Zentrale@Stadt.example"}, {Ref: "3", Name: "Ohne Post"}})
		w.must(err)
		w.now = w.now.Add(time.Minute)
		sent, err := w.svc.InviteByMail(ctx, root, r.Name, nil)
		w.must(err)
		if sent != (round.Posted{Letters: 1, Lacking: 1}) {
			t.Fatalf("invited %+v", sent)
		}
		return r.Name
	}
	first := opened("augsburg", "Abfrage", "Gartenamt")
	opened("augsburg", "Nachfrage", "Gartenamt")
	opened("nuernberg", "Fremde Abfrage", "Grünamt")
	w.now = w.now.Add(time.Minute)
	_, err := w.svc.RemindByMail(ctx, w.officer, first, nil)
	w.must(err)
	kinds := func() (out []string) {
		t.Helper()
		list, err := w.svc.Sent(ctx, w.officer, first)
		w.must(err)
		for _, m := range list {
			if m.Body != "" || m.Shown != "" {
				t.Errorf("the letter's text is shown: %q %q", m.Body, m.Shown)
			}
			out = append(out, fmt.Sprint(m.Kind, " ", m.To, " ", m.State))
		}
		return out
	}
	want := []string{"surveyreminder Zentrale@Stadt.example waiting", "survey Zentrale@Stadt.example waiting"}
	if got := kinds(); !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	// What went to an earlier address stays in the list.
	_, err = w.svc.AddOffices(ctx, w.officer, first, []round.Row{{Ref: "2", Name: "Gartenamt", Email: "garten@stadt.example"}})
	w.must(err)
	if got := kinds(); !slices.Equal(got, want) {
		t.Errorf("with a new address: %v, want %v", got, want)
	}
	// An editor of the city runs the round too; nobody else sees who was written to.
	_, err = w.svc.Sent(ctx, w.second, first)
	w.must(err)
	for _, by := range []catalog.Actor{nobody, {UserID: catalog.NewID(), Roles: map[string]catalog.Role{w.org: catalog.RoleMember}}, {UserID: catalog.NewID(), Partner: true}} {
		_, err := w.svc.Sent(ctx, by, first)
		w.refused(err, catalog.KindNotFound, "")
	}
}

// TestAddOffices_tellsWhatIsDoubtful: rows that contradict each other are taken,
// and the contradiction is told with its row.
func TestAddOffices_tellsWhatIsDoubtful(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	name, _ := w.begin("Abfrage")
	out, err := w.svc.AddOffices(t.Context(), w.officer, name, []round.Row{
		{Ref: "2", Name: "Tiefbauamt", Parent: "Baureferat", Email: "tief@stadt.example"}, {Ref: "3", Name: "TIEFBAUAMT", Parent: "Baureferat", Email: "anders@stadt.example"},
		{Ref: "4", Name: "Kreis A", Parent: "Kreis B"}, {Ref: "5", Name: "Kreis B", Parent: "Kreis A"}, {Ref: "6", Name: "Unter A", Parent: "Kreis A"},
	})
	w.must(err)
	var got []string
	for _, f := range out.Findings {
		got = append(got, f.Row+" "+f.Code)
	}
	slices.Sort(got)
	if want := []string{"3 office_twice", "4 hierarchy_loop", "5 hierarchy_loop"}; !slices.Equal(got, want) || out.New != 4 || out.Rejected != 0 {
		t.Errorf("findings %v, want %v; %+v", got, want, out)
	}
}
