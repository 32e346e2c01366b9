package source

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// The bounds of a reading by the change log: beyond them the whole is compared.
const (
	trioChanges = 1000 // per request
	trioSingle  = 300  // datasets asked for one by one
	trioPages   = 1000
)

// readTrio reads another Trio. Its public change log has gapless numbers and tells
// of deletions, so that a run reads only what happened since the last one; from
// time to time the whole is compared all the same.
func readTrio(ctx context.Context, r *Reader) (complete bool, err error) {
	w := newCKAN(r)
	if w.public, err = trioAddress(ctx, w); err != nil {
		return false, err
	}
	if after, err := strconv.ParseInt(r.Mark, 10, 64); err == nil && after > 0 {
		if done, err := w.follow(ctx, after); done || err != nil {
			return done, err
		}
	}
	// The number comes first: what changes during the walk is told next time.
	_, last, _, err := w.changes(ctx, 0, false)
	if err != nil {
		return false, err
	}
	if complete, err = w.all(ctx); complete {
		r.Next = strconv.FormatInt(last, 10)
	}
	return complete, err
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
		if err := decode(doc.Body, &answer); err != nil {
			return catalog.Errorf(catalog.KindInvalid, "%s liefert kein gültiges JSON: %v", address, err)
		}
		if !answer.Success || len(answer.Result) == 0 {
			return fetch.Final(catalog.Errorf(catalog.KindInvalid, "%s ist keine Antwort eines Portals (success und result fehlen).", address))
		}
		return decode(answer.Result, result)
	})
	return err
}

// changes follows the log from a number to its end. ops holds what happened last
// to each dataset, order the datasets as they came; keep leaves both out.
func (w *ckanWalk) changes(ctx context.Context, after int64, keep bool) (ops map[string]string, last int64, order []string, err error) {
	ops = map[string]string{}
	for range trioPages {
		address := fmt.Sprintf("%s/changes?after=%d&limit=%d", w.base, after, trioChanges)
		var list struct {
			Changes []struct {
				Seq    int64
				Op, ID string
			}
			Last *int64
			More bool
		}
		_, err := w.Client.Get(ctx, address, "application/json", func(doc *fetch.Doc) error {
			list.Last, list.Changes, list.More = nil, nil, false
			if err := decode(doc.Body, &list); err != nil {
				return catalog.Errorf(catalog.KindInvalid, "%s liefert kein gültiges JSON: %v", address, err)
			}
			if list.Last == nil {
				return fetch.Final(catalog.Errorf(catalog.KindInvalid, "%s ist kein Änderungsprotokoll von Trio („last“ fehlt).", address))
			}
			return nil
		})
		if err != nil {
			return nil, 0, nil, err
		}
		if keep {
			for _, c := range list.Changes {
				if _, there := ops[c.ID]; !there {
					order = append(order, c.ID)
				}
				ops[c.ID] = c.Op
			}
		}
		if list.More && *list.Last <= after {
			return nil, 0, nil, catalog.Errorf(catalog.KindInvalid, "Das Änderungsprotokoll führt im Kreis: %s", address)
		}
		if after = *list.Last; !list.More || len(order) > trioSingle {
			return ops, after, order, nil
		}
	}
	return nil, 0, nil, catalog.Errorf(catalog.KindTooLarge, "Das Änderungsprotokoll nimmt kein Ende.")
}

// follow reads what the log tells since the last run; not done where that is so
// much that comparing everything asks less of the other portal.
func (w *ckanWalk) follow(ctx context.Context, after int64) (done bool, err error) {
	ops, last, order, err := w.changes(ctx, after, true)
	if err != nil || len(order) > trioSingle {
		return false, err
	}
	for _, id := range order {
		if ops[id] == string(catalog.OpDelete) {
			if err := w.Gone(id); err != nil {
				return false, err
			}
			continue
		}
		var raw json.RawMessage
		err := w.action(ctx, "package_show", url.Values{"id": {id}}, &raw)
		switch fetch.Status(err) {
		case 403, 404:
			continue // it went meanwhile; the log will say so
		}
		if err != nil {
			return false, err
		}
		if err := w.take(raw); err != nil {
			return false, err
		}
	}
	w.Delta, w.Next = true, strconv.FormatInt(last, 10)
	return true, nil
}
