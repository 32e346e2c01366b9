package solrq_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"trio.example/search"
	"trio.example/web/ckan/solrq"
)

var now = time.Date(2026, 11, 24, 13, 45, 6, 0, time.UTC)

func TestParseFilter_readsLucene(t *testing.T) {
	t.Parallel()
	term := func(f, v string) search.Node { return search.Term{Field: f, Value: v} }
	for in, want := range map[string]search.Node{
		"title:baum":                          term("title", "baum"),
		`tags:"Open Data"`:                    search.Phrase{Field: "tags", Value: "Open Data"},
		"organization:a OR organization:b":    search.Or{Nodes: []search.Node{term("organization", "a"), term("organization", "b")}},
		"organization:(a OR b)":               search.Or{Nodes: []search.Node{term("organization", "a"), term("organization", "b")}},
		"+organization:a +res_format:CSV":     search.And{Nodes: []search.Node{term("organization", "a"), term("res_format", "CSV")}},
		"-organization:x":                     search.Not{Node: term("organization", "x")},
		"a:1 OR b:2 AND c:3":                  search.Or{Nodes: []search.Node{term("a", "1"), search.And{Nodes: []search.Node{term("b", "2"), term("c", "3")}}}},
		"*:*":                                 search.All{},
		"notes:*":                             search.Exists{Field: "notes"},
		"notes:[* TO *]":                      search.Exists{Field: "notes"},
		"title:ba*":                           search.Wildcard{Field: "title", Pattern: "ba*"},
		"num_resources:[3 TO *]":              search.Range{Field: "num_resources", From: "3"},
		"metadata_modified:{2020 TO NOW/DAY]": search.Range{Field: "metadata_modified", From: "2021-01-01T00:00:00Z", To: "2026-11-24T00:00:00Z"},
		"metadata_modified:[NOW-7DAYS TO *]":  search.Range{Field: "metadata_modified", From: "2026-11-17T13:45:06Z"},
		`url:http\:\/\/x`:                     term("url", "http://x"),
		"title:baum~1":                        search.Term{Field: "title", Value: "baum", Fuzzy: 1},
		"title:baum^2":                        search.Term{Field: "title", Value: "baum", Boost: 2},
		`tags:Stra\u00dfe`:                    term("tags", "Straße"),
		`version:"a\u0022b"`:                  search.Phrase{Field: "version", Value: `a"b`},
		`version:\u12`:                        term("version", "u12"),
		"num_resources:x":                     search.None{},
		"+a:1 b:2 OR c:3":                     search.And{Nodes: []search.Node{term("a", "1"), search.Or{Nodes: []search.Node{search.And{Nodes: []search.Node{term("a", "1"), term("b", "2")}}, term("c", "3")}}}},
		"größe:x":                             term("größe", "x"),
		`v\ersion:1.0`:                        term("version", "1.0"),
		`version:a\**`:                        search.Wildcard{Field: "version", Pattern: `a\**`},
		`version:"a \"b\" c"`:                 search.Phrase{Field: "version", Value: `a "b" c`},
		`version:[a\ b TO c]`:                 search.Range{Field: "version", From: "a b", To: "c"},
		`version:["*" TO *]`:                  search.Range{Field: "version", From: "*"},
		`"a b"~3^2`:                           search.Phrase{Field: "text", Value: "a b", Slop: 3, Boost: 2},
		"title:baum~":                         search.Term{Field: "title", Value: "baum", Fuzzy: 2},
		"title:baum~0.5":                      search.Term{Field: "title", Value: "baum", Fuzzy: 2},
		"title:baum~0.9":                      term("title", "baum"),
		"title:(a OR b^2)^3":                  search.Or{Nodes: []search.Node{search.Term{Field: "title", Value: "a", Boost: 3}, search.Term{Field: "title", Value: "b", Boost: 6}}},
		"title_ngram:A*":                      search.Wildcard{Field: "title_ngram", Pattern: "A*"},
		"title_ngram:Adweg":                   search.Wildcard{Field: "title", Pattern: "*adweg*"},
		"title_ngram:x":                       search.None{},
		"text:[* TO *]":                       search.All{},
		"metadata_modified:2024-05":           search.Range{Field: "metadata_modified", From: "2024-05-01T00:00:00Z", To: "2024-06-01T00:00:00Z", ToExclusive: true},
		`issued_date:"2024-05-01T00:00:00Z"`:  search.Range{Field: "issued_date", From: "2024-05-01T00:00:00Z", To: "2024-05-01T00:00:00Z"},
		"extras_issued_date:[2024 TO 2025]":   search.Range{Field: "issued_date", From: "2024-01-01T00:00:00Z", To: "2026-01-01T00:00:00Z", ToExclusive: true},
		"issued_date:[2024 TO 2025}":          search.Range{Field: "issued_date", From: "2024-01-01T00:00:00Z", To: "2025-01-01T00:00:00Z", ToExclusive: true},
		"extras_issued_date:*":                search.Exists{Field: "issued_date"},
		"extras_issued_date:unklar":           term("extras_issued_date", "unklar"),
		"a_date:[2024-03-31T00:00:00Z-1MONTH TO 2024-02-29+1YEAR]": search.Range{Field: "a_date", From: "2024-02-29T00:00:00Z", To: "2025-02-28T00:00:00Z"},
		"a_date:[NOW-5000YEARS TO NOW+9000YEARS]":                  search.Range{Field: "a_date", From: "0000-01-01T00:00:00Z", To: "9999-12-31T23:59:59Z"},
		"title : baum":     term("title", "baum"),
		"_query_store : 1": term("_query_store", "1"),
		"a AND-b":          search.And{Nodes: []search.Node{term("text", "a"), term("text", "AND-b")}},
	} {
		got, err := solrq.ParseFilterAt(in, now)
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s:\n%s", in, d)
		}
	}
}

