package sqlstore

import (
	"encoding/json"
	"fmt"
	"time"

	"trio.example/catalog"
)

// Round implements catalog.RoundTx.
func (t *tx) Round(idOrName string) (*catalog.Round, error) {
	r, err := scanJSON[catalog.Round](t.row("SELECT body FROM round WHERE id = ? OR name = ?", idOrName, idOrName).Scan)
	if err != nil {
		return nil, notFound(err, "round")
	}
	return r, nil
}

// Rounds implements catalog.RoundTx.
func (t *tx) Rounds() ([]*catalog.Round, error) {
	return list(t, "rounds", scanJSON[catalog.Round], "SELECT body FROM round ORDER BY created DESC, id")
}

// RoundTemplate implements catalog.RoundTx.
func (t *tx) RoundTemplate(id string) ([]byte, error) {
	var packed []byte
	if err := t.row("SELECT template FROM round WHERE id = ?", id).Scan(&packed); err != nil {
		return nil, notFound(err, "round")
	}
	doc, err := unpacker.DecodeAll(packed, nil)
	if err != nil {
		return nil, fmt.Errorf("read template of a round: %w", err)
	}
	return doc, nil
}

// RoundOffice implements catalog.RoundTx.
func (t *tx) RoundOffice(id string) (*catalog.RoundOffice, error) {
	o, err := scanJSON[catalog.RoundOffice](t.row("SELECT body FROM round_office WHERE id = ?", id).Scan)
	if err != nil {
		return nil, notFound(err, "office")
	}
	return o, nil
}

// RoundOffices implements catalog.RoundTx, by department and name.
func (t *tx) RoundOffices(round string) ([]*catalog.RoundOffice, error) {
	return list(t, "offices", scanJSON[catalog.RoundOffice], "SELECT body FROM round_office WHERE round = ? ORDER BY parent, name, id", round)
}

func scanRoundLink(scan func(...any) error) (*catalog.RoundLink, error) {
	var hash string
	var body []byte
	if err := scan(&hash, &body); err != nil {
		return nil, err
	}
	l := &catalog.RoundLink{}
	err := json.Unmarshal(body, l)
	l.Hash = hash
	return l, err
}

// RoundLink implements catalog.RoundTx.
func (t *tx) RoundLink(hash string) (*catalog.RoundLink, error) {
	l, err := scanRoundLink(t.row("SELECT hash, body FROM round_link WHERE hash = ?", hash).Scan)
	if err != nil {
		return nil, notFound(err, "link")
	}
	return l, nil
}

// RoundLinks implements catalog.RoundTx, oldest first.
func (t *tx) RoundLinks(office string) ([]*catalog.RoundLink, error) {
	return list(t, "links", scanRoundLink, "SELECT hash, body FROM round_link WHERE office = ? ORDER BY created, id", office)
}

// RoundHolding implements catalog.RoundTx.
func (t *tx) RoundHolding(id string) (*catalog.RoundHolding, error) {
	h, err := scanJSON[catalog.RoundHolding](t.row("SELECT body FROM round_holding WHERE id = ?", id).Scan)
	if err != nil {
		return nil, notFound(err, "holding")
	}
	return h, nil
}

// RoundHoldings implements catalog.RoundTx.
func (t *tx) RoundHoldings(round, office string) ([]*catalog.RoundHolding, error) {
	c := conditions{}
	c.eq("round", round)
	c.eq("office", office)
	return list(t, "holdings", scanJSON[catalog.RoundHolding], "SELECT body FROM round_holding"+c.where()+" ORDER BY office, seq, id", c.args...)
}

// RoundHoldingsOf implements catalog.RoundTx.
func (t *tx) RoundHoldingsOf(entry string) ([]*catalog.RoundHolding, error) {
	if entry == "" {
		return nil, nil
	}
	// Two looks, so that each has its index.
	return list(t, "holdings", scanJSON[catalog.RoundHolding], "SELECT body FROM round_holding WHERE id IN (SELECT id FROM round_holding WHERE entry <> '' AND entry = ? UNION SELECT id FROM round_holding WHERE previous <> '' AND previous = ?) ORDER BY office, seq, id", entry, entry)
}

const answerColumns = "office, holding, question, rev, value, unknown, at, by"

func scanAnswer(scan func(...any) error) (*catalog.RoundAnswer, error) {
	a := &catalog.RoundAnswer{}
	var value []byte
	var at int64
	if err := scan(&a.Office, &a.Holding, &a.Question, &a.Rev, &value, &a.Unknown, &at, &a.By); err != nil {
		return nil, err
	}
	a.Value, a.At = value, fromMicros(at)
	return a, nil
}

// RoundAnswers implements catalog.RoundTx.
func (t *tx) RoundAnswers(office, holding string) ([]*catalog.RoundAnswer, error) {
	// Beside max() SQLite gives the columns of the row that has the maximum.
	return list(t, "answers", scanAnswer, "SELECT office, holding, question, max(rev), value, unknown, at, by FROM round_answer WHERE office = ? AND holding = ? GROUP BY question ORDER BY question", office, holding)
}

// RoundAnswer implements catalog.RoundTx.
func (t *tx) RoundAnswer(office, holding, question string, rev int64) (*catalog.RoundAnswer, error) {
	a, err := scanAnswer(t.row("SELECT "+answerColumns+" FROM round_answer WHERE office = ? AND holding = ? AND question = ? AND rev = ?", office, holding, question, rev).Scan)
	if err != nil {
		return nil, notFound(err, "answer")
	}
	return a, nil
}

