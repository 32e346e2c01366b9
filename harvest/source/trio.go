package source

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// The bounds of a reading by the change log: beyond them the whole is compared.
const (
	trioChanges = 1000 // per request
	trioSingle  = 300  // datasets asked for one by one
	trioPages   = 1000
	trioLately  = 10 * time.Minute // an index is not behind its log for longer
)

// readTrio reads another Trio. Its public change log has gapless numbers and tells
// of deletions, so that a run reads only what happened since the last one; from
// time to time the whole is compared all the same.
func readTrio(ctx context.Context, r *Reader) (complete bool, err error) {
	w := newCKAN(r)
	if w.public, err = trioAddress(ctx, w); err != nil {
		return false, err
	}
	if after, err := strconv.ParseInt(r.Mark, 10, 64); err == nil && after >= 0 {
		if done, err := w.follow(ctx, after); done || err != nil {
			return done, err
		}
	}
	// The log comes first: what changes during the walk is told next time. The walk
	// reads the other's index, which may be behind its log: what happened lately is
	// asked for one by one where the walk lacks it, and told again next time.
	log, err := w.changes(ctx, 0, time.Now().Add(-trioLately))
	if err != nil {
		return false, err
	}
	if complete, err = w.all(ctx); !complete || err != nil {
		return false, err
	}
	for i, id := range log.order {
		if i >= trioSingle {
			break
		}
		if log.ops[id] == string(catalog.OpDelete) || w.seen.Has(id) {
			continue
		}
		if err := w.show(ctx, id); err != nil {
			return false, err
		}
	}
	r.Next = strconv.FormatInt(log.calm, 10)
	return true, nil
}

// trioAddress asks for the address that a portal has on the web: by it datasets are
// told, also where it is reached by another.
func trioAddress(ctx context.Context, w *ckanWalk) (string, error) {
	var status struct {
		SiteURL string `json:"site_url"`
	}
	if err := w.action(ctx, "status_show", nil, &status); err != nil {
		return "", err
	}
	u, err := url.Parse(status.SiteURL)
	if err != nil || u.Host == "" {
		return w.base, nil
	}
	return strings.TrimRight(status.SiteURL, "/"), nil
}

// action calls the Action API.
func (w *ckanWalk) action(ctx context.Context, name string, args url.Values, result any) error {
	address := w.base + "/api/3/action/" + name
	if len(args) > 0 {
		address += "?" + args.Encode()
	}
	_, err := w.Client.Get(ctx, address, "application/json", func(doc *fetch.Doc) error {
		var answer struct {
			Success bool            `json:"success"`
			Result  json.RawMessage `json:"result"`
		}
		if err := decode(doc.Text(), &answer); err != nil {
			return badJSON(address, err)
		}
		if !answer.Success || len(answer.Result) == 0 {
			return fetch.Final(catalog.Errorf(catalog.KindInvalid, "%s ist keine Antwort eines Portals (success und result fehlen).", address))
		}
		return decode(answer.Result, result)
	})
	return err
}

// changeLog is what happened after a number: the last thing with each dataset, in
// the order in which they came. calm is the number before which nothing of it is.
type changeLog struct {
	ops        map[string]string
	order      []string
	last, calm int64
}

// changes follows the log from a number to its end and keeps what happened since
// a moment.
func (w *ckanWalk) changes(ctx context.Context, after int64, since time.Time) (*changeLog, error) {
	log := &changeLog{ops: map[string]string{}, last: after, calm: after}
	for range trioPages {
		address := fmt.Sprintf("%s/changes?after=%d&limit=%d", w.base, log.last, trioChanges)
		var list struct {
			Changes []struct {
				Seq    int64
				At     time.Time
				Op, ID string
			}
			Last *int64
			More bool
		}
		_, err := w.Client.Get(ctx, address, "application/json", func(doc *fetch.Doc) error {
			list.Last, list.Changes, list.More = nil, nil, false
			if err := decode(doc.Text(), &list); err != nil {
				return badJSON(address, err)
			}
			if list.Last == nil {
				return fetch.Final(catalog.Errorf(catalog.KindInvalid, "%s ist kein Änderungsprotokoll von Trio („last“ fehlt).", address))
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
		for _, c := range list.Changes {
			if c.At.Before(since) && len(log.order) == 0 {
				log.calm = c.Seq
				continue
			}
			if _, there := log.ops[c.ID]; !there {
				log.order = append(log.order, c.ID)
			}
			log.ops[c.ID] = c.Op
		}
		if list.More && *list.Last <= log.last {
			return nil, catalog.Errorf(catalog.KindInvalid, "Das Änderungsprotokoll führt im Kreis: %s", address)
		}
		if log.last = *list.Last; !list.More || len(log.order) > MaxRecords {
			return log, nil
		}
	}
	return nil, catalog.Errorf(catalog.KindTooLarge, "Das Änderungsprotokoll nimmt kein Ende.")
}

// show asks for one dataset; one that went meanwhile is told by the log next time.
func (w *ckanWalk) show(ctx context.Context, id string) error {
	var raw json.RawMessage
	err := w.action(ctx, "package_show", url.Values{"id": {id}}, &raw)
	switch fetch.Status(err) {
	case 403, 404:
		return nil
	}
	if err != nil {
		return err
	}
	return w.take(raw)
}

// follow reads what the log tells since the last run; not done where that is so
// much that comparing everything asks less of the other portal.
func (w *ckanWalk) follow(ctx context.Context, after int64) (done bool, err error) {
	log, err := w.changes(ctx, after, time.Time{})
	if err != nil || len(log.order) > trioSingle {
		return false, err
	}
	for _, id := range log.order {
		if log.ops[id] == string(catalog.OpDelete) {
			err = w.Gone(id)
		} else {
			err = w.show(ctx, id)
		}
		if err != nil {
			return false, err
		}
	}
	w.Delta, w.Next = true, strconv.FormatInt(log.last, 10)
	return true, nil
}
