package sqlstore_test

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"trio.example/catalog"
)

func TestRound_keepsEverythingApart(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "trio.db"))
	ctx := t.Context()
	update := func(fn func(catalog.WriteTx) error) error {
		t.Helper()
		_, err := s.Update(ctx, catalog.System("test"), fn)
		return err
	}
	put := func(fn func(catalog.WriteTx) error) {
		t.Helper()
		if err := update(fn); err != nil {
			t.Fatal(err)
		}
	}
	put(func(tx catalog.WriteTx) error {
		for i, id := range []string{"r1", "r2"} {
			if err := tx.PutRound(&catalog.Round{ID: id, Name: "runde-" + id, City: "augsburg", State: catalog.RoundOpen, Created: tx.Now().Add(time.Duration(i) * time.Second)}, []byte("template "+id)); err != nil {
				return err
			}
			for _, o := range []string{"a", "b"} {
				if err := tx.PutRoundOffice(&catalog.RoundOffice{ID: id + o, Round: id, Name: o, State: catalog.OfficeListed}); err != nil {
					return err
				}
				if err := tx.PutRoundHolding(&catalog.RoundHolding{ID: id + o + "h", Round: id, Office: id + o, Seq: 1, State: "draft"}); err != nil {
					return err
				}
				if err := tx.PutRoundLink(&catalog.RoundLink{ID: id + o + "l", Hash: "hash-" + id + o, Office: id + o, Created: tx.Now(), Expires: tx.Now()}); err != nil {
					return err
				}
				if err := tx.AddRoundEvent(&catalog.RoundEvent{Round: id, Office: id + o, What: "office", To: "listed", At: tx.Now()}); err != nil {
					return err
				}
				if err := tx.AddRoundNote(&catalog.RoundNote{ID: id + o + "n", Office: id + o, Text: "Frage", At: tx.Now()}); err != nil {
					return err
				}
			}
		}
		return nil
	})
	began := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	answer := func(office, holding, question string, rev int64, v string) error {
		return update(func(tx catalog.WriteTx) error {
			// Each revision is a sitting of its own.
			return tx.AddRoundAnswer(&catalog.RoundAnswer{Office: office, Holding: holding, Question: question, Rev: rev, Value: json.RawMessage(v), At: began.Add(time.Duration(rev) * time.Hour), By: "link:x"})
		})
	}
	for rev := int64(1); rev <= 130; rev++ {
		if err := answer("r1a", "r1ah", "C_system", rev, fmt.Sprintf("%q", fmt.Sprint(rev))); err != nil {
			t.Fatal(err)
		}
	}
	for _, x := range [][2]string{{"r1a", ""}, {"r1b", "r1bh"}, {"r2a", "r2ah"}} {
		if err := answer(x[0], x[1], "A_name", 1, `"Kim"`); err != nil {
			t.Fatal(err)
		}
	}
	if err := answer("r1a", "r1ah", "C_system", 130, `"x"`); catalog.KindOf(err) != catalog.KindConflict {
		t.Errorf("a revision twice: %v", err)
	}
	if err := answer("nichts", "", "A_name", 1, `"x"`); err == nil {
		t.Error("an answer of no office is stored")
	}
	view := func(fn func(catalog.Tx) error) {
		t.Helper()
		if err := s.View(ctx, fn); err != nil {
			t.Fatal(err)
		}
	}
	view(func(tx catalog.Tx) error {
		list, err := tx.RoundAnswers("r1a", "r1ah")
		if err != nil || len(list) != 1 || list[0].Rev != 130 || string(list[0].Value) != `"130"` || list[0].By != "link:x" {
			t.Errorf("newest answers %+v %v", list, err)
		}
		if _, err := tx.RoundAnswer("r1a", "r1ah", "C_system", 30); catalog.KindOf(err) != catalog.KindNotFound {
			t.Errorf("revision 30 of 130: %v", err)
		}
		if a, err := tx.RoundAnswer("r1a", "r1ah", "C_system", 31); err != nil || string(a.Value) != `"31"` {
			t.Errorf("revision 31: %v", err)
		}
		rounds, err := tx.Rounds()
		if err != nil || len(rounds) != 2 || rounds[0].ID != "r2" {
			t.Errorf("rounds %v %v", rounds, err)
		}
		if doc, err := tx.RoundTemplate("r2"); err != nil || string(doc) != "template r2" {
			t.Errorf("template %q %v", doc, err)
		}
		l, err := tx.RoundLink("hash-r1b")
		if err != nil || l.Office != "r1b" || l.Hash != "hash-r1b" {
			t.Errorf("link %+v %v", l, err)
		}
		whole, err := tx.RoundHoldings("r1", "")
		one, err2 := tx.RoundHoldings("r1", "r1b")
		if err != nil || err2 != nil || len(whole) != 2 || len(one) != 1 {
			t.Errorf("holdings %d and %d", len(whole), len(one))
		}
		events, err := tx.RoundEvents("r1", "", 10)
		if err != nil || len(events) != 2 || events[0].Seq <= events[1].Seq {
			t.Errorf("events %v %v", events, err)
		}
		return nil
	})
	put(func(tx catalog.WriteTx) error {
		n, err := tx.EraseRoundAnswers("r1a", []string{"A_name", "A_mail"})
		if n != 1 {
			t.Errorf("%d erased", n)
		}
		if err := tx.DeleteRoundHolding("r1bh"); err != nil {
			return err
		}
		return err
	})
	view(func(tx catalog.Tx) error {
		gone, _ := tx.RoundAnswers("r1b", "r1bh")
		kept, _ := tx.RoundAnswers("r2a", "r2ah")
		if len(gone) != 0 || len(kept) != 1 {
			t.Errorf("%d answers left of a removed holding, %d of another round", len(gone), len(kept))
		}
		return nil
	})
	if findings, err := s.Check(ctx); err != nil || len(findings) > 0 {
		t.Errorf("check: %v %v", findings, err)
	}
	if err := answer("r1a", "", "A_unit", 2, `"x"`); err != nil {
		t.Fatal(err)
	}
	if err := answer("r1a", "", "A_unit", 4, `"x"`); err != nil {
		t.Fatal(err)
	}
	if findings, err := s.Check(ctx); err != nil || len(findings) != 1 || findings[0].Code != "round_gap" {
		t.Errorf("check: %v %v", findings, err)
	}
}

