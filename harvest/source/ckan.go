package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"trio.example/catalog"
	"trio.example/harvest/fetch"
)

// ckanRows is how many packages one request asks for; CKAN gives at most 1000.
// Where that many are too large for one answer, fewer are asked for.
const (
	ckanRows    = 1000
	ckanRowsMin = 10
)

// readCKAN walks over package_search. Packages edited meanwhile move between
// pages: when the walk did not see as many as the portal counts, it is walked a
// second time, and only then is the source said to be incomplete.
func readCKAN(ctx context.Context, r *Reader) (complete bool, err error) {
	w := newCKAN(r)
	if done, err := w.sinceLast(ctx); done || err != nil {
		return done, err
	}
	return w.all(ctx)
}

func newCKAN(r *Reader) *ckanWalk {
	base := strings.TrimRight(r.URL, "/")
	base = strings.TrimSuffix(strings.TrimSuffix(base, "/api/3/action"), "/api/3")
	return &ckanWalk{Reader: r, base: base, public: base, rows: ckanRows, seen: map[string]bool{}}
}

// all compares the whole portal.
func (w *ckanWalk) all(ctx context.Context) (complete bool, err error) {
	for range 2 {
		if err := w.walk(ctx, ""); err != nil {
			return false, err
		}
		if w.short == 0 && len(w.seen)+w.unnamed >= w.count {
			w.tellHidden()
			w.setMark()
			return w.unnamed == 0, nil // one without identifier may be any
		}
	}
	w.tellHidden()
	w.Warn(catalog.Finding{Severity: catalog.SeverityWarning, Code: "count",
		Message: catalog.DE(fmt.Sprintf("Das Portal zählt %d Datensätze, geliefert hat es %d.", w.count, len(w.seen)), fmt.Sprintf("The portal counts %d datasets and delivered %d.", w.count, len(w.seen))),
		Remedy:  catalog.DE("Es wird nichts gelöscht, bis die Zahlen passen.", "Nothing is deleted until the numbers fit.")})
	return false, nil
}

type ckanWalk struct {
	*Reader
	base    string // address of the API
	public  string // address that its datasets have on the web
	rows    int    // packages per request
	newest  string // latest metadata_modified seen
	fresh   int    // packages made after the mark
	mark    ckanMark
	seen    map[string]bool
	unnamed int // records without an identifier
	count   int // as the portal says
	short   int // pages with fewer packages than asked for, before the end
	hidden  int // private, deleted or no datasets
}

func (w *ckanWalk) tellHidden() {
	if w.hidden > 0 {
		w.Warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "hidden",
			Message: catalog.DE(fmt.Sprintf("%d Datensätze der Quelle sind privat, gelöscht oder beschreiben keine Daten und wurden nicht übernommen.", w.hidden), fmt.Sprintf("%d datasets of the source are private, deleted or describe no data and were not taken.", w.hidden))})
	}
}

// walk goes over all pages of a search.
func (w *ckanWalk) walk(ctx context.Context, filter string) error {
	w.short, w.count, w.unnamed = 0, 0, 0
	for start, pages := 0, 0; ; pages++ {
		if pages >= MaxPages || len(w.seen) > MaxRecords {
			return catalog.Errorf(catalog.KindTooLarge, "Das Portal hat mehr als %d Datensätze oder hört nicht auf.", MaxRecords)
		}
		list, count, err := w.page(ctx, start, filter)
		if catalog.KindOf(err) == catalog.KindTooLarge && err != nil && w.rows > ckanRowsMin {
			w.rows = max(ckanRowsMin, w.rows/5)
			continue
		}
		if err != nil {
			return err
		}
		w.count = max(w.count, count)
		for _, raw := range list {
			if err := w.take(raw); err != nil {
				return err
			}
		}
		start += len(list)
		if len(w.seen) > 2*w.count+1000 {
			return catalog.Errorf(catalog.KindInvalid, "Das Portal zählt %d Datensätze, liefert aber immer mehr: %d.", w.count, len(w.seen))
		}
		// A count that is too low must not hide what comes after it.
		if len(list) == 0 || start >= count && len(list) < w.rows {
			if start < count {
				w.short++
			}
			return nil
		}
	}
}

