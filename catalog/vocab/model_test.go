package vocab_test

import (
	"strings"
	"testing"

	"trio.example/catalog/vocab"
)

func TestModel_understandsSpellings(t *testing.T) {
	t.Parallel()
	const tree = "https://musterdatenkatalog.de/def/musterdatensatz/floraUndFauna/baumbestand/baumkataster"
	for _, s := range []string{tree, "http://www.musterdatenkatalog.de/def/musterdatensatz/floraUndFauna/baumbestand/baumkataster/", "Baumbestand - Baumkataster"} {
		if c, ok := vocab.Model(s); !ok || c.URI != tree {
			t.Errorf("%q: %v %t", s, c, ok)
		}
	}
	for _, s := range []string{"", "Gibt es nicht"} {
		if c, ok := vocab.Model(s); ok {
			t.Errorf("%q means %v", s, c)
		}
	}
}

func TestModels_proposesForTitles(t *testing.T) {
	t.Parallel()
	for title, want := range map[string]string{
		"Baumkataster": "Baumkataster", "Städtische Bäume im Baumkataster": "Baumkataster", "Ladesäulen und Elektrotankstellen": "Elektrotankstelle", "Haushaltsplan": "Haushalt", "Taxistände": "Taxistand", "Wahlergebnisse der Stadtratswahl": "Wahl", "Weihnachtsmärkte": "Weihnachtsmarkt",
	} {
		list := vocab.Models(title)
		if len(list) == 0 || !strings.Contains(list[0].Label.In("de"), want) {
			t.Errorf("%q: %v", title, list)
		}
	}
	if list := vocab.Models("Xyzzy"); len(list) != 0 {
		t.Errorf("nonsense finds %v", list)
	}
}
