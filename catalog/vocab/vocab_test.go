package vocab_test

import (
	"testing"

	"trio.example/catalog/vocab"
)

func TestLookup_understandsSpellings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ list, in, code string }{
		{"licence", "http://dcat-ap.de/def/licenses/dl-by-de/2.0", "dl-by-de/2.0"},
		{"licence", "https://www.dcat-ap.de/def/licenses/dl-by-de/2.0/", "dl-by-de/2.0"},
		{"licence", "dl-de-by-2.0", "dl-by-de/2.0"}, {"licence", "CC BY 4.0", "cc-by/4.0"},
		{"licence", "https://creativecommons.org/licenses/by/4.0/", "cc-by/4.0"},
		{"theme", "envi", "ENVI"}, {"theme", "Umwelt", "ENVI"}, {"frequency", "jährlich", "ANNUAL"},
		{"file_type", "csv", "CSV"}, {"file_type", ".geojson", "GEOJSON"}, {"file_type", "text/csv", "CSV"}, {"file_type", "Excel-Datei", "XLSX"},
		{"language", "de", "DEU"}, {"contributor", "stadtAugsburg", "stadtAugsburg"}, {"hvd_category", "http://data.europa.eu/bna/c_ac64a52d", "c_ac64a52d"},
	} {
		if got, ok := vocab.Lookup(c.list, c.in); !ok || got.Code != c.code {
			t.Errorf("Lookup(%s, %q) = %q, %t; want %q", c.list, c.in, got.Code, ok, c.code)
		}
	}
	for _, in := range []string{"", " ", "nope", "http://x"} {
		if got, ok := vocab.Lookup("licence", in); ok {
			t.Errorf("Lookup(%q) = %q", in, got.Code)
		}
	}
}

func TestLists_haveWhatTheProfileNames(t *testing.T) {
	t.Parallel()
	for list, n := range map[string]int{"theme": 14, "licence": 34, "contributor": 69, "frequency": 20, "file_type": 150} {
		if got := len(vocab.List(list)); got < n {
			t.Errorf("%s has %d concepts, want at least %d", list, got, n)
		}
	}
	for _, c := range vocab.Cities() {
		if _, ok := vocab.Lookup("contributor", c.Contributor); !ok {
			t.Errorf("contributor of %s is not in the list", c.Name)
		}
	}
	closed := 0
	for _, l := range vocab.List("licence") {
		if !l.Is("open") {
			closed++
		}
	}
	if closed != 10 {
		t.Errorf("%d licences are not open, GovData's list has 10", closed)
	}
	if n := len(vocab.CKANLicences()); n < 15+20 {
		t.Errorf("%d CKAN licences", n)
	}
}
