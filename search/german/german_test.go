package german_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"trio.example/search/german"
)

func TestStem_unitesSpellings(t *testing.T) {
	t.Parallel()
	for _, group := range [][]string{
		{"Baum", "Bäume", "Bäumen", "Baeume"}, {"Straße", "Strasse", "Straßen", "STRASSE"}, {"München", "Muenchen", "Munchen"},
		{"tree", "trees"}, {"city", "cities"}, {"library", "libraries"}, {"map", "maps"}, {"day", "days"}, {"statistic", "statistics"}, {"school", "schools"},
		{"App", "Apps"}, {"Interview", "Interviews"}, {"Handy", "Handys"}, {"Ampel", "Ampeln"}, {"Tafel", "Tafeln"},
		{"Haus", "Häuser", "Häusern"}, {"Wahlergebnis", "Wahlergebnisse"}, {"Quelle", "Quellen"}, {"Zählung", "Zählungen"},
	} {
		want := german.Stem(german.Fold(group[0]))
		for _, w := range group[1:] {
			if got := german.Stem(german.Fold(w)); got != want {
				t.Errorf("%s → %s, but %s → %s", w, got, group[0], want)
			}
		}
	}
}

func TestSplit_findsParts(t *testing.T) {
	t.Parallel()
	for word, want := range map[string][]string{
		"Baumkataster": {"baum", "kataster"}, "Radwegenetz": {"radweg", "netz"}, "Trinkwasserbrunnen": {"trinkwasser", "brunnen"},
		"Grünflächenkataster": {"grun", "flache", "kataster"}, "Straßenbäume": {"strasse", "baum"}, "Einwohnermeldeamt": {"einwohner", "melde", "amt"},
		"Luftqualitätsmessung": {"luftqualitat", "messung"}, "Bodenrichtwertkarte": {"bodenrichtwert", "karte"}, "Kindergartenplätze": {"kindergarten", "platz"},
		"Familienzentren": {"familie", "zentrum"}, "Kunstmuseen": {"kunst", "museum"}, "Ausländeranteil": {"auslander", "anteil"}, "Landeshauptstadt": {"land", "hauptstadt"},
		"Hochwassergefahrenkarte": {"hochwasser", "gefahren", "karte"},
		"Wasser":                  nil, "Kataster": nil, "Nürnberg": nil, "Verwaltung": nil, "Augsburg": nil, "": nil, "x": nil,
	} {
		if d := cmp.Diff(want, german.Split(word)); d != "" {
			t.Errorf("Split(%s):\n%s", word, d)
		}
	}
}

func TestWords_andSynonyms(t *testing.T) {
	t.Parallel()
	text := "Kita-Plätze 2024, (Nürnberg)"
	var got []string
	for _, s := range german.Words(text) {
		got = append(got, text[s.Start:s.End])
	}
	if d := cmp.Diff([]string{"Kita", "Plätze", "2024", "Nürnberg"}, got); d != "" {
		t.Error(d)
	}
	if len(german.Synonyms("Kitas")) == 0 || !german.Stop("für") || german.Stop("Baum") {
		t.Error("synonyms or stop words are wrong")
	}
}

func TestStem_leavesWordsThatOnlyLookLikePlurals(t *testing.T) {
	t.Parallel()
	for _, group := range [][2]string{{"Raps", "Rap"}, {"Gips", "Gip"}, {"Paradies", "Parady"}, {"Bus", "Bu"}, {"dies", "dy"}} { //nolint:misspell // German
		if a, b := german.Stem(german.Fold(group[0])), german.Stem(german.Fold(group[1])); a == b {
			t.Errorf("%s and %s are both %s", group[0], group[1], a)
		}
	}
}

func TestKind_isNotWhatDataAreAbout(t *testing.T) {
	t.Parallel()
	if !german.Kind(german.Fold("Zahl")) || !german.Kind(german.Fold("Übersicht")) || german.Kind(german.Fold("Baum")) {
		t.Error("kinds of data are wrong")
	}
}

func TestUseSynonyms_namesTheLineThatIsWrong(t *testing.T) {
	for list, want := range map[string]string{"Kita\n": "line 1", "# x\n\nA = B C\n": "line 3", "A = \n": "line 1", "\nA = M\xfcll": "line 2: \"M\\xfcll\" is not UTF-8", "A = -": "line 1"} {
		if err := german.UseSynonyms(list); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", list, err)
		}
	}
	if err := german.UseSynonyms("\ufeffDult = Jahrmarkt\r\n# ours\n"); err != nil {
		t.Fatal(err)
	}
	if len(german.Synonyms("Dulten")) != 1 || len(german.Synonyms("Kitas")) == 0 {
		t.Error("the own list should stand beside the built-in one")
	}
}

func BenchmarkTerms(b *testing.B) {
	words := []string{"Baumkataster", "Straße", "Luftqualitätsmessung", "Nürnberg", "und", "Verkehrszählungen"}
	for b.Loop() {
		for _, w := range words {
			german.Stem(german.Fold(w))
			german.Split(w)
		}
	}
}
