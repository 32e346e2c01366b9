//go:build sqlite_fts5

package main

import (
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/blevesearch/bleve/v2"
	"github.com/blevesearch/bleve/v2/analysis/lang/de"
	_ "github.com/mattn/go-sqlite3"

	"trio.example/catalog"
	"trio.example/search/german"
)

// TestRelevance_againstPeers prints how Trio, Bleve as it comes with its German
// analyser, and SQLite FTS5 rank the same catalogue (make relevance).
func TestRelevance_againstPeers(t *testing.T) {
	w := readWorkshop(t)
	trio := w.judge(t, w.trio(t))
	bare := w.judge(t, w.bleve(t))
	fts := w.judge(t, w.fts(t))
	t.Logf("%d datasets, %d queries", len(w.docs()), len(w.queries))
	for _, x := range []struct {
		name string
		m    marks
	}{{"Trio", trio}, {"Bleve, analyser de", bare}, {"SQLite FTS5", fts}} {
		t.Logf("%-20s NDCG@10 %.3f   recall@50 %.3f   without a hit %.1f %%", x.name, x.m.ndcg, x.m.recall, 100*x.m.zero)
	}
	if trio.ndcg < 1.15*fts.ndcg {
		t.Errorf("Trio is not 15 %% above FTS5: %.3f against %.3f", trio.ndcg, fts.ndcg)
	}
	if trio.ndcg < bare.ndcg {
		t.Errorf("Trio is below bare Bleve: %.3f against %.3f", trio.ndcg, bare.ndcg)
	}
}

// peerDoc is a dataset as the peers get it: the same texts.
type peerDoc struct {
	Name, Title, Tags, Notes, Office, Formats string
}

func (w *workshop) docs() []peerDoc {
	titles := map[string]*catalog.Entry{}
	for _, e := range w.entries {
		titles[e.ID] = e
	}
	var out []peerDoc
	for _, e := range w.entries {
		if e.Type != catalog.TypeDataset {
			continue
		}
		office := titles[e.Owner]
		d := peerDoc{Name: e.Fields.String("judged"), Title: e.Fields.String("title"), Tags: strings.Join(e.Fields.Strings("tags"), ", "), Notes: e.Fields.String("notes"),
			Office: office.Fields.String("title") + " " + titles[office.Owner].Fields.String("title")}
		for _, p := range e.Parts {
			d.Formats += " " + p.Fields.String("format")
		}
		out = append(out, d)
	}
	return out
}

func (w *workshop) bleve(t *testing.T) func(string) []string {
	t.Helper()
	m := bleve.NewIndexMapping()
	m.DefaultAnalyzer = de.AnalyzerName
	idx, err := bleve.NewMemOnly(m)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range w.docs() {
		if err := idx.Index(d.Name, d); err != nil {
			t.Fatal(err)
		}
	}
	return func(text string) (names []string) {
		res, err := idx.Search(bleve.NewSearchRequestOptions(bleve.NewMatchQuery(text), 50, 0, false))
		if err != nil {
			t.Fatal(err)
		}
		for _, h := range res.Hits {
			names = append(names, h.ID)
		}
		return names
	}
}

func (w *workshop) fts(t *testing.T) func(string) []string {
	t.Helper()
	db, err := sql.Open("sqlite3", filepath.Join(t.TempDir(), "fts.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.Exec("CREATE VIRTUAL TABLE d USING fts5(name UNINDEXED, title, tags, notes, office, formats, tokenize = 'unicode61 remove_diacritics 2')"); err != nil {
		t.Fatal(err)
	}
	for _, d := range w.docs() {
		if _, err := db.Exec("INSERT INTO d VALUES (?,?,?,?,?,?)", d.Name, d.Title, d.Tags, d.Notes, d.Office, d.Formats); err != nil {
			t.Fatal(err)
		}
	}
	return func(text string) (names []string) {
		var words []string
		for _, s := range german.Words(text) {
			words = append(words, fmt.Sprintf("%q*", s.Word))
		}
		rows, err := db.Query("SELECT name FROM d WHERE d MATCH ? ORDER BY bm25(d, 0, 4, 2, 1, 1, 1) LIMIT 50", strings.Join(words, " OR "))
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return names
	}
}