// RoundNotes implements catalog.RoundTx, oldest first.
func (t *tx) RoundNotes(office string) ([]*catalog.RoundNote, error) {
	return list(t, "notes", scanJSON[catalog.RoundNote], "SELECT body FROM round_note WHERE office = ? ORDER BY at, id", office)
}

func scanEvent(scan func(...any) error) (*catalog.RoundEvent, error) {
	var seq int64
	var body []byte
	if err := scan(&seq, &body); err != nil {
		return nil, err
	}
	e := &catalog.RoundEvent{}
	err := json.Unmarshal(body, e)
	e.Seq = seq
	return e, err
}

// RoundEvents implements catalog.RoundTx.
func (t *tx) RoundEvents(round, office string, limit int) ([]*catalog.RoundEvent, error) {
	c := conditions{}
	c.eq("round", round)
	c.eq("office", office)
	return list(t, "events", scanEvent, "SELECT seq, body FROM round_event"+c.where()+" ORDER BY seq DESC LIMIT ?", append(c.args, limit)...)
}

// PutRound implements catalog.RoundWriteTx.
func (t *tx) PutRound(r *catalog.Round, template []byte) error {
	return t.putJSON("put round", r, `INSERT INTO round (id, name, city, state, created, template, body) VALUES (?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, state = excluded.state, body = excluded.body`,
		r.ID, r.Name, r.City, r.State, micros(r.Created), packer.EncodeAll(template, nil))
}

// PutRoundOffice implements catalog.RoundWriteTx.
func (t *tx) PutRoundOffice(o *catalog.RoundOffice) error {
	return t.putJSON("put office", o, `INSERT INTO round_office (id, round, name, parent, state, body) VALUES (?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET name = excluded.name, parent = excluded.parent, state = excluded.state, body = excluded.body`,
		o.ID, o.Round, o.Name, o.Parent, o.State)
}

// PutRoundLink implements catalog.RoundWriteTx.
func (t *tx) PutRoundLink(l *catalog.RoundLink) error {
	return t.putJSON("put link", l, "INSERT INTO round_link (hash, id, office, created, body) VALUES (?,?,?,?,?) ON CONFLICT (hash) DO UPDATE SET body = excluded.body",
		l.Hash, l.ID, l.Office, micros(l.Created))
}

// PutRoundHolding implements catalog.RoundWriteTx.
func (t *tx) PutRoundHolding(h *catalog.RoundHolding) error {
	return t.putJSON("put holding", h, `INSERT INTO round_holding (id, round, office, seq, state, entry, previous, body) VALUES (?,?,?,?,?,?,?,?)
		ON CONFLICT (id) DO UPDATE SET state = excluded.state, entry = excluded.entry, previous = excluded.previous, body = excluded.body`, h.ID, h.Round, h.Office, h.Seq, h.State, h.Entry, h.Previous)
}

// DeleteRoundHolding implements catalog.RoundWriteTx; its answers go with it.
func (t *tx) DeleteRoundHolding(id string) error {
	if err := t.derived("delete answers", "DELETE FROM round_answer WHERE holding = ?", id); err != nil {
		return err
	}
	return t.derived("delete holding", "DELETE FROM round_holding WHERE id = ?", id)
}

// Whoever holds a link could fill the disk with revisions of an answer, and saving by
// itself while somebody types would push out what was there before. The newest stay,
// for other windows that were made of them; of older ones the last of each sitting.
const (
	keptAnswers   = 100 // revisions of an answer
	recentAnswers = 10
	sitting       = 15 * time.Minute // between two of one author: they belong together
)

// AddRoundAnswer implements catalog.RoundWriteTx.
func (t *tx) AddRoundAnswer(a *catalog.RoundAnswer) error {
	err := t.derived("add answer", "INSERT INTO round_answer ("+answerColumns+") VALUES (?,?,?,?,?,?,?,?)",
		a.Office, a.Holding, a.Question, a.Rev, []byte(a.Value), a.Unknown, micros(a.At), a.By)
	if err != nil || a.Rev <= recentAnswers {
		return err
	}
	// The one that leaves the recent ones goes when its author went on at once.
	err = t.derived("thin answers", `DELETE FROM round_answer AS old WHERE office = ? AND holding = ? AND question = ? AND rev = ?
		AND EXISTS (SELECT 1 FROM round_answer AS next WHERE next.office = old.office AND next.holding = old.holding AND next.question = old.question
			AND next.rev = old.rev + 1 AND next.by = old.by AND next.at - old.at < ?)`, a.Office, a.Holding, a.Question, a.Rev-recentAnswers, sitting.Microseconds())
	if err != nil || a.Rev <= keptAnswers {
		return err
	}
	return t.derived("trim answers", `DELETE FROM round_answer WHERE office = ?1 AND holding = ?2 AND question = ?3 AND rev <= (
		SELECT rev FROM round_answer WHERE office = ?1 AND holding = ?2 AND question = ?3 ORDER BY rev DESC LIMIT 1 OFFSET ?4)`, a.Office, a.Holding, a.Question, keptAnswers)
}

// AddRoundNote implements catalog.RoundWriteTx.
func (t *tx) AddRoundNote(n *catalog.RoundNote) error {
	return t.putJSON("add note", n, "INSERT INTO round_note (id, office, at, body) VALUES (?,?,?,?)", n.ID, n.Office, micros(n.At))
}

// AddRoundEvent implements catalog.RoundWriteTx.
func (t *tx) AddRoundEvent(e *catalog.RoundEvent) error {
	return t.putJSON("add event", e, "INSERT INTO round_event (round, office, body) VALUES (?,?,?)", e.Round, e.Office)
}
