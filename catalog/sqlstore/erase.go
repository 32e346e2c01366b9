package sqlstore

import (
	"fmt"

	"trio.example/catalog"
)

// EraseIn implements catalog.WriteTx.
func (t *tx) EraseIn(id string, change func(*catalog.Entry) bool) (int, error) {
	// What is overwritten must not stay readable in freed pages.
	if _, err := t.exec("PRAGMA secure_delete = ON"); err != nil {
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
		err := scan(&r.rev, &r.body)
		return r, err
	}, "SELECT rev, body FROM revision WHERE entry_id = ?", id)
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
		if _, err := t.exec("UPDATE revision SET body = ? WHERE entry_id = ? AND rev = ?", body, id, r.rev); err != nil {
			return erased, err
		}
	}
	var body []byte
	if err := t.row("SELECT body FROM entry WHERE id = ?", id).Scan(&body); err != nil {
		return erased, notFound(err, "entry")
	}
	if body, err = rewrite(body); err != nil || body == nil {
		return erased, err
	}
	_, err = t.exec("UPDATE entry SET body = ? WHERE id = ?", body, id)
	return erased, err
}
