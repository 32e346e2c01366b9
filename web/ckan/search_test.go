package ckan_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

type object = map[string]any

func extra(key, value string) object { return object{"key": key, "value": value} }

// fillForSearch makes datasets that tell the rules of the search syntax apart.
func (p *portal) fillForSearch() {
	p.t.Helper()
	p.ok("sysadmin", "group_create", object{"name": "verkehr", "title": "Verkehr"})
	for _, d := range []object{
		{"name": "nah", "title": "open alpha data", "version": "a*b", "author": "Max Müller", "tags": []any{object{"name": "Open Data"}}, "groups": []any{object{"name": "verkehr"}},
			"extras":    []any{extra("sector", "Bau/Wohnen"), extra("rang", "b"), extra("issued_date", "2021-06-30T12:00:00")},
			"resources": []any{object{"url": "http://f.example/1", "format": "CSV", "name": "Datei", "resource_type": "api"}}},
		{"name": "fern", "title": "open alpha beta gamma data", "version": "axb", "extras": []any{extra("sector", "public"), extra("rang", "a"), extra("issued_date", "2020")}},
		{"name": "dicht", "title": "freie open data Sammlung", "version": "C++ (1):x", "extras": []any{extra("issued_date", "unbekannt")}},
		{"name": "geheim", "title": "open data intern", "private": true, "extras": []any{extra("sector", "geheim")}},
		{"name": "ort", "title": "Ort", "extras": []any{extra("spatial", `{"type":"Point","coordinates":[11.5,48.1]}`)}},
	} {
		d["owner_org"] = "amt"
		p.ok("sysadmin", "package_create", d)
	}
}

// found are the names of what anonymous finds, in the order of names.
func (p *portal) found(args object) string {
	p.t.Helper()
	args["sort"], args["rows"], args["fl"] = "name asc", 100, "name"
	a := p.call("", "package_search", args)
	if a.status != 200 {
		return fmt.Sprint(a.status, " ", a.Error["__type"])
	}
	var r struct {
		Count   int
		Results []struct{ Name string }
	}
	must(p.t, json.Unmarshal(a.Result, &r))
	var names []string
	for _, x := range r.Results {
		names = append(names, x.Name)
	}
	if r.Count != len(names) {
		p.t.Errorf("%v: count %d of %d", args, r.Count, len(names))
	}
	return strings.Join(names, " ")
}

