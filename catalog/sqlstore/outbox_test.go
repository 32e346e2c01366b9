package sqlstore_test

import (
	"path/filepath"
	"slices"
	"testing"
	"time"

	"trio.example/catalog"
)

func TestMails_areFoundByStateAndWhatTheyAreAbout(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "trio.db"))
	ctx := t.Context()
	at := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	mails := []*catalog.Mail{
		{ID: "a", Round: "round1", State: catalog.MailSent, Done: at},
		{ID: "b", Round: "round2", State: catalog.MailWaiting},
		{ID: "c", Round: "round1", State: catalog.MailWaiting},
		{ID: "d", State: catalog.MailWaiting},
	}
	_, err := s.Update(ctx, catalog.System("test"), func(tx catalog.WriteTx) error {
		for i, m := range mails {
			m.Kind, m.To, m.Created = "survey", "amt@stadt.example", at.Add(time.Duration(i)*time.Second)
			if err := tx.PutMail(m); err != nil {
				return err
			}
		}
		// Whatever becomes of a mail, it stays about the same.
		again := *mails[2]
		again.Round, again.Attempts = "", 1
		return tx.PutMail(&again)
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		filter catalog.MailFilter
		want   []string
	}{
		{catalog.MailFilter{Limit: 10}, []string{"d", "c", "b", "a"}},
		{catalog.MailFilter{Limit: 2, Offset: 1}, []string{"c", "b"}},
		{catalog.MailFilter{State: catalog.MailWaiting, Limit: 10}, []string{"d", "c", "b"}},
		{catalog.MailFilter{Round: "round1", Limit: 10}, []string{"c", "a"}},
		{catalog.MailFilter{Round: "round1", Limit: 1}, []string{"c"}},
		{catalog.MailFilter{Round: "round1", State: catalog.MailSent, Limit: 10}, []string{"a"}},
		{catalog.MailFilter{Round: "round3", Limit: 10}, nil},
	} {
		var got []string
		if err := s.View(ctx, func(tx catalog.Tx) error {
			list, err := tx.Mails(c.filter)
			for _, m := range list {
				got = append(got, m.ID)
			}
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.filter, got, c.want)
		}
	}
}
