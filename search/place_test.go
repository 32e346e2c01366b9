package search_test

import (
	"strings"
	"testing"

	"trio.example/search"
)

func TestBounds(t *testing.T) {
	t.Parallel()
	augsburg := search.Box{West: 10.7, South: 48.2, East: 11, North: 48.5}
	for text, want := range map[string]search.Box{
		`{"type":"Point","coordinates":[10.9,48.37]}`:                                                                                      {West: 10.9, South: 48.37, East: 10.9, North: 48.37},
		`{"type":"Polygon","coordinates":[[[10.7,48.2],[11,48.2],[11,48.5],[10.7,48.5],[10.7,48.2]]]}`:                                     augsburg,
		`{"type":"Feature","geometry":{"type":"LineString","coordinates":[[10.7,48.5,400],[11,48.2,390]]}}`:                                augsburg,
		`{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[10.7,48.2]},{"type":"Point","coordinates":[11,48.5]}]}`: augsburg,
		"POLYGON((10.7 48.2, 11 48.2, 11 48.5, 10.7 48.5, 10.7 48.2))":                                                                     augsburg,
		"<http://www.opengis.net/def/crs/OGC/1.3/CRS84> MULTIPOINT((10.7 48.2),(11 48.5))":                                                 augsburg,
		"ENVELOPE(10.7, 11, 48.5, 48.2)": augsburg,
	} {
		if got, ok := search.Bounds(text); !ok || got != want {
			t.Errorf("%s: %v, %t", text, got, ok)
		}
	}
	for _, text := range []string{"", "Augsburg", "{}", `{"type":"Point","coordinates":["a","b"]}`, `{"coordinates":[690000,5334000]}`, "POINT(690000 5334000)",
		"POLYGON((10.7))", "ENVELOPE(1,2,3)", "<http://x POINT(1 2)", "POINT(NaN 1)", strings.Repeat("[", 100_000), "{" + strings.Repeat(`"coordinates":{`, 20_000)} {
		if got, ok := search.Bounds(text); ok {
			t.Errorf("%.40s: %v", text, got)
		}
	}
}

func TestParseBox(t *testing.T) {
	t.Parallel()
	if b, ok := search.ParseBox("10.7,48.2,11,48.5"); !ok || b.East != 11 {
		t.Error(b, ok)
	}
	for _, text := range []string{"", "1,2,3", "1,2,3,4,5", "a,b,c,d", "11,48,10,49", "-200,0,0,0", "1 2 3 4", "1,2,,4"} {
		if b, ok := search.ParseBox(text); ok {
			t.Errorf("%q: %v", text, b)
		}
	}
}
