package solrq_test

import (
	"errors"
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
		"metadata_modified:{2020 TO NOW/DAY]": search.Range{Field: "metadata_modified", From: "2020", To: "2026-11-24T00:00:00Z", FromExclusive: true},
		"metadata_modified:[NOW-7DAYS TO *]":  search.Range{Field: "metadata_modified", From: "2026-11-17T13:45:06Z"},
		`url:http\:\/\/x`:                     term("url", "http://x"),
		"title:baum~1":                        search.Term{Field: "title", Value: "baum", Fuzzy: 1},
		"title:baum^2":                        search.Term{Field: "title", Value: "baum", Boost: 2},
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

func TestParseFilter_refuses(t *testing.T) {
	t.Parallel()
	for _, in := range []string{"title:", ":", "url:http://x", "(a", "a)", "{!join}x", "_query_:x", "a AND", "OR b", `"a`, "[a TO", "title:/x.*/"} {
		_, err := solrq.ParseFilterAt(in, now)
		var e *solrq.Error
		if !errors.As(err, &e) || e.Kind != "search" {
			t.Errorf("%q: %v", in, err)
		}
	}
}

func TestParseQuery_takesPlainWordsWithoutErrors(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]search.Node{
		"": search.All{}, "   ": search.None{}, `""`: search.All{}, "*:*": search.All{}, "!!!": search.None{},
		"baum rad":       search.Words{Words: []search.Word{{Text: "baum"}, {Text: "rad"}}},
		"+baum -rad":     search.Words{Words: []search.Word{{Text: "baum", Must: true}, {Text: "rad", MustNot: true}}},
		`"open data" (a`: search.Words{Words: []search.Word{{Text: "open data", Phrase: true}, {Text: "a"}}},
		"ba*":            search.Words{Words: []search.Word{{Text: "ba", Prefix: true}}},
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
	for _, in := range []string{"title", "title up", "{!x} asc", "a b c"} {
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
