package job

import (
	"fmt"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/source"
)

// fullAfter is how long a kind with a change log goes on from its mark before the
// whole is compared again.
const fullAfter = 7 * 24 * time.Hour

// mark is where a run may go on from, "" when the whole is to be compared.
func (e *Engine) mark(src *catalog.HarvestSource) string {
	every, err := time.ParseDuration(src.Config[source.OptionFull])
	if err != nil {
		every = fullAfter
	}
	if src.Full.IsZero() || time.Since(src.Full) >= every {
		return ""
	}
	return src.Mark
}

// goneBySource takes what a source says is deleted.
func (p *planner) goneBySource(guid string) error {
	if p.goneIDs == nil {
		p.goneIDs = map[string]bool{}
	}
	if len(p.goneIDs) > source.MaxRecords {
		return catalog.Errorf(catalog.KindTooLarge, "Die Quelle nennt mehr als %d gelöschte Datensätze.", source.MaxRecords)
	}
	p.goneIDs[guid] = true
	return nil
}

// unchanged decides about a record of which a reading by changes said nothing, or
// that it is deleted.
func (p *planner) unchanged(r *catalog.HarvestRecord, waiting bool) error {
	if !p.goneIDs[r.GUID] {
		if waiting && p.src.Grace > 0 && time.Since(r.Missing) < p.src.Grace {
			p.job.Absent++
			return nil
		}
		if waiting { // its grace is over, and it did not come back
			p.deleted++
			return p.write(&line{GUID: r.GUID, Action: catalog.HarvestDelete, Entry: r.Entry})
		}
		p.job.Counts[catalog.HarvestSame]++
		return nil
	}
	p.deleted++
	return p.gone(r, waiting)
}

// tellOwn says once how many of our own datasets came back.
func (p *planner) tellOwn() {
	if p.job.Own == 0 {
		return
	}
	p.warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "own",
		Message: catalog.DE(fmt.Sprintf("%d unserer eigenen Datensätze kamen über die Quelle zurück und wurden nicht übernommen.", p.job.Own), fmt.Sprintf("%d of our own datasets came back through the source and were not taken.", p.job.Own))})
}
