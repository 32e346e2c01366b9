package sqlstore

import (
	"bytes"
	"fmt"

	"trio.example/catalog"
)

// overwrite lets nothing that is deleted or replaced stay readable in freed pages.
func (t *tx) overwrite() error {
	_, err := t.exec("PRAGMA secure_delete = ON")
	return err
}

// EraseIn implements catalog.WriteTx.
func (t *tx) EraseIn(id string, change func(*catalog.Entry) bool) (int, error) {
	if err := t.overwrite(); err != nil {
		return 0, err
	}
	erased := 0
	rewrite := func(body []byte) ([]byte, error) {
		e, err := catalog.DecodeEntry(body)
		if err != nil || !change(e) {
			return nil, err
		}
		erased++
		return catalog.EncodeEntry(e)
	}
	type revision struct {
		rev  int64
		body []byte
	}
	list, err := list(t, "revisions", func(scan func(...any) error) (revision, error) {
		var r revision
		if err := scan(&r.rev, &r.body); err != nil {
			return r, err
		}
		var err error
		r.body, err = unpackRevision(r.body, nil)
		return r, err
	}, "SELECT rev, body FROM revision WHERE entry_id = ? AND length(body) <> ?", id, sumLength)
	if err != nil {
		return 0, err
	}
	for _, r := range list {
		body, err := rewrite(r.body)
		if err != nil {
			return erased, fmt.Errorf("erase in revision %d of %s: %w", r.rev, id, err)
		}
		if body == nil {
			continue
		}
		if _, err := t.exec("UPDATE revision SET body = ? WHERE entry_id = ? AND rev = ?", packRevision(body), id, r.rev); err != nil {
			return erased, err
		}
	}
	var body []byte
	if err := t.row("SELECT body FROM entry WHERE id = ?", id).Scan(&body); err != nil {
		return erased, notFound(err, "entry")
	}
	body, err = rewrite(body)
	if err == nil && body != nil {
		_, err = t.exec("UPDATE entry SET body = ? WHERE id = ?", body, id)
	}
	if err == nil && body != nil {
		_, err = t.exec("UPDATE revision SET body = ? WHERE entry_id = ? AND length(body) = ?", sumOf(body), id, sumLength)
	}
	if err != nil || erased == 0 {
		return erased, err
	}
	var typ catalog.Type
	if err := t.row("SELECT type FROM entry WHERE id = ?", id).Scan(&typ); err != nil {
		return erased, fmt.Errorf("erase in %s: %w", id, err)
	}
	return erased, t.withdraw(id, typ)
}

// EraseRoundAnswers implements catalog.RoundWriteTx.
func (t *tx) EraseRoundAnswers(office string, questions []string) (int, error) {
	if len(questions) == 0 {
		return 0, nil
	}
	if err := t.overwrite(); err != nil {
		return 0, err
	}
	c := conditions{}
	c.eq("office", office)
	c.in("question", questions)
	res, err := t.exec("DELETE FROM round_answer"+c.where(), c.args...)
	if err != nil {
		return 0, fmt.Errorf("erase answers: %w", err)
	}
	n, err := res.RowsAffected()
	return int(n), err
}

// EraseRoundTexts implements catalog.RoundWriteTx.
func (t *tx) EraseRoundTexts(round, office string, strike func([]byte) []byte) (int, error) {
	if err := t.overwrite(); err != nil {
		return 0, err
	}
	type text struct {
		key  int64
		body []byte
	}
	erased := 0
	for _, from := range []struct{ table, key, column, of string }{
		{"round_note", "rowid", "body", "office IN (SELECT id FROM round_office WHERE round = ?1)"},
		{"round_holding", "rowid", "body", "round = ?1"},
		{"round_event", "seq", "body", "round = ?1"},
	} {
		texts, err := list(t, from.table, func(scan func(...any) error) (text, error) {
			var x text
			err := scan(&x.key, &x.body)
			return x, err
		}, "SELECT "+from.key+", "+from.column+" FROM "+from.table+" WHERE "+from.of+" AND (?2 = '' OR office = ?2)", round, office)
		if err != nil {
			return erased, err
		}
		for _, x := range texts {
			body := strike(x.body)
			if bytes.Equal(body, x.body) {
				continue
			}
			if _, err := t.exec("UPDATE "+from.table+" SET "+from.column+" = ? WHERE "+from.key+" = ?", body, x.key); err != nil {
				return erased, err
			}
			erased++
		}
	}
	// Answers have no number of their own.
	type answer struct {
		office, holding, question string
		rev                       int64
		value                     []byte
	}
	answers, err := list(t, "round_answer", func(scan func(...any) error) (answer, error) {
		var x answer
		err := scan(&x.office, &x.holding, &x.question, &x.rev, &x.value)
		return x, err
	}, "SELECT office, holding, question, rev, value FROM round_answer WHERE office IN (SELECT id FROM round_office WHERE round = ?1) AND (?2 = '' OR office = ?2)", round, office)
	if err != nil {
		return erased, err
	}
	for _, x := range answers {
		value := strike(x.value)
		if bytes.Equal(value, x.value) {
			continue
		}
		if _, err := t.exec("UPDATE round_answer SET value = ? WHERE office = ? AND holding = ? AND question = ? AND rev = ?", value, x.office, x.holding, x.question, x.rev); err != nil {
			return erased, err
		}
		erased++
	}
	return erased, nil
}
