package source

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"trio.example/catalog"
)

// ckanMark is where a run of CKAN ended, by the clock and the count of the portal.
type ckanMark struct {
	Newest string `json:"newest"` // latest metadata_modified
	Count  int    `json:"count"`
}

// ckanOverlap is how far before the mark is read again: portals index late.
const ckanOverlap = time.Hour

// ckanTime is how CKAN writes moments: UTC without a zone.
const ckanTime = "2006-01-02T15:04:05.999999"

// note remembers what the mark of this run needs.
func (w *ckanWalk) note(p map[string]any) {
	if m := text(p["metadata_modified"]); validMoment(m) && m > w.newest {
		w.newest = m
	}
	if w.mark.Newest != "" && text(p["metadata_created"]) > w.mark.Newest {
		w.fresh++
	}
}

// validMoment keeps "tomorrow" and the year 9999 from becoming the mark.
func validMoment(s string) bool {
	const slack = 26 * time.Hour // zones
	t, err := time.Parse(ckanTime, s)
	return err == nil && t.Before(time.Now().Add(slack))
}

func (w *ckanWalk) setMark() {
	if w.Config[OptionFull] == "" || w.newest == "" {
		return
	}
	if b, err := json.Marshal(ckanMark{w.newest, w.count}); err == nil {
		w.Next = string(b)
	}
}

// sinceLast reads only what changed by date since the last run. Where the count
// of the portal tells that something is gone as well, or that it did not tell of
// something new, the whole is compared instead.
func (w *ckanWalk) sinceLast(ctx context.Context) (done bool, err error) {
	if w.Config[OptionFull] == "" || w.Mark == "" || json.Unmarshal([]byte(w.Mark), &w.mark) != nil {
		return false, nil
	}
	at, err := time.Parse(ckanTime, w.mark.Newest)
	if err != nil {
		return false, nil
	}
	_, before, err := w.ask(ctx, 0, 0, "")
	if err != nil {
		return false, err
	}
	w.newest = w.mark.Newest
	err = w.walk(ctx, fmt.Sprintf("metadata_modified:[%sZ TO *]", at.Add(-ckanOverlap).Format("2006-01-02T15:04:05")))
	if err != nil {
		return false, err
	}
	if w.short > 0 || w.unnamed > 0 || before != w.mark.Count+w.fresh {
		w.Warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "full",
			Message: catalog.DE(fmt.Sprintf("Das Portal zählt %d Datensätze, erwartet waren %d: Es wird vollständig verglichen.", before, w.mark.Count+w.fresh), fmt.Sprintf("The portal counts %d datasets, %d were expected: everything is compared.", before, w.mark.Count+w.fresh))})
		w.count = 0
		return false, nil
	}
	w.count = before
	w.setMark()
	w.Delta = true
	w.tellHidden()
	return true, nil
}
