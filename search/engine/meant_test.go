package engine_test

import (
	"path/filepath"
	"strings"
	"testing"

	"trio.example/catalog"
	"trio.example/search"
)

func TestForgiving_correctsWordsThatStandInOtherForms(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, title := range []string{"Friedhöfe", "Schwimmbäder", "Wohnungsleerstand", "Trinkwasseranalyse", "Ausschreibungen", "Überschwemmungsgebiet", "Vernissagen"} {
		h.put1(i, title)
	}
	e := h.open(filepath.Join(h.dir, "index"))
	defer e.Close()
	for text, want := range map[string]search.Correction{
		"fridhof":          {Form: "friedhof", Spelled: "Friedhöfe", Example: "id-0"}, // the plural
		"schwimbad":        {Form: "schwimmbad", Spelled: "Schwimmbäder", Example: "id-1"},
		"lerstand":         {Form: "leerstand", Spelled: "Leerstand", Example: "id-2"}, // a part of a compound
		"trinkwaser":       {Form: "trinkwasser", Spelled: "Trinkwasser", Example: "id-3"},
		"auschreibung":     {Form: "ausschreibung", Spelled: "Ausschreibungen", Example: "id-4"},
		"uberschwemung":    {Form: "uberschwemmung", Spelled: "Überschwemmung", Example: "id-5"}, // with its umlaut
		"vernisage":        {Form: "vernissagen", Spelled: "Vernissagen", Example: "id-6"},       // a stem
		"wohnungsleestand": {Form: "wohnungsleerstand", Spelled: "Wohnungsleerstand", Example: "id-2"},
	} {
		want.Word = text
		res, err := e.Forgiving(t.Context(), search.Query{Text: search.Words{Words: []search.Word{{Text: text}}}, Rows: 5, Labels: []string{catalog.LabelPublic}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if len(res.Hits) != 1 || res.Hits[0].ID != want.Example || len(res.Forgiven.Corrections) != 1 || res.Forgiven.Corrections[0] != want {
			t.Errorf("%s: %v %+v", text, res.Hits, res.Forgiven.Corrections)
		}
	}
}

func TestSearch_takesSynonymsThatHangTogether(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, title := range []string{"Bebauungspläne", "B-Plan Nord", "Stellenplan B"} {
		h.put1(i, title)
	}
	e := h.open(filepath.Join(h.dir, "index"))
	defer e.Close()
	for _, text := range []string{"B-Plan", "Bebauungsplan", "b-plan"} {
		if n := h.total(e, search.Words{Words: []search.Word{{Text: text}}}, false); n != 2 {
			t.Errorf("%s: %d", text, n)
		}
	}
}

func TestSearch_takesQuantitiesInOneWordOrTwo(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for i, title := range []string{"Feinstaub PM10", "Feinstaub PM 10", "Abgas CO 2", "Abgas CO2", "Verkehr A 9", "Abgas ohne"} {
		h.put1(i, title)
	}
	e := h.open(filepath.Join(h.dir, "index"))
	defer e.Close()
	for text, want := range map[string]int{"pm10": 2, "PM 10": 2, "Feinstaub pm 10": 2, "CO2": 2, "co 2 abgas": 2, "A9": 1, "9 a": 1, "PM 9": 0} {
		var n search.Words
		for _, w := range strings.Fields(text) {
			n.Words = append(n.Words, search.Word{Text: w})
		}
		if got := h.total(e, n, false); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
	if n := h.total(e, search.Words{Words: []search.Word{{Text: "Abgas"}, {Text: "CO", MustNot: true}, {Text: "2"}}}, false); n != 0 {
		t.Errorf("-CO 2: %d", n)
	}
}
