package quality_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/catalog/quality"
)

// inFeed lists the names of the datasets that go to harvesters.
func (p *portal) inFeed() []string {
	p.Helper()
	var names []string
	for _, part := range strings.Split(p.turtle(), `"Titel `)[1:] {
		name, _, _ := strings.Cut(part, `"`)
		names = append(names, name)
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// TestAddress_belongsToTheOldestDataset: harvesters know a dataset by its
// address; the feed never describes one address as two datasets.
func TestAddress_belongsToTheOldestDataset(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	made := map[string]*catalog.Entry{}
	for i := range 4 {
		e := full(fmt.Sprintf("d%d", i), city.ID)
		e.Fields["uri"] = "https://geo.example.org/baum"
		made[e.Name] = p.create(e)
	}
	change := func(name string, fn func(e *catalog.Entry)) {
		t.Helper()
		if _, _, err := p.reg.Change(t.Context(), admin, catalog.TypeDataset.Namespace(), made[name].ID, 0, func(e *catalog.Entry) error { fn(e); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	expect := func(want ...string) {
		t.Helper()
		if got := p.inFeed(); !slices.Equal(got, want) {
			t.Errorf("in the feed: %v, want %v", got, want)
		}
	}
	expect("d0")
	for _, d := range p.report("").Datasets {
		if held := slices.Contains(d.Result.Lacks, quality.HeldAddress); held != (d.Entry.Name != "d0") {
			t.Errorf("%s: %v", d.Entry.Name, d.Result.Lacks)
		}
	}
	change("d0", func(e *catalog.Entry) { e.Access = catalog.AccessPrivate })
	expect("d1")
	change("d1", func(e *catalog.Entry) { e.Fields["uri"] = "https://geo.example.org/strauch" })
	expect("d1", "d2")
	change("d0", func(e *catalog.Entry) { e.Access = catalog.AccessPublic })
	expect("d0", "d1")
	change("d0", func(e *catalog.Entry) { delete(e.Fields, "notes") }) // held back for another reason
	expect("d1", "d2")
	change("d2", func(e *catalog.Entry) { e.State = catalog.StateDeleted })
	expect("d1", "d3")
}

// TestAddress_isHeldByOneHoweverTheyChange changes addresses and access at random
// and measures now and then: each address in use is held by its oldest dataset.
func TestAddress_isHeldByOneHoweverTheyChange(t *testing.T) {
	t.Parallel()
	p := open(t)
	city := p.create(&catalog.Entry{Name: "augsburg", Type: catalog.TypeOrganization, Fields: catalog.Fields{"title": "Stadt Augsburg"}})
	rnd := rand.New(rand.NewPCG(1, 2))
	address := func() string { return fmt.Sprintf("https://geo.example.org/%d", rnd.IntN(4)) }
	var all []*catalog.Entry
	for i := range 12 {
		e := full(fmt.Sprintf("d%02d", i), city.ID)
		e.Fields["uri"] = address()
		all = append(all, p.create(e))
	}
	for round := range 60 {
		for range 1 + rnd.IntN(3) {
			i := rnd.IntN(len(all))
			_, _, err := p.reg.Change(t.Context(), admin, catalog.TypeDataset.Namespace(), all[i].ID, 0, func(e *catalog.Entry) error {
				switch rnd.IntN(3) {
				case 0:
					e.Access = catalog.AccessPrivate
				case 1:
					e.Access = catalog.AccessPublic
				default:
					e.Fields["uri"] = address()
				}
				all[i] = e
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		held := map[string]string{}
		for _, e := range all {
			if iri := e.Fields.String("uri"); e.Access == catalog.AccessPublic && held[iri] == "" {
				held[iri] = e.Name
			}
		}
		var want []string
		for _, name := range held {
			want = append(want, name)
		}
		slices.Sort(want)
		if got := p.inFeed(); !slices.Equal(got, want) {
			t.Fatalf("round %d: in the feed %v, want %v", round, got, want)
		}
	}
}
