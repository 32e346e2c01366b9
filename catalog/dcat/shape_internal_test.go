package dcat

import (
	"strings"
	"testing"
)

// FuzzShape: whatever stands for a geometry is read without harm, and its extent is a
// geometry with the same extent.
func FuzzShape(f *testing.F) {
	for _, s := range []string{
		`{"type":"Point","coordinates":[11.5,48.1]}`, `{"type":"Feature","geometry":{"type":"LineString","coordinates":[[1,2,3],[3,4,5]]}}`, `{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]}]}`,
		"POINT(1 2)", "point z (1 2 3)", "POINT", "POINT((((", "POLYGON((0 0,1 0", "<http://www.opengis.net/def/crs/OGC/1.3/CRS84> MULTIPOLYGON(((0 0,1 0,1 1,0 0)))", "GEOMETRYCOLLECTION(POINT(1 2),LINESTRING(1 2,3 4))",
		"", "POINT EMPTY", "POINT(1e400 2)", `{"type":"Polygon","coordinates":[]}`, strings.Repeat("(", 100) + "1 2",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, ok := shapeOf(text)
		if !ok {
			return
		}
		if again, ok := shapeOf(s.around()); !ok || again.west != s.west || again.south != s.south || again.east != s.east || again.north != s.north || !again.exact && !s.flat() {
			t.Errorf("%q: around it %q", text, s.around())
		}
	})
}

// flat reports an extent that is a line.
func (s *shape) flat() bool { return (s.west == s.east) != (s.south == s.north) }