// TestRound_thinsWhatOneSittingWrote: saving while somebody types leaves the newest
// revisions and the last of each sitting; another author's stay.
func TestRound_thinsWhatOneSittingWrote(t *testing.T) {
	t.Parallel()
	s := open(t, filepath.Join(t.TempDir(), "trio.db"))
	began := time.Date(2026, 1, 1, 8, 0, 0, 0, time.UTC)
	_, err := s.Update(t.Context(), catalog.System("test"), func(tx catalog.WriteTx) error {
		if err := tx.PutRound(&catalog.Round{ID: "r", Name: "r", City: "augsburg", State: catalog.RoundOpen}, nil); err != nil {
			return err
		}
		if err := tx.PutRoundOffice(&catalog.RoundOffice{ID: "o", Round: "r", Name: "o", State: catalog.OfficeListed}); err != nil {
			return err
		}
		for i, h := range []catalog.RoundHolding{{ID: "h1", Entry: "e1"}, {ID: "h2", Entry: "e2", Previous: "e1"}, {ID: "h3"}} {
			h.Round, h.Office, h.Seq, h.State = "r", "o", i, "draft"
			if err := tx.PutRoundHolding(&h); err != nil {
				return err
			}
		}
		for rev := int64(1); rev <= 400; rev++ {
			a := &catalog.RoundAnswer{Office: "o", Holding: "h1", Question: "C_system", Rev: rev, Value: json.RawMessage(`"x"`), At: began.Add(time.Duration(rev) * time.Second), By: "link:x"}
			if rev == 50 {
				a.By = "user:y"
			}
			if rev > 200 { // the next day
				a.At = a.At.Add(24 * time.Hour)
			}
			if err := tx.AddRoundAnswer(a); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	err = s.View(t.Context(), func(tx catalog.Tx) error {
		var kept []int64
		for rev := int64(1); rev <= 400; rev++ {
			if _, err := tx.RoundAnswer("o", "h1", "C_system", rev); err == nil {
				kept = append(kept, rev)
			}
		}
		if want := []int64{49, 50, 200, 391, 392, 393, 394, 395, 396, 397, 398, 399, 400}; !slices.Equal(kept, want) {
			t.Errorf("kept %v, want %v", kept, want)
		}
		for entry, want := range map[string]int{"e1": 2, "e2": 1, "": 0, "e3": 0} {
			if list, err := tx.RoundHoldingsOf(entry); err != nil || len(list) != want {
				t.Errorf("%d holdings of %q: %v", len(list), entry, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