func TestSearch_followsTheSyntax(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.fillForSearch()
	const all = "dicht fern nah ort"
	for q, want := range map[string]string{
		`title:"open data"~1`: "dicht nah", `title:"open data"~3`: "dicht fern nah", `title:"data open"~2`: "dicht", `title:"data open"~3`: "dicht nah",
		`version:a\*b`: "nah", `version:*\*b`: "nah", `version:a*b`: "fern nah", `version:C\+\+*`: "dicht", `version:[C\+\+ TO D]`: "dicht", `v\ersion:axb`: "fern",
		"sector:publix~1": "fern", "sector:publixx~1": "", `sector:Bau\/Wohnen`: "nah", "extras_sector:wohnen": "nah", "größe:x": "", "-größe:x": all,
		"+version:axb OR sector:*": "fern", "title_ngram:amml": "dicht", "name_ngram:ICH": "dicht", "title_ngram:x": "",
		"res_type:api": "nah", "author:müller": "nah", "num_resources:1": "nah", "num_resources:x": "", `author:m\u00fcller`: "nah", `num_resources:"0"`: "dicht fern ort",
		"issued_date:[2020 TO 2021}": "fern", "extras_issued_date:{2020 TO *]": "nah", "issued_date:2021-06": "nah", "extras_issued_date:*": "fern nah",
		"issued_date:[0001-01-01T00:00:00Z TO NOW+9000YEARS]": "fern nah", `issued_date:"2021-06-30T12:00:00.000Z"`: "nah",
		"sammlung OR gamma": "dicht fern", "(sammlung OR gamma) AND open": "dicht fern", `alpha NOT "alpha data"`: "fern", "(sammlung": "dicht", `"open data"~3`: "dicht nah",
		"sector:geheim": "", "capacity:private": "", "+state:draft": "",
		"metadata_modified:abc": "409 Search Error", "views_total:x": "409 Search Error", "title:-x": "409 Search Error", `title:x\`: "409 Search Error", "title:(x AND)": "409 Search Error",
	} {
		if got := p.found(object{"q": q}); got != want {
			t.Errorf("q=%s: %q, want %q", q, got, want)
		}
		if strings.Contains(q, ":") {
			if got := p.found(object{"fq": q}); got != want {
				t.Errorf("fq=%s: %q, want %q", q, got, want)
			}
		}
	}
	for _, x := range []struct {
		args object
		want string
	}{
		{object{"fq_list": []string{"title:open", "version:axb"}}, "fern"},
		{object{"fq_list": `["title:open"]`}, "409 Search Error"},
		{object{"mm": "{!x}1"}, "409 Search Error"},
		{object{"facet.field": []string{"{!ex=a}tags"}}, "409 Search Error"},
		{object{"extras": object{"ext_bbox": "11,48,12,49"}}, "ort"},
	} {
		if got := p.found(x.args); got != x.want {
			t.Errorf("%v: %q, want %q", x.args, got, x.want)
		}
	}
}

func TestSearch_weighsByBoost(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.fillForSearch()
	for q, first := range map[string]string{
		"title:gamma^10 OR title:sammlung^0.1": "fern", "title:gamma^0.1 OR title:sammlung^10": "dicht", "name:(fern OR nah)^0.1 OR name:dicht^9": "dicht", "name:fern OR (name:dicht)^9": "dicht",
	} {
		if a := p.call("", "package_search", object{"q": q, "rows": 1}); !strings.Contains(string(a.Result), `"name":"`+first+`"`) {
			t.Errorf("%s: %s", q, a.text)
		}
	}
}

func TestSearch_listsFieldsOfTheIndex(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.fillForSearch()
	for fl, want := range map[string]string{
		"name,organization,capacity": `{"capacity":"public","name":"nah","organization":"amt"}`,
		"tags groups":                `{"groups":["verkehr"],"tags":["Open Data"]}`,
		"res_format,res_url":         `{"res_format":["CSV"],"res_url":["http://f.example/1"]}`,
		"res_type,res_name":          `{"res_name":["Datei"],"res_type":["api"]}`,
		"extras_sector,rang,nichts":  `{"rang":"b","sector":"Bau/Wohnen"}`,
		"num_resources,private":      `{"num_resources":1,"private":false}`,
	} {
		a := p.call("", "package_search", object{"q": "name:nah", "fl": fl})
		var r struct{ Results []json.RawMessage }
		must(t, json.Unmarshal(a.Result, &r))
		var got any
		must(t, json.Unmarshal(r.Results[0], &got))
		if b, err := json.Marshal(got); err != nil || string(b) != want {
			t.Errorf("%s: %s, want %s", fl, b, want)
		}
	}
}

func TestSearch_countsFacets(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.fillForSearch()
	a := p.call("", "package_search", object{"rows": 0, "facet.field": []string{"extras_sector", "author", "num_resources", "tags", "tags"}})
	var r struct{ Facets object }
	must(t, json.Unmarshal(a.Result, &r))
	b, err := json.Marshal(r.Facets)
	must(t, err)
	if want := `{"author":{"Max Müller":1},"extras_sector":{"Bau/Wohnen":1,"public":1},"num_resources":{"0":3,"1":1},"tags":{"Open Data":1}}`; string(b) != want {
		t.Errorf("%s, want %s", b, want)
	}
	if strings.Count(string(a.Result), `"tags":{`) != 2 { // facets and search_facets
		t.Errorf("a facet asked for twice is there twice: %s", a.Result)
	}
}

func TestSearch_ordersByExtras(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.fillForSearch()
	for sort, want := range map[string]string{"extras_rang asc": "fern", "extras_rang desc": "nah"} {
		if a := p.call("", "package_search", object{"sort": sort, "rows": 1}); !strings.Contains(string(a.Result), `"name":"`+want+`"`) {
			t.Errorf("%s: %s", sort, a.text)
		}
	}
	if a := p.call("", "package_search", object{"sort": "tags asc"}); a.status != 400 || a.Error["message"] != `Search Query is invalid: 'Invalid "sort" parameter'` {
		t.Errorf("%d %s", a.status, a.text)
	}
}

func TestSearch_byPeriodOfTheData(t *testing.T) {
	t.Parallel()
	p := open(t)
	for name, x := range map[string][]any{
		"a-jahre": {extra("temporal_start", "2019"), extra("temporal_end", "2021")}, "b-tage": {extra("temporal_start", "2020-05-01"), extra("temporal_end", "2020-06-30")},
		"c-offen": {extra("temporal_start", "2022-03")}, "d-bis": {extra("temporal_end", "2018-12-31")}, "e-ohne": {},
	} {
		p.ok("editor", "package_create", object{"name": name, "owner_org": "amt", "extras": x})
	}
	for _, x := range []struct{ first, last, want string }{
		{"2019", "2019", "a-jahre"}, {"2020", "2020", "a-jahre b-tage"}, {"2020-06-30", "2020-06-30", "a-jahre b-tage"}, {"2020-07", "", "a-jahre c-offen"}, {"", "2020-04-30", "a-jahre d-bis"},
		{"2021-12-31T23:59:59Z", "2022-02", "a-jahre"}, {"2022", "2022-02-28", ""}, {"2022", "2022-03-01", "c-offen"}, {"2030", "", "c-offen"}, {"", "1900", "d-bis"}, {"1000", "9999", "a-jahre b-tage c-offen d-bis"},
		{"2021", "2020", "400 Search Query Error"}, {"gestern", "", "400 Search Query Error"}, {"2020-13", "", "400 Search Query Error"}, {"", "", "a-jahre b-tage c-offen d-bis e-ohne"},
	} {
		if got := p.found(object{"ext_startdate": x.first, "ext_enddate": x.last}); got != x.want {
			t.Errorf("%q to %q: %q, want %q", x.first, x.last, got, x.want)
		}
		if got := p.found(object{"extras": object{"ext_startdate": x.first, "ext_enddate": x.last}}); got != x.want {
			t.Errorf("extras %q to %q: %q, want %q", x.first, x.last, got, x.want)
		}
	}
	for fq, want := range map[string]string{
		"temporal_start:[2019 TO 2020]": "a-jahre b-tage", "temporal_start:[2020 TO *]": "b-tage c-offen", "extras_temporal_end:[* TO 2020]": "b-tage d-bis", "temporal_end:2021": "a-jahre",
		"temporal_start:[* TO 2020-06-30] AND temporal_end:[2020-06-30 TO *]": "a-jahre b-tage", `temporal_start:"2020-05-01"`: "b-tage", "temporal_start:*": "a-jahre b-tage c-offen", "-temporal_start:* -temporal_end:*": "e-ohne",
		"temporal_start:unklar": "", "temporal_start:[unklar TO *]": "409 Search Error",
	} {
		if got := p.found(object{"fq": fq}); got != want {
			t.Errorf("%s: %q, want %q", fq, got, want)
		}
	}
}

func TestAtom_customFeedTakesFields(t *testing.T) {
	t.Parallel()
	p := open(t)
	p.fillForSearch()
	for query, want := range map[string]string{
		"version=axb": "fern", "organization=amt&version=C%2B%2B+(1):x": "dicht", "tags=Open+Data&groups=verkehr": "nah", "search_query=gamma": "fern", "q=sammlung&organization=amt": "dicht",
		"ext_bbox=11,48,12,49": "ort", "my+key:=x": "", "organization=nichts": "", "version=%22%5C": "", "_foo=1&q=gamma": "fern",
	} {
		res, err := http.Get(p.URL + "/feeds/custom.atom?" + query)
		must(t, err)
		body, err := io.ReadAll(res.Body)
		must(t, err)
		must(t, res.Body.Close())
		if n := strings.Count(string(body), "<entry>"); res.StatusCode != http.StatusOK || (want == "") != (n == 0) || n > 1 || want != "" && !strings.Contains(string(body), "/dataset/"+want+`"`) {
			t.Errorf("%s: %d with %d entries, want %q", query, res.StatusCode, n, want)
		}
	}
}

// TestAutocomplete_countsWhatItShows has a draft and a deleted dataset in front of an
// active one: they take no place of it, also for those who may see them.
func TestAutocomplete_countsWhatItShows(t *testing.T) {
	t.Parallel()
	p := open(t)
	for _, state := range []string{"active", "deleted", "draft"} {
		p.ok("sysadmin", "package_create", object{"name": state, "title": map[string]string{"active": "Z", "deleted": "A", "draft": "B"}[state] + " Waldbrand", "owner_org": "amt", "state": state})
	}
	for _, role := range []string{"", "editor", "sysadmin"} {
		a := p.call(role, "package_autocomplete", object{"q": "waldb", "limit": 1})
		if !strings.Contains(string(a.Result), `"name":"active"`) {
			t.Errorf("%q: %s", role, a.Result)
		}
	}
}
