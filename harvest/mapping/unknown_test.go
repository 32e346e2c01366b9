package mapping_test

import (
	"slices"
	"testing"

	"trio.example/catalog"
	"trio.example/harvest/mapping"
	"trio.example/harvest/source"
)

// TestTell: words that no vocabulary knows are told once each, with the table that
// mends them, and no more once it does.
func TestTell(t *testing.T) {
	t.Parallel()
	nasty := func() *source.Record {
		return &source.Record{GUID: "x", Words: []string{"Hochbau", "hochbau ", "Tiefbau"}, Fields: catalog.Fields{"title": "x"}, Parts: []catalog.Part{
			{Fields: catalog.Fields{"url": "https://example.org/1", "format": "Esri-Shape-Zip"}},
			{Fields: catalog.Fields{"url": "https://example.org/2", "format": "ESRI-shape-zip", "license": "https://example.org/lizenz"}},
			{Fields: catalog.Fields{"url": "https://example.org/3", "format": "CSV", "license": "http://dcat-ap.de/def/licenses/dl-by-de/2.0"}},
		}}
	}
	codes := func(rec *source.Record) (out []string) {
		for _, f := range rec.Findings {
			if f.Severity != catalog.SeverityWarning || f.Row != "x" || f.Field == "" || f.Remedy.In("de") == "" {
				t.Errorf("%+v", f)
			}
			out = append(out, f.Code)
		}
		return out
	}
	rec := nasty()
	mapping.Tell(rec)
	if got := codes(rec); !slices.Equal(got, []string{"unknown:format:Esri-Shape-Zip", "unknown:licence:https://example.org/lizenz", "unknown:theme:Hochbau", "unknown:theme:Tiefbau"}) {
		t.Errorf("%q", got)
	}
	rules, err := rules(t, "format: {Esri-Shape-Zip: SHP}\nlicence: {https://example.org/lizenz: dl-by-de/2.0}\ntheme: {Hochbau: REGI}\n")
	if err != nil {
		t.Fatal(err)
	}
	rec = nasty()
	if !rules.Apply(rec) {
		t.Fatal("left out")
	}
	mapping.Tell(rec)
	if got := codes(rec); len(got) != 0 {
		t.Errorf("after the rules: %q", got)
	}
}
