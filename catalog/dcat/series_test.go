package dcat_test

import (
	"slices"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
)

// TestRead_keepsSeriesOfOtherDocuments: a paged catalogue describes a series on
// another page than its datasets; the address must not be lost by that.
func TestRead_keepsSeriesOfOtherDocuments(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	g := graph(t, `
<https://x.example/s> a dcat:DatasetSeries ; dct:title "Haushalt"@de ; dct:description "Alle"@de ; dct:publisher <https://x.example/o> .
<https://x.example/d> a dcat:Dataset ; dct:title "Haushalt 2024"@de ; dct:description "Plan"@de ; dct:publisher <https://x.example/o> ;
  dcat:inSeries <https://x.example/s> , <https://x.example/seite-2> .
<https://x.example/o> a foaf:Organization ; foaf:name "Amt" .
`)
	doc := m.Read(g)
	i := slices.IndexFunc(doc.Resources, func(r *dcat.Resource) bool { return r.Type == "dataset" })
	res := doc.Resources[i]
	if got := res.Fields.Strings("in_series"); !slices.Equal(got, []string{"https://x.example/s", "https://x.example/seite-2"}) {
		t.Errorf("in_series is %v", got)
	}
	e := &catalog.Entry{ID: "d", Type: catalog.TypeDataset, Fields: res.Fields}
	series := &catalog.Entry{ID: "s2", Type: catalog.TypeDataset, Fields: catalog.Fields{
		"dataset_type": dcat.TypeSeries, "uri": "https://x.example/seite-2", "title": "Reihe der zweiten Seite", "notes": "Plan", "publisher_name": "Amt",
	}}
	named := func(known dcat.Lookup, p dcat.Profile) (out []string) {
		n, _ := m.Publish(e, known, p)
		for _, o := range n.Get("dcat:inSeries") {
			out = append(out, o.Node.IRI)
		}
		return out
	}
	none := func(string) *catalog.Entry { return nil }
	both := func(ref string) *catalog.Entry {
		if ref == "https://x.example/seite-2" {
			return series
		}
		return nil
	}
	if got := named(none, dcat.Profile3); !slices.Equal(got, []string{"https://x.example/s"}) {
		t.Errorf("alone: %v", got)
	}
	if got := named(both, dcat.Profile3); !slices.Equal(got, []string{"https://x.example/s", "https://x.example/seite-2"}) {
		t.Errorf("with the other page: %v", got)
	}
	e.Fields.Set("in_series", []string{"https://x.example/seite-2"}) // an officer takes it out of the first
	if got := named(both, dcat.Profile3); !slices.Equal(got, []string{"https://x.example/seite-2"}) {
		t.Errorf("edited: %v", got)
	}
}