func TestParseFilter_takesBracketsAsDeepAsItSays(t *testing.T) {
	t.Parallel()
	nested := func(n int) string { return strings.Repeat("(", n) + "a" + strings.Repeat(")", n) }
	if _, err := solrq.ParseFilterAt(nested(32), now); err != nil {
		t.Error(err)
	}
	if _, err := solrq.ParseFilterAt(nested(33), now); err == nil {
		t.Error("33 brackets were taken")
	}
	for in, want := range map[string]string{"+": "position 2", "title:a -": "position 10", "a AND !": "position 8"} {
		if _, err := solrq.ParseFilterAt(in, now); err == nil || !strings.Contains(err.Error(), "a clause is missing at "+want) {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func TestParseFilter_refuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"title:", ":", "url:http://x", "(a", "a)", "{!join}x", "_query_:x", "a AND", "OR b", `"a`, "[a TO", "title:/x.*/", "--a", "title:-x", "title:(a AND)", "title:(OR)", "title: NOT", `a\`, "a~1.5",
		"metadata_modified:abc", `metadata_modified:"abc"`, "metadata_modified:[NOW-1WEEK TO *]", "views_total:x", "num_tags:[a TO 3]", "title:[\"\" TO b]", "title:x^", `"a b c d e f g h i j k l m n o p q"~1`} {
		_, err := solrq.ParseFilterAt(in, now)
		var e *solrq.Error
		if !errors.As(err, &e) || e.Kind != "search" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

// TestGuard_speaksCKANs looks at what reaches past the syntax, in CKAN's words.
func TestGuard_speaksCKANs(t *testing.T) {
	t.Parallel()
	const magic = "Magic fields are not supported in param 'q'."
	for in, want := range map[string]string{
		"{!bool must=x}": "Local parameters are not supported in param 'q'.", " {!bool must=x}": "Local parameters are not supported in param 'q'.",
		"{!bool must=x} a:b {!bool must=x}": "Query parsers are not supported in param 'q'.",
		"a:b OR {!bool must=x}":             "Local parameters must be defined at the beginning of param 'q'.",
		`\\\\{!bool must=x}`:                "Local parameters must be defined at the beginning of param 'q'.",
		"{!bool must=x} _query_:{!bool}":    magic, `\_query_:x`: magic, `_query\_ : x`: magic, `+\_\q\u\e\r\y\_:x`: magic, `(\  \_v\a\l_:x)`: magic,
	} {
		if _, err := solrq.ParseQueryAt(in, now); err == nil || err.Error() != `Search error: "`+want+`"` {
			t.Errorf("%s: %v", in, err)
		}
	}
}

func words(list ...string) search.Words {
	var w search.Words
	for _, x := range list {
		w.Words = append(w.Words, search.Word{Text: x})
	}
	return w
}

func TestParseQuery_takesPlainWordsWithoutErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]search.Node{
		"": search.All{}, "   ": search.None{}, `""`: search.All{}, "*:*": search.All{}, "!!!": search.None{},
		"baum rad":        search.Words{Words: []search.Word{{Text: "baum"}, {Text: "rad"}}},
		"+baum -rad":      search.Words{Words: []search.Word{{Text: "baum", Must: true}, {Text: "rad", MustNot: true}}},
		`"open data" (a`:  search.Words{Words: []search.Word{{Text: "open data", Phrase: true}, {Text: "a"}}},
		"ba*":             search.Words{Words: []search.Word{{Text: "ba", Prefix: true}}},
		`"open data"~3 x`: search.Words{Words: []search.Word{{Text: "open data", Phrase: true}, {Text: "x"}}},
		"(a b)":           words("a", "b"),
		"a OR":            words("a", "OR"),
		"(a OR b":         words("a", "OR", "b"),
		"a OR b c":        search.Or{Nodes: []search.Node{words("a"), words("b", "c")}},
		`(a OR "b c") AND NOT d`: search.And{Nodes: []search.Node{
			search.Or{Nodes: []search.Node{words("a"), search.Words{Words: []search.Word{{Text: "b c", Phrase: true}}}}}, search.Not{Node: words("d")}}},
		"a NOT (b OR c)": search.And{Nodes: []search.Node{words("a"), search.Not{Node: search.Or{Nodes: []search.Node{words("b"), words("c")}}}}},
	} {
		got, err := solrq.ParseQueryAt(in, now)
		if err != nil {
			t.Errorf("%q: %v", in, err)
			continue
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%q:\n%s", in, d)
		}
	}
}

func TestParseSort(t *testing.T) {
	t.Parallel()
	got, err := solrq.ParseSort("title asc, metadata_modified desc")
	if d := cmp.Diff([]search.Sort{{Field: "title_string"}, {Field: "metadata_modified", Desc: true}}, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if got, err := solrq.ParseSort("extras_rang desc"); err != nil || !cmp.Equal(got, []search.Sort{{Field: "rang", Desc: true}}) {
		t.Errorf("%v %v", got, err)
	}
	for _, in := range []string{"title", "title up", "{!x} asc", "a b c", "tags asc", "res_format desc", "vocab_x asc", "name asc,"} {
		if _, err := solrq.ParseSort(in); err == nil {
			t.Errorf("%q was accepted", in)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"title:baum", "(a OR b) AND -c", `"x`, "[a TO b}", "a~^", "NOW-1DAY", "metadata_modified:[NOW/DAY TO *]"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if n, err := solrq.ParseFilterAt(s, now); err == nil && n == nil {
			t.Errorf("%q: neither tree nor error", s)
		}
		if n, err := solrq.ParseQueryAt(s, now); err == nil && n == nil {
			t.Errorf("%q: neither tree nor error", s)
		}
	})
}
