package overlay_test

import (
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trio.example/search"
	"trio.example/search/bleveindex"
	"trio.example/search/overlay"
	"trio.example/search/scan"
)

var vocabulary = strings.Fields(`Baum Bäume Baumkataster Kataster Straße Strassen Straßenbäume Kita Kindertagesstätte Kitas Haushalt Haushaltsplan B-Plan Bebauungsplan
	Plan Luft Luftqualität Messung Wahl Wahlergebnis Wahlergebnisse Nürnberg München Augsburg und der für 2023 2024 csv water quality trees Radweg Radwege Rad PM10 PM 10 CO2 A9`)

// made are documents and questions at random.
type made struct{ *rand.Rand }

func pick[T any](m made, from ...T) T { return from[m.IntN(len(from))] }

func (m made) text(n int) string {
	words := make([]string, 1+m.IntN(n))
	for i := range words {
		words[i] = pick(m, vocabulary...)
	}
	return strings.Join(words, pick(m, " ", ", ", "-"))
}

var day = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func (m made) document(i int) *search.Document {
	labels := pick(m, []string{"public"}, []string{"public"}, []string{"org:a", "creator:x"}, []string{"org:b", "partner"})
	id := fmt.Sprintf("id-%03d", i)
	d := &search.Document{ID: id, Type: pick(m, "dataset", "dataset", "dataset", "organization"), Rev: int64(m.IntN(5)), Labels: labels,
		Text: map[string][]string{}, Exact: map[string][]string{"id": {id}, "name": {fmt.Sprintf("n%d", m.IntN(1000))}}, Dates: map[string]time.Time{}, Numbers: map[string]float64{}}
	title, notes := m.text(4), m.text(12)
	d.Text["title"], d.Text["notes"], d.Text["text"] = []string{title}, []string{notes}, []string{m.text(2)}
	d.Exact["title_string"] = []string{title}
	for range m.IntN(4) {
		tag := pick(m, vocabulary...)
		if !slices.Contains(d.Exact["tags"], tag) {
			d.Exact["tags"] = append(d.Exact["tags"], tag)
			d.Text["tags"] = append(d.Text["tags"], tag)
		}
	}
	if m.IntN(3) > 0 {
		d.Exact["organization"] = []string{pick(m, "bau", "umwelt", "schule")}
	}
	if m.IntN(4) > 0 {
		d.Text["extras_stand"], d.Exact["stand"] = []string{m.text(2)}, []string{pick(m, "https://x.example/a b", "2024")}
	}
	if m.IntN(3) == 0 {
		d.Exact["version"] = []string{pick(m, "a*b", "axb", `a\b`, "a?b", "1.0", "Straße")}
	}
	if m.IntN(5) > 0 {
		d.Dates["metadata_modified"] = day.AddDate(0, 0, m.IntN(30))
	}
	if m.IntN(3) == 0 {
		d.Dates[search.FieldPeriodStart] = day.AddDate(0, 0, m.IntN(30))
	}
	if m.IntN(3) == 0 {
		d.Dates[search.FieldPeriodEnd] = day.AddDate(0, 0, m.IntN(30)).Add(-time.Microsecond)
	}
	if m.IntN(3) > 0 {
		d.Numbers["num_resources"] = float64(m.IntN(5))
		w, s := float64(m.IntN(20))-10, float64(m.IntN(20))-10
		d.Numbers[search.FieldWest], d.Numbers[search.FieldEast], d.Numbers[search.FieldSouth], d.Numbers[search.FieldNorth] = w, w+2, s, s+3
	}
	return d
}

