package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// CKAN keeps each dataset as text in its search index and hands out that text, by
// fl, without making a page of it: one request for what smaller and smaller pages
// would take dozens for, and under a pause between requests minutes.

// ckanText is the field of the index with what package_search shows of a dataset.
const ckanText = "validated_data_dict"

// fromIndex reads a page that its portal cannot render out of the portal's index.
// What has no text there is asked for by itself; one that cannot be had in any way
// is told, and counted as lost: it stands as nil in the list. It returns false where
// the portal does not know these fields, or too much is missing.
func (w *ckanWalk) fromIndex(ctx context.Context, start int, filter string, cause error) (list []json.RawMessage, count int, ok bool) {
	if w.isolated.active() || w.noIndex || ctx.Err() != nil || fetch.Refused(cause) || catalog.KindOf(cause) == catalog.KindTooLarge {
		return nil, 0, false
	}
	found, count, err := w.askFor(fetch.Once(ctx), url.Values{"fl": {"id", ckanText}}, w.rows, start, filter)
	if err != nil || len(found) == 0 || len(found) > w.rows {
		return nil, 0, false
	}
	list, ids, missing := make([]json.RawMessage, len(found)), make([]string, len(found)), []int(nil)
	for i, raw := range found {
		if list[i], ids[i] = indexed(raw); list[i] == nil {
			missing = append(missing, i)
		}
	}
	if len(missing) > maxLost || slices.Contains(ids, "") {
		w.noIndex = len(missing) == len(list)
		return nil, 0, false
	}
	for _, i := range missing {
		if list[i], err = w.single(fetch.Once(ctx), ids[i]); err == nil {
			continue
		}
		if w.isolated.lost++; w.isolated.lost > maxLost || ctx.Err() != nil {
			return nil, 0, false
		}
		list[i] = nil
		w.Warn(unreadable(ids[i], fmt.Sprintf("Der Datensatz %.100q", ids[i]), fmt.Sprintf("The dataset %.100q", ids[i]), err))
	}
	w.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "unrendered",
		Message: catalog.DE(fmt.Sprintf("Das Portal kann die Datensätze %d bis %d nicht zusammen ausgeben; sie wurden aus seinem Suchindex gelesen. %s", start+1, start+len(list), message(cause)), fmt.Sprintf("The portal cannot give the datasets %d to %d together; they were read from its search index. %s", start+1, start+len(list), message(cause))),
		Remedy:  catalog.DE("Beim Betreiber des Portals melden.", "Tell the operator of the portal.")})
	return list, count, true
}

// indexed is the text of a dataset out of the index, nil when it is none that can
// be read, and its id.
func indexed(raw json.RawMessage) (pack json.RawMessage, id string) {
	var doc struct {
		ID   string `json:"id"`
		Text string `json:"validated_data_dict"`
	}
	if len(raw) > 2*maxRecord || json.Unmarshal(raw, &doc) != nil {
		return nil, ""
	}
	var p struct {
		ID string `json:"id"`
	}
	text := []byte(doc.Text)
	if tooDeep(text) != nil || json.Unmarshal(text, &p) != nil || p.ID != doc.ID {
		return nil, doc.ID
	}
	return text, doc.ID
}

// single asks for one package.
func (w *ckanWalk) single(ctx context.Context, id string) (pack json.RawMessage, err error) {
	err = w.action(ctx, "package_show", url.Values{"id": {id}}, &pack)
	if err == nil && !bytes.HasPrefix(pack, []byte("{")) {
		err = catalog.Errorf(catalog.KindInvalid, "package_show antwortet für %.100q mit keinem Datensatz.", id)
	}
	return pack, err
}

// unreadable tells of a dataset that was passed over.
func unreadable(guid, de, en string, cause error) catalog.Finding {
	return catalog.Finding{Severity: catalog.SeverityError, Code: "unreadable", Row: guid,
		Message: catalog.DE(fmt.Sprintf("%s lässt sich nicht abrufen und wurde übergangen: %s", de, message(cause)), fmt.Sprintf("%s cannot be fetched and was passed over: %s", en, message(cause))),
		Remedy:  catalog.DE("Beim Betreiber des Portals melden; bis er wieder lesbar ist, wird nichts gelöscht.", "Tell the operator of the portal; nothing is deleted until it can be read again.")}
}
