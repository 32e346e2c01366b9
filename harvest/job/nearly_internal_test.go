package job

import "testing"

func TestNearly(t *testing.T) {
	t.Parallel()
	const by = "Stadt Augsburg"
	for _, c := range []struct {
		a, b string
		same bool
	}{
		{"Spielplätze in Augsburg 2024", "Augsburg: Spielplatz 2024", true},
		{"Straßenverzeichnis der Stadt Augsburg", "Strassenverzeichnis Augsburg", true},
		{"Baeume in der Innenstadt", "Bäume (Innenstadt)", true},
		{"Haushaltsplan 2023 Augsburg", "Haushaltsplan 2024 Augsburg", false},
		{"Kindertagesstätten Augsburg", "Schulstandorte Augsburg", false},
		{"Wahlergebnisse Bezirk 1", "Wahlergebnisse Bezirk 11", false},
	} {
		a, b := nearly(c.a, by), nearly(c.b, "Augsburg")
		if a == "" || b == "" || (a == b) != c.same {
			t.Errorf("%q and %q: %q %q", c.a, c.b, a, b)
		}
	}
	for _, title := range []string{"", "Daten", "A B", "Karten"} {
		if got := nearly(title, by); got != "" {
			t.Errorf("%q says too little: %q", title, got)
		}
	}
	if nearly("Spielplätze in Augsburg", "") != "" || nearly("Spielplätze in Augsburg", "Stadt Bonn") == nearly("Spielplätze in Augsburg", by) {
		t.Error("the publisher counts")
	}
}
