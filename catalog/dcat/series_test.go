package dcat_test

import (
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
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

// TestSeries_andCollectionsOf2 takes a collection of profile 2.0 in as a series and
// writes both profiles: each by its own words only.
func TestSeries_andCollectionsOf2(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	doc := m.Read(graph(t, `
<https://x.example/s> a dcat:Dataset ; dct:title "Haushalt"@de ; dct:description "Alle"@de ; dct:publisher <https://x.example/o> ; dcat:keyword "Geld"@de ;
  dct:type <http://dcat-ap.de/def/datasetTypes/collection> ; dct:hasVersion <https://x.example/d> , <https://x.example/fern> .
<https://x.example/d> a dcat:Dataset ; dct:title "Haushalt 2024"@de ; dct:description "Plan"@de ; dct:publisher <https://x.example/o> ; owl:versionInfo "2" ;
  geodcatap:custodian <https://x.example/o> .
<https://x.example/e> a dcat:Dataset ; dct:title "Haushalt 2025"@de ; dct:description "Plan"@de ; dct:publisher <https://x.example/o> ; dct:isVersionOf <https://x.example/s> .
<https://x.example/f> a dcat:Dataset ; dct:title "Sammlung mit Datei"@de ; dct:description "Plan"@de ; dct:publisher <https://x.example/o> ;
  dct:type <http://dcat-ap.de/def/datasetTypes/collection> ; dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://x.example/a> ; dct:license <http://dcat-ap.de/def/licenses/cc-zero> ] .
<https://x.example/o> a foaf:Organization ; foaf:name "Amt" .
`))
	entries := map[string]*catalog.Entry{}
	kinds := map[string]string{}
	for _, r := range doc.Resources {
		kinds[r.IRI] = r.Type
		entries[r.IRI] = &catalog.Entry{ID: r.IRI, Type: catalog.TypeDataset, Fields: r.Fields, Parts: r.Parts}
	}
	if kinds["https://x.example/s"] != dcat.TypeSeries || kinds["https://x.example/d"] != "dataset" || kinds["https://x.example/f"] != "dataset" {
		t.Fatalf("read as %v", kinds)
	}
	known := func(ref string) *catalog.Entry { return entries[ref] }
	for iri, want := range map[string]string{
		"3.0 https://x.example/s": "dcat:DatasetSeries", "2.0 https://x.example/s": "dcat:Dataset", "3.0 https://x.example/d": "dcat:Dataset dcat:inSeries dcat:version geodcatap:custodian",
		"3.0 https://x.example/e": "dcat:Dataset dcat:inSeries", "2.0 https://x.example/e": "dcat:Dataset dct:isVersionOf",
		"2.0 https://x.example/d": "dcat:Dataset dcatde:maintainer dct:isVersionOf owl:versionInfo",
	} {
		n, findings := m.Publish(entries[iri[4:]], known, dcat.Profile(iri[:3]))
		if n == nil {
			t.Errorf("%s is held back: %v", iri, findings)
			continue
		}
		got := []string{}
		for _, p := range n.Props {
			switch name := rdfio.Compact(p.Predicate); name {
			case "dcat:inSeries", "dct:isVersionOf", "dcat:version", "owl:versionInfo", "dct:type", "dct:hasVersion", "geodcatap:custodian", "dcatde:maintainer":
				got = append(got, name)
			}
		}
		slices.Sort(got)
		if s := strings.Join(append([]string{rdfio.Compact(n.Types[0])}, got...), " "); s != want {
			t.Errorf("%s is %q, want %q", iri, s, want)
		}
	}
}

// TestSeries_hasOnePublisher: a series is described with its members too, and a
// publisher without an address would be another one each time.
func TestSeries_hasOnePublisher(t *testing.T) {
	t.Parallel()
	m := mapper(t)
	series := &catalog.Entry{ID: "s", Type: catalog.TypeDataset, Fields: catalog.Fields{
		"dataset_type": dcat.TypeSeries, "uri": "https://x.example/s", "title": "Reihe", "notes": "Plan", "publisher_name": "Amt"}}
	known := func(ref string) *catalog.Entry {
		if ref == "s" {
			return series
		}
		return nil
	}
	g, once := rdfio.NewGraph(), dcat.Once{}
	for _, e := range []*catalog.Entry{
		{ID: "a", Type: catalog.TypeDataset, Fields: catalog.Fields{"uri": "https://x.example/a", "title": "A", "notes": "Plan", "publisher_name": "Amt", "in_series": []string{"s"}}},
		series,
		{ID: "b", Type: catalog.TypeDataset, Fields: catalog.Fields{"uri": "https://x.example/b", "title": "B", "notes": "Plan", "publisher_name": "Amt", "in_series": []string{"s"}}},
	} {
		n, findings := m.Publish(e, known, dcat.Profile3)
		if n == nil {
			t.Fatal(findings)
		}
		once.Link(n)
		g.AddNode(n)
	}
	if got := g.Objects(rdfio.Term{Kind: 'i', Value: "https://x.example/s"}, "dct:publisher"); len(got) != 1 || len(g.Objects(got[0], "foaf:name")) != 1 {
		t.Errorf("publishers %v", got)
	}
}
