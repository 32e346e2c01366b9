package quality_test

import (
	"bytes"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/rdfio"
)

// turtle is the feed as harvesters read it.
func (p *portal) turtle() string {
	p.Helper()
	var out bytes.Buffer
	w, err := rdfio.NewWriter(&out, rdfio.Turtle)
	if err != nil {
		p.Fatal(err)
	}
	if _, err := p.book.Write(p.Context(), w); err != nil {
		p.Fatal(err)
	}
	if err := w.Close(); err != nil {
		p.Fatal(err)
	}
	return out.String()
}

// TestSeries_isNamedAsItIsNow links datasets with their series by id and by
// address, whichever of them was there first, and follows what happens to it.
func TestSeries_isNamedAsItIsNow(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	series := func(name string, fields catalog.Fields) *catalog.Entry {
		e := full(name, city.ID)
		e.Fields.Set("dataset_type", "dataset_series")
		for k, v := range fields {
			e.Fields.Set(k, v)
		}
		return p.create(e)
	}
	member := func(name, ref string) {
		e := full(name, city.ID)
		e.Fields.Set("in_series", []string{ref})
		p.create(e)
	}
	own := series("haushalt", catalog.Fields{"title": "Haushaltsreihe"})
	member("h2024", own.ID)
	member("h2025", own.ID)
	member("w2025", "https://alt.example.org/wahlen")
	member("stray", "https://alt.example.org/gibt-es-nicht")
	expect := func(of, iri string, want int) {
		t.Helper()
		feed := p.turtle()
		if got := strings.Count(feed, "dcat:inSeries <"+iri+">"); got != want {
			t.Errorf("%s: %d datasets name the series, want %d", of, got, want)
		}
		if strings.Contains(feed, "gibt-es-nicht") {
			t.Errorf("%s: a series that is not here is named", of)
		}
	}
	home := site + "/dataset/" + own.ID
	expect("by id", home, 2)
	expect("not there yet", "https://alt.example.org/wahlen", 0)
	other := series("wahlen", catalog.Fields{"uri": "https://alt.example.org/wahlen"})
	expect("by address, made later", "https://alt.example.org/wahlen", 1)

	change := func(id string, fn func(e *catalog.Entry)) {
		t.Helper()
		if _, _, err := p.reg.Change(t.Context(), admin, catalog.TypeDataset.Namespace(), id, 0, func(e *catalog.Entry) error { fn(e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	change(own.ID, func(e *catalog.Entry) { e.Fields.Set("title", "Haushalte der Stadt") })
	if feed := p.turtle(); strings.Contains(feed, "Haushaltsreihe") || !strings.Contains(feed, "Haushalte der Stadt") {
		t.Error("datasets name their series as it was called before")
	}
	change(own.ID, func(e *catalog.Entry) { e.Access = catalog.AccessPrivate })
	expect("hidden", home, 0)
	if strings.Contains(p.turtle(), "Haushalte der Stadt") {
		t.Error("the title of a hidden series is in the feed")
	}
	change(own.ID, func(e *catalog.Entry) { e.Access = catalog.AccessPublic })
	expect("public again", home, 2)
	change(other.ID, func(e *catalog.Entry) { e.State = catalog.StateDeleted })
	expect("deleted", "https://alt.example.org/wahlen", 0)
	change(own.ID, func(e *catalog.Entry) { e.Fields.Set("in_series", []string{own.ID}) })
	expect("in itself", home, 2)
}

// TestSeries_measuredTogether: members by address that are measured for the first
// time in one go with their series name it too.
func TestSeries_measuredTogether(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	const iri = "https://alt.example.org/reihe"
	for _, name := range []string{"vorher", "reihe", "nachher"} {
		e := full(name, city.ID)
		if name == "reihe" {
			e.Fields.Set("dataset_type", "dataset_series")
			e.Fields.Set("uri", iri)
		} else {
			e.Fields.Set("in_series", []string{iri})
		}
		p.create(e)
	}
	if got := strings.Count(p.turtle(), "dcat:inSeries <"+iri+">"); got != 2 {
		t.Errorf("%d datasets name the series, want 2", got)
	}
}