func (w *ckanWalk) page(ctx context.Context, start int, filter string) (list []json.RawMessage, count int, err error) {
	q := url.Values{"rows": {fmt.Sprint(w.rows)}, "start": {fmt.Sprint(start)}, "sort": {"id asc"}}
	if filter != "" {
		q.Set("fq", filter)
	}
	address := w.base + "/api/3/action/package_search?" + q.Encode()
	type result struct {
		Success bool `json:"success"`
		Result  *struct {
			Count   *int              `json:"count"`
			Results []json.RawMessage `json:"results"`
		} `json:"result"`
		Error json.RawMessage `json:"error"`
	}
	var answer result
	_, err = w.Client.Get(ctx, address, "application/json", func(doc *fetch.Doc) error {
		answer = result{}
		if err := decode(doc.Body, &answer); err != nil {
			return catalog.Errorf(catalog.KindInvalid, "%s liefert kein gültiges JSON: %v", address, err)
		}
		return nil
	})
	if err != nil {
		return nil, 0, err
	}
	if !answer.Success || answer.Result == nil || answer.Result.Count == nil {
		return nil, 0, catalog.Errorf(catalog.KindInvalid, "%s ist keine Antwort von CKAN (success, result.count und result.results fehlen): %.200s", address, answer.Error)
	}
	return answer.Result.Results, *answer.Result.Count, nil
}

// decode reads JSON in UTF-8 and says so when it is something else.
func decode(body []byte, v any) error {
	body = bytes.TrimPrefix(body, []byte("\xEF\xBB\xBF"))
	start := bytes.TrimSpace(body[:min(len(body), 500)])
	switch {
	case len(start) == 0:
		return fmt.Errorf("die Antwort ist leer")
	case start[0] == '<':
		return fmt.Errorf("die Antwort ist eine Webseite")
	}
	if err := inUTF8(body); err != nil {
		return err
	}
	if err := tooDeep(body); err != nil {
		return err
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	return d.Decode(v)
}

// inUTF8 says where a text is not: guessing would store garbled words.
func inUTF8(body []byte) error {
	if i := bytes.IndexByte(body, 0); i >= 0 {
		return fmt.Errorf("der Text enthält Nullzeichen (Byte %d)", i)
	}
	if utf8.Valid(body) {
		return nil
	}
	for i := 0; i < len(body); {
		r, n := utf8.DecodeRune(body[i:])
		if r == utf8.RuneError && n == 1 {
			return fmt.Errorf("der Text ist nicht in UTF-8 kodiert (Byte %d)", i)
		}
		i += n
	}
	return nil
}

// maxDepth bounds how deep brackets may nest.
const maxDepth = 64

func tooDeep(body []byte) error {
	depth, text := 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == '{', c == '[':
			if depth++; depth > maxDepth {
				return fmt.Errorf("tiefer als %d Ebenen geschachtelt (Byte %d)", maxDepth, i)
			}
		case c == '}', c == ']':
			depth--
		}
	}
	return nil
}

// maxRecord bounds one package, in bytes.
const maxRecord = 2 << 20

func (w *ckanWalk) take(raw json.RawMessage) error {
	var p map[string]any
	if len(raw) > maxRecord || decode(raw, &p) != nil || p == nil {
		w.unnamed++
		w.Warn(broken("package_search", fmt.Errorf("ein Datensatz ist kein JSON-Objekt oder größer als %d MB", maxRecord>>20)))
		return nil
	}
	id := text(p["id"])
	if id == "" {
		id = text(p["name"])
	}
	if id == "" {
		w.unnamed++
		w.Warn(fault("no_id", "", fmt.Sprintf("Ein Datensatz hat weder id noch name (Titel: %.100q).", text(p["title"])), fmt.Sprintf("A dataset has neither id nor name (title: %.100q).", text(p["title"]))))
		return nil
	}
	if w.seen[id] {
		return nil
	}
	w.seen[id] = true
	w.note(p)
	// DKAN writes "Active" and, for public, "Published".
	private := strings.EqualFold(text(p["private"]), "true") || strings.EqualFold(text(p["private"]), "private")
	if s := text(p["state"]); private || s != "" && !strings.EqualFold(s, "active") || text(p["type"]) == "harvest" {
		w.hidden++
		return nil
	}
	rec := w.mapPackage(id, p)
	rec.Raw = func() ([]byte, string) { return raw, "application/json" }
	if text(p["id"]) == "" {
		f := fault("no_id", id, "Der Datensatz hat keine Kennung (id); er wird an seinem Namen erkannt.", "The dataset has no id; it is told by its name.")
		f.Severity = catalog.SeverityWarning
		rec.Findings = append(rec.Findings, f)
	}
	return w.Emit(rec)
}
