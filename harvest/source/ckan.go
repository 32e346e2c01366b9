package source

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
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
	return &ckanWalk{Reader: r, base: base, public: base, rows: ckanRows, seen: Seen{}}
}

// all compares the whole portal.
func (w *ckanWalk) all(ctx context.Context) (complete bool, err error) {
	for range 2 {
		if err := w.walk(ctx, ""); err != nil {
			return false, err
		}
		if w.circle || w.isolated.lost > 0 {
			break // a second time would bring no more
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
	ahead   chan ckanPage // nil when no page is on its way
	seen    Seen
	unnamed int  // records without an identifier
	count   int  // as the portal says
	short   int  // pages with fewer packages than asked for, before the end
	circle  bool // its pages repeat themselves
	hidden  int  // private, deleted or no datasets
	// isolated is the broken page being narrowed down.
	isolated isolation
	noIndex  bool // its index does not hand out what it holds
}

func (w *ckanWalk) tellHidden() {
	if w.hidden > 0 {
		w.Warn(catalog.Finding{Severity: catalog.SeverityInfo, Code: "hidden",
			Message: catalog.DE(fmt.Sprintf("%d Datensätze der Quelle sind privat, gelöscht oder beschreiben keine Daten und wurden nicht übernommen.", w.hidden), fmt.Sprintf("%d datasets of the source are private, deleted or describe no data and were not taken.", w.hidden))})
	}
}

// walk goes over all pages of a search.
func (w *ckanWalk) walk(ctx context.Context, filter string) error {
	w.short, w.count, w.unnamed, w.isolated = 0, 0, 0, isolation{}
	idle, again := 0, len(w.seen) > 0
	ctx, cancel := context.WithCancel(ctx)
	defer w.settle()
	defer cancel() // what is on its way is not waited for
	for start, pages := 0, 0; ; pages++ {
		if pages >= MaxPages || len(w.seen) > MaxRecords {
			return catalog.Errorf(catalog.KindTooLarge, "Das Portal hat mehr als %d Datensätze oder hört nicht auf.", MaxRecords)
		}
		list, count, err := w.nextPage(ctx, start, filter)
		if catalog.KindOf(err) == catalog.KindTooLarge && err != nil && w.rows > ckanRowsMin {
			w.rows = max(ckanRowsMin, w.rows/5)
			continue
		}
		if err != nil {
			if l, n, ok := w.fromIndex(ctx, start, filter, err); ok {
				list, count, err = l, n, nil
			}
		}
		if err != nil {
			if w.narrow(ctx, &start, filter, err) {
				continue
			}
			return err
		}
		w.count = max(w.count, count)
		start += len(list)
		got, rows := len(list), w.rows
		list = slices.DeleteFunc(list, func(raw json.RawMessage) bool { return raw == nil }) // lost
		w.isolated.row = 0
		w.widen(start)
		// The next page is on its way while this one is read.
		if got == rows && start < count && !w.isolated.active() {
			w.fetchAhead(ctx, start, filter)
		}
		before := len(w.seen) + w.unnamed
		if err := w.takeAll(list); err != nil {
			return err
		}
		if idle++; len(w.seen)+w.unnamed > before {
			idle = 0
		}
		if idle > maxIdle && !again && start < count {
			w.short++
			w.circle = true // pages that bring nothing new lead nowhere
			return nil
		}
		if len(w.seen) > 2*w.count+1000 {
			return catalog.Errorf(catalog.KindInvalid, "Das Portal zählt %d Datensätze, liefert aber immer mehr: %d.", w.count, len(w.seen))
		}
		// A count that is too low must not hide what comes after it.
		if got == 0 || start >= count && got < rows {
			if start < count {
				w.short++
			}
			w.short += w.isolated.lost
			return nil
		}
	}
}

// ckanPage is a page that was asked for before its turn.
type ckanPage struct {
	list  []json.RawMessage
	count int
	err   error
}

func (w *ckanWalk) fetchAhead(ctx context.Context, start int, filter string) {
	ahead := make(chan ckanPage, 1)
	w.ahead = ahead
	go func() {
		list, count, err := w.page(ctx, start, filter)
		ahead <- ckanPage{list, count, err}
	}()
}

// settle waits for a page on its way, so that nothing goes on after the walk.
func (w *ckanWalk) settle() {
	if w.ahead != nil {
		<-w.ahead
		w.ahead = nil
	}
}

func (w *ckanWalk) nextPage(ctx context.Context, start int, filter string) (list []json.RawMessage, count int, err error) {
	if w.ahead == nil {
		return w.page(ctx, start, filter)
	}
	p := <-w.ahead
	w.ahead = nil
	return p.list, p.count, p.err
}

func (w *ckanWalk) page(ctx context.Context, start int, filter string) (list []json.RawMessage, count int, err error) {
	if w.isolated.active() {
		ctx = fetch.Once(ctx) // its larger page was tried long enough
	}
	return w.ask(ctx, w.rows, start, filter)
}

// ask fetches a part of the list and how many packages the portal counts.
func (w *ckanWalk) ask(ctx context.Context, rows, start int, filter string) (list []json.RawMessage, count int, err error) {
	return w.askFor(ctx, url.Values{}, rows, start, filter)
}

// askFor also says what is wanted of each package.
func (w *ckanWalk) askFor(ctx context.Context, q url.Values, rows, start int, filter string) (list []json.RawMessage, count int, err error) {
	q.Set("rows", fmt.Sprint(rows))
	q.Set("start", fmt.Sprint(start))
	q.Set("sort", "id asc")
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
		if err := decode(doc.Text(), &answer); err != nil {
			return badJSON(address, err)
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

// badJSON says that an answer cannot be read. One that is too large will be so again.
func badJSON(address string, err error) error {
	if catalog.KindOf(err) == catalog.KindTooLarge {
		return fetch.Final(catalog.Errorf(catalog.KindTooLarge, "%s: %s", address, message(err)))
	}
	return catalog.Errorf(catalog.KindInvalid, "%s liefert kein gültiges JSON: %v", address, err)
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

// maxDepth bounds how deep brackets may nest, maxValues how many values a document
// holds: a short text of them can be large in memory.
const (
	maxDepth  = 64
	maxValues = 2_000_000
)

func tooDeep(body []byte) error {
	depth, values, text := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case text && c == '\\':
			i++
		case c == '"':
			text = !text
		case text:
		case c == ',':
			values++
		case c == '{', c == '[':
			if values++; values > maxValues {
				return catalog.Errorf(catalog.KindTooLarge, "mehr als %d Werte in einem Dokument", maxValues)
			}
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

// ckanRead is a package that was taken apart: a record, or why there is none.
type ckanRead struct {
	fields map[string]any
	id     string
	rec    *Record
	hidden bool
}

// apart reads a package; it touches nothing of the walk.
func (w *ckanWalk) apart(raw json.RawMessage) (r ckanRead) {
	var p map[string]any
	if len(raw) > maxRecord {
		return r
	}
	d := json.NewDecoder(bytes.NewReader(raw)) // the page around it was checked
	d.UseNumber()
	if d.Decode(&p) != nil || p == nil {
		return r
	}
	r.fields = p
	if r.id = text(p["id"]); r.id == "" {
		r.id = text(p["name"])
	}
	if r.id == "" {
		return r
	}
	// DKAN writes "Active" and, for public, "Published".
	private := strings.EqualFold(text(p["private"]), "true") || strings.EqualFold(text(p["private"]), "private")
	if s := text(p["state"]); private || s != "" && !strings.EqualFold(s, "active") || text(p["type"]) == "harvest" {
		r.hidden = true
		return r
	}
	r.rec = w.mapPackage(r.id, p)
	r.rec.Raw = func() ([]byte, string) { return raw, "application/json" }
	if text(p["id"]) == "" {
		f := fault("no_id", r.id, "Der Datensatz hat keine Kennung (id); er wird an seinem Namen erkannt.", "The dataset has no id; it is told by its name.")
		f.Severity = catalog.SeverityWarning
		r.rec.Findings = append(r.rec.Findings, f)
	}
	return r
}

func (w *ckanWalk) take(raw json.RawMessage) error { return w.takeRead(w.apart(raw)) }

// takeAll takes a page: its packages are read at the same time, and taken in order.
func (w *ckanWalk) takeAll(list []json.RawMessage) error {
	const atOnce = 200
	for len(list) > 0 {
		part := list[:min(atOnce, len(list))]
		list = list[len(part):]
		reads := make([]ckanRead, len(part))
		parallel(len(part), func(i int) { reads[i] = w.apart(part[i]) })
		for _, r := range reads {
			if err := w.takeRead(r); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *ckanWalk) takeRead(r ckanRead) error {
	switch {
	case r.fields == nil:
		w.unnamed++
		w.Warn(broken("package_search", fmt.Errorf("ein Datensatz ist kein JSON-Objekt oder größer als %d MB", maxRecord>>20)))
		return nil
	case r.id == "":
		w.unnamed++
		title := text(r.fields["title"])
		w.Warn(fault("no_id", "", fmt.Sprintf("Ein Datensatz hat weder id noch name (Titel: %.100q).", title), fmt.Sprintf("A dataset has neither id nor name (title: %.100q).", title)))
		return nil
	case w.seen.Has(r.id):
		return nil
	}
	w.seen.Add(r.id)
	w.note(r.fields)
	if r.hidden {
		w.hidden++
		return nil
	}
	return w.Emit(r.rec)
}