func (m made) node(depth int) search.Node {
	if depth > 0 && m.IntN(2) == 0 {
		nodes := make([]search.Node, 1+m.IntN(3))
		for i := range nodes {
			nodes[i] = m.node(depth - 1)
		}
		switch m.IntN(3) {
		case 0:
			return search.And{Nodes: nodes}
		case 1:
			return search.Or{Nodes: nodes, Min: m.IntN(3)}
		default:
			return search.Not{Node: nodes[0]}
		}
	}
	text := pick(m, "title", "notes", "text", "extras_stand")
	exact := pick(m, "tags", "organization", "name", "stand", "version", "missing")
	value := pick(m, pick(m, vocabulary...), "bau", "umwelt", "2024", "a*b", "https://x.example/a b")
	switch m.IntN(14) {
	case 0:
		return search.All{}
	case 1:
		return search.Term{Field: exact, Value: value + pick(m, "", "", "x"), Fuzzy: m.IntN(4)}
	case 2, 3:
		return search.Term{Field: text, Value: pick(m, value, m.text(2))}
	case 4:
		return search.Term{Field: text, Value: pick(m, vocabulary...) + pick(m, "", "x"), Fuzzy: 1 + m.IntN(2)}
	case 5:
		return search.Phrase{Field: pick(m, text, exact), Value: m.text(3), Slop: pick(m, 0, 0, 1, 2, 3, 5, 50), Boost: pick(m, 0, 0.5, 3)}
	case 6:
		return search.Wildcard{Field: pick(m, text, exact), Pattern: pick(m, "*", "?a*", "Baum*", "*er", "Str??e", "b*u", "*", `a\*b`, `*\**`, `a\?b`, `*\\*`, "a?b")}
	case 7:
		return search.Exists{Field: pick(m, "tags", "organization", "extras_stand", "num_resources", "metadata_modified", "nothing")}
	case 8:
		return search.Range{Field: pick(m, "metadata_modified", search.FieldPeriodStart, search.FieldPeriodEnd), From: m.date(), To: m.date(), FromExclusive: m.IntN(2) == 0, ToExclusive: m.IntN(2) == 0}
	case 9:
		return search.Range{Field: "num_resources", From: pick(m, "", "1", "2.5", "x"), To: pick(m, "", "3", "-1"), FromExclusive: m.IntN(2) == 0, ToExclusive: m.IntN(2) == 0}
	case 10:
		return search.Range{Field: pick(m, exact, text), From: pick(m, "", "Baum", "a"), To: pick(m, "", "Rad", "z"), FromExclusive: m.IntN(2) == 0, ToExclusive: m.IntN(2) == 0}
	case 11:
		return search.Box{West: float64(m.IntN(20) - 10), East: float64(m.IntN(20) - 5), South: -5, North: float64(m.IntN(20) - 10)}
	case 12:
		p, _ := search.ParsePeriod(m.date(), m.date())
		return p // one that ends before it begins too
	default:
		return m.words()
	}
}

func (m made) date() string {
	if m.IntN(3) == 0 {
		return ""
	}
	return day.AddDate(0, 0, m.IntN(30)).Format(time.RFC3339)
}

func (m made) words() search.Node {
	w := search.Words{Loose: m.IntN(3) == 0}
	for range 1 + m.IntN(7) {
		x := search.Word{Text: pick(m, vocabulary...)}
		switch m.IntN(8) {
		case 0:
			x.Must = true
		case 1:
			x.MustNot = true
		case 2:
			x.Text, x.Phrase = m.text(2), true
		case 3:
			x.Text, x.Prefix = x.Text[:min(len(x.Text), 2)], true
			x.Text = strings.ToValidUTF8(x.Text, "")
		}
		w.Words = append(w.Words, x)
	}
	return w
}

func (m made) query() search.Query {
	q := search.Query{Text: m.node(3), Rows: 1000}
	for range m.IntN(3) {
		q.Filters = append(q.Filters, m.node(1))
	}
	switch m.IntN(4) {
	case 0:
		q.Labels = []string{"public"}
	case 1:
		q.Labels = []string{"org:a", "public"}
	case 2:
		q.Labels = []string{"partner", "public", "creator:x"}
	default:
		q.AllLabels = true
	}
	if m.IntN(4) == 0 {
		q.Types = []string{"organization", "dataset"}
	}
	q.Sort = []search.Sort{{Field: pick(m, "metadata_modified", "title_string", "name", "num_resources", "organization", "id"), Desc: m.IntN(2) == 0},
		{Field: pick(m, "tags", "name", "id"), Desc: m.IntN(2) == 0}}[m.IntN(2):]
	for _, f := range []string{"tags", "organization", "stand", "missing"} {
		q.Facets = append(q.Facets, search.Facet{Field: f, Limit: pick(m, -1, 2, 50), MinCount: m.IntN(3)})
	}
	if m.IntN(3) == 0 {
		q.Start, q.Rows = m.IntN(10), 1+m.IntN(10)
	}
	return q
}

