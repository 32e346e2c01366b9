package source_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"trio.example/catalog"
	"trio.example/catalog/schema"
	"trio.example/harvest/fetch"
	"trio.example/harvest/source"
)

const cited = `
dataset_type: zitiert
dataset_fields:
- {field_name: stichworte, preset: multiple_text}
- field_name: citation
  repeating_subfields:
  - {field_name: originator, preset: multiple_text}
  - {field_name: pages, validators: ignore_missing int_validator}
  - {field_name: seit, preset: date}
resource_fields:
- field_name: schedule
  repeating_subfields:
  - {field_name: impact}
`

// TestCKAN_takesRepeatingFieldsOfOurTypes: groups come as lists of objects or as
// JSON text and are taken by the kinds of their subfields; the rest is told.
func TestCKAN_takesRepeatingFieldsOfOurTypes(t *testing.T) {
	t.Parallel()
	const answer = `{"success": true, "result": {"count": 1, "results": [{"id": "1", "title": "T", "type": "zitiert", "stichworte": ["a", "b"],
"citation": [{"originator": ["Archiv", "Amt"], "pages": "12", "seit": "2020-05"}, {"originator": "Amt", "pages": "viele", "fremd": "x"}, "Text", {}],
"resources": [{"url": "https://example.org/a", "schedule": "[{\"impact\": \"A\"}, {\"impact\": 3}]"}]}]}}`
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(answer)) }))
	t.Cleanup(srv.Close)
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	if err := defs.Extend(fstest.MapFS{"zitiert.yaml": {Data: []byte(cited)}}); err != nil {
		t.Fatal(err)
	}
	kind, _ := source.KindOf("ckan")
	client := fetch.New(fetch.Options{Agent: "test", Limits: fetch.Defaults(), Base: srv.URL, Inside: true, Pause: new(time.Duration)})
	t.Cleanup(client.Close)
	var rec *source.Record
	_, err = kind.Read(t.Context(), &source.Reader{URL: srv.URL, Client: client, Defs: defs, Emit: func(r *source.Record) error { rec = r; return nil }, Warn: func(catalog.Finding) {}})
	if err != nil || rec == nil {
		t.Fatal(err)
	}
	have, err := json.Marshal([]any{rec.Fields["stichworte"], rec.Fields["citation"], rec.Parts[0].Fields["schedule"]})
	const want = `[["a","b"],[{"originator":["Archiv","Amt"],"pages":12,"seit":"2020-05"},{"originator":["Amt"]}],[{"impact":"A"},{"impact":"3"}]]`
	if err != nil || string(have) != want {
		t.Errorf("%s, want %s", have, want)
	}
	var told []string
	for _, f := range rec.Findings {
		told = append(told, f.Code+" "+f.Field)
	}
	slices.Sort(told)
	if s := strings.Join(told, "; "); s != "unfit:citation citation; unfit:citation citation; unfit:pages citation.1.pages" {
		t.Errorf("told %s", s)
	}
}
