package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/catalog"
	"trio.example/search"
	"trio.example/search/engine"
	"trio.example/web/ckan/solrq"
)

var update = flag.Bool("update", false, "rewrite golden files")

const relevanceDir = "../../testdata/relevance"

// judged is a query with the grade of each dataset that is worth finding.
type judged struct {
	text   string
	grades map[string]float64
}

// workshop is the catalogue and the queries of the relevance workshop.
type workshop struct {
	entries []*catalog.Entry
	queries []judged
}

func lines(t testing.TB, name string) (out []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(relevanceDir, name))
	if err != nil {
		t.Fatal(err)
	}
	for l := range strings.Lines(string(text)) {
		if l = strings.TrimSpace(l); l != "" && !strings.HasPrefix(l, "#") {
			out = append(out, l)
		}
	}
	return out
}

func readWorkshop(t testing.TB) *workshop {
	t.Helper()
	w := &workshop{}
	topics := map[string][]string{} // topic and topic@city → names
	offices := map[string]*catalog.Entry{}
	cities := map[string]string{"muc": "München", "aug": "Augsburg", "nue": "Nürnberg"}
	id := func() string { return fmt.Sprintf("00000000-0000-4000-8000-%012d", len(w.entries)) } // equal scores have an order
	org := func(key, name, title, owner string) *catalog.Entry {
		if offices[key] == nil {
			offices[key] = &catalog.Entry{ID: id(), Name: name, Type: catalog.TypeOrganization, State: catalog.StateActive, Access: catalog.AccessPublic,
				Owner: owner, Fields: catalog.Fields{"title": title}}
			w.entries = append(w.entries, offices[key])
		}
		return offices[key]
	}
	for i, l := range lines(t, "datasets.txt") {
		f := strings.Split(l, " | ")
		if len(f) != 7 {
			t.Fatalf("datasets.txt: %q has %d parts", l, len(f))
		}
		name := fmt.Sprintf("%s-%s-%d", f[0], f[1], i)
		topics[f[0]], topics[f[0]+"@"+f[1]] = append(topics[f[0]], name), append(topics[f[0]+"@"+f[1]], name)
		city := org(f[1], f[1], "Stadt "+cities[f[1]], "")
		office := org(f[1]+f[4], fmt.Sprintf("amt-%d", i), f[4], city.ID)
		e := &catalog.Entry{ID: id(), Name: "eintrag-" + strconv.Itoa(i), Type: catalog.TypeDataset, State: catalog.StateActive, Access: catalog.AccessPublic, Owner: office.ID,
			Fields: catalog.Fields{"title": f[2], "notes": f[6], "license_id": "dl-de-by-2.0", "tags": anyTexts(strings.Split(f[3], ", ")), "judged": name}}
		for _, format := range strings.Fields(f[5]) {
			e.Parts = append(e.Parts, catalog.Part{ID: name + format, Fields: catalog.Fields{"format": format, "url": "https://daten.example/" + name}})
		}
		w.entries = append(w.entries, e)
	}
	for _, l := range lines(t, "queries.txt") {
		text, rest, ok := strings.Cut(l, " -> ")
		q := judged{text: text, grades: map[string]float64{}}
		for _, g := range strings.Fields(rest) {
			topic, grade, _ := strings.Cut(g, "=")
			n, err := strconv.ParseFloat(grade, 64)
			if !ok || err != nil || topics[topic] == nil {
				t.Fatalf("queries.txt: %q cannot be read", l)
			}
			for _, name := range topics[topic] {
				if q.grades[name] < n {
					q.grades[name] = n
				}
			}
		}
		w.queries = append(w.queries, q)
	}
	return w
}

func anyTexts(in []string) []any {
	out := make([]any, len(in))
	for i := range in {
		out[i] = in[i]
	}
	return out
}

func (w *workshop) nameOf(id string) string {
	for _, e := range w.entries {
		if e.ID == id {
			return e.Fields.String("judged")
		}
	}
	return "?"
}

// marks are what a search engine earned.
type marks struct {
	ndcg, recall, zero float64
	per                []float64
	found              [][]string
}

// judge asks all queries. find returns the names of the datasets, best first.
func (w *workshop) judge(t testing.TB, find func(text string) []string) marks {
	t.Helper()
	var m marks
	for _, q := range w.queries {
		names := find(q.text)
		n := ndcg(names, q.grades)
		m.per, m.found = append(m.per, n), append(m.found, names)
		m.ndcg += n
		hit := 0
		for _, name := range names[:min(50, len(names))] {
			if q.grades[name] > 0 {
				hit++
			}
		}
		m.recall += float64(hit) / float64(len(q.grades))
		if len(names) == 0 {
			m.zero++
		}
	}
	n := float64(len(w.queries))
	m.ndcg, m.recall, m.zero = m.ndcg/n, m.recall/n, m.zero/n
	return m
}

// ndcg is the normalised discounted gain of the first ten.
func ndcg(names []string, grades map[string]float64) float64 {
	gain := func(g float64, i int) float64 { return (math.Pow(2, g) - 1) / math.Log2(float64(i)+2) }
	got, best := 0.0, 0.0
	for i, name := range names[:min(10, len(names))] {
		got += gain(grades[name], i)
	}
	var ideal []float64
	for _, g := range grades {
		ideal = append(ideal, g)
	}
	slices.Sort(ideal)
	slices.Reverse(ideal)
	for i, g := range ideal[:min(10, len(ideal))] {
		best += gain(g, i)
	}
	return got / best
}

// trio stores the catalogue in a real store and index.
func (w *workshop) trio(t testing.TB) func(text string) []string {
	t.Helper()
	k, err := openCore(t.Context(), &Config{Data: filepath.Join(t.TempDir(), "data"), SiteURL: "http://localhost"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { k.Close() })
	_, err = k.store.Update(t.Context(), catalog.Actor{Sysadmin: true}, func(tx catalog.WriteTx) error {
		for _, e := range w.entries {
			c := e.Clone()
			delete(c.Fields, "judged")
			if err := tx.PutEntry(c, catalog.OpCreate); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	x, err := engine.Build(t.Context(), t.TempDir(), k.store, search.NewBuilder(k.defs), slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return func(text string) (names []string) {
		q, err := solrq.ParseQuery(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		res, err := x.Forgiving(context.Background(), search.Query{Text: q, Rows: 50, Labels: []string{catalog.LabelPublic}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range res.Hits {
			names = append(names, w.nameOf(h.ID))
		}
		return names
	}
}

// TestRelevance_ranking keeps every change of an order visible in a diff of the
// golden file; go test ./cmd/trio -run Relevance -update writes it anew.
func TestRelevance_ranking(t *testing.T) {
	t.Parallel()
	w := readWorkshop(t)
	if len(w.queries) < 80 {
		t.Fatalf("%d queries are too few to judge by", len(w.queries))
	}
	m := w.judge(t, w.trio(t))
	var b strings.Builder
	fmt.Fprintf(&b, "NDCG@10 %.3f, recall@50 %.3f, without a hit %.3f\n", m.ndcg, m.recall, m.zero)
	for i, q := range w.queries {
		fmt.Fprintf(&b, "%.2f  %s: %s\n", m.per[i], q.text, strings.Join(m.found[i][:min(5, len(m.found[i]))], " "))
	}
	path := filepath.Join(relevanceDir, "ranking.golden")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(b.String(), "\n")); d != "" {
		t.Errorf("the ranking has changed; look at the difference, then -update:\n%s", d)
	}
}