// world is an index with the documents that are in it.
type world struct {
	t    *testing.T
	dir  string
	text *bleveindex.Index
	idx  *overlay.Index
	docs map[string]*search.Document
	made
}

func newWorld(t *testing.T, seed uint64) *world {
	w := &world{t: t, dir: t.TempDir(), docs: map[string]*search.Document{}, made: made{rand.New(rand.NewPCG(seed, 1))}}
	var err error
	if w.text, err = bleveindex.Create(filepath.Join(w.dir, "text"), "v"); err != nil {
		t.Fatal(err)
	}
	if w.idx, err = overlay.Create(filepath.Join(w.dir, "overlay"), "v", w.text); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.idx.Close(); err != nil {
			t.Error(err)
		}
		if err := w.text.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

// change writes, replaces and removes some documents.
func (w *world) change(n int) {
	w.t.Helper()
	byID := map[string]*search.Document{}
	var gone []string
	for range n {
		i := w.IntN(200)
		if w.IntN(6) == 0 {
			gone = append(gone, fmt.Sprintf("id-%03d", i))
			continue
		}
		d := w.document(i)
		byID[d.ID] = d
	}
	gone = slices.DeleteFunc(gone, func(id string) bool { return byID[id] != nil })
	var docs []*search.Document
	for id, d := range byID {
		docs = append(docs, d)
		w.docs[id] = d
	}
	for _, id := range gone {
		delete(w.docs, id)
	}
	w.idx.Apply(docs, gone, overlay.Checkpoint{Seq: 1}, 1)
	if err := w.text.Apply(docs, gone, overlay.Checkpoint{Seq: 1}); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) reopen() {
	w.t.Helper()
	if err := w.idx.Close(); err != nil {
		w.t.Fatal(err)
	}
	var err error
	if w.idx, err = overlay.Open(filepath.Join(w.dir, "overlay"), "v", w.text); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) compare(q search.Query) {
	w.t.Helper()
	got, err := w.idx.Search(w.t.Context(), q)
	if err != nil {
		w.t.Fatal(err)
	}
	var docs []*search.Document
	for _, d := range w.docs {
		docs = append(docs, d)
	}
	want := scan.Search(docs, q)
	ids := func(r *search.Result) (out []string) {
		for _, h := range r.Hits {
			out = append(out, h.ID)
		}
		return out
	}
	if d := cmp.Diff(want.Total, got.Total); d != "" {
		w.t.Fatalf("total: %s\n%#v", d, q)
	}
	if d := cmp.Diff(ids(want), ids(got)); d != "" {
		w.t.Fatalf("hits: %s\n%#v", d, q)
	}
	if d := cmp.Diff(want.Facets, got.Facets); d != "" {
		w.t.Fatalf("facets: %s\n%#v", d, q)
	}
}

func TestSearch_agreesWithTheScan(t *testing.T) {
	t.Parallel()
	for seed := range uint64(8) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, seed)
			for round := range 6 {
				w.change(1 + w.IntN(80))
				if w.IntN(2) == 0 { // searches find what was spilled, and what changed since
					if err := w.idx.Spill(); err != nil {
						t.Fatal(err)
					}
					w.change(1 + w.IntN(20))
				}
				switch round % 4 {
				case 1:
					if err := w.idx.Save(); err != nil {
						t.Fatal(err)
					}
				case 3:
					if err := w.idx.Save(); err != nil {
						t.Fatal(err)
					}
					w.reopen()
				}
				for range 50 {
					w.compare(w.query())
				}
			}
		})
	}
}
