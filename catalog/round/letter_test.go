package round_test

import (
	"slices"
	"testing"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/mail"
	"trio.example/catalog/round"
)

// TestLetters_belongToTheirRound: an office that two cities write to, and an account
// with the same address, have one mailbox and three kinds of letters.
func TestLetters_belongToTheirRound(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	ctx := t.Context()
	texts, err := mail.LoadTemplates("")
	w.must(err)
	outbox, err := mail.NewOutbox(w.store, texts, mail.Config{Portal: catalog.DE("Daten", "Data"), SiteURL: "https://d.example", From: "p@d.example"})
	w.must(err)
	w.svc.UseLetters(outbox, "https://d.example")
	other := &catalog.Entry{Name: "muenchen", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt München"}}
	_, err = w.reg.Create(ctx, catalog.System("test"), other)
	w.must(err)
	neighbor := catalog.Actor{UserID: catalog.NewID(), Name: "neighbor", Roles: map[string]catalog.Role{other.ID: catalog.RoleAdmin}}

	const box = "kontakt@werke.example"
	begin := func(by catalog.Actor, city, title string) string {
		r, err := w.svc.Create(ctx, by, round.Plan{City: city, Title: title, Deadline: time.Now().Add(24 * time.Hour)})
		w.must(err)
		_, err = w.svc.AddOffices(ctx, by, r.Name, []round.Row{{Ref: "1", Name: "Stadtwerke", Email: box}})
		w.must(err)
		_, err = w.svc.InviteByMail(ctx, by, r.Name, nil)
		w.must(err)
		return r.Name
	}
	theirs, ours := begin(neighbor, "muenchen", "Geheime Runde"), begin(w.officer, "augsburg", "Abfrage")
	_, err = w.store.Update(ctx, catalog.System("test"), func(tx catalog.WriteTx) error {
		return outbox.Put(tx, mail.Draft{Kind: "test", Lang: "de", To: box})
	})
	w.must(err)
	subjects := func(by catalog.Actor, name string) (out []string) {
		list, err := w.svc.Sent(ctx, by, name)
		w.must(err)
		for _, m := range list {
			out = append(out, m.Subject)
		}
		return out
	}
	waiting := func() (out []string) {
		w.must(w.store.View(ctx, func(tx catalog.Tx) error {
			list, err := tx.Mails(catalog.MailFilter{Limit: 10})
			for _, m := range list {
				out = append(out, m.Kind+" "+m.Round)
			}
			return err
		}))
		return out
	}
	if got := subjects(w.officer, ours); len(got) != 1 || slices.Equal(got, subjects(neighbor, theirs)) {
		t.Errorf("the page of a round tells of %q", got)
	}
	before := waiting()
	out, err := w.svc.Forget(ctx, w.officer, round.Whom{City: "augsburg", Contact: box})
	w.must(err)
	if left := waiting(); out.Mails != 1 || len(left) != len(before)-1 || len(subjects(neighbor, theirs)) != 1 || len(subjects(w.officer, ours)) != 0 {
		t.Errorf("an officer removed %d letters of %q, left %q", out.Mails, before, left)
	}
	out, err = w.svc.Forget(ctx, catalog.System("test"), round.Whom{City: "augsburg", Contact: box})
	w.must(err)
	if left := waiting(); out.Mails != 2 || left != nil {
		t.Errorf("the system administrator removed %d, left %q", out.Mails, left)
	}
}
