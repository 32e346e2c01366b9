package job

import (
	"strings"
	"time"

	"trio.example/catalog"
)

// What a line only notes.
const (
	markAbsent  = "absent"
	markPresent = "present"
)

// inGrace reports a record that is missing at its source while its dataset is
// still there.
func (p *planner) inGrace(tx catalog.Tx, r *catalog.HarvestRecord) (bool, error) {
	if r.Missing.IsZero() || r.Entry == "" {
		return false, nil
	}
	entry, err := tx.Entry(r.Entry)
	if err != nil {
		if catalog.KindOf(err) == catalog.KindNotFound {
			err = nil
		}
		return false, err
	}
	return entry.State == catalog.StateActive && entry.Origin != nil && entry.Origin.Source == OriginOf(r.Source), nil
}

// gone plans what becomes of a record that did not come: it is deleted, or first
// noted and deleted when the grace is over.
func (p *planner) gone(r *catalog.HarvestRecord, waiting bool) error {
	l := &line{GUID: r.GUID, Action: catalog.HarvestDelete, Entry: r.Entry}
	if first, _, ok := cutLast(r.GUID, "#"); ok && p.seen.Has(first) {
		p.job.Doubled++ // no loss: the source named the same thing several times
	}
	if p.src.Grace > 0 && (!waiting || time.Since(r.Missing) < p.src.Grace) {
		if waiting {
			p.job.Absent++
			return nil
		}
		l.Mark = markAbsent
	}
	return p.write(l)
}

// mark notes since when a record is missing, or that it is there.
func mark(tx catalog.WriteTx, src *catalog.HarvestSource, l *line) error {
	r, err := tx.HarvestRecord(src.ID, l.GUID)
	if err != nil {
		return err
	}
	if r.Missing = (time.Time{}); l.Mark == markAbsent {
		r.Missing = tx.Now()
	}
	return tx.PutHarvestRecord(r)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}
