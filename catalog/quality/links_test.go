package quality_test

import (
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/dcat"
	"trio.example/catalog/rdfio"
	"trio.example/catalog/schema"
)

// TestLinks_toDatasetsOfTheDocument: versions, sources and what a service serves must be
// datasets of the same document. Of a catalogue that was taken over they go out with it,
// as long as everybody may see where they lead to.
func TestLinks_toDatasetsOfTheDocument(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	g, err := rdfio.Read(t.Context(), strings.NewReader(`@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix x: <https://x.example/> .
x:1 a dcat:Dataset ; dct:title "Eins" ; dct:description "Text" ; dcat:hasVersion x:2, x:fremd ; dct:source x:2 .
x:2 a dcat:Dataset ; dct:title "Zwei" ; dct:description "Text" .
x:dienst a dcat:DataService ; dct:title "Dienst" ; dcat:endpointURL x:e ; dcat:servesDataset x:1, x:2, x:dienst .
x:fremd a dcat:Dataset .`), rdfio.Turtle, rdfio.DefaultLimits)
	if err != nil {
		t.Fatal(err)
	}
	defs, err := schema.Default()
	if err != nil {
		t.Fatal(err)
	}
	m := dcat.NewMapper(defs, site)
	ids := map[string]string{}
	for _, res := range m.Read(g).Resources {
		e := &catalog.Entry{Type: catalog.TypeDataset, Owner: city.ID, Name: strings.TrimPrefix(res.IRI, "https://x.example/") + "-x", State: catalog.StateActive, Access: catalog.AccessPublic}
		m.Apply(res, e)
		if e.Fields.String("title") == "" {
			continue // x:fremd, which nothing is said of
		}
		ids[res.IRI] = p.create(e).ID
	}
	expect := func(when string, want map[string]int) {
		t.Helper()
		feed := p.turtle()
		for link, count := range want {
			if got := strings.Count(feed, link); got != count {
				t.Errorf("%s: %s stands there %d times, want %d", when, link, got, count)
			}
		}
		back, err := rdfio.Read(t.Context(), strings.NewReader(feed), rdfio.Turtle, rdfio.DefaultLimits)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range dcat.Check(back, dcat.Profile3) {
			if f.Severity == catalog.SeverityError {
				t.Errorf("%s: %s %s", when, f.Code, f.Row)
			}
		}
	}
	expect("all", map[string]int{"dcat:hasVersion <https://x.example/2>": 1, "dct:source <https://x.example/2>": 1, "dcat:servesDataset <https://x.example/1>, <https://x.example/2>": 1, "fremd": 0})
	if _, _, err := p.reg.Change(t.Context(), admin, catalog.TypeDataset.Namespace(), ids["https://x.example/2"], 0, func(e *catalog.Entry) error {
		e.Access = catalog.AccessPrivate
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	expect("one hidden", map[string]int{"x.example/2": 0, "dcat:servesDataset <https://x.example/1>": 1})
}
